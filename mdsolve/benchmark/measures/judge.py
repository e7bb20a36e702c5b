"""What an answer is worth, whatever its solver says of it: five outcomes, by the data alone.

The accuracy achieved is the largest of the primal residual, the dual one (where prices are given)
and the distance of the objective from the proved bracket, each relative.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, isfinite, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.answer import CLAIMS, Answer, numbers
from mdsolve.benchmark.measures import residuals
from mdsolve.benchmark.problem import Problem

Array = NDArray[np.float64]

SOLVED, INACCURATE, FAILED, TIMEOUT, FALSE_CLAIM = (
    "solved",
    "inaccurate",
    "failed",
    "timeout",
    "false claim",
)
OUTCOMES = (SOLVED, INACCURATE, FAILED, TIMEOUT, FALSE_CLAIM)

#: counted up whenever an answer may be judged otherwise than before
VERSION = 1

#: an answer this many times worse than asked is no answer
SLACK = 100.0


@dataclass(frozen=True)
class Judgement:
    """The verdict on an answer.

    Attributes
    ----------
    outcome : str
        One of `OUTCOMES`.
    error : float
        The accuracy achieved: the largest of the three below, inf where there is no answer. Of a
        ray: how far it is from a proof.
    primal, dual, gap : float
        Relative: of the point, of the prices, and of the objective; nan where there is none.
    reason : str
        Why it is not solved.
    objective, bound : float
        The point's, and what is left of it by the duality gap and by what the point's violations
        are worth at its prices. nan where there is none.
    """

    outcome: str
    error: float
    primal: float = nan
    dual: float = nan
    gap: float = nan
    reason: str = ""
    objective: float = nan
    bound: float = nan


def judge(problem: Problem, answer: Answer, target: float, slack: float = SLACK) -> Judgement:
    """Return what an answer is worth.

    Parameters
    ----------
    problem : Problem
    answer : Answer
    target : float
        Accuracy asked for.
    slack : float
        How many times less accurate an answer may be and still be called ``"inaccurate"``.

    Examples
    --------
    >>> import mdsolve as md
    >>> from mdsolve.benchmark.answer import Answer
    >>> problem = md.problem("kl-10x3")
    >>> judge(problem, Answer("optimal", problem.program.lower), 1e-6).outcome
    'false claim'
    """
    if answer.claim not in CLAIMS:
        return Judgement(FAILED, inf, reason=f"unknown claim {answer.claim!r}")
    if answer.claim in ("infeasible", "unbounded"):
        return _no_optimum(problem, answer, target, slack)
    found = _measured(problem, answer)
    if problem.status in ("infeasible", "unbounded"):
        reason = f"the problem is proved {problem.status}"
        return _said(answer, found, reason if answer.claim == "optimal" else answer.message)
    if found.error <= target:
        return found
    if found.error <= slack * target or _sound(problem, found, slack * target):
        return _with(found, INACCURATE, found.reason)
    if problem.status == "unknown" and found.primal <= slack * target:  # neither proved nor refuted
        return _with(found, FAILED, found.reason)
    return _said(answer, found, found.reason)


def _sound(problem: Problem, found: Judgement, most: float) -> bool:
    """Return whether a point is as good as it was said to be, and its prices alone are not.

    Where the optimum is proved it needs no prices: bad ones are inaccurate, but no false claim.
    """
    return problem.status == "optimal" and max(found.primal, found.gap) <= most


def _measured(problem: Problem, answer: Answer) -> Judgement:
    """Return the errors of a point and its prices, and which is the worst."""
    program = problem.program
    rows, variables = program.shape
    x, reason = _vector(answer.x, variables, "x")
    if x is None:
        return Judgement(SOLVED, inf, reason=reason)
    y, odd = (None, "") if answer.y is None else _vector(answer.y, rows, "y")
    with np.errstate(over="ignore", invalid="ignore"):
        primal = residuals.primal(program, x)
        dual = None if y is None else residuals.dual(program, x, y)
        value = program.value(x)
    free = program.quadratic is None and not program.objective.any()
    if free:  # every point is as good, and prices have no unit
        dual = None
    width = nan if dual is None else dual.gap + dual.borrowed
    known = free or isfinite(problem.lower) or isfinite(problem.upper)
    if known:
        away = max(0.0, problem.lower - value, value - problem.upper) / problem.scale
        bent = nan if dual is None else max(dual.residual, dual.gap / problem.scale)
    else:
        away = inf if dual is None else residuals.ratio(np.array(width), dual.size)
        bent = nan if dual is None else dual.residual
    if odd:
        bent, reason = inf, odd
    worst = {"primal residual": primal, "dual residual": bent, "objective": away}
    worst = {name: inf if _lost(name, error, dual) else error for name, error in worst.items()}
    name, error = max(worst.items(), key=lambda one: one[1] if one[1] == one[1] else -1.0)
    if name == "objective" and not known and dual is None:
        reason = "its optimum is unknown, and no prices prove it: give --optimum"
    elif name == "objective" and not known:
        reason = f"its optimum is unknown, and its prices leave a gap of {error:.2g}"
    elif name == "objective":
        reason = f"objective {value:.9g} is off by {error:.2g} of its scale"
    else:
        reason = reason or f"{name} {error:.2g}"
    bound = value + width if program.maximize else value - width
    reason = "" if error == 0.0 else reason
    return Judgement(SOLVED, error, primal, bent, away, reason, value, bound)


def _no_optimum(problem: Problem, answer: Answer, target: float, slack: float) -> Judgement:
    """Judge a claim that there is no point, or no end."""
    program, claim = problem.program, answer.claim
    rows, variables = program.shape
    ray = answer.y if claim == "infeasible" else answer.x
    error, reason = inf, "no ray is given"
    if ray is not None:
        size = rows if claim == "infeasible" else variables
        vector, reason = _vector(ray, size, "the ray")
        if vector is not None:
            prove = residuals.farkas if claim == "infeasible" else residuals.improving
            with np.errstate(over="ignore", invalid="ignore", under="ignore"):
                error = prove(program, _unit(vector))
            reason = f"its ray is {error:.2g} from a proof" if isfinite(error) else "its ray fails"
    holds = error <= target
    if problem.status == claim:
        if ray is None:
            return Judgement(SOLVED, 0.0)
        return Judgement(SOLVED if holds else INACCURATE, error, reason="" if holds else reason)
    if problem.status == "unknown":
        outcome = SOLVED if holds else INACCURATE if error <= slack * target else FAILED
        return Judgement(outcome, error, reason="" if holds else f"nothing proves it: {reason}")
    known = f"the problem is proved {_WORDS.get(problem.status, problem.status)}"
    if holds:
        return Judgement(INACCURATE, error, reason=f"{known}; the ray holds to {error:.2g} alone")
    return Judgement(FALSE_CLAIM, error, reason=f"{known}; {reason}")


_WORDS = {"optimal": "to have an optimum"}


def _said(answer: Answer, found: Judgement, reason: str) -> Judgement:
    """Return a false claim where an optimum was claimed, else a failure."""
    if answer.claim == "optimal":
        return _with(found, FALSE_CLAIM, reason)
    return _with(found, FAILED, answer.message or reason)


def _with(found: Judgement, outcome: str, reason: str) -> Judgement:
    return replace(found, outcome=outcome, reason=reason)


def _vector(given: Any, size: int, name: str) -> tuple[Array | None, str]:
    """Return numbers as a vector, or why they are none."""
    if given is None:
        return None, f"{name} is missing"
    try:
        vector = numbers(given)
    except (TypeError, ValueError):
        return None, f"{name} is no array of numbers"
    if vector.shape != (size,):
        return None, f"{name} has shape {vector.shape} where ({size},) is needed"
    odd = np.flatnonzero(~np.isfinite(vector))
    if odd.size:
        return None, f"{name}[{odd[0]}] is {vector[odd[0]]}"
    return vector, ""


def _unit(vector: Array) -> Array:
    size = float(np.abs(vector).max(initial=0.0))
    return vector / size if size > 0.0 else vector


def _lost(name: str, error: float, dual: Any) -> bool:
    """Return whether an error is nan by overflow, and not for want of prices."""
    return error != error and not (name == "dual residual" and dual is None)
