"""HiGHS without a modelling language: simplex (or its active sets), interior point, PDLP."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

import numpy as np

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.cones import ZERO
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.program import ConicProgram
from mdsolve.benchmark.solvers.entry import LINEAR, QUADRATIC, Run, Solver, levels


def load(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """Pass the program with its bounds; where presolve hides the ray, solve again without."""
    import highspy

    status: Any = highspy.HighsModelStatus
    program = problem.program
    fresh_scheduler()
    solver: Any = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    for name, value in settings.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(program))

    def run(start: Answer | None = None) -> Answer:
        if start is not None and "basis" in start.details:
            solver.setBasis(start.details["basis"])
        iterations = 0
        for presolve in ("choose", "off"):
            solver.setOptionValue("presolve", presolve)
            solver.run()
            info = solver.getInfo()
            iterations += sum(
                max(0, int(getattr(info, f"{kind}_iteration_count")))
                for kind in ("simplex", "ipm", "crossover", "pdlp", "qp")
            )
            found = solver.getModelStatus()
            if found not in (status.kUnboundedOrInfeasible,) and not (
                found in (status.kInfeasible, status.kUnbounded)
                and presolve == "choose"
                and _ray(solver, found == status.kInfeasible) is None
            ):
                break
        words = solver.modelStatusToString(found)
        if found == status.kInfeasible:
            ray = _ray(solver, dual=True)
            return Answer("infeasible", None, None if ray is None else -ray, iterations, words)
        if found == status.kUnbounded:
            return Answer("unbounded", _ray(solver, dual=False), None, iterations, words)
        solution = solver.getSolution()
        x = np.array(solution.col_value) if solution.value_valid else None
        y = -np.array(solution.row_dual) if solution.dual_valid else None
        basis = solver.getBasis()
        details = {"basis": basis} if basis.valid else {}
        claim = "optimal" if found == status.kOptimal else "none"
        return Answer(claim, x, y, iterations, words, details)

    return run


def fresh_scheduler() -> None:
    """Let HiGHS start its threads anew: it refuses another number than this process ran before."""
    import highspy

    highspy.Highs.resetGlobalScheduler(True)


def _model(program: ConicProgram) -> Any:
    import highspy

    sign = -1.0 if program.maximize else 1.0
    zero = np.repeat(
        [cone.kind == ZERO for cone in program.cones], [cone.rows for cone in program.cones]
    ).astype(bool)
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = program.shape
    lp.col_cost_ = sign * program.objective
    lp.col_lower_, lp.col_upper_ = program.lower, program.upper
    lp.row_lower_ = np.where(zero, program.sides, -inf)
    lp.row_upper_ = program.sides
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = program.matrix.indptr
    lp.a_matrix_.index_ = program.matrix.indices
    lp.a_matrix_.value_ = program.matrix.data
    model = highspy.HighsModel()
    model.lp_ = lp
    if program.quadratic is not None:
        from scipy.sparse import csc_array, tril

        lower: Any = csc_array(tril(sign * program.quadratic))
        lower.sort_indices()
        model.hessian_.dim_ = program.objective.size
        model.hessian_.format_ = highspy.HessianFormat.kTriangular
        model.hessian_.start_ = lower.indptr
        model.hessian_.index_ = lower.indices
        model.hessian_.value_ = lower.data
    return model


def _ray(solver: Any, dual: bool) -> Any:
    _, exists, ray = solver.getDualRay() if dual else solver.getPrimalRay()
    return np.array(ray) if exists else None


def _tolerances(target: float) -> dict[str, float]:
    tight = max(1e-10, target / 100)
    return {"primal_feasibility_tolerance": tight, "dual_feasibility_tolerance": tight}


SOLVERS = (
    Solver(
        "highs",
        "highspy",
        QUADRATIC,
        levels(
            lambda target: {
                **_tolerances(target),
                "qp_regularization_value": min(1e-7, target / 1000),
                "threads": 1,
            }
        ),
        load,
        warm=True,
        modules=("highspy", "scipy.sparse"),
        describes="simplex, and active sets where quadratic, called directly",
    ),
    Solver(
        "highs-ipm",
        "highspy",
        LINEAR,
        levels(
            lambda target: {
                **_tolerances(target),
                "solver": "ipm",
                "run_crossover": "off",
                "ipm_optimality_tolerance": max(1e-12, target / 100),
                "threads": 1,
            }
        ),
        load,
        modules=("highspy", "scipy.sparse"),
        describes="HiGHS's interior point without crossover, called directly",
    ),
    Solver(
        "highs-pdlp",
        "highspy",
        LINEAR,
        levels(
            lambda target: {
                **_tolerances(target),
                "solver": "pdlp",
                "pdlp_optimality_tolerance": target / 10,
                "threads": 1,
            }
        ),
        load,
        modules=("highspy", "scipy.sparse"),
        describes="HiGHS's first-order method, called directly",
    ),
)
