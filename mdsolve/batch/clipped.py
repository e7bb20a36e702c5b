"""Clipped divergences (squared L2, χ²), many games at once: moves without a root find of their own.

With y = level + s/2 and the mass scale · max(0, y), a change of position k creates
scale · max(k/2 + min(0, y), −max(0, y)), convex and piecewise linear in the anchor's step: Newton
from any step ends at or over the answer, falls, and stops at it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mdsolve.batch.moves import Moves
from mdsolve.batch.segments import Array, Indices, Segments
from mdsolve.divergences.clipped import Clipped
from mdsolve.precision import EPS

#: Σ w|r|/λ up to which positions keep the digits of where short and long moves lead
TAME = 64.0
_STEPS = 200


def move(
    divergence: Clipped,
    parts: Segments,
    reference: Array,
    position: Array,
    change: Array,
    anchors: Indices,
) -> Moves:
    """Return where several changes of reward (rows, cells) lead from one point, rows end to end.

    Parameters
    ----------
    divergence : Clipped
    parts : Segments
    reference, position : (cells,) arrays
        π0 and the positions of the solved point.
    change : (rows, cells) array
        Δc/λ less its value at the anchors.
    anchors : (games,) array
        Cells whose steps are solved for.
    """
    scale, level = divergence.scale_and_level(reference)
    areas = None if isinstance(scale, float) else scale
    y = level + 0.5 * position
    full, empty = np.maximum(0.0, y), np.minimum(0.0, y)
    fixed = 0.5 * change
    fixed += empty
    step = _balanced(parts, fixed, full, areas)
    half = fixed + parts.spread(step)
    created = np.maximum(half, -full)
    half += full
    np.minimum(half, 0.0, out=half)  # how far below no mass: 0 where there is some
    half *= -2.0 * full
    bregman = created * created
    bregman += half
    if areas is not None:
        created *= areas
        bregman *= areas
    there = position + change + parts.spread(2.0 * step)
    mass = np.maximum(0.0, (full if areas is None else full * areas) + created)
    return Moves(there.ravel(), mass.ravel(), 2.0 * step.ravel(), parts.sum(bregman).ravel())


def _balanced(parts: Segments, fixed: Array, full: Array, areas: Array | None) -> Array:
    """Return the half step t with Σ area · max(fixed + t, −full) = 0, (rows, games)."""
    occupied: Any = (full > 0.0).astype(float)
    if areas is not None:
        occupied = occupied * areas
    step = -parts.sum(fixed * occupied) / parts.sum(occupied)
    for number in range(_STEPS):
        grown = fixed + parts.spread(step)
        rises: Any = grown > -full
        np.maximum(grown, -full, out=grown)
        if areas is not None:
            grown *= areas
            rises = rises * areas
        move = parts.sum(grown) / parts.sum(rises, dtype=float)
        far = np.abs(move) > EPS * np.abs(step)
        if number:  # from the first on, steps only fall
            far &= move > 0.0
        if not far.any():
            return step
        step = np.where(far, step - move, step)
    return step
