"""Millions of prompts: ragged batches of games through one mechanism, in memory or file to file.

Cells of all games lie end to end; each file here is one step over them by segments, no game is
padded. What a step cannot give to rounding is left to the one-game code, whose numbers these are.
"""

from __future__ import annotations

from mdsolve.batch.dask_frames import solve_dask
from mdsolve.batch.frontiers import BatchFrontier, batch_frontier
from mdsolve.batch.games import Batch
from mdsolve.batch.outcome import BatchOutcome
from mdsolve.batch.solve import solve_batch

__all__ = ["Batch", "BatchFrontier", "BatchOutcome", "batch_frontier", "solve_batch", "solve_dask"]
