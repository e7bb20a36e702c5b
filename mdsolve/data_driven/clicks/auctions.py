"""Click auctions: in slot l bidder j is clicked with chance γ_l ω_j, worth θ_j a click ([B] §5.1).

Everyone's signals s give rates E[ω_j|s]; efficient is to hand slots out in the order of
θ_j E[ω_j|s], the best slot (largest γ) first. One slot with γ = 1 is the auction of the paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.arrays import PerAuction, PerAuctionAndBidder, PerAuctionAndPair, PerSlot
from mdsolve.data_driven.clicks.ranking import Indices, leaders
from mdsolve.data_driven.clicks.validation import (
    MOST_RATE,
    MOST_VALUE,
    effects_of,
    names_of,
    rates_without_of,
    refuse_outside,
    table_of,
)
from mdsolve.errors import InvalidInput

if TYPE_CHECKING:
    from mdsolve.data_driven.clicks.payments import ClickPayment

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ClickAuctions:
    """Any number of auctions of the same slots among as many bidders each, as one batch.

    Parameters
    ----------
    values : (auctions, bidders) or (bidders,) array_like
        θ, what a click is worth to each bidder (money a click); from 0 to 1e300.
    rates : (auctions, bidders) or (bidders,) array_like
        E[ω_j|s] by everyone's reported signals, the chance of a click in a slot of effect 1.
    rates_without : (auctions, bidders, bidders) or (bidders, bidders) array_like, optional
        [i, j] is E[ω_j|s₋ᵢ], what is known of j without i's signal. Left out where each bidder's
        signal is about its own rate alone: then it is ``rates`` off the diagonal.
    effects : (slots,) array_like
        γ, what a slot multiplies every rate by: at least 0, the best slot first. Slots beyond the
        bidders stay empty.
    bidders : sequence of str, optional
        Names; by default their numbers.

    Raises
    ------
    InvalidInput
        For numbers that are not finite or out of range, and shapes that do not fit, naming the
        auction and the bidder.

    Examples
    --------
    >>> from mdsolve.data_driven.clicks import DataDrivenPivot
    >>> auctions = ClickAuctions(values=[3.0, 1.0, 2.0], rates=[0.1, 0.2, 0.1])
    >>> outcome = auctions.run(DataDrivenPivot(), estimate=[0.1, 0.25, 0.12])
    >>> outcome.winners.tolist(), outcome.payments.round(3).tolist()
    ([[0]], [[0.25, 0.0, 0.0]])
    """

    values: PerAuctionAndBidder
    rates: PerAuctionAndBidder
    rates_without: PerAuctionAndPair | None
    effects: PerSlot
    bidders: tuple[str, ...]

    def __init__(
        self,
        values: ArrayLike,
        rates: ArrayLike,
        rates_without: ArrayLike | None = None,
        *,
        effects: ArrayLike = (1.0,),
        bidders: Sequence[str] | None = None,
    ) -> None:
        values, rates = table_of("values", values), table_of("rates", rates)
        if values.shape != rates.shape:
            raise InvalidInput(
                f"values are {values.shape} and rates {rates.shape}, (auctions, bidders). A bidder "
                "is missing in one of them: give both a column for each."
            )
        names = names_of(bidders, values.shape[1])
        most = f"A click is worth from 0 to {MOST_VALUE:g}"
        refuse_outside("values", values, names, 0.0, MOST_VALUE, most)
        chance = "A rate is the chance of a click: divide clicks by impressions"
        refuse_outside("rates", rates, names, 0.0, MOST_RATE, chance)
        fields: dict[str, Any] = {
            "values": values,
            "rates": rates,
            "rates_without": rates_without_of(rates_without, rates.shape, names),
            "effects": effects_of(effects),
            "bidders": names,
        }
        for name, field in fields.items():
            object.__setattr__(self, name, field)

    def __repr__(self) -> str:
        count, bidders = self.values.shape
        return f"<{count:,} auctions of {self.effects.size} slots among {bidders} bidders>"

    @cached_property
    def scores(self) -> PerAuctionAndBidder:
        """What showing each bidder in a slot of effect 1 is worth by the reports, θ_j E[ω_j|s]."""
        return self.values * self.rates

    @cached_property
    def order(self) -> Indices:
        """Bidders by score, one more than there are slots: the one that each slot's price needs."""
        return leaders(self.scores, min(self.values.shape[1], self.effects.size + 1))

    @cached_property
    def exposure(self) -> PerAuctionAndBidder:
        """The effect of the slot that each bidder efficiently gets, or 0."""
        shown = np.zeros_like(self.values)
        winners = self.winners
        rows = np.arange(len(winners))[:, None]
        shown[rows, winners] = self.effects[: winners.shape[1]]
        return shown

    @property
    def winners(self) -> Indices:
        """Who gets each slot: (auctions, slots), without the slots that stay empty."""
        return self.order[:, : self.effects.size]

    def without(self, bidder: int) -> PerAuctionAndBidder:
        """Return E[ω_j|s₋ᵢ]; the bidder's own entry means nothing."""
        return self.rates if self.rates_without is None else self.rates_without[:, bidder]

    def reported(self, bidder: int, values: ArrayLike, rates: ArrayLike) -> ClickAuctions:
        """Return the auctions in which one bidder reports otherwise.

        Parameters
        ----------
        bidder : int
        values : (auctions,) array_like
            What the bidder says a click is worth.
        rates : (auctions,) or (auctions, bidders) array_like
            E[ω_j|s'_i, s₋ᵢ]: what the bidder's reported signal makes of its own rate, or, where
            ``rates_without`` is given, of all rates.
        """
        told = self.values.copy()
        told[:, bidder] = values
        claimed = np.asarray(rates, dtype=float)
        if claimed.ndim < 2:
            seen = self.rates.copy()
            seen[:, bidder] = claimed
        elif self.rates_without is None:
            raise InvalidInput(
                "rates: a signal that is about the bidder's own rate alone moves no other. Give "
                "rates_without, or the bidder's own rate only."
            )
        else:
            seen = claimed
        return ClickAuctions(
            told, seen, self.rates_without, effects=self.effects, bidders=self.bidders
        )

    def run(self, payment: ClickPayment, estimate: ArrayLike | None = None) -> AuctionOutcome:
        """Hand out the slots and charge for them.

        Parameters
        ----------
        payment : ClickPayment
        estimate : (auctions, bidders) or (bidders,) array_like, optional
            ω̂, rates seen later that are no function of the reports. By default the rates
            themselves: payments are then what everyone's signals let one expect.
        """
        seen = self.rates if estimate is None else self.estimated(estimate)
        return AuctionOutcome(
            self, payment, seen, payment.exposure(self), payment.charge(self, seen)
        )

    def estimated(self, estimate: ArrayLike) -> PerAuctionAndBidder:
        """Return an estimate with a row for each auction; any finite number may be unbiased."""
        table = table_of("estimate", estimate)
        if table.shape[1] != self.values.shape[1] or table.shape[0] not in (1, len(self.values)):
            raise InvalidInput(
                f"estimate: shape {table.shape}, for auctions of shape {self.values.shape}. Give "
                "every bidder of every auction a rate."
            )
        refuse_outside("estimate", table, self.bidders, -np.inf, np.inf, "Rates are finite")
        return np.broadcast_to(table, self.values.shape)


