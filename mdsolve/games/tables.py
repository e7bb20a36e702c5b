"""Tables of candidates in (one row an outcome, one numeric column a group), tables of results out.

Column ``outcome`` names the candidate; ``reference`` (probabilities that sum to 1) or ``logprob``
(normalised by softmax) is the model before training; ``prompt`` tells the games of one table
apart. Every other column is a group's reward, but for ``text``, which is left out; an explicit
``groups=[...]`` leaves out all that it does not name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np

from mdsolve.errors import InvalidInput
from mdsolve.games.files import checked_target, written_whole
from mdsolve.games.game import Game
from mdsolve.games.sources import Table, opened
from mdsolve.games.validation import Array

_KINDS = ("reference", "logprob")
_PANDAS_INDEX = "__index_level_"


def games_from_table(
    source: Any,
    sizes: Any = None,
    *,
    reference: str | None = None,
    logprob: str | None = None,
    outcome: str = "outcome",
    prompt_column: str = "prompt",
    groups: Sequence[str] | None = None,
) -> Iterator[tuple[str | None, Game]]:
    """Yield ``(prompt, game)`` in order of first appearance; without a column the prompt is None.

    The columns are read and checked at the call, each game when its turn comes.

    Parameters
    ----------
    source : frame or path
        pandas, Polars or pyarrow frame (anything eager that narwhals reads), ``.csv`` or
        ``.parquet`` file.
    sizes : array_like of shape (groups,), or mapping from group to size, optional
        Positive; 1 each by default.
    reference, logprob : str, optional
        The column of probabilities, or of natural log-probabilities; by default the one so named.
        ``reference="uniform"`` asks for equal masses.
    outcome, prompt_column : str
        The columns that name the candidate and (optional) the prompt.
    groups : sequence of str, optional
        The reward columns; by default every column without another role, which must be numeric.

    Raises
    ------
    InvalidInput
        Naming the file, row, column and prompt, the value and the remedy.

    Examples
    --------
    >>> import pandas
    >>> frame = pandas.DataFrame({"prompt": ["a", "a", "b"], "outcome": ["x", "y", "x"],
    ...                           "logprob": [-1.0, -1.0, -3.0], "kind": [0.2, 0.7, 0.5]})
    >>> [(prompt, game.shape) for prompt, game in games_from_table(frame, {"kind": 2})]
    [('a', (1, 2)), ('b', (1, 1))]
    """
    table = opened(source)
    kind, column = reference_column(table, reference, logprob)
    taken = {outcome, prompt_column, column, *_KINDS, "text"}
    candidates = _Candidates(
        table,
        table.text(outcome, "outcome='...'"),
        kind,
        None if column is None else table.numbers(column, f"{kind}='...'"),
        group_columns(table, groups, taken),
        sizes,
    )
    rewards = candidates.rewards()
    prompts = _rows_by_prompt(table, prompt_column)
    return ((prompt, candidates.game(prompt, rewards, rows)) for prompt, rows in prompts.items())


def game_from_table(
    source: Any,
    sizes: Any = None,
    *,
    prompt: Any = None,
    prompt_column: str = "prompt",
    **columns: Any,
) -> Game:
    """Return the game of a table with one prompt, or of the prompt that is named."""
    games = games_from_table(source, sizes, prompt_column=prompt_column, **columns)
    if prompt is None:
        game = next(games)[1]
        if next(games, None) is None:
            return game
        raise InvalidInput(
            f"{prompt_column}: the table holds several prompts. Name one with prompt='...', "
            "or take them all with games_from_table."
        )
    for name, game in games:
        if name == str(prompt):
            return game
    raise InvalidInput(
        f"{prompt_column}: the table has no prompt {str(prompt)!r}. Check its spelling."
    )


def write_table(table: Any, path: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Write a frame, or a mapping from column to values, as CSV, Parquet or JSON (records).

    The file appears whole or not at all.

    Raises
    ------
    InvalidInput
        Where the path exists (unless ``overwrite``) or cannot be written, or its extension is
        unknown.
    """
    target = checked_target(path, overwrite=overwrite)
    writer = _WRITERS.get(target.suffix.lower())
    if writer is None:
        raise InvalidInput(
            f"{target}: extension {target.suffix!r} is unknown. End it in one of "
            f"{', '.join(_WRITERS)}."
        )
    arrow = _as_arrow(table)
    with written_whole(target, overwrite=overwrite) as file:
        writer(arrow, file)


