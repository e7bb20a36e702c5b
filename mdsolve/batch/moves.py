"""Moves of many games at once: `solvers.multiplier.moves` by segments, the same scalar in each.

Every problem is a move from a solved point by a change of reward; what is solved for is how far
the position of an anchor moves, so that no mass is created.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, isinf
from typing import Any

import numpy as np

from mdsolve.batch.segments import Array, Indices, Segments
from mdsolve.divergences import Divergence, Step
from mdsolve.divergences.clipped import Clipped
from mdsolve.precision import EPS
from mdsolve.solvers.multiplier.moves import CLOSE, LARGE_POSITION, sound, straight

_STEPS = 200


@dataclass(frozen=True, eq=False)
class Points:
    """Solved games: positions and masses, (cells,) each, and their anchors, (games,).

    ``risen`` is how far the anchors' positions are from the reference's, (games,), where known.
    """

    position: Array
    mass: Array
    anchors: Indices
    risen: Array | None = None

    @classmethod
    def origin(cls, divergence: Divergence, parts: Segments, reference: Array) -> Points:
        """Return the points of c = 0: the references themselves."""
        position = np.full(reference.shape, divergence.origin)
        return cls(position, reference, parts.top(reference), np.zeros(parts.size))

    def taken(self, cells: Indices, games: Indices, parts: Segments, taken: Segments) -> Points:
        """Return the points of some games, whose cells are given."""
        anchors = self.anchors[games] - parts.starts[games] + taken.starts
        risen = None if self.risen is None else self.risen[games]
        return Points(self.position[cells], self.mass[cells], anchors, risen)


@dataclass(frozen=True, eq=False)
class Moves:
    """Where changes of reward lead: points, the anchors' steps and B_Φ/λ ≥ 0, (games,) each.

    ``moved`` plus the game's ``missed`` is how far each position moved, (cells,) and (games,), with
    the digits of a short way.
    """

    position: Array
    mass: Array
    steps: Array
    bregman: Array
    moved: Array | None = None
    missed: Any = 0.0


def move(
    divergence: Divergence,
    parts: Segments,
    reference: Array,
    here: Points,
    change: Array,
    offsets: Array,
    room: Array | None = None,
) -> Moves:
    """Return the points after changes of reward.

    Parameters
    ----------
    divergence : Divergence
    parts : Segments
        The games.
    reference : (cells,) array
        π0 > 0.
    here : Points
        Solved points.
    change : (cells,) array
        Δc/λ less its value at the anchors.
    offsets : (cells,) array
        (c − max c)/λ ≤ 0 of the problems to be solved.
    room : (games,) array, optional
        The pole plus the anchors' offsets, exact where they are small.
    """
    top = locate(divergence, parts, offsets, reference)
    walk = _Walk(divergence, parts, reference, here.position, here.mass, change, offsets)
    steps, bregman, there, to, moved, missed = walk.balance(_leads(here, offsets, room), top)
    still = np.logical_not(parts.max(change != 0.0))
    if still.any():
        alike = parts.spread(still)
        there, to = np.where(alike, here.position, there), np.where(alike, here.mass, to)
        steps, bregman = np.where(still, 0.0, steps), np.where(still, 0.0, bregman)
        moved, missed = np.where(alike, 0.0, moved), np.where(still, 0.0, missed)
    return Moves(there, to, steps, bregman, moved, missed)


def _leads(here: Points, offsets: Array, room: Array | None) -> Array:
    """Return how much further than the tops' positions the anchors' steps are, the shorter way."""
    position = here.position[here.anchors]
    leads = offsets[here.anchors] - position
    if room is None or here.risen is None:
        return leads
    return np.where(np.abs(here.risen) < np.abs(position), room - here.risen, leads)


@dataclass(frozen=True, eq=False)
class _Walk:
    """Moves as functions of the anchors' steps and of the tops' positions, which they lead to."""

    divergence: Divergence
    parts: Segments
    reference: Array
    position: Array
    mass: Array
    change: Array
    offsets: Array

    def balance(self, leads: Array, top: Array) -> tuple[Array, ...]:
        """Return steps that create no mass, Bregman sums, positions, masses, moves, what they miss.

        As `solvers.multiplier.moves` balances one game; games that have arrived stand still.
        """
        step, left = leads + top, np.arange(self.parts.size)
        total, curvature, bregman, there, to, k = self.walk(step, top)
        missed = np.empty_like(step)
        has_pole, low, high = isfinite(self.divergence.pole), np.zeros(0), np.zeros(0)
        for number in range(_STEPS):
            with np.errstate(divide="ignore", invalid="ignore"):
                missed[left] = further = -total / curvature
            at, ahead = step[left] + further, top[left] + further
            arrived = total * total <= EPS * curvature * bregman[left]
            if has_pole:
                arrived &= np.abs(further) <= CLOSE * np.abs(top[left])
                if arrived.all():
                    break
                if not number:
                    low, high = bracket(self.divergence, self.parts, self.offsets, self.reference)
                low[left] = np.where(total > 0.0, low[left], top[left])
                high[left] = np.where(total > 0.0, top[left], high[left])
                middle = -np.sqrt(-low[left]) * np.sqrt(-high[left])
                by_newton = sound(low[left], high[left], top[left], further)
                ahead = np.where(by_newton, ahead, middle)
                at = np.where(by_newton, at, leads[left] + middle)
            arrived |= (at == step[left]) & (ahead == top[left])
            arrived |= ~np.isfinite(ahead)
            left = left[~arrived]
            if not left.size:
                break
            step[left], top[left] = at[~arrived], ahead[~arrived]
            cells, some = self._some(left)
            total, curvature, bregman[left], there[cells], to[cells], k[cells] = some.walk(
                step[left], top[left]
            )
        return step, bregman, there, to, k, missed

    def _some(self, games: Indices) -> tuple[Indices, _Walk]:
        cells, parts = self.parts.taken(games)
        arrays = (self.reference, self.position, self.mass, self.change, self.offsets)
        return cells, _Walk(self.divergence, parts, *(array[cells] for array in arrays))

    def walk(self, step: Array, top: Array) -> tuple[Array, Array, Array, Array, Array, Array]:
        """Return the created mass, its derivative, the Bregman sum, positions, masses and moves.

        A position moves by k = change + step; where the move is long, to offset + top.
        """
        q, position, parts = self.reference, self.position, self.parts
        steps = parts.spread(step)
        k, there = self.change + steps, self.offsets + parts.spread(top)
        short = np.abs(k) <= 0.5 * np.abs(position)
        if isfinite(self.divergence.pole):
            sure = np.abs(self.change) + np.abs(steps) <= np.abs(position) + np.abs(there)
            k, short = np.where(sure, k, there - position), short & sure
        there = np.where(short, position + k, there)
        to = self.divergence.mass(there, q)
        move = Step(position, self.mass, k, there, to)
        total = parts.sum(self.divergence.growth(move, q))
        curvature = parts.sum(self.divergence.curvature(to, there, q))
        return total, curvature, parts.sum(self.divergence.bregman(move, q)), there, to, k


def locate(divergence: Divergence, parts: Segments, offsets: Array, reference: Array) -> Array:
    """Return the position of each game's top outcome at which the masses sum to one, (games,)."""
    if isinstance(divergence, Clipped):
        return _locate_clipped(divergence, parts, offsets, reference)
    low, high = bracket(divergence, parts, offsets, reference)
    top = np.zeros_like(high) if isinf(divergence.degree) else high.copy()
    left = np.arange(parts.size)
    some, apart, q = parts, offsets, reference
    for _ in range(_STEPS):
        positions = apart + some.spread(top[left])
        masses = divergence.mass(positions, q)
        total = some.sum(masses)
        curvature = some.sum(divergence.curvature(masses, positions, q))
        new = top[left] - straight(divergence.degree, total) * total / curvature
        if isinf(divergence.degree):
            return new
        over = total > 1.0
        low[left] = np.where(over, low[left], top[left])
        high[left] = np.where(over, top[left], high[left])
        inside = (low[left] <= new) & (new <= high[left])
        new = np.where(inside, new, -np.sqrt(-low[left]) * np.sqrt(-high[left]))
        moving = np.flatnonzero(np.abs(new - top[left]) > 2.0 * EPS * np.abs(top[left]))
        top[left] = new
        if not moving.size:
            break
        if moving.size < left.size:
            left = left[moving]
            cells, some = parts.taken(left)
            apart, q = offsets[cells], reference[cells]
    return top


