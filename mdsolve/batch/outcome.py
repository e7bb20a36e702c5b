"""What a mechanism did to a batch: models end to end, payments and brackets by game."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.arrays import PerCell, PerGame, PerGameAndGroup
from mdsolve.batch.games import Batch
from mdsolve.games.validation import read_only
from mdsolve.mechanism import Mechanism, Outcome

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
    alone: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    failed: Mapping[int, str] = field(default_factory=dict[int, str])

    def __len__(self) -> int:
        return len(self.batch)

    def model_of(self, k: int) -> Any:
        """Return the model of game k, (outcomes,)."""
        return self.model[int(self.batch.offsets[k]) : int(self.batch.offsets[k + 1])]

    def outcome(self, k: int) -> Outcome:
        """Run game k by itself: its outcome has all that one game's has."""
        return self.mechanism.run(self.batch.game(k))

    @cached_property
    def revenue(self) -> PerGame:
        """What all groups of a game pay together, (games,), welfare units."""
        return read_only(self.payments.sum(axis=1))

    def allocations(self) -> pa.Table:
        """Return a table with one row an outcome: prompt, outcome, reference, model."""
        import pyarrow as pa

        batch = self.batch
        columns = {} if batch.prompts is None else {"prompt": _repeated(batch)}
        reference = read_only(batch.reference)
        return pa.table(
            {**columns, "outcome": _outcomes(batch), "reference": reference, "model": self.model}
        )

    def groups(self) -> pa.Table:
        """Return a table with one row a game and group: payments, utilities, their intervals."""
        import pyarrow as pa

        batch = self.batch
        games, groups, _ = batch.shape
        columns: dict[str, Any] = {}
        if batch.prompts is not None:
            columns["prompt"] = _taken(batch.prompts, np.repeat(np.arange(games), groups))
        names = pa.array(list(batch.groups))
        columns["group"] = names.take(np.tile(np.arange(groups), games))
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
        columns["lower"] = np.repeat(self.lower, groups)
        columns["upper"] = np.repeat(self.upper, groups)
        return pa.table(columns)

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


def _repeated(batch: Batch) -> Any:
    return _taken(batch.prompts, batch.segments().number)


def _taken(labels: Any, places: Any) -> Any:
    import pyarrow as pa

    array = labels if isinstance(labels, (pa.Array, pa.ChunkedArray)) else pa.array(list(labels))
    return array.take(pa.array(places))
