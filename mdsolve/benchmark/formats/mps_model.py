"""What a file of MPS has said so far, and the program that it states; `mps` says what it means."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from math import inf
from typing import Any, NoReturn

import numpy as np

from mdsolve.benchmark.cones import NONNEGATIVE, ZERO
from mdsolve.benchmark.formats.faults import Source, Word, words
from mdsolve.benchmark.program import ConicProgram


@dataclass
class Model:
    """What has been read so far."""

    source: Source
    fixed: bool
    maximize: bool = False
    objective: str | None = None
    free: set[str] = field(default_factory=set)
    rows: dict[str, tuple[int, str]] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)
    cost: dict[int, float] = field(default_factory=dict)
    cells: dict[tuple[int, int], float] = field(default_factory=dict)
    sides: dict[int, float] = field(default_factory=dict)
    constant: float = 0.0
    ranges: dict[int, float] = field(default_factory=dict)
    lower: dict[int, float] = field(default_factory=dict)
    upper: dict[int, float] = field(default_factory=dict)
    squares: dict[tuple[int, int], float] = field(default_factory=dict)
    current: str | None = None

    def words(self, line: str, number: int) -> list[Word]:
        """Return the words of a line, in the format that the file is read as."""
        return fixed_words(line, number) if self.fixed else words(line, number)

    def fault(self, word: Word | None, said: str, remedy: str = "Mend the file.") -> NoReturn:
        """Refuse the file."""
        self.source.fault(word, said, remedy)

    def row(self, word: Word) -> int | None:
        """Return a row's number, −1 for the objective, None for a free row that is left out."""
        if word.text == self.objective:
            return -1
        if word.text in self.free:
            return None
        if word.text not in self.rows:
            self.fault(word, f"row {word.text[:40]!r} is not in ROWS")
        return self.rows[word.text][0]

    def column(self, word: Word) -> int:
        """Return a column's number."""
        if word.text not in self.columns:
            self.fault(word, f"column {word.text[:40]!r} is not in COLUMNS")
        return self.columns[word.text]


def fixed_words(line: str, number: int) -> list[Word]:
    """Return the fields of a line of fixed MPS: columns 2-3, 5-12, 15-22, 25-36, 40-47, 50-61."""
    spans = ((1, 3), (4, 12), (14, 22), (24, 36), (39, 47), (49, 61))
    found = [(line[start:end].strip(), start) for start, end in spans]
    return [Word(text, number, start + 1) for text, start in found if text]


def stated(model: Model) -> ConicProgram:
    """State what was read: G rows with their sign changed, a range as two rows."""
    if model.objective is None:
        model.fault(None, "no row of type N: there is no objective")
    names: list[str] = []
    kinds: list[tuple[str, int]] = []
    sides: list[float] = []
    sources: list[int] = []
    signs: list[float] = []
    for name, (i, letter) in model.rows.items():
        low, high = _interval(letter, model.sides.get(i, 0.0), model.ranges.get(i))
        parts = [("", ZERO, high, 1.0)] if low == high else []
        if low != high:
            parts = [("", NONNEGATIVE, high, 1.0)] if high < inf else []
            if low > -inf:
                parts.append(("-low" if parts else "", NONNEGATIVE, -low, -1.0))
        for suffix, kind, side, sign in parts:
            names.append(_fresh(name + suffix, model.rows) if suffix else name)
            kinds.append((kind, 1))
            sides.append(side)
            sources.append(i)
            signs.append(sign)
    width = len(model.columns)
    lower = np.array([model.lower.get(j, 0.0) for j in range(width)])
    upper = np.array([model.upper.get(j, inf) for j in range(width)])
    return ConicProgram(
        [model.cost.get(j, 0.0) for j in range(width)],
        _stacked(_table(model.cells, len(model.rows), width), sources, signs),
        sides,
        kinds,
        quadratic=_table(model.squares, width, width) if model.squares else None,
        lower=lower,
        upper=upper,
        constant=model.constant,
        maximize=model.maximize,
        names=list(model.columns),
        rows=names,
    )


def _stacked(table: Any, sources: list[int], signs: list[float]) -> Any:
    return table[sources].multiply(np.array(signs, dtype=float)[:, None])


def _interval(letter: str, side: float, range_: float | None) -> tuple[float, float]:
    if range_ is None:
        return {"E": (side, side), "L": (-inf, side), "G": (side, inf)}[letter]
    if letter == "E":
        return (side, side + range_) if range_ >= 0.0 else (side + range_, side)
    return (side - abs(range_), side) if letter == "L" else (side, side + abs(range_))


def _fresh(name: str, taken: Container[str]) -> str:
    while name in taken:
        name += "'"
    return name


def _table(cells: dict[tuple[int, int], float], rows: int, columns: int) -> Any:
    from scipy.sparse import csr_array

    places = np.array(list(cells), dtype=int).reshape(-1, 2)
    values = np.array(list(cells.values()), dtype=float)
    return csr_array((values, (places[:, 0], places[:, 1])), shape=(rows, columns))
