"""OSQP without a modelling language: bounds are rows, and a start is a point with its prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.solvers.entry import QUADRATIC, Run, Solver, levels
from mdsolve.benchmark.solvers.quadratic import between, minimum


def load_osqp(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """Bounds are rows; a start is its point and its prices."""
    import osqp
    from scipy.sparse import csc_matrix, triu

    library: Any = osqp
    program = problem.program
    bent, cost, low = minimum(program)
    solver = library.OSQP()
    solver.setup(
        csc_matrix(triu(bent)),
        cost,
        *between(program, slice(None)),
        verbose=False,
        **settings,
    )
    claims = {
        "solved": "optimal",
        "primal infeasible": "infeasible",
        "dual infeasible": "unbounded",
        "solved inaccurate": "inaccurate",
        "maximum iterations reached": "inaccurate",
    }

    def run(start: Answer | None = None) -> Answer:
        if start is not None and "warm" in start.details:
            solver.warm_start(**start.details["warm"])
        found = solver.solve(raise_error=False)
        status = str(found.info.status)
        claim = claims.get(status, "none")
        x, y = found.x, found.y
        details = {"warm": {"x": x, "y": y}} if claim == "optimal" else {}
        if claim == "infeasible":
            y = found.prim_inf_cert
        elif claim == "unbounded":
            x = found.dual_inf_cert
        prices = None if y is None else np.asarray(y)[: low.size]
        return Answer(claim, x, prices, int(found.info.iter), status, details)

    return run


SOLVER = Solver(
    "osqp",
    "osqp",
    QUADRATIC,
    levels(
        lambda target: {
            "eps_abs": target / 10,
            "eps_rel": target / 10,
            "eps_prim_inf": target / 10,
            "eps_dual_inf": target / 10,
            "max_iter": 1_000_000,
            "polishing": True,
        }
    ),
    load_osqp,
    warm=True,
    modules=("osqp", "scipy.sparse"),
    describes="operator splitting, called directly",
)
