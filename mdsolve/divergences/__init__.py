"""Divergences that keep a trained model near its reference: one convex function a file.

A new one is a subclass of :class:`Divergence` in its own file and one line of the registry.
"""

from __future__ import annotations

from mdsolve.divergences.base import Divergence, Step
from mdsolve.divergences.chi_squared import ChiSquared
from mdsolve.divergences.forward_kl import ForwardKL
from mdsolve.divergences.hellinger import Hellinger
from mdsolve.divergences.jensen_shannon import JensenShannon
from mdsolve.divergences.kl import KL
from mdsolve.divergences.squared_l2 import SquaredL2
from mdsolve.errors import InvalidInput

DIVERGENCES: dict[str, type[Divergence]] = {
    kind.name: kind for kind in (KL, SquaredL2, ChiSquared, ForwardKL, Hellinger, JensenShannon)
}


def divergence(given: Divergence | type[Divergence] | str) -> Divergence:
    """Return the divergence given as itself, as its class or by name.

    Raises
    ------
    InvalidInput
        If there is none of that name, or the one asked for cannot carry the theory.

    Examples
    --------
    >>> divergence("kl")
    KL()
    """
    if isinstance(given, Divergence):
        return given
    if isinstance(given, type) and issubclass(given, Divergence):
        return given()
    name = str(given).lower().replace("_", "-")
    if name in ("tv", "total-variation"):
        raise InvalidInput(
            f"divergence {given!r}: total variation is refused: its conjugate is piecewise linear, "
            "so the trained model is not unique, and payments of one model need not fit another. "
            f"Choose one of {', '.join(DIVERGENCES)}."
        )
    if name not in DIVERGENCES:
        raise InvalidInput(
            f"divergence {given!r}: there is none of that name. "
            f"Choose one of {', '.join(DIVERGENCES)}."
        )
    return DIVERGENCES[name]()


__all__ = [
    "DIVERGENCES",
    "ChiSquared",
    "Divergence",
    "ForwardKL",
    "Hellinger",
    "JensenShannon",
    "KL",
    "SquaredL2",
    "Step",
    "divergence",
]
