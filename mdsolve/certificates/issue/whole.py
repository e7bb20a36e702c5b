"""Payments in whole numbers: Bellman-Ford on integer edge lengths ([S] Thm 3.5; Rochet).

p(t) ← min over s of p(s) + V[t, t] − V[t, s] from any start ends at the largest payments below it,
or at a cycle of negative length. Integers of 64 bits are used as long as they hold every sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import MdsolveError
from mdsolve.solvers.shortest_path.sweeps import cycle_among

Integers = NDArray[Any]

_ROOM = 1 << 61


@dataclass(frozen=True, eq=False)
class Payments:
    """Whole payments over one denominator, the least slack, and the cycle that allows no less."""

    payments: list[Fraction]
    epsilon: Fraction = Fraction(0)
    cycle: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class WholeTable:
    """Valuations V[t, s] as integers over one denominator."""

    values: Integers
    den: int

    @property
    def lengths(self) -> Integers:
        """V[t, t] − V[t, s], of the edge s→t."""
        return np.diagonal(self.values)[:, None] - self.values

    def mean(self, cycle: tuple[int, ...]) -> Fraction:
        """Return the mean length of a cycle in which each type reports the one before it."""
        total = sum(
            int(self.values[t, t]) - int(self.values[t, s])
            for t, s in zip(cycle, cycle[-1:] + cycle[:-1], strict=True)
        )
        return Fraction(total, self.den * len(cycle))

    def least_slack(self, start: NDArray[np.float64]) -> Payments:
        """Return payments near a start with the least slack that any have."""
        scale, margin, cycle = 1, 0, ()
        payments = self._whole(start)
        while True:
            lengths = self.lengths.astype(object) * scale + margin if margin else self.lengths
            payments, found = fall(lengths, payments)
            if not found:
                below = self.den * scale
                exact = [Fraction(int(p), below) for p in payments.tolist()]
                return Payments(exact, Fraction(margin, below), cycle)
            cycle, mean = found, self.mean(found)
            # everything is counted in parts small enough for the margin to be whole
            wider = lcm(scale, (mean * self.den).denominator)
            payments = payments.astype(object) * (wider // scale)
            scale, margin = wider, int(-mean * self.den * wider)

    def largest(self, outside: Fraction, guess: NDArray[np.float64] | None) -> Payments:
        """Return the largest payments under which no type gains or gets less than `outside`.

        A cycle in the answer means that there are none. A guess from above saves sweeps.
        """
        scale = lcm(self.den, outside.denominator) // self.den
        table = self if scale == 1 else WholeTable(self.values.astype(object) * scale, 1)
        below = self.den * scale
        start = np.diagonal(table.values).astype(object) - int(outside * below)
        if guess is not None:
            above = np.array([int(Fraction(float(p)) * below) for p in guess], dtype=object)
            start = np.minimum(start, above)
        start = _narrow(start)
        payments, cycle = fall(table.lengths, start)
        return Payments([Fraction(int(p), below) for p in payments.tolist()], cycle=cycle)

    def tree(self, payments: list[Fraction], outside: Fraction) -> list[list[int | None]]:
        """Return tight edges [type, its parent or None] that reach every type, parents first."""
        below = lcm(self.den, *(p.denominator for p in payments), outside.denominator)
        table = self.values.astype(object) * (below // self.den)
        paid = np.array([int(p * below) for p in payments], dtype=object)
        utilities = np.diagonal(table) - paid
        tight = (table - paid[None, :]) == utilities[:, None]
        free = utilities == int(outside * below)
        edges: list[list[int | None]] = [[int(t), None] for t in np.flatnonzero(free)]
        placed = free.astype(bool)
        frontier = np.flatnonzero(placed)
        while frontier.size:
            reached = tight[:, frontier].astype(bool) & ~placed[:, None]
            new = np.flatnonzero(reached.any(axis=1))
            parents = frontier[reached[new].argmax(axis=1)]
            edges.extend([int(t), int(s)] for t, s in zip(new, parents, strict=True))
            placed[new] = True
            frontier = new
        if not placed.all():
            raise MdsolveError("payments: no tree of tight edges reaches every type.")
        return edges

    def _whole(self, start: NDArray[np.float64]) -> Integers:
        return _narrow(np.array([int(Fraction(float(p)) * self.den) for p in start], dtype=object))


def fall(lengths: Integers, start: Integers) -> tuple[Integers, tuple[int, ...]]:
    """Return the largest whole payments below a start, or a cycle of negative length."""
    payments, count = start.copy(), len(start)
    parents = np.full(count, -1)
    longest = max(abs(int(lengths.max())), abs(int(lengths.min())))
    while True:
        reach = max(abs(int(payments.max())), abs(int(payments.min()))) + longest
        if payments.dtype != object and (lengths.dtype == object or reach >= _ROOM):
            payments = payments.astype(object)
        reached = lengths + payments
        nearest = reached.argmin(axis=1)
        found = reached[np.arange(count), nearest]
        falls = np.flatnonzero(found < payments)
        if not falls.size:
            return payments, ()
        payments[falls] = found[falls]
        parents[falls] = nearest[falls]
        if cycle := cycle_among(parents):
            return payments, cycle


def product(rows: Integers, columns: Integers, mass: int, den: int) -> WholeTable:
    """Return rows · columnsᵀ exactly; each column's entries are at least 0 and sum to `mass`."""
    largest = max(abs(int(rows.max())), abs(int(rows.min())))
    if largest * mass < _ROOM:
        return WholeTable(rows.astype(np.int64) @ columns.astype(np.int64).T, den)
    return WholeTable(rows.astype(object) @ columns.astype(object).T, den)


def _narrow(numbers: Integers) -> Integers:
    if max(abs(int(numbers.max())), abs(int(numbers.min()))) < _ROOM:
        return numbers.astype(np.int64)
    return numbers
