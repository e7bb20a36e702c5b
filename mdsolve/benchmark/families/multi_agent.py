"""Allocation and payments of several agents at once, as a linear program over all type profiles.

Automated mechanism design (Conitzer and Sandholm 2002): x(θ) is a lottery over outcomes and p_i(θ)
a payment. Truth is best for every profile of the others (dominant strategies), or on average over
them (Bayesian); nobody loses by taking part, ex post or interim.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.families.drawing import dyadic, shared
from mdsolve.benchmark.families.statements import of_linear
from mdsolve.benchmark.problem import Statement
from mdsolve.errors import InvalidInput
from mdsolve.solvers.linear_program import LinearProgram

Array = NDArray[np.float64]
Draw = np.random.Generator
Profile = tuple[int, ...]
Row = tuple[dict[int, float], str, float, str]


def build(parameters: Mapping[str, Any], seed: int) -> Statement:
    """Return the program of a setting.

    Parameters
    ----------
    parameters : mapping
        ``setting``: one of `SETTINGS`; ``agents``, ``types`` each; ``truth``: ``"dominant"`` or
        ``"bayesian"``; ``objective``: ``"revenue"``, ``"welfare"`` or ``"none"``; ``balanced``,
        whether payments must never need a subsidy; ``efficient``, whether the allocation is the
        one of most welfare; ``participation``, false to let anybody be kept in.

    Raises
    ------
    InvalidInput
        If the setting, the truth or the objective is unknown.
    """
    for name, choices in (("setting", SETTINGS), ("truth", TRUTH), ("objective", OBJECTIVES)):
        if parameters[name] not in choices:
            raise InvalidInput(
                f"parameters: {name} = {parameters[name]!r}. Choose one of {', '.join(choices)}."
            )
    design = SETTINGS[str(parameters["setting"])](parameters, np.random.default_rng(seed))
    rows = [*_lotteries(design), *TRUTH[str(parameters["truth"])](design, parameters)]
    if parameters.get("balanced"):
        rows += _balance(design)
    if parameters.get("efficient"):
        rows += _efficiency(design)
    program = _program(design, rows, OBJECTIVES[str(parameters["objective"])](design))
    agents, types, outcomes = design.values.shape
    axes = {"groups": agents, "types": types, "outcomes": outcomes}
    return of_linear(program, axes, scale=float(np.abs(design.values).max()) or 1.0)


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


def _lotteries(design: Design) -> list[Row]:
    outcomes = range(design.values.shape[2])
    return [
        ({design.x(k, o): 1.0 for o in outcomes}, "==", 1.0, f"lottery-{k}")
        for k in range(len(design.profiles))
    ]


def _dominant(design: Design, parameters: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = []
    for profile in design.profiles:
        for agent, true in enumerate(profile):
            name = f"{agent}-at-{'-'.join(map(str, profile))}"
            truth = design.utility(agent, true, profile, 1.0)
            if parameters.get("participation", True):
                rows.append((truth, ">=", 0.0, f"in-{name}"))
            for told in range(design.values.shape[1]):
                if told != true:
                    lie = design.utility(agent, true, _with(profile, agent, told), -1.0)
                    rows.append(({**truth, **lie}, ">=", 0.0, f"truth-{name}-not-{told}"))
    return rows


def _bayesian(design: Design, parameters: Mapping[str, Any]) -> list[Row]:
    agents, types, _ = design.values.shape
    rows: list[Row] = []
    for agent, true in product(range(agents), range(types)):
        name = f"{agent}-of-{true}"
        others = [profile for profile in design.profiles if profile[agent] == true]
        truth = _sum(design, agent, true, others, 1.0)
        if parameters.get("participation", True):
            rows.append((truth, ">=", 0.0, f"in-{name}"))
        for told in range(types):
            if told != true:
                seen = [_with(profile, agent, told) for profile in others]
                lie = _sum(design, agent, true, seen, -1.0)
                rows.append(({**truth, **lie}, ">=", 0.0, f"truth-{name}-not-{told}"))
    return rows


def _sum(
    design: Design, agent: int, true: int, profiles: list[Profile], sign: float
) -> dict[int, float]:
    found: dict[int, float] = {}
    for profile in profiles:
        found |= design.utility(agent, true, profile, sign * design.weight(profile, agent))
    return found


def _balance(design: Design) -> list[Row]:
    agents = range(design.values.shape[0])
    return [
        ({design.p(k, i): 1.0 for i in agents}, ">=", 0.0, f"no-subsidy-{k}")
        for k in range(len(design.profiles))
    ]


def _efficiency(design: Design) -> list[Row]:
    """Only outcomes of most welfare may be drawn."""
    rows: list[Row] = []
    for k, profile in enumerate(design.profiles):
        welfare = np.sum([design.values[i, t] for i, t in enumerate(profile)], axis=0)
        for o in np.flatnonzero(welfare < welfare.max()).tolist():
            rows.append(({design.x(k, o): 1.0}, "<=", 0.0, f"efficient-{k}-{o}"))
    return rows


def _revenue(design: Design) -> dict[int, float]:
    return {
        design.p(k, i): design.weight(profile)
        for k, profile in enumerate(design.profiles)
        for i in range(len(profile))
    }


def _welfare(design: Design) -> dict[int, float]:
    found: dict[int, float] = {}
    for k, profile in enumerate(design.profiles):
        total = np.sum([design.values[i, t] for i, t in enumerate(profile)], axis=0)
        found |= {design.x(k, o): design.weight(profile) * float(v) for o, v in enumerate(total)}
    return found


def _program(design: Design, rows: list[Row], objective: dict[int, float]) -> LinearProgram:
    from scipy.sparse import csr_array

    profiles, (agents, _, outcomes) = len(design.profiles), design.values.shape
    lotteries, width = profiles * outcomes, profiles * (outcomes + agents)
    starts = np.concatenate([[0], np.cumsum([len(row) for row, _, _, _ in rows])])
    columns = np.concatenate([list(row) for row, _, _, _ in rows])
    cells = np.concatenate([list(row.values()) for row, _, _, _ in rows])
    cost, lower = np.zeros(width), np.full(width, -np.inf)
    cost[list(objective)] = list(objective.values())
    lower[:lotteries] = 0.0
    names = [f"x-{k}-{o}" for k in range(profiles) for o in range(outcomes)]
    names += [f"p-{k}-{i}" for k in range(profiles) for i in range(agents)]
    return LinearProgram(
        cost,
        csr_array((cells, columns, starts), shape=(len(rows), width)),
        [sense for _, sense, _, _ in rows],
        [side for _, _, side, _ in rows],
        lower=lower,
        maximize=True,
        names=names,
        rows=[name for _, _, _, name in rows],
    )


def _with(profile: Profile, agent: int, told: int) -> Profile:
    return (*profile[:agent], told, *profile[agent + 1 :])


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
TRUTH: dict[str, Callable[[Design, Mapping[str, Any]], list[Row]]] = {
    "dominant": _dominant,
    "bayesian": _bayesian,
}
OBJECTIVES: dict[str, Callable[[Design], dict[int, float]]] = {
    "revenue": _revenue,
    "welfare": _welfare,
    "none": lambda design: {},
}
