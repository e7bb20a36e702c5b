"""What x, y and a ray prove about a linear program, read off its rows in exact numbers.

For a minimum (a maximum is negated first), with y ≥ 0 on ≥ rows and y ≤ 0 on ≤ rows: any point has
c·x ≥ b·y + Σ_j min over its bounds of (c − yA)_j x_j, and none exists where b·y exceeds
Σ_j max over its bounds of (yA)_j x_j. A point and a ray along which it stays feasible while c·x
falls leave no optimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from flint import fmpz

from mdsolve.certificates.exact_lp.program import ExactProgram, shown
from mdsolve.errors import InvalidInput

Numbers = tuple[Fraction, ...]


def check_point(program: ExactProgram, x: Numbers) -> None:
    """Refuse a point outside a row or a bound."""
    _check_rows(program, x, program.bounds, "x")
    for name, value, low, high in zip(program.names, x, program.lower, program.upper, strict=True):
        if (low is not None and value < low) or (high is not None and value > high):
            raise InvalidInput(f"variable {name!r}: x is {shown(value)}, past its bound.")


def check_optimal(program: ExactProgram, x: Numbers, y: Numbers) -> None:
    """Refuse a feasible point and prices that leave a gap."""
    _check_signs(program, y)
    cost = minimised(program)
    reduced = [c - a for c, a in zip(cost, combined(program, y), strict=True)]
    bound = dot(program.bounds, y) + _extreme(program, reduced, least=True)
    value = dot(cost, x)
    if value != bound:
        raise InvalidInput(
            f"x, y: the objective is {shown(value)} in minimisation form, but y bounds it by "
            f"{shown(bound)}: they prove no optimum."
        )


def check_infeasible(program: ExactProgram, y: Numbers) -> None:
    """Refuse multipliers under which the rows do not contradict each other."""
    _check_signs(program, y)
    needed = dot(program.bounds, y)
    most = _extreme(program, combined(program, y), least=False)
    if needed <= most:
        raise InvalidInput(
            f"y: y·b is {shown(needed)}, within the largest y·Ax, {shown(most)}: "
            "the rows do not contradict each other."
        )


def check_ray(program: ExactProgram, ray: Numbers) -> None:
    """Refuse a direction that leaves a row or a bound, or does not improve the objective."""
    _check_rows(program, ray, (Fraction(0),) * len(program.bounds), "the ray")
    for name, step, low, high in zip(program.names, ray, program.lower, program.upper, strict=True):
        if (low is not None and step < 0) or (high is not None and step > 0):
            raise InvalidInput(
                f"variable {name!r}: the ray moves it by {shown(step)}, past its bound."
            )
    gain = -dot(minimised(program), ray)
    if gain <= 0:
        raise InvalidInput(f"ray: it improves the objective by {shown(gain)}, not at all.")


def dot(left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    """Return the sum of products, over one denominator until the end."""
    (over, low), (under, high) = _over_one(left), _over_one(right)
    total = sum((a * b for a, b in zip(over, under, strict=True) if a and b), fmpz(0))
    return Fraction(int(total), low * high)


def minimised(program: ExactProgram) -> Numbers:
    """Return c, or −c of a maximum."""
    return tuple(-c for c in program.objective) if program.maximize else program.objective


def combined(program: ExactProgram, y: Numbers) -> list[Fraction]:
    """Return yA."""
    found = program.integers
    nums, den = _over_one([v / r for v, r in zip(y, found.row_scales, strict=True)])
    return [Fraction(int(a), den) for a in found.combined(nums)]


def _extreme(program: ExactProgram, row: Sequence[Fraction], *, least: bool) -> Fraction:
    """Return the least or greatest value of row · x within the bounds of x."""
    limits: list[Fraction] = []
    for j, coefficient in enumerate(row):
        low = (coefficient > 0) is least
        limit = (program.lower if low else program.upper)[j] if coefficient else Fraction(0)
        if limit is None:
            raise InvalidInput(
                f"y: leaves {shown(coefficient)} on variable {program.names[j]!r}, which has no "
                f"{'lower' if low else 'upper'} bound: it proves nothing."
            )
        limits.append(limit)
    return dot(row, limits)


def _check_signs(program: ExactProgram, y: Numbers) -> None:
    for name, sense, price in zip(program.rows, program.senses, y, strict=True):
        if (sense == ">=" and price < 0) or (sense == "<=" and price > 0):
            raise InvalidInput(
                f"row {name!r}: y is {shown(price)}, the wrong sign for a {sense} row."
            )


def _check_rows(program: ExactProgram, x: Numbers, sides: Numbers, what: str) -> None:
    whole = program.integers
    nums, den = _over_one(x)
    for i, (value, scale) in enumerate(zip(whole.values(nums), whole.row_scales, strict=True)):
        side, sense = sides[i], program.senses[i]
        over = value * side.denominator - side.numerator * scale * den
        if (over > 0 and sense != ">=") or (over < 0 and sense != "<="):
            found = Fraction(int(value), den * scale)
            raise InvalidInput(
                f"row {program.rows[i]!r}: {what} gives {shown(found)}, not {sense} {shown(side)}."
            )


def _over_one(values: Sequence[Fraction]) -> tuple[list[fmpz], int]:
    """Write fractions over their least common denominator."""
    den = lcm(*(a.denominator for a in values))
    return [fmpz(a.numerator * (den // a.denominator)) for a in values], den
