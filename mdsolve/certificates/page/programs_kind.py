"""Witnesses about a linear program: a point, prices of its rows, a ray."""

from __future__ import annotations

from typing import Any

from mdsolve.certificates import check
from mdsolve.certificates.page import drawings
from mdsolve.certificates.page.figures import cell, figure
from mdsolve.certificates.page.markup import (
    COLUMNS,
    Column,
    Markup,
    element,
    facts,
    joined,
    label,
    section,
    table,
)
from mdsolve.certificates.page.reading import Reading

Row = list[tuple[int, Any]]


def lp(reading: Reading) -> list[Markup]:
    """Show the point and the ray by column, and the prices by row with what each row comes to."""
    found, p = reading.witness, reading.problem
    status = facts([("claimed status", found.get("status"))])
    return [
        section("Witness: a bracket on the optimum", status, _optimum(reading)),
        section("Witness: point and ray", _columns(reading)) if p.get("columns") else Markup(),
        section("Witness: prices of the rows", _rows(reading)) if p.get("rows") else Markup(),
    ]


def data(reading: Reading) -> list[Markup]:
    """Show the objective and the rows as they are written by hand."""
    p = reading.problem
    columns, c = p.get("columns"), p.get("c")
    shown: list[Markup] = []
    if columns and c and "minimize" in p:
        aim = "minimise" if p["minimize"] else "maximise"
        terms = [(j, x) for j, x in enumerate(c) if x]
        shown.append(element("p", element("em", aim), " ", _sum(terms, columns), class_="row"))
    rows, sides, table_ = p.get("rows"), p.get("b"), _matrix(reading)
    if columns and rows and sides and table_:
        shown.append(
            table(
                "rows; columns are free but for them",
                [Column("row", figures=False), Column("", figures=False), Column("")],
                (
                    [label(name), _sum(table_[k], columns), f"{_sense(p, k)} {figure(sides[k], 7)}"]
                    for k, name in enumerate(rows)
                ),
                len(rows),
            )
        )
    return shown


def _optimum(reading: Reading) -> Markup | None:
    """Draw c·x against b·y: the same number where both are feasible and optimal."""
    w = reading.known("c b x y minimize")
    if w is None:
        return None
    first, second = check.dot(w.c, w.x), check.dot(w.b, w.y) * (1 if w.minimize else -1)
    drawn = drawings.bracket(min(first, second), max(first, second), "the optimum")
    words = "c·x at the point, and b·y of the prices: each bounds the optimum from its own side"
    return element("figure", drawn, element("figcaption", words))


def _columns(reading: Reading) -> Markup | None:
    w = reading.known("columns")
    given = [
        (name, reading.witness[field])
        for field, name in (("x", "x"), ("ray", "ray"))
        if reading.witness.get(field) is not None
    ]
    if w is None or not given:
        return None
    cost = reading.problem.get("c")
    given = given if cost is None else [("objective", cost), *given]
    columns = [Column("column", figures=False), *(Column(name) for name, _ in given)]
    rows = (
        [label(name), *(cell(vector[j]) for _, vector in given)] for j, name in enumerate(w.columns)
    )
    return table("by column", columns, rows, len(w.columns))


def _rows(reading: Reading) -> Markup | None:
    """Show each row's side, what the point and the ray make of it, and its price."""
    p, found = reading.problem, reading.witness
    sides, matrix, prices = p.get("b"), _matrix(reading), found.get("y")
    if sides is None:
        return None
    points = [name for name in ("x", "ray") if matrix and found.get(name) is not None]
    columns = [
        Column("row", figures=False),
        *(Column(f"A·{name}") for name in points),
        Column("b"),
        *([Column("price y")] if prices else []),
    ]
    rows = (
        [
            label(name),
            *(cell(sum(a * found[point][j] for j, a in (matrix or [])[k])) for point in points),
            element("span", f"{_sense(p, k)} ", cell(sides[k])),
            *([cell(prices[k])] if prices else []),
        ]
        for k, name in enumerate(p["rows"])
    )
    return table("by row", columns, rows, len(p["rows"]))


def _sense(p: dict[str, Any], k: int) -> str:
    senses = p.get("senses")
    sense = senses[k] if senses and k < len(senses) else None
    shown = {"<=": "≤", ">=": "≥", "==": "="}
    return shown.get(sense, "?") if isinstance(sense, str) else "?"


def _matrix(reading: Reading) -> list[Row] | None:
    """Return the rows' columns and numbers, or None where any cannot be read."""
    p = reading.problem
    rows, columns, given = p.get("rows"), p.get("columns"), p.get("A")
    if not (rows and columns and isinstance(given, list) and len(given) == len(rows)):
        return None
    place = {name: j for j, name in enumerate(columns)}
    known = check.Fields(by=check.Integers, digits=check.LONG)
    try:
        return [[(place[name], check.number(x, "A", known)) for name, x in row.items()]
                for row in given]  # fmt: skip
    except (AttributeError, KeyError, check.Rejected):
        return None


def _sum(terms: Row, columns: list[str]) -> Markup:
    if not terms:
        return Markup("0")
    parts: list[Any] = []
    for place, (j, a) in enumerate(terms[:COLUMNS]):
        sign = "−" if a < 0 else "+" if place else ""
        size = "" if abs(a) == 1 else f"{figure(abs(a), 7)} "
        parts.append(joined([f"{sign} " if place else sign, size, label(columns[j], 40)]))
    more = len(terms) - COLUMNS
    return joined([*parts, *([f"and {more:,} more terms"] if more > 0 else [])], " ")
