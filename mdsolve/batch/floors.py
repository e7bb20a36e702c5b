"""Revenue floors b_i of [S] Cor 4.6, many games at once: closed forms, `levels`, `vertices`.

KL: water poured over ℓ = log π0 + c₋ᵢ/λ, or one reward on its least likely outcome. Squared L2 on
sum-normalised rewards: water over π0 + s/2, then all is lowered by one number. The formulas and
their rounding are those of `solvers.floor.exponential` and `solvers.floor.squared`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mdsolve.batch.combined import Sums
from mdsolve.batch.ground import Floors, Grounds
from mdsolve.batch.levels import pour
from mdsolve.batch.moves import Moves, depth
from mdsolve.batch.segments import Array, Segments
from mdsolve.batch.vertices import lowest_vertex
from mdsolve.divergences import Divergence, SquaredL2
from mdsolve.games.domains import Domain, MaxNormalized, SumNormalized
from mdsolve.precision import EPS

_HUGE = 600.0


def closed(domain: Domain) -> bool:
    """Tell whether floors over a domain are found by segments."""
    return isinstance(domain, (MaxNormalized, SumNormalized))


def floors(
    divergence: Divergence,
    domain: Domain,
    parts: Segments,
    rest: Sums,
    ground: Array | Moves,
    reference: Array,
    strength: float,
    size: float,
) -> Floors:
    """Return every group's floor over a domain at one size, (groups, games).

    ``ground`` is log π0 (cells,) under KL, and the pivots' `Moves` otherwise.
    """
    groups = len(rest.high)
    rows = parts.repeated(groups)
    noise = 0.5 * EPS * (groups + 2) * parts.max(np.abs(rest.high))
    noise = np.where(rest.plain, noise, 0.0).ravel()
    flat = None if rest.low is None else rest.low.ravel()
    sums = Sums(rest.high.ravel(), flat, rest.scale, rest.plain)
    vertex = isinstance(domain, MaxNormalized)
    if isinstance(ground, Moves):
        q = np.tile(reference, groups)
        if isinstance(divergence, SquaredL2) and not vertex:
            found = pour_squared(rows, q, ground.position, strength, size, noise)
        else:
            above = sums.above(rows, sums.top(rows)) / strength
            grounds = Grounds.of(divergence, rows, q, ground, above)
            found = (lowest_vertex if vertex else pour)(grounds, strength, size, noise)
    else:
        logarithms = sums.above(rows, rows.starts) / strength
        logarithms = (logarithms.reshape(groups, -1) + ground).ravel()
        solve = least_likely if vertex else pour_logarithms
        found = solve(rows, logarithms, strength, size, noise)
    arrays = (found.lower, found.upper, found.sure)
    return Floors(*(None if each is None else each.reshape(groups, -1) for each in arrays))  # pyright: ignore[reportArgumentType]


def pour_logarithms(
    parts: Segments, logarithms: Array, strength: float, size: float, noise: Any
) -> Floors:
    """Return b = λ log(Σ e^{max(ℓ, T)} / Σ e^ℓ), T the level of w'/λ poured over ℓ."""
    lowest, top = parts.min(logarithms), parts.max(logarithms)
    above = logarithms - parts.spread(lowest)
    rise = depth(parts, above, size / strength)
    depths = parts.spread(rise)
    depths -= above
    np.maximum(depths, 0.0, out=depths)
    level = lowest + rise - top
    masses = np.exp(logarithms - parts.spread(top))
    total = parts.sum(masses)
    growth = parts.sum(_grown(parts, masses, depths, level)) / total
    drowned = level > _HUGE
    increment = strength * np.where(drowned, level + np.log(parts.counts / total), np.log1p(growth))
    moved = np.where(drowned, 1.0, growth / (1.0 + growth))
    extent = np.maximum(-lowest, np.abs(top)) * strength
    error = _rounding(parts, increment, moved, extent, noise)
    # what the level misses of the budget is worth at most the least mass, at most 1/m
    least = np.exp(np.minimum(level, _HUGE)) / (total * (1.0 + growth))
    least = np.where(drowned, np.inf, 2.0 * least)
    missed = np.abs(size - strength * parts.sum(depths))
    error += missed * np.minimum(least, 1.0 / parts.counts)
    return Floors.within(increment, error)


