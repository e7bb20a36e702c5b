"""One reading of the rewards gives Φ, every mean and every E_π[e^x]; one of the model certifies it.

Weak duality (math of [S] Prop 4.4): <c,π> − λ KL(π‖π0) ≤ Φ(c) ≤ ν + λ (Σ π0 e^{(c−ν)/λ} − 1).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.games.blocks import dense
from mdsolve.precision import EPS, exponential_excess, logarithm_deficit
from mdsolve.solvers.exponential_family import Array, Problem, sweep, teams
from mdsolve.solvers.tilting import (
    FLOOR,
    HUGE,
    NOTHING,
    TAYLOR,
    log_sum,
    log_total,
    taylor_excess,
    total_spare,
)

Tier = tuple[Any, Callable[[Array, Array, Array], Array]]

_TINY = float(np.finfo(float).tiny)


@dataclass(frozen=True, slots=True)
class Fit:
    """What one reading of the rewards found; the model holds exponents until it is certified.

    The model is e^{exponent − top}/mass. For each group x = −(w/λ)(r − mean), but for rounding;
    `excess` is E[e^x − 1 − x] (0 where that overflows), `tilts` log E[e^x] − E[x], and `astray`
    tells for whom the mean was too coarse a centre.
    """

    model: Array
    top: float
    mass: float
    mode: int
    multiplier: float
    means: Array
    excess: Array
    tilts: Array
    astray: NDArray[np.bool_]


def fit(problem: Problem, payments: bool) -> Fit:
    """Read the rewards once, each block around its own means."""
    groups, outcomes = problem.rewards.shape
    exponents, slopes = np.empty(outcomes), problem.slopes[:, None]
    parts = [_team(problem, rows, payments) for rows in teams(problem.weights)]
    wild = bool(payments and (problem.steepness > HUGE).any())

    def work(columns: slice, scratch: Array) -> tuple[Any, ...]:
        block = dense(problem.rewards[:, columns])
        terms = problem.exponents(columns, block, scratch[0])
        exponents[columns] = terms
        mode = int(terms.argmax())
        top = terms[mode]
        terms -= top
        kept = terms > FLOOR
        np.exp(np.maximum(terms, FLOOR, out=terms), out=terms)
        terms *= kept
        mass = terms.sum()
        centres, linear, excess = np.zeros((3, groups))
        steep = np.full((2, groups if wild else 0), NOTHING)
        for rows, tiers, huge in parts:
            apart, second, third = scratch[:, : len(centres[rows])]
            centres[rows] = block[rows] @ terms / mass
            np.subtract(block[rows], centres[rows, None], out=apart)
            linear[rows] = problem.slopes[rows] * (apart @ terms)
            for some, grown in tiers:
                x = _scaled(apart, some, slopes[rows], second)
                excess[rows][some] = grown(x, terms, third)
            if huge.size:
                x = _scaled(apart, huge, slopes[rows], second)
                x += exponents[columns]
                steep[0][rows][huge], steep[1][rows][huge] = log_sum(x)
        excess -= np.where(problem.steepness > TAYLOR, linear, 0.0)
        flat = _flat_growth(problem, columns, block) if problem.flat else ()
        sums = mass, centres, linear, excess
        return top, columns.start + mode, *sums, *(steep if wild else ()), *flat

    tops, modes, masses, centres, linear, excess, *rest = sweep(work, groups, outcomes)
    block = int(tops.argmax())
    top, factors = float(tops[block]), np.exp(tops - tops[block])
    mass = float(factors @ masses)
    shares = factors * masses / mass
    means = problem.clipped(shares @ centres)
    shifts = problem.slopes * (centres - means)
    linear, excess = linear / masses[:, None], excess / masses[:, None]
    tame = problem.steepness <= HUGE
    linear, excess = shares @ (linear + shifts), shares @ _moved(excess, linear, shifts * tame)
    level = top + math.log(mass)
    tilts, astray = _tilts(excess, linear)
    if wild:
        tilts = np.where(tame, tilts, log_total(rest[0] + shifts, rest[1]) - level - linear)
        excess, astray = excess * tame, astray & tame
    if problem.flat:
        level = math.log1p(rest[1].sum() / rest[0].sum())
    return Fit(
        exponents,
        top,
        mass,
        int(modes[block]),
        problem.origin + problem.strength * level,
        means,
        excess,
        np.where(problem.steepness > 0.0, tilts, 0.0),
        astray & (problem.steepness > 0.0),
    )


def _moved(excess: Array, linear: Array, shift: Array) -> Array:
    """Return E[e^y − 1 − y], y = x + shift, from E[e^x − 1 − x] and E[x], of which little is."""
    if not shift.any():
        return excess
    return np.exp(shift) * excess + np.expm1(shift) * linear + exponential_excess(shift)


def _tilts(excess: Array, linear: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return log E[e^x] − E[x] from E[e^x − 1 − x] and E[x], and where it lost digits."""
    growth = excess + linear
    safe = np.maximum(growth, -0.5)
    tilts, centred = np.log1p(safe) - linear, np.abs(linear) <= excess
    if not centred.all():
        tilts = np.where(centred, tilts, excess - logarithm_deficit(safe))
    return tilts, 8.0 * tilts * (1.0 + growth) < excess + np.abs(linear * growth)


