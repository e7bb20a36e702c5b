"""What a solver said of a program, and nothing that was concluded from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: what a solver may claim; ``none`` where it gave up or said nothing
CLAIMS = ("optimal", "infeasible", "unbounded", "inaccurate", "none")


@dataclass(frozen=True, eq=False)
class Answer:
    """A solver's points and its claim.

    Attributes
    ----------
    claim : str
        One of `CLAIMS`: ``"inaccurate"`` is a point that the solver itself does not stand by.
    x : (variables,) array or None
        A point; for ``"unbounded"`` the direction along which the objective improves for ever.
    y : (rows,) array or None
        Prices of the program's own rows, in the dual cones, of the program as a minimum:
        Px + c + Aᵀy is 0, or what the bounds of x bear; for ``"infeasible"`` a Farkas ray.
    iterations : int or None
    message : str
        The solver's own words.
    details : dict
        Whatever else it told, as numbers and words.
    """

    claim: str
    x: Array | None = None
    y: Array | None = None
    iterations: int | None = None
    message: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def numbers(given: Any) -> Array:
    """Return numbers as an array of doubles: one that is not real is none (nan).

    Raises
    ------
    TypeError, ValueError
        If they are no numbers.
    """
    found: Any = np.asarray(given)
    if np.iscomplexobj(found):
        found = np.where(found.imag == 0.0, found.real, np.nan)
    return np.asarray(found, dtype="<f8")
