"""Egalitarian welfare min_i v_i − λD, which lifts whoever is worst off."""

from __future__ import annotations

from mdsolve import welfare
from mdsolve.divergences import Divergence
from mdsolve.training_rules.base import TrainingRule


class Egalitarian(TrainingRule):
    """min_i v_i − λD; not strictly increasing, so outside Assumption 3.2 of [S].

    Parameters
    ----------
    divergence : Divergence or str
    strength : float
        λ > 0, reward units: sizes do not matter.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], sizes=[9, 1])
    >>> md.Egalitarian("l2", 0.1).train(game).model.round(12)
    array([0.5, 0.5])
    """

    def __init__(self, divergence: Divergence | str, strength: float) -> None:
        super().__init__(divergence, strength, welfare.Egalitarian())
