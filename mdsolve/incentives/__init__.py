"""What a rule or a mechanism lets types gain: answers are witnesses, never bare booleans."""

from mdsolve.incentives.assumptions import Assumptions, assumptions
from mdsolve.incentives.audit import Verified, Violation, audit, verify
from mdsolve.incentives.best_response import BestResponse, best_response
from mdsolve.incentives.continuity import Continuity
from mdsolve.incentives.cycle_search import Unknown, find_violation
from mdsolve.incentives.envelope import Envelope, envelope
from mdsolve.incentives.equivalence import (
    PathSums,
    PaymentIntervals,
    path_sums,
    payment_intervals,
)
from mdsolve.incentives.implementability import implement, implementable, least_slack
from mdsolve.incentives.misreports import Manipulation, lower_least, polarize
from mdsolve.incentives.noise import NoiseReport, expected_utility, noise_report
from mdsolve.incentives.noises import BoundedNoise, BradleyTerryFit, Noise, SampledRatings
from mdsolve.incentives.products import Products
from mdsolve.incentives.report_curves import ReportCurve, polarizing_curve, scaling_curve
from mdsolve.incentives.witnesses import NegativeCycle, Potentials

__all__ = [
    "Assumptions",
    "BestResponse",
    "BoundedNoise",
    "BradleyTerryFit",
    "Continuity",
    "Envelope",
    "Manipulation",
    "NegativeCycle",
    "Noise",
    "NoiseReport",
    "PathSums",
    "PaymentIntervals",
    "Potentials",
    "Products",
    "ReportCurve",
    "SampledRatings",
    "Unknown",
    "Verified",
    "Violation",
    "assumptions",
    "audit",
    "best_response",
    "envelope",
    "expected_utility",
    "find_violation",
    "implement",
    "implementable",
    "least_slack",
    "lower_least",
    "noise_report",
    "path_sums",
    "payment_intervals",
    "polarize",
    "polarizing_curve",
    "scaling_curve",
    "verify",
]
