"""Doubles are dyadic: lengths and potentials are integers over one denominator, and decide exactly.

Only edges within a stated reach of being tight are looked at; the float residual of any other edge
exceeds its own rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.precision import EPS, two_sum
from mdsolve.solvers.shortest_path.sweeps import Array, Graph, Indices, cycle_among, spread

Integers = NDArray[Any]

_SAFE = 1 << 62
_LARGE = 1 << 1000


@dataclass(frozen=True)
class Edges:
    """Edges s→t with their exact residuals length + p(s) − p(t), sorted by target.

    Attributes
    ----------
    residuals : (edges,) array
        Correctly rounded.
    known : (edges,) bool array
        The residual is a double, exactly.
    """

    targets: Indices
    sources: Indices
    residuals: Array
    known: NDArray[np.bool_]


def rounding(graph: Graph, potentials: Array) -> float:
    """Return a bound on the rounding of a float residual."""
    return 4.0 * EPS * spread(graph, potentials)


def near_edges(graph: Graph, potentials: Array, reach: float) -> Edges:
    """Return all edges whose exact residual may be at most the reach."""
    least = -reach - rounding(graph, potentials)
    parts = [
        _edges(graph, potentials, rows, overshoot >= least)
        for rows, overshoot in _overshoots(graph, potentials)
    ]
    return Edges(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("targets", "sources", "residuals", "known")
        )
    )


def worst_edge(graph: Graph, potentials: Array) -> tuple[float, int, int]:
    """Return (excess, target, source) of the edge that the potentials violate most.

    The excess p(t) − p(s) − length(s, t) is correctly rounded; it is negative where every edge has
    room to spare, and −inf (with nodes −1) for a single node.
    """
    worst = (-math.inf, -1, -1)
    slack = 2.0 * rounding(graph, potentials)
    for rows, overshoot in _overshoots(graph, potentials):
        top = max(worst[0], float(overshoot.max()))
        if top == -math.inf:
            continue
        edges = _edges(graph, potentials, rows, overshoot >= top - slack)
        if edges.residuals.size:
            place = int(edges.residuals.argmin())
            found = -float(edges.residuals[place])
            if found > worst[0]:
                worst = (found, int(edges.targets[place]), int(edges.sources[place]))
    return worst


def cycle_length(table: Array, cycle: tuple[int, ...]) -> Fraction:
    """Return the exact sum of the cycle's lengths."""
    total = Fraction(0)
    for place, target in enumerate(cycle):
        source = cycle[place - 1]
        total += Fraction(float(table[target, target])) - Fraction(float(table[target, source]))
    return total


@dataclass(frozen=True, eq=False)
class Stepped(Sequence[Fraction]):
    """Numbers potential + step · unit, made when they are asked for.

    Attributes
    ----------
    potentials : (nodes,) array
    steps : (nodes,) array of integers
    unit, scale : Fraction
        The sums are in units of the scale.
    """

    potentials: Array
    steps: Integers
    unit: Fraction
    scale: Fraction = Fraction(1)

    def __len__(self) -> int:
        return self.potentials.size

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return tuple(self[k] for k in range(*place.indices(len(self))))
        exact = Fraction(float(self.potentials[place])) + int(self.steps[place]) * self.unit
        return self.scale * exact

    def rounded(self) -> Array:
        """Return doubles within a rounding of the sums, apart from the scale."""
        unit = float(self.unit)
        if unit == 0.0 or int(np.abs(self.steps).max()) >= _LARGE:
            return np.array([float(exact / self.scale) for exact in self])
        return self.potentials + self.steps.astype(float) * unit


@dataclass(frozen=True)
class Repaired:
    """Whole steps by which potentials must fall to be exactly feasible, or a negative cycle."""

    steps: Integers
    unit: Fraction
    cycle: tuple[int, ...]


def repair(graph: Graph, potentials: Array, margin: Fraction, worst: float) -> Repaired:
    """Make potentials exactly feasible for lengths + margin, or find an exactly negative cycle.

    Parameters
    ----------
    potentials : (nodes,) array
        No edge is violated by more than `worst`.
    """
    reach = 64.0 * max(worst, rounding(graph, potentials))
    while True:
        edges = near_edges(graph, potentials, reach)
        residuals, unit = exact_residuals(graph, potentials, edges, margin)
        most = Fraction(reach) / 2
        steps, cycle = _relax_exactly(edges, residuals, graph.nodes, int(most / unit))
        if cycle or -int(steps.min()) * unit <= most:
            return Repaired(steps, unit, cycle)
        reach *= 64.0


