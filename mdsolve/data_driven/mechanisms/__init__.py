"""Allocations with transfers: one family, an allocation, an estimate and an h ([B] §3, §4)."""

from mdsolve.data_driven.mechanisms.estimates import OwnEstimates, PerAgent
from mdsolve.data_driven.mechanisms.outcome import DataDrivenOutcome
from mdsolve.data_driven.mechanisms.own_report import WholeProfile
from mdsolve.data_driven.mechanisms.vcg import DataDrivenVCG

__all__ = ["DataDrivenOutcome", "DataDrivenVCG", "OwnEstimates", "PerAgent", "WholeProfile"]