def _flat_growth(problem: Problem, columns: slice, block: Array) -> tuple[Any, ...]:
    """Return Σ π0 and Σ π0 (e^{(c − origin)/λ} − 1) on a block, for a c that varies less than λ."""
    reference = np.exp(problem.log_reference(columns))
    return reference.sum(), reference @ np.expm1(problem.combined(block) / problem.strength)


def _team(problem: Problem, rows: slice, payments: bool) -> tuple[slice, list[Tier], Any]:
    """Return a team's rows, how to sum what e^x adds to each tier of its groups, and the huge."""
    steep = problem.steepness[rows] if payments else np.zeros(0)
    tiers = [((steep > 0.0) & (steep <= TAYLOR), _series)]
    tiers += [((steep > TAYLOR) & (steep <= HUGE), _expm1)]
    ways = [(_rows(some), grown) for some, grown in tiers if some.any()]
    return rows, ways, np.flatnonzero(steep > HUGE)


def _rows(chosen: NDArray[np.bool_]) -> Any:
    """Return how to index the chosen groups: all by a slice, which copies nothing."""
    return slice(None) if chosen.all() else np.flatnonzero(chosen)


def _scaled(apart: Array, rows: Any, slopes: Array, out: Array) -> Array:
    if isinstance(rows, slice):
        return np.multiply(apart, slopes, out=out)
    chosen = np.take(apart, rows, axis=0, out=out[: rows.size], mode="clip")
    chosen *= slopes[rows]
    return chosen


def _series(x: Array, terms: Array, scratch: Array) -> Array:
    return taylor_excess(x, scratch[: len(x)]) @ terms


def _expm1(x: Array, terms: Array, _: Array) -> Array:
    return np.expm1(x, out=x) @ terms


def certify(problem: Problem, fit: Fit) -> tuple[float, float]:
    """Turn exponents into the model; return the bracket that it and the multiplier witness."""

    def work(columns: slice, _: Array) -> tuple[Any, ...]:
        part = fit.model[columns]
        part -= fit.top
        model = np.exp(part)
        model /= fit.mass
        witness = _witness(problem, columns, part, model)
        part[:] = model
        return model.sum(), *witness

    rows = problem.weights.size if problem.flat else 8
    sums = sweep(work, rows, fit.model.size)
    return _bracket(problem, fit, *(float(found.sum()) for found in sums))


def _witness(problem: Problem, columns: slice, exponents: Array, model: Array) -> tuple[float, ...]:
    """Return the block's Σ π (exponent − log π).

    If c is flat, its Σ π log(π/π0) − π + π0, Σ π − π0, Σ |π − π0|, Σ π c, Σ π0 c and Σ π0 instead.
    """
    if not problem.flat:
        logs = np.log(np.maximum(model, _TINY))
        return (float((exponents - logs) @ model),)
    reference = np.exp(problem.log_reference(columns))
    moved = model - reference
    ratio = np.log1p(moved / np.maximum(reference, _TINY))
    total = moved.sum()
    combined = problem.combined(dense(problem.rewards[:, columns]))
    means = model @ combined, reference @ combined, reference.sum()
    sums = model @ ratio - total, total, np.abs(moved).sum(), *means
    return tuple(float(each) for each in sums)


def _bracket(
    problem: Problem, fit: Fit, mass: float, slack: float, *sums: float
) -> tuple[float, float]:
    """Return <c,π> − λ KL(π‖π0) and ν + λ (Σ π0 e^{(c−ν)/λ} − 1), widened by their rounding.

    If c is flat, <c, π0> is the better lower bound where λ is such that it shows π's last digits.
    """
    strength, outcomes = problem.strength, fit.model.size
    digits = EPS * (8.0 + math.log2(outcomes))
    if problem.flat:
        excess, moved, gain, mean, share = sums
        spent = slack / mass - total_spare(excess / share) + digits * moved
        lower = problem.origin + max(gain / mass - strength * float(spent), mean / share)
        upper, rounding = fit.multiplier, problem.scale
    else:
        lower = fit.multiplier + strength * (slack / mass - math.log(fit.mass) + math.log(mass))
        upper = fit.multiplier + strength * (mass - 1.0)
        rounding = problem.scale + strength
    rounding *= digits
    return min(lower, upper) - rounding, max(lower, upper) + rounding
