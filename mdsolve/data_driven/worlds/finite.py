"""Utilities from tables u_i(x, ω, θ_i), everything finite ([B] §2)."""

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


class FiniteWorld(Listed):
    """Utilities from tables: ``utilities[i, x, ω, θ]``; a type is a position in the last axis.

    Parameters
    ----------
    utilities : (agents, allocations, states, types) array_like, or one table an agent
        In the order of u_i(x, ω, θ_i) (welfare units). Agents may have different numbers of types;
        tables without the last axis have one type, 0.

    Examples
    --------
    >>> from mdsolve.data_driven import DataDrivenVCG, FiniteBeliefs
    >>> build = [[0.0, 0.0], [-1.0, 2.0]]  # (allocations, states): not to build, to build
    >>> beliefs = FiniteBeliefs([0.5, 0.5], [[[0.75, 0.25], [0.25, 0.75]]] * 2)
    >>> mechanism = DataDrivenVCG(FiniteWorld([build, build]), beliefs)
    >>> mechanism.run([0, 0], [1, 1], estimate=1).allocation
    1
    """

    def __init__(self, utilities: Any) -> None:
        self.tables = tuple(_table(agent, given) for agent, given in enumerate(utilities))
        if not self.tables:
            raise InvalidInput("utilities: no agents. Give one table an agent.")
        shape = self.tables[0].shape[:2]
        for agent, table in enumerate(self.tables):
            if table.shape[:2] != shape:
                raise InvalidInput(
                    f"utilities of agent {agent}: {table.shape[0]} allocations and "
                    f"{table.shape[1]} states, but agent 0 has {shape[0]} and {shape[1]}. Give "
                    "every agent the same."
                )
        self.size, self.states = shape

    def checked_type(self, agent: int, given: Any) -> int:
        """Return the position of the agent's type."""
        if agent >= len(self.tables):
            raise InvalidInput(
                f"utilities: tables for {len(self.tables)} agents, but a type of agent {agent}. "
                "Give one table an agent."
            )
        count = self.tables[agent].shape[2]
        return checked_position(f"agent {agent}: type", given, count, "type")

    def valuation(self, agent: int, law: Law, types: Sequence[Any]) -> Array:
        """Return Σ_ω P(ω) u_i(x, ω, θ_i), (allocations,)."""
        weights = law.probabilities("FiniteWorld", self.states)
        return self.tables[agent][:, :, types[agent]] @ weights

    def other_types(self, agent: int, given: Any) -> list[Any]:
        """Return all other types."""
        return [k for k in range(self.tables[agent].shape[2]) if k != given]

    def __repr__(self) -> str:
        return f"FiniteWorld({len(self.tables)} agents, {self.size} allocations)"


def _table(agent: int, given: Any) -> Array:
    table = floats("utilities", given)
    if table.ndim == 2:
        table = table[:, :, None]
    if table.ndim != 3 or 0 in table.shape:
        raise InvalidInput(
            f"utilities of agent {agent}: shape {table.shape}. Give (allocations, states, types), "
            "in the order of u(x, ω, θ)."
        )
    if not np.isfinite(table).all():
        place = tuple(map(int, np.argwhere(~np.isfinite(table))[0]))
        raise InvalidInput(
            f"utilities of agent {agent}: cell {place} is {table[place]}. Utilities must be finite."
        )
    return read_only(table)
