"""Who bargains over what: agents' values of outcomes for each of their types, and a prior.

One item (Myerson 1981), trade of one (Myerson and Satterthwaite 1983), and a choice among texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.families.drawing import dyadic, shared

Array = NDArray[np.float64]
Draw = np.random.Generator
Profile = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Design:
    """values[i, t, o] and prior[i, t], independent over agents; the columns of the program."""

    values: Array
    prior: Array

    @property
    def profiles(self) -> list[Profile]:
        """All type profiles."""
        return list(product(range(self.values.shape[1]), repeat=self.values.shape[0]))

    def x(self, place: int, outcome: int) -> int:
        """The column of an outcome's probability at a profile."""
        return place * self.values.shape[2] + outcome

    def p(self, place: int, agent: int) -> int:
        """The column of an agent's payment at a profile."""
        count = len(self.profiles) * self.values.shape[2]
        return count + place * self.values.shape[0] + agent

    def place(self, profile: Profile) -> int:
        """The number of a profile."""
        found = 0
        for t in profile:
            found = found * self.values.shape[1] + t
        return found

    def weight(self, profile: Profile, without: int | None = None) -> float:
        """The probability of a profile, or of the others' part of it."""
        parts = [self.prior[i, t] for i, t in enumerate(profile) if i != without]
        return float(np.prod(parts))

    def utility(self, agent: int, true: int, profile: Profile, weight: float) -> dict[int, float]:
        """Return the coefficients of weight times an agent's utility at a reported profile."""
        place = self.place(profile)
        found = {
            self.x(place, o): weight * float(v)
            for o, v in enumerate(self.values[agent, true])
            if v != 0.0
        }
        return {**found, self.p(place, agent): -weight}


def _item(parameters: Mapping[str, Any], draw: Draw) -> Design:
    """One item, or nobody gets it: values are 1, 2, ... with a drawn prior (Myerson 1981)."""
    agents, types = int(parameters["agents"]), int(parameters["types"])
    values = np.zeros((agents, types, agents + 1))
    for i in range(agents):
        values[i, :, i] = 1.0 + np.arange(types)
    return Design(values, _priors(draw, agents, types))


def _public(parameters: Mapping[str, Any], draw: Draw) -> Design:
    """A choice among as many texts as asked for, that all agents value."""
    agents, types = int(parameters["agents"]), int(parameters["types"])
    outcomes = int(parameters.get("outcomes", 3))
    values = dyadic(draw, (agents, types, outcomes), 8)
    return Design(values, _priors(draw, agents, types))


def _trade(parameters: Mapping[str, Any], _: Draw) -> Design:
    """A seller and a buyer: no trade, or trade (Myerson and Satterthwaite 1983)."""
    types = int(parameters["types"])
    values = np.zeros((2, types, 2))
    values[0, :, 1] = -np.arange(types)
    values[1, :, 1] = 0.5 + np.arange(types)
    return Design(values, np.stack([shared(np.ones(types), 6)] * 2))


def _priors(draw: Draw, agents: int, types: int) -> Array:
    return np.stack([shared(draw.exponential(size=types) + 0.5, 5) for _ in range(agents)])


SETTINGS: dict[str, Callable[[Mapping[str, Any], Draw], Design]] = {
    "item": _item,
    "public": _public,
    "trade": _trade,
}
