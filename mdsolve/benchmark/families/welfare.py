"""max <c, π> − λ D(π‖π₀) over the simplex, for every divergence ([S] Def 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import frexp, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.families import drawing
from mdsolve.benchmark.families.assembly import Assembly
from mdsolve.benchmark.families.divergence_blocks import BLOCKS
from mdsolve.benchmark.families.statements import of_rule
from mdsolve.benchmark.problem import Statement
from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.training_rules import SocialWelfare

Array = NDArray[np.float64]


def build(parameters: Mapping[str, Any], seed: int) -> Statement:
    """Return a rule at a drawn game.

    Parameters
    ----------
    parameters : mapping
        Those of `drawing.game`; ``divergence``, ``strength``; and of series ``without``, a group
        that is left out, or ``report``, a multiple of the first group's rewards.
    """
    given = drawing.game(parameters, seed)
    if "without" in parameters:
        given = without(given, int(parameters["without"]))
    if "report" in parameters:
        given = given.reported(0, float(parameters["report"]) * np.asarray(given.rewards)[0])
    return stated(given, str(parameters["divergence"]), float(parameters["strength"]))


def without(game: Game, group: int) -> Game:
    """Return the game that is played without a group."""
    kept = np.delete(np.arange(game.shape[0]), group)
    return Game(game.reference, np.asarray(game.rewards)[kept], game.sizes[kept])


def stated(game: Game, divergence: str, strength: float) -> Statement:
    """Return the statement of social welfare at a game whose numbers are dyadic."""
    require_exact(game, divergence, strength)
    whole = Assembly(maximize=True)
    p = model(whole, game, game.combined())
    block = BLOCKS[divergence](whole, p, game.reference, strength)
    return of_rule(
        game,
        SocialWelfare(divergence, strength),
        whole.program(),
        shift=-block.missing,
        drift=misstated(game),
        lift=lambda found: np.concatenate([found, block.values(found)]),
    )


def model(whole: Assembly, game: Game, price: Any = 0.0) -> slice:
    """Add a model to an assembly: π ≥ 0 with Σ π = 1."""
    p = whole.variables(game.shape[1], price, lower=0.0)
    whole.sum_row("zero", [(p, 1.0)], 1.0)
    return p


def exact_combined(game: Game) -> list[Fraction]:
    """Return c in exact numbers."""
    sizes = [Fraction(size) for size in game.sizes.tolist()]
    columns = zip(*np.asarray(game.rewards).tolist(), strict=True)
    return [
        sum((w * Fraction(r) for w, r in zip(sizes, column, strict=True)), Fraction(0))
        for column in columns
    ]


def misstated(game: Game) -> Fraction:
    """Return how far the program's c may be from the exact one: 0 where the sums are dyadic."""
    floats = game.combined().tolist()
    exact = exact_combined(game)
    return max(abs(Fraction(x) - y) for x, y in zip(floats, exact, strict=True))


def require_exact(game: Game, divergence: str, strength: float) -> None:
    """Refuse numbers that the program and its proof would read as different ones.

    Raises
    ------
    InvalidInput
        If the masses do not sum to exactly 1, the strength is no power of two, or the divergence is
        unknown.
    """
    if divergence not in BLOCKS:
        raise InvalidInput(
            f"parameters: divergence = {divergence!r}. Choose one of {', '.join(BLOCKS)}."
        )
    if not (isfinite(strength) and strength > 0.0 and frexp(strength)[0] == 0.5):
        raise InvalidInput(
            f"parameters: strength = {strength!r} is no power of two. Choose one, so that its "
            "products with the masses are exact."
        )
    total = sum(map(Fraction, game.reference.tolist()))
    if total != 1:
        raise InvalidInput(
            f"reference: the masses sum to 1 + {float(total - 1):.3g}. Draw dyadic ones that sum "
            "to exactly 1, so that the program is what is proved."
        )
