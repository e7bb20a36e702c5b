"""The level τ of a volume of water poured over a floor: Σ_x (τ − height(x))_+ = volume.

Every report of [S] Cor 4.6 is such a pouring, and so is a projection on the simplex.
"""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SAMPLE = 1 << 9


def water_level(heights: Array, volume: float) -> float:
    """Return the level of a volume of water over a floor, without a sort.

    A part of the floor, asked to hold it all, stands under at least as much water: what is dry
    there is dry for good. The set of those under water only shrinks, and is small when it must be
    read again.

    Parameters
    ----------
    heights : (outcomes,) array
    volume : float
        At least 0, in the heights' unit; of none the level is the lowest height.

    Examples
    --------
    >>> water_level(np.array([0.0, 1.0, 5.0]), 3.0)
    2.0
    """
    lowest = float(heights.min())
    stride = heights.size // _SAMPLE
    bound = inf
    if stride >= 4:
        some = heights[::stride] - lowest
        bound = _shrink(np.append(some, 0.0), volume)
    wet = heights[heights <= lowest + bound] if bound < inf else heights
    return lowest + _shrink(wet - lowest, volume)


def _shrink(wet: Array, volume: float) -> float:
    level = (volume + float(wet.sum())) / wet.size
    while True:
        under = wet[wet < level]
        if under.size in (0, wet.size):
            return level
        wet = under
        level = min(level, (volume + float(wet.sum())) / wet.size)
