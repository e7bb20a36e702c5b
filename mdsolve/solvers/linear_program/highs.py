"""HiGHS, at unit size: it is feasible to an absolute 1e-7, so rows and columns are scaled first.

All scales are powers of two: nothing is rounded on the way in or out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import MdsolveError
from mdsolve.solvers.linear_program.answers import FarkasRay, LpSolution, Ray
from mdsolve.solvers.linear_program.statement import LinearProgram

Array = NDArray[np.float64]

_ROUNDS = 3
_TOLERANCE = 1e-10
_STATUS = ("lower", "basic", "upper", "zero", "nonbasic")


@dataclass(frozen=True, eq=False)
class Scaled:
    """The program in x' = x / (columns · size), rows times `rows`, objective over `cost`."""

    matrix: Any
    rows: Array
    columns: Array
    size: float
    cost: float

    @classmethod
    def of(cls, program: LinearProgram) -> Scaled:
        """Equilibrate the matrix, then bring sides and objective to size 1."""
        matrix = program.matrix.copy()
        rows, columns = np.ones(matrix.shape[0]), np.ones(matrix.shape[1])
        for _ in range(_ROUNDS if matrix.nnz else 0):
            for axis, scales in ((1, rows), (0, columns)):
                factors = _inverse_power(abs(matrix).max(axis=axis).toarray().ravel())
                scales *= factors
                _multiply(matrix, factors, axis)
        limits = np.concatenate([program.lower, program.upper])
        limits = np.where(np.isfinite(limits), limits, 0.0) / np.concatenate([columns, columns])
        sides = np.concatenate([program.bounds * rows, limits])
        size = 1.0 / float(_inverse_power(np.abs(sides).max(initial=0.0)))
        cost = 1.0 / float(_inverse_power(np.abs(program.objective * columns).max(initial=0.0)))
        return cls(matrix, rows, columns, size, cost)


def run(program: LinearProgram) -> LpSolution | FarkasRay | Ray:
    """Solve; where presolve hides the ray, solve again without."""
    import highspy

    scaled = Scaled.of(program)
    solver = _load(program, scaled)
    status: Any = None
    for presolve in ("choose", "off"):
        solver.setOptionValue("presolve", presolve)
        solver.clearSolver()
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return _solution(program, scaled, solver)
        if status == highspy.HighsModelStatus.kInfeasible:
            _, exists, ray = solver.getDualRay()
            return FarkasRay(program, scaled.rows * ray if exists else _farkas(program).y)
        if status == highspy.HighsModelStatus.kUnbounded:
            _, exists, ray = solver.getPrimalRay()
            direction = scaled.columns * ray if exists else _direction(program).x
            return Ray(program, direction, _farkas(program).x[: direction.size])
    raise MdsolveError(
        f"linear program: HiGHS ends with {solver.modelStatusToString(status)!r} and neither a "
        "solution nor a ray. Check the range of its numbers, or state it at unit size."
    )


def final_basis(program: LinearProgram) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the basis at which the simplex method stops, whatever it found there."""
    solver = _load(program, Scaled.of(program))
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("solver", "simplex")
    solver.run()
    return _statuses(solver.getBasis())


def _farkas(program: LinearProgram) -> LpSolution:
    """Return the least total violation of the rows; its multipliers are a Farkas ray, if any."""
    from scipy.sparse import csr_array, diags_array, hstack

    senses = np.array(program.senses)
    rows, variables = program.matrix.shape
    short, over = senses != "<=", senses != ">="
    elastic = hstack([csr_array(diags_array(short * 1.0)), csr_array(diags_array(over * -1.0))])
    found = LinearProgram(
        np.append(np.zeros(variables), np.ones(2 * rows)),
        hstack([program.matrix, elastic]),
        program.senses,
        program.bounds,
        lower=np.append(program.lower, np.zeros(2 * rows)),
        upper=np.append(program.upper, np.full(2 * rows, np.inf)),
    ).solve()
    assert isinstance(found, LpSolution)
    return found


def _direction(program: LinearProgram) -> LpSolution:
    """Return the direction of size at most 1 along which the objective improves most."""
    found = LinearProgram(
        program.objective,
        program.matrix,
        program.senses,
        np.zeros(program.bounds.size),
        lower=np.where(np.isfinite(program.lower), 0.0, -1.0),
        upper=np.where(np.isfinite(program.upper), 0.0, 1.0),
        maximize=program.maximize,
    ).solve()
    assert isinstance(found, LpSolution)
    return found


def _load(program: LinearProgram, scaled: Scaled) -> Any:
    import highspy

    sign = -1.0 if program.maximize else 1.0
    sides = program.bounds * scaled.rows / scaled.size
    senses = np.array(program.senses)
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = scaled.matrix.shape
    model.col_cost_ = sign * program.objective * scaled.columns / scaled.cost
    model.col_lower_ = program.lower / (scaled.size * scaled.columns)
    model.col_upper_ = program.upper / (scaled.size * scaled.columns)
    model.row_lower_ = np.where(senses == "<=", -np.inf, sides)
    model.row_upper_ = np.where(senses == ">=", np.inf, sides)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = scaled.matrix.indptr
    model.a_matrix_.index_ = scaled.matrix.indices
    model.a_matrix_.value_ = scaled.matrix.data
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("primal_feasibility_tolerance", _TOLERANCE)
    solver.setOptionValue("dual_feasibility_tolerance", _TOLERANCE)
    solver.passModel(model)
    return solver


def _solution(program: LinearProgram, scaled: Scaled, solver: Any) -> LpSolution:
    found = solver.getSolution()
    point = scaled.size * scaled.columns * np.asarray(found.col_value)
    prices = scaled.cost * scaled.rows * np.asarray(found.row_dual)
    return LpSolution(
        program,
        np.clip(point, program.lower, program.upper),
        -prices if program.maximize else prices,
        _statuses(solver.getBasis()),
    )


def _statuses(basis: Any) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    columns, rows = (
        tuple(_STATUS[int(status)] for status in part)
        for part in (basis.col_status, basis.row_status)
    )
    return (columns, rows) if basis.valid else None


def _inverse_power(sizes: Any) -> Any:
    exponents = np.frexp(sizes)[1]
    return np.where(sizes == 0.0, 1.0, np.ldexp(1.0, -exponents))


def _multiply(matrix: Any, factors: Array, axis: int) -> None:
    if axis == 0:
        matrix.data *= factors[matrix.indices]
    else:
        matrix.data *= np.repeat(factors, np.diff(matrix.indptr))
