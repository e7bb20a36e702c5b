"""A table of candidates as a batch: rows of a prompt stand together, one numeric column a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.batch.games import Batch
from mdsolve.errors import InvalidInput
from mdsolve.games.sources import Table, opened
from mdsolve.games.tables import group_columns, reference_column


@dataclass(frozen=True)
class Columns:
    """Which column is what.

    Attributes
    ----------
    prompt, outcome : str
    kind : str
        ``"reference"`` or ``"logprob"``.
    masses : str or None
        The column of that kind; None for equal masses.
    groups : tuple of str
    menu : tuple of str
        The columns that are models to choose from, by `MenuWelfare`.
    """

    prompt: str
    outcome: str
    kind: str
    masses: str | None
    groups: tuple[str, ...]
    menu: tuple[str, ...] = ()

    @classmethod
    def found(
        cls,
        table: Table,
        *,
        reference: str | None = None,
        logprob: str | None = None,
        outcome: str = "outcome",
        prompt_column: str = "prompt",
        groups: Sequence[str] | None = None,
        menu: Sequence[str] = (),
    ) -> Columns:
        """Return the columns of a table by the rules of `mdsolve.games.tables`."""
        models = (menu,) if isinstance(menu, str) else tuple(menu)
        for column, argument in ((prompt_column, "prompt_column"), (outcome, "outcome")):
            if column not in table.columns:
                raise InvalidInput(
                    f"{table.name}: there is no column {column!r}; the columns are "
                    f"{list(table.columns)}. Name the right one with {argument}='...'."
                )
        kind, masses = reference_column(table, reference, logprob)
        taken = {outcome, prompt_column, masses, "reference", "logprob", "text", *models}
        named = tuple(group_columns(table, groups, taken))
        found = cls(prompt_column, outcome, kind, masses, named, models)
        for column in found.needed:
            if column not in table.columns:
                raise InvalidInput(
                    f"{table.name}: there is no column {column!r}; the columns are "
                    f"{list(table.columns)}. Name the groups with groups=[...], and models to "
                    "choose from with menu=[...]."
                )
        return found

    @property
    def numeric(self) -> list[str]:
        """The columns that hold numbers."""
        return [*self.groups, *([self.masses] if self.masses else []), *self.menu]

    @property
    def needed(self) -> list[str]:
        """All columns that are read."""
        return list(dict.fromkeys([self.prompt, self.outcome, *self.numeric]))


def batch_from_table(source: Any, sizes: Any = None, **columns: Any) -> Batch:
    """Return the batch of a frame, CSV or Parquet whose prompts' rows stand together.

    Raises
    ------
    InvalidInput
        Naming the file, the prompt or the row, the value and the remedy.
    """
    table = opened(source)
    chosen = Columns.found(table, **columns)
    prompts = table.text(chosen.prompt, "prompt_column='...'")
    starts = [k for k, name in enumerate(prompts) if k == 0 or name != prompts[k - 1]]
    names = [prompts[k] for k in starts]
    _refuse_scattered(table, names, starts)
    outcomes = table.text(chosen.outcome, "outcome='...'")
    offsets = np.array([*starts, table.rows])
    _refuse_repeats(table, names, offsets, outcomes)
    rewards = np.array([table.numbers(group, "groups=[...]") for group in chosen.groups])
    menu = {name: table.numbers(name, "menu=[...]") for name in chosen.menu}
    if chosen.masses is None:
        masses: NDArray[Any] = equal_masses(np.diff(offsets))
    else:
        masses = table.numbers(chosen.masses, f"{chosen.kind}='...'")
    try:
        return Batch(
            offsets,
            None if chosen.kind == "logprob" else masses,
            rewards,
            sizes,
            logprob=masses if chosen.kind == "logprob" else None,
            prompts=names,
            groups=chosen.groups,
            outcomes=outcomes,
            menu=menu or None,
        )
    except InvalidInput as error:
        raise InvalidInput(f"{table.name}: {error}") from error


def equal_masses(counts: NDArray[Any]) -> NDArray[np.float64]:
    """Return uniform references of games with these numbers of outcomes, end to end."""
    return np.repeat(1.0 / counts, counts)


def _refuse_scattered(table: Table, names: list[str], starts: list[int]) -> None:
    if len(set(names)) == len(names):
        return
    seen: set[str] = set()
    for name, start in zip(names, starts, strict=True):
        if name in seen:
            raise InvalidInput(
                f"{table.name}, {table.place(start)}: prompt {name!r} begins again after others. "
                "Sort the table by prompt first."
            )
        seen.add(name)


def _refuse_repeats(
    table: Table, names: list[str], offsets: NDArray[Any], outcomes: list[str]
) -> None:
    for name, first, last in zip(names, offsets[:-1], offsets[1:], strict=True):
        labels = outcomes[first:last]
        if len(set(labels)) < len(labels):
            twin = next(label for k, label in enumerate(labels) if label in labels[:k])
            raise InvalidInput(
                f"{table.name}: prompt {name!r}: outcome {twin!r} is named twice. Rename or drop "
                "one of the two."
            )
