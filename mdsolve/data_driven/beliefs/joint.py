"""Finitely many states and signals with any joint distribution; the wallet model ω = Σ s_i."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.arrays import PerState
from mdsolve.data_driven.beliefs.tables import StateTable, distribution, state_numbers
from mdsolve.errors import InvalidInput
from mdsolve.games.validation import floats, read_only

Array = NDArray[np.float64]


class JointBeliefs(StateTable):
    """A joint distribution of states and signals, correlated in any way.

    Parameters
    ----------
    table : (states, signals of agent 0, signals of agent 1, ...) array_like
        Joint probabilities.
    states : (states,) or (states, dimensions) array_like, optional
        The numbers or vectors that the states stand for.

    Examples
    --------
    >>> beliefs = JointBeliefs([[[0.25, 0.25], [0.0, 0.0]], [[0.0, 0.0], [0.25, 0.25]]])
    >>> beliefs.posterior([1, 0])
    array([0., 1.])
    >>> beliefs.posterior([1, 0], without=0)
    array([0.5, 0.5])
    """

    def __init__(self, table: Any, states: Any = None) -> None:
        array = floats("table", table)
        if array.ndim < 2 or 0 in array.shape:
            raise InvalidInput(
                f"table: shape {array.shape}. Give joint probabilities with one axis of states, "
                "then one axis of signals for each agent."
            )
        masses = distribution("table", array.ravel(), "cell").reshape(array.shape)
        self.table = read_only(masses)
        self.prior = read_only(masses.sum(axis=tuple(range(1, array.ndim))))
        self.states = state_numbers(states, array.shape[0])
        self.agents = array.ndim - 1
        self.signal_counts = array.shape[1:]
        profiles = masses.sum(axis=0)
        if not profiles.all():
            place = [int(k) for k in np.argwhere(profiles == 0.0)[0]]
            raise InvalidInput(
                f"table: the signal profile {place} has probability zero. Give every profile a "
                "positive probability, however small."
            )

    def posterior(self, signals: Any, without: Any = None) -> PerState:
        """Return P(ω|s), (states,), given all signals but those of the agents in ``without``."""
        table = self.table
        known = dict(self.present(signals, without))
        for agent in reversed(range(self.agents)):
            axis = agent + 1
            table = table.take(known[agent], axis) if agent in known else table.sum(axis=axis)
        return table / table.sum()

    def sample(self, size: int, seed: Any = None) -> tuple[Array, list[list[int]]]:
        """Return ``size`` states (numbers if there are some, else positions) and their signals."""
        rng = np.random.default_rng(seed)
        cells = rng.choice(self.table.size, size=size, p=self.table.ravel())
        drawn, *signals = np.unravel_index(cells, self.table.shape)
        states = drawn.astype(float) if self.states is None else self.states[drawn]
        return states, np.stack(signals, axis=1).tolist()

    def joint(self) -> Array:
        """Return P(ω, s_1, ..., s_n), the table itself."""
        return self.table

    def with_own(self, agent: int, signals: Any) -> Array:
        """Return P(ω, s_i | s₋ᵢ) up to a constant, (signals of the agent, states)."""
        table = self.table
        for other, signal in reversed(self.present(signals, agent)):
            table = table.take(signal, axis=other + 1)
        return table.T

    def __repr__(self) -> str:
        return f"JointBeliefs({self.prior.size} states; signals {self.signal_counts})"


def wallet(levels: Any, probabilities: Any = None) -> JointBeliefs:
    """Return the wallet model: independent signals whose sum is the state ([B] Ex 1, note 8).

    Parameters
    ----------
    levels : sequence of (signals,) array_like, one an agent
        What each signal of the agent is worth.
    probabilities : sequence of (signals,) array_like, optional
        How likely each is; equally likely by default.

    Examples
    --------
    >>> beliefs = wallet([[0.0, 1.5], [0.0, 1.0]])
    >>> beliefs.mean([1, 0]), beliefs.mean([1, 0], without=1)
    (1.5, 2.0)
    """
    worths = [np.atleast_1d(floats("levels", level)) for level in levels]
    given = [None] * len(worths) if probabilities is None else list(probabilities)
    if len(given) != len(worths):
        raise InvalidInput(
            f"probabilities: {len(given)} lists for {len(worths)} agents. Give one an agent."
        )
    likely = [
        distribution(
            f"probabilities of agent {agent}",
            np.full(worth.size, 1.0 / worth.size) if chance is None else chance,
            "signal",
        )
        for agent, (worth, chance) in enumerate(zip(worths, given, strict=True))
    ]
    sums = _outer(np.add, worths)
    states, place = np.unique(sums, return_inverse=True)
    table = np.zeros((states.size, *sums.shape))
    np.put_along_axis(
        table, place.reshape(sums.shape)[None], _outer(np.multiply, likely)[None], axis=0
    )
    return JointBeliefs(table, states)


def _outer(operation: np.ufunc, vectors: list[Array]) -> Array:
    whole = vectors[0]
    for vector in vectors[1:]:
        whole = operation.outer(whole, vector)
    return whole
