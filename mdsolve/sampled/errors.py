"""Monte Carlo errors of Φ̂(c) = max_π <c, π> − λ D(π‖a) and of its payments, by two routes.

Influence functions (the delta method): for D = Σ q f(p/q) draw k moves Φ̂ by λ (d*_k − a_k Σ d*)
and a valuation by π_k (r_k − r̄) − a_k (v − r̄), with r̄ the mean of r under the curvature of d*;
for KL r̄ = v. The bootstrap solves again on draws drawn again.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.mechanism import Mechanism
from mdsolve.payments.affine_maximizer import row
from mdsolve.sampled.candidates import SampledGame
from mdsolve.value_function import Optimum, ValueFunction

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MonteCarlo:
    """Standard errors that come from the draws alone.

    Attributes
    ----------
    values : (groups,) array
        Of <r_i, π> (reward units).
    payments, utilities : (groups,) arrays
        Welfare units.
    optimum : float
        Of Φ (welfare units).
    method : str
        ``"influence"`` or ``"bootstrap"``.
    """

    values: Array
    payments: Array
    utilities: Array
    optimum: float
    method: str


def influence(rule: Any, game: Game) -> MonteCarlo:
    """Return standard errors √Σ_k (move by draw k)² of the delta method."""
    phi: ValueFunction = rule.value_function(game)
    groups, draws = game.shape
    at = phi.solve(game.sizes)
    optimum = _moves_of_value(phi, at)
    values, payments, utilities = np.empty((3, groups))
    for group in range(groups):
        rest = np.array(game.sizes)
        rest[group] = 0.0
        gain = optimum - _moves_of_value(phi, phi.solve(rest))
        value = _moves_of_mean(at, row(game, group))
        values[group] = _norm(value, draws)
        utilities[group] = _norm(gain, draws)
        payments[group] = _norm(game.sizes[group] * value - gain, draws)
    return MonteCarlo(values, payments, utilities, _norm(optimum, draws), "influence")


def _moves_of_value(phi: ValueFunction, at: Optimum) -> Array:
    """Return what each draw moves Φ̂ by: λ (d*_k − a_k Σ d*), d* by Fenchel's equality."""
    weights = phi.game.reference
    if phi.divergence.name == "kl":
        conjugate = at.model - weights
    else:
        slope = (phi.combine(at.weights).high - at.multiplier) / phi.strength
        conjugate = slope * at.model - phi.divergence.value(at.model, weights)
    return phi.strength * (conjugate - weights * conjugate.sum())


def _moves_of_mean(at: Optimum, reward: Array) -> Array:
    """Return what each draw moves <r, π> by; the multiplier's own move is in the centre."""
    spread = at.curvature
    centre = float(spread @ reward) / float(spread.sum())
    above = reward - centre
    return at.model * above - at.function.game.reference * float(at.model @ above)


def _norm(moves: Array, draws: int) -> float:
    return sqrt(draws / (draws - 1)) * float(np.linalg.norm(moves))


def bootstrap(
    mechanism: Mechanism, sampled: SampledGame, replicates: int, seed: int, options: Any
) -> MonteCarlo:
    """Return the spread over replicates in which the draws are drawn again, with repetition."""
    if replicates < 2:
        raise InvalidInput(f"replicates: {replicates}. A standard error needs at least two.")
    rng = np.random.default_rng(seed)
    seen: list[Array] = []
    for _ in range(replicates):
        outcome = mechanism.run(_resampled(sampled, rng), **options)
        optimum = 0.5 * (outcome.lower + outcome.upper)
        seen.append(
            np.concatenate((outcome.values, outcome.payments, outcome.utilities, [optimum]))
        )
    spread = np.std(seen, axis=0, ddof=1)
    values, payments, utilities = spread[:-1].reshape(3, -1)
    return MonteCarlo(values, payments, utilities, float(spread[-1]), "bootstrap")


def _resampled(sampled: SampledGame, rng: np.random.Generator) -> Game:
    draws, game = sampled.log_weights.size, sampled.game
    times = np.bincount(rng.integers(draws, size=draws), minlength=draws)
    drawn = np.flatnonzero(times)
    weights = sampled.log_weights[drawn] + np.log(times[drawn])
    return Game.from_logprob(
        weights - weights.max(), game.rewards[:, drawn], game.sizes, groups=game.groups
    )