def exact_residuals(
    graph: Graph, potentials: Array, edges: Edges, margin: Fraction
) -> tuple[Integers, Fraction]:
    """Return the edges' residuals + margin as integers, and the unit they count."""
    terms = (
        graph.diagonal[edges.targets],
        -graph.table[edges.targets, edges.sources],
        potentials[edges.sources],
        -potentials[edges.targets],
    )
    known = np.where(edges.known, edges.residuals, 0.0)
    parts = (known, *(np.where(edges.known, 0.0, term) for term in terms))
    halvings = margin.denominator & -margin.denominator
    odd = margin.denominator // halvings
    exponent = min(*(_least_exponent(part) for part in parts), 1 - halvings.bit_length())
    whole = sum((_integers(part, exponent) for part in parts[1:]), _integers(known, exponent))
    unit = _power(exponent) / odd
    whole = whole * odd + int(margin / unit)
    largest = max((abs(number) for number in (whole.min(), whole.max())), default=0)
    if largest * (graph.nodes + 1) < _SAFE:
        whole = whole.astype(np.int64)
    return whole, unit


def _overshoots(graph: Graph, potentials: Array) -> Iterator[tuple[slice, Array]]:
    for rows in graph.row_blocks():
        overshoot = graph.excess[rows] - potentials
        overshoot += potentials[rows, None]
        yield rows, overshoot


def _edges(graph: Graph, potentials: Array, rows: slice, near: NDArray[np.bool_]) -> Edges:
    targets, sources = np.divmod(np.flatnonzero(near), graph.nodes)
    targets += rows.start
    return Edges(targets, sources, *_residuals(graph, potentials, targets, sources))


def _residuals(
    graph: Graph, potentials: Array, targets: Indices, sources: Indices
) -> tuple[Array, NDArray[np.bool_]]:
    own, other = graph.diagonal[targets], -graph.table[targets, sources]
    here, there = potentials[sources], -potentials[targets]
    length, first = two_sum(own, other)
    fall, second = two_sum(here, there)
    total, third = two_sum(length, fall)
    rest, fourth = two_sum(first, second)
    rest, fifth = two_sum(rest, third)
    total, sixth = two_sum(total, rest)
    known = (fourth == 0.0) & (fifth == 0.0) & (sixth == 0.0)
    for place in np.flatnonzero(~known):
        total[place] = math.fsum((own[place], other[place], here[place], there[place]))
    return total, known


def _relax_exactly(
    edges: Edges, residuals: Integers, nodes: int, most: int
) -> tuple[Integers, tuple[int, ...]]:
    steps = np.zeros(nodes, dtype=residuals.dtype)
    if not residuals.size:
        return steps, ()
    first = np.flatnonzero(np.diff(edges.targets, prepend=-1))
    targets = edges.targets[first]
    counts = np.diff(first, append=residuals.size)
    parents = np.full(nodes, -1)
    while True:
        found = steps[edges.sources] + residuals
        least = np.minimum.reduceat(found, first)
        falls = least < steps[targets]
        if not falls.any() or -int(steps.min()) > most:
            return steps, ()
        hits = np.flatnonzero(found == np.repeat(least, counts))
        nearest = hits[np.searchsorted(hits, first)]
        steps[targets[falls]] = least[falls]
        parents[targets[falls]] = edges.sources[nearest[falls]]
        if cycle := cycle_among(parents):
            return steps, cycle


def _integers(numbers: Array, exponent: int) -> Integers:
    mantissas, exponents = np.frexp(numbers)
    whole = np.ldexp(mantissas, 53).astype(np.int64).astype(object)
    shifts = np.where(mantissas == 0.0, 0, exponents.astype(np.int64) - 53 - exponent)
    return whole << shifts.astype(object)


def _least_exponent(numbers: Array) -> int:
    mantissas, exponents = np.frexp(numbers)
    used = exponents[mantissas != 0.0]
    return int(used.min()) - 53 if used.size else 0


def _power(exponent: int) -> Fraction:
    return Fraction(2) ** exponent
