"""What binds a program to its proof: a game's certificate, or the linear program's own.

A program may differ from what is certified by an exactly known constant (one that is no double, and
was left out): then the proved bracket moves with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import inf
from typing import Any

from mdsolve.benchmark.problem import Proved, Statement
from mdsolve.benchmark.program import ConicProgram
from mdsolve.certificates.bracket import proved_bracket
from mdsolve.certificates.issue import certify
from mdsolve.certificates.issue.games import Stated
from mdsolve.certificates.issue.lowest import fields
from mdsolve.certificates.issue.programs import stated
from mdsolve.certificates.schema import Certificate, problem_text
from mdsolve.games import Game
from mdsolve.games.domains import SumNormalized
from mdsolve.payments import RevenueMaximizing
from mdsolve.payments.floors import joining
from mdsolve.precision import outward
from mdsolve.solvers.linear_program import LinearProgram
from mdsolve.training_rules import SocialWelfare, TrainingRule

Lift = Callable[[Any], Any]


def of_rule(
    game: Game,
    rule: TrainingRule,
    program: ConicProgram,
    *,
    shift: Fraction = Fraction(0),
    drift: Fraction = Fraction(0),
    lift: Lift | None = None,
) -> Statement:
    """Return the statement of a training rule: its optimum is proved by a ``gap`` certificate.

    Parameters
    ----------
    shift : Fraction
        What the program's value is above the rule's.
    drift : Fraction
        How far, at most, the two are apart besides.
    """
    return Statement(
        program,
        lambda: certify(rule.train(game)),
        lambda: problem_text("game", Stated.of_rule(game, rule).problem),
        lambda found: _ends(found, shift, drift),
        {"outcomes": game.shape[1], "groups": game.shape[0]},
        scale=_scale(game),
        game=game,
        rule=rule,
        lift=lift,
    )


def of_floor(
    game: Game,
    rule: SocialWelfare,
    group: int,
    size: float,
    program: ConicProgram,
    *,
    others: Game,
    shift: Fraction = Fraction(0),
    drift: Fraction = Fraction(0),
    lift: Lift | None = None,
) -> Statement:
    """Return the statement of a group's floor over the sum domain: a ``floor`` certificate.

    Parameters
    ----------
    others : Game
        The game without the group.
    shift, drift, lift
        As for `of_rule`.
    """

    def issue() -> Certificate:
        sizes = sorted({size, *game.sizes.tolist()})
        floors = RevenueMaximizing("sum", sizes=sizes).floors(rule, game)
        return certify(floors[group])

    return Statement(
        program,
        issue,
        lambda: problem_text("floor", fields(Stated.of_rule(game, rule), group, "sum", size)),
        lambda found: _ends(found, shift, drift),
        {"outcomes": game.shape[1], "groups": game.shape[0]},
        scale=_scale(game),
        lift=lift,
        floor=lambda: joining(rule.value_function(others), SumNormalized(), size),
    )


def of_linear(
    program: LinearProgram,
    axes: Mapping[str, int],
    *,
    scale: float = 1.0,
    prove: Callable[[], Certificate] | None = None,
) -> Statement:
    """Return the statement of a linear program: an ``lp`` certificate.

    Parameters
    ----------
    scale : float
        What errors of the objective are relative to.
    prove : callable, optional
        Issues the certificate where a way is known that is faster than exact pivots.
    """
    return Statement(
        ConicProgram.of_linear(program),
        prove or (lambda: certify(program)),
        lambda: problem_text("lp", stated(program)[0]),
        lambda found: _ends(found, Fraction(0), Fraction(0)),
        axes,
        scale=scale,
    )


def _ends(certificate: Certificate, shift: Fraction, drift: Fraction) -> Proved:
    status, low, high = proved_bracket(certificate)
    if low is None or high is None:
        return Proved(status, -inf, inf)
    return Proved(status, outward(low + shift - drift, -inf), outward(high + shift + drift, inf))


def _scale(game: Game) -> float:
    """Return the welfare at stake: the spread of the combined rewards, or else their size."""
    combined = game.combined()
    spread = float(combined.max() - combined.min())
    return spread or float(abs(combined).max()) or 1.0
