"""A search for the misreport that gains most from unfinished training.

For KL r' = r + (1/a − 1) c/w, a = 1 − (1 − ηλ)^k, makes k steps end at the optimum of the truth: it
is tried besides scaled truths, single outcomes and random changes of the best.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.games import Game
from mdsolve.payments.affine_maximizer import row
from mdsolve.payments.training_runs import PACE
from mdsolve.solvers.mirror_descent import Run, train

Array = NDArray[np.float64]
Utility = Callable[[Array], float]

_SCALES = (-0.9, -0.5, -0.2, 0.1, 0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True)
class Lies:
    """Misreports to a run of so many steps, by each group that is tried."""

    rule: Any
    game: Game
    steps: int
    step_size: float | None
    every: int
    tried: Sequence[int]
    trials: int
    seed: int

    def search(self, utility: Callable[[int], Utility]) -> tuple[float, int]:
        """Return the largest gain found, and who has it."""
        gains = [
            best_gain(
                utility(group),
                row(self.game, group),
                self.game.combined() / self.game.sizes[group],
                self.exact_scale(),
                self.trials,
                self.seed,
            )
            for group in self.tried
        ]
        best = int(np.argmax(gains))
        return gains[best], self.tried[best]

    def exact_scale(self) -> float:
        """Return 1/a − 1, which takes KL's unfinished run to the optimum."""
        left = (1.0 - self.pace * self.rule.strength) ** self.steps
        return left / (1.0 - left) if 0.0 < left < 1.0 else 0.0

    @property
    def pace(self) -> float:
        """Return η."""
        return PACE / self.rule.strength if self.step_size is None else self.step_size

    def models(self, combined: Array, every: int) -> Array:
        """Return the models saved on the way, (checkpoints, outcomes)."""
        run = Run(
            self.game.log_reference, combined, self.rule.divergence, self.rule.strength, self.pace
        )
        return np.stack([state.model for state in train(run, self.steps, every=every)])

    def fixed_pivot(self, group: int) -> Utility:
        """Return u_i but for a constant, F(π(r'); c), as a function of the report."""
        return lambda report: self.told(group, report, self.steps)[0]

    def moving_pivot(self, group: int) -> Utility:
        """Return u_i, F(π(r'); c) − h_i(r'), as a function of the report."""
        return lambda report: float(np.subtract(*self.told(group, report, self.every)))

    def told(self, group: int, report: Array, every: int) -> tuple[float, float]:
        """Return F(π; c) of the model returned, and the best checkpoint's F(π_k; c₋ᵢ)."""
        size, truth = float(self.game.sizes[group]), row(self.game, group)
        combined = self.game.combined()
        change = size * (report - truth)
        models = self.models(combined + change, every)
        phi = self.rule.value_function(self.game)
        costs = self.rule.strength * np.array([phi.divergence_of(model) for model in models])
        centre = combined.max()
        welfare = models @ (combined - centre) - costs
        reported = welfare + models @ change
        returned = reported.size - 1 - int(reported[::-1].argmax())
        return float(welfare[returned]), float((welfare - models @ (size * truth)).max())


def best_gain(
    utility: Utility, truth: Array, direction: Array, scale: float, trials: int, seed: int
) -> float:
    """Return the most found by reports along a direction, of one outcome, and near the best."""
    rng = np.random.default_rng(seed)
    base = utility(truth)
    height = float(np.abs(truth).max()) or 1.0
    starts = [truth + t * direction for t in (*_SCALES, scale)]
    starts += [0.0 * truth, 2.0 * truth, 3.0 * truth]
    starts += [truth + height * np.eye(truth.size)[x] for x in range(min(truth.size, 12))]
    values = [utility(start) for start in starts]
    best = int(np.argmax(values))
    report, value = (starts[best], values[best]) if values[best] > base else (truth, base)
    reach = height
    for _ in range(trials):
        near = report + reach * rng.normal(size=truth.size)
        found = utility(near)
        if found > value:
            report, value, reach = near, found, 1.5 * reach
        else:
            reach *= 0.85 if reach > 1e-3 * height else 1e3
    return value - base
