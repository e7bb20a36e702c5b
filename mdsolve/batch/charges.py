"""What a mechanism charges the groups of many games at once, and in which games that is sure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mdsolve.batch import exponential, floors, menus, multiplier
from mdsolve.batch.combined import Reports
from mdsolve.batch.fitted import Charged, Fitted
from mdsolve.batch.games import Batch
from mdsolve.batch.ground import Floors
from mdsolve.batch.segments import Array, Segments
from mdsolve.games.domains import FiniteTypes, SumNormalized
from mdsolve.games.domains.base import TOLERANCE as DOMAIN_TOLERANCE
from mdsolve.games.validation import TINY
from mdsolve.mechanism import Mechanism, Outcome
from mdsolve.payments import AffineMaximizer, RevenueMaximizing
from mdsolve.payments.affine_maximizer import ROUNDING
from mdsolve.precision import EPS
from mdsolve.training_rules import MenuWelfare, SocialWelfare


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

    @property
    def in_closed_form(self) -> bool:
        """Whether models are KL's closed form."""
        divergence = getattr(self.mechanism.rule, "divergence", None)
        return self.by_segments and divergence is not None and divergence.name == "kl"

    @classmethod
    def of(cls, mechanism: Mechanism) -> Engine:
        """Return how this mechanism's batches are solved."""
        rule, payment = mechanism.rule, mechanism.payment
        social = isinstance(rule, SocialWelfare)
        if isinstance(rule, MenuWelfare):
            return cls(mechanism, isinstance(payment, AffineMaximizer), False)
        if isinstance(payment, RevenueMaximizing):
            floored = not isinstance(payment.domain, FiniteTypes)
            closed = social and floors.closed(payment.domain)
            return cls(mechanism, closed, floored)
        return cls(mechanism, social and isinstance(payment, AffineMaximizer), False)

    def alone(self, batch: Batch, k: int, tolerance: float) -> Outcome:
        """Return the outcome of one game by itself, by the one-game code."""
        rule, game = self.mechanism.rule, batch.game(k)
        if isinstance(rule, MenuWelfare):
            menu = rule.on(batch.models_of(k), game)
            return Mechanism(menu, self.mechanism.payment).run(game, tolerance=tolerance)
        return self.mechanism.run(game, tolerance=tolerance)

    def charge(self, part: Batch, tolerance: float) -> Charged:
        """Return the models and charges of a block of games."""
        rule: Any = self.mechanism.rule
        if isinstance(rule, MenuWelfare):
            return menus.charge(part, rule)
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
            combined = reports.combined
            if kl:
                logarithms = part.log_reference
                found = exponential.fit(reports, combined, logarithms, strength)
                sure = np.ones(parts.size, dtype=bool)
            else:
                logarithms = None
                reference = part.reference
                found = multiplier.fit(reports, divergence, reference, strength)
                sure = parts.min(reference) >= TINY
            floor = None
            if floored:
                sure &= _inside(parts, rewards, part.sizes, payment)
                least = float(payment.sizes[0])
                ground: Any = found.pivots if logarithms is None else logarithms
                floor = floors.floors(
                    divergence,
                    payment.domain,
                    parts,
                    reports.others,
                    ground,
                    part.reference,
                    strength,
                    least,
                )
                if floor.sure is not None:
                    sure &= floor.sure.all(axis=0)
            charged = _settled(reports, combined.scale, strength, found, sure, floor)
            sure &= _accepted(charged, parts, combined.high, strength, tolerance)
            fitted = charged.fitted
            sure &= np.isfinite((fitted.utilities + fitted.payments).sum(axis=0))
        return charged


def _settled(
    reports: Reports, scale: Array, strength: float, found: Fitted, sure: Any, floor: Floors | None
) -> Charged:
    """Return payments with their intervals, as `payments.affine_maximizer` widens them."""
    payments, utilities = found.payments, found.utilities
    slack = np.abs(reports.sizes * found.values)
    slack *= 4.0 * EPS
    slack += found.upper - found.lower
    if floor is None:
        slack += np.maximum(ROUNDING, 4.0 * EPS * (scale / strength)) * payments
        return Charged(found, np.maximum(0.0, payments - slack), payments + slack, sure)
    low, high = floor.lower, floor.upper
    value = 0.5 * (low + high)
    return Charged(
        replace(found, payments=payments + value, utilities=utilities - value),
        np.maximum(0.0, payments + low - slack),
        payments + high + slack,
        sure,
        low,
        high,
    )


def _accepted(
    charged: Charged, parts: Segments, combined: Array, strength: float, tolerance: float
) -> Any:
    """Return whose bracket is narrow enough; what one game's excuses it, that one decides."""
    lower, upper = charged.fitted.lower, charged.fitted.upper
    gap, scale = upper - lower, np.maximum(np.abs(lower), np.abs(upper))
    accepted = gap <= np.maximum(tolerance * scale, 4.0 * EPS * strength)
    if not accepted.all():
        accepted |= gap <= tolerance * parts.max(np.abs(combined))
    return accepted


def _inside(parts: Segments, rewards: Array, sizes: Array, payment: RevenueMaximizing) -> Any:
    """Return the games whose types are of the payment's domain."""
    inside = (parts.min(rewards) >= 0.0).all(axis=0)
    total = parts.sum(rewards) if isinstance(payment.domain, SumNormalized) else parts.max(rewards)
    inside &= (np.abs(total - 1.0) <= DOMAIN_TOLERANCE).all(axis=0)
    near = np.abs(payment.sizes - sizes[..., None]) <= 1e-12 * sizes[..., None]
    return inside & near.any(axis=-1).all(axis=-1)
