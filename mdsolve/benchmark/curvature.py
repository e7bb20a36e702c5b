"""Whether a symmetric matrix P bends one way only: then the pivots of D P D + δ I are positive.

With D = diag(P)^{-1/2} no unit is left; δ is what the decimals of a file may have rounded away.
"""

from __future__ import annotations

from typing import Any

import numpy as np

#: δ
FAINT = 1e-6


def bends_down(table: Any) -> str:
    """Return where a sparse symmetric matrix is not positive semidefinite, in words, or nothing.

    Parameters
    ----------
    table : (variables, variables) sparse

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> bends_down(csr_array([[1.0, 2.0], [2.0, 1.0]]))
    'some direction bends the wrong way'
    >>> bends_down(csr_array([[1.0, 1.0], [1.0, 1.0]]))
    ''
    """
    diagonal, entries = table.diagonal(), table.tocoo()
    low = np.flatnonzero(diagonal < 0.0)
    if low.size:
        return f"the square of variable {low[0]} bends the wrong way"
    alone = (entries.row != entries.col) & (diagonal[entries.row] == 0.0)
    if alone.any():
        return f"variable {entries.row[alone][0]} has products but no square"
    kept = np.flatnonzero(diagonal)
    if table.nnz == kept.size or _has_positive_pivots(table[kept][:, kept], diagonal[kept]):
        return ""
    return "some direction bends the wrong way"


def _has_positive_pivots(table: Any, diagonal: Any) -> bool:
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import splu

    entries, root = table.tocoo(), np.sqrt(diagonal)
    shares = entries.data / root[entries.row] / root[entries.col]
    if np.abs(shares).max(initial=0.0) > 1.0 + FAINT:
        return False
    scaled: Any = csc_array((shares, (entries.row, entries.col)), shape=table.shape)
    scaled.setdiag(1.0 + FAINT)
    ways = {"SymmetricMode": True}
    try:
        found: Any = splu(scaled, "MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=ways)
    except RuntimeError:  # a pivot is exactly 0
        return False
    straight = np.array_equal(found.perm_r, found.perm_c)
    return straight and bool((found.U.diagonal() > 0.0).all())
