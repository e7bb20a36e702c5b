"""A payment turns a trained model into transfers: what each group pays, in welfare units."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mdsolve.arrays import PerGroup
from mdsolve.games import Game
from mdsolve.games.domains import Domain
from mdsolve.games.validation import read_only
from mdsolve.training_rules import Training
from mdsolve.value_function import ValueFunction

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Floor:
    """What a group's presence is worth at least, whatever its type.

    Attributes
    ----------
    group : str
    lower, upper : float
        Bracket of b = min over (r', w') of Φ(c₋ᵢ + w' r') − Φ(c₋ᵢ), welfare units.
    value_lower, value_upper : float
        Bracket of min Φ(c₋ᵢ + w' r') itself (welfare units).
    report : (outcomes,) array
        r', the report that attains it.
    size : float
        w', the smallest of the sizes.
    model : (outcomes,) array
        π, the dual point that proves it.
    method : str
        What was run.
    function, domain, group_index
        Φ of the game, the domain and the group's position, so that it can be certified.
    """

    group: str
    lower: float
    upper: float
    value_lower: float
    value_upper: float
    report: Array
    size: float
    model: Array
    method: str
    function: ValueFunction | None = field(default=None, compare=False)
    domain: Domain | None = field(default=None, compare=False)
    group_index: int | None = field(default=None, compare=False)

    @property
    def value(self) -> float:
        """The middle of b's bracket (welfare units)."""
        return 0.5 * (self.lower + self.upper)

    @property
    def gap(self) -> float:
        """Width of b's bracket (welfare units)."""
        return self.upper - self.lower

    def __repr__(self) -> str:
        return (
            f"Floor({self.group!r}: b in [{self.lower:.12g}, {self.upper:.12g}] at size "
            f"{self.size:g}, by {self.method})"
        )


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
    floors : tuple of Floor
        The part of each payment that no report can change, where a payment has one.
    """

    training: Training
    payments: PerGroup
    utilities: PerGroup
    payment_lower: PerGroup
    payment_upper: PerGroup
    exact: bool
    floors: tuple[Floor, ...] = ()

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
