"""Φ(c) = max_{π∈Δ} <c, π> − λ D(π‖π0), the convex function that carries the theory ([S] §2-4).

Its gradient is the trained model, its Bregman divergence the payment and the regret; any model
bounds it from below and any multiplier from above.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite, log2
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mdsolve.arrays import PerGroup, PerOutcome
from mdsolve.divergences import Divergence, Step
from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.blocks import blocks
from mdsolve.games.combined import Combined
from mdsolve.precision import EPS, exact_sum
from mdsolve.solvers import exponential
from mdsolve.solvers import multiplier as scalar_dual

Array = NDArray[np.float64]


class Bracket(NamedTuple):
    """Two numbers between which the optimum lies (welfare units)."""

    lower: float
    upper: float

    @property
    def width(self) -> float:
        """The duality gap."""
        return self.upper - self.lower


@dataclass(frozen=True, eq=False)
class Optimum:
    """Φ at Σ_i weights_i r_i: its gradient, its multiplier and a bracket of its value.

    Attributes
    ----------
    model : (outcomes,) array
        ∇Φ, probabilities.
    multiplier : float
        ν (welfare units).
    bracket : Bracket
        Around Φ (welfare units).
    solver : str
        ``"exponential"`` or ``"multiplier"``.
    """

    function: ValueFunction
    weights: PerGroup
    model: PerOutcome
    multiplier: float
    bracket: Bracket
    solver: str
    combined: Combined | None = None
    point: scalar_dual.Point | None = None

    @property
    def value(self) -> float:
        """The middle of the bracket."""
        return 0.5 * (self.bracket.lower + self.bracket.upper)

    @property
    def phi(self) -> float:
        """The upper end of the bracket: Φ as a dual solver needs it."""
        return self.bracket.upper

    @property
    def values(self) -> PerGroup:
        """The groups' values v_i = <r_i, π>, the gradient in the weights (reward units)."""
        return self._values

    @cached_property
    def _values(self) -> PerGroup:
        return np.asarray(self.function.game.rewards @ self.model)

    @cached_property
    def curvature(self) -> Array:
        """The derivative of each outcome's mass in its position, (outcomes,)."""
        if self.point is None:
            return self.model
        mass, position = self.point.mass, self.point.position
        reference = self.function.game.reference
        return self.function.divergence.curvature(mass, position, reference)

    def hessian(self) -> Array:
        """Return the Hessian of Φ in the weights, (groups, groups), from centred rewards."""
        spread = self.curvature
        centre = self.function.game.rewards @ spread / spread.sum()
        total = np.zeros((centre.size, centre.size))
        for columns, block in blocks(self.function.game.rewards):
            centred = block - centre[:, None]
            total += (centred * spread[columns]) @ centred.T
        return total / self.function.strength

    def tilted(self, direction: Array) -> Array:
        """Return the model moved to first order by a change of reward below c's rounding."""
        spread = self.curvature
        mean = float(spread @ direction) / float(spread.sum())
        moved = np.maximum(0.0, self.model + spread * (direction - mean) / self.function.strength)
        return moved / exact_sum(moved)


