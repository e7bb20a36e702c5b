"""What a search over finite type sets found: the worst regrets and who has them ([B] Def 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Deviation:
    """The best misreport of one agent, at the true profile where it gains most.

    Attributes
    ----------
    agent : int
    gain : float
        Over the truth (welfare units).
    types, signals : list
        The true profile.
    report : (type, signal)
        What to report instead.
    """

    agent: int
    gain: float
    types: list[Any]
    signals: list[Any]
    report: tuple[Any, Any]

    def __repr__(self) -> str:
        theta, signal = self.report
        return (
            f"<agent {self.agent} gains {self.gain:.6g} by reporting ({_shown(theta)}, {signal}) "
            f"at types [{', '.join(map(_shown, self.types))}], signals {self.signals}>"
        )


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """The regret of truth on finite type sets.

    Attributes
    ----------
    regrets : list of (signals, types) array, one an agent
        For each own true type the most that any report gains, over the others' profiles.
    worst : list of Deviation, one an agent
    checked, profiles : int
        Profiles of others that were tried, of how many.
    """

    regrets: list[Array]
    worst: list[Deviation]
    checked: int
    profiles: int

    @property
    def epsilon(self) -> float:
        """The largest regret: truth is an ε-posterior equilibrium of what was checked."""
        return max(0.0, *(each.gain for each in self.worst))

    @property
    def complete(self) -> bool:
        """Every profile was tried."""
        return self.checked == self.profiles

    def __repr__(self) -> str:
        seen = "all" if self.complete else f"{self.checked} of"
        return f"<ε = {self.epsilon:.6g} over {seen} {self.profiles} profiles of others>"


def _shown(theta: Any) -> str:
    """Return a type as it is, or a table of rewards by its shape."""
    return f"table {np.shape(theta)}" if np.ndim(theta) else str(theta)
