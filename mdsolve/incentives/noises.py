"""How a report r reaches the mechanism as r̂: a distribution over rewards ([S] §4.3).

Bounded and uniform; the mean of finitely many ratings; a Bradley-Terry fit of comparisons.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import inf, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]

_NEWTON_STEPS = 60
_LONGEST = 1.0


class Noise(ABC):
    """A distribution of r̂ given r; a new one is a subclass."""

    @abstractmethod
    def draw(self, reward: Array, count: int, rng: np.random.Generator) -> Array:
        """Return draws of r̂, (count, outcomes)."""

    @abstractmethod
    def bound(self, reward: Array, confidence: float = 1.0) -> float:
        """Return ε with ``|r̂ − r| ≤ ε`` at every outcome, with the given probability."""


class BoundedNoise(Noise):
    """r̂ = r + δ, each δ(x) uniform on [−ε, ε] and independent.

    Examples
    --------
    >>> BoundedNoise(0.1).bound(np.zeros(3))
    0.1
    """

    def __init__(self, epsilon: float) -> None:
        self.epsilon = _positive("epsilon", epsilon, "a bound on the noise, such as 0.1")

    def draw(self, reward: Array, count: int, rng: np.random.Generator) -> Array:
        """Return draws of r̂, (count, outcomes)."""
        return reward + rng.uniform(-self.epsilon, self.epsilon, (count, reward.size))

    def bound(self, reward: Array, confidence: float = 1.0) -> float:
        """Return ε, which always holds."""
        _confidence(confidence)
        return self.epsilon

    def __repr__(self) -> str:
        return f"BoundedNoise({self.epsilon:g})"


class SampledRatings(Noise):
    """r̂(x) is the mean of n ratings, each ``highest`` or ``lowest``, of mean r(x).

    Parameters
    ----------
    ratings : int
        n, of each outcome.
    lowest, highest : float
        What one rating may say (reward units).

    Examples
    --------
    >>> round(SampledRatings(1000).bound(np.full(4, 0.5), 0.95), 4)
    0.0504
    """

    def __init__(self, ratings: int, lowest: float = 0.0, highest: float = 1.0) -> None:
        self.ratings = int(_positive("ratings", ratings, "how often each outcome is rated"))
        if not -inf < lowest < highest < inf:
            raise InvalidInput(
                f"ratings from {lowest!r} to {highest!r}: not an interval. Give lowest < highest."
            )
        self.lowest, self.highest = lowest, highest

    def draw(self, reward: Array, count: int, rng: np.random.Generator) -> Array:
        """Return draws of r̂, (count, outcomes)."""
        width = self.highest - self.lowest
        likely = (self._inside(reward) - self.lowest) / width
        seen = rng.binomial(self.ratings, np.broadcast_to(likely, (count, reward.size)))
        return self.lowest + width * seen / self.ratings

    def bound(self, reward: Array, confidence: float = 1.0) -> float:
        """Return Hoeffding's ε over all outcomes, or the farthest end where that is nearer."""
        _confidence(confidence)
        inside = self._inside(reward)
        farthest = float(np.maximum(inside - self.lowest, self.highest - inside).max())
        if confidence == 1.0:
            return farthest
        width = self.highest - self.lowest
        odds = log(2.0 * reward.size / (1.0 - confidence))
        return min(farthest, width * sqrt(odds / (2.0 * self.ratings)))

    def _inside(self, reward: Array) -> Array:
        outside = np.flatnonzero((reward < self.lowest) | (reward > self.highest))
        if outside.size:
            raise InvalidInput(
                f"outcome {outside[0]}: reward {reward[outside[0]]:g} is not the mean of ratings "
                f"between {self.lowest:g} and {self.highest:g}. Widen them."
            )
        return reward

    def __repr__(self) -> str:
        return f"SampledRatings({self.ratings})"


class BradleyTerryFit(Noise):
    """r̂ is the most likely reward given n comparisons of each pair of outcomes.

    x beats y with probability 1/(1 + e^{scale (r(y) − r(x))}); a ridge keeps the fit finite and
    pulls it to its mean, which is that of r.

    Parameters
    ----------
    comparisons : int
        n, of each pair.
    scale : float
        Logits a reward unit.
    ridge : float
        As for `bradley_terry`.

    Examples
    --------
    >>> drawn = BradleyTerryFit(50).draw(np.array([0.0, 1.0]), 200, np.random.default_rng(0))
    >>> bool(abs(drawn.mean(axis=0)[1] - 1.0) < 0.1)
    True
    """

    def __init__(self, comparisons: int, scale: float = 1.0, ridge: float = 0.1) -> None:
        self.comparisons = int(_positive("comparisons", comparisons, "how often each pair meets"))
        self.scale = _positive("scale", scale, "logits a reward unit")
        self.ridge = _positive("ridge", ridge, "a small ridge, such as 0.1")

    def draw(self, reward: Array, count: int, rng: np.random.Generator) -> Array:
        """Return draws of r̂, (count, outcomes)."""
        centred = self.scale * (reward - reward.mean())
        apart = centred[:, None] - centred[None, :]
        likely = np.broadcast_to(_logistic(apart), (count, *apart.shape))
        wins = np.triu(rng.binomial(self.comparisons, likely), 1).astype(float)
        wins += np.tril(self.comparisons - wins.transpose(0, 2, 1), -1)
        return reward.mean() + self.fit(wins) / self.scale

    def bound(self, reward: Array, confidence: float = 1.0) -> float:
        """Return the quantile of 400 draws with a fixed seed: an estimate, not a bound."""
        _confidence(confidence)
        drawn = self.draw(reward, 400, np.random.default_rng(20240516))
        return float(np.quantile(np.abs(drawn - reward).max(axis=1), confidence))

    def fit(self, wins: Array) -> Array:
        """Return the most likely centred logits of tables of wins, (tables, outcomes)."""
        found = np.zeros(wins.shape[:2])
        total, met = wins.sum(axis=2), wins + wins.transpose(0, 2, 1)
        place = np.arange(wins.shape[1])
        for _ in range(_NEWTON_STEPS):
            likely = _logistic(found[:, :, None] - found[:, None, :])
            uphill = total - (met * likely).sum(axis=2) - self.ridge * found
            hessian = -met * likely * (1.0 - likely)
            hessian[:, place, place] = self.ridge
            hessian[:, place, place] += (met * likely * (1.0 - likely)).sum(axis=2)
            hessian[:, place, place] -= (met * likely * (1.0 - likely))[:, place, place]
            step = np.linalg.solve(hessian, uphill[:, :, None])[:, :, 0]
            longest = np.abs(step).max(axis=1, keepdims=True)
            found = found + step * np.minimum(1.0, _LONGEST / np.maximum(longest, 1e-300))
            if longest.max() < 1e-12:
                break
        return found - found.mean(axis=1, keepdims=True)

    def __repr__(self) -> str:
        return f"BradleyTerryFit({self.comparisons}, scale={self.scale:g}, ridge={self.ridge:g})"


def _logistic(logits: Array) -> Array:
    return 0.5 * (1.0 + np.tanh(0.5 * logits))


def _positive(name: str, value: Any, what: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0.0 < number < inf:
        raise InvalidInput(f"{name}: {value!r} is not positive and finite. Give {what}.")
    return number


def _confidence(confidence: float) -> None:
    if not 0.0 < confidence <= 1.0:
        raise InvalidInput(
            f"confidence: {confidence!r} is no probability. Give one in (0, 1], such as 0.95."
        )
