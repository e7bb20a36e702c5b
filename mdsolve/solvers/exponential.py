"""KL in closed form: Φ(c) = λ log Σ π0 e^{c/λ}, model π0 e^{(c−Φ)/λ}, payments λ log E_π[e^x].

[S] Prop 4.4 and Thm 4.2 with D = KL, c = Σ w_i r_i and x = −(w_i/λ)(r_i − E_π r_i): group i pays
λ KL(π‖π₋ᵢ), here without any difference of large numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mdsolve.games.blocks import dense
from mdsolve.solvers import exponential_family as family
from mdsolve.solvers.exponential_family import Array, LogReference, Problem, pose
from mdsolve.solvers.exponential_fit import Fit, certify, fit
from mdsolve.solvers.tilting import CERTAIN, HUGE, TAYLOR, bregman, tilts


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
        Φ(c₋ᵢ) − Φ(c) + w_i <r_i, π> ≥ 0 (welfare units).
    utilities : Array, shape (groups,), or None
        Φ(c) − Φ(c₋ᵢ) (welfare units).
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
    (array([0.7311, 0.2689]), array([0.1109]))
    """
    problem = pose(log_reference_block, rewards, weights, strength, bounds)
    found = fit(problem, payments)
    charged = _charge(problem, found) if payments else (None, None)
    lower, upper = certify(problem, found)
    return Exponential(found.model, found.multiplier, lower, upper, found.means, *charged)


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
    found = fit(pose(log_reference_block, lie, sizes, strength, None), False)
    logs = found.model
    logs -= found.top + math.log(found.mass)
    truth, report = truth - truth[found.mode], report - report[found.mode]  # levels cost no digits
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


def _charge(problem: Problem, found: Fit) -> tuple[Array, Array]:
    """Return payments and utilities; groups whose sums may have cancelled are done anew."""
    payments = problem.strength * found.tilts
    utilities = problem.weights * found.means - payments
    unsure = found.astray | (payments > 32.0 * np.abs(utilities))
    unsure |= (problem.steepness > TAYLOR) & (found.excess < CERTAIN)
    unsure &= (problem.steepness <= HUGE) | (found.tilts < 1.0)
    again = np.flatnonzero(unsure & (problem.steepness > 0.0))
    if again.size:
        payments[again], utilities[again] = _anew(problem, found, again)
    return payments, utilities


def _anew(problem: Problem, found: Fit, rows: Any) -> tuple[Array, Array]:
    anchors, slopes = problem.bounds[rows, 0], problem.slopes[rows]
    groups, outcomes = problem.rewards.shape
    level, width = found.top + math.log(found.mass), max(1, family.CELLS // groups)

    def parts() -> Iterable[tuple[Array, Array]]:
        for start in range(0, outcomes, width):
            columns = slice(start, min(start + width, outcomes))
            yield found.model[columns] - level, dense(problem.rewards[:, columns])[rows]

    at_mode = dense(problem.rewards[:, found.mode : found.mode + 1])[rows, 0]
    tilted = tilts(parts, at_mode, slopes, anchors)
    utilities = problem.weights[rows] * anchors - problem.strength * tilted.anchored
    return problem.strength * tilted.centred, utilities
