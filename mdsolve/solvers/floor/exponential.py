"""KL's closed forms of [S] Cor 4.6, from logarithms alone: ℓ = log π0 + c/λ up to a constant.

Sum-normalised: r' = (T − ℓ)_+ λ/w', the water level T set by Σ r' = 1, and
b = λ log(Σ e^{max(ℓ, T)} / Σ e^ℓ). Max-normalised: r' stands on the least likely outcome, and
b = λ log(1 + π (e^{w'/λ} − 1)).
"""

from __future__ import annotations

from math import exp, expm1, inf, log, log1p, log2

import numpy as np
from numpy.typing import NDArray

from mdsolve.precision import EPS
from mdsolve.solvers.floor.result import Increment, bracketed
from mdsolve.solvers.water import depth

Array = NDArray[np.float64]

_HUGE = 600.0


def pour(logarithms: Array, strength: float, size: float, noise: float = 0.0) -> Increment:
    """Return the least increment over sum-normalised rewards at one size.

    Parameters
    ----------
    logarithms : (outcomes,) array
        ℓ, any spread.
    strength, size : float
        λ and w'.
    noise : float
        Error of each entry of c beyond relative rounding (welfare units).

    Examples
    --------
    >>> found = pour(np.log([0.75, 0.25]), 1.0, np.log(3.0))
    >>> round(float(found.value), 12), found.report, found.model  # b = log 1.5
    (0.405465108108, array([0., 1.]), array([0.5, 0.5]))
    """
    lowest, top = float(logarithms.min()), float(logarithms.max())
    above = logarithms - lowest
    rise = depth(above, size / strength)
    wet = np.flatnonzero(above <= rise)
    depths = rise - above[wet]
    masses = np.exp(logarithms - top)
    total, level = float(masses.sum()), lowest + rise - top
    if level > _HUGE:
        growth, increment = inf, strength * (level + log(above.size / total))
        model = np.full(above.size, 1.0 / above.size)
    else:
        drowned, full = masses[wet], exp(level)
        grown = np.where(depths < 1.0, drowned * np.expm1(np.minimum(depths, 1.0)), full - drowned)
        growth = float(grown.sum()) / total
        increment = strength * log1p(growth)
        masses[wet] = full
        model = masses / (total * (1.0 + growth))
    report, poured = np.zeros(above.size), float(depths.sum())
    report[wet] = depths / poured
    moved = 1.0 if growth == inf else growth / (1.0 + growth)
    error = _rounding(increment, moved, max(-lowest, abs(top)) * strength, noise, above.size)
    error += abs(size - strength * poured) / above.size
    return bracketed(increment, error, report, model, "water-filling")


def lowest_vertex(logarithms: Array, strength: float, size: float, noise: float = 0.0) -> Increment:
    """Return the least increment over max-normalised rewards at one size.

    Examples
    --------
    >>> lowest_vertex(np.log([0.75, 0.25]), 1.0, 1.0).report
    array([0., 1.])
    """
    worst, top = int(logarithms.argmin()), float(logarithms.max())
    masses = np.exp(logarithms - top)
    total = float(masses.sum())
    logarithm = float(logarithms[worst]) - top - log(total)
    v = size / strength
    grown = logarithm + (v + log1p(-exp(-v)) if v > 1.0 else log(expm1(v)))
    increment = strength * (log1p(exp(grown)) if grown < _HUGE else grown)
    share = 1.0 / (1.0 + exp(-grown)) if grown > -_HUGE else 0.0
    report = np.zeros(masses.size)
    report[worst] = 1.0
    model = masses * ((1.0 - share) / total)
    model[worst] += share
    extent = strength * (max(-float(logarithms[worst]), abs(top)) + abs(grown))
    error = _rounding(increment, share, extent, noise, masses.size)
    return bracketed(increment, error, report, model, "least likely outcome")


def _rounding(increment: float, moved: float, extent: float, noise: float, outcomes: int) -> float:
    """Return the error of an increment: relative, and that of c where mass has moved."""
    return EPS * (6.0 + log2(outcomes)) * increment + 2.0 * moved * (2.0 * EPS * extent + noise)
