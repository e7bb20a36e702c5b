"""Finitely many states, signals independent given the state: P(ω|s) ∝ P(ω) Π_i P(s_i|ω)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.arrays import PerState
from mdsolve.data_driven.beliefs.tables import StateTable, distribution, state_numbers
from mdsolve.errors import InvalidInput
from mdsolve.games.validation import SUM_TOLERANCE, floats, read_only

Array = NDArray[np.float64]
_PATTERNS = 1 << 16


class FiniteBeliefs(StateTable):
    """A prior over finitely many states, and each agent's signal given the state.

    Parameters
    ----------
    prior : (states,) array_like
        Probabilities.
    likelihoods : (agents, states, signals) array_like, or one (states, signals) array an agent
        ``likelihoods[i, ω, k]``: probability that agent i receives signal k in state ω.
    states : (states,) or (states, dimensions) array_like, optional
        The numbers or vectors that the states stand for. Without them a scalar estimate is the
        position of a state; with numbers it is a number.

    Raises
    ------
    InvalidInput
        If probabilities do not sum to 1, or some profile of signals has probability zero (named).

    Examples
    --------
    >>> beliefs = FiniteBeliefs([0.5, 0.5], [[[0.75, 0.25], [0.25, 0.75]]] * 2, states=[0, 1])
    >>> beliefs.posterior([0, 0])
    array([0.9, 0.1])
    >>> beliefs.posterior([0, 0], without=1)
    array([0.75, 0.25])
    >>> beliefs.mean([1, 0], without=1)
    0.75
    """

    def __init__(self, prior: Any, likelihoods: Any, states: Any = None) -> None:
        self.prior = read_only(distribution("prior", prior, "state"))
        self.likelihoods = _tables(likelihoods, self.prior.size)
        self.states = state_numbers(states, self.prior.size)
        self.agents = len(self.likelihoods)
        self.signal_counts = tuple(table.shape[1] for table in self.likelihoods)
        _refuse_impossible_profiles(self.prior, self.likelihoods)

    def posterior(self, signals: Any, without: Any = None) -> PerState:
        """Return P(ω|s), (states,), given all signals but those of the agents in ``without``.

        Parameters
        ----------
        signals : sequence of int
            One an agent; what stands for an agent left out is not read.
        without : int or collection of int, optional
        """
        known = self.present(signals, without)
        columns = [self.likelihoods[agent][:, signal] for agent, signal in known]
        weights = scaled_product([self.prior, *columns])
        if not weights.any():
            raise InvalidInput(
                f"signals: the profile {list(signals)} has probability zero. Give some state a "
                "positive likelihood of it."
            )
        return weights / weights.sum()

    def sample(self, size: int, seed: Any = None) -> tuple[Array, list[list[int]]]:
        """Return ``size`` states (numbers if there are some, else positions) and their signals."""
        rng = np.random.default_rng(seed)
        drawn = rng.choice(self.prior.size, size=size, p=self.prior)
        columns = [_draw(table[drawn], rng) for table in self.likelihoods]
        states = drawn.astype(float) if self.states is None else self.states[drawn]
        return states, np.stack(columns, axis=1).tolist()

    def joint(self) -> Array:
        """Return P(ω, s_1, ..., s_n) as one table."""
        table = self.prior
        for likelihood in self.likelihoods:
            shape = (self.prior.size, *[1] * (table.ndim - 1), likelihood.shape[1])
            table = table[..., None] * likelihood.reshape(shape)
        return table

    def with_own(self, agent: int, signals: Any) -> Array:
        """Return P(ω, s_i | s₋ᵢ) up to a constant, (signals of the agent, states)."""
        known = self.present(signals, agent)
        others = [self.likelihoods[other][:, signal] for other, signal in known]
        return self.likelihoods[agent].T * scaled_product([self.prior, *others])

    def __repr__(self) -> str:
        return f"FiniteBeliefs({self.prior.size} states; signals {self.signal_counts})"


def _tables(likelihoods: Any, states: int) -> tuple[Array, ...]:
    if not len(likelihoods):
        raise InvalidInput("likelihoods: no agents. Give one (states, signals) table an agent.")
    return tuple(_table(agent, given, states) for agent, given in enumerate(likelihoods))


def _table(agent: int, given: Any, states: int) -> Array:
    table = floats("likelihoods", given)
    name = f"likelihoods of agent {agent}"
    if table.ndim != 2 or table.shape[0] != states or table.shape[1] == 0:
        raise InvalidInput(
            f"{name}: shape {table.shape}. Give (states, signals) with the prior's {states} states."
        )
    bad = np.argwhere(~((table >= 0.0) & (table < np.inf)))
    if bad.size:
        state, signal = map(int, bad[0])
        raise InvalidInput(
            f"{name}: signal {signal} in state {state} has probability {table[state, signal]}. "
            "Probabilities must be finite and at least 0."
        )
    totals = table.sum(axis=1)
    off = np.flatnonzero(np.abs(totals - 1.0) > SUM_TOLERANCE)
    if off.size:
        raise InvalidInput(
            f"{name}: in state {off[0]} the probabilities sum to {totals[off[0]]:.12g}, not 1. "
            "Each state's row must be a distribution over signals."
        )
    return read_only(table / totals[:, None])


def _refuse_impossible_profiles(prior: Array, likelihoods: tuple[Array, ...]) -> None:
    """Follow which sets of states remain possible; a profile that leaves none is named."""
    remain: dict[bytes, list[int]] = {np.packbits(prior > 0.0).tobytes(): []}
    for agent, table in enumerate(likelihoods):
        columns = [np.packbits(column > 0.0) for column in table.T]
        further: dict[bytes, list[int]] = {}
        for pattern, signals in remain.items():
            for signal, column in enumerate(columns):
                left = np.bitwise_and(np.frombuffer(pattern, np.uint8), column)
                if not left.any():
                    raise _impossible([*signals, signal], agent)
                further.setdefault(left.tobytes(), [*signals, signal])
        if len(further) > _PATTERNS:
            return  # too many to follow: a profile is then judged when it is met
        remain = further


def _impossible(signals: list[int], agent: int) -> InvalidInput:
    if agent == 0:
        return InvalidInput(
            f"signal {signals[0]} of agent 0 has probability zero in every possible state. Drop "
            "the signal, or give it a positive likelihood."
        )
    return InvalidInput(
        f"the signals {signals} of agents 0 to {agent} have probability zero together: no state "
        "allows them all. Give every profile a positive probability, however small."
    )


def scaled_product(factors: Sequence[Array]) -> Array:
    """Return the elementwise product divided by its largest power of two: none underflows early."""
    mantissa, exponent = np.frexp(factors[0])
    for factor in factors[1:]:
        part, power = np.frexp(factor)
        mantissa, carry = np.frexp(mantissa * part)
        exponent = exponent + power + carry
    seen = mantissa > 0.0
    highest = exponent[seen].max() if seen.any() else 0
    return np.ldexp(mantissa, np.where(seen, exponent - highest, 0))


def _draw(rows: Array, rng: np.random.Generator) -> NDArray[np.intp]:
    return (rng.random(len(rows))[:, None] >= rows.cumsum(axis=1)[:, :-1]).sum(axis=1)
