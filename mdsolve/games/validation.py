"""The one place where a game's arrays are judged, each read once and in blocks that fit the cache.

A minimum and a maximum find NaN and infinities as well as the bounds, so no mask is ever made.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games.blocks import blocks
from mdsolve.precision import exact_sum

Array = NDArray[np.float64]

SUM_TOLERANCE = 1e-9
TINY = sys.float_info.min
_BLOCK = 1 << 16


def read_only(array: Any) -> Any:
    """Return a view that cannot be written; the caller's own array keeps its flag."""
    view = array.view()
    view.flags.writeable = False
    return view


def reward_matrix(rewards: Any) -> Any:
    """Return ``rewards`` as (groups, outcomes) float64, without a copy if C-contiguous float64."""
    matrix = _sparse(rewards) if hasattr(rewards, "tocsc") else floats("rewards", rewards)
    if matrix.ndim != 2:
        raise InvalidInput(
            f"rewards: shape {matrix.shape}. Rewards are (groups, outcomes); "
            "for a single group pass [rewards]."
        )
    if 0 in matrix.shape:
        raise InvalidInput(
            f"rewards: {matrix.shape[0]} groups and {matrix.shape[1]} outcomes. "
            "A game needs at least one group and one outcome."
        )
    return matrix


def reward_bounds(rewards: Any, groups: Sequence[str], outcomes: Sequence[str]) -> Array:
    """Return each group's smallest and largest reward, (groups, 2); refuse what is not finite."""
    bounds_of = _dense_bounds if isinstance(rewards, np.ndarray) else _sparse_bounds
    with np.errstate(invalid="ignore"):
        bounds = bounds_of(rewards)
    if not np.isfinite(bounds).all():
        group, outcome, value = _first_bad(rewards)
        raise InvalidInput(
            f"group {groups[group]!r}, outcome {outcomes[outcome]!r}: reward is {value}. "
            "Rewards must be finite: drop the outcome, or fill the cell before building the game."
        )
    return read_only(bounds)


def checked_scale(bounds: Array, sizes: Array, groups: Sequence[str]) -> None:
    """Refuse rewards and sizes whose combined reward leaves the range of doubles."""
    with np.errstate(over="ignore"):
        parts = sizes * np.abs(bounds).max(axis=1)
        total = 4.0 * parts.sum()
    if not np.isfinite(total):
        group = int(parts.argmax())
        raise InvalidInput(
            f"group {groups[group]!r}: size {sizes[group]:g} times rewards up to "
            f"{np.abs(bounds[group]).max():g} overflows in the combined reward. "
            "Divide all rewards (and the strength) by a common number."
        )


def reference_masses(reference: Any, outcomes: Sequence[str]) -> Array:
    """Return the masses divided by their exact sum (the same memory if that sum is 1)."""
    masses = vector("reference", reference, outcomes)
    if not (masses.min() > 0.0 and masses.max() < np.inf):
        place = int(np.flatnonzero(~((masses > 0.0) & (masses < np.inf)))[0])
        raise InvalidInput(
            f"outcome {outcomes[place]!r}: reference mass is {masses[place]}. Every mass must be "
            "positive and finite: drop the outcome, or give log-probabilities (Game.from_logprob) "
            "if the mass is too small for a float."
        )
    with np.errstate(over="ignore"):
        total = exact_sum(masses) if masses.max() < 2.0 else float(masses.sum())
    if abs(total - 1.0) > SUM_TOLERANCE:
        raise InvalidInput(
            f"reference: the masses sum to {total:.12g}, not 1 (allowed: 1 ± {SUM_TOLERANCE:g}). "
            "Divide them by their sum if they are unnormalised weights."
        )
    return read_only(masses if total == 1.0 else masses / total)


def reference_logarithms(logprob: Any, outcomes: Sequence[str]) -> Array:
    """Return log-probabilities normalised over the outcomes (log-sum-exp)."""
    given = vector("logprob", logprob, outcomes)
    if not (given.max() <= 0.0 and given.min() > -np.inf):
        place = int(np.flatnonzero(~((given <= 0.0) & (given > -np.inf)))[0])
        raise InvalidInput(
            f"outcome {outcomes[place]!r}: log-probability is {given[place]}. "
            + _logprob_remedy(float(given[place]))
        )
    logarithms = given - given.max()
    parts = range(0, logarithms.size, _BLOCK)
    logarithms -= np.log(exact_sum([exact_sum(np.exp(logarithms[k : k + _BLOCK])) for k in parts]))
    return read_only(logarithms)


