"""Social welfare over models that are given with each game: max over its menu of Σ w_i v_i − λD.

Its range is fixed before anybody reports, so it is an affine maximizer as every finite menu is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from numpy.typing import ArrayLike

from mdsolve.divergences import Divergence
from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.training_rules.base import TrainingRule
from mdsolve.training_rules.finite_menu import FiniteMenu
from mdsolve.welfare import Social


@dataclass(frozen=True, init=False, repr=False)
class MenuWelfare(TrainingRule):
    """Choose, for each game of a batch, from the models in its ``menu``.

    Parameters
    ----------
    divergence : Divergence or str
    strength : float
        λ > 0, welfare units.

    Examples
    --------
    >>> import mdsolve as md
    >>> batch = md.Batch([0, 2], [0.5, 0.5], [[1.0, 0.0]], menu={"as it was": [0.5, 0.5],
    ...                                                          "tuned": [0.9, 0.1]})
    >>> outcome = md.solve_batch(batch, md.Mechanism(MenuWelfare("l2", 1.0), md.AffineMaximizer()))
    >>> outcome.chosen, outcome.model
    (['tuned'], array([0.9, 0.1]))
    """

    affine_maximizer = True

    def __init__(self, divergence: Divergence | str, strength: float) -> None:
        super().__init__(divergence, strength, Social())

    def on(self, models: ArrayLike, game: Game) -> FiniteMenu:
        """Return the menu of one game's models (entries, outcomes), as its groups report them."""
        return FiniteMenu.of_models(models, game, self.divergence, self.strength)

    def value_function(self, game: Game) -> NoReturn:
        """Refuse a game by itself, which has no menu.

        Raises
        ------
        InvalidInput
            Always: `on` gives the rule of one game.
        """
        raise InvalidInput(
            f"rule {self!r}: its models come with the games of a Batch(..., menu=...). For one "
            "game use FiniteMenu.of_models(models, game, divergence, strength)."
        )
