"""A preloaded server that forks a worker for each task, watches it, and judges what it says.

Solvers run in the workers alone: what one breaks, eats or writes over is gone with its process,
and the judge's copy of the problem was never theirs. Requests and rows are lines of JSON.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import json
import os
import select
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf
from time import perf_counter, sleep
from typing import Any

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.measures.judge import FAILED, TIMEOUT, Judgement, judge
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.run import limits, worker
from mdsolve.benchmark.run.noise import LEAST, Reference, noisy
from mdsolve.benchmark.run.records import Row, plain
from mdsolve.benchmark.run.rows import row
from mdsolve.benchmark.run.settings import Settings
from mdsolve.benchmark.run.tasks import Task
from mdsolve.benchmark.solvers.entry import Solver

#: seconds between looks at a worker's memory, for what an answer takes to travel, of a reference
POLL, GRACE, FRESH = 0.02, 30.0, 1.0


@dataclass
class Server:
    """What is preloaded, and the pipes to whoever asks."""

    problems: Sequence[Problem]
    solvers: Sequence[Solver]
    settings: Settings
    requests: int
    replies: int
    core: int | None = None
    last: tuple[float, float] = (-inf, 0.0)
    pending: bytes = field(default=b"")

    def serve(self) -> None:
        """Answer requests until there are no more."""
        limits.pin(self.core)
        for module in dict.fromkeys(name for solver in self.solvers for name in solver.modules):
            with contextlib.suppress(Exception):  # its solves will fail, and say so
                importlib.import_module(module)
        self.reference = Reference()
        while (line := self._line()) is not None:
            request = json.loads(line)
            task = Task(**{name: _tuple(value) for name, value in request.items()})
            for found in self._run(task):
                self._reply(found)
            self._reply(None)

    def _run(self, task: Task) -> Any:
        """Yield the rows of a task's steps as they are done."""
        solver = self.solvers[task.solver]
        began = perf_counter()
        try:
            steps = [self.problems[place] for place in task.steps]
            for problem in steps:
                _ = problem.program.standard
        except Exception as error:
            raise SystemExit(f"{type(error).__name__}: {error}") from error
        stated = perf_counter() - began
        with _Worker(self, solver, steps, task.start == "warm") as running:
            for step, problem in enumerate(steps):
                before = self._reference()
                head, answer, verdict = running.step()
                clock = perf_counter()
                if verdict is None:
                    assert answer is not None
                    verdict = judge(problem, answer, self.settings.target)
                    head |= {
                        "claim": answer.claim,
                        "message": answer.message,
                        "iterations": answer.iterations,
                    }
                verify = perf_counter() - clock
                after = self._reference(fresh=True)
                waited = _waited(head, self.settings.threads)
                measured = {
                    "claim": head.get("claim", "none"),
                    "message": head.get("message", ""),
                    "iterations": head.get("iterations"),
                    "state_seconds": stated,
                    "compile_seconds": head.get("compile_seconds"),
                    "solve_seconds": head.get("solve_seconds"),
                    "busy_seconds": head.get("busy_seconds"),
                    "verify_seconds": verify,
                    "memory_bytes": head.get("memory_bytes"),
                    "reference_seconds": [before, after],
                    "noisy": noisy(
                        (before, after), self.reference.quiet, self.settings.noise, waited
                    ),
                }
                spent = stated + verify + head.get("compile_seconds", 0.0)
                spent += head.get("solve_seconds", 0.0)
                measured["harness_seconds"] = max(0.0, perf_counter() - began - spent)
                if task.attempts[step]:
                    yield row(problem, solver, task, step, self.settings, verdict, measured)
                began, stated = perf_counter(), 0.0
                if not running.alive:
                    running.restart(steps[step + 1 :])

    def _reference(self, *, fresh: bool = False) -> float:
        """Return the seconds of the reference task, done again unless it was done just now."""
        when, seconds = self.last
        if fresh or perf_counter() - when > FRESH:
            seconds = self.reference.seconds()
            self.last = (perf_counter(), seconds)
        return seconds

    def _line(self) -> bytes | None:
        while b"\n" not in self.pending:
            more = os.read(self.requests, 1 << 16)
            if not more:
                return None
            self.pending += more
        line, _, self.pending = self.pending.partition(b"\n")
        return line

    def _reply(self, found: Row | None) -> None:
        data = json.dumps(plain(found), allow_nan=False).encode() + b"\n"
        while data:
            data = data[os.write(self.replies, data) :]


