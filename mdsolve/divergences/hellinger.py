"""Squared Hellinger distance, symmetric and bounded."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from mdsolve.divergences.base import Array, Divergence, Step

if TYPE_CHECKING:
    import cvxpy as cp


class Hellinger(Divergence):
    """Σ (√π − √π0)²;  d*(s; q) = qs/(1 − s), slope q/(1 − s)², pole 1.

    Examples
    --------
    >>> import numpy as np
    >>> Hellinger().value(np.array([0.25]), np.array([1.0])).tolist()
    [0.25]
    """

    name = "hellinger"
    symbol = "Σ(√π − √π0)²"
    pole = 1.0
    degree = 2.0

    def value(self, p: Array, q: Array) -> Array:
        """Return (√p − √q)² as ((p − q)/(√p + √q))²."""
        return np.square((p - q) / (np.sqrt(p) + np.sqrt(q)))

    def conjugate(self, s: Array, q: Array) -> tuple[Array, Array]:
        """Return qs/(1 − s) and q/(1 − s)²; +∞ from the pole on."""
        inside = s < 1.0
        t = np.where(inside, s, 0.0)
        room = 1.0 - t
        return np.where(inside, q * t / room, np.inf), np.where(inside, q / np.square(room), np.inf)

    def expression(self, variable: cp.Expression, q: Array) -> cp.Expression:
        """Return Σ x + q − 2 √q √x."""
        import cvxpy as cp

        total: Any = cp.sum(variable + q - 2.0 * cp.multiply(np.sqrt(q), cp.sqrt(variable)))
        return total

    def mass(self, position: Array, q: Array) -> Array:
        """Return q over the squared distance to the pole."""
        return np.square(np.sqrt(q) / position)

    def position_of(self, mass: Array, q: Array) -> Array:
        """Return −√(q/p)."""
        return -np.sqrt(q) / np.sqrt(mass)

    def first_position(self, q: float) -> float:
        """Return −√q."""
        return -sqrt(q)

    def curvature(self, mass: Array, position: Array, q: Array) -> Array:
        """Return 2p over the distance to the pole."""
        return 2.0 * mass / -position

    def growth(self, step: Step, q: Array) -> Array:
        """Return p' k (g + g')/g² with g, g' the distances to the pole."""
        return -step.to * (step.k / step.here) * (1.0 + step.there / step.here)

    def bregman(self, step: Step, q: Array) -> Array:
        """Return p k²/g' with g' the distance to the pole at the end."""
        return step.mass * step.k * (step.k / -step.there)
