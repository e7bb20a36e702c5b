"""Jensen-Shannon divergence, symmetric, bounded by log 2."""

from __future__ import annotations

from math import log, log1p
from typing import TYPE_CHECKING, Any

import numpy as np

from mdsolve.divergences.base import Array, Divergence, Step
from mdsolve.precision import exponential_excess, logarithm_deficit

if TYPE_CHECKING:
    import cvxpy as cp


class JensenShannon(Divergence):
    """½ Σ π log(2π/(π+π0)) + π0 log(2π0/(π+π0));  d*(s; q) = −(q/2) log(2 − e^{2s}), pole ½ log 2.

    With g the distance to the pole, the mass is q/(e^{2g} − 1).

    Examples
    --------
    >>> import numpy as np
    >>> float(JensenShannon().value(np.array([0.0]), np.array([1.0]))[0]).hex()
    '0x1.62e42fefa39efp-2'
    """

    name = "jensen-shannon"
    symbol = "JS(π‖π0)"
    pole = 0.5 * log(2.0)

    def value(self, p: Array, q: Array) -> Array:
        """Return both halves through z = (p − q)/(p + q), which cancels to second order."""
        total = p + q
        z = (p - q) / total
        mine, theirs = 2.0 * p / total, 2.0 * q / total
        far = mine * np.log(np.where(mine > 0, mine, 1.0)) + theirs * np.log(theirs)
        t = np.where(np.abs(z) < 0.5, z, 0.0)
        even = -logarithm_deficit(-t * t)
        odd = t * (2.0 * t - logarithm_deficit(t) + logarithm_deficit(-t))
        return 0.25 * total * np.where(np.abs(z) < 0.5, even - t * t + odd, far)

    def conjugate(self, s: Array, q: Array) -> tuple[Array, Array]:
        """Return −(q/2) log(2 − e^{2s}) and q e^{2s}/(2 − e^{2s}); +∞ from the pole on."""
        inside = s < self.pole
        twice = 2.0 * np.where(inside, s, 0.0)
        growth = np.expm1(twice)
        inside &= growth < 1.0
        growth = np.where(inside, growth, 0.0)
        value, slope = -0.5 * q * np.log1p(-growth), q * np.exp(twice) / (1.0 - growth)
        return np.where(inside, value, np.inf), np.where(inside, slope, np.inf)

    def expression(self, variable: cp.Expression, q: Array) -> cp.Expression:
        """Return ½ Σ x log(2x/(x+q)) + q log(2q/(x+q))."""
        import cvxpy as cp

        total = variable + q
        halves = cp.rel_entr(2.0 * variable, total) + cp.rel_entr(2.0 * q, total)
        total: Any = 0.25 * cp.sum(halves)
        return total

    def mass(self, position: Array, q: Array) -> Array:
        """Return q e^{−2g}/(1 − e^{−2g})."""
        return q * self._ratio(position)

    def position_of(self, mass: Array, q: Array) -> Array:
        """Return −½ log(1 + q/p)."""
        return -0.5 * np.log1p(q / mass)

    def first_position(self, q: float) -> float:
        """Return −½ log(1 + q)."""
        return -0.5 * log1p(q)

    def curvature(self, mass: Array, position: Array, q: Array) -> Array:
        """Return 2p (1 + p/q)."""
        return 2.0 * mass * (1.0 + self._ratio(position))

    def growth(self, step: Step, q: Array) -> Array:
        """Return p' (1 + p/q) (1 − e^{−2k})."""
        with np.errstate(over="ignore", invalid="ignore"):
            growth = -step.to * (1.0 + self._ratio(step.here)) * np.expm1(-2.0 * step.k)
        return np.where(np.abs(step.k) < 1.0, growth, step.to - step.mass)

    def bregman(self, step: Step, q: Array) -> Array:
        """Return q/2 (ρ φ(2k) + ψ(−ρ (e^{2k} − 1))), ρ = p/q, φ and ψ the two increments."""
        ratio, there = self._ratio(step.here), self._ratio(step.there)
        change = -ratio * np.expm1(2.0 * np.minimum(step.k, 1.0))
        short = (np.abs(step.k) < 0.25) & (np.abs(change) < 0.5)
        near = ratio * exponential_excess(2.0 * np.where(short, step.k, 0.0)) + logarithm_deficit(
            np.where(short, change, 0.0)
        )
        far = np.log1p(there) - np.log1p(ratio) - 2.0 * ratio * step.k
        return 0.5 * q * np.where(short, near, far)

    @staticmethod
    def _ratio(position: Array) -> Array:
        """Return p/q at a position."""
        fading = 2.0 * position
        return np.exp(fading) / -np.expm1(fading)
