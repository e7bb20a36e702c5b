"""Types of one group and a rule, to the table of valuations: V[t, s] = w_t <r_t, ψ(s)> ([S] §3.2).

Row t is type t's valuation of what is trained when s is reported, the other groups fixed. The edge
s→t has length V[t, t] − V[t, s], what type t gains by telling the truth over reporting s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.domains import FiniteTypes
from mdsolve.games.validation import SUM_TOLERANCE
from mdsolve.precision import EPS, exact_sum
from mdsolve.solvers.multiplier import models as rows_of_models
from mdsolve.training_rules import FiniteMenu, SocialWelfare, Training, TrainingRule

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

_CELLS = 1 << 20


@dataclass(frozen=True, eq=False)
class TypeTable:
    """Valuations of all types for all reports.

    Attributes
    ----------
    values : (types, types) array
        ``values[t, s]``: type t's valuation when s is reported (welfare units).
    error : float
        Entrywise bound on what rounding and unfinished solves changed (welfare units).
    types : FiniteTypes
    models : (types, outcomes) array
        What is trained at each report.
    """

    values: Array
    error: float
    types: FiniteTypes
    models: Array = field(repr=False)

    @property
    def labels(self) -> Sequence[str]:
        """Names of the types."""
        return self.types.labels


def type_table(
    rule: Any,
    game: Game,
    group: Any,
    types: Any,
    sizes: Any = None,
    *,
    solver: str = "auto",
    progress: Progress | None = None,
) -> TypeTable:
    """Return the table of valuations of one group's types under a rule, the others fixed.

    Parameters
    ----------
    rule : TrainingRule, FiniteMenu, or callable
        A callable maps a Game to a model, (outcomes,) probabilities.
    game : Game
    group : str or int
    types : FiniteTypes, or (types, outcomes) array_like
        For a menu, one column for each of its entries.
    sizes : number or (types,) array_like, optional
        With an array: sizes of the types; the group's own by default.
    solver : str
        As for `TrainingRule.train`.
    progress : callable, optional
        Called with (models trained, models in all).

    Raises
    ------
    InvalidInput
        If types do not fit the game, or the rule returns no distribution at some type (named).

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> table = type_table(md.SocialWelfare("l2", 1.0), game, 0, [[1.0, 0.0], [0.0, 1.0]])
    >>> table.values
    array([[0.5, 0. ],
           [0.5, 1. ]])
    """
    if not isinstance(game, Game):
        raise InvalidInput(
            f"game: {type(game).__name__} is not a Game. Build one with Game(...) or "
            "Game.from_table(...)."
        )
    index = game.group_index(group)
    listed = read_types(types, sizes, game, index, outcomes_of(rule, game))
    models, error = _train(rule, game, index, listed, solver, progress)
    values = valuations(listed.rewards, models, listed.sizes)
    return TypeTable(values, error + dot_rounding(listed), listed, models)


def outcomes_of(rule: Any, game: Game) -> int:
    """Return over how many outcomes a rule's models are: a menu's are its entries."""
    return rule.values.shape[0] if isinstance(rule, FiniteMenu) else game.shape[1]


def read_types(types: Any, sizes: Any, game: Game, group: int, outcomes: int) -> FiniteTypes:
    """Return types as a finite list whose rewards have the game's number of outcomes."""
    if hasattr(types, "rewards") and hasattr(types, "sizes"):
        own = types.sizes if sizes is None else sizes
        listed = FiniteTypes(types.rewards, own, labels=getattr(types, "labels", None))
    else:
        own = game.sizes[group] if sizes is None else sizes
        listed = FiniteTypes(types, own)
    if listed.rewards.shape[1] != outcomes:
        raise InvalidInput(
            f"types: {listed.rewards.shape[1]} rewards each, but the rule's models have "
            f"{outcomes} outcomes. Give each type one reward for each outcome."
        )
    return listed


