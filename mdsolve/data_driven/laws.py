"""What is known of the state: a probability measure of ω, by its moments, weights or points.

Expected utilities are linear in it, so a posterior P(ω|s), an estimate ω̂ and the law of an
estimator given the signals are objects of one kind ([B] §2, Def 5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Law:
    """A probability measure of the state; what is not known of it is None.

    Attributes
    ----------
    mean, variance : () or (dimensions,) array, or None
        Of the number or vector that the state is; variances coordinate by coordinate.
    weights : (states,) array or None
        Probabilities of the states that the beliefs list.
    points, masses : (points,) or (points, dimensions) array and (points,) array, or None
        Numbers or vectors and their probabilities: all of the measure, or quadrature nodes.
    exact : bool
        The points are the measure itself.

    Examples
    --------
    >>> Law.at(2.0).mean
    array(2.)
    """

    mean: Array | None = None
    variance: Array | None = None
    weights: Array | None = None
    points: Array | None = None
    masses: Array | None = None
    exact: bool = True

    @classmethod
    def at(cls, state: Any, weights: Array | None = None) -> Law:
        """Return the measure that is certain of one number or vector."""
        point = np.asarray(state, dtype=float)
        return cls(point, np.zeros_like(point), weights, point[None], np.ones(1))

    @classmethod
    def on(
        cls, points: Array, masses: Array, weights: Array | None = None, *, exact: bool = True
    ) -> Law:
        """Return the measure that has these masses on these points."""
        mean = masses @ points
        return cls(mean, masses @ (points - mean) ** 2, weights, points, masses, exact)

    @classmethod
    def mixture(cls, masses: Array, laws: Sequence[Law]) -> Law:
        """Return Σ_k masses_k laws_k; what one part lacks the whole lacks."""
        if not all(law.mean is not None for law in laws):
            return cls(weights=_mixed(masses, [law.weights for law in laws]))
        means = np.array([law.mean for law in laws])
        mean = masses @ means
        variance = None
        if all(law.variance is not None for law in laws):
            within = np.array([law.variance for law in laws])
            variance = masses @ (within + (means - mean) ** 2)
        weights = _mixed(masses, [law.weights for law in laws])
        if not all(law.points is not None for law in laws):
            return cls(mean, variance, weights)
        points = np.concatenate([law.points for law in laws if law.points is not None])
        spread = [mass * law.masses for mass, law in zip(masses, laws, strict=True)]
        exact = all(law.exact for law in laws)
        return cls(mean, variance, weights, points, np.concatenate(spread), exact)

    def number(self, who: str) -> tuple[float, float]:
        """Return mean and variance of a state that is one number."""
        if self.mean is None or self.mean.ndim or self.variance is None:
            raise InvalidInput(
                f"{who} needs a state that is one number, but {self._nature()}. Give the beliefs "
                "`states` that are numbers, or choose another world."
            )
        return float(self.mean), float(self.variance)

    def expectation(self, who: str) -> Array:
        """Return the mean of the state."""
        if self.mean is None:
            raise InvalidInput(
                f"{who} needs the mean of the state, but {self._nature()}. Give the beliefs "
                "`states`, the numbers or vectors that they stand for."
            )
        return self.mean

    def probabilities(self, who: str, states: int) -> Array:
        """Return the weights of the listed states."""
        if self.weights is None:
            raise InvalidInput(
                f"{who} needs weights over {states} listed states, but {self._nature()}. Pass one "
                "of the listed states or weights over them, and finite beliefs."
            )
        if self.weights.shape != (states,):
            raise InvalidInput(
                f"{who} has {states} states, but the beliefs list {self.weights.size}. "
                "Give both the same states."
            )
        return self.weights

    def integral(self, function: Callable[[Array], Any], who: str) -> float:
        """Return the expectation of a function of the state, (points, ...) to (points,)."""
        if self.points is None or self.masses is None:
            raise InvalidInput(
                f"{who} integrates over points of the state, but {self._nature()}. Use beliefs "
                "over one number, or list the states."
            )
        seen = self.masses > 0.0
        values = np.broadcast_to(function(self.points[seen]), (int(seen.sum()),))
        return float(self.masses[seen] @ values)

    def _nature(self) -> str:
        if self.mean is None:
            return "these states are labels without numbers"
        if self.mean.ndim:
            return f"this one is a vector of {self.mean.size} numbers"
        if self.weights is None:
            return f"the number {float(self.mean):.6g} is known alone"
        return "its moments are not known"


def _mixed(masses: Array, parts: Sequence[Array | None]) -> Array | None:
    if any(part is None for part in parts):
        return None
    return masses @ np.array(parts)
