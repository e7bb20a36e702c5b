"""Who may enter the race: one registry, one entry a solver, its settings for each accuracy."""

from __future__ import annotations

from collections.abc import Iterable

from mdsolve.benchmark.solvers.clarabel import SOLVER as CLARABEL
from mdsolve.benchmark.solvers.daqp import SOLVER as DAQP
from mdsolve.benchmark.solvers.ecos import SOLVER as ECOS
from mdsolve.benchmark.solvers.entry import TARGETS, Solver
from mdsolve.benchmark.solvers.highs import SOLVERS as HIGHS
from mdsolve.benchmark.solvers.osqp import SOLVER as OSQP
from mdsolve.benchmark.solvers.own import SOLVERS as OWN
from mdsolve.benchmark.solvers.piqp import SOLVER as PIQP
from mdsolve.benchmark.solvers.proxqp import SOLVER as PROXQP
from mdsolve.benchmark.solvers.scs import SOLVER as SCS
from mdsolve.benchmark.solvers.through_cvxpy import PREFIX, other
from mdsolve.benchmark.solvers.through_cvxpy import SOLVERS as MODELLED
from mdsolve.benchmark.solvers.yours import imported, of_callable
from mdsolve.errors import InvalidInput

ALL = (CLARABEL, ECOS, SCS, *HIGHS, OSQP, PIQP, DAQP, PROXQP, *MODELLED, *OWN)
SOLVERS: dict[str, Solver] = {solver.name: solver for solver in ALL}


def solver_named(name: str) -> Solver:
    """Return a solver that is installed, or one of a user's own (``file.py:function``).

    Raises
    ------
    InvalidInput
        If there is none of that name, or its package is not installed.
    """
    if name.startswith(PREFIX) and name not in SOLVERS and (found := other(name)):
        return found
    if ":" in name and not name.startswith(PREFIX):
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
