"""Small problems whose optima are known by hand, for races and judges under test."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from mdsolve.benchmark.problem import Problem, Statement
from mdsolve.benchmark.program import ConicProgram

NONNEGATIVE, ZERO = "nonnegative", "zero"


def known(
    name: str, program: ConicProgram, status: str, value: float = inf, scale: float = 1.0
) -> Problem:
    ends = (value, value) if status == "optimal" else (-inf, inf)
    return Problem(
        name, "by-hand", ("test",), lambda: Statement(program, scale=scale), status, *ends
    )


def linear(factor: float = 1.0) -> ConicProgram:
    """Return min x + y over x + 2y ≥ 2, x, y ≥ 0: 1 at (0, 1), price 1/2."""
    return ConicProgram(
        [factor, factor], [[-factor, -2 * factor]], [-2 * factor], [(NONNEGATIVE, 1)], lower=0.0
    )


def largest() -> ConicProgram:
    """Return max 3x + 2y over x + y ≤ 4, x ≤ 3, y ≥ 0: 11 at (3, 1)."""
    return ConicProgram(
        [3.0, 2.0],
        [[1.0, 1.0]],
        [4.0],
        [(NONNEGATIVE, 1)],
        lower=[-inf, 0.0],
        upper=[3.0, inf],
        maximize=True,
    )


def quadratic() -> ConicProgram:
    """Return min ½(x² + y²) over x + y = 1: 1/4 at (1/2, 1/2), price −1/2."""
    return ConicProgram(
        [0.0, 0.0], [[1.0, 1.0]], [1.0], [(ZERO, 1)], quadratic=[[1.0, 0.0], [0.0, 1.0]]
    )


def ball() -> ConicProgram:
    """Return min −x − y over ‖(x, y)‖ ≤ 1: −√2."""
    return ConicProgram(
        [-1.0, -1.0],
        [[0.0, 0.0], [-1.0, 0.0], [0.0, -1.0]],
        [1.0, 0.0, 0.0],
        [("second-order", 3)],
    )


def entropy() -> ConicProgram:
    """Return min z over e^1 ≤ z, as (1, 1, z) in the cone: e."""
    return ConicProgram([1.0], [[0.0], [0.0], [-1.0]], [1.0, 1.0, 0.0], [("exponential", 3)])


def cones() -> ConicProgram:
    """Return cones of each kind, interleaved, in a maximum.

    max −t − z over t ≥ ‖(3x, 4x)‖ = 5x, x ≥ 1 and 2 e^{x/2} ≤ z: −5 − 2√e.
    """
    return ConicProgram(
        [-1.0, 0.0, -1.0],
        [
            [0.0, -1.0, 0.0],
            [0.0, 0.0, 0.0],
            [0.0, 0.0, -1.0],
            [0.0, -1.0, 0.0],
            [-1.0, 0.0, 0.0],
            [0.0, -3.0, 0.0],
            [0.0, -4.0, 0.0],
        ],
        [0.0, 2.0, 0.0, -1.0, 0.0, 0.0, 0.0],
        [("exponential", 3), (NONNEGATIVE, 1), ("second-order", 3)],
        maximize=True,
    )


def infeasible() -> ConicProgram:
    """Return x ≥ 2 and x ≤ 1."""
    return ConicProgram([1.0], [[-1.0], [1.0]], [-2.0, 1.0], [(NONNEGATIVE, 2)])


def unbounded() -> ConicProgram:
    """Return min −x over x ≥ 0."""
    return ConicProgram([-1.0], [[-1.0]], [0.0], [(NONNEGATIVE, 1)])


SQRT2 = 2.0**0.5
E1 = 2.718281828459045

PROBLEMS = {
    one.name: one
    for one in (
        known("linear", linear(), "optimal", 1.0),
        known("largest", largest(), "optimal", 11.0, 11.0),
        known("quadratic", quadratic(), "optimal", 0.25),
        known("ball", ball(), "optimal", -SQRT2),
        known("entropy", entropy(), "optimal", E1),
        known("infeasible", infeasible(), "infeasible"),
        known("unbounded", unbounded(), "unbounded"),
    )
}


def unknown(problem: Problem) -> Problem:
    return replace(problem, status="unknown", lower=-inf, upper=inf)
