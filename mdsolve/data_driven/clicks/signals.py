"""Signals are clicks in pilots; E[ω_j|s] = (a_j + Σ_i c_ij)/(a_j + b_j + Σ_i m_ij).

Rates are ω_j ~ Beta(a_j, b_j); bidder i saw j clicked c_ij times in m_ij impressions. Without i's
signal its row is left out of the sums; a lie about it moves c_ij anywhere from 0 to m_ij.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.arrays import PerAuctionAndBidder, PerAuctionAndPair, PerBidder
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]

#: a prior fitted to rates that differ by chance alone is worth at most so many impressions
_MOST_WEIGHT = 1e6


@dataclass(frozen=True, eq=False)
class PilotSignals:
    """What each bidder saw of every bidder's clicks, in a batch of auctions.

    Parameters
    ----------
    impressions, clicks : (auctions, bidders, bidders) or (auctions, bidders) array_like
        [i, j]: how often i saw j shown, and clicked; or, if each bidder saw its own pilot alone,
        the diagonal.
    prior : (a, b)
        Positive numbers, or arrays of one for each bidder, as :func:`fitted_prior` gives.

    Raises
    ------
    InvalidInput
        For clicks above impressions, negative numbers, a prior that is not positive.

    Examples
    --------
    >>> signals = PilotSignals([[8.0, 2.0]], [[4.0, 0.0]], prior=(1.0, 1.0))
    >>> signals.rates.tolist(), signals.highest[0].round(2).tolist()
    ([[0.5, 0.25]], [[0.9, 0.25], [0.5, 0.75]])
    >>> signals.rates_without is None
    True
    """

    impressions: PerAuctionAndPair
    clicks: PerAuctionAndPair
    a: PerBidder
    b: PerBidder
    own: bool

    def __init__(
        self, impressions: ArrayLike, clicks: ArrayLike, prior: tuple[ArrayLike, ArrayLike]
    ) -> None:
        shown, clicked = np.asarray(impressions, float), np.asarray(clicks, float)
        own = shown.ndim == 2
        if shown.shape != clicked.shape or shown.ndim not in (2, 3):
            raise InvalidInput(
                f"impressions are {shown.shape} and clicks {clicked.shape}. Give both for "
                "(auctions, bidders), or for (auctions, bidders, bidders)."
            )
        _refuse_counts(shown, clicked)
        count = shown.shape[-1]
        fields: dict[str, Any] = {
            "impressions": shown[:, :, None] * np.eye(count) if own else shown,
            "clicks": clicked[:, :, None] * np.eye(count) if own else clicked,
            "a": _positive("a", prior[0], count),
            "b": _positive("b", prior[1], count),
            "own": own,
        }
        for name, field in fields.items():
            object.__setattr__(self, name, field)

    @property
    def rates(self) -> PerAuctionAndBidder:
        """E[ω_j|s]."""
        shown, clicked = self.impressions.sum(axis=1), self.clicks.sum(axis=1)
        return (self.a + clicked) / (self.a + self.b + shown)

    @property
    def rates_without(self) -> PerAuctionAndPair | None:
        """E[ω_j|s_-i] as [i, j]; None where it is E[ω_j|s] for all others."""
        if self.own:
            return None
        shown = self.impressions.sum(axis=1, keepdims=True) - self.impressions
        clicked = self.clicks.sum(axis=1, keepdims=True) - self.clicks
        return (self.a + clicked) / (self.a + self.b + shown)

    @property
    def lowest(self) -> PerAuctionAndPair:
        """The least rates that i can claim, having seen no click: [i, j]."""
        return self._claimed(-self.clicks)

    @property
    def highest(self) -> PerAuctionAndPair:
        """The largest rates that i can claim, every impression clicked: [i, j]."""
        return self._claimed(self.impressions - self.clicks)

    def _claimed(self, more: Array) -> Array:
        shown = self.impressions.sum(axis=1, keepdims=True)
        clicked = self.clicks.sum(axis=1, keepdims=True)
        claimed = (self.a + clicked + more) / (self.a + self.b + shown)
        return np.clip(claimed, 0.0, 1.0)


def fitted_prior(impressions: ArrayLike, clicks: ArrayLike) -> tuple[float, float]:
    """Return (a, b) of the Beta distribution of rates with the mean and spread that counts show.

    By moments: the variance of clicks/impressions less what chance alone adds. Rates that differ by
    no more than that get a prior worth 10⁶ impressions.

    Examples
    --------
    >>> a, b = fitted_prior([1000, 1000, 1000], [10, 50, 90])
    >>> round(a / (a + b), 4), round(a + b)
    (0.05, 30)
    """
    shown, clicked = np.asarray(impressions, float), np.asarray(clicks, float)
    _refuse_counts(shown, clicked)
    rates = clicked[shown > 0] / shown[shown > 0]
    if rates.size == 0:
        raise InvalidInput("impressions: nobody was shown. A prior needs impressions.")
    mean = float(clicked.sum() / shown.sum())
    if not 0.0 < mean < 1.0:
        mean = (clicked.sum() + 0.5) / (shown.sum() + 1.0)
    spread = float(rates.var(ddof=1)) if rates.size > 1 else 0.0
    chance = mean * (1.0 - mean) * float(np.mean(1.0 / shown[shown > 0]))
    least = mean * (1.0 - mean) / (1.0 + _MOST_WEIGHT)
    weight = mean * (1.0 - mean) / max(spread - chance, least) - 1.0
    return mean * max(weight, 1.0), (1.0 - mean) * max(weight, 1.0)


def _refuse_counts(shown: Array, clicked: Array) -> None:
    for name, table in (("impressions", shown), ("clicks", clicked)):
        if not (np.isfinite(table).all() and (table >= 0.0).all()):
            raise InvalidInput(f"{name}: some are negative or not finite. Give counts from 0 up.")
    if (clicked > shown * (1.0 + 1e-12)).any():
        at = tuple(int(k) for k in np.argwhere(clicked > shown)[0])
        raise InvalidInput(
            f"clicks {at}: {clicked[at]:g} clicks above {shown[at]:g} impressions. An impression "
            "is clicked at most once: correct the counts."
        )


def _positive(name: str, given: ArrayLike, count: int) -> Array:
    numbers = np.broadcast_to(np.asarray(given, dtype=float), (count,))
    if not (np.isfinite(numbers).all() and (numbers > 0.0).all()):
        raise InvalidInput(f"prior: {name} is {given!r}. Both numbers of a Beta must be positive.")
    return numbers
