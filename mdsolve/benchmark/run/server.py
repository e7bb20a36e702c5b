"""A preloaded server that forks a worker for each task, watches it, and judges what it says.

Solvers run in the workers alone: what one breaks, eats or writes over is gone with its process,
and the judge's copy of the problem was never theirs. Requests and rows are lines of JSON.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from time import perf_counter
from typing import Any

from mdsolve.benchmark.measures.judge import Judgement, judge
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.run import limits
from mdsolve.benchmark.run.forked import Forked
from mdsolve.benchmark.run.noise import LEAST, Reference, noisy
from mdsolve.benchmark.run.pipes import Pipes
from mdsolve.benchmark.run.records import Row
from mdsolve.benchmark.run.rows import row
from mdsolve.benchmark.run.settings import Settings
from mdsolve.benchmark.run.tasks import WARM, Task
from mdsolve.benchmark.solvers.entry import Solver

#: seconds for which a reading of the reference task holds
FRESH = 1.0
#: what a worker tells of itself
_TOLD = ("iterations", "compile_seconds", "solve_seconds", "busy_seconds", "memory_bytes")


@dataclass
class Server:
    """What is preloaded, and the pipes to whoever asks."""

    problems: Sequence[Problem]
    solvers: Sequence[Solver]
    settings: Settings
    pipes: Pipes
    core: int | None = None
    last: tuple[float, float] = (-inf, 0.0)

    def serve(self) -> None:
        """Answer requests until there are no more."""
        limits.pin(self.core)
        limits.adopt_orphans()
        for module in dict.fromkeys(name for solver in self.solvers for name in solver.modules):
            with contextlib.suppress(Exception):  # its solves will fail, and say so
                importlib.import_module(module)
        self.reference = Reference()
        while (line := self.pipes.line()) is not None:
            request = json.loads(line)
            task = Task(**{name: _tuple(value) for name, value in request.items()})
            for found in self._run(task):
                self.pipes.send(found)
            self.pipes.send(None)

    def _run(self, task: Task) -> Iterator[Row]:
        """Yield the rows of a task's steps as they are done."""
        solver, began = self.solvers[task.solver], perf_counter()
        steps = self._stated(task)
        stated = perf_counter() - began
        warm = task.start == WARM
        with Forked(self.pipes, self.settings, self.core, solver, warm=warm) as running:
            for step, problem in enumerate(steps):
                if not running.alive:
                    running.start(steps[step:])
                verdict, measured = self._step(running, problem)
                spent = [stated, *map(measured.get, ("compile_seconds", "solve_seconds"))]
                spent.append(measured["verify_seconds"])
                measured["state_seconds"] = stated
                measured["harness_seconds"] = max(
                    0.0, perf_counter() - began - sum(filter(None, spent))
                )
                if task.attempts[step]:
                    yield row(problem, solver, task, step, self.settings, verdict, measured)
                began, stated = perf_counter(), 0.0

    def _stated(self, task: Task) -> list[Problem]:
        """Return the problems of a task, their programs made before any worker is forked."""
        try:
            steps = [self.problems[place] for place in task.steps]
            for problem in steps:
                _ = problem.program.standard
        except Exception as error:
            raise SystemExit(f"{type(error).__name__}: {error}") from error
        return steps

    def _step(self, running: Forked, problem: Problem) -> tuple[Judgement, dict[str, Any]]:
        """Return the verdict on a worker's next answer, and what was measured of it."""
        before = self._reference()
        told, answer, verdict = running.step()
        clock = perf_counter()
        if verdict is None:
            assert answer is not None
            verdict = judge(problem, answer, self.settings.target)
        verify = perf_counter() - clock
        around = (before, self._reference(fresh=True))
        waited = _waited(told, self.settings.threads)
        return verdict, {
            "claim": told.get("claim", "none"),
            "message": told.get("message", ""),
            **{name: told.get(name) for name in _TOLD},
            "warmed": bool(told.get("warmed")),
            "verify_seconds": verify,
            "reference_seconds": list(around),
            "noisy": noisy(around, self.reference.quiet, self.settings.noise, waited),
        }

    def _reference(self, *, fresh: bool = False) -> float:
        """Return the seconds of the reference task, done again unless it was done just now."""
        when, seconds = self.last
        if fresh or perf_counter() - when > FRESH:
            seconds = self.reference.seconds()
            self.last = (perf_counter(), seconds)
        return seconds


def _waited(head: dict[str, Any], threads: int) -> float:
    """Return the share of a solve in which its one thread was not running."""
    solve, busy = head.get("solve_seconds"), head.get("busy_seconds")
    if threads != 1 or not solve or busy is None or solve - busy < LEAST:
        return 0.0
    return 1.0 - busy / solve


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def main() -> None:
    """Serve what the first line of standard input names."""
    from mdsolve.benchmark.run.loading import loaded

    requests, replies = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipes = Pipes(requests, replies)
    if (line := pipes.line()) is None:
        return
    spec = json.loads(line)
    problems, solvers = loaded(spec["problems"], spec["solvers"])
    Server(problems, solvers, Settings(**spec["settings"]), pipes, spec["core"]).serve()


if __name__ == "__main__":
    main()
