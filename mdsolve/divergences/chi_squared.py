"""Pearson's χ², the second divergence of the published version of [S]."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mdsolve.divergences.base import Array
from mdsolve.divergences.clipped import Clipped

if TYPE_CHECKING:
    import cvxpy as cp


class ChiSquared(Clipped):
    """Σ (π − π0)²/π0;  d*(s; q) = q (s + s²/4) for s ≥ −2, else −q.

    Examples
    --------
    >>> import numpy as np
    >>> ChiSquared().value(np.array([0.75]), np.array([0.5])).tolist()
    [0.125]
    """

    name = "chi2"
    symbol = "χ²(π‖π0)"

    def value(self, p: Array, q: Array) -> Array:
        """Return (p − q)²/q."""
        return (p - q) * ((p - q) / q)

    def expression(self, variable: cp.Expression, q: Array) -> cp.Expression:
        """Return Σ ((x − q)/√q)²."""
        import cvxpy as cp

        root = np.sqrt(q)
        return cp.sum_squares(cp.multiply(1.0 / root, variable) - root)

    def scale_and_level(self, q: Array) -> tuple[Array, float]:
        """Return (q, 1)."""
        return q, 1.0

    def position_of(self, mass: Array, q: Array) -> Array:
        """Return 2 (p − q)/q."""
        return 2.0 * ((mass - q) / q)

    def first_position(self, q: float) -> float:
        """Return 2 (1/q − 1)."""
        return 2.0 * ((1.0 - q) / q)
