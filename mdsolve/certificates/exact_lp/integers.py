"""The same program in integers: rows and variables scaled, so that only integers are added.

With integers r_i > 0 a row, D and C: row i of A times r_i, c times C (and −1 for a maximum), and
x' = D x. Then b'_i = r_i D b_i, the bounds are D times their own, and y_i = r_i y'_i / C.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING

from flint import fmpz

if TYPE_CHECKING:
    from mdsolve.certificates.exact_lp.program import ExactProgram

Line = tuple[tuple[int, fmpz], ...]
Limits = tuple[fmpz | None, ...]


@dataclass(frozen=True, eq=False)
class IntegerProgram:
    """min c·x over rows whose values s = A x are variables too, after those of x.

    Attributes
    ----------
    cost : (variables,) tuple of fmpz
    rows : (rows,) tuple of tuples of (column, fmpz)
    lower, upper : (variables + rows,) tuple of fmpz or None
        Bounds of x, then of the rows' values: b twice in an equality.
    row_scales : (rows,) tuple of int
        r.
    size, cost_scale : int
        D and C.
    """

    cost: tuple[fmpz, ...]
    rows: tuple[Line, ...]
    lower: Limits
    upper: Limits
    row_scales: tuple[int, ...]
    size: int
    cost_scale: int

    @classmethod
    def of(cls, program: ExactProgram) -> IntegerProgram:
        """Scale a program."""
        scales = [lcm(*(a.denominator for _, a in row)) for row in program.entries]
        sides = [r * b for r, b in zip(scales, program.bounds, strict=True)]
        limits = [a for a in (*program.lower, *program.upper) if a is not None]
        size = lcm(*(a.denominator for a in (*sides, *limits)))
        unit = lcm(*(c.denominator for c in program.objective))
        sign = -1 if program.maximize else 1
        lower = [_whole(a, size) for a in program.lower]
        upper = [_whole(a, size) for a in program.upper]
        for sense, side in zip(program.senses, sides, strict=True):
            level = _whole(side, size)
            lower.append(None if sense == "<=" else level)
            upper.append(None if sense == ">=" else level)
        return cls(
            tuple(fmpz(sign * _times(c, unit)) for c in program.objective),
            tuple(
                tuple((j, fmpz(_times(a, r))) for j, a in row)
                for r, row in zip(scales, program.entries, strict=True)
            ),
            tuple(lower),
            tuple(upper),
            tuple(scales),
            size,
            unit,
        )

    @property
    def variables(self) -> int:
        """How many of the variables are columns; the rest are rows' values."""
        return len(self.cost)

    @cached_property
    def columns(self) -> tuple[Line, ...]:
        """A by columns, as (row, fmpz)."""
        found: list[list[tuple[int, fmpz]]] = [[] for _ in self.cost]
        for i, row in enumerate(self.rows):
            for j, a in row:
                found[j].append((i, a))
        return tuple(map(tuple, found))

    def values(self, x: list[fmpz]) -> list[fmpz]:
        """Return A x."""
        return [dot(row, x) for row in self.rows]

    def combined(self, y: list[fmpz]) -> list[fmpz]:
        """Return y A."""
        total = [fmpz(0)] * self.variables
        for price, row in zip(y, self.rows, strict=True):
            if price:
                for j, a in row:
                    total[j] += price * a
        return total


def dot(line: Line, vector: list[fmpz]) -> fmpz:
    """Return the product of a sparse line and a vector."""
    total = fmpz(0)
    for place, value in line:
        if vector[place]:
            total += value * vector[place]
    return total


def _times(value: Fraction, scale: int) -> int:
    """Return value · scale, an integer by the choice of scale."""
    return value.numerator * (scale // value.denominator)


def _whole(value: Fraction | None, scale: int) -> fmpz | None:
    return None if value is None else fmpz(_times(value, scale))
