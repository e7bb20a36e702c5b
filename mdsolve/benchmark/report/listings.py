"""The long lists of a page: failures, solves and problems, that a script filters and links open."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

from mdsolve.benchmark.measures.statistics import Row
from mdsolve.benchmark.report.results import Results, number
from mdsolve.benchmark.report.tables import command, duration
from mdsolve.certificates.page.markup import Markup, element, facts, joined, label, section

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
_FILTERS = ("solver", "family", "kind", "outcome")


def failures(results: Results) -> Markup:
    """Return what was not solved, each with its problem and the command that repeats it."""
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


def every_solve(results: Results) -> Markup:
    """Return every solve, folded."""
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


def raced_problems(results: Results) -> Markup:
    """Return what is known of every problem, each at a place that links lead to."""
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
    from mdsolve.benchmark import catalogue

    if name not in catalogue.problem_names():
        return None
    return getattr(catalogue.problem(name), field) or None


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
