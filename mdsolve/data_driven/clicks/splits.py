"""Logs split at random: what bidders saw, what the rest estimates, and what is taken as true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.data_driven.clicks.logs import Log
from mdsolve.data_driven.clicks.payments import ClickPayment
from mdsolve.data_driven.clicks.signals import PilotSignals, fitted_priors
from mdsolve.data_driven.clicks.validation import refuse_pilot
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]


class Setting(NamedTuple):
    """How logs are split, and what is done with the parts."""

    payments: tuple[ClickPayment, ...]
    signals: str
    priors: Mapping[str, tuple[ArrayLike, ArrayLike]]
    estimator: str | None
    effects: ArrayLike
    draws: int


class Splits(NamedTuple):
    """Splits of some logs of as many bidders each, the splits of one log in a row."""

    pilots: PilotSignals
    estimates: Array
    rates: Array
    values: Array


def split_for(
    log: Log, pilot: int, signals: str, rng: np.random.Generator
) -> tuple[tuple[Array, Array], Log]:
    """Return the impressions and clicks that bidders saw, and the rest of the log.

    With ``"own"`` signals both are (bidders,), with ``"all"``, where each bidder has a pilot of
    everyone, (bidders, bidders).

    Examples
    --------
    >>> from mdsolve.data_driven.clicks import ClickCounts
    >>> log = ClickCounts([100, 200], [10, 30])
    >>> (shown, _), rest = split_for(log, 20, "all", np.random.default_rng(0))
    >>> shown.tolist(), rest.counts[0].tolist()
    ([[20.0, 20.0], [20.0, 20.0]], [60.0, 160.0])
    """
    if signals not in ("own", "all"):
        raise InvalidInput(f"signals {signals!r}: unknown. Choose one of own, all.")
    if signals == "own":
        seen, rest = log.split(pilot, rng)
        return seen.counts, rest
    refuse_pilot(pilot, log.size // len(log.bidders))
    counts: list[tuple[Array, Array]] = []
    for _ in log.bidders:
        seen, log = log.split(pilot, rng)
        counts.append(seen.counts)
    return (np.array([each[0] for each in counts]), np.array([each[1] for each in counts])), log


def drawn_splits(
    setting: Setting,
    logs: Mapping[str, Log],
    worth: Mapping[str, Array],
    pilot: int,
    rng: np.random.Generator,
) -> Splits:
    """Return ``setting.draws`` splits of each log."""
    shown, clicked, estimates = [], [], []
    for name, log in logs.items():
        for _ in range(setting.draws):
            try:
                counts, rest = split_for(log, pilot, setting.signals, rng)
                estimates.append(rest.estimate(setting.estimator).rates)
            except InvalidInput as error:
                raise InvalidInput(f"{name}: {error}" if name else str(error)) from error
            shown.append(counts[0])
            clicked.append(counts[1])
    a, b = (_rows([setting.priors[name][k] for name in logs], logs, setting.draws) for k in (0, 1))
    pilots = PilotSignals(np.array(shown), np.array(clicked), (a, b))
    truth = np.array([true_rates(log, setting.priors[name]) for name, log in logs.items()])
    values = np.array([worth[name] for name in logs])
    repeated = (np.repeat(each, setting.draws, axis=0) for each in (truth, values))
    return Splits(pilots, np.array(estimates), *repeated)


def _rows(numbers: Sequence[ArrayLike], logs: Mapping[str, Log], draws: int) -> Array:
    """Return a log's number, or number a bidder, in each row of its splits."""
    count = len(next(iter(logs.values())).bidders)
    return np.repeat([np.broadcast_to(each, (count,)) for each in numbers], draws, axis=0)


def true_rates(log: Log, prior: tuple[ArrayLike, ArrayLike]) -> Array:
    """Return E[ω|log]; the raw rates of bidders with few clicks would be chance."""
    shown, clicked = log.counts
    a, b = (np.asarray(each, dtype=float) for each in prior)
    return (a + clicked) / (a + b + shown)


def priors_of(logs: Mapping[str, Log]) -> dict[str, tuple[float, float]]:
    """Return a Beta prior for each log, fitted to all; see :func:`fitted_priors`."""
    return dict(zip(logs, fitted_priors([log.counts for log in logs.values()]), strict=True))
