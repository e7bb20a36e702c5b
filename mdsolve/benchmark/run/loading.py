"""Problems and solvers by name, so that a server in another process has the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any

from mdsolve.benchmark import catalogue
from mdsolve.benchmark.formats import read_program
from mdsolve.benchmark.problem import Problem, Statement
from mdsolve.benchmark.solvers import PREFIX, SOLVERS, solver_named
from mdsolve.benchmark.solvers.entry import Solver
from mdsolve.errors import InvalidInput

Spec = Mapping[str, Any]


def of_file(path: str | Path, optimum: float | None = None) -> Problem:
    """Return a user's own program: its optimum is what was published, or unknown.

    Parameters
    ----------
    path : path
        A file of one of the formats that are read, such as .mps or .cbf.
    optimum : float, optional
        In the program's own sense. Errors are relative to it, or to the objective's constant where
        that is larger: what cancels is known no better.

    Raises
    ------
    InvalidInput
        Where the file cannot be read: with line and column.
    """
    place = Path(path).resolve()
    program = read_program(place)
    known = optimum is not None
    scale = max(abs(optimum), abs(program.constant)) if optimum is not None else 0.0
    return Problem(
        place.name,
        "file",
        (),
        lambda: Statement(program, scale=scale or 1.0),
        status="optimal" if known else "unknown",
        lower=-inf if optimum is None else optimum,
        upper=inf if optimum is None else optimum,
        source=str(path),
        hard="a user's own",
        path=place,
    )


def spec_of(problem: Problem) -> Spec | None:
    """Return what names a problem in any process, or None."""
    if problem.family == "file" and problem.path is not None:
        known = problem.status == "optimal"
        return {"file": str(problem.path), "optimum": problem.lower if known else None}
    if problem.path is not None and problem.name in catalogue.problem_names():
        return {"name": problem.name}
    return None


def name_of(solver: Solver) -> str | None:
    """Return what names a solver in any process, or None."""
    ours = SOLVERS.get(solver.name) is solver
    return solver.name if ours or ".py:" in solver.name or PREFIX in solver.name else None


def loaded(
    problems: Iterable[Spec], solvers: Iterable[str]
) -> tuple[Sequence[Problem], Sequence[Solver]]:
    """Return the problems and the solvers that are named."""
    found = [
        catalogue.problem(spec["name"])
        if "name" in spec
        else of_file(spec["file"], spec["optimum"])
        for spec in problems
    ]
    return found, [solver_named(name) for name in solvers]


def distinct(problems: Sequence[Problem]) -> None:
    """Refuse problems of one name.

    Raises
    ------
    InvalidInput
        Naming it.
    """
    names = [problem.name for problem in problems]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidInput(f"problem {twice!r}: is there twice. Give each a name of its own.")
