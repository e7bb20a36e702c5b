"""Fields of batches made from another: some of its games, or what they report changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mdsolve.batch.arrays import checked_sizes, numbers, pick
from mdsolve.errors import InvalidInput
from mdsolve.games.validation import floats

if TYPE_CHECKING:
    from mdsolve.batch.games import Batch


def part(batch: Batch, first: int, last: int) -> dict[str, Any]:
    """Return the fields of consecutive games; arrays are viewed."""
    low, high = int(batch.offsets[first]), int(batch.offsets[last])
    return {
        "offsets": batch.offsets[first : last + 1] - low,
        "rewards": batch.rewards[:, low:high],
        "sizes": batch.sizes if batch.sizes.ndim == 1 else batch.sizes[first:last],
        "prompts": None if batch.prompts is None else batch.prompts[first:last],
        "outcomes": None if batch.outcomes is None else batch.outcomes[low:high],
        "masses": batch.masses[low:high],
        "menu": None if batch.menu is None else batch.menu[:, low:high],
    }


def taken(batch: Batch, chosen: Any) -> dict[str, Any]:
    """Return the fields of some games, which keep their names."""
    cells, parts = batch.segments().taken(chosen)
    names = batch.prompts
    return {
        "offsets": np.concatenate([[0], np.cumsum(parts.counts)]),
        "rewards": np.ascontiguousarray(batch.rewards[:, cells]),
        "sizes": batch.sizes if batch.sizes.ndim == 1 else batch.sizes[chosen],
        "prompts": [batch.prompt(int(k)) for k in chosen] if names is None else pick(names, chosen),
        "outcomes": None if batch.outcomes is None else pick(batch.outcomes, cells),
        "masses": batch.masses[cells],
        "menu": None if batch.menu is None else np.ascontiguousarray(batch.menu[:, cells]),
    }


def with_rewards(batch: Batch, rewards: Any) -> dict[str, Any]:
    """Return the field of other rewards."""
    matrix = numbers("rewards", rewards)
    if matrix.shape != batch.rewards.shape:
        raise InvalidInput(
            f"rewards: shape {matrix.shape}, but the batch has {batch.rewards.shape}."
        )
    return {"rewards": matrix}


def reported(batch: Batch, group: int, rewards: Any, size: Any) -> dict[str, Any]:
    """Return the fields of what one group reports anew."""
    rows, name = np.array(batch.rewards, dtype=float), batch.groups[group]
    told = floats(f"group {name!r}: rewards", rewards)
    if told.shape != (batch.shape[2],):
        raise InvalidInput(
            f"group {name!r}: rewards of shape {told.shape}, but there are {batch.shape[2]} "
            "cells. Pass one number a cell."
        )
    rows[group] = told
    sizes = np.array(batch.sizes)
    if size is not None:
        sizes[..., group] = size
    return with_rewards(batch, rows) | {"sizes": checked_sizes(sizes, batch.groups, len(batch))}
