"""Social welfare Σ w_i v_i − λD: the model is ∇Φ at the combined reward ([S] Def 4.1)."""

from __future__ import annotations

from mdsolve.divergences import Divergence
from mdsolve.games import Game
from mdsolve.training_rules.base import TrainingRule
from mdsolve.training_rules.training import Training, trained
from mdsolve.welfare import Social


class SocialWelfare(TrainingRule):
    """Σ w_i v_i − λD, an affine maximizer: payments make truth a dominant strategy.

    Parameters
    ----------
    divergence : Divergence or str
    strength : float
        λ > 0, welfare units.

    Examples
    --------
    >>> import mdsolve as md
    >>> md.SocialWelfare("kl", 0.1)
    SocialWelfare(KL(), strength=0.1)
    """

    affine_maximizer = True

    def __init__(self, divergence: Divergence | str, strength: float) -> None:
        super().__init__(divergence, strength, Social())

    def _fast(self, game: Game, engine: str) -> Training:
        return trained(self.value_function(game).solve(engine=engine))
