"""Units in which a program's numbers have size one: R (A C, b), rounded to powers of two.

An error is then no larger or smaller for being told in cents, or in millions, and nothing is
rounded on the way. Sides take part, so that parts of a program that share no variable are told in
one unit; rows of a second-order or exponential cone share theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.cones import EXPONENTIAL, SECOND_ORDER, TRIPLE
from mdsolve.benchmark.program import ConicProgram

Array = NDArray[np.float64]

_ROUNDS = 12


@dataclass(frozen=True, eq=False)
class Units:
    """The scales of rows and columns, and where the cones are.

    Attributes
    ----------
    rows : (rows,) array
        R, powers of two.
    columns : (variables,) array
        C, powers of two.
    starts : (cones,) array of int
        First row of each row that stands for itself and of each cone.
    kinds : (rows,) array of str
        The cone of each row.
    matrix : (rows, variables) sparse
        R A C.
    """

    rows: Array
    columns: Array
    starts: NDArray[np.int64]
    kinds: NDArray[np.str_]
    matrix: Any


@lru_cache(maxsize=2)
def units(program: ConicProgram) -> Units:
    """Return the units of a program.

    Every row of (A, b) and every column of A is brought towards largest entry 1.
    """
    starts, kinds = _layout(program)
    table = abs(program.matrix).tocsr()
    count, variables = table.shape
    rows, columns = np.zeros(count), np.zeros(variables)
    where = np.repeat(np.arange(count), np.diff(table.indptr))
    blocks = np.cumsum(np.isin(np.arange(count), starts)) - 1
    with np.errstate(divide="ignore"):
        logs, sides = np.log2(table.data), np.log2(np.abs(program.sides))
    most = np.full(count, -np.inf)
    np.maximum.at(most, where, logs)
    usual = (sides - most)[np.isfinite(sides) & np.isfinite(most)]  # of x, where rows bind it
    sides -= np.rint(np.median(usual)) if usual.size else 0.0
    sides = np.maximum.reduceat(sides, starts)[blocks] if count else sides
    place = np.concatenate([blocks[where], blocks])
    for turn in range(_ROUNDS if logs.size else 0):
        entries = logs + rows[where] + columns[table.indices]
        largest = _most(np.concatenate([entries, sides + rows]), place, starts.size)[blocks]
        rows -= largest if turn == 0 else 0.5 * largest
        entries = logs + rows[where] + columns[table.indices]
        columns -= 0.5 * _most(entries, table.indices, variables)
    rows, columns = np.exp2(np.rint(rows)), np.exp2(np.rint(columns))
    columns = np.minimum(columns, _curved(program, columns))
    scaled = program.matrix.copy()
    scaled.data = scaled.data * rows[where] * columns[scaled.indices]
    return Units(rows, columns, starts, kinds, scaled)


def _curved(program: ConicProgram, columns: Array) -> Array:
    """Return the unit of each variable in which its square costs what linear terms cost."""
    if program.quadratic is None:
        return np.full(columns.size, np.inf)
    cost, square = np.abs(program.objective * columns).max(), np.abs(program.quadratic.diagonal())
    if not cost > 0.0:
        return np.full(columns.size, np.inf)
    with np.errstate(divide="ignore"):
        return np.exp2(np.rint(0.5 * (np.log2(cost) - np.log2(square))))


def _most(entries: Array, place: Any, count: int) -> Array:
    """Return the largest logarithm at each place; 0 where there is none."""
    most = np.full(count, -np.inf)
    np.maximum.at(most, place, entries)
    return np.where(np.isfinite(most), most, 0.0)


def _layout(program: ConicProgram) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    sizes = np.array([cone.rows for cone in program.cones], dtype=int)
    kinds = np.repeat(np.array([cone.kind for cone in program.cones], dtype="<U12"), sizes)
    whole = (kinds == SECOND_ORDER) | (kinds == EXPONENTIAL)
    first = np.zeros(kinds.size, dtype=bool)
    first[np.cumsum(sizes) - sizes] = True
    assert all(size == TRIPLE for kind, size in program.cones if kind == EXPONENTIAL)
    return np.flatnonzero(first | ~whole), kinds
