"""Allocations with transfers: one family, an allocation, an estimate and an h ([B] §3, §4)."""

from mdsolve.data_driven.mechanisms.estimates import EstimatePerAgent, OwnEstimates
from mdsolve.data_driven.mechanisms.message_driven import (
    GeneralizedVCG,
    PublicSignalsVCG,
    ReportedState,
)
from mdsolve.data_driven.mechanisms.outcome import DataDrivenOutcome
from mdsolve.data_driven.mechanisms.own_report import WholeProfile
from mdsolve.data_driven.mechanisms.payoffs import PayoffVCG
from mdsolve.data_driven.mechanisms.stages import StagedPayments, in_stages
from mdsolve.data_driven.mechanisms.vcg import DataDrivenVCG

__all__ = [
    "DataDrivenOutcome",
    "DataDrivenVCG",
    "GeneralizedVCG",
    "OwnEstimates",
    "PayoffVCG",
    "EstimatePerAgent",
    "PublicSignalsVCG",
    "ReportedState",
    "StagedPayments",
    "WholeProfile",
    "in_stages",
]
