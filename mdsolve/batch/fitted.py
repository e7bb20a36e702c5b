"""What every engine finds for a block of games, and what is charged for it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.batch.moves import Moves
from mdsolve.batch.segments import Array


@dataclass(frozen=True, eq=False)
class Fitted:
    """Models of many games and what their groups pay: (cells,), (games,) and (groups, games).

    ``pivots`` are the points without each group, (groups · cells,), where the engine has them.
    """

    model: Array
    lower: Array
    upper: Array
    values: Array
    payments: Array
    utilities: Array
    pivots: Moves | None = None


@dataclass(frozen=True, eq=False)
class Charged:
    """A block's games as `BatchOutcome` keeps them, and in which of them that is sure.

    ``sure`` tells which games' numbers are known to rounding; the others are to be run alone.
    """

    fitted: Fitted
    payment_lower: Array
    payment_upper: Array
    sure: NDArray[np.bool_]
    floor_lower: Array | None = None
    floor_upper: Array | None = None
    choice: Any = None

    def column(self, name: str) -> Array:
        """Return what `BatchOutcome` calls by this name."""
        return getattr(self if name in _OWN else self.fitted, name)


_OWN = frozenset(field.name for field in fields(Charged))
