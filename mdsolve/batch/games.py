"""A ragged batch: the games of many prompts laid end to end, told apart by offsets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.batch.arrays import Array, arranged, checked_sizes, listed, rescaled
from mdsolve.batch.changes import part, reported, taken, with_rewards
from mdsolve.batch.faults import fault, faulty
from mdsolve.batch.references import log_reference, reference
from mdsolve.batch.segments import Segments
from mdsolve.errors import InvalidInput
from mdsolve.games import Game

_GIVEN = ("reference", "rewards", "sizes", "logprob", "prompts", "groups", "outcomes", "menu")


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
    menu : (entries, cells) array_like, or mapping from name to (cells,), optional
        The models that `MenuWelfare` chooses from: in each game a row sums to 1 as masses do.

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
    menu: NDArray[Any] | None
    entries: Sequence[str]
    masses: NDArray[Any]
    logarithmic: bool

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
        menu: Any = None,
    ) -> None:
        given = (reference, rewards, sizes, logprob, prompts, groups, outcomes, menu)
        self._set(**arranged(offsets, *given))
        bad = self.faulty()
        if bad.size:
            raise InvalidInput(self.fault(int(bad[0])))

    @classmethod
    def unchecked(cls, offsets: Any, **given: Any) -> Batch:
        """Return a batch whose shapes fit but whose games may be `faulty`: keep the others."""
        batch = object.__new__(cls)
        batch._set(**arranged(offsets, *map(given.get, _GIVEN)))
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
        from mdsolve.batch.joining import joined

        return cls(**joined(games))

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
        build = Game.from_logprob if self.logarithmic else Game
        masses = np.asarray(self.masses[cells], dtype=float)
        if self.masses.dtype == np.float32 and not self.logarithmic:
            masses = rescaled(masses)
        return build(
            masses,
            np.asarray(self.rewards[:, cells], dtype=float),
            self.sizes if self.sizes.ndim == 1 else self.sizes[k],
            outcomes=None if self.outcomes is None else listed(self.outcomes[cells]),
            groups=self.groups,
        )

    def models_of(self, k: int) -> Array:
        """Return the menu of game k, (entries, outcomes); no entries where there is none."""
        cells = slice(int(self.offsets[k]), int(self.offsets[k + 1]))
        if self.menu is None:
            return np.empty((0, cells.stop - cells.start))
        models = np.asarray(self.menu[:, cells], dtype=float)
        return rescaled(models) if self.menu.dtype == np.float32 else models

    def games(self) -> Iterator[Game]:
        """Yield every game by itself."""
        return (self.game(k) for k in range(len(self)))

    def part(self, first: int, last: int) -> Batch:
        """Return the games from ``first`` up to ``last`` as a batch; arrays are viewed."""
        return self._replaced(**part(self, first, last))

    def taken(self, games: Any) -> Batch:
        """Return some of the games, in the order given, as a batch."""
        return self._replaced(**taken(self, np.asarray(games, dtype=np.intp)))

    def with_sizes(self, sizes: Any) -> Batch:
        """Return the same games at other sizes; the arrays are shared.

        Examples
        --------
        >>> Batch([0, 2], [0.5, 0.5], [[1.0, 0.0]]).with_sizes([3.0]).sizes
        array([3.])
        """
        return self._replaced(sizes=checked_sizes(sizes, self.groups, len(self)))

    def with_rewards(self, rewards: Any) -> Batch:
        """Return the same games with other rewards (groups, cells), which may be `faulty`."""
        return self._replaced(**with_rewards(self, rewards))

    def reported(self, group: str | int, rewards: Any, size: Any = None) -> Batch:
        """Return the batch in which one group reports other rewards (cells,), or another size."""
        changed = self._replaced(**reported(self, self.group_index(group), rewards, size))
        bad = changed.faulty()
        if bad.size:
            raise InvalidInput(changed.fault(int(bad[0])))
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
        return reference(self)

    @property
    def log_reference(self) -> Array:
        """log π0 of all cells, (cells,)."""
        return log_reference(self)

    def faulty(self) -> NDArray[np.intp]:
        """Return the games that cannot be what their author meant; `fault` says why.

        Shapes and names have been checked: what is left is numbers.
        """
        return faulty(self)

    def fault(self, k: int) -> str:
        """Return why a game is `faulty`."""
        return fault(self, k)

    def __repr__(self) -> str:
        games, groups, cells = self.shape
        counts = self.counts
        return (
            f"Batch({games:,} game{'s' * (games != 1)} of {counts.min()} to {counts.max()} "
            f"outcomes, {groups} group{'s' * (groups != 1)}, {cells:,} cells)"
        )

    def _replaced(self, **changes: Any) -> Batch:
        batch = object.__new__(Batch)
        batch._set(**{field.name: getattr(self, field.name) for field in fields(self)} | changes)
        return batch

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)
