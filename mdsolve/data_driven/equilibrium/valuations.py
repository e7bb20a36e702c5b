"""Valuations of all own types and signals of one agent beside one profile of the others.

ψ is linear in the law of the state, so with finite states it is one product of posteriors and a
table per type, made once; elsewhere it is computed law by law.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs import StateTable
from mdsolve.data_driven.estimators import Estimator
from mdsolve.data_driven.laws import Law
from mdsolve.data_driven.mechanisms.vcg import DataDrivenVCG

Array = NDArray[np.float64]


class Lists(NamedTuple):
    """What one agent may be: preference types, and signals."""

    types: list[Any]
    signals: list[Any]


class Valuations(ABC):
    """Valuations of one agent's lists, and of the others under posterior and estimate."""

    def __init__(
        self, mechanism: DataDrivenVCG, lists: Sequence[Lists], agent: int, estimator: Estimator
    ) -> None:
        self.mechanism, self.lists = mechanism, lists
        self.agent, self.estimator = agent, estimator

    @abstractmethod
    def own(self, signals: list[Any]) -> Array:
        """Return ψ_i, (signals, types, coordinates), given the others' signals."""

    @abstractmethod
    def others(self, profile: list[Any], signals: list[Any]) -> tuple[Array, Array]:
        """Return Σ_{j≠i} ψ_j at the posterior and at the estimate, (signals, coordinates) each."""


class TableValuations(Valuations):
    """Finite states: posteriors times tables."""

    def __init__(
        self, mechanism: DataDrivenVCG, lists: Sequence[Lists], agent: int, estimator: Estimator
    ) -> None:
        super().__init__(mechanism, lists, agent, estimator)
        assert isinstance(mechanism.beliefs, StateTable)
        self.beliefs = mechanism.beliefs
        states = self.beliefs.states_of(Law())
        self._exact = [self.beliefs.law_of(state) for state in states]
        self._estimated = [estimator.given(state, self.beliefs) for state in states]
        own = [self._table(agent, theta, self._exact) for theta in lists[agent].types]
        self._own = np.stack(own, axis=1)
        self._known: dict[tuple[int, int], tuple[Array, Array]] = {}
        self._posteriors: tuple[list[Any], Array] | None = None

    def own(self, signals: list[Any]) -> Array:
        """Return P(ω|s) times the own tables."""
        states, types, size = self._own.shape
        product = self._weights(signals) @ self._own.reshape(states, types * size)
        return product.reshape(-1, types, size)

    def others(self, profile: list[Any], signals: list[Any]) -> tuple[Array, Array]:
        """Return P(ω|s) times the sums of the others' tables."""
        pairs = [
            self._other(other, profile[other])
            for other in range(len(profile))
            if other != self.agent
        ]
        weights = self._weights(signals)
        if not pairs:
            nothing = np.zeros((len(weights), self._own.shape[2]))
            return nothing, nothing
        exact = weights @ np.sum([pair[0] for pair in pairs], axis=0)
        return exact, weights @ np.sum([pair[1] for pair in pairs], axis=0)

    def _weights(self, signals: list[Any]) -> Array:
        if self._posteriors is None or self._posteriors[0] != signals:
            weights = self.beliefs.own_posteriors(self.agent, signals)
            self._posteriors = list(signals), weights[self.lists[self.agent].signals]
        return self._posteriors[1]

    def _other(self, other: int, theta: Any) -> tuple[Array, Array]:
        # types are listed objects (or the platform's), so their identity is their name
        key = other, id(theta)
        if key not in self._known:
            self._known[key] = (
                self._table(other, theta, self._exact),
                self._table(other, theta, self._estimated),
            )
        return self._known[key]

    def _table(self, agent: int, theta: Any, laws: list[Law]) -> Array:
        types = [theta] * (self.beliefs.agents + (self.mechanism.platform is not None))
        return np.array([self.mechanism.world.valuation(agent, law, types) for law in laws])


class LawValuations(Valuations):
    """Any beliefs: law by law."""

    def own(self, signals: list[Any]) -> Array:
        """Return the valuation of every type at every own signal's posterior."""
        types = self.lists[self.agent].types
        return np.array(
            [
                [self._of(self.agent, law, theta) for theta in types]
                for law, _ in self._laws(signals)
            ]
        )

    def others(self, profile: list[Any], signals: list[Any]) -> tuple[Array, Array]:
        """Return the others' valuations at every own signal's posterior and estimate."""
        others = [other for other in range(len(profile)) if other != self.agent]
        total: Callable[..., Array] = self.mechanism.world.total
        pairs = [
            (total(law, profile, others), total(estimate, profile, others))
            for law, estimate in self._laws(signals)
        ]
        return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])

    def _laws(self, signals: list[Any]) -> list[tuple[Law, Law]]:
        told, beliefs = list(signals), self.mechanism.beliefs
        laws: list[tuple[Law, Law]] = []
        for own in self.lists[self.agent].signals:
            told[self.agent] = own
            law = beliefs.law(told)
            laws.append((law, self.estimator.law(beliefs, law)))
        return laws

    def _of(self, agent: int, law: Law, theta: Any) -> Array:
        types = [theta] * (self.mechanism.beliefs.agents + 1)
        return self.mechanism.world.valuation(agent, law, types)
