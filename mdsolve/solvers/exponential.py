"""KL in closed form: Φ(c) = λ log Σ π0 e^{c/λ}, model π0 e^{(c−Φ)/λ}, payments λ log E_π[e^x].

[S] Prop 4.4 and Thm 4.2 with D = KL, c = Σ w_i r_i and x = −(w_i/λ)(r_i − E_π r_i): group i pays
λ KL(π‖π_-i), here without any difference of large numbers.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games.blocks import dense
from mdsolve.precision import EPS, logarithm_deficit
from mdsolve.solvers.tilting import CERTAIN, HUGE, TAYLOR, bregman, taylor_excess, tilts

Array = NDArray[np.float64]
LogReference = Callable[[slice], Array]

_CELLS = 1 << 16  # half a megabyte: a block and its exponentials share the cache
_SAMPLE = 1 << 12  # outcomes from which the centres of the rewards are guessed
_PARALLEL = 1 << 19  # cells from which a second thread pays
_TERMS = 16  # groups that one product may add up before its rounding shows
_STEEP = 256.0  # Σ w|r|/λ from which exponents need the digits that a plain sum rounds off
_TINY = float(np.finfo(float).tiny)


@dataclass(frozen=True, slots=True, eq=False)
class Exponential:
    """A model trained under KL, the bracket around its value, and what the groups pay.

    Attributes
    ----------
    model : Array, shape (outcomes,)
        Probabilities π.
    multiplier : float
        ν = Φ(c) (welfare units).
    lower, upper : float
        Bracket of Φ(c), computed from the model and the multiplier and widened by its rounding.
    values : Array, shape (groups,)
        Mean rewards <r_i, π>.
    payments : Array, shape (groups,), or None
        Φ(c_-i) − Φ(c) + w_i <r_i, π> ≥ 0 (welfare units).
    utilities : Array, shape (groups,), or None
        Φ(c) − Φ(c_-i) (welfare units).
    """

    model: Array
    multiplier: float
    lower: float
    upper: float
    values: Array
    payments: Array | None
    utilities: Array | None


def solve(
    log_reference_block: LogReference,
    rewards: Any,
    weights: ArrayLike,
    strength: float,
    *,
    bounds: Array | None = None,
    payments: bool = True,
) -> Exponential:
    """Train a model under KL and charge every group, to relative rounding.

    Parameters
    ----------
    log_reference_block : callable
        From a slice of the outcomes to log π0 there.
    rewards : array or SciPy sparse array, shape (groups, outcomes)
    weights : array_like, shape (groups,)
        Sizes w ≥ 0, or the weights of a concave welfare.
    strength : float
        λ > 0.
    bounds : Array, shape (groups, 2), optional
        Smallest and largest reward of each group, where known.
    payments : bool
        Whether to compute payments and utilities.

    Raises
    ------
    InvalidInput
        Where the strength is not positive and finite, or so small that exponents overflow.

    Examples
    --------
    >>> logs = np.log([0.5, 0.5])
    >>> outcome = solve(lambda columns: logs[columns], np.array([[1.0, 0.0]]), [1.0], 1.0)
    >>> outcome.model.round(4), outcome.payments.round(4)
    (array([0.7311, 0.2689]), array([0.111]))
    """
    problem = _problem(log_reference_block, rewards, weights, strength, bounds)
    fit = _fit(problem, payments)
    charged = _charge(problem, fit) if payments else (None, None)
    lower, upper = _certify(problem, fit)
    return Exponential(fit.model, fit.multiplier, lower, upper, fit.means, *charged)


def regret(
    log_reference_block: LogReference,
    rewards: Any,
    weights: ArrayLike,
    strength: float,
    group: int,
    report: ArrayLike,
    weight: float | None = None,
) -> float:
    """Return the utility that a group loses by a misreport: λ KL(π'‖π) ≥ 0 ([S] Thm 4.2).

    Parameters
    ----------
    log_reference_block, rewards, weights, strength
        The true game, as for `solve`.
    group : int
        Who misreports.
    report : array_like, shape (outcomes,)
        The reward reported in place of ``rewards[group]``.
    weight : float, optional
        The size reported; the true one by default.

    Examples
    --------
    >>> logs, rewards = np.log([0.5, 0.5]), np.array([[1.0, 0.0]])
    >>> regret(lambda columns: logs[columns], rewards, [1.0], 1.0, 0, rewards[0])
    0.0
    """
    report, sizes = np.asarray(report, dtype=float), np.array(weights, dtype=float)
    truth = dense(rewards[group : group + 1, :])[0]
    size, told = sizes[group], sizes[group] if weight is None else float(weight)
    sizes[group] = told
    lie = _Reported(rewards, group, report)
    fit = _fit(_problem(log_reference_block, lie, sizes, strength, None), False)
    logs = fit.model
    logs -= fit.top + math.log(fit.mass)
    direction = size * (truth - report) + (size - told) * report
    return bregman(np.exp(logs), direction, strength, log_model=logs)


@dataclass(frozen=True, slots=True)
class _Reported:
    """Rewards in which one group's row is another."""

    rewards: Any
    group: int
    report: Array

    @property
    def shape(self) -> tuple[int, int]:
        return self.rewards.shape

    def __getitem__(self, key: tuple[slice, slice]) -> Array:
        block = np.array(dense(self.rewards[key]))
        block[self.group] = self.report[key[1]]
        return block


@dataclass(frozen=True, slots=True)
class _Problem:
    log_reference: LogReference
    rewards: Any
    weights: Array
    strength: float
    bounds: Array
    scale: float  # Σ w max|r|
    flat: bool  # c varies by less than λ
    halves: tuple[Array, Array, Array] | None
    origin: float
    slopes: Array  # −w/λ
    steepness: Array  # the most that |x| can be

    def combined(self, block: Array) -> Array:
        """Return c − origin on a block of rewards."""
        if self.halves is None:
            return _chunked(self.weights, block) - self.origin
        high, low, anchor = self.halves
        coarse = (block + anchor) - anchor
        return (high @ coarse - self.origin) + (high @ (block - coarse) + low @ block)

    def exponents(self, columns: slice, block: Array) -> Array:
        """Return log π0 + (c − origin)/λ."""
        total = self.combined(block)
        total /= self.strength
        total += self.log_reference(columns)
        return total


def _problem(
    log_reference: LogReference, rewards: Any, weights: ArrayLike, strength: float, bounds: Any
) -> _Problem:
    weights = np.asarray(weights, dtype=float)
    if not 0.0 < strength < math.inf:
        raise InvalidInput(f"strength: {strength} is not positive and finite. Choose λ > 0.")
    bounds = _bounds(rewards) if bounds is None else bounds
    peaks = np.abs(bounds).max(axis=1)
    scale = float(weights @ peaks)
    if not scale / strength < 1e300:
        raise InvalidInput(
            f"strength: {strength:g} is too small for combined rewards up to {scale:g}, "
            "exponents c/λ overflow. Rescale the rewards or choose a larger strength."
        )
    slopes = -weights / strength
    steepness = (bounds[:, 0] - bounds[:, 1]) * slopes
    flat = float(steepness.sum()) < 1.0
    halves = _halves(weights, peaks) if scale > _STEEP * strength else None
    origin = float(weights @ dense(rewards[:, :1])[:, 0])
    return _Problem(
        log_reference,
        rewards,
        weights,
        float(strength),
        bounds,
        scale,
        flat,
        halves,
        origin,
        slopes,
        steepness,
    )


def _halves(weights: Array, peaks: Array) -> tuple[Array, Array, Array]:
    """Split weights, and give the anchors that split rewards, so that high @ high is exact.

    The high parts of w and r are multiples of powers of two whose product is, for every group,
    the same unit: their sum needs no rounding. (r + anchor) − anchor rounds r to its multiple.
    """
    mantissas, powers = np.frexp(weights)
    _, top = np.frexp(2.0 * weights.size * np.max(weights * peaks))
    powers = np.maximum(powers, powers.max() - 100) - 24
    high = np.ldexp(np.rint(np.ldexp(weights, -powers)), powers)
    return high, weights - high, 1.5 * np.ldexp(1.0, top - powers)[:, None]


def _chunked(weights: Array, block: Array) -> Array:
    total = weights[:_TERMS] @ block[:_TERMS]
    for start in range(_TERMS, weights.size, _TERMS):
        total += weights[start : start + _TERMS] @ block[start : start + _TERMS]
    return total


def _bounds(rewards: Any) -> Array:
    def work(columns: slice, _: Array) -> tuple[Array, Array]:
        block = dense(rewards[:, columns])
        return block.min(axis=1), block.max(axis=1)

    low, high = _sweep(work, *rewards.shape)
    return np.stack([low.min(axis=0), high.max(axis=0)], axis=1)


def _threads() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _sweep(work: Callable[[slice, Array], tuple[Any, ...]], rows: int, outcomes: int) -> list[Any]:
    """Return the stacked results of work(columns, scratch) on every block of columns, in order."""
    width = max(1, min(_CELLS // rows, outcomes))
    starts = range(0, outcomes, width)

    def run(part: Iterable[int]) -> list[tuple[Any, ...]]:
        scratch = np.empty((rows, width))
        columns = [slice(start, min(start + width, outcomes)) for start in part]
        return [work(part, scratch[:, : part.stop - part.start]) for part in columns]

    threads = min(_threads(), len(starts)) if rows * outcomes >= _PARALLEL else 1
    if threads == 1:
        results = run(starts)
    else:
        share = -(-len(starts) // threads)
        with ThreadPoolExecutor(threads) as pool:
            parts = pool.map(run, [starts[k * share : (k + 1) * share] for k in range(threads)])
            results = [result for part in parts for result in part]
    return [np.array(result) for result in zip(*results, strict=True)]


@dataclass(frozen=True, slots=True)
class _Fit:
    """One reading of the rewards: exponents, kept where the model will be, and what they sum to.

    The model is e^{exponent − top}/mass; x = slope (r − mean pilot) has mean `linear`, and
    e^x − 1 − x has mean `excess`, for each group mild enough that nothing overflows.
    """

    model: Array
    top: float
    mass: float
    mode: int
    multiplier: float
    means: Array
    linear: Array
    excess: Array


def _fit(problem: _Problem, payments: bool) -> _Fit:
    groups, outcomes = problem.rewards.shape
    exponents = np.empty(outcomes)
    slopes, tiers = problem.slopes[:, None], _tiers(problem) if payments else []
    pilot = _pilot(problem)[:, None]

    def work(columns: slice, scratch: Array) -> tuple[Any, ...]:
        block = dense(problem.rewards[:, columns])
        terms = problem.exponents(columns, block)
        exponents[columns] = terms
        mode = int(terms.argmax())
        top = terms[mode]
        terms -= top
        np.exp(terms, out=terms)
        apart = np.subtract(block, pilot, out=scratch)
        moments, excess = apart @ terms, np.zeros(groups)
        for rows, growth in tiers:
            x = apart[rows]
            x *= slopes[rows]
            excess[rows] = growth(x, terms)
        sums = terms.sum(), moments, excess
        return top, columns.start + mode, *sums, *_growth(problem, columns, block)

    tops, modes, masses, moments, excess, *growths = _sweep(work, groups, outcomes)
    block = int(tops.argmax())
    top, factors = float(tops[block]), np.exp(tops - tops[block])
    mass = float(factors @ masses)
    mean, excess = factors @ moments / mass, factors @ excess / mass
    if problem.flat:
        level = math.log1p(growths[1].sum() / growths[0].sum())
    else:
        level = top + math.log(mass)
    linear = problem.slopes * mean
    mean = np.clip(pilot[:, 0] + mean, problem.bounds[:, 0], problem.bounds[:, 1])
    multiplier = problem.origin + problem.strength * level
    for rows, growth in tiers:
        if growth is _expm1:
            excess[rows] -= linear[rows]
    return _Fit(exponents, top, mass, int(modes[block]), multiplier, mean, linear, excess)


def _pilot(problem: _Problem) -> Array:
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
    low, high = problem.bounds.T
    return np.minimum(np.maximum(sample @ terms / terms.sum(), low), high)


def _growth(problem: _Problem, columns: slice, block: Array) -> tuple[Any, ...]:
    """Return Σ π0 and Σ π0 (e^{(c − origin)/λ} − 1) on a block, if c varies by less than λ."""
    if not problem.flat:
        return ()
    reference = np.exp(problem.log_reference(columns))
    return reference.sum(), reference @ np.expm1(problem.combined(block) / problem.strength)


def _tiers(problem: _Problem) -> list[tuple[Any, Callable[[Array, Array], Array]]]:
    """Return groups by how far their |x| can go, and how to sum what e^x adds to each."""
    steep = problem.steepness
    tiers = [((steep > 0.0) & (steep <= TAYLOR), _series)]
    tiers += [((steep > TAYLOR) & (steep <= HUGE), _expm1)]
    return [(_rows(chosen), growth) for chosen, growth in tiers if chosen.any()]


def _rows(chosen: NDArray[np.bool_]) -> Any:
    """Return how to index the chosen groups: all by a slice, which copies nothing."""
    return slice(None) if chosen.all() else np.flatnonzero(chosen)


def _series(x: Array, terms: Array) -> Array:
    return taylor_excess(x, np.empty_like(x)) @ terms


def _expm1(x: Array, terms: Array) -> Array:
    return np.expm1(x, out=x) @ terms


def _charge(problem: _Problem, fit: _Fit) -> tuple[Array, Array]:
    """Return payments and utilities; groups whose sums may have cancelled are done anew."""
    linear, excess = fit.linear, fit.excess
    centred = np.abs(linear) <= excess
    tilt = np.log1p(linear + excess) - linear
    if not centred.all():
        tilt = np.where(centred, tilt, excess - logarithm_deficit(linear + excess))
    payments = problem.strength * tilt
    utilities = problem.weights * fit.means - payments
    sure = (8.0 * tilt >= excess) & (payments <= 32.0 * np.abs(utilities))
    sure &= (excess >= CERTAIN) | (problem.steepness <= TAYLOR)
    again = np.flatnonzero(~sure & (problem.steepness > 0.0))
    if again.size:
        payments[again], utilities[again] = _anew(problem, fit, again)
    return payments, utilities


def _anew(problem: _Problem, fit: _Fit, rows: Any) -> tuple[Array, Array]:
    anchors, slopes = problem.bounds[rows, 0], problem.slopes[rows]
    groups, outcomes = problem.rewards.shape
    level, width = fit.top + math.log(fit.mass), max(1, _CELLS // groups)

    def parts() -> Iterable[tuple[Array, Array]]:
        for start in range(0, outcomes, width):
            columns = slice(start, min(start + width, outcomes))
            yield fit.model[columns] - level, dense(problem.rewards[:, columns])[rows]

    at_mode = dense(problem.rewards[:, fit.mode : fit.mode + 1])[rows, 0]
    found = tilts(parts, at_mode, slopes, anchors)
    utilities = problem.weights[rows] * anchors - problem.strength * found.anchored
    return problem.strength * found.centred, utilities


def _certify(problem: _Problem, fit: _Fit) -> tuple[float, float]:
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
    sums = _sweep(work, rows, fit.model.size)
    return _bracket(problem, fit, *(float(found.sum()) for found in sums))


def _witness(
    problem: _Problem, columns: slice, exponents: Array, model: Array
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
    problem: _Problem, fit: _Fit, mass: float, slack: float, gain: float
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
