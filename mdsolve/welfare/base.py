"""Concave welfare G of the groups' values v, and its conjugate G_*(g) = inf_v <g, v> − G(v)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import cvxpy as cp

Array = NDArray[np.float64]


class Welfare(ABC):
    """One concave, monotone function of the values v (n,), given the sizes w (n,).

    Units: v in reward units, G in welfare units, g = dG/dv.
    """

    name: ClassVar[str]
    #: defined for v > 0 alone, so every group's rewards are ≥ 0 and not all zero
    needs_positive: ClassVar[bool] = False
    #: the sizes enter G
    uses_sizes: ClassVar[bool] = True

    @abstractmethod
    def value(self, values: Array, sizes: Array) -> float:
        """Return G(v), −∞ where it is not defined."""

    @abstractmethod
    def weights(self, values: Array, sizes: Array) -> Array:
        """Return g = dG/dv (n,): one supergradient where G has several."""

    @abstractmethod
    def conjugate(self, weights: Array, sizes: Array) -> float:
        """Return G_*(g) = inf_v <g, v> − G(v), −∞ outside its domain."""

    @abstractmethod
    def excess(self, weights: Array, values: Array, sizes: Array) -> float:
        """Return <g, v> − G(v) − G_*(g) ≥ 0 uncancelled: the duality gap of g with its model."""

    @abstractmethod
    def expression(self, values: cp.Expression, sizes: cp.Expression) -> cp.Expression:
        """Return G as a concave CVXPY expression; ``sizes`` is a nonnegative parameter."""