@dataclass(frozen=True)
class _Candidates:
    table: Table
    outcomes: list[str]
    kind: str
    reference: Array | None
    groups: list[str]
    sizes: Any

    def rewards(self) -> Array:
        return np.array([self.table.numbers(group, "groups=[...]") for group in self.groups])

    def game(self, prompt: str | None, rewards: Array, rows: list[int]) -> Game:
        try:
            self._refuse_repeats(rows)
            given = self.reference
            masses = np.full(len(rows), 1.0 / len(rows)) if given is None else given[rows]
            build = Game.from_logprob if self.kind == "logprob" else Game
            labels = [self.outcomes[row] for row in rows]
            part = np.ascontiguousarray(rewards[:, rows])
            return build(masses, part, self.sizes, outcomes=labels, groups=self.groups)
        except InvalidInput as error:
            where = self.table.name if prompt is None else f"{self.table.name}, prompt {prompt!r}"
            raise InvalidInput(f"{where}: {error}") from error

    def _refuse_repeats(self, rows: list[int]) -> None:
        seen: dict[str, int] = {}
        for row in rows:
            first = seen.setdefault(self.outcomes[row], row)
            if first != row:
                raise InvalidInput(
                    f"outcome {self.outcomes[row]!r} stands in {self.table.place(first)} and again "
                    f"in {self.table.place(row)}. Rename or drop one of the two."
                )


def reference_column(
    table: Table, reference: str | None, logprob: str | None
) -> tuple[str, str | None]:
    """Return the kind, reference or logprob, and the column of the model before training."""
    present = [kind for kind in _KINDS if kind in table.columns]
    if reference is not None and logprob is not None:
        raise InvalidInput(
            f"{table.name}: reference={reference!r} and logprob={logprob!r} are both given. "
            "Keep the one that is the model before training."
        )
    if logprob is not None:
        return "logprob", logprob
    if reference == "uniform" and "uniform" not in table.columns:
        return "reference", None
    if reference is not None:
        return "reference", reference
    if len(present) == 1:
        return present[0], present[0]
    if present:
        raise InvalidInput(
            f"{table.name}: has both a column 'reference' and a column 'logprob'. Say which to "
            "use: reference='reference' or logprob='logprob'."
        )
    raise InvalidInput(
        f"{table.name}: has neither a column 'reference' nor 'logprob'; the columns are "
        f"{list(table.columns)}. Name one with reference='...' or logprob='...', or ask for equal "
        "masses with reference='uniform'."
    )


def group_columns(table: Table, groups: Sequence[str] | None, taken: set[str | None]) -> list[str]:
    """Return the reward columns: those named, or all without another role."""
    if groups is not None:
        names = [groups] if isinstance(groups, str) else [str(group) for group in groups]
    else:
        names = [name for name in table.columns if name not in taken]
        names = [name for name in names if not name.startswith(_PANDAS_INDEX)]
        if "" in names:
            raise InvalidInput(
                f"{table.name}: column {list(table.columns).index('') + 1} has no name (an index?)."
                " Name it, drop it (index=False in pandas), or name the groups with groups=[...]."
            )
    if not names:
        raise InvalidInput(
            f"{table.name}: no column is a group's reward; the columns are {list(table.columns)}. "
            "Add one numeric column a group."
        )
    return names


def _rows_by_prompt(table: Table, column: str) -> dict[str | None, list[int]]:
    if column not in table.columns:
        if column != "prompt":
            table.text(column, "prompt_column='...'")
        return {None: list(range(table.rows))}
    found: dict[str | None, list[int]] = {}
    for row, prompt in enumerate(table.text(column, "prompt_column='...'")):
        found.setdefault(prompt, []).append(row)
    return found


def _as_arrow(table: Any) -> Any:
    import narwhals as nw
    import pyarrow

    try:
        if not isinstance(table, Mapping):
            return nw.from_native(table, eager_only=True).to_arrow()
        columns: Mapping[Any, Any] = table
        return pyarrow.table({str(name): list(cells) for name, cells in columns.items()})
    except (TypeError, pyarrow.ArrowException) as error:
        raise InvalidInput(
            f"table: {error}. Pass a frame, or a mapping from column to equally many values."
        ) from error


def _write_csv(table: Any, file: Any) -> None:
    from pyarrow.csv import write_csv

    write_csv(table, file)


def _write_parquet(table: Any, file: Any) -> None:
    from pyarrow.parquet import write_table as write

    write(table, file)


def _write_json(table: Any, file: Any) -> None:
    try:
        text = json.dumps(table.to_pylist(), ensure_ascii=False, allow_nan=False, indent=1)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"table: {error}. JSON holds text and finite numbers only.") from error
    file.write(text.encode() + b"\n")


_WRITERS = {".csv": _write_csv, ".parquet": _write_parquet, ".json": _write_json}
