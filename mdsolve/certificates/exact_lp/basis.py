"""A vertex of s = A x within bounds, and what exact solves with its kernel say about it.

Nonbasic variables sit at a bound, or at 0 where they have none. Of the basis matrix only the kernel
K must be solved: the rows whose values are nonbasic by the columns that are basic, a square matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flint import fmpz, fmpz_mat, nmod_mat

from mdsolve.certificates.exact_lp.integers import IntegerProgram, dot

Vector = tuple[list[fmpz], fmpz]
"""Integers over one positive denominator."""

BASIC, LOWER, UPPER, FREE = "basic", "lower", "upper", "free"
_PRIME = (1 << 61) - 1


@dataclass(frozen=True, eq=False)
class Basis:
    """A status for every variable, the rows' values after the columns.

    Attributes
    ----------
    program : IntegerProgram
    status : (variables + rows,) tuple of str
        ``"basic"``, ``"lower"``, ``"upper"`` or ``"free"``.
    cost : (variables,) tuple of fmpz
        c, which may be shifted from that of the program.
    """

    program: IntegerProgram
    status: tuple[str, ...]
    cost: tuple[fmpz, ...]

    @classmethod
    def of(cls, program: IntegerProgram, status: Sequence[str]) -> Basis:
        """Return the basis nearest to any statuses: what depends on the rest leaves it.

        Independence is decided modulo a prime, where it implies independence.
        """
        n, placed = program.variables, list(status)
        draft = cls(program, tuple(placed), program.cost)
        columns = _independent(draft.kernel.transpose().tolist())
        tight = _independent([[row[k] for k in columns] for row in draft.kernel.tolist()])
        for k in set(range(len(draft.columns))) - set(columns):
            placed[draft.columns[k]] = LOWER
        for k in set(range(len(draft.tight))) - set(tight):
            placed[n + draft.tight[k]] = BASIC
        resting = tuple(_resting(program, v, said) for v, said in enumerate(placed))
        return cls(program, resting, program.cost)

    @cached_property
    def columns(self) -> list[int]:
        """The basic columns."""
        return [j for j in range(self.program.variables) if self.status[j] == BASIC]

    @cached_property
    def tight(self) -> list[int]:
        """The rows whose values are nonbasic."""
        n = self.program.variables
        return [i for i in range(len(self.program.rows)) if self.status[n + i] != BASIC]

    @cached_property
    def kernel(self) -> Any:
        """K, as an fmpz_mat."""
        place = {j: k for k, j in enumerate(self.columns)}
        cells = [[fmpz(0)] * len(place) for _ in self.tight]
        for line, i in zip(cells, self.tight, strict=True):
            for j, a in self.program.rows[i]:
                if j in place:
                    line[place[j]] = a
        return fmpz_mat(len(cells), len(place), [a for line in cells for a in line])

    @cached_property
    def nonbasic(self) -> list[int]:
        """The variables that are not basic."""
        return [v for v, said in enumerate(self.status) if said != BASIC]

    @cached_property
    def basic(self) -> list[int]:
        """The variables that are basic."""
        return [v for v, said in enumerate(self.status) if said == BASIC]

    def resting(self, v: int) -> fmpz:
        """Return the value at which a nonbasic variable sits."""
        limits = {LOWER: self.program.lower, UPPER: self.program.upper}.get(self.status[v])
        level = limits[v] if limits else None
        return fmpz(0) if level is None else level

    @cached_property
    def point(self) -> Vector:
        """The values of all variables."""
        program, n = self.program, self.program.variables
        x = [fmpz(0) if self.status[j] == BASIC else self.resting(j) for j in range(n)]
        sides = [self.resting(n + i) - dot(program.rows[i], x) for i in self.tight]
        solved, den = _solved(self.kernel, sides)
        x = [den * a for a in x]
        for j, value in zip(self.columns, solved, strict=True):
            x[j] = value
        return [*x, *program.values(x)], den

    @cached_property
    def prices(self) -> Vector:
        """y with (c − yA)_j = 0 at basic columns and y_i = 0 at basic rows."""
        solved, den = _solved(self.kernel.transpose(), [self.cost[j] for j in self.columns])
        return self._on_tight(solved), den

    @cached_property
    def reduced(self) -> list[fmpz]:
        """The reduced costs of all variables times den: c − yA, and y for the rows' values."""
        y, den = self.prices
        used = self.program.combined(y)
        return [*(den * c - a for c, a in zip(self.cost, used, strict=True)), *y]

    def row(self, v: int) -> tuple[list[fmpz], list[fmpz]]:
        """Return how a basic variable depends on the nonbasic ones, times a positive integer.

        Its value is Σ α_u (value of u) over them; α comes with the multipliers w of the rows that
        give it: α_j = −(wA)_j and, on a row's value, w_i.
        """
        n, program = self.program.variables, self.program
        unit = [fmpz(0)] * n
        if v < n:
            unit[v] = fmpz(1)
        else:
            for j, a in program.rows[v - n]:
                unit[j] = a
        solved, den = _solved(self.kernel.transpose(), [unit[j] for j in self.columns])
        multipliers = self._on_tight(solved)
        if v >= n:
            multipliers[v - n] = -den
        alpha = [*(-a for a in program.combined(multipliers)), *multipliers]
        for u in self.basic:
            alpha[u] = fmpz(0)
        return alpha, multipliers

    def column(self, v: int) -> Vector:
        """Return how all variables move when a nonbasic one rises by 1 and the others stay."""
        n, program = self.program.variables, self.program
        sides = [fmpz(int(v == n + i)) for i in self.tight]
        if v < n:
            entries = dict(program.columns[v])
            sides = [-entries.get(i, fmpz(0)) for i in self.tight]
        solved, den = _solved(self.kernel, sides)
        step = [fmpz(0)] * n
        if v < n:
            step[v] = den
        for j, value in zip(self.columns, solved, strict=True):
            step[j] = value
        return [*step, *program.values(step)], den

    def exchanged(self, entering: int, leaving: int, side: str) -> Basis:
        """Return the basis in which one variable replaces another, which comes to rest."""
        return self.moved({entering: BASIC, leaving: side})

    def moved(self, status: dict[int, str]) -> Basis:
        """Return the basis with some other statuses."""
        placed = tuple(status.get(v, said) for v, said in enumerate(self.status))
        return replace(self, status=placed)

    def _on_tight(self, solved: list[fmpz]) -> list[fmpz]:
        full = [fmpz(0)] * len(self.program.rows)
        for i, value in zip(self.tight, solved, strict=True):
            full[i] = value
        return full


def _solved(kernel: Any, sides: list[fmpz]) -> Vector:
    if not sides:
        return [], fmpz(1)
    over, den = kernel.solve(fmpz_mat(len(sides), 1, sides)).numer_denom()
    return (over.entries(), den) if den > 0 else ((-over).entries(), -den)


def _independent(lines: list[list[Any]]) -> list[int]:
    """Return the numbers of lines that are independent, first come first, modulo a prime."""
    if not lines or not lines[0]:
        return []
    width = len(lines)
    turned = [int(a % _PRIME) for line in zip(*lines, strict=True) for a in line]
    echelon, rank = nmod_mat(len(lines[0]), width, turned, _PRIME).rref()
    rows = echelon.tolist()[:rank]
    return [next(k for k, a in enumerate(row) if int(a)) for row in rows]


def _resting(program: IntegerProgram, v: int, said: str) -> str:
    """Return the status, or for a nonbasic variable without that bound the one it has."""
    low, high = program.lower[v] is not None, program.upper[v] is not None
    if said == BASIC or (said == LOWER and low) or (said == UPPER and high):
        return said
    return LOWER if low else UPPER if high else FREE
