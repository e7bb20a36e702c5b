"""The same race on a Dask cluster: each of its workers keeps a server of its own.

A task whose Dask worker is lost goes to another one; after a few it is given up and left for
``--resume``. Rows come back as they are; only the process that asked writes.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from threading import Lock
from typing import Any

from mdsolve.batch.cluster import connected, ended
from mdsolve.benchmark.run.loading import loaded, name_of, spec_of
from mdsolve.benchmark.run.race import Course, Executor
from mdsolve.benchmark.run.records import Row
from mdsolve.benchmark.run.runner import Runner
from mdsolve.benchmark.run.settings import Settings
from mdsolve.benchmark.run.tasks import Task
from mdsolve.errors import InvalidInput, MdsolveError

#: tasks under way for each worker, so that none waits for the next
_AHEAD = 2

_runners: dict[str, Runner] = {}
_one_at_a_time = Lock()


@contextmanager
def on_cluster(address: str | None = None, workers: int | None = None) -> Generator[Executor]:
    """Connect to a scheduler, or start a local cluster; yield the executor of a race there.

    Raises
    ------
    InvalidInput
        If Dask is not installed, or the scheduler cannot be reached.
    """
    with connected(address, workers) as client:
        yield lambda course, tasks: _run(client, course, tasks)


def _run(client: Any, course: Course, tasks: Iterable[Task]) -> Iterator[tuple[Task, Row | None]]:
    """Yield the rows of tasks as they come back."""
    spec = _spec(course)
    many = _AHEAD * max(1, len(client.scheduler_info()["workers"]))

    def submit(task: Task) -> Any:
        return client.submit(rows_of, spec, asdict(task), pure=False)

    lost: list[str] = []
    for task, future in ended(client, submit, tasks, many):
        error = future.exception()
        if error is None:
            for row in future.result():
                yield task, row
            yield task, None
        else:
            where = course.problems[task.steps[0]].name
            lost.append(f"{where} by {course.solvers[task.solver].name}: {error!r}")
    if lost:
        raise MdsolveError(
            f"{len(lost)} solves were lost on the cluster, first {lost[0]}. The rows of the others "
            "are there: go on with --resume."
        )


def _spec(course: Course) -> str:
    """Return what a server elsewhere is started from."""
    problems = [spec_of(problem) for problem in course.problems]
    solvers = [name_of(solver) for solver in course.solvers]
    for kind, names, found in (
        ("problem", [one.name for one in course.problems], problems),
        ("solver", [one.name for one in course.solvers], solvers),
    ):
        if None in found:
            raise InvalidInput(
                f"{kind} {names[found.index(None)]!r}: has no name that another machine knows. "
                "Race without a cluster, or give files that all workers see."
            )
    return json.dumps(
        {"problems": problems, "solvers": solvers, "settings": course.settings.as_dict()}
    )


def rows_of(spec: str, task: dict[str, Any]) -> list[Row]:
    """Return the rows of a task, by the server that this process keeps for such a race."""
    with _one_at_a_time:
        if spec not in _runners:
            _end()
            told = json.loads(spec)
            problems, solvers = loaded(told["problems"], told["solvers"])
            _runners[spec] = Runner(problems, solvers, Settings(**told["settings"]))
        try:
            return list(_runners[spec].run(Task(**task)))
        except BaseException:
            _end()
            raise


def _end() -> None:
    for runner in _runners.values():
        runner.close()
    _runners.clear()
