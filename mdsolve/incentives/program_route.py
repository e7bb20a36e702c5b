"""Implementability by linear programming: feasible payments, or a Farkas ray.

The ray of p(t) − p(s) ≤ length(s, t) is a circulation of negative length: it is peeled into cycles,
each summed exactly.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import MdsolveError
from mdsolve.payments.shortest_path import edge_lengths, edge_pairs, incentive_rows
from mdsolve.solvers.linear_program import FarkasRay, LinearProgram, LpSolution
from mdsolve.solvers.shortest_path import Cycle, Feasible, Graph, cycle_length, worst_edge

Array = NDArray[np.float64]


def by_program(graph: Graph, error: float) -> Feasible | Cycle:
    """HiGHS; where a Farkas ray holds no cycle that refutes, the least slack instead."""
    count = graph.nodes
    if count == 1:
        return Feasible(np.zeros(1), (-inf, 0, 0), Fraction(0), None)
    lengths = edge_lengths(graph.table)
    rows = incentive_rows(count)
    answer = LinearProgram(np.zeros(count), rows, "<=", lengths + 2.0 * error).solve()
    if isinstance(answer, FarkasRay):
        cycle = _cycle_of_flow(graph, -answer.y)
        if cycle is not None and refutes(cycle, error):
            return cycle
        answer = _least_slack_program(rows, lengths)
    if not isinstance(answer, LpSolution):
        raise MdsolveError("implement: HiGHS found no payments and no cycle. Use method='graph'.")
    payments = answer.x[:count] - answer.x[0]
    return Feasible(payments, worst_edge(graph, payments), Fraction(2.0 * error), None)


def _least_slack_program(rows: Any, lengths: Array) -> Any:
    from scipy.sparse import csr_array, hstack

    slack = csr_array(-np.ones((rows.shape[0], 1)))
    cost = np.append(np.zeros(rows.shape[1]), 1.0)
    lower = np.append(np.full(rows.shape[1], -inf), 0.0)
    return LinearProgram(cost, hstack([rows, slack]), "<=", lengths, lower=lower).solve()


def _cycle_of_flow(graph: Graph, flow: Array) -> Cycle | None:
    """Peel cycles off a circulation and return the one of least mean length."""
    rest = np.zeros((graph.nodes, graph.nodes))
    rest[edge_pairs(graph.nodes)] = np.maximum(flow, 0.0)
    small = 1e-9 * float(rest.max())
    best: Cycle | None = None
    while rest.max() > small:
        nodes = _heaviest_cycle(rest, small)
        if nodes is None:
            continue
        cycle = Cycle(nodes, cycle_length(graph.table, nodes))
        if best is None or _mean(cycle) < _mean(best):
            best = cycle
    return best


def _heaviest_cycle(rest: Array, small: float) -> tuple[int, ...] | None:
    """Follow the heaviest edges until a node returns, and take that cycle's flow away."""
    path = [int(rest.max(axis=1).argmax())]
    while True:
        following = int(rest[path[-1]].argmax())
        if rest[path[-1], following] <= small:
            rest[:, path[-1]] = 0.0
            return None
        if following in path:
            nodes = path[path.index(following) :]
            edges = (np.array(nodes), np.roll(nodes, -1))
            rest[edges] -= rest[edges].min()
            return tuple(nodes)
        path.append(following)


def _mean(cycle: Cycle) -> Fraction:
    return cycle.length / len(cycle.nodes)


def refutes(cycle: Cycle, error: float) -> bool:
    """Tell whether a cycle is too long below 0 for an entrywise error to explain."""
    return cycle.length < -2 * Fraction(error) * len(cycle.nodes)
