"""The cones of a program, one line each: what lies in them, and what lies in their duals.

zero {0}; nonnegative; second-order t ≥ ‖x‖ as (t, x); exponential y e^{x/y} ≤ z as (x, y, z).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mdsolve.errors import InvalidInput

ZERO, NONNEGATIVE, SECOND_ORDER, EXPONENTIAL = (
    "zero",
    "nonnegative",
    "second-order",
    "exponential",
)
#: in the order in which solvers want them
CONES = (ZERO, NONNEGATIVE, SECOND_ORDER, EXPONENTIAL)
#: an exponential cone is always a triple
TRIPLE = 3


class Cone(NamedTuple):
    """A cone and the number of consecutive rows that lie in it.

    Rows of the zero and the nonnegative cone stand for themselves; those of a second-order cone are
    one cone; an exponential cone is three rows, so that n cones side by side are n `Cone` entries.
    """

    kind: str
    rows: int


def checked_cones(cones: Iterable[tuple[str, int]], rows: int) -> tuple[Cone, ...]:
    """Return cones that cover the rows of a program, or refuse them.

    Raises
    ------
    InvalidInput
        Naming the cone, what is wrong with it and the remedy.
    """
    found = [Cone(str(kind), int(count)) for kind, count in cones]
    for place, (kind, count) in enumerate(found):
        if kind not in CONES:
            raise InvalidInput(
                f"cone {place}: {kind!r} is none that is known. Choose one of {', '.join(CONES)}."
            )
        if count < 1:
            raise InvalidInput(f"cone {place} ({kind}): {count} rows. Leave out an empty cone.")
        if kind == EXPONENTIAL and count != TRIPLE:
            raise InvalidInput(
                f"cone {place} (exponential): {count} rows, but each is a triple (x, y, z) with "
                "y exp(x/y) <= z. List one cone a triple."
            )
    total = sum(count for _, count in found)
    if total != rows:
        raise InvalidInput(
            f"cones: they cover {total} rows, but the matrix has {rows}. Give every row its cone."
        )
    return tuple(_merged(found))


def _merged(cones: list[Cone]) -> list[Cone]:
    """Return runs of single rows as one entry: a program has one way to list its cones."""
    found: list[Cone] = []
    for cone in cones:
        if found and cone.kind == found[-1].kind in (ZERO, NONNEGATIVE):
            cone = Cone(cone.kind, found.pop().rows + cone.rows)
        found.append(cone)
    return found
