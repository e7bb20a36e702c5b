"""How far a model moves when reports do: max|π − π'| against D = max|c − c'| ([S] Prop 4.4).

KL: the paper asks D ≤ (λ/2) log(1 + ε); the change is at most tanh(D/2λ), attained. Squared L2 and
χ²: the paper asks D ≤ λε; the change is at most (D/λ)(1 − 1/m) for L2 and D/4λ for χ², attained.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, exp, inf, isfinite, log, log1p, tanh

from mdsolve.divergences import Divergence
from mdsolve.divergences import divergence as resolve
from mdsolve.errors import InvalidInput
from mdsolve.training_rules.training import checked_strength

SOURCES = ("paper", "sharp")
#: the divergences of Prop 4.4, of both versions
COVERED = ("kl", "l2", "chi2")


@dataclass(frozen=True)
class Continuity:
    """One constant of Prop 4.4: a social-welfare model's change against the reports' distance.

    Parameters
    ----------
    divergence : Divergence or str
        KL, squared L2 or χ².
    strength : float
        λ > 0, welfare units.
    source : str
        ``"sharp"``: no smaller bound holds for all games; ``"paper"``: as [S] proves it.
    outcomes : int, optional
        m, which the sharp constant of L2 depends on; the limit m → ∞ by default.

    Raises
    ------
    InvalidInput
        If the divergence has no such constant, or the source is unknown.

    Examples
    --------
    >>> paper, sharp = (Continuity("kl", 0.5, source) for source in ("paper", "sharp"))
    >>> paper.distance(0.1), sharp.distance(0.1)
    (0.0238..., 0.1003...)
    """

    divergence: Divergence | str
    strength: float
    source: str = "sharp"
    outcomes: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "divergence", resolve(self.divergence))
        object.__setattr__(self, "strength", checked_strength(self.strength))
        if self.source not in SOURCES:
            raise InvalidInput(f'source: {self.source!r} is unknown. Choose "paper" or "sharp".')
        if self.outcomes is not None and self.outcomes < 1:
            raise InvalidInput(f"outcomes: {self.outcomes!r}. Give their number, at least 1.")
        if self._name not in COVERED:
            raise InvalidInput(
                f"divergence {self._name!r}: no constant bounds the change of its models whatever "
                f"the reference. [S] Prop 4.4 is about {', '.join(COVERED)}: use one of those."
            )

    def change(self, distance: float) -> float:
        """Return the most that any probability changes when no combined reward changes by more.

        Parameters
        ----------
        distance : float
            D = max_x ``|c(x) − c'(x)|`` ≥ 0, welfare units.
        """
        ratio = _at_least("distance", distance, 0.0) / self.strength
        if self._name == "kl":
            return tanh(0.5 * ratio) if self.source == "sharp" else _paper_kl(ratio)
        return ratio * self._slope

    def distance(self, change: float) -> float:
        """Return how far combined rewards may change before a probability changes by more.

        Parameters
        ----------
        change : float
            ε > 0, a probability.
        """
        epsilon = _at_least("change", change, 0.0)
        if self._name == "kl":
            if self.source == "paper":
                return 0.5 * self.strength * log1p(epsilon)
            return 2.0 * self.strength * atanh(epsilon) if epsilon < 1.0 else inf
        return self.strength * epsilon / self._slope if self._slope else inf

    @property
    def _name(self) -> str:
        assert isinstance(self.divergence, Divergence)
        return self.divergence.name

    @property
    def _slope(self) -> float:
        """The change per D/λ, for the two divergences whose models move linearly."""
        if self.source == "paper":
            return 1.0
        if self._name == "chi2":
            return 0.25
        return 1.0 if self.outcomes is None else 1.0 - 1.0 / self.outcomes


def _paper_kl(ratio: float) -> float:
    return exp(2.0 * ratio) - 1.0 if ratio < 0.5 * log(2.0) else 1.0


def _at_least(name: str, number: float, least: float) -> float:
    if isfinite(number) and number >= least:
        return float(number)
    raise InvalidInput(f"{name}: {number!r} is not a finite number ≥ {least:g}.")
