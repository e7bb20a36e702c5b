"""Nash and α-fair welfare: G = Σ w v^{1−α}/(1−α), whose dual pairs are the curves g V^α = w."""

from __future__ import annotations

from math import inf, isfinite
from typing import TYPE_CHECKING

import numpy as np

from mdsolve.errors import InvalidInput
from mdsolve.precision import exponential_excess
from mdsolve.welfare.base import Array, Welfare

if TYPE_CHECKING:
    import cvxpy as cp


class Power(Welfare):
    """G = Σ w v^{1−α}/(1−α), Σ w log v at α = 1; each group has the curve w = g V^α.

    The curve is walked by a *position* z: g = w e^{−min(α,1) z}, V = e^{z/max(α,1)}. Neither end
    loses digits there, for tiny α (g hardly moves) nor for large α (V hardly moves).
    """

    needs_positive = True
    alpha: float

    def value(self, values: Array, sizes: Array) -> float:
        """Return G(v): −∞ below 0, and at 0 from α = 1 on."""
        values = np.asarray(values, dtype=float)
        if float(values.min()) < 0.0 or (self.alpha >= 1.0 and float(values.min()) == 0.0):
            return -inf
        with np.errstate(over="ignore"):
            if self.alpha == 1.0:
                return float(np.sum(sizes * np.log(values)))
            return float(np.sum(sizes * values ** (1.0 - self.alpha) / (1.0 - self.alpha)))

    def weights(self, values: Array, sizes: Array) -> Array:
        """Return w v^{−α}, ∞ at v = 0."""
        with np.errstate(divide="ignore", over="ignore"):
            return sizes * np.asarray(values, dtype=float) ** -self.alpha

    def conjugate(self, weights: Array, sizes: Array) -> float:
        """Return Σ w − w log(w/g) at α = 1, else −α/(1−α) Σ w V^{1−α}, V = (w/g)^{1/α}."""
        weights = np.asarray(weights, dtype=float)
        if self.alpha == 0.0:
            return 0.0 if bool(np.all(weights >= sizes)) else -inf
        if float(weights.min()) < 0.0 or (self.alpha <= 1.0 and float(weights.min()) == 0.0):
            return -inf
        if self.alpha == 1.0:
            return float(np.sum(sizes * (1.0 - np.log(sizes / weights))))
        with np.errstate(divide="ignore", over="ignore"):
            power = sizes * np.exp(np.log(weights / sizes) * ((self.alpha - 1.0) / self.alpha))
        return float(np.sum(power) * (self.alpha / (self.alpha - 1.0)))

    def derivatives(self, weights: Array, sizes: Array) -> tuple[Array, Array]:
        """Return the gradient V = (w/g)^{1/α} of G_* and its Hessian's diagonal −V/(αg)."""
        with np.errstate(divide="ignore", over="ignore"):
            values = np.exp(np.log(sizes / np.asarray(weights, dtype=float)) / self.alpha)
            return values, -values / (self.alpha * weights)

    def position(self, values: Array) -> Array:
        """Return the position z at which the curve passes V = ``values`` > 0."""
        return max(self.alpha, 1.0) * np.log(values)

    def point(self, position: Array, sizes: Array) -> tuple[Array, Array]:
        """Return (g, V) at a position."""
        with np.errstate(over="ignore"):
            return (
                sizes * np.exp(-min(self.alpha, 1.0) * position),
                np.exp(position / max(self.alpha, 1.0)),
            )

    def excess(self, weights: Array, values: Array, sizes: Array) -> float:
        """Return Σ g V (e^δ − 1 − (e^{(1−α)δ} − 1)/(1−α)), δ = log(v/V)."""
        if self.alpha == 0.0:
            return float((weights - sizes) @ values) if np.all(weights >= sizes) else inf
        if float(np.min(weights)) <= 0.0 or float(np.min(values)) <= 0.0:
            return self._plain_excess(weights, values, sizes)
        log_values = np.log(sizes / weights) / self.alpha
        with np.errstate(over="ignore"):
            curve = np.exp(log_values)
        total = self.excess_at(weights, np.log(values) - log_values, curve)
        return total if isfinite(total) else self._plain_excess(weights, values, sizes)

    def excess_at(self, weights: Array, delta: Array, curve: Array) -> float:
        """Return the excess of δ = log(v/V) at (g, V), V = ``curve``."""
        with np.errstate(over="ignore", invalid="ignore"):
            growth = exponential_excess(delta)
            if self.alpha != 1.0:
                rest = 1.0 - self.alpha
                growth = growth - exponential_excess(rest * delta) / rest
            total = float(np.sum(weights * curve * np.maximum(growth, 0.0)))
            return inf if np.isnan(total) else total

    def _plain_excess(self, weights: Array, values: Array, sizes: Array) -> float:
        conjugate, value = self.conjugate(weights, sizes), self.value(values, sizes)
        if not (isfinite(conjugate) and isfinite(value)):
            return inf
        return float(weights @ values) - value - conjugate

    def expression(self, values: cp.Expression, sizes: cp.Expression) -> cp.Expression:
        """Return Σ w log v, or Σ w v^{1−α}/(1−α) by the cone of powers."""
        import cvxpy as cp

        if self.alpha == 0.0:
            return sizes @ values
        if self.alpha == 1.0:
            return sizes @ cp.log(values)
        return (sizes @ cp.power(values, 1.0 - self.alpha, approx=False)) / (1.0 - self.alpha)


class Nash(Power):
    """G = Σ w log v, G_* = Σ w − w log(w/g).

    Examples
    --------
    >>> Nash().weights(np.array([0.5, 4.0]), np.array([1.0, 2.0]))
    array([2. , 0.5])
    """

    name = "nash"
    alpha = 1.0

    def __repr__(self) -> str:
        return "Nash()"


class AlphaFair(Power):
    """G = Σ w v^{1−α}/(1−α): α = 0 is social, 1 Nash, and α → ∞ tends to egalitarian.

    Parameters
    ----------
    alpha : float
        Aversion to inequality, finite and ≥ 0.

    Raises
    ------
    InvalidInput
        If α is negative or not finite.

    Examples
    --------
    >>> AlphaFair(2.0).value(np.array([0.5, 0.25]), np.ones(2))
    -6.0
    """

    name = "alpha-fair"

    def __init__(self, alpha: float) -> None:
        if not (isinstance(alpha, (int, float)) and isfinite(alpha) and alpha >= 0.0):
            raise InvalidInput(
                f"alpha: {alpha!r} is not a finite number ≥ 0. "
                "Give 0 (social), 1 (Nash) or more; for the limit use Egalitarian."
            )
        self.alpha = float(alpha)

    def __repr__(self) -> str:
        return f"AlphaFair({self.alpha!r})"
