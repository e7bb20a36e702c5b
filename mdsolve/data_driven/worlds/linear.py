"""Utilities linear in the state, for which an unbiased estimate is enough ([B] Prop 2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs.tables import checked_position
from mdsolve.data_driven.laws import Law
from mdsolve.data_driven.worlds.listed import Listed
from mdsolve.errors import InvalidInput
from mdsolve.games.validation import floats, read_only

Array = NDArray[np.float64]


class LinearWorld(Listed):
    """Utilities linear in the state: u_i = <a_i(x, θ_i), ω> + b_i(x, θ_i) ([B] Prop 2).

    Parameters
    ----------
    slopes : (agents, allocations, types) array_like, or (agents, allocations, types, dimensions)
        a_i; without the last axis the state is one number.
    intercepts : (agents, allocations, types) array_like, optional
        b_i; 0 by default.

    Examples
    --------
    >>> from mdsolve.data_driven import DataDrivenVCG, GaussianBeliefs
    >>> world = LinearWorld([[[0.0], [1.0]], [[0.0], [0.5]]])
    >>> mechanism = DataDrivenVCG(world, GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))
    >>> mechanism.run([0, 0], [3.0, 0.0], estimate=1.25).allocation
    1
    """

    def __init__(self, slopes: Any, intercepts: Any = None) -> None:
        self.slopes = read_only(floats("slopes", slopes))
        if self.slopes.ndim not in (3, 4) or 0 in self.slopes.shape:
            raise InvalidInput(
                f"slopes: shape {self.slopes.shape}. Give (agents, allocations, types), and a last "
                "axis of dimensions where the state is a vector."
            )
        given = np.zeros(self.slopes.shape[:3]) if intercepts is None else intercepts
        self.intercepts = read_only(floats("intercepts", given))
        if self.intercepts.shape != self.slopes.shape[:3]:
            raise InvalidInput(
                f"intercepts: shape {self.intercepts.shape}, but the slopes have "
                f"{self.slopes.shape[:3]}. Give one for each agent, allocation and type."
            )
        if not (np.isfinite(self.slopes).all() and np.isfinite(self.intercepts).all()):
            raise InvalidInput("slopes and intercepts must be finite. Fill or drop those that not.")
        self.size = self.slopes.shape[1]

    def checked_type(self, agent: int, given: Any) -> int:
        """Return the position of the agent's type."""
        if agent >= len(self.slopes):
            raise InvalidInput(
                f"slopes: given for {len(self.slopes)} agents, but a type of agent {agent}. Give "
                "slopes for each agent."
            )
        return checked_position(f"agent {agent}: type", given, self.slopes.shape[2], "type")

    def valuation(self, agent: int, law: Law, types: Sequence[Any]) -> Array:
        """Return <a_i, E[ω]> + b_i, (allocations,)."""
        slope, theta = self.slopes[agent, :, types[agent]], types[agent]
        mean = law.expectation("LinearWorld")
        if mean.shape != slope.shape[1:]:
            raise InvalidInput(
                f"LinearWorld: slopes for a state of shape {slope.shape[1:]}, but this state has "
                f"shape {mean.shape}. Give slopes one last axis as long as the state."
            )
        product = slope * mean if mean.ndim == 0 else slope @ mean
        return product + self.intercepts[agent, :, theta]

    def other_types(self, agent: int, given: Any) -> list[Any]:
        """Return all other types."""
        return [k for k in range(self.slopes.shape[2]) if k != given]

    def __repr__(self) -> str:
        return f"LinearWorld({len(self.slopes)} agents, {self.size} allocations)"
