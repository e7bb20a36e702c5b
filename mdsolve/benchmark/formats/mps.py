"""Linear and quadratic programs as MPS: free or fixed, with ranges, bounds and QUADOBJ.

min or max c·x + ½ x·Qx. A row L is A x ≤ b, so rows of ``nonnegative`` cones are written as they
are; G rows change their sign when they are read. QUADOBJ lists each pair of Q once, QMATRIX twice.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any, NoReturn

import numpy as np

from mdsolve.benchmark.cones import NONNEGATIVE, ZERO
from mdsolve.benchmark.formats.faults import Source, Word, shortest, words
from mdsolve.benchmark.program import ConicProgram
from mdsolve.certificates.mps import plain_names
from mdsolve.errors import InvalidInput

#: bounds that mean none, as much MPS in the world has it
INFINITE = 1e30

_LETTERS = {ZERO: "E", NONNEGATIVE: "L"}
_ONLY_CONTINUOUS = "Races are between solvers of continuous programs: relax the integers first."


def text(program: ConicProgram) -> str:
    """Return a linear or quadratic program as free MPS.

    Raises
    ------
    InvalidInput
        If it has cones that MPS has no place for.
    """
    return "\n".join(_lines(program)) + "\n"


def _lines(program: ConicProgram) -> Iterator[str]:
    if program.needs - {"quadratic"}:
        raise InvalidInput(
            f"program with {program.kind} cones: MPS holds linear and quadratic ones. Write .cbf."
        )
    columns = plain_names(program.names, "x")
    rows = plain_names(program.rows, "r", taken=["objective"])
    kinds = [_LETTERS[kind] for kind, count in program.cones for _ in range(count)]
    yield "NAME mdsolve"
    if program.maximize:
        yield from ("OBJSENSE", "    MAX")
    yield from ("ROWS", " N objective")
    yield from (f" {kind} {row}" for kind, row in zip(kinds, rows, strict=True))
    yield "COLUMNS"
    by_column = program.matrix.tocsc()
    for j, name in enumerate(columns):
        yield f" {name} objective {shortest(program.objective[j])}"
        part = slice(by_column.indptr[j], by_column.indptr[j + 1])
        for i, a in zip(by_column.indices[part], by_column.data[part], strict=True):
            yield f" {name} {rows[i]} {shortest(a)}"
    yield "RHS"
    if program.constant:
        yield f" RHS objective {shortest(-program.constant)}"
    yield from (
        f" RHS {row} {shortest(side)}"
        for row, side in zip(rows, program.sides.tolist(), strict=True)
        if side
    )
    yield "BOUNDS"
    for name, low, high in zip(
        columns, program.lower.tolist(), program.upper.tolist(), strict=True
    ):
        yield from _bounds(name, low, high)
    if program.quadratic is not None:
        yield "QUADOBJ"
        table = program.quadratic.tocoo()
        for i, j, a in zip(table.coords[0], table.coords[1], table.data, strict=True):
            if i >= j:
                yield f" {columns[j]} {columns[i]} {shortest(a)}"
    yield "ENDATA"


def _bounds(name: str, low: float, high: float) -> Iterator[str]:
    if low == high:
        yield f" FX BND {name} {shortest(low)}"
    elif low == -inf and high == inf:
        yield f" FR BND {name}"
    else:
        if low == -inf:
            yield f" MI BND {name}"
        elif low != 0.0:
            yield f" LO BND {name} {shortest(low)}"
        if high != inf:
            yield f" UP BND {name} {shortest(high)}"


@dataclass
class _Model:
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
        return fixed_words(line, number) if self.fixed else words(line, number)

    def fault(self, word: Word | None, said: str, remedy: str = "Mend the file.") -> NoReturn:
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
        if word.text not in self.columns:
            self.fault(word, f"column {word.text[:40]!r} is not in COLUMNS")
        return self.columns[word.text]


def read(source: Source) -> ConicProgram:
    """Return the program of an MPS file: free, or else fixed format.

    Raises
    ------
    InvalidInput
        Naming file, line, column, the word and the remedy.
    """
    try:
        return _read(source, fixed=False)
    except InvalidInput as free:
        try:
            return _read(source, fixed=True)
        except InvalidInput:
            raise free from None


def _read(source: Source, *, fixed: bool) -> ConicProgram:
    model, section = _Model(source, fixed), ""
    for number, line in source.lines("*"):
        if not line[0].isspace():
            head = words(line, number)
            section = head[0].text.upper()
            if section == "ENDATA":
                return _program(model)
            if section not in _SECTIONS:
                model.fault(head[0], f"section {head[0].text[:40]!r} is unknown", _sections())
            if section == "OBJSENSE" and len(head) > 1:
                _objsense(model, head[1:])
            continue
        if section not in _SECTIONS:
            model.fault(words(line, number)[0], "data before any section")
        found = model.words(line, number)
        if not found:
            model.fault(words(line, number)[0], "nothing stands in the columns of fixed format")
        _SECTIONS[section](model, found)
    source.fault(None, "ENDATA is missing", "The file was cut: fetch it again.")


def _sections() -> str:
    return f"Sections are {', '.join(_SECTIONS)} and ENDATA."


def _name(model: _Model, found: list[Word]) -> None:
    model.fault(found[0], "NAME has its word on its own line")


def _objsense(model: _Model, found: list[Word]) -> None:
    said = found[0].text.upper()
    if said not in ("MAX", "MAXIMIZE", "MIN", "MINIMIZE"):
        model.fault(found[0], f"sense {said[:40]!r}", "Write MIN or MAX.")
    model.maximize = said.startswith("MAX")


def _rows(model: _Model, found: list[Word]) -> None:
    kind, name = _shape(model, found, 2, 2)[:2]
    letter = kind.text.upper()
    if letter not in ("N", "L", "G", "E"):
        model.fault(kind, f"row type {kind.text[:40]!r}", "Types are N, L, G and E.")
    if name.text in model.rows or name.text in model.free or name.text == model.objective:
        model.fault(name, f"row {name.text[:40]!r} stands twice")
    if letter != "N":
        model.rows[name.text] = (len(model.rows), letter)
    elif model.objective is None:
        model.objective = name.text
    else:
        model.free.add(name.text)


def _columns(model: _Model, found: list[Word]) -> None:
    if len(found) > 1 and found[1].text == "'MARKER'":
        model.fault(found[1], "integer columns", _ONLY_CONTINUOUS)
    _shape(model, found, 3, 5)
    name = found[0]
    if name.text != model.current:
        if name.text in model.columns:
            model.fault(name, f"column {name.text[:40]!r} stands in two places")
        model.columns[name.text] = len(model.columns)
        model.current = name.text
    j = model.columns[name.text]
    for word, row, value in _pairs(model, found[1:]):
        if row == -1:
            if j in model.cost:
                model.fault(word, "this entry stands twice")
            model.cost[j] = value
        elif row is not None:
            if (row, j) in model.cells:
                model.fault(word, "this entry stands twice")
            model.cells[row, j] = value


def _rhs(model: _Model, found: list[Word]) -> None:
    for word, row, value in _pairs(model, _unnamed(model, found)):
        if row == -1:
            model.constant = -value
        elif row is not None:
            if row in model.sides:
                model.fault(word, f"row {word.text[:40]!r} has two sides")
            model.sides[row] = value


def _ranges(model: _Model, found: list[Word]) -> None:
    for word, row, value in _pairs(model, _unnamed(model, found)):
        if row == -1:
            model.fault(word, "the objective has no range")
        elif row is not None:
            if row in model.ranges:
                model.fault(word, f"row {word.text[:40]!r} has two ranges")
            model.ranges[row] = value


def _limits(model: _Model, found: list[Word]) -> None:
    kind = found[0].text.upper()
    if kind in ("BV", "LI", "UI", "SC", "SI"):
        model.fault(found[0], f"bound {kind}: integer columns", _ONLY_CONTINUOUS)
    if kind in ("FR", "MI", "PL"):
        _shape(model, found, 2, 4)
        named = len(found) > 2 and (found[1].text not in model.columns or len(found) == 4)
        j = model.column(found[2 if named else 1])
        if kind in ("FR", "MI"):
            model.lower[j] = -inf
        if kind in ("FR", "PL"):
            model.upper[j] = inf
        return
    if kind not in ("LO", "UP", "FX"):
        model.fault(found[0], f"bound {found[0].text[:40]!r}", "Types: LO UP FX FR MI PL.")
    _shape(model, found, 3, 4)
    j, value = model.column(found[-2]), model.source.number(found[-1], infinite=True)
    value = value if abs(value) < INFINITE else inf if value > 0.0 else -inf
    if kind in ("LO", "FX"):
        model.lower[j] = value
    if kind in ("UP", "FX"):
        model.upper[j] = value
    if kind == "UP" and value < 0.0 and j not in model.lower:
        model.lower[j] = -inf


def _quadobj(model: _Model, found: list[Word]) -> None:
    i, j, value = _square(model, found)
    for place in {(i, j), (j, i)}:
        if place in model.squares:
            model.fault(found[0], "this pair stands twice: QUADOBJ lists each once")
        model.squares[place] = value


def _qmatrix(model: _Model, found: list[Word]) -> None:
    i, j, value = _square(model, found)
    if (i, j) in model.squares:
        model.fault(found[0], "this entry stands twice")
    model.squares[i, j] = value


def _square(model: _Model, found: list[Word]) -> tuple[int, int, float]:
    one, other, value = _shape(model, found, 3, 3)
    return model.column(one), model.column(other), model.source.number(value)


_SECTIONS: dict[str, Callable[[_Model, list[Word]], None]] = {
    "NAME": _name,
    "OBJSENSE": _objsense,
    "ROWS": _rows,
    "COLUMNS": _columns,
    "RHS": _rhs,
    "RANGES": _ranges,
    "BOUNDS": _limits,
    "QUADOBJ": _quadobj,
    "QMATRIX": _qmatrix,
}


def _shape(model: _Model, found: list[Word], least: int, most: int) -> list[Word]:
    if len(found) < least:
        model.fault(found[-1], f"{len(found)} words where at least {least} are needed")
    if len(found) > most:
        model.fault(found[most], f"{len(found)} words where at most {most} are read")
    return found


def _unnamed(model: _Model, found: list[Word]) -> list[Word]:
    """Return pairs without the name of their vector, which may be left out."""
    _shape(model, found, 2, 5)
    return found[1:] if len(found) % 2 else found


def _pairs(model: _Model, found: list[Word]) -> Iterator[tuple[Word, int | None, float]]:
    if len(found) % 2:
        model.fault(found[-1], "a row without its number")
    for name, value in zip(found[::2], found[1::2], strict=True):
        yield name, model.row(name), model.source.number(value)


def fixed_words(line: str, number: int) -> list[Word]:
    """Return the fields of a line of fixed MPS: columns 2-3, 5-12, 15-22, 25-36, 40-47, 50-61."""
    spans = ((1, 3), (4, 12), (14, 22), (24, 36), (39, 47), (49, 61))
    found = [(line[start:end].strip(), start) for start, end in spans]
    return [Word(text, number, start + 1) for text, start in found if text]


def _program(model: _Model) -> ConicProgram:
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
