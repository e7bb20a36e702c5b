"""How much one agent's signal adds to the others' ([B] §3, Ex 2; McLean and Postlewaite 2002).

Informational size ν_i = max_{s_i, s_i'} min{ε : P(‖P(·|s) − P(·|s₋ᵢ, s_i')‖₁ > ε | s_i) ≤ ε}. At 0
the pivot in reports is truthful; the data-driven one is at any size, and pays for the information.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.arrays import PerPoint
from mdsolve.data_driven.beliefs import Beliefs, GaussianBeliefs, StateTable
from mdsolve.data_driven.equilibrium import posterior_equilibrium
from mdsolve.data_driven.mechanisms import DataDrivenVCG, PublicSignalsVCG
from mdsolve.data_driven.worlds import World
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]


def informational_size(beliefs: StateTable, agent: int) -> float:
    """Return ν_i, from 0 (the signal is redundant) to 2: exactly, by all signal profiles.

    Parameters
    ----------
    beliefs : StateTable
        Finite.
    agent : int

    Examples
    --------
    >>> from mdsolve.data_driven import FiniteBeliefs
    >>> informed, blank = [[0.75, 0.25], [0.25, 0.75]], [[0.5, 0.5], [0.5, 0.5]]
    >>> beliefs = FiniteBeliefs([0.5, 0.5], [informed, blank])
    >>> informational_size(beliefs, 0), informational_size(beliefs, 1)
    (1.0, 0.0)
    """
    if not isinstance(beliefs, StateTable):
        raise InvalidInput(
            f"beliefs: {beliefs!r}. Informational size is computed for finite beliefs."
        )
    others = [k for k in range(beliefs.agents) if k != agent]
    rows, chances = [], []
    for told in product(*(range(beliefs.signal_counts[k]) for k in others)):
        signals = [*told[:agent], 0, *told[agent:]]
        weights = _chances(beliefs, agent, signals)
        chances.append(weights.sum(axis=1))
        rows.append(beliefs.own_posteriors(agent, signals))
    posteriors, likely = np.array(rows), np.array(chances)
    likely = likely / likely.sum(axis=0)
    sizes = [
        _smallest(np.abs(posteriors[:, s] - posteriors[:, t]).sum(axis=1), likely[:, s])
        for s, t in product(range(beliefs.signal_counts[agent]), repeat=2)
    ]
    return max(sizes)


def _chances(beliefs: StateTable, agent: int, signals: list[int]) -> Array:
    """Return P(ω, s), (own signals, states)."""
    joint = np.moveaxis(beliefs.joint(), (agent + 1, 0), (-2, -1))
    return joint[tuple(signals[k] for k in range(beliefs.agents) if k != agent)]


def _smallest(distances: Array, chances: Array) -> float:
    """Return min{ε : P(distance > ε) ≤ ε}: between steps of the tail, the larger of the two."""
    order = distances.argsort()
    levels = np.concatenate(([0.0], distances[order]))
    beyond = np.concatenate(([1.0], 1.0 - chances[order].cumsum()))
    beyond[0] = float(chances[distances > 0.0].sum())
    return float(np.maximum(levels, np.maximum(beyond, 0.0)).min())


def information_reward(beliefs: Beliefs, agent: int) -> float:
    """Return E(E[ω|s] − E[ω|s₋ᵢ])² before any signal: what Ex 2 pays for information.

    By the law of total variance it is Var[ω|s₋ᵢ] − Var[ω|s] in expectation, so the sharper a
    signal the higher the reward (welfare units of quadratic loss).

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs
    >>> round(information_reward(GaussianBeliefs(0.0, 1.0, [1.0, 1.0]), 0), 12)
    0.166666666667
    """
    if isinstance(beliefs, GaussianBeliefs):
        nothing = [0.0] * beliefs.agents
        return beliefs.posterior(nothing, agent)[1] - beliefs.posterior(nothing)[1]
    if not isinstance(beliefs, StateTable):
        raise InvalidInput(f"beliefs: {beliefs!r}. Rewards are computed for finite and Gaussian.")
    chances = beliefs.joint().sum(axis=0)
    moves = [
        chances[signals] * (beliefs.mean(signals) - beliefs.mean(signals, agent)) ** 2
        for signals in product(*map(range, beliefs.signal_counts))
    ]
    return float(np.sum(moves))


@dataclass(frozen=True, eq=False)
class InformationCurve:
    """Regret against informational size, for transfers in reports and in data.

    Attributes
    ----------
    sizes : (points,) array
        The largest informational size of an agent.
    by_reports, by_data : (points,) arrays
        Largest regret of truth (welfare units).
    """

    sizes: PerPoint
    by_reports: PerPoint
    by_data: PerPoint


def information_curve(
    world: World, beliefs: Sequence[StateTable], types: Sequence[Any]
) -> InformationCurve:
    """Return the regret of both pivots for beliefs of several informational sizes.

    Parameters
    ----------
    world : World
    beliefs : sequence of StateTable
    types : sequence of lists, one an agent

    Examples
    --------
    >>> from mdsolve.data_driven import FiniteBeliefs, QuadraticLoss
    >>> blank = [[0.5, 0.5], [0.5, 0.5]]
    >>> sharp = [[0.75, 0.25], [0.25, 0.75]]
    >>> pair = [FiniteBeliefs([0.5, 0.5], [table] * 2, [0.0, 1.0]) for table in (blank, sharp)]
    >>> found = information_curve(QuadraticLoss(), pair, [[0.0, 1.0]] * 2)
    >>> found.by_reports.round(12), bool(found.by_data.max() < 1e-12)
    (array([0.  , 0.24]), True)
    """
    sizes = [max(informational_size(each, i) for i in range(each.agents)) for each in beliefs]
    found = [
        [posterior_equilibrium(kind(world, each), types).epsilon for each in beliefs]
        for kind in (PublicSignalsVCG, DataDrivenVCG)
    ]
    order = np.argsort(sizes)
    by_reports, by_data = (np.array(each)[order] for each in found)
    return InformationCurve(np.array(sizes)[order], by_reports, by_data)
