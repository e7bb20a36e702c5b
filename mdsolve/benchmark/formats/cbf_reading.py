"""Reading the Conic Benchmark Format: see `cbf` for what its cones are."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any

import numpy as np

from mdsolve.benchmark.cones import EXPONENTIAL, NONNEGATIVE, SECOND_ORDER, TRIPLE, ZERO
from mdsolve.benchmark.formats.faults import Source, Word, real, whole, words
from mdsolve.benchmark.program import ConicProgram

#: most entries of a list that a file may announce
_MOST = 10_000_000
#: as many variables or rows may stand in any file, and beyond only what its text has numbers for
_FEW = 100_000
_OTHER = {
    "PSDVAR": "semidefinite variables",
    "PSDCON": "semidefinite constraints",
    "FCOORD": "semidefinite data",
    "HCOORD": "semidefinite data",
    "DCOORD": "semidefinite data",
    "OBJFCOORD": "semidefinite data",
    "INT": "integer variables",
    "POWCONES": "power cones",
    "POW*CONES": "power cones",
    "CHANGE": "a sequence of programs",
}
_SECTIONS = "VER OBJSENSE VAR CON OBJACOORD OBJBCOORD ACOORD BCOORD"


class _Reader:
    """A file as words, section by section."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines = source.lines("#")

    def line(self, count: int | None = None) -> list[Word]:
        """Return the words of the next line, as many as asked for."""
        return self.of(*self.raw(), count)

    def raw(self) -> tuple[int, str]:
        """Return the next line and its number."""
        number, line = next(self.lines, (0, ""))
        if not number:
            self.source.fault(None, "the file ends in the middle of a section", "Fetch it again.")
        return number, line

    def of(self, number: int, line: str, count: int | None) -> list[Word]:
        """Return the words of a line, as many as asked for."""
        found = words(line.partition("#")[0], number)
        if count is not None and len(found) != count:
            extra = found[min(count, len(found) - 1)]
            self.source.fault(extra, f"{len(found)} words where {count} are needed")
        return found

    def section(self) -> Word | None:
        """Return the next section's word."""
        number, line = next(self.lines, (0, ""))
        if not number:
            return None
        return words(line, number)[0]

    def domains(self) -> tuple[int, list[tuple[Word, int]]]:
        """Return the size that VAR or CON announces, and its cones."""
        whole, count = self.line(2)
        size = self.source.count(whole, _MOST)
        if size > max(_FEW, len(self.source.text)):
            self.source.fault(
                whole,
                f"{size:,} where the whole file has {len(self.source.text):,} characters",
                "It cannot say anything of most of them: state those that occur.",
            )
        found: list[tuple[Word, int]] = []
        for _ in range(self.source.count(count, _MOST)):
            kind, length = self.line(2)
            found.append((kind, self.source.count(length, _MOST)))
        total = sum(length for _, length in found)
        if total != size:
            self.source.fault(whole, f"the cones below hold {total}, not {size}")
        return size, found

    def coordinates(self, *sizes: int | None) -> Iterator[tuple[int, str, list[int], float]]:
        """Yield index lines: the line, indices below the sizes, and a number."""
        (count,) = self.line(1)
        wanted = len(sizes) + 1
        for _ in range(self.source.count(count, _MOST)):
            number, line = self.raw()
            plain = line.split()
            if len(plain) == wanted and None not in sizes:
                indices = [whole(text) for text in plain[:-1]]
                value = real(plain[-1])
                if isfinite(value) and all(map(_below, indices, sizes)):
                    yield number, line, indices, value
                    continue
            found = self.of(number, line, wanted)
            indices = [self._index(word, size) for word, size in zip(found, sizes, strict=False)]
            yield number, line, indices, self.source.number(found[-1])

    def _index(self, word: Word, size: int | None) -> int:
        if size is None:
            self.source.fault(word, "an index before the section that says how many there are")
        found = self.source.count(word, _MOST)
        if found >= size:
            self.source.fault(word, f"index {found} where there are {size}, counted from 0")
        return found


def _below(index: int, size: int | None) -> bool:
    return size is not None and 0 <= index < size


def read(source: Source) -> ConicProgram:
    """Return the program of a file.

    Raises
    ------
    InvalidInput
        Naming file, line, column, the word and the remedy.
    """
    reader, given = _Reader(source), _Given()
    while (head := reader.section()) is not None:
        _section(reader, given, head)
    if given.width is None:
        source.fault(None, "there is no section VAR")
    return given.program(source)


