"""PIQP without a modelling language: equations, inequalities and bounds stand apart."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

import numpy as np

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.solvers.entry import QUADRATIC, Run, Solver, levels
from mdsolve.benchmark.solvers.quadratic import equations, minimum


def load_piqp(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """Equations, inequalities and bounds stand apart."""
    import piqp
    from scipy.sparse import csc_matrix

    library: Any = piqp
    program = problem.program
    bent, cost, _ = minimum(program)
    equal = equations(program)
    solver = library.SparseSolver()
    for name, value in settings.items():
        setattr(solver.settings, name, value)
    solver.settings.verbose = False
    rows = program.matrix
    solver.setup(
        csc_matrix(bent),
        cost,
        csc_matrix(rows[equal]),
        program.sides[equal],
        csc_matrix(rows[~equal]),
        np.full(int((~equal).sum()), -inf),
        program.sides[~equal],
        program.lower,
        program.upper,
    )
    claims = {
        "PIQP_SOLVED": "optimal",
        "PIQP_PRIMAL_INFEASIBLE": "infeasible",
        "PIQP_DUAL_INFEASIBLE": "unbounded",
        "PIQP_MAX_ITER_REACHED": "inaccurate",
    }

    def run(start: Answer | None = None) -> Answer:
        status = solver.solve()
        name = str(getattr(status, "name", status))
        found, y = solver.result, np.zeros(equal.size)
        y[equal], y[~equal] = found.y, np.asarray(found.z_u) - np.asarray(found.z_l)
        claim = claims.get(name, "none")
        x = np.array(found.x)
        rayless = claim in ("infeasible", "unbounded")  # its last iterates are no rays
        return Answer(
            claim,
            None if rayless else x,
            None if rayless else y,
            int(found.info.iter),
            name,
        )

    return run


SOLVER = Solver(
    "piqp",
    "piqp",
    QUADRATIC,
    levels(
        lambda target: {
            "eps_abs": target / 100,
            "eps_rel": target / 100,
            "eps_duality_gap_abs": target / 100,
            "eps_duality_gap_rel": target / 100,
            "max_iter": 500,
        }
    ),
    load_piqp,
    modules=("piqp", "scipy.sparse"),
    describes="proximal interior point, called directly",
)
