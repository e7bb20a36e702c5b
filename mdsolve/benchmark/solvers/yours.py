"""A callable of a user's own: ``solve(program)`` returns a point x, or an `Answer`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.program import ConicProgram
from mdsolve.benchmark.solvers.entry import CONIC, QUADRATIC, Run, Solver
from mdsolve.errors import InvalidInput

Solve = Callable[[ConicProgram], Any]


def of_callable(solve: Solve, name: str | None = None) -> Solver:
    """Return the entry of a callable.

    Parameters
    ----------
    solve : callable
        From a `ConicProgram` to x (variables,), which then is claimed to be optimal, to None where
        there is no answer, or to an `Answer`.
    name : str, optional
        What tables call it.

    Examples
    --------
    >>> of_callable(lambda program: program.lower, "at-the-bounds").name
    'at-the-bounds'
    """

    def load(problem: Problem, settings: Mapping[str, Any]) -> Run:
        program = problem.program

        def run(start: Answer | None = None) -> Answer:
            found = solve(program)
            if found is None:
                return Answer("none", message="it returned nothing")
            return found if isinstance(found, Answer) else Answer("optimal", found)

        return run

    own = name or getattr(solve, "__name__", "callable")
    return Solver(own, "mdsolve", CONIC | QUADRATIC, {}, load, describes="a user's own")


def imported(place: str) -> Solver:
    """Return the entry of ``path/to/file.py:function`` or ``module:function``.

    Raises
    ------
    InvalidInput
        If there is no such file, module or function, or it fails to load.
    """
    where, _, function = place.rpartition(":")
    try:
        module = _module(where)
        solve = getattr(module, function)
    except Exception as error:
        raise InvalidInput(
            f"solver {place!r}: cannot be loaded ({type(error).__name__}: {error}). Name a "
            "function as file.py:function or module:function."
        ) from error
    if not callable(solve):
        raise InvalidInput(f"solver {place!r}: is a {type(solve).__name__}. Name a function.")
    return of_callable(solve, place)


def _module(where: str) -> Any:
    if not where.endswith(".py"):
        return importlib.import_module(where)
    path = Path(where).resolve()
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    name = f"_mdsolve_solver_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
