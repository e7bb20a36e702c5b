"""Affine maximizer payments p_i = Φ(c₋ᵢ) − Φ(c) + w_i <r_i, π*> = B_Φ(c₋ᵢ, c) ([S] Thm 4.2).

Each group pays what its presence costs the others; truth is then a dominant strategy, and with
r_i ≥ 0 nobody loses by taking part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.blocks import dense
from mdsolve.games.combined import PLAIN_LIMIT, Combined
from mdsolve.payments.settlement import Settlement
from mdsolve.precision import EPS
from mdsolve.solvers import exponential
from mdsolve.training_rules import FiniteMenu, TrainingRule
from mdsolve.training_rules.training import (
    accept,
    checked_tolerance,
    is_constrained,
    trained,
)
from mdsolve.value_function import Optimum, ValueFunction

Array = NDArray[np.float64]

_FAST = ("auto", "exponential", "multiplier")
#: what a payment may lose to rounding, relatively: most where masses q e^s have s up to 745
ROUNDING = 2.0**-42


@dataclass(frozen=True)
class AffineMaximizer:
    """What each group's presence costs the others: dominant-strategy truthful ([S] Thm 4.2).

    Refuses rules that are not affine maximizers: for those no such payment is known to work.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], sizes=[3, 1])
    >>> md.Mechanism(md.SocialWelfare("l2", 4.0), md.AffineMaximizer()).run(game).payments
    array([0.28125, 0.03125])
    """

    def settle(
        self,
        rule: TrainingRule | FiniteMenu,
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
            If the rule is not an affine maximizer, or constraints depend on reports.
        """
        refuse_other_rules(rule)
        checked_tolerance(tolerance)
        if isinstance(rule, FiniteMenu):
            return _settle_menu(rule, game, constraints)
        if solver in _FAST and not is_constrained(constraints):
            return _settle_exactly(rule, game, solver, tolerance)
        return _settle_inexactly(rule, game, solver, tolerance, constraints)

    def regret(
        self, rule: TrainingRule | FiniteMenu, game: Game, group: int, reward: Array, size: float
    ) -> float:
        """Return what the group loses by reporting (reward, size): B_Φ(c, c') ≥ 0."""
        if isinstance(rule, FiniteMenu):
            return _menu_regret(rule, game, group, reward, size)
        phi = rule.value_function(game)
        if rule.divergence.name == "kl":
            return exponential.regret(
                game.log_reference_block,
                game.rewards,
                game.sizes,
                rule.strength,
                group,
                reward,
                size,
            )
        lie = rule.value_function(game.reported(group, reward, size)).solve(engine="multiplier")
        assert lie.point is not None
        apart, told = _from(lie.point.anchor, row(game, group) - reward, reward)
        true_size = float(game.sizes[group])
        change = true_size * apart + (true_size - size) * told
        return phi.bregman(lie, change, phi.combine(game.sizes))[0]


def _from(outcome: int, *rewards: Array) -> list[Array]:
    """Return rewards less those of one outcome, so that a common level costs no digits."""
    return [reward - reward[outcome] for reward in rewards]


def row(game: Game, group: int) -> Array:
    """Return one group's rewards as a dense array."""
    return dense(game.rewards[group : group + 1, :])[0]


def refuse_other_rules(rule: Any) -> None:
    """Refuse rules that do not maximise affine welfare over a fixed set of models."""
    if not getattr(rule, "affine_maximizer", False):
        raise InvalidInput(
            f"payment AffineMaximizer: {rule!r} does not maximise Σ w_i v_i − λD over a fixed set "
            "of models, so these payments would not make truth a dominant strategy. Use "
            "SocialWelfare or FiniteMenu, or train the rule without payments."
        )


