"""Combined rewards c = Σ w_i r_i of many games, and c₋ᵢ of every group, with their rounding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from mdsolve.batch.segments import Array, Indices, Segments
from mdsolve.games.combined import PLAIN_LIMIT, room
from mdsolve.precision import EPS, two_product, two_sum

Pair = tuple[Any, Any]


@dataclass(frozen=True, eq=False)
class Sums:
    """c = high + low by cell; ``low`` is None where one double is enough.

    Attributes
    ----------
    high, low : (..., cells) arrays, or None for ``low``
    scale : (games,) array
        max over a game's outcomes of Σ w_i |r_i|, against which c's rounding is measured.
    plain : (games,) bool array
        Where one double was enough.
    """

    high: Array
    low: Array | None
    scale: Array
    plain: Any

    @property
    def row(self) -> Sums:
        """The same as one row, (1, cells)."""
        low = None if self.low is None else self.low[None]
        return replace(self, high=self.high[None], low=low)

    def above(self, parts: Segments, places: Indices) -> Array:
        """Return c(x) − c(place) with one place a segment, rounded once."""
        apart = self.high - parts.spread(self.high[..., places])
        if self.low is None:
            return apart
        return apart + (self.low - parts.spread(self.low[..., places]))

    def top(self, parts: Segments) -> Indices:
        """Return each game's outcome of the largest combined reward; for one row alone."""
        if self.low is None:
            return parts.top(self.high)
        best = self.high == parts.spread(parts.max(self.high))
        return parts.top(np.where(best, self.low, -np.inf))

    def below_top(self, parts: Segments) -> tuple[Array, Array]:
        """Return max c of each segment, and c less that in each cell; for one row alone."""
        if self.low is None:
            highest = parts.max(self.high)
            return highest, self.high - parts.spread(highest)
        top = self.top(parts)
        return self.high[top], self.above(parts, top)

    def room(self, places: Indices, top: Indices, strength: float, pole: float) -> Array | None:
        """Return pole − (c(top) − c(place))/λ with one of each a segment; None in one double."""
        if self.low is None:
            return None
        high, low = self.high, self.low
        return room(high[places], low[places], high[top], low[top], strength, pole)

    def rounding(self, parts: Segments) -> Array:
        """Return a bound on the error of each entry, (..., games)."""
        double = 0.5 * parts.max(np.abs(self.high))
        return EPS * np.where(self.plain, 8.0 * self.scale, double)


@dataclass(frozen=True, eq=False)
class Reports:
    """Rewards (groups, cells) and sizes (groups, games) or (groups, 1), as doubles.

    ``visible`` is the strength that tells which games need c in two doubles; 0 stands for all.
    """

    parts: Segments
    rewards: Array
    sizes: Array
    visible: float

    @cached_property
    def weights(self) -> list[Any]:
        """Each group's sizes, one number or one a cell."""
        if self.sizes.shape[1] == 1:
            return self.sizes[:, 0].tolist()
        return list(self.parts.spread(self.sizes))

    @cached_property
    def combined(self) -> Sums:
        """c, (cells,)."""
        total = _weighted(self.weights, self.rewards)
        signed = self.rewards.min() < 0.0
        size = _weighted(self.weights, np.abs(self.rewards)) if signed else total
        scale = self.parts.max(size)
        plain = self._plain(scale)
        if plain.all():
            return Sums(total, None, scale, plain)
        whole: Pair = (0.0, 0.0)
        for product in self._products():
            whole = _plus(whole, product)
        one, zero = self.parts.spread(plain), np.zeros_like(total)
        high, low = np.where(one, (total, zero), two_sum(*whole))
        return Sums(high, low, scale, plain)

    @cached_property
    def others(self) -> Sums:
        """c₋ᵢ of each group, (groups, cells)."""
        known, rest = self.combined, _left_out(self.weights, self.rewards)
        if known.low is None:
            return replace(known, high=rest)
        low, one, zero = np.empty_like(rest), self.parts.spread(known.plain), np.zeros_like(rest[0])
        for k, pair in enumerate(_pairs_left_out(self._products())):
            rest[k], low[k] = np.where(one, (rest[k], zero), two_sum(*pair))
        return replace(known, high=rest, low=low)

    def _products(self) -> list[Pair]:
        return [two_product(w, row) for w, row in zip(self.weights, self.rewards, strict=True)]

    def _plain(self, scale: Array) -> Any:
        """Return where the rounding of plain sums shows neither in c/λ nor beside c's spread."""
        if self.visible == 0.0:
            return np.zeros(self.parts.size, dtype=bool)
        first, last = self.parts.starts, self.parts.starts + self.parts.counts - 1
        spreads = np.array([np.abs(row[first] - row[last]) for row in self.rewards])
        spreads *= self.sizes
        plain = scale <= PLAIN_LIMIT * self.visible
        unsure = np.flatnonzero(scale > PLAIN_LIMIT * _least(spreads))
        if unsure.size:  # two outcomes do not show it: all may
            cells, some = self.parts.taken(unsure)
            taken = [row[cells] for row in self.rewards]
            wide = np.array([some.max(row) - some.min(row) for row in taken])
            wide *= self.sizes if self.sizes.shape[1] == 1 else self.sizes[:, unsure]
            for spread in (wide.sum(axis=0), _least(wide)):
                plain[unsure] &= (scale[unsure] <= PLAIN_LIMIT * spread) | (spread <= 0.0)
        return plain


def _weighted(weights: list[Any], rewards: Array) -> Array:
    total = weights[0] * rewards[0]
    part = np.empty_like(total)
    for weight, row in zip(weights[1:], rewards[1:], strict=True):
        total += np.multiply(weight, row, out=part)
    return total


def _least(spreads: Array) -> Array:
    """Return the spread of c₋ᵢ at its least: all groups' but the widest."""
    return np.maximum(0.0, spreads.sum(axis=0) - spreads.max(axis=0))


def _left_out(weights: list[Any], rewards: Array) -> Array:
    """Return the sums of all parts but one, in turn, without a subtraction."""
    rest = np.empty((len(rewards), rewards.shape[1]))
    parts = [weight * row for weight, row in zip(weights, rewards, strict=True)]
    below = np.zeros_like(rest[0])
    for k, part in enumerate(parts):
        rest[k] = below
        below += part
    above = np.zeros_like(rest[0])
    for k in range(len(parts) - 1, -1, -1):
        rest[k] += above
        above += parts[k]
    return rest


def _pairs_left_out(products: list[Pair]) -> Iterator[Pair]:
    """Yield the sums of all pairs but one, in turn."""
    above: list[Pair] = [(0.0, 0.0)]
    for product in products[:0:-1]:
        above.append(_plus(above[-1], product))
    below: Pair = (0.0, 0.0)
    zero = np.zeros_like(products[0][0])
    for product, rest in zip(products, reversed(above), strict=True):
        high, low = _plus(below, rest)
        yield high + zero, low + zero
        below = _plus(below, product)


def _plus(one: Pair, other: Pair) -> Pair:
    high, rest = two_sum(one[0], other[0])
    return high, rest + (one[1] + other[1])
