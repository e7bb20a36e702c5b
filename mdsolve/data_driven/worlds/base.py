"""What is chosen and who likes it: u_i(x, ω, θ_i) = <φ(x), ψ_i(ω, θ_i)> ([B] §2, Def 1).

Every world is a set of allocations with coordinates φ(x) and, for each agent, a valuation ψ_i that
is linear in what is known of the state. So an expected utility is one product, and the efficient
allocation maximises <φ(x), Σ_i ψ_i> less what the designer charges for it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs import Beliefs
from mdsolve.data_driven.laws import Law
from mdsolve.errors import InvalidInput
from mdsolve.precision import EPS

Array = NDArray[np.float64]
_CELLS = 1 << 18


@dataclass(frozen=True, eq=False)
class Choice:
    """An efficient allocation with what it was chosen for.

    Attributes
    ----------
    total : (coordinates,) array
        The valuations that it maximises.
    anchor : Any
        What the designer measures it from.
    allocation : Any
    """

    total: Array
    anchor: Any
    allocation: Any


@dataclass(frozen=True)
class Cost:
    """What an agent's presence costs, by the two channels of [B] §5.2 (welfare units).

    Attributes
    ----------
    externality : float
        What the others lose by the allocation that it brings about.
    steering : float
        What the designer is charged more than without the agent.
    total : float
        Their sum, computed without cancellation where the world knows how.
    """

    externality: float
    steering: float
    total: float


class World(ABC):
    """Allocations and utilities; a new one says coordinates, valuations and how to choose."""

    #: utilities are integrals over points of the state, not functions of moments or weights
    integrates: ClassVar[bool] = False

    @abstractmethod
    def checked_type(self, agent: int, given: Any) -> Any:
        """Return one agent's preference type, or refuse it."""

    @abstractmethod
    def valuation(self, agent: int, law: Law, types: Sequence[Any]) -> Array:
        """Return E ψ_i over the law of the state, (coordinates,)."""

    @abstractmethod
    def coordinates(self, allocation: Any) -> Array:
        """Return φ(x), (coordinates,)."""

    @abstractmethod
    def choose(self, total: Array, anchor: Any = None) -> Any:
        """Return the allocation that maximises <φ(x), total> less the designer's charge."""

    @abstractmethod
    def other_types(self, agent: int, given: Any) -> list[Any]:
        """Return types that the agent could report instead of this one."""

    def checked_estimate(self, law: Law, agents: int) -> Law:
        """Return what is claimed of the state, or refuse what lies outside the state space."""
        return law

    def anchor(self, beliefs: Beliefs, signals: Sequence[Any], without: int | None) -> Any:
        """Return what the designer measures allocations from, given the signals: nothing."""
        return None

    def charge(self, allocation: Any, anchor: Any) -> float:
        """Return what the designer charges an allocation with (welfare units): 0."""
        return 0.0

    def utility(self, agent: int, allocation: Any, law: Law, types: Sequence[Any]) -> float:
        """Return E u_i(x, ω, θ_i) over the law of the state (welfare units)."""
        point = self.coordinates(allocation)
        return float(point @ self.valuation(agent, law, types))

    def rounding(self, agent: int, allocation: Any, law: Law, types: Sequence[Any]) -> float:
        """Return a bound on what rounding changed in `utility` (welfare units)."""
        point, valuation = self.coordinates(allocation), self.valuation(agent, law, types)
        return 16.0 * EPS * float(np.abs(point) @ np.abs(valuation))

    def total(self, law: Law, types: Sequence[Any], among: Iterable[int]) -> Array:
        """Return Σ_i E ψ_i over some agents, (coordinates,)."""
        valuations = [self.valuation(agent, law, types) for agent in among]
        if not valuations:
            return np.zeros_like(self.valuation(0, law, types))
        return np.sum(valuations, axis=0)

    def pivot_cost(
        self, here: Choice, there: Choice, claimed: Array, others: Callable[[Any], float]
    ) -> Cost:
        """Return what the others and the designer lose by ``here`` instead of ``there``.

        Parameters
        ----------
        here, there : Choice
            With the agent and without.
        claimed : (coordinates,) array
            The others' valuations under the estimate.
        others : callable
            From an allocation to the others' utility under the estimate.
        """
        externality = others(there.allocation) - others(here.allocation)
        steering = self.charge(here.allocation, here.anchor) - self.charge(
            there.allocation, there.anchor
        )
        return Cost(externality, steering, externality + steering)

    def choose_many(self, totals: Array, anchors: Any) -> tuple[Array, Array]:
        """Return coordinates (reports, coordinates) and charges (reports,) of many choices."""
        points, charges = np.empty_like(totals), np.empty(len(totals))
        for row, total in enumerate(totals):
            anchor = None if anchors is None else anchors[row]
            allocation = self.choose(total, anchor)
            points[row] = self.coordinates(allocation)
            charges[row] = self.charge(allocation, anchor)
        return points, charges

    def best_gains(
        self, points: Array, charges: Array, truths: Array
    ) -> tuple[Array, NDArray[np.intp]]:
        """Return what each truth gains by its best report, and which: both lists are the same.

        Parameters
        ----------
        points, charges : (reports, coordinates), (reports,) arrays
            What each report brings about.
        truths : (reports, coordinates) array
            What the agent of each true report values, own utility and payment together.
        """
        gains, places = np.empty(len(truths)), np.empty(len(truths), dtype=np.intp)
        honest = np.einsum("rk,rk->r", points, truths) - charges
        height = max(1, _CELLS // max(1, len(points)))
        for start in range(0, len(truths), height):
            rows = slice(start, start + height)
            utilities = truths[rows] @ points.T - charges
            places[rows] = utilities.argmax(axis=1)
            gains[rows] = utilities.max(axis=1) - honest[rows]
        return gains, places


def best_corner(points: Array, truths: Array) -> tuple[Array, NDArray[np.intp]]:
    """Return `World.best_gains` where every report leads to one of a few unit vectors."""
    chosen = points.argmax(axis=1)
    reached, first = np.unique(chosen, return_index=True)
    among = truths[:, reached]
    best = among.argmax(axis=1)
    rows = np.arange(len(truths))
    return among[rows, best] - truths[rows, chosen], first[best]


def checked_types(world: World, given: Any, agents: int) -> list[Any]:
    """Return one legal type an agent, or say which is missing."""
    if not isinstance(given, (Sequence, np.ndarray)) or isinstance(given, (str, bytes)):
        raise InvalidInput(f"types: {given!r} is no sequence. Pass one type an agent.")
    if len(given) != agents:
        raise InvalidInput(
            f"types: {len(given)} given, but there are {agents} agents. Pass one type an agent, "
            "also for those whose type does not matter."
        )
    return [world.checked_type(agent, each) for agent, each in enumerate(given)]


def one_hot(place: int, size: int) -> Array:
    """Return the vector that is 1 at one place."""
    vector = np.zeros(size)
    vector[place] = 1.0
    return vector
