"""The same program in units that suit a solver: rewards centred, and max(λ, spread) = 1.

Φ(c + a) = Φ(c) + a and λΦ's homogeneity make it exact for social and egalitarian welfare; for Nash
and α-fair each group's rewards are divided by their largest, and its size follows ([S] §2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.games.combined import Combined
from mdsolve.solvers.conic.statement import Data, Statement
from mdsolve.welfare import Egalitarian, Power, Social, Welfare

if TYPE_CHECKING:
    from mdsolve.solvers.conic.running import ConicAnswer

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scaled:
    """A program in a solver's units, and how its multipliers read in welfare units.

    Attributes
    ----------
    welfare : Welfare
    data : Data
    unit : float
        Welfare units of one unit of the program's objective.
    offset : float
        What the program's multiplier lacks (welfare units).
    weights : callable
        From the program's weights to g.
    """

    welfare: Welfare
    data: Data
    unit: float
    offset: float
    weights: Callable[[Array], Array]

    def restore(self, answer: ConicAnswer) -> ConicAnswer:
        """Return the answer with its duals in welfare units."""
        return replace(
            answer,
            multiplier=self.unit * answer.multiplier + self.offset,
            weights=self.weights(answer.weights),
            duals=tuple(self.unit * dual for dual in answer.duals),
        )


def scaled(stated: Statement, *, free: bool) -> Scaled:
    """Return a statement in a solver's units; ``free``: the user has no constraints on it."""
    welfare = stated.welfare
    if isinstance(welfare, Egalitarian):
        return _egalitarian(stated) if free else _natural(stated)
    if not free:
        return _rescaled(stated)
    if is_linear(welfare):
        return _combined(stated)
    return _per_group(stated, welfare) if isinstance(welfare, Power) else _rescaled(stated)


def _combined(stated: Statement) -> Scaled:
    """Return one group whose reward is c, as far below its largest as it is."""
    game = stated.game
    combined = Combined.of(game.sizes, game.rewards, game.reward_bounds, stated.strength)
    top = combined.top()
    below = combined.above(top)
    unit = max(stated.strength, -float(below.min()))
    sizes = np.array(game.sizes)
    data = _data(stated, below[None, :] / unit, np.ones(1), unit)
    return Scaled(Social(), data, unit, float(combined.high[top]), lambda _: sizes)


def _egalitarian(stated: Statement) -> Scaled:
    bounds = stated.game.reward_bounds
    lowest = float(bounds.min())
    unit = max(stated.strength, float(bounds.max()) - lowest)
    rewards = stated.game.rewards
    if isinstance(rewards, np.ndarray):
        rewards = rewards - lowest
    else:
        lowest = 0.0
    data = _data(stated, rewards / unit, stated.game.sizes, unit)
    return Scaled(stated.welfare, data, unit, lowest, _on_simplex)


def _per_group(stated: Statement, welfare: Power) -> Scaled:
    game = stated.game
    largest = game.reward_bounds[:, 1]
    sizes = game.sizes * largest ** (1.0 - welfare.alpha)
    unit = max(stated.strength, float(sizes.sum()))
    rewards: Any = game.rewards
    rewards = (
        rewards / largest[:, None]
        if isinstance(rewards, np.ndarray)
        else rewards.multiply(1.0 / largest[:, None]).tocsc()
    )
    data = _data(stated, rewards, sizes / unit, unit)
    return Scaled(welfare, data, unit, 0.0, lambda g: np.maximum(0.0, g) * unit / largest)


def _rescaled(stated: Statement) -> Scaled:
    """Return the natural rewards under smaller sizes and strength."""
    game = stated.game
    unit = max(stated.strength, float(game.sizes @ np.abs(game.reward_bounds).max(axis=1)))
    data = _data(stated, game.rewards, game.sizes / unit, unit)
    sizes = np.array(game.sizes)
    exact = is_linear(stated.welfare)
    return Scaled(
        stated.welfare, data, unit, 0.0, lambda g: sizes if exact else np.maximum(0.0, g) * unit
    )


def is_linear(welfare: Welfare) -> bool:
    """Tell whether G = Σ w v, whose weights are the sizes."""
    return isinstance(welfare, Social) or (isinstance(welfare, Power) and welfare.alpha == 0.0)


def _natural(stated: Statement) -> Scaled:
    return Scaled(stated.welfare, stated.data, 1.0, 0.0, _on_simplex)


def _data(stated: Statement, rewards: Any, sizes: Array, unit: float) -> Data:
    natural = stated.data
    return natural._replace(rewards=rewards, sizes=sizes, strength=natural.strength / unit)


def _on_simplex(weights: Array) -> Array:
    weights = np.maximum(0.0, weights)
    total = weights.sum()
    return weights / total if total > 0 else weights
