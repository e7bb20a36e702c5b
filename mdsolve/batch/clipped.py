"""Clipped divergences (squared L2, χ²), many games at once: moves without a root find of their own.

With y = level + s/2 and the mass scale · max(0, y), a change of position k creates
scale · max(k/2 + min(0, y), −max(0, y)), convex and piecewise linear in the anchor's step: Newton
from any step ends at or over the answer, falls, and stops at it.

A mass that is the difference of where an outcome stood and how far it moved has no more digits
than these leave: a payment made of such masses alone, λ times their squares and some 1e-24 of the
rewards, may be off in its fifth digit (a single game's, too, where c/λ has rounded).
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
#: what share of pairs may be left for them to be taken out
_FEW = 0.6


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
    half = parts.spread(step)
    there = half + half
    there += change
    there += position
    half += fixed
    created = np.maximum(half, -full)
    half += full
    np.minimum(half, 0.0, out=half)  # how far below no mass: 0 where there is some
    half *= -2.0 * full
    bregman = np.multiply(created, created, out=fixed)
    bregman += half
    if areas is not None:
        created *= areas
        bregman *= areas
    created += full if areas is None else full * areas
    mass = np.maximum(0.0, created, out=created)
    return Moves(there.ravel(), mass.ravel(), 2.0 * step.ravel(), parts.sum(bregman).ravel())


def raised(
    divergence: Clipped,
    parts: Segments,
    reference: Array,
    position: Array,
    places: Indices,
    rise: float,
) -> tuple[Array, Array, Array]:
    """Return what raising one outcome a game by λ · ``rise`` moves.

    The others sink by k: they lose min(k, max(0, y)) of area each, the raised one gains what they
    lose. That is concave in k, so Newton rises from 0 to the answer.

    Returns
    -------
    moved, bregman, shift : (games,) arrays
        The raised outcome's mass gained, B_Φ/λ, and by how much the others' positions sink.
    """
    scale, level = divergence.scale_and_level(reference)
    y = level + 0.5 * position
    full = np.maximum(0.0, y)
    areas = np.broadcast_to(scale, y.shape)
    area, before = areas[places], full[places]
    lift = np.minimum(0.0, y[places]) + 0.5 * rise
    others = areas.copy()
    others[places] = 0.0
    sunk = np.zeros(parts.size)
    left, some, high, weights = np.arange(parts.size), parts, full, others
    for _ in range(_STEPS):
        depth = some.spread(sunk[left])
        gained = np.maximum(lift[left] - sunk[left], -before[left])
        missing = area[left] * gained - some.sum(weights * np.minimum(depth, high))
        stiff = some.sum(weights * (high > depth)) + area[left] * (gained > -before[left])
        further = missing / stiff
        far = further > EPS * sunk[left]
        if not far.any():
            break
        sunk[left[far]] += further[far]
        if np.count_nonzero(far) < _FEW * far.size:
            left = left[far]
            cells, some = parts.taken(left)
            high, weights = full[cells], others[cells]
    depth = parts.spread(sunk)
    lost = np.minimum(depth, full)
    depth += depth
    depth -= lost
    depth *= lost
    depth *= others
    gained = np.maximum(lift - sunk, -before)
    return area * gained, parts.sum(depth) + area * gained * gained, 2.0 * sunk


def _balanced(parts: Segments, fixed: Array, full: Array, areas: Array | None) -> Array:
    """Return the half step t with Σ area · max(fixed + t, −full) = 0, (rows, games).

    Once most pairs of a row and a game have arrived, the others go on by themselves.
    """
    occupied: Any = (full > 0.0).astype(float)
    if areas is not None:
        occupied *= areas
    step = -parts.sum(fixed * occupied) / parts.sum(occupied)
    pairs, at = np.arange(step.size).reshape(step.shape), step
    some, change, dry, area = parts, fixed, -full, areas
    for number in range(_STEPS):
        move = _beyond(some, change, dry, area, at)
        far = np.abs(move) > EPS * np.abs(at)
        if number:  # from the first on, steps only fall
            far &= move > 0.0
        if not far.any():
            break
        at = np.where(far, at - move, at)
        np.put(step, pairs, at)
        if np.count_nonzero(far) < _FEW * far.size:
            pairs, at = pairs[far], at[far]
            cells, some = parts.taken(pairs % parts.size)
            change = fixed.ravel()[cells + some.spread(pairs // parts.size * parts.cells)]
            dry, area = -full[cells], None if areas is None else areas[cells]
    return step


def _beyond(parts: Segments, change: Array, dry: Array, area: Array | None, step: Array) -> Array:
    """Return how far steps are beyond Newton's next ones, (..., games)."""
    grown = parts.spread(step)
    grown += change
    rises: Any = grown > dry
    np.maximum(grown, dry, out=grown)
    if area is not None:
        grown *= area
        rises = rises * area
    return parts.sum(grown) / parts.sum(rises, dtype=float)
