"""A mechanism run on a batch: blocks of whole games that fit the cache, on several threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mdsolve.batch.charges import Charged, Engine
from mdsolve.batch.games import Batch
from mdsolve.batch.outcome import BatchOutcome
from mdsolve.errors import InvalidInput, MdsolveError, ToleranceNotReached
from mdsolve.games.validation import read_only
from mdsolve.mechanism import Mechanism
from mdsolve.training_rules import TOLERANCE, FiniteMenu, MenuWelfare
from mdsolve.training_rules.training import checked_tolerance

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

#: cells of all groups in a block, twice as many under KL: its arrays stay in a core's own cache
CELLS = 1 << 17
#: from so many cells of all groups on a game is worth the one-game code, which reads it in blocks
LARGE = 1 << 18


def solve_batch(
    batch: Batch,
    mechanism: Mechanism,
    *,
    tolerance: float = TOLERANCE,
    threads: int | None = None,
    on_error: Literal["raise", "keep"] = "raise",
    progress: Progress | None = None,
) -> BatchOutcome:
    """Train on every game of a batch and charge its groups.

    Social welfare with affine maximizer payments is solved by segments for every divergence, and so
    are revenue-maximizing ones on both normalised domains; `MenuWelfare` chooses from each game's
    menu. All else runs game by game, and so does a game in which rounding would show. The numbers
    are those of `Mechanism.run`.

    Parameters
    ----------
    batch : Batch
    mechanism : Mechanism
    tolerance : float
        Width of each bracket that is accepted, as for `Mechanism.run`.
    threads : int, optional
        One for each core by default. The numbers do not depend on it.
    on_error : str
        ``"keep"`` goes on where a game has no outcome, and says why in `BatchOutcome.failed`.
    progress : callable, optional
        Called with (games done, games).

    Raises
    ------
    InvalidInput
        If the payment does not fit the rule, or a game; it names the prompt.
    ToleranceNotReached
        If some game's bracket stays too wide; it names the prompt.

    Examples
    --------
    >>> import mdsolve as md
    >>> batch = md.Batch([0, 2, 3], [0.5, 0.5, 1.0], [[1.0, 0.0, 3.0], [0.0, 1.0, 2.0]])
    >>> mechanism = md.Mechanism(md.SocialWelfare("l2", 4.0), md.AffineMaximizer())
    >>> solve_batch(batch, mechanism).payments
    array([[0.03125, 0.03125],
           [0.     , 0.     ]])
    """
    if on_error not in ("raise", "keep"):
        raise InvalidInput(f'on_error: {on_error!r} is unknown. Choose "raise" or "keep".')
    run = _Run.of(batch, mechanism, tolerance, keep=on_error == "keep")
    blocks = list(run.blocks())
    count = max(1, min(len(blocks), threads or cores()))
    done = 0
    if count == 1:
        for block in blocks:
            run.solve(block)
            done = _told(progress, done, block, len(batch))
        return run.outcome()
    with ThreadPoolExecutor(count) as pool:
        futures = [(block, pool.submit(run.solve, block)) for block in blocks]
        try:
            for block, future in futures:
                future.result()
                done = _told(progress, done, block, len(batch))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return run.outcome()


Block = tuple[int, int]


@dataclass(frozen=True, eq=False)
class _Run:
    """One run: where its blocks write what they find."""

    batch: Batch
    mechanism: Mechanism
    tolerance: float
    engine: Engine
    model: Array
    by_group: dict[str, Array]
    by_game: dict[str, Any]
    alone: NDArray[np.bool_]
    keep: bool
    failed: dict[int, str] = field(default_factory=dict[int, str])

    @classmethod
    def of(cls, batch: Batch, mechanism: Mechanism, tolerance: float, *, keep: bool) -> _Run:
        if not isinstance(batch, Batch):
            raise InvalidInput(
                f"batch: {type(batch).__name__} is not a Batch. Build one with Batch(...), "
                "Batch.of(games) or Batch.from_table(...)."
            )
        checked_tolerance(tolerance)
        _refuse_other_menus(batch, mechanism.rule)
        if isinstance(mechanism.payment, type):
            raise InvalidInput(
                f"payment: {mechanism.payment.__name__} is a class. Pass "
                f"{mechanism.payment.__name__}()."
            )
        games, groups, cells = batch.shape
        found = Engine.of(mechanism)
        chosen = {} if batch.menu is None else {"choice": np.zeros(games, dtype=np.intp)}
        names = ["values", "payments", "utilities", "payment_lower", "payment_upper"]
        if found.floors:
            names += ["floor_lower", "floor_upper"]
        return cls(
            batch,
            mechanism,
            tolerance,
            found,
            np.empty(cells),
            {name: np.empty((games, groups)) for name in names},
            {name: np.empty(games) for name in ("lower", "upper")} | chosen,
            np.zeros(games, dtype=bool),
            keep,
        )

    def blocks(self) -> Iterator[Block]:
        """Yield (first, last) of consecutive games, a cacheful of cells together."""
        few = 2 if self.engine.in_closed_form else 1  # arrays of a cell's size at a time
        offsets, width = self.batch.offsets, max(1, few * CELLS // len(self.batch.groups))
        first = 0
        while first < len(self.batch):
            last = int(np.searchsorted(offsets, offsets[first] + width, side="right")) - 1
            last = max(first + 1, last)
            yield first, last
            first = last

    def solve(self, block: Block) -> None:
        """Solve a block by segments, then what is left of it one by one."""
        first, last = block
        part = self.batch.part(first, last)
        left = np.arange(last - first)
        large = part.shape[1] * int(part.counts.max()) > LARGE
        if self.engine.by_segments and not large:
            found = self.engine.charge(part, self.tolerance)
            self._keep(block, found)
            left = np.flatnonzero(~found.sure)
        for k in left:
            self._solve_alone(first + int(k))

    def _keep(self, block: Block, found: Charged) -> None:
        games = slice(*block)
        self.model[self._cells(*block)] = found.fitted.model
        for name, into in self.by_group.items():
            into[games] = found.column(name).T
        for name, into in self.by_game.items():
            into[games] = found.column(name)

    def _solve_alone(self, k: int) -> None:
        name = f"prompt {self.batch.prompt(k)!r}"
        self.alone[k] = True
        try:
            outcome = self.engine.alone(self.batch, k, self.tolerance)
        except (InvalidInput, ToleranceNotReached) as error:
            if not self.keep:
                raise named(error, name) from error
            self.failed[k] = str(error)
            self.model[self._cells(k, k + 1)] = np.nan
            for column, into in (*self.by_group.items(), *self.by_game.items()):
                into[k] = -1 if column == "choice" else np.nan
            return
        model = outcome.model
        for column, into in self.by_game.items():
            if column == "choice":
                into[k] = model.argmax()
                model = self.batch.models_of(k)[into[k]]
            else:
                into[k] = getattr(outcome, column)
        self.model[self._cells(k, k + 1)] = model
        for column, into in self.by_group.items():
            into[k] = (
                [getattr(floor, column.removeprefix("floor_")) for floor in outcome.floors]
                if column.startswith("floor_")
                else getattr(outcome, column)
            )

    def _cells(self, first: int, last: int) -> slice:
        return slice(int(self.batch.offsets[first]), int(self.batch.offsets[last]))

    def outcome(self) -> BatchOutcome:
        """Return all that was found."""
        numbers: dict[str, Any] = {**self.by_group, **self.by_game, "model": self.model}
        numbers = {name: read_only(array) for name, array in numbers.items()}
        alone = np.flatnonzero(self.alone)
        failed = dict(sorted(self.failed.items()))
        return BatchOutcome(self.batch, self.mechanism, **numbers, alone=alone, failed=failed)


def _refuse_other_menus(batch: Batch, rule: Any) -> None:
    """Refuse a menu without its rule, or the rule without a menu."""
    if isinstance(rule, FiniteMenu):
        raise InvalidInput(
            "rule FiniteMenu: its entries are the models of one prompt, and a batch has many. "
            "Give each prompt's with Batch(..., menu=...), and choose by MenuWelfare."
        )
    if isinstance(rule, MenuWelfare) and batch.menu is None:
        raise InvalidInput(
            f"rule {rule!r}: the batch has no menu to choose from. Pass its models as "
            "Batch(..., menu=...), or name their columns with menu=[...]."
        )
    if batch.menu is not None and not isinstance(rule, MenuWelfare):
        raise InvalidInput(
            f"rule {rule!r}: trains a model for each game and chooses from none, but the batch has "
            "a menu. Use MenuWelfare, or leave the menu out."
        )


def named(error: MdsolveError, name: str) -> MdsolveError:
    """Return the error with the name of the game that it struck."""
    if isinstance(error, ToleranceNotReached):
        ends = {"lower": error.lower, "upper": error.upper}
        return ToleranceNotReached(f"{name}: {error}", solver=error.solver, **ends)
    return type(error)(f"{name}: {error}")


def _told(progress: Progress | None, done: int, block: Block, games: int) -> int:
    done += block[1] - block[0]
    if progress is not None:
        progress(done, games)
    return done


def cores() -> int:
    """Return how many processor cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
