"""Tables about types, read by the names of their rows and columns: valuations, payments, types."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.domains import FiniteTypes
from mdsolve.games.sources import Table, opened
from mdsolve.games.validation import SUM_TOLERANCE
from mdsolve.incentives import Products

Array = NDArray[np.float64]

TYPE, SIZE, PAYMENT = "type", "size", "payment"

#: how Parquet from pandas names the column of row labels, which it writes last
_PANDAS_INDEX = "__index_level_"
_ROWS, _CELL = "Give a row for each type.", "Correct the cell."


def valuations(path: Path) -> tuple[Array, tuple[str, ...]]:
    """Return V[t, s] and the types; rows and columns may come in any order."""
    table = opened(path, _ROWS)
    header = list(table.columns)
    if len(header) < 2:
        raise InvalidInput(
            f"{table.name}: one column. The first column names the types, and each type has a "
            "column for its report."
        )
    named = next((name for name in header if name.startswith(_PANDAS_INDEX)), header[0])
    labels, reports = _labels(table, named), [name for name in header if name != named]
    _refuse_missing(table.name, "a column", reports, labels)
    _refuse_missing(table.name, "a row", labels, reports)
    return np.column_stack([_numbers(table, name) for name in labels]), labels


def payments(path: Path, labels: Sequence[str]) -> Array:
    """Return what each of the labelled types pays."""
    table = opened(path, _ROWS)
    _require(table, (TYPE, PAYMENT))
    named = _labels(table, TYPE)
    _same(table.name, "a row", named, labels)
    charged = dict(zip(named, _numbers(table, PAYMENT).tolist(), strict=True))
    return np.array([charged[label] for label in labels])


def types(path: Path, game: Game, group: int) -> FiniteTypes:
    """Return types whose rewards are columns named as the game's outcomes are."""
    table = opened(path, _ROWS)
    outcomes = list(game.outcomes)
    if taken := [name for name in (TYPE, SIZE) if name in outcomes]:
        raise InvalidInput(
            f"{table.name}: outcome {taken[0]!r} bears the name of a column with another role. "
            "Rename the outcome in both tables."
        )
    given = [name for name in table.columns if name not in (TYPE, SIZE)]
    _same(table.name, "a column", given, outcomes, "outcome")
    labels = _labels(table, TYPE) if TYPE in table.columns else None
    sizes = _numbers(table, SIZE) if SIZE in table.columns else float(game.sizes[group])
    rewards = np.column_stack([_numbers(table, name) for name in outcomes])
    return FiniteTypes(rewards, sizes, labels=labels, outcomes=outcomes)


def products(types: Path, models: Path) -> tuple[Products, tuple[str, ...]]:
    """Return types' rewards and sizes with the model of each report, and the types."""
    rewards = opened(types, _ROWS)
    _require(rewards, (TYPE,))
    labels = _labels(rewards, TYPE)
    outcomes = [name for name in rewards.columns if name not in (TYPE, SIZE)]
    if not outcomes:
        raise InvalidInput(
            f"{rewards.name}: no outcomes; the columns are {list(rewards.columns)}. Give a column "
            "of rewards for each outcome of the models."
        )
    sizes = _numbers(rewards, SIZE) if SIZE in rewards.columns else 1.0
    worth = np.column_stack([_numbers(rewards, name) for name in outcomes])
    return Products(worth, _models(models, labels, outcomes), sizes), labels


def _models(path: Path, labels: Sequence[str], outcomes: Sequence[str]) -> Array:
    """Return the distribution over outcomes at each of the labelled reports."""
    table = opened(path, _ROWS)
    _require(table, (TYPE,))
    given = [name for name in table.columns if name != TYPE]
    _same(table.name, "a column", given, outcomes, "outcome")
    named = _labels(table, TYPE)
    _same(table.name, "a row", named, labels)
    rows = {label: row for row, label in enumerate(named)}
    found = np.column_stack([_numbers(table, name) for name in outcomes])
    _refuse_other_than_models(table, found, named)
    return found[[rows[label] for label in labels]]


def _refuse_other_than_models(table: Table, found: Array, labels: Sequence[str]) -> None:
    total = found.sum(axis=1)
    wrong = ~((np.abs(total - 1.0) <= SUM_TOLERANCE) & (found.min(axis=1) >= -SUM_TOLERANCE))
    if wrong.any():
        row = int(wrong.argmax())
        raise InvalidInput(
            f"{table.name}: type {labels[row]!r}, {table.place(row)}, has no distribution: its "
            f"smallest entry is {found[row].min():.6g} and its sum {total[row]:.12g}. Give the "
            "probabilities of all outcomes of the model that its report leads to."
        )


def _numbers(table: Table, column: str) -> Array:
    return table.numbers(column, "the header", _CELL)


def _labels(table: Table, column: str) -> tuple[str, ...]:
    labels = tuple(table.text(column, "the header"))
    first: dict[str, int] = {}
    for row, label in enumerate(labels):
        if first.setdefault(label, row) != row:
            raise InvalidInput(
                f"{table.name}: type {label!r} stands in {table.place(first[label])} and again in "
                f"{table.place(row)}. Rename or drop one of the two."
            )
    return labels


def _require(table: Table, names: Sequence[str]) -> None:
    if missing := [name for name in names if name not in table.columns]:
        raise InvalidInput(
            f"{table.name}: there is no column {missing[0]!r}; the columns are "
            f"{list(table.columns)}. Name {' and '.join(map(repr, names))}."
        )


def _same(
    table: str, kind: str, given: Sequence[str], wanted: Sequence[str], what: str = "type"
) -> None:
    """Refuse a table in which something named lacks its row or column, or has one too many."""
    _refuse_missing(table, kind, given, wanted, what)
    needed = set(wanted)
    if extra := [name for name in given if name not in needed]:
        raise InvalidInput(
            f"{table}: {extra[0]!r} has {kind}, but is no {what}; they are {list(wanted[:20])}. "
            "Correct the name, or drop it."
        )


def _refuse_missing(
    table: str, kind: str, given: Sequence[str], wanted: Sequence[str], what: str = "type"
) -> None:
    known = set(given)
    if missing := [name for name in wanted if name not in known]:
        raise InvalidInput(
            f"{table}: {what} {missing[0]!r} has not {kind}. Add {kind} of its name."
        )
