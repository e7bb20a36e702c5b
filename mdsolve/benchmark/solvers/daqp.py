"""DAQP without a modelling language: active sets on dense matrices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.solvers.entry import QUADRATIC, Run, Solver, levels
from mdsolve.benchmark.solvers.quadratic import equations, minimum


def load_daqp(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """An active-set method on dense matrices."""
    import daqp

    library: Any = daqp
    program = problem.program
    bent, cost, low = minimum(program)
    hessian = np.ascontiguousarray(bent.toarray())
    matrix = np.ascontiguousarray(program.matrix.toarray())
    lower = np.concatenate([program.lower, low])
    upper = np.concatenate([program.upper, program.sides])
    fixed = np.concatenate([program.lower == program.upper, equations(program)])
    sense = np.where(fixed, 5, 0).astype(np.int32)
    claims = {1: "optimal", 2: "optimal", -1: "infeasible", -3: "unbounded", -4: "inaccurate"}

    def run(start: Answer | None = None) -> Answer:
        x, _, flag, info = library.solve(
            hessian.copy(), cost.copy(), matrix.copy(), upper.copy(), lower.copy(), sense.copy(),
            **settings,
        )  # fmt: skip
        claim = claims.get(int(flag), "none")
        rayless = claim in ("infeasible", "unbounded")
        prices = np.array(info["lam"])[cost.size :]
        return Answer(
            claim,
            None if rayless else np.array(x),
            None if rayless else prices,
            int(info["iterations"]),
            f"exit flag {flag}",
        )

    return run


SOLVER = Solver(
    "daqp",
    "daqp",
    QUADRATIC,
    levels(
        lambda target: {
            "primal_tol": target / 100,
            "dual_tol": max(1e-12, target / 100),
            "iter_limit": 1_000_000,
        }
    ),
    load_daqp,
    modules=("daqp", "scipy.sparse"),
    describes="dual active sets, dense, called directly",
)
