"""No transfers in reports alone implement the efficient allocation ([B] Thm 1), by two routes.

As a computation: the types (θ_i, s_i) of one agent are nodes, others fixed; the edge r→t has length
E[u_i(x*(t)) − u_i(x*(r)) | t]. A negative cycle refutes all transfers in reports at once. With
data-driven transfers each length gains what the others' utility adds, and none is negative.
As the paper proves it: transfers truthful in types and those truthful in signals differ by a term
that moves with the own type, and cannot be the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.arrays import PerReportAndReport
from mdsolve.data_driven.beliefs import Beliefs
from mdsolve.data_driven.beliefs.base import finite_number
from mdsolve.data_driven.equilibrium.regret import misreport
from mdsolve.data_driven.estimators import estimator as estimator_of
from mdsolve.data_driven.mechanisms.vcg import DataDrivenVCG, Truth
from mdsolve.data_driven.worlds import World
from mdsolve.errors import InvalidInput
from mdsolve.incentives import NegativeCycle, Potentials, implement
from mdsolve.precision import EPS

Array = NDArray[np.float64]


def transfers_in_reports(
    world: World,
    beliefs: Beliefs,
    agent: int,
    reports: Sequence[tuple[Any, Any]],
    types: Any,
    signals: Any,
) -> Potentials | NegativeCycle:
    """Return transfers in reports that make truth optimal for one agent, or a cycle refuting all.

    Parameters
    ----------
    world, beliefs
    agent : int
    reports : sequence of (type, signal)
        What the agent may be, and may report.
    types, signals : sequence
        The others' profile; the agent's own entries are not used.

    Examples
    --------
    >>> from mdsolve.data_driven import QuadraticLoss, wallet
    >>> beliefs = wallet([[0.0, 1.5], [0.0, 1.0]])
    >>> reports = [(0.0, 1), (2.0, 0)]
    >>> found = transfers_in_reports(QuadraticLoss(), beliefs, 0, reports, [0, 0], [0, 0])
    >>> found.verdict, round(found.gain, 12)
    ('refuted', 0.25)
    """
    return _decided(DataDrivenVCG(world, beliefs), agent, reports, types, signals, None, paid=False)


def transfers_beside_data(
    world: World,
    beliefs: Beliefs,
    agent: int,
    reports: Sequence[tuple[Any, Any]],
    types: Any,
    signals: Any,
    *,
    estimator: Any = None,
) -> Potentials | NegativeCycle:
    """Return what remains to be paid beside data-driven transfers, or a cycle: none if exact.

    Parameters
    ----------
    world, beliefs, agent, reports, types, signals
        As for `transfers_in_reports`.
    estimator : Estimator, function of the state, or None
        None is ex-post, ω̂ = ω.

    Examples
    --------
    >>> from mdsolve.data_driven import QuadraticLoss, wallet
    >>> beliefs = wallet([[0.0, 1.5], [0.0, 1.0]])
    >>> reports = [(0.0, 1), (2.0, 0)]
    >>> transfers_beside_data(QuadraticLoss(), beliefs, 0, reports, [0, 0], [0, 0]).payments
    array([0., 0.])
    """
    mechanism = DataDrivenVCG(world, beliefs)
    return _decided(mechanism, agent, reports, types, signals, estimator, paid=True)


def _decided(
    mechanism: DataDrivenVCG,
    agent: int,
    reports: Sequence[tuple[Any, Any]],
    types: Any,
    signals: Any,
    estimator: Any,
    *,
    paid: bool,
) -> Potentials | NegativeCycle:
    values, error = _valued(mechanism, agent, reports, types, signals, estimator, paid=paid)
    labels = [f"({theta}, {signal})" for theta, signal in _named(reports)]
    return implement(values, error=error, labels=labels)


def report_values(
    mechanism: DataDrivenVCG,
    agent: int,
    reports: Sequence[tuple[Any, Any]],
    types: Any,
    signals: Any,
    estimator: Any = None,
    *,
    paid: bool,
) -> PerReportAndReport:
    """Return the table for `implement`: what each true (type, signal) expects of each report.

    Parameters
    ----------
    mechanism : DataDrivenVCG
    agent, reports, types, signals, estimator
        As for `transfers_beside_data`.
    paid : bool
        Count the data-driven transfer, up to h.
    """
    return _valued(mechanism, agent, reports, types, signals, estimator, paid=paid)[0]


def _valued(
    mechanism: DataDrivenVCG,
    agent: int,
    reports: Sequence[tuple[Any, Any]],
    types: Any,
    signals: Any,
    estimator: Any,
    *,
    paid: bool,
) -> tuple[Array, float]:
    """Return the table, and a bound on the rounding of an entry: it must not refute a theorem."""
    if len(reports) < 2:
        raise InvalidInput(f"reports: {len(reports)} given. A cycle needs at least two.")
    source, beliefs, world = estimator_of(estimator), mechanism.beliefs, mechanism.world
    profile, told = list(types), list(signals)
    profile[agent], told[agent] = reports[0]
    profile, told = mechanism.reports(profile, told)
    heard = [misreport(mechanism, profile, told, agent, *each) for each in reports]
    chosen = [mechanism.choice(*each) for each in heard]
    values, error = np.empty((len(reports), len(reports))), 0.0
    for row, (true_types, true_signals) in enumerate(heard):
        state = beliefs.law(true_signals)
        truth = Truth(true_types, state, source.law(beliefs, state))
        for column, here in enumerate(chosen):
            own = world.utility(agent, here.allocation, state, true_types)
            off = world.rounding(agent, here.allocation, state, true_types)
            transfer = 0.0
            if paid:
                transfer = mechanism.incentive(agent, here, *heard[column], truth)
                others = [other for other in range(len(profile)) if other != agent]
                off += sum(
                    world.rounding(other, here.allocation, truth.estimate, profile)
                    for other in others
                )
                off += 16.0 * EPS * abs(world.charge(here.allocation, here.anchor))
            values[row, column] = own + transfer
            error = max(error, off + EPS * (abs(own) + abs(transfer)))
    return values, error


def _named(reports: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Return reports by their numbers, or types that are tables by their positions."""
    return [
        (theta if np.ndim(theta) == 0 else f"type {k}", signal)
        for k, (theta, signal) in enumerate(reports)
    ]


