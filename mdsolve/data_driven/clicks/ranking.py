"""The first few of each row, highest first, ties to the earlier: an efficient order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

#: up to so many leaders repeated searches beat a sort of whole rows
_FEW = 5


def leaders(scores: Array, depth: int) -> Indices:
    """Return the indices of the ``depth`` highest scores of each row, highest first.

    Parameters
    ----------
    scores : (auctions, bidders) array
    depth : int
        At most the number of bidders.

    Examples
    --------
    >>> leaders(np.array([[0.2, 0.5, 0.5]]), 2)
    array([[1, 2]])
    """
    if depth > _FEW:
        return np.argsort(-scores, axis=1, kind="stable")[:, :depth]
    found = np.empty((scores.shape[0], depth), dtype=np.intp)
    left, rows = scores, np.arange(scores.shape[0])
    for rank in range(depth):
        found[:, rank] = left.argmax(axis=1)
        if rank + 1 < depth:
            left = scores.copy() if rank == 0 else left
            left[rows, found[:, rank]] = -np.inf
    return found


def taken(table: Array, order: Indices) -> Array:
    """Return each row's entries in the order given: (auctions, depth).

    Examples
    --------
    >>> taken(np.array([[1.0, 2.0, 3.0]]), np.array([[2, 0]]))
    array([[3., 1.]])
    """
    return table[np.arange(order.shape[0])[:, None], order]
