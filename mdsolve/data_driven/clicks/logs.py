"""Logs of clicks: how often each bidder was shown and clicked, by rows or by counts.

A log is split at random in a pilot, from which signals are drawn, and a rest, from which rates are
estimated: given the rates both are independent, so the rest is no function of any report.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.arrays import PerBidder, PerSlot
from mdsolve.data_driven.clicks.estimators import (
    RateEstimate,
    inverse_propensity,
    sample_means,
)
from mdsolve.data_driven.clicks.validation import (
    checked_estimator,
    column_of,
    names_of,
    refuse_pilot,
    refuse_rows,
)
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]


class Log(ABC):
    """What was shown and clicked, by bidder."""

    bidders: tuple[str, ...]

    @property
    @abstractmethod
    def estimator(self) -> str:
        """What estimates rates where nothing is said."""

    @property
    @abstractmethod
    def counts(self) -> tuple[PerBidder, PerBidder]:
        """Impressions and clicks of each bidder."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many impressions a pilot may be drawn from; for counts, of each bidder."""

    @abstractmethod
    def estimate(self, estimator: str | None = None) -> RateEstimate:
        """Return each bidder's click-through rate in a slot of effect 1."""

    @abstractmethod
    def split(self, pilot: int, rng: np.random.Generator) -> tuple[Log, Log]:
        """Return a pilot of about so many impressions of each bidder, and the rest."""


@dataclass(frozen=True, eq=False)
class ClickCounts(Log):
    """Impressions and clicks of each bidder, as randomised tests report them.

    Parameters
    ----------
    impressions, clicks : (bidders,) array_like
        Whole numbers, clicks at most impressions.
    bidders : sequence of str, optional

    Raises
    ------
    InvalidInput
        Naming the bidder and the numbers.

    Examples
    --------
    >>> log = ClickCounts([1000, 2000], [10, 30], bidders=["a", "b"])
    >>> log.estimate().rates.tolist()
    [0.01, 0.015]
    >>> pilot, rest = log.split(100, np.random.default_rng(0))
    >>> pilot.impressions.tolist(), rest.impressions.tolist()
    ([100.0, 100.0], [900.0, 1900.0])
    """

    impressions: PerBidder
    clicks: PerBidder
    bidders: tuple[str, ...]

    def __init__(
        self,
        impressions: ArrayLike,
        clicks: ArrayLike,
        bidders: Sequence[str] | None = None,
    ) -> None:
        shown, clicked = (np.asarray(each, dtype=float) for each in (impressions, clicks))
        if shown.ndim != 1 or shown.shape != clicked.shape or shown.size == 0:
            raise InvalidInput(
                f"impressions are {shown.shape} and clicks {clicked.shape}. Give both a number for "
                "each bidder."
            )
        names = names_of(bidders, shown.size)
        for what, numbers in (("impressions", shown), ("clicks", clicked)):
            bad = np.flatnonzero(~((numbers >= 0.0) & (numbers == np.floor(numbers))))
            bad = bad if bad.size else np.flatnonzero(~np.isfinite(numbers))
            if bad.size:
                raise InvalidInput(
                    f"bidder {names[bad[0]]!r}: {numbers[bad[0]]:g} {what}. Give a whole number of "
                    "at least 0."
                )
        more = np.flatnonzero(clicked > shown)
        if more.size:
            raise InvalidInput(
                f"bidder {names[more[0]]!r}: {clicked[more[0]]:g} clicks on {shown[more[0]]:g} "
                "impressions. An impression is clicked at most once: exchange the columns, or "
                "count impressions that were clicked."
            )
        fields = {"impressions": shown, "clicks": clicked, "bidders": names}
        for name, field in fields.items():
            object.__setattr__(self, name, field)

    @property
    def estimator(self) -> str:
        """Clicks divided by impressions."""
        return "mean"

    @property
    def counts(self) -> tuple[PerBidder, PerBidder]:
        """Impressions and clicks."""
        return self.impressions, self.clicks

    @property
    def size(self) -> int:
        """The fewest impressions of a bidder."""
        return int(self.impressions.min())

    def estimate(self, estimator: str | None = None) -> RateEstimate:
        """Return clicks divided by impressions; counts know no propensities."""
        checked_estimator(estimator or "mean", propensities=False)
        return sample_means(self.impressions, self.clicks, self.bidders)

    def split(self, pilot: int, rng: np.random.Generator) -> tuple[ClickCounts, ClickCounts]:
        """Return ``pilot`` impressions of each bidder, drawn without replacement, and the rest."""
        refuse_pilot(pilot, self.size)
        part = np.full(self.impressions.shape, float(pilot))
        drawn = rng.hypergeometric(
            self.clicks.astype(int), (self.impressions - self.clicks).astype(int), pilot
        ).astype(float)
        return (
            ClickCounts(part, drawn, self.bidders),
            ClickCounts(self.impressions - part, self.clicks - drawn, self.bidders),
        )


