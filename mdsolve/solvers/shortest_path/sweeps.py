"""Dense Bellman-Ford in blocks of rows: p(t) ← min_s p(s) + length(s, t), warm started.

Started at any p it falls to the largest potentials below p. After each sweep the parents are
followed: a cycle among them has negative length, so a refutation comes within a few sweeps; where
there is none they are a forest, and every node falls with its ancestors at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_CELLS = 1 << 17
_FEW = 4
_TILE = 256
_CHAIN = 4.0  # roundings of a path against those of an edge
_LEAST, _MOST = -900, 1000


@dataclass(frozen=True, eq=False)
class Graph:
    """The table, scaled by a power of two where its range asks for it, and its edge lengths.

    Attributes
    ----------
    table : (nodes, nodes) array
        In units of 2^exponent.
    excess : (nodes, nodes) array
        ``table[t, s] − table[t, t]``, the negative length of s→t, rounded once; no edge from a
        node to itself: −inf.
    scale : float
        Largest absolute length.
    middle : (nodes,) array
        The least-squares fit of p(t) − p(s) to (length(s, t) − length(t, s)) / 2.
    """

    table: Array
    exponent: int
    diagonal: Array = field(init=False)
    excess: Array = field(init=False)
    scale: float = field(init=False)
    middle: Array = field(init=False)

    def __post_init__(self) -> None:
        diagonal = np.ascontiguousarray(np.diagonal(self.table))
        excess, scale = np.empty_like(self.table), 0.0
        columns, middle = np.zeros(self.nodes), np.empty(self.nodes)
        for rows in self.row_blocks():
            part = np.subtract(self.table[rows], diagonal[rows, None], out=excess[rows])
            scale = max(scale, float(part.max()), -float(part.min()))
            columns += part.sum(axis=0)
            middle[rows] = part.mean(axis=1)
        np.fill_diagonal(excess, -np.inf)
        middle = 0.5 * (columns / self.nodes - middle)
        object.__setattr__(self, "diagonal", diagonal)
        object.__setattr__(self, "excess", excess)
        object.__setattr__(self, "scale", scale)
        object.__setattr__(self, "middle", middle - middle[0])

    @classmethod
    def of(cls, table: Array) -> Graph:
        """Return the graph of a finite table; lengths may not leave the range of doubles.

        Raises
        ------
        OverflowError
            If no power of two brings all entries into the range of doubles without loss.
        """
        largest = max(float(table.max()), -float(table.min()))
        size = int(np.frexp(largest)[1])
        if _LEAST <= size <= _MOST:
            return cls(table, 0)
        exponent = size - _MOST if size > _MOST else size
        scaled = np.ldexp(table, -exponent)
        if not np.array_equal(np.ldexp(scaled, exponent), table):
            raise OverflowError
        return cls(scaled, exponent)

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return self.table.shape[0]

    def has_tight_pair(self, room: float) -> bool:
        """Tell whether shortening two lengths by `room` makes some cycle of two negative."""
        for rows in range(0, self.nodes, _TILE):
            for columns in range(rows, self.nodes, _TILE):
                there = self.excess[rows : rows + _TILE, columns : columns + _TILE]
                back = self.excess[columns : columns + _TILE, rows : rows + _TILE]
                if (there + back.T).max() > -2.0 * room:
                    return True
        return False

    def row_blocks(self) -> Iterator[slice]:
        """Yield slices of rows that fit the cache."""
        height = max(1, _CELLS // self.nodes)
        for start in range(0, self.nodes, height):
            yield slice(start, min(start + height, self.nodes))


@dataclass(frozen=True)
class Relaxed:
    """Where the sweeps ended: potentials with their parents (−1: none), or a cycle of parents."""

    potentials: Array
    parents: Indices
    cycle: tuple[int, ...]
    sweeps: int


def relax(graph: Graph, start: Array, margin: float, threshold: float) -> Relaxed:
    """Sweep until no potential falls by more than the threshold, or the parents close a cycle.

    Parameters
    ----------
    start : (nodes,) array
    margin : float
        Added to every length.
    threshold : float
        Smaller falls are rounding.
    """
    potentials = start.copy()
    parents = np.full(graph.nodes, -1)
    buffer = np.empty(max(_CELLS, graph.nodes))
    columns: Indices | None = None
    sweeps = 0
    while True:
        before = potentials.copy()
        for rows in graph.row_blocks():
            _relax_rows(graph, rows, columns, potentials, parents, margin, threshold, buffer)
        sweeps += 1
        cycle = cycle_among(parents) if (potentials < before).any() else ()
        if not cycle:
            _descend(graph, potentials, parents, margin, _CHAIN * threshold)
        fallen = np.flatnonzero(potentials < before)
        if cycle or not fallen.size:
            return Relaxed(potentials, parents, cycle, sweeps)
        columns = fallen if fallen.size * _FEW < graph.nodes else None


def spread(graph: Graph, potentials: Array) -> float:
    """Return the size of the numbers that a sweep adds, the unit of its rounding."""
    finite = potentials[np.isfinite(potentials)]
    return max(graph.scale, float(np.abs(finite).max(initial=0.0)))


def cycle_among(parents: Indices) -> tuple[int, ...]:
    """Return a cycle of the parents' graph in the direction of its edges, or ()."""
    nodes = parents.size
    ahead = np.append(np.where(parents < 0, nodes, parents), nodes)
    for _ in range(nodes.bit_length()):
        ahead = ahead[ahead]
    caught = ahead[:-1][ahead[:-1] < nodes]
    if not caught.size:
        return ()
    node = int(caught[0])
    cycle = [node]
    while (node := int(parents[node])) != cycle[0]:
        cycle.append(node)
    return tuple(reversed(cycle))


def _descend(
    graph: Graph, potentials: Array, parents: Indices, margin: float, threshold: float
) -> None:
    """Let every node fall to its root's potential + the length of the parents' path from there.

    Paths double in each round, so that a fall does not need a sweep for each edge of its path.
    """
    nodes = np.arange(graph.nodes)
    ahead = np.where(parents < 0, nodes, parents)
    lengths = np.where(parents < 0, 0.0, margin - graph.excess[nodes, ahead])
    for _ in range(graph.nodes.bit_length()):
        if np.array_equal(further := ahead[ahead], ahead):
            break
        lengths += lengths[ahead]
        ahead = further
    found = potentials[ahead] + lengths
    np.copyto(potentials, found, where=found < potentials - threshold)


def _relax_rows(
    graph: Graph,
    rows: slice,
    columns: Any,
    potentials: Array,
    parents: Indices,
    margin: float,
    threshold: float,
    buffer: Array,
) -> None:
    count = rows.stop - rows.start
    if columns is None:
        reached = buffer[: count * graph.nodes].reshape(count, graph.nodes)
        np.subtract(graph.excess[rows], potentials, out=reached)
    else:
        reached = graph.excess[rows].take(columns, axis=1)
        reached -= potentials[columns]
    nearest = reached.argmax(axis=1)
    found = margin - reached[np.arange(count), nearest]
    falls = np.flatnonzero(found < potentials[rows] - threshold)
    if falls.size:
        targets = rows.start + falls
        potentials[targets] = found[falls]
        parents[targets] = nearest[falls] if columns is None else columns[nearest[falls]]
