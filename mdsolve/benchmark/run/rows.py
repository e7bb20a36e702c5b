"""A row: all that is known of one solve, so that it can be read, compared and repeated alone."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from mdsolve.benchmark.measures.judge import Judgement
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.run.records import SCHEMA, Row
from mdsolve.benchmark.run.settings import Settings, machine, versions
from mdsolve.benchmark.run.tasks import Task
from mdsolve.benchmark.solvers.entry import Solver


def row(
    problem: Problem,
    solver: Solver,
    task: Task,
    step: int,
    settings: Settings,
    judged: Judgement,
    measured: dict[str, Any],
) -> Row:
    """Return the row of a step.

    Parameters
    ----------
    measured : dict
        Seconds, bytes, noise, the solver's claim, message and iterations.
    """
    return {
        "schema": SCHEMA,
        **_of_problem(problem),
        "solver": solver.name,
        "version": solver.version,
        "target": settings.target,
        "settings": dict(solver.at(settings.target, settings.threads)),
        "outcome": judged.outcome,
        "claim": measured.pop("claim", "none"),
        "error": judged.error,
        "primal": judged.primal,
        "dual": judged.dual,
        "gap": judged.gap,
        "objective": judged.objective,
        "bound": judged.bound,
        "reason": judged.reason,
        "message": measured.pop("message", ""),
        "iterations": measured.pop("iterations", None),
        **measured,
        "time_limit": settings.time_limit,
        "memory_limit": settings.memory_limit,
        "threads": settings.threads,
        "start": task.start,
        "series": task.series,
        "step": None if task.series is None else step,
        "attempt": task.attempts[step],
        "machine": machine(),
        "versions": versions([solver]),
        "when": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }


@lru_cache(maxsize=64)
def _of_problem(problem: Problem) -> Row:
    program, axes = problem.program, problem.axes
    rows, variables = program.shape
    return {
        "problem": problem.name,
        "family": problem.family,
        "kind": program.kind,
        "sets": list(problem.sets),
        "axes": {name: axes.get(name) for name in ("outcomes", "groups", "types")},
        "variables": variables,
        "rows": rows,
        "status": problem.status,
        "lower": problem.lower,
        "upper": problem.upper,
        "scale": problem.scale,
        "digest": program.digest,
        "seed": problem.seed,
    }
