"""A linear program: min c·x over rows A x ≤, ≥ or = b and lower ≤ x ≤ upper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games.labels import checked_labels

if TYPE_CHECKING:
    from mdsolve.solvers.linear_program.answers import FarkasRay, LpSolution, Ray

Array = NDArray[np.float64]

SENSES = ("<=", ">=", "==")


@dataclass(frozen=True, init=False, eq=False)
class LinearProgram:
    """A linear program, validated on construction.

    Parameters
    ----------
    objective : (variables,) array_like
        c.
    matrix : (rows, variables) array_like or SciPy sparse
        A.
    senses : str or sequence of str
        ``"<="``, ``">="`` or ``"=="``: one for all rows, or one a row.
    bounds : (rows,) array_like
        b, finite.
    lower, upper : float or (variables,) array_like
        Bounds of the variables; infinite where there is none.
    maximize : bool
        Maximise c·x instead.
    names, rows : sequence of names, optional
        Of the variables and of the rows.

    Raises
    ------
    InvalidInput
        Naming the place, the value and the remedy.

    Examples
    --------
    >>> answer = LinearProgram([1.0, 1.0], [[1.0, 2.0]], ">=", [2.0], lower=0.0).solve()
    >>> answer.x, answer.y, answer.objective
    (array([0., 1.]), array([0.5]), 1.0)
    """

    objective: Array
    matrix: Any
    senses: tuple[str, ...]
    bounds: Array
    lower: Array
    upper: Array
    maximize: bool
    names: Sequence[str] = field(repr=False)
    rows: Sequence[str] = field(repr=False)

    def __init__(
        self,
        objective: ArrayLike,
        matrix: Any,
        senses: str | Sequence[str],
        bounds: ArrayLike,
        *,
        lower: ArrayLike = -inf,
        upper: ArrayLike = inf,
        maximize: bool = False,
        names: Sequence[Any] | None = None,
        rows: Sequence[Any] | None = None,
    ) -> None:
        from scipy.sparse import csr_array

        cost = np.array(objective, dtype=float, ndmin=1)
        table: Any = csr_array(matrix, dtype=float)
        count, variables = table.shape
        signs = (senses,) * count if isinstance(senses, str) else tuple(senses)
        sides = np.array(bounds, dtype=float, ndmin=1)
        fields = {
            "objective": cost,
            "matrix": table,
            "senses": signs,
            "bounds": sides,
            "lower": np.broadcast_to(np.asarray(lower, dtype=float), (variables,)).copy(),
            "upper": np.broadcast_to(np.asarray(upper, dtype=float), (variables,)).copy(),
            "maximize": maximize,
            "names": checked_labels("variable", names, variables, "x"),
            "rows": checked_labels("row", rows, count, "row-"),
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        self._check()

    def solve(self) -> LpSolution | FarkasRay | Ray:
        """Return an optimal solution, a proof that there is no point, or an improving ray.

        Raises
        ------
        MdsolveError
            If HiGHS gives none of the three.
        """
        from mdsolve.solvers.linear_program.highs import run

        return run(self)

    def _check(self) -> None:
        rows, variables = self.matrix.shape
        check_numbers(
            (rows, variables),
            objective=(self.objective, variables),
            matrix=(self.matrix.data, None),
            bounds=(self.bounds, rows),
        )
        odd = [k for k, sense in enumerate(self.senses) if sense not in SENSES]
        if odd or len(self.senses) != rows:
            found = repr(self.senses[odd[0]]) if odd else f"{len(self.senses)} of them"
            raise InvalidInput(f'senses: {found}. Give each of {rows} rows "<=", ">=" or "==".')
        check_limits(self.names, self.lower, self.upper)


def check_numbers(shape: tuple[int, int], **parts: tuple[Array, int | None]) -> None:
    """Refuse arrays of a program that are not as long as its matrix asks, or not finite.

    Raises
    ------
    InvalidInput
        Naming the array, the entry and the remedy.
    """
    for name, (array, size) in parts.items():
        if size is not None and array.shape != (size,):
            raise InvalidInput(
                f"{name}: shape {array.shape}, but the matrix is {shape[0]} x {shape[1]}. "
                f"Pass {size} numbers."
            )
        if not np.isfinite(array).all():
            place = int(np.flatnonzero(~np.isfinite(array))[0])
            raise InvalidInput(
                f"{name}: entry {place} is {array[place]}. Numbers must be finite; "
                "leave out a row that binds nothing."
            )


def check_limits(names: Sequence[str], lower: Array, upper: Array) -> None:
    """Refuse bounds of variables that no number obeys.

    Raises
    ------
    InvalidInput
        Naming the variable, its bounds and the remedy.
    """
    crossed = np.flatnonzero(~((lower <= upper) & (lower < inf) & (upper > -inf)))
    if crossed.size:
        k = int(crossed[0])
        raise InvalidInput(
            f"variable {names[k]!r}: bounds from {lower[k]} to {upper[k]}. "
            "The lower bound must not exceed the upper, and some number must lie between."
        )
