"""The other end of a server: it is started, asked for one task at a time, and ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.run.loading import name_of, spec_of
from mdsolve.benchmark.run.pipes import Pipes
from mdsolve.benchmark.run.records import Row
from mdsolve.benchmark.run.settings import Settings, one_thread
from mdsolve.benchmark.run.tasks import Task
from mdsolve.benchmark.solvers.entry import Solver
from mdsolve.errors import MdsolveError

#: this process's ends of all pipes to servers: a forked one must not hold another's open
_open: set[int] = set()


class Runner:
    """A server of one's own.

    Parameters
    ----------
    problems, solvers : sequences
        What tasks name by place.
    settings : Settings
    core : int, optional
        Where it and its workers are to stay.

    Notes
    -----
    Named problems and solvers are loaded by a fresh process, which knows from its start how many
    threads to use. Objects that have no name are inherited instead, by a fork of this process.
    """

    def __init__(
        self,
        problems: Sequence[Problem],
        solvers: Sequence[Solver],
        settings: Settings,
        core: int | None = None,
    ) -> None:
        specs = [spec_of(problem) for problem in problems]
        names = [name_of(solver) for solver in solvers]
        named = None not in specs and None not in names
        (ask, told), (heard, answer) = os.pipe(), os.pipe()
        self._pipes = Pipes(heard, told)
        _open.update((heard, told))
        if named:
            self._process = _executed(ask, answer, settings)
            spec = {
                "problems": specs,
                "solvers": names,
                "settings": settings.as_dict(),
                "core": core,
            }
            self._pipes.send(spec)
        else:
            self._process = _forked(ask, answer, problems, solvers, settings, core)
        os.close(ask)
        os.close(answer)

    def run(self, task: Task) -> Iterator[Row]:
        """Yield the rows of a task.

        Raises
        ------
        MdsolveError
            If the server itself ended.
        """
        try:
            self._pipes.send(asdict(task))
            while (line := self._pipes.line()) is not None:
                if (row := json.loads(line)) is None:
                    return
                yield row
        except BrokenPipeError:
            pass
        raise MdsolveError("the server of the race ended of itself: see above for its words.")

    def close(self) -> None:
        """End the server, and with it whatever is running."""
        for descriptor in (self._pipes.incoming, self._pipes.outgoing):
            if descriptor in _open:
                _open.remove(descriptor)
                os.close(descriptor)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._process, 0)


def _executed(ask: int, answer: int, settings: Settings) -> int:
    """Start a fresh interpreter as the server."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "mdsolve.benchmark.run.server"],
        stdin=ask,
        stdout=answer,
        env={**os.environ, **one_thread(settings.threads)},
        start_new_session=True,
    )
    process.returncode = 0  # waited for by its number
    return process.pid


def _forked(
    ask: int,
    answer: int,
    problems: Sequence[Problem],
    solvers: Sequence[Solver],
    settings: Settings,
    core: int | None,
) -> int:
    """Fork this process as the server."""
    from mdsolve.benchmark.run.server import Server

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python 3.12 warns of threads: none is needed there
        process = os.fork()
    if process:
        return process
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for descriptor in _open:
            os.close(descriptor)
        Server(problems, solvers, settings, Pipes(ask, answer), core).serve()
        code = 0
    except BaseException as error:
        print(f"mdsolve: {type(error).__name__}: {error}", file=sys.__stderr__, flush=True)
    finally:
        os._exit(code)
    return 0
