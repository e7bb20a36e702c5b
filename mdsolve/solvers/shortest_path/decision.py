"""Float sweeps propose, exact integers decide: potentials, or a cycle of negative length.

Sweeps run first on lengths shortened by a few units of rounding: where those still have no negative
cycle, every true edge keeps room to spare and the floats themselves are exactly feasible. Twins,
a cycle of two of length 0, rule that out at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf, nextafter

from mdsolve.precision import EPS
from mdsolve.solvers.shortest_path.exact import (
    Stepped,
    cycle_length,
    repair,
    worst_edge,
)
from mdsolve.solvers.shortest_path.sweeps import Array, Graph, Relaxed, relax, spread


@dataclass(frozen=True)
class Cycle:
    """A cycle whose length is below −margin times its number of edges, exactly.

    Attributes
    ----------
    nodes : tuple of int
        Distinct, in the direction of the edges.
    length : Fraction
        In units of 2^exponent of the graph.
    """

    nodes: tuple[int, ...]
    length: Fraction


@dataclass(frozen=True, eq=False)
class Feasible:
    """Potentials for lengths + margin, in units of 2^exponent of the graph.

    Attributes
    ----------
    potentials : (nodes,) array
        Rounded.
    worst : tuple of float, int, int
        What they violate the plain lengths by, at most (≤ 0: nothing; correctly rounded), and the
        edge's target and source.
    exact : sequence of Fraction, or None
        Exactly feasible potentials, where rounding those would break lengths + margin.
    """

    potentials: Array
    worst: tuple[float, int, int]
    margin: Fraction
    exact: Stepped | None

    @property
    def excess(self) -> float:
        """What the potentials violate the plain lengths by, at most."""
        return self.worst[0]


def decide(
    graph: Graph, margin: Fraction | float = 0, start: Array | None = None
) -> Cycle | Feasible:
    """Return potentials for lengths + margin, or a cycle of which they are negative: exactly.

    Parameters
    ----------
    graph : Graph
    margin : Fraction or float
        At least 0.
    start : (nodes,) array, optional
        Where sweeps begin.
    """
    margin = Fraction(margin)
    start = graph.middle if start is None else start
    room = 16.0 * EPS * spread(graph, start)
    rooms = (0.0,) if graph.has_tight_pair(room - float(margin)) else (room, 0.0)
    for less in rooms:
        found = _sweep(graph, start, float(margin) - less, margin)
        if isinstance(found, Cycle):
            return found
        start = found.potentials
        if not found.cycle:
            break
    return _exactly(graph, start - start[0], margin)


def least_margin(graph: Graph) -> tuple[Feasible, Cycle | None]:
    """Return potentials at the least margin that has any, and the cycle that allows no less.

    The margin is max(0, −minimum mean of a cycle): each cycle found raises it to minus its mean,
    until a margin has potentials.
    """
    margin, worst, start = Fraction(0), None, None
    while isinstance(found := decide(graph, margin, start), Cycle):
        worst, margin = found, -found.length / len(found.nodes)
    return found, worst


def largest_below(graph: Graph, ceiling: Array, margin: float = 0.0) -> Cycle | Array:
    """Return min_s ceiling(s) + δ(s, t) for lengths + margin, up to rounding, or a cycle.

    These are the largest potentials below the ceiling, which may be infinite at some nodes.
    """
    found = _sweep(graph, ceiling, margin, Fraction(margin))
    return found if isinstance(found, Cycle) else found.potentials


def _sweep(graph: Graph, start: Array, added: float, margin: Fraction) -> Relaxed | Cycle:
    """Sweep with ever larger thresholds until what is left of cycles is no rounding."""
    threshold = 4.0 * EPS * spread(graph, start)
    while True:
        found = relax(graph, start, added, threshold)
        if not found.cycle:
            return found
        length = cycle_length(graph.table, found.cycle)
        if length + margin * len(found.cycle) < 0:
            return Cycle(found.cycle, length)
        if added < margin:
            return found
        start, threshold = found.potentials, 8.0 * threshold


def _exactly(graph: Graph, potentials: Array, margin: Fraction) -> Cycle | Feasible:
    worst = worst_edge(graph, potentials)
    excess = worst[0]
    if excess <= 0.0 or nextafter(excess, inf) <= margin:
        return Feasible(potentials, worst, margin, None)
    repaired = repair(graph, potentials, margin, max(0.0, excess - float(margin)))
    if repaired.cycle:
        return Cycle(repaired.cycle, cycle_length(graph.table, repaired.cycle))
    exact = Stepped(potentials, repaired.steps, repaired.unit)
    rounded = exact.rounded()
    return Feasible(rounded, worst_edge(graph, rounded), margin, exact)