@dataclass(frozen=True, eq=False)
class ClickRows(Log):
    """One row an impression: who was shown, whether it was clicked, with what chance it was shown.

    Parameters
    ----------
    shown : (impressions,) array_like of int
        The bidder, by number.
    clicks : (impressions,) array_like
        0 or 1.
    propensities : (impressions,) array_like, optional
        The chance in (0, 1] with which the policy that logged the row showed that bidder.
    slot_effects : (impressions,) array_like, optional
        γ of the slot that it was shown in, by a policy that does not mind the slot; 1 by default.
    bidders : sequence of str, optional
        All bidders; by default as many as the largest number shown.

    Raises
    ------
    InvalidInput
        Naming the row.

    Examples
    --------
    >>> log = ClickRows([0, 1, 0, 1], [1, 0, 0, 1], propensities=[0.5, 0.5, 0.8, 0.2])
    >>> log.estimate("ipw").rates.tolist()
    [0.5, 1.25]
    >>> log.estimate("snipw").rates.round(4).tolist()
    [0.6154, 0.7143]
    """

    shown: NDArray[np.intp]
    clicks: Array
    propensities: Array | None
    slot_effects: Array
    bidders: tuple[str, ...]

    def __init__(
        self,
        shown: ArrayLike,
        clicks: ArrayLike,
        propensities: ArrayLike | None = None,
        slot_effects: ArrayLike | None = None,
        bidders: Sequence[str] | None = None,
    ) -> None:
        who, clicked = np.asarray(shown, dtype=np.intp), np.asarray(clicks, dtype=float)
        if who.ndim != 1 or who.size == 0 or who.min() < 0:
            raise InvalidInput(
                f"shown: shape {who.shape}. Give the number, from 0, of the bidder of each row."
            )
        names = names_of(bidders, int(who.max()) + 1 if bidders is None else len(bidders))
        if who.max() >= len(names):
            raise InvalidInput(
                f"shown: bidder {who.max()} in row {int(who.argmax())}, and only {len(names)} have "
                "names. A bidder is missing: name all of them."
            )
        effects = np.ones(who.size) if slot_effects is None else column_of(slot_effects, who.size)
        chances = None if propensities is None else column_of(propensities, who.size)
        refuse_rows("click", column_of(clicks, who.size), np.isin(clicked, (0, 1)), "is 0 or 1")
        refuse_rows(
            "slot effect", effects, (effects > 0) & np.isfinite(effects), "is finite and above 0"
        )
        if chances is not None:
            refuse_rows(
                "propensity",
                chances,
                (chances > 0) & (chances <= 1),
                "is a probability above 0 and at most 1: what could not be shown is no row",
            )
        fields: dict[str, Any] = {
            "shown": who,
            "clicks": clicked,
            "propensities": chances,
            "slot_effects": effects,
            "bidders": names,
        }
        for name, field in fields.items():
            object.__setattr__(self, name, field)

    @property
    def estimator(self) -> str:
        """By inverse propensities where there are any: unbiased, as truthfulness needs."""
        return "mean" if self.propensities is None else "ipw"

    @property
    def counts(self) -> tuple[PerBidder, PerBidder]:
        """Impressions and clicks."""
        count = len(self.bidders)
        impressions = np.bincount(self.shown, minlength=count).astype(float)
        return impressions, np.bincount(self.shown, self.clicks, count)

    @property
    def size(self) -> int:
        """Rows by bidder, on average."""
        return self.shown.size // len(self.bidders)

    def estimate(self, estimator: str | None = None) -> RateEstimate:
        """Return rates by ``"mean"``, or by inverse propensities, ``"ipw"`` or ``"snipw"``."""
        kind = checked_estimator(
            estimator or self.estimator, propensities=self.propensities is not None
        )
        chances = None if kind == "mean" else self.propensities
        return inverse_propensity(
            self.shown,
            self.clicks / self.slot_effects,
            np.ones(self.shown.size) if chances is None else chances,
            self.bidders,
            self_normalized=kind != "ipw",
        )

    def split(self, pilot: int, rng: np.random.Generator) -> tuple[ClickRows, ClickRows]:
        """Return ``pilot`` rows a bidder on average, drawn without replacement, and the rest."""
        refuse_pilot(pilot, self.size)
        drawn = rng.permutation(self.shown.size)
        cut = pilot * len(self.bidders)
        return self.rows(drawn[:cut]), self.rows(drawn[cut:])

    def rows(self, chosen: NDArray[np.intp]) -> ClickRows:
        """Return the log of some rows."""
        part = None if self.propensities is None else self.propensities[chosen]
        return ClickRows(
            self.shown[chosen], self.clicks[chosen], part, self.slot_effects[chosen], self.bidders
        )


def slot_effects(positions: ArrayLike, clicks: ArrayLike, propensities: ArrayLike) -> PerSlot:
    """Return γ of each position: its rate of clicks, bidders shown alike, over that of all.

    Self-normalised by inverse propensities; the mean over impressions is 1, so that ω_j is j's rate
    where a slot is drawn as the log draws it. Separability, γ_l ω_j, is assumed, not tested.

    Parameters
    ----------
    positions : (impressions,) array_like of int
        From 0.
    clicks, propensities : (impressions,) array_like

    Examples
    --------
    >>> slot_effects([0, 0, 1, 1], [1, 1, 0, 1], [0.5, 0.5, 0.5, 0.5]).tolist()
    [1.3333333333333333, 0.6666666666666666]
    """
    weights = 1.0 / np.asarray(propensities, dtype=float)
    where = np.asarray(positions, dtype=np.intp)
    clicked = np.bincount(where, weights * np.asarray(clicks, dtype=float))
    shown = np.bincount(where, weights)
    empty = np.flatnonzero(~(clicked > 0.0))
    if empty.size:
        raise InvalidInput(
            f"positions: no click in position {empty[0]}. Effects need clicks in each: log more, "
            "or leave the position out."
        )
    rates = clicked / shown
    return rates / float(np.bincount(where) @ rates / where.size)
