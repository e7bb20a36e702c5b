"""Which games of a batch cannot be what their author meant, and why: one pass over flat arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.batch.arrays import tolerance_of
from mdsolve.batch.segments import Segments
from mdsolve.errors import InvalidInput

if TYPE_CHECKING:
    from mdsolve.batch.games import Batch

#: the least positive number
LEAST = 5e-324


def faulty(batch: Batch) -> NDArray[np.intp]:
    """Return the games whose rewards, masses or menus are bad."""
    parts = batch.segments()
    bad = np.zeros(len(batch), dtype=bool)
    with np.errstate(invalid="ignore", over="ignore"):
        for row in batch.rewards:
            if not np.isfinite(row.sum(dtype=float)) and not np.isfinite(row).all():
                bad |= parts.max(~np.isfinite(row))
        given = np.asarray(batch.masses, dtype=float)
        if batch.logarithmic:
            bad |= parts.max(~((given <= 0.0) & (given > -np.inf)))
        else:
            bad |= _no_distribution(parts, given, tolerance_of(batch.masses), least=LEAST)
        for models in () if batch.menu is None else batch.menu:
            row = np.asarray(models, dtype=float)
            bad |= _no_distribution(parts, row, tolerance_of(models), least=0.0)
        largest = np.array([max(row.max(), -row.min()) for row in batch.rewards])
        if not np.isfinite(4.0 * (largest.astype(float) * batch.sizes.max()).sum()):
            bad |= _overflowing(batch, parts)
    return np.flatnonzero(bad)


def fault(batch: Batch, k: int) -> str:
    """Return why a game is `faulty`."""
    name = f"prompt {batch.prompt(k)!r}"
    try:
        batch.game(k)
    except InvalidInput as error:
        return f"{name}: {error}"
    for entry, row in zip(batch.entries, batch.models_of(k), strict=True):
        if not (row.min() >= 0.0 and abs(row.sum() - 1.0) <= tolerance_of(row)):
            return (
                f"{name}: menu {entry!r}: probabilities from {row.min():g} that sum to "
                f"{row.sum():.12g}. They must be at least 0 and sum to 1."
            )
    total = float(batch.masses[int(batch.offsets[k]) : int(batch.offsets[k + 1])].sum())
    return (
        f"{name}: reference: the masses sum to {total:.12g}, not 1. Divide "
        "them by their sum if they are unnormalised weights."
    )


def _no_distribution(parts: Segments, masses: Any, tolerance: float, *, least: float) -> Any:
    bad: Any = ~(np.abs(parts.sum(masses) - 1.0) <= tolerance)
    return bad if masses.min() >= least else bad | parts.max(~(masses >= least))


def _overflowing(batch: Batch, parts: Segments) -> Any:
    """Return the games whose combined reward leaves the range of doubles."""
    largest = parts.max(np.abs(np.asarray(batch.rewards, dtype=float)))
    sizes = batch.sizes[:, None] if batch.sizes.ndim == 1 else batch.sizes.T
    return ~np.isfinite(4.0 * (sizes * largest).sum(axis=0))
