"""A game as KL sees it: exponents log π0 + (c − origin)/λ, by blocks, with all their digits."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Sized
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games.blocks import dense

Array = NDArray[np.float64]
LogReference = Callable[[slice], Array]

CELLS = 1 << 16  # half a megabyte: a block and its exponentials share the cache
_PARALLEL = 1 << 19  # cells from which a second thread pays
_TEAM = 16  # groups that one product may add up before its rounding shows
_WIDE = 1 << 12  # shorter rows are not worth the calls that read them
_STEEP = 512.0  # Σ w|r|/λ from which exponents need the digits that a plain sum rounds off


@dataclass(frozen=True, slots=True)
class Problem:
    """The data of one solve, and what the passes over it share."""

    log_reference: LogReference
    rewards: Any
    weights: Array
    strength: float
    bounds: Array
    scale: float  # Σ w max|r|
    flat: bool  # c varies by less than λ
    halves: tuple[Array, Array, Array] | None
    origin: float
    slopes: Array  # −w/λ
    steepness: Array  # the most that |x| can be

    def combined(self, block: Array, scratch: Array | None = None) -> Array:
        """Return c − origin on a block of rewards."""
        if self.halves is None:
            sums = [self.weights[rows] @ block[rows] for rows in teams(block)]
            return sum(sums[1:], start=sums[0]) - self.origin
        coarse, fine = np.zeros((2, block.shape[1]))
        for rows in teams(block):
            high, low, anchor = (half[rows] for half in self.halves)
            fine += low @ block[rows]  # first: a product reads memory faster than the sum below
            part = np.add(
                block[rows], anchor, out=None if scratch is None else scratch[: len(high)]
            )
            part -= anchor
            coarse += high @ part
            fine += high @ np.subtract(block[rows], part, out=part)
        return (coarse - self.origin) + fine

    def exponents(self, columns: slice, block: Array, scratch: Array | None = None) -> Array:
        """Return log π0 + (c − origin)/λ."""
        total = self.combined(block, scratch)
        total /= self.strength
        total += self.log_reference(columns)
        return total

    def clipped(self, means: Array) -> Array:
        """Return means kept, against rounding, between each group's least and most reward."""
        return np.minimum(np.maximum(means, self.bounds[:, 0]), self.bounds[:, 1])


def pose(
    log_reference: LogReference, rewards: Any, weights: ArrayLike, strength: float, bounds: Any
) -> Problem:
    """Return the problem, or refuse a strength that it cannot have."""
    weights = np.asarray(weights, dtype=float)
    if not 0.0 < strength < math.inf:
        raise InvalidInput(f"strength: {strength} is not positive and finite. Choose λ > 0.")
    bounds = _bounds(rewards) if bounds is None else bounds
    peaks = np.abs(bounds).max(axis=1)
    scale = float(weights @ peaks)
    if not scale / strength < 1e300:
        raise InvalidInput(
            f"strength: {strength:g} is too small for combined rewards up to {scale:g}, "
            "exponents c/λ overflow. Rescale the rewards or choose a larger strength."
        )
    slopes = -weights / strength
    steepness = (bounds[:, 0] - bounds[:, 1]) * slopes
    flat = float(steepness.sum()) < 1.0
    halves = _halves(weights, peaks) if scale > _STEEP * strength else None
    origin = float(weights @ dense(rewards[:, :1])[:, 0])
    return Problem(
        log_reference,
        rewards,
        weights,
        float(strength),
        bounds,
        scale,
        flat,
        halves,
        origin,
        slopes,
        steepness,
    )


def _halves(weights: Array, peaks: Array) -> tuple[Array, Array, Array]:
    """Split weights, and give the anchors that split rewards, so that high @ high is exact.

    The high parts of w and r are multiples of powers of two whose product is, for every group,
    the same unit: their sum needs no rounding. (r + anchor) − anchor rounds r to its multiple.
    """
    _, powers = np.frexp(weights)
    _, top = np.frexp(2.0 * weights.size * np.max(weights * peaks))
    powers = np.maximum(powers, powers.max() - 100) - 24
    high = np.ldexp(np.rint(np.ldexp(weights, -powers)), powers)
    return high, weights - high, 1.5 * np.ldexp(1.0, top - powers)[:, None]


def teams(rows: Sized) -> list[slice]:
    """Return the rows in teams small enough to be added up, and worked on, at once."""
    return [slice(start, start + _TEAM) for start in range(0, len(rows), _TEAM)]


def _bounds(rewards: Any) -> Array:
    def work(columns: slice, _: Array) -> tuple[Array, Array]:
        block = dense(rewards[:, columns])
        return block.min(axis=1), block.max(axis=1)

    low, high = sweep(work, *rewards.shape)
    return np.stack([low.min(axis=0), high.max(axis=0)], axis=1)


def _threads() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def sweep(work: Callable[[slice, Array], tuple[Any, ...]], rows: int, outcomes: int) -> list[Any]:
    """Return the stacked results of work(columns, scratch) on every block of columns, in order.

    The scratch, thrice a team of rows of a block, spares each block the price of fresh memory.
    """
    width = max(1, min(max(CELLS // rows, min(_WIDE, _TEAM * CELLS // rows)), outcomes))
    starts = range(0, outcomes, width)

    def run(part: Iterable[int]) -> list[tuple[Any, ...]]:
        scratch = np.empty((3, min(rows, _TEAM), width))
        columns = [slice(start, min(start + width, outcomes)) for start in part]
        return [work(part, scratch[..., : part.stop - part.start]) for part in columns]

    threads = min(_threads(), len(starts)) if rows * outcomes >= _PARALLEL else 1
    if threads == 1:
        results = run(starts)
    else:
        share = -(-len(starts) // threads)
        with ThreadPoolExecutor(threads) as pool:
            parts = pool.map(run, [starts[k * share : (k + 1) * share] for k in range(threads)])
            results = [result for part in parts for result in part]
    return [np.array(result) for result in zip(*results, strict=True)]