def _settle_exactly(rule: TrainingRule, game: Game, solver: str, tolerance: float) -> Settlement:
    engine = rule.engine(solver)
    phi = rule.value_function(game)
    if engine == "exponential":
        found = phi.exponential(game.sizes, payments=True)
        at = phi.from_exponential(found, game.sizes)
        payments, utilities = found.payments, found.utilities
    else:
        at = phi.solve(engine=engine)
        payments = np.array([_payment(phi, at, group) for group in range(game.shape[0])])
        utilities = game.sizes * at.values - payments
    training = accept(game, trained(at, rule), tolerance, rule.strength)
    assert payments is not None
    assert utilities is not None
    steep = float(game.sizes @ np.abs(game.reward_bounds).max(axis=1)) / rule.strength
    rounding = max(ROUNDING, 4.0 * EPS * steep) * payments
    slack = training.gap + 4.0 * EPS * np.abs(game.sizes * at.values) + rounding
    return Settlement(
        training,
        payments,
        utilities,
        np.maximum(0.0, payments - slack),
        payments + slack,
        exact=True,
    )


def _payment(phi: ValueFunction, at: Optimum, group: int) -> float:
    lowest, highest = phi.game.reward_bounds[group]
    if lowest == highest:
        return 0.0
    assert at.point is not None
    assert at.combined is not None
    reward, size = row(phi.game, group), float(phi.game.sizes[group])
    change = -size * (reward - reward[at.point.anchor])
    return phi.bregman(at, change, without(phi, at.combined, group))[0]


def without(phi: ValueFunction, combined: Combined, group: int) -> Combined:
    """Return c₋ᵢ: c less what the group adds, or anew where that would leave few digits."""
    rest = np.array(phi.game.sizes)
    rest[group] = 0.0
    spread = float(rest @ np.ptp(phi.game.reward_bounds, axis=1))
    if combined.low is None and combined.scale > PLAIN_LIMIT * spread:
        return phi.combine(rest)
    return combined.plus(-phi.game.sizes[group], row(phi.game, group))


def _settle_inexactly(
    rule: TrainingRule, game: Game, solver: str, tolerance: float, constraints: Any
) -> Settlement:
    """Charge F(π₋ᵢ; c₋ᵢ) − F(π; c₋ᵢ): for any π returned no lie gains over the main gap."""
    training = rule.train(game, solver=solver, tolerance=tolerance, constraints=constraints)
    payments, lower, upper = np.empty((3, game.shape[0]))
    for group in range(game.shape[0]):
        absent = game.reported(group, np.zeros(game.shape[1]))
        phi = rule.value_function(absent)
        combined = phi.combine(absent.sizes)
        pivot = rule.train(absent, solver=solver, tolerance=tolerance, constraints=constraints)
        others = phi.objective(training.model, combined)
        slack = 2.0 * phi.rounding(combined)
        payments[group] = phi.objective(pivot.model, combined) - others
        lower[group], upper[group] = pivot.lower - others - slack, pivot.upper - others + slack
    utilities = game.sizes * np.asarray(game.rewards @ training.model) - payments
    return Settlement(training, payments, utilities, lower, upper, exact=False)


def _settle_menu(rule: FiniteMenu, game: Game, constraints: Any) -> Settlement:
    training = rule.train(game, constraints=constraints)
    gains = game.sizes * rule.values
    scores = rule.welfare(game.sizes)
    chosen = rule.choose(game.sizes)
    without = scores[:, None] - gains
    payments = (without - without[chosen]).max(axis=0)
    slack = 2.0 * training.gap
    return Settlement(
        training,
        payments,
        gains[chosen] - payments,
        np.maximum(0.0, payments - slack),
        payments + slack,
        exact=True,
    )


def _menu_regret(rule: FiniteMenu, game: Game, group: int, reward: Array, size: float) -> float:
    sizes = np.array(game.sizes)
    sizes[group] = size
    truth = rule.choose(game.sizes)
    lie = rule.reported(group, reward).choose(sizes)
    scores = rule.welfare(game.sizes)
    return float(scores[truth] - scores[lie])
