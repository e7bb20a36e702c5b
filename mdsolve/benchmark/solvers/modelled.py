"""Any solver that CVXPY finds, through CVXPY: what is compiled is the same program by its cones."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.formats.modelled import cvxpy_problem, row_prices
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.solvers.entry import Load, Run
from mdsolve.benchmark.solvers.highs import fresh_scheduler

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
        if solver == "HIGHS":
            fresh_scheduler()
        model: Any = cvxpy_problem(problem)
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
            (variable,) = model.variables()
            y = row_prices(problem, model)
            return Answer(CLAIMS.get(status, "none"), variable.value, y, iterations, status)

        return run

    return load
