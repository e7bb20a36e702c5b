"""A ragged batch: the games of many prompts laid end to end, told apart by offsets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.batch.segments import Segments
from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.labels import checked_labels
from mdsolve.games.validation import SUM_TOLERANCE, floats, group_sizes, read_only

Array = NDArray[np.float64]

#: how far float32 masses may sum from 1: their own rounding
SINGLE_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Batch:
    """Many games of the same groups, each over its own outcomes, end to end in flat arrays.

    A batch is frozen and was validated once, on construction. C-contiguous float64 and float32
    arrays are not copied but viewed: do not write to them afterwards. All computing is in float64.

    Parameters
    ----------
    offsets : (games + 1,) array_like of int
        Game k has the outcomes ``offsets[k]`` to ``offsets[k + 1]``, at least one.
    reference : (cells,) array_like, optional
        π0 > 0; sums to 1 within 1e-9 in each game (1e-6 where given as float32).
    rewards : (groups, cells) array_like
        Row i is what group i reports in all games (welfare units per member).
    sizes : (groups,) or (games, groups) array_like, or mapping from group to size, optional
        Positive; 1 each by default. Two axes give each game its own.
    logprob : (cells,) array_like, optional
        Natural log-probabilities in place of ``reference``: each game's softmax is its reference.
    prompts : sequence of str, optional
        Names of the games; their positions by default.
    groups : sequence of str, optional
        Names of the groups.
    outcomes : sequence of str, optional
        Names of all cells; within each game its positions by default.

    Raises
    ------
    InvalidInput
        Naming the prompt, the place, the value and the remedy.

    Examples
    --------
    >>> batch = Batch([0, 2, 3], [0.5, 0.5, 1.0], [[1.0, 0.0, 0.3], [0.0, 1.0, 0.2]])
    >>> batch
    Batch(2 games of 1 to 2 outcomes, 2 groups, 3 cells)
    >>> batch.game(0)
    Game(2 groups, 2 outcomes; sizes group-0=1, group-1=1; rewards from 0 to 1)
    """

    offsets: NDArray[np.int64]
    rewards: NDArray[Any]
    sizes: Array
    groups: Sequence[str]
    prompts: Sequence[str] | None
    outcomes: Sequence[str] | None
    _masses: NDArray[Any]
    _logarithmic: bool

    def __init__(
        self,
        offsets: Any,
        reference: Any = None,
        rewards: Any = None,
        sizes: Any = None,
        *,
        logprob: Any = None,
        prompts: Sequence[str] | None = None,
        groups: Sequence[str] | None = None,
        outcomes: Sequence[str] | None = None,
    ) -> None:
        self._arrange(offsets, reference, rewards, sizes, logprob, prompts, groups, outcomes)
        faulty = self.faulty()
        if faulty.size:
            raise InvalidInput(self.fault(int(faulty[0])))

    @classmethod
    def unchecked(cls, offsets: Any, **given: Any) -> Batch:
        """Return a batch whose shapes fit but whose games may be `faulty`: keep the others."""
        batch = object.__new__(cls)
        names = ("reference", "rewards", "sizes", "logprob", "prompts", "groups", "outcomes")
        batch._arrange(offsets, *map(given.get, names))
        return batch

    @classmethod
    def from_table(cls, source: Any, sizes: Any = None, **columns: Any) -> Batch:
        """Build a batch from a frame, CSV or Parquet with one row an outcome.

        Rows of a prompt must stand together. Arguments as for
        `mdsolve.games.tables.games_from_table`.

        Examples
        --------
        >>> import pandas
        >>> frame = pandas.DataFrame({"prompt": ["a", "a", "b"], "outcome": ["x", "y", "x"],
        ...                           "logprob": [-1.0, -1.0, -3.0], "kind": [0.2, 0.7, 0.5]})
        >>> Batch.from_table(frame, {"kind": 2})
        Batch(2 games of 1 to 2 outcomes, 1 group, 3 cells)
        """
        from mdsolve.batch.tables import batch_from_table

        return batch_from_table(source, sizes, **columns)

    @classmethod
    def of(cls, games: Sequence[Game]) -> Batch:
        """Return the batch of some games, which must have the same groups."""
        if not games:
            raise InvalidInput("games: there are none. A batch needs at least one.")
        groups = tuple(games[0].groups)
        for place, game in enumerate(games):
            if tuple(game.groups) != groups:
                raise InvalidInput(
                    f"games: game {place} has the groups {tuple(game.groups)[:20]}, the first has "
                    f"{groups[:20]}. Put games of the same groups in one batch."
                )
        dense = [np.asarray(g.rewards.toarray() if hasattr(g.rewards, "toarray") else g.rewards)
                 for g in games]  # fmt: skip
        tiny = any(game.underflowed.size for game in games)
        masses = [game.log_reference if tiny else game.reference for game in games]
        return cls(
            np.cumsum([0, *(game.shape[1] for game in games)]),
            None if tiny else np.concatenate(masses),
            np.concatenate(dense, axis=1),
            np.stack([game.sizes for game in games]),
            logprob=np.concatenate(masses) if tiny else None,
            groups=groups,
            outcomes=[name for game in games for name in game.outcomes],
        )

    def __len__(self) -> int:
        return self.offsets.size - 1

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of games, of groups and of cells."""
        return len(self), len(self.groups), int(self.offsets[-1])

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many outcomes each game has, (games,)."""
        return np.diff(self.offsets)

    def prompt(self, k: int) -> str:
        """Return the name of game k."""
        return str(k) if self.prompts is None else str(self.prompts[k])

    def game(self, k: int) -> Game:
        """Return game k by itself.

        Raises
        ------
        InvalidInput
            If it is `faulty`.
        """
        cells = slice(int(self.offsets[k]), int(self.offsets[k + 1]))
        build = Game.from_logprob if self._logarithmic else Game
        masses = np.asarray(self._masses[cells], dtype=float)
        if self._masses.dtype == np.float32 and not self._logarithmic:
            masses = _rescaled(masses)
        return build(
            masses,
            np.asarray(self.rewards[:, cells], dtype=float),
            self.sizes if self.sizes.ndim == 1 else self.sizes[k],
            outcomes=None if self.outcomes is None else _listed(self.outcomes[cells]),
            groups=self.groups,
        )

    def games(self) -> Iterator[Game]:
        """Yield every game by itself."""
        return (self.game(k) for k in range(len(self)))

    def part(self, first: int, last: int) -> Batch:
        """Return the games from ``first`` up to ``last`` as a batch; arrays are viewed."""
        low, high = int(self.offsets[first]), int(self.offsets[last])
        return self._replaced(
            offsets=self.offsets[first : last + 1] - low,
            rewards=self.rewards[:, low:high],
            sizes=self.sizes if self.sizes.ndim == 1 else self.sizes[first:last],
            prompts=None if self.prompts is None else self.prompts[first:last],
            outcomes=None if self.outcomes is None else self.outcomes[low:high],
            _masses=self._masses[low:high],
        )

    def taken(self, games: Any) -> Batch:
        """Return some of the games, in the order given, as a batch."""
        chosen = np.asarray(games, dtype=np.intp)
        cells, parts = self.segments().taken(chosen)
        named = self.prompts is None
        return self._replaced(
            offsets=np.concatenate([[0], np.cumsum(parts.counts)]),
            rewards=np.ascontiguousarray(self.rewards[:, cells]),
            sizes=self.sizes if self.sizes.ndim == 1 else self.sizes[chosen],
            prompts=[self.prompt(int(k)) for k in chosen] if named else _pick(self.prompts, chosen),
            outcomes=None if self.outcomes is None else _pick(self.outcomes, cells),
            _masses=self._masses[cells],
        )

    def with_sizes(self, sizes: Any) -> Batch:
        """Return the same games at other sizes; the arrays are shared.

        Examples
        --------
        >>> Batch([0, 2], [0.5, 0.5], [[1.0, 0.0]]).with_sizes([3.0]).sizes
        array([3.])
        """
        return self._replaced(sizes=_checked_sizes(sizes, self.groups, len(self)))

    def with_rewards(self, rewards: Any) -> Batch:
        """Return the same games with other rewards (groups, cells), which may be `faulty`."""
        matrix = _numbers("rewards", rewards)
        if matrix.shape != self.rewards.shape:
            raise InvalidInput(
                f"rewards: shape {matrix.shape}, but the batch has {self.rewards.shape}."
            )
        return self._replaced(rewards=matrix)

    def reported(self, group: str | int, rewards: Any, size: Any = None) -> Batch:
        """Return the batch in which one group reports other rewards (cells,), or another size."""
        index = self.group_index(group)
        rows = np.array(self.rewards, dtype=float)
        told = floats(f"group {self.groups[index]!r}: rewards", rewards)
        if told.shape != (self.shape[2],):
            raise InvalidInput(
                f"group {self.groups[index]!r}: rewards of shape {told.shape}, but there are "
                f"{self.shape[2]} cells. Pass one number a cell."
            )
        rows[index] = told
        sizes = np.array(self.sizes)
        if size is not None:
            sizes[..., index] = size
        changed = self.with_rewards(rows).with_sizes(sizes)
        faulty = changed.faulty()
        if faulty.size:
            raise InvalidInput(changed.fault(int(faulty[0])))
        return changed

    def group_index(self, group: Any) -> int:
        """Return the position of a group given by name or by position."""
        return self.game(0).group_index(group)

    def segments(self) -> Segments:
        """Return the games as segments of cells."""
        return Segments.of(self.counts)

    @property
    def reference(self) -> Array:
        """π0 of all cells, (cells,), each game's divided by its sum."""
        return np.exp(self.log_reference) if self._logarithmic else self._normalised()

    @property
    def log_reference(self) -> Array:
        """log π0 of all cells, (cells,)."""
        if not self._logarithmic:
            return np.log(self._normalised())
        parts, given = self.segments(), np.asarray(self._masses, dtype=float)
        given = given - parts.spread(parts.max(given))
        return given - parts.spread(np.log(parts.sum(np.exp(given))))

    def faulty(self) -> NDArray[np.intp]:
        """Return the games that cannot be what their author meant; `fault` says why.

        Shapes and names have been checked: what is left is numbers.
        """
        parts = self.segments()
        bad = np.zeros(len(self), dtype=bool)
        with np.errstate(invalid="ignore", over="ignore"):
            for row in self.rewards:
                if not np.isfinite(row.sum(dtype=float)) and not np.isfinite(row).all():
                    bad |= parts.max(~np.isfinite(row))
            given = np.asarray(self._masses, dtype=float)
            if self._logarithmic:
                bad |= parts.max(~((given <= 0.0) & (given > -np.inf)))
            else:
                if not given.min() > 0.0:
                    bad |= parts.max(~(given > 0.0))
                bad |= ~(np.abs(parts.sum(given) - 1.0) <= self._tolerance)
            largest = np.array([np.abs(row).max(initial=0.0) for row in self.rewards])
            if not np.isfinite(4.0 * (largest.astype(float) * self.sizes.max()).sum()):
                bad |= self._overflowing(parts)
        return np.flatnonzero(bad)

    def fault(self, k: int) -> str:
        """Return why a game is `faulty`."""
        try:
            self.game(k)
        except InvalidInput as error:
            return f"prompt {self.prompt(k)!r}: {error}"
        total = float(self._masses[int(self.offsets[k]) : int(self.offsets[k + 1])].sum())
        return (
            f"prompt {self.prompt(k)!r}: reference: the masses sum to {total:.12g}, not 1. Divide "
            "them by their sum if they are unnormalised weights."
        )

    def __repr__(self) -> str:
        games, groups, cells = self.shape
        counts = self.counts
        return (
            f"Batch({games:,} game{'s' * (games != 1)} of {counts.min()} to {counts.max()} "
            f"outcomes, {groups} group{'s' * (groups != 1)}, {cells:,} cells)"
        )

    @property
    def _tolerance(self) -> float:
        return SINGLE_TOLERANCE if self._masses.dtype == np.float32 else SUM_TOLERANCE

    def _normalised(self) -> Array:
        parts, given = self.segments(), np.asarray(self._masses, dtype=float)
        return given / parts.spread(parts.sum(given))

    def _overflowing(self, parts: Segments) -> Any:
        """Return the games whose combined reward leaves the range of doubles."""
        largest = parts.max(np.abs(np.asarray(self.rewards, dtype=float)))
        sizes = self.sizes[:, None] if self.sizes.ndim == 1 else self.sizes.T
        return ~np.isfinite(4.0 * (sizes * largest).sum(axis=0))

    def _arrange(
        self,
        offsets: Any,
        reference: Any,
        rewards: Any,
        sizes: Any,
        logprob: Any,
        prompts: Any,
        groups: Any,
        outcomes: Any,
    ) -> None:
        if (reference is None) == (logprob is None):
            raise InvalidInput(
                "reference, logprob: give one of the two, the masses of the model before training "
                "or their natural logarithms."
            )
        matrix = _numbers("rewards", rewards)
        if matrix.ndim != 2 or not matrix.shape[0]:
            raise InvalidInput(
                f"rewards: shape {matrix.shape}. Rewards are (groups, cells), one row a group."
            )
        cells = matrix.shape[1]
        bounds = _checked_offsets(offsets, cells)
        masses = _numbers("reference" if logprob is None else "logprob",
                          reference if logprob is None else logprob)  # fmt: skip
        names = checked_labels("group", groups, matrix.shape[0], "group-")
        _refuse_length("reference" if logprob is None else "logprob", masses.shape, cells)
        for what, labels, count in (
            ("prompts", prompts, bounds.size - 1),
            ("outcomes", outcomes, cells),
        ):
            if labels is not None:
                _refuse_length(what, (len(labels),), count)
        self._set(
            offsets=bounds,
            rewards=matrix,
            sizes=_checked_sizes(sizes, names, bounds.size - 1),
            groups=names,
            prompts=prompts,
            outcomes=outcomes,
            _masses=masses,
            _logarithmic=logprob is not None,
        )

    def _replaced(self, **changes: Any) -> Batch:
        batch = object.__new__(Batch)
        batch._set(**{field.name: getattr(self, field.name) for field in fields(self)} | changes)
        return batch

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)


