"""ProxQP without a modelling language: bounds are rows, and a start is a point with its prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.solvers.entry import QUADRATIC, Run, Solver, levels
from mdsolve.benchmark.solvers.quadratic import between, equations, minimum


def load_proxqp(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """A proximal augmented Lagrangian on sparse matrices; a start is its point and its prices."""
    import proxsuite
    from scipy.sparse import csc_matrix

    library: Any = proxsuite.proxqp
    program = problem.program
    bent, cost, _ = minimum(program)
    equal = equations(program)
    rows, low, high = between(program, ~equal)
    solver = library.sparse.QP(cost.size, int(equal.sum()), low.size)
    for name, value in settings.items():
        setattr(solver.settings, name, value)
    solver.init(
        csc_matrix(bent),
        cost,
        csc_matrix(program.matrix[equal]),
        program.sides[equal],
        rows,
        np.maximum(low, -1e20),
        np.minimum(high, 1e20),
    )
    claims = {
        "PROXQP_SOLVED": "optimal",
        "PROXQP_PRIMAL_INFEASIBLE": "infeasible",
        "PROXQP_DUAL_INFEASIBLE": "unbounded",
        "PROXQP_MAX_ITER_REACHED": "inaccurate",
    }

    def run(start: Answer | None = None) -> Answer:
        warm = () if start is None else start.details.get("warm", ())
        solver.solve(*warm)
        found = solver.results
        name = str(found.info.status.name)
        claim = claims.get(name, "none")
        x, y, z = np.array(found.x), np.array(found.y), np.array(found.z)
        prices = np.zeros(equal.size)
        prices[equal], prices[~equal] = y, z[: int((~equal).sum())]
        details = {"warm": (x, y, z)} if claim == "optimal" else {}
        if claim in ("infeasible", "unbounded"):  # its last iterates are no rays
            return Answer(claim, None, None, int(found.info.iter), name)
        return Answer(claim, x, prices, int(found.info.iter), name, details)

    return run


SOLVER = Solver(
    "proxqp",
    "proxsuite",
    QUADRATIC,
    levels(
        lambda target: {
            "eps_abs": target / 100,
            "eps_rel": 0.0,
            "eps_primal_inf": target / 100,  # by itself 1e-4, which tiny numbers pass
            "eps_dual_inf": target / 100,
            "max_iter": 100_000,
        }
    ),
    load_proxqp,
    warm=True,
    modules=("proxsuite", "scipy.sparse"),
    describes="proximal augmented Lagrangian, sparse, called directly",
)
