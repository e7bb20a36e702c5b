"""A conic program as data: min ½x·Px + c·x + constant over b − A x ∈ K and lower ≤ x ≤ upper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.benchmark.cones import EXPONENTIAL, NONNEGATIVE, SECOND_ORDER, ZERO, checked_cones
from mdsolve.benchmark.cones import Cone as Cone
from mdsolve.errors import InvalidInput
from mdsolve.games.labels import checked_labels
from mdsolve.solvers.linear_program import LinearProgram
from mdsolve.solvers.linear_program.statement import check_limits, check_numbers

if TYPE_CHECKING:
    from mdsolve.benchmark.standard import Standard

Array = NDArray[np.float64]


@dataclass(frozen=True, init=False, eq=False)
class ConicProgram:
    """A linear, quadratic or conic program in doubles, validated on construction.

    Parameters
    ----------
    objective : (variables,) array_like
        c.
    matrix : (rows, variables) array_like or SciPy sparse
        A.
    sides : (rows,) array_like
        b, finite.
    cones : sequence of Cone or (kind, rows) pairs
        K by consecutive rows: ``"zero"``, ``"nonnegative"``, ``"second-order"`` (t, x) with
        t ≥ ‖x‖, ``"exponential"`` (x, y, z) with y exp(x/y) ≤ z.
    quadratic : (variables, variables) array_like or SciPy sparse, optional
        P, symmetric and positive semidefinite; negative semidefinite where `maximize`.
    lower, upper : float or (variables,) array_like
        Bounds of the variables; infinite where there is none.
    constant : float
        Added to the objective.
    maximize : bool
        Maximise the objective instead.
    names, rows : sequence of names, optional
        Of the variables and of the rows.

    Raises
    ------
    InvalidInput
        Naming the place, the value and the remedy.

    Examples
    --------
    >>> program = ConicProgram([1.0, 1.0], [[-1.0, -2.0]], [-2.0], [("nonnegative", 1)], lower=0.0)
    >>> program
    ConicProgram(2 variables, 1 rows: linear)
    """

    objective: Array
    matrix: Any
    sides: Array
    cones: tuple[Cone, ...]
    quadratic: Any
    lower: Array
    upper: Array
    constant: float
    maximize: bool
    names: Sequence[str] = field(repr=False)
    rows: Sequence[str] = field(repr=False)

    def __init__(
        self,
        objective: ArrayLike,
        matrix: Any,
        sides: ArrayLike,
        cones: Iterable[tuple[str, int]],
        *,
        quadratic: Any = None,
        lower: ArrayLike = -inf,
        upper: ArrayLike = inf,
        constant: float = 0.0,
        maximize: bool = False,
        names: Sequence[Any] | None = None,
        rows: Sequence[Any] | None = None,
    ) -> None:
        cost = np.array(objective, dtype=float, ndmin=1)
        table = _canonical(matrix)
        count, variables = table.shape
        bent = None if quadratic is None else _canonical(quadratic)
        fields = {
            "objective": cost,
            "matrix": table,
            "sides": np.array(sides, dtype=float, ndmin=1),
            "cones": checked_cones(cones, count),
            "quadratic": bent if bent is not None and bent.nnz else None,
            "lower": np.broadcast_to(np.asarray(lower, dtype=float), (variables,)).copy(),
            "upper": np.broadcast_to(np.asarray(upper, dtype=float), (variables,)).copy(),
            "constant": float(constant) + 0.0,
            "maximize": bool(maximize),
            "names": checked_labels("variable", names, variables, "x"),
            "rows": checked_labels("row", rows, count, "row-"),
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        self._check()

    @classmethod
    def of_linear(cls, program: LinearProgram) -> ConicProgram:
        """Return a linear program as a conic one: rows of ``>=`` change their sign.

        Examples
        --------
        >>> ConicProgram.of_linear(LinearProgram([1.0], [[0.5]], ">=", [2.0])).sides
        array([-2.])
        """
        signs = np.array([-1.0 if sense == ">=" else 1.0 for sense in program.senses])
        return cls(
            program.objective,
            program.matrix.multiply(signs[:, None]),
            program.bounds * signs,
            [(ZERO if sense == "==" else NONNEGATIVE, 1) for sense in program.senses],
            lower=program.lower,
            upper=program.upper,
            maximize=program.maximize,
            names=program.names,
            rows=program.rows,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and variables."""
        return self.matrix.shape

    @property
    def needs(self) -> frozenset[str]:
        """What a solver must bear beyond linear rows.

        Of ``"quadratic"``, ``"second-order"`` and ``"exponential"``.
        """
        kinds = {cone.kind for cone in self.cones} & {SECOND_ORDER, EXPONENTIAL}
        return frozenset(kinds | ({"quadratic"} if self.quadratic is not None else set()))

    @property
    def kind(self) -> str:
        """The hardest part of the program.

        One of ``"linear"``, ``"quadratic"``, ``"second-order"`` and ``"exponential"``.
        """
        order = (EXPONENTIAL, SECOND_ORDER, "quadratic")
        return next((kind for kind in order if kind in self.needs), "linear")

    @cached_property
    def standard(self) -> Standard:
        """The same program as conic solvers take it: cones grouped, bounds as rows, a minimum."""
        from mdsolve.benchmark.standard import Standard

        return Standard.of(self)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of every number in the program, bit for bit; names are no part of it."""
        found = sha256(repr((self.shape, self.cones, self.maximize, self.constant)).encode())
        parts: list[Any] = [self.objective, self.sides, self.lower, self.upper]
        for table in (self.matrix, self.quadratic):
            if table is not None:
                parts += [table.data, table.indices.astype(np.int64), table.indptr.astype(np.int64)]
        for part in parts:
            found.update((part + 0).astype(part.dtype.newbyteorder("<")).tobytes())
        return found.hexdigest()

    def value(self, x: ArrayLike) -> float:
        """Return the objective at a point, in the program's own sense."""
        point = np.asarray(x, dtype=float)
        linear = float(self.objective @ point) + self.constant
        return (
            linear
            if self.quadratic is None
            else linear + float(point @ (self.quadratic @ point)) / 2
        )

    def __repr__(self) -> str:
        rows, variables = self.shape
        return f"ConicProgram({variables:,} variables, {rows:,} rows: {self.kind})"

    def _check(self) -> None:
        rows, variables = self.shape
        check_numbers(
            (rows, variables),
            objective=(self.objective, variables),
            sides=(self.sides, rows),
            matrix=(self.matrix.data, None),
            constant=(np.array([self.constant]), None),
            quadratic=(np.empty(0) if self.quadratic is None else self.quadratic.data, None),
        )
        self._check_quadratic()
        check_limits(self.names, self.lower, self.upper)

    def _check_quadratic(self) -> None:
        if self.quadratic is None:
            return
        variables = self.objective.size
        if self.quadratic.shape != (variables, variables):
            raise InvalidInput(
                f"quadratic: shape {self.quadratic.shape}, but there are {variables} variables. "
                f"Pass a {variables} x {variables} matrix."
            )
        if (self.quadratic != self.quadratic.T).nnz:
            raise InvalidInput(
                "quadratic: not symmetric. Pass P with P[j, k] = P[k, j]; the objective is half "
                "of x·Px."
            )
        from mdsolve.benchmark.curvature import bends_down

        if said := bends_down(-self.quadratic if self.maximize else self.quadratic):
            kind = "negative" if self.maximize else "positive"
            raise InvalidInput(
                f"quadratic: {said}, so that the program is not convex, and a point where nothing "
                f"can be gained nearby need not be an optimum. Pass a {kind} semidefinite P."
            )


def _canonical(matrix: Any) -> Any:
    from scipy.sparse import csr_array

    table = csr_array(matrix, dtype=float)
    table.sum_duplicates()
    table.eliminate_zeros()
    table.sort_indices()
    return table