def _rescaled(masses: Array) -> Array:
    """Return single-precision masses divided by their sum, where that is 1 to their rounding."""
    total = masses.sum()
    return masses / total if abs(total - 1.0) <= SINGLE_TOLERANCE else masses


def _numbers(name: str, values: Any) -> NDArray[Any]:
    """Return read-only float32 or float64 numbers, without a copy where they are that."""
    if isinstance(values, np.ndarray) and values.dtype == np.float32:
        return read_only(np.ascontiguousarray(values))
    return floats(name, values)


def _checked_offsets(offsets: Any, cells: int) -> NDArray[np.int64]:
    array = np.asarray(offsets)
    if array.ndim != 1 or array.size < 2 or array.dtype.kind not in "iu":
        raise InvalidInput(
            f"offsets: {array.dtype} of shape {array.shape}. Pass games + 1 integers, from 0 to "
            "the number of cells."
        )
    array = array.astype(np.int64)
    if array[0] != 0 or array[-1] != cells:
        raise InvalidInput(
            f"offsets: from {array[0]} to {array[-1]}, but there are {cells} cells. They begin "
            "with 0 and end with the number of cells."
        )
    empty = np.flatnonzero(np.diff(array) < 1)
    if empty.size:
        k = int(empty[0])
        raise InvalidInput(
            f"offsets: game {k} goes from {array[k]} to {array[k + 1]}. Every game has at least "
            "one outcome: leave out those that have none."
        )
    return read_only(array)


