"""ECOS without a modelling language (GPL-3: imported only when it is the solver that was chosen).

Its exponential triples are (x, z, y) where ours are (x, y, z); equations stand apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.solvers.entry import CONIC, Run, Solver, levels
from mdsolve.benchmark.standard import Standard

#: ECOS's exit flags; 10 more where it is close to inaccurate
CLAIMS = {0: "optimal", 1: "infeasible", 2: "unbounded", 10: "inaccurate"}


def load(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """Hand over the equations and the cones, with the triples in its order."""
    import ecos
    from scipy.sparse import csc_matrix

    library: Any = ecos
    grouped = problem.program.standard
    order = _order(grouped)
    cones = {
        "l": grouped.nonnegative,
        "q": list(grouped.second_order),
        "e": grouped.exponential,
    }
    rows = csc_matrix(grouped.matrix)
    head, tail = rows[: grouped.zero], rows[order]
    equations = {"A": csc_matrix(head), "b": grouped.sides[: grouped.zero]}
    objective, limits = grouped.objective.copy(), grouped.sides[order]

    def run(start: Answer | None = None) -> Answer:
        found = library.solve(
            objective,
            csc_matrix(tail) if order.size else None,
            limits if order.size else None,
            cones,
            **(equations if grouped.zero else {}),
            verbose=False,
            **settings,
        )
        info = found["info"]
        y = np.empty(grouped.sides.size)
        y[: grouped.zero] = found["y"]
        y[order] = found["z"]
        claim = CLAIMS.get(int(info["exitFlag"]), "none")
        return Answer(
            claim,
            np.asarray(found["x"], dtype=float),
            grouped.own_duals(y),
            int(info["iter"]),
            str(info["infostring"]),
        )

    return run


def _order(grouped: Standard) -> NDArray[np.int64]:
    """Return the rows of the cones, with the last two of each triple exchanged."""
    rows = np.arange(grouped.zero, grouped.sides.size)
    triples = rows[rows.size - 3 * grouped.exponential :].reshape(-1, 3)
    triples[:, [1, 2]] = triples[:, [2, 1]]
    return rows


SOLVER = Solver(
    "ecos",
    "ecos",
    CONIC,
    levels(
        lambda target: {
            "abstol": target / 100,
            "reltol": target / 100,
            "feastol": target / 100,
            "max_iters": 500,
        }
    ),
    load,
    modules=("ecos", "scipy.sparse"),
    describes="interior point, called directly",
)
