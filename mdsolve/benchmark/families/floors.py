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

from mdsolve import divergences
from mdsolve.benchmark.families import drawing
from mdsolve.benchmark.families.assembly import Assembly, Part
from mdsolve.benchmark.families.divergence_blocks import BLOCKS, Block
from mdsolve.benchmark.families.statements import Lift, of_floor
from mdsolve.benchmark.families.welfare import misstated, model, require_exact, without
from mdsolve.benchmark.problem import Statement
from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.solvers.floor import Increment
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
    drawn = drawing.game(parameters, seed, rewards="normalized")
    game = Game(drawn.reference, drawn.rewards, np.maximum(size, drawn.sizes))
    rest = without(game, 0)
    require_exact(rest, name, strength)
    shift = Fraction(0)
    if form == "dual":
        program, shift, lift = _dual(rest, name, strength, size)
    elif form == "primal" and name in PRIMALS:
        program, lift = _primal(rest, name, strength, size)
    else:
        raise InvalidInput(
            f"parameters: form = {form!r} of divergence {name!r}. Ask for the dual, or for the "
            f"primal of one of {', '.join(PRIMALS)}."
        )
    return of_floor(
        game,
        SocialWelfare(name, strength),
        0,
        size,
        program,
        others=rest,
        shift=shift,
        drift=misstated(rest),
        lift=lift,
    )


def _dual(rest: Game, name: str, strength: float, size: float) -> tuple[Any, Fraction, Lift]:
    whole = Assembly(maximize=True)
    p = model(whole, rest, rest.combined())
    level = whole.variables(1, size)
    whole.rows("nonnegative", [(level, 1.0), (p, -1.0)], 0.0, count=rest.shape[1])
    block = BLOCKS[name](whole, p, rest.reference, strength)

    def lift(found: Increment) -> Array:
        """Return x at the floor's model."""
        least = found.model.min(keepdims=True)
        return np.concatenate([found.model, least, block.values(found.model)])

    return whole.program(), -block.missing, lift


def _primal(rest: Game, name: str, strength: float, size: float) -> tuple[Any, Lift]:
    whole, combined, q = Assembly(), rest.combined(), rest.reference
    report = whole.variables(q.size, lower=0.0)
    whole.sum_row("zero", [(report, 1.0)], 1.0)
    multiplier = whole.variables(1, 1.0)
    above: Part = ([(report, size), (multiplier, -1.0)], combined)
    block = PRIMALS[name](whole, above, q, strength)

    def lift(found: Increment) -> Array:
        """Return x at the floor's report, with the multiplier that its model shows."""
        most, divergence = int(found.model.argmax()), divergences.divergence(name)
        slope = divergence.position_of(found.model[most], q[most]) - divergence.origin
        worth = combined + size * found.report
        nu = worth[most] - strength * slope
        return np.concatenate([found.report, [nu], block.values(worth - nu)])

    return whole.program(float(-block.missing)), lift


def _kl(whole: Assembly, above: Part, q: Array, strength: float) -> Block:
    """λ q (e^{u/λ} − 1) ≤ q z − λ q with (u, λ, z) in the exponential cone."""
    z = whole.variables(q.size, q)
    whole.exponential(above, ([], strength), ([(z, 1.0)], 0.0), count=q.size)
    return Block(lambda u: strength * np.exp(u / strength), Fraction(strength))


def _forward_kl(whole: Assembly, above: Part, q: Array, strength: float) -> Block:
    """−λ q log(1 − u/λ) ≤ λ t with (−t, q, q − q u/λ) in the exponential cone."""
    t = whole.variables(q.size, strength)
    entries, constant = above
    share = q / strength
    room: Part = (
        [(place, -share * np.asarray(factor)) for place, factor in entries],
        q - share * np.asarray(constant),
    )
    whole.exponential(([(t, -1.0)], 0.0), ([], q), room, count=q.size)
    return Block(lambda u: -q * np.log1p(-u / strength))


def _quadratic(whole: Assembly, above: Part, price: Array, square: Array) -> Block:
    u = whole.variables(price.size, price, square=square)
    entries, constant = above
    whole.rows("nonnegative", [*entries, (u, -1.0)], -np.asarray(constant), count=price.size)
    return Block(lambda least: np.maximum(least, -price / square))


def _squared_l2(whole: Assembly, above: Part, q: Array, strength: float) -> Block:
    """q u + u²/4λ."""
    return _quadratic(whole, above, q, np.full(q.size, 0.5 / strength))


def _chi_squared(whole: Assembly, above: Part, q: Array, strength: float) -> Block:
    """q u + q u²/4λ."""
    return _quadratic(whole, above, q, 0.5 * q / strength)


#: λ d*(u/λ) in cones: what it adds, its values at u, and the constant that is left out of it
PRIMALS: dict[str, Callable[[Assembly, Part, Array, float], Block]] = {
    "kl": _kl,
    "forward-kl": _forward_kl,
    "l2": _squared_l2,
    "chi2": _chi_squared,
}
