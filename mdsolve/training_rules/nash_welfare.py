"""Nash welfare Σ w_i log v_i − λD, which no group can be left out of."""

from __future__ import annotations

from mdsolve.divergences import Divergence
from mdsolve.training_rules.base import TrainingRule
from mdsolve.welfare import Nash


class NashWelfare(TrainingRule):
    """Σ w_i log v_i − λD, for rewards ≥ 0 that are not all zero in any group.

    Parameters
    ----------
    divergence : Divergence or str
    strength : float
        λ > 0, welfare units.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> md.NashWelfare("kl", 1.0).train(game).model.round(12)
    array([0.5, 0.5])
    """

    def __init__(self, divergence: Divergence | str, strength: float) -> None:
        super().__init__(divergence, strength, Nash())
