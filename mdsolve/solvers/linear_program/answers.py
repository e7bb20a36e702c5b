"""Witnesses for a linear program, each judged from the program's own data.

Multipliers are shadow prices, y_i = d optimum / d b_i: for a minimum y ≥ 0 on ≥ rows and y ≤ 0 on ≤
rows, for a maximum the reverse. Then b·y + Σ_j min over its bounds of (c − yA)_j x_j bounds the
minimum from below, whatever the solver says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.precision import EPS
from mdsolve.solvers.linear_program.statement import LinearProgram

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LpSolution:
    """A point and multipliers.

    Attributes
    ----------
    program : LinearProgram
    x : (variables,) array
    y : (rows,) array
        Shadow prices, clipped to their signs.
    basis : tuple of two tuples of str, or None
        Status of each variable and of each row: basic, lower, upper, zero, nonbasic.
    objective : float
        c·x.
    lower, upper : float
        Bracket of the optimum from x and y, widened by its rounding; it holds up to `violation`,
        and where a variable lacks the bound that its reduced cost asks for, over points no larger
        than twice the largest entry of x.
    violation : float
        By how much x misses a row or a bound, at worst, in units of that row or bound.
    """

    program: LinearProgram = field(repr=False)
    x: Array
    y: Array
    basis: tuple[tuple[str, ...], tuple[str, ...]] | None = field(repr=False)
    objective: float = field(init=False)
    lower: float = field(init=False)
    upper: float = field(init=False)
    violation: float = field(init=False)

    def __post_init__(self) -> None:
        program, sign = self.program, -1.0 if self.program.maximize else 1.0
        prices = clipped(program, sign * self.y)
        cost = sign * program.objective
        reduced = cost - program.matrix.T @ prices
        reach = 2.0 * float(np.abs(self.x).max(initial=0.0))
        low = np.where(np.isfinite(program.lower), program.lower, -reach)
        high = np.where(np.isfinite(program.upper), program.upper, reach)
        terms = np.minimum(reduced * low, reduced * high)
        size = np.abs(program.bounds * prices).sum() + np.abs(terms).sum()
        size = float(size + np.abs(cost) @ np.abs(self.x))
        slack = EPS * (8.0 + sum(program.matrix.shape)) * size
        bound = float(program.bounds @ prices + terms.sum()) - slack
        value = float(cost @ self.x)
        ends = sorted((sign * bound, sign * float(value + slack)))
        for name, found in (
            ("y", sign * prices),
            ("objective", sign * value),
            ("lower", ends[0]),
            ("upper", ends[1]),
            ("violation", violation(program, self.x)),
        ):
            object.__setattr__(self, name, found)

    @property
    def gap(self) -> float:
        """Width of the bracket."""
        return self.upper - self.lower

    @property
    def verdict(self) -> str:
        """How sure the answer is: float residuals only."""
        return f"verified to {max(self.violation, self.gap):.2g}"


@dataclass(frozen=True, eq=False)
class FarkasRay:
    """Multipliers under which the rows contradict each other: there is no feasible point.

    Attributes
    ----------
    program : LinearProgram
    y : (rows,) array
        At least 0 on ≥ rows, at most 0 on ≤ rows; largest absolute entry 1.
    gap : float
        y·b less the largest y·Ax within the bounds: positive.
    residual : float
        Largest entry of yA, in size, of a variable that no bound stops: 0 in an exact ray.
    """

    program: LinearProgram = field(repr=False)
    y: Array
    gap: float = field(init=False)
    residual: float = field(init=False)

    def __post_init__(self) -> None:
        prices = clipped(self.program, self.y)
        prices = prices / max(float(np.abs(prices).max(initial=0.0)), 5e-324)
        row = self.program.matrix.T @ prices
        limits = np.where(row > 0.0, self.program.upper, self.program.lower)
        open_ended = ~np.isfinite(limits) & (row != 0.0)
        held = np.where(np.isfinite(limits), row, 0.0) @ np.where(np.isfinite(limits), limits, 0.0)
        gap = float(self.program.bounds @ prices - held)
        residual = float(np.abs(row[open_ended]).max(initial=0.0))
        for name, value in (("y", prices), ("gap", gap), ("residual", residual)):
            object.__setattr__(self, name, value)

    @property
    def verdict(self) -> str:
        """How sure the answer is."""
        return f"verified to {self.residual:.2g}"


@dataclass(frozen=True, eq=False)
class Ray:
    """A direction along which the objective improves for ever: there is no optimum.

    Attributes
    ----------
    program : LinearProgram
    direction : (variables,) array
        Largest absolute entry 1.
    point : (variables,) array
        Where to start.
    gain : float
        Improvement of the objective per step: positive.
    violation : float
        By how much a step leaves a row or a bound, at worst.
    """

    program: LinearProgram = field(repr=False)
    direction: Array
    point: Array
    gain: float = field(init=False)
    violation: float = field(init=False)

    def __post_init__(self) -> None:
        program = self.program
        step = self.direction / max(float(np.abs(self.direction).max(initial=0.0)), 5e-324)
        gain = float(program.objective @ step) * (1.0 if program.maximize else -1.0)
        leaves = np.concatenate(
            [
                _excess(program.senses, program.matrix @ step),
                np.where(np.isfinite(program.lower), -step, -inf),
                np.where(np.isfinite(program.upper), step, -inf),
            ]
        )
        missed = max(0.0, float(leaves.max(initial=-inf)))
        for name, value in (("direction", step), ("gain", gain), ("violation", missed)):
            object.__setattr__(self, name, value)

    def __str__(self) -> str:
        moving = [
            f"{name} {'up' if step > 0 else 'down'}"
            for name, step in zip(self.program.names, self.direction, strict=True)
            if abs(step) > 1e-9
        ]
        shown = ", ".join(moving[:5]) + (", ..." if len(moving) > 5 else "")
        return (
            f"unbounded: the objective improves by {self.gain:.6g} a step along {shown}, and no "
            "row or bound stops it. Bound one of these variables."
        )


def clipped(program: LinearProgram, prices: Array) -> Array:
    """Return the multipliers of a minimum with wrong signs set to 0."""
    senses = np.array(program.senses)
    least = np.where(senses == ">=", 0.0, -inf)
    most = np.where(senses == "<=", 0.0, inf)
    return np.clip(prices, least, most)


def violation(program: LinearProgram, x: Array) -> float:
    """Return by how much a point misses a row or a bound, at worst."""
    missed = np.concatenate(
        [
            _excess(program.senses, program.matrix @ x - program.bounds),
            program.lower - x,
            x - program.upper,
        ]
    )
    return max(0.0, float(missed.max(initial=0.0)))


def _excess(senses: tuple[str, ...], left: Any) -> Array:
    kinds = np.array(senses)
    return np.where(kinds == "<=", left, np.where(kinds == ">=", -left, np.abs(left)))
