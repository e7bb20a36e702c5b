"""A linear program in rational numbers: min or max c·x, A x ≤, ≥ or = b, lower ≤ x ≤ upper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from mdsolve.errors import InvalidInput
from mdsolve.games.labels import checked_labels
from mdsolve.solvers.linear_program import LinearProgram
from mdsolve.solvers.linear_program.statement import SENSES

if TYPE_CHECKING:
    from mdsolve.certificates.exact_lp.integers import IntegerProgram

Entries = tuple[tuple[int, Fraction], ...]
Limits = tuple[Fraction | None, ...]


@dataclass(frozen=True)
class ExactProgram:
    """A linear program in exact numbers, validated on construction.

    `of` reads the doubles of a `LinearProgram` as the dyadic numbers that they are; `from_numbers`
    takes any rational data.

    Attributes
    ----------
    objective : (variables,) tuple of Fraction
        c, as stated: to be maximised where `maximize`.
    entries : (rows,) tuple of tuples of (column, Fraction)
        A by rows, columns ascending.
    senses : (rows,) tuple of str
        ``"<="``, ``">="`` or ``"=="``.
    bounds : (rows,) tuple of Fraction
        b.
    lower, upper : (variables,) tuple of Fraction or None
        None where there is no bound.
    maximize : bool
    names, rows : sequence of str
        Of the variables and of the rows.

    Raises
    ------
    InvalidInput
        Naming the place, the value and the remedy.
    """

    objective: tuple[Fraction, ...]
    entries: tuple[Entries, ...]
    senses: tuple[str, ...]
    bounds: tuple[Fraction, ...]
    lower: Limits
    upper: Limits
    maximize: bool
    names: Sequence[str] = field(repr=False)
    rows: Sequence[str] = field(repr=False)

    @classmethod
    def of(cls, program: LinearProgram) -> ExactProgram:
        """Return the program whose numbers are exactly the doubles of another."""
        cells = [Fraction(a) for a in program.matrix.data.tolist()]
        columns, starts = program.matrix.indices.tolist(), program.matrix.indptr.tolist()
        return cls(
            tuple(map(Fraction, program.objective.tolist())),
            tuple(_summed(columns[start:end], cells[start:end]) for start, end in pairwise(starts)),
            program.senses,
            tuple(map(Fraction, program.bounds.tolist())),
            _limits(program.lower.tolist()),
            _limits(program.upper.tolist()),
            program.maximize,
            program.names,
            program.rows,
        )

    @classmethod
    def from_numbers(
        cls,
        objective: Iterable[Any],
        matrix: Iterable[Iterable[Any]],
        senses: str | Sequence[str],
        bounds: Iterable[Any],
        *,
        lower: Iterable[Any] | None = None,
        upper: Iterable[Any] | None = None,
        maximize: bool = False,
        names: Sequence[Any] | None = None,
        rows: Sequence[Any] | None = None,
    ) -> ExactProgram:
        """Return the program of numbers that Fraction reads: 3, "1/3", "0.1", Decimal, float.

        Parameters
        ----------
        objective, matrix, senses, bounds, maximize, names, rows
            As in `LinearProgram`, the matrix dense, row by row.
        lower, upper : sequence of numbers, None where a variable has no bound
            None for all: no bounds.

        Examples
        --------
        >>> program = ExactProgram.from_numbers(["1/3"], [[1]], ">=", ["0.1"])
        >>> program.bounds
        (Fraction(1, 10),)
        """
        cost = _numbers("objective", objective)
        table = [_numbers(f"row {k}", row) for k, row in enumerate(matrix)]
        long = [k for k, row in enumerate(table) if len(row) != len(cost)]
        if long:
            raise InvalidInput(
                f"row {long[0]}: {len(table[long[0]])} numbers, but the objective has "
                f"{len(cost)}. Pass one a variable."
            )
        free = (None,) * len(cost)
        return cls(
            cost,
            tuple(tuple((j, a) for j, a in enumerate(row) if a) for row in table),
            (senses,) * len(table) if isinstance(senses, str) else tuple(senses),
            _numbers("bounds", bounds),
            free if lower is None else _limits(lower),
            free if upper is None else _limits(upper),
            maximize,
            checked_labels("variable", names, len(cost), "x"),
            checked_labels("row", rows, len(table), "row-"),
        )

    def __post_init__(self) -> None:
        rows, variables = self.shape
        for name, kind, found, wanted in (
            ("senses", "row", len(self.senses), rows),
            ("bounds", "row", len(self.bounds), rows),
            ("rows", "row", len(self.rows), rows),
            ("lower", "variable", len(self.lower), variables),
            ("upper", "variable", len(self.upper), variables),
            ("names", "variable", len(self.names), variables),
        ):
            if found != wanted:
                raise InvalidInput(f"{name}: {found} of them. Pass one a {kind}: {wanted}.")
        for k, sense in enumerate(self.senses):
            if sense not in SENSES:
                raise InvalidInput(f'row {self.rows[k]!r}: {sense!r}. Use "<=", ">=" or "==".')
        for k, row in enumerate(self.entries):
            columns = [j for j, _ in row]
            if columns != sorted(set(columns) & set(range(variables))):
                raise InvalidInput(
                    f"row {self.rows[k]!r}: columns {columns}. Name each at most once, ascending, "
                    f"from 0 to {variables - 1}."
                )
        for name, low, high in zip(self.names, self.lower, self.upper, strict=True):
            if low is not None and high is not None and low > high:
                raise InvalidInput(
                    f"variable {name!r}: bounds from {shown(low)} to {shown(high)}. "
                    "The lower bound must not exceed the upper."
                )

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of variables."""
        return len(self.entries), len(self.objective)

    @property
    def matrix(self) -> tuple[tuple[Fraction, ...], ...]:
        """A, dense, row by row."""
        zeros = [Fraction(0)] * len(self.objective)
        return tuple(_spread(row, zeros) for row in self.entries)

    @cached_property
    def integers(self) -> IntegerProgram:
        """The same program in integers."""
        from mdsolve.certificates.exact_lp.integers import IntegerProgram

        return IntegerProgram.of(self)

    def rounded(self) -> LinearProgram:
        """Return the nearest program in doubles; it has these very numbers if they are dyadic.

        Raises
        ------
        InvalidInput
            If a number is beyond the doubles.
        """
        from scipy.sparse import csr_array

        cells = [_double(a) for row in self.entries for _, a in row]
        columns = [j for row in self.entries for j, _ in row]
        starts = np.cumsum([0, *map(len, self.entries)])
        return LinearProgram(
            [_double(c) for c in self.objective],
            csr_array((cells, columns, starts), shape=self.shape),
            self.senses,
            [_double(b) for b in self.bounds],
            lower=[-np.inf if a is None else _double(a) for a in self.lower],
            upper=[np.inf if a is None else _double(a) for a in self.upper],
            maximize=self.maximize,
            names=self.names,
            rows=self.rows,
        )


