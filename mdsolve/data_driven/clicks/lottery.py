"""A lottery makes rivals' clicks observable, at a price in variance ([B] eq. 7).

With chance ρ the efficient winner w is shown, else anyone alike, so j with chance
q_j = ρ 1[j=w] + (1−ρ)/n > 0. With c_j whether j was shown and clicked, c_j/q_j is unbiased for ω_j:
the inverse propensity estimator of the auction itself. Winning adds ρ to w's chance, so the pivot
is ρ (θ_k ω̂_k − 1[w≠i] θ_w ω̂_w).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.arrays import PerAuctionAndBidder
from mdsolve.data_driven.clicks.auctions import ClickAuctions
from mdsolve.data_driven.clicks.payments import (
    ClickPayment,
    DataDrivenPivot,
    refuse_slots,
)
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Lottery(ClickPayment):
    """Show the efficient winner with chance ρ, anyone alike otherwise; charge for rivals' clicks.

    Two bidders, signals about own rates: the winner pays 2ρθ_j/(1−ρ) for each click on the other.
    [B]'s 2θ_j/(1−ρ) has the expectation of eq. (6), which is the price of winning for sure: where
    winning adds only ρ, truth then loses up to (1−ρ) θ_i ω_i.

    Parameters
    ----------
    rho : float
        ρ in [0, 1); near 1 little welfare is lost, and the charge for a click diverges.
    form : {"exact", "matching"}
        ``"exact"`` charges ρ times the pivot, ``"matching"`` the whole pivot, as [B].

    Examples
    --------
    >>> auctions = ClickAuctions(values=[3.0, 1.0], rates=[0.1, 0.2])
    >>> for form in ("exact", "matching"):
    ...     lottery = Lottery(rho=0.75, form=form)
    ...     prices, outcome = lottery.prices(auctions), auctions.run(lottery)
    ...     print(prices.tolist(), outcome.payments.round(3).tolist())
    [[0.0, 6.0]] [[0.15, 0.0]]
    [[0.0, 8.0]] [[0.2, 0.0]]
    """

    name: ClassVar[str] = "lottery"
    rho: float = 0.9
    form: str = "exact"

    def __post_init__(self) -> None:
        """Refuse a chance outside [0, 1) and an unknown form."""
        if not 0.0 <= self.rho < 1.0:
            raise InvalidInput(
                f"rho: {self.rho!r} is outside [0, 1). At 1 rivals are never shown and the charge "
                "for their clicks is infinite: choose less, such as 0.9."
            )
        if self.form not in ("exact", "matching"):
            raise InvalidInput(f"form {self.form!r}: unknown. Choose one of exact, matching.")

    @property
    def scale(self) -> float:
        """What the pivot is multiplied by."""
        return self.rho if self.form == "exact" else 1.0

    def exposure(self, auctions: ClickAuctions) -> PerAuctionAndBidder:
        """Return q_j, times the effect of the slot."""
        refuse_slots(self, auctions)
        anyone = (1.0 - self.rho) / auctions.values.shape[1]
        return self.rho * auctions.exposure + anyone * auctions.effects[0]

    def charge(self, auctions: ClickAuctions, estimate: PerAuctionAndBidder) -> PerAuctionAndBidder:
        """Return the expected charges at the estimate."""
        refuse_slots(self, auctions)
        return self.scale * DataDrivenPivot().charge(auctions, estimate)

    def prices(self, auctions: ClickAuctions) -> PerAuctionAndBidder:
        """Return what the efficient winner pays for a click on each rival (money a click)."""
        refuse_slots(self, auctions)
        return np.take_along_axis(
            self._coefficients(auctions), auctions.winners[:, :, None], axis=1
        )[:, 0]

    def variance(self, auctions: ClickAuctions, rates: ArrayLike) -> PerAuctionAndBidder:
        """Return the variance of each bidder's charge, one impression, at true rates (money²).

        One bidder is shown and at most one click is made, so with price a_ij for a click on j it is
        Σ_j q_j ω_j a_ij² − (Σ_j q_j ω_j a_ij)²; at equal θ_j ω_j it grows like 1/(1−ρ).
        """
        clicked = self._clicked(auctions, rates)
        prices = self._coefficients(auctions)
        mean = np.einsum("aij,aj->ai", prices, clicked)
        return np.einsum("aij,aij,aj->ai", prices, prices, clicked) - mean**2

    def draw(
        self, auctions: ClickAuctions, rates: ArrayLike, *, seed: int | np.random.Generator = 0
    ) -> PerAuctionAndBidder:
        """Return charges of one impression: who is shown and whether it is clicked are drawn."""
        clicked = self._clicked(auctions, rates)
        rng = np.random.default_rng(seed)
        edges = np.cumsum(clicked, axis=1)
        hit = (rng.random((len(edges), 1)) >= edges).sum(axis=1)
        some = hit < edges.shape[1]
        prices = self._coefficients(auctions)
        charges = np.zeros_like(auctions.values)
        charges[some] = prices[some, :, hit[some]]
        return charges

    def _clicked(self, auctions: ClickAuctions, rates: ArrayLike) -> Array:
        """Return the chance that each bidder is shown and clicked."""
        true = auctions.estimated(rates)
        most = auctions.effects[0] * float(true.max())
        if not (true.min() >= 0.0 and most <= 1.0):
            raise InvalidInput(
                f"rates: from {true.min():g} to {true.max():g}, times an effect of "
                f"{auctions.effects[0]:g}. A chance lies between 0 and 1: correct them."
            )
        return self.exposure(auctions) * true

    def _coefficients(self, auctions: ClickAuctions) -> Array:
        """Return what i pays for a click on j: (auctions, bidders, bidders)."""
        chances, count = self.exposure(auctions), auctions.values.shape[1]
        worth = np.stack(
            [self.charge(auctions, np.broadcast_to(unit, chances.shape)) for unit in np.eye(count)],
            axis=2,
        )
        shown = np.broadcast_to(chances[:, None, :], worth.shape)
        return np.divide(worth, shown, out=np.zeros_like(worth), where=shown > 0.0)
