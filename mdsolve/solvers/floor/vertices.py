"""Max-normalised rewards under any divergence: the best of the m rewards e_x ([S] Cor 4.6).

A reward on x lowers all other positions by one shift κ and gives x what they lose, f(κ). Any κ
makes a model, hence a lower bound of the increment at every x at once,
w' π(x) − λ Σ (d(π) + d*(s) − s π), tight at the κ of x: a few shifts for all outcomes rule out all
but those that tie, and only the best of the rest are solved.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log2

import numpy as np
from numpy.typing import NDArray

from mdsolve.divergences import Step
from mdsolve.precision import EPS
from mdsolve.solvers.floor.levels import Ground
from mdsolve.solvers.floor.result import Increment

Array = NDArray[np.float64]

#: from an outcome x to B_Φ(c + w' e_x, c) and the model there
Solve = Callable[[int], tuple[float, Array]]

_SHIFTS = 32
_ROUNDS = 14
_FEW = 4


def lowest_vertex(
    ground: Ground, strength: float, size: float, solve: Solve, noise: float = 0.0
) -> Increment:
    """Return the least increment over max-normalised rewards at one size.

    Parameters
    ----------
    ground : Ground
    strength, size : float
        λ and w'.
    solve : callable
        From an outcome x to B_Φ(c + w' e_x, c), welfare units, and the model at c + w' e_x.
    noise : float
        Error of each entry of c beyond relative rounding (welfare units).
    """
    search = _Search(ground, strength, size, solve)
    best, lower = search.run()
    increment, model = search.solved[best]
    moved = abs(float(model[best] - ground.mass[best]))
    extent = 2.0 * EPS * strength * float(np.abs(ground.position).max()) + noise
    error = EPS * (8.0 + log2(model.size)) * increment + 2.0 * moved * extent
    report = np.zeros(model.size)
    report[best] = 1.0
    bracket = max(0.0, min(lower, increment) - error), increment + error
    return Increment(*bracket, report, model, "vertices")


class _Search:
    """The outcomes not yet ruled out, their lower bounds, and the increments that were solved."""

    def __init__(self, ground: Ground, strength: float, size: float, solve: Solve) -> None:
        self.ground, self.strength, self.size, self.solve = ground, strength, size, solve
        self.solved: dict[int, tuple[float, Array]] = {}
        pairs = np.stack([ground.reference, ground.position])
        self.left = np.sort(np.unique(pairs, axis=1, return_index=True)[1])
        self.lower = size * ground.mass[self.left]
        self.shift = np.zeros(self.left.size)

    def run(self) -> tuple[int, float]:
        """Return the best outcome, and a lower bound of all others' increments."""
        best = self._try()
        for number in range(_ROUNDS):
            increment = self.solved[best][0]
            if self._open(increment).size == 0:
                break
            self._raise(self._shifts(number))
            self._keep(self.lower < increment)
            best = self._try()
        return best, min(self.solved[best][0], float(self.lower.min(initial=np.inf)))

    def _open(self, increment: float) -> NDArray[np.intp]:
        """Return what may yet be lower by more than rounding, those solved left out."""
        near = self.lower < increment * (1.0 - 1e-13)
        return np.flatnonzero(near & ~np.isin(self.left, list(self.solved)))

    def _try(self) -> int:
        """Solve the most promising outcomes, and return the best of all solved."""
        fresh = np.flatnonzero(~np.isin(self.left, list(self.solved)))
        order = fresh[np.argsort(self.lower[fresh], kind="stable")[:_FEW]]
        for place in order:
            outcome = int(self.left[place])
            bregman, model = self.solve(outcome)
            increment = self.size * float(self.ground.mass[outcome]) + bregman
            self.solved[outcome] = increment, model
            self.lower[place] = increment
        best = min(self.solved, key=lambda outcome: self.solved[outcome][0])
        self._keep(self.lower <= self.solved[best][0])
        return best

    def _keep(self, kept: NDArray[np.bool_]) -> None:
        self.left, self.lower, self.shift = self.left[kept], self.lower[kept], self.shift[kept]

    def _shifts(self, number: int) -> Array:
        """Return the next shifts to try: all scales, then around what suited those left."""
        volume = self.size / self.strength
        if number == 0:
            return volume * np.geomspace(1e-18, 1.0, 2 * _SHIFTS)
        low, high = float(self.shift.min()), float(self.shift.max())
        margin = 1.0 + 3.0 * 0.2 ** (number - 1)
        least = volume * 1e-18
        return np.geomspace(max(low / margin, least), max(high * margin, 2.0 * least), _SHIFTS)

    def _raise(self, shifts: Array) -> None:
        """Raise the lower bounds of those left by the models of some shifts."""
        ground, rows = self.ground, self.left
        q, at, mass = ground.reference[rows], ground.position[rows], ground.mass[rows]
        for shift in shifts:
            there, to, growth = ground.sunk(float(shift))
            back = np.broadcast_to(shift, to.shape)
            cost = ground.divergence.bregman(
                Step(there, to, back, ground.position, ground.mass), ground.reference
            )
            share = to[rows] - float(growth.sum())
            target = ground.divergence.position_of(share, q)
            with np.errstate(over="ignore", invalid="ignore"):  # tiny masses: a bound of −∞ is none
                own = ground.divergence.bregman(Step(target, share, at - target, at, mass), q)
            bound = self.size * share - self.strength * (float(cost.sum()) - cost[rows] + own)
            better = bound > self.lower
            self.lower[better], self.shift[better] = bound[better], shift
