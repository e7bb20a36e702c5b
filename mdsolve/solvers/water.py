"""Water over a floor: the level τ at which Σ_x weight(x) (τ − height(x))_+ is a given volume.

A projection on the simplex is such a pouring, and so is every report of [S] Cor 4.6.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SAMPLE = 1 << 9
_PART = 1 << 15
_MARGIN = 1.25


def depth(above: Array, volume: float, weights: Array | None = None) -> float:
    """Return how far a volume of water rises over the lowest point of a floor, without a sort.

    The volume is a convex function of the level, so a Newton step from any level ends at or over
    the answer: what is dry there is dry for good. A sample guesses where to begin, one reading
    keeps what may be under water, and then the set only shrinks.

    Parameters
    ----------
    above : (outcomes,) array
        Heights over the lowest point, the least of them 0.
    volume : float
        At least 0, in the heights' unit.
    weights : (outcomes,) array, optional
        Areas > 0 of the floor's points; 1 each by default.

    Examples
    --------
    >>> depth(np.array([0.0, 1.0, 5.0]), 3.0)
    2.0
    """
    stride = above.size // _SAMPLE
    if stride < 4:
        return _shrink(above, volume, weights)
    bound = volume if weights is None else volume / float(weights[above.argmin()])
    bound = min(bound, _guess(above, volume, weights, stride))
    wet, areas = _under(above, weights, bound)
    total, moment = _sums(wet, areas)
    missing = volume - (bound * total - moment)
    if missing > 0.0:
        wet, areas = _under(above, weights, bound + missing / total if total else np.inf)
    return _shrink(wet, volume, areas)


def _guess(above: Array, volume: float, weights: Array | None, stride: int) -> float:
    """Return a level that a sample suggests, a little too high rather than too low.

    Pouring over the k lowest points alone never falls short: the level is the least over k.
    """
    some, volume = above[::stride], _MARGIN * volume / stride
    if weights is None:
        some = np.sort(some)
        return float(((volume + np.cumsum(some)) / np.arange(1, some.size + 1)).min())
    order = np.argsort(some)
    some, areas = some[order], weights[::stride][order]
    return float(((volume + np.cumsum(areas * some)) / np.cumsum(areas)).min())


def _under(above: Array, weights: Array | None, level: float) -> tuple[Array, Array | None]:
    """Return the points below a level and their areas; all of them uncopied if all are."""
    if above.size > _PART:
        return _under_in_parts(above, weights, level)
    kept = (above < level).nonzero()[0]
    if kept.size == above.size:
        return above, weights
    return above.take(kept), None if weights is None else weights.take(kept)


def _under_in_parts(
    above: Array, weights: Array | None, level: float
) -> tuple[Array, Array | None]:
    """Do the same in parts that stay in the cache."""
    parts = [slice(start, start + _PART) for start in range(0, above.size, _PART)]
    kept = [(above[part] < level).nonzero()[0] for part in parts]
    if sum(part.size for part in kept) == above.size:
        return above, weights
    wet = np.concatenate([above[part].take(k) for part, k in zip(parts, kept, strict=True)])
    if weights is None:
        return wet, None
    areas = [weights[part].take(k) for part, k in zip(parts, kept, strict=True)]
    return wet, np.concatenate(areas)


def _shrink(wet: Array, volume: float, areas: Array | None) -> float:
    level = np.inf
    while True:
        total, moment = _sums(wet, areas)
        level = min(level, (volume + moment) / total)
        size = wet.size
        wet, areas = _under(wet, areas, level)
        if wet.size in (0, size):
            return level


def _sums(wet: Array, areas: Array | None) -> tuple[float, float]:
    """Return Σ area and Σ area · height."""
    if areas is None:
        return float(wet.size), float(np.add.reduce(wet))
    return float(areas.sum()), float(areas @ wet)
