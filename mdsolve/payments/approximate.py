"""Two payments that spare training runs: p_i = h_i − F(π; c₋ᵢ), F = <c, π> − λ D ([S] §4.3).

The pivot h_i stands in for Φ(c₋ᵢ), which takes a full run without each group. As F(π; c₋ᵢ) is
that of the model returned, u_i = F(π; c) − h_i: where h_i does not depend on i's report no
misreport gains more than the gap of the main run, and h_i ≤ Φ(c₋ᵢ) leaves nobody worse off by
more than that gap.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.payments.settlement import Settlement
from mdsolve.payments.training_runs import (
    Trajectory,
    certified_upper,
    trajectory,
    value_at,
    whole_number,
)
from mdsolve.solvers.mirror_descent import LEAST, Run
from mdsolve.training_rules import TOLERANCE, Training
from mdsolve.training_rules.training import is_constrained

Array = NDArray[np.float64]


class Cost(NamedTuple):
    """What a payment takes: training runs begun, and mirror descent steps in all of them."""

    runs: int
    steps: int


class ApproximatePayment(ABC):
    """A pivot h_i ≤ Φ(c₋ᵢ) from unfinished training; a new one is a subclass."""

    @abstractmethod
    def settle(
        self,
        rule: Any,
        game: Game,
        *,
        solver: str = "auto",
        tolerance: float,
        constraints: Any = (),
    ) -> Settlement:
        """Return the trained model, all groups' payments and their intervals."""

    @abstractmethod
    def cost(self, groups: int) -> Cost:
        """Return the training runs and steps for a game of so many groups."""

    def regret(self, rule: Any, game: Game, group: int, reward: Array, size: float) -> float:
        """Return the utility that the group loses by reporting (reward, size): it may be below 0.

        Both reports are trained and charged; utilities are by the game's own reward.
        """
        truth = self.settle(rule, game, tolerance=TOLERANCE)
        told = game.reported(group, reward, size)
        lie = self.settle(rule, told, tolerance=TOLERANCE)
        value = float(np.asarray(game.rewards @ lie.training.model)[group])
        gained = float(game.sizes[group]) * value - float(lie.payments[group])
        return float(truth.utilities[group]) - gained


class Checkpoints(ApproximatePayment):
    """h_i is the best saved checkpoint of the one training run, for the others' welfare.

    The model returned is the best checkpoint for the whole welfare, so p_i ≥ 0; with r_i ≥ 0
    nobody loses by taking part. A report moves the checkpoints, so truth need not be dominant.

    Parameters
    ----------
    steps : int
        Mirror descent steps.
    step_size : float, optional
        η (1 / welfare units); 0.1/λ by default.
    every : int
        A checkpoint every so many steps, besides the reference and the last model.

    Raises
    ------
    InvalidInput
        If a number of steps is not a positive integer.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], sizes=[3, 1])
    >>> rule = md.SocialWelfare("kl", 4.0)
    >>> md.Mechanism(rule, Checkpoints(steps=50)).run(game).payments.round(4)
    array([0.2418, 0.    ])
    """

    def __init__(self, steps: int = 100, step_size: float | None = None, every: int = 1) -> None:
        whole_number("steps", steps)
        whole_number("every", every)
        self.steps, self.step_size, self.every = steps, step_size, every

    def settle(
        self,
        rule: Any,
        game: Game,
        *,
        solver: str = "auto",
        tolerance: float,
        constraints: Any = (),
    ) -> Settlement:
        """Return the best checkpoint, all groups' payments and their intervals.

        The tolerance is not asked for: the steps decide, and the bracket tells.

        Raises
        ------
        InvalidInput
            If the rule is not social welfare, another solver is named, or constraints are given.
        """
        _refuse(self, solver, constraints, ("auto", "mirror_descent"))
        run = finished(
            trajectory(rule, game, self.steps, step_size=self.step_size, every=self.every)
        )
        others = others_welfare(rule, game, run.models)
        charged = others - others[:, [run.best]]
        best = charged.argmax(axis=1)
        pivots = charged[np.arange(best.size), best]
        return settled(rule, game, run.training(game, run.best), pivots, run.models[best])

    def cost(self, groups: int) -> Cost:
        """Return one run."""
        return Cost(1, self.steps)

    def __repr__(self) -> str:
        return f"Checkpoints(steps={self.steps}, every={self.every})"