@dataclass(frozen=True)
class ValueFunction:
    """Φ of one game for one divergence and strength λ > 0 (welfare units).

    Raises
    ------
    InvalidInput
        If a reference mass underflows and the divergence needs the mass itself.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0]])
    >>> ValueFunction(game, md.SquaredL2(), 1.0).solve().model
    array([0.75, 0.25])
    """

    game: Game
    divergence: Divergence
    strength: float

    def __post_init__(self) -> None:
        if self.divergence.name != "kl":
            self.require_masses(f"{self.divergence!r} needs the mass itself")

    def require_masses(self, why: str) -> None:
        """Refuse a game with a reference mass below the smallest normal double."""
        if self.game.underflowed.size == 0:
            return
        first = int(self.game.underflowed[0])
        logarithm = self.game.log_reference_block(slice(first, first + 1))[0]
        raise InvalidInput(
            f"outcome {self.game.outcomes[first]!r}: its reference mass exp({logarithm:.6g}) "
            f'underflows, and {why}. Use KL with solver "auto" or "exponential", which works from '
            "log-probabilities alone, or leave the outcome out."
        )

    def solve(self, weights: PerGroup | None = None, *, engine: str = "auto") -> Optimum:
        """Return Φ(Σ weights_i r_i); the weights are the game's sizes by default.

        ``engine`` is ``"exponential"`` (KL's closed form), ``"multiplier"`` (any divergence) or
        ``"auto"``.
        """
        weights = self.game.sizes if weights is None else weights
        if engine == "exponential" or (engine == "auto" and self.divergence.name == "kl"):
            return self.from_exponential(self.exponential(weights, payments=False), weights)
        self.require_masses("the multiplier works from masses")
        return self._by_multiplier(weights)

    def exponential(self, weights: Array, *, payments: bool) -> exponential.Exponential:
        """Return KL's closed form, with every group's payment on request."""
        game = self.game
        return exponential.solve(
            game.log_reference_block,
            game.rewards,
            weights,
            self.strength,
            bounds=game.reward_bounds,
            payments=payments,
        )

    def from_exponential(self, found: exponential.Exponential, weights: Array) -> Optimum:
        """Return KL's closed form as an optimum."""
        bracket = Bracket(found.lower, found.upper)
        return Optimum(self, weights, found.model, found.multiplier, bracket, "exponential")

    def bregman(self, here: Optimum, change: Array, there: Combined) -> tuple[float, Array]:
        """Return B_Φ(c', c) ≥ 0 and the model at c', without cancellation.

        Parameters
        ----------
        here : Optimum
            Φ at c, by the multiplier.
        change : (outcomes,) array
            c' − c, up to a constant.
        there : Combined
            c'.
        """
        assert here.point is not None
        shift = (change - change[here.point.anchor]) / self.strength
        move = self.move(here.point, shift, there)
        return self.strength * move.bregman, move.point.mass

    def moved(self, here: Optimum, change: Array, there: Combined) -> tuple[float, Array]:
        """Return B_Φ(c', c) ≥ 0 and ∇Φ(c') − ∇Φ(c), both without cancellation.

        The arguments are those of `bregman`.
        """
        assert here.point is not None
        shift = (change - change[here.point.anchor]) / self.strength
        move = self.move(here.point, shift, there)
        old, new = here.point, move.point
        step = Step(old.position, old.mass, shift + move.anchor_step, new.position, new.mass)
        growth = self.divergence.growth(step, self.game.reference)
        return self.strength * move.bregman, growth

    def move(self, here: scalar_dual.Point, change: Array, there: Combined) -> scalar_dual.Move:
        """Return where Δc/λ, less its value at the point's anchor, leads, to c' = ``there``."""
        offsets = there.above(there.top()) / self.strength
        room = there.room(here.anchor, self.strength, self.divergence.pole)
        return scalar_dual.move(self.divergence, self.game.reference, here, change, offsets, room)

    def combine(self, weights: Array) -> Combined:
        """Return Σ weights_i r_i to the accuracy that the strength needs."""
        # near a pole a mass q/distance shows digits of c that no strength bounds
        visible = 0.0 if isfinite(self.divergence.pole) else self.strength
        return Combined.of(weights, self.game.rewards, self.game.reward_bounds, visible)

    def divergence_of(self, model: PerOutcome) -> float:
        """Return D(π‖π0)."""
        if self.game.underflowed.size:
            seen = model > 0
            return float(model[seen] @ (np.log(model[seen]) - self.game.log_reference[seen]))
        return float(self.divergence.value(model, self.game.reference).sum())

    def objective(self, model: PerOutcome, combined: Combined) -> float:
        """Return <c, π> − λ D(π‖π0), a lower bound of Φ up to rounding (welfare units)."""
        top = combined.top()
        reward = float(combined.high[top] + model @ combined.above(top))
        return reward - self.strength * self.divergence_of(model)

    def lower(self, model: PerOutcome, combined: Combined) -> float:
        """Return `objective` rounded down: a lower bound of Φ for any model."""
        return self.objective(model, combined) - self.rounding(combined)

    def upper(self, multiplier: float, combined: Combined) -> float:
        """Return ν + λ Σ d*((c − ν)/λ) rounded up: an upper bound of Φ for any ν.

        It is summed as <c, π0> + λ Σ (d*(s) − s π0), in which large strengths do not cancel. It
        is +∞ where some outcome reaches the pole of d*.
        """
        if not isfinite(multiplier):
            return inf
        s = (combined.high - multiplier) / self.strength
        if self.game.underflowed.size:
            total = float(np.exp(self.game.log_reference + s).sum()) - 1.0
            return multiplier + self.strength * total + self.rounding(combined)
        reference, divergence = self.game.reference, self.divergence
        start = scalar_dual.origin(divergence, reference)
        there = start.position + s
        if isfinite(divergence.pole) and there.max() >= 0:
            return inf
        with np.errstate(over="ignore", invalid="ignore"):
            step = Step(start.position, reference, s, there, divergence.mass(there, reference))
            total = float(divergence.bregman(step, reference).sum())
        bound = self._mean(combined) + self.strength * total + self.rounding(combined)
        return bound if isfinite(bound) else inf

    def least_upper(self, combined: Combined) -> float:
        """Return the least of `upper` over all multipliers, +∞ where masses underflow."""
        if self.game.underflowed.size:
            return inf
        return self._above(combined, self._from_reference(combined))

    def rounding(self, combined: Combined) -> float:
        """Return a bound on the rounding of one side of a bracket (welfare units)."""
        highest, lowest = float(combined.high.max()), float(combined.high.min())
        extent = max(abs(highest), abs(lowest), highest - lowest)
        return EPS * (12.0 + log2(combined.high.size)) * extent + combined.rounding

    def _by_multiplier(self, weights: Array) -> Optimum:
        combined = self.combine(weights)
        move = self._from_reference(combined)
        model = move.point.mass / exact_sum(move.point.mass)
        anchor = int(self.game.reference.argmax())
        return Optimum(
            self,
            weights,
            model,
            float(combined.high[anchor] - self.strength * move.anchor_step),
            Bracket(self._below(model, combined), self._above(combined, move)),
            "multiplier",
            combined,
            move.point,
        )

    def _from_reference(self, combined: Combined) -> scalar_dual.Move:
        start = scalar_dual.origin(self.divergence, self.game.reference)
        return self.move(start, combined.above(start.anchor) / self.strength, combined)

    def _below(self, model: Array, combined: Combined) -> float:
        """Return the better of two models' lower bounds: the given one's, and the reference's own.

        Where rewards are nothing beside λ, the last digits of a model cost more than it gains.
        """
        return max(self.lower(model, combined), self._mean(combined) - self.rounding(combined))

    def _above(self, combined: Combined, move: scalar_dual.Move) -> float:
        """Return Φ = <c, π0> + λ (the Bregman sum of the move from the reference), rounded up."""
        return self._mean(combined) + self.strength * move.bregman + self.rounding(combined)

    def _mean(self, combined: Combined) -> float:
        """Return <c, π0>."""
        top = combined.top()
        return float(combined.high[top] + self.game.reference @ combined.above(top))
