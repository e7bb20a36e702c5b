"""A game: groups report rewards r_i over outcomes and sizes w_i; π0 is the model before ([S] §2).

The groups' combined reward is c = Σ_i w_i r_i.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from mdsolve.arrays import PerGroup, PerOutcome
from mdsolve.errors import InvalidInput
from mdsolve.games import matrices, validation
from mdsolve.games.labels import checked_labels
from mdsolve.games.validation import Array, read_only
from mdsolve.precision import exact_sum


@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Game:
    """Groups' rewards and sizes over a finite set of outcomes, and a reference model.

    A game is frozen and was validated once, on construction. C-contiguous float64 arrays are not
    copied but viewed: do not write to them afterwards. Two games are equal only if identical.

    Parameters
    ----------
    reference : array_like, shape (outcomes,)
        Probabilities π0 > 0 that sum to 1 within 1e-9; kept divided by their exact sum.
    rewards : array_like or SciPy sparse array, shape (groups, outcomes)
        Row i is the reward that group i reports (welfare units per member).
    sizes : array_like of shape (groups,), or mapping from group to size, optional
        Positive; 1 each by default.
    outcomes, groups : iterable of names, optional
        Distinct; kept as ``str``. By default ``"0", "1", ...`` and ``"group-0", ...``.

    Attributes
    ----------
    rewards : read-only array or csc_array, shape (groups, outcomes)
    sizes : read-only array, shape (groups,)
    outcomes, groups : sequence of str
    reward_bounds : read-only array, shape (groups, 2)
        Smallest and largest reward of each group.

    Raises
    ------
    InvalidInput
        Naming the place, the value and the remedy.

    Examples
    --------
    >>> game = Game([0.5, 0.3, 0.2], [[1, 0, 0], [0, 1, 2]], {"kind": 3, "brief": 1},
    ...             groups=["kind", "brief"])
    >>> game
    Game(2 groups, 3 outcomes; sizes kind=3, brief=1; rewards from 0 to 2)
    >>> game.combined()
    array([3., 1., 2.])
    """

    rewards: Any
    sizes: PerGroup
    outcomes: Sequence[str]
    groups: Sequence[str]
    reward_bounds: Array
    _reference: Array | None
    _log_reference: Array | None

    def __init__(
        self,
        reference: Any,
        rewards: Any,
        sizes: Any = None,
        *,
        outcomes: Iterable[Any] | None = None,
        groups: Iterable[Any] | None = None,
    ) -> None:
        names = self._name(rewards, outcomes, groups)
        masses = validation.reference_masses(reference, names)
        self._report(sizes)
        self._set(_reference=masses, _log_reference=None)

    @classmethod
    def from_logprob(
        cls,
        logprob: Any,
        rewards: Any,
        sizes: Any = None,
        *,
        outcomes: Iterable[Any] | None = None,
        groups: Iterable[Any] | None = None,
    ) -> Game:
        """Build a game whose reference is the softmax of log-probabilities (natural logarithms).

        Any spread is legal: what underflows as a mass is kept as a logarithm (`underflowed`).

        Examples
        --------
        >>> game = Game.from_logprob([-1.0, -5000.0], [[0.0, 1.0]])
        >>> game.log_reference, game.underflowed
        (array([    0., -4999.]), array([1]))
        """
        game = object.__new__(cls)
        names = game._name(rewards, outcomes, groups)
        logarithms = validation.reference_logarithms(logprob, names)
        game._report(sizes)
        game._set(_reference=None, _log_reference=logarithms)
        return game

    @classmethod
    def from_table(
        cls,
        source: Any,
        sizes: Any = None,
        *,
        prompt: Any = None,
        **columns: Any,
    ) -> Game:
        """Build a game from a frame, CSV or Parquet with one row an outcome.

        Parameters
        ----------
        source, sizes, **columns
            As for `mdsolve.games.tables.games_from_table`.
        prompt : optional
            Which prompt's rows to read; needed where the table holds several.
        """
        from mdsolve.games.tables import game_from_table

        return game_from_table(source, sizes, prompt=prompt, **columns)

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of groups and of outcomes."""
        return self.rewards.shape

    @property
    def reference(self) -> PerOutcome:
        """Masses π0, shape (outcomes,); they sum to 1. Only `underflowed` ones may be 0."""
        if self._reference is None:
            masses = np.exp(self.log_reference)
            masses /= exact_sum(masses)
            self._set(_reference=read_only(masses))
        assert self._reference is not None
        return self._reference

    @property
    def log_reference(self) -> PerOutcome:
        """Natural logarithms of π0, shape (outcomes,); computed at each call from masses."""
        return self.log_reference_block(slice(None))

    def log_reference_block(self, columns: slice) -> Array:
        """Return the logarithms of π0 on one slice of the outcomes."""
        if self._log_reference is None:
            return np.log(self.reference[columns])
        return self._log_reference[columns]

    @property
    def underflowed(self) -> np.ndarray[Any, np.dtype[np.intp]]:
        """Indices of the outcomes whose mass is below the smallest normal float (2.2e-308)."""
        if self._log_reference is None:
            return np.flatnonzero(self.reference < validation.TINY)
        return np.flatnonzero(self._log_reference < np.log(validation.TINY))

    def combined(self) -> PerOutcome:
        """Return the combined reward c = Σ_i w_i r_i, shape (outcomes,)."""
        return self.rewards.T @ self.sizes

    def group_index(self, group: Any) -> int:
        """Return the position of a group given by name or by position."""
        if isinstance(group, str) and group in self.groups:
            return self.groups.index(group)
        if isinstance(group, (int, np.integer)) and 0 <= group < len(self.groups):
            return int(group)
        raise InvalidInput(
            f"group {group!r} does not exist. Name one of {list(self.groups[:20])}, "
            f"or a position from 0 to {len(self.groups) - 1}."
        )

    def without(self, group: Any) -> Game:
        """Return the game that lacks one group.

        Examples
        --------
        >>> Game([0.5, 0.5], [[1, 0], [0, 1]], groups=["kind", "brief"]).without("kind").groups
        ('brief',)
        """
        index = self.group_index(group)
        if len(self.groups) == 1:
            raise InvalidInput(
                f"group {self.groups[0]!r} is the only one: a game without it has no groups. "
                "Its counterfactual model is the reference itself."
            )
        keep = [k for k in range(len(self.groups)) if k != index]
        return self._replaced(
            rewards=validation.reward_matrix(self.rewards[keep]),
            sizes=read_only(self.sizes[keep]),
            groups=tuple(self.groups[k] for k in keep),
            reward_bounds=read_only(self.reward_bounds[keep]),
        )

    def reported(self, group: Any, reward: Any, size: Any = None) -> Game:
        """Return the game in which one group reports another reward (and size).

        Examples
        --------
        >>> Game([0.5, 0.5], [[1, 0], [0, 1]]).reported("group-1", [0, 4], size=2).combined()
        array([1., 8.])
        """
        index = self.group_index(group)
        report = validation.vector(f"group {self.groups[index]!r}: reward", reward, self.outcomes)
        sizes = list(self.sizes)
        sizes[index] = sizes[index] if size is None else size
        return self._with_rewards(matrices.with_row(self.rewards, index, report), sizes)

    def normalized(self, domain: str) -> Game:
        """Return the game with each group's rewards divided by their sum, or by their maximum.

        Nothing is shifted: rewards must be non-negative and not all zero.

        Examples
        --------
        >>> Game([0.5, 0.5], [[3, 1]]).normalized("sum").rewards
        array([[0.75, 0.25]])
        """
        if domain not in ("sum", "max"):
            raise InvalidInput(f"domain {domain!r} is unknown. Choose 'sum' or 'max'.")
        for name, (low, high) in zip(self.groups, self.reward_bounds, strict=True):
            if low < 0.0 or high == 0.0:
                raise InvalidInput(
                    f"group {name!r}: rewards from {low:g} to {high:g} cannot be "
                    f"{domain}-normalized. Shift them first so that the smallest is at least 0 "
                    "and one is positive."
                )
        divided = matrices.divided_by_sum if domain == "sum" else matrices.divided_by_largest
        return self._with_rewards(divided(self.rewards, self.reward_bounds[:, 1]))

    def __repr__(self) -> str:
        groups, outcomes = self.shape
        shown = zip(self.groups[:6], self.sizes[:6], strict=True)
        sizes = ", ".join(f"{name}={size:g}" for name, size in shown)
        return (
            f"Game({groups} group{'s' * (groups > 1)}, {outcomes} outcome{'s' * (outcomes > 1)}; "
            f"sizes {sizes}{', ...' * (groups > 6)}; rewards from "
            f"{self.reward_bounds[:, 0].min():g} to {self.reward_bounds[:, 1].max():g})"
        )

    def _name(self, rewards: Any, outcomes: Any, groups: Any) -> Sequence[str]:
        matrix = validation.reward_matrix(rewards)
        self._set(
            rewards=matrix,
            groups=checked_labels("group", groups, matrix.shape[0], "group-"),
            outcomes=checked_labels("outcome", outcomes, matrix.shape[1], ""),
        )
        return self.outcomes

    def _report(self, sizes: Any) -> None:
        self._set(
            sizes=validation.group_sizes(sizes, self.groups),
            reward_bounds=validation.reward_bounds(self.rewards, self.groups, self.outcomes),
        )
        validation.checked_scale(self.reward_bounds, self.sizes, self.groups)

    def _with_rewards(self, rewards: Any, sizes: Any = None) -> Game:
        game = self._replaced(rewards=validation.reward_matrix(rewards))
        game._report(self.sizes if sizes is None else sizes)
        return game

    def _replaced(self, **changes: Any) -> Game:
        game = object.__new__(Game)
        game._set(**{field.name: getattr(self, field.name) for field in fields(self)} | changes)
        return game

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)