@dataclass(frozen=True, eq=False)
class Contradiction:
    """What [B]'s proof of Thm 1 sets against itself, for two agents with quadratic loss.

    If transfers were truthful in types (VCG, up to f(θ_2, s)) and in signals (generalized VCG, up
    to g(θ, s_2)), then f(θ_2, s) − f(θ_2, s') = −(θ_1 − θ_2)(E[ω|s] − E[ω|s']) for every θ_1.

    Attributes
    ----------
    types : (types,) array
        θ_1.
    differences : (types,) array
        The right-hand side at each; the left-hand side is one number (welfare units).
    """

    types: Array
    differences: Array

    @property
    def spread(self) -> float:
        """How far the right-hand side moves; positive: no such transfers exist."""
        return float(np.ptp(self.differences))

    @property
    def holds(self) -> bool:
        """Condition (*) is met: the contradiction is one beyond rounding."""
        return self.spread > 64.0 * EPS * float(np.abs(self.differences).max())


def contradiction(
    beliefs: Beliefs, types: Sequence[float], other_type: float, signals: Any, other_signals: Any
) -> Contradiction:
    """Return the paper's contradiction at two signal profiles that differ in agent 0's alone.

    Parameters
    ----------
    beliefs : Beliefs
        Of two agents, over a state that is one number.
    types : sequence of float
        Two or more θ_1.
    other_type : float
        θ_2.
    signals, other_signals : sequences of two
        s and s', with the same signal of agent 1.

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs
    >>> beliefs = GaussianBeliefs(0.0, 1.0, [1.0, 1.0])
    >>> contradiction(beliefs, [0.0, 1.0], 0.0, [3.0, 0.0], [0.0, 0.0]).differences
    array([-0., -1.])
    """
    if beliefs.agents != 2 or len(types) < 2:
        raise InvalidInput(
            f"contradiction: {beliefs.agents} agents and {len(types)} types. The proof is of two "
            "agents, at two or more types of the first."
        )
    if signals[1] != other_signals[1]:
        raise InvalidInput(
            f"signals: those of agent 1 differ ({signals[1]!r} and {other_signals[1]!r}). Change "
            "agent 0's alone."
        )
    own = np.array([finite_number("types", theta) for theta in types])
    moved = float(beliefs.mean(signals)) - float(beliefs.mean(other_signals))
    return Contradiction(own, -(own - finite_number("other_type", other_type)) * moved)
