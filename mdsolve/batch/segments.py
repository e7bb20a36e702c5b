"""Ragged rows laid end to end: sums, maxima and broadcasts by segment, without padding."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Segments:
    """Consecutive parts, none empty, of the last axis of arrays.

    Attributes
    ----------
    starts, counts : (segments,) arrays
        Where each begins and how long it is.

    Examples
    --------
    >>> parts = Segments.of([2, 1])
    >>> parts.sum(np.array([1.0, 2.0, 4.0])), parts.spread(np.array([5.0, 7.0]))
    (array([3., 4.]), array([5., 5., 7.]))
    """

    starts: Indices
    counts: Indices

    @classmethod
    def of(cls, counts: Any) -> Segments:
        """Return segments of these lengths, one after the other from 0."""
        counts = np.asarray(counts, dtype=np.intp)
        return cls(np.cumsum(counts) - counts, counts)

    @property
    def size(self) -> int:
        """How many segments there are."""
        return self.counts.size

    @cached_property
    def cells(self) -> int:
        """How many cells they have together."""
        return int(self.counts.sum())

    @cached_property
    def number(self) -> Indices:
        """The segment of each cell, (cells,)."""
        return np.repeat(np.arange(self.size), self.counts)

    @cached_property
    def logarithms(self) -> Array:
        """log2 of each length: by so much do the roundings of a sum grow."""
        return np.log2(self.counts)

    def sum(self, cells: Any, dtype: Any = None, out: Any = None) -> Array:
        """Return each segment's sum, (..., segments)."""
        return np.add.reduceat(cells, self.starts, axis=-1, dtype=dtype, out=out)

    def max(self, cells: Any) -> Array:
        """Return each segment's maximum, (..., segments)."""
        return np.maximum.reduceat(cells, self.starts, axis=-1)

    def min(self, cells: Any) -> Array:
        """Return each segment's minimum, (..., segments)."""
        return np.minimum.reduceat(cells, self.starts, axis=-1)

    def spread(self, numbers: Any) -> Any:
        """Return each segment's number in each of its cells, (..., cells)."""
        return np.repeat(numbers, self.counts, axis=-1)

    def first(self, marked: NDArray[np.bool_]) -> Indices:
        """Return the first marked cell of each segment, (segments,); each must have one."""
        places = np.flatnonzero(marked)
        return places[np.searchsorted(places, self.starts)]

    def top(self, cells: Array) -> Indices:
        """Return the first cell of each segment's maximum, (segments,)."""
        return self.first(cells == self.spread(self.max(cells)))

    def taken(self, chosen: Indices) -> tuple[Indices, Segments]:
        """Return the cells of some segments, end to end, and their segments."""
        parts = Segments.of(self.counts[chosen])
        shift = self.starts[chosen] - parts.starts
        return np.arange(parts.cells) + np.repeat(shift, parts.counts), parts

    def repeated(self, rows: int) -> Segments:
        """Return the segments of ``rows`` such arrays laid end to end."""
        starts = self.starts + self.cells * np.arange(rows)[:, None]
        return Segments(starts.ravel(), np.tile(self.counts, rows))
