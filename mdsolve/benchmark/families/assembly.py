"""A conic program put together block by block: variables with prices, rows with cones."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.benchmark.cones import EXPONENTIAL, SECOND_ORDER, Cone
from mdsolve.benchmark.program import ConicProgram

Array = NDArray[np.float64]

#: for each row of a block one variable (or the same for all) and its coefficient
Entry = tuple[slice, ArrayLike]
#: what lies in one place of a cone: Σ coefficient · variable + constant
Part = tuple[Sequence[Entry], ArrayLike]


class Assembly:
    """A program that is being put together; `program` ends it.

    Examples
    --------
    >>> whole = Assembly(maximize=True)
    >>> x = whole.variables(2, [1.0, 2.0], lower=0.0)
    >>> whole.sum_row("zero", [(x, [1.0, 1.0])], 1.0)
    >>> whole.program().value([0.0, 1.0])
    2.0
    """

    def __init__(self, *, maximize: bool = False) -> None:
        self.maximize = maximize
        self.prices: list[Array] = []
        self.limits: list[tuple[Array, Array]] = []
        self.squares: list[tuple[int, Array]] = []
        self.cones: list[Cone] = []
        self.sides: list[Array] = []
        self.cells: list[tuple[Array, Array, Array]] = []
        self.height = self.width = 0

    def variables(
        self,
        count: int,
        price: ArrayLike = 0.0,
        *,
        lower: ArrayLike = -inf,
        upper: ArrayLike = inf,
        square: ArrayLike | None = None,
    ) -> slice:
        """Add variables with their prices and bounds; the objective gains half of square · x²."""
        place = slice(self.width, self.width + count)
        self.prices.append(np.broadcast_to(np.asarray(price, dtype=float), count))
        low, high = (np.broadcast_to(np.asarray(x, dtype=float), count) for x in (lower, upper))
        self.limits.append((low, high))
        if square is not None:
            self.squares.append((self.width, np.broadcast_to(np.asarray(square, float), count)))
        self.width += count
        return place

    def rows(self, kind: str, entries: Sequence[Entry], sides: ArrayLike, *, count: int) -> None:
        """Add rows  side − Σ coefficient · variable  to one of the cones of single rows."""
        self._place(np.arange(self.height, self.height + count), entries)
        self.sides.append(np.broadcast_to(np.asarray(sides, dtype=float), count))
        self.cones.append(Cone(kind, count))
        self.height += count

    def sum_row(self, kind: str, entries: Sequence[Entry], side: float) -> None:
        """Add one row  side − Σ coefficients · variables."""
        for place, factors in entries:
            columns = np.arange(place.start, place.stop)
            self._cells(np.full(columns.size, self.height), columns, factors)
        self.sides.append(np.array([side], dtype=float))
        self.cones.append(Cone(kind, 1))
        self.height += 1

    def product_rows(self, kind: str, table: Any, place: slice, rest: Sequence[Entry]) -> None:
        """Add rows  0 − (table · variables + Σ coefficient · variable)."""
        rows, columns = np.nonzero(table)
        values = np.asarray(table)[rows, columns]
        self._cells(rows + self.height, columns + place.start, values)
        self.rows(kind, rest, 0.0, count=np.shape(table)[0])

    def triples(self, kind: str, parts: Sequence[Part], *, count: int) -> None:
        """Add cones of three rows, stated by what lies in them, not by what a side is less of."""
        sides = np.empty((count, 3))
        for k, (entries, constant) in enumerate(parts):
            rows = self.height + k + 3 * np.arange(count)
            self._place(rows, [(place, np.negative(factor)) for place, factor in entries])
            sides[:, k] = constant
        self.sides.append(sides.ravel())
        self.cones.extend([Cone(kind, 3)] * count)
        self.height += 3 * count

    def exponential(self, x: Part, y: Part, z: Part, *, count: int) -> None:
        """Add cones y exp(x/y) ≤ z, each of the three a pair (entries, constant)."""
        self.triples(EXPONENTIAL, [x, y, z], count=count)

    def hyperbola(self, twice: Part, x: Part, y: Part, *, count: int) -> None:
        """Add cones s² ≤ x y with x, y ≥ 0, as ‖(2 s, x − y)‖ ≤ x + y; ``twice`` is 2 s."""
        (left, one), (right, other) = x, y
        minus: list[Entry] = [(place, np.negative(a)) for place, a in right]
        parts: list[Part] = [
            ([*left, *right], np.add(one, other)),
            twice,
            ([*left, *minus], np.subtract(one, other)),
        ]
        self.triples(SECOND_ORDER, parts, count=count)

    def program(self, constant: float = 0.0) -> ConicProgram:
        """Return the program."""
        from scipy.sparse import csr_array

        rows, columns, values = (
            np.concatenate([cell[k] for cell in self.cells] or [np.empty(0)]) for k in range(3)
        )
        shape = (self.height, self.width)
        table = csr_array((values, (rows.astype(int), columns.astype(int))), shape=shape)
        return ConicProgram(
            np.concatenate(self.prices),
            table,
            np.concatenate([*self.sides, np.empty(0)]),
            self.cones,
            quadratic=self._quadratic(),
            lower=np.concatenate([low for low, _ in self.limits]),
            upper=np.concatenate([high for _, high in self.limits]),
            constant=constant,
            maximize=self.maximize,
        )

    def _quadratic(self) -> Any:
        if not self.squares:
            return None
        from scipy.sparse import diags_array

        diagonal = np.zeros(self.width)
        for start, values in self.squares:
            diagonal[start : start + values.size] = values
        return diags_array(diagonal, format="csr")

    def _place(self, rows: NDArray[np.int64], entries: Sequence[Entry]) -> None:
        for place, factors in entries:
            width = place.stop - place.start
            columns = place.start + (
                np.arange(width) if width > 1 else np.zeros(rows.size, dtype=int)
            )
            self._cells(rows, columns, factors)

    def _cells(self, rows: Any, columns: Any, factors: ArrayLike) -> None:
        values = np.broadcast_to(np.asarray(factors, dtype=float), rows.shape)
        self.cells.append((rows, columns, values))
