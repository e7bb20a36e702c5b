"""A program as a CVXPY problem, by its cones; CVXPY's exponential triple is (x, y, z), as ours.

CVXPY's multipliers of a row b − A x ∈ K are prices y ∈ K* of the program as a minimum: for a
maximum they are those of its negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.cones import EXPONENTIAL, NONNEGATIVE, SECOND_ORDER, TRIPLE, ZERO
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.program import ConicProgram
from mdsolve.errors import InvalidInput

if TYPE_CHECKING:
    import cvxpy as cp

Array = NDArray[np.float64]
Rows = NDArray[np.int64]


def cvxpy_problem(program: ConicProgram | Problem) -> cp.Problem:
    """Return a program as a CVXPY problem in one variable ``x``, with its own objective and sense.

    Rows of one kind, and cones of one kind and size, are one constraint; bounds belong to the
    variable. `row_prices` reads the prices of the program's rows from the solved problem.

    Parameters
    ----------
    program : ConicProgram or Problem

    Examples
    --------
    >>> import mdsolve as md
    >>> known = md.problem("l2-10x3")
    >>> model = md.cvxpy_problem(known)
    >>> bool(abs(model.solve(solver="CLARABEL") - known.lower) < 1e-6)
    True
    >>> md.row_prices(known, model).shape == (known.program.shape[0],)
    True
    """
    import cvxpy as cp

    own = program.program if isinstance(program, Problem) else program
    variable = cp.Variable(own.objective.size, name="x", bounds=_bounds(own))
    cost: Any = own.objective @ variable + own.constant
    if own.quadratic is not None:
        bent = -own.quadratic if own.maximize else own.quadratic
        form: Any = 0.5 * cp.quad_form(variable, cp.psd_wrap(bent))
        cost = cost - form if own.maximize else cost + form
    aim = cp.Maximize(cost) if own.maximize else cp.Minimize(cost)
    return cp.Problem(aim, [_constraint(own, variable, *block) for block in _grouped(own)])


def row_prices(program: ConicProgram | Problem, solved: cp.Problem) -> Array | None:
    """Return the prices (rows,) of a program's own rows, as a minimum, from its CVXPY problem.

    With them Px + c + Aᵀy is 0 but where bounds bear it, c and P negated where the program is a
    maximum. None where the solver gave no multipliers.

    Parameters
    ----------
    program : ConicProgram or Problem
    solved : cvxpy.Problem
        What `cvxpy_problem` returned for this program, solved.

    Raises
    ------
    InvalidInput
        If the CVXPY problem is another program's.
    """
    own = program.program if isinstance(program, Problem) else program
    blocks, constraints = _grouped(own), solved.constraints
    found, wanted = [one.size for one in constraints], [rows.size for _, rows in blocks]
    if found != wanted:
        raise InvalidInput(
            f"CVXPY problem: its constraints have {found[:5]} rows, but the program's cones "
            f"{wanted[:5]}. Pass what cvxpy_problem made of this program."
        )
    y = np.zeros(own.sides.size)
    for (_, rows), constraint in zip(blocks, constraints, strict=True):
        values = [dual.value for dual in constraint.dual_variables]
        if any(value is None for value in values):
            return None
        y[rows] = _placed(values, rows)
    return y


def _constraint(program: ConicProgram, variable: Any, kind: str, rows: Rows) -> Any:
    import cvxpy as cp

    if kind in (ZERO, NONNEGATIVE):
        left, right = program.matrix[rows] @ variable, program.sides[rows]
        return left == right if kind == ZERO else left <= right
    part = [
        program.sides[rows[:, k]] - program.matrix[rows[:, k]] @ variable
        for k in range(rows.shape[1])
    ]
    if kind == EXPONENTIAL:
        return cp.ExpCone(*part)
    return part[0] >= 0 if len(part) == 1 else cp.SOC(part[0], cp.vstack(part[1:]), axis=0)


def _placed(values: list[Any], rows: Rows) -> Array:
    """Return multipliers of a constraint in the shape of its rows."""
    if len(values) == TRIPLE:
        return np.stack([np.ravel(value) for value in values], axis=1)
    if len(values) == 1:
        return np.reshape(values[0], rows.shape)
    rest = np.reshape(values[1], (rows.shape[1] - 1, len(rows)), order="F")
    return np.column_stack([np.ravel(values[0]), rest.T])


def _bounds(program: ConicProgram) -> Any:
    finite = np.isfinite(program.lower).any() or np.isfinite(program.upper).any()
    return [program.lower, program.upper] if finite else None


def _grouped(program: ConicProgram) -> list[tuple[str, Rows]]:
    """Return rows by kind of cone: of linear ones in a line, of others a cone a line."""
    first, found = 0, {}
    for kind, count in program.cones:
        of = (kind, count if kind in (SECOND_ORDER, EXPONENTIAL) else 0)
        found.setdefault(of, []).append(np.arange(first, first + count))
        first += count
    return [
        (kind, np.stack(rows) if count else np.concatenate(rows))
        for (kind, count), rows in found.items()
    ]
