"""What bidders pay for clicks: by the click, by reports, or by rates seen later ([B] §5.1).

With slot effects γ_1 ≥ γ_2 ≥ ..., drops δ_m = γ_m − γ_{m+1} and w_j what j's click-through is worth
to it, whoever is at rank l keeps from those below it Σ_{m≥l} δ_m w_(m+1). The payments differ in w:
values by reported rates (VCG), by estimated rates (data-driven pivot), by the own rate (per click).
Payments are what bidders pay; the transfers of [B] have the other sign.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mdsolve.arrays import PerAuction, PerAuctionAndBidder
from mdsolve.data_driven.clicks.auctions import ClickAuctions
from mdsolve.data_driven.clicks.externality import (
    by_winner,
    drops,
    kept_from_others,
    next_below,
    value_at,
    worth_shown,
)
from mdsolve.data_driven.clicks.ranking import leaders, taken
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]


class ClickPayment(ABC):
    """A rule of payments for efficient click auctions."""

    name: ClassVar[str]

    @abstractmethod
    def charge(self, auctions: ClickAuctions, estimate: PerAuctionAndBidder) -> PerAuctionAndBidder:
        """Return what bidders pay an impression of the page when the rates are ``estimate``.

        A payment for a click is charged as often as the estimate says that it is clicked.
        """

    def charge_one(
        self, auctions: ClickAuctions, estimate: PerAuctionAndBidder, bidder: int
    ) -> PerAuction:
        """Return what one bidder pays."""
        return self.charge(auctions, estimate)[:, bidder]

    def exposure(self, auctions: ClickAuctions) -> PerAuctionAndBidder:
        """Return the expected effect of the slot that each bidder gets."""
        return auctions.exposure


@dataclass(frozen=True)
class PerClickPivot(ClickPayment):
    """The winner pays max_{j≠i} θ_j for each click ([B] Cor 2).

    Truthful where all bidders share one rate, and then the data-driven pivot in expectation; with
    rates of their own it is manipulable ([B] Ex 3). With several slots a click at rank l costs
    Σ_{m≥l} δ_m θ_[m] / γ_l, where θ_[m] is the m-th value among the others: what the pivot charges
    if all share the winner's rate.

    Examples
    --------
    >>> auctions = ClickAuctions(values=[3.0, 2.0], rates=[0.1, 0.1])
    >>> auctions.run(PerClickPivot()).payments.round(3).tolist()
    [[0.2, 0.0]]
    """

    name: ClassVar[str] = "per-click"

    def charge(self, auctions: ClickAuctions, estimate: PerAuctionAndBidder) -> PerAuctionAndBidder:
        """Return the price of a click times the winner's own estimated rate, by winner."""
        winners, values = auctions.winners, auctions.values
        ranked = leaders(values, auctions.order.shape[1])
        sums = np.zeros(winners.shape)
        for m, drop in enumerate(drops(auctions, winners.shape[1]).tolist()):
            # the m-th value among the others is one further down where the own one is above it
            above = (ranked[:, : m + 1, None] == winners[:, None, : m + 1]).any(axis=1)
            value, next_value = value_at(values, ranked, m), value_at(values, ranked, m + 1)
            sums[:, : m + 1] += drop * np.where(above, next_value, value)
        return by_winner(auctions, sums * taken(estimate, winners))


@dataclass(frozen=True)
class DataDrivenPivot(ClickPayment):
    """The pivot at rates seen later ([B] Def 6 with the pivot of §5.1): exactly truthful.

    Bidder i pays what the others' clicks are worth at ω̂ in the order without i, less what they are
    worth in the order that is used; one slot: θ_k ω̂_k less θ_w ω̂_w if another, w, wins, with
    k = argmax_{j≠i} θ_j E[ω_j|s₋ᵢ]. **k is chosen without i's signal**: chosen with it, or by the
    largest θ_j ω̂_j, truth may lose (:class:`WinnerPays`). ω̂ must be unbiased given ω and no
    function of the reports.

    Examples
    --------
    >>> auctions = ClickAuctions(values=[3.0, 1.0], rates=[0.1, 0.2])
    >>> auctions.run(DataDrivenPivot(), estimate=[0.12, 0.17]).payments.tolist()
    [[0.17, 0.0]]
    """

    name: ClassVar[str] = "data-driven"

    def charge(self, auctions: ClickAuctions, estimate: PerAuctionAndBidder) -> PerAuctionAndBidder:
        """Return the externalities at the estimate."""
        if auctions.rates_without is None:
            return by_winner(auctions, kept_from_others(auctions, auctions.values * estimate))
        bidders = range(auctions.values.shape[1])
        return np.stack([self.charge_one(auctions, estimate, i) for i in bidders], axis=1)

    def charge_one(
        self, auctions: ClickAuctions, estimate: PerAuctionAndBidder, bidder: int
    ) -> PerAuction:
        """Return what one bidder pays."""
        worth = auctions.values * estimate
        worth[:, bidder] = 0.0
        absent = auctions.values * auctions.without(bidder)
        absent[:, bidder] = -np.inf
        others = auctions.values.shape[1] - 1
        alone = leaders(absent, min(others, auctions.effects.size))
        return worth_shown(auctions, worth, alone) - worth_shown(auctions, worth, auctions.winners)


