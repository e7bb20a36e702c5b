"""Forward relative entropy KL(π0‖π), which never lets an outcome vanish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mdsolve.divergences.base import Array, Divergence, Step
from mdsolve.precision import logarithm_deficit

if TYPE_CHECKING:
    import cvxpy as cp


class ForwardKL(Divergence):
    """KL(π0‖π) = Σ π0 log(π0/π) + π − π0;  d*(s; q) = −q log(1 − s), slope q/(1 − s), pole 1.

    Examples
    --------
    >>> import numpy as np
    >>> bool(np.isinf(ForwardKL().value(np.array([0.0]), np.array([0.5])))[0])
    True
    """

    name = "forward-kl"
    symbol = "KL(π0‖π)"
    pole = 1.0

    def value(self, p: Array, q: Array) -> Array:
        """Return q (z − log(1 + z)) at z = p/q − 1."""
        z = (p - q) / q
        near = np.abs(z) < 0.5
        with np.errstate(divide="ignore"):
            far = z - np.log(p / q)
        return q * np.where(near, logarithm_deficit(np.where(near, z, 0.0)), far)

    def conjugate(self, s: Array, q: Array) -> tuple[Array, Array]:
        """Return −q log(1 − s) and q/(1 − s); +∞ from the pole on."""
        inside = s < 1.0
        t = np.where(inside, s, 0.0)
        return np.where(inside, -q * np.log1p(-t), np.inf), np.where(inside, q / (1.0 - t), np.inf)

    def expression(self, variable: cp.Expression, q: Array) -> cp.Expression:
        """Return Σ q log(q/x) + x − q."""
        import cvxpy as cp

        total: Any = cp.sum(cp.kl_div(q, variable))
        return total

    def mass(self, position: Array, q: Array) -> Array:
        """Return q over the distance to the pole."""
        return q / -position

    def position_of(self, mass: Array, q: Array) -> Array:
        """Return −q/p."""
        return -q / mass

    def first_position(self, q: float) -> float:
        """Return −q."""
        return -q

    def curvature(self, mass: Array, position: Array, q: Array) -> Array:
        """Return p over the distance to the pole."""
        return mass / -position

    def growth(self, step: Step, q: Array) -> Array:
        """Return p' k over the distance to the pole."""
        return step.to * (step.k / -step.here)

    def bregman(self, step: Step, q: Array) -> Array:
        """Return q (z − log(1 + z)) at z = k over the position."""
        z = step.k / step.here
        short = np.abs(z) < 0.5
        near = logarithm_deficit(np.where(short, z, 0.0))
        return q * np.where(short, near, z - np.log(step.there / step.here))
