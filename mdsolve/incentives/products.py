"""Valuations kept as rewards, models and sizes: K² pairs are read as blocks of a matrix product.

V[t, s] − p(s) = <(w_t r_t, 1), (π_s, −p(s))>, so a block of misreports is one product and one
maximum, and no table is ever held. Pairs within the product's rounding are decided exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games.validation import floats
from mdsolve.precision import EPS

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

# products of at most 2^18 multiplications stay in the cache and on one BLAS thread: several threads
# would wait for each other wherever the machine is busy
_PRODUCT = 1 << 18
_ROWS = 64
_WIDE = 64
_BLOCK = 512
_MOST = 200_000


class WorstGain(NamedTuple):
    """The misreport that gains most, correctly rounded; negative where truth is strictly best.

    Attributes
    ----------
    gain : float
        Welfare units.
    type, report : int
    doubt : float
        0 unless more than 200,000 pairs lie within rounding of the worst: then that rounding.
    complete : bool
        Not interrupted: all pairs were read.
    """

    gain: float
    type: int
    report: int
    doubt: float = 0.0
    complete: bool = True


@dataclass(frozen=True, init=False, eq=False)
class Products:
    """Types and what each report leads to.

    Parameters
    ----------
    rewards : (types, outcomes) array_like
    models : (types, outcomes) array_like
        What is chosen at each report.
    sizes : number or (types,) array_like
        1 by default.

    Examples
    --------
    >>> Products([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]).worst_gain(np.zeros(2))
    WorstGain(gain=-1.0, type=0, report=1, doubt=0.0, complete=True)
    """

    rewards: Array
    models: Array
    sizes: Array
    bound: float = field(repr=False)

    def __init__(self, rewards: ArrayLike, models: ArrayLike, sizes: ArrayLike = 1.0) -> None:
        reward, model = floats("rewards", rewards), floats("models", models)
        if reward.ndim != 2 or reward.shape != model.shape or not reward.size:
            raise InvalidInput(
                f"products: rewards of shape {reward.shape}, models of shape {model.shape}. Both "
                "are types x outcomes, one model for each type's report."
            )
        size = floats("sizes", sizes)
        if size.shape not in ((), reward.shape[:1]):
            raise InvalidInput(
                f"sizes: shape {size.shape} for {len(reward)} types. Give one size, or one a type."
            )
        weights = np.broadcast_to(size, reward.shape[:1])
        for name, array in (("rewards", reward), ("models", model), ("sizes", weights)):
            with np.errstate(invalid="ignore"):
                finite = np.isfinite(array.min()) and np.isfinite(array.max())
            if not finite:
                place = tuple(int(k) for k in np.argwhere(~np.isfinite(array))[0])
                raise InvalidInput(
                    f"{name}: type {place[0]}, cell {place}, is {array[place]}. Numbers must be "
                    "finite: leave the type out."
                )
        rows = weights * np.abs(reward).max(axis=1)
        mass = float(np.abs(model).sum(axis=1).max())
        object.__setattr__(self, "rewards", reward)
        object.__setattr__(self, "models", model)
        object.__setattr__(self, "sizes", weights)
        object.__setattr__(self, "bound", float(rows.max()) * mass)

    @property
    def count(self) -> int:
        """Number of types."""
        return self.rewards.shape[0]

    def own(self) -> Array:
        """Return every type's valuation of what its own report leads to."""
        return self.sizes * np.einsum("tx,tx->t", self.rewards, self.models)

    def worst_gain(
        self, payments: Array, *, refuting: float = 0.0, progress: Progress | None = None
    ) -> WorstGain:
        """Return the misreport that gains most.

        Parameters
        ----------
        payments : (types,) array
        refuting : float
            An interrupt (Ctrl-C) returns the worst so far if it gains more than this.
        progress : callable, optional
            Called with (types read, types).

        Raises
        ------
        KeyboardInterrupt
            If nothing that refutes was found before an interrupt, with how far it came.
        """
        if self.count == 1:
            return WorstGain(-inf, 0, 0)
        error, read = self._rounding(payments), 0
        floor, found = -inf, []
        try:
            for rows, columns, gains in self._blocks(payments):
                best = float(gains.max())
                if best >= floor:
                    floor = max(floor, best - 2.0 * error if abs(best) > error else -3.0 * error)
                    found.append(_above(gains, floor, rows.start, columns.start))
                if columns.stop == self.count:
                    read = rows.stop
                    if progress is not None:
                        progress(read, self.count)
        except KeyboardInterrupt as stop:
            worst = self._decide(payments, floor, found, error) if found else None
            if worst is None or worst.gain <= refuting + 2.0 * worst.doubt:
                raise KeyboardInterrupt(
                    f"interrupted after {read:,} of {self.count:,} types; none of them gains by a "
                    "misreport, and nothing is known of the others."
                ) from stop
            return worst._replace(complete=False)
        return self._decide(payments, floor, found, error)

    def gain(self, payments: Array, liar: int, report: int) -> Fraction:
        """Return exactly what a type gains by a report."""
        change = Fraction(0)
        for reward, lie, truth in zip(
            self.rewards[liar].tolist(),
            self.models[report].tolist(),
            self.models[liar].tolist(),
            strict=True,
        ):
            change += Fraction(reward) * (Fraction(lie) - Fraction(truth))
        charge = Fraction(float(payments[report])) - Fraction(float(payments[liar]))
        return Fraction(float(self.sizes[liar])) * change - charge

    def _decide(self, payments: Array, floor: float, found: list[Any], error: float) -> WorstGain:
        gains, liars, reports = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.argsort(-gains, kind="stable")
        order = order[gains[order] >= floor]
        doubt = 0.0 if order.size <= _MOST else error
        pairs = [(int(liars[k]), int(reports[k])) for k in order[:_MOST]]
        exact = [self.gain(payments, *pair) for pair in pairs]
        place = max(range(len(pairs)), key=exact.__getitem__)
        return WorstGain(float(exact[place]), *pairs[place], doubt)

    def _rounding(self, payments: Array) -> float:
        terms = 2.0 * self.bound + 2.0 * float(np.abs(payments).max())
        return EPS * (4.0 + self.rewards.shape[1]) * terms

    def _blocks(self, payments: Array) -> Iterator[tuple[slice, slice, Array]]:
        """Yield blocks of gains; a type's own report gains −inf."""
        left = np.column_stack([self.sizes[:, None] * self.rewards, np.ones(self.count)])
        right = np.column_stack([self.models, -payments])
        truth = np.einsum("tx,tx->t", left, right)
        left = np.column_stack([left, -truth])
        right = np.column_stack([right, np.ones(self.count)])
        narrow = left.shape[1] <= _WIDE
        height = _ROWS if narrow else _BLOCK
        width = _PRODUCT // (_ROWS * left.shape[1]) if narrow else _BLOCK
        buffer = np.empty(height * width)
        for start in range(0, self.count, height):
            rows = slice(start, min(start + height, self.count))
            for first in range(0, self.count, width):
                columns = slice(first, min(first + width, self.count))
                count = (rows.stop - start) * (columns.stop - first)
                gains = buffer[:count].reshape(rows.stop - start, -1)
                np.matmul(left[rows], right[columns].T, out=gains)
                own = np.arange(max(rows.start, first), min(rows.stop, columns.stop))
                gains[own - rows.start, own - first] = -inf
                yield rows, columns, gains


def _above(gains: Array, floor: float, first_row: int, first_column: int) -> tuple[Any, Any, Any]:
    """Return the gains of a block from a floor on, and whose and by which report they are."""
    near = np.flatnonzero(gains.max(axis=1) >= floor)
    places = np.argwhere(gains[near] >= floor)
    liars, reports = first_row + near[places[:, 0]], first_column + places[:, 1]
    return gains[near][places[:, 0], places[:, 1]], liars, reports
