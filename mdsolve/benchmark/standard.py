"""A program as conic solvers take it: min ½x·Px + c·x over b − A x ∈ 0 × R₊ × SOC × EXP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.cones import CONES, EXPONENTIAL, NONNEGATIVE, SECOND_ORDER, ZERO

if TYPE_CHECKING:
    from mdsolve.benchmark.program import ConicProgram

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Standard:
    """The grouped form of a program; its rows are the program's own, then its finite bounds.

    Attributes
    ----------
    quadratic : (variables, variables) sparse csc
        P, positive semidefinite (zero where the program has none).
    objective : (variables,) array
        c of a minimum: the program's own, or its negative.
    matrix : (rows, variables) sparse csc
        A.
    sides : (rows,) array
        b.
    zero, nonnegative : int
        How many rows lie in each.
    second_order : tuple of int
        The sizes of these cones, in order.
    exponential : int
        How many triples (x, y, z) with y exp(x/y) ≤ z.
    origin : (rows,) array of int
        Which row of the program each is; −1 for a bound.
    """

    quadratic: Any
    objective: Array
    matrix: Any
    sides: Array
    zero: int
    nonnegative: int
    second_order: tuple[int, ...]
    exponential: int
    origin: NDArray[np.int64]

    @classmethod
    def of(cls, program: ConicProgram) -> Standard:
        """Group the rows of a program by their cones, keeping their order within each."""
        from scipy.sparse import csc_array, eye_array, vstack

        sign = -1.0 if program.maximize else 1.0
        ends = np.cumsum([cone.rows for cone in program.cones], dtype=int)
        runs = [
            (cone.kind, np.arange(end - cone.rows, end))
            for cone, end in zip(program.cones, ends.tolist(), strict=True)
        ]
        by_kind = {kind: [rows for own, rows in runs if own == kind] for kind in CONES}
        groups = {
            kind: np.concatenate([*rows, np.empty(0, dtype=int)]) for kind, rows in by_kind.items()
        }
        above, below = np.isfinite(program.lower), np.isfinite(program.upper)
        unit: Any = eye_array(program.objective.size, format="csr")
        bounds = vstack([-unit[above], unit[below]], format="csr")
        limits = np.concatenate([-program.lower[above], program.upper[below]])
        head = np.concatenate([groups[ZERO], groups[NONNEGATIVE]])
        tail = np.concatenate([groups[SECOND_ORDER], groups[EXPONENTIAL]])
        size = program.objective.size
        return cls(
            csc_array((size, size))
            if program.quadratic is None
            else csc_array(sign * program.quadratic),
            sign * program.objective,
            csc_array(vstack([program.matrix[head], bounds, program.matrix[tail]])),
            np.concatenate([program.sides[head], limits, program.sides[tail]]),
            groups[ZERO].size,
            groups[NONNEGATIVE].size + limits.size,
            tuple(rows.size for rows in by_kind[SECOND_ORDER]),
            len(by_kind[EXPONENTIAL]),
            np.concatenate([head, np.full(limits.size, -1), tail]),
        )

    def own_duals(self, y: Array) -> Array:
        """Return the prices of the program's own rows from those of all rows."""
        own = self.origin >= 0
        found = np.empty(int(own.sum()))
        found[self.origin[own]] = np.asarray(y)[own]
        return found
