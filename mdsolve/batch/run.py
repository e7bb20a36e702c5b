"""A whole file through one mechanism: partition by partition, resumed where it was killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from mdsolve.batch.folder import MANIFEST, Folder, part
from mdsolve.batch.parquet import Partition, Source
from mdsolve.batch.partition import Job, run_partition
from mdsolve.errors import InvalidInput, MdsolveError, Rejected

FORMAT = "mdsolve-batch/1"
_COUNTED = ("prompts", "solved", "rejected", "rows", "rows_solved", "rows_rejected")

Progress = Callable[["Tally"], None]


@dataclass
class Tally:
    """How far a run is: partitions and rows of the file, prompts solved and rejected.

    ``resumed`` are the rows that an earlier run had done; ``lost`` tells which partitions could not
    be done, by their numbers, with their prompts.
    """

    partitions: int
    total: int
    resumed: int = 0
    done: int = 0
    counts: dict[str, int] | None = None
    lost: dict[int, str] | None = None

    def add(self, mark: dict[str, Any]) -> None:
        """Count one partition that is done."""
        counts = self.counts or dict.fromkeys(_COUNTED, 0)
        self.counts = {name: counts[name] + int(mark["counts"][name]) for name in _COUNTED}
        self.done += 1

    def lose(self, task: Task, why: str) -> None:
        """Note a partition that cannot be done, with its prompts, and why."""
        self.lost = {**(self.lost or {}), task.partition.number: f"{task.prompts()}: {why}"}

    @property
    def rows(self) -> int:
        """Rows done."""
        return 0 if self.counts is None else self.counts["rows"]


@dataclass(frozen=True)
class Task:
    """One partition, all that a worker needs to do it."""

    source: Source
    partition: Partition
    job: Job
    folder: Folder
    on_error: Literal["skip", "stop"]
    threads: int | None = None

    def __call__(self) -> dict[str, Any]:
        """Read, solve, write; return the mark that says it is done.

        Raises
        ------
        Rejected
            If a prompt is, and that is to stop the run; nothing is written.
        """
        number = self.partition.number
        table = self.source.read(self.partition, use_threads=self.threads != 1)
        mark: dict[str, Any] = {"partition": number, "bytes": {}}
        if table.num_rows == 0:
            mark["counts"] = dict.fromkeys(_COUNTED, 0)
            self.folder.write_json(part("done", number), mark)
            return mark
        found = run_partition(table, self.job, threads=self.threads)
        if found.rejects.num_rows and self.on_error == "stop":
            first = found.rejects.slice(0, 1).to_pylist()[0]
            raise Rejected(
                f"prompt {str(first['prompt'])!r}: {first['reason']} ({found.rejects.num_rows} "
                "such in its partition, which was not written.) Correct the table, or set bad "
                'prompts aside with on_error="skip".'
            )
        tables = {"allocations": found.allocations, "groups": found.groups}
        if found.rejects.num_rows:
            tables["rejects"] = found.rejects
        for name, each in tables.items():
            if each is not None:
                mark["bytes"][name] = self.folder.write_table(part(name, number), each)
        mark["counts"] = found.counts
        self.folder.write_json(part("done", number), mark)
        return mark

    def prompts(self) -> str:
        """Return which prompts these are, in words."""
        try:
            low, high = self.source.prompts_of(self.partition)
        except Exception:  # what cannot be read has no names
            return f"row groups {self.partition.first} to {self.partition.last - 1}"
        return f"prompts {str(low)!r} to {str(high)!r}"


Executor = Callable[[Sequence[Task], Tally], Iterator[dict[str, Any]]]


def one_by_one(tasks: Sequence[Task], tally: Tally) -> Iterator[dict[str, Any]]:
    """Run tasks in turn, in this process; one that fails is told in ``tally.lost``."""
    for task in tasks:
        yield from _marks(task, task, tally)


def in_threads(count: int) -> Executor:
    """Return how tasks are run on threads of this process: one decodes while another computes."""

    def execute(tasks: Sequence[Task], tally: Tally) -> Iterator[dict[str, Any]]:
        queue = iter(tasks)
        with ThreadPoolExecutor(count) as pool:
            running = {pool.submit(task): task for task in islice(queue, count)}
            try:
                while running:
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        task = running.pop(future)
                        running |= {pool.submit(more): more for more in islice(queue, 1)}
                        yield from _marks(future.result, task, tally)
            finally:
                for future in running:
                    future.cancel()

    return execute


def _marks(
    work: Callable[[], dict[str, Any]], task: Task, tally: Tally
) -> Iterator[dict[str, Any]]:
    """Yield a task's mark; what cannot be done, as a page that cannot be read, is noted as lost."""
    try:
        mark = work()
    except MdsolveError:
        raise
    except Exception as error:
        tally.lose(task, repr(error))
        return
    yield mark


