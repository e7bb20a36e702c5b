"""An estimator that names one of finitely many states, right or wrong: P(ω̂|ω) as a table."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs import Beliefs, StateTable
from mdsolve.data_driven.beliefs.tables import distribution
from mdsolve.data_driven.estimators.base import Estimator
from mdsolve.data_driven.laws import Law
from mdsolve.errors import InvalidInput
from mdsolve.games.validation import floats

Array = NDArray[np.float64]


class Kernel(Estimator):
    """ω̂ is state k with probability ``table[ω, k]``; consistent as the table nears the identity.

    Parameters
    ----------
    table : (states, states) array_like
        Each row a distribution.
    beliefs : StateTable
        Whose states they are.

    Examples
    --------
    >>> from mdsolve.data_driven import FiniteBeliefs
    >>> beliefs = FiniteBeliefs([0.5, 0.5], [[[0.75, 0.25], [0.25, 0.75]]])
    >>> Kernel([[0.75, 0.25], [0.0, 1.0]], beliefs).law(beliefs, beliefs.law([0])).weights
    array([0.5625, 0.4375])
    """

    def __init__(self, table: Any, beliefs: StateTable) -> None:
        array = np.atleast_2d(floats("table", table))
        states = beliefs.prior.size
        if array.shape != (states, states):
            raise InvalidInput(
                f"table: shape {array.shape}, but there are {states} states. Give each state's row "
                "of probabilities that the estimate is each state."
            )
        self.table = np.array(
            [distribution(f"table: state {k}", row, "estimate") for k, row in enumerate(array)]
        )
        self.beliefs = beliefs
        self._places = {self._key(state): k for k, state in enumerate(self._states())}

    def given(self, state: Any, beliefs: Beliefs) -> Law:
        """Return the row of the state."""
        return self._law(self.table[self._place(state)])

    def draw(self, state: Any, rng: np.random.Generator) -> Any:
        """Return a state drawn from the row."""
        place = rng.choice(len(self.table), p=self.table[self._place(state)])
        return self._states()[place]

    def law(self, beliefs: Beliefs, posterior: Law) -> Law:
        """Return the posterior passed through the table."""
        return self._law(posterior.probabilities("Kernel", len(self.table)) @ self.table)

    def _law(self, weights: Array) -> Law:
        states = self.beliefs.states
        return Law(weights=weights) if states is None else Law.on(states, weights, weights)

    def _states(self) -> list[Any]:
        states = self.beliefs.states
        return list(range(self.beliefs.prior.size)) if states is None else list(states)

    def _place(self, state: Any) -> int:
        return self._places[self._key(state)]

    @staticmethod
    def _key(state: Any) -> tuple[float, ...]:
        return tuple(np.atleast_1d(state).astype(float).tolist())

    def __repr__(self) -> str:
        return f"Kernel({len(self.table)} states)"
