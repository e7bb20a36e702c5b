"""Linear and quadratic programs as text to read: the LP format, which many solvers take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from math import inf

from mdsolve.benchmark.cones import ZERO
from mdsolve.benchmark.formats.faults import shortest
from mdsolve.benchmark.program import ConicProgram
from mdsolve.errors import InvalidInput

_WIDTH = 8


def text(program: ConicProgram) -> str:
    """Return a linear or quadratic program in the LP format.

    Raises
    ------
    InvalidInput
        If it has cones that the format has no place for.
    """
    if program.needs - {"quadratic"}:
        raise InvalidInput(
            f"program with {program.kind} cones: the LP format holds linear and quadratic ones. "
            "Write .cbf."
        )
    return "\n".join(_lines(program)) + "\n"


def _lines(program: ConicProgram) -> Iterator[str]:
    columns, rows = _names(program.names, "x"), _names(program.rows, "r")
    yield "Maximize" if program.maximize else "Minimize"
    yield " objective:"
    yield from _wrapped(_terms(zip(program.objective.tolist(), columns, strict=True)))
    if program.constant:
        yield f"  {_signed(program.constant)}"
    if program.quadratic is not None:
        table = program.quadratic.tocoo()
        cells = zip(*table.coords, table.data.tolist(), strict=True)
        yield "  + ["
        yield from _wrapped(
            _signed(a) + (f" {columns[i]} ^ 2" if i == j else f" {columns[i]} * {columns[j]}")
            for i, j, a in ((i, j, a if i == j else 2.0 * a) for i, j, a in cells if i <= j)
        )
        yield "  ] / 2"
    yield "Subject To"
    signs = ["=" if kind == ZERO else "<=" for kind, count in program.cones for _ in range(count)]
    for i, (row, sign, side) in enumerate(zip(rows, signs, program.sides.tolist(), strict=True)):
        part = slice(program.matrix.indptr[i], program.matrix.indptr[i + 1])
        names = (columns[j] for j in program.matrix.indices[part])
        terms = _terms(zip(program.matrix.data[part].tolist(), names, strict=True))
        yield f" {row}:"
        yield from _wrapped(terms or [f"0 {columns[0]}"])
        yield f"  {sign} {shortest(side)}"
    yield "Bounds"
    for name, low, high in zip(
        columns, program.lower.tolist(), program.upper.tolist(), strict=True
    ):
        yield _bounds(name, low, high)
    yield "End"


def _terms(cells: Iterable[tuple[float, str]]) -> list[str]:
    return [f"{_signed(a)} {name}" for a, name in cells if a]


def _signed(value: float) -> str:
    return f"{'-' if value < 0.0 else '+'} {shortest(abs(value))}"


def _wrapped(terms: Iterable[str]) -> Iterator[str]:
    """Yield terms, a few a line: readers bound how long a line may be."""
    given = list(terms)
    for start in range(0, len(given), _WIDTH):
        yield "  " + " ".join(given[start : start + _WIDTH])


def _bounds(name: str, low: float, high: float) -> str:
    if low == -inf and high == inf:
        return f" {name} free"
    if low == high:
        return f" {name} = {shortest(low)}"
    least = "-inf" if low == -inf else shortest(low)
    return f" {least} <= {name}" + ("" if high == inf else f" <= {shortest(high)}")


def _names(given: Iterable[str], prefix: str) -> list[str]:
    """Return names that are no number such as e10, no word of the format and no difference."""
    found = [name.replace("-", "_") for name in given]
    plain = all(_WORD.fullmatch(name) and name.lower() not in _RESERVED for name in found)
    if plain and len(set(found)) == len(found):
        return found
    return [f"{prefix}{k}" for k in range(len(found))]


_WORD = re.compile(r"[A-DF-Za-df-z_][A-Za-z0-9_.]{0,63}")
_RESERVED = {"free", "inf", "infinity", "st", "max", "min", "bounds", "bound", "general", "binary"}
