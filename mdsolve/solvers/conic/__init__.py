"""The disciplined convex program of a rule, handed by CVXPY to a conic solver (math §3).

maximise G(v; w) − λ D(x‖π0) over v = R x, Σ x = 1, x ≥ 0, and whatever the user adds. A solver's
status and value are never believed: its points are witnesses, for others to bracket.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mdsolve.solvers.conic.cache import forget, solve_cached
from mdsolve.solvers.conic.constraints import OwnConstraints
from mdsolve.solvers.conic.forms import forms_of
from mdsolve.solvers.conic.registry import CONIC_SOLVERS, ConicSolver, installed, suited
from mdsolve.solvers.conic.running import ConicAnswer, clean, solve
from mdsolve.solvers.conic.scaling import scaled
from mdsolve.solvers.conic.statement import Data, Statement, statement


def answers(
    stated: Statement, solver: str, own: OwnConstraints | None = None
) -> Iterator[ConicAnswer]:
    """Yield one solver's answers, one a form of the program, its best form first.

    Take the first whose bracket is narrow enough: the others are then never run.

    Parameters
    ----------
    stated : Statement
        The rule at a game.
    solver : str
        A name of `CONIC_SOLVERS`.
    own : OwnConstraints, optional
        The user's own constraints.

    Raises
    ------
    InvalidInput
        If there is no such solver, it is not installed, or it has not the cones.
    """
    chosen = installed(solver, stated.divergence, stated.welfare)
    change = scaled(stated, free=own is None)
    forms = forms_of(stated.divergence, solver, bool(stated.game.underflowed.size))
    attempts: list[tuple[str, dict[str, Any]]] = [(form, {}) for form in forms]
    if chosen.retry:
        attempts.append((forms[0], dict(chosen.retry)))
    for form, options in attempts:
        if own is None:
            answer = solve_cached(change, stated.divergence, form, chosen, **options)
        else:
            problem = own.extend(change, stated.divergence, form)
            answer = solve(problem, solver, form=form, **options)
            answer = replace(answer, weights=own.free_weights(answer))
        yield change.restore(answer)


__all__ = [
    "CONIC_SOLVERS",
    "ConicAnswer",
    "ConicSolver",
    "Data",
    "OwnConstraints",
    "Statement",
    "answers",
    "clean",
    "forget",
    "solve",
    "statement",
    "suited",
]
