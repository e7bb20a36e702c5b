"""Data-driven VCG: t_i = Σ_{j≠i} u_j(x*, ω̂, θ_j) + h_i(θ₋ᵢ, s₋ᵢ, ω̂) ([B] Def 6, Def 9).

x* is efficient for the reports, ω̂ comes from data and never from reports. The pivot h_i takes away
what the others have without i: x₋ᵢ is efficient for θ₋ᵢ given s₋ᵢ, so i's signal is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs import Beliefs
from mdsolve.data_driven.estimators import estimator as estimator_of
from mdsolve.data_driven.laws import Law
from mdsolve.data_driven.mechanisms.estimates import Claims
from mdsolve.data_driven.mechanisms.outcome import DataDrivenOutcome
from mdsolve.data_driven.mechanisms.own_report import WholeProfile
from mdsolve.data_driven.worlds import Choice, Cost, World, checked_types
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]
Others = Callable[[int, list[Any], list[Any], Any], float]


@dataclass(frozen=True, eq=False)
class DataDrivenVCG:
    """The efficient allocation, with payments computed from data on the state.

    Payments are what agents pay: the paper's transfers with the opposite sign. With ω̂ = ω, or ω̂
    unbiased and utilities linear in ω, truth is a posterior equilibrium.

    Parameters
    ----------
    world : World
    beliefs : Beliefs
    h : callable, optional
        ``h(agent, others_types, others_signals, estimate)`` replaces the pivot: what agent is paid
        beside the others' utility (welfare units). It never sees the agent's own report. A
        `WholeProfile` sees all reports and is refused where the agent's own one matters.
    platform : optional
        A known type of one more agent, who reports nothing and pays nothing ([B] note 24).

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs, QuadraticLoss
    >>> mechanism = DataDrivenVCG(QuadraticLoss(), GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))
    >>> outcome = mechanism.run([0.0, 1.0], [3.0, 0.0], estimate=1.0)
    >>> outcome.payments
    array([-0.75,  0.  ])
    """

    world: World
    beliefs: Beliefs
    h: Others | WholeProfile | None = None
    platform: Any = None

    def run(self, types: Any, signals: Any, estimate: Any = None) -> DataDrivenOutcome:
        """Return the allocation for the reports, and all payments for an estimate of the state.

        Parameters
        ----------
        types, signals : sequence
            One an agent, as the world and the beliefs have them.
        estimate : optional
            A state (position, number or vector), weights over the states, a `Law`, or one
            `EstimatePerAgent`.

        Raises
        ------
        InvalidInput
            If reports or the estimate are missing, of the wrong shape, or outside their spaces.
        """
        if estimate is None:
            raise InvalidInput(
                "estimate: none given. Pass the state, an estimate of it, or weights over states; "
                "it must come from data, never from reports."
            )
        profile, signals = self.reports(types, signals)
        claims = Claims(estimate, self.world, self.beliefs, len(profile))
        return self._settle(profile, signals, claims)

    def expected(self, types: Any, signals: Any, estimator: Any = None) -> DataDrivenOutcome:
        """Return the outcome with payments expected over ω̂ given truthful signals.

        Parameters
        ----------
        types, signals : sequence
        estimator : Estimator, function of the state, or None
            None is ex-post: ω̂ = ω.
        """
        profile, signals = self.reports(types, signals)
        law = estimator_of(estimator).law(self.beliefs, self.beliefs.law(signals))
        claims = Claims(law, self.world, self.beliefs, len(profile))
        return self._settle(profile, signals, claims)

    def reports(self, types: Any, signals: Any) -> tuple[list[Any], list[Any]]:
        """Return legal types, the platform's after the agents', and legal signals."""
        checked = [signal for _, signal in self.beliefs.present(signals, None)]
        profile = checked_types(self.world, types, self.beliefs.agents)
        if self.platform is not None:
            profile.append(self.world.checked_type(len(profile), self.platform))
        return profile, checked

    def choice(self, profile: list[Any], signals: list[Any], without: int | None = None) -> Choice:
        """Return the efficient choice, of all or without one agent and its signal."""
        law = self.beliefs.law(signals, without)
        among = [agent for agent in range(len(profile)) if agent != without]
        total = self.world.total(law, profile, among)
        anchor = self.world.anchor(self.beliefs, signals, without)
        return Choice(total, anchor, self.world.choose(total, anchor))

    def allocate(self, types: Any, signals: Any) -> Any:
        """Return the efficient allocation of the reports ([B] Def 1)."""
        return self.choice(*self.reports(types, signals)).allocation

    def incentive(
        self, agent: int, here: Choice, profile: list[Any], signals: list[Any], truth: Truth
    ) -> float:
        """Return what the agent expects to be paid, up to h, which its report does not move."""
        law = truth.estimate
        others = self.others(agent, here.allocation, profile, lambda other: law)
        return others - self.world.charge(here.allocation, here.anchor)

    def others(
        self, agent: int, allocation: Any, profile: list[Any], law: Callable[[int], Law]
    ) -> float:
        """Return Σ_{j≠i} u_j(x, ω̂_j, θ_j) (welfare units)."""
        others = (other for other in range(len(profile)) if other != agent)
        utility = self.world.utility
        return float(sum(utility(other, allocation, law(other), profile) for other in others))

    def _settle(self, profile: list[Any], signals: list[Any], claims: Claims) -> DataDrivenOutcome:
        here = self.choice(profile, signals)
        agents = self.beliefs.agents
        settle = self._pivot if self.h is None else self._own
        settled = [settle(agent, here, profile, signals, claims) for agent in range(agents)]
        payments = np.array([cost.total for cost, _ in settled])
        gains = [
            self.world.utility(agent, here.allocation, claims.law(agent, agent), profile)
            for agent in range(agents)
        ]
        return DataDrivenOutcome(
            here.allocation,
            payments,
            np.array([cost.externality for cost, _ in settled]),
            np.array([cost.steering for cost, _ in settled]),
            np.array(gains) - payments,
            [pivot for _, pivot in settled],
        )

    def _pivot(
        self, agent: int, here: Choice, profile: list[Any], signals: list[Any], claims: Claims
    ) -> tuple[Cost, Any]:
        there = self.choice(profile, signals, agent)
        others = [other for other in range(len(profile)) if other != agent]
        parts = [self.world.valuation(j, claims.law(agent, j), profile) for j in others]
        claimed = np.sum(parts, axis=0) if parts else np.zeros_like(here.total)

        def welfare(allocation: Any) -> float:
            return self.others(agent, allocation, profile, lambda j: claims.law(agent, j))

        return self.world.pivot_cost(here, there, claimed, welfare), there.allocation

    def _own(
        self, agent: int, here: Choice, profile: list[Any], signals: list[Any], claims: Claims
    ) -> tuple[Cost, Any]:
        welfare = self.others(agent, here.allocation, profile, lambda j: claims.law(agent, j))
        charge = self.world.charge(here.allocation, here.anchor)
        externality = -welfare - self._h(agent, profile, signals, claims.estimate(agent))
        return Cost(externality, charge, externality + charge), None

    def _h(self, agent: int, profile: list[Any], signals: list[Any], estimate: Any) -> float:
        """Return h, or its mean where only the law of the estimate is known."""
        if isinstance(estimate, Law):
            parts = self.beliefs.atoms(estimate)
            return float(sum(mass * self._h(agent, profile, signals, each) for each, mass in parts))
        types = profile[: self.beliefs.agents]
        if isinstance(self.h, WholeProfile):
            return self.h.checked(agent, types, signals, estimate, self.world, self.beliefs)
        assert self.h is not None
        rest = [place for place in range(len(types)) if place != agent]
        value = self.h(agent, [types[j] for j in rest], [signals[j] for j in rest], estimate)
        return float(value)


@dataclass(frozen=True, eq=False)
class Truth:
    """What a mechanism's expected transfers may depend on beside the reports.

    Attributes
    ----------
    profile : list
        True types, the platform's last.
    state, estimate : Law
        Of the state and of ω̂, given the true signals.
    """

    profile: Sequence[Any]
    state: Law
    estimate: Law
