"""The two normalised domains of [S] §2: r ≥ 0 with Σ r = 1, and r ≥ 0 with max r = 1."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from mdsolve.games.domains.base import (
    TOLERANCE,
    Array,
    Domain,
    Outcomes,
    checked_count,
    labels_of,
    refuse_large,
    reward_and_labels,
    size_set,
)
from mdsolve.games.domains.finite import FiniteTypes, crossed, drawn_sizes


class SumNormalized(Domain):
    """Rewards r ≥ 0 with Σ r = 1: the simplex.

    Examples
    --------
    >>> SumNormalized().violation([0.5, 0.6])
    'the rewards sum to 1.1, not 1 (allowed: 1 ± 1e-09). Use game.normalized("sum").'
    >>> SumNormalized().grid(2, 2).rewards.tolist()
    [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]
    """

    def violation(self, reward: ArrayLike, outcomes: Outcomes | None = None) -> str | None:
        """Return which condition fails, or None."""
        array, _, failed = reward_and_labels(reward, outcomes, repr(self))
        if failed:
            return failed
        total = float(array.sum())
        if abs(total - 1.0) <= TOLERANCE:
            return None
        return (
            f"the rewards sum to {total:.12g}, not 1 (allowed: 1 ± {TOLERANCE:g}). "
            'Use game.normalized("sum").'
        )

    def sample(
        self, count: int, outcomes: Outcomes, seed: int, sizes: Iterable[float] = (1.0,)
    ) -> FiniteTypes:
        """Return types drawn uniformly from the simplex, and sizes uniformly from their set."""
        labels, generator = labels_of(outcomes), np.random.default_rng(seed)
        rewards = generator.standard_exponential((checked_count("count", count), len(labels)))
        rewards /= rewards.sum(axis=1, keepdims=True)
        return FiniteTypes(rewards, drawn_sizes(generator, count, sizes), outcomes=labels)

    def grid(
        self, resolution: int, outcomes: Outcomes, sizes: Iterable[float] = (1.0,)
    ) -> FiniteTypes:
        """Return every reward whose entries are multiples of 1/resolution, × ``sizes``."""
        labels, steps = labels_of(outcomes), checked_count("resolution", resolution)
        return crossed(compositions(steps, len(labels), size_set(sizes).size), sizes, labels)

    def vertices(self, outcomes: Outcomes, sizes: Iterable[float] = (1.0,)) -> FiniteTypes:
        """Return the rewards that like one outcome alone, of which all others are mixtures."""
        labels = labels_of(outcomes)
        return crossed(np.eye(len(labels)), sizes, labels)


class MaxNormalized(Domain):
    """Rewards r ≥ 0 with max r = 1: the upper faces of the unit cube.

    Examples
    --------
    >>> print(MaxNormalized().violation([0.5, 0.25]).partition(" (")[0])
    the largest reward is 0.5
    >>> MaxNormalized().grid(1, 2).rewards.tolist()
    [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    """

    def violation(self, reward: ArrayLike, outcomes: Outcomes | None = None) -> str | None:
        """Return which condition fails, or None."""
        array, labels, failed = reward_and_labels(reward, outcomes, repr(self))
        if failed:
            return failed
        best = int(array.argmax())
        if abs(array[best] - 1.0) <= TOLERANCE:
            return None
        return (
            f"the largest reward is {array[best]:.12g} (outcome {labels[best]!r}), not 1 "
            f'(allowed: 1 ± {TOLERANCE:g}). Use game.normalized("max").'
        )

    def sample(
        self, count: int, outcomes: Outcomes, seed: int, sizes: Iterable[float] = (1.0,)
    ) -> FiniteTypes:
        """Return types drawn uniformly from the faces, and sizes uniformly from their set."""
        labels, generator = labels_of(outcomes), np.random.default_rng(seed)
        rewards = generator.random((checked_count("count", count), len(labels)))
        rewards[np.arange(count), generator.integers(len(labels), size=count)] = 1.0
        return FiniteTypes(rewards, drawn_sizes(generator, count, sizes), outcomes=labels)

    def grid(
        self, resolution: int, outcomes: Outcomes, sizes: Iterable[float] = (1.0,)
    ) -> FiniteTypes:
        """Return every reward whose entries are multiples of 1/resolution, × ``sizes``."""
        labels, steps = labels_of(outcomes), checked_count("resolution", resolution)
        count = (steps + 1) ** len(labels) - steps ** len(labels)
        refuse_large(count * size_set(sizes).size, steps, len(labels))
        levels = np.indices((steps + 1,) * len(labels), dtype=np.int64).reshape(len(labels), -1).T
        return crossed(levels[levels.max(axis=1) == steps] / steps, sizes, labels)

    def vertices(self, outcomes: Outcomes, sizes: Iterable[float] = (1.0,)) -> FiniteTypes:
        """Return the rewards that like one outcome alone: every other lies above one of them."""
        labels = labels_of(outcomes)
        return crossed(np.eye(len(labels)), sizes, labels)


def compositions(total: int, parts: int, copies: int = 1) -> Array:
    """Return all vectors of ``parts`` multiples of 1/total that sum to 1, first parts first."""
    refuse_large(comb(total + parts - 1, parts - 1) * copies, total, parts)
    places = list(combinations(range(total + parts - 1), parts - 1))
    bars = np.array(places, dtype=np.int64).reshape(len(places), parts - 1)
    walls = np.full((len(bars), 1), total + parts - 1)
    counts = np.diff(np.hstack([np.full_like(walls, -1), bars, walls])) - 1
    return counts[::-1] / total