class _Given:
    """What has been read so far."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.maximize = False
        self.width: int | None = None
        self.height: int | None = None
        self.signs: list[tuple[Word, int]] = []
        self.cones: list[tuple[Word, int]] = []
        self.cost: dict[int, float] = {}
        self.constant = 0.0
        self.cells: dict[tuple[int, int], float] = {}
        self.sides: dict[int, float] = {}

    def program(self, source: Source) -> ConicProgram:
        """State what was read: cones of variables become rows, QR a second-order cone."""
        from scipy.sparse import csr_array

        assert self.width is not None
        lower, upper = np.full(self.width, -np.inf), np.full(self.width, np.inf)
        rows = _Rows(source)
        start = 0
        for word, count in self.signs:
            columns = range(start, start + count)
            if word.text in ("F", "L+", "L-", "L="):
                part = slice(start, start + count)
                lower[part] = 0.0 if word.text in ("L+", "L=") else -np.inf
                upper[part] = 0.0 if word.text in ("L-", "L=") else np.inf
            else:
                rows.add(word, [({j: 1.0}, 0.0) for j in columns])
            start += count
        by_row: list[dict[int, float]] = [{} for _ in range(self.height or 0)]
        for (i, j), value in self.cells.items():
            by_row[i][j] = value
        start = 0
        for word, count in self.cones:
            part = range(start, start + count)
            rows.add(word, [(by_row[i], self.sides.get(i, 0.0)) for i in part])
            start += count
        cost = np.zeros(self.width)
        cost[list(self.cost)] = list(self.cost.values())
        data = [(k, j, -a) for k, (row, _) in enumerate(rows.found) for j, a in row.items()]
        table = np.array(data, dtype=float).reshape(-1, 3)
        places = table[:, :2].astype(int).T
        return ConicProgram(
            cost,
            csr_array((table[:, 2], (places[0], places[1])), shape=(len(rows.found), self.width)),
            [side for _, side in rows.found],
            rows.cones,
            lower=lower,
            upper=upper,
            constant=self.constant,
            maximize=self.maximize,
        )


Row = tuple[dict[int, float], float]


class _Rows:
    """Rows a·x + b in the program's own cones."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Row] = []
        self.cones: list[tuple[str, int]] = []

    def add(self, word: Word, rows: list[Row]) -> None:
        """Add one domain's rows, in the order and the signs of the program's cones."""
        kind, count = word.text, len(rows)
        if not count or kind == "F":
            return
        if kind == "L-":
            rows = [({j: -a for j, a in row.items()}, -side) for row, side in rows]
        if kind in ("L+", "L-", "L="):
            self.cones.append((ZERO if kind == "L=" else NONNEGATIVE, count))
        elif kind == "Q":
            self.cones.append((SECOND_ORDER, count))
        elif kind == "QR":
            rows = self._rotated(word, rows)
            self.cones.append((SECOND_ORDER, count))
        elif kind == "EXP" and count == TRIPLE:
            rows = rows[::-1]
            self.cones.append((EXPONENTIAL, TRIPLE))
        else:
            self.source.fault(
                word,
                f"cone {kind[:40]!r} of {count} rows",
                "Cones that are read: F L+ L- L= Q QR, and EXP of three rows.",
            )
        self.found += rows

    def _rotated(self, word: Word, rows: list[Row]) -> list[Row]:
        if len(rows) < 2:
            self.source.fault(word, f"a cone QR of {len(rows)} row, where two are needed")
        one, other, *rest = rows
        return [
            _sum(one, other, 2.0),
            _sum(one, other, -2.0),
            *(_sum(({}, 0.0), row, 2.0) for row in rest),
        ]


def _sum(one: Row, other: Row, factor: float) -> Row:
    found = dict(one[0])
    for j, a in other[0].items():
        found[j] = found.get(j, 0.0) + factor * a
    return found, one[1] + factor * other[1]


def _section(reader: _Reader, given: _Given, head: Word) -> None:
    name, source = head.text, reader.source
    if name in _OTHER:
        source.fault(head, f"section {name}: {_OTHER[name]}", "Programs with them are not read.")
    if name not in _SECTIONS.split():
        source.fault(head, f"section {name[:40]!r} is unknown", f"Sections are {_SECTIONS}.")
    if name in given.seen:
        source.fault(head, f"section {name} stands twice")
    given.seen.add(name)
    if name == "VER":
        (version,) = reader.line(1)
        if source.count(version, 99) not in (1, 2, 3, 4):
            source.fault(version, f"version {version.text}", "Versions 1 to 4 are read.")
    elif name == "OBJSENSE":
        (sense,) = reader.line(1)
        if sense.text not in ("MIN", "MAX"):
            source.fault(sense, f"sense {sense.text[:40]!r}", "Write MIN or MAX.")
        given.maximize = sense.text == "MAX"
    elif name == "VAR":
        given.width, given.signs = reader.domains()
    elif name == "CON":
        given.height, given.cones = reader.domains()
    elif name == "OBJBCOORD":
        (number,) = reader.line(1)
        given.constant = source.number(number)
    else:
        _coordinates(reader, given, name)


def _coordinates(reader: _Reader, given: _Given, name: str) -> None:
    target, sizes = {
        "OBJACOORD": (given.cost, (given.width,)),
        "ACOORD": (given.cells, (given.height, given.width)),
        "BCOORD": (given.sides, (given.height,)),
    }[name]
    found: dict[Any, float] = target  # type: ignore[assignment]
    for number, line, indices, value in reader.coordinates(*sizes):
        place = tuple(indices) if len(indices) > 1 else indices[0]
        if place in found:
            reader.source.fault(words(line, number)[0], "this entry stands twice")
        found[place] = value
