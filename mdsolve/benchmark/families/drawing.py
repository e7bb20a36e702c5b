"""Games drawn on dyadic grids, so that c = Σ wᵢ rᵢ, π₀ and λ are exact in doubles.

Rewards are multiples of 2^-20 (near-duplicates of 2^-36), masses of 2^-30 or so and sum to exactly
1, sizes are small integers: what a certificate says of the game it says of the program's numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game

Array = NDArray[np.float64]
Draw = np.random.Generator

#: reward grid
_GRID = 20


def game(parameters: Mapping[str, Any], seed: int, *, rewards: str = "uniform") -> Game:
    """Return a game of the parameters ``outcomes``, ``groups``, ``rewards``, ``masses``, ``scale``.

    Where no ``rewards`` are asked for, they are of the kind given.

    Raises
    ------
    InvalidInput
        If a kind of rewards or of masses is unknown.
    """
    draw = np.random.default_rng(seed)
    outcomes, groups = int(parameters["outcomes"]), int(parameters["groups"])
    drawn = _chosen("rewards", REWARDS, parameters, rewards)(draw, groups, outcomes)
    reference = _chosen("masses", MASSES, parameters, "plain")(draw, outcomes)
    sizes = draw.integers(1, 9, groups).astype(float)
    return Game(reference, drawn * float(parameters.get("scale", 1.0)), sizes)


def _chosen(
    name: str, choices: Mapping[str, Any], parameters: Mapping[str, Any], usual: str
) -> Any:
    given = parameters.get(name, usual)
    if given not in choices:
        raise InvalidInput(
            f"parameters: {name} = {given!r} is unknown. Choose one of {', '.join(choices)}."
        )
    return choices[given]


def dyadic(draw: Draw, shape: tuple[int, ...], bits: int = _GRID) -> Array:
    """Return numbers of [0, 1] on the grid of 2^-bits."""
    return np.ldexp(draw.integers(0, (1 << bits) + 1, shape).astype(float), -bits)


def _ties(draw: Draw, groups: int, outcomes: int) -> Array:
    return draw.integers(0, 4, (groups, outcomes)) / 4.0


def _near(draw: Draw, groups: int, outcomes: int) -> Array:
    """Groups and outcomes that are the same but for 2^-36."""
    base = np.repeat(dyadic(draw, (1, -(-outcomes // 2)), 12), 2, axis=1)[:, :outcomes]
    return base + np.ldexp(draw.integers(0, 8, (groups, outcomes)).astype(float), -36)


def _sparse(draw: Draw, groups: int, outcomes: int) -> Array:
    return dyadic(draw, (groups, outcomes)) * (draw.random((groups, outcomes)) < 0.05)


def _opposed(draw: Draw, groups: int, outcomes: int) -> Array:
    """Half of the groups want the contrary of the other half, nearly."""
    base = dyadic(draw, (1, outcomes), 16)
    signs = np.arange(groups)[:, None] % 2
    return np.where(signs, base, 1.0 - base) + dyadic(draw, (groups, outcomes), 4) / 2.0**16


def _positive(draw: Draw, groups: int, outcomes: int) -> Array:
    return dyadic(draw, (groups, outcomes)) + 0.125


def _one_hot(draw: Draw, groups: int, outcomes: int) -> Array:
    rewards = np.zeros((groups, outcomes))
    rewards[np.arange(groups), draw.integers(0, outcomes, groups)] = 1.0
    return rewards


def _mixed_scales(draw: Draw, groups: int, outcomes: int) -> Array:
    """Each group in units of its own, from 2^-12 to 2^12."""
    units = np.ldexp(1.0, draw.integers(-12, 13, groups))
    return dyadic(draw, (groups, outcomes), 12) * units[:, None]


def _normalized(draw: Draw, groups: int, outcomes: int) -> Array:
    """Rows of the sum domain: they sum to exactly 1, most of it on few outcomes."""
    weights = draw.exponential(size=(groups, outcomes)) ** 3.0
    return np.stack([shared(row, 24) for row in weights])


REWARDS: dict[str, Callable[[Draw, int, int], Array]] = {
    "uniform": lambda draw, groups, outcomes: dyadic(draw, (groups, outcomes)),
    "positive": _positive,
    "ties": _ties,
    "near-duplicates": _near,
    "sparse": _sparse,
    "opposed": _opposed,
    "one-hot": _one_hot,
    "mixed-scales": _mixed_scales,
    "normalized": _normalized,
}


def shared(weights: Array, bits: int) -> Array:
    """Return masses on the grid of 2^-bits in proportion to weights: at least one unit, sum 1."""
    whole = 1 << bits
    units = 1 + np.floor(weights / weights.sum() * (whole - weights.size)).astype(np.int64)
    units[int(units.argmax())] += whole - int(units.sum())
    return np.ldexp(units.astype(float), -bits)


def _tiny(draw: Draw, outcomes: int) -> Array:
    """A third of the outcomes at 2^-50 to 2^-40, the others as they come."""
    weights = draw.exponential(size=outcomes)
    weights[draw.permutation(outcomes)[: outcomes // 3]] = 0.0
    masses = shared(weights, 30)
    small = np.flatnonzero(weights == 0.0)
    masses[small] = np.ldexp(1.0, -draw.integers(40, 51, small.size))
    top = int(masses.argmax())
    rest = np.delete(masses, top)
    masses[top] = 1.0 - rest.sum()
    return masses


def _levels(draw: Draw, outcomes: int) -> Array:
    """Half of the outcomes three times as likely as the others: few numbers, however many."""
    weights = np.where(np.arange(outcomes) % 2 == 0, 1.0, 3.0)
    return shared(draw.permutation(weights), 30)


MASSES: dict[str, Callable[[Draw, int], Array]] = {
    "plain": lambda draw, outcomes: shared(draw.exponential(size=outcomes) + 0.05, 24),
    "coarse": lambda draw, outcomes: shared(draw.exponential(size=outcomes) + 0.05, 15),
    "zipf": lambda draw, outcomes: shared(draw.permutation(1.0 / np.arange(1, outcomes + 1)), 30),
    "tiny": _tiny,
    "levels": _levels,
}
