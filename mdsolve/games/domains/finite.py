"""A finite list of types (r, w), on which every question of [S] §3-4 is a finite one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mdsolve.errors import InvalidInput
from mdsolve.games.domains.base import (
    TOLERANCE,
    Array,
    Domain,
    Outcomes,
    checked_count,
    labels_of,
    size_set,
)
from mdsolve.games.labels import checked_labels
from mdsolve.games.validation import read_only, vector


class FiniteTypes(Domain):
    """Types that a group may have, one a row; they need not be normalised.

    Parameters
    ----------
    rewards : array_like, shape (types, outcomes)
    sizes : array_like of shape (types,), or a number, optional
        Positive; 1 each by default.
    labels, outcomes : sequence of names, optional
        Of the types (``"type-0", ...``) and of the outcomes (``"0", ...``).

    Attributes
    ----------
    rewards : read-only array, shape (types, outcomes)
    sizes : read-only array, shape (types,)
    labels, outcomes : sequence of str

    Raises
    ------
    InvalidInput
        If there is no type, or a cell is not a finite number.

    Examples
    --------
    >>> types = FiniteTypes([[1.0, 0.0], [0.5, 0.5]], sizes=[1, 2])
    >>> len(types), types.labels, types.sizes
    (2, ('type-0', 'type-1'), array([1., 2.]))
    """

    def __init__(
        self,
        rewards: ArrayLike,
        sizes: ArrayLike | None = None,
        *,
        labels: Iterable[Any] | None = None,
        outcomes: Iterable[Any] | None = None,
    ) -> None:
        self.rewards = _rows(rewards)
        count, width = self.rewards.shape
        self.labels = checked_labels("type", labels, count, "type-")
        self.outcomes = checked_labels("outcome", outcomes, width, "")
        _refuse_infinite(self.rewards, self.labels, self.outcomes)
        self.sizes = _sizes(sizes, self.labels)

    def __len__(self) -> int:
        return self.rewards.shape[0]

    def violation(self, reward: ArrayLike, outcomes: Outcomes | None = None) -> str | None:
        """Return how far a reward is from the nearest type, or None if it is one of them."""
        array = vector("reward", reward, self.outcomes if outcomes is None else labels_of(outcomes))
        if array.size != self.rewards.shape[1]:
            return f"it has {array.size} outcomes, the types {self.rewards.shape[1]}."
        apart = np.abs(self.rewards - array).max(axis=1)
        nearest = int(apart.argmin())
        if apart[nearest] <= TOLERANCE * max(1.0, float(np.abs(array).max())):
            return None
        place = int(np.abs(self.rewards[nearest] - array).argmax())
        return (
            f"it is none of the {len(self)} types: the nearest, {self.labels[nearest]!r}, has "
            f"{self.rewards[nearest, place]:.12g} where it has {array[place]:.12g} (outcome "
            f"{self.outcomes[place]!r}). Report a type of the list, or add this one."
        )

    def index(self, reward: ArrayLike, size: float) -> int:
        """Return the position of a type.

        Raises
        ------
        InvalidInput
            If it is none of the list, naming the nearest reward, or the sizes that this one has.
        """
        self.check(reward)
        apart = np.abs(self.rewards - np.asarray(reward, dtype=float)).max(axis=1)
        same = apart <= TOLERANCE * max(1.0, float(np.abs(reward).max()))
        near = np.flatnonzero(same & np.isclose(self.sizes, size, rtol=1e-12, atol=0.0))
        if near.size:
            return int(near[apart[near].argmin()])
        sizes = ", ".join(f"{known:g}" for known in np.unique(self.sizes[same]))
        raise InvalidInput(
            f"size {size:g}: the types of this reward have sizes ({sizes}). Report one of those, "
            "or add the type."
        )

    def sample(
        self, count: int, outcomes: Outcomes, seed: int, sizes: Iterable[float] | None = None
    ) -> FiniteTypes:
        """Return types drawn from the list with replacement, with their own sizes by default."""
        self._agree(outcomes)
        generator = np.random.default_rng(seed)
        rows = generator.integers(len(self), size=checked_count("count", count))
        weights = self.sizes[rows] if sizes is None else drawn_sizes(generator, count, sizes)
        return FiniteTypes(self.rewards[rows], weights, outcomes=self.outcomes)

    def grid(
        self, resolution: int, outcomes: Outcomes, sizes: Iterable[float] | None = None
    ) -> FiniteTypes:
        """Return the list itself, × ``sizes`` if they are given."""
        del resolution
        return self.vertices(outcomes, sizes)

    def vertices(self, outcomes: Outcomes, sizes: Iterable[float] | None = None) -> FiniteTypes:
        """Return the list itself, × ``sizes`` if they are given."""
        self._agree(outcomes)
        return self if sizes is None else crossed(self.rewards, sizes, self.outcomes)

    def __repr__(self) -> str:
        count, outcomes = self.rewards.shape
        low, high = float(self.sizes.min()), float(self.sizes.max())
        return f"FiniteTypes({count} types, {outcomes} outcomes; sizes {low:g} to {high:g})"

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def _agree(self, outcomes: Outcomes) -> None:
        if len(labels_of(outcomes)) != self.rewards.shape[1]:
            raise InvalidInput(
                f"outcomes: {len(labels_of(outcomes))}, but the types have "
                f"{self.rewards.shape[1]}. Pass the outcomes that the types were made for."
            )


def crossed(rewards: Array, sizes: Any, outcomes: Sequence[str]) -> FiniteTypes:
    """Return every reward at every size of a set, size by size."""
    weights = size_set(sizes)
    repeated = rewards if weights.size == 1 else np.tile(rewards, (weights.size, 1))
    return FiniteTypes(repeated, np.repeat(weights, len(rewards)), outcomes=outcomes)


def drawn_sizes(generator: np.random.Generator, count: int, sizes: Any) -> Array:
    """Return sizes drawn uniformly from their set."""
    return generator.choice(size_set(sizes), size=count)


def _rows(rewards: ArrayLike) -> Array:
    try:
        array = np.ascontiguousarray(rewards, dtype=float)
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"types: rewards are not a table of numbers ({error}). Pass (types, outcomes)."
        ) from error
    if np.ndim(rewards) != 2 or 0 in array.shape:
        raise InvalidInput(
            f"types: rewards of shape {np.shape(rewards)}. Pass (types, outcomes), at least one "
            "of each; for a single type [reward]."
        )
    return read_only(array)


def _refuse_infinite(rewards: Array, labels: Sequence[str], outcomes: Sequence[str]) -> None:
    if np.isfinite(rewards.min()) and np.isfinite(rewards.max()):
        return
    row, column = map(int, np.argwhere(~np.isfinite(rewards))[0])
    raise InvalidInput(
        f"type {labels[row]!r}, outcome {outcomes[column]!r}: reward is {rewards[row, column]}. "
        "Rewards must be finite: drop the type, or fill the cell."
    )


def _sizes(sizes: ArrayLike | None, labels: Sequence[str]) -> Array:
    if sizes is None or np.ndim(sizes) == 0:
        sizes = np.full(len(labels), 1.0 if sizes is None else float(np.asarray(sizes)))
    array = np.asarray(sizes, dtype=float)
    if array.shape != (len(labels),):
        raise InvalidInput(
            f"sizes: shape {array.shape}, but there are {len(labels)} types. Pass one a type."
        )
    bad = np.flatnonzero(~((array > 0.0) & (array < np.inf)))
    if bad.size:
        raise InvalidInput(
            f"type {labels[bad[0]]!r}: size is {array[bad[0]]}. Sizes must be positive and finite."
        )
    return read_only(array)
