"""Tables of valuations of finitely many types under a rule, in exact doubles.

Rewards are multiples of 2^-12, models of 2^-24 and sizes small integers, so every valuation
w <r, π> is a double, and so is every difference of two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.families import drawing
from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.training_rules import Egalitarian, NashWelfare, SocialWelfare, TrainingRule

Array = NDArray[np.float64]
Draw = np.random.Generator

_REWARDS, _MODELS = 12, 24


def table(parameters: Mapping[str, Any], seed: int) -> Array:
    """Return values[t, s], what type t has where s is reported.

    Parameters
    ----------
    parameters : mapping
        ``types``, ``outcomes``; ``rule``: ``"menu"`` (the best of finitely many models, exactly
        implementable), or a divergence, ``"nash"`` or ``"egalitarian"`` with ``strength``, rounded;
        ``menu``, a seed of the menu's own; ``spread``:
        ``"wide"``, ``"near"`` (types 2^-12 apart), ``"ties"`` or ``"grid"`` (all rewards that sum
        to 1, in steps of 1/``parts``); ``sizes``, the largest; ``permuted``, how many reports are
        given the model of another; ``scale``.

    Raises
    ------
    InvalidInput
        If the rule or the spread is unknown.
    """
    draw = np.random.default_rng(seed)
    types, outcomes = int(parameters["types"]), int(parameters["outcomes"])
    rewards = _rewards(parameters, draw, types, outcomes)
    sizes = draw.integers(1, int(parameters.get("sizes", 4)) + 1, types).astype(float)
    models = _models(draw, parameters, rewards, sizes)
    moved = int(parameters.get("permuted", 0))
    if moved:
        chosen = draw.permutation(types)[:moved]
        models[chosen] = models[np.roll(chosen, 1)]
    return sizes[:, None] * (rewards @ models.T) * float(parameters.get("scale", 1.0))


def _rewards(parameters: Mapping[str, Any], draw: Draw, types: int, outcomes: int) -> Array:
    name = str(parameters.get("spread", "wide"))
    if name == "grid":
        return _grid(int(parameters["parts"]), types, outcomes)
    if name == "wide":
        return drawing.dyadic(draw, (types, outcomes), _REWARDS)
    if name == "near":
        base = drawing.dyadic(draw, (1, outcomes), _REWARDS - 4) / 2.0
        return base + np.ldexp(draw.integers(0, 4, (types, outcomes)).astype(float), -_REWARDS)
    if name == "ties":
        return draw.integers(0, 3, (types, outcomes)) / 2.0
    raise InvalidInput(f"parameters: spread = {name!r}. Choose one of wide, near, ties, grid.")


def _grid(parts: int, types: int, outcomes: int) -> Array:
    """Return the sum domain in steps of 1/parts; where parts doubles, the grid is nested."""
    points = [
        (*point, parts - sum(point))
        for point in product(range(parts + 1), repeat=outcomes - 1)
        if sum(point) <= parts
    ]
    if len(points) != types:
        raise InvalidInput(
            f"parameters: types = {types}, but steps of 1/{parts} on {outcomes} outcomes give "
            f"{len(points)}. Write that number."
        )
    return np.array(points) / parts


def _models(draw: Draw, parameters: Mapping[str, Any], rewards: Array, sizes: Array) -> Array:
    rule, outcomes = str(parameters["rule"]), rewards.shape[1]
    if rule == "menu":
        draw = np.random.default_rng(parameters["menu"]) if "menu" in parameters else draw
        menu = np.stack(
            [drawing.shared(draw.exponential(size=outcomes) ** 2.0, _MODELS) for _ in range(32)]
        )
        boosts = drawing.dyadic(draw, (len(menu),), 10) / 4.0
        return menu[(sizes[:, None] * (rewards @ menu.T) + boosts).argmax(axis=1)]
    trained = _rule(rule, float(parameters["strength"]))
    others = drawing.dyadic(draw, (2, outcomes), _REWARDS)
    reference = drawing.shared(draw.exponential(size=outcomes) + 0.25, 15)
    found = [
        trained.train(Game(reference, [reward, *others], [size, 1.0, 1.0])).model
        for reward, size in zip(rewards, sizes, strict=True)
    ]
    return np.stack([_rounded(model) for model in found])


def _rule(name: str, strength: float) -> TrainingRule:
    if name in RULES:
        return RULES[name](strength)
    return SocialWelfare(name, strength)


def _rounded(model: Array) -> Array:
    """Return a model on the grid of 2^-24, by largest remainders; what rounds to 0 may be 0."""
    units = np.floor(np.ldexp(model, _MODELS))
    rest = np.ldexp(model, _MODELS) - units
    short = (1 << _MODELS) - int(units.sum())
    units[np.argsort(-rest, kind="stable")[:short]] += 1.0
    return np.ldexp(units, -_MODELS)


RULES: dict[str, Callable[[float], TrainingRule]] = {
    "egalitarian": lambda strength: Egalitarian("kl", strength),
    "nash": lambda strength: NashWelfare("kl", strength),
}
