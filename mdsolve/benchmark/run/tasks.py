"""What there is to solve: a problem or a series, by a solver; and which of it rows show as done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.run.records import Row
from mdsolve.benchmark.solvers.entry import Solver

COLD, WARM = "cold", "warm"


@dataclass(frozen=True)
class Task:
    """One worker's work: steps in order, by one solver.

    Attributes
    ----------
    steps : tuple of int
        Places of the problems in the race's list.
    solver : int
        Place of the solver in the race's list.
    series : str or None
        The series that the steps are, None of a problem by itself.
    start : str
        ``"warm"`` where each step starts at the answer of the one before, else ``"cold"``.
    attempts : tuple of int
        Of each step, which attempt this one is; 0 where its row is there already.
    """

    steps: tuple[int, ...]
    solver: int
    series: str | None = None
    start: str = COLD
    attempts: tuple[int, ...] = field(default=(1,))


def planned(
    problems: Sequence[Problem],
    solvers: Sequence[Solver],
    series: Mapping[str, Sequence[int]],
    alone: Sequence[int],
) -> Iterator[Task]:
    """Yield all tasks: problems alone first, then each series cold and, where that helps, warm."""
    for place in alone:
        for j, solver in enumerate(solvers):
            if solver.suits(problems[place]):
                yield Task((place,), j)
    for name, steps in series.items():
        for j, solver in enumerate(solvers):
            if all(solver.suits(problems[place]) for place in steps):
                for start in (COLD, WARM) if solver.warm else (COLD,):
                    yield Task(tuple(steps), j, name, start, (1,) * len(steps))


def remaining(
    task: Task, problems: Sequence[Problem], solvers: Sequence[Solver], done: Done, attempts: int
) -> Task | None:
    """Return what is left of a task; None where all its rows are there and quiet enough."""
    found = []
    for step, place in enumerate(task.steps):
        count, noisy = done.of(problems[place].name, solvers[task.solver].name, task, step)
        again = count == 0 or (noisy and count < attempts)
        found.append(count + 1 if again else 0)
    return replace(task, attempts=tuple(found)) if any(found) else None


class Done:
    """How many attempts there are of each row, and whether the last one was noisy."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._counts: Counter[tuple[Any, ...]] = Counter()
        self._noisy: dict[tuple[Any, ...], bool] = {}
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """Count a row."""
        name = tuple(row[field] for field in ("problem", "solver", "series", "start", "step"))
        self._counts[name] += 1
        self._noisy[name] = bool(row["noisy"])

    def of(self, problem: str, solver: str, task: Task, step: int) -> tuple[int, bool]:
        """Return the number of attempts at a step, and whether the last one was noisy."""
        name = (problem, solver, task.series, task.start, None if task.series is None else step)
        return self._counts[name], self._noisy.get(name, False)
