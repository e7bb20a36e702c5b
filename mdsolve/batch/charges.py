"""What a mechanism charges the groups of many games at once, and in which games that is sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.batch import exponential, floors, multiplier
from mdsolve.batch.combined import Reports
from mdsolve.batch.floors import Floors
from mdsolve.batch.games import Batch
from mdsolve.batch.segments import Array, Segments
from mdsolve.games.domains import FiniteTypes, SumNormalized
from mdsolve.games.domains.base import TOLERANCE as DOMAIN_TOLERANCE
from mdsolve.games.validation import TINY
from mdsolve.mechanism import Mechanism
from mdsolve.payments import AffineMaximizer, RevenueMaximizing
from mdsolve.payments.affine_maximizer import ROUNDING
from mdsolve.precision import EPS
from mdsolve.training_rules import SocialWelfare


@dataclass(frozen=True, eq=False)
class Charged:
    """Models and charges of a block: (cells,), (games,) and (groups, games) arrays.

    ``sure`` tells which games' numbers are known to rounding; the others are to be run alone.
    """

    model: Array
    lower: Array
    upper: Array
    values: Array
    payments: Array
    utilities: Array
    payment_lower: Array
    payment_upper: Array
    sure: NDArray[np.bool_]
    floor_lower: Array | None = None
    floor_upper: Array | None = None


@dataclass(frozen=True, eq=False)
class Engine:
    """How a mechanism's batches are solved.

    Attributes
    ----------
    by_segments : bool
        Whole blocks at once; else game by game.
    floors : bool
        Its outcomes have floors.
    """

    mechanism: Mechanism
    by_segments: bool
    floors: bool

    @classmethod
    def of(cls, mechanism: Mechanism) -> Engine:
        """Return how this mechanism's batches are solved."""
        rule, payment = mechanism.rule, mechanism.payment
        social = isinstance(rule, SocialWelfare)
        if isinstance(payment, RevenueMaximizing):
            floored = not isinstance(payment.domain, FiniteTypes)
            closed = social and floors.closed(rule.divergence, payment.domain)
            return cls(mechanism, closed, floored)
        return cls(mechanism, social and isinstance(payment, AffineMaximizer), False)

    def charge(self, part: Batch, tolerance: float) -> Charged:
        """Return the models and charges of a block of games."""
        rule: Any = self.mechanism.rule
        divergence, strength = rule.divergence, rule.strength
        parts = part.segments()
        sizes = part.sizes[:, None] if part.sizes.ndim == 1 else part.sizes.T
        rewards = np.asarray(part.rewards, dtype=float)
        kl = divergence.name == "kl"
        visible = multiplier.visible(divergence, strength)
        reports = Reports(parts, rewards, np.ascontiguousarray(sizes), visible)
        payment = self.mechanism.payment
        floored = isinstance(payment, RevenueMaximizing)
        with np.errstate(all="ignore"):  # what is not finite is not sure
            combined, rest = reports.combine(others=floored or not kl)
            if kl:
                logarithms = part.log_reference
                found: Any = exponential.fit(reports, combined, logarithms, strength)
                sure = np.ones(parts.size, dtype=bool)
            else:
                assert rest is not None
                logarithms = None
                reference = part.reference
                found = multiplier.fit(reports, combined, rest, divergence, reference, strength)
                sure = parts.min(reference) >= TINY
            floor = None
            if floored:
                assert rest is not None
                sure &= _inside(parts, rewards, part.sizes, payment)
                least = float(payment.sizes[0])
                ground = logarithms if kl else found.pivots
                floor = floors.floors(
                    payment.domain, parts, rest, ground, part.reference, strength, least
                )
            charged = _settled(reports, combined.scale, strength, found, sure, floor)
            sure &= _accepted(charged, parts.max(np.abs(combined.high)), strength, tolerance)
            sure &= np.isfinite(charged.utilities).all(axis=0) & np.isfinite(charged.payments).all(
                axis=0
            )
        return charged


def _settled(
    reports: Reports, scale: Array, strength: float, found: Any, sure: Any, floor: Floors | None
) -> Charged:
    """Return payments with their intervals, as `payments.affine_maximizer` widens them."""
    payments, utilities = found.payments, found.utilities
    rounding = np.maximum(ROUNDING, 4.0 * EPS * (scale / strength)) * payments
    slack = (found.upper - found.lower) + 4.0 * EPS * np.abs(reports.sizes * found.values)
    if floor is None:
        slack += rounding
        low, high, value = 0.0, 0.0, 0.0
    else:
        low, high = floor.lower, floor.upper
        value = 0.5 * (low + high)
    return Charged(
        found.model,
        found.lower,
        found.upper,
        found.values,
        payments + value,
        utilities - value,
        np.maximum(0.0, payments + low - slack),
        payments + high + slack,
        sure,
        None if floor is None else floor.lower,
        None if floor is None else floor.upper,
    )


def _accepted(charged: Charged, largest: Array, strength: float, tolerance: float) -> Any:
    """Return whose bracket is narrow enough; what one game's excuses it, that one decides."""
    gap = charged.upper - charged.lower
    scale = np.maximum(np.maximum(np.abs(charged.lower), np.abs(charged.upper)), largest)
    return gap <= np.maximum(tolerance * scale, 4.0 * EPS * strength)


def _inside(parts: Segments, rewards: Array, sizes: Array, payment: RevenueMaximizing) -> Any:
    """Return the games whose types are of the payment's domain."""
    inside = (parts.min(rewards) >= 0.0).all(axis=0)
    total = parts.sum(rewards) if isinstance(payment.domain, SumNormalized) else parts.max(rewards)
    inside &= (np.abs(total - 1.0) <= DOMAIN_TOLERANCE).all(axis=0)
    near = np.abs(payment.sizes - sizes[..., None]) <= 1e-12 * sizes[..., None]
    return inside & near.any(axis=-1).all(axis=-1)
