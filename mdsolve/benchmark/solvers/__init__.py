"""Who may enter the race: one registry, one entry a solver, its settings for each accuracy."""

from __future__ import annotations

from collections.abc import Iterable

from mdsolve.benchmark.solvers.clarabel import SOLVER as CLARABEL
from mdsolve.benchmark.solvers.ecos import SOLVER as ECOS
from mdsolve.benchmark.solvers.entry import TARGETS, Solver
from mdsolve.benchmark.solvers.highs import SOLVERS as HIGHS
from mdsolve.benchmark.solvers.scs import SOLVER as SCS
from mdsolve.benchmark.solvers.yours import imported, of_callable
from mdsolve.errors import InvalidInput

SOLVERS: dict[str, Solver] = {solver.name: solver for solver in (CLARABEL, ECOS, SCS, *HIGHS)}


def solver_named(name: str) -> Solver:
    """Return a solver that is installed, or one of a user's own (``file.py:function``).

    Raises
    ------
    InvalidInput
        If there is none of that name, or its package is not installed.
    """
    if ":" in name and name not in SOLVERS:
        return imported(name)
    if name not in SOLVERS:
        raise InvalidInput(
            f"solver {name!r}: there is none of that name. Choose from {', '.join(SOLVERS)}, or "
            "name a function of your own as file.py:function."
        )
    found = SOLVERS[name]
    if not found.is_installed:
        raise InvalidInput(
            f"solver {name!r}: its package is not installed. Run 'pip install {found.package}', "
            f"or choose from {', '.join(installed())}."
        )
    return found


def solvers_named(names: Iterable[str]) -> tuple[Solver, ...]:
    """Return solvers in order, each once."""
    return tuple(solver_named(name) for name in dict.fromkeys(names))


def installed() -> tuple[str, ...]:
    """Return the names of those whose packages are installed."""
    return tuple(name for name, solver in SOLVERS.items() if solver.is_installed)


__all__ = [
    "SOLVERS",
    "TARGETS",
    "Solver",
    "imported",
    "installed",
    "of_callable",
    "solver_named",
    "solvers_named",
]