def bracket(
    divergence: Divergence, parts: Segments, offsets: Array, reference: Array
) -> tuple[Array, Array]:
    """Return the positions of tops where no outcome has gained, and where the top has all."""
    best = parts.max(np.where(offsets == 0.0, reference, 0.0))
    high = divergence.position_of(np.ones_like(best), best)
    return np.full_like(high, divergence.origin), high


def _locate_clipped(
    divergence: Clipped, parts: Segments, offsets: Array, reference: Array
) -> Array:
    """Pour each game's mass over its floor; where levels are small, from what the dry ones lose."""
    scale, level = divergence.scale_and_level(reference)
    areas = np.broadcast_to(scale, reference.shape)
    heights = -0.5 * offsets - level
    lowest = parts.min(heights)
    heights -= parts.spread(lowest)
    rise = depth(parts, heights, 1.0, areas)
    top = 2.0 * (lowest + rise)
    small = np.abs(top) <= LARGE_POSITION
    if small.any():
        inside = heights < parts.spread(rise)
        lost = parts.sum(np.where(inside, 0.0, reference))
        weights = inside * areas
        fine = (2.0 * lost - parts.sum(weights * offsets)) / parts.sum(weights)
        top = np.where(small, fine, top)
    return top


def depth(parts: Segments, above: Array, volume: Any, areas: Array | None = None) -> Array:
    """Return how far a volume of water rises over the lowest point of each floor, (games,).

    Levels only fall, and what is dry stays dry.
    """
    rise = (volume + parts.sum(above if areas is None else above * areas)) / (
        parts.counts if areas is None else parts.sum(areas)
    )
    while True:
        wet: Any = above < parts.spread(rise)
        if areas is not None:
            wet = wet * areas
        with np.errstate(invalid="ignore"):
            new = (volume + parts.sum(wet * above)) / parts.sum(wet, dtype=float)
        falls = new < rise
        if not falls.any():
            return rise
        rise = np.where(falls, new, rise)
