"""Many problems of one reference: each row's multiplier, by Newton in all rows of a block at once.

A valuation needs its model to the rounding of masses and no further: unlike in `moves`, what the
total mass misses is divided out, and reported.
"""

from __future__ import annotations

from math import isinf

import numpy as np
from numpy.typing import NDArray

from mdsolve.divergences import Divergence
from mdsolve.divergences.clipped import Clipped
from mdsolve.precision import EPS
from mdsolve.solvers.multiplier.moves import straight

Array = NDArray[np.float64]

_CELLS = 1 << 14
_STEPS = 200


def models(
    divergence: Divergence, reference: Array, combined: Array, strength: float
) -> tuple[Array, float]:
    """Return the model of each combined reward, and by how much any total mass missed 1.

    Parameters
    ----------
    divergence : Divergence
    reference : (outcomes,) array
        π0 > 0.
    combined : (rows, outcomes) array
        c of each row (welfare units).
    strength : float
        λ.

    Examples
    --------
    >>> from mdsolve.divergences import SquaredL2
    >>> models(SquaredL2(), np.array([0.5, 0.5]), np.array([[1.0, 0.0], [0.0, 9.0]]), 1.0)[0]
    array([[0.75, 0.25],
           [0.  , 1.  ]])
    """
    found, missed = np.empty_like(combined), 0.0
    height = max(1, _CELLS // reference.size)
    for start in range(0, len(combined), height):
        rows = slice(start, start + height)
        part = combined[rows]
        offsets = (part - part.max(axis=1, keepdims=True)) / strength
        offsets += _locate(divergence, offsets, reference)[:, None]
        masses = divergence.mass(offsets, reference)
        total = masses.sum(axis=1)
        missed = max(missed, float(np.abs(total - 1.0).max()))
        np.divide(masses, total[:, None], out=found[rows])
    return found, missed


def _locate(divergence: Divergence, offsets: Array, reference: Array) -> Array:
    """Return, for each row, the position of its top outcome at which the masses sum to one."""
    if isinstance(divergence, Clipped):
        return _locate_clipped(divergence, offsets, reference)
    best = np.where(offsets == 0.0, reference, 0.0).max(axis=1)
    high = divergence.position_of(np.ones_like(best), best)
    low = np.full_like(high, divergence.origin)
    top = np.zeros_like(high) if isinf(divergence.degree) else high
    for _ in range(_STEPS):
        positions = offsets + top[:, None]
        masses = divergence.mass(positions, reference)
        total = masses.sum(axis=1)
        curvature = divergence.curvature(masses, positions, reference).sum(axis=1)
        new = top - straight(divergence.degree, total) * total / curvature
        if isinf(divergence.degree):
            return new
        over = total > 1.0
        low, high = np.where(over, low, top), np.where(over, top, high)
        new = np.where((low <= new) & (new <= high), new, -np.sqrt(-low) * np.sqrt(-high))
        arrived = np.abs(new - top) <= 2.0 * EPS * np.abs(top)
        top = new
        if arrived.all():
            break
    return top


def _locate_clipped(divergence: Clipped, offsets: Array, reference: Array) -> Array:
    """Pour each row's mass over its floor: levels only fall, and what is dry stays dry."""
    scale, level = divergence.scale_and_level(reference)
    areas = np.broadcast_to(scale, reference.shape)
    heights = -0.5 * offsets - level
    lowest = heights.min(axis=1, keepdims=True)
    heights -= lowest
    rise = np.full(len(heights), np.inf)
    while True:
        wet = np.where(heights < rise[:, None], areas, 0.0)
        new = (1.0 + np.einsum("tx,tx->t", wet, heights)) / wet.sum(axis=1)
        if not (new < rise).any():
            return 2.0 * (lowest[:, 0] + rise)
        rise = np.minimum(rise, new)
