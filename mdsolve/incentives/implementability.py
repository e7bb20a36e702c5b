"""Implementable ⇔ no cycle of the type graph is negative ([S] Def 3.4, Thm 3.5; Rochet).

The edge s→t has length V[t, t] − V[t, s]; truth is dominant under p exactly where
p(t) − p(s) ≤ length for all pairs. Two routes decide it: the graph, and a linear program whose
Farkas ray is a flow of negative cycles.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.labels import checked_labels
from mdsolve.incentives.program_route import by_program, refutes
from mdsolve.incentives.witnesses import NegativeCycle, Potentials
from mdsolve.payments.shortest_path import (
    checked_error,
    distances,
    square,
)
from mdsolve.precision import outward
from mdsolve.solvers.shortest_path import (
    Cycle,
    Feasible,
    Graph,
    decide,
    least_margin,
    worst_edge,
)
from mdsolve.type_graph import Progress, type_table

Array = NDArray[np.float64]

METHODS = ("graph", "lp")


def implement(
    values: ArrayLike,
    *,
    error: float = 0.0,
    labels: Any = None,
    method: str = "graph",
    base: int | None = None,
) -> Potentials | NegativeCycle:
    """Return payments that make truth dominant, or a cycle of types that no payments survive.

    A table without error is decided exactly as given: no tolerance is involved, and the verdict
    does not change when all values are scaled.

    Parameters
    ----------
    values : (types, types) array_like
        ``values[t, s]``: valuation of type t (times its size) for what is chosen when s is
        reported (welfare units).
    error : float
        Entrywise error of the table. A cycle then refutes only if its length is below
        −2 error · number of types; short of that, payments with that slack exist and are returned.
    labels : sequence of names, optional
        Of the types; ``"type-0", ...`` by default.
    method : str
        ``"graph"`` (exact), or ``"lp"`` (HiGHS: payments verified from the table, cycles exact).
    base : int, optional
        Make `payments` the shortest paths from this type.

    Raises
    ------
    InvalidInput
        If the table is not square or not finite, or the error is negative.

    Examples
    --------
    >>> implement([[2.0, 1.0], [0.0, 1.0]]).verdict
    'certified'
    >>> print(implement([[1.0, 2.0], [1.5, 1.0]], labels=["low", "high"]))
    not implementable: a cycle of 2 types has length -1.5
      'low' reporting 'high' gains 1 before payments
      'high' reporting 'low' gains 0.5 before payments
    payments cancel around the cycle, so under any payments one of these types gains at least 0.75
    """
    table = square(values)
    names = checked_labels("type", labels, len(table), "type-")
    allowed = checked_error(error)
    if method not in METHODS:
        raise InvalidInput(f'method {method!r} is unknown. Choose "graph" or "lp".')
    graph = _graph(table)
    route = _by_graph if method == "graph" else by_program
    found = route(graph, float(np.ldexp(allowed, -graph.exponent)))
    if isinstance(found, Cycle):
        return _refutation(found, graph, table, names)
    answer = _payments(
        found, graph, table, names, allowed, proved=found.excess <= 0.0 or method == "graph"
    )
    return answer if base is None else _based(answer, base)


def implementable(
    rule: Any,
    game: Game,
    group: Any,
    types: Any,
    sizes: Any = None,
    *,
    method: str = "graph",
    solver: str = "auto",
    progress: Progress | None = None,
) -> Potentials | NegativeCycle:
    """Return payments that implement a rule for the listed types of one group, or a cycle.

    The other groups' reports are the game's. What rounding and unfinished solves may have changed
    in the table is allowed for, so it never refutes a rule that is implementable.

    Parameters
    ----------
    rule : TrainingRule, FiniteMenu, or callable
        A callable maps a Game to a model, (outcomes,) probabilities.
    game, group, types, sizes, solver, progress
        As for `mdsolve.type_graph.type_table`.
    method : str
        As for `implement`.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> implementable(md.SocialWelfare("l2", 1.0), game, 0, [[1.0, 0.0], [0.0, 1.0]]).payments
    array([0., 0.])
    """
    table = type_table(rule, game, group, types, sizes, solver=solver, progress=progress)
    found = implement(table.values, error=table.error, labels=table.labels, method=method)
    return replace(found, listed=table.types, models=table.models)


def least_slack(
    values: ArrayLike, *, labels: Any = None
) -> tuple[Potentials, NegativeCycle | None]:
    """Return payments with the least slack that any have, and the cycle that allows no less.

    The slack is max(0, −minimum mean length of a cycle); without a negative cycle it is 0 and the
    second answer is None.

    Examples
    --------
    >>> payments, cycle = least_slack([[1.0, 2.0], [1.5, 1.0]])
    >>> payments.slack, cycle.gain
    (0.75, 0.75)
    """
    table = square(values)
    names = checked_labels("type", labels, len(table), "type-")
    graph = _graph(table)
    found, worst = least_margin(graph)
    cycle = None if worst is None else _refutation(worst, graph, table, names)
    return _payments(found, graph, table, names, 0.0, proved=worst is None), cycle


def _by_graph(graph: Graph, error: float) -> Feasible | Cycle:
    """Allow no slack, then half of what the error may explain, then all of it."""
    found = decide(graph)
    for margin in (error, 2.0 * error):
        if isinstance(found, Feasible) or refutes(found, error):
            break
        found = decide(graph, margin)
    return found


def _refutation(cycle: Cycle, graph: Graph, table: Array, names: Any) -> NegativeCycle:
    length = cycle.length * Fraction(2) ** graph.exponent
    gain = -length / len(cycle.nodes)
    first = cycle.nodes.index(min(cycle.nodes))
    nodes = cycle.nodes[first:] + cycle.nodes[:first]
    return NegativeCycle(nodes, float(length), float(gain), table, names, length)


def _payments(
    found: Feasible, graph: Graph, table: Array, names: Any, error: float, *, proved: bool
) -> Potentials:
    unit = Fraction(2) ** graph.exponent
    exact = None if found.exact is None else replace(found.exact, scale=unit)
    return Potentials(
        np.ldexp(found.potentials, graph.exponent),
        _slack(table, np.ldexp(found.potentials, graph.exponent), found.worst),
        table,
        names,
        error=error,
        exact=exact if found.margin == 0 else None,
        proved=proved and not error and found.margin == 0,
        margin=float(found.margin * unit),
    )


def _based(answer: Potentials, base: int) -> Potentials:
    place = answer.position(base)
    payments = distances(answer.values, place, answer.margin)
    graph = _graph(answer.values)
    worst = worst_edge(graph, np.ldexp(payments, -graph.exponent))
    return Potentials(
        payments,
        _slack(answer.values, payments, worst),
        answer.values,
        answer.labels,
        error=answer.error,
        base=place,
        margin=answer.margin,
    )


def _slack(table: Array, payments: Array, worst: tuple[float, int, int]) -> float:
    """Return what the worst pair gains, rounded up."""
    excess, target, source = worst
    if excess <= 0.0:
        return 0.0
    exact = Fraction(float(table[target, source])) - Fraction(float(table[target, target]))
    exact += Fraction(float(payments[target])) - Fraction(float(payments[source]))
    return outward(exact, inf)


def _graph(table: Array) -> Graph:
    try:
        return Graph.of(table)
    except OverflowError:
        raise InvalidInput(
            f"values: sizes from {np.abs(table[table != 0]).min():.3g} to "
            f"{np.abs(table).max():.3g} leave the range of doubles when subtracted. Round the "
            "smallest to 0, or divide all by a common number."
        ) from None