@dataclass(frozen=True)
class WinnerPays(ClickPayment):
    """Eq. (6) of [B] read literally: the winner alone pays θ_k ω̂_k, **which may make lies pay**.

    It is the data-driven pivot in expectation where i's signal cannot reorder the others: with two
    bidders, or signals about own rates. With three, a winner's signal may choose its competitor
    (``"reported"``), and a maximum of noisy rates charges too much (``"realised"``).

    Parameters
    ----------
    competitor : {"realised", "reported"}
        k = argmax_{j≠i} of θ_j ω̂_j, or of θ_j E[ω_j|s] by all reported signals, i's included.

    Examples
    --------
    >>> auctions = ClickAuctions(values=[3.0, 1.0, 1.0], rates=[0.1, 0.2, 0.15])
    >>> for competitor in ("realised", "reported"):
    ...     print(auctions.run(WinnerPays(competitor), [0.1, 0.1, 0.3]).payments.tolist())
    [[0.3, 0.0, 0.0]]
    [[0.1, 0.0, 0.0]]
    """

    name: ClassVar[str] = "winner-pays"
    competitor: str = "realised"

    def __post_init__(self) -> None:
        """Refuse an unknown competitor."""
        if self.competitor not in ("realised", "reported"):
            raise InvalidInput(
                f"competitor {self.competitor!r}: unknown. Choose one of realised, reported."
            )

    def charge(self, auctions: ClickAuctions, estimate: PerAuctionAndBidder) -> PerAuctionAndBidder:
        """Return θ_k ω̂_k for the winner."""
        refuse_slots(self, auctions)
        worth = auctions.values * estimate
        if self.competitor == "reported":
            return by_winner(auctions, kept_from_others(auctions, worth))
        rivals = worth.copy()
        np.put_along_axis(rivals, auctions.winners, -np.inf, axis=1)
        most = rivals.max(axis=1, keepdims=True)
        return by_winner(auctions, auctions.effects * np.where(np.isfinite(most), most, 0.0))


@dataclass(frozen=True)
class VCG(ClickPayment):
    """The externality by reported rates, paid by the impression: Σ_{m≥l} δ_m θ_(m+1) E[ω_(m+1)|s].

    Driven by messages alone. Truthful where signals are about own rates; a signal that moves a
    rival's rate lowers one's own payment, so with such signals truth may lose.

    Examples
    --------
    >>> ClickAuctions([3.0, 1.0], [0.1, 0.2]).run(VCG(), estimate=[0.1, 0.9]).payments.tolist()
    [[0.2, 0.0]]
    """

    name: ClassVar[str] = "vcg"

    def charge(self, auctions: ClickAuctions, estimate: PerAuctionAndBidder) -> PerAuctionAndBidder:
        """Return the externalities by the reports; the estimate is not used."""
        return by_winner(auctions, kept_from_others(auctions, auctions.scores))


@dataclass(frozen=True)
class GSP(ClickPayment):
    """Generalized second price: a click at rank l costs θ_(l+1) r_(l+1) / r_(l) at reported rates.

    The least value that keeps the slot. With one slot and honest rates it charges what VCG does in
    expectation, with several at least that; who claims a higher own rate pays less a click.

    Examples
    --------
    >>> ClickAuctions([3.0, 1.0], [0.1, 0.2]).run(GSP(), estimate=[0.05, 0.9]).payments.tolist()
    [[0.1, 0.0]]
    """

    name: ClassVar[str] = "gsp"

    def charge(self, auctions: ClickAuctions, estimate: PerAuctionAndBidder) -> PerAuctionAndBidder:
        """Return the price of a click times effect and estimated rate, by winner."""
        winners = auctions.winners
        clicks = auctions.effects[: winners.shape[1]] * taken(estimate, winners)
        return by_winner(auctions, self.prices(auctions) * clicks)

    def prices(self, auctions: ClickAuctions) -> PerAuctionAndBidder:
        """Return the price of a click in each slot: (auctions, slots), 0 where nobody is next."""
        own = taken(auctions.rates, auctions.winners)
        below = next_below(auctions, auctions.scores)
        return np.divide(below, own, out=np.zeros_like(own), where=own > 0.0)


def refuse_slots(payment: ClickPayment, auctions: ClickAuctions) -> None:
    """Refuse auctions of several slots where the payment is for one."""
    if auctions.effects.size > 1:
        raise InvalidInput(
            f"effects: {auctions.effects.size} slots, and {payment!r} is for one. Give one effect, "
            "or choose data-driven, vcg, gsp or per-click payments."
        )


def charge_errors(
    payment: ClickPayment, auctions: ClickAuctions, errors: PerAuctionAndBidder
) -> PerAuctionAndBidder:
    """Return standard errors of payments that are linear in the estimate.

    Parameters
    ----------
    payment : ClickPayment
    auctions : ClickAuctions
    errors : (auctions, bidders) array
        Of the estimated rates, which are taken as uncorrelated.

    Examples
    --------
    >>> auctions = ClickAuctions(values=[3.0, 1.0], rates=[0.1, 0.2])
    >>> charge_errors(DataDrivenPivot(), auctions, np.array([[0.01, 0.02]])).tolist()
    [[0.02, 0.0]]
    """
    nothing = payment.charge(auctions, np.zeros_like(auctions.values))
    variance = np.zeros_like(auctions.values)
    for bidder, unit in enumerate(np.eye(auctions.values.shape[1])):
        slope = payment.charge(auctions, np.broadcast_to(unit, variance.shape)) - nothing
        variance += (slope * errors[:, [bidder]]) ** 2
    return np.sqrt(variance)
