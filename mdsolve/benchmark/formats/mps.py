"""Linear and quadratic programs as MPS: free or fixed, with ranges, bounds and QUADOBJ.

min or max c·x + ½ x·Qx. A row L is A x ≤ b, so rows of ``nonnegative`` cones are written as they
are; G rows change their sign when they are read. QUADOBJ lists each pair of Q once, QMATRIX twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from mdsolve.benchmark.cones import NONNEGATIVE, ZERO
from mdsolve.benchmark.formats.faults import shortest
from mdsolve.benchmark.program import ConicProgram
from mdsolve.certificates.mps import plain_names
from mdsolve.errors import InvalidInput

_LETTERS = {ZERO: "E", NONNEGATIVE: "L"}


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
