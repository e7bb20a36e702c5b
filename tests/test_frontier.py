"""Strength buys nearness to the reference with welfare: both fall along the frontier."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from oracles import TWINS
from strategies import games

import mdsolve as md
from mdsolve.errors import InvalidInput

RULES = {
    "social": md.SocialWelfare,
    "nash": md.NashWelfare,
    "egalitarian": md.Egalitarian,
    "fair": lambda divergence, strength: md.AlphaFair(divergence, strength, 2.0),
}
STRENGTHS = [1e-3, 0.03, 0.3, 1.0, 30.0, 1e3]


def random_game(seed=0, n=3, m=6):
    rng = np.random.default_rng(seed)
    return md.Game(rng.dirichlet(np.ones(m)), rng.random((n, m)), rng.uniform(0.5, 3.0, n))


def check_monotone(found):
    """Revealed preference: a larger λ never buys more welfare, nor more divergence."""
    rounding = found.upper - found.lower + 1e-14 * (1 + np.abs(found.welfare))
    assert (np.diff(found.welfare) <= rounding[1:] + rounding[:-1]).all()
    slack = (rounding[1:] + rounding[:-1]) / found.strengths[:-1] + 1e-14
    assert (np.diff(found.divergence) <= slack).all()
    assert (np.diff(found.upper) <= rounding[1:] + rounding[:-1]).all()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", TWINS)
def test_welfare_and_divergence_fall_as_strength_grows(name, rule):
    game = random_game(1)
    made = RULES[rule](name, 7.0)
    found = md.frontier(made, game, STRENGTHS)
    check_monotone(found)
    assert found.divergence[0] > found.divergence[-1] >= 0.0
    assert found.welfare[0] > found.welfare[-1]
    for k, strength in enumerate(STRENGTHS):
        training = RULES[rule](name, strength).train(game)
        assert_array_equal(found.models[k], training.model)
        assert (found.lower[k], found.upper[k]) == (training.lower, training.upper)
        value = found.welfare[k] - strength * found.divergence[k]
        size = max(abs(value), abs(found.welfare[k]))
        assert found.lower[k] - 1e-13 * size <= value <= found.upper[k] + 1e-13 * size
    assert made.strength == 7.0


@settings(max_examples=40)
@given(
    games(signed=True, tiny_masses=True),
    st.sampled_from(list(TWINS)),
    st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=4),
)
def test_frontiers_of_drawn_games_fall(game, name, strengths):
    check_monotone(md.frontier(md.SocialWelfare(name, 1.0), game, sorted(strengths)))


def test_a_frontier_holds_what_it_says():
    game = random_game(2)
    found = md.frontier(md.SocialWelfare("l2", 1.0), game, iter([2.0, 1.0]))
    assert_array_equal(found.strengths, [2.0, 1.0])
    assert found.values.shape == (2, 3)
    assert found.models.shape == (2, 6)
    assert_allclose(found.values, found.models @ game.rewards.T)
    assert_allclose(found.welfare, found.values @ game.sizes)
    assert_allclose(found.divergence, np.square(found.models - game.reference).sum(axis=1))
    assert repr(found).startswith("Frontier(2 strengths from 1 to 2; welfare ")
    with pytest.raises(AttributeError):
        found.welfare = None


@pytest.mark.parametrize(
    ("strengths", "words"),
    [
        ([], "strengths: there are none. Give at least one λ > 0"),
        ([1.0, 0.0], "strength: 0.0 is not a positive finite number"),
        ([np.inf], "strength: inf is not"),
        (["a"], "strength: 'a' is not"),
    ],
)
def test_bad_strengths_are_refused(strengths, words):
    with pytest.raises(InvalidInput, match=words):
        md.frontier(md.SocialWelfare("kl", 1.0), random_game(), strengths)
