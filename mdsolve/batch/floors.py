"""Revenue floors b_i of [S] Cor 4.6 in closed form, many games at once.

KL: water poured over ℓ = log π0 + c₋ᵢ/λ, or one reward on its least likely outcome. Squared L2 on
sum-normalised rewards: water over π0 + s/2, then all is lowered by one number. The formulas and
their rounding are those of `solvers.floor.exponential` and `solvers.floor.squared`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mdsolve.batch.combined import Sums
from mdsolve.batch.moves import depth
from mdsolve.batch.segments import Array, Segments
from mdsolve.divergences import Divergence
from mdsolve.games.domains import Domain, MaxNormalized, SumNormalized
from mdsolve.precision import EPS

_HUGE = 600.0


@dataclass(frozen=True, eq=False)
class Floors:
    """Brackets of b_i, (groups, games), welfare units."""

    lower: Array
    upper: Array

    @classmethod
    def within(cls, value: Array, error: Array) -> Floors:
        """Return brackets of values known up to an error; a floor is never negative."""
        return cls(np.maximum(0.0, value - error), value + error)


def closed(divergence: Divergence, domain: Domain) -> bool:
    """Tell whether the floor has a closed form here."""
    if isinstance(domain, MaxNormalized):
        return divergence.name == "kl"
    return isinstance(domain, SumNormalized) and divergence.name in ("kl", "l2")


def floors(
    domain: Domain,
    parts: Segments,
    rest: Sums,
    ground: Any,
    reference: Array,
    strength: float,
    size: float,
) -> Floors:
    """Return every group's floor over a domain at one size.

    ``ground`` is log π0 (cells,) under KL, and the pivots' `Moves` otherwise.
    """
    groups = len(rest.high)
    rows = parts.repeated(groups)
    noise = 0.5 * EPS * (groups + 2) * parts.max(np.abs(rest.high))
    noise = np.where(rest.plain, noise, 0.0).ravel()
    if isinstance(ground, np.ndarray):
        flat = None if rest.low is None else rest.low.ravel()
        sums = Sums(rest.high.ravel(), flat, rest.scale, rest.plain)
        logarithms = sums.above(rows, rows.starts) / strength
        logarithms = (logarithms.reshape(groups, -1) + ground).ravel()
        pour = lowest_vertex if isinstance(domain, MaxNormalized) else pour_logarithms
        found = pour(rows, logarithms, strength, size, noise)
    else:
        found = pour_squared(
            rows, np.tile(reference, groups), ground.position, strength, size, noise
        )
    return Floors(found.lower.reshape(groups, -1), found.upper.reshape(groups, -1))


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


def lowest_vertex(
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
