"""Payments, one a file: how a trained model becomes transfers that make truth worthwhile."""

from __future__ import annotations

from mdsolve.payments.affine_maximizer import AffineMaximizer
from mdsolve.payments.approximate import Checkpoints, EarlyStopped
from mdsolve.payments.approximation import ApproximationTable, approximation_table
from mdsolve.payments.floors import Floor
from mdsolve.payments.revenue_curve import RevenueCurve, finite_revenue_curve
from mdsolve.payments.revenue_maximizing import RevenueMaximizing
from mdsolve.payments.settlement import Payment, Settlement
from mdsolve.payments.shortest_path import RevenueProgram, ShortestPath, revenue_program
from mdsolve.payments.training_runs import Trajectory, trajectory

PAYMENTS: dict[str, type[Payment]] = {
    "affine-maximizer": AffineMaximizer,
    "revenue": RevenueMaximizing,
    "checkpoints": Checkpoints,
    "early-stopped": EarlyStopped,
}

__all__ = [
    "PAYMENTS",
    "AffineMaximizer",
    "ApproximationTable",
    "Checkpoints",
    "EarlyStopped",
    "Floor",
    "Payment",
    "RevenueCurve",
    "RevenueMaximizing",
    "RevenueProgram",
    "Settlement",
    "ShortestPath",
    "Trajectory",
    "approximation_table",
    "finite_revenue_curve",
    "revenue_program",
    "trajectory",
]
