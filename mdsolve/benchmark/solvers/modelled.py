"""Any solver that CVXPY finds, through CVXPY: what is compiled is the same program by its cones."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.cones import EXPONENTIAL, NONNEGATIVE, SECOND_ORDER, TRIPLE, ZERO
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.program import ConicProgram
from mdsolve.benchmark.solvers.entry import Load, Run

Rows = NDArray[np.int64]

CLAIMS = {
    "optimal": "optimal",
    "infeasible": "infeasible",
    "unbounded": "unbounded",
    "optimal_inaccurate": "inaccurate",
    "user_limit": "inaccurate",
}


def load_by(solver: str) -> Load:
    """Return the ``load`` of a solver that CVXPY knows by this name."""

    def load(problem: Problem, settings: Mapping[str, Any]) -> Run:
        import cvxpy as cp

        program = problem.program
        variable, blocks = _stated(program)
        cost: Any = program.objective @ variable
        if program.quadratic is not None:
            bent = -program.quadratic if program.maximize else program.quadratic
            form: Any = 0.5 * cp.quad_form(variable, cp.psd_wrap(bent))
            cost = cost - form if program.maximize else cost + form
        aim = cp.Maximize(cost) if program.maximize else cp.Minimize(cost)
        model = cp.Problem(aim, [constraint for constraint, _ in blocks])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compiled: Any = model.get_problem_data(solver, solver_opts=dict(settings))
        data, chain, inverse = compiled

        def run(start: Answer | None = None) -> Answer:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = chain.solve_via_data(
                    model, data, warm_start=False, verbose=False, solver_opts=dict(settings)
                )
                model.unpack_results(found, chain, inverse)
            status = str(model.status)
            told = getattr(model.solver_stats, "num_iters", None)
            iterations = int(told) if isinstance(told, int | float) else None
            y = _prices(program, blocks)
            return Answer(CLAIMS.get(status, "none"), variable.value, y, iterations, status)

        return run

    return load


def _stated(program: ConicProgram) -> tuple[Any, list[tuple[Any, Rows]]]:
    """Return the variable, and each constraint with the rows of the program that it holds."""
    import cvxpy as cp

    variable = cp.Variable(program.objective.size, bounds=_bounds(program))
    blocks: list[tuple[Any, Rows]] = []
    for kind, rows in _grouped(program):
        matrix, sides = program.matrix[rows.ravel()], program.sides[rows.ravel()]
        if kind == ZERO:
            blocks.append((matrix @ variable == sides, rows))
        elif kind == NONNEGATIVE:
            blocks.append((matrix @ variable <= sides, rows))
        else:
            part = [
                program.sides[rows[:, k]] - program.matrix[rows[:, k]] @ variable
                for k in range(rows.shape[1])
            ]
            if kind == EXPONENTIAL:
                blocks.append((cp.ExpCone(*part), rows))
            elif len(part) == 1:
                blocks.append((part[0] >= 0, rows))
            else:
                blocks.append((cp.SOC(part[0], cp.vstack(part[1:]), axis=0), rows))
    return variable, blocks


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


def _prices(program: ConicProgram, blocks: Sequence[tuple[Any, Rows]]) -> Any:
    """Return the prices of the program's rows as a minimum, None where a solver gave none."""
    y = np.zeros(program.sides.size)
    for constraint, rows in blocks:
        values = [dual.value for dual in constraint.dual_variables]
        if any(value is None for value in values):
            return None
        if rows.ndim == 1:
            y[rows] = np.ravel(values[0])
        elif len(values) == TRIPLE:
            y[rows] = np.stack([np.ravel(value) for value in values], axis=1)
        elif rows.shape[1] == 1:
            y[rows[:, 0]] = np.ravel(values[0])
        else:
            y[rows[:, 0]] = np.ravel(values[0])
            y[rows[:, 1:]] = np.reshape(values[1], (rows.shape[1] - 1, len(rows)), order="F").T
    return y
