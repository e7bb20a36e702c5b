"""`gap`: a model is within a stated gap of the optimum of its training rule ([S] §2, Def 4.1).

Any model bounds the optimum from below; Φ(Σ g_i r_i) − G_*(g), with any weights g and any
multiplier for Φ, bounds it from above.
"""

from __future__ import annotations

from fractions import Fraction

from numpy.typing import ArrayLike

from mdsolve.certificates import check as checker
from mdsolve.certificates.issue.games import Stated, believed, issued, up
from mdsolve.certificates.schema import Certificate, Rationals
from mdsolve.errors import InvalidInput, NotCertified
from mdsolve.training_rules import Training
from mdsolve.value_function import Optimum


def of_training(training: Training) -> Certificate:
    """Certify the bracket that a training states."""
    if training.constrained:
        raise InvalidInput(
            "training: constraints of your own are no part of a certificate's problem, and without "
            "them the model need not be near the optimum. Train without constraints to certify."
        )
    if training.rule is None or training.game is None:
        raise InvalidInput(
            "training: it carries neither rule nor game, so there is no problem to state. Certify "
            "what `rule.train(game)` returns (a finite menu: its outcome)."
        )
    stated = Stated.of_rule(training.game, training.rule)
    return issue(stated, training.model, training.weights, (training.lower, training.upper))


def of_optimum(at: Optimum) -> Certificate:
    """Certify Φ at the weights that it was asked for: social welfare of groups of these sizes."""
    phi = at.function
    stated = Stated.of(phi.game, phi.divergence.name, phi.strength, sizes=at.weights)
    return issue(stated, at.model, at.weights, (at.bracket.lower, at.bracket.upper))


def issue(
    stated: Stated, model: ArrayLike, weights: ArrayLike, claimed: tuple[float, float]
) -> Certificate:
    """Return the certificate of a model and weights.

    Raises
    ------
    NotCertified
        If the claimed bracket is wrong; the refutation is the certificate of what holds.
    """
    given, numbers = stated.numbers, _weights(stated, weights)
    combined = stated.combined(numbers)
    solved = stated.solve(combined)
    rational = given.rule == "social"
    exact = stated.model(model, solved.model if rational else None)
    given.weights = numbers
    with believed("model"):
        values = [checker.dot(row, exact) for row in given.rewards]
        total, conjugate = checker.welfare(given, values)
    low, high = (total + end for end in stated.objective([Fraction(0)] * len(exact), exact))
    least = stated.above(combined, solved.multiplier) - conjugate
    notes = list(stated.notes)
    if exact is solved.model:
        notes.append("the model is the rational optimum, of which the one returned is a rounding")
    witness = {
        "model": Rationals.of_fractions(exact).text(),
        "multiplier": str(solved.multiplier),
        "weights": Rationals.of_fractions(numbers).text(),
        "gap": str(up(least - low)),
    }
    found = issued(Certificate.of("gap", "game", stated.problem, witness, notes))
    slack = stated.slack(*claimed) if max(map(abs, claimed)) < float("inf") else Fraction(0)
    _refuse_false(claimed, (low, high), least, slack, found)
    return found


def _weights(stated: Stated, weights: ArrayLike) -> list[Fraction]:
    """Return the weights as they are; the sizes for social welfare, on the simplex for min v."""
    if stated.numbers.rule == "social":
        return list(stated.numbers.sizes)
    found: list[Fraction] = Rationals.of("weights", weights, stated.game.groups).fractions
    if stated.numbers.rule != "egalitarian":
        return found
    total = sum(found, Fraction(0))
    return [x / total for x in found]


def _refuse_false(
    claimed: tuple[float, float],
    value: tuple[Fraction, Fraction],
    least: Fraction,
    slack: Fraction,
    truth: Certificate,
) -> None:
    lower, upper = claimed
    below = f"bracket: the model's value is {float(value[1]):.17g}, below the lower end {lower!r}"
    past = f"bracket: the optimum is at least {float(value[0]):.17g}, above the upper end {upper!r}"
    for wrong, said in (
        (value[1] < _end(lower, value[1]) - slack, below),
        (value[0] > _end(upper, least) + slack, past),
    ):
        if wrong:
            raise NotCertified(f"{said}. The refutation certifies what holds.", refutation=truth)


def _end(claimed: float, otherwise: Fraction) -> Fraction:
    """Return one end of a bracket, and where it is infinite what claims nothing."""
    return Fraction(claimed) if abs(claimed) < float("inf") else otherwise
