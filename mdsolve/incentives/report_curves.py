"""What reports bring a group of a fixed true type: w <r, π(report)> less what it is charged.

A family of reports makes a curve: the truth scaled by a, or polarized by e, as in [S]'s pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.domains import SumNormalized
from mdsolve.incentives.envelope import normalized_domain
from mdsolve.mechanism import Mechanism
from mdsolve.payments.affine_maximizer import row
from mdsolve.precision import EPS
from mdsolve.training_rules import FiniteMenu, TrainingRule
from mdsolve.type_graph import outcomes_of, read_model

Array = NDArray[np.float64]


class Play(NamedTuple):
    """What a report brings a group of fixed true type (welfare units)."""

    valuation: float
    payment: float
    error: float

    @property
    def utility(self) -> float:
        """Valuation less payment."""
        return self.valuation - self.payment


def reporting(
    mechanism: Any, game: Game, group: int, payment: Any = None
) -> Callable[[Array, float], Play]:
    """Return the function from a report (reward, size) to what it brings the group.

    Parameters
    ----------
    mechanism : Mechanism, TrainingRule, FiniteMenu, or callable
        A callable maps a Game to a model, or to (model, payments).
    game : Game
        Its true type is the group's row.
    group : int
    payment : Payment, or callable, optional
        With a rule: `AffineMaximizer()` and the like, or a function from (game, model) to what the
        group pays, or all groups do. None: no payment.
    """
    if payment is None and isinstance(mechanism, Mechanism):
        mechanism, payment = mechanism.rule, mechanism.payment
    charge: Any = payment
    settles = hasattr(payment, "settle")
    trains = isinstance(mechanism, (TrainingRule, FiniteMenu))
    if isinstance(mechanism, Mechanism) or not (trains or (callable(mechanism) and not settles)):
        raise InvalidInput(
            f"mechanism: {mechanism!r} with payment {payment!r}. Pass a Mechanism, a rule with a "
            "payment or none, or a function from a Game to a model or to (model, payments)."
        )
    rule: Any = mechanism
    true = true_reward(rule, game, group)
    own, size = row(game, group), float(game.sizes[group])
    outcomes = outcomes_of(rule, game)
    rounding = 4.0 * EPS * (8.0 + outcomes) * size * float(np.abs(true).max())

    def play(reward: Array, told: float) -> Play:
        menu = isinstance(rule, FiniteMenu)
        chosen = rule.reported(group, reward) if menu else rule
        reported = game.reported(group, own if menu else reward, told)
        unsure = rounding
        if settles:
            outcome = Mechanism(chosen, charge).run(reported)
            model, charged = outcome.model, float(outcome.payments[group])
            unsure += float(outcome.payment_upper[group] - outcome.payment_lower[group])
        else:
            found = chosen.train(reported) if trains else chosen(reported)
            found, charges = found if isinstance(found, tuple) else (found, 0.0)
            model = read_model(found, outcomes, "report")
            if payment is not None:
                charges = payment(reported, model)
            charged = float(np.broadcast_to(charges, game.shape[0])[group])
        return Play(size * float(true @ model), charged, unsure)

    return play


def true_reward(rule: Any, game: Game, group: int) -> Array:
    """Return what a group values: its row of the game, or its column of a menu."""
    if isinstance(rule, FiniteMenu):
        return np.array(rule.values[:, group])
    return np.array(row(game, group))


@dataclass(frozen=True, eq=False)
class ReportCurve:
    """What a family of reports brings a group, one point a report.

    Attributes
    ----------
    parameters : (points,) array
        The scale of the report, or the amount e.
    valuations, payments, utilities : (points,) arrays
        Welfare units, of the group's true type.
    name : str
        What the parameter is.
    truthful : float
        Utility of the truth.
    """

    parameters: Array
    valuations: Array
    payments: Array
    utilities: Array
    name: str
    truthful: float


def scaling_curve(
    mechanism: Any, game: Game, group: Any, scales: ArrayLike, *, payment: Any = None
) -> ReportCurve:
    """Return what reporting a·r in place of r brings, for several scales a ≥ 0.

    Parameters
    ----------
    mechanism, payment
        As for `reporting`.
    game : Game
    group : str or int
    scales : (points,) array_like
        1 is the truth.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> mechanism = md.Mechanism(md.SocialWelfare("l2", 4.0), md.AffineMaximizer())
    >>> scaling_curve(mechanism, game, 0, [0.5, 1.0, 2.0]).utilities.argmax()
    np.int64(1)
    """
    index = game.group_index(group)
    play = reporting(mechanism, game, index, payment)
    true = true_reward(getattr(mechanism, "rule", mechanism), game, index)
    return _curve(play, game, index, true, scales, lambda scale: scale * true, "scale")


def polarizing_curve(
    mechanism: Any,
    game: Game,
    group: Any,
    amounts: ArrayLike,
    *,
    payment: Any = None,
    domain: Any = None,
) -> ReportCurve:
    """Return what the manipulation of the domain brings, for several amounts e.

    Parameters
    ----------
    mechanism, payment
        As for `reporting`.
    game : Game
    group : str or int
    amounts : (points,) array_like
        e, cut off at what the least reward has.
    domain : Domain or str, optional
        ``"sum"`` or ``"max"``; by default the one that the reward is in.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[0.75, 0.25], [0.25, 0.75]])
    >>> found = polarizing_curve(md.SocialWelfare("l2", 1.0), game, 0, [0.0, 0.125, 0.25])
    >>> found.utilities
    array([0.5    , 0.53125, 0.5625 ])
    """
    index = game.group_index(group)
    play = reporting(mechanism, game, index, payment)
    true = true_reward(getattr(mechanism, "rule", mechanism), game, index)
    chosen = normalized_domain(domain, true)
    best, least = int(true.argmax()), int(true.argmin())

    def told(amount: float) -> Array:
        report = true.copy()
        moved = min(amount, float(true[least]))
        report[least] -= moved
        report[best] += moved if isinstance(chosen, SumNormalized) else 0.0
        return report

    return _curve(play, game, index, true, amounts, told, "amount e")


def _curve(
    play: Callable[[Array, float], Play],
    game: Game,
    group: int,
    true: Array,
    parameters: ArrayLike,
    report: Callable[[float], Array],
    name: str,
) -> ReportCurve:
    points, size = np.asarray(parameters, dtype=float), float(game.sizes[group])
    if points.ndim != 1 or not points.size or not (points >= 0.0).all():
        raise InvalidInput(f"{name}: {parameters!r}. Give a list of numbers ≥ 0.")
    plays = [play(report(float(point)), size) for point in points]
    valuations, payments, _ = np.array(plays).T
    truthful = play(true, size).utility
    return ReportCurve(points, valuations, payments, valuations - payments, name, truthful)
