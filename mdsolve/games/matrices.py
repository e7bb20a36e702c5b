"""Changed copies of a reward matrix, dense or sparse: one row replaced, every row divided."""

from __future__ import annotations

from typing import Any

import numpy as np

from mdsolve.games.validation import Array
from mdsolve.precision import exact_sum


def with_row(rewards: Any, index: int, row: Array) -> Any:
    """Return the matrix with one row replaced."""
    changed = rewards.copy() if isinstance(rewards, np.ndarray) else rewards.tolil()
    changed[index] = row
    return changed


def divided_by_largest(rewards: Any, largest: Array) -> Any:
    """Return the rows divided by their largest reward."""
    return _divided(rewards, largest)


def divided_by_sum(rewards: Any, largest: Array) -> Any:
    """Return the rows divided by their exact sum; scaled first, so that no sum overflows."""
    scaled = _divided(rewards, np.ldexp(1.0, np.frexp(largest)[1] - 1))
    rows = scaled if isinstance(scaled, np.ndarray) else _entries_by_row(scaled)
    return _divided(scaled, np.array([exact_sum(row) for row in rows]))


def _divided(rewards: Any, divisors: Array) -> Any:
    if isinstance(rewards, np.ndarray):
        return rewards / divisors[:, None]
    changed = rewards.copy()
    changed.data = rewards.data / divisors[rewards.indices]
    return changed


def _entries_by_row(rewards: Any) -> list[Array]:
    by_row = rewards.tocsr()
    return np.split(by_row.data, by_row.indptr[1:-1])
