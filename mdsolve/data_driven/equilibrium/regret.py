"""Posterior equilibrium: no report gains, expectations at the true signals ([B] Def 3, 5, 7).

The gain of agent i from reporting r instead of the truth is E[u_i(x*(r)) + t_i(r) | s] less the
same at the truth. Both are integrals against the posterior and the law of ω̂ given s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from mdsolve.arrays import PerAgent
from mdsolve.data_driven.beliefs import StateTable
from mdsolve.data_driven.estimators import estimator as estimator_of
from mdsolve.data_driven.mechanisms.vcg import Truth
from mdsolve.errors import InvalidInput

METHODS = ("auto", "quadrature", "monte-carlo")


@dataclass(frozen=True)
class Regret:
    """What one agent gains by the best of its misreports, given the true profile.

    Attributes
    ----------
    agent : int
    gain : float
        Welfare units; negative where every misreport that was tried loses.
    witness : (type, signal) or None
        The report that gains that; None if none was tried.
    error : float
        Half-width of the band around the gain: 0 where it is exact up to rounding; of a Monte Carlo
        estimate 99.9%.
    """

    agent: int
    gain: float
    witness: tuple[Any, Any] | None
    error: float = 0.0

    def __iter__(self) -> Iterator[Any]:
        """Unpack as gain and witness."""
        return iter((self.gain, self.witness))

    @property
    def regret(self) -> float:
        """The gain if there is any, else 0."""
        return max(0.0, self.gain)


@dataclass(frozen=True)
class Regrets(Sequence[Regret]):
    """All agents' best gains at one true profile."""

    regrets: tuple[Regret, ...]

    @overload
    def __getitem__(self, index: int) -> Regret: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Regret, ...]: ...
    def __getitem__(self, index: Any) -> Any:
        return self.regrets[index]

    def __len__(self) -> int:
        return len(self.regrets)

    def __iter__(self) -> Iterator[Regret]:
        return iter(self.regrets)

    @property
    def gains(self) -> PerAgent:
        """Each agent's best gain (welfare units)."""
        return np.array([each.gain for each in self.regrets])

    @property
    def witnesses(self) -> tuple[tuple[Any, Any] | None, ...]:
        """Each agent's best misreport, (type, signal)."""
        return tuple(each.witness for each in self.regrets)

    @property
    def worst(self) -> Regret:
        """The regret of the agent who gains most."""
        return max(self.regrets, key=lambda each: each.gain)


def posterior_regret(
    mechanism: Any,
    types: Any,
    signals: Any,
    deviations: Any = None,
    *,
    estimator: Any = None,
    method: str = "auto",
    draws: int = 4096,
    seed: int | None = 0,
) -> Regrets:
    """Return each agent's best gain from misreporting at one true profile, with its witness.

    Parameters
    ----------
    mechanism : DataDrivenVCG, or another of `mdsolve.data_driven`
    types, signals : sequence
        The truth, one an agent.
    deviations : sequence of lists of (type, signal), optional
        ``deviations[i]`` are the reports that agent i tries; by default some other types and
        signals, and pairs of them.
    estimator : Estimator, function of the state, or None
        How ω̂ comes about; None is ex-post, ω̂ = ω.
    method : str
        ``"auto"``: exact sums, moments or quadrature nodes, whichever the beliefs have;
        ``"quadrature"`` also halves the nodes to bound the error; ``"monte-carlo"`` draws states
        and estimates, with error bars.
    draws, seed : int
        Of Monte Carlo.

    Examples
    --------
    >>> from mdsolve.data_driven import DataDrivenVCG, GaussianBeliefs, QuadraticLoss
    >>> mechanism = DataDrivenVCG(QuadraticLoss(), GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))
    >>> lies = [[(0.0, 6.0)], [(2.0, 0.0)]]
    >>> posterior_regret(mechanism, [0.0, 1.0], [3.0, 0.0], lies).gains
    array([-2. , -0.5])
    """
    if method not in METHODS:
        raise InvalidInput(f"method {method!r} is unknown. Choose one of {', '.join(METHODS)}.")
    if method == "monte-carlo":
        from mdsolve.data_driven.equilibrium.monte_carlo import drawn_regret

        return drawn_regret(mechanism, types, signals, deviations, estimator, draws, seed)
    found = _regret(mechanism, types, signals, deviations, estimator, 64)
    approximate = mechanism.world.integrates and not isinstance(mechanism.beliefs, StateTable)
    if method == "quadrature" or approximate:
        coarse = _regret(mechanism, types, signals, deviations, estimator, 32)
        pairs = zip(found, coarse, strict=True)
        return Regrets(
            tuple(Regret(a.agent, a.gain, a.witness, abs(a.gain - b.gain)) for a, b in pairs)
        )
    return found


def _regret(
    mechanism: Any, types: Any, signals: Any, deviations: Any, estimator: Any, nodes: int
) -> Regrets:
    profile, told = mechanism.reports(types, signals)
    posterior = mechanism.beliefs.law(told, nodes=nodes)
    estimate = estimator_of(estimator).law(mechanism.beliefs, posterior)
    truth = Truth(profile, posterior, estimate)
    lists = listed_deviations(mechanism, profile, told, deviations)

    def utility(agent: int, theta: Any, signal: Any) -> float:
        reported, heard = misreport(mechanism, profile, told, agent, theta, signal)
        here = mechanism.choice(reported, heard)
        paid = mechanism.incentive(agent, here, reported, heard, truth)
        return mechanism.world.utility(agent, here.allocation, posterior, profile) + paid

    return Regrets(
        tuple(
            _best(
                agent,
                [(utility(agent, *lie), lie) for lie in lies],
                utility(agent, profile[agent], told[agent]),
            )
            for agent, lies in enumerate(lists)
        )
    )


def _best(agent: int, lies: list[tuple[float, tuple[Any, Any]]], truth: float) -> Regret:
    if not lies:
        return Regret(agent, 0.0, None)
    highest, witness = max(lies, key=lambda lie: lie[0])
    return Regret(agent, highest - truth, witness)


def misreport(
    mechanism: Any, profile: list[Any], signals: list[Any], agent: int, theta: Any, signal: Any
) -> tuple[list[Any], list[Any]]:
    """Return the profile with one agent's report replaced."""
    reported, heard = list(profile), list(signals)
    reported[agent] = mechanism.world.checked_type(agent, theta)
    heard[agent] = mechanism.beliefs.checked_signal(agent, signal)
    return reported, heard


def listed_deviations(
    mechanism: Any, profile: list[Any], signals: list[Any], deviations: Any
) -> list[list[tuple[Any, Any]]]:
    """Return the reports that each agent tries."""
    agents = mechanism.beliefs.agents
    if deviations is None:
        return [_some(mechanism, profile, signals, agent) for agent in range(agents)]
    if len(deviations) != agents:
        raise InvalidInput(
            f"deviations: lists for {len(deviations)} agents, but there are {agents}. Give a list "
            "of (type, signal) for each, empty for those who tell the truth."
        )
    return [list(map(tuple, lies)) for lies in deviations]


def _some(
    mechanism: Any, profile: list[Any], signals: list[Any], agent: int
) -> list[tuple[Any, Any]]:
    theta, signal = profile[agent], signals[agent]
    types = [theta, *mechanism.world.other_types(agent, theta)]
    told = [signal, *mechanism.beliefs.other_signals(agent, signal)]
    return [(each, heard) for each in types for heard in told][1:]
