"""Utilities from any function of allocation, state and type; interdependent ones too ([B] Ex 5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.laws import Law
from mdsolve.data_driven.worlds.listed import Listed
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]


class FunctionWorld(Listed):
    """Utilities from any function of the allocation, the state and the type.

    Parameters
    ----------
    utility : callable
        ``utility(agent, allocation, states, type)``, over an array of states at once, (points,) or
        (points, dimensions), returns (points,) (welfare units).
    allocations : sequence
        What the function is given as an allocation; the world names them by position.
    interdependent : bool
        Hand over the whole list of reported types instead of the agent's own: then data-driven
        transfers no longer make truth optimal ([B] 4.2.5, Ex 5).

    Examples
    --------
    >>> from mdsolve.data_driven import DataDrivenVCG, GaussianBeliefs
    >>> world = FunctionWorld(lambda i, x, state, theta: x * (abs(state) - theta), [0.0, 1.0])
    >>> mechanism = DataDrivenVCG(world, GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))
    >>> mechanism.run([0.2, 0.3], [3.0, 0.0], estimate=1.0).allocation
    1
    """

    integrates = True

    def __init__(
        self,
        utility: Callable[[int, Any, Array, Any], Any],
        allocations: Sequence[Any],
        *,
        interdependent: bool = False,
    ) -> None:
        if not len(allocations):
            raise InvalidInput("allocations: none given. List at least one.")
        self.function, self.allocations = utility, tuple(allocations)
        self.interdependent, self.size = interdependent, len(allocations)

    def checked_type(self, agent: int, given: Any) -> Any:
        """Return the type as it is; the function judges it."""
        return given

    def valuation(self, agent: int, law: Law, types: Sequence[Any]) -> Array:
        """Return the integral of the function for every allocation, (allocations,)."""
        theta = list(types) if self.interdependent else types[agent]

        def at(allocation: Any) -> Callable[[Array], Any]:
            return lambda states: self.function(agent, allocation, states, theta)

        return np.array([law.integral(at(each), "FunctionWorld") for each in self.allocations])

    def other_types(self, agent: int, given: Any) -> list[Any]:
        """Return numbers around a number; nothing is known of other types."""
        if np.ndim(given):
            return []
        return [given - 1.0, 0.5 * given, given + 1.0]

    def __repr__(self) -> str:
        return f"FunctionWorld({self.size} allocations)"
