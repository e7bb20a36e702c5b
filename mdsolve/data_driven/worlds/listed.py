"""A finite list of allocations, the efficient one the largest of a vector ([B] Def 1)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.laws import Law
from mdsolve.data_driven.worlds.base import World, best_corner, one_hot

Array = NDArray[np.float64]


class Listed(World):
    """A finite list of allocations, each named by its position; ties go to the first."""

    size: int

    @abstractmethod
    def valuation(self, agent: int, law: Law, types: Sequence[Any]) -> Array:
        """Return E u_i for every allocation, (allocations,)."""

    def coordinates(self, allocation: Any) -> Array:
        """Return 1 at the allocation's place."""
        return one_hot(int(allocation), self.size)

    def choose(self, total: Array, anchor: Any = None) -> int:
        """Return the best allocation."""
        return int(total.argmax())

    def choose_many(self, totals: Array, anchors: Any) -> tuple[Array, Array]:
        """Return all best allocations at once."""
        return np.eye(self.size)[totals.argmax(axis=1)], np.zeros(len(totals))

    def best_gains(
        self, points: Array, charges: Array, truths: Array
    ) -> tuple[Array, NDArray[np.intp]]:
        """Return the best among the allocations that some report reaches."""
        return best_corner(points, truths)
