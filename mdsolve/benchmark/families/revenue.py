"""The most expected payment of finitely many types that keeps truth best and all in ([S] §4).

max Σ f(t) p(t) over p(t) − p(s) ≤ l(s, t) and p(t) ≤ w v(ψ(t)): its dual is a flow on the graph of
types, and one shortest-path payment is best for every prior f at once. Without participation it has
no bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mdsolve.benchmark.families import shortest_paths
from mdsolve.benchmark.families.drawing import shared
from mdsolve.benchmark.families.incentive_rows import truth_rows
from mdsolve.benchmark.families.statements import of_linear
from mdsolve.benchmark.families.type_tables import table
from mdsolve.benchmark.problem import Statement
from mdsolve.errors import InvalidInput
from mdsolve.solvers.linear_program import LinearProgram


def build(parameters: Mapping[str, Any], seed: int) -> Statement:
    """Return the program of a drawn table of types.

    Parameters
    ----------
    parameters : mapping
        Those of `type_tables.table`; ``prior``: ``"plain"``, ``"even"`` or
        ``"skewed"`` (over nine decades);
        ``participation``, false to let payments grow without end; ``slack``, granted in every row;
        ``proof``: ``"pivots"`` or ``"paths"``, for graphs that are large.

    Raises
    ------
    InvalidInput
        If the proof is unknown, or no flow proves what is asked for.
    """
    proof = str(parameters.get("proof", "pivots"))
    if proof not in ("pivots", "paths") or (
        proof == "paths" and not parameters.get("participation", True)
    ):
        raise InvalidInput(
            f"parameters: proof = {proof!r}. Choose pivots, or paths where types may stay out."
        )
    values = table(parameters, seed)
    count = len(values)
    weights = np.random.default_rng(seed + 1).exponential(size=count)
    if parameters.get("prior") == "skewed":
        weights = 2.0 ** -np.linspace(0.0, 30.0, count)
    if parameters.get("prior") == "even":
        weights = np.ones(count)
    rows, slack = truth_rows(values), float(parameters.get("slack", 0.0))
    most = np.diag(values) if parameters.get("participation", True) else np.inf
    program = LinearProgram(
        shared(weights, 40),
        rows.matrix,
        "<=",
        rows.sides + slack,
        upper=most,
        maximize=True,
        names=[f"payment-{t}" for t in range(count)],
        rows=rows.names,
    )
    axes = {"types": count, "outcomes": int(parameters["outcomes"])}
    return of_linear(
        program,
        axes,
        scale=float(np.abs(values).max()) or 1.0,
        prove=(lambda: shortest_paths.revenue(program, values, slack))
        if proof == "paths"
        else None,
    )
