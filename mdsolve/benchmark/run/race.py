"""Solvers race over problems: tasks are handed to runners, and each row is on disk at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.run.loading import distinct, spec_of
from mdsolve.benchmark.run.records import Records, Row
from mdsolve.benchmark.run.runner import Runner
from mdsolve.benchmark.run.settings import Settings, cores, machine, versions
from mdsolve.benchmark.run.tasks import Done, Task, planned, remaining
from mdsolve.benchmark.solvers.entry import Solver
from mdsolve.errors import InvalidInput

Progress = Callable[[int, int], None]
#: runs tasks somewhere: yields each task with one of its rows, and with None when it is done
Executor = Callable[["Course", Iterable[Task]], Iterator[tuple[Task, Row | None]]]

_LOOK = 0.2


@dataclass(frozen=True, eq=False)
class Course:
    """What tasks are about.

    Attributes
    ----------
    problems, solvers : tuples
        What tasks name by place.
    settings : Settings
    """

    problems: tuple[Problem, ...]
    solvers: tuple[Solver, ...]
    settings: Settings


def race(
    problems: Sequence[Problem],
    solvers: Sequence[Solver],
    folder: str | Path,
    settings: Settings | None = None,
    *,
    series: Mapping[str, Sequence[Problem]] | None = None,
    resume: bool = False,
    executor: Executor | None = None,
    progress: Progress | None = None,
    command: str = "",
) -> list[Row]:
    """Let solvers race over problems; return all rows, which are in the folder too.

    Parameters
    ----------
    problems : sequence of Problem
        Each is solved by itself.
    solvers : sequence of Solver
        A solver is asked only for what it `suits`.
    folder : path
        Gets ``rows.jsonl``, ``run.json`` and, at the end, ``rows.parquet``.
    settings : Settings, optional
    series : mapping, optional
        Names to problems of one shape, solved in order: cold, and each from the last answer.
    resume : bool
        Go on with a race that was stopped.
    executor : callable, optional
        Where tasks run; one runner here by default.
    progress : callable, optional
        Told how many tasks are done, of how many.
    command : str
        What was typed.

    Raises
    ------
    InvalidInput
        If there is nothing to solve, or the folder holds something else.
    """
    held = settings or Settings()
    listed = {problem.name: problem for problem in problems}
    distinct(problems)
    members = {name: list(steps) for name, steps in (series or {}).items()}
    for steps in members.values():
        listed |= {problem.name: problem for problem in steps}
    course = Course(tuple(listed.values()), tuple(solvers), held)
    places = {name: place for place, name in enumerate(listed)}
    tasks = list(
        planned(
            course.problems,
            course.solvers,
            {name: [places[step.name] for step in steps] for name, steps in members.items()},
            [places[problem.name] for problem in problems],
        )
    )
    if not tasks:
        raise InvalidInput(
            "nothing to solve: no solver here takes any of these problems. Choose others."
        )
    records = Records(Path(folder), _configuration(course, members, problems), resume=resume)
    try:
        _run(course, tasks, records, executor or here(1), progress or (lambda done, all: None))
    except BaseException:
        records.close(table=False)
        raise
    records.close()
    return records.rows


def _run(
    course: Course, tasks: Sequence[Task], records: Records, executor: Executor, progress: Progress
) -> None:
    """Run what is left; run again, at the end, what was noisy."""
    done, attempts = Done(records.rows), course.settings.attempts

    def left() -> list[Task]:
        found = (remaining(task, course.problems, course.solvers, done, attempts) for task in tasks)
        return [task for task in found if task is not None]

    round_, finished = left(), 0
    total = len(round_)
    while round_:
        progress(finished, total)
        for _, row in executor(course, round_):
            if row is None:
                finished += 1
                progress(finished, total)
            else:
                records.append(row)
                done.add(row)
        round_ = left()
        total += len(round_)


def here(workers: int) -> Executor:
    """Return an executor of so many runners on this machine, each on a core of its own.

    Raises
    ------
    InvalidInput
        If there is not a single worker.
    """
    if workers < 1:
        raise InvalidInput(f"workers: {workers}. Start at least one.")

    def run(course: Course, tasks: Iterable[Task]) -> Iterator[tuple[Task, Row | None]]:
        free = cores()
        pinned = course.settings.threads == 1 and workers <= len(free)
        queue, told = deque(tasks), SimpleQueue[Any]()
        stop = Event()
        runners = [
            Runner(
                course.problems, course.solvers, course.settings, free[place] if pinned else None
            )
            for place in range(min(workers, len(queue)))
        ]
        threads = [
            Thread(target=_drive, args=(runner, queue, told, stop), daemon=True)
            for runner in runners
        ]
        try:
            for thread in threads:
                thread.start()
            yield from _collected(told, threads)
        finally:
            stop.set()
            queue.clear()
            for runner in runners:
                runner.close()
            for thread in threads:
                thread.join()

    return run


def _drive(runner: Runner, queue: deque[Task], told: SimpleQueue[Any], stop: Event) -> None:
    """Hand a runner one task after the other."""
    try:
        while not stop.is_set():
            try:
                task = queue.popleft()
            except IndexError:
                break
            for row in runner.run(task):
                told.put((task, row))
            told.put((task, None))
    except BaseException as error:
        told.put(error)


def _collected(
    told: SimpleQueue[Any], threads: Sequence[Thread]
) -> Iterator[tuple[Task, Row | None]]:
    while True:
        running = any(thread.is_alive() for thread in threads)
        try:
            found = told.get(timeout=_LOOK) if running else told.get_nowait()
        except Empty:
            if not running:
                return
            continue
        if isinstance(found, BaseException):
            raise found
        yield found


def _configuration(
    course: Course, series: Mapping[str, Sequence[Problem]], alone: Sequence[Problem]
) -> dict[str, Any]:
    """Return what a race that goes on must agree with."""
    return {
        "sets": sorted({of for problem in alone for of in problem.sets}),
        "problems": {problem.name: problem.program.digest for problem in alone},
        "series": {name: [step.name for step in steps] for name, steps in series.items()},
        "files": [spec for spec in map(spec_of, course.problems) if spec and "file" in spec],
        "solvers": [solver.name for solver in course.solvers],
        "settings": course.settings.as_dict(),
        "machine": machine(),
        "versions": versions(course.solvers),
    }
