"""The quadratic problems as a test set of qpbenchmark: min ½x·Px + q·x, Gx ≤ h, Ax = b, l ≤ x ≤ u.

Its rows ≤ are those of nonnegative cones, and its equations those of zero cones, as they stand; a
maximum is stated as the minimum of its negative, and constants are left out, as its form has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mdsolve.benchmark.catalogue import problems
from mdsolve.benchmark.cones import ZERO
from mdsolve.benchmark.problem import Problem
from mdsolve.errors import InvalidInput

if TYPE_CHECKING:
    from mdsolve.benchmark.program import ConicProgram


def quadratic_problem(problem: Problem) -> Any:
    """Return a problem as qpbenchmark has it, sparse, under its own name.

    Parameters
    ----------
    problem : Problem
        Linear or quadratic.

    Returns
    -------
    qpbenchmark.Problem
        Its optimum is that of ``problem``, negated where that is a maximum, less the constant.

    Raises
    ------
    InvalidInput
        If the problem has cones beyond linear rows, or qpbenchmark is not installed.
    """
    from scipy.sparse import csc_matrix

    program = problem.program
    if program.needs - {"quadratic"}:
        raise InvalidInput(
            f"problem {problem.name!r}: its {program.kind} cones have no place in a quadratic "
            "program. Choose one whose kind is linear or quadratic."
        )
    sign = -1.0 if program.maximize else 1.0
    size = program.objective.size
    square = program.quadratic if program.quadratic is not None else csc_matrix((size, size))
    equal = np.repeat([cone.kind == ZERO for cone in program.cones], _counts(program))
    inequalities, sides = _part(program, ~equal)
    equations, values = _part(program, equal)
    return _package().Problem(
        csc_matrix(sign * square),
        sign * program.objective,
        inequalities,
        sides,
        equations,
        values,
        program.lower.copy(),
        program.upper.copy(),
        name=problem.name,
    )


def quadratic_test_set(of: str = "all") -> Any:
    """Return the quadratic problems with proved optima as a test set of qpbenchmark.

    Parameters
    ----------
    of : str
        A set or a family, as `problems` takes it: of its members those that are quadratic and
        feasible.

    Returns
    -------
    qpbenchmark.TestSet
        What ``qpbenchmark.run`` takes. ``proved`` maps the name of each problem to the bracket
        (lower, upper) of the optimum in qpbenchmark's own form.

    Raises
    ------
    InvalidInput
        If qpbenchmark is not installed, or nothing in the set is quadratic.

    Examples
    --------
    >>> from mdsolve.benchmark.neighbours.qpbenchmark import quadratic_test_set
    >>> tests = quadratic_test_set("smoke")  # doctest: +SKIP
    >>> tests.get_problem("l2-10x3").q.size  # doctest: +SKIP
    10
    """
    package = _package()
    members = [
        one for one in problems(of) if one.status == "optimal" and one.program.kind == "quadratic"
    ]
    if not members:
        raise InvalidInput(f"set {of!r}: none of its problems is quadratic. Choose welfare or all.")

    class Quadratic(package.TestSet):
        """Quadratic programs of mechanism design, their optima proved."""

        title = "Quadratic programs of mechanism design"
        description = f"{len(members)} programs ({of}) whose optima are proved by certificates"
        sparse_only = True
        proved: ClassVar = {one.name: proved_bracket(one) for one in members}

        def __iter__(self) -> Iterator[Any]:
            return map(quadratic_problem, members)

    return Quadratic()


def proved_bracket(problem: Problem) -> tuple[float, float]:
    """Return the proved bracket of the optimum of a problem's minimum without its constant."""
    constant = problem.program.constant
    low, high = problem.lower - constant, problem.upper - constant
    return (-high, -low) if problem.program.maximize else (low, high)


def _part(program: ConicProgram, chosen: Any) -> tuple[Any, Any]:
    """Return the rows chosen and their sides, or None twice where there are none."""
    from scipy.sparse import csc_matrix

    if not chosen.any():
        return None, None
    return csc_matrix(program.matrix[np.flatnonzero(chosen)]), program.sides[chosen]


def _counts(program: ConicProgram) -> list[int]:
    return [cone.rows for cone in program.cones]


def _package() -> Any:
    try:
        import qpbenchmark  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise InvalidInput(
            "qpbenchmark: is not installed. Install it: pip install qpbenchmark."
        ) from error
    return qpbenchmark