def run(
    source: Source,
    job: Job,
    folder: Folder,
    *,
    on_error: Literal["skip", "stop"] = "stop",
    executor: Executor = one_by_one,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Tally:
    """Run all partitions that are not done yet, and complete the manifest.

    Raises
    ------
    InvalidInput
        If the folder holds another run's results (with the difference), or cannot be written to.
    Rejected
        If a prompt is bad and ``on_error`` is ``"stop"``.
    """
    manifest = _manifest(source, job, on_error)
    _refuse_another(folder, manifest)
    source.refuse_disorder()
    folder.create()
    with folder.locked():
        if folder.read(MANIFEST) is None:
            folder.write_json(MANIFEST, manifest)
        tally = Tally(len(source.partitions), source.rows)
        left: list[Task] = []
        for partition in source.partitions:
            mark = _mark(folder, partition)
            if mark is None:
                left.append(Task(source, partition, job, folder, on_error, threads))
            else:
                tally.add(mark)
        tally.resumed = tally.rows
        if progress is not None:
            progress(tally)
        for mark in executor(left, tally):
            tally.add(mark)
            if progress is not None:
                progress(tally)
        if not tally.lost:
            _complete(folder, manifest, tally)
    return tally


def _manifest(source: Source, job: Job, on_error: str) -> dict[str, Any]:
    from mdsolve import __version__

    return {
        "format": FORMAT,
        "mdsolve": __version__,
        "input": source.fingerprint,
        "configuration": {**job.described(), "on_error": on_error},
        "partitions": [[each.first, each.last] for each in source.partitions],
        "complete": False,
    }


def _refuse_another(folder: Folder, manifest: dict[str, Any]) -> None:
    held = folder.read(MANIFEST)
    if held is None:
        folder.refuse_foreign()
        return
    told = {name: value for name, value in held.items() if name not in ("complete", "totals")}
    mine = {name: value for name, value in manifest.items() if name != "complete"}
    if differences := list(_differences("", told, mine)):
        shown = "; ".join(differences[:6])
        raise InvalidInput(
            f"{folder.address}: holds the results of another run: {shown}. Choose another folder, "
            "or run the same command again to continue it."
        )


def _differences(place: str, held: Any, mine: Any) -> Iterator[str]:
    if isinstance(held, dict) and isinstance(mine, dict):
        for name in sorted({*held, *mine}):
            inner = f"{place}.{name}" if place else str(name)
            yield from _differences(inner, held.get(name), mine.get(name))
    elif held != mine:
        if place == "partitions":
            held, mine = f"{len(held or ())} of them", f"{len(mine)} of them, otherwise cut"
        yield f"{place} was {held!r} and is now {mine!r}"


def _mark(folder: Folder, partition: Partition) -> dict[str, Any] | None:
    """Return a partition's mark, if its tables are as they were written."""
    mark = folder.read(part("done", partition.number))
    if mark is None:
        return None
    whole = all(
        folder.size(part(name, partition.number)) == size for name, size in mark["bytes"].items()
    )
    return mark if whole else None


def _complete(folder: Folder, manifest: dict[str, Any], tally: Tally) -> None:
    counts = tally.counts or dict.fromkeys(_COUNTED, 0)
    solved = counts["solved"] + counts["rejected"], counts["rows_solved"] + counts["rows_rejected"]
    if solved != (counts["prompts"], counts["rows"]) or counts["rows"] != tally.total:
        raise AssertionError(f"totals do not reconcile: {counts}, {tally.total} rows in the file")
    folder.write_json(MANIFEST, {**manifest, "complete": True, "totals": counts})
