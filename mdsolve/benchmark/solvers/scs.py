"""SCS without a modelling language: operator splitting for every cone, warm where it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.solvers.entry import CONIC, QUADRATIC, Run, Solver, levels

#: SCS's status values
CLAIMS = {1: "optimal", 2: "inaccurate", -1: "unbounded", -2: "infeasible"}


def load(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """Hand the grouped form over, as it is; factor it once."""
    import scs
    from scipy.sparse import csc_matrix, triu

    library: Any = scs
    grouped = problem.program.standard
    data = {
        "P": csc_matrix(triu(grouped.quadratic)),
        "A": csc_matrix(grouped.matrix),
        "b": grouped.sides,
        "c": grouped.objective,
    }
    cones = {
        "z": grouped.zero,
        "l": grouped.nonnegative,
        "q": list(grouped.second_order),
        "ep": grouped.exponential,
    }
    solver = library.SCS(data, cones, verbose=False, **settings)

    def run(start: Answer | None = None) -> Answer:
        warm = {} if start is None else start.details.get("warm", {})
        found = solver.solve(warm_start=bool(warm), **warm)
        info = found["info"]
        y = grouped.own_duals(np.asarray(found["y"], dtype=float))
        details = {"warm": {name: found[name] for name in ("x", "y", "s")}}
        claim = CLAIMS.get(int(info["status_val"]), "none")
        return Answer(claim, found["x"], y, int(info["iter"]), str(info["status"]), details)

    return run


SOLVER = Solver(
    "scs",
    "scs",
    CONIC | QUADRATIC,
    levels(
        lambda target: {
            "eps_abs": target / 10,
            "eps_rel": target / 10,
            "eps_infeas": target / 10,
            "max_iters": 1_000_000,
        }
    ),
    load,
    warm=True,
    modules=("scs", "scipy.sparse"),
    describes="operator splitting, called directly",
)
