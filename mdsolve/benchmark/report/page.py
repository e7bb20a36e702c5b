"""A race as one page of HTML that fetches nothing: tables, pictures, every failure repeatable."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from os import PathLike
from typing import Any

from mdsolve.benchmark.report import charts, listings
from mdsolve.benchmark.report.results import Results
from mdsolve.benchmark.report.tables import Table, tables
from mdsolve.certificates.page.markup import Markup, element, facts, section
from mdsolve.games.files import checked_target, written_whole

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)


def write_page(results: Results, path: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Write the page of results, whole or not at all.

    Raises
    ------
    InvalidInput
        Where the path exists (unless `overwrite`) or cannot be written.
    """
    checked_target(path, overwrite=overwrite)
    data = page(results).encode()
    with written_whole(path, overwrite=overwrite) as file:
        file.write(data)


def page(results: Results) -> str:
    """Return the page of results.

    Parameters
    ----------
    results : Results

    Examples
    --------
    >>> row = dict(problem="p", solver="s", target=1e-6, start="cold", series=None, step=None)
    >>> row |= dict(attempt=1, outcome="solved", claim="optimal", error=1e-9, kind="linear")
    >>> row |= dict(status="optimal")
    >>> row |= dict(family="menus", axes={}, noisy=False, time_limit=60.0, memory_bytes=0)
    >>> row |= dict(compile_seconds=0.1, solve_seconds=0.2, reason="", message="", sets=["smoke"])
    >>> "Correct claims" in page(Results({}, [row]))
    True
    """
    found = tables(results)
    body = element(
        "main",
        _header(results),
        *(_table(table) for table in found[:2]),
        section("Performance profiles", *charts.performance(results)),
        section("Accuracy against time", *charts.accuracy_by_time(results)),
        section("Scaling", *charts.scaling(results)),
        *(_table(table) for table in found[2:]),
        listings.failures(results),
        listings.every_solve(results),
        listings.raced_problems(results),
        element("footer", "Written by mdsolve report from the rows of the race."),
    )
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", "Solvers raced on mechanism design"),
        element("style", Markup(_asset("certificates.page", "style.css"))),
        element("style", Markup(_asset("benchmark.report", "report.css"))),
    )
    script = element("script", Markup(_asset("benchmark.report", "report.js")))
    whole = element("html", head, element("body", body, script), lang="en")
    return f"<!doctype html>\n{whole}\n"


def _asset(room: str, name: str) -> str:
    return files(f"mdsolve.{room}").joinpath(name).read_text("utf-8")


def _header(results: Results) -> Markup:
    rows = results.rows
    machine = results.run.get("machine") or next(
        (row["machine"] | {"cores": None} for row in rows if row.get("machine")), {}
    )  # a row knows the core of its own worker alone
    versions: dict[str, str] = {}
    for row in rows:
        versions |= {row["solver"]: row["version"]} if row.get("version") else {}
    judges = {row.get("versions", {}).get("judge") for row in rows} - {None}
    noisy = sum(bool(row["noisy"]) for row in rows)
    solved = sum(row["outcome"] == "solved" for row in rows)
    false = sum(row["outcome"] == "false claim" for row in rows)
    return element(
        "header",
        element("p", "Race of solvers", class_="verdict"),
        element(
            "h1",
            f"{len(results.solvers)} solvers, {len(results.problems)} problems, {len(rows)} solves:"
            f" {solved} solved, {false} false claim{'' if false == 1 else 's'}",
        ),
        facts(
            [
                ("machine", ", ".join(f"{k} {v}" for k, v in machine.items() if v) or None),
                ("versions", ", ".join(f"{k} {v}" for k, v in sorted(versions.items())) or None),
                ("judge", ", ".join(f"version {judge}" for judge in sorted(judges)) or None),
                ("accuracy asked", ", ".join(f"{t:g}" for t in results.accuracies)),
                ("time limit", f"{results.limit:g} s"),
                ("noise", f"{noisy} solves were measured while the machine was noisy"),
                (
                    "command",
                    element("code", results.run["command"]) if results.run.get("command") else None,
                ),
            ]
        ),
    )


def _table(table: Table) -> Markup:
    return section(
        table.title, element("p", table.says), _grid(table.headers, table.rows, table.left)
    )


def _grid(headers: Sequence[Any], rows: Sequence[Sequence[Any]], left: int = 1) -> Markup:
    sides = ["words" if k < left else "figure" for k in range(len(headers))]
    head = (element("th", h, class_=s, scope="col") for h, s in zip(headers, sides, strict=True))
    body = (
        element(
            "tr",
            *(
                element("th" if k == 0 else "td", cell, class_=side)
                for k, (cell, side) in enumerate(zip(row, sides, strict=True))
            ),
        )
        for row in rows
    )
    table = element("table", element("thead", element("tr", *head)), element("tbody", *body))
    return element("div", table, class_="wide", tabindex="0", role="region", aria_label="table")
