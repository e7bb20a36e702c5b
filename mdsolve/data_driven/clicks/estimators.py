"""Rates from logged clicks: by inverse propensities (Horvitz-Thompson), or self-normalised (Hájek).

Row t showed a_t with chance p_t and saw y_t. ω̂_j = (1/N) Σ_t 1[a_t=j] y_t/p_t has mean ω_j whatever
the policy; Σ_t 1[a_t=j] y_t/p_t / Σ_t 1[a_t=j]/p_t stays within the y seen, and is consistent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.arrays import PerBidder
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RateEstimate:
    """Click-through rates with standard errors.

    Attributes
    ----------
    rates, errors : (bidders,) arrays
        An unbiased rate may exceed 1 by chance; cutting it off would bias it. Without a click the
        error is what a single one would add.
    effective : (bidders,) array
        (Σ weights)²/Σ weights²: how many equally weighted impressions would be as informative.
    bidders : tuple of str
    """

    rates: PerBidder
    errors: PerBidder
    effective: PerBidder
    bidders: tuple[str, ...]

    def __repr__(self) -> str:
        shown = [
            f"{name} {rate:.4g} ± {error:.2g}"
            for name, rate, error in zip(self.bidders, self.rates, self.errors, strict=True)
        ]
        return f"<{', '.join(shown[:8])}{', ...' if len(shown) > 8 else ''}>"


def sample_means(impressions: Array, clicks: Array, bidders: Sequence[str]) -> RateEstimate:
    """Return clicks/impressions; unbiased where who is shown does not depend on who would click.

    Examples
    --------
    >>> sample_means(np.array([400.0]), np.array([40.0]), ["a"])
    <a 0.1 ± 0.015>
    """
    _refuse_unseen(impressions, bidders)
    rates = clicks / impressions
    errors = np.sqrt(rates * np.maximum(0.0, 1.0 - rates) / impressions)
    errors = np.where(clicks > 0.0, errors, 1.0 / impressions)
    return RateEstimate(rates, errors, impressions, tuple(bidders))


def inverse_propensity(
    shown: NDArray[np.intp],
    responses: Array,
    propensities: Array,
    bidders: Sequence[str],
    *,
    self_normalized: bool = False,
) -> RateEstimate:
    """Return rates from rows that a policy of known chances logged.

    Parameters
    ----------
    shown : (rows,) array of int
    responses : (rows,) array
        Clicks, divided by the slot's effect where slots differ.
    propensities : (rows,) array
        In (0, 1].
    bidders : sequence of str
    self_normalized : bool
        Divide by the sum of weights, not by the number of rows: a small bias for less variance, and
        with it the pivot is truthful only in the limit.

    Raises
    ------
    InvalidInput
        If a bidder was never shown, by name.

    Examples
    --------
    >>> shown, clicks = np.array([0, 1, 0, 1]), np.array([1.0, 0.0, 0.0, 1.0])
    >>> inverse_propensity(shown, clicks, np.full(4, 0.5), ["a", "b"]).rates.tolist()
    [0.5, 0.5]
    """
    count, rows = len(bidders), len(shown)
    weights = 1.0 / propensities
    total = np.bincount(shown, weights, count)
    _refuse_unseen(total, bidders)
    squares = np.bincount(shown, weights**2, count)
    clicked = np.bincount(shown, weights * responses, count)
    if self_normalized:
        rates = clicked / total
        misses = (weights * (responses - rates[shown])) ** 2
        errors = np.sqrt(np.bincount(shown, misses, count)) / total
    else:
        rates = clicked / rows
        spread = np.bincount(shown, (weights * responses) ** 2, count) / rows - rates**2
        errors = np.sqrt(np.maximum(0.0, spread) / max(1, rows - 1))
    effective = total**2 / squares
    one_click = 1.0 / effective if self_normalized else total / (rows * effective)
    errors = np.where(clicked > 0.0, errors, one_click)
    return RateEstimate(rates, errors, effective, tuple(bidders))


def _refuse_unseen(weights: NDArray[Any], bidders: Sequence[str]) -> None:
    unseen = np.flatnonzero(~(weights > 0.0))
    if unseen.size:
        raise InvalidInput(
            f"bidder {bidders[unseen[0]]!r}: never shown in what rates are estimated from. Leave "
            "it out, log more, or take a smaller pilot."
        )
