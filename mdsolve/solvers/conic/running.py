"""One run of a conic solver: raw points and duals, and the status as claimed, never as believed."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.precision import exact_sum
from mdsolve.solvers.conic.registry import CONIC_SOLVERS

if TYPE_CHECKING:
    import cvxpy as cp

Array = NDArray[np.float64]

#: CVXPY keeps its scopes, and Python its warning filters, in globals that threads would share
_one_at_a_time = Lock()


@dataclass(frozen=True)
class ConicAnswer:
    """What a conic solver said, and nothing that was concluded from it.

    Attributes
    ----------
    raw : (outcomes,) array or None
        The solver's point, not quite a distribution; None where it gave none.
    multiplier : float
        ν, the dual of Σ x = 1 (welfare units); nan where it gave none.
    weights : (groups,) array
        g, the dual of v = R x.
    duals : tuple of arrays
        Those of the further constraints, in their order.
    status : str
        As the solver claims.
    solver, version, form : str
        What was run, on which form of the program.
    seconds : float
    reason : str
        Why there is no point.
    """

    raw: Array | None
    multiplier: float
    weights: Array
    duals: tuple[Array, ...]
    status: str
    solver: str
    version: str
    form: str
    seconds: float
    reason: str = ""

    @property
    def model(self) -> Array | None:
        """The raw point brought onto the simplex, None where there is none."""
        return None if self.raw is None else clean(self.raw)


def solve(problem: cp.Problem, solver: str, *, form: str = "plain", **options: Any) -> ConicAnswer:
    """Return what a conic solver says of a problem made by `statement`.

    Any failure is an answer without a point, whose ``reason`` says why.

    Parameters
    ----------
    problem : cp.Problem
        Its first two constraints are Σ x = 1 and v = R x; more may follow.
    solver : str
        A name of `CONIC_SOLVERS`.
    form : str
        Noted in the answer.
    **options
        Settings of the solver that replace ours.

    Raises
    ------
    InvalidInput
        If there is no solver of that name.
    """
    if solver not in CONIC_SOLVERS:
        raise InvalidInput(
            f"solver {solver!r}: there is no conic solver of that name. "
            f"Choose one of {', '.join(CONIC_SOLVERS)}."
        )
    chosen = CONIC_SOLVERS[solver]
    _forget_answer(problem)
    started = perf_counter()
    reason = _run(problem, solver.upper(), {**chosen.settings, **options})
    seconds = perf_counter() - started
    raw = problem.var_dict["model"].value
    if raw is not None and not np.all(np.isfinite(raw)):
        raw, reason = None, "its point is not finite"
    if raw is None:
        reason = reason or f"status {problem.status}"
    duals = [_dual(constraint) for constraint in problem.constraints]
    return ConicAnswer(
        None if raw is None else np.array(raw, dtype=float),
        float(duals[0].sum()),
        duals[1],
        tuple(duals[2:]),
        str(problem.status),
        solver,
        chosen.version,
        form,
        seconds,
        reason,
    )


def clean(raw: ArrayLike) -> Array:
    """Return the distribution nearest at hand: negatives cut, the rest divided by their exact sum.

    Whatever the point, the result is one; where nothing is left it is uniform.

    Examples
    --------
    >>> clean([957.0, -1.87, 957.0]).tolist()
    [0.5, 0.0, 0.5]
    """
    kept = np.maximum(0.0, np.nan_to_num(np.asarray(raw, dtype=float), posinf=0.0, neginf=0.0))
    largest = float(kept.max())
    if largest == 0.0:
        return np.full(kept.size, 1.0 / kept.size)
    kept /= largest
    return kept / exact_sum(kept)


def _run(problem: cp.Problem, solver: str, settings: dict[str, Any]) -> str:
    """Run a solver, never warm; return why it failed, if it did."""
    try:
        with _one_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            problem.solve(solver=solver, warm_start=False, **settings)
    except Exception as error:  # a solver may raise anything; the caller tries another
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return ""


def _forget_answer(problem: cp.Problem) -> None:
    """Clear what an earlier solve left, so that no failure can show it."""
    for variable in problem.variables():
        variable.save_value(None)
    for constraint in problem.constraints:
        for dual in constraint.dual_variables:
            dual.save_value(None)


def _dual(constraint: cp.Constraint) -> Array:
    value = constraint.dual_value
    if value is None:
        return np.full(constraint.shape or (1,), np.nan)
    return np.asarray(value, dtype=float)
