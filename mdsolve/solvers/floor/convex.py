"""The floor over a user's convex set of rewards: a solver's report, and a bracket from data.

b(r) = Φ(c + w' r) − Φ(c) is convex with gradient w' π(r): at any report b is at most b(r), and at
least b(r) − w' (<r, π> − min over the domain of <·, π>). The linear minimum is bounded by weak
duality: constraints linearised anywhere, with any multipliers y ≥ 0, over {r ≥ 0 : Σ r ≤ R}. A
solver's report is of the domain up to 1e-9; the upper bound is raised by 2 w' max π for each unit
that each outcome may lack.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import ToleranceNotReached
from mdsolve.games.domains import ConvexDomain
from mdsolve.solvers.floor.program import FloorStatement, over_reports
from mdsolve.solvers.floor.result import Increment

Array = NDArray[np.float64]

#: from a report r to b(r) and the model there
Evaluate = Callable[[Array], tuple[float, Array]]

SOLVERS: dict[str, dict[str, Any]] = {
    "CLARABEL": {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11},
    "ECOS": {"abstol": 1e-11, "reltol": 1e-11, "feastol": 1e-11},
    "SCS": {"eps_abs": 1e-9, "eps_rel": 1e-9, "max_iters": 20_000},
}


def lowest(
    stated: FloorStatement, domain: ConvexDomain, evaluate: Evaluate, error: float
) -> Increment:
    """Return the least increment that some solver's report and its own bound enclose.

    Raises
    ------
    ToleranceNotReached
        If no solver returns a report of the domain.
    InvalidInput
        If the domain is empty or unbounded.
    """
    reach = domain.bound(stated.combined.size)
    found: list[Increment] = []
    for solver, settings in SOLVERS.items():
        if (report := _report(stated, domain, solver, settings)) is None:
            continue
        increment, model = evaluate(report)
        least = linear_minimum(domain, model, reach)
        spare = stated.size * (float(report @ model) - least)
        lower = max(0.0, increment - spare - error)
        missed = 2.0 * model.size * domain.miss(report)
        upper = increment + stated.size * float(model.max()) * missed + error
        found.append(Increment(lower, upper, report, model, f"program ({solver})"))
        if abs(spare) <= 1e-9 * stated.size * reach:
            break
    if not found:
        raise ToleranceNotReached(
            f"domain {domain!r}: none of {', '.join(SOLVERS)} returned a reward of the domain. "
            "Bring its constraints to the scale of the rewards.",
            solver="conic",
            lower=0.0,
            upper=np.inf,
        )
    return min(found, key=lambda one: one.upper - one.lower)


def linear_minimum(domain: ConvexDomain, weights: Array, reach: float) -> float:
    """Return a lower bound of <r, weights> over a domain on which Σ r ≤ reach."""
    import cvxpy as cp

    reward = cp.Variable(weights.size)
    listed = domain.stated(reward)
    problem = cp.Problem(cp.Minimize(weights @ reward), listed)
    _run(problem, "CLARABEL", SOLVERS["CLARABEL"])
    if reward.value is None:
        return 0.0
    linear, constant = np.array(weights), 0.0
    for constraint in listed[1:]:
        slope, height = _tangent(constraint, reward)
        linear, constant = linear + slope, constant + height
    return max(0.0, constant + reach * min(0.0, float(linear.min())))


def _tangent(constraint: Any, reward: Any) -> tuple[Array, float]:
    """Return y·g linearised where the variable stands: its slope, and its height at 0."""
    from cvxpy.constraints.nonpos import Inequality

    zero = np.zeros(reward.size)
    dual = constraint.dual_value
    jacobian = constraint.expr.grad.get(reward) if dual is not None else None
    if dual is None or jacobian is None:
        return zero, 0.0
    y = np.ravel(np.asarray(dual, dtype=float), order="F")
    if isinstance(constraint, Inequality):
        y = np.maximum(0.0, y)
    slope = np.ravel(jacobian @ y)
    height = float(y @ np.ravel(constraint.expr.value, order="F"))
    return slope, height - float(slope @ reward.value)


def _report(
    stated: FloorStatement, domain: ConvexDomain, solver: str, settings: dict[str, Any]
) -> Array | None:
    problem = over_reports(stated)
    _run(problem, solver, settings)
    value = problem.var_dict["report"].value
    if value is None or not np.isfinite(value).all():
        return None
    report = np.maximum(0.0, np.asarray(value, dtype=float))
    return None if domain.violation(report) else report


def _run(problem: Any, solver: str, settings: dict[str, Any]) -> None:
    """Run a solver; what it could not do shows in its variables."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            problem.solve(solver=solver, **settings)
        except Exception:  # a solver may raise anything: another is tried
            return
