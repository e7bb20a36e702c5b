"""Potentials or a negative cycle of a dense graph, decided exactly for the given floats.

The graph has an edge s→t of length ``table[t, t] − table[t, s]`` for every pair of nodes; a length
of 0 is an edge. Potentials p satisfy p(t) − p(s) ≤ length for all edges; they exist exactly where
no cycle is negative.
"""

from mdsolve.solvers.shortest_path.decision import (
    Cycle,
    Feasible,
    decide,
    largest_below,
    least_margin,
)
from mdsolve.solvers.shortest_path.exact import cycle_length, worst_edge
from mdsolve.solvers.shortest_path.sweeps import Graph

__all__ = [
    "Cycle",
    "Feasible",
    "Graph",
    "cycle_length",
    "decide",
    "largest_below",
    "least_margin",
    "worst_edge",
]
