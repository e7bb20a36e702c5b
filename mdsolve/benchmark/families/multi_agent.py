"""Allocation and payments of several agents at once, as a linear program over all type profiles.

Automated mechanism design (Conitzer and Sandholm 2002: with lotteries the best mechanism is a
linear program): x(θ) is a lottery over outcomes and p_i(θ) a payment. Truth is best for every
profile of the others (dominant strategies), or on average over them (Bayesian); nobody loses by
taking part, ex post or interim. What is known of the answers:

- Myerson (1981): one item sells for the expected largest positive virtual value; Bayesian truth
  brings no more than dominant where virtual values rise.
- Myerson and Satterthwaite (1983): where values overlap, no trade is efficient, Bayesian truthful,
  voluntary and free of subsidies; on coarse grids it may be.
- Green and Laffont (1979): on rich domains nothing dominant and efficient balances exactly;
  d'Aspremont and Gérard-Varet (1979): a Bayesian one does, where nobody may leave.
- Hartline and Roughgarden (2008): payments that are burnt count against welfare ("net").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np

from mdsolve.benchmark.families.multi_agent_settings import SETTINGS, Design, Profile
from mdsolve.benchmark.families.statements import of_linear
from mdsolve.benchmark.problem import Statement
from mdsolve.errors import InvalidInput
from mdsolve.solvers.linear_program import LinearProgram

Row = tuple[dict[int, float], str, float, str]


def build(parameters: Mapping[str, Any], seed: int) -> Statement:
    """Return the program of a setting.

    Parameters
    ----------
    parameters : mapping
        ``setting``: one of `SETTINGS`; ``agents``, ``types`` each; ``truth``: ``"dominant"`` or
        ``"bayesian"``; ``objective``: ``"revenue"``, ``"welfare"``, ``"net"`` (welfare less
        payments) or ``"none"``; ``balance`` of payments: ``"free"``, ``"weak"`` (never a subsidy),
        ``"exact"`` or ``"expected"`` (no subsidy on average); ``efficient``, whether the allocation
        is one of most welfare; ``participation``, false to let anybody be kept in.

    Raises
    ------
    InvalidInput
        If one of these words is unknown.
    """
    words = {name: parameters[name] for name in _WORDS if name != "balance"}
    words["balance"] = parameters.get("balance", "free")
    for name, choices in _WORDS.items():
        if words[name] not in choices:
            raise InvalidInput(
                f"parameters: {name} = {words[name]!r}. Choose one of {', '.join(choices)}."
            )
    design = SETTINGS[words["setting"]](parameters, np.random.default_rng(seed))
    rows = [*_lotteries(design), *TRUTH[words["truth"]](design, parameters)]
    rows += BALANCE[words["balance"]](design)
    if parameters.get("efficient"):
        rows += _efficiency(design)
    program = _program(design, rows, OBJECTIVES[words["objective"]](design))
    agents, types, outcomes = design.values.shape
    axes = {"groups": agents, "types": types, "outcomes": outcomes}
    return of_linear(program, axes, scale=float(np.abs(design.values).max()) or 1.0)


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


def _balance(design: Design, sense: str) -> list[Row]:
    agents = range(design.values.shape[0])
    return [
        ({design.p(k, i): 1.0 for i in agents}, sense, 0.0, f"balance-{k}")
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


def _net(design: Design) -> dict[int, float]:
    return {**_welfare(design), **{p: -weight for p, weight in _revenue(design).items()}}


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


TRUTH: dict[str, Callable[[Design, Mapping[str, Any]], list[Row]]] = {
    "dominant": _dominant,
    "bayesian": _bayesian,
}
OBJECTIVES: dict[str, Callable[[Design], dict[int, float]]] = {
    "revenue": _revenue,
    "welfare": _welfare,
    "net": _net,
    "none": lambda design: {},
}
BALANCE: dict[str, Callable[[Design], list[Row]]] = {
    "free": lambda design: [],
    "weak": lambda design: _balance(design, ">="),
    "exact": lambda design: _balance(design, "=="),
    "expected": lambda design: [(_revenue(design), ">=", 0.0, "balance")],
}
_WORDS = {
    "setting": SETTINGS,
    "truth": TRUTH,
    "objective": OBJECTIVES,
    "balance": BALANCE,
}
