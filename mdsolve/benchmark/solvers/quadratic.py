"""A quadratic program as those solvers take it: a minimum, P as it is, rows between limits."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.cones import ZERO
from mdsolve.benchmark.program import ConicProgram

Array = NDArray[np.float64]


def minimum(program: ConicProgram) -> tuple[Any, Array, Array]:
    """Return P and c of the program as a minimum, and the lower limits of its rows."""
    from scipy.sparse import csc_array

    sign, size = -1.0 if program.maximize else 1.0, program.objective.size
    bent: Any = (
        csc_array((size, size))
        if program.quadratic is None
        else csc_array(sign * program.quadratic)
    )
    low = np.where(equations(program), program.sides, -inf)
    return bent, sign * program.objective, low


def between(program: ConicProgram, kept: Any) -> tuple[Any, Array, Array]:
    """Return some rows and, below them, the bounds of x as rows: their table and their limits."""
    from scipy.sparse import csc_matrix, eye_array, vstack

    bounded = np.isfinite(program.lower) | np.isfinite(program.upper)
    unit: Any = eye_array(program.objective.size, format="csr")
    low = np.where(equations(program), program.sides, -inf)
    return (
        csc_matrix(vstack([program.matrix[kept], unit[bounded]])),
        np.concatenate([low[kept], program.lower[bounded]]),
        np.concatenate([program.sides[kept], program.upper[bounded]]),
    )


def equations(program: ConicProgram) -> NDArray[np.bool_]:
    """Return which rows are equations."""
    kinds = [cone.kind == ZERO for cone in program.cones]
    return np.repeat(kinds, [cone.rows for cone in program.cones]).astype(bool)
