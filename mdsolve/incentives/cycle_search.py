"""A search for types that refute a rule: sample the domain, then bend a short cycle downhill.

What it finds is a witness; that it finds none proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.domains import FiniteTypes
from mdsolve.incentives.implementability import implement
from mdsolve.incentives.witnesses import NegativeCycle
from mdsolve.type_graph import TypeTable, type_table

Array = NDArray[np.float64]
Progress = Callable[[float, float], None]

_PATIENCE = 60
_STARTS = 4
_WORTHWHILE = 0.01


@dataclass(frozen=True)
class Unknown:
    """No violating cycle was found, which does not make the rule implementable.

    Attributes
    ----------
    reason : str
        Why the search ended.
    shortest : float
        Least mean length of a cycle that it met (welfare units).
    cycles : int
        Cycles tried in the local search.
    seconds : float
    """

    reason: str
    shortest: float
    cycles: int
    seconds: float

    @property
    def verdict(self) -> str:
        """``unknown (reason)``."""
        return f"unknown ({self.reason})"


def find_violation(
    rule: Any,
    game: Game,
    group: Any,
    domain: Any,
    *,
    sizes: Sequence[float] | None = None,
    cycle_lengths: Sequence[int] = (2, 3, 4, 5),
    samples: int = 100,
    seed: int = 0,
    budget_seconds: float = 30.0,
    progress: Progress | None = None,
) -> NegativeCycle | Unknown:
    """Search a domain of types for a cycle that no payments survive.

    Parameters
    ----------
    rule, game, group
        As for `mdsolve.type_graph.type_table`.
    domain : Domain
        Where types come from: `SumNormalized()`, `MaxNormalized()`, `ConvexDomain(...)`.
    sizes : sequence of float, optional
        Sizes that types may have; the group's own by default.
    cycle_lengths : sequence of int
        Numbers of types of the cycles that are bent, from 2.
    samples : int
        Types drawn first; any cycle among them is found.
    seed : int
    budget_seconds : float
        When to stop. An interrupt (Ctrl-C) stops too, and loses nothing that was found.
    progress : callable, optional
        Called with (seconds used, least mean length so far).

    Returns
    -------
    NegativeCycle or Unknown
        The witness has its types at `listed`.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> contrary = lambda game: game.reference * 0 + game.rewards[0][::-1]
    >>> found = find_violation(contrary, game, 0, md.SumNormalized(), budget_seconds=5.0)
    >>> len(found.types), round(found.gain, 6)
    (2, 1.0)
    """
    if any(length < 2 for length in cycle_lengths) or not cycle_lengths:
        raise InvalidInput(f"cycle_lengths: {tuple(cycle_lengths)}. A cycle has at least 2 types.")
    index = game.group_index(group)
    allowed = tuple(sizes) if sizes is not None else (float(game.sizes[index]),)
    search = _Search(rule, game, index, domain, allowed, budget_seconds, progress)
    reason = "the search ended"
    try:
        search.run(samples, tuple(cycle_lengths), np.random.default_rng(seed))
    except KeyboardInterrupt:
        reason = "interrupted"
    except TimeoutError:
        reason = f"budget of {budget_seconds:g} s used"
    return search.answer(reason)


class _Search:
    """The state of one search: the best witness, the least mean length, the clock."""

    def __init__(
        self,
        rule: Any,
        game: Game,
        group: int,
        domain: Any,
        sizes: tuple[float, ...],
        budget: float,
        progress: Progress | None,
    ) -> None:
        self.table = lambda types: type_table(rule, game, group, types, progress=self._tick)
        self.outcomes = game.outcomes
        self.domain, self.sizes = domain, sizes
        self.budget, self.progress = budget, progress
        self.begun = monotonic()
        self.witness: NegativeCycle | None = None
        self.shortest, self.tried = np.inf, 0

    def run(self, samples: int, lengths: tuple[int, ...], rng: np.random.Generator) -> None:
        drawn = self._draw(samples, rng)
        table = self.table(drawn)
        self._judge(table, drawn)
        for nodes in self._starts(table, lengths, rng):
            self._bend(_listed(drawn, nodes), rng)
            if self.witness is not None:
                return

    def answer(self, reason: str) -> NegativeCycle | Unknown:
        if self.witness is not None:
            return self.witness
        seconds = monotonic() - self.begun
        return Unknown(reason, float(self.shortest), self.tried, seconds)

    def _starts(
        self, table: TypeTable, lengths: tuple[int, ...], rng: np.random.Generator
    ) -> Iterator[tuple[int, ...]]:
        if self.witness is not None:
            yield self.witness.types
            return
        for _ in range(_STARTS):
            for length in lengths:
                yield _short_cycle(table.values, length, rng)

    def _bend(self, types: FiniteTypes, rng: np.random.Generator) -> None:
        """Move one type of the cycle at a time towards or away from a random one."""
        table = self.table(types)
        mean, step, idle = self._judge(table, types), 0.5, 0
        while idle < _PATIENCE:
            moved = self._moved(types, step, rng)
            if moved is None:
                idle += 1
                continue
            found = self._judge(self.table(moved), moved)
            idle = 0 if found < mean - _WORTHWHILE * abs(mean) else idle + 1
            if found < mean:
                types, mean, step = moved, found, min(1.0, 1.5 * step)
            else:
                step = max(1e-3, 0.8 * step)

    def _moved(
        self, types: FiniteTypes, step: float, rng: np.random.Generator
    ) -> FiniteTypes | None:
        place = int(rng.integers(len(types)))
        target = self._draw(1, rng)
        share = step * rng.random()
        rewards, sizes = types.rewards.copy(), types.sizes.copy()
        rewards[place] += share * (target.rewards[0] - rewards[place])
        if self.domain.violation(rewards[place], self.outcomes) is not None:
            rewards[place] = target.rewards[0]
        sizes[place] = float(target.sizes[0]) if rng.random() < 0.2 else sizes[place]
        if len(np.unique(np.column_stack([rewards, sizes]), axis=0)) < len(types):
            return None
        return FiniteTypes(rewards, sizes)

    def _judge(self, table: TypeTable, types: FiniteTypes) -> float:
        """Keep a witness that is better, and return the least mean length seen here."""
        self.tried += 1
        self._tick()
        cycle = implement(table.values, error=table.error)
        if isinstance(cycle, NegativeCycle):
            if self.witness is None or cycle.gain > self.witness.gain:
                self.witness = replace(cycle, listed=types)
            mean = -cycle.gain
        else:
            mean = _least_mean(table.values)
        self.shortest = min(self.shortest, mean)
        return mean

    def _draw(self, count: int, rng: np.random.Generator) -> FiniteTypes:
        return self.domain.sample(
            count, self.outcomes, seed=int(rng.integers(2**31)), sizes=self.sizes
        )

    def _tick(self, done: int = 0, total: int = 0) -> None:
        del done, total
        used = monotonic() - self.begun
        if self.progress is not None:
            self.progress(used, float(self.shortest))
        if used > self.budget:
            raise TimeoutError


def _least_mean(values: Array) -> float:
    """Return the least mean length of a two-cycle, or of the whole cycle where types are few."""
    own = np.diagonal(values)
    lengths = own - values.T
    pairs = 0.5 * (lengths + lengths.T)
    np.fill_diagonal(pairs, np.inf)
    best = float(pairs.min())
    count = len(values)
    if 2 < count <= 5:
        for rest in permutations(range(1, count)):
            order = np.array((0, *rest))
            best = min(best, float(lengths[order, np.roll(order, -1)].mean()))
    return best


def _short_cycle(values: Array, length: int, rng: np.random.Generator) -> tuple[int, ...]:
    """Grow a cycle from a random type, each time by the type that keeps it shortest."""
    own = np.diagonal(values)
    lengths = own - values.T
    nodes = [int(rng.integers(len(values)))]
    while len(nodes) < min(length, len(values)):
        added = lengths[nodes[-1]] + lengths[:, nodes[0]]
        added[nodes] = np.inf
        nodes.append(int(added.argmin()))
    return tuple(nodes)


def _listed(types: FiniteTypes, nodes: tuple[int, ...]) -> FiniteTypes:
    places = list(nodes)
    return FiniteTypes(types.rewards[places], types.sizes[places])
