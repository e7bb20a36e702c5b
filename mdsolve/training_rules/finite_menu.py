"""A finite menu of given models, the rule of [S]'s published experiments: argmax Σ w_i V_ki − λD_k.

It maximises affine welfare over its own range, so the affine maximizer payment makes truth
dominant exactly; ties go to the earliest entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.divergences import Divergence
from mdsolve.divergences import divergence as resolve
from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.validation import SUM_TOLERANCE
from mdsolve.precision import EPS
from mdsolve.training_rules.training import Training, checked_strength

Array = NDArray[np.float64]


@dataclass(frozen=True, init=False, eq=False)
class FiniteMenu:
    """Choose from K given models the one with the largest Σ w_i V[k, i] − λ D[k].

    Parameters
    ----------
    values : array_like, shape (entries, groups)
        V, what each group reports each model to be worth (reward units).
    divergences : array_like, shape (entries,)
        D ≥ 0, each model's divergence from the reference.
    strength : float
        λ > 0, welfare units.

    Raises
    ------
    InvalidInput
        If the menu is empty, not finite, or of unequal lengths.

    Examples
    --------
    >>> import mdsolve as md
    >>> menu = md.FiniteMenu([[1.0, 0.0], [0.4, 0.9]], [0.2, 0.1], 1.0)
    >>> menu.choose([2.0, 1.0])
    0
    """

    values: Array
    divergences: Array
    strength: float

    affine_maximizer = True

    def __init__(self, values: ArrayLike, divergences: ArrayLike, strength: float) -> None:
        table, costs = np.atleast_2d(_floats("values", values)), _floats("divergences", divergences)
        if table.ndim != 2 or table.size == 0 or costs.shape != (table.shape[0],):
            raise InvalidInput(
                f"menu: values of shape {table.shape} and {costs.size} divergences. Give one "
                "row of values (one a group) and one divergence for each of at least one model."
            )
        refuse_not_finite(table, "values")
        refuse_not_finite(costs, "divergences")
        if costs.min() < 0:
            entry = int(costs.argmin())
            raise InvalidInput(
                f"menu entry {entry}: divergence {costs[entry]:g} is negative. A divergence from "
                "the reference is at least 0."
            )
        for name, array in (("values", table), ("divergences", costs)):
            array = array.copy()
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        object.__setattr__(self, "strength", checked_strength(strength))

    @classmethod
    def of_models(
        cls, models: ArrayLike, game: Game, divergence: Divergence | str, strength: float
    ) -> FiniteMenu:
        """Return the menu of models (entries, outcomes) as a game's groups report them.

        Raises
        ------
        InvalidInput
            If a model is not a distribution over the game's outcomes.

        Examples
        --------
        >>> import mdsolve as md
        >>> game = md.Game([0.5, 0.5], [[1.0, 0.0]])
        >>> md.FiniteMenu.of_models([[0.5, 0.5], [1.0, 0.0]], game, "l2", 1.0).values
        array([[0.5],
               [1. ]])
        """
        from mdsolve.value_function import ValueFunction

        rows = np.atleast_2d(_floats("models", models))
        if rows.ndim != 2 or rows.shape[1] != game.shape[1]:
            raise InvalidInput(
                f"menu: models of shape {rows.shape}, but the game has {game.shape[1]} outcomes. "
                "Give one row of probabilities for each model."
            )
        for entry, row in enumerate(rows):
            if not (row.min() >= 0.0 and abs(row.sum() - 1.0) <= SUM_TOLERANCE):
                raise InvalidInput(
                    f"menu entry {entry}: probabilities from {row.min():g} that sum to "
                    f"{row.sum():.12g}. They must be at least 0 and sum to 1."
                )
        phi = ValueFunction(game, resolve(divergence), checked_strength(strength))
        return cls(rows @ game.rewards.T, [phi.divergence_of(row) for row in rows], strength)

    def welfare(self, sizes: ArrayLike) -> Array:
        """Return Σ w_i V[k, i] − λ D[k] of every entry, (entries,), welfare units."""
        return self.values @ np.asarray(sizes, dtype=float) - self.strength * self.divergences

    def choose(self, sizes: ArrayLike) -> int:
        """Return the entry chosen; ties go to the earliest."""
        return int(self.welfare(sizes).argmax())

    def train(
        self, game: Game, *, solver: str = "auto", tolerance: float = inf, constraints: Any = ()
    ) -> Training:
        """Return the choice as a model over the menu's entries.

        Parameters
        ----------
        game : Game
            Gives the sizes; its groups are the menu's columns.
        solver, tolerance, constraints
            As for the other rules: there is one route, exact up to rounding, and no constraint
            can be added to a menu (leave the entry out).
        """
        self._check(game, constraints)
        scores = self.welfare(game.sizes)
        chosen = int(scores.argmax())
        size = float(np.abs(self.values).max() * game.sizes.sum())
        slack = EPS * (4.0 + game.sizes.size) * max(size, self.strength * self.divergences.max())
        best = float(scores[chosen])
        model = np.zeros(scores.size)
        model[chosen] = 1.0
        return Training(model, best - slack, best + slack, best, game.sizes, "finite_menu")

    def reported(self, group: int, values: ArrayLike) -> FiniteMenu:
        """Return the menu with one group's column of values replaced."""
        table, column = np.array(self.values), _floats("values", values)
        if column.shape != table.shape[:1]:
            raise InvalidInput(
                f"menu: reported values of shape {column.shape} for {table.shape[0]} entries. Give "
                "one value for each entry."
            )
        table[:, group] = column
        return FiniteMenu(table, self.divergences, self.strength)

    def _check(self, game: Game, constraints: Any) -> None:
        if game.sizes.size != self.values.shape[1]:
            raise InvalidInput(
                f"menu: values for {self.values.shape[1]} groups, but the game has "
                f"{game.sizes.size}. Give one column of values for each group."
            )
        if callable(constraints) or len(constraints) > 0:
            raise InvalidInput(
                "constraints: a finite menu takes none. Leave out the entries that are not allowed."
            )

    def __repr__(self) -> str:
        entries, groups = self.values.shape
        return f"FiniteMenu({entries} models, {groups} groups, strength={self.strength:g})"


def _floats(name: str, given: ArrayLike) -> Array:
    try:
        return np.asarray(given, dtype=float)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"menu: {name} are not an array of numbers ({error}).") from error


def refuse_not_finite(array: Array, name: str) -> None:
    """Refuse NaN and infinities, naming the first entry."""
    bad = np.argwhere(~np.isfinite(array))
    if bad.size:
        place = tuple(int(k) for k in bad[0])
        raise InvalidInput(
            f"menu: {name}{list(place)} is {array[place]}. Values and divergences must be finite: "
            "leave the entry out."
        )
