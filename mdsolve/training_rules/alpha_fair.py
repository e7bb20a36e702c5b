"""α-fair welfare Σ w_i v_i^{1−α}/(1−α) − λD, from social (α = 0) by Nash (1) to egalitarian."""

from __future__ import annotations

from mdsolve import welfare
from mdsolve.divergences import Divergence
from mdsolve.training_rules.base import TrainingRule


class AlphaFair(TrainingRule):
    """Σ w_i v_i^{1−α}/(1−α) − λD, for rewards ≥ 0 that are not all zero in any group.

    Parameters
    ----------
    divergence : Divergence or str
    strength : float
        λ > 0, welfare units.
    alpha : float
        Aversion to inequality, finite and ≥ 0.

    Examples
    --------
    >>> import mdsolve as md
    >>> md.AlphaFair("kl", 1.0, alpha=2.0)
    AlphaFair(KL(), strength=1, alpha=2)
    """

    def __init__(self, divergence: Divergence | str, strength: float, alpha: float) -> None:
        super().__init__(divergence, strength, welfare.AlphaFair(alpha))
        self.__dict__["alpha"] = float(alpha)

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, alpha={self.__dict__['alpha']:g})"

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) is True and self.__dict__["alpha"] == vars(other)["alpha"]

    def __hash__(self) -> int:
        return hash((type(self), self.divergence, self.strength, self.__dict__["alpha"]))
