"""What a data-driven mechanism decided, and what each agent pays ([B] Def 6, Def 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mdsolve.arrays import PerAgent


@dataclass(frozen=True, eq=False, repr=False)
class DataDrivenOutcome:
    """Allocation and payments; payments are what agents pay, transfers what they are paid.

    Attributes
    ----------
    allocation : Any
        As the world has them: a number, a position, or probabilities.
    payments : (agents,) array
        Welfare units; the paper's t_i with the opposite sign. Negative where the agent is paid.
    externality : (agents,) array
        The part that the others lose by the allocation that the agent brings about. Under an h of
        one's own: minus the others' utility, minus h.
    steering : (agents,) array
        The part by which the agent moves the allocation from the designer's reference.
    utilities : (agents,) array
        Of the allocation if the estimate is right, less the payment.
    pivots : list
        The allocations without each agent.
    """

    allocation: Any
    payments: PerAgent
    externality: PerAgent
    steering: PerAgent
    utilities: PerAgent
    pivots: list[Any]

    @property
    def transfers(self) -> PerAgent:
        """The paper's t_i: minus the payments."""
        return -self.payments

    @property
    def revenue(self) -> float:
        """What all agents pay together (welfare units)."""
        return float(self.payments.sum())

    def __repr__(self) -> str:
        paid = np.array2string(self.payments, precision=6, threshold=8)
        return f"DataDrivenOutcome(allocation {self.allocation}; payments {paid})"
