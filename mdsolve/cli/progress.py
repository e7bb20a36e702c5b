"""A progress bar on stderr for whatever takes over a second, and what an interruption leaves."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mdsolve.cli.reading import place
from mdsolve.errors import InvalidInput, ToleranceNotReached
from mdsolve.games import Game

Result = TypeVar("Result")

PATIENCE = 1.0


def run_all(
    table: Path,
    games: Sequence[tuple[str | None, Game]],
    work: Callable[[Game], Result],
    *,
    quiet: bool,
) -> list[Result]:
    """Return what ``work`` makes of each game; an error names the game it struck.

    Raises
    ------
    KeyboardInterrupt
        With how many games were done.
    """
    done: list[Result] = []
    try:
        with counting("prompts", quiet=quiet) as progress:
            for prompt, game in games:
                done.append(_one(place(table, prompt), game, work))
                progress(len(done), len(games))
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(
            f"interrupted after {len(done)} of {len(games)} games; nothing was written."
        ) from stop
    return done


@contextmanager
def counting(what: str, *, quiet: bool) -> Generator[Callable[[int, int], None]]:
    """Yield what is called with (done, all): a bar on a terminal's stderr, once it takes long."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    )
    task, start = bar.add_task(what, total=None), time.monotonic()

    def progress(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)
        if not bar.live.is_started and time.monotonic() - start > PATIENCE:
            bar.start()

    try:
        yield progress
    finally:
        bar.stop()


@contextmanager
def busy(what: str, *, quiet: bool) -> Generator[None]:
    """Say on a terminal's stderr that something takes its time."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield
        return
    with console.status(what):
        yield


def _one(name: str, game: Game, work: Callable[[Game], Result]) -> Result:
    try:
        return work(game)
    except InvalidInput as error:
        raise InvalidInput(f"{name}: {error}") from error
    except ToleranceNotReached as miss:
        raise ToleranceNotReached(
            f"{name}: {miss}", solver=miss.solver, lower=miss.lower, upper=miss.upper
        ) from miss
