"""Social and egalitarian welfare, linear and piecewise linear: G_* is 0 where g may be, else −∞."""

from __future__ import annotations

from math import inf, isfinite
from typing import TYPE_CHECKING

import numpy as np

from mdsolve.welfare.base import Array, Welfare

if TYPE_CHECKING:
    import cvxpy as cp


class Social(Welfare):
    """G = Σ w v, G_* = 0 at g = w and −∞ elsewhere.

    Examples
    --------
    >>> Social().value(np.array([1.0, 3.0]), np.array([2.0, 1.0]))
    5.0
    """

    name = "social"

    def value(self, values: Array, sizes: Array) -> float:
        """Return Σ w v."""
        return float(sizes @ values)

    def weights(self, values: Array, sizes: Array) -> Array:
        """Return w."""
        return np.array(sizes, dtype=float)

    def conjugate(self, weights: Array, sizes: Array) -> float:
        """Return 0 at g = w, −∞ elsewhere."""
        return 0.0 if np.array_equal(weights, sizes) else -inf

    def excess(self, weights: Array, values: Array, sizes: Array) -> float:
        """Return 0 at g = w, ∞ elsewhere."""
        return -self.conjugate(weights, sizes)

    def expression(self, values: cp.Expression, sizes: cp.Expression) -> cp.Expression:
        """Return Σ w v; with v a variable this is DPP."""
        return sizes @ values

    def __repr__(self) -> str:
        return "Social()"


class Egalitarian(Welfare):
    """G = min v, G_* = 0 on the simplex and −∞ off it; sizes do not matter.

    Not strictly increasing in every value: outside [S] Assumption 3.2.

    Examples
    --------
    >>> Egalitarian().value(np.array([1.0, 3.0]), np.ones(2))
    1.0
    """

    name = "egalitarian"
    uses_sizes = False

    def value(self, values: Array, sizes: Array) -> float:
        """Return min v."""
        return float(np.min(values))

    def weights(self, values: Array, sizes: Array) -> Array:
        """Return equal weights on the groups that are worst off."""
        worst = np.asarray(values) == np.min(values)
        return worst / worst.sum()

    def conjugate(self, weights: Array, sizes: Array) -> float:
        """Return 0 where g ≥ 0 and Σ g = 1 to rounding, −∞ elsewhere."""
        weights = np.asarray(weights, dtype=float)
        off = abs(float(weights.sum()) - 1.0) > 4e-16 * (4 + weights.size)
        return -inf if off or float(weights.min()) < 0.0 else 0.0

    def excess(self, weights: Array, values: Array, sizes: Array) -> float:
        """Return Σ g (v − min v)."""
        if not isfinite(self.conjugate(weights, sizes)):
            return inf
        return float(weights @ (values - np.min(values)))

    def expression(self, values: cp.Expression, sizes: cp.Expression) -> cp.Expression:
        """Return min v."""
        import cvxpy as cp

        return cp.min(values)

    def __repr__(self) -> str:
        return "Egalitarian()"