@dataclass(frozen=True, eq=False)
class AuctionOutcome:
    """Who was shown, and what everyone pays.

    Attributes
    ----------
    auctions : ClickAuctions
    payment : ClickPayment
    estimate : (auctions, bidders) array
        The rates that payments were computed from.
    exposure : (auctions, bidders) array
        Expected effect of the slot that each bidder gets.
    payments : (auctions, bidders) array
        What bidders pay an impression of the page (money); negative where they are paid.
    """

    auctions: ClickAuctions
    payment: ClickPayment
    estimate: PerAuctionAndBidder
    exposure: PerAuctionAndBidder
    payments: PerAuctionAndBidder

    @property
    def winners(self) -> Indices:
        """Who gets each slot by the reports: (auctions, slots)."""
        return self.auctions.winners

    @property
    def revenue(self) -> PerAuction:
        """The sum of payments in each auction (money an impression)."""
        return self.payments.sum(axis=1)

    @property
    def utilities(self) -> PerAuctionAndBidder:
        """What bidders keep at the estimated rates (money an impression)."""
        return self.exposure * self.auctions.values * self.estimate - self.payments

    @property
    def welfare(self) -> PerAuction:
        """What all clicks are worth at the estimated rates (money an impression)."""
        return np.einsum("ij,ij,ij->i", self.exposure, self.auctions.values, self.estimate)

    def __repr__(self) -> str:
        return (
            f"<{self.payment!r} on {self.auctions!r}: mean revenue {self.revenue.mean():.6g}, "
            f"mean welfare {self.welfare.mean():.6g} an impression>"
        )
