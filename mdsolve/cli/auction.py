"""``mdsolve auction``: click auctions on a log, payments for clicks, and what lies would gain."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from mdsolve.cli import auction_reading as reading
from mdsolve.cli import auction_views as shown
from mdsolve.cli import options, output, views
from mdsolve.cli.progress import busy, counting
from mdsolve.data_driven.clicks import (
    ClickLogs,
    ClickPayment,
    LoggedAuction,
    PilotStudy,
    logged_auction,
    logs_from_table,
    pilot_study,
)
from mdsolve.data_driven.clicks.pilot import MEASURES
from mdsolve.data_driven.clicks.splits import priors_of
from mdsolve.errors import InvalidInput, ToleranceNotReached

Shared = dict[str, Any]

#: half the width of a 99.9% band, in standard errors
BAND = 3.29


def auction(
    log: Annotated[
        Path,
        typer.Argument(
            metavar="LOG",
            help="CSV or Parquet. A row an impression: columns bidder, click, and, if known, "
            "propensity and position. Or a row a bidder: bidder, impressions, clicks. A column "
            "auction tells auctions apart.",
        ),
    ],
    values: Annotated[
        str | None,
        typer.Option(
            metavar="TABLE|NAME=NUMBER,...|drawn",
            help="What a click is worth: a table with columns bidder and value (and auction), "
            "numbers by name, or drawn (log-normal, median 1, with --seed).",
        ),
    ] = None,
    payment: Annotated[
        str,
        typer.Option(
            metavar="per-click|data-driven|lottery|gsp|vcg",
            help="What bidders pay; with --pilots, several with commas.",
        ),
    ] = "data-driven",
    pilot: Annotated[
        int | None,
        typer.Option(
            help="Impressions of each bidder that signals come from; the rest estimates rates.  "
            "[default: half of what the log has]"
        ),
    ] = None,
    pilots: Annotated[
        str | None,
        typer.Option(
            metavar="N,N,...",
            help="Show efficiency, revenue and regret against these sizes of the pilot.",
        ),
    ] = None,
    signals: Annotated[
        str,
        typer.Option(
            metavar="own|all", help="Whether a bidder's pilot shows itself alone, or everyone."
        ),
    ] = "own",
    estimator: Annotated[
        str | None,
        typer.Option(
            metavar="mean|ipw|snipw",
            help="Sample means, inverse propensities (unbiased), or self-normalised.  "
            "[default: ipw where the log has propensities]",
        ),
    ] = None,
    prior: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Beta prior of rates.  [default: fitted to the log]"),
    ] = None,
    slots: Annotated[
        int, typer.Option(help="Positions that are sold, the best first; more than 1 need rows.")
    ] = 1,
    position_column: Annotated[
        str, typer.Option(metavar="NAME", help="Column of positions, read with --slots 2 or more.")
    ] = "position",
    bidder_column: Annotated[
        str, typer.Option(metavar="NAME", help="Column that names who was shown.")
    ] = "bidder",
    auction_column: Annotated[
        str, typer.Option(metavar="NAME", help="Column that tells auctions apart.")
    ] = "auction",
    rho: Annotated[
        float | None,
        typer.Option(
            help="For the lottery: chance in [0, 1) of the efficient winner.  [default: 0.9]"
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            metavar="exact|matching",
            help="For the lottery: exactly truthful, or the price of the paper.  [default: exact]",
        ),
    ] = None,
    max_regret: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE", help="Exit 1 if a lie gains more than this share of the welfare."
        ),
    ] = None,
    draws: Annotated[int, typer.Option(help="Random splits of the log, with --pilots.")] = 100,
    tolerance: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="With --pilots: exit 3 unless every share is known to this much (99.9% bands).",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of splits and of drawn values.")] = 0,
    as_json: options.Json = False,
    plot: options.Plot = None,
    overwrite: options.Overwrite = False,
    quiet: options.Quiet = False,
) -> None:
    """Run click auctions on a log, charge for clicks, and tell what the best lie would gain."""
    output.checked(plot, output.PICTURES, overwrite)
    _refuse_options(locals())
    chosen = reading.payments_of(payment, rho, form, many=pilots is not None)
    sizes = None if pilots is None else reading.whole_numbers("--pilots", pilots, "10,100,1000")
    shared: Shared = {
        "signals": signals, "prior": reading.prior_of(prior), "estimator": estimator, "seed": seed,
    }  # fmt: skip
    position = position_column if slots > 1 else None
    logs = logs_from_table(log, bidder=bidder_column, auction=auction_column, position=position)
    worth = reading.values_of(values, logs, seed)
    shared["effects"] = reading.effects_of(logs, slots)
    if worth.drawn and not quiet:
        views.note(reading.said_drawn(seed))
    said = f"{', '.join(map(repr, chosen))}; signals about {signals} rates"
    if sizes is None:
        found = _run(logs, worth.by_auction, chosen[0], pilot, shared, quiet)
        worst = max(each.regret_share for _, each in found)
        if as_json:
            typer.echo(output.json_text(_as_object(found, chosen[0], shared, worth.drawn)))
        elif not quiet:
            shown.show(found, said)
    else:
        with counting("pilots", quiet=quiet) as tell:
            study = pilot_study(
                logs.logs, worth.by_auction, chosen, sizes, draws=draws, progress=tell, **shared
            )
        _refuse_wide(study, tolerance)
        worst = float(study.regret.max())
        _draw(study, plot, overwrite, quiet)
        if as_json:
            typer.echo(output.json_text(shown.study_object(study) | {"values_drawn": worth.drawn}))
        elif not quiet:
            shown.show_study(study, said)
    if max_regret is not None and worst > max_regret:
        if not quiet:
            views.note(f"a lie gains {worst:.4g} of the welfare, more than {max_regret:g}.")
        raise typer.Exit(1)


def _run(
    logs: ClickLogs,
    values: Mapping[str, Any],
    payment: ClickPayment,
    pilot: int | None,
    shared: Shared,
    quiet: bool,
) -> list[tuple[str, LoggedAuction]]:
    """Run every auction of the log, each split by its own part of the seed."""
    found: list[tuple[str, LoggedAuction]] = []
    priors = priors_of(logs.logs)
    by_log = dict(shared)
    with counting("auctions", quiet=quiet) as tell:
        for number, (name, each) in enumerate(logs.logs.items()):
            by_log["prior"] = shared["prior"] or priors[name]
            by_log["seed"] = np.random.default_rng([shared["seed"], number])
            try:
                ran = logged_auction(each, values[name], payment, pilot=pilot, **by_log)
            except InvalidInput as error:
                place = f"{logs.name}, auction {name!r}" if name else logs.name
                raise InvalidInput(f"{place}: {error}") from error
            found.append((name, ran))
            tell(len(found), len(logs.logs))
    return found


def _as_object(
    found: shown.Named, payment: ClickPayment, shared: Shared, drawn: bool
) -> dict[str, Any]:
    return {
        "payment": payment.name,
        "signals": shared["signals"],
        "estimator": shared["estimator"],
        "effects": list(shared["effects"]),
        "values_drawn": drawn,
        "auctions": [shown.as_object(name, each) for name, each in found],
        "revenue": sum(float(each.outcome.revenue[0]) for _, each in found),
        "welfare": sum(float(each.outcome.welfare[0]) for _, each in found),
        "regret_share": max(each.regret_share for _, each in found),
    }


def _draw(study: PilotStudy, plot: Path | None, overwrite: bool, quiet: bool) -> None:
    if plot is None:
        return
    from mdsolve import plots

    with busy("drawing", quiet=quiet):
        writer = output.picture_writer(plots.pilot(study), plot.suffix.lower())
    output.write_together({plot: writer}, overwrite)
    if not quiet:
        views.note(f"wrote {plot}")


def _refuse_options(given: Mapping[str, Any]) -> None:
    """Refuse numbers that mean nothing, and options that go with others only."""
    for option in ("max_regret", "tolerance"):
        share = given[option]
        if share is not None and not (isfinite(share) and share >= 0.0):
            raise InvalidInput(
                f"--{option.replace('_', '-')}: {share!r} is not a finite share of at least 0."
                " Correct it."
            )
    if given["slots"] < 1:
        raise InvalidInput(f"--slots: {given['slots']}. At least one slot is sold.")
    if given["seed"] < 0:
        raise InvalidInput(f"--seed: {given['seed']}. Give a whole number of at least 0.")
    if given["pilots"] is None:
        for option in ("tolerance", "plot"):
            if given[option] is not None:
                raise InvalidInput(f"--{option}: goes with --pilots N,N,... Give sizes of pilots.")
    elif given["pilot"] is not None:
        raise InvalidInput("--pilot and --pilots: both are given. Keep one.")


def _refuse_wide(study: PilotStudy, tolerance: float | None) -> None:
    """Refuse shares whose 99.9% band is wider than asked, either way."""
    if tolerance is None:
        return
    for measure in MEASURES:
        means, errors = getattr(study, measure), BAND * getattr(study, f"{measure}_error")
        row, size = np.unravel_index(int(errors.argmax()), errors.shape)
        mean, error = float(means[row, size]), float(errors[row, size])
        if error > tolerance:
            raise ToleranceNotReached(
                f"{measure} of {study.payments[row]} at a pilot of {study.pilots[size]:,}: "
                f"{mean:.4g} ± {error:.2g} of the welfare after {study.draws} splits, wider than "
                f"--tolerance {tolerance:g}. Pass more --draws, or a larger --tolerance.",
                solver="splits",
                lower=mean - error,
                upper=mean + error,
            )
