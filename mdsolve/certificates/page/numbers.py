"""Tables of exact numbers, and numbers with their unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mdsolve.certificates.page.figures import cell, figure
from mdsolve.certificates.page.markup import COLUMNS, Column, Markup, element, label, table


def welfare_units(x: Any) -> Markup | None:
    """Return a number in welfare units, or None of none."""
    return None if x is None else element("span", figure(x), " ", element("small", "welfare units"))


def vector(
    caption: str, corner: str, names: Sequence[str], values: Sequence[Any], unit: str
) -> Markup:
    """Return a table of one number a name."""
    rows = ([label(name), cell(x)] for name, x in zip(names, values, strict=True))
    columns = [Column(corner, figures=False), Column(unit)]
    return table(caption, columns, rows, len(names))


def matrix(
    caption: str,
    corner: str,
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[Any]],
    unit: str,
) -> Markup:
    """Return a table of numbers, of which the first columns are shown where there are many."""
    head = [Column(corner, figures=False), *(Column(label(x, 24)) for x in columns[:COLUMNS])]
    left = f"; the first {COLUMNS} of {len(columns):,} columns" if len(columns) > COLUMNS else ""
    return table(
        f"{caption} ({unit}{left})",
        head,
        (
            [label(name, 60), *map(cell, row[:COLUMNS])]
            for name, row in zip(rows, values, strict=True)
        ),
        len(rows),
    )
