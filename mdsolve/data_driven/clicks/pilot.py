"""Efficiency, revenue and regret of truth against the pilot from which bidders' signals are drawn.

E[ω|whole log] stands for the true rates. A pilot is drawn from the log and the rest estimates the
rates, which makes ω̂ independent of the signals given ω; regret is expected under the posterior that
signals give and an unbiased ω̂ (``snipw`` is so in the limit only), so the data-driven pivot has
none for any pilot ([B] Prop 2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.arrays import PerPaymentAndPilot
from mdsolve.data_driven.clicks.auctions import ClickAuctions
from mdsolve.data_driven.clicks.logs import Log
from mdsolve.data_driven.clicks.payments import ClickPayment
from mdsolve.data_driven.clicks.regret import regret_of_truth
from mdsolve.data_driven.clicks.splits import Setting, drawn_splits, priors_of, true_rates
from mdsolve.errors import InvalidInput

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

MEASURES = ("efficiency", "revenue", "regret")


@dataclass(frozen=True, eq=False)
class PilotStudy:
    """What each payment makes of logs, by the size of the pilot.

    All three are shares of the best welfare Σ max_x Σ_j γ_x(j) θ_j ω_j that the true rates
    allow; each has a standard error over splits (the log itself is given).

    Attributes
    ----------
    payments : tuple of str
    pilots : tuple of int
        Impressions of each bidder in the pilot.
    efficiency, revenue, regret : (payments, pilots) arrays
        Welfare at the true rates; payments at the rest's estimate; gain of the best lie, of the
        bidder that gains most in each auction.
    efficiency_error, revenue_error, regret_error : (payments, pilots) arrays
    signals : str
        ``"own"`` or ``"all"``.
    estimator : str
    auctions, draws : int
        How many auctions the log holds, and how often each was split.
    """

    payments: tuple[str, ...]
    pilots: tuple[int, ...]
    efficiency: PerPaymentAndPilot
    revenue: PerPaymentAndPilot
    regret: PerPaymentAndPilot
    efficiency_error: PerPaymentAndPilot
    revenue_error: PerPaymentAndPilot
    regret_error: PerPaymentAndPilot
    signals: str
    estimator: str
    auctions: int
    draws: int

    def table(self) -> pa.Table:
        """Return one row a payment and pilot."""
        import pyarrow as pa

        count, sizes = len(self.payments), len(self.pilots)
        columns: dict[str, object] = {
            "payment": [name for name in self.payments for _ in range(sizes)],
            "pilot": list(self.pilots) * count,
        }
        for measure in MEASURES:
            columns[measure] = getattr(self, measure).ravel()
            columns[f"{measure}_error"] = getattr(self, f"{measure}_error").ravel()
        return pa.table(columns)

    def __repr__(self) -> str:
        lines = [
            f"{self.auctions:,} auctions, signals about {self.signals}, {self.draws} splits; "
            "shares of the best welfare",
            f"{'payment':<14}{'pilot':>8}{'efficiency':>12}{'revenue':>10}{'regret':>10}",
        ]
        for row in self.table().to_pylist():
            shares = (f"{100 * row[name]:.3g}%" for name in MEASURES)
            lines.append(
                "{:<14}{:>8,}{:>12}{:>10}{:>10}".format(row["payment"], row["pilot"], *shares)
            )
        return "\n".join(lines)


def pilot_study(
    logs: Log | Mapping[str, Log],
    values: ArrayLike | Mapping[str, ArrayLike],
    payments: Sequence[ClickPayment],
    pilots: Sequence[int],
    *,
    signals: str = "own",
    prior: tuple[ArrayLike, ArrayLike] | None = None,
    estimator: str | None = None,
    effects: ArrayLike = (1.0,),
    draws: int = 100,
    seed: int = 0,
    progress: Progress | None = None,
) -> PilotStudy:
    """Split logs at random again and again, run the auctions, and average.

    Parameters
    ----------
    logs : Log, or mapping from a name to one
        An auction each.
    values : (bidders,) array_like, or mapping from the same names
        θ, true values per click.
    payments : sequence of ClickPayment
    pilots : sequence of int
        Impressions in each bidder's pilot.
    signals : {"own", "all"}
        Whether a bidder's pilot shows itself alone, or every bidder as often.
    prior : (a, b), optional
        Of the Beta distribution of rates; by default :func:`fitted_priors` of the logs.
    estimator : {"mean", "ipw", "snipw"}, optional
        The logs' own by default.
    effects : (slots,) array_like
        γ of the slots that are sold.
    draws, seed : int
    progress : callable, optional
        Told how many of how many parts are done.

    Raises
    ------
    InvalidInput
        If a name is missing on one side, or a log is too short for a pilot.

    Examples
    --------
    >>> from mdsolve.data_driven.clicks import ClickCounts, DataDrivenPivot, GSP
    >>> log = ClickCounts([5000, 5000, 5000], [50, 150, 100])
    >>> study = pilot_study(log, [2.0, 1.0, 1.5], [DataDrivenPivot(), GSP()], [50, 2000], draws=50)
    >>> bool(study.efficiency[0, 1] > study.efficiency[0, 0])
    True
    >>> study.regret.round(2).tolist()
    [[0.0, 0.0], [0.88, 0.9]]
    """
    named = {"": logs} if isinstance(logs, Log) else dict(logs)
    worth = _worths(named, values)
    if draws < 2:
        raise InvalidInput(f"draws: {draws!r} is too few for a standard error. Give at least 2.")
    if not payments or not len(pilots):
        raise InvalidInput("payments and pilots: give at least one of each.")
    priors = priors_of(named) if prior is None else dict.fromkeys(named, prior)
    setting = Setting(tuple(payments), signals, priors, estimator, effects, draws)
    groups = _by_size(named)
    sums = np.zeros((len(MEASURES), len(payments), len(pilots), draws))
    best, parts = 0.0, len(groups) * len(pilots)
    for number, names in enumerate(groups):
        group = {name: named[name] for name in names}
        best += sum(
            _best(true_rates(each, priors[name]) * worth[name], effects)
            for name, each in group.items()
        )
        for size, pilot in enumerate(pilots):
            rng = np.random.default_rng([seed, number, size])
            sums[:, :, size] += _measured(setting, group, worth, int(pilot), rng)
            if progress is not None:
                progress(number * len(pilots) + size + 1, parts)
    if not best > 0.0:
        raise InvalidInput("values: the best welfare is 0. Give some bidder with clicks a value.")
    means = sums.mean(axis=-1) / best
    errors = sums.std(axis=-1, ddof=1) / np.sqrt(draws) / best
    kind = estimator or next(iter(named.values())).estimator
    return PilotStudy(
        tuple(_labels(payments)), tuple(map(int, pilots)), *means, *errors,
        signals=signals, estimator=kind, auctions=len(named), draws=draws,
    )  # fmt: skip


def _measured(
    setting: Setting,
    logs: Mapping[str, Log],
    worth: Mapping[str, Array],
    pilot: int,
    rng: np.random.Generator,
) -> Array:
    """Return sums over logs: (measures, payments, draws)."""
    drawn = drawn_splits(setting, logs, worth, pilot, rng)
    auctions = ClickAuctions(
        drawn.values, drawn.pilots.rates, drawn.pilots.rates_without, effects=setting.effects
    )
    low, high = drawn.pilots.lowest, drawn.pilots.highest
    found: list[list[Array]] = []
    for payment in setting.payments:
        outcome = auctions.run(payment, drawn.estimates)
        lies = regret_of_truth(auctions, payment, lowest=low, highest=high)
        welfare = (outcome.exposure * drawn.values * drawn.rates).sum(axis=1)
        found.append([welfare, outcome.revenue, lies.worst])
    table = np.array(found).reshape(len(setting.payments), len(MEASURES), len(logs), setting.draws)
    return table.sum(axis=2).swapaxes(0, 1)


def _best(worth: Array, effects: ArrayLike) -> float:
    """Return the welfare of the efficient order."""
    ordered = -np.sort(-worth)
    shares = np.atleast_1d(np.asarray(effects, dtype=float))[: worth.size]
    return float(shares @ ordered[: shares.size])


def _by_size(logs: Mapping[str, Log]) -> list[list[str]]:
    """Return the names of logs with as many bidders, which make one batch."""
    groups: dict[int, list[str]] = {}
    for name, log in logs.items():
        groups.setdefault(len(log.bidders), []).append(name)
    return list(groups.values())


def _labels(payments: Sequence[ClickPayment]) -> Iterator[str]:
    """Yield the payments' names, in full where two share one."""
    names = [payment.name for payment in payments]
    for name, payment in zip(names, payments, strict=True):
        yield name if names.count(name) == 1 else repr(payment)


def _worths(
    logs: Mapping[str, Log], values: ArrayLike | Mapping[str, ArrayLike]
) -> dict[str, Array]:
    if not isinstance(values, Mapping) and list(logs) != [""]:
        raise InvalidInput("values: one array for several logs. Map each log's name to its values.")
    by_name = values if isinstance(values, Mapping) else {"": values}
    found: dict[str, Array] = {}
    for name, log in logs.items():
        if name not in by_name:
            raise InvalidInput(f"values: none for the auction {name!r}. Add them under its name.")
        given = np.asarray(by_name[name], dtype=float)
        if given.shape != (len(log.bidders),):
            raise InvalidInput(
                f"values: shape {given.shape} for the {len(log.bidders)} bidders"
                f"{f' of {name!r}' if name else ''}. A bidder is missing: give each its value."
            )
        found[name] = given
    return found
