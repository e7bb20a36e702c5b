"""From the basis at which HiGHS stops to an answer that is proved."""

from __future__ import annotations

from fractions import Fraction
from math import inf

from flint import fmpz

from mdsolve.certificates.exact_lp.answer import ExactLp
from mdsolve.certificates.exact_lp.basis import BASIC, LOWER, Basis
from mdsolve.certificates.exact_lp.integers import IntegerProgram
from mdsolve.certificates.exact_lp.program import ExactProgram
from mdsolve.certificates.exact_lp.simplex import (
    Infeasible,
    OutOfReach,
    Simplex,
    Unbounded,
    within,
)
from mdsolve.errors import InvalidInput, MdsolveError
from mdsolve.solvers.linear_program import FarkasRay, LinearProgram, LpSolution, Ray
from mdsolve.solvers.linear_program.highs import final_basis

Statuses = tuple[tuple[str, ...], tuple[str, ...]]


def exact_solve(
    program: ExactProgram | LinearProgram | LpSolution | FarkasRay | Ray,
    *,
    kernel_limit: int = 1000,
    pivot_limit: int = 1000,
    seconds: float = inf,
) -> ExactLp:
    """Return the proved answer to a linear program.

    HiGHS gives a basis; its kernel is solved exactly; where the basis fails in exact numbers, exact
    simplex pivots go on from it. All rows are then checked in exact arithmetic.

    Parameters
    ----------
    program : ExactProgram, LinearProgram, or the float answer to one
        Doubles are read as the dyadic numbers that they are. An `LpSolution` lends its basis.
    kernel_limit : int
        Most basic variables to solve for exactly; time grows with the cube.
    pivot_limit : int
        Most exact pivots.
    seconds : float
        Most time, looked at before each step: one that has begun is brought to its end.

    Returns
    -------
    ExactLp
        Optimal, infeasible or unbounded, proved; ``"unverified"`` past a limit, with the reason.

    Raises
    ------
    InvalidInput
        If the seconds are negative or no number.

    Examples
    --------
    >>> import mdsolve as md
    >>> program = md.LinearProgram([1.0, 1.0], [[1.0, 3.0]], ">=", [1.0], lower=0.0)
    >>> answer = exact_solve(program)
    >>> answer.status, answer.objective, answer.y
    ('optimal', Fraction(1, 3), (Fraction(1, 3),))
    """
    if not seconds >= 0.0:
        raise InvalidInput(f"seconds: {seconds}. Give at least 0.")
    simplex = Simplex(kernel_limit, pivot_limit, seconds)
    exact, statuses = _start(program)
    whole = exact.integers
    try:
        simplex.look()
        within(Basis(whole, statuses, whole.cost), kernel_limit)
        found = simplex.run(Basis.of(whole, statuses))
    except OutOfReach as limit:
        return ExactLp(exact, "unverified", reason=str(limit), pivots=simplex.pivots)
    if isinstance(found, Infeasible):
        multipliers = _primitive(_unscaled(whole, found.y, Fraction(1)))
        return ExactLp(exact, "infeasible", y=multipliers, pivots=simplex.pivots)
    if isinstance(found, Unbounded):
        ray = _primitive([Fraction(int(a)) for a in found.step])
        return ExactLp(exact, "unbounded", x=_point(found.basis), ray=ray, pivots=simplex.pivots)
    y, den = found.prices
    prices = _unscaled(whole, y, Fraction(1, int(den) * whole.cost_scale))
    return ExactLp(exact, "optimal", x=_point(found), y=tuple(prices), pivots=simplex.pivots)


def _start(
    given: ExactProgram | LinearProgram | LpSolution | FarkasRay | Ray,
) -> tuple[ExactProgram, tuple[str, ...]]:
    """Return the exact program and the statuses at which HiGHS stops, or all rows basic."""
    if isinstance(given, ExactProgram):
        exact = given
    else:
        exact = ExactProgram.of(given if isinstance(given, LinearProgram) else given.program)
    statuses = _float_basis(given)
    if statuses is None:
        rows, variables = exact.shape
        return exact, (LOWER,) * variables + (BASIC,) * rows
    return exact, (*statuses[0], *statuses[1])


def _float_basis(
    given: ExactProgram | LinearProgram | LpSolution | FarkasRay | Ray,
) -> Statuses | None:
    if isinstance(given, LpSolution) and given.basis is not None:
        return given.basis
    try:
        program = given.rounded() if isinstance(given, ExactProgram) else given
        return final_basis(program if isinstance(program, LinearProgram) else program.program)
    except MdsolveError:
        return None


def _point(basis: Basis) -> tuple[Fraction, ...]:
    whole = basis.program
    values, den = basis.point
    below = int(den) * whole.size
    return tuple(Fraction(int(a), below) for a in values[: whole.variables])


def _unscaled(whole: IntegerProgram, y: list[fmpz], factor: Fraction) -> list[Fraction]:
    """Return the multipliers of the rows as they were before scaling."""
    return [
        Fraction(int(a)) * r * factor if a else Fraction(0)
        for a, r in zip(y, whole.row_scales, strict=True)
    ]


def _primitive(direction: list[Fraction]) -> tuple[Fraction, ...]:
    """Return integers without a common factor in the same direction."""
    common = fmpz(0)
    for a in direction:
        common = common.gcd(fmpz(a.numerator))
    return tuple(a / int(common) for a in direction)
