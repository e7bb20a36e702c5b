"""Payments in two stages: first what the reports let expect, later the rest ([B] 4.2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mdsolve.arrays import PerAgent
from mdsolve.data_driven.mechanisms.vcg import DataDrivenVCG


@dataclass(frozen=True, eq=False)
class StagedPayments:
    """The same payments, in two stages.

    Attributes
    ----------
    at_reports, later : (agents,) arrays
        Due with the reports, and due once the estimate is there (welfare units).
    """

    at_reports: PerAgent
    later: PerAgent

    @property
    def total(self) -> PerAgent:
        """Both together: the mechanism's payments."""
        return self.at_reports + self.later


def in_stages(
    mechanism: DataDrivenVCG, types: Any, signals: Any, estimate: Any, *, estimator: Any = None
) -> StagedPayments:
    """Return payments split into what is expected at the reports and what is added later.

    Incentives are those of the total.

    Parameters
    ----------
    mechanism : DataDrivenVCG
    types, signals, estimate
        As for `DataDrivenVCG.run`.
    estimator : Estimator, function of the state, or None
        What the first stage expects the estimate to be like.

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs, QuadraticLoss
    >>> mechanism = DataDrivenVCG(QuadraticLoss(), GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))
    >>> staged = in_stages(mechanism, [0.0, 1.0], [3.0, 0.0], estimate=2.0)
    >>> staged.at_reports, staged.later
    (array([-0.75,  0.  ]), array([-1.,  0.]))
    """
    first = mechanism.expected(types, signals, estimator).payments
    return StagedPayments(first, mechanism.run(types, signals, estimate).payments - first)
