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
from mdsolve.solvers.multiplier.moves import LARGE_POSITION, straight

_STEPS = 200
_CORRECTIONS = 8


@dataclass(frozen=True, eq=False)
class Points:
    """Solved games: positions and masses, (cells,) each, and their anchors, (games,)."""

    position: Array
    mass: Array
    anchors: Indices

    @classmethod
    def origin(cls, divergence: Divergence, parts: Segments, reference: Array) -> Points:
        """Return the points of c = 0: the references themselves."""
        position = np.full(reference.shape, divergence.origin)
        return cls(position, reference, parts.top(reference))

    def taken(self, cells: Indices, games: Indices, parts: Segments, taken: Segments) -> Points:
        """Return the points of some games, whose cells are given."""
        anchors = self.anchors[games] - parts.starts[games] + taken.starts
        return Points(self.position[cells], self.mass[cells], anchors)


@dataclass(frozen=True, eq=False)
class Moves:
    """Where changes of reward lead: points, the anchors' steps and B_Φ/λ ≥ 0, (games,) each."""

    position: Array
    mass: Array
    steps: Array
    bregman: Array


def move(
    divergence: Divergence,
    parts: Segments,
    reference: Array,
    here: Points,
    change: Array,
    offsets: Array,
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
    """
    top = locate(divergence, parts, offsets, reference)
    start = offsets[here.anchors] + top - here.position[here.anchors]
    walk = _Walk(divergence, parts, reference, here.position, here.mass, change, offsets)
    further, bregman, there, to = walk.balance(start, top)
    still = np.logical_not(parts.max(change != 0.0))
    if still.any():
        alike = parts.spread(still)
        there, to = np.where(alike, here.position, there), np.where(alike, here.mass, to)
        further, bregman = np.where(still, -start, further), np.where(still, 0.0, bregman)
    return Moves(there, to, start + further, bregman)


@dataclass(frozen=True, eq=False)
class _Walk:
    """Moves as functions of how much further than a first guess the anchors go."""

    divergence: Divergence
    parts: Segments
    reference: Array
    position: Array
    mass: Array
    change: Array
    offsets: Array

    def balance(self, start: Array, top: Array) -> tuple[Array, Array, Array, Array]:
        """Return how far to go that no mass is created, the Bregman sums, positions and masses.

        The sums are flat at the answer; games that have arrived stand still.
        """
        further = np.zeros_like(start)
        total, curvature, bregman, there, to = self.walk(start, top)
        left = np.arange(self.parts.size)
        has_pole = isfinite(self.divergence.pole)
        for _ in range(_CORRECTIONS - 1):
            with np.errstate(divide="ignore", invalid="ignore"):
                new = further[left] - total / curvature
            there_yet = total * total <= EPS * curvature * bregman[left]
            there_yet |= (start[left] + new == start[left] + further[left]) & (
                top[left] + new == top[left] + further[left]
            )
            if has_pole:
                there_yet |= top[left] + new >= 0.0
            there_yet |= ~np.isfinite(new)
            left, new = left[~there_yet], new[~there_yet]
            if not left.size:
                break
            further[left] = new
            cells, some = self._some(left)
            total, curvature, bregman[left], there[cells], to[cells] = some.walk(
                start[left] + new, top[left] + new
            )
        return further, bregman, there, to

    def _some(self, games: Indices) -> tuple[Indices, _Walk]:
        cells, parts = self.parts.taken(games)
        arrays = (self.reference, self.position, self.mass, self.change, self.offsets)
        return cells, _Walk(self.divergence, parts, *(array[cells] for array in arrays))

    def walk(self, step: Array, top: Array) -> tuple[Array, Array, Array, Array, Array]:
        """Return the created mass, its derivative, the Bregman sum, positions and masses.

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
        return total, curvature, parts.sum(self.divergence.bregman(move, q)), there, to


def locate(divergence: Divergence, parts: Segments, offsets: Array, reference: Array) -> Array:
    """Return the position of each game's top outcome at which the masses sum to one, (games,)."""
    if isinstance(divergence, Clipped):
        return _locate_clipped(divergence, parts, offsets, reference)
    best = parts.max(np.where(offsets == 0.0, reference, 0.0))
    high = divergence.position_of(np.ones_like(best), best)
    low = np.full_like(high, divergence.origin)
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
