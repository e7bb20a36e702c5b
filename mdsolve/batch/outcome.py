"""What a mechanism did to a batch: models end to end, payments and brackets by game."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.arrays import PerCell, PerGame, PerGameAndGroup
from mdsolve.batch.charges import Engine
from mdsolve.batch.games import Batch
from mdsolve.errors import InvalidInput
from mdsolve.games.validation import read_only
from mdsolve.mechanism import Mechanism, Outcome
from mdsolve.training_rules import TOLERANCE

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False, repr=False)
class BatchOutcome:
    """Models, payments and brackets of a batch of games.

    Attributes
    ----------
    model : (cells,) array
        π of every game, end to end as in ``batch``.
    values : (games, groups) array
        Mean rewards <r_i, π> (reward units).
    payments, utilities : (games, groups) arrays
        What each group pays, and w_i <r_i, π> less that (welfare units).
    payment_lower, payment_upper : (games, groups) arrays
        Interval of each payment.
    lower, upper : (games,) arrays
        Bracket of each game's optimum (welfare units).
    floor_lower, floor_upper : (games, groups) arrays, or None
        Bracket of b_i, the part of a payment that no report can change, where it has one.
    choice : (games,) array of int, or None
        Under `MenuWelfare` which entry of its menu each game got; −1 where it failed.
    alone : (games,) array of indices
        The games that were solved one by one, by the code of `Mechanism.run`.
    failed : mapping from index to str
        Why a game has no outcome, where that was to be kept; its numbers are NaN.
    """

    batch: Batch
    mechanism: Mechanism
    model: PerCell
    values: PerGameAndGroup
    payments: PerGameAndGroup
    utilities: PerGameAndGroup
    payment_lower: PerGameAndGroup
    payment_upper: PerGameAndGroup
    lower: PerGame
    upper: PerGame
    floor_lower: PerGameAndGroup | None = None
    floor_upper: PerGameAndGroup | None = None
    choice: NDArray[np.intp] | None = None
    alone: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    failed: Mapping[int, str] = field(default_factory=dict[int, str])

    def __len__(self) -> int:
        return len(self.batch)

    def model_of(self, k: int) -> Any:
        """Return the model of game k, (outcomes,)."""
        return self.model[int(self.batch.offsets[k]) : int(self.batch.offsets[k + 1])]

    def outcome(self, k: int) -> Outcome:
        """Run game k by itself: its outcome has all that one game's has."""
        return Engine.of(self.mechanism).alone(self.batch, k, TOLERANCE)

    @property
    def chosen(self) -> list[str]:
        """The name of the entry of its menu that each game got."""
        if self.choice is None:
            raise InvalidInput("chosen: the batch has no menu. Look at the model.")
        return ["" if k < 0 else str(self.batch.entries[k]) for k in self.choice.tolist()]

    @cached_property
    def revenue(self) -> PerGame:
        """What all groups of a game pay together, (games,), welfare units."""
        return read_only(self.payments.sum(axis=1))

    def allocations(self, *, coded: bool = False) -> pa.Table:
        """Return a table with one row an outcome: prompt, outcome, reference, model.

        ``coded`` columns of names are dictionaries, as files keep them.
        """
        batch = self.batch
        columns: dict[str, Any] = {}
        if batch.prompts is not None:
            columns["prompt"] = _coded(
                batch.prompts, np.repeat(np.arange(len(batch), dtype=np.int32), batch.counts)
            )
        reference = read_only(batch.reference)
        columns |= {"outcome": _outcomes(batch), "reference": reference, "model": self.model}
        return _table(columns, coded=coded)

    def groups(self, *, coded: bool = False) -> pa.Table:
        """Return a table with one row a game and group: payments, utilities, their intervals.

        ``coded`` columns of names are dictionaries, as files keep them.
        """
        batch = self.batch
        games, groups, _ = batch.shape
        columns: dict[str, Any] = {}
        if batch.prompts is not None:
            columns["prompt"] = _coded(batch.prompts, np.repeat(np.arange(games), groups))
        columns["group"] = _coded(list(batch.groups), np.tile(np.arange(groups), games))
        columns["size"] = np.broadcast_to(batch.sizes, (games, groups)).ravel()
        for column, numbers in (
            ("value", self.values),
            ("payment", self.payments),
            ("payment_lower", self.payment_lower),
            ("payment_upper", self.payment_upper),
            ("utility", self.utilities),
            ("floor_lower", self.floor_lower),
            ("floor_upper", self.floor_upper),
        ):
            if numbers is not None:
                columns[column] = numbers.ravel()
        if self.choice is not None:
            columns["chosen"] = _coded(list(batch.entries), np.repeat(self.choice, groups))
        columns["lower"] = np.repeat(self.lower, groups)
        columns["upper"] = np.repeat(self.upper, groups)
        return _table(columns, coded=coded)

    def __repr__(self) -> str:
        games, groups, _ = self.batch.shape
        gap = float((self.upper - self.lower).max())
        return (
            f"BatchOutcome({games:,} game{'s' * (games != 1)}, {groups} "
            f"group{'s' * (groups != 1)}; {self.payments.sum():.6g} paid in all; widest bracket "
            f"{gap:.2g})"
        )


def _outcomes(batch: Batch) -> Any:
    if batch.outcomes is not None:
        return batch.outcomes
    import pyarrow as pa

    parts = batch.segments()
    places = np.arange(parts.cells) - parts.spread(parts.starts)
    return pa.array(places).cast(pa.string())


def _table(columns: Mapping[str, Any], *, coded: bool) -> Any:
    import pyarrow as pa

    def plain(column: Any) -> Any:
        return column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column

    return pa.table(columns if coded else {name: plain(each) for name, each in columns.items()})


def _coded(labels: Any, places: Any) -> Any:
    """Return labels at places (none at −1), each label kept once, as Parquet keeps them."""
    import pyarrow as pa

    if not isinstance(labels, pa.Array):
        labels = pa.array(list(labels))
    codes = pa.array(
        places.astype(np.int32, copy=False), mask=places < 0 if places.min() < 0 else None
    )
    return pa.DictionaryArray.from_arrays(codes, labels)
