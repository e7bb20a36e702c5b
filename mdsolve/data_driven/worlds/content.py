"""Generated content: x = π ∈ Δ(outcomes), u_i = Σ π r_i(ω), less λ D(π‖π0) ([B] Def 8, Ex 4).

The efficient distribution is ∇Φ(Σ_i E[r_i|s]) with Φ of the reference π0(·|s).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs import Beliefs
from mdsolve.data_driven.beliefs.tables import StateTable
from mdsolve.data_driven.laws import Law
from mdsolve.data_driven.worlds.base import Choice, Cost, World
from mdsolve.divergences import Divergence
from mdsolve.divergences import divergence as named
from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.validation import floats, read_only
from mdsolve.value_function import ValueFunction

Array = NDArray[np.float64]


class Content(World):
    """u_i = Σ_x π(x) r_i(x, ω) less λ D(π‖π0); a type is a reward table (states, outcomes).

    Parameters
    ----------
    divergence : Divergence or str
        D, as for `mdsolve.SocialWelfare`.
    reference : (outcomes,) array_like, or callable
        π0 > 0, or a function of the signal profile that returns it. Where an agent's signal must
        not enter (the pivot), a function's mean over that agent's signals is taken, weighted by
        their probability given the other signals.
    strength : float
        λ > 0 (welfare units).

    Examples
    --------
    >>> from mdsolve.data_driven import DataDrivenVCG, FiniteBeliefs
    >>> beliefs = FiniteBeliefs([0.5, 0.5], [[[0.75, 0.25], [0.25, 0.75]]] * 2)
    >>> mechanism = DataDrivenVCG(Content("l2", [0.5, 0.5], 1.0), beliefs)
    >>> rewards = [[[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]]
    >>> outcome = mechanism.run(rewards, [0, 0], estimate=0)
    >>> outcome.allocation
    array([0.7, 0.3])
    >>> outcome.externality, outcome.steering
    (array([ 0.   , -0.075]), array([0.08   , 0.04875]))
    """

    def __init__(self, divergence: Divergence | str, reference: Any, strength: float) -> None:
        self.divergence = named(divergence)
        self.reference: Callable[[Any], Any] | Array
        self.reference = reference if callable(reference) else _distribution(reference)
        self.strength = float(strength)
        if not (np.isfinite(self.strength) and self.strength > 0.0):
            raise InvalidInput(f"strength: {strength!r}. Pass a positive finite number.")

    def checked_type(self, agent: int, given: Any) -> Array:
        """Return the agent's rewards, (states, outcomes)."""
        table = floats(f"agent {agent}: rewards", given)
        if table.ndim != 2:
            raise InvalidInput(
                f"agent {agent}: rewards of shape {table.shape}. Give (states, outcomes)."
            )
        if not callable(self.reference) and table.shape[1] != self.reference.size:
            raise InvalidInput(
                f"agent {agent}: rewards of {table.shape[1]} outcomes, but the reference has "
                f"{self.reference.size}. Give each outcome a reward in every state."
            )
        if not np.isfinite(table).all():
            state, outcome = map(int, np.argwhere(~np.isfinite(table))[0])
            raise InvalidInput(
                f"agent {agent}: reward {table[state, outcome]} of outcome {outcome} in state "
                f"{state}. Rewards must be finite."
            )
        return table

    def valuation(self, agent: int, law: Law, types: Sequence[Any]) -> Array:
        """Return E[r_i], (outcomes,)."""
        return law.probabilities("Content", types[agent].shape[0]) @ types[agent]

    def coordinates(self, allocation: Any) -> Array:
        """Return the probabilities themselves."""
        return np.asarray(allocation, dtype=float)

    def anchor(self, beliefs: Beliefs, signals: Sequence[Any], without: int | None) -> Array:
        """Return the reference given the signals, less what one agent's signal adds."""
        if not callable(self.reference):
            return self.reference
        if without is None:
            return _distribution(self.reference(list(signals)))
        if not isinstance(beliefs, StateTable):
            raise InvalidInput(
                "reference: a function of the signals needs finite beliefs, to average over the "
                "signal that must not enter. Use a constant reference."
            )
        chances = beliefs.with_own(without, signals).sum(axis=1)
        chances = chances / chances.sum()
        references = [
            self.reference([*signals[:without], k, *signals[without + 1 :]])
            for k in range(chances.size)
        ]
        return _distribution(chances @ np.array([_distribution(each) for each in references]))

    def choose(self, total: Array, anchor: Any = None) -> Array:
        """Return ∇Φ(total)."""
        return self.value_function(total, anchor).solve(engine="multiplier").model

    def choose_many(self, totals: Array, anchors: Any) -> tuple[Array, Array]:
        """Return all distributions; KL's closed form at once."""
        if self.divergence.name != "kl":
            return super().choose_many(totals, anchors)
        logits = totals / self.strength + np.log(anchors)
        logits -= logits.max(axis=1, keepdims=True)
        models = np.exp(logits)
        models /= models.sum(axis=1, keepdims=True)
        return models, self.strength * self.divergence.value(models, np.asarray(anchors)).sum(1)

    def charge(self, allocation: Any, anchor: Any) -> float:
        """Return λ D(π‖π0)."""
        return self.strength * float(self.divergence.value(allocation, anchor).sum())

    def pivot_cost(
        self, here: Choice, there: Choice, claimed: Array, others: Callable[[Any], float]
    ) -> Cost:
        """Return B_Φ(c₋ᵢ, c) + <ĉ − c₋ᵢ, π₋ᵢ − π>, each factor uncancelled, ĉ what is claimed.

        That needs one Φ for both, so a reference that an agent's signal moves takes the difference.
        """
        if not np.array_equal(here.anchor, there.anchor):
            return super().pivot_cost(here, there, claimed, others)
        phi = self.value_function(here.total, there.total, here.anchor)
        with_agent, without = np.eye(2)
        at = phi.solve(with_agent, engine="multiplier")
        change = there.total - here.total
        bregman, growth = phi.moved(at, change, phi.combine(without))
        externality = float(claimed @ growth)
        steering = bregman - float(there.total @ growth)
        return Cost(externality, steering, bregman + float((claimed - there.total) @ growth))

    def value_function(self, *rewards_then_anchor: Any) -> ValueFunction:
        """Return Φ of the rewards, (outcomes,) each, and the reference given last."""
        *rewards, anchor = rewards_then_anchor
        return ValueFunction(Game(anchor, np.array(rewards)), self.divergence, self.strength)

    def other_types(self, agent: int, given: Any) -> list[Any]:
        """Return rewards that are nothing, twice as loud, or the opposite."""
        return [0.0 * given, 2.0 * given, -given]

    def __repr__(self) -> str:
        kind = "callable" if callable(self.reference) else f"{self.reference.size} outcomes"
        return f"Content({self.divergence!r}, {kind}, strength={self.strength:g})"


def _distribution(given: Any) -> Array:
    masses = floats("reference", given)
    if masses.ndim != 1 or masses.size == 0:
        raise InvalidInput(f"reference: shape {masses.shape}. Give one mass an outcome.")
    return read_only(Game(masses, np.zeros((1, masses.size))).reference)
