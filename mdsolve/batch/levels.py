"""Sum-normalised floors under any divergence, many rows at once: a level and a shift solve them.

As in `solvers.floor.levels`: masses are max(slope at the shifted position, s); the budget
Σ (position of s − position + κ)_+ = w'/λ and the mass Σ π = 1 are two equations in (s, κ), which
Newton solves together. They are the slopes of a convex-concave function: what it is at the point
found brackets b whatever the point, and rows that are not tight to rounding are left to one game's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mdsolve.batch.ground import Floors, Grounds
from mdsolve.batch.moves import depth
from mdsolve.batch.segments import Array
from mdsolve.divergences import Step
from mdsolve.precision import EPS

_STEPS = 60
_NOTHING = 2.0**-200
#: by how much a level may change in one step
_FACTOR = 16.0


def pour(ground: Grounds, strength: float, size: float, noise: Any) -> Floors:
    """Return the least increment of every row over sum-normalised rewards at one size."""
    parts, volume = ground.parts, size / strength
    uniform = 1.0 / parts.counts
    heights = ground.heights(uniform)
    drowned = parts.sum(heights - parts.spread(parts.min(heights))) <= volume
    free = np.zeros(parts.size, dtype=bool)
    if ground.divergence.clips:
        slack = np.where(ground.mass > 0.0, 0.0, np.maximum(0.0, ground.heights(0.0 * uniform)))
        free = ~drowned & (parts.sum(slack) >= volume)
    level, shift = uniform.copy(), np.zeros(parts.size)
    rows = np.flatnonzero(~(drowned | free))
    if rows.size:
        level[rows], shift[rows] = _solved(ground.taken(rows), volume)
    found = _measured(ground, strength, size, level, shift, noise)
    none = np.where(free, 0.0, 1.0)
    sure: Any = found.sure
    return Floors(found.lower * none, found.upper * none, sure | free)


def _solved(ground: Grounds, volume: float) -> tuple[Array, Array]:
    """Return the level and the shift of every row, by Newton in both; rows drop out when done."""
    most = 1.0 / ground.parts.counts
    least = np.maximum(ground.parts.min(ground.mass), most * _NOTHING)
    level = _first(ground, volume, least, most)
    shift, left = np.zeros_like(level), np.arange(level.size)
    some = ground
    for _ in range(_STEPS):
        s, k = level[left], shift[left]
        more, further = _newton(some, s, k, volume)
        new = np.clip(
            more, np.maximum(s / _FACTOR, least[left]), np.minimum(s * _FACTOR, most[left])
        )
        there = np.maximum(0.0, further)
        level[left], shift[left] = new, there
        moving = (np.abs(new - s) > 4.0 * EPS * s) | (np.abs(there - k) > 4.0 * EPS * there)
        if not moving.any():
            break
        if 2 * np.count_nonzero(moving) <= left.size:
            left, some = left[moving], some.taken(np.flatnonzero(moving))
    return level, shift


def _first(ground: Grounds, volume: float, least: Array, most: Array) -> Array:
    """Return levels at which about the volume is poured were nothing to sink."""
    low, high, parts = np.log(least), np.log(most), ground.parts
    for _ in range(6):
        middle = 0.5 * (low + high)
        poured = parts.sum(np.maximum(0.0, ground.heights(np.exp(middle))))
        low, high = np.where(poured < volume, middle, low), np.where(poured < volume, high, middle)
    return np.exp(0.5 * (low + high))


def _newton(ground: Grounds, level: Array, shift: Array, volume: float) -> tuple[Array, Array]:
    parts, q, divergence = ground.parts, ground.reference, ground.divergence
    whole = parts.spread(level)
    at = divergence.position_of(whole, q)
    depths = at - ground.position + parts.spread(shift)
    wet = depths > 0.0
    there, to, growth = ground.sunk(shift)
    count = parts.sum(wet, dtype=float)
    missed = parts.sum(np.maximum(0.0, depths)) - volume
    created = parts.sum(np.where(wet, whole - ground.mass, growth))
    soft = parts.sum(np.where(wet, 1.0 / divergence.curvature(whole, at, q), 0.0))
    stiff = parts.sum(np.where(wet, 0.0, divergence.curvature(to, there, q)))
    base = soft * stiff + count * count
    more = level - (missed * stiff + created * count) / base
    further = shift - (missed * count - created * soft) / base
    dry = count == 0.0
    return np.where(dry, _FACTOR * level, more), np.where(dry, shift, further)


def _measured(
    ground: Grounds, strength: float, size: float, level: Array, balance: Array, noise: Any
) -> Floors:
    """Return the increments at levels, widened by what the shifts miss."""
    parts, q, divergence = ground.parts, ground.reference, ground.divergence
    heights = ground.heights(level)
    top = parts.max(heights)
    under = parts.spread(top) - heights
    rise = depth(parts, under, size / strength)
    shift = rise - top
    depths = np.maximum(0.0, parts.spread(rise) - under)
    wet = under <= parts.spread(rise)
    near = np.abs(shift - balance) <= 8.0 * EPS * (rise + np.abs(top))
    shift = np.where(near, balance, shift)
    wet = np.where(parts.spread(near), heights + parts.spread(balance) > 0.0, wet)
    there, to, growth = ground.sunk(shift)
    whole = parts.spread(level)
    target = divergence.position_of(whole, q)
    step = Step(
        ground.position,
        ground.mass,
        np.where(wet, heights, parts.spread(-shift)),
        np.where(wet, target, there),
        np.where(wet, whole, to),
    )
    poured = parts.sum(depths)
    increment = strength * parts.sum(depths * ground.mass + divergence.bregman(step, q))
    change = np.where(wet, whole - ground.mass, growth)
    created = np.abs(parts.sum(change))
    stiff = parts.sum(np.where(wet, 0.0, divergence.curvature(step.to, step.there, q)))
    reach = np.abs(shift) + parts.max(ground.position) - parts.min(ground.position)
    second = np.where(stiff > 0.0, np.minimum(reach, 4.0 * created / stiff), np.abs(shift) + rise)
    inexact = strength * (np.abs(ground.position) + np.abs(step.there)) * (2.0 * EPS)
    inexact += parts.spread(noise)
    error = EPS * (6.0 + parts.logarithms) * increment + EPS * size / parts.counts
    error += parts.sum(np.abs(change) * inexact)
    missed = np.abs(size - strength * poured) / parts.counts + strength * created * second
    sure = np.isfinite(increment) & (missed <= 2.0 * error)
    sure &= (shift >= 0.0) | (level > 2.0 * _NOTHING / parts.counts)
    return Floors.within(increment, error + missed, sure)
