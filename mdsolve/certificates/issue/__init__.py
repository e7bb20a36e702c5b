"""Certificates of every object that makes a claim, verified before they are returned.

What each kind proves is in its file: `gaps`, `outcomes` (incentive, menu), `lowest` (floor),
`types` (implementable, not implementable), `programs` (lp).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mdsolve.certificates.exact_lp import ExactLp, ExactProgram
from mdsolve.certificates.issue import gaps, lowest, outcomes, programs, types
from mdsolve.certificates.schema import Certificate
from mdsolve.errors import InvalidInput
from mdsolve.incentives import NegativeCycle, Potentials, Verified, Violation
from mdsolve.mechanism import Outcome
from mdsolve.payments import Floor, RevenueProgram
from mdsolve.solvers.linear_program import FarkasRay, LinearProgram, LpSolution, Ray
from mdsolve.training_rules import FiniteMenu, Training
from mdsolve.type_graph import TypeTable
from mdsolve.value_function import Bracket, Optimum

_PROGRAMS = (ExactLp, ExactProgram, LinearProgram, LpSolution, FarkasRay, Ray)
_OF_OUTCOMES = ("incentive", "gap", "floor", "menu")


def certify(
    x: Any,
    *,
    kind: str | None = None,
    group: Any = None,
    radius: Any = 0.0,
    participation: float | None = None,
) -> Certificate:
    """Return a proof of what an object claims, which anyone can check without this package.

    Floats are read as the exact numbers that they are, and the checker has verified the certificate
    before it is returned.

    ============================================  ==================================================
    object                                        what is proved
    ============================================  ==================================================
    `Outcome` with affine maximizer payments      ``incentive``: no report in the continuum gains a
                                                  group more than the gap, and what it pays
    `Outcome` with revenue-maximizing payments    ``incentive`` of its affine part; with
                                                  ``kind="floor"`` the rest of one group's payment
    `Outcome` of a `FiniteMenu`                   ``menu``: exactly truthful for every type
    `Training`, `Optimum`                         ``gap``: the model is so near the optimum
    `Floor`                                       ``floor``: least welfare over a type domain
    `Potentials`, `Verified`, `TypeTable`         ``implementable``: payments that make truth best
    `NegativeCycle`                               ``not_implementable``: none do
    linear programs and their answers             ``lp``: optimal, infeasible or unbounded
    ============================================  ==================================================

    Parameters
    ----------
    x : object
        One of the above.
    kind : str, optional
        Of an outcome: ``"incentive"``, ``"gap"``, ``"floor"`` or ``"menu"``.
    group : str or int, optional
        Whose floor; for ``kind="floor"``.
    radius : float, sequence or mapping
        Of an outcome: how far any reward of each group may be from the stated one, so that the
        certificate speaks of every such profile where this model is offered (reward units).
    participation : float, optional
        Of potentials and type tables: charge the largest payments that leave each type this
        utility by truth (welfare units), and prove that none larger do.

    Raises
    ------
    NotCertified
        If the claim is false, with what refutes it at ``.refutation``, or if it is too large to be
        decided exactly.
    InvalidInput
        If the object carries no claim that a certificate could prove (said which does).

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], sizes=[3, 1])
    >>> outcome = md.Mechanism(md.SocialWelfare("l2", 4.0), md.AffineMaximizer()).run(game)
    >>> certify(outcome).kind
    'incentive'
    >>> md.certify(md.implement([[1.0, 2.0], [1.5, 1.0]])).claim[:52]
    'under any payments some type of the cycle of 2 throu'
    """
    options = {"kind": kind, "group": group, "participation": participation}
    given = {name for name, value in options.items() if value is not None}
    if not isinstance(radius, (int, float)) or radius != 0.0:
        given.add("radius")
    if isinstance(x, Outcome):
        return _outcome(x, kind, group, radius, given)
    if isinstance(x, (Potentials, TypeTable)):
        _refuse_options(x, given - {"participation"})
        issue = types.of_potentials if isinstance(x, Potentials) else types.of_table
        return issue(x, participation)  # pyright: ignore[reportArgumentType]
    _refuse_options(x, given)
    for classes, issue in _ISSUERS:
        if isinstance(x, classes):
            return issue(x)
    raise InvalidInput(_no_claim(x))


_ISSUERS: tuple[tuple[Any, Callable[[Any], Certificate]], ...] = (
    (Training, gaps.of_training),
    (Optimum, gaps.of_optimum),
    (Floor, lowest.of_floor),
    (NegativeCycle, types.of_cycle),
    (Verified, types.of_verified),
    (Violation, types.of_violation),
    (RevenueProgram, lambda x: programs.of_program(x.solution)),
    (_PROGRAMS, programs.of_program),
)


def _outcome(x: Outcome, kind: str | None, group: Any, radius: Any, given: set[str]) -> Certificate:
    menu = isinstance(x.mechanism.rule, FiniteMenu)
    kind = kind or ("menu" if menu else "incentive")
    if kind not in _OF_OUTCOMES:
        raise InvalidInput(
            f"kind {kind!r}: no claim of an outcome. Choose one of {', '.join(_OF_OUTCOMES)}."
        )
    if menu != (kind == "menu"):
        raise InvalidInput(
            f"kind {kind!r}: a finite menu is certified as menu, and other rules are not. Leave "
            "kind out."
        )
    allowed = {"floor": {"group"}, "incentive": {"radius"}}.get(kind, set[str]())
    _refuse_options(f"an outcome's {kind}", given - {"kind"} - allowed)
    if kind == "floor":
        return lowest.of_outcome(x, group)
    if kind == "incentive":
        return outcomes.incentive(x, radius)
    return outcomes.menu(x) if menu else gaps.of_training(x.training)


def _refuse_options(x: Any, given: set[str]) -> None:
    if given:
        what = x if isinstance(x, str) else type(x).__name__
        raise InvalidInput(
            f"{sorted(given)[0]}: has no part in certifying {what}. Leave it out; `help(certify)` "
            "lists what goes with what."
        )


def _no_claim(x: Any) -> str:
    if isinstance(x, Bracket):
        return (
            "bracket: two numbers say nothing of the game that they are about. Certify the "
            "Training or the Optimum that has this bracket."
        )
    return (
        f"{type(x).__name__}: makes no claim that a certificate proves. Certify an Outcome, "
        "Training, Optimum, Floor, Potentials, TypeTable, Verified, NegativeCycle, or a linear "
        "program."
    )
