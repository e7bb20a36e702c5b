"""Pivots whose floors are sought, the points without each group row after row; b's brackets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.batch.moves import Moves, Points
from mdsolve.batch.segments import Array, Indices, Segments
from mdsolve.divergences import Divergence, Step


@dataclass(frozen=True, eq=False)
class Floors:
    """Brackets of b_i, welfare units, and where they are as narrow as rounding allows."""

    lower: Array
    upper: Array
    sure: NDArray[np.bool_] | None = None

    @classmethod
    def within(cls, value: Array, error: Array, sure: Any = None) -> Floors:
        """Return brackets of values known up to an error; a floor is never negative."""
        return cls(np.maximum(0.0, value - error), value + error, sure)


@dataclass(frozen=True, eq=False)
class Grounds:
    """Solved points of many rows: `solvers.floor.levels.Ground` by segments.

    Attributes
    ----------
    divergence : Divergence
    parts : Segments
        One a row, a group of a game.
    reference, position, mass : (cells,) arrays
    above : (cells,) array
        (c₋ᵢ − max c₋ᵢ)/λ ≤ 0.
    """

    divergence: Divergence
    parts: Segments
    reference: Array
    position: Array
    mass: Array
    above: Array

    @classmethod
    def of(
        cls, divergence: Divergence, parts: Segments, reference: Array, pivots: Moves, above: Array
    ) -> Grounds:
        """Return the grounds under pivots' points."""
        return cls(divergence, parts, reference, pivots.position, pivots.mass, above)

    def points(self) -> Points:
        """Return the rows as points to move from."""
        return Points(self.position, self.mass, self.parts.top(self.mass))

    def taken(self, rows: Indices) -> Grounds:
        """Return some of the rows."""
        cells, parts = self.parts.taken(rows)
        arrays = (self.reference, self.position, self.mass, self.above)
        return Grounds(self.divergence, parts, *(array[cells] for array in arrays))

    def heights(self, level: Array) -> Array:
        """Return how far each cell's position is below that of its row's level."""
        return self.divergence.position_of(self.parts.spread(level), self.reference) - self.position

    def sunk(self, shift: Array) -> tuple[Array, Array, Array]:
        """Return positions lowered by each row's shift, masses there and what was created (< 0)."""
        back = self.parts.spread(-shift)
        there = self.position + back
        to = self.divergence.mass(there, self.reference)
        step = Step(self.position, self.mass, back, there, to)
        return there, to, self.divergence.growth(step, self.reference)
