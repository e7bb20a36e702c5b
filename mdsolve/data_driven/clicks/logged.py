"""One auction from one log: a pilot gives signals, the rest estimates rates, and all is charged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mdsolve.arrays import PerBidder
from mdsolve.data_driven.clicks.auctions import AuctionOutcome, ClickAuctions
from mdsolve.data_driven.clicks.estimators import RateEstimate
from mdsolve.data_driven.clicks.logs import Log
from mdsolve.data_driven.clicks.payments import ClickPayment, charge_errors
from mdsolve.data_driven.clicks.regret import Regret, regret_of_truth
from mdsolve.data_driven.clicks.signals import PilotSignals, fitted_prior
from mdsolve.data_driven.clicks.splits import split_for
from mdsolve.errors import InvalidInput


@dataclass(frozen=True, eq=False)
class LoggedAuction:
    """What happened in one auction, with what it was charged from and the best lies.

    Attributes
    ----------
    outcome : AuctionOutcome
        A batch of one.
    estimate : RateEstimate
        From the rest of the log.
    payment_errors : (bidders,) array
        Standard errors that the estimate brings (money an impression).
    regret : Regret
        Over values and pilots that bidders may report.
    """

    outcome: AuctionOutcome
    estimate: RateEstimate
    payment_errors: PerBidder
    regret: Regret

    @property
    def auctions(self) -> ClickAuctions:
        """The batch of one auction."""
        return self.outcome.auctions

    @property
    def winners(self) -> tuple[str, ...]:
        """Who gets each slot, by name."""
        return tuple(self.auctions.bidders[k] for k in self.outcome.winners[0])

    @property
    def regret_share(self) -> float:
        """The largest gain of a lie over the welfare that signals let one expect."""
        welfare = float((self.outcome.exposure * self.auctions.scores).sum())
        return float(self.regret.worst[0]) / welfare if welfare > 0.0 else 0.0

    def __repr__(self) -> str:
        paid = self.outcome.payments[0]
        top = int(self.outcome.winners[0, 0])
        name, error = self.auctions.bidders[top], self.payment_errors[top]
        return (
            f"<{self.outcome.payment!r}: {', '.join(self.winners)} shown; {name} pays "
            f"{paid[top]:.4g} ± {error:.2g} an impression; the best lie gains "
            f"{self.regret.worst[0]:.4g}>"
        )


def logged_auction(
    log: Log,
    values: ArrayLike,
    payment: ClickPayment,
    *,
    pilot: int | None = None,
    signals: str = "own",
    prior: tuple[ArrayLike, ArrayLike] | None = None,
    estimator: str | None = None,
    effects: ArrayLike = (1.0,),
    seed: int | np.random.Generator = 0,
) -> LoggedAuction:
    """Split a log, run the auction on the signals of its pilot, charge at the rest's rates.

    Parameters
    ----------
    log : Log
    values : (bidders,) array_like
        θ, values per click.
    payment : ClickPayment
    pilot : int, optional
        Impressions in each bidder's pilot; by default those of all pilots are half of the log.
    signals : {"own", "all"}
        Whether a bidder's pilot shows itself alone, or every bidder as often.
    prior : (a, b), optional
        Of the Beta distribution of rates; by default fitted to the log.
    estimator : {"mean", "ipw", "snipw"}, optional
        The log's own by default.
    effects : (slots,) array_like
        γ of the slots that are sold.
    seed : int or Generator

    Examples
    --------
    >>> from mdsolve.data_driven.clicks import ClickCounts, DataDrivenPivot
    >>> log = ClickCounts([5000, 5000], [50, 150], bidders=["a", "b"])
    >>> found = logged_auction(log, [1.0, 2.0], DataDrivenPivot())
    >>> found.winners, bool(abs(found.outcome.payments[0, 1] - 0.01) < 3 * found.payment_errors[1])
    (('b',), True)
    """
    worth = np.asarray(values, dtype=float)
    if worth.shape != (len(log.bidders),):
        raise InvalidInput(
            f"values: shape {worth.shape} for {len(log.bidders)} bidders. A bidder is missing: "
            "give each its value."
        )
    size = pilot if pilot is not None else _half(log, signals)
    counts, rest = split_for(log, size, signals, np.random.default_rng(seed))
    shared = fitted_prior(*log.counts) if prior is None else prior
    pilots = PilotSignals(counts[0][None], counts[1][None], shared)
    auctions = ClickAuctions(
        worth, pilots.rates, pilots.rates_without, effects=effects, bidders=log.bidders
    )
    estimate = rest.estimate(estimator)
    return LoggedAuction(
        auctions.run(payment, estimate.rates),
        estimate,
        charge_errors(payment, auctions, estimate.errors[None])[0],
        regret_of_truth(auctions, payment, lowest=pilots.lowest, highest=pilots.highest),
    )


def _half(log: Log, signals: str) -> int:
    """Return the size of a pilot with which all pilots are half of the log."""
    shares = 2 * len(log.bidders) if signals == "all" else 2
    return max(1, log.size // shares)