def valuations(rewards: Array, models: Array, sizes: Array) -> Array:
    """Return sizes_t <rewards_t, models_s> for all t and s, as blocks of one matrix product."""
    values = np.empty((rewards.shape[0], models.shape[0]))
    height = max(1, _CELLS // max(models.shape))
    for start in range(0, rewards.shape[0], height):
        rows = slice(start, start + height)
        np.matmul(sizes[rows, None] * rewards[rows], models.T, out=values[rows])
    return values


def dot_rounding(types: FiniteTypes) -> float:
    """Return a bound on the rounding of one valuation, model and product."""
    largest = float((types.sizes * np.abs(types.rewards).max(axis=1)).max())
    return EPS * (6.0 + 0.5 * types.rewards.shape[1]) * largest


def read_model(found: Any, outcomes: int, name: str) -> Array:
    """Return a rule's answer as a distribution, or refuse it by the type's name."""
    try:
        model = np.asarray(getattr(found, "model", found), dtype=float)
    except (TypeError, ValueError):
        model = np.empty(0)
    where = f"type {name!r}: the rule returned"
    remedy = f"Return {outcomes} probabilities, one an outcome."
    if model.shape != (outcomes,):
        shape = f"shape {model.shape}" if model.ndim and model.size else type(found).__name__
        raise InvalidInput(f"{where} {shape}, not a model over {outcomes} outcomes. {remedy}")
    if not np.isfinite(model).all():
        place = int(np.flatnonzero(~np.isfinite(model))[0])
        raise InvalidInput(f"{where} {model[place]} at outcome {place}. {remedy}")
    total = exact_sum(model)
    if model.min() < -SUM_TOLERANCE or abs(total - 1.0) > SUM_TOLERANCE:
        raise InvalidInput(
            f"{where} no distribution: its smallest entry is {model.min():.6g} and its sum "
            f"{total:.12g}. {remedy}"
        )
    return model / total


@dataclass(frozen=True, eq=False)
class Trained:
    """A report's model, and how far its solve may have left it from the rule's own.

    Attributes
    ----------
    model : (outcomes,) array
    gap : float
        Of an affine maximizer: a cycle's length changes by the sum of its gaps at most.
    distance : float
        Of any other rule: bound on Σ |π − π*|, from the gap and the strong convexity of λD.
    """

    model: Array
    gap: float = 0.0
    distance: float = 0.0


def trainer(
    rule: Any, game: Game, group: int, solver: str = "auto"
) -> Callable[[Array, float, str], Trained]:
    """Return a function of (reward, size, name) that trains on one report."""
    train, outcomes = _training(rule, game, group, solver), outcomes_of(rule, game)

    def answer(reward: Array, size: float, name: str) -> Trained:
        found = train(reward, size)
        model = read_model(found, outcomes, name)
        if not isinstance(found, Training):
            return Trained(model)
        if rule.affine_maximizer:
            return Trained(model, gap=found.gap)
        softness = 1.0 if found.optimum is None else float(found.optimum.curvature.sum())
        return Trained(model, distance=sqrt(2.0 * found.gap * softness / rule.strength))

    return answer


def solve_error(trained: Sequence[Trained], types: FiniteTypes) -> float:
    """Return an entrywise error of the table that explains all that solves left undone."""
    spans = types.sizes * (types.rewards.max(axis=1) - types.rewards.min(axis=1))
    distance = max(one.distance for one in trained)
    return 0.5 * max(one.gap for one in trained) + 0.5 * distance * float(spans.max())


def _train(
    rule: Any, game: Game, group: int, types: FiniteTypes, solver: str, progress: Progress | None
) -> tuple[Array, float]:
    if isinstance(rule, SocialWelfare) and solver == "auto":
        return _together(rule, game, group, types, progress)
    train = trainer(rule, game, group, solver)
    found: list[Trained] = []
    for place, name in enumerate(types.labels):
        found.append(train(types.rewards[place], float(types.sizes[place]), name))
        if progress is not None:
            progress(place + 1, len(types))
    return np.array([one.model for one in found]), solve_error(found, types)


def _training(rule: Any, game: Game, group: int, solver: str) -> Callable[[Array, float], Any]:
    if isinstance(rule, FiniteMenu):
        own = np.asarray(game.rewards[[group]].ravel())
        return lambda reward, size: rule.reported(group, reward).train(
            game.reported(group, own, size)
        )
    if isinstance(rule, TrainingRule):
        return lambda reward, size: rule.train(game.reported(group, reward, size), solver=solver)
    if callable(rule):
        return lambda reward, size: rule(game.reported(group, reward, size))
    raise InvalidInput(
        f"rule: {rule!r} is neither a training rule nor a function. Pass a rule such as "
        'SocialWelfare("kl", 0.1), or a function from a Game to a model.'
    )


def _together(
    rule: SocialWelfare, game: Game, group: int, types: FiniteTypes, progress: Progress | None
) -> tuple[Array, float]:
    """Return all reports' models c₋ᵢ + w r ↦ ∇Φ, and an entrywise error of the valuations.

    A model is optimal for some c off by a few roundings, each of which changes a cycle's length by
    twice that for each type; what else is lost is relative to its masses.
    """
    phi, models = rule.value_function(game), np.empty_like(types.rewards)
    others = game.reported(group, np.zeros(game.shape[1])).combined()
    worth = float((types.sizes * np.abs(types.rewards).max(axis=1)).max())
    extent = missed = 0.0
    height = max(1, _CELLS // game.shape[1])
    for start in range(0, len(types), height):
        rows = slice(start, min(start + height, len(types)))
        combined = types.sizes[rows, None] * types.rewards[rows] + others
        extent = max(extent, float(np.abs(combined).max()))
        if phi.divergence.name == "kl":
            models[rows] = _tilted(game, combined, rule.strength)
        else:
            models[rows], miss = rows_of_models(
                phi.divergence, game.reference, combined, rule.strength
            )
            missed = max(missed, miss)
        if progress is not None:
            progress(rows.stop, len(types))
    error = 8.0 * EPS * (extent + worth) + missed * worth
    if phi.divergence.name == "kl":  # logarithms round as rewards do, and as relative masses
        error += 4.0 * EPS * float(np.abs(game.log_reference).max()) * min(rule.strength, worth)
    return models, error


def _tilted(game: Game, combined: Array, strength: float) -> Array:
    """Return ∝ π0 exp(c/λ), row by row."""
    combined -= combined.max(axis=1, keepdims=True)
    combined /= strength
    combined += game.log_reference
    combined -= combined.max(axis=1, keepdims=True)
    np.exp(combined, out=combined)
    combined /= combined.sum(axis=1, keepdims=True)
    return combined
