"""What a presence must be worth at least: b = min over types (r', w') of Φ(c + w' r') − Φ(c).

[S] Cor 4.6 charges it on top of the affine maximizer's payment; r' ≥ 0 puts the minimum at the
smallest size. Sum-normalised rewards are poured over the model, max-normalised ones stand on one
outcome. Callers hand over Φ at c as positions and masses, or for KL as logarithms.
"""

from __future__ import annotations

from mdsolve.solvers.floor.convex import lowest
from mdsolve.solvers.floor.exponential import lowest_vertex as lowest_vertex_of_logarithms
from mdsolve.solvers.floor.exponential import pour as pour_logarithms
from mdsolve.solvers.floor.levels import Ground, pour
from mdsolve.solvers.floor.program import FloorStatement, over_models, over_reports
from mdsolve.solvers.floor.result import Increment
from mdsolve.solvers.floor.vertices import lowest_vertex

__all__ = [
    "FloorStatement",
    "Ground",
    "Increment",
    "lowest",
    "lowest_vertex",
    "lowest_vertex_of_logarithms",
    "over_models",
    "over_reports",
    "pour",
    "pour_logarithms",
]
