"""Max-normalised floors under any divergence, many rows at once: the best of the rewards e_x.

As in `solvers.floor.vertices`: one promising outcome of each row is solved; its shift is a dual
point that bounds all other outcomes from below, and only those that it leaves open are solved too.
Under squared L2 the lowest y = π0 + s/2 is the best: Φ is a symmetric convex function of y, and
raising a lower entry leaves a vector that the other majorises.

Under the others masses are q g(s), g convex and increasing, and an outcome x with q_x ≤ q_z and
s_x ≤ s_z is no worse than z. For raise one of them by a reward t; then all sink by some k(t) ≥ 0.
What the raised one gains at a given k, q (g(s + t − k) − g(s − k)), is less for x as g is convex,
so k_x ≤ k_z. What the outcomes but the raised one keep is then no less for x: the common ones sink
less, and q_z g(s_z − k_x) ≥ q_x g(s_x − k_z). So x gets no more mass than z at every t, and b is
the integral of that mass over t. Of outcomes left open those alone are solved that none of them
dominates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mdsolve.batch import clipped
from mdsolve.batch.ground import Floors, Grounds
from mdsolve.batch.moves import move
from mdsolve.batch.segments import Array, Indices
from mdsolve.divergences import SquaredL2, Step
from mdsolve.divergences.clipped import Clipped
from mdsolve.precision import EPS

_TIES = 1e-13


def lowest_vertex(ground: Grounds, strength: float, size: float, noise: Any) -> Floors:
    """Return the least increment of every row over max-normalised rewards at one size."""
    parts, search = ground.parts, _Search(ground, strength, size)
    best = search.promising()
    increment, moved, shift = search.solve(ground, best)
    lower = increment
    if not isinstance(ground.divergence, SquaredL2):
        bound = search.bounds(shift)
        bound[best] = np.inf
        left = np.flatnonzero(bound < parts.spread(increment * (1.0 - _TIES)))
        tried = search.undominated(left)
        bound[left] = np.inf
        if tried.size:
            row = parts.number[tried]
            some = ground.taken(row)
            others, apart, _ = search.solve(some, tried - parts.starts[row] + some.parts.starts)
            bound[tried] = others
            order = np.lexsort((others, row))
            row, first = np.unique(row[order], return_index=True)
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

    def solve(self, some: Grounds, places: Indices) -> tuple[Array, Array, Array]:
        """Return one outcome's increment a row, how its mass changes, and the others' shift."""
        rise = self.size / self.strength
        if isinstance(some.divergence, Clipped):
            moved, bregman, shift = clipped.raised(
                some.divergence, some.parts, some.reference, some.position, places, rise
            )
            furthest = some.parts.max(np.abs(some.position))
            steep = np.flatnonzero(np.maximum(furthest, rise) > clipped.TAME)
        else:
            moved, bregman, shift = (np.empty(some.parts.size) for _ in range(3))
            steep = np.arange(some.parts.size)
        if steep.size:
            far = some.taken(steep)
            found = _moved(far, places[steep] - some.parts.starts[steep] + far.parts.starts, rise)
            moved[steep], bregman[steep], shift[steep] = found
        return self.size * some.mass[places] + self.strength * bregman, moved, shift

    def undominated(self, cells: Indices) -> Indices:
        """Return some cells without those than which another of their row has less of q and s.

        Both of a pair may stay where their q or s are equal.
        """
        rows, likely = self.ground.parts.number[cells], np.empty_like(cells)
        likely[np.argsort(self.ground.reference[cells])] = np.arange(cells.size)
        order = np.lexsort((self.ground.position[cells], rows))
        likely = (likely - cells.size * rows)[order]  # a row's are less than those of all before
        kept = np.ones(cells.size, dtype=bool)
        kept[order[1:]] = likely[1:] < np.minimum.accumulate(likely)[:-1]
        return cells[kept]

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


def _moved(ground: Grounds, places: Indices, rise: float) -> tuple[Array, Array, Array]:
    """Return what raising one outcome a row by λ · ``rise`` moves, by the general moves."""
    parts, here = ground.parts, ground.points()
    raised = np.zeros(parts.cells)
    raised[places] = rise
    offsets = ground.above + raised
    offsets -= parts.spread(parts.max(offsets))
    change = raised - parts.spread(raised[here.anchors])
    there = move(ground.divergence, parts, ground.reference, here, change, offsets)
    step = np.where(here.anchors == places, there.steps - rise, there.steps)
    return there.mass[places] - ground.mass[places], there.bregman, np.maximum(0.0, -step)
