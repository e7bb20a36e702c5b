"""Transfers from payoffs that agents report after the fact ([B] 4.2.2; Mezzetti 2004).

t_i = Σ_{j≠i} û_j + h_i(θ₋ᵢ, s₋ᵢ), û_j what j says it got. It needs more than data-driven VCG: the
others' payoffs themselves, where that needs the state alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mdsolve.data_driven.mechanisms.outcome import DataDrivenOutcome
from mdsolve.data_driven.mechanisms.vcg import DataDrivenVCG, Truth
from mdsolve.data_driven.worlds import Choice
from mdsolve.errors import InvalidInput
from mdsolve.games.validation import floats


@dataclass(frozen=True, eq=False)
class PayoffVCG(DataDrivenVCG):
    """The efficient allocation, with transfers from realised payoffs, reported or estimated.

    The pivot takes away what the others expect without the agent, by their own reports.

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs, QuadraticLoss
    >>> mechanism = PayoffVCG(QuadraticLoss(), GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))
    >>> mechanism.run([0.0, 1.0], [3.0, 0.0], payoffs=[-0.25, -0.25]).payments
    array([-0.25, -0.25])
    """

    def run(
        self, types: Any, signals: Any, estimate: Any = None, *, payoffs: Any = None
    ) -> DataDrivenOutcome:
        """Return the allocation, and payments from payoffs.

        Parameters
        ----------
        types, signals : sequence
        payoffs : (agents,) array_like
            What each got from the allocation (welfare units), reported in a second stage or
            estimated. An agent's own does not enter its payment.
        """
        if estimate is not None:
            raise InvalidInput("estimate: these transfers need none. Pass the payoffs by name.")
        profile, told = self.reports(types, signals)
        got = np.atleast_1d(floats("payoffs", np.nan if payoffs is None else payoffs))
        if got.shape != (len(profile),) or not np.isfinite(got).all():
            raise InvalidInput(
                f"payoffs: {payoffs!r}. Pass one finite number for each of {len(profile)} agents."
            )
        here = self.choice(profile, told)
        agents = self.beliefs.agents
        pivots = [self.choice(profile, told, agent) for agent in range(agents)]
        laws = [self.beliefs.law(told, agent) for agent in range(agents)]
        before = np.array(
            [
                self.others(agent, pivots[agent].allocation, profile, lambda _, law=law: law)
                for agent, law in enumerate(laws)
            ]
        )
        externality = before - (got.sum() - got[:agents])
        charged = [self.world.charge(each.allocation, each.anchor) for each in (here, *pivots)]
        steering = charged[0] - np.array(charged[1:])
        payments = externality + steering
        return DataDrivenOutcome(
            here.allocation,
            payments,
            externality,
            steering,
            got[:agents] - payments,
            [each.allocation for each in pivots],
        )

    def expected(self, types: Any, signals: Any, estimator: Any = None) -> DataDrivenOutcome:
        """Return the outcome with payoffs expected at truthful reports."""
        profile, told = self.reports(types, signals)
        law, here = self.beliefs.law(told), self.choice(profile, told)
        agents = range(len(profile))
        got = [self.world.utility(agent, here.allocation, law, profile) for agent in agents]
        return self.run(types, signals, payoffs=got)

    def incentive(
        self, agent: int, here: Choice, profile: list[Any], signals: list[Any], truth: Truth
    ) -> float:
        """Return the others' true payoffs, which no report of types enters."""
        others = self.others(agent, here.allocation, list(truth.profile), lambda _: truth.state)
        return others - self.world.charge(here.allocation, here.anchor)
