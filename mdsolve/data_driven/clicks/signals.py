"""Signals are clicks in pilots; E[ω_j|s] = (a_j + Σ_i c_ij)/(a_j + b_j + Σ_i m_ij).

Rates are ω_j ~ Beta(a_j, b_j); bidder i saw j clicked c_ij times in m_ij impressions. Without i's
signal its row is left out of the sums; a lie about it moves c_ij anywhere from 0 to m_ij.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.arrays import PerAuctionAndBidder, PerAuctionAndPair
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
        Positive numbers, as :func:`fitted_prior` gives, or arrays that (auctions, bidders) take.

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
    a: PerAuctionAndBidder
    b: PerAuctionAndBidder
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
            "a": _positive("a", prior[0], shown.shape[:2]),
            "b": _positive("b", prior[1], shown.shape[:2]),
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
        """E[ω_j|s₋ᵢ] as [i, j]; None where it is E[ω_j|s] for all others."""
        if self.own:
            return None
        shown = self.impressions.sum(axis=1, keepdims=True) - self.impressions
        clicked = self.clicks.sum(axis=1, keepdims=True) - self.clicks
        a, b = self.a[:, None, :], self.b[:, None, :]
        return (a + clicked) / (a + b + shown)

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
        a, b = self.a[:, None, :], self.b[:, None, :]
        return np.clip((a + clicked + more) / (a + b + shown), 0.0, 1.0)


def fitted_prior(impressions: ArrayLike, clicks: ArrayLike) -> tuple[float, float]:
    """Return (a, b) of the Beta distribution that rates are likeliest drawn from.

    Its mean is that of all clicks; its weight a + b, in impressions, is the likeliest between 1 and
    10⁶. Rates that differ by chance alone get the largest.

    Parameters
    ----------
    impressions, clicks : (bidders,) array_like

    Examples
    --------
    >>> a, b = fitted_prior([1000, 1000, 1000], [10, 50, 90])
    >>> round(a / (a + b), 4), round(a + b)
    (0.05, 33)
    """
    return fitted_priors([(impressions, clicks)])[0]


def fitted_priors(counts: Sequence[tuple[ArrayLike, ArrayLike]]) -> list[tuple[float, float]]:
    """Return a prior for each of several auctions: means of their own, one weight for all.

    Auctions on different pages differ more than bidders on one page; the weight is fitted to the
    latter.

    Parameters
    ----------
    counts : sequence of (impressions, clicks)
        Arrays of one number a bidder.

    Examples
    --------
    >>> priors = fitted_priors([([1000, 1000], [30, 70]), ([1000, 1000], [80, 120])])
    >>> [round(a / (a + b), 3) for a, b in priors], len({round(a + b, 6) for a, b in priors})
    ([0.05, 0.1], 1)
    """
    tables = [(np.asarray(shown, float), np.asarray(clicked, float)) for shown, clicked in counts]
    means = [_mean_rate(shown, clicked) for shown, clicked in tables]
    by_bidder = np.concatenate(
        [np.full(shown.size, mean) for mean, (shown, _) in zip(means, tables, strict=True)]
    )
    shown, clicked = (np.concatenate([table[k] for table in tables]) for k in (0, 1))
    weight = _likeliest_weight(by_bidder, shown, clicked)
    return [(mean * weight, (1.0 - mean) * weight) for mean in means]


def _mean_rate(shown: Array, clicked: Array) -> float:
    _refuse_counts(shown, clicked)
    if not shown.sum() > 0.0:
        raise InvalidInput("impressions: nobody was shown. A prior needs impressions.")
    mean = float(clicked.sum() / shown.sum())
    return mean if 0.0 < mean < 1.0 else float((clicked.sum() + 0.5) / (shown.sum() + 1.0))


def _likeliest_weight(means: Array, shown: Array, clicked: Array) -> float:
    """Return the weight of the Beta-binomial distribution of the counts."""
    from scipy.optimize import minimize_scalar
    from scipy.special import betaln

    def surprise(logarithm: float) -> float:
        a, b = means * np.exp(logarithm), (1.0 - means) * np.exp(logarithm)
        return -float((betaln(a + clicked, b + shown - clicked) - betaln(a, b)).sum())

    found = minimize_scalar(surprise, bounds=(0.0, np.log(_MOST_WEIGHT)), method="bounded")
    return float(np.exp(found.x))


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


def _positive(name: str, given: ArrayLike, shape: tuple[int, ...]) -> Array:
    try:
        numbers = np.broadcast_to(np.asarray(given, dtype=float), shape)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"prior: {name} does not fit {shape}. Give two numbers.") from error
    if not (np.isfinite(numbers).all() and (numbers > 0.0).all()):
        raise InvalidInput(f"prior: {name} is {given!r}. Both numbers of a Beta must be positive.")
    return numbers
