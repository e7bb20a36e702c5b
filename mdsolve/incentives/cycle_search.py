"""A search for types that refute a rule: sample the domain, then bend a short cycle downhill.

What it finds is a witness; that it finds none proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, permutations
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.domains import FiniteTypes
from mdsolve.incentives.implementability import implement
from mdsolve.incentives.witnesses import NegativeCycle
from mdsolve.type_graph import Trained, dot_rounding, solve_error, trainer, valuations

Array = NDArray[np.float64]
Progress = Callable[[float, float], None]

_PATIENCE = 60
_WORTHWHILE = 0.01
_LEAST_STEP = 1e-3
_NEAREST = 1e-8
_RESIZE = 0.2
_STEEP = 1e6
_POLISH = 1.0


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
    >>> from mdsolve.games.domains import SumNormalized
    >>> found = find_violation(contrary, game, 0, SumNormalized(), budget_seconds=5.0)
    >>> len(found.types), found.gain > 0.9
    (2, True)
    """
    if any(length < 2 for length in cycle_lengths) or not cycle_lengths:
        raise InvalidInput(f"cycle_lengths: {tuple(cycle_lengths)}. A cycle has at least 2 types.")
    if not budget_seconds > 0.0:
        raise InvalidInput(f"budget_seconds: {budget_seconds!r}. Give a positive number.")
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
    """The state of one search: what was trained, the best witness, the clock."""

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
        self.train = trainer(rule, game, group)
        self.trained: dict[bytes, Trained] = {}
        self.outcomes = game.outcomes
        self.domain, self.sizes = domain, sizes
        self.budget, self.progress = budget, progress
        self.begun = monotonic()
        self.witness: NegativeCycle | None = None
        self.shortest, self.tried = np.inf, 0

    def run(self, samples: int, lengths: tuple[int, ...], rng: np.random.Generator) -> None:
        """Judge a sample, then bend cycles of it; stop where one is negative and bends no more."""
        drawn = self._draw(samples, rng)
        self._judge(drawn)
        starts = self._starts(drawn, lengths, rng)
        while self.witness is None:
            self._bend(next(starts), rng)
        self.budget = min(self.budget, 2.0 * (monotonic() - self.begun) + _POLISH)
        self._bend(_chosen(self.witness.listed or drawn, self.witness.types), rng)

    def answer(self, reason: str) -> NegativeCycle | Unknown:
        """Return the witness, or how far the search came."""
        if self.witness is not None:
            return self.witness
        seconds = monotonic() - self.begun
        return Unknown(reason, float(self.shortest), self.tried, seconds)

    def _starts(
        self, drawn: FiniteTypes, lengths: tuple[int, ...], rng: np.random.Generator
    ) -> Iterator[FiniteTypes]:
        for length in cycle(lengths):
            yield _chosen(drawn, rng.choice(len(drawn), min(length, len(drawn)), replace=False))

    def _bend(self, types: FiniteTypes, rng: np.random.Generator) -> None:
        """Move one type of the cycle at a time, towards a random type of the domain."""
        best, step, idle = self._judge(types), 0.5, 0
        while idle < _PATIENCE:
            moved = self._moved(types, step, rng)
            found = self._judge(moved)
            idle = 0 if found < best - _WORTHWHILE * abs(best) else idle + 1
            if found < best:
                types, best, step = moved, found, min(1.0, 1.5 * step)
            else:
                step = max(_LEAST_STEP, 0.8 * step)

    def _moved(self, types: FiniteTypes, step: float, rng: np.random.Generator) -> FiniteTypes:
        place = int(rng.integers(len(types)))
        target = self._draw(1, rng)
        rewards, sizes = types.rewards.copy(), types.sizes.copy()
        rewards[place] += step * rng.random() * (target.rewards[0] - rewards[place])
        if self.domain.violation(rewards[place], self.outcomes) is not None:
            rewards[place] = target.rewards[0]
        if rng.random() < _RESIZE:
            sizes[place] = float(target.sizes[0])
        return FiniteTypes(rewards, sizes)

    def _judge(self, types: FiniteTypes) -> float:
        """Keep a better witness; return the least curvature of a cycle of these types."""
        self.tried += 1
        table, error, models = self._table(types)
        found = implement(table, error=error)
        if isinstance(found, NegativeCycle):
            self.shortest = min(self.shortest, -found.gain)
            if self.witness is None or found.gain > self.witness.gain:
                self.witness = replace(found, listed=types, models=models)
            return -found.gain * _STEEP
        means, curvature = _cycles(table, types)
        self.shortest = min(self.shortest, means)
        return curvature

    def _table(self, types: FiniteTypes) -> tuple[Array, float, Array]:
        found: list[Trained] = []
        for reward, size, name in zip(types.rewards, types.sizes, types.labels, strict=True):
            key = reward.tobytes() + size.tobytes()
            if key not in self.trained:
                self._tick()
                self.trained[key] = self.train(reward, float(size), name)
            found.append(self.trained[key])
        models = np.array([one.model for one in found])
        values = valuations(types.rewards, models, types.sizes)
        return values, solve_error(found, types) + dot_rounding(types), models

    def _draw(self, count: int, rng: np.random.Generator) -> FiniteTypes:
        seed = int(rng.integers(2**31))
        return self.domain.sample(count, self.outcomes, seed=seed, sizes=self.sizes)

    def _tick(self) -> None:
        used = monotonic() - self.begun
        if self.progress is not None:
            self.progress(used, float(self.shortest))
        if used > self.budget:
            raise TimeoutError


def _cycles(values: Array, types: FiniteTypes) -> tuple[float, float]:
    """Return the least mean length, and the least length over squared distances of reports.

    The second does not fall to 0 as types meet: its sign is that of the rule's derivative.
    """
    reports = types.sizes[:, None] * types.rewards
    reports = reports - reports.mean(axis=1, keepdims=True)
    apart = ((reports[:, None] - reports[None]) ** 2).sum(axis=2) if len(types) <= 5 else None
    lengths = np.diagonal(values) - values.T
    mean = curvature = np.inf
    for order in _orders(len(types)):
        length = float(lengths[order, np.roll(order, -1)].sum())
        mean = min(mean, length / order.size)
        if apart is not None:
            spread = float(apart[order, np.roll(order, -1)].sum())
            near = _NEAREST * float((reports**2).sum())
            curvature = min(curvature, length / spread if spread > near else np.inf)
    return mean, curvature


def _orders(count: int) -> Iterator[NDArray[np.intp]]:
    if count > 5:
        yield np.arange(count)
        return
    for size in range(2, count + 1):
        for order in permutations(range(count), size):
            if order[0] == min(order):
                yield np.array(order)


def _chosen(types: FiniteTypes, places: Any) -> FiniteTypes:
    rows = np.asarray(places)
    return FiniteTypes(types.rewards[rows], types.sizes[rows])
