"""What an agent adds to regularised welfare, and that it is what the agent nets ([B] Ex 4).

With ω̂ = ω and truthful reports E[u_i + t_i | s] = Φ(c(s)) less the value of π*₋ᵢ under full s,
Σ_{j≠i} E[r_j|s]·π₋ᵢ − λ D(π₋ᵢ‖π0^{-i}).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mdsolve.arrays import PerAgent
from mdsolve.data_driven.laws import Law
from mdsolve.data_driven.mechanisms.vcg import DataDrivenVCG
from mdsolve.data_driven.worlds import Choice, Content
from mdsolve.errors import InvalidInput


def marginal_contributions(mechanism: DataDrivenVCG, types: Any, signals: Any) -> PerAgent:
    """Return each agent's marginal contribution to the regularised welfare, (agents,).

    Of any world: the efficient welfare at all signals, less what the choice without the agent and
    its signal is worth to the others and the designer, at all signals (welfare units). For content
    the first is Φ, for KL λ log Z(s).

    Examples
    --------
    >>> from mdsolve.data_driven import Content, FiniteBeliefs
    >>> beliefs = FiniteBeliefs([0.5, 0.5], [[[0.75, 0.25], [0.25, 0.75]]] * 2)
    >>> mechanism = DataDrivenVCG(Content("l2", [0.5, 0.5], 1.0), beliefs)
    >>> rewards = [[[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]]
    >>> marginal_contributions(mechanism, rewards, [0, 0]).round(12)
    array([0.58   , 0.01125])
    >>> mechanism.expected(rewards, [0, 0]).utilities.round(12)
    array([0.58   , 0.01125])
    """
    profile, told = mechanism.reports(types, signals)
    law, here = mechanism.beliefs.law(told), mechanism.choice(profile, told)
    everyone = _welfare(mechanism, here, profile, law, None)
    return np.array(
        [
            everyone
            - _welfare(mechanism, mechanism.choice(profile, told, agent), profile, law, agent)
            for agent in range(mechanism.beliefs.agents)
        ]
    )


def partition(mechanism: DataDrivenVCG, types: Any, signals: Any) -> float:
    """Return Φ(c(s)), the maximised objective of Def 8; under KL it is λ log Z(s).

    Computed from the scalar dual's bracket, not from the allocation.

    Raises
    ------
    InvalidInput
        If the world is no `Content`.
    """
    if not isinstance(mechanism.world, Content):
        raise InvalidInput(f"world: {mechanism.world!r} has no regularised objective. Use Content.")
    here = mechanism.choice(*mechanism.reports(types, signals))
    return mechanism.world.value_function(here.total, here.anchor).solve(engine="multiplier").value


def _welfare(
    mechanism: DataDrivenVCG, here: Choice, profile: list[Any], law: Law, without: int | None
) -> float:
    nobody = -1
    agent = nobody if without is None else without
    others = mechanism.others(agent, here.allocation, profile, lambda _: law)
    return others - mechanism.world.charge(here.allocation, here.anchor)
