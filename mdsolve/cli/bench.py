"""``mdsolve bench``: solvers race over problems with proved optima; only verified answers count."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from mdsolve.benchmark import catalogue
from mdsolve.benchmark.measures.judge import OUTCOMES
from mdsolve.benchmark.measures.statistics import latest
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.run.loading import of_file
from mdsolve.benchmark.run.race import Executor, here, race
from mdsolve.benchmark.run.records import Row
from mdsolve.benchmark.run.settings import Settings
from mdsolve.benchmark.solvers import SOLVERS, installed, solvers_named
from mdsolve.cli import options, views
from mdsolve.cli.progress import counting
from mdsolve.cli.views import console, grid
from mdsolve.errors import InvalidInput

DEFAULT = "clarabel,ecos,scs,highs"
_UNITS = {"": 1, "B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}


def bench(
    of: Annotated[
        str | None,
        typer.Option(
            "--set",
            metavar="smoke|standard|hard|large|all|FAMILY",
            help="The problems of a set or a family; several with commas.  [default: smoke]",
        ),
    ] = None,
    problem: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A named problem; may be given again."),
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH", help="A program of your own: .mps, .cbf, ...; again for more."
        ),
    ] = None,
    optimum: Annotated[
        list[float] | None,
        typer.Option(help="The published optimum of each --file, in order; else a gap must prove."),
    ] = None,
    series: Annotated[
        bool,
        typer.Option("--series", help="Solve the series, each problem cold and from the last."),
    ] = False,
    solvers: Annotated[
        str,
        typer.Option(
            metavar="NAME,...",
            help="Names of --list, all, or functions of your own as file.py:function.",
        ),
    ] = DEFAULT,
    target: Annotated[float, typer.Option(help="Accuracy asked for and held against.")] = 1e-6,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder of the rows.  [default: bench-results]"),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the race that was stopped in FOLDER.")
    ] = False,
    time_limit: Annotated[
        float, typer.Option(metavar="SECONDS", help="Of each solve, its compilation included.")
    ] = 60.0,
    memory_limit: Annotated[
        str, typer.Option(metavar="SIZE", help="Of each solve, such as 500MB or 2GB.")
    ] = "2GB",
    threads: Annotated[int, typer.Option(help="Of each solve.")] = 1,
    workers: Annotated[
        int, typer.Option(metavar="N", help="Solves at once, each on a core of its own.")
    ] = 1,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Race on a Dask cluster, such as tcp://host:8786."),
    ] = None,
    attempts: Annotated[
        int, typer.Option(help="How often a solve is run while the machine is noisy.")
    ] = 2,
    listing: Annotated[
        bool, typer.Option("--list", help="List the problems and the solvers, and stop.")
    ] = False,
    quiet: options.Quiet = False,
) -> None:
    """Let solvers race over problems whose optima are proved; believe none of them.

    Every answer is verified from the problem's data. Rows are written as they come; an interrupted
    race goes on with --resume. Exit 1 where a solver made a false claim.
    """
    if listing:
        _list(of)
        return
    settings = Settings(target, time_limit, _bytes(memory_limit), threads, attempts=attempts)
    if cluster is not None and workers != 1:
        raise InvalidInput("--workers, --cluster: give one of the two.")
    chosen = _problems(of, problem, file, optimum, series)
    by_series = _series() if series else {}
    names = installed() if solvers == "all" else [name.strip() for name in solvers.split(",")]
    entries = solvers_named(name for name in names if name)
    folder = out or Path("bench-results")
    with ExitStack() as stack:
        executor: Executor = here(workers)
        if cluster is not None:
            from mdsolve.benchmark.run.cluster import on_cluster

            executor = stack.enter_context(on_cluster(cluster))
        progress = stack.enter_context(counting("solves", quiet=quiet))
        try:
            rows = race(
                chosen,
                entries,
                folder,
                settings,
                series=by_series,
                resume=resume,
                executor=executor,
                progress=progress,
                command=shlex.join(["mdsolve", *sys.argv[1:]]),
            )
        except KeyboardInterrupt as stop:
            raise KeyboardInterrupt(
                f"interrupted; rows that are done stay in {folder}: go on with --resume."
            ) from stop
    if not quiet:
        _tell(rows, folder)
    if any(row["outcome"] == "false claim" for row in rows):
        raise typer.Exit(1)


def _problems(
    of: str | None,
    names: Sequence[str] | None,
    files: Sequence[Path] | None,
    optima: Sequence[float] | None,
    series: bool,
) -> list[Problem]:
    """Return the problems asked for, each once."""
    given = list(files or ())
    known = list(optima or ())
    if known and len(known) != len(given):
        raise InvalidInput(
            f"--optimum: {len(known)} for {len(given)} files. Give one for each --file, or none."
        )
    values: Sequence[float | None] = known or [None] * len(given)
    nothing = not (of or names or given or series)
    sets = "smoke" if nothing else of or ""
    found = [one for name in sets.split(",") if name for one in catalogue.problems(name.strip())]
    found += [catalogue.problem(name) for name in names or ()]
    found += [of_file(path, value) for path, value in zip(given, values, strict=True)]
    return list({(one.name, one.path, one.lower): one for one in found}.values())


def _series() -> dict[str, list[Problem]]:
    return {
        name: [catalogue.problem(member) for member in members]
        for name, members in catalogue.series().items()
    }


def _bytes(text: str) -> int:
    number = text.rstrip("BKMGbkmg ")
    unit = _UNITS.get(text[len(number) :].strip().upper())
    try:
        size = float(number) * (unit or 0)
    except ValueError:
        size = 0.0
    if not (isfinite(size) and size >= 1):
        raise InvalidInput(f"--memory-limit {text!r}: is no size. Write 500MB or 2GB.")
    return int(size)


def _list(of: str | None) -> None:
    problems = grid("problem", "family", "sets", "kind", "status", left=5)
    for one in [one for name in (of or "all").split(",") for one in catalogue.problems(name)]:
        problems.add_row(one.name, one.family, ", ".join(one.sets), one.program.kind, one.status)
    solvers = grid("solver", "takes", "version", "what it is", left=4)
    for name, solver in SOLVERS.items():
        version = solver.version if solver.is_installed else "not installed"
        solvers.add_row(
            name, ", ".join(["linear", *sorted(solver.takes)]), version, solver.describes
        )
    out = console()
    out.print(problems)
    out.print(solvers)


def _tell(rows: Sequence[Row], folder: Path) -> None:
    """Print how often each solver came to each outcome: the last attempt counts."""
    last = latest(rows)
    table = grid("solver", *OUTCOMES)
    for solver in dict.fromkeys(row["solver"] for row in last):
        own = [row["outcome"] for row in last if row["solver"] == solver]
        table.add_row(solver, *(str(own.count(outcome)) for outcome in OUTCOMES))
    console().print(table)
    noisy = sum(bool(row["noisy"]) for row in last)
    note = f", {noisy} of them measured on a noisy machine" if noisy else ""
    views.note(f"{len(last)} solves{note}; wrote {folder}")
