"""Max-normalised floors under any divergence, many rows at once: the best of the rewards e_x.

As in `solvers.floor.vertices`: one promising outcome of each row is solved; its shift is a dual
point that bounds all other outcomes from below, and only those that it leaves open are solved too.
Under squared L2 the lowest y = π0 + s/2 is the best: Φ is a symmetric convex function of y, and
raising a lower entry leaves a vector that the other majorises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mdsolve.batch import clipped
from mdsolve.batch.ground import Floors, Grounds
from mdsolve.batch.moves import Moves, move
from mdsolve.batch.segments import Array, Indices
from mdsolve.divergences import SquaredL2, Step
from mdsolve.divergences.clipped import Clipped
from mdsolve.precision import EPS

_TIES = 1e-13


def lowest_vertex(ground: Grounds, strength: float, size: float, noise: Any) -> Floors:
    """Return the least increment of every row over max-normalised rewards at one size."""
    parts, search = ground.parts, _Search(ground, strength, size)
    rows = np.arange(parts.size)
    best = search.promising()
    increment, moved, shift = search.solve(rows, best)
    lower = increment
    if not isinstance(ground.divergence, SquaredL2):
        bound = search.bounds(shift)
        bound[best] = np.inf
        left = np.flatnonzero(bound < parts.spread(increment * (1.0 - _TIES)))
        if left.size:
            others, apart, _ = search.solve(parts.number[left], left)
            bound[left] = others
            order = np.lexsort((others, parts.number[left]))
            row, first = np.unique(parts.number[left][order], return_index=True)
            found = order[first]
            better = others[found] < increment[row]
            row, found = row[better], found[better]
            increment[row], moved[row] = others[found], apart[found]
        lower = np.minimum(increment, parts.min(bound))
    extent = 2.0 * EPS * strength * parts.max(np.abs(ground.position)) + noise
    error = EPS * (8.0 + parts.logarithms) * increment + 2.0 * np.abs(moved) * extent
    return Floors(np.maximum(0.0, lower - error), increment + error, np.isfinite(increment))


@dataclass(frozen=True, eq=False)
class _Search:
    """What is asked of outcomes: their increments, and bounds of all of them at once."""

    ground: Grounds
    strength: float
    size: float

    def promising(self) -> Indices:
        """Return the cell of each row that to second order raises Φ least."""
        ground, parts = self.ground, self.ground.parts
        if isinstance(ground.divergence, SquaredL2):
            guess = ground.reference + 0.5 * ground.position
        else:
            stiff = ground.divergence.curvature(ground.mass, ground.position, ground.reference)
            share = stiff / parts.spread(parts.sum(stiff))
            guess = ground.mass + 0.5 * (self.size / self.strength) * stiff * (1.0 - share)
        return parts.first(guess == parts.spread(parts.min(guess)))

    def solve(self, rows: Indices, cells: Indices) -> tuple[Array, Array, Array]:
        """Return one outcome's increment a row, how its mass changes, and the others' shift."""
        ground, parts = self.ground, self.ground.parts
        some = ground.taken(rows)
        place = cells - parts.starts[rows] + some.parts.starts
        raised = np.zeros(some.parts.cells)
        raised[place] = self.size / self.strength
        there = _moved(some, raised)
        points = some.points()
        step = np.where(points.anchors == place, there.steps - raised[place], there.steps)
        mass = some.mass[place]
        increment = self.size * mass + self.strength * there.bregman
        return increment, there.mass[place] - mass, np.maximum(0.0, -step)

    def bounds(self, shift: Array) -> Array:
        """Return lower bounds of all increments, (cells,), tight where the shift is their own."""
        ground, parts, q = self.ground, self.ground.parts, self.ground.reference
        there, to, growth = ground.sunk(shift)
        back = parts.spread(shift)
        cost = ground.divergence.bregman(Step(there, to, back, ground.position, ground.mass), q)
        share = to - parts.spread(parts.sum(growth))
        target = ground.divergence.position_of(share, q)
        own = ground.divergence.bregman(
            Step(target, share, ground.position - target, ground.position, ground.mass), q
        )
        bound = self.size * share - self.strength * (parts.spread(parts.sum(cost)) - cost + own)
        return np.fmax(bound, self.size * ground.mass)


def _moved(ground: Grounds, raised: Array) -> Moves:
    """Return the rows' points once these rewards, over λ, are added."""
    parts, here = ground.parts, ground.points()
    if not isinstance(ground.divergence, Clipped):
        return _moved_far(ground, raised)
    furthest = np.maximum(parts.max(np.abs(ground.position)), parts.max(raised))
    steep = np.flatnonzero(furthest > clipped.TAME)
    change = raised - parts.spread(raised[here.anchors])
    found = clipped.move(
        ground.divergence, parts, ground.reference, here.position, change, here.anchors
    )
    if steep.size:
        cells, _ = parts.taken(steep)
        far = _moved_far(ground.taken(steep), raised[cells])
        found.position[cells], found.mass[cells] = far.position, far.mass
        found.steps[steep], found.bregman[steep] = far.steps, far.bregman
    return found


def _moved_far(ground: Grounds, raised: Array) -> Moves:
    parts, here = ground.parts, ground.points()
    offsets = ground.above + raised
    offsets -= parts.spread(parts.max(offsets))
    change = raised - parts.spread(raised[here.anchors])
    return move(ground.divergence, parts, ground.reference, here, change, offsets)
