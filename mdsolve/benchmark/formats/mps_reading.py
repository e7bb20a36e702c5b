"""Reading MPS, section by section: see `mps` for what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf

from mdsolve.benchmark.formats.faults import Source, Word, words
from mdsolve.benchmark.formats.mps_model import Model, stated
from mdsolve.benchmark.program import ConicProgram
from mdsolve.errors import InvalidInput

#: bounds that mean none, as much MPS in the world has it
INFINITE = 1e30

_ONLY_CONTINUOUS = "Races are between solvers of continuous programs: relax the integers first."


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
    model, section = Model(source, fixed), ""
    for number, line in source.lines("*"):
        if not line[0].isspace():
            head = words(line, number)
            section = head[0].text.upper()
            if section == "ENDATA":
                return stated(model)
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


def _name(model: Model, found: list[Word]) -> None:
    model.fault(found[0], "NAME has its word on its own line")


def _objsense(model: Model, found: list[Word]) -> None:
    said = found[0].text.upper()
    if said not in ("MAX", "MAXIMIZE", "MIN", "MINIMIZE"):
        model.fault(found[0], f"sense {said[:40]!r}", "Write MIN or MAX.")
    model.maximize = said.startswith("MAX")


def _rows(model: Model, found: list[Word]) -> None:
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


def _columns(model: Model, found: list[Word]) -> None:
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


def _rhs(model: Model, found: list[Word]) -> None:
    for word, row, value in _pairs(model, _unnamed(model, found)):
        if row == -1:
            model.constant = -value
        elif row is not None:
            if row in model.sides:
                model.fault(word, f"row {word.text[:40]!r} has two sides")
            model.sides[row] = value


def _ranges(model: Model, found: list[Word]) -> None:
    for word, row, value in _pairs(model, _unnamed(model, found)):
        if row == -1:
            model.fault(word, "the objective has no range")
        elif row is not None:
            if row in model.ranges:
                model.fault(word, f"row {word.text[:40]!r} has two ranges")
            model.ranges[row] = value


def _limits(model: Model, found: list[Word]) -> None:
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


def _quadobj(model: Model, found: list[Word]) -> None:
    i, j, value = _square(model, found)
    for place in {(i, j), (j, i)}:
        if place in model.squares:
            model.fault(found[0], "this pair stands twice: QUADOBJ lists each once")
        model.squares[place] = value


def _qmatrix(model: Model, found: list[Word]) -> None:
    i, j, value = _square(model, found)
    if (i, j) in model.squares:
        model.fault(found[0], "this entry stands twice")
    model.squares[i, j] = value


def _square(model: Model, found: list[Word]) -> tuple[int, int, float]:
    one, other, value = _shape(model, found, 3, 3)
    return model.column(one), model.column(other), model.source.number(value)


_SECTIONS: dict[str, Callable[[Model, list[Word]], None]] = {
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


def _shape(model: Model, found: list[Word], least: int, most: int) -> list[Word]:
    if len(found) < least:
        model.fault(found[-1], f"{len(found)} words where at least {least} are needed")
    if len(found) > most:
        model.fault(found[most], f"{len(found)} words where at most {most} are read")
    return found


def _unnamed(model: Model, found: list[Word]) -> list[Word]:
    """Return pairs without the name of their vector, which may be left out."""
    _shape(model, found, 2, 5)
    return found[1:] if len(found) % 2 else found


def _pairs(model: Model, found: list[Word]) -> Iterator[tuple[Word, int | None, float]]:
    if len(found) % 2:
        model.fault(found[-1], "a row without its number")
    for name, value in zip(found[::2], found[1::2], strict=True):
        yield name, model.row(name), model.source.number(value)
