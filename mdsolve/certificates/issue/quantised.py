"""Types and models in whole numbers: the mechanism that is offered, and that a proof is about.

Probabilities become multiples of 2^-30 that sum to exactly 1 by largest remainder, rewards
multiples of 2^-20, finer where types would collide or a proof asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.certificates.issue.whole import WholeTable, product
from mdsolve.certificates.schema import Rationals, Witness, printable
from mdsolve.games.domains import FiniteTypes

Array = NDArray[np.float64]
Integers = NDArray[Any]

#: bits of probabilities and of rewards, coarsest first
STEPS = ((30, 20), (40, 30), (50, 45))

_NORMAL = 1e-9


@dataclass(frozen=True, eq=False)
class Quantised:
    """Types x allocations in whole numbers.

    Attributes
    ----------
    rewards : (types, outcomes) rationals
    sizes : (types,) rationals
    allocations : (types, outcomes) integers, in units of 2^-bits
    domain : str
        ``"sum"`` or ``"max"`` where all types were in that domain.
    moved : float
        Largest change of a reward.
    """

    types: FiniteTypes
    rewards: Rationals
    sizes: Rationals
    allocations: Integers
    bits: int
    domain: str
    moved: float

    @property
    def rows(self) -> Integers:
        """Sizes times rewards, whole, over `row_den`."""
        sizes, rewards = self.sizes.num, self.rewards.num
        if _most(sizes) * _most(rewards) >= 1 << 62:
            sizes, rewards = sizes.astype(object), rewards.astype(object)
        return sizes[:, None] * rewards

    @property
    def row_den(self) -> int:
        """The denominator of `rows`."""
        return self.sizes.den * self.rewards.den

    def distinct(self) -> bool:
        """Tell whether no type is listed twice, sizes counted."""
        return len(set(map(tuple, self.rows.tolist()))) == len(self.types)

    def table(self) -> WholeTable:
        """Return all valuations."""
        return product(self.rows, self.allocations, 1 << self.bits, self.row_den << self.bits)

    def mean(self, cycle: tuple[int, ...]) -> Fraction:
        """Return the mean length of a cycle in which each type reports the one before it."""
        rows, total = self.rows, 0
        for t, s in zip(cycle, cycle[-1:] + cycle[:-1], strict=True):
            change = (self.allocations[t] - self.allocations[s]).astype(object)
            total += int((rows[t].astype(object) * change).sum())
        return Fraction(total, len(cycle) * self.row_den << self.bits)

    def problem(self) -> tuple[Witness, list[str]]:
        """Return the fields of the `types` form, and notes."""
        types, notes = printable("type", self.types.labels)
        outcomes, more = printable("outcome", self.types.outcomes)
        notes = [*notes, *more, self.note()]
        return {
            "types": types,
            "outcomes": outcomes,
            "domain": self.domain,
            "sizes": self.sizes.text(),
            "rewards": self.rewards.text(),
            "allocations": Rationals(self.allocations, 1 << self.bits).text(),
        }, notes

    def note(self) -> str:
        """Say what was rounded."""
        rewards = f"rewards moved by at most {self.moved:.2g}" if self.moved else "rewards exact"
        return f"probabilities are multiples of 2^-{self.bits} that sum to 1; {rewards}"


def steps(types: FiniteTypes, models: Array) -> Iterator[Quantised]:
    """Yield ever finer quantisations that keep the types apart."""
    for bits, places in STEPS:
        found = quantised(types, models, bits, places)
        if found.distinct():
            yield found


def quantised(types: FiniteTypes, models: Array, bits: int, places: int | None) -> Quantised:
    """Return types and models with so many bits; without places, rewards as they are."""
    sizes = Rationals.of("sizes", types.sizes, types.labels)
    allocations = shares(np.asarray(models, dtype=float), bits)
    names = (types.labels, types.outcomes)
    if places is None:
        rewards = Rationals.of("rewards", types.rewards, *names)
        return Quantised(types, rewards, sizes, allocations, bits, "any", 0.0)
    domain = _domain(types.rewards)
    exponent = places - min(0, int(np.frexp(_size(types.rewards))[1]))
    whole = _rewards(types.rewards, domain, exponent)
    moved = float(np.abs(_floats(whole, exponent) - types.rewards).max())
    return Quantised(
        types, Rationals(whole, 1 << exponent), sizes, allocations, bits, domain, moved
    )


def shares(models: Array, bits: int) -> Integers:
    """Return distributions as whole shares of 2^bits, by largest remainder.

    An outcome with any mass keeps at least one unit, so that no divergence becomes infinite.

    Examples
    --------
    >>> shares(np.array([[0.5, 0.5 - 1e-12, 1e-12]]), 4).tolist()
    [[8, 7, 1]]
    """
    whole = 1 << bits
    masses = np.maximum(0.0, models)
    parts = masses / masses.sum(axis=1, keepdims=True) * whole
    found = np.floor(parts).astype(np.int64)
    remainders = parts - found
    lifted = (found == 0) & (masses > 0.0)
    found[lifted], remainders[lifted] = 1, 0.0
    for row, rest, short in zip(found, remainders, whole - found.sum(axis=1), strict=True):
        if short > 0:
            row[np.argsort(-rest, kind="stable")[: int(short)]] += 1
        row[row.argmax()] += whole - int(row.sum())
    return found


def _rewards(rewards: Array, domain: str, exponent: int) -> Integers:
    if exponent > 1000 or _size(rewards) * 2.0 ** min(exponent, 1000) >= 2.0**61:
        whole = Rationals.of("rewards", rewards)
        scaled = [[round(x * (1 << exponent)) for x in row] for row in whole.fractions]
        return np.array(scaled, dtype=object)
    if domain == "sum":
        return shares(rewards, exponent)
    found = np.rint(np.ldexp(rewards, exponent)).astype(np.int64)
    if domain == "max":
        found[rewards >= 1.0 - _NORMAL] = 1 << exponent
    return found


def _domain(rewards: Array) -> str:
    if rewards.min() >= 0.0:
        if np.abs(rewards.sum(axis=1) - 1.0).max() <= _NORMAL:
            return "sum"
        if np.abs(rewards.max(axis=1) - 1.0).max() <= _NORMAL:
            return "max"
    return "any"


def _floats(whole: Integers, exponent: int) -> Array:
    return np.ldexp(whole.astype(float), -exponent)


def _size(rewards: Array) -> float:
    return float(np.abs(rewards).max())


def _most(numbers: Integers) -> int:
    return max(abs(int(numbers.max())), abs(int(numbers.min())))
