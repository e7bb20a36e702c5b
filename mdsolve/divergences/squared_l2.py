"""Squared Euclidean distance, a second divergence of [S] Prop 4.4: training is a projection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mdsolve.divergences.base import Array
from mdsolve.divergences.clipped import Clipped

if TYPE_CHECKING:
    import cvxpy as cp


class SquaredL2(Clipped):
    """Σ (π − π0)²;  d*(s; q) = sq + s²/4 for s ≥ −2q, else −q²; the model projects π0 + c/2λ.

    Examples
    --------
    >>> import numpy as np
    >>> SquaredL2().value(np.array([0.75]), np.array([0.5])).tolist()
    [0.0625]
    """

    name = "l2"
    symbol = "‖π − π0‖²"

    def value(self, p: Array, q: Array) -> Array:
        """Return (p − q)²."""
        return np.square(p - q)

    def expression(self, variable: cp.Expression, q: Array) -> cp.Expression:
        """Return Σ (x − q)²."""
        import cvxpy as cp

        return cp.sum_squares(variable - q)

    def scale_and_level(self, q: Array) -> tuple[float, Array]:
        """Return (1, q)."""
        return 1.0, q

    def position_of(self, mass: Array, q: Array) -> Array:
        """Return 2 (p − q)."""
        return 2.0 * (mass - q)

    def first_position(self, q: float) -> float:
        """Return 2 (1 − q)."""
        return 2.0 * (1.0 - q)
