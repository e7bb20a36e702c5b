"""Newton's step, a line search that rounding cannot fool, and continuation in the strength λ.

Φ is nearly piecewise linear for tiny λ, where Newton alone gets lost. v depends on g/λ alone, so
g(λ) has a tangent that needs no more than H, and as λ → 0 it tends to a straight line.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@runtime_checkable
class Evaluation(Protocol):
    """Φ at Σ g_i r_i and its first two derivatives in g."""

    @property
    def phi(self) -> float:
        """Φ (welfare units)."""
        ...

    @property
    def values(self) -> Array:
        """v = Rπ (n,), the gradient."""
        ...

    def hessian(self) -> Array:
        """Return H (n, n)."""
        ...


Evaluate = Callable[[Array, float], Evaluation]


@dataclass(frozen=True)
class Weights:
    """A dual point g of concave welfare, its model, and the gap between them.

    Attributes
    ----------
    weights : (n,) array
        g: the model is the π of the combined reward Σ g_i r_i.
    correction : (n,) array
        h, below the rounding of g: add (k/λ) ∘ (s − <k, s>/Σk), s = Σ h_i r_i, to the model and
        its values become v + Hh. Zero where it does not help.
    values : (n,) array
        The values of the corrected model.
    value : float
        f(g), an upper bound of the optimum (welfare units).
    gap : float
        f(g) less the corrected model's objective, from the uncancelled Fenchel-Young form.
    iterations, evaluations : int
        Newton steps, and calls of ``evaluate``.
    """

    weights: Array
    correction: Array
    values: Array
    value: float
    gap: float
    iterations: int
    evaluations: int


class Spent(Exception):
    """The evaluations are used up."""


@dataclass
class Problem:
    """Φ, the sizes and the budget."""

    evaluate: Evaluate
    sizes: Array
    tolerance: float
    allowed: int
    evaluations: int = 0
    iterations: int = 0

    def __call__(self, weights: Array, strength: float) -> Evaluation:
        """Return Φ at g, counted."""
        if self.evaluations >= self.allowed:
            raise Spent
        self.evaluations += 1
        return self.evaluate(weights, strength)

    def answer(
        self,
        weights: Array,
        at: Evaluation,
        value: float,
        gap: float,
        correction: Array | None = None,
        values: Array | None = None,
    ) -> Weights:
        """Return the answer, uncorrected unless a correction is given."""
        values = np.asarray(at.values) if values is None else values
        correction = np.zeros_like(weights) if correction is None else correction
        spent = self.iterations, self.evaluations
        return Weights(np.array(weights), correction, values, value, gap, *spent)


@dataclass(frozen=True)
class Point:
    """An iterate: what the method moves besides g, g, and Φ there at a strength."""

    where: Array
    weights: Array
    at: Evaluation
    strength: float


def newton(hessian: Array, scaling: Array, right: Array) -> Array:
    """Solve (H + diag(1/scaling²)) x = right as I + SHS, whose eigenvalues are all ≥ 1."""
    from scipy.linalg import cho_factor, cho_solve

    matrix = scaling[:, None] * hessian * scaling
    matrix[np.diag_indices_from(matrix)] += 1.0
    tall = scaling if right.ndim == 1 else scaling[:, None]
    try:
        factor = cho_factor(matrix, lower=True, check_finite=False)
        return tall * np.asarray(cho_solve(factor, tall * right, check_finite=False))
    except np.linalg.LinAlgError:  # H is semidefinite only up to its own rounding
        if not np.isfinite(matrix).all():
            return np.full_like(right, np.nan)
        return tall * np.linalg.lstsq(matrix, tall * right)[0]


def search(
    along: Callable[[float], tuple[Point, float, float]], value: float, slope: float, noise: float
) -> Point | None:
    """Return a lower point of a convex curve that starts with ``value`` and ``slope`` < 0.

    ``along(step)`` gives a point, its value and its slope. Convexity lets the slope alone accept
    a step that stops short of the minimum; the value is asked only beyond it.
    """
    step = 1.0
    for _ in range(40):
        point, new_value, new_slope = along(step)
        lower = new_value <= value + noise and new_slope <= 0.9 * abs(slope)
        if lower or new_slope <= 0.25 * abs(slope):
            return point
        fraction = slope / (slope - new_slope) if isfinite(new_slope) else 0.1
        step *= min(max(fraction, 0.1), 0.5)
    return None


class Method(ABC):
    """Newton at one strength, inside a continuation from the reward scale down."""

    scale: float
    limit = 30

    def __init__(self, problem: Problem, strength: float) -> None:
        self.problem, self.strength = problem, strength

    @abstractmethod
    def first(self, strength: float) -> Point:
        """Return a point to start from."""

    @abstractmethod
    def correct(self, point: Point) -> Point | None:
        """Return the minimum at the point's strength, None where Newton is too far from it."""

    @abstractmethod
    def predict(self, point: Point, strength: float) -> Point:
        """Return the tangent's point at another strength."""

    def follow(self) -> None:
        """Walk down to the strength; shorten a stride that Newton cannot mend.

        Where even the first stage fails the reference hid the rewards' scale: start higher.
        """
        here, ratio, last = max(self.strength, self.scale), 0.25, None
        ceiling = 1e15 * here
        point = self.first(here)
        while True:
            before = self.problem.iterations
            found = self.correct(point)
            if found is not None and here == self.strength:
                return
            if found is None and last is None:
                here *= 30.0
                if not here < ceiling:
                    return
                point = self.first(here)
                continue
            if found is None:
                ratio = sqrt(ratio)
                if ratio > 0.99:
                    return
            else:
                last = found
                if self.problem.iterations - before <= 3:
                    ratio = max(ratio**1.5, 1e-2)
            assert last is not None
            here = max(self.strength, last.strength * ratio)
            point = self.predict(last, here)
