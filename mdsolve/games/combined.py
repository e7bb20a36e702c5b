"""The combined reward c = Σ_i w_i r_i, kept with its rounding where exponents would show it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isinf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.games.blocks import blocks
from mdsolve.precision import EPS, two_product, two_sum

Array = NDArray[np.float64]

#: beyond this Σ w|r|/λ the rounding of c would show in the twelfth digit of a probability
PLAIN_LIMIT = 64.0


@dataclass(frozen=True)
class Combined:
    """c = high + low, (outcomes,) each; ``low`` is None where one double is enough.

    Attributes
    ----------
    high, low : arrays of shape (outcomes,)
        Their unevaluated sum is c (welfare units).
    scale : float
        Σ w_i max|r_i|, against which c's rounding is measured.
    """

    high: Array
    low: Array | None
    scale: float

    @classmethod
    def of(cls, weights: Array, rewards: Any, bounds: Array, strength: float) -> Combined:
        """Return Σ_i weights_i rewards_i, in two doubles where ``strength`` calls for it.

        A strength of 0 always does.
        """
        scale = float(weights @ np.abs(bounds).max(axis=1))
        spread = float(weights @ (bounds[:, 1] - bounds[:, 0]))
        if scale <= PLAIN_LIMIT * strength and scale <= PLAIN_LIMIT * spread:
            return cls(np.asarray(weights @ rewards), None, scale)
        high = np.empty(rewards.shape[1])
        low = np.empty_like(high)
        for columns, block in blocks(rewards, 1 << 15):
            high[columns], low[columns] = _compensated(weights, block)
        return cls(high, low, scale)

    def plus(self, weight: float, reward: Array) -> Combined:
        """Return c + weight · reward."""
        scale = self.scale + abs(weight) * float(np.abs(reward).max())
        if self.low is None:
            return Combined(self.high + weight * reward, None, scale)
        product, error = two_product(weight, reward)
        high, rest = two_sum(self.high, product)
        return Combined(*two_sum(high, rest + (self.low + error)), scale)

    def above(self, outcome: int) -> Array:
        """Return c(x) − c(outcome) for every x, rounded once."""
        difference = self.high - self.high[outcome]
        if self.low is None:
            return difference
        return difference + (self.low - self.low[outcome])

    def top(self) -> int:
        """Return an outcome of the largest combined reward."""
        best = int(self.high.argmax())
        if self.low is None:
            return best
        ties = np.flatnonzero(self.high == self.high[best])
        return int(ties[self.low[ties].argmax()])

    def room(self, outcome: int, strength: float, pole: float) -> float | None:
        """Return pole − (max c − c(outcome))/λ, rounded once; None where there is no pole."""
        if isinf(pole) or self.low is None:
            return None
        top = self.top()
        high, low = self.high[[outcome, top]], self.low[[outcome, top]]
        return float(room(high[0], low[0], high[1], low[1], strength, pole))

    @property
    def rounding(self) -> float:
        """A bound on the error of each entry (welfare units)."""
        return EPS * (
            8.0 * self.scale if self.low is None else 0.5 * float(np.abs(self.high).max())
        )


def room(high: Any, low: Any, top: Any, top_low: Any, strength: float, pole: float) -> Any:
    """Return pole − (c(top) − c)/λ of rewards in two doubles each, rounded once."""
    apart, error = two_sum(high, -top)
    offset = apart / strength
    near = np.where(np.abs(offset + pole) < 0.5 * pole, offset, 0.0)  # products may overflow
    product, rest = two_product(near, strength)
    left = (apart - product) - rest + (error + (low - top_low))
    return (offset + pole) + np.where(near != 0.0, left / strength, 0.0)


def _compensated(weights: Array, block: Array) -> tuple[Array, Array]:
    high = np.zeros(block.shape[1])
    low = np.zeros_like(high)
    for weight, reward in zip(weights, block, strict=True):
        product, error = two_product(weight, reward)
        high, rest = two_sum(high, product)
        low += rest + error
    return two_sum(high, low)
