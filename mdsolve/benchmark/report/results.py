"""A folder of results, read once: the last attempt of every solve, and what was raced by whom."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite
from os import PathLike
from pathlib import Path
from typing import Any

from mdsolve.benchmark.measures import statistics
from mdsolve.benchmark.measures.statistics import Row, Times
from mdsolve.benchmark.run.records import NESTED, RUN, SCHEMA, read_rows, require_fields
from mdsolve.errors import InvalidInput

KINDS = ("linear", "quadratic", "second-order", "exponential")


@dataclass(frozen=True, eq=False)
class Results:
    """Rows of a race.

    Attributes
    ----------
    run : mapping
        What was asked for, of whom, and where.
    rows : sequence of mapping
        Of every solve its last attempt.
    """

    run: Mapping[str, Any]
    rows: Sequence[Row]

    @cached_property
    def solvers(self) -> list[str]:
        """The solvers, by name."""
        return sorted({row["solver"] for row in self.rows})

    @cached_property
    def accuracies(self) -> list[float]:
        """The accuracies that were asked for, the coarsest first."""
        return sorted({row["target"] for row in self.rows}, reverse=True)

    @cached_property
    def limit(self) -> float:
        """The time limit, of the rows' the longest (seconds)."""
        return max((float(row["time_limit"]) for row in self.rows), default=60.0)

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds of programs that were raced by themselves, in their own order."""
        found = {row["kind"] for row in self.cold()}
        return [kind for kind in KINDS if kind in found]

    def cold(self, kind: str | None = None) -> list[Row]:
        """Return the rows that started from nothing, of one kind of program or of all."""
        return [
            row
            for row in self.rows
            if row["start"] == "cold" and row["series"] is None and kind in (None, row["kind"])
        ]

    def general(self, kind: str) -> list[str]:
        """Return the solvers that were given at least four fifths of the problems of a kind.

        Those that know a few of its families alone are compared where they compete, two by two.
        """
        rows = self.cold(kind)
        problems = {row["problem"] for row in rows}
        given = {solver: set[str]() for solver in self.solvers}
        for row in rows:
            given[row["solver"]].add(row["problem"])
        return [s for s in self.solvers if 5 * len(given[s]) >= 4 * len(problems) > 0]

    def times(self, kind: str, accuracy: float) -> Times:
        """Return the times of a kind's problems at an accuracy achieved."""
        return statistics.times(self.cold(kind), accuracy)

    @cached_property
    def failures(self) -> list[Row]:
        """The rows that are not solved, false claims first."""
        order = ("false claim", "failed", "timeout", "inaccurate")
        rows = [row for row in self.rows if row["outcome"] != "solved"]
        return sorted(
            rows, key=lambda row: (order.index(row["outcome"]), row["solver"], row["problem"])
        )

    @cached_property
    def problems(self) -> dict[str, Row]:
        """One row of every problem, for what rows say of problems."""
        return {row["problem"]: row for row in reversed(self.rows)}


def read_results(folder: str | PathLike[str]) -> Results:
    """Return the results of a folder that `mdsolve bench` wrote, or of its rows.parquet.

    Raises
    ------
    InvalidInput
        If there are none, or they are of another schema.
    """
    place = Path(folder)
    if place.suffix == ".parquet":
        return Results({"schema": SCHEMA}, statistics.latest(_of_table(place)))
    rows = statistics.latest(read_rows(place))
    if not rows:
        raise InvalidInput(f"{place}: holds no row yet. Let the race go on with --resume.")
    run = json.loads((place / RUN).read_text("utf-8"))
    return Results(run, rows)


def _of_table(path: Path) -> list[Row]:
    import pyarrow as pa
    from pyarrow.parquet import read_table

    try:
        rows = read_table(path).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise InvalidInput(
            f"{path}: cannot be read as Parquet ({error}). Name a rows.parquet."
        ) from error
    found: list[Row] = []
    for row in rows:
        if row.get("schema") != SCHEMA:
            raise InvalidInput(
                f"{path}: its rows are of schema {row.get('schema')!r}, but this version reads "
                f"{SCHEMA!r}. Use the version that wrote them."
            )
        place = f"{path}, row {len(found) + 1}"
        require_fields(row, place)
        try:
            nested = {
                name: json.loads(row[name]) for name in NESTED if isinstance(row.get(name), str)
            }
        except ValueError as error:
            raise InvalidInput(
                f"{place}: a field is no JSON ({error}). Name the table that the race wrote."
            ) from error
        found.append({**row, **nested})
    return found


def number(value: Any) -> float:
    """Return a number of a row, inf where it has none.

    Examples
    --------
    >>> number(None), number(0.5)
    (inf, 0.5)
    """
    return float(value) if value is not None and isfinite(value) else inf