def _summed(columns: list[int], cells: list[Fraction]) -> Entries:
    """Return a row's entries by column; SciPy allows several in one place and means their sum."""
    row: dict[int, Fraction] = {}
    for column, cell in zip(columns, cells, strict=True):
        row[column] = row[column] + cell if column in row else cell
    return tuple((j, a) for j, a in sorted(row.items()) if a)


def shown(value: Fraction) -> str:
    """Return a number to 17 digits, however large."""
    try:
        return f"{float(value):.17g}"
    except OverflowError:
        return f"about 2^{value.numerator.bit_length() - value.denominator.bit_length()}"


def _numbers(name: str, values: Iterable[Any]) -> tuple[Fraction, ...]:
    found: list[Fraction] = []
    for place, value in enumerate(values):
        try:
            found.append(Fraction(value.item() if isinstance(value, np.generic) else value))
        except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
            raise InvalidInput(
                f"{name}: entry {place} is {value!r}. Pass finite rational numbers: 3, 0.5, '1/3'."
            ) from error
    return tuple(found)


def _limits(values: Iterable[Any]) -> Limits:
    """Read bounds; an infinite one is none."""
    return tuple(
        None
        if value is None or (isinstance(value, float) and not isfinite(value) and value == value)
        else _numbers("limits", [value])[0]
        for value in values
    )


def _spread(row: Entries, zeros: list[Fraction]) -> tuple[Fraction, ...]:
    cells = zeros.copy()
    for column, value in row:
        cells[column] = value
    return tuple(cells)


def _double(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise InvalidInput(
            f"{shown(value)}: beyond the largest double. Scale the program before rounding it."
        ) from error
