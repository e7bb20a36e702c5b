"""Training without payments, for rules that none is known to make truthful: utility is w_i v_i."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.payments import Settlement


class Unpaid:
    """No payment: its numbers are NaN, which tables leave blank and JSON writes as null."""

    def settle(
        self, rule: Any, game: Game, *, solver: str, tolerance: float, constraints: Any
    ) -> Settlement:
        """Train, and charge nothing."""
        training = rule.train(game, solver=solver, tolerance=tolerance, constraints=constraints)
        none = np.full(game.shape[0], np.nan)
        utilities = game.sizes * np.asarray(game.rewards @ training.model)
        return Settlement(training, none, utilities, none, none, exact=False)

    def regret(
        self, rule: Any, game: Game, group: int, reward: NDArray[np.float64], size: float
    ) -> float:
        """Refuse: without payments nothing is known about misreports."""
        raise InvalidInput("regret: known for truthful payments alone. Use the rule social.")

    def __repr__(self) -> str:
        return "no payments"
