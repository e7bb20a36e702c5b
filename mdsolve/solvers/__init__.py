"""Algorithms, one a file, that return witnesses and never judge themselves.

``SOLVERS`` is the only registry: a new one is a file and a line.
"""

from __future__ import annotations

from mdsolve.errors import InvalidInput
from mdsolve.solvers.conic import CONIC_SOLVERS

SOLVERS: dict[str, str] = {
    "auto": "the fastest route that reaches the tolerance, then the next",
    "exponential": "KL's closed form, fused over all groups",
    "multiplier": "the scalar dual of any divergence",
    "welfare_dual": "Newton on the groups' weights, over whichever of the two suits",
    "conic": "the first conic solver whose bracket is good enough",
    **{name: f"the disciplined convex program by {name}" for name in CONIC_SOLVERS},
}


def require(name: str) -> None:
    """Refuse a solver that is not in the registry.

    Raises
    ------
    InvalidInput
        Naming those that are.
    """
    if name not in SOLVERS:
        raise InvalidInput(
            f"solver {name!r}: there is none of that name. Choose one of {', '.join(SOLVERS)}."
        )
