"""What ``mdsolve auction`` prints: an auction in full, many in a line each, or shares by pilot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from mdsolve.cli import views
from mdsolve.data_driven.clicks import LoggedAuction, PilotStudy
from mdsolve.outcome_views import one_line, percent

Array = NDArray[np.float64]

MOST_AUCTIONS, MOST_BIDDERS, THOUSAND, ROUNDING = 40, 40, 1000.0, 1e-12


Named = Sequence[tuple[str, LoggedAuction]]


def as_object(name: str, found: LoggedAuction) -> dict[str, Any]:
    """Return everything of one auction, money an impression, keyed by bidder."""
    auctions, outcome, gains = found.auctions, found.outcome, found.regret.gains[0]

    def by_bidder(numbers: Array) -> dict[str, float]:
        return dict(zip(auctions.bidders, (numbers + 0.0).tolist(), strict=True))

    liar = int(gains.argmax())
    return {
        "auction": name or None,
        "bidders": list(auctions.bidders),
        "values": by_bidder(auctions.values[0]),
        "rates": by_bidder(auctions.rates[0]),
        "estimates": by_bidder(found.estimate.rates),
        "estimate_errors": by_bidder(found.estimate.errors),
        "winners": list(found.winners),
        "exposure": by_bidder(outcome.exposure[0]),
        "payments": by_bidder(outcome.payments[0]),
        "payment_errors": by_bidder(found.payment_errors),
        "utilities": by_bidder(outcome.utilities[0]),
        "regret": by_bidder(gains),
        "best_lie": {
            "bidder": auctions.bidders[liar],
            "gain": float(gains[liar]),
            "value": float(found.regret.values[0, liar]),
            "rates": by_bidder(found.regret.rates[0, liar]),
        },
        "regret_share": found.regret_share,
        "revenue": float(outcome.revenue[0]),
        "welfare": float(outcome.welfare[0]),
    }


def show(found: Named, said: str) -> None:
    """Print one auction in full, or a line each and totals."""
    out = views.console()
    out.print(f"{said}\n", soft_wrap=True)
    out.print(_bidders(*found[0]) if len(found) == 1 else _auctions(found))
    revenue = sum(float(each.outcome.revenue[0]) for _, each in found)
    welfare = sum(float(each.outcome.welfare[0]) for _, each in found)
    name, worst = max(found, key=lambda pair: pair[1].regret_share)
    kept = f" ({percent(revenue / welfare)} of the welfare)" if welfare > 0.0 else ""
    where = f" in {one_line(name)}" if len(found) > 1 else ""
    gains = f"the best lie found gains {percent(worst.regret_share)} of the welfare{where}."
    if worst.regret_share < ROUNDING:
        gains = "no lie was found that gains."
    out.print(
        f"\nrevenue {THOUSAND * revenue:.5g}{kept} in 1,000 impressions; {gains}", soft_wrap=True
    )


def _bidders(name: str, found: LoggedAuction) -> Table:
    auctions, outcome = found.auctions, found.outcome
    table = views.grid(
        "bidder", "value\na click", "rate by\nsignals", "rate\nestimated", "±", "shown",
        "pays in 1,000\nimpressions", "±", "keeps", "best lie\ngains",
        title=one_line(name) if name else None,
    )  # fmt: skip
    columns = (
        auctions.values[0],
        auctions.rates[0],
        found.estimate.rates,
        found.estimate.errors,
        outcome.exposure[0],
        THOUSAND * outcome.payments[0],
        THOUSAND * found.payment_errors,
        THOUSAND * outcome.utilities[0],
        THOUSAND * found.regret.gains[0],
    )
    order = np.argsort(-auctions.scores[0], kind="stable").tolist()
    for k in order[:MOST_BIDDERS]:
        table.add_row(one_line(auctions.bidders[k]), *(f"{each[k] + 0.0:.4g}" for each in columns))
    if len(order) > MOST_BIDDERS:
        table.add_row(f"{len(order) - MOST_BIDDERS:,} more: see --json", *[""] * len(columns))
    return table


def _auctions(found: Named) -> Table:
    table = views.grid(
        "auction", "bidders", "winner", "revenue in\n1,000", "welfare in\n1,000", "best lie\ngains"
    )
    for name, each in found[:MOST_AUCTIONS]:
        table.add_row(
            one_line(name),
            str(len(each.auctions.bidders)),
            one_line(", ".join(each.winners), 30),
            f"{THOUSAND * each.outcome.revenue[0]:.4g}",
            f"{THOUSAND * each.outcome.welfare[0]:.4g}",
            percent(each.regret_share),
        )
    if len(found) > MOST_AUCTIONS:
        table.add_row(f"{len(found) - MOST_AUCTIONS:,} more: see --json", *[""] * 5)
    return table


def study_object(study: PilotStudy) -> dict[str, Any]:
    """Return a study as an object, one row a payment and pilot."""
    return {
        "auctions": study.auctions,
        "signals": study.signals,
        "estimator": study.estimator,
        "draws": study.draws,
        "rows": study.table().to_pylist(),
    }


def show_study(study: PilotStudy, said: str) -> None:
    """Print shares of the best welfare by payment and pilot."""
    out = views.console()
    out.print(f"{said}\n", soft_wrap=True)
    table = views.grid(
        "payment", "pilot", "efficiency", "±", "revenue", "±", "best lie\ngains", "±"
    )
    for row in study.table().to_pylist():
        shares = [
            f"{100 * row[name + error]:.3g}%"
            for name in ("efficiency", "revenue", "regret")
            for error in ("", "_error")
        ]
        table.add_row(row["payment"], f"{row['pilot']:,}", *shares)
    out.print(table)
    many = "the auction" if study.auctions == 1 else f"{study.auctions:,} auctions"
    out.print(
        f"\nShares of the best welfare of {many} at the rates that the whole "
        f"log makes likely; ± standard errors over {study.draws} splits.",
        soft_wrap=True,
    )
