"""What training gives: a model, and the bracket that says how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.arrays import PerGroup, PerOutcome
from mdsolve.errors import InvalidInput, ToleranceNotReached
from mdsolve.games import Game
from mdsolve.games.validation import read_only
from mdsolve.precision import EPS
from mdsolve.value_function import Optimum

Array = NDArray[np.float64]

_FAR = 230.0  # a factor of 1e100

#: width of the bracket that is accepted by default, relative to max(|Φ|, max|c|)
TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Training:
    """What training gave, and the bracket that says how good it is.

    Attributes
    ----------
    model : (outcomes,) array
        π, probabilities.
    lower, upper : float
        The optimum of the rule's objective lies between them (welfare units).
    multiplier : float
        ν: Φ(c) ≤ ν + λ Σ d*((c − ν)/λ), welfare units.
    weights : (groups,) array
        g, at which the model maximises Σ g_i v_i − λD; the sizes for social welfare.
    solver : str
        What was run.
    violation : float
        By how much the model misses the user's own constraints, at worst.
    rule, game : TrainingRule and Game, or None
        What was trained, so that it can be certified.
    constrained : bool
        Under constraints of the user's own.
    """

    model: PerOutcome
    lower: float
    upper: float
    multiplier: float
    weights: PerGroup
    solver: str
    violation: float = 0.0
    optimum: Optimum | None = field(default=None, repr=False)
    rule: Any = field(default=None, repr=False)
    game: Game | None = field(default=None, repr=False)
    constrained: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "model", read_only(self.model))
        object.__setattr__(self, "weights", read_only(self.weights))

    @property
    def gap(self) -> float:
        """Width of the bracket (welfare units)."""
        return self.upper - self.lower

    def __repr__(self) -> str:
        return (
            f"Training({self.model.size} outcomes by {self.solver}; optimum in "
            f"[{self.lower:.12g}, {self.upper:.12g}], gap {self.gap:.2g})"
        )


@dataclass(frozen=True)
class NoPoint:
    """A solver that gave no model at all, and why."""

    solver: str
    reason: str


def trained(at: Optimum, rule: Any = None) -> Training:
    """Return Φ's own answer as a training under social welfare."""
    bracket, game = at.bracket, at.function.game
    return Training(
        at.model, *bracket, at.multiplier, at.weights, at.solver, optimum=at, rule=rule, game=game
    )


def accept(game: Game, training: Training | NoPoint, tolerance: float, strength: float) -> Training:
    """Return the training, or refuse it where its bracket is wider than asked.

    Where all rewards are zero the optimum is 0, and the rounding of the strength is all there is;
    where opposed rewards cancel, that of the rewards.
    """
    if isinstance(training, NoPoint):
        raise ToleranceNotReached(
            f'solver {training.solver}: no model at all ({training.reason}). Try solver="auto", '
            "or check that constraints of your own leave some model.",
            solver=training.solver,
            lower=-inf,
            upper=inf,
        )
    if training.violation > tolerance:
        raise ToleranceNotReached(
            f"solver {training.solver}: the model misses your constraints by "
            f"{training.violation:.3g} where {tolerance:g} was asked. Try another solver, or a "
            "larger tolerance.",
            solver=training.solver,
            lower=training.lower,
            upper=training.upper,
        )
    scale = max(abs(training.lower), abs(training.upper))
    scale = scale if isfinite(scale) else 0.0
    if training.gap <= max(tolerance * scale, 4.0 * EPS * strength):
        return training
    scale = max(scale, float(np.abs(training.weights @ game.rewards).max()))
    if training.gap <= tolerance * scale or training.gap <= _cancelled(game, training, tolerance):
        return training
    raise ToleranceNotReached(
        f"solver {training.solver}: the optimum lies in [{training.lower:.12g}, "
        f"{training.upper:.12g}], a gap of {training.gap:.3g} where {tolerance * scale:.3g} "
        f'was asked (tolerance {tolerance:g}). Try solver="auto", a larger tolerance, or '
        "rewards and strength of similar scale.",
        solver=training.solver,
        lower=training.lower,
        upper=training.upper,
    )


def _cancelled(game: Game, training: Training, tolerance: float) -> float:
    """Return the gap that the rounding of rewards excuses, where Σ g r is smaller than they are."""
    largest = np.abs(game.reward_bounds).max(axis=1)
    size = max(float(training.weights @ largest), float(largest.max()))
    return min(tolerance, 96.0 * EPS) * size


def best_of(missed: Sequence[ToleranceNotReached]) -> ToleranceNotReached:
    """Return one refusal that tells all, with the narrowest bracket."""
    best = min(missed, key=lambda miss: miss.upper - miss.lower)
    message = "\n".join(dict.fromkeys(str(miss) for miss in missed))
    return ToleranceNotReached(message, solver=best.solver, lower=best.lower, upper=best.upper)


def checked_strength(strength: float) -> float:
    """Return λ as a float, refusing what is not positive and finite."""
    try:
        value = float(strength)
    except (TypeError, ValueError):
        value = float("nan")
    if not (isfinite(value) and value > 0.0):
        raise InvalidInput(
            f"strength: {strength!r} is not a positive finite number. Give the weight λ > 0 of the "
            "divergence in welfare units, such as 0.1 for rewards between 0 and 1."
        )
    return value


def checked_tolerance(tolerance: float) -> None:
    """Refuse a tolerance that is not positive and finite."""
    if not (isinstance(tolerance, (int, float)) and isfinite(tolerance) and tolerance > 0.0):
        raise InvalidInput(
            f"tolerance: {tolerance!r} is not a positive finite number. Give a relative gap such "
            "as 1e-6."
        )


def refuse_other_games(game: object) -> None:
    """Refuse what is not a Game."""
    if not isinstance(game, Game):
        raise InvalidInput(
            f"game: {type(game).__name__} is not a Game. Build one with Game(...) or "
            "Game.from_table(...)."
        )


def refuse_negative(game: Game, rule: str) -> None:
    """Refuse games with a negative reward, or a group whose rewards are all zero."""
    for group, (lowest, highest) in zip(game.groups, game.reward_bounds, strict=True):
        if lowest < 0 or highest == 0:
            what = f"a reward of {lowest:g}" if lowest < 0 else "no reward above 0"
            raise InvalidInput(
                f"group {group!r}: {what}. {rule} is defined for rewards ≥ 0, not all zero: shift "
                "them, or use SocialWelfare or Egalitarian."
            )


def refuse_out_of_range(game: Game, alpha: float) -> None:
    """Refuse groups whose weight w v^{−α} is far out of the range of doubles."""
    exponents = np.log(game.sizes) - alpha * np.log(game.reward_bounds[:, 1])
    group = int(np.abs(exponents).argmax())
    if abs(exponents[group]) > _FAR:
        highest = game.reward_bounds[group, 1]
        raise InvalidInput(
            f"group {game.groups[group]!r}: rewards up to {highest:g} raised to the power "
            f"{-alpha:g} leave the range of numbers. Divide them by {highest:g}, or choose another "
            "alpha."
        )


def is_constrained(constraints: Any) -> bool:
    """Tell whether the user asks for constraints of their own."""
    try:
        return callable(constraints) or len(constraints) > 0
    except TypeError as error:
        raise InvalidInput(
            f"constraints: a single {type(constraints).__name__}. Pass a list of CVXPY "
            "constraints, or a callable that maps the model's variable to one."
        ) from error