class _Worker:
    """A forked worker, and what is known of it."""

    def __init__(self, server: Server, solver: Solver, steps: Sequence[Problem], warm: bool):
        self.server, self.solver, self.warm = server, solver, warm
        self.process = 0
        self.restart(steps)

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    @property
    def alive(self) -> bool:
        """Whether there is a worker that waits to go on."""
        return self.process != 0

    def restart(self, steps: Sequence[Problem]) -> None:
        """Fork a worker for these steps."""
        self._end()
        if not steps:
            return
        self.first = True
        self.began = perf_counter()
        self.baseline = limits.own_memory("VmRSS")
        output, wait = os.pipe(), os.pipe()
        sys.stdout.flush()
        self.process = os.fork()
        if self.process == 0:
            self._inside(output[1], wait[0], steps, (output[0], wait[1]))
        os.close(output[1])
        os.close(wait[0])
        self.output, self.go = output[0], wait[1]

    def _inside(
        self, output: int, wait: int, steps: Sequence[Problem], others: tuple[int, int]
    ) -> None:
        """Be the worker, to the end of the process."""
        code = 1
        try:
            os.setsid()
            faulthandler.disable()
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            for descriptor in (*others, self.server.requests, self.server.replies):
                os.close(descriptor)
            nowhere = os.open(os.devnull, os.O_RDWR)
            for standard in (0, 1, 2):
                if standard not in (output, wait):
                    os.dup2(nowhere, standard)
            settings = self.server.settings
            limits.confine(settings.memory_limit, self.server.core)
            worker.work(output, wait, self.solver, steps, settings, self.warm)
            code = 0
        finally:
            os._exit(code)

    def step(self) -> tuple[dict[str, Any], Answer | None, Judgement | None]:
        """Return what the worker measured and answered, or a verdict where it did not."""
        if not self.first:
            self.began = perf_counter()
            os.write(self.go, b"g")
        self.first = False
        data, peak = b"", 0
        limit = self.server.settings.time_limit
        while True:
            ready, _, _ = select.select([self.output, self.server.requests], [], [], POLL)
            if self.server.requests in ready:
                self._listen()
            if self.output in ready:
                more = os.read(self.output, 1 << 20)
                data += more
                if not more:
                    return self._gone()
                if (found := worker.unpacked(data)) is not None:
                    return self._told(*found)
            spent = perf_counter() - self.began
            peak = max(peak, limits.memory_of(self.process, "VmRSS") - self.baseline)
            if peak > self.server.settings.memory_limit:
                return self._stopped(FAILED, spent, peak, "out of memory: killed at its limit")
            if spent > limit + (GRACE if data else 0.0):
                return self._stopped(TIMEOUT, spent, peak, f"killed after {limit:g} s")

    def _told(
        self, head: dict[str, Any], answer: Answer | None
    ) -> tuple[dict[str, Any], Answer | None, Judgement | None]:
        if answer is None:
            self._end()
            return head, None, Judgement(FAILED, inf, reason=head["reason"])
        if head["compile_seconds"] + head["solve_seconds"] > self.server.settings.time_limit:
            limit = self.server.settings.time_limit
            return head, None, Judgement(TIMEOUT, inf, reason=f"took more than {limit:g} s")
        return head, answer, None

    def _stopped(
        self, outcome: str, spent: float, peak: int, reason: str
    ) -> tuple[dict[str, Any], None, Judgement]:
        self._end()
        head = {"solve_seconds": spent, "memory_bytes": max(0, peak)}
        return head, None, Judgement(outcome, inf, reason=reason)

    def _gone(self) -> tuple[dict[str, Any], None, Judgement]:
        spent, code = perf_counter() - self.began, self._end(patience=1.0)
        if code < 0:
            reason = f"its process was killed by {signal.Signals(-code).name}"
        else:
            reason = f"its process ended without an answer (exit code {code})"
        return {"solve_seconds": spent}, None, Judgement(FAILED, inf, reason=reason)

    def _listen(self) -> None:
        """Take in another request; end with whoever asked."""
        more = os.read(self.server.requests, 1 << 16)
        if not more:
            self._end()
            os._exit(0)
        self.server.pending += more

    def _end(self, *, patience: float = 0.0) -> int:
        """Kill the worker and all that it started; return its exit code."""
        if not self.process:
            return 0
        process, self.process = self.process, 0
        until = perf_counter() + patience
        found, status = os.waitpid(process, os.WNOHANG)
        while not found and perf_counter() < until:
            sleep(POLL)
            found, status = os.waitpid(process, os.WNOHANG)
        _kill(os.killpg, process)
        if not found:
            _kill(os.kill, process)
            _, status = os.waitpid(process, 0)
        os.close(self.output)
        os.close(self.go)
        return os.waitstatus_to_exitcode(status)


def _kill(kill: Callable[[int, int], None], process: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        kill(process, signal.SIGKILL)


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
    server = Server((), (), Settings(), requests, replies)
    line = server._line()  # pyright: ignore[reportPrivateUsage]
    if line is None:
        return
    spec = json.loads(line)
    server.problems, server.solvers = loaded(spec["problems"], spec["solvers"])
    server.settings, server.core = Settings(**spec["settings"]), spec["core"]
    server.serve()


if __name__ == "__main__":
    main()
