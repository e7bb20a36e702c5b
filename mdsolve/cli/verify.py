"""``mdsolve verify``: whether given payments make truth best, decided exactly, with the worst."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer

from mdsolve.cli import options, output, type_tables, views
from mdsolve.cli.progress import counting
from mdsolve.errors import InvalidInput
from mdsolve.incentives import Verified, Violation
from mdsolve.incentives import verify as audited
from mdsolve.outcome_views import one_line


def verify(
    values: Annotated[
        Path,
        typer.Argument(
            metavar="VALUES",
            help="CSV or Parquet, one row a type: the first column names it, and the column of "
            "each report holds what the type values it at (welfare units). With --models: columns "
            "type, size (1 by default), and the type's reward for each outcome.",
        ),
    ],
    payments: Annotated[
        Path,
        typer.Argument(
            metavar="PAYMENTS",
            help="CSV or Parquet with columns type and payment (welfare units): what is charged "
            "at each report.",
        ),
    ],
    models: Annotated[
        Path | None,
        typer.Option(
            metavar="MODELS",
            help="What each report leads to, a row a type: columns type, and each outcome's "
            "probability. Values are then size x <reward, model>, and no table of all pairs is "
            "ever built: for many types.",
        ),
    ] = None,
    outside: Annotated[
        float | None,
        typer.Option(
            metavar="UTILITY",
            help="Require participation too: no type may be left below this utility, such as 0.",
        ),
    ] = None,
    error: Annotated[
        float,
        typer.Option(
            help="Largest error of a value: a gain refutes only above twice this, a utility only "
            "below it. At 0 the tables are decided exactly as they stand."
        ),
    ] = 0.0,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Tell whether truth is best for every type under given payments; exit 1 where it is not."""
    if not (isfinite(error) and error >= 0.0):
        raise InvalidInput(f"--error: {error!r} is not a finite number of at least 0. Correct it.")
    if outside is not None and not isfinite(outside):
        raise InvalidInput(
            f"--outside: {outside!r} is not finite. Give a utility, or leave the option out."
        )
    if models is None:
        table, labels = type_tables.valuations(values)
    else:
        table, labels = type_tables.products(values, models)
    charged = type_tables.payments(payments, labels)
    with counting("types", quiet=quiet) as progress:
        found = audited(
            table, charged, labels=labels, outside=outside, error=error, progress=progress
        )
    if as_json:
        typer.echo(output.json_text(_as_object(found, len(labels), outside)))
    elif not quiet:
        _show(found, len(labels), outside)
    if isinstance(found, Violation):
        raise typer.Exit(1)


def _as_object(found: Verified | Violation, count: int, outside: float | None) -> dict[str, Any]:
    return {
        "answer": _answer(found),
        "verdict": found.verdict,
        "kind": getattr(found, "kind", None),
        "types": count,
        "type": found.type,
        "report": found.report,
        "gain": found.gain + 0.0,
        "least_eps": found.least_eps,
        "utility": found.utility,
        "poorest": found.poorest,
        "outside": outside,
        "error": found.error,
        "complete": getattr(found, "complete", True),
    }


def _answer(found: Verified | Violation) -> str:
    return "verified" if isinstance(found, Verified) else "violated"


def _show(found: Verified | Violation, count: int, outside: float | None) -> None:
    out = views.console()
    out.print(f"{_answer(found)} ({found.verdict}): {_reason(found)}\n", soft_wrap=True)
    pairs = f"{count:,} types, {count * (count - 1):,} misreports"
    table = views.grid(pairs, "", "welfare units", left=2)
    if count > 1:
        pair = f"{one_line(found.type, 40)} reporting {one_line(found.report, 40)}"
        table.add_row("largest gain", pair, f"{found.gain + 0.0:.6g}")
    beyond = "" if outside is None else f" beyond {outside:g}"
    poorest = f"truthful {one_line(found.poorest, 40)}"
    table.add_row(f"lowest utility{beyond}", poorest, f"{found.utility:.6g}")
    table.add_row("least eps", "for eps-truthful", f"{found.least_eps:.6g}")
    out.print(table)
    if not getattr(found, "complete", True):
        out.print("\nInterrupted: this is the worst of what was read.")
    if outside is None:
        out.print("\nParticipation was not required; --outside 0 does.")


def _reason(found: Verified | Violation) -> str:
    if isinstance(found, Verified):
        return "no type gains by a misreport."
    if found.kind == "participation":
        return f"truth is best, but staying out is better for type {one_line(found.poorest, 60)}."
    return f"type {one_line(found.type, 60)} gains by reporting {one_line(found.report, 60)}."
