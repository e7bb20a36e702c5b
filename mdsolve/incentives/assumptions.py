"""The conditions under which the theorems of [S] speak: Assumption 3.2 (1-3) and 4.3, with numbers.

A model of L2 or χ² is interior exactly above a strength known in closed form: λ > max_x
(mean c − c(x)) / 2 q(x) for L2, λ > (<q, c> − min c) / 2 for χ².
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.domains import MaxNormalized, SumNormalized
from mdsolve.games.domains.base import Domain
from mdsolve.incentives.continuity import COVERED, Continuity
from mdsolve.payments.affine_maximizer import row
from mdsolve.training_rules import Egalitarian, FiniteMenu, SocialWelfare, TrainingRule

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]

#: change of a probability at which the continuity constants are reported
EPSILON = 0.01


@dataclass(frozen=True)
class Condition:
    """One condition of a theorem, with the number that decides it.

    Attributes
    ----------
    name : str
        The condition.
    holds : bool or None
        None where it is not known, or does not apply.
    number : float
        What was measured.
    says : str
        What the number is, and what follows.
    """

    name: str
    holds: bool | None
    number: float
    says: str

    def __str__(self) -> str:
        number = f"{self.number:.6g} " if np.isfinite(self.number) else ""
        return f"{VERDICTS[self.holds]:8s} {self.name}: {number}{self.says}"


VERDICTS = {True: "holds", False: "fails", None: "unknown"}


@dataclass(frozen=True, repr=False)
class Assumptions:
    """What a rule at a game satisfies of [S] Assumptions 3.2 and 4.3.

    Attributes
    ----------
    rule : str
    conditions : tuple of Condition
    """

    rule: str
    conditions: tuple[Condition, ...]

    @property
    def hold(self) -> bool | None:
        """Whether all hold; None where none fails and some are unknown."""
        verdicts = {condition.holds for condition in self.conditions}
        return False if False in verdicts else None if None in verdicts else True

    def __getitem__(self, name: str) -> Condition:
        for condition in self.conditions:
            if condition.name == name:
                return condition
        names = ", ".join(repr(condition.name) for condition in self.conditions)
        raise InvalidInput(f"condition {name!r} is none of these: {names}.")

    def table(self) -> pa.Table:
        """Return a table with one row a condition."""
        import pyarrow as pa

        return pa.table(
            {
                "condition": [each.name for each in self.conditions],
                "holds": pa.array([each.holds for each in self.conditions], pa.bool_()),
                "number": [each.number for each in self.conditions],
                "says": [each.says for each in self.conditions],
            }
        )

    def __repr__(self) -> str:
        return "\n".join([f"Assumptions of {self.rule}", *(f"  {c}" for c in self.conditions)])


def assumptions(rule: TrainingRule | FiniteMenu, game: Game) -> Assumptions:
    """Return each condition of Assumptions 3.2 and 4.3 of [S] with the number that decides it.

    Parameters
    ----------
    rule : TrainingRule or FiniteMenu
    game : Game
        Conditions on models are reported at its reports, and for L2 and χ² over whole domains.

    Raises
    ------
    InvalidInput
        If the rule is a callable, of which nothing is known.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.25, 0.75]], sizes=[2, 1])
    >>> assumptions(md.SocialWelfare("l2", 1.0), game)["3.2 (3) full support"].holds
    True
    """
    if isinstance(rule, FiniteMenu):
        return Assumptions(repr(rule), _of_menu(rule, game))
    if not isinstance(rule, TrainingRule):
        raise InvalidInput(
            f"rule: nothing is known of {rule!r}. Pass a training rule, such as "
            'SocialWelfare("kl", 0.1); `find_violation` searches any function.'
        )
    training = rule.train(game)
    conditions = (
        _increasing(rule, game, training.model),
        Condition("3.2 (1) decreasing in D", True, -rule.strength, "is dOBJ/dD = −λ"),
        _curved(rule, game),
        _full_support(rule, training.model),
        *_interior(rule, game),
        _continuous(rule, game),
    )
    return Assumptions(repr(rule), conditions)


def interior_strength(
    divergence: str,
    reference: Array,
    combined: Array | None = None,
    domain: str = "sum",
    total: float = 1.0,
) -> float:
    """Return the strength above which every outcome of an L2 or χ² model keeps mass.

    Parameters
    ----------
    divergence : str
        ``"l2"`` or ``"chi2"``.
    reference : (outcomes,) array
        q.
    combined : (outcomes,) array, optional
        c; without it the worst case over a domain, whatever is reported.
    domain : str
        ``"sum"`` or ``"max"``.
    total : float
        Σ w_i, for the worst case.

    Examples
    --------
    >>> interior_strength("chi2", np.array([0.5, 0.5]), np.array([1.0, 0.0]))
    0.25
    """
    least, largest, count = float(reference.min()), float(reference.max()), reference.size
    if divergence not in ("l2", "chi2"):
        raise InvalidInput(
            f"divergence {divergence!r}: its models are interior at every strength. Ask about "
            '"l2" or "chi2".'
        )
    if combined is not None:
        if divergence == "l2":
            return float(np.max((combined.mean() - combined) / (2.0 * reference)))
        return 0.5 * float(reference @ (combined - combined.min()))
    if count == 1:
        return 0.0
    if divergence == "l2":
        spread = 1.0 if domain == "sum" else count - 1.0
        return total * spread / (2.0 * count * least)
    return 0.5 * total * (largest if domain == "sum" else 1.0 - least)


def _increasing(rule: TrainingRule, game: Game, model: Array) -> Condition:
    values = np.asarray(game.rewards @ model)
    slopes = rule.welfare.weights(values, game.sizes)
    if isinstance(rule, Egalitarian):  # one supergradient of many: the others' slope is 0
        slopes = slopes * (slopes == 1.0)
    least = int(slopes.argmin())
    says = f"is the least dG/dv_i at the trained model (group {game.groups[least]!r})"
    return Condition(
        "3.2 (1) strictly increasing", bool(slopes[least] > 0.0), float(slopes[least]), says
    )


def _curved(rule: TrainingRule, game: Game) -> Condition:
    """d'' falls or stays level in p for every divergence here, so it is least at p = 1."""
    q, one = game.reference, np.ones(game.shape[1])
    if game.underflowed.size:
        return Condition("3.2 (2) D strictly convex", True, 1.0, "is the least d'' = 1/p of KL")
    position = rule.divergence.position_of(one, q)
    least = 1.0 / float(rule.divergence.curvature(one, position, q).max())
    return Condition(
        "3.2 (2) D strictly convex", least > 0.0, least, "is the least d''(p, q) over p in (0, 1]"
    )


def _full_support(rule: TrainingRule, model: Array) -> Condition:
    least = float(model.min())
    says = "is the least mass of the trained model"
    if rule.divergence.clips:
        zeros = int(np.count_nonzero(model == 0.0))
        says += f", with {zeros} of {model.size} outcomes at 0" if zeros else " at these reports"
        return Condition("3.2 (3) full support", zeros == 0, least, says)
    says += "; positive at every report" + (" (here it underflows)" if least == 0.0 else "")
    return Condition("3.2 (3) full support", True, least, says)


def _interior(rule: TrainingRule, game: Game) -> Sequence[Condition]:
    if not rule.divergence.clips or not isinstance(rule, SocialWelfare):
        return ()
    name, q, total = rule.divergence.name, game.reference, float(game.sizes.sum())
    here = interior_strength(name, q, np.asarray(game.combined()))
    found = [_threshold("3.2 (3) interior at these reports", rule.strength, here)]
    for domain, each in _domains(game):
        worst = interior_strength(name, q, domain=domain, total=total)
        found.append(_threshold(f"3.2 (3) interior over {each!r}", rule.strength, worst))
    return found


def _domains(game: Game) -> list[tuple[str, Domain]]:
    """Return the normalised domains that all rewards are in; both where that is neither."""
    both: list[tuple[str, Domain]] = [("sum", SumNormalized()), ("max", MaxNormalized())]
    rows = [row(game, group) for group in range(game.shape[0])]
    inside = [each for each in both if all(each[1].violation(reward) is None for reward in rows)]
    return inside or both


def _threshold(name: str, strength: float, needed: float) -> Condition:
    says = f"is the strength above which it is so, this one is {strength:g}"
    return Condition(name, strength > needed, needed, says)


def _continuous(rule: TrainingRule, game: Game) -> Condition:
    name = "4.3 continuity"
    if not isinstance(rule, SocialWelfare):
        return Condition(name, None, np.nan, "stated of social-welfare rules alone")
    if rule.divergence.name not in COVERED:
        return Condition(
            name, True, np.nan, "the model is unique, so continuous; no constant covers it"
        )
    sharp, paper = (
        Continuity(rule.divergence, rule.strength, source, game.shape[1]).distance(EPSILON)
        for source in ("sharp", "paper")
    )
    says = (
        f"is how far c may move while no probability moves by over {EPSILON:g} "
        f"(by the paper's constant {paper:.6g})"
    )
    return Condition(name, True, sharp, says)


def _of_menu(rule: FiniteMenu, game: Game) -> tuple[Condition, ...]:
    scores = np.sort(rule.welfare(game.sizes))
    lead = float(scores[-1] - scores[-2]) if scores.size > 1 else np.inf
    return (
        Condition(
            "3.2 (1) strictly increasing", True, float(game.sizes.min()), "is the least dOBJ/dv_i"
        ),
        Condition("3.2 (1) decreasing in D", True, -rule.strength, "is dOBJ/dD = −λ"),
        Condition(
            "3.2 (2) D strictly convex", None, np.nan, "a menu has the divergences that it is given"
        ),
        Condition("3.2 (3) full support", None, np.nan, "a menu has the models that it is given"),
        Condition(
            "4.3 continuity",
            scores.size == 1,
            lead,
            "is the welfare by which the choice leads: the model jumps where it is 0",
        ),
    )
