"""Clarabel without a modelling language: an interior point method for every cone of a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.solvers.entry import CONIC, QUADRATIC, Run, Solver, levels

CLAIMS = {
    "Solved": "optimal",
    "PrimalInfeasible": "infeasible",
    "DualInfeasible": "unbounded",
    "AlmostSolved": "inaccurate",
    "AlmostPrimalInfeasible": "none",
    "AlmostDualInfeasible": "none",
}


def load(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """Hand the grouped form over, as it is."""
    import clarabel
    from scipy.sparse import csc_matrix, triu

    library: Any = clarabel
    grouped = problem.program.standard
    cones = [
        *([library.ZeroConeT(grouped.zero)] if grouped.zero else []),
        *([library.NonnegativeConeT(grouped.nonnegative)] if grouped.nonnegative else []),
        *map(library.SecondOrderConeT, grouped.second_order),
        *(library.ExponentialConeT() for _ in range(grouped.exponential)),
    ]
    options = library.DefaultSettings()
    options.verbose = False
    for name, value in settings.items():
        if hasattr(options, name):
            setattr(options, name, value)
    solver = library.DefaultSolver(
        csc_matrix(triu(grouped.quadratic)),
        grouped.objective,
        csc_matrix(grouped.matrix),
        grouped.sides,
        cones,
        options,
    )

    def run(start: Answer | None = None) -> Answer:
        found = solver.solve()
        status = str(found.status)
        y = grouped.own_duals(np.asarray(found.z, dtype=float))
        return Answer(
            CLAIMS.get(status, "none"), np.asarray(found.x), y, int(found.iterations), status
        )

    return run


SOLVER = Solver(
    "clarabel",
    "clarabel",
    CONIC | QUADRATIC,
    levels(
        lambda target: {
            "tol_gap_abs": target / 100,
            "tol_gap_rel": target / 100,
            "tol_feas": target / 100,
            "max_iter": 400,
            "max_threads": 1,
        }
    ),
    load,
    modules=("clarabel", "scipy.sparse"),
    describes="interior point, called directly",
)
