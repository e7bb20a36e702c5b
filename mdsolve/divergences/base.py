"""A divergence D(π‖π0) = Σ_x d(π(x), π0(x)), d convex in its first argument with d(q, q) = 0.

Everything that the theory needs of d is its conjugate d*(s; q) = sup_p sp − d(p, q): the slope of
d* is the trained model's mass, its Bregman divergence is the payment ([S] Thm 4.2). d* may have a
pole: it is +∞ from ``pole`` on. A *position* is s where there is no pole and s − pole (< 0)
where there is one, so that the distance to the pole keeps its digits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import inf, isfinite
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import cvxpy as cp

Array = NDArray[np.float64]


class Divergence(ABC):
    """One separable divergence; a new one is a subclass in its own file and a registry line."""

    name: ClassVar[str]
    symbol: ClassVar[str]
    pole: ClassVar[float] = inf
    #: the total mass to the power −1/degree is near-linear in the position (its log at inf)
    degree: ClassVar[float] = 1.0
    #: the model may put exact zeros on outcomes
    clips: ClassVar[bool] = False

    @abstractmethod
    def value(self, p: Array, q: Array) -> Array:
        """Return d(p, q) elementwise."""

    @abstractmethod
    def conjugate(self, s: Array, q: Array) -> tuple[Array, Array]:
        """Return d*(s; q), +∞ at and beyond the pole, and its slope in s, elementwise."""

    @abstractmethod
    def expression(self, variable: cp.Expression, q: Array) -> cp.Expression:
        """Return D(variable‖q) as a DCP expression (CVXPY scalar, convex)."""

    @abstractmethod
    def mass(self, position: Array, q: Array) -> Array:
        """Return the slope of d* at a position: the mass that an outcome gets there."""

    @abstractmethod
    def curvature(self, mass: Array, position: Array, q: Array) -> Array:
        """Return the derivative of :meth:`mass` in the position."""

    @abstractmethod
    def growth(self, step: Step, q: Array) -> Array:
        """Return the change of mass along a step, without cancellation."""

    @abstractmethod
    def bregman(self, step: Step, q: Array) -> Array:
        """Return d*(there) − d*(here) − mass · step ≥ 0, without cancellation."""

    @abstractmethod
    def position_of(self, mass: Array, q: Array) -> Array:
        """Return the position of a mass: d'(p, q), less the pole, without cancellation.

        It inverts :meth:`mass`; of mass 0, where that is reached, it is the last position.
        """

    @abstractmethod
    def first_position(self, q: float) -> float:
        """Return the position at which an outcome of reference mass q has mass 1."""

    @property
    def origin(self) -> float:
        """The position of s = 0, where the mass is the reference's own."""
        return -self.pole if isfinite(self.pole) else 0.0

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


class Step:
    """A move of every outcome's position by ``k``, from ``here`` to ``there``.

    ``k`` and ``there`` are given apart: where the move is short k holds the digits, where it is
    long ``there`` does.
    """

    __slots__ = ("here", "k", "mass", "there", "to")

    def __init__(self, here: Array, mass: Array, k: Array, there: Array, to: Array) -> None:
        self.here, self.mass, self.k, self.there, self.to = here, mass, k, there, to
