"""Games drawn where mathematics could fail: ties, twins, zeros, one outcome, tiny masses."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import strategies as st

from mdsolve.games import Game

_TIED = st.sampled_from([0.0, 0.25, 0.5, 1.0])
_CLOSE = st.sampled_from([0.5, 0.5 + 1e-12, 0.5 - 1e-12, 0.5 + 1e-6])
_SIZES = st.one_of(st.integers(1, 10).map(float), st.floats(1e-3, 20.0))
_MASSES = st.one_of(st.just(1.0), st.floats(1e-2, 1.0))
_TINY = st.sampled_from([1e-300, 1e-100, 1e-12, 1e-3])


def _cells(ties: bool, signed: bool) -> st.SearchStrategy[float]:
    plain = st.floats(-1.0 if signed else 0.0, 1.0, allow_subnormal=False)
    return plain if not ties else st.one_of(plain, _TIED, _CLOSE)


@st.composite
def _rows(draw, outcomes: int, ties: bool, signed: bool):
    cells = _cells(ties, signed)
    kinds = ["free", "free", "constant", "zero", "one-hot"] if ties else ["free"]
    kind = draw(st.sampled_from(kinds))
    if kind == "free":
        return draw(st.lists(cells, min_size=outcomes, max_size=outcomes))
    level = 0.0 if kind == "zero" else draw(cells)
    row = [0.0 if kind == "one-hot" else level] * outcomes
    row[draw(st.integers(0, outcomes - 1))] = level
    return row


def _built(*arguments) -> Game:
    """Build a game; beartype looks at random items, which Hypothesis forbids in a strategy."""
    state = random.getstate()
    try:
        return Game(*arguments)
    finally:
        random.setstate(state)


@st.composite
def games(
    draw,
    min_groups: int = 1,
    max_groups: int = 4,
    min_outcomes: int = 1,
    max_outcomes: int = 7,
    *,
    ties: bool = True,
    tiny_masses: bool = False,
    signed: bool = False,
) -> Game:
    """Draw a game.

    ``ties`` draws equal and almost equal rewards, constant and zero rows and groups that are twins;
    ``tiny_masses`` masses down to 1e-300; ``signed`` rewards from -1 instead of 0; all up to 1.
    """
    n = draw(st.integers(min_groups, max_groups))
    m = draw(st.integers(min_outcomes, max_outcomes))
    rewards = [draw(_rows(m, ties, signed)) for _ in range(n)]
    if ties and n > 1 and draw(st.booleans()):
        rewards[-1] = list(rewards[0])
    sizes = draw(st.lists(_SIZES, min_size=n, max_size=n))
    masses = st.one_of(_MASSES, _TINY) if tiny_masses else _MASSES
    weights = np.array([1.0, *draw(st.lists(masses, min_size=m - 1, max_size=m - 1))])
    weights = np.roll(weights, draw(st.integers(0, m - 1)))
    return _built(weights / weights.sum(), rewards, sizes)


@st.composite
def misreports(draw, game: Game, *, ties: bool = True, signed: bool = False):
    """Draw ``(group, reward, size)`` for ``game.reported(*misreport)``; the size may be None."""
    group = draw(st.integers(0, game.shape[0] - 1))
    reward = np.array(draw(_rows(game.shape[1], ties, signed)))
    return group, reward, draw(st.none() | _SIZES)


@st.composite
def games_and_misreports(draw, **options):
    """Draw a game and a misreport of one of its groups; the options are those of `games`."""
    game = draw(games(**options))
    signed = options.get("signed", False)
    return game, draw(misreports(game, ties=options.get("ties", True), signed=signed))
