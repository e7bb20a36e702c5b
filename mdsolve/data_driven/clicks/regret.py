"""Regret of truth in click auctions: what the best lie about value and signal gains ([B] Def 3, 7).

Utilities are expected at everyone's true signals, γ θ_i E[ω_i|s] − E[payment|s]. A payment that is
linear in ω̂ has its expectation at ω̂ = E[ω|s], exactly, for any ω̂ that is unbiased given ω.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.arrays import PerAuction, PerAuctionAndBidder, PerAuctionAndPair
from mdsolve.data_driven.clicks.auctions import ClickAuctions
from mdsolve.data_driven.clicks.payments import ClickPayment
from mdsolve.data_driven.clicks.validation import MOST_RATE, MOST_VALUE, refuse_outside
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]
#: by how much bounds on a rate may miss the true one
ROUNDING = 1e-9
States = Sequence[tuple[ArrayLike, ArrayLike]]


@dataclass(frozen=True, eq=False)
class Regret:
    """The best lie found for each bidder of each auction; at least 0, as truth is tried.

    Attributes
    ----------
    gains : (auctions, bidders) array
        What it gains over truth (money an impression).
    values : (auctions, bidders) array
        The value a click that it reports.
    rates : (auctions, bidders, bidders) array
        [i, j]: the rate of j that it makes the mechanism believe.
    """

    gains: PerAuctionAndBidder
    values: PerAuctionAndBidder
    rates: PerAuctionAndPair

    @property
    def worst(self) -> PerAuction:
        """The largest gain in each auction."""
        return self.gains.max(axis=1)

    def __repr__(self) -> str:
        auction, bidder = (
            int(k) for k in np.unravel_index(int(self.gains.argmax()), self.gains.shape)
        )
        return (
            f"<largest gain {self.gains[auction, bidder]:.6g}: auction {auction}, bidder {bidder}, "
            f"reporting a value of {self.values[auction, bidder]:.6g} and own rate "
            f"{self.rates[auction, bidder, bidder]:.6g}>"
        )


def utility_of_report(
    auctions: ClickAuctions,
    payment: ClickPayment,
    bidder: int,
    values: ArrayLike,
    rates: ArrayLike,
    *,
    states: States | None = None,
) -> PerAuction:
    """Return one bidder's expected utility of a report, the others honest.

    Parameters
    ----------
    auctions : ClickAuctions
        Of true values and signals.
    payment : ClickPayment
    bidder : int
    values, rates : array_like
        The report, as :meth:`ClickAuctions.reported` takes it.
    states : sequence of (probability, ω̂), optional
        The estimate's distribution given everyone's true signals, for payments that are not linear
        in it. Probabilities are numbers or (auctions,), ω̂ as ``run`` takes it.

    Examples
    --------
    Bidder 0 should lose, and gains ω_0 (θ_0 − θ_1) by exaggerating its rate ([B] Ex 3).

    >>> from mdsolve.data_driven.clicks import PerClickPivot
    >>> auctions = ClickAuctions(values=[3.0, 2.0], rates=[0.1, 0.2])
    >>> utility_of_report(auctions, PerClickPivot(), 0, 3.0, 0.9).round(12).tolist()
    [0.1]
    """
    told = auctions.reported(bidder, values, rates)
    gained = payment.exposure(told)[:, bidder] * auctions.values[:, bidder]
    gained = gained * auctions.rates[:, bidder]
    if states is None:
        return gained - payment.charge_one(told, auctions.rates, bidder)
    paid = np.zeros_like(gained)
    for chance, estimate in states:
        charged = payment.charge_one(told, auctions.estimated(estimate), bidder)
        paid = paid + np.asarray(chance, dtype=float) * charged
    return gained - paid


def regret_of_truth(
    auctions: ClickAuctions,
    payment: ClickPayment,
    *,
    lowest: ArrayLike = 0.0,
    highest: ArrayLike = 1.0,
    states: States | None = None,
) -> Regret:
    """Return what the best lie about value and signal gains each bidder, with the lie.

    Signals move each rate to the ends of what they can claim, one rival up and the rest down
    included, and with each of these the value that takes each rank is reported. Where signals are
    about own rates this is the best of all lies, for payments that depend on a report through the
    order and, monotonely, through the own rate (all but ``WinnerPays("realised")`` here). Otherwise
    it is a lower bound, with its witness.

    Parameters
    ----------
    auctions : ClickAuctions
        Of true values and signals.
    payment : ClickPayment
    lowest, highest : array_like
        The least and largest E[ω_j|s'_i, s₋ᵢ] over signals of i, broadcast to (auctions, bidders,
        bidders) as [i, j]; off the diagonal only with ``rates_without``.
    states : sequence of (probability, ω̂), optional
        As for :func:`utility_of_report`.

    Raises
    ------
    InvalidInput
        If bounds are out of order, outside [0, 1], or leave out the true rates.

    Examples
    --------
    >>> from mdsolve.data_driven.clicks import GSP, DataDrivenPivot
    >>> auctions = ClickAuctions(values=[3.0, 2.0], rates=[0.1, 0.1])
    >>> for payment in (GSP(), DataDrivenPivot()):
    ...     print(regret_of_truth(auctions, payment, highest=0.2).gains.round(3).tolist())
    [[0.1, 0.05]]
    [[0.0, 0.0]]
    """
    low, high = _bounds(auctions, lowest, highest)
    count = auctions.values.shape[1]
    gains = np.zeros(auctions.values.shape)
    values = auctions.values.copy()
    rates = np.repeat(auctions.rates[:, None, :], count, axis=1)
    for bidder in range(count):
        truth = utility_of_report(
            auctions, payment, bidder, values[:, bidder], _own(auctions, rates, bidder),
            states=states,
        )  # fmt: skip
        for claim in _claims(auctions, low[:, bidder], high[:, bidder], bidder):
            for told in _values_for_ranks(auctions, claim, bidder):
                seen = claim if auctions.rates_without is not None else claim[:, bidder]
                gain = -truth + utility_of_report(
                    auctions, payment, bidder, told, seen, states=states
                )
                better = gain > gains[:, bidder]
                gains[better, bidder] = gain[better]
                values[better, bidder] = told[better]
                rates[better, bidder] = claim[better]
    return Regret(gains, values, rates)


def _own(auctions: ClickAuctions, rates: Array, bidder: int) -> Array:
    return rates[:, bidder] if auctions.rates_without is not None else rates[:, bidder, bidder]


def _bounds(auctions: ClickAuctions, lowest: ArrayLike, highest: ArrayLike) -> tuple[Array, Array]:
    count = auctions.values.shape[1]
    shape = (len(auctions.values), count, count)
    try:
        low = np.broadcast_to(np.asarray(lowest, dtype=float), shape)
        high = np.broadcast_to(np.asarray(highest, dtype=float), shape)
    except ValueError as error:
        raise InvalidInput(
            f"lowest and highest: {error}. Give bounds for (auctions, bidders, bidders)."
        ) from error
    for name, bound in (("lowest", low), ("highest", high)):
        refuse_outside(name, bound, auctions.bidders, 0.0, MOST_RATE, "Rates lie in [0, 1]")
    moved = np.eye(count, dtype=bool) if auctions.rates_without is None else np.True_
    true = auctions.rates[:, None, :]
    outside = moved & ((low > true + ROUNDING) | (high < true - ROUNDING))
    if outside.any():
        auction, i, j = (int(k) for k in np.argwhere(outside)[0])
        raise InvalidInput(
            f"auction {auction}, bidder {auctions.bidders[i]!r}: the true rate "
            f"{true[auction, 0, j]:g} of {auctions.bidders[j]!r} is outside what its signals can "
            f"claim, [{low[auction, i, j]:g}, {high[auction, i, j]:g}]. Widen the bounds."
        )
    return low, high


def _claims(auctions: ClickAuctions, low: Array, high: Array, bidder: int) -> Iterator[Array]:
    """Yield rates (auctions, bidders) that a signal of the bidder may make believed."""
    own = np.arange(auctions.values.shape[1]) == bidder
    yield auctions.rates
    for ends in (high, low):
        if auctions.rates_without is None:
            yield np.where(own, ends, auctions.rates)
            continue
        yield np.where(own, ends, low)
        yield np.where(own, ends, high)
        yield np.where(own, ends, auctions.rates)
        for rival in np.flatnonzero(~own):
            raised = np.arange(own.size) == rival
            yield np.where(own, ends, np.where(raised, high, low))


def _values_for_ranks(auctions: ClickAuctions, claim: Array, bidder: int) -> Iterator[Array]:
    """Yield the values that take each rank, and none, with the claimed rates."""
    scores = auctions.values * claim
    others = -np.sort(-np.delete(scores, bidder, axis=1), axis=1)
    slots = min(auctions.effects.size, others.shape[1] + 1)
    own = claim[:, bidder]
    for rank in range(slots):
        below = others[:, rank] if rank < others.shape[1] else np.zeros(len(own))
        above = others[:, rank - 1] if rank else 2.0 * below + 1.0
        wanted = 0.5 * (above + below)
        with np.errstate(over="ignore"):
            told = np.divide(wanted, own, out=np.zeros_like(own), where=own > 0.0)
        yield np.minimum(told, MOST_VALUE)
    yield np.zeros_like(own)