def group_sizes(sizes: Any, groups: Sequence[str]) -> Array:
    """Return one positive size a group; a mapping is read by the groups' names."""
    if sizes is None:
        return read_only(np.ones(len(groups)))
    if isinstance(sizes, Mapping):
        sizes = _sizes_by_name(sizes, groups)
    array = floats("sizes", sizes)
    if array.shape != (len(groups),):
        raise InvalidInput(
            f"sizes: shape {array.shape}, but there are {len(groups)} groups. "
            "Pass one size a group, or a mapping from group to size."
        )
    bad = np.flatnonzero(~((array > 0.0) & (array < np.inf)))
    if bad.size:
        raise InvalidInput(
            f"group {groups[bad[0]]!r}: size is {array[bad[0]]}. "
            "Sizes must be positive and finite: leave out a group that has no members."
        )
    return read_only(array)


def _logprob_remedy(value: float) -> str:
    if value > 0.0:
        return "Log-probabilities are at most 0: subtract their log-sum-exp, or check the sign."
    if value == -np.inf:
        return "That is a zero mass: drop the outcome."
    return "Log-probabilities must be finite: drop the outcome, or fill the cell."


def _sizes_by_name(sizes: Mapping[Any, Any], groups: Sequence[str]) -> list[Any]:
    named = {str(name): size for name, size in sizes.items()}
    missing = [group for group in groups if group not in named]
    unknown = [name for name in named if name not in groups]
    if missing or unknown:
        parts = [
            f"{what} {names}"
            for what, names in (("no size for", missing), ("unknown", unknown))
            if names
        ]
        raise InvalidInput(
            f"sizes: {' and '.join(parts)}. The groups are {list(groups[:20])}: "
            "give each exactly one size."
        )
    return [named[group] for group in groups]


def vector(name: str, values: Any, outcomes: Sequence[str]) -> Array:
    """Return one float64 number an outcome."""
    array = floats(name, values)
    if array.shape != (len(outcomes),):
        raise InvalidInput(
            f"{name}: shape {array.shape}, but the rewards have {len(outcomes)} outcomes. "
            f"Pass one number an outcome, shape ({len(outcomes)},)."
        )
    return array


def floats(name: str, values: Any) -> Array:
    """Return values as a read-only float64 array, without a copy if C-contiguous float64."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        place = tuple(map(int, np.argwhere(np.ma.getmaskarray(values))[0]))
        raise InvalidInput(f"{name}: cell {place} is masked. Fill or drop masked cells first.")
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InvalidInput(f"{name}: rows of different lengths. {_row_lengths(values)}") from error
    if array.dtype.kind not in "fiub":
        array = _from_objects(name, np.asarray(values, dtype=object))
    with np.errstate(over="ignore"):
        array = array.astype(np.float64, order="C", copy=False)
    return read_only(array)


def _from_objects(name: str, array: NDArray[Any]) -> Array:
    floats = np.empty(array.shape)
    for place, cell in np.ndenumerate(array):
        try:
            if isinstance(cell, (str, bytes, complex)):
                raise TypeError
            floats[place] = np.nan if cell is None else float(cell)
        except (TypeError, ValueError, OverflowError) as error:
            raise InvalidInput(
                f"{name}: cell {place} is {cell!r}, not a number. Every cell must be one number."
            ) from error
    return floats


def _row_lengths(values: Any) -> str:
    lengths = [len(row) if hasattr(row, "__len__") else 0 for row in values]
    odd = next((k for k, length in enumerate(lengths) if length != lengths[0]), 0)
    return f"Row 0 has {lengths[0]} cells, row {odd} has {lengths[odd]}: give every row the same."


def _sparse(rewards: Any) -> Any:
    from scipy.sparse import csc_array

    if rewards.dtype.kind not in "fiub":
        raise InvalidInput(f"rewards: a sparse matrix of {rewards.dtype}. Convert it to float64.")
    matrix: Any = csc_array(rewards, dtype=np.float64)
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    return csc_array(
        tuple(map(read_only, (matrix.data, matrix.indices, matrix.indptr))), shape=matrix.shape
    )


def _dense_bounds(rewards: Array) -> Array:
    bounds = np.empty((rewards.shape[0], 2))
    bounds[:, 0], bounds[:, 1] = np.inf, -np.inf
    for _, block in blocks(rewards):
        np.minimum(bounds[:, 0], block.min(axis=1), out=bounds[:, 0])
        np.maximum(bounds[:, 1], block.max(axis=1), out=bounds[:, 1])
    return bounds


def _sparse_bounds(rewards: Any) -> Array:
    groups, outcomes = rewards.shape
    full = np.bincount(rewards.indices, minlength=groups) == outcomes
    bounds = np.where(full[:, None], [[np.inf, -np.inf]], 0.0)
    np.minimum.at(bounds[:, 0], rewards.indices, rewards.data)
    np.maximum.at(bounds[:, 1], rewards.indices, rewards.data)
    return bounds


def _first_bad(rewards: Any) -> tuple[int, int, float]:
    for columns, block in blocks(rewards):
        bad = np.argwhere(~np.isfinite(block))
        if bad.size:
            group, outcome = map(int, bad[0])
            return group, columns.start + outcome, float(block[group, outcome])
    raise AssertionError("every reward is finite")
