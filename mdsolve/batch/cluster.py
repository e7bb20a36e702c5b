"""The same tasks on Dask distributed: a lost worker's partitions are redone, a poisoned one told.

Tasks write their own results and return marks of a few bytes, so nothing large travels.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from mdsolve.batch.run import Executor, Tally, Task
from mdsolve.errors import InvalidInput, MdsolveError

#: how many workers may die over one partition before it is suspected, and again before it is lost
RETRIES = 2
PATIENCE = 5.0


@contextmanager
def cluster(address: str | None = None, workers: int | None = None) -> Generator[Executor]:
    """Connect to a scheduler, or start a local cluster of processes; yield how tasks run there.

    Raises
    ------
    InvalidInput
        If Dask is not installed, or the scheduler cannot be reached.
    """
    with connected(address, workers) as client:
        yield lambda tasks, tally: _run(client, tasks, tally)


@contextmanager
def connected(address: str | None = None, workers: int | None = None) -> Generator[Any]:
    """Connect to a scheduler, or start a local cluster of processes; yield its client.

    Raises
    ------
    InvalidInput
        If Dask is not installed, or the scheduler cannot be reached.
    """
    try:
        import dask
        import distributed
    except ImportError as error:
        raise InvalidInput(
            "clusters need Dask: pip install 'mdsolve[cluster]', or leave --workers and --cluster "
            "out."
        ) from error
    if workers is not None and workers < 1:
        raise InvalidInput(f"workers: {workers}. Start at least one.")
    library: Any = distributed
    settings = {"distributed.scheduler.allowed-failures": RETRIES}
    with dask.config.set(settings):  # pyright: ignore[reportPrivateImportUsage]
        local: Any = None
        try:
            if address is None:
                local = library.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
            client: Any = library.Client(local or address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, RuntimeError, TimeoutError) as error:
            where = address or f"a local cluster of {workers} workers"
            raise InvalidInput(
                f"{where}: cannot be reached ({error or type(error).__name__}). Check that the "
                "scheduler runs there, as in tcp://host:8786."
            ) from error
        try:
            yield client
        finally:
            client.close()
            if local is not None:
                local.close()


def _run(client: Any, tasks: Sequence[Task], tally: Tally) -> Iterator[dict[str, Any]]:
    """Yield marks as partitions are done; what kills its workers is told in ``tally.lost``.

    A dying worker takes along whatever waited on it, so a death proves nothing of one task among
    many: the suspects are run again, each alone, and only what kills then is given up.
    """
    from distributed import KilledWorker

    suspects: list[Task] = []
    many = 4 * max(1, len(client.scheduler_info()["workers"]))

    def submit(task: Task) -> Any:
        return client.submit(task, pure=False, retries=0)

    for task, future in ended(client, submit, tasks, many):
        if isinstance(future.exception(), KilledWorker):
            suspects.append(task)
        else:
            yield from _mark(task, future, tally)
    for task, future in ended(client, submit, suspects, 1):
        yield from _mark(task, future, tally)


def _mark(task: Task, future: Any, tally: Tally) -> Iterator[dict[str, Any]]:
    """Yield what a task returned, or tell that it is lost; a refusal is raised."""
    from distributed import KilledWorker

    error = future.exception()
    if error is None:
        yield future.result()
    elif isinstance(error, MdsolveError):
        raise error
    else:
        killed = isinstance(error, KilledWorker)
        tally.lose(task, "killed its workers" if killed else repr(error))


def ended(
    client: Any, submit: Callable[[Any], Any], tasks: Iterable[Any], at_once: int
) -> Iterator[tuple[Any, Any]]:
    """Yield tasks with their futures as they end, so many of them on the cluster at once."""
    from distributed import as_completed

    queue = iter(tasks)
    started: dict[Any, Any] = {}

    def start(task: Any) -> Any:
        future = submit(task)
        started[future] = task
        return future

    first = [start(task) for task in islice(queue, at_once)]
    with client.as_current():
        running: Any = as_completed(first)
    try:
        for future in running:
            yield started.pop(future), future
            for another in islice(queue, 1):
                running.add(start(another))
    finally:
        client.cancel(list(started))
