"""Proofs of programs on a graph of types without a simplex step: paths, flows and cycles.

Lengths are doubles on a dyadic grid, so that sums along paths are exact; whatever is returned has
been checked in exact arithmetic when it is built (`ExactLp`).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mdsolve.certificates.exact_lp import ExactLp, ExactProgram
from mdsolve.certificates.issue import certify
from mdsolve.certificates.schema import Certificate
from mdsolve.errors import NotCertified
from mdsolve.incentives import NegativeCycle, implement
from mdsolve.solvers.linear_program import LinearProgram

Array = NDArray[np.float64]
Index = NDArray[np.int64]

_NEGATIVE = "program: a cycle of types is negative, so no payments are truthful."


def refuted(program: LinearProgram, values: Array) -> Certificate:
    """Certify that no payments are truthful: the rows along a negative cycle add to 0 ≤ less.

    Raises
    ------
    NotCertified
        If no cycle is negative.
    """
    cycle = implement(values)
    if not isinstance(cycle, NegativeCycle):
        raise NotCertified("program: no cycle of types is negative, so it is not refuted.")
    y = [Fraction(0)] * len(program.rows)
    types = [int(t) for t in cycle.types]
    for told, true in zip(types, [*types[1:], types[0]], strict=True):
        y[row_of(len(values), true, told)] = Fraction(-1)
    return _proved(program, "infeasible", y=y)


def smallest(program: LinearProgram, values: Array) -> Certificate:
    """Certify the least h with payments of at most h either way: h = −½ min δ(s, t), or 0.

    p(t) = h + min over s of δ(s, t), where a path may also start at h itself; the path that attains
    the minimum, with its two limits, is the dual.

    Raises
    ------
    NotCertified
        If a cycle is negative.
    """
    distance, before = all_paths(lengths(values))
    if (distance.diagonal() < 0.0).any():
        raise NotCertified(_NEGATIVE)
    count = len(values)
    start, end = divmod(int(distance.argmin()), count)
    level = max(0.0, -float(distance[start, end]) / 2.0)
    payments = level + np.minimum(distance.min(axis=0), 0.0)
    y = [Fraction(0)] * len(program.rows)
    head, half, here = count * (count - 1), Fraction(-1, 2), end
    while here != start:
        told = int(before[start, here])
        y[row_of(count, here, told)] = half
        here = told
    y[head + start] = y[head + count + end] = half
    return _proved(program, "optimal", x=[*payments.tolist(), level], y=y)


def revenue(program: LinearProgram, values: Array, slack: float = 0.0) -> Certificate:
    """Certify the most revenue: shortest paths from taking no part, and the flow down their tree.

    The multiplier of the edge into t is the mass of the types whose path passes through t.
    """
    payments, parents, order = best_payments(values, slack)
    through = [Fraction(float(f)) for f in program.objective]
    y = [Fraction(0)] * len(program.rows)
    for t in reversed(order):
        if parents[t] >= 0:
            y[row_of(len(values), t, int(parents[t]))] = -through[t]
            through[parents[t]] += through[t]
    return _proved(program, "optimal", x=payments.tolist(), y=y)


def lengths(values: Array) -> Array:
    """Return the graph: entry [s, t] is what t gains by the truth over telling s."""
    return np.diag(values)[None, :] - values.T


def row_of(count: int, true: int, told: int) -> int:
    """Return the place of a row among those of `truth_rows`."""
    return true * (count - 1) + told - (told > true)


def all_paths(edges: Array) -> tuple[Array, Index]:
    """Return the lengths of shortest paths [from, to], and the last stop before each end.

    Examples
    --------
    >>> all_paths(np.array([[0.0, -1.0, 3.0], [2.0, 0.0, 1.0], [1.0, 1.0, 0.0]]))[0]
    array([[ 0., -1.,  0.],
           [ 2.,  0.,  1.],
           [ 1.,  0.,  0.]])
    """
    distance = edges.copy()
    before = np.broadcast_to(np.arange(len(edges))[:, None], edges.shape).copy()
    for stop in range(len(edges)):
        through = distance[:, stop, None] + distance[stop]
        shorter = through < distance
        distance = np.where(shorter, through, distance)
        before = np.where(shorter, before[stop], before)
    return distance, before


def best_payments(values: Array, slack: float = 0.0) -> tuple[Array, Index, list[int]]:
    """Return shortest paths from taking no part, each type's parent (−1: none), parents first.

    Raises
    ------
    NotCertified
        If a cycle is negative.
    """
    edges = lengths(values) + slack
    np.fill_diagonal(edges, np.inf)
    payments, parents = np.diag(values).copy(), np.full(len(values), -1)
    for _ in range(len(values) + 1):
        through = payments[:, None] + edges
        told = through.argmin(axis=0)
        found = through[told, np.arange(len(values))]
        shorter = found < payments
        if not shorter.any():
            return payments, parents, _parents_first(parents)
        payments, parents = np.where(shorter, found, payments), np.where(shorter, told, parents)
    raise NotCertified(_NEGATIVE)


def _parents_first(parents: Index) -> list[int]:
    order = np.flatnonzero(parents < 0).tolist()
    for t in order:
        order += np.flatnonzero(parents == t).tolist()
    return order


def _proved(
    program: LinearProgram,
    status: str,
    x: list[float] | None = None,
    y: list[Fraction] | None = None,
) -> Certificate:
    point = None if x is None else tuple(map(Fraction, x))
    prices = None if y is None else tuple(y)
    return certify(ExactLp(ExactProgram.of(program), status, x=point, y=prices))  # type: ignore[arg-type]
