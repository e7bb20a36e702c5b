"""A domain is the set of rewards r ≥ 0 that a group may report ([S] §2); sizes w go beside it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games.labels import DefaultLabels
from mdsolve.games.validation import vector

if TYPE_CHECKING:
    from mdsolve.games.domains.finite import FiniteTypes

Array = NDArray[np.float64]
Outcomes = int | Sequence[str]

#: how far a sum or a maximum may be from 1, as for a reference
TOLERANCE = 1e-9
#: types that a grid may have
MOST = 1 << 20


class Domain(ABC):
    """A set of rewards; a new one is a subclass in its own file."""

    @abstractmethod
    def violation(self, reward: ArrayLike, outcomes: Outcomes | None = None) -> str | None:
        """Return which condition a reward (outcomes,) fails, where and by what value, or None."""

    @abstractmethod
    def sample(
        self, count: int, outcomes: Outcomes, seed: int, sizes: Iterable[float] = (1.0,)
    ) -> FiniteTypes:
        """Return ``count`` random types of the domain × ``sizes``."""

    @abstractmethod
    def grid(
        self, resolution: int, outcomes: Outcomes, sizes: Iterable[float] = (1.0,)
    ) -> FiniteTypes:
        """Return every type whose rewards are multiples of 1/resolution, × ``sizes``."""

    @abstractmethod
    def vertices(self, outcomes: Outcomes, sizes: Iterable[float] = (1.0,)) -> FiniteTypes:
        """Return the rewards above which every other lies, or of which it is a mixture."""

    def check(self, reward: ArrayLike, outcomes: Outcomes | None = None) -> None:
        """Refuse a reward that is not in the domain.

        Raises
        ------
        InvalidInput
            Naming the condition, the outcome and the value.
        """
        if failed := self.violation(reward, outcomes):
            raise InvalidInput(f"reward: {failed}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(type(self))


def domain(given: Any) -> Domain:
    """Return the domain given as itself, as its class or by name.

    Raises
    ------
    InvalidInput
        If it is none: without a domain a payment has no largest value.

    Examples
    --------
    >>> domain("sum")
    SumNormalized()
    """
    from mdsolve.games.domains import DOMAINS

    if isinstance(given, Domain):
        return given
    if isinstance(given, type) and given in DOMAINS.values():
        return given()
    if isinstance(given, str) and given in DOMAINS:
        return DOMAINS[given]()
    raise InvalidInput(
        f"domain: {given!r} is none. Over unnormalised rewards there is no least type, so no "
        "revenue-maximizing payment: use SumNormalized(), MaxNormalized(), ConvexDomain(...) or "
        "FiniteTypes(...); game.normalized('sum') or ('max') brings a game into the first two."
    )


def size_set(sizes: Any) -> Array:
    """Return the set W of sizes, ascending (a number stands for the set that it alone makes).

    Raises
    ------
    InvalidInput
        If it is empty, or a size is not positive and finite.

    Examples
    --------
    >>> size_set([3, 1, 3])
    array([1., 3.])
    """
    given = list(sizes) if isinstance(sizes, Iterable) else [sizes]
    try:
        array = np.unique(np.array([float(size) for size in given]))
    except (TypeError, ValueError):
        array = np.array([np.nan])
    if not array.size:
        raise InvalidInput("sizes: none given. Give the sizes that a group may have, such as (1,).")
    bad = array[~((array > 0.0) & (array < np.inf))]
    if bad.size:
        raise InvalidInput(f"sizes: {given} are not all numbers. Each must be positive and finite.")
    return array


def labels_of(outcomes: Outcomes) -> Sequence[str]:
    """Return the outcomes' labels, of a number of outcomes the default ones."""
    if isinstance(outcomes, (int, np.integer)) and outcomes > 0:
        return DefaultLabels("", int(outcomes))
    if isinstance(outcomes, Sequence) and not isinstance(outcomes, str) and len(outcomes):
        return outcomes
    raise InvalidInput(
        f"outcomes: {outcomes!r} is neither a positive number nor a sequence of labels. "
        "Pass game.outcomes, or how many there are."
    )


def reward_and_labels(
    reward: ArrayLike, outcomes: Outcomes | None, place: str
) -> tuple[Array, Sequence[str], str | None]:
    """Return a reward, its outcomes' labels, and what is wrong with it in any domain."""
    labels = labels_of(np.size(reward) if outcomes is None else outcomes)
    array = vector("reward", reward, labels)
    good = (array >= 0.0) & (array < np.inf)
    if good.all():
        return array, labels, None
    first = int((~good).argmax())
    value = float(array[first])
    condition, remedy = ("below 0", "Shift") if value < 0.0 else ("not finite", "Drop or fill")
    failed = (
        f"outcome {labels[first]!r} has reward {value:.12g}, {condition}, where {place} needs "
        f"finite rewards ≥ 0. {remedy} it first."
    )
    return array, labels, failed


def checked_count(name: str, count: Any) -> int:
    """Return a positive whole number."""
    if isinstance(count, (int, np.integer)) and count > 0:
        return int(count)
    raise InvalidInput(f"{name}: {count!r} is not a positive whole number.")


def refuse_large(count: int, resolution: int, outcomes: int) -> None:
    """Refuse a grid that would not fit."""
    if count > MOST:
        raise InvalidInput(
            f"grid: resolution {resolution} over {outcomes} outcomes makes {count:.3g} types, more "
            f"than {MOST}. Choose a coarser one, or sample(...)."
        )
