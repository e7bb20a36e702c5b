"""Rows of truth: p(t) − p(s) ≤ l(s, t), what telling t gains over telling s ([S] Def 3.4)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Rows(NamedTuple):
    """Rows  matrix · p ≤ sides  with their names."""

    matrix: Any
    sides: Array
    names: list[str]


def truth_rows(values: Array) -> Rows:
    """Return one row for every ordered pair of types.

    Parameters
    ----------
    values : (types, types) array
        What type t has from what is chosen when s is reported.

    Examples
    --------
    >>> rows = truth_rows(np.array([[1.0, 0.0], [0.5, 2.0]]))
    >>> rows.matrix.toarray(), rows.sides
    (array([[ 1., -1.], [-1.,  1.]]), array([1. , 1.5]))
    """
    from scipy.sparse import csr_array

    count = len(values)
    told, other = (index[~np.eye(count, dtype=bool)] for index in np.indices((count, count)))
    place = np.arange(told.size)
    matrix = csr_array(
        (
            np.concatenate([np.ones(told.size), -np.ones(told.size)]),
            (np.concatenate([place, place]), np.concatenate([told, other])),
        ),
        shape=(told.size, count),
    )
    sides = values[told, told] - values[told, other]
    names = [f"{t}-not-{s}" for t, s in zip(told.tolist(), other.tolist(), strict=True)]
    return Rows(matrix, sides, names)
