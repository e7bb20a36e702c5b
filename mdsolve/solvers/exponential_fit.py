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
from mdsolve.precision import EPS, logarithm_deficit
from mdsolve.solvers.exponential_family import Array, Problem, sweep
from mdsolve.solvers.tilting import FLOOR, HUGE, TAYLOR, log_sum, log_total, taylor_excess

_SAMPLE = 1 << 12  # outcomes from which the centres of the rewards are guessed
_TINY = float(np.finfo(float).tiny)


@dataclass(frozen=True, slots=True)
class Fit:
    """What one reading of the rewards found; the model holds exponents until it is certified.

    The model is e^{exponent − top}/mass. For each group x = slope (r − pilot); `excess` is
    E[e^x − 1 − x] (0 where steepness forbids it) and `tilts` log E[e^x] − E[x]; `astray` tells
    whose pilot was too far from the mean for the tilt to keep its digits.
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


def fit(problem: Problem, pilot: Array, payments: bool) -> Fit:
    """Read the rewards once, around a pilot of their means."""
    groups, outcomes = problem.rewards.shape
    exponents, slopes = np.empty(outcomes), problem.slopes[:, None]
    tiers, wild = _tiers(problem) if payments else ([], None)

    def work(columns: slice, scratch: Array) -> tuple[Any, ...]:
        block = dense(problem.rewards[:, columns])
        apart, second, third = scratch
        terms = problem.exponents(columns, block, apart)
        exponents[columns] = terms
        mode = int(terms.argmax())
        top = terms[mode]
        terms -= top
        kept = terms > FLOOR
        np.exp(np.maximum(terms, FLOOR, out=terms), out=terms)
        terms *= kept
        np.subtract(block, pilot[:, None], out=apart)
        moments, excess, steep = apart @ terms, np.zeros(groups), ()
        for rows, grown in tiers:
            excess[rows] = grown(_scaled(apart, rows, slopes, second), terms, third)
        if wild is not None:
            x = _scaled(apart, wild, slopes, second)
            x += exponents[columns]
            steep = log_sum(x)
        flat = _flat_growth(problem, columns, block) if problem.flat else ()
        return top, columns.start + mode, terms.sum(), moments, excess, *steep, *flat

    tops, modes, masses, moments, excess, *rest = sweep(work, groups, outcomes)
    block = int(tops.argmax())
    top, factors = float(tops[block]), np.exp(tops - tops[block])
    mass = float(factors @ masses)
    shift, excess = factors @ moments / mass, factors @ excess / mass
    level = top + math.log(mass)
    linear = problem.slopes * shift
    for rows, grown in tiers:
        excess[rows] -= linear[rows] if grown is _expm1 else 0.0
    tilts, astray = _tilts(excess, linear)
    if wild is not None:
        excess[wild], astray[wild] = 0.0, False
        tilts[wild] = log_total(*rest) - level - linear[wild]
    if problem.flat:
        level = math.log1p(rest[1].sum() / rest[0].sum())
    return Fit(
        exponents,
        top,
        mass,
        int(modes[block]),
        problem.origin + problem.strength * level,
        problem.clipped(pilot + shift),
        excess,
        tilts,
        astray & (problem.steepness > 0.0),
    )


def _tilts(excess: Array, linear: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return log E[e^x] − E[x] from E[e^x − 1 − x] and E[x], and where it lost digits."""
    growth = excess + linear
    safe = np.maximum(growth, -0.5)
    tilts, centred = np.log1p(safe) - linear, np.abs(linear) <= excess
    if not centred.all():
        tilts = np.where(centred, tilts, excess - logarithm_deficit(safe))
    return tilts, 8.0 * tilts * (1.0 + growth) < excess + np.abs(linear * growth)


def sample_means(problem: Problem) -> Array:
    """Return mean rewards under the model of a sample of outcomes: of all, if they are few."""
    outcomes = problem.rewards.shape[1]
    width = _SAMPLE if outcomes <= _SAMPLE else _SAMPLE // 8
    starts = range(0, outcomes, max(width, outcomes // 8)) if outcomes > width else (0,)
    columns = [slice(start, min(start + width, outcomes)) for start in starts]
    found = [dense(problem.rewards[:, part]) for part in columns]
    exponents = [problem.exponents(*part) for part in zip(columns, found, strict=True)]
    sample = found[0] if len(found) == 1 else np.concatenate(found, axis=1)
    terms = exponents[0] if len(found) == 1 else np.concatenate(exponents)
    terms = np.exp(terms - terms.max())
    return problem.clipped(sample @ terms / terms.sum())


def _flat_growth(problem: Problem, columns: slice, block: Array) -> tuple[Any, ...]:
    """Return Σ π0 and Σ π0 (e^{(c − origin)/λ} − 1) on a block, for a c that varies less than λ."""
    reference = np.exp(problem.log_reference(columns))
    return reference.sum(), reference @ np.expm1(problem.combined(block) / problem.strength)


def _tiers(
    problem: Problem,
) -> tuple[list[tuple[Any, Callable[[Array, Array, Array], Array]]], Any]:
    """Return groups by how far their |x| can go with how to sum what e^x adds; and the huge."""
    steep = problem.steepness
    tiers = [((steep > 0.0) & (steep <= TAYLOR), _series)]
    tiers += [((steep > TAYLOR) & (steep <= HUGE), _expm1)]
    wild = np.flatnonzero(steep > HUGE)
    return [
        (_rows(some), grown) for some, grown in tiers if some.any()
    ], wild if wild.size else None


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


def _witness(
    problem: Problem, columns: slice, exponents: Array, model: Array
) -> tuple[float, float]:
    """Return the block's Σ π (exponent − log π), or, if c is flat, Σ π log(π/π0) and Σ π c."""
    if not problem.flat:
        logs = np.log(np.maximum(model, _TINY))
        return float((exponents - logs) @ model), 0.0
    reference = np.exp(problem.log_reference(columns))
    ratio = np.log1p((model - reference) / np.maximum(reference, _TINY))
    relative = model @ ratio - (model - reference).sum()
    combined = problem.combined(dense(problem.rewards[:, columns]))
    return float(relative), float(model @ combined)


def _bracket(
    problem: Problem, fit: Fit, mass: float, slack: float, gain: float
) -> tuple[float, float]:
    """Return <c,π> − λ KL(π‖π0) and ν + λ (Σ π0 e^{(c−ν)/λ} − 1), widened by their rounding."""
    strength, outcomes = problem.strength, fit.model.size
    spare = math.log(mass) - (mass - 1.0) / mass
    if problem.flat:
        lower = problem.origin + (gain - strength * slack) / mass + strength * spare
        upper, rounding = fit.multiplier, problem.scale
    else:
        lower = fit.multiplier + strength * (slack / mass - math.log(fit.mass) + math.log(mass))
        upper = fit.multiplier + strength * (mass - 1.0)
        rounding = problem.scale + strength
    rounding *= EPS * (8.0 + math.log2(outcomes))
    return min(lower, upper) - rounding, max(lower, upper) + rounding
