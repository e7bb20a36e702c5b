"""Compiled programs kept for the next solve of the same shape: only numbers change (DPP)."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

from mdsolve.divergences import Divergence
from mdsolve.solvers.conic.registry import ConicSolver
from mdsolve.solvers.conic.running import ConicAnswer, solve
from mdsolve.solvers.conic.scaling import Scaled
from mdsolve.solvers.conic.statement import Program, compile_program

#: how many compiled programs are kept
CAPACITY = 8

_Key = tuple[object, ...]
_programs: OrderedDict[_Key, Program] = OrderedDict()
_guard = Lock()


def solve_cached(
    change: Scaled, divergence: Divergence, form: str, solver: ConicSolver, **options: Any
) -> ConicAnswer:
    """Return a solver's answer, from a compiled program of this shape where one is kept.

    A program in use is out of the cache, so threads never share one. No start is warm: SCS would
    begin the next problem at the last one's answer, and stop there.
    """
    key = _key(change, divergence, form, solver)
    program = _take(key) if change.data.parametric else None
    if program is None:
        program = compile_program(divergence, change.welfare, change.data, form)
    else:
        program.assign(change.data)
    answer = solve(program.problem, solver.name, form=form, **options)
    if program.problem.parameters():
        _keep(key, program)
    return answer


def forget() -> None:
    """Drop every compiled program."""
    with _guard:
        _programs.clear()


def _key(change: Scaled, divergence: Divergence, form: str, solver: ConicSolver) -> _Key:
    reference = b"" if form == "entropy" else change.data.reference.tobytes()
    shape = change.data.rewards.shape
    return (repr(change.welfare), divergence.name, form, solver.name, shape, reference)


def _take(key: _Key) -> Program | None:
    with _guard:
        return _programs.pop(key, None)


def _keep(key: _Key, program: Program) -> None:
    with _guard:
        _programs[key] = program
        while len(_programs) > CAPACITY:
            _programs.popitem(last=False)