class EarlyStopped(ApproximatePayment):
    """h_i is the last model of a short run without i, begun at the reference.

    It does not depend on i's report: no misreport gains more than the main solve's gap, nothing
    where that is exact. A payment may be negative.

    Parameters
    ----------
    steps : int, optional
        Mirror descent steps of the main run; without it the main solve is to the tolerance.
    pivot_steps : int
        Steps of each run without a group.
    step_size : float, optional
        η (1 / welfare units); 0.1/λ by default.

    Raises
    ------
    InvalidInput
        If a number of steps is not a positive integer.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], sizes=[3, 1])
    >>> rule = md.SocialWelfare("kl", 4.0)
    >>> md.Mechanism(rule, EarlyStopped(pivot_steps=20)).run(game).payments.round(4)
    array([0.2744, 0.025 ])
    """

    def __init__(
        self, steps: int | None = None, pivot_steps: int = 20, step_size: float | None = None
    ) -> None:
        if steps is not None:
            whole_number("steps", steps)
        whole_number("pivot_steps", pivot_steps)
        self.steps, self.pivot_steps, self.step_size = steps, pivot_steps, step_size

    def settle(
        self,
        rule: Any,
        game: Game,
        *,
        solver: str = "auto",
        tolerance: float,
        constraints: Any = (),
    ) -> Settlement:
        """Return the trained model, all groups' payments and their intervals.

        Raises
        ------
        InvalidInput
            If the rule is not social welfare, constraints are given, or a solver is named for a
            main run of so many steps.
        ToleranceNotReached
            If the main solve is to the tolerance, and misses it.
        """
        training = self._main(rule, game, solver, tolerance, constraints)
        pivots = np.stack(
            [
                finished(
                    trajectory(
                        rule,
                        game,
                        self.pivot_steps,
                        step_size=self.step_size,
                        every=self.pivot_steps,
                        without=group,
                    )
                ).models[-1]
                for group in range(game.shape[0])
            ]
        )
        welfare = others_welfare(rule, game, np.vstack([pivots, training.model]))
        return settled(rule, game, training, np.diagonal(welfare) - welfare[:, -1], pivots)

    def cost(self, groups: int) -> Cost:
        """Return the main run and one without each group; a main solve counts no steps."""
        return Cost(1 + groups, (self.steps or 0) + groups * self.pivot_steps)

    def __repr__(self) -> str:
        return f"EarlyStopped(steps={self.steps}, pivot_steps={self.pivot_steps})"

    def _main(
        self, rule: Any, game: Game, solver: str, tolerance: float, constraints: Any
    ) -> Training:
        if self.steps is None:
            _refuse(self, "auto", constraints, ("auto",))
            value_at(rule, game)
            return rule.train(game, solver=solver, tolerance=tolerance)
        _refuse(self, solver, constraints, ("auto", "mirror_descent"))
        run = finished(
            trajectory(rule, game, self.steps, step_size=self.step_size, every=self.steps)
        )
        return run.training(game, run.best)


def others_welfare(rule: Any, game: Game, models: Array) -> Array:
    """Return F(π_k; c₋ᵢ) less max c, (groups, models), welfare units."""
    phi, combined = value_at(rule, game)
    gains = game.sizes[:, None] * np.asarray(game.rewards @ models.T)
    costs = np.array([phi.divergence_of(model) for model in models])
    welfare = models @ (combined.high - combined.high.max()) - rule.strength * costs
    return welfare - gains


def settled(
    rule: Any, game: Game, training: Training, payments: Array, pivots: Array
) -> Settlement:
    """Return payments h_i − F(π; c₋ᵢ) with the interval that Φ(c₋ᵢ) in place of h_i has.

    It begins at the payment, as h_i ≤ Φ(c₋ᵢ), and ends where the pivot's gradient proves.
    """
    lower, upper = np.empty((2, game.shape[0]))
    for group, pivot in enumerate(pivots):
        phi, combined = value_at(rule, game, group)
        logarithm = np.log(np.maximum(pivot, LEAST))
        run = Run(game.log_reference, combined.high, rule.divergence, rule.strength, 1e-300)
        above, _ = certified_upper(phi, combined, run.multipliers(logarithm))
        slack = 2.0 * phi.rounding(combined)
        others = phi.objective(training.model, combined)
        lower[group] = payments[group] - slack
        upper[group] = max(payments[group], above - others) + slack
    utilities = game.sizes * np.asarray(game.rewards @ training.model) - payments
    return Settlement(training, payments, utilities, lower, upper, exact=False)


def finished(run: Trajectory) -> Trajectory:
    """Pass an interruption on: nobody is charged by half a run."""
    if not run.finished:
        raise KeyboardInterrupt(f"interrupted after {run.state.step} steps; nobody was charged.")
    return run


def _refuse(payment: Any, solver: str, constraints: Any, solvers: tuple[str, ...]) -> None:
    if is_constrained(constraints):
        raise InvalidInput(
            f"payment {payment!r}: mirror descent takes no constraints of the user's own. Leave "
            "them out, or charge AffineMaximizer."
        )
    if solver not in solvers:
        raise InvalidInput(
            f"payment {payment!r}: its model comes from mirror descent, not from solver "
            f'{solver!r}. Use solver="auto", or charge AffineMaximizer.'
        )
