"""Nash and α-fair welfare: minimise Φ(Σ g_i r_i) − G_*(g) along the curves g_i V_i^α = w_i.

With δ = log(v/V) the step solves (H + diag(v/(αg))) dg = −vδ, which is exact where V's own slope
rules, over hundreds of orders of magnitude, and is Newton's as δ → 0. The duality gap is
Σ g V (e^δ − 1 − (e^{(1−α)δ} − 1)/(1−α)), of second order in δ. Where λ is so small that rounding of
g leaves more than that, a last step is taken by the model instead.
"""

from __future__ import annotations

from math import inf

import numpy as np

from mdsolve.solvers.welfare_dual.newton import (
    Array,
    Method,
    Point,
    Problem,
    Spent,
    Weights,
    newton,
    search,
)
from mdsolve.welfare import Power

_TINY = 1e-300
_EDGE = 600.0  # |log(g/w)| stays below this, so that g is a float


class Curve(Method):
    """``Point.where`` is the position z of every group on its curve (see ``Power``)."""

    def __init__(self, problem: Problem, welfare: Power, strength: float) -> None:
        super().__init__(problem, strength)
        self.welfare = welfare
        self.pace = min(welfare.alpha, 1.0)

    def solve(self, start: Array | None) -> Weights:
        """Return the weights, from ``start`` where that is near."""
        self._begin()
        try:
            if start is None or self.correct(self._warm(start)) is None:
                self.follow()
        except Spent:
            pass
        return self._corrected(*self.best)

    def _corrected(self, gap: float, point: Point) -> Weights:
        """Return the point, with a step of Newton that rounding keeps from g if that helps."""
        weights, curve, hessian = point.weights, self.curve(point), point.at.hessian()
        scaling = np.sqrt(self.welfare.alpha * weights) / np.sqrt(curve)
        step = newton(hessian, scaling, curve - point.at.values)
        move = hessian @ step
        values, loss = point.at.values + move, 0.5 * max(float(step @ move), 0.0)
        answer = point.weights, point.at, self.value(point)
        if not (loss <= 0.01 * self.strength and values.min() > 0.0):
            return self.problem.answer(*answer, gap)
        residual = np.log(values) - np.log(curve)
        better = self.welfare.excess_at(weights, residual, curve) + loss
        if not better < gap:
            return self.problem.answer(*answer, gap)
        return self.problem.answer(*answer, better, step, values)

    def _begin(self) -> None:
        at = self.problem(np.zeros_like(self.problem.sizes), self.strength)
        values = np.asarray(at.values)  # tiny where the reference hides a group's outcomes
        floor = max(_TINY, 1e-6 * float(values.max()))
        position = self.welfare.position(np.maximum(values, floor))
        self.start = np.clip(position, -_EDGE / self.pace, _EDGE / self.pace)
        weights, _ = self.welfare.point(self.start, self.problem.sizes)
        spread = np.sqrt(self.strength * np.maximum(np.diag(at.hessian()), 0.0))
        self.scale = min(float(weights @ spread), 1e200)
        point = self.first(self.strength)
        self.best = self.gap(point), point

    def _warm(self, start: Array) -> Point:
        values = np.exp(np.log(self.problem.sizes / start) / self.welfare.alpha)
        return self.point(self.welfare.position(values), self.strength)

    def first(self, strength: float) -> Point:
        """Return g = dG/dv at the reference's values."""
        return self.point(self.start, strength)

    def point(self, position: Array, strength: float) -> Point:
        """Return the point of every curve at a position."""
        position = np.clip(position, -_EDGE / self.pace, _EDGE / self.pace)
        weights, _ = self.welfare.point(position, self.problem.sizes)
        return Point(position, weights, self.problem(weights, strength), strength)

    def curve(self, point: Point) -> Array:
        """Return V."""
        return self.welfare.point(point.where, self.problem.sizes)[1]

    def residual(self, point: Point) -> Array:
        """Return δ = log(v/V)."""
        with np.errstate(divide="ignore"):
            return np.log(point.at.values) - point.where / max(self.welfare.alpha, 1.0)

    def gap(self, point: Point) -> float:
        """Return f(g) less the model's objective."""
        return self.welfare.excess_at(point.weights, self.residual(point), self.curve(point))

    def value(self, point: Point) -> float:
        """Return f(g)."""
        return float(point.at.phi) - self.welfare.conjugate(point.weights, self.problem.sizes)

    def slope(self, point: Point, move: Array) -> float:
        """Return the derivative of f along a move of the position."""
        force = point.at.values - self.curve(point)
        return -self.pace * float(force @ (point.weights * move))

    def correct(self, point: Point) -> Point | None:
        """Step until δ is rounding, or at a passing strength until it is small."""
        final, before = point.strength == self.strength, inf
        tolerance = self.problem.tolerance
        for _ in range(self.limit * (4 if final else 1)):
            delta, gap = float(np.max(np.abs(self.residual(point)))), self.gap(point)
            if final and gap < self.best[0]:
                self.best = gap, point
            close = final and gap <= tolerance * abs(point.at.phi)
            if delta <= (tolerance if final else 1e-3) or (close and delta > 0.25 * before):
                return point
            before = delta
            self.problem.iterations += 1
            found = self.step(point)
            if found is None:
                return point if close else None
            point = found
        return None

    def step(self, point: Point) -> Point | None:
        """Return the next iterate: the logarithmic step where it descends, else Newton's own."""
        weights, curve = point.weights, self.curve(point)
        values = np.maximum(point.at.values, curve * np.exp(-4.0))
        logarithmic = values * (np.log(values) - np.log(curve))
        for right, base in ((logarithmic, values), (point.at.values - curve, curve)):
            scaling = np.sqrt(self.welfare.alpha * weights) / np.sqrt(base)
            move = self.move(point, -newton(point.at.hessian(), scaling, right), base)
            slope = self.slope(point, move)
            if slope < 0.0:
                return self._along(point, move, slope)
        return None

    def _along(self, point: Point, move: Array, slope: float) -> Point | None:
        value = self.value(point)
        noise = 1e-14 * (abs(point.at.phi) + abs(value))

        def along(step: float) -> tuple[Point, float, float]:
            trial = self.point(point.where + step * move, point.strength)
            return trial, self.value(trial), self.slope(trial, move)

        return search(along, value, slope, noise)

    def move(self, point: Point, change: Array, base: Array) -> Array:
        """Return the move of z for dg: straight in log g where V rules, in g where H does."""
        relative = change / point.weights
        own = np.abs(base * relative) / self.welfare.alpha
        share = own / np.maximum(own + np.abs(point.at.hessian() @ change), _TINY)
        bent = np.sign(relative) * np.log1p(np.abs(relative))
        return -(share * relative + (1.0 - share) * bent) / self.pace

    def predict(self, point: Point, strength: float) -> Point:
        """Follow the tangent (H + diag(V/(αg))) dg/dλ = Hg/λ."""
        scaling = np.sqrt(self.welfare.alpha * point.weights) / np.sqrt(point.at.values)
        slope = newton(point.at.hessian(), scaling, point.at.hessian() @ point.weights)
        change = slope * (strength / point.strength - 1.0)
        return self.point(point.where + self.move(point, change, point.at.values), strength)
