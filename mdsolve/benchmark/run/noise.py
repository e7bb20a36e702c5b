"""A task that is always the same work: when it takes longer than it did, the machine is busy."""

from __future__ import annotations

from time import perf_counter

import numpy as np

_SIZE, _STEPS, _CALIBRATIONS = 160, 60_000, 8

#: share of a solve, and seconds, that a thread may wait for its core before its row is noisy
WAITING, LEAST = 0.1, 0.01


class Reference:
    """The reference task, and the least time that it ever took here."""

    def __init__(self) -> None:
        self._table = np.random.default_rng(0).random((_SIZE, _SIZE))
        self._line = self._table.ravel()
        self.quiet = min(self._once() for _ in range(_CALIBRATIONS))

    def seconds(self) -> float:
        """Do the task; return how long it took."""
        taken = self._once()
        self.quiet = min(self.quiet, taken)
        return taken

    def _once(self) -> float:
        start = perf_counter()
        (self._table @ self._table).sum()
        np.sort(self._line)
        np.exp(self._line)
        total = 0
        for number in range(_STEPS):
            total += number & 7
        return perf_counter() - start


def noisy(reference: tuple[float, float], quiet: float, allowed: float, waited: float) -> bool:
    """Return whether a row's window was noisy.

    Parameters
    ----------
    reference : (float, float)
        Seconds of the reference task before and after.
    quiet : float
        Its least seconds.
    allowed : float
        How many times those it may take.
    waited : float
        Share of the solve that its thread was not running; 0 where that cannot be told.
    """
    return max(reference) > allowed * quiet or waited > WAITING
