"""A group's best report against fixed others, by local search over rewards and sizes.

What it finds is a witness that truth is not best; that it finds none proves nothing, except over a
finite list of types, all of which are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.games import Game
from mdsolve.games.domains import FiniteTypes, MaxNormalized, SumNormalized
from mdsolve.games.domains.base import Domain, size_set
from mdsolve.games.domains.base import domain as resolve
from mdsolve.incentives.envelope import normalized_domain
from mdsolve.incentives.report_curves import Play, reporting, true_reward

Array = NDArray[np.float64]
Progress = Callable[[float, float], None]

_FIRST, _LAST = 1.0, 1e-7
_DIRECTIONS, _POOL = 48, 64


@dataclass(frozen=True, eq=False)
class BestResponse:
    """The best report that was found, and what it gains over the truth.

    Attributes
    ----------
    reward : (outcomes,) array
    size : float
        The report; the truth where nothing better was found.
    gain : float
        Utility above the truth's, at least 0 (welfare units).
    truthful, found : Play
        Valuation and payment of the truth and of that report.
    error : float
        Bound on what rounding and unfinished solves add to the gain.
    evaluations : int
    seconds : float
    reason : str
        Why the search ended.
    """

    reward: Array
    size: float
    gain: float
    truthful: Play
    found: Play
    error: float
    evaluations: int
    seconds: float
    reason: str
    exhausted: bool = False

    @property
    def verdict(self) -> str:
        """``refuted``, ``verified to ε`` (every type was tried) or ``unknown (reason)``."""
        if self.gain > self.error:
            return "refuted"
        return f"verified to {self.error:.2g}" if self.exhausted else f"unknown ({self.reason})"

    def __str__(self) -> str:
        if self.gain > self.error:
            return f"refuted: a misreport gains {self.gain:.6g} (size {self.size:g})"
        return f"{self.verdict}: no report of {self.evaluations} gains over {self.error:.2g}"


def best_response(
    mechanism: Any,
    game: Game,
    group: Any,
    domain: Any = None,
    *,
    payment: Any = None,
    sizes: Sequence[float] | None = None,
    starts: int = 6,
    seed: int = 0,
    budget_seconds: float = 10.0,
    progress: Progress | None = None,
) -> BestResponse:
    """Search for the report that brings a group most, the others' reports as they are.

    From the truth, the vertex at its most valued outcome and random rewards, one outcome, or a
    pair, is moved at a time, by steps that shrink where nothing helps.

    Parameters
    ----------
    mechanism, payment
        A `Mechanism`; a rule, without payments or with ``payment``; or a function from a Game to
        a model or to (model, payments). As for `mdsolve.incentives.report_curves.reporting`.
    game : Game
        Its true types.
    group : str or int
    domain : Domain or str, optional
        Where reports come from; by default the normalised domain that the true reward is in. All
        types of a `FiniteTypes` are tried.
    sizes : sequence of float, optional
        Sizes that may be reported; the true one alone by default.
    starts : int
        Local searches.
    seed : int
    budget_seconds : float
        When to stop. An interrupt (Ctrl-C) stops too, and loses nothing that was found.
    progress : callable, optional
        Called with (seconds used, gain so far).

    Raises
    ------
    InvalidInput
        If there is no domain to search, or the mechanism returns no model.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[0.75, 0.25], [0.25, 0.75]])
    >>> rule = md.SocialWelfare("kl", 0.5)
    >>> found = best_response(rule, game, 0)
    >>> found.reward, found.verdict
    (array([1., 0.]), 'refuted')
    >>> found = best_response(rule, game, 0, payment=md.AffineMaximizer())
    >>> found.gain <= found.error
    True
    """
    index = game.group_index(group)
    true = true_reward(getattr(mechanism, "rule", mechanism), game, index)
    chosen = normalized_domain(None, true) if domain is None else resolve(domain)
    own = float(game.sizes[index])
    allowed = np.array([own]) if sizes is None else size_set(sizes)
    play = reporting(mechanism, game, index, payment)
    search = _Search(play, chosen, true, own, allowed, budget_seconds, progress)
    reason, exhausted = "the search ended", isinstance(chosen, FiniteTypes)
    try:
        if isinstance(chosen, FiniteTypes):
            search.exhaust(chosen, sizes is not None)
        else:
            search.run(starts, np.random.default_rng(seed))
    except KeyboardInterrupt:
        reason, exhausted = "interrupted", False
    except TimeoutError:
        reason, exhausted = f"budget of {budget_seconds:g} s used", False
    return search.answer(reason, exhausted)


class _Search:
    """The best report so far, and the clock."""

    def __init__(
        self,
        play: Callable[[Array, float], Play],
        domain: Domain,
        true: Array,
        size: float,
        sizes: Array,
        budget: float,
        progress: Progress | None,
    ) -> None:
        self.play, self.domain, self.sizes = play, domain, sizes
        self.budget, self.progress = budget, progress
        self.begun, self.evaluations = monotonic(), 0
        self.pool: Array | None = None
        self.truth = self.best = (true, size)
        self.truthful = self.found = play(true, size)

    def run(self, starts: int, generator: np.random.Generator) -> None:
        for reward, size in self._starts(starts, generator):
            self._climb(reward, size, generator)

    def exhaust(self, types: FiniteTypes, crossed: bool) -> None:
        for reward, size in zip(types.rewards, types.sizes, strict=True):
            for told in self.sizes if crossed else (size,):
                self._try(reward, float(told))

    def answer(self, reason: str, exhausted: bool) -> BestResponse:
        gain = self.found.utility - self.truthful.utility
        error = self.found.error + self.truthful.error
        seconds = monotonic() - self.begun
        return BestResponse(
            *self.best,
            gain,
            self.truthful,
            self.found,
            error,
            self.evaluations,
            seconds,
            reason,
            exhausted,
        )

    def _starts(self, count: int, generator: np.random.Generator) -> Iterator[tuple[Array, float]]:
        true, size = self.truth
        yield true, size
        vertex = np.zeros(true.size)
        vertex[int(true.argmax())] = 1.0
        if count > 1 and self.domain.violation(vertex) is None:
            yield vertex, size
        for _ in range(count - 2):
            yield self._sample(generator), float(generator.choice(self.sizes))

    def _climb(self, reward: Array, size: float, generator: np.random.Generator) -> None:
        """Accept any better neighbour; halve the step when a round of them brings none."""
        utility, step = self._try(reward, size), _FIRST
        while step > _LAST:
            improved = False
            for told in self.sizes[self.sizes != size]:
                found = self._try(reward, float(told))
                if found > utility:
                    size, utility, improved = float(told), found, True
            for candidate in self._neighbours(reward, step, generator):
                found = self._try(candidate, size)
                if found > utility:
                    reward, utility, improved = candidate, found, True
                    break
            step = min(_FIRST, 2.0 * step) if improved else 0.25 * step

    def _neighbours(
        self, reward: Array, step: float, generator: np.random.Generator
    ) -> Iterator[Array]:
        """Yield reports one step away, inside the domain."""
        if not isinstance(self.domain, (SumNormalized, MaxNormalized)):
            for _ in range(min(_DIRECTIONS, 4 * reward.size)):
                towards = step * (self._sample(generator) - reward)
                for candidate in (reward + towards, reward - towards):
                    if self.domain.violation(candidate) is None:
                        yield candidate
            return
        places = generator.permutation(reward.size)[:_DIRECTIONS]
        for place in places:
            for sign in (1.0, -1.0):
                yield self._moved(reward, int(place), sign * step)
        if isinstance(self.domain, SumNormalized):
            for place, other in zip(places, np.roll(places, 1), strict=True):
                moved = min(step, float(reward[other]))
                candidate = reward.copy()
                candidate[other] -= moved
                candidate[place] += moved
                yield candidate

    def _moved(self, reward: Array, place: int, change: float) -> Array:
        """Return a reward with more or less of one outcome, brought back into the domain."""
        summed = isinstance(self.domain, SumNormalized)
        candidate = reward * (1.0 - change) if summed and change > 0.0 else reward.copy()
        candidate[place] = max(0.0, candidate[place] + change)
        if not summed:
            candidate[place] = min(1.0, candidate[place])
        total = float(candidate.sum() if summed else candidate.max())
        return candidate / total if total > 0.0 else reward

    def _try(self, reward: Array, size: float) -> float:
        """Return a report's utility, and keep it if it is the best."""
        seconds = monotonic() - self.begun
        if seconds > self.budget:
            raise TimeoutError
        play = self.play(reward, size)
        self.evaluations += 1
        if play.utility > self.found.utility:
            self.best, self.found = (reward, size), play
        if self.progress is not None:
            self.progress(seconds, self.found.utility - self.truthful.utility)
        return play.utility

    def _sample(self, generator: np.random.Generator) -> Array:
        """Return a vertex or one of a few random rewards, which are dear to draw singly."""
        if self.pool is None:
            outcomes, seed = self.truth[0].size, int(generator.integers(2**31))
            drawn = self.domain.sample(_POOL, outcomes, seed=seed)
            self.pool = np.vstack([self.domain.vertices(outcomes).rewards, drawn.rewards])
        return np.array(self.pool[generator.integers(len(self.pool))])
