"""A table of cells read strictly: a refusal names the file, the row and the column of the cell."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from mdsolve.errors import InvalidInput
from mdsolve.games.validation import Array

EXTENSIONS = (".csv", ".parquet")
_LONGEST_CELL = 1 << 30

_CANDIDATES = "A game needs at least one candidate."
_REWARDS = (
    "Every column without another role is a group's reward: correct the cell, or name the groups "
    "with groups=[...]."
)


@dataclass(frozen=True)
class Table:
    """Named columns of equal length; ``lines`` are the rows' first lines in a CSV file."""

    name: str
    columns: Mapping[str, Any]
    rows: int
    lines: tuple[int, ...] | None = None

    def place(self, row: int) -> str:
        """Return how a person finds the row."""
        return f"row {row}" if self.lines is None else f"line {self.lines[row]}"

    def text(self, column: str, argument: str) -> list[str]:
        """Return a column of names; ``argument`` is what renames it."""
        cells = _cells(self._column(column, argument))
        for row, cell in enumerate(cells):
            if _missing(cell):
                raise self.refusal(row, column, "the name is missing. Fill it, or drop the row.")
        return [str(cell) for cell in cells]

    def numbers(self, column: str, argument: str, remedy: str = _REWARDS) -> Array:
        """Return a column of finite numbers; ``remedy`` is for a cell that is none."""
        series = self._column(column, argument)
        numeric = not isinstance(series, list) and series.dtype.is_numeric()
        values = _floats(series) if numeric else self._parsed(column, _cells(series), remedy)
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            found = (
                "missing (or nan)" if np.isnan(values[bad[0]]) else f"{values[bad[0]]}, not finite"
            )
            raise self.refusal(
                int(bad[0]), column, f"the number is {found}. Fill the cell, or drop the row."
            )
        return values

    def _parsed(self, column: str, cells: list[Any], remedy: str) -> Array:
        values = np.empty(len(cells))
        for row, cell in enumerate(cells):
            try:
                values[row] = _number(cell)
            except (TypeError, ValueError) as error:
                what = f"{cell!r} is not a number. {remedy}"
                raise self.refusal(row, column, what) from error
        return values

    def _column(self, column: str, argument: str) -> Any:
        if column not in self.columns:
            raise InvalidInput(
                f"{self.name}: there is no column {column!r}; the columns are "
                f"{list(self.columns)}. Name the right one with {argument}."
            )
        return self.columns[column]

    def refusal(self, row: int, column: str, what: str) -> InvalidInput:
        """Return what refuses a cell."""
        return InvalidInput(f"{self.name}, {self.place(row)}, column {column!r}: {what}")


def opened(source: Any, remedy: str = _CANDIDATES) -> Table:
    """Return a CSV or Parquet file, or a frame that narwhals knows, as a table with rows.

    ``remedy`` is for a table without any.
    """
    table = _from_path(Path(source)) if isinstance(source, (str, PathLike)) else _from_frame(source)
    if table.rows == 0:
        raise InvalidInput(f"{table.name}: has no rows. {remedy}")
    return table


def _from_path(path: Path) -> Table:
    if path.suffix.lower() not in EXTENSIONS:
        raise InvalidInput(
            f"{path}: extension {path.suffix!r} is unknown. Pass a file that ends in "
            f"{' or '.join(EXTENSIONS)}."
        )
    try:
        return _from_csv(path) if path.suffix.lower() == ".csv" else _from_parquet(path)
    except FileNotFoundError as error:
        raise InvalidInput(f"{path}: there is no such file. Check the path.") from error
    except OSError as error:
        raise InvalidInput(
            f"{path}: cannot be read ({error.strerror or error}). Check the file."
        ) from error


def _from_csv(path: Path) -> Table:
    limit = csv.field_size_limit(_LONGEST_CELL)
    try:
        records = _records(path)
    finally:
        csv.field_size_limit(limit)
    if not records:
        raise InvalidInput(f"{path.name}: is empty. The first line must name the columns.")
    header = records.pop(0)[1]
    for line, cells in records:
        if len(cells) != len(header):
            raise InvalidInput(
                f"{path.name}, line {line}: {len(cells)} cells, but the header has {len(header)}. "
                "Quote cells that hold a comma, and give every row a cell for each column."
            )
    _refuse_twins(path.name, header)
    columns = [list(column) for column in zip(*(cells for _, cells in records), strict=True)]
    named = dict(zip(header, columns or [[] for _ in header], strict=True))
    return Table(path.name, named, len(records), tuple(line for line, _ in records))


def _records(path: Path) -> list[tuple[int, list[str]]]:
    records: list[tuple[int, list[str]]] = []
    start = 1
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file, strict=True)
        try:
            for cells in reader:
                if cells:
                    records.append((start, cells))
                start = reader.line_num + 1
        except (UnicodeDecodeError, csv.Error) as error:
            line = _first_undecodable(path) if isinstance(error, UnicodeDecodeError) else start
            raise InvalidInput(
                f"{path.name}, line {line}: {error}. Save the file as comma-separated UTF-8 text."
            ) from error
    return records


def _first_undecodable(path: Path) -> int:
    """Return the line of the first bytes that are not UTF-8: a reader meets them ahead of it."""
    with path.open("rb") as file:
        for line, text in enumerate(file, start=1):
            try:
                text.decode()
            except UnicodeDecodeError:
                return line
    return 1


def _from_parquet(path: Path) -> Table:
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            return _from_frame(file.read(), path.name)
    except pyarrow.ArrowException as error:
        raise InvalidInput(
            f"{path.name}: cannot be read as Parquet ({error}). Write it again."
        ) from error


def _from_frame(source: Any, name: str = "the table") -> Table:
    import narwhals as nw

    if not hasattr(source, "collect"):
        header = getattr(source, "column_names", None) or getattr(source, "columns", ())
        _refuse_twins(name, list(map(str, header)))
    try:
        frame = nw.from_native(source, eager_only=True)
        columns = {str(column): frame.get_column(column) for column in frame.columns}
    except TypeError as error:
        raise InvalidInput(
            f"source: a {type(source).__name__} is not a table. Pass a pandas, Polars or pyarrow "
            "frame (a lazy one collected), or the path of a CSV or Parquet file."
        ) from error
    return Table(name, columns, len(frame))


def _refuse_twins(name: str, header: list[str]) -> None:
    twins = [column for k, column in enumerate(header) if column in header[:k]]
    if twins:
        raise InvalidInput(
            f"{name}: column {twins[0]!r} occurs twice. Rename or drop one of the two."
        )


def _cells(column: Any) -> list[Any]:
    if isinstance(column, list):
        return column
    nulls = column.is_null().to_list()
    return [None if null else cell for cell, null in zip(column.to_list(), nulls, strict=True)]


def _floats(series: Any) -> Array:
    import narwhals as nw

    return np.asarray(series.cast(nw.Float64).to_numpy(), dtype=float)


def _missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _number(cell: Any) -> float:
    if _missing(cell):
        return np.nan
    if isinstance(cell, (bool, np.bool_)) or "_" in str(cell):
        raise ValueError
    return float(cell)
