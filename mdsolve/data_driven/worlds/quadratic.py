"""Quadratic loss u_i = −(x − ω − θ_i)² on the real line; x* = E[ω|s] + mean θ ([B] Ex 1, Ex 2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs.base import finite_number
from mdsolve.data_driven.laws import Law
from mdsolve.data_driven.worlds.base import World
from mdsolve.precision import EPS

Array = NDArray[np.float64]
_WHO = "QuadraticLoss"


class QuadraticLoss(World):
    """u_i = −(x − ω − θ_i)²; a type is the bias θ_i, an allocation a real number.

    Examples
    --------
    >>> from mdsolve.data_driven import DataDrivenVCG, GaussianBeliefs
    >>> mechanism = DataDrivenVCG(QuadraticLoss(), GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))
    >>> mechanism.run([0.0, 1.0], [3.0, 0.0], estimate=1.0).allocation
    1.5
    """

    def checked_type(self, agent: int, given: Any) -> float:
        """Return the agent's bias, a finite number."""
        return finite_number(f"agent {agent}: type", given)

    def valuation(self, agent: int, law: Law, types: Sequence[Any]) -> Array:
        """Return (−1, 2b, −E(ω + θ)²), b = E[ω] + θ, against coordinates (x², x, 1)."""
        mean, variance = law.number(_WHO)
        peak = mean + types[agent]
        return np.array([-1.0, 2.0 * peak, -(variance + peak**2)])

    def coordinates(self, allocation: Any) -> Array:
        """Return (x², x, 1)."""
        return np.array([allocation * allocation, allocation, 1.0])

    def choose(self, total: Array, anchor: Any = None) -> float:
        """Return the peak of total₀ x² + total₁ x; 0 where nobody cares."""
        return float(-total[1] / (2.0 * total[0])) if total[0] else 0.0

    def choose_many(self, totals: Array, anchors: Any) -> tuple[Array, Array]:
        """Return the coordinates of all peaks at once."""
        peaks = -totals[:, 1] / (2.0 * totals[:, 0])
        return np.stack((peaks**2, peaks, np.ones_like(peaks)), axis=1), np.zeros(len(totals))

    def best_gains(
        self, points: Array, charges: Array, truths: Array
    ) -> tuple[Array, NDArray[np.intp]]:
        """Return what the reachable decision nearest to each truth's peak gains."""
        order = points[:, 1].argsort()
        reached, peaks = points[order, 1], -truths[:, 1] / (2.0 * truths[:, 0])
        right = np.clip(reached.searchsorted(peaks), 1, len(order) - 1) if len(order) > 1 else 0
        left = np.maximum(np.asarray(right) - 1, 0)
        nearer = np.abs(reached[right] - peaks) < np.abs(reached[left] - peaks)
        places = order[np.where(nearer, right, left)]
        moved, here = points[places, 1], points[:, 1]
        # a difference of squares as a product, so that constants cost no digits
        return (moved - here) * (truths[:, 0] * (moved + here) + truths[:, 1]), places

    def utility(self, agent: int, allocation: Any, law: Law, types: Sequence[Any]) -> float:
        """Return −(x − E[ω] − θ)² − Var[ω]: squared after the difference, to keep its digits."""
        mean, variance = law.number(_WHO)
        return float(-(((allocation - mean) - types[agent]) ** 2) - variance)

    def rounding(self, agent: int, allocation: Any, law: Law, types: Sequence[Any]) -> float:
        """Return a bound that grows with how far the numbers are from 0, not with their squares."""
        mean, variance = law.number(_WHO)
        size = abs(allocation) + abs(mean) + abs(types[agent])
        apart = abs((allocation - mean) - types[agent])
        return 16.0 * EPS * (apart * size + EPS * size**2 + variance)

    def other_types(self, agent: int, given: Any) -> list[Any]:
        """Return biases near and far."""
        return [given + step for step in (-1.0, -0.1, 0.1, 1.0)]

    def __repr__(self) -> str:
        return "QuadraticLoss()"
