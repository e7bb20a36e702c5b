"""Payments, one a file: how a trained model becomes transfers that make truth worthwhile."""

from __future__ import annotations

from mdsolve.payments.affine_maximizer import AffineMaximizer
from mdsolve.payments.settlement import Payment, Settlement

PAYMENTS: dict[str, type[AffineMaximizer]] = {"affine-maximizer": AffineMaximizer}

__all__ = ["PAYMENTS", "AffineMaximizer", "Payment", "Settlement"]
