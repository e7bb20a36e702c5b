"""The project's own routes: they know the game, and their model is lifted to the program's x."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.cones import NONNEGATIVE
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.program import ConicProgram
from mdsolve.benchmark.solvers.entry import CONIC, LINEAR, QUADRATIC, Run, Solver
from mdsolve.solvers.linear_program import FarkasRay, LinearProgram, LpSolution
from mdsolve.training_rules import SocialWelfare


def _trains(problem: Problem) -> bool:
    return problem.statement.lift is not None and problem.rule is not None


def _is_social(problem: Problem) -> bool:
    return _trains(problem) and isinstance(problem.rule, SocialWelfare)


def _is_kl(problem: Problem) -> bool:
    return _is_social(problem) and problem.rule.divergence.name == "kl"


def _is_concave(problem: Problem) -> bool:
    return _trains(problem) and not isinstance(problem.rule, SocialWelfare)


def _training(solver: str) -> Callable[[Problem, Mapping[str, Any]], Run]:
    def load(problem: Problem, settings: Mapping[str, Any]) -> Run:
        rule, game, lift = problem.rule, problem.game, problem.statement.lift
        assert lift is not None

        def run(start: Answer | None = None) -> Answer:
            found = rule.train(game, solver=solver)
            return Answer("optimal", lift(found.model), None, None, found.solver)

        return run

    return load


def _is_floor(problem: Problem) -> bool:
    return problem.statement.floor is not None and problem.statement.lift is not None


def load_floor(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """Rewards poured over the model at one level; a start is of no use."""
    floor, lift = problem.statement.floor, problem.statement.lift
    assert floor is not None
    assert lift is not None

    def run(start: Answer | None = None) -> Answer:
        found = floor()
        return Answer("optimal", lift(found), None, None, found.method)

    return run


def _linear(program: ConicProgram) -> LinearProgram:
    kinds = np.repeat(
        [cone.kind for cone in program.cones], [cone.rows for cone in program.cones]
    ).tolist()
    return LinearProgram(
        program.objective,
        program.matrix,
        ["==" if kind == "zero" else "<=" for kind in kinds],
        program.sides,
        lower=program.lower,
        upper=program.upper,
        maximize=program.maximize,
    )


def _is_difference(problem: Problem) -> bool:
    """Return whether it asks for any p with p(t) − p(s) ≤ l(s, t), one row for each pair."""
    program = problem.program
    rows, count = program.shape
    bounds = np.concatenate([program.lower[1:], program.upper[1:], program.objective])
    if program.needs or rows != count * (count - 1) or not count:
        return False
    plain = not np.isfinite(bounds[: 2 * count - 2]).any() and not program.objective.any()
    signs = np.sort(program.matrix.data.reshape(-1, 2)) if program.matrix.nnz == 2 * rows else None
    return bool(
        plain
        and signs is not None
        and (np.diff(program.matrix.indptr) == 2).all()
        and (signs == [-1.0, 1.0]).all()
        and all(cone.kind == NONNEGATIVE for cone in program.cones)
        and len(set(_edges(program))) == rows
    )


def _edges(program: ConicProgram) -> list[tuple[int, int]]:
    """Return (t, s) of each row p(t) − p(s) ≤ l(s, t)."""
    order = np.argsort(-program.matrix.data.reshape(-1, 2), axis=1)
    ends = np.take_along_axis(program.matrix.indices.reshape(-1, 2), order, axis=1)
    return [(int(t), int(s)) for t, s in ends]


def load_paths(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """Potentials of the graph of lengths, or the negative cycle that there is instead."""
    from mdsolve.incentives.implementability import implement
    from mdsolve.incentives.witnesses import NegativeCycle

    program = problem.program
    edges = _edges(program)
    values = np.zeros((program.objective.size,) * 2)
    values[tuple(np.array(edges).T)] = -program.sides

    def run(start: Answer | None = None) -> Answer:
        found = implement(values)
        if isinstance(found, NegativeCycle):
            around = [*found.types, found.types[0]]
            used = set(zip(around[1:], around, strict=False))
            return Answer("infeasible", None, np.array([float(edge in used) for edge in edges]))
        return Answer("optimal", found.payments - found.payments[0])

    return run


def load_scaled(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """HiGHS at unit size, with rays where presolve hides them."""
    program = _linear(problem.program)

    def run(start: Answer | None = None) -> Answer:
        found = program.solve()
        if isinstance(found, LpSolution):
            sign = 1.0 if program.maximize else -1.0
            return Answer("optimal", found.x, sign * found.y, None, found.verdict)
        if isinstance(found, FarkasRay):
            return Answer("infeasible", None, -found.y, None, found.verdict)
        return Answer("unbounded", found.direction)

    return run


def load_exact(problem: Problem, settings: Mapping[str, Any]) -> Run:
    """The exact route: proved in rational numbers, rounded once."""
    from mdsolve.certificates.exact_lp import ExactProgram, exact_solve

    program = ExactProgram.of(_linear(problem.program))

    def run(start: Answer | None = None) -> Answer:
        found = exact_solve(program, kernel_limit=10**9, pivot_limit=10**9)
        y = None if found.y is None else -np.array(list(map(float, found.y)))
        x = found.ray if found.status == "unbounded" else found.x
        point = None if x is None else np.array(list(map(float, x)))
        claim = {"unverified": "none"}.get(found.status, found.status)
        return Answer(claim, point, y, found.pivots, found.reason)

    return run


def _route(name: str, fits: Callable[[Problem], bool], describes: str) -> Solver:
    """Return the entry of a route that trains a rule."""
    return Solver(
        name,
        "mdsolve",
        CONIC | QUADRATIC,
        {},
        _training(name),
        fits=fits,
        modules=("mdsolve.training_rules",),
        describes=f"this library: {describes}",
    )


SOLVERS = (
    _route("exponential", _is_kl, "KL's closed form"),
    _route("multiplier", _is_social, "the scalar dual of a social-welfare rule"),
    _route("welfare_dual", _is_concave, "Newton on the groups' weights of a concave welfare"),
    Solver(
        "floor",
        "mdsolve",
        CONIC | QUADRATIC,
        {},
        load_floor,
        fits=_is_floor,
        modules=("mdsolve.payments",),
        describes="this library: a floor's rewards poured over the model",
    ),
    Solver(
        "shortest-path",
        "mdsolve",
        LINEAR,
        {},
        load_paths,
        fits=_is_difference,
        modules=("mdsolve.incentives.implementability",),
        describes="this library: potentials or a negative cycle, decided exactly",
    ),
    Solver(
        "scaled-lp",
        "highspy",
        LINEAR,
        {},
        load_scaled,
        modules=("highspy", "scipy.sparse"),
        describes="this library: HiGHS at unit size, with rays",
    ),
    Solver(
        "exact-lp",
        "mdsolve",
        LINEAR,
        {},
        load_exact,
        modules=("highspy", "mdsolve.certificates.exact_lp"),
        describes="this library: a linear program in rational numbers",
    ),
)
