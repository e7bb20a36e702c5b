"""max G(v; w) − λ D(π‖π₀) with v = Rπ: Nash, α-fair and egalitarian welfare ([S] §2).

Each welfare is stated in cones: w log v by the exponential one; for α = 1/2 w·2√v, for α = 2
−w/v and for α = 3 −w/2v² by second-order ones; min v by its hypograph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.families import drawing
from mdsolve.benchmark.families.assembly import Assembly
from mdsolve.benchmark.families.divergence_blocks import BLOCKS
from mdsolve.benchmark.families.statements import of_rule
from mdsolve.benchmark.families.welfare import model, require_exact
from mdsolve.benchmark.problem import Statement
from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.training_rules import AlphaFair, Egalitarian, NashWelfare, TrainingRule

Array = NDArray[np.float64]
Point = Callable[[Array], list[Array]]
Welfare = Callable[[Assembly, slice, Array], Point]


def build(parameters: Mapping[str, Any], seed: int) -> Statement:
    """Return a rule at a drawn game: parameters of `drawing.game` and of `stated`."""
    return stated(drawing.game(parameters, seed), parameters)


def stated(game: Game, parameters: Mapping[str, Any]) -> Statement:
    """Return the statement of ``welfare`` under ``divergence`` and ``strength`` at a dyadic game.

    Raises
    ------
    InvalidInput
        If there is no such welfare.
    """
    name, divergence = str(parameters["welfare"]), str(parameters["divergence"])
    if name not in RULES:
        raise InvalidInput(f"parameters: welfare = {name!r}. Choose one of {', '.join(RULES)}.")
    strength, rewards = float(parameters["strength"]), np.asarray(game.rewards)
    rule_of, welfare = RULES[name]
    require_exact(game, divergence, strength)
    whole = Assembly(maximize=True)
    p = model(whole, game)
    v = whole.variables(game.shape[0])
    whole.product_rows("zero", rewards, p, [(v, -1.0)])
    values = welfare(whole, v, game.sizes)
    block = BLOCKS[divergence](whole, p, game.reference, strength)

    def lift(found: Array) -> Array:
        valued = rewards @ found
        return np.concatenate([found, valued, *values(valued), block.values(found)])

    rule = rule_of(divergence, strength)
    return of_rule(game, rule, whole.program(), shift=-block.missing, lift=lift)


def _nash(whole: Assembly, v: slice, sizes: Array) -> Point:
    u = whole.variables(sizes.size, sizes)
    whole.exponential(([(u, 1.0)], 0.0), ([], 1.0), ([(v, 1.0)], 0.0), count=sizes.size)
    return lambda values: [np.log(values)]


def _root(whole: Assembly, v: slice, sizes: Array) -> Point:
    s = whole.variables(sizes.size, 2.0 * sizes)
    whole.hyperbola(([(s, 2.0)], 0.0), ([(v, 1.0)], 0.0), ([], 1.0), count=sizes.size)
    return lambda values: [np.sqrt(values)]


def _inverse(whole: Assembly, v: slice, sizes: Array) -> Point:
    s = whole.variables(sizes.size, -sizes)
    whole.hyperbola(([], 2.0), ([(s, 1.0)], 0.0), ([(v, 1.0)], 0.0), count=sizes.size)
    return lambda values: [1.0 / values]


def _inverse_square(whole: Assembly, v: slice, sizes: Array) -> Point:
    count = sizes.size
    t, s = whole.variables(count), whole.variables(count, -0.5 * sizes)
    whole.hyperbola(([], 2.0), ([(t, 1.0)], 0.0), ([(v, 1.0)], 0.0), count=count)
    whole.hyperbola(([(t, 2.0)], 0.0), ([(s, 1.0)], 0.0), ([], 1.0), count=count)
    return lambda values: [1.0 / values, values**-2.0]


def _least(whole: Assembly, v: slice, sizes: Array) -> Point:
    level = whole.variables(1, 1.0)
    whole.rows("nonnegative", [(level, 1.0), (v, -1.0)], 0.0, count=sizes.size)
    return lambda values: [values.min(keepdims=True)]


RULES: dict[str, tuple[Callable[[str, float], TrainingRule], Welfare]] = {
    "nash": (NashWelfare, _nash),
    "alpha-1/2": (lambda divergence, strength: AlphaFair(divergence, strength, 0.5), _root),
    "alpha-2": (lambda divergence, strength: AlphaFair(divergence, strength, 2.0), _inverse),
    "alpha-3": (lambda divergence, strength: AlphaFair(divergence, strength, 3.0), _inverse_square),
    "egalitarian": (Egalitarian, _least),
}