def _checked_sizes(sizes: Any, groups: Sequence[str], games: int) -> Array:
    if sizes is None or isinstance(sizes, Mapping) or np.ndim(sizes) != 2:
        return group_sizes(sizes, groups)
    array = floats("sizes", sizes)
    if array.shape != (games, len(groups)):
        raise InvalidInput(
            f"sizes: shape {array.shape}, but there are {games} games and {len(groups)} groups. "
            "Pass one size a group, or (games, groups)."
        )
    bad = np.argwhere(~((array > 0.0) & (array < np.inf)))
    if bad.size:
        game, group = map(int, bad[0])
        raise InvalidInput(
            f"game {game}, group {groups[group]!r}: size is {array[game, group]}. "
            "Sizes must be positive and finite."
        )
    return array


def _refuse_length(what: str, shape: tuple[int, ...], count: int) -> None:
    if shape != (count,):
        raise InvalidInput(f"{what}: shape {shape}, but {count} are needed, one each.")


def _listed(labels: Any) -> list[Any]:
    return labels.to_pylist() if hasattr(labels, "to_pylist") else list(labels)


def _pick(labels: Any, chosen: Any) -> Any:
    """Return some labels, of a sequence or of an Arrow array."""
    return labels.take(chosen) if hasattr(labels, "take") else [labels[int(k)] for k in chosen]
