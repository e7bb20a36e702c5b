"""The least increment of Φ, with the report that makes it and the model that proves it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Increment:
    """b = min Φ(c + w' r') − Φ(c), bracketed.

    Attributes
    ----------
    lower, upper : float
        Bracket of b (welfare units).
    report : (outcomes,) array
        r', which makes the increment at most ``upper``.
    model : (outcomes,) array
        π, which as a dual point makes it at least ``lower``.
    method : str
        What was run.
    """

    lower: float
    upper: float
    report: Array
    model: Array
    method: str

    @property
    def value(self) -> float:
        """The middle of the bracket."""
        return 0.5 * (self.lower + self.upper)


def bracketed(value: float, error: float, report: Array, model: Array, method: str) -> Increment:
    """Return an increment known up to an error; it is never negative."""
    return Increment(max(0.0, value - error), value + error, report, model, method)
