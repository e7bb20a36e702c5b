"""Egalitarian welfare: minimise Φ(Σ g_i r_i) over the simplex by a primal-dual interior point.

v_i − t = z_i, g_i z_i = μ → 0. The duality gap Σ g (v − min v) is linear in the rounding of g,
which 1/λ magnifies; so the last Newton step is not taken but handed back as a correction of the
model, whose gap is quadratic in it.
"""

from __future__ import annotations

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

_BARRIER = 0.1  # μ over λ/n on the way down
_SHRINK = 0.05  # of μ at every step of the last stage
_FLOOR = 1e-18  # of μ over the spread of the values


class Simplex(Method):
    """``Point.where`` is the slack z of every group's value over the worst."""

    best: Weights

    def __init__(self, problem: Problem, strength: float) -> None:
        super().__init__(problem, strength)
        self.even = np.full(problem.sizes.size, 1.0 / problem.sizes.size)

    def solve(self, start: Array | None) -> Weights:
        """Return the weights, from ``start`` where that is near."""
        problem = self.problem
        try:
            near = self._begin(self.even if start is None else start / np.sum(start))
            small = 0.1 * problem.tolerance * abs(self.best.value)
            if self.best.gap > small and (start is None or self.correct(near) is None):
                self.follow()
        except Spent:
            pass
        best = self.best
        spent = problem.iterations, problem.evaluations
        return Weights(best.weights, best.correction, best.values, best.value, best.gap, *spent)

    def _begin(self, weights: Array) -> Point:
        at = self.problem(np.zeros_like(weights), self.strength)
        spread = np.sqrt(self.strength * np.maximum(np.diag(at.hessian()), 0.0))
        self.scale = max(float(spread.max()), float(np.ptp(at.values)))
        at = self.problem(weights, self.strength)
        self._keep(self.problem.answer(weights, at, float(at.phi), _excess(weights, at.values)))
        return self._inside(np.maximum(weights, 1e-3 * self.even), self.strength)

    def first(self, strength: float) -> Point:
        """Return equal weights, with slacks that stay clear of 0."""
        point = self._inside(self.even, strength)
        values = point.at.values
        slack = np.maximum(values - values.min(), point.where)
        return Point(slack, point.weights, point.at, strength)

    def _inside(self, weights: Array, strength: float) -> Point:
        weights = weights / weights.sum()
        at = self.problem(weights, strength)
        return Point(self.mu(strength) / weights, weights, at, strength)

    def mu(self, strength: float) -> float:
        """Return the barrier on the way: in proportion to λ."""
        return _BARRIER * min(strength, self.scale) * float(self.even[0])

    def _keep(self, answer: Weights) -> None:
        if not hasattr(self, "best") or answer.gap < self.best.gap:
            self.best = answer

    def record(self, point: Point) -> float:
        """Keep the point, corrected by the step to μ = 0 if that helps; return its relative gap."""
        weights, at = point.weights, point.at
        values = np.asarray(at.values)
        self.scale = max(self.scale, float(np.ptp(values)))
        correction, gap = np.zeros_like(weights), _excess(weights, values)
        step, _ = self.direction(point, _FLOOR * self.scale)
        move = at.hessian() @ step
        loss = 0.5 * max(float(step @ move), 0.0)
        better = _excess(weights, values + move) + loss
        if loss <= 0.01 * point.strength and better < gap:
            correction, values, gap = step, values + move, better
        self._keep(self.problem.answer(weights, at, float(at.phi), gap, correction, values))
        return gap / max(abs(at.phi), self.scale)

    def direction(self, point: Point, mu: float) -> tuple[Array, float]:
        """Return the step dg with Σ dg = 0 towards g z = μ, and the level t it aims at."""
        weights = point.weights
        force = point.at.values - mu / weights
        level = float(weights @ force)
        right = np.column_stack((np.ones_like(weights), force - level))
        unit, residual = newton(point.at.hessian(), np.sqrt(weights / point.where), right).T
        rest = float(residual.sum() / unit.sum())
        return rest * unit - residual, level + rest

    def correct(self, point: Point) -> Point | None:
        """Step until g z is near μ; at the last strength send μ to 0 on the way."""
        final, mu = point.strength == self.strength, self.mu(point.strength)
        for _ in range(self.limit * (6 if final else 1)):
            relative = self.record(point) if final else 1.0
            if relative <= 0.1 * self.problem.tolerance:
                return point
            move, level = self.direction(point, mu)
            off = np.max(np.abs(point.weights * (point.at.values - level) / mu - 1.0))
            if not final and off <= 0.5:
                return point
            if final and mu > _FLOOR * self.scale and self._central(point, mu, move):
                mu = max(_FLOOR * self.scale, _SHRINK * mu)
                move, _ = self.direction(point, mu)
            self.problem.iterations += 1
            found = self.step(point, mu, move)
            if found is None:
                return point if relative <= self.problem.tolerance else None
            point = found
        return None

    @staticmethod
    def _central(point: Point, mu: float, move: Array) -> bool:
        """Tell whether the step is short and g z near μ after it: before it, rounding may rule."""
        weights = point.weights + move
        slack = mu / point.weights - (point.where / point.weights) * move
        short = float(move @ (point.at.hessian() @ move)) <= 0.5 * point.strength
        return short and bool(np.all(np.abs(weights * slack / mu - 1.0) <= 2.0))

    def step(self, point: Point, mu: float, move: Array) -> Point | None:
        """Return the next iterate, at most 0.99 of the way to the boundary."""
        rate = float(np.max(-move / point.weights))
        move = move * min(1.0, 0.99 / rate) if rate > 0.0 else move
        slack = mu / point.weights - (point.where / point.weights) * move
        value, slope = self._barrier(point, mu, move)
        noise = 1e-14 * (abs(point.at.phi) + abs(value))
        if not slope < 0.0:
            return None

        def along(step: float) -> tuple[Point, float, float]:
            weights = point.weights + step * move
            weights = weights / weights.sum()
            kept = np.clip(slack, 0.3 * mu / weights, 100.0 * mu / weights)
            trial = Point(kept, weights, self.problem(weights, point.strength), point.strength)
            return trial, *self._barrier(trial, mu, move)

        return search(along, value, slope, noise)

    @staticmethod
    def _barrier(point: Point, mu: float, move: Array) -> tuple[float, float]:
        value = float(point.at.phi) - mu * float(np.sum(np.log(point.weights)))
        return value, float((point.at.values - mu / point.weights) @ move)

    def predict(self, point: Point, strength: float) -> Point:
        """Follow the tangent of v − t = μ/g, μ in proportion to λ."""
        hessian, weights = point.at.hessian(), point.weights
        pull = hessian @ weights + self.mu(point.strength) / weights
        level = float(weights @ pull)
        right = np.column_stack((np.ones_like(weights), pull - level))
        unit, slope = newton(hessian, np.sqrt(weights / point.where), right).T
        slope = slope - slope.sum() / unit.sum() * unit
        change = slope * (strength / point.strength - 1.0) / weights
        return self._inside(weights * np.exp(np.clip(change, -3.0, 3.0)), strength)


def _excess(weights: Array, values: Array) -> float:
    return float(weights @ (values - np.min(values)))
