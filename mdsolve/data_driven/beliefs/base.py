"""A prior over states and signals; posteriors given any subset of the signals ([B] §2)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.laws import Law
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]


class Beliefs(ABC):
    """Common knowledge of how signals and the state go together.

    Attributes
    ----------
    agents : int
        How many agents receive a signal.
    """

    agents: int

    @abstractmethod
    def posterior(self, signals: Any, without: Any = None) -> Any:
        """Return the posterior given all signals but those of the agents in ``without``."""

    @abstractmethod
    def law(self, signals: Any, without: Any = None, *, nodes: int = 64) -> Law:
        """Return the posterior as a `Law`; ``nodes`` points where it has no finite list."""

    @abstractmethod
    def law_of(self, estimate: Any) -> Law:
        """Return an estimate of the state as a `Law`."""

    @abstractmethod
    def sample(self, size: int, seed: Any = None) -> tuple[Array, list[list[Any]]]:
        """Return ``size`` states and as many signal profiles drawn with them."""

    @abstractmethod
    def sample_states(self, signals: Any, size: int, seed: Any = None) -> list[Any]:
        """Return states drawn from the posterior, each legal as an estimate."""

    @abstractmethod
    def other_signals(self, agent: int, signal: Any) -> list[Any]:
        """Return signals that the agent could report instead of its own."""

    @abstractmethod
    def checked_signal(self, agent: int, signal: Any) -> Any:
        """Return a signal that the agent can have, or refuse it."""

    def states_of(self, law: Law) -> list[Any]:
        """Return the points of a posterior as estimates, in the order of its masses."""
        return [] if law.points is None else list(law.points)

    def atoms(self, law: Law) -> list[tuple[Any, float]]:
        """Return estimates with probabilities, all of a law or its quadrature nodes."""
        masses = law.masses if law.points is not None else law.weights
        if masses is None:
            raise InvalidInput(
                f"{self!r}: the law of this estimate has no points to take a mean over. Give the "
                "pivot instead of an h, or an estimate instead of its law."
            )
        states: Any = law.points if law.points is not None else range(masses.size)
        return [(state, float(mass)) for state, mass in zip(states, masses, strict=True) if mass]

    def mean(self, signals: Any, without: Any = None) -> Any:
        """Return E[ω|s], a number or a vector.

        Raises
        ------
        InvalidInput
            If the states are labels without numbers.
        """
        mean = self.law(signals, without).expectation("mean")
        return float(mean) if mean.ndim == 0 else mean

    def present(self, signals: Any, without: Any) -> list[tuple[int, Any]]:
        """Return the signals that count, with their agents."""
        if isinstance(signals, (str, bytes)) or not isinstance(signals, (Sequence, np.ndarray)):
            raise InvalidInput(
                f"signals: {signals!r} is no sequence. Pass one signal for each of the "
                f"{self.agents} agents."
            )
        if len(signals) != self.agents:
            raise InvalidInput(
                f"signals: {len(signals)} given, but the beliefs have {self.agents} agents. Pass "
                "one for each agent; an agent to leave out is named by `without`."
            )
        left_out = absent(without, self.agents)
        return [
            (agent, self.checked_signal(agent, signal))
            for agent, signal in enumerate(signals)
            if agent not in left_out
        ]


def absent(without: Any, agents: int) -> frozenset[int]:
    """Return the agents left out, given as None, one of them, or several."""
    if without is None:
        return frozenset()
    several = isinstance(without, Iterable) and not isinstance(without, (str, bytes))
    chosen: list[Any] = list(without) if several else [without]
    for agent in chosen:
        if not isinstance(agent, (int, np.integer)) or not 0 <= agent < agents:
            raise InvalidInput(
                f"without: agent {agent!r} does not exist. Name positions from 0 to {agents - 1}."
            )
    return frozenset(int(agent) for agent in chosen)


def finite_number(name: str, value: Any) -> float:
    """Return one finite number, or refuse it by its name."""
    try:
        number = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        number = np.empty(0)
    if number.ndim or not np.isfinite(number):
        raise InvalidInput(f"{name}: {value!r} is not one finite number. Pass a finite number.")
    return float(number)


def positive_vector(name: str, values: Any, remedy: str, *, infinite: bool = False) -> Array:
    """Return positive numbers, one an agent, or refuse the first that is not."""
    from mdsolve.games.validation import floats

    array = np.atleast_1d(floats(name, values))
    if array.ndim != 1 or array.size == 0:
        raise InvalidInput(f"{name}: shape {array.shape}. Pass one number an agent.")
    bad = np.flatnonzero(~(array > 0.0) | (np.isinf(array) & (not infinite)))
    if bad.size:
        raise InvalidInput(f"{name}: agent {bad[0]} has {array[bad[0]]:g}. {remedy}")
    return array
