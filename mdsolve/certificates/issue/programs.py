"""`lp`: a linear program is optimal at x, infeasible, or unbounded, in exact numbers.

Variables of the file are free: every bound is a row of its own, with the multiplier that pays the
reduced cost of its variable.
"""

from __future__ import annotations

from fractions import Fraction

from mdsolve.certificates.exact_lp import ExactLp, ExactProgram, bounds_as_rows, exact_solve
from mdsolve.certificates.issue.games import issued
from mdsolve.certificates.schema import Certificate, Rationals, Witness, printable
from mdsolve.errors import NotCertified
from mdsolve.solvers.linear_program import FarkasRay, LinearProgram, LpSolution, Ray

Program = ExactLp | ExactProgram | LinearProgram | LpSolution | FarkasRay | Ray

_CLAIMS: dict[type, str] = {LpSolution: "optimal", FarkasRay: "infeasible", Ray: "unbounded"}


def of_program(given: Program) -> Certificate:
    """Solve a linear program exactly, starting from what is given, and certify the answer.

    Raises
    ------
    NotCertified
        If the program is too large to be solved exactly (``unverified``), or the answer given is
        another than the exact one, whose certificate is the refutation.
    """
    answer = given if isinstance(given, ExactLp) else exact_solve(given)
    if answer.status == "unverified":
        raise NotCertified(
            f"linear program: unverified. {answer.reason} With exact_solve you may allow more, and "
            "certify its answer."
        )
    found = _certificate(answer)
    claimed = _CLAIMS.get(type(given), answer.status)
    if claimed != answer.status:
        raise NotCertified(
            f"linear program: {answer.status}, not {claimed} as {type(given).__name__} claims. The "
            "refutation certifies that.",
            refutation=found,
        )
    return found


def stated(program: ExactProgram | LinearProgram) -> tuple[Witness, list[str]]:
    """Return a program's fields of the `lp` form, every bound a row of its own, and notes."""
    exact = program if isinstance(program, ExactProgram) else ExactProgram.of(program)
    return _fields(bounds_as_rows(ExactLp(exact, "unverified")).program)


def _fields(program: ExactProgram) -> tuple[Witness, list[str]]:
    columns, notes = printable("variable", program.names)
    rows, more = printable("row", program.rows)
    problem = {
        "minimize": not program.maximize,
        "columns": columns,
        "rows": rows,
        "c": Rationals.of_fractions(program.objective).text(),
        "A": [{columns[j]: str(a) for j, a in row} for row in program.entries],
        "senses": list(program.senses),
        "b": Rationals.of_fractions(program.bounds).text(),
    }
    return problem, [*notes, *more]


def _certificate(answer: ExactLp) -> Certificate:
    flat = bounds_as_rows(answer)
    problem, notes = _fields(flat.program)
    witness = {
        "status": flat.status,
        "x": _vector(flat.x),
        "y": _vector(flat.y),
        "ray": _vector(flat.ray),
    }
    return issued(Certificate.of("lp", "lp", problem, witness, notes))


def _vector(numbers: tuple[Fraction, ...] | list[Fraction] | None) -> Witness | None:
    return None if numbers is None else Rationals.of_fractions(numbers).text()
