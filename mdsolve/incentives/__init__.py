"""What a rule or a mechanism lets types gain: answers are witnesses, never bare booleans."""

from mdsolve.incentives.audit import Verified, Violation, audit, verify
from mdsolve.incentives.cycle_search import Unknown, find_violation
from mdsolve.incentives.implementability import (
    NegativeCycle,
    Potentials,
    implement,
    implementable,
    least_slack,
)

__all__ = [
    "NegativeCycle",
    "Potentials",
    "Unknown",
    "Verified",
    "Violation",
    "audit",
    "find_violation",
    "implement",
    "implementable",
    "least_slack",
    "verify",
]
