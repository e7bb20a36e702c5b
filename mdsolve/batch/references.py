"""π0 of a batch's games from what was given: masses divided by their sum, or their softmax."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mdsolve.batch.arrays import Array

if TYPE_CHECKING:
    from mdsolve.batch.games import Batch


def reference(batch: Batch) -> Array:
    """Return π0 of all cells, (cells,)."""
    if batch.logarithmic:
        return np.exp(log_reference(batch))
    parts, given = batch.segments(), np.asarray(batch.masses, dtype=float)
    return given / parts.spread(parts.sum(given))


def log_reference(batch: Batch) -> Array:
    """Return log π0 of all cells, (cells,)."""
    parts, given = batch.segments(), np.asarray(batch.masses, dtype=float)
    if batch.logarithmic:
        logs = given - parts.spread(parts.max(given))
        logs -= parts.spread(np.log(parts.sum(np.exp(logs))))
    else:
        logs = np.log(given)
        logs -= parts.spread(np.log(parts.sum(given)))
    return logs
