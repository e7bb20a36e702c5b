"""Logs of clicks from tables: a row an impression, or a row a bidder with counts.

Rows of impressions have columns ``bidder``, ``click`` (0 or 1) and, if known, ``propensity`` and
``position``; rows of counts have ``bidder``, ``impressions`` and ``clicks``. A column ``auction``
tells the auctions of one table apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.clicks.logs import ClickCounts, ClickRows, Log
from mdsolve.data_driven.clicks.logs import slot_effects as effects_of
from mdsolve.errors import InvalidInput
from mdsolve.games.sources import Table, opened

Array = NDArray[np.float64]

#: the name of the only auction of a table without a column of auctions
ONLY = ""
_NUMBER = "Correct the cell."


@dataclass(frozen=True, eq=False)
class ClickLogs:
    """The auctions of a table.

    Attributes
    ----------
    logs : mapping from auction to Log
        In order of appearance; one without a name where the table has no column of auctions.
    effects : (positions,) array or None
        γ of the positions that were logged, best first, their mean over impressions 1; None
        where positions were not asked for.
    positions : tuple of str
        Their names, in the same order.
    name : str
        Of the table.
    """

    logs: Mapping[str, Log]
    effects: Array | None
    positions: tuple[str, ...]
    name: str


def logs_from_table(
    source: Any,
    *,
    bidder: str = "bidder",
    auction: str = "auction",
    position: str | None = None,
) -> ClickLogs:
    """Read logs of clicks.

    Parameters
    ----------
    source : frame or path
        pandas, Polars or pyarrow frame, ``.csv`` or ``.parquet`` file.
    bidder, auction : str
        The columns that name who was shown and (optional) the auction.
    position : str, optional
        The column of positions, for auctions of several slots; their effects are then estimated
        from all rows and divided out of the rates.

    Raises
    ------
    InvalidInput
        Naming the file, the line, the column, the value and the remedy.

    Examples
    --------
    >>> import pandas
    >>> counts = pandas.DataFrame({"auction": ["x", "x", "y"], "bidder": ["a", "b", "a"],
    ...                            "impressions": [100, 200, 50], "clicks": [3, 4, 1]})
    >>> found = logs_from_table(counts)
    >>> {name: log.estimate().rates.tolist() for name, log in found.logs.items()}
    {'x': [0.03, 0.02], 'y': [0.02]}
    """
    table = opened(source, "A log needs a row for each impression, or for each bidder.")
    bidders = table.text(bidder, "bidder='...'")
    auctions = _auctions(table, auction)
    if "click" in table.columns:
        return _from_rows(table, bidders, auctions, position)
    if position is not None:
        raise InvalidInput(
            f"{table.name}: positions belong to single impressions, and the table has no column "
            "'click'. Give rows of impressions, or the slots' effects."
        )
    return _from_counts(table, bidders, auctions)


def _auctions(table: Table, column: str) -> list[str]:
    if column not in table.columns and column == "auction":
        return [ONLY] * table.rows
    return table.text(column, "auction='...'")


def _from_counts(table: Table, bidders: list[str], auctions: list[str]) -> ClickLogs:
    if missing := [name for name in ("impressions", "clicks") if name not in table.columns]:
        raise InvalidInput(
            f"{table.name}: there is no column {missing[0]!r}, nor 'click'; the columns are "
            f"{list(table.columns)}. A log has a column click of 0 and 1, or columns impressions "
            "and clicks."
        )
    counts: dict[Literal["impressions", "clicks"], Array] = {}
    for name in ("impressions", "clicks"):
        counts[name] = table.numbers(name, "the header", _NUMBER)
        whole = (counts[name] >= 0.0) & (counts[name] == np.floor(counts[name]))
        _refuse(table, name, counts[name], whole, "is a whole number of at least 0")
    shown, clicked = counts["impressions"], counts["clicks"]
    _refuse(
        table, "clicks", clicked, clicked <= shown,
        "counts at most the impressions of its row", lambda row: f" on {shown[row]:g} impressions",
    )  # fmt: skip
    logs: dict[str, Log] = {}
    for name, rows in _rows_by(auctions).items():
        names = [bidders[row] for row in rows]
        _refuse_twins(table, names, rows)
        logs[name] = ClickCounts(shown[rows], clicked[rows], names)
    return ClickLogs(logs, None, (), table.name)


def _from_rows(
    table: Table, bidders: list[str], auctions: list[str], position: str | None
) -> ClickLogs:
    clicks = table.numbers("click", "the header", _NUMBER)
    _refuse(table, "click", clicks, np.isin(clicks, (0.0, 1.0)), "is 0 or 1")
    chances = None
    if "propensity" in table.columns:
        chances = table.numbers("propensity", "the header", _NUMBER)
        fine = (chances > 0.0) & (chances <= 1.0)
        _refuse(table, "propensity", chances, fine, "is a probability above 0 and at most 1")
    effects, names, by_row = None, (), np.ones(table.rows)
    if position is not None:
        effects, names, by_row = _positions(table, position, clicks, chances)
    logs: dict[str, Log] = {}
    for name, found in _rows_by(auctions).items():
        rows = np.array(found)
        labels = list(dict.fromkeys(bidders[row] for row in found))
        number = {label: k for k, label in enumerate(labels)}
        logs[name] = ClickRows(
            np.array([number[bidders[row]] for row in found]),
            clicks[rows],
            None if chances is None else chances[rows],
            by_row[rows],
            labels,
        )
    return ClickLogs(logs, effects, names, table.name)


def _positions(
    table: Table, column: str, clicks: Array, chances: Array | None
) -> tuple[Array, tuple[str, ...], Array]:
    """Return effects and names of positions, best first, and the effect of each row."""
    labels = table.text(column, "position='...'")
    names = list(dict.fromkeys(labels))
    where = np.array([names.index(label) for label in labels])
    chances = np.ones(table.rows) if chances is None else chances
    for k, name in enumerate(names):
        if not clicks[where == k].any():
            raise InvalidInput(
                f"{table.name}, column {column!r}: no click in position {name!r}, so that its "
                "effect is unknown. Log more, or sell one slot."
            )
    effects = effects_of(where, clicks, chances)
    order = np.argsort(-effects, kind="stable")
    return effects[order], tuple(names[k] for k in order), effects[where]


def _rows_by(auctions: list[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, name in enumerate(auctions):
        found.setdefault(name, []).append(row)
    return found


def _refuse(
    table: Table,
    column: str,
    cells: Array,
    fine: NDArray[np.bool_],
    why: str,
    more: Callable[[int], str] = lambda _: "",
) -> None:
    bad = np.flatnonzero(~fine)
    if bad.size:
        row = int(bad[0])
        said = f"{cells[row]:.12g}{more(row)}. A number of {column} {why}"
        if column in ("click", "propensity"):
            said = f"{cells[row]:.12g}. A {column} {why}"
        raise table.refusal(row, column, f"{said}: correct the cell, or drop the row.")


def _refuse_twins(table: Table, names: list[str], rows: list[int]) -> None:
    first: dict[str, int] = {}
    for name, row in zip(names, rows, strict=True):
        if first.setdefault(name, row) != row:
            raise InvalidInput(
                f"{table.name}: bidder {name!r} stands in {table.place(first[name])} and again in "
                f"{table.place(row)}. Add the counts up, or tell auctions apart by a column."
            )
