"""A game as the checker reads it, in fractions, and the bounds that the checker will find."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mdsolve.certificates import check as checker
from mdsolve.certificates.issue.optimum import Solved, solve
from mdsolve.certificates.schema import Certificate, Rationals, Witness, exact, game_form, simplex
from mdsolve.errors import InvalidInput, NotCertified
from mdsolve.games import Game
from mdsolve.precision import EPS
from mdsolve.training_rules import TrainingRule

_RULES = {"social": "social", "nash": "nash", "alpha-fair": "alpha", "egalitarian": "egalitarian"}
#: bits that a bound keeps when it is rounded outward
_DIGITS = 32
#: how near a returned model must be to the rational optimum to be its rounding
_NEAR = 1e-9


@dataclass(frozen=True)
class Stated:
    """A game of the `game` or `floor` form.

    Attributes
    ----------
    problem : dict
        Its fields but schema and form.
    numbers : namespace
        The same in fractions, as the checker reads it.
    notes : list of str
    """

    game: Game
    problem: Witness
    numbers: SimpleNamespace
    notes: list[str]

    @classmethod
    def of(
        cls,
        game: Game,
        divergence: str,
        strength: float,
        *,
        sizes: ArrayLike | None = None,
        rule: str = "social",
        alpha: float | None = None,
    ) -> Stated:
        """State a game.

        Raises
        ------
        InvalidInput
            If a reference mass underflows, a number is not finite, or the checker does not know
            the divergence.
        """
        _refuse_underflow(game)
        if divergence not in checker.DIVERGENCES:
            raise InvalidInput(
                f"divergence {divergence!r}: the checker knows {', '.join(checker.DIVERGENCES)}. "
                "Train with one of these to have a certificate."
            )
        weights = game.sizes if sizes is None else sizes
        power = None if alpha is None else exact("alpha", alpha)
        bound = exact("strength", strength)
        problem, notes = game_form(
            game,
            weights,
            divergence=divergence,
            strength=str(bound),
            rule=rule,
            alpha=None if power is None else str(power),
        )
        numbers = SimpleNamespace(
            groups=problem["groups"],
            outcomes=problem["outcomes"],
            sizes=Rationals.of("sizes", weights).fractions,
            rewards=_read(problem["rewards"]),
            reference=_read(problem["reference"]),
            divergence=divergence,
            strength=bound,
            rule=rule,
            alpha=power,
            by=checker.Integers(192 + min(4000, bound.__ceil__().bit_length())),
        )
        return cls(game, problem, numbers, notes)

    @classmethod
    def of_rule(cls, game: Game, rule: TrainingRule) -> Stated:
        """State a game under a training rule; α-fair at 0 and 1 is social and Nash welfare."""
        word, alpha = _RULES[rule.welfare.name], None
        if word == "alpha":
            alpha = float(rule.__dict__["alpha"])
            word, alpha = {0.0: ("social", None), 1.0: ("nash", None)}.get(alpha, (word, alpha))
        return cls.of(game, rule.divergence.name, rule.strength, rule=word, alpha=alpha)

    def combined(self, weights: Sequence[Fraction]) -> list[Fraction]:
        """Return Σ weights_i r_i."""
        return checker.combined(self.numbers, list(weights))

    def solve(self, combined: Sequence[Fraction]) -> Solved:
        """Return a multiplier for a combined reward, and the model where it is rational."""
        given = self.numbers
        return solve(given.divergence, given.strength, combined, given.reference)

    def model(self, returned: ArrayLike, optimum: list[Fraction] | None) -> list[Fraction]:
        """Return a model that was returned divided by its sum, or the optimum that it rounds."""
        masses = np.asarray(returned, dtype=float)
        if optimum is not None:
            rounded = np.array([float(mass) for mass in optimum])
            if np.abs(rounded - masses).max() <= _NEAR:
                return optimum
        return simplex("model", masses, self.game.outcomes)

    def objective(
        self, combined: list[Fraction], model: list[Fraction]
    ) -> tuple[Fraction, Fraction]:
        """Return bounds of <c, π> − λ D."""
        with believed("model"):
            low, high = checker.below(self.numbers, combined, model)
        return low, high

    def above(self, combined: list[Fraction], multiplier: Fraction) -> Fraction:
        """Return a bound of Φ(c) from above."""
        with believed("multiplier"):
            return checker.above(self.numbers, combined, multiplier)

    def slack(self, *ends: Fraction | float) -> Fraction:
        """Return what rounding may excuse between a float claim and the exact one."""
        logs = float(np.abs(self.game.log_reference).max()) * float(self.numbers.strength)
        rewards = np.abs(self.game.reward_bounds).max(axis=1)
        largest = max([float(self.game.sizes @ rewards), logs, *(abs(float(x)) for x in ends)])
        return Fraction(64.0 * EPS) * Fraction(largest)


@contextmanager
def believed(what: str) -> Generator[None]:
    """Turn what the checker refuses inside into a claim that is not certified."""
    try:
        yield
    except checker.Rejected as error:
        raise NotCertified(f"{what}: {error}. No certificate proves this claim.") from None


def issued(certificate: Certificate) -> Certificate:
    """Return a certificate that the checker verifies.

    Raises
    ------
    NotCertified
        With the checker's reason.
    """
    verdict = certificate.verdict
    if not verdict.verified:
        raise NotCertified(
            f"{certificate.kind}: the checker rejects it ({verdict.reason}), so nothing is "
            "certified."
        )
    return certificate


def up(x: Fraction, digits: int = _DIGITS) -> Fraction:
    """Return a short dyadic number at x or just above."""
    return -down(-x, digits)


def down(x: Fraction, digits: int = _DIGITS) -> Fraction:
    """Return a short dyadic number at x or just below."""
    if not x:
        return x
    size = x.numerator.bit_length() - x.denominator.bit_length()
    unit = Fraction(2) ** (size - digits)
    return unit * (x / unit).__floor__()


def near(x: Fraction, *, above: bool, unit: Fraction = Fraction(1, 1 << 200)) -> Fraction:
    """Return x rounded outward at a place far below every double."""
    return unit * ((x / unit).__ceil__() if above else (x / unit).__floor__())


def _read(text: Witness) -> Any:
    den = int(text["den"])
    return [
        [Fraction(int(x), den) for x in row] if isinstance(row, list) else Fraction(int(row), den)
        for row in text["num"]
    ]


def _refuse_underflow(game: Game) -> None:
    lost = np.flatnonzero(game.reference <= 0.0)
    if lost.size:
        first = int(lost[0])
        logarithm = game.log_reference_block(slice(first, first + 1))[0]
        raise InvalidInput(
            f"outcome {game.outcomes[first]!r}: its reference mass exp({logarithm:.6g}) underflows "
            "to 0, and a certificate states masses as exact numbers above 0. Leave the outcome out."
        )
