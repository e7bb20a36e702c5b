"""Squared L2's closed form of [S] Cor 4.6: water is poured, then all is lowered by one number.

With y = π0 + s/2 (s the solved point's positions, π = max(0, y) its masses), u is the level of
w'/2λ poured over y, θ = Σ (max(y, u) − π)/m, and the dual point is max(y, u) − θ; where its least
mass u − θ would be negative, b = 0. Otherwise b = λ Σ (2 (u − y)_+ π + (max(y, u) − θ − π)²).
"""

from __future__ import annotations

from math import log2

import numpy as np
from numpy.typing import NDArray

from mdsolve.precision import EPS
from mdsolve.solvers.floor.result import Increment, bracketed
from mdsolve.solvers.water import depth

Array = NDArray[np.float64]

METHOD = "projection"


def pour(
    reference: Array,
    position: Array,
    strength: float,
    size: float,
    noise: float = 0.0,
) -> Increment:
    """Return the least increment over sum-normalised rewards at one size.

    Parameters
    ----------
    reference, position : (outcomes,) arrays
        π0 and s = (c − ν)/λ of the solved point.
    strength, size : float
        λ and w'.
    noise : float
        Error of each entry of c beyond relative rounding (welfare units).

    Examples
    --------
    >>> pour(np.array([0.5, 0.5]), np.array([0.25, -0.25]), 4.0, 1.0).value
    0.40625
    """
    y = 0.5 * position
    y += reference
    lowest = float(y.min())
    above = y - lowest
    rise = depth(above, 0.5 * size / strength)
    wet = np.flatnonzero(above <= rise)
    filled, floor = rise - above[wet], y[wet]
    gained = filled + np.minimum(0.0, floor)
    dropped = float(gained.sum()) / y.size
    level, poured = lowest + rise - dropped, 2.0 * float(filled.sum())
    report = np.zeros(y.size)
    report[wet] = filled * (2.0 / poured)
    if level <= 0.0:
        return Increment(0.0, max(0.0, size * (EPS + level)), report, np.maximum(0.0, y), METHOD)
    gained -= dropped
    dry = y.size - wet.size
    worth = 2.0 * float(filled @ np.maximum(0.0, floor))
    increment = strength * (worth + float(gained @ gained) + dry * dropped * dropped)
    increment += level * (size - strength * poured)
    moved = np.abs(gained)
    inexact = float(moved @ (np.abs(position[wet]) + 2.0 * np.abs(floor)))
    if dry:  # Σ |s| + 2y over what is dry: y sums to at most 1, and |s| to at most 4
        inexact += dropped * (2.0 + min(4.0, dry * float(np.abs(position).max())))
    error = (
        EPS * (6.0 + log2(y.size)) * increment
        + EPS * (1.0 + 0.25 * log2(y.size)) * size / y.size
        + EPS * strength * inexact
        + noise * (float(moved.sum()) + dry * dropped)
    )
    model = np.maximum(y, lowest + rise)
    model -= dropped
    return bracketed(increment, error, report, model, METHOD)
