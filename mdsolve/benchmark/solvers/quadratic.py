"""OSQP, PIQP, DAQP and ProxQP without a modelling language: rows between limits, P as it is."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.cones import ZERO
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.program import ConicProgram
from mdsolve.benchmark.solvers.entry import QUADRATIC, Run, Solver, levels

Array = NDArray[np.float64]


def load_osqp(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """Bounds are rows; a start is its point and its prices."""
    import osqp
    from scipy.sparse import csc_matrix, eye_array, triu, vstack

    library: Any = osqp
    program = problem.program
    bent, cost, low = _minimum(program)
    bounded = np.isfinite(program.lower) | np.isfinite(program.upper)
    unit: Any = eye_array(cost.size, format="csr")
    solver = library.OSQP()
    solver.setup(
        csc_matrix(triu(bent)),
        cost,
        csc_matrix(vstack([program.matrix, unit[bounded]])),
        np.concatenate([low, program.lower[bounded]]),
        np.concatenate([program.sides, program.upper[bounded]]),
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


def load_piqp(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """Equations, inequalities and bounds stand apart."""
    import piqp
    from scipy.sparse import csc_matrix

    library: Any = piqp
    program = problem.program
    bent, cost, _ = _minimum(program)
    equal = _equations(program)
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


def load_daqp(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """An active-set method on dense matrices."""
    import daqp

    library: Any = daqp
    program = problem.program
    bent, cost, low = _minimum(program)
    hessian = np.ascontiguousarray(bent.toarray())
    matrix = np.ascontiguousarray(program.matrix.toarray())
    lower = np.concatenate([program.lower, low])
    upper = np.concatenate([program.upper, program.sides])
    fixed = np.concatenate([program.lower == program.upper, _equations(program)])
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


def load_proxqp(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """A proximal augmented Lagrangian on sparse matrices; a start is its point and its prices."""
    import proxsuite
    from scipy.sparse import csc_matrix, eye_array, vstack

    library: Any = proxsuite.proxqp
    program = problem.program
    bent, cost, _ = _minimum(program)
    equal = _equations(program)
    bounded = np.isfinite(program.lower) | np.isfinite(program.upper)
    unit: Any = eye_array(cost.size, format="csr")
    rows = vstack([program.matrix[~equal], unit[bounded]])
    low = np.concatenate([np.full(int((~equal).sum()), -1e20), program.lower[bounded]])
    high = np.concatenate([program.sides[~equal], program.upper[bounded]])
    solver = library.sparse.QP(cost.size, int(equal.sum()), low.size)
    for name, value in settings.items():
        setattr(solver.settings, name, value)
    solver.init(
        csc_matrix(bent),
        cost,
        csc_matrix(program.matrix[equal]),
        program.sides[equal],
        csc_matrix(rows),
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


def _minimum(program: ConicProgram) -> tuple[Any, Array, Array]:
    """Return P and c of the program as a minimum, and the lower limits of its rows."""
    from scipy.sparse import csc_array

    sign, size = -1.0 if program.maximize else 1.0, program.objective.size
    bent: Any = (
        csc_array((size, size))
        if program.quadratic is None
        else csc_array(sign * program.quadratic)
    )
    low = np.where(_equations(program), program.sides, -inf)
    return bent, sign * program.objective, low


def _equations(program: ConicProgram) -> NDArray[np.bool_]:
    """Return which rows are equations."""
    kinds = [cone.kind == ZERO for cone in program.cones]
    return np.repeat(kinds, [cone.rows for cone in program.cones]).astype(bool)


SOLVERS = (
    Solver(
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
    ),
    Solver(
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
    ),
    Solver(
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
    ),
    Solver(
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
    ),
)