def _grown(parts: Segments, masses: Array, depths: Array, level: Array) -> Array:
    """Return e^T − e^ℓ under water: e^ℓ (e^depth − 1), but where it is deep, as e^ℓ vanishes."""
    grown = np.expm1(np.minimum(depths, 1.0))
    grown *= masses
    deep = depths >= 1.0
    if deep.any():
        full = parts.spread(np.exp(np.minimum(level, _HUGE)))
        np.subtract(full, masses, out=grown, where=deep)
    return grown


def least_likely(
    parts: Segments, logarithms: Array, strength: float, size: float, noise: Any
) -> Floors:
    """Return b = λ log(1 + π (e^{w'/λ} − 1)) at the least likely outcome."""
    lowest, top = parts.min(logarithms), parts.max(logarithms)
    total = parts.sum(np.exp(logarithms - parts.spread(top)))
    v = size / strength
    logarithm = lowest - top - np.log(total)
    grown = logarithm + (v + np.log1p(-np.exp(-v)) if v > 1.0 else np.log(np.expm1(v)))
    increment = strength * np.where(grown < _HUGE, np.log1p(np.exp(grown)), grown)
    share = 1.0 / (1.0 + np.exp(-grown))
    extent = strength * (np.maximum(-lowest, np.abs(top)) + np.abs(grown))
    return Floors.within(increment, _rounding(parts, increment, share, extent, noise))


def _rounding(parts: Segments, increment: Array, moved: Array, extent: Array, noise: Any) -> Array:
    relative = EPS * (6.0 + parts.logarithms) * increment
    return relative + 2.0 * moved * (2.0 * EPS * extent + noise)


def pour_squared(
    parts: Segments, reference: Array, position: Array, strength: float, size: float, noise: Any
) -> Floors:
    """Return b for squared L2, from the pivots' positions; 0 where the level would be."""
    y = 0.5 * position
    y += reference
    lowest = parts.min(y)
    above = y - parts.spread(lowest)
    rise = depth(parts, above, 0.5 * size / strength)
    filled = parts.spread(rise) - above
    wet = filled >= 0.0
    np.maximum(filled, 0.0, out=filled)
    gained = filled + np.minimum(0.0, y)
    gained *= wet
    dropped = parts.sum(gained) / parts.counts
    level, poured = lowest + rise - dropped, 2.0 * parts.sum(filled)
    dry = parts.counts - parts.sum(wet, dtype=float)
    worth = 2.0 * parts.sum(filled * np.maximum(0.0, y))
    gained -= parts.spread(dropped)
    gained *= wet
    increment = strength * (worth + parts.sum(gained * gained) + dry * dropped * dropped)
    increment += level * (size - strength * poured)
    moved = np.abs(gained)
    inexact = parts.sum(moved * (np.abs(position) + 2.0 * np.abs(y)))
    furthest = parts.max(np.abs(position))
    inexact += np.where(dry > 0.0, dropped * (2.0 + np.minimum(4.0, dry * furthest)), 0.0)
    error = (
        EPS * (6.0 + parts.logarithms) * increment
        + EPS * (1.0 + 0.25 * parts.logarithms) * size / parts.counts
        + EPS * strength * inexact
        + noise * (parts.sum(moved) + dry * dropped)
    )
    found = Floors.within(increment, error)
    none = level <= 0.0
    spare = np.maximum(0.0, size * (EPS + level))
    return Floors(np.where(none, 0.0, found.lower), np.where(none, spare, found.upper))
