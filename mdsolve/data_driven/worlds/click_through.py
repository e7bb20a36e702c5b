"""One advertising slot: x ∈ Δ(agents), u_i = x_i ω_i θ_i, ω the click-through rates ([B] §5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs.base import finite_number
from mdsolve.data_driven.laws import Law
from mdsolve.data_driven.worlds.base import World, best_corner, one_hot
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]
_WHO = "ClickThrough"


class ClickThrough(World):
    """u_i = x_i ω_i θ_i; a type is a value per click, an allocation a probability for each agent.

    The state is a rate for each agent, or one number that is everybody's. Ties go to the agent
    that comes first.

    Parameters
    ----------
    unbounded : bool
        Take estimates outside [0, 1] too: inverse propensity weighting is unbiased only because
        it may leave that range.

    Examples
    --------
    >>> from mdsolve.data_driven import BetaBeliefs, DataDrivenVCG
    >>> mechanism = DataDrivenVCG(ClickThrough(), BetaBeliefs(1, 1, trials=[8, 8]))
    >>> outcome = mechanism.run([1.0, 2.0], [7, 4], estimate=[0.75, 0.5])
    >>> outcome.allocation, outcome.payments
    (array([0., 1.]), array([0.  , 0.75]))
    """

    def __init__(self, *, unbounded: bool = False) -> None:
        self.unbounded = unbounded

    def checked_type(self, agent: int, given: Any) -> float:
        """Return the agent's value per click, at least 0."""
        value = finite_number(f"agent {agent}: value per click", given)
        if value < 0.0:
            raise InvalidInput(
                f"agent {agent}: value per click {value:g} is negative. Values must be at least 0."
            )
        return value

    def checked_estimate(self, law: Law, agents: int) -> Law:
        """Refuse rates that are not rates, unless they may be."""
        rates = np.atleast_1d(_rates(law, agents))
        bad = np.flatnonzero(~((rates >= 0.0) & (rates <= 1.0)))
        if bad.size and not self.unbounded:
            raise InvalidInput(
                f"estimate: click-through rate {rates[bad[0]]:.6g} of agent {bad[0]} is outside "
                "[0, 1]. Correct it; for inverse propensity weights, which may leave that range, "
                "use ClickThrough(unbounded=True)."
            )
        return law

    def valuation(self, agent: int, law: Law, types: Sequence[Any]) -> Array:
        """Return θ_i E[ω_i] at the agent's own place."""
        rates = _rates(law, len(types))
        rate = rates if rates.ndim == 0 else rates[agent]
        return one_hot(agent, len(types)) * (types[agent] * rate)

    def coordinates(self, allocation: Any) -> Array:
        """Return the probabilities themselves."""
        return np.asarray(allocation, dtype=float)

    def choose(self, total: Array, anchor: Any = None) -> Array:
        """Return the slot for the agent of the highest expected value."""
        return one_hot(int(total.argmax()), total.size)

    def choose_many(self, totals: Array, anchors: Any) -> tuple[Array, Array]:
        """Return all winners at once."""
        return np.eye(totals.shape[1])[totals.argmax(axis=1)], np.zeros(len(totals))

    def best_gains(
        self, points: Array, charges: Array, truths: Array
    ) -> tuple[Array, NDArray[np.intp]]:
        """Return the best among the allocations that some report reaches."""
        return best_corner(points, truths)

    def other_types(self, agent: int, given: Any) -> list[Any]:
        """Return values from nothing to far too much."""
        return [0.0, 0.5 * given, 2.0 * given + 1.0]

    def __repr__(self) -> str:
        return "ClickThrough(unbounded=True)" if self.unbounded else "ClickThrough()"


def _rates(law: Law, agents: int) -> Array:
    rates = law.expectation(_WHO)
    if rates.ndim and rates.shape != (agents,):
        raise InvalidInput(
            f"{_WHO}: the state is a vector of {rates.size} rates, but there are {agents} agents. "
            "Give one rate an agent, or one number that is everybody's."
        )
    return rates
