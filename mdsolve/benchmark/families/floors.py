"""min over r' of Φ(c₋ᵢ + w' r'), a group's least worth over the sum domain ([S] Cor 4.6).

Its dual is max over models of w' min π + <c₋ᵢ, π> − λ D(π‖π₀); the primal states Φ by
λ d*((c − ν)/λ) = min over u ≥ c − ν of λ d*(u/λ), which is increasing above its least point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.families import drawing
from mdsolve.benchmark.families.assembly import Assembly, Part
from mdsolve.benchmark.families.divergence_blocks import BLOCKS
from mdsolve.benchmark.families.statements import of_floor
from mdsolve.benchmark.families.welfare import misstated, model, require_exact, without
from mdsolve.benchmark.problem import Statement
from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.training_rules import SocialWelfare

Array = NDArray[np.float64]


def build(parameters: Mapping[str, Any], seed: int) -> Statement:
    """Return the first group's floor at a drawn game.

    Parameters
    ----------
    parameters : mapping
        Those of `drawing.game`; ``divergence``, ``strength``, a power of two,
        ``size``, the group's least, and ``form``, ``"primal"`` or ``"dual"``.

    Raises
    ------
    InvalidInput
        If the form is unknown, or the divergence has no primal in these cones.
    """
    name, strength = str(parameters["divergence"]), float(parameters["strength"])
    size, form = float(parameters["size"]), str(parameters["form"])
    drawn = drawing.game({"rewards": "normalized", **parameters}, seed)
    game = Game(drawn.reference, drawn.rewards, np.maximum(size, drawn.sizes))
    rest = without(game, 0)
    require_exact(rest, name, strength)
    shift = Fraction(0)
    if form == "dual":
        program, shift = _dual(rest, name, strength, size)
    elif form == "primal" and name in PRIMALS:
        program = _primal(rest, name, strength, size)
    else:
        raise InvalidInput(
            f"parameters: form = {form!r} of divergence {name!r}. Ask for the dual, or for the "
            f"primal of one of {', '.join(PRIMALS)}."
        )
    rule = SocialWelfare(name, strength)
    return of_floor(game, rule, 0, size, program, shift=shift, drift=misstated(rest))


def _dual(rest: Game, name: str, strength: float, size: float) -> tuple[Any, Fraction]:
    whole = Assembly(maximize=True)
    p = model(whole, rest, rest.combined())
    level = whole.variables(1, size)
    whole.rows("nonnegative", [(level, 1.0), (p, -1.0)], 0.0, count=rest.shape[1])
    block = BLOCKS[name](whole, p, rest.reference, strength)
    return whole.program(), -block.missing


def _primal(rest: Game, name: str, strength: float, size: float) -> Any:
    whole, combined, q = Assembly(), rest.combined(), rest.reference
    report = whole.variables(q.size, lower=0.0)
    whole.sum_row("zero", [(report, 1.0)], 1.0)
    multiplier = whole.variables(1, 1.0)
    above: Part = ([(report, size), (multiplier, -1.0)], combined)
    constant = PRIMALS[name](whole, above, q, strength)
    return whole.program(constant)


def _kl(whole: Assembly, above: Part, q: Array, strength: float) -> float:
    """λ q (e^{u/λ} − 1) ≤ q z − λ q with (u, λ, z) in the exponential cone."""
    z = whole.variables(q.size, q)
    whole.exponential(above, ([], strength), ([(z, 1.0)], 0.0), count=q.size)
    return -strength


def _forward_kl(whole: Assembly, above: Part, q: Array, strength: float) -> float:
    """−λ q log(1 − u/λ) ≤ λ t with (−t, q, q − q u/λ) in the exponential cone."""
    t = whole.variables(q.size, strength)
    entries, constant = above
    share = q / strength
    room: Part = (
        [(place, -share * np.asarray(factor)) for place, factor in entries],
        q - share * np.asarray(constant),
    )
    whole.exponential(([(t, -1.0)], 0.0), ([], q), room, count=q.size)
    return 0.0


def _quadratic(whole: Assembly, above: Part, price: Array, square: Array) -> float:
    u = whole.variables(price.size, price, square=square)
    entries, constant = above
    whole.rows("nonnegative", [*entries, (u, -1.0)], -np.asarray(constant), count=price.size)
    return 0.0


def _squared_l2(whole: Assembly, above: Part, q: Array, strength: float) -> float:
    """q u + u²/4λ."""
    return _quadratic(whole, above, q, np.full(q.size, 0.5 / strength))


def _chi_squared(whole: Assembly, above: Part, q: Array, strength: float) -> float:
    """q u + q u²/4λ."""
    return _quadratic(whole, above, q, 0.5 * q / strength)


PRIMALS: dict[str, Callable[[Assembly, Part, Array, float], float]] = {
    "kl": _kl,
    "forward-kl": _forward_kl,
    "l2": _squared_l2,
    "chi2": _chi_squared,
}
