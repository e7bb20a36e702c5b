"""Water over a floor: the level τ at which Σ_x (τ − height(x))_+ is a given volume.

Every report of [S] Cor 4.6 is such a pouring, and so is a projection on the simplex.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SAMPLE = 1 << 9


def depth(above: Array, volume: float) -> float:
    """Return how far a volume of water rises over the lowest point of a floor, without a sort.

    A part of the floor, asked to hold it all, stands under at least as much water: what is dry
    there is dry for good. The set of those under water only shrinks, and is small when it must be
    read again.

    Parameters
    ----------
    above : (outcomes,) array
        Heights over the lowest point, the least of them 0.
    volume : float
        At least 0, in the heights' unit.

    Examples
    --------
    >>> depth(np.array([0.0, 1.0, 5.0]), 3.0)
    2.0
    """
    stride = above.size // _SAMPLE
    if stride >= 4:
        bound = _shrink(above[::stride], volume)
        above = above.take(np.flatnonzero(above <= bound * (1.0 + 1e-9)))
    return _shrink(above, volume)


def _shrink(wet: Array, volume: float) -> float:
    level = (volume + float(wet.sum())) / wet.size
    while True:
        under = wet.take(np.flatnonzero(wet < level))
        if under.size in (0, wet.size):
            return level
        wet = under
        level = min(level, (volume + float(wet.sum())) / wet.size)
