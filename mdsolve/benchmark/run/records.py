"""Rows on disk: one JSON object a line, appended and synced, so that a kill leaves a valid file.

What a kill cuts is the last line alone: it is no row, and is cut off when the race goes on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from mdsolve.benchmark.measures.judge import OUTCOMES
from mdsolve.errors import InvalidInput
from mdsolve.games.files import written_whole

SCHEMA = "mdsolve-bench/1"
ROWS, RUN, TABLE = "rows.jsonl", "run.json", "rows.parquet"

#: fields that are objects of their own shape: text of JSON in the table
NESTED = ("sets", "axes", "settings", "machine", "versions", "reference_seconds")

#: what every row has, and tables are made of
FIELDS = (
    *("problem", "family", "kind", "sets", "axes", "variables", "rows", "status", "solver"),
    *("version", "target", "outcome", "claim", "error", "reason", "noisy", "time_limit"),
    *("solve_seconds", "start", "series", "step", "attempt", "machine"),
)

Row = dict[str, Any]


class Records:
    """A folder of results, open for writing by one race at a time.

    Parameters
    ----------
    folder : path
    configuration : mapping
        What a race that goes on must agree with.
    resume : bool
        Whether to go on with rows that are there.

    Raises
    ------
    InvalidInput
        If the folder holds another race, one of another schema, or rows though `resume` is False;
        or another process writes there.
    """

    def __init__(self, folder: Path, configuration: Mapping[str, Any], *, resume: bool = False):
        self.folder = Path(folder)
        self.path = self.folder / ROWS
        run = {"schema": SCHEMA, **plain(configuration)}
        if (self.folder / RUN).exists():
            if not resume:
                raise InvalidInput(
                    f"{self.folder}: holds the results of a race. Go on with --resume, or choose "
                    "another folder."
                )
            _compare(self.folder, run)
        elif self.folder.exists() and any(self.folder.iterdir()):
            raise InvalidInput(
                f"{self.folder}: is not empty and holds no results. Choose another folder."
            )
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            with written_whole(self.folder / RUN) as file:
                file.write(json.dumps(run, indent=1, ensure_ascii=False).encode() + b"\n")
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            self._lock()
            self.rows = self._whole()
        except BaseException:
            os.close(self._file)
            raise

    def append(self, row: Row) -> None:
        """Write a row, and return when it is on disk."""
        line = json.dumps(plain(row), ensure_ascii=False, allow_nan=False) + "\n"
        data = line.encode()
        while data:
            data = data[os.write(self._file, data) :]
        os.fsync(self._file)
        self.rows.append(json.loads(line))

    def close(self, *, table: bool = True) -> None:
        """Close the file; write all rows as a Parquet table too, if wanted."""
        os.close(self._file)
        if table and self.rows:
            write_table(self.rows, self.folder / TABLE)

    def _lock(self) -> None:
        try:
            import fcntl
        except ImportError:  # a system without such locks
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InvalidInput(
                f"{self.folder}: another race is writing there. Wait for it, or choose another "
                "folder."
            ) from error

    def _whole(self) -> list[Row]:
        """Return the rows that are there; cut off what a kill left of the last one."""
        data = self.path.read_bytes()
        kept = data.rfind(b"\n") + 1
        rows = _parsed(data[:kept], self.path)
        if kept < len(data):
            os.ftruncate(self._file, kept)
        return rows


def read_rows(folder: str | os.PathLike[str]) -> list[Row]:
    """Return the rows of a folder of results, all attempts; a last line that was cut is left out.

    Raises
    ------
    InvalidInput
        If there are no results, they are of another schema, or a line is no row.
    """
    place = Path(folder)
    _schema(place)
    path = place / ROWS
    data = path.read_bytes() if path.exists() else b""
    return _parsed(data[: data.rfind(b"\n") + 1], path)


def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a row is of, but for the attempt."""
    return tuple(row[name] for name in ("problem", "solver", "target", "start", "series", "step"))


def plain(value: Any) -> Any:
    """Return data as JSON has it: numbers that are not finite are null.

    Examples
    --------
    >>> plain({"lower": -float("inf"), "sets": ("smoke",)})
    {'lower': None, 'sets': ['smoke']}
    """
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    return plain(value.item()) if hasattr(value, "item") else str(value)


def write_table(rows: Iterable[Row], path: Path) -> None:
    """Write rows as a Parquet table; nested fields are text of JSON there."""
    import pyarrow as pa
    from pyarrow.parquet import write_table as write

    flat = [
        {
            name: json.dumps(value, ensure_ascii=False) if name in NESTED else value
            for name, value in row.items()
        }
        for row in rows
    ]
    names = list(dict.fromkeys(name for row in flat for name in row))
    columns = {name: _column([row.get(name) for row in flat]) for name in names}
    with written_whole(path, overwrite=True) as file:
        write(pa.table(columns), file)


def _column(values: list[Any]) -> Any:
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        values = [None if value is None else float(value) for value in values]
    elif len(kinds) > 1:
        values = [None if value is None else json.dumps(value) for value in values]
    return pa.array(values)


def _schema(folder: Path) -> dict[str, Any]:
    path = folder / RUN
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidInput(
            f"{folder}: holds no results ({RUN} cannot be read). Name the folder that `mdsolve "
            "bench --out` wrote."
        ) from error
    except ValueError as error:
        raise InvalidInput(f"{path}: is no JSON ({error}). Name another folder.") from error
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA:
        raise InvalidInput(
            f"{folder}: its results are of schema {schema!r}, but this version reads and writes "
            f"{SCHEMA!r}. Use the version that wrote them, or race again into another folder."
        )
    return found


def _compare(folder: Path, run: Mapping[str, Any]) -> None:
    found = _schema(folder)
    for name in dict.fromkeys([*run, *found]):
        if name in ("command", "when"):
            continue
        difference = _difference(name, found.get(name), run.get(name))
        if difference:
            raise InvalidInput(
                f"{folder}: its race had {difference}. Go on with the same command on the same "
                "machine and versions, or race again into another folder."
            )


def _difference(name: str, old: Any, new: Any) -> str:
    if old == new:
        return ""
    if isinstance(old, dict) and isinstance(new, dict):
        for part in dict.fromkeys([*new, *old]):
            if found := _difference(f"{name}.{part}", old.get(part), new.get(part)):
                return found
    return f"{name} {_short(old)} where this one has {_short(new)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 80 else f"{text[:77]}..."


def _parsed(data: bytes, path: Path) -> list[Row]:
    rows: list[Row] = []
    for number, line in enumerate(data.splitlines(), 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InvalidInput(
                f"{path}, line {number}: is no row ({error}). Remove that line: its solve is run "
                "again with --resume."
            ) from error
        if not isinstance(row, dict) or row.get("schema") != SCHEMA:
            raise InvalidInput(f"{path}, line {number}: is no row of schema {SCHEMA!r}.")
        require_fields(row, f"{path}, line {number}")
        rows.append(row)
    return rows


def require_fields(row: Row, place: str) -> None:
    """Refuse a row that lacks a field, or has an outcome that is none.

    Raises
    ------
    InvalidInput
        Naming it.
    """
    missing = next((name for name in FIELDS if name not in row), None)
    if missing is not None:
        raise InvalidInput(
            f"{place}: the row has no field {missing!r}. Remove it: its solve is run again with "
            "--resume."
        )
    if row["outcome"] not in OUTCOMES:
        raise InvalidInput(
            f"{place}: outcome {row['outcome']!r} is none of {', '.join(OUTCOMES)}. Remove the row."
        )
