"""The Conic Benchmark Format, versions 1 to 4: min or max c·x + constant, A x + b ∈ K, x ∈ K'.

Its exponential cone is {(x₁, x₂, x₃): x₁ ≥ x₂ exp(x₃/x₂), x₂ ≥ 0}: the triple of SCS and Clarabel
read backwards (ECOS has (x₃, x₁, x₂)). Q is t ≥ ‖x‖, and QR is 2 x₁ x₂ ≥ ‖x₃...‖², which is
‖(x₁ − 2 x₂, 2 x₃...)‖ ≤ x₁ + 2 x₂, with no root of two to round.

CBF has neither bounds but 0 nor quadratic objectives: others become rows, and a diagonal one
Σ P_jj s_j with (s_j, 1, x_j) in QR, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.cones import EXPONENTIAL, NONNEGATIVE, SECOND_ORDER, ZERO
from mdsolve.benchmark.formats.faults import shortest
from mdsolve.benchmark.program import ConicProgram
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]

_WORDS = {ZERO: "L=", NONNEGATIVE: "L+", SECOND_ORDER: "Q", EXPONENTIAL: "EXP"}


def text(program: ConicProgram) -> str:
    """Return a program in the Conic Benchmark Format.

    Raises
    ------
    InvalidInput
        If its quadratic objective is not diagonal: no exact cones state it.
    """
    return "\n".join(_lines(program)) + "\n"


def _lines(program: ConicProgram) -> Iterator[str]:
    width = program.objective.size
    square = _diagonal(program)
    bent = np.flatnonzero(square)
    place, left, right = _entries(program)
    sides, domains = [*program.sides.tolist()], [_domain(*cone) for cone in program.cones]
    for j, low, high in _limits(program):
        place.append(len(sides))
        left.append(j)
        right.append(1.0 if high is None else -1.0)
        sides.append(-low if high is None else high)
        domains.append("L+ 1")
    for k, j in enumerate(bent.tolist()):
        first = len(sides)
        place += [first, first + 2]
        left += [width + k, j]
        right += [1.0, 1.0]
        sides += [0.0, 1.0, 0.0]
        domains.append("QR 3")
    yield from ("VER", "3", "", "OBJSENSE", "MAX" if program.maximize else "MIN")
    kinds = _runs([*(_sign(program, j) for j in range(width)), *["F"] * bent.size])
    yield from ("", "VAR", f"{width + bent.size} {len(kinds)}", *kinds)
    if sides:
        yield from ("", "CON", f"{len(sides)} {len(domains)}", *domains)
    cost = np.concatenate([program.objective, square[bent]])
    used = np.flatnonzero(cost)
    yield from ("", "OBJACOORD", str(used.size), *(f"{j} {shortest(cost[j])}" for j in used))
    if program.constant:
        yield from ("", "OBJBCOORD", shortest(program.constant))
    if place:
        cells = zip(place, left, right, strict=True)
        yield from ("", "ACOORD", str(len(place)))
        yield from (f"{i} {j} {shortest(a)}" for i, j, a in cells)
    given = [(i, side) for i, side in enumerate(_reversed(program, sides)) if side]
    if given:
        yield from ("", "BCOORD", str(len(given)), *(f"{i} {shortest(b)}" for i, b in given))


def _entries(program: ConicProgram) -> tuple[list[int], list[int], list[float]]:
    """Return rows, columns and coefficients of b − A x, triples in the format's order."""
    table = program.matrix.tocoo()
    order = _order(program)
    rows = np.argsort(order)[table.coords[0]]
    return rows.tolist(), table.coords[1].tolist(), (-table.data).tolist()


def _order(program: ConicProgram) -> NDArray[np.int64]:
    """Return which row of the program stands at each place of the file."""
    order, start = np.arange(program.shape[0]), 0
    for kind, count in program.cones:
        if kind == EXPONENTIAL:
            order[start : start + count] = order[start : start + count][::-1]
        start += count
    return order


def _reversed(program: ConicProgram, sides: list[float]) -> list[float]:
    rows = program.shape[0]
    return [*np.array(sides[:rows])[_order(program)].tolist(), *sides[rows:]]


def _domain(kind: str, count: int) -> str:
    return f"{_WORDS[kind]} {count}"


def _sign(program: ConicProgram, j: int) -> str:
    low, high = program.lower[j], program.upper[j]
    return "L=" if low == high == 0.0 else "L+" if low == 0.0 else "L-" if high == 0.0 else "F"


def _limits(program: ConicProgram) -> Iterator[tuple[int, float, float | None]]:
    """Yield the bounds that no sign states: (variable, lower, None) or (variable, 0, upper)."""
    for j, (low, high) in enumerate(
        zip(program.lower.tolist(), program.upper.tolist(), strict=True)
    ):
        sign = _sign(program, j)
        if np.isfinite(low) and sign not in ("L+", "L="):
            yield j, low, None
        if np.isfinite(high) and sign not in ("L-", "L="):
            yield j, 0.0, high


def _runs(kinds: list[str]) -> list[str]:
    found: list[tuple[str, int]] = []
    for kind in kinds:
        count = found.pop()[1] if found and found[-1][0] == kind else 0
        found.append((kind, count + 1))
    return [f"{kind} {count}" for kind, count in found]


def _diagonal(program: ConicProgram) -> Array:
    """Return the diagonal of a quadratic objective, or refuse one that is more."""
    if program.quadratic is None:
        return np.zeros(program.objective.size)
    table = program.quadratic.tocoo()
    if (table.coords[0] != table.coords[1]).any():
        raise InvalidInput(
            "quadratic objective: it is not diagonal, so no cones in exact numbers state it. "
            "Write .mps, which has quadratic objectives."
        )
    diagonal = program.quadratic.diagonal()
    if ((-diagonal if program.maximize else diagonal) < 0.0).any():
        raise InvalidInput("quadratic objective: it is not convex, so no cones state it.")
    return diagonal
