"""Why payments are needed: misreports that gain without them and lose with them ([S] Thm 3.3).

Sum domain: move e from the least to the most valued outcome, where every reward is positive, not
all are equal and e < min{1 − r(x1), r(x2)}. Max domain: lower the least reward by e. Under social
welfare with a full-support model both gain strictly, whatever the others report, and with zeros in
the model they never lose. Under affine maximizer payments every misreport loses B_Φ(c, c').
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.domains import MaxNormalized, SumNormalized
from mdsolve.games.domains.base import Domain
from mdsolve.incentives.assumptions import Condition
from mdsolve.payments import AffineMaximizer
from mdsolve.payments.affine_maximizer import row
from mdsolve.training_rules import SocialWelfare, TrainingRule
from mdsolve.type_graph import read_model

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Manipulation:
    """A misreport, the conditions that make it gain, and what it does gain.

    Attributes
    ----------
    group : str
    report : (outcomes,) array
    amount : float
        e, reward units.
    conditions : tuple of Condition
        Those of the theorem, each with its number.
    gain : float
        Change of w <r, π> without payments (welfare units).
    loss : float
        Utility lost under affine maximizer payments, at least 0; nan where the rule has none.
    """

    group: str
    report: Array
    amount: float
    conditions: tuple[Condition, ...]
    gain: float
    loss: float

    @property
    def promised(self) -> str:
        """``"a gain"``, ``"no loss"`` (the model has zeros) or ``"nothing"``: what is proved."""
        failed = [condition.name for condition in self.conditions if not condition.holds]
        return "a gain" if not failed else "no loss" if failed == [SUPPORT] else "nothing"

    def __repr__(self) -> str:
        head = (
            f"Manipulation of {self.group!r} by {self.amount:.6g}: {self.gain:+.6g} without "
            f"payments (promised: {self.promised}), {-self.loss:+.6g} with affine maximizer "
            "payments"
        )
        return "\n".join([head, *(f"  {condition}" for condition in self.conditions)])


SUPPORT = "full support"


def polarize(
    rule: Any,
    game: Game,
    group: Any,
    amount: float | None = None,
    *,
    best: int | None = None,
    least: int | None = None,
) -> Manipulation:
    """Return the sum domain's manipulation: e more for the best outcome, e less for the worst.

    Parameters
    ----------
    rule : TrainingRule, or callable from a Game to a model
    game : Game
    group : str or int
        Its true reward is the game's, in the sum domain.
    amount : float, optional
        e; half of the largest one that the theorem covers by default.
    best, least : int, optional
        Other outcomes than the most and the least valued one, to see the theorem fail.

    Raises
    ------
    InvalidInput
        If the reward is not in the domain, or the report would leave it.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[0.75, 0.25], [0.25, 0.75]])
    >>> found = polarize(md.SocialWelfare("kl", 0.5), game, 0, 0.125)
    >>> found.report, found.gain > 0, found.loss > 0, found.promised
    (array([0.875, 0.125]), True, True, 'a gain')
    """
    index = game.group_index(group)
    true = _true(game, index, SumNormalized())
    top = int(true.argmax()) if best is None else best
    low = int(true.shape[0] - 1 - true[::-1].argmin()) if least is None else least
    limit = min(1.0 - float(true[top]), float(true[low]))
    e = 0.5 * limit if amount is None else float(amount)
    if not 0.0 < e <= limit:
        raise InvalidInput(
            f"group {game.groups[index]!r}: moving {e:g} from outcome {game.outcomes[low]!r} "
            f"({true[low]:g}) to {game.outcomes[top]!r} ({true[top]:g}) leaves the domain or moves "
            f"nothing: at most {limit:g} can be moved. The theorem needs every reward positive."
        )
    report = true.copy()
    report[top] += e
    report[low] -= e
    smallest, spread = float(true.min()), float(np.ptp(true))
    conditions = (
        Condition("every reward positive", smallest > 0.0, smallest, "is the least reward"),
        Condition("not constant", spread > 0.0, spread, "is the rewards' range"),
        Condition(
            "from least to most valued",
            bool(true[top] == true.max() and true[low] == smallest),
            float(true[top] - true[low]),
            "is r(x1) − r(x2)",
        ),
        Condition("e below its limit", e < limit, limit, "is min{1 − r(x1), r(x2)}"),
    )
    return _manipulation(rule, game, index, report, e, conditions)


def lower_least(rule: Any, game: Game, group: Any, amount: float | None = None) -> Manipulation:
    """Return the max domain's manipulation: the least reward is reported e lower.

    Parameters
    ----------
    rule, game, group
        As for `polarize`; the true reward is in the max domain.
    amount : float, optional
        e, at most the least reward; half of that by default.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.5], [0.25, 1.0]])
    >>> found = lower_least(md.SocialWelfare("kl", 0.5), game, 0)
    >>> found.report, found.gain > 0, found.promised
    (array([1.  , 0.25]), True, 'a gain')
    """
    index = game.group_index(group)
    true = _true(game, index, MaxNormalized())
    low = int(true.argmin())
    limit = float(true[low])
    e = 0.5 * limit if amount is None else float(amount)
    if not 0.0 < e <= limit or true.size == 1:
        raise InvalidInput(
            f"group {game.groups[index]!r}: its least reward, {limit:g} (outcome "
            f"{game.outcomes[low]!r}), cannot be lowered by {e:g} in the max domain. Choose at "
            f"most {limit:g}, and more than 0."
        )
    report = true.copy()
    report[low] -= e
    spread = float(np.ptp(true))
    conditions = (
        Condition("every reward positive", limit > 0.0, limit, "is the least reward"),
        Condition("not constant", spread > 0.0, spread, "is the rewards' range"),
    )
    return _manipulation(rule, game, index, report, e, conditions)


def gradient(rule: SocialWelfare, game: Game, group: Any) -> Array:
    """Return the no-payment utility's gradient in the report, at truth: w² h (r − mean_h r)/λ.

    h is the derivative of each outcome's mass in its dual position, for KL the mass itself: w²
    π(x) (r(x) − v)/λ. A change d of the report helps to first order iff <gradient, d> > 0.

    Parameters
    ----------
    rule : SocialWelfare
    game : Game
    group : str or int

    Returns
    -------
    (outcomes,) array
        Welfare units per unit of reported reward.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> gradient(md.SocialWelfare("kl", 2.0), game, 0)
    array([ 0.125, -0.125])
    """
    if not isinstance(rule, SocialWelfare):
        raise InvalidInput(
            f"rule: {rule!r} has no gradient in closed form. Use SocialWelfare, or "
            "`best_response`, which searches any rule."
        )
    index = game.group_index(group)
    reward, size = row(game, index), float(game.sizes[index])
    spread = rule.value_function(game).solve().curvature
    centred = reward - float(spread @ reward) / float(spread.sum())
    return size * size * spread * centred / rule.strength


def _true(game: Game, group: int, domain: Domain) -> Array:
    true = np.array(row(game, group))
    if failed := domain.violation(true, game.outcomes):
        raise InvalidInput(f"group {game.groups[group]!r}: {failed}")
    return true


def _manipulation(
    rule: Any,
    game: Game,
    group: int,
    report: Array,
    amount: float,
    conditions: Sequence[Condition],
) -> Manipulation:
    true, size = row(game, group), float(game.sizes[group])
    truth = _model(rule, game)
    lie = _model(rule, game.reported(group, report))
    social = isinstance(rule, SocialWelfare)
    support = float(truth.min())
    positive = support > 0.0 or (social and not rule.divergence.clips)
    rest = (
        Condition("social-welfare rule", social, float(social), "says whether it is one"),
        Condition(SUPPORT, positive, support, "is the least mass of the model at truth"),
    )
    gain = size * float((true - true @ truth) @ (lie - truth))
    loss = AffineMaximizer().regret(rule, game, group, report, size) if social else float("nan")
    name = str(game.groups[group])
    return Manipulation(name, report, amount, (*conditions, *rest), gain, loss)


def _model(rule: Any, game: Game) -> Array:
    found = rule.train(game) if isinstance(rule, TrainingRule) else rule(game)
    return read_model(found, game.shape[1], "report")
