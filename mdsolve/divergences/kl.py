"""Relative entropy KL(π‖π0), the divergence of fine-tuning from human feedback ([S] Prop 4.4)."""

from __future__ import annotations

from math import inf, log
from typing import TYPE_CHECKING, Any

import numpy as np

from mdsolve.divergences.base import Array, Divergence, Step
from mdsolve.precision import exponential_excess, logarithm_deficit

if TYPE_CHECKING:
    import cvxpy as cp


class KL(Divergence):
    """KL(π‖π0) = Σ π log(π/π0) − π + π0;  d*(s; q) = q (e^s − 1), slope q e^s, no pole.

    Examples
    --------
    >>> import numpy as np
    >>> float(KL().value(np.array([0.5]), np.array([0.5]))[0])
    0.0
    """

    name = "kl"
    symbol = "KL(π‖π0)"
    degree = inf

    def value(self, p: Array, q: Array) -> Array:
        """Return p log(p/q) − p + q, near q as q (z log(1 + z) − (z − log(1 + z))), z = p/q − 1."""
        z = (p - q) / q
        near = np.abs(z) < 0.5
        t = np.where(near, z, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            far = np.where(p > 0, p * np.log(p / q) - p + q, q)
        return np.where(near, q * (t * np.log1p(t) - logarithm_deficit(t)), far)

    def conjugate(self, s: Array, q: Array) -> tuple[Array, Array]:
        """Return q (e^s − 1) and q e^s."""
        return q * np.expm1(s), q * np.exp(s)

    def expression(self, variable: cp.Expression, q: Array) -> cp.Expression:
        """Return Σ x log(x/q) − x + q."""
        import cvxpy as cp

        total: Any = cp.sum(cp.kl_div(variable, q))
        return total

    def mass(self, position: Array, q: Array) -> Array:
        """Return q e^s."""
        return q * np.exp(position)

    def position_of(self, mass: Array, q: Array) -> Array:
        """Return log(p/q)."""
        with np.errstate(divide="ignore"):
            ratio = np.log(mass) - np.log(q)
            return np.where(np.abs(ratio) < 0.5, np.log1p((mass - q) / q), ratio)

    def first_position(self, q: float) -> float:
        """Return −log q."""
        return -log(q)

    def curvature(self, mass: Array, position: Array, q: Array) -> Array:
        """Return the mass itself."""
        return mass

    def growth(self, step: Step, q: Array) -> Array:
        """Return p (e^k − 1)."""
        short = np.abs(step.k) < 1.0
        return np.where(
            short, step.mass * np.expm1(np.where(short, step.k, 0.0)), step.to - step.mass
        )

    def bregman(self, step: Step, q: Array) -> Array:
        """Return p (e^k − 1 − k)."""
        short = np.abs(step.k) < 1.0
        near = step.mass * exponential_excess(np.where(short, step.k, 0.0))
        return np.where(short, near, step.to - step.mass * (1.0 + step.k))
