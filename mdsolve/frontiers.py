"""The frontier of a rule: what welfare is bought at what divergence, over strengths λ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.training_rules import TrainingRule

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frontier:
    """Models of one rule over strengths, as what they give and what they cost.

    Attributes
    ----------
    strengths : (strengths,) array
        λ, welfare units.
    welfare : (strengths,) array
        G(v), without the divergence (welfare units).
    divergence : (strengths,) array
        D(π‖π0).
    values : (strengths, groups) array
        <r_i, π> (reward units).
    lower, upper : (strengths,) arrays
        Brackets of each optimum (welfare units).
    models : (strengths, outcomes) array
    groups : sequence of str
    """

    strengths: Array
    welfare: Array
    divergence: Array
    values: Array
    lower: Array
    upper: Array
    models: Array
    groups: Sequence[str]

    def __repr__(self) -> str:
        return (
            f"Frontier({self.strengths.size} strengths from {self.strengths.min():g} to "
            f"{self.strengths.max():g}; welfare {self.welfare.min():.4g} to "
            f"{self.welfare.max():.4g}, divergence {self.divergence.min():.3g} to "
            f"{self.divergence.max():.3g})"
        )


def frontier(rule: TrainingRule, game: Game, strengths: Iterable[float]) -> Frontier:
    """Return the rule's models over strengths.

    Parameters
    ----------
    rule : TrainingRule
        Its own strength does not matter.
    game : Game
    strengths : iterable of float

    Raises
    ------
    InvalidInput
        If there are no strengths, one is not positive and finite, or the rule has none.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0]])
    >>> frontier(md.SocialWelfare("l2", 1.0), game, [1.0, 2.0]).welfare
    array([0.75 , 0.625])
    """
    if not isinstance(rule, TrainingRule):
        raise InvalidInput(
            f"rule: {rule!r} has no strength to vary. Pass a rule such as SocialWelfare."
        )
    if not isinstance(strengths, Iterable):
        raise InvalidInput(f"strengths: {strengths!r} is a single one. Pass several, such as [1].")
    rules = [rule.at_strength(strength) for strength in strengths]
    if not rules:
        raise InvalidInput("strengths: there are none. Give at least one λ > 0.")
    trainings = [each.train(game) for each in rules]
    phis = [each.value_function(game) for each in rules]
    models = np.stack([training.model for training in trainings])
    values = np.asarray(models @ game.rewards.T)
    return Frontier(
        np.array([each.strength for each in rules]),
        np.array([rule.welfare.value(row, game.sizes) for row in values]),
        np.array([phi.divergence_of(model) for phi, model in zip(phis, models, strict=True)]),
        values,
        np.array([training.lower for training in trainings]),
        np.array([training.upper for training in trainings]),
        models,
        game.groups,
    )
