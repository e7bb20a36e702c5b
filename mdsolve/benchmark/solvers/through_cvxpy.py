"""The solvers that CVXPY finds, each with its settings; any other by name, with its defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mdsolve.benchmark.solvers.entry import CONIC, LINEAR, QUADRATIC, Solver, levels
from mdsolve.benchmark.solvers.modelled import load_by

PREFIX = "cvxpy:"


def _entry(
    name: str,
    package: str,
    takes: frozenset[str],
    of: Callable[[float], Mapping[str, Any]],
    modules: tuple[str, ...] = (),
) -> Solver:
    return Solver(
        PREFIX + name,
        package,
        takes,
        levels(of),
        load_by(name.upper()),
        modules=("cvxpy", *(modules or (package,))),
        describes="through CVXPY",
    )


def other(name: str) -> Solver | None:
    """Return the entry of a solver that CVXPY finds installed and none of ours is, or None."""
    import cvxpy as cp

    if name.removeprefix(PREFIX).upper() not in cp.installed_solvers():
        return None
    return _entry(name.removeprefix(PREFIX), "cvxpy", CONIC | QUADRATIC, lambda target: {})


def _mosek(target: float) -> dict[str, Any]:
    kinds = ("MSK_DPAR_INTPNT_CO_TOL", "MSK_DPAR_INTPNT_QO_TOL", "MSK_DPAR_INTPNT_TOL")
    parts = ("PFEAS", "DFEAS", "REL_GAP")
    found: dict[str, Any] = {f"{kind}_{part}": target / 100 for kind in kinds for part in parts}
    return {"mosek_params": {**found, "MSK_IPAR_NUM_THREADS": 1}}


def _all_of(*names: str, share: float = 0.01, **rest: Any) -> Callable[[float], dict[str, Any]]:
    """Return settings whose tolerances are one share of the target."""
    return lambda target: {**dict.fromkeys(names, share * target), **rest}


def _at_least(least: float, *names: str, **rest: Any) -> Callable[[float], dict[str, Any]]:
    """Return settings whose tolerances are a hundredth of the target, but what is allowed."""
    return lambda target: {**{name: max(least, target / 100) for name in names}, **rest}


SOLVERS = (
    _entry(
        "clarabel",
        "clarabel",
        CONIC | QUADRATIC,
        _all_of("tol_gap_abs", "tol_gap_rel", "tol_feas", max_iter=400, max_threads=1),
    ),
    _entry(
        "ecos", "ecos", CONIC | QUADRATIC, _all_of("abstol", "reltol", "feastol", max_iters=500)
    ),
    _entry(
        "scs",
        "scs",
        CONIC | QUADRATIC,
        _all_of("eps_abs", "eps_rel", share=0.1, max_iters=1_000_000),
    ),
    _entry(
        "osqp",
        "osqp",
        QUADRATIC,
        _all_of("eps_abs", "eps_rel", share=0.1, max_iter=1_000_000, polishing=True),
    ),
    _entry(
        "highs",
        "highspy",
        QUADRATIC,
        _at_least(1e-10, "primal_feasibility_tolerance", "dual_feasibility_tolerance", threads=1),
    ),
    _entry(
        "piqp",
        "piqp",
        QUADRATIC,
        _all_of("eps_abs", "eps_rel", "eps_duality_gap_abs", "eps_duality_gap_rel", max_iter=500),
    ),
    _entry(
        "daqp",
        "daqp",
        QUADRATIC,
        _at_least(1e-12, "primal_tol", "dual_tol", iter_limit=1_000_000),
    ),
    _entry(
        "proxqp",
        "proxsuite",
        QUADRATIC,
        _all_of("eps_abs", max_iter=100_000),
    ),
    _entry("mosek", "mosek", CONIC | QUADRATIC, _mosek),
    _entry(
        "gurobi",
        "gurobipy",
        QUADRATIC | {"second-order"},
        _at_least(
            1e-9,
            "FeasibilityTol",
            "OptimalityTol",
            "BarConvTol",
            "BarQCPConvTol",
            Threads=1,
            reoptimize=True,  # where presolve cannot tell infeasible from unbounded
        ),
    ),
    _entry(
        "cvxopt",
        "cvxopt",
        QUADRATIC | {"second-order"},
        _all_of("abstol", "reltol", "feastol"),
    ),
    _entry("qpalm", "qpalm", QUADRATIC, _all_of("eps_abs", "eps_rel", max_iter=100_000)),
    _entry("scipy", "scipy", LINEAR, lambda target: {}, ("scipy.optimize",)),
)
