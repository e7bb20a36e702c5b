"""Payments that make truth best on a list of types: p(t) − p(s) ≤ l(s, t) ([S] Thm 3.5, Rochet).

Feasible exactly where no cycle of lengths is negative; the least slack that makes it so is minus
the least mean of a cycle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mdsolve.benchmark.families import shortest_paths
from mdsolve.benchmark.families.incentive_rows import truth_rows
from mdsolve.benchmark.families.statements import of_linear
from mdsolve.benchmark.families.type_tables import table
from mdsolve.benchmark.problem import Statement
from mdsolve.errors import InvalidInput
from mdsolve.solvers.linear_program import LinearProgram


def build(parameters: Mapping[str, Any], seed: int) -> Statement:
    """Return a question about a drawn table of types.

    Parameters
    ----------
    parameters : mapping
        Those of `type_tables.table`; ``form``: ``"payments"`` (any that work, the first type paying
        nothing), ``"smallest"`` (the least largest payment) or ``"slack"`` (the least slack);
        ``slack``, granted in every row; ``proof``: ``"pivots"`` or ``"paths"``, for graphs that are
        large (of the forms ``"smallest"``, and ``"payments"`` where there are none).

    Raises
    ------
    InvalidInput
        If the form or the proof is unknown.
    """
    values = table(parameters, seed)
    form, proof = str(parameters["form"]), str(parameters.get("proof", "pivots"))
    if form not in FORMS:
        raise InvalidInput(f"parameters: form = {form!r}. Choose one of {', '.join(FORMS)}.")
    if proof != "pivots" and (proof != "paths" or form not in PATHS or "slack" in parameters):
        raise InvalidInput(
            f"parameters: proof = {proof!r} of form {form!r}. Choose pivots, or paths for "
            f"{' or '.join(PATHS)} without slack."
        )
    program = FORMS[form](values, float(parameters.get("slack", 0.0)))
    return of_linear(
        program,
        {"types": len(values), "outcomes": int(parameters["outcomes"])},
        scale=float(np.ptp(values)) or 1.0,
        prove=(lambda: PATHS[form](program, values)) if proof == "paths" else None,
    )


def _payments(values: Any, slack: float) -> LinearProgram:
    rows, (lower, upper) = truth_rows(values), _grounded(len(values))
    return LinearProgram(
        np.zeros(len(values)),
        rows.matrix,
        "<=",
        rows.sides + slack,
        lower=lower,
        upper=upper,
        names=_names(values),
        rows=rows.names,
    )


def _smallest(values: Any, slack: float) -> LinearProgram:
    """Minimise h over payments of at most h either way."""
    from scipy.sparse import csr_array, eye_array, hstack, vstack

    count, rows = len(values), truth_rows(values)
    unit, level = eye_array(count, format="csr"), csr_array(np.ones((count, 1)))
    none = csr_array((rows.sides.size, 1))
    return LinearProgram(
        np.append(np.zeros(count), 1.0),
        vstack([hstack([rows.matrix, none]), hstack([unit, -level]), hstack([-unit, -level])]),
        "<=",
        np.concatenate([rows.sides + slack, np.zeros(2 * count)]),
        names=[*_names(values), "largest"],
        rows=[*rows.names, *(f"{way}-{t}" for way in ("most", "least") for t in range(count))],
    )


def _slack(values: Any, slack: float) -> LinearProgram:
    """Minimise ε over payments with p(t) − p(s) ≤ l(s, t) + ε; below 0 where there is room."""
    from scipy.sparse import csr_array, hstack

    rows, (lower, upper) = truth_rows(values), _grounded(len(values))
    column = csr_array(-np.ones((rows.sides.size, 1)))
    return LinearProgram(
        np.append(np.zeros(len(values)), 1.0),
        hstack([rows.matrix, column]),
        "<=",
        rows.sides + slack,
        lower=np.append(lower, -np.inf),
        upper=np.append(upper, np.inf),
        names=[*_names(values), "slack"],
        rows=rows.names,
    )


def _grounded(count: int) -> tuple[Any, Any]:
    """Return bounds under which the first type pays nothing, for only differences matter."""
    limit = np.full(count, np.inf)
    limit[0] = 0.0
    return -limit, limit


def _names(values: Any) -> list[str]:
    return [f"payment-{t}" for t in range(len(values))]


FORMS = {"payments": _payments, "smallest": _smallest, "slack": _slack}
PATHS = {"payments": shortest_paths.refuted, "smallest": shortest_paths.smallest}
