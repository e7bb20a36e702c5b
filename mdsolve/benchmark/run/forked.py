"""A forked worker, watched from outside: killed at its limits, with all that it started."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import select
import signal
import sys
from collections.abc import Callable, Sequence
from math import inf
from time import perf_counter, sleep
from typing import Any

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.measures.judge import FAILED, TIMEOUT, Judgement
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.run import limits, worker
from mdsolve.benchmark.run.pipes import Pipes
from mdsolve.benchmark.run.settings import Settings
from mdsolve.benchmark.solvers.entry import Solver

#: seconds between looks at a worker's memory, and for what an answer takes to travel
POLL, GRACE = 0.02, 30.0

#: what a worker measured, what it answered, and a verdict where it did not answer
Step = tuple[dict[str, Any], Answer | None, Judgement | None]


class Forked:
    """A process that solves the steps of a task, and what is known of it from outside."""

    def __init__(
        self, pipes: Pipes, settings: Settings, core: int | None, solver: Solver, *, warm: bool
    ) -> None:
        self.pipes, self.settings, self.core = pipes, settings, core
        self.solver, self.warm = solver, warm
        self.process = 0

    def __enter__(self) -> Forked:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    @property
    def alive(self) -> bool:
        """Whether there is a worker that waits to go on."""
        return self.process != 0

    def start(self, steps: Sequence[Problem]) -> None:
        """Fork a worker for these steps; there is none now."""
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
            for descriptor in (*others, self.pipes.incoming, self.pipes.outgoing):
                os.close(descriptor)
            nowhere = os.open(os.devnull, os.O_RDWR)
            for standard in (0, 1, 2):
                if standard not in (output, wait):
                    os.dup2(nowhere, standard)
            limits.confine(self.settings.memory_limit, self.core)
            worker.work(output, wait, self.solver, steps, self.settings, self.warm)
            code = 0
        finally:
            os._exit(code)

    def step(self) -> Step:
        """Return what the worker measured and answered, or a verdict where it did not."""
        if not self.first:
            self.began = perf_counter()
            with contextlib.suppress(BrokenPipeError):  # it has ended since: the reading will tell
                os.write(self.go, b"g")
        self.first = False
        data, peak = b"", 0
        limit = self.settings.time_limit
        while True:
            ready, _, _ = select.select([self.output, self.pipes.incoming], [], [], POLL)
            if self.pipes.incoming in ready:
                self._listen()
            if self.output in ready:
                more = os.read(self.output, 1 << 20)
                data += more
                if not more:
                    return self._gone()
                if (found := worker.unpacked(data)) is not None:
                    return self._told(*found, peak)
            spent = perf_counter() - self.began
            peak = max(peak, self._held())
            if peak > self.settings.memory_limit:
                return self._stopped(FAILED, spent, peak, "out of memory: killed at its limit")
            if spent > limit + (GRACE if data else 0.0):
                return self._stopped(TIMEOUT, spent, peak, f"killed after {limit:g} s")

    def _held(self) -> int:
        """Return the bytes that the worker and all that it started hold above its baseline."""
        own = limits.memory_of(self.process, "VmRSS") - self.baseline
        return own + limits.memory_beside(self.process)

    def _told(self, head: dict[str, Any], answer: Answer | None, peak: int) -> Step:
        head["memory_bytes"] = max(peak, head.get("memory_bytes", 0))
        if answer is None:
            self._end()
            return head, None, Judgement(FAILED, inf, reason=head["reason"])
        if head["compile_seconds"] + head["solve_seconds"] > self.settings.time_limit:
            limit = self.settings.time_limit
            return head, None, Judgement(TIMEOUT, inf, reason=f"took more than {limit:g} s")
        return head, answer, None

    def _stopped(self, outcome: str, spent: float, peak: int, reason: str) -> Step:
        self._end()
        head = {"solve_seconds": spent, "memory_bytes": max(0, peak)}
        return head, None, Judgement(outcome, inf, reason=reason)

    def _gone(self) -> Step:
        spent, code = perf_counter() - self.began, self._end(patience=1.0)
        if code < 0:
            reason = f"its process was killed by {signal.Signals(-code).name}"
        else:
            reason = f"its process ended without an answer (exit code {code})"
        return {"solve_seconds": spent}, None, Judgement(FAILED, inf, reason=reason)

    def _listen(self) -> None:
        """Take in another request; end with whoever asked."""
        if not self.pipes.listen():
            self._end()
            os._exit(0)

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
        limits.end_orphans()
        os.close(self.output)
        os.close(self.go)
        return os.waitstatus_to_exitcode(status)


def _kill(kill: Callable[[int, int], None], process: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        kill(process, signal.SIGKILL)
