"""Reward matrices read in column blocks that fit the cache, dense or sparse alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

CELLS = 1 << 17


def blocks(rewards: Any, cells: int = CELLS) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yield ``(columns, block)``: a slice and the dense (groups, width) part of ``rewards``.

    A dense array is never copied; of a SciPy sparse array only one block is dense at a time.
    """
    groups, outcomes = rewards.shape
    width = max(1, cells // max(1, groups))
    for start in range(0, outcomes, width):
        columns = slice(start, min(start + width, outcomes))
        yield columns, dense(rewards[:, columns])


def dense(part: Any) -> NDArray[np.float64]:
    """Return ``part`` as a dense array."""
    return part if isinstance(part, np.ndarray) else part.toarray()
