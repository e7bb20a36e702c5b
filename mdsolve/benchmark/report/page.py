"""A race as one page of HTML that fetches nothing: tables, pictures, every failure repeatable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from math import inf
from os import PathLike
from typing import Any

from mdsolve.benchmark.measures import profiles, statistics
from mdsolve.benchmark.measures.statistics import Row
from mdsolve.benchmark.report import pictures
from mdsolve.benchmark.report.results import Results, number
from mdsolve.benchmark.report.tables import AXES, Table, axis, command, duration, tables
from mdsolve.certificates.page.markup import Markup, element, facts, joined, label, section
from mdsolve.games.files import checked_target, written_whole

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)
#: errors below are shown here
_EXACT = 1e-17
_FILTERS = ("solver", "family", "kind", "outcome")
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")


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
        section("Performance profiles", *_profiles(results)),
        section("Accuracy against time", *_accuracy(results)),
        section("Scaling", *_scaling(results)),
        *(_table(table) for table in found[2:]),
        _failures(results),
        _all(results),
        _problems(results),
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


def _profiles(results: Results) -> Iterator[Markup]:
    accuracy = results.accuracies[-1]
    for kind in results.kinds:
        solvers = results.general(kind)
        given = statistics.common(results.times(kind, accuracy), solvers)
        if not given or len(solvers) < 2:
            continue
        found = profiles.profiles(given, solvers)
        title = f"{kind}: {len(given)} problems to {accuracy:g}"
        yield _figure(
            title, pictures.steps(found, results.solvers, title), solvers, results.solvers
        )


def _accuracy(results: Results) -> Iterator[Markup]:
    for kind in results.kinds:
        rows = [row for row in results.cold(kind) if row["error"] is not None]
        rows = [row for row in rows if statistics.seconds(row) > 0.0]
        if not rows:
            continue
        given = [
            (
                row["solver"],
                statistics.seconds(row),
                max(_EXACT, number(row["error"])),
                f"{row['solver']} on {row['problem']}: {duration(statistics.seconds(row))}, error "
                f"{number(row['error']):.1e}, {row['outcome']}",
            )
            for row in rows
        ]
        across = pictures.axis_of([x for _, x, _, _ in given], "time, compilation and solve (s)")
        up = pictures.axis_of([min(y, 1e6) for _, _, y, _ in given], "error achieved (relative)")
        solvers = [s for s in results.solvers if any(s == one[0] for one in given)]
        title = f"{kind}: error achieved against time, {len(given)} solves"
        drawn = pictures.points(given, results.solvers, across, up, title)
        yield _figure(title, drawn, solvers, results.solvers)


def _scaling(results: Results) -> Iterator[Markup]:
    for name in AXES:
        rows = [r for r in results.cold() if axis(r, name) and r["outcome"] == "solved"]
        sizes = {axis(row, name) for row in rows}
        given = [
            (
                row["solver"],
                axis(row, name) or 1.0,
                statistics.seconds(row),
                f"{row['solver']} on {row['problem']}: {duration(statistics.seconds(row))}",
            )
            for row in rows
            if statistics.seconds(row) > 0.0
        ]
        if len(sizes) < 3 or not given:
            continue
        across = pictures.axis_of([x for _, x, _, _ in given], name)
        up = pictures.axis_of([y for _, _, y, _ in given], "time, compilation and solve (s)")
        solvers = [s for s in results.solvers if any(s == one[0] for one in given)]
        title = f"Time against {name}, {len(given)} solves of all families"
        drawn = pictures.points(given, results.solvers, across, up, title)
        yield _figure(title, drawn, solvers, results.solvers)


def _figure(title: str, drawn: Markup, solvers: Sequence[str], order: Sequence[str]) -> Markup:
    caption = element("figcaption", title)
    return element("figure", caption, drawn, pictures.legend(solvers, order))


def _failures(results: Results) -> Markup:
    rows = [
        element(
            "tr",
            element("th", element("a", label(row["problem"]), href=f"#{_anchor(row['problem'])}")),
            element("td", row["solver"]),
            element(
                "td", row["outcome"], class_="bad" if row["outcome"] == "false claim" else None
            ),
            element("td", row["reason"] or row["message"], class_="why"),
            element("td", element("code", command(row))),
            **_data(row),
        )
        for row in results.failures
    ]
    said = (
        "Whatever was not solved to the accuracy asked for, false claims first, with the command "
        "that repeats it."
    )
    return _filtered(
        "What was not solved", said, ["problem", "solver", "outcome", "why", "to repeat it"], rows
    )


def _all(results: Results) -> Markup:
    rows = [
        element(
            "tr",
            element("th", element("a", label(row["problem"]), href=f"#{_anchor(row['problem'])}")),
            element("td", row["solver"]),
            element("td", row["outcome"]),
            element("td", _error(row), class_="figure"),
            element("td", duration(float(row["compile_seconds"] or 0.0)), class_="figure"),
            element("td", duration(float(row["solve_seconds"] or 0.0)), class_="figure"),
            element("td", "noisy" if row["noisy"] else ""),
            **_data(row),
        )
        for row in results.rows
    ]
    headers = ["problem", "solver", "outcome", "error", "compile", "solve", ""]
    return _filtered("Every solve", "The last attempt of each.", headers, rows, folded=True)


def _filtered(
    title: str, said: str, headers: Sequence[str], rows: Sequence[Markup], *, folded: bool = False
) -> Markup:
    if not rows:
        return Markup()
    head = element("thead", element("tr", *(element("th", h, scope="col") for h in headers)))
    grid = element("table", head, element("tbody", *rows), class_="filtered")
    body = joined(
        [
            element("div", class_="filters"),
            element("div", grid, class_="wide", tabindex="0", role="region", aria_label=title),
        ]
    )
    if folded:
        count = element("small", f" {len(rows):,} rows")
        body = element("details", element("summary", "show", count), body)
    return section(title, element("p", said), body)


def _problems(results: Results) -> Markup:
    parts: list[Markup] = []
    for name in sorted(results.problems):
        row = results.problems[name]
        sizes = ", ".join(f"{v:,} {k}" for k, v in (row["axes"] or {}).items() if v)
        status = row.get("status")
        known = status if status != "optimal" else _optimum(row)
        size = (
            f"{row.get('variables') or 0:,} variables, {row.get('rows') or 0:,} rows, {row['kind']}"
        )
        described = facts(
            [
                ("family", row["family"]),
                ("sets", ", ".join(row["sets"] or []) or None),
                ("size", f"{size}; {sizes}" if sizes else size),
                ("what makes it hard", _about(name, "hard")),
                ("source", _about(name, "source")),
                ("proved", known),
            ]
        )
        parts.append(
            element("details", element("summary", label(name)), described, id=_anchor(name))
        )
    return section("The problems", *parts)


def _optimum(row: Row) -> str:
    lower, upper = row.get("lower"), row.get("upper")
    return "" if lower is None or upper is None else f"optimum in [{lower!r}, {upper!r}]"


def _about(name: str, field: str) -> str | None:
    """Return what the library says of a problem, where it is one of its own."""
    from mdsolve.benchmark import library

    if name not in library.problem_names():
        return None
    return getattr(library.problem(name), field) or None


def _error(row: Row) -> str:
    value = number(row["error"])
    return "-" if value == inf else f"{value:.1e}"


def _data(row: Row) -> dict[str, Any]:
    """Return what the filters of the page look at; a problem may be in several sets."""
    found = {f"data_{name}": row[name] for name in _FILTERS}
    return {**found, "data_set": " ".join(row["sets"] or []), "data_target": f"{row['target']:g}"}


def _anchor(name: str) -> str:
    """Return a problem's place on the page: no two names share one."""
    return "problem-" + "".join(c if c in _SAFE else f"_{ord(c):x}_" for c in name)
