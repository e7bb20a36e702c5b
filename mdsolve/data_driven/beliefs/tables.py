"""What finite beliefs share: a list of states, what they stand for, and how estimates name them."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs.base import Beliefs
from mdsolve.data_driven.laws import Law
from mdsolve.errors import InvalidInput
from mdsolve.games.validation import SUM_TOLERANCE, floats
from mdsolve.precision import exact_sum

Array = NDArray[np.float64]


class Weights:
    """Weights over the listed states, where a bare array could also be a vector.

    Parameters
    ----------
    weights : (states,) array_like
        Probabilities.
    """

    def __init__(self, weights: Any) -> None:
        self.weights = floats("weights", weights)

    def __repr__(self) -> str:
        return f"Weights({self.weights.tolist()})"


class StateTable(Beliefs):
    """Beliefs over a finite list of states.

    Attributes
    ----------
    prior : (states,) array
    states : (states,) or (states, dimensions) array, or None
        The numbers or vectors that the states stand for.
    """

    prior: Array
    states: Array | None
    signal_counts: tuple[int, ...]

    @abstractmethod
    def posterior(self, signals: Any, without: Any = None) -> Array:
        """Return P(ω|s), (states,)."""

    @abstractmethod
    def joint(self) -> Array:
        """Return P(ω, s_1, ..., s_n), (states, signals, ..., signals)."""

    @abstractmethod
    def with_own(self, agent: int, signals: Any) -> Array:
        """Return P(ω, s_i | s₋ᵢ) up to a constant, (signals of the agent, states)."""

    def own_posteriors(self, agent: int, signals: Any) -> Array:
        """Return P(ω|s) for every signal of one agent beside the others' signals."""
        weights = self.with_own(agent, signals)
        totals = weights.sum(axis=1, keepdims=True)
        if not totals.all():
            told = list(signals)
            told[agent] = int(np.flatnonzero(totals[:, 0] == 0.0)[0])
            raise InvalidInput(
                f"signals: the profile {told} has probability zero in doubles. Give some state a "
                "larger likelihood of it."
            )
        return weights / totals

    def law(self, signals: Any, without: Any = None, *, nodes: int = 64) -> Law:
        """Return the posterior with the moments of the numbers that the states stand for."""
        return self._law(self.posterior(signals, without))

    def law_of(self, estimate: Any) -> Law:
        """Return an estimate (index, number, vector, weights or `Law`) as a `Law`.

        A scalar is an index unless the states stand for numbers; an array is a vector where the
        states are vectors of that length, else weights over the states.
        """
        if isinstance(estimate, Law):
            return estimate
        if isinstance(estimate, Weights):
            return self._law(self._checked_weights(estimate.weights))
        array = floats("estimate", estimate)
        if array.ndim == 0 and (self.states is None or self.states.ndim == 2):
            return self._law(self._one_hot(self._index(array)))
        if array.ndim == 0 or self._is_vector(array):
            return self._point(array)
        if array.shape == self.prior.shape:
            return self._law(self._checked_weights(array))
        vectors = "" if self.states is None or self.states.ndim == 1 else self.states.shape[1]
        raise InvalidInput(
            f"estimate: shape {array.shape}. Pass one state, "
            + (f"a vector of {vectors} numbers, " if vectors else "")
            + f"or weights over the {self.prior.size} states."
        )

    def sample_states(self, signals: Any, size: int, seed: Any = None) -> list[Any]:
        """Return states drawn from the posterior."""
        rng = np.random.default_rng(seed)
        drawn = rng.choice(self.prior.size, size=size, p=self.posterior(signals))
        return list(drawn if self.states is None else self.states[drawn])

    def states_of(self, law: Law) -> list[Any]:
        """Return the listed states: numbers, vectors, or indices."""
        return list(range(self.prior.size) if self.states is None else self.states)

    def other_signals(self, agent: int, signal: Any) -> list[Any]:
        """Return all signals but this one."""
        return [k for k in range(self.signal_counts[agent]) if k != signal]

    def checked_signal(self, agent: int, signal: Any) -> int:
        """Return the position of a signal in the agent's list."""
        return checked_position(f"agent {agent}: signal", signal, self.signal_counts[agent])

    def _law(self, weights: Array) -> Law:
        if self.states is None:
            return Law(weights=weights)
        return Law.on(self.states, weights, weights)

    def _point(self, state: Array) -> Law:
        if not np.isfinite(state).all():
            raise InvalidInput(f"estimate: {state.tolist()} is not finite. Pass finite numbers.")
        assert self.states is not None
        same = self.states == state
        found = np.flatnonzero(same if same.ndim == 1 else same.all(axis=1))
        return Law.at(state, self._one_hot(int(found[0])) if found.size else None)

    def _is_vector(self, array: Array) -> bool:
        states = self.states
        return states is not None and states.ndim == 2 and array.shape == states.shape[1:]

    def _index(self, given: Array) -> int:
        return checked_position("estimate", given.item(), self.prior.size, "state")

    def _one_hot(self, index: int) -> Array:
        weights = np.zeros(self.prior.size)
        weights[index] = 1.0
        return weights

    def _checked_weights(self, weights: Array) -> Array:
        if weights.shape != self.prior.shape:
            raise InvalidInput(
                f"estimate: {weights.size} weights, but there are {self.prior.size} states. "
                "Pass one weight a state."
            )
        return distribution("estimate", weights, "state")


def distribution(name: str, values: Any, item: str) -> Array:
    """Return probabilities divided by their exact sum, or say which cannot be one."""
    array = floats(name, values)
    if array.ndim != 1 or array.size == 0:
        raise InvalidInput(f"{name}: shape {array.shape}. Pass one probability a {item}.")
    bad = np.flatnonzero(~((array >= 0.0) & (array < np.inf)))
    if bad.size:
        raise InvalidInput(
            f"{name}: {item} {bad[0]} has probability {array[bad[0]]}. Probabilities must be "
            "finite and at least 0."
        )
    total = exact_sum(array)
    if abs(total - 1.0) > SUM_TOLERANCE:
        raise InvalidInput(
            f"{name}: the probabilities sum to {total:.12g}, not 1 (allowed: 1 ± "
            f"{SUM_TOLERANCE:g}). Divide them by their sum if they are unnormalised."
        )
    return array if total == 1.0 else array / total


def checked_position(name: str, given: Any, count: int, item: str = "signal") -> int:
    """Return a position from 0 to count − 1, or refuse it."""
    try:
        number = float(given)
    except (TypeError, ValueError):
        number = np.nan
    if not (number == np.floor(number) and 0 <= number < count):
        raise InvalidInput(
            f"{name} {given!r} is none of the {count} {item}s. Give a position from 0 to "
            f"{count - 1}."
        )
    return int(number)


def state_numbers(states: Any, count: int) -> Array | None:
    """Return what the states stand for as a read-only array of numbers or vectors."""
    if states is None:
        return None
    array = floats("states", states)
    if array.ndim not in (1, 2) or len(array) != count:
        raise InvalidInput(
            f"states: shape {array.shape}, but the prior has {count} states. Pass one number or "
            "one vector for each."
        )
    if not np.isfinite(array).all():
        place = int(np.argwhere(~np.isfinite(array))[0][0])
        raise InvalidInput(f"states: state {place} stands for {array[place]}. Pass finite numbers.")
    return array
