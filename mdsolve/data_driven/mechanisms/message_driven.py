"""Transfers from reports alone: what [B] Thm 1 is about, and what data replaces (§3, 4.2.3).

Each is truthful in its own dimension only: VCG with public signals in types, generalized VCG with
public types in signals. No such transfers are truthful in both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mdsolve.data_driven.mechanisms.estimates import Claims
from mdsolve.data_driven.mechanisms.outcome import DataDrivenOutcome
from mdsolve.data_driven.mechanisms.vcg import DataDrivenVCG, Truth
from mdsolve.data_driven.worlds import Choice, Cost, QuadraticLoss
from mdsolve.errors import InvalidInput


@dataclass(frozen=True, eq=False)
class ReportedState(DataDrivenVCG):
    """Data-driven VCG fed with a state built from the reports themselves: manipulable ([B] 4.2.3).

    Parameters
    ----------
    world, beliefs
        As for `DataDrivenVCG`.
    build : callable, optional
        From the reported signals to an estimate; the posterior given them by default.

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs, QuadraticLoss, posterior_regret
    >>> mechanism = ReportedState(QuadraticLoss(), GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))
    >>> lies = [[(0.0, 4.5)], []]
    >>> posterior_regret(mechanism, [0.0, 1.0], [3.0, 0.0], lies).gains
    array([0.5, 0. ])
    """

    build: Callable[[list[Any]], Any] | None = None

    def run(self, types: Any, signals: Any, estimate: Any = None) -> DataDrivenOutcome:
        """Return the outcome for reports; there is no estimate to give."""
        if estimate is not None:
            raise InvalidInput("estimate: this mechanism builds it from the reports. Leave it out.")
        profile, told = self.reports(types, signals)
        return self._settle(profile, told, self._claims(profile, told))

    def expected(self, types: Any, signals: Any, estimator: Any = None) -> DataDrivenOutcome:
        """Return the outcome for reports, which no data changes."""
        return self.run(types, signals)

    def incentive(
        self, agent: int, here: Choice, profile: list[Any], signals: list[Any], truth: Truth
    ) -> float:
        """Return what the agent is paid for the reports; its own one moves the pivot too."""
        settle = self._pivot if self.h is None else self._own
        return -settle(agent, here, profile, signals, self._claims(profile, signals))[0].total

    def _claims(self, profile: list[Any], signals: list[Any]) -> Claims:
        estimate = self.beliefs.law(signals) if self.build is None else self.build(signals)
        return Claims(estimate, self.world, self.beliefs, len(profile))


@dataclass(frozen=True, eq=False)
class PublicSignalsVCG(ReportedState):
    """t_i = Σ_{j≠i} E[u_j(x*)|s] − max_x Σ_{j≠i} E[u_j(x)|s], with all of s in both.

    With public signals it is VCG, truthful in types. With reported ones it is the pivot of McLean
    and Postlewaite: no agent gains if its signal is redundant, some do otherwise.

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs, QuadraticLoss, posterior_regret
    >>> mechanism = PublicSignalsVCG(QuadraticLoss(), GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))
    >>> types_only, signal_too = [[(1.0, 3.0)], []], [[(0.0, 4.5)], []]
    >>> posterior_regret(mechanism, [0.0, 1.0], [3.0, 0.0], types_only).gains
    array([-0.5,  0. ])
    >>> posterior_regret(mechanism, [0.0, 1.0], [3.0, 0.0], signal_too).gains
    array([-0.75,  0.  ])
    >>> lower = [[(0.0, 1.5)], []]
    >>> posterior_regret(mechanism, [0.0, 1.0], [3.0, 0.0], lower).gains
    array([0.25, 0.  ])
    """

    def _pivot(
        self, agent: int, here: Choice, profile: list[Any], signals: list[Any], claims: Claims
    ) -> tuple[Cost, Any]:
        law = self.beliefs.law(signals)
        others = [other for other in range(len(profile)) if other != agent]
        total = self.world.total(law, profile, others)
        there = Choice(total, here.anchor, self.world.choose(total, here.anchor))

        def welfare(allocation: Any) -> float:
            return self.others(agent, allocation, profile, lambda _: law)

        return self.world.pivot_cost(here, there, total, welfare), there.allocation


@dataclass(frozen=True, eq=False)
class GeneralizedVCG(ReportedState):
    """Public types, quadratic loss: t_i = 2(θ̄ − θ_i) E[ω|s], truthful in signals ([B] Ex 1).

    The payment that makes the agent's marginal gain vanish at the truth; for two agents it is the
    paper's −(θ_1 − θ_2) E[ω|s]. It is not truthful in types.

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs, QuadraticLoss, posterior_regret
    >>> mechanism = GeneralizedVCG(QuadraticLoss(), GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))
    >>> lies = [[(0.0, 1.5), (0.0, 4.5)], []]
    >>> posterior_regret(mechanism, [0.0, 1.0], [3.0, 0.0], lies).gains
    array([-0.25,  0.  ])
    """

    def __post_init__(self) -> None:
        if not isinstance(self.world, QuadraticLoss):
            raise InvalidInput(
                f"GeneralizedVCG: its closed form is that of QuadraticLoss, not of {self.world!r}. "
                "For other worlds let `implement` price the signals."
            )

    def _pivot(
        self, agent: int, here: Choice, profile: list[Any], signals: list[Any], claims: Claims
    ) -> tuple[Cost, Any]:
        mean, _ = self.beliefs.law(signals).number("GeneralizedVCG")
        cost = -2.0 * (float(np.mean(profile)) - profile[agent]) * mean
        return Cost(cost, 0.0, cost), None
