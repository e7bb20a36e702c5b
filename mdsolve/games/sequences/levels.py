"""Trees as flat arrays, breadth first: siblings are adjacent, so a level is one segment sum.

Node 0 is the root; the children of a node are a contiguous run, in the order of their parents.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


class Level(NamedTuple):
    """Nodes of one depth, cut into runs of siblings.

    ``nodes`` is their slice, ``parents`` has one node a run, ``starts`` and ``counts`` say where
    in the slice each run starts and how long it is.
    """

    nodes: slice
    parents: Integers
    starts: Integers
    counts: Integers

    def spread(self, per_run: Any) -> Any:
        """Return one number a run as one a node."""
        return np.repeat(per_run, self.counts)

    def log_sums(self, logarithms: Array) -> Array:
        """Return log Σ e^x over each run; −∞ where all of a run is −∞."""
        top = np.maximum.reduceat(logarithms, self.starts)
        top[np.isneginf(top)] = 0.0
        with np.errstate(divide="ignore"):
            return top + np.log(self.sums(np.exp(logarithms - self.spread(top))))

    def sums(self, numbers: Array) -> Array:
        """Return the sum over each run."""
        return np.add.reduceat(numbers, self.starts)


class Layout(NamedTuple):
    """Where each given row stands among the nodes: ``node[row]``; and where the levels start."""

    order: Integers
    node: Integers
    parent: Integers
    levels: Integers


def breadth_first(parent: Integers) -> Layout:
    """Order rows so that siblings are adjacent; ``parent`` is a row, or −1 for the root's children.

    Raises
    ------
    InvalidInput
        If a parent does not exist, or rows hang on a cycle instead of the root.
    """
    count = parent.size
    outside = np.flatnonzero((parent < -1) | (parent >= count))
    if outside.size:
        row = int(outside[0])
        raise InvalidInput(
            f"parent: row {row} names row {parent[row]}, but the rows are 0 to {count - 1}. "
            "Use -1 for tokens that follow the empty prefix."
        )
    grouped = np.argsort(parent, kind="stable")
    children = np.bincount(parent + 1, minlength=count + 1)
    first = np.cumsum(children) - children
    found, frontier = [], np.zeros(1, dtype=np.int64)
    while (many := children[frontier]).sum():
        before = np.cumsum(many) - many
        rows = grouped[np.repeat(first[frontier] - before, many) + np.arange(many.sum())]
        found.append(rows)
        frontier = rows + 1
    order = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
    if order.size < count:
        row = int(np.setdiff1d(np.arange(count), order)[0])
        raise InvalidInput(
            f"parent: row {row} does not lead back to the empty prefix (its ancestors form a "
            "cycle). Every chain of parents must end at -1."
        )
    node = np.empty(count + 1, dtype=np.int64)
    node[0], node[order + 1] = 0, np.arange(1, count + 1)
    above = np.concatenate(([-1], node[parent[order] + 1]))
    levels = np.cumsum([0, 1, *(rows.size for rows in found)])
    return Layout(order, node[1:], above, levels)


def runs(parent: Integers, levels: Integers) -> tuple[Level, ...]:
    """Return every level below the root."""
    first = np.concatenate(([1], np.flatnonzero(np.diff(parent[1:])) + 2))
    cuts = np.searchsorted(first, levels)
    found: list[Level] = []
    for depth in range(1, levels.size - 1):
        heads = first[cuts[depth] : cuts[depth + 1]]
        starts = heads - levels[depth]
        width = levels[depth + 1] - levels[depth]
        nodes = slice(int(levels[depth]), int(levels[depth + 1]))
        found.append(Level(nodes, parent[heads], starts, np.diff(starts, append=width)))
    return tuple(found)


def conditioned(
    levels: Sequence[Level], leaves: Integers, logarithms: Array
) -> tuple[Array, Array]:
    """Return the next-token conditionals of masses over leaves, and log masses of all nodes.

    ``logarithms`` may hold −∞; tokens after a prefix without mass come out as NaN.
    """
    mass = np.empty(levels[-1].nodes.stop)
    mass[leaves] = logarithms
    conditional = np.zeros(mass.size)
    for level in reversed(levels):
        mass[level.parents] = level.log_sums(mass[level.nodes])
        with np.errstate(invalid="ignore"):
            conditional[level.nodes] = mass[level.nodes] - level.spread(mass[level.parents])
    return conditional, mass
