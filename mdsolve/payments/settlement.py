"""A payment turns a trained model into transfers: what each group pays, in welfare units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mdsolve.arrays import PerGroup
from mdsolve.games import Game
from mdsolve.games.validation import read_only
from mdsolve.training_rules import Training

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Settlement:
    """What groups pay for the model that was returned.

    Attributes
    ----------
    training : Training
    payments, utilities : (groups,) arrays
        What each group pays, and w_i <r_i, π> less that (welfare units).
    payment_lower, payment_upper : (groups,) arrays
        Interval of each payment, from the brackets of the main solve and of each pivot's.
    exact : bool
        The model is solved to rounding, so a misreport loses exactly a Bregman divergence.
    """

    training: Training
    payments: PerGroup
    utilities: PerGroup
    payment_lower: PerGroup
    payment_upper: PerGroup
    exact: bool

    def __post_init__(self) -> None:
        for name in ("payments", "utilities", "payment_lower", "payment_upper"):
            object.__setattr__(self, name, read_only(getattr(self, name)))


class Payment(Protocol):
    """Anything that can settle a game under a rule."""

    def settle(
        self, rule: Any, game: Game, *, solver: str, tolerance: float, constraints: Any
    ) -> Settlement:
        """Train and charge."""
        ...

    def regret(self, rule: Any, game: Game, group: int, reward: Array, size: float) -> float:
        """Return the utility lost by a misreport, for an exact settlement."""
        ...
