"""What a rule or a mechanism lets types gain: answers are witnesses, never bare booleans."""

from mdsolve.incentives.audit import Verified, Violation, audit, verify
from mdsolve.incentives.cycle_search import Unknown, find_violation
from mdsolve.incentives.implementability import implement, implementable, least_slack
from mdsolve.incentives.products import Products
from mdsolve.incentives.witnesses import NegativeCycle, Potentials

__all__ = [
    "NegativeCycle",
    "Potentials",
    "Products",
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
