"""Φ is convex, its bracket holds, and its gradient and Hessian are what they are called."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from oracles import SEEN, TWINS, GameTwin, relative
from strategies import games

import mdsolve as md
from mdsolve.divergences import DIVERGENCES
from mdsolve.errors import InvalidInput
from mdsolve.value_function import Bracket, ValueFunction

NAMES = list(TWINS)
every = pytest.mark.parametrize("name", NAMES)
names = st.sampled_from(NAMES)
strengths = st.floats(-6.0, 6.0).map(lambda power: 10.0**power)
mild = st.floats(-1.0, 2.0).map(lambda power: 10.0**power)


def phi_of(game, name, strength):
    return ValueFunction(game, DIVERGENCES[name](), strength)


def engines(name):
    return ("multiplier", "exponential") if name == "kl" else ("multiplier",)


def random_game(seed=0, n=3, m=6):
    rng = np.random.default_rng(seed)
    return md.Game(rng.dirichlet(np.ones(m)), rng.random((n, m)), rng.uniform(0.5, 3.0, n))


# Brackets


@settings(max_examples=60)
@given(games(tiny_masses=True, signed=True), names, strengths)
def test_the_bracket_holds_phi_and_is_narrow(game, name, strength):
    twin = GameTwin(game, name, strength)
    size = max(abs(float(twin.solved.value)), twin.spread())
    for engine in engines(name):
        found = phi_of(game, name, strength).solve(engine=engine)
        seen = SEEN * strength
        assert found.bracket.lower - seen <= twin.solved.value <= found.bracket.upper + seen
        assert found.bracket.width <= 1e-12 * size + 1e-30 * strength
        assert found.bracket.lower <= found.value <= found.phi == found.bracket.upper
        assert found.solver == engine
        assert_allclose(found.values, game.rewards @ found.model, atol=1e-13)


@given(games(tiny_masses=True, signed=True), names, strengths, st.data())
def test_any_multiplier_bounds_from_above_and_any_model_from_below(game, name, strength, data):
    twin = GameTwin(game, name, strength)
    phi = phi_of(game, name, strength)
    combined = phi.combine(game.sizes)
    low, high = combined.high.min(), combined.high.max()
    nu = data.draw(st.floats(low - strength, high + strength))
    seen = SEEN * strength
    assert phi.upper(nu, combined) >= twin.solved.value - seen
    assert phi.upper(np.inf, combined) == phi.upper(np.nan, combined) == np.inf
    weights = data.draw(
        st.lists(st.floats(0.0, 1.0), min_size=game.shape[1], max_size=game.shape[1])
    )
    assume(sum(weights) > 1e-3)
    model = np.array(weights) / sum(weights)
    assert phi.lower(model, combined) <= twin.solved.value + seen


@every
def test_the_multiplier_found_is_the_best_bound(name):
    """ν + λ Σ d*((c − ν)/λ) is convex in ν with its minimum Φ at the multiplier."""
    game = random_game()
    for strength in (0.2, 1.0, 50.0):
        phi = phi_of(game, name, strength)
        for engine in engines(name):
            found = phi.solve(engine=engine)
            combined = phi.combine(game.sizes)
            best = phi.upper(found.multiplier, combined)
            assert_allclose(best, found.value, rtol=1e-12)
            for away in (1e-2, -1e-2):
                assert phi.upper(found.multiplier + away * strength, combined) > best


def test_beyond_the_pole_the_upper_bound_is_infinite():
    """math.md §2: the formula says −.669 where Φ is .799; a checker must refuse."""
    game, half = md.Game([0.5, 0.5], [[1.0, 0.0]]), 0.5
    phi = phi_of(game, "hellinger", half)
    combined = phi.combine(game.sizes)
    q, s = mp.mpf(half), [mp.mpf("1.4"), mp.mpf("-0.6")]
    assert round(mp.mpf("0.3") + half * sum(q * x / (1 - x) for x in s), 3) == mp.mpf("-0.669")
    assert phi.upper(0.3, combined) == np.inf
    assert phi.upper(0.5, combined) == np.inf
    assert np.isfinite(phi.upper(0.5 + 1e-9, combined))
    assert round(phi.solve().value, 3) == 0.799


@every
@given(data=st.data())
def test_upper_is_infinite_exactly_from_the_pole_on(name, data):
    kind = DIVERGENCES[name]
    game = random_game(data.draw(st.integers(0, 99)))
    strength = data.draw(mild)
    phi = phi_of(game, name, strength)
    combined = phi.combine(game.sizes)
    share = data.draw(st.floats(1e-6, 3.0))
    pole = kind.pole if np.isfinite(kind.pole) else 1.0
    nu = combined.high.max() - share * pole * strength
    crossed = np.isfinite(kind.pole) and share >= 1.0 + 1e-9
    assume(abs(share - 1.0) > 1e-6)
    assert np.isinf(phi.upper(nu, combined)) == crossed


# Convexity, shifts, homogeneity, limits


@given(games(signed=True, tiny_masses=True), names, mild, st.floats(-100.0, 100.0))
def test_a_common_reward_adds_itself(game, name, strength, level):
    """Φ(c + a·1) = Φ(c) + a, with the same model."""
    rewards = np.vstack([game.rewards, np.full(game.shape[1], level)])
    lifted = md.Game(game.reference, rewards, [*game.sizes, 2.0])
    before = phi_of(game, name, strength).solve()
    after = phi_of(lifted, name, strength).solve()
    scale = 1e-13 * (abs(level) + abs(before.value) + strength + 20.0)
    assert abs(after.value - before.value - 2.0 * level) <= scale
    assert_allclose(after.model, before.model, atol=1e-12 * (1 + abs(level) / strength))


@given(games(signed=True, tiny_masses=True, min_groups=2), names, strengths, st.floats(0.0, 1.0))
def test_phi_is_convex(game, name, strength, share):
    phi = phi_of(game, name, strength)
    one, two = np.array(game.sizes), np.array(game.sizes)[::-1] * 0.5
    ends = phi.solve(one), phi.solve(two)
    middle = phi.solve(share * one + (1 - share) * two)
    chord = share * ends[0].bracket.upper + (1 - share) * ends[1].bracket.upper
    slack = 1e-14 * float(one @ np.abs(game.reward_bounds).max(axis=1))
    assert middle.bracket.lower <= chord + slack
    tangent = ends[0].value + (two - one) @ ends[0].values
    assert ends[1].bracket.upper >= tangent - 1e-12 * abs(one - two) @ np.abs(
        game.reward_bounds
    ).max(axis=1)


@every
def test_reward_and_strength_scale_together(name):
    game = random_game(4)
    for factor in (1e-6, 8.0, 1e6):
        scaled = md.Game(game.reference, factor * game.rewards, game.sizes)
        before, after = (
            phi_of(each, name, strength).solve()
            for each, strength in ((game, 0.3), (scaled, 0.3 * factor))
        )
        assert_allclose(after.model, before.model, rtol=1e-12, atol=1e-300)
        assert_allclose(after.value, factor * before.value, rtol=1e-13)


@every
def test_limits_of_the_strength(name):
    """Φ → <c, π0> as λ → ∞, → max c as λ → 0."""
    game = random_game(5)
    c = game.combined()
    assert_allclose(phi_of(game, name, 1e9).solve().value, c @ game.reference, rtol=1e-7)
    assert_allclose(phi_of(game, name, 1e9).solve().model, game.reference, rtol=1e-7)
    assert_allclose(phi_of(game, name, 1e-9).solve().value, c.max(), rtol=1e-7)
    assert_allclose(phi_of(game, name, 1e-9).solve().model.argmax(), c.argmax())


# Derivatives


@every
def test_gradient_by_differences(name):
    """∂Φ/∂g_i = <r_i, π>, and the model is the derivative in c itself."""
    game, strength = random_game(6), 0.4
    found = phi_of(game, name, strength).solve()
    with mp.workdps(80):
        twin, h = GameTwin(game, name, strength), mp.mpf(10) ** -25
        for group in range(game.shape[0]):
            up = twin.solve(twin.plus(h, twin.rewards[group])).value
            down = twin.solve(twin.plus(-h, twin.rewards[group])).value
            assert relative(found.values[group], (up - down) / (2 * h)) <= 1e-13
        for x in range(game.shape[1]):
            unit = [mp.mpf(int(x == y)) for y in range(game.shape[1])]
            up, down = (twin.solve(twin.plus(sign * h, unit)).value for sign in (1, -1))
            slope = (up - down) / (2 * h)
            assert abs(found.model[x] - slope) <= 1e-13


@every
def test_hessian_by_differences(name):
    game, strength = random_game(7), 0.9
    for engine in engines(name):
        hessian = phi_of(game, name, strength).solve(engine=engine).hessian()
        with mp.workdps(80):
            twin, h = GameTwin(game, name, strength), mp.mpf(10) ** -25
            for i in range(game.shape[0]):
                ends = [twin.solve(twin.plus(s * h, twin.rewards[i])).model for s in (1, -1)]
                bend = [(a - b) / (2 * h) for a, b in zip(*ends, strict=True)]
                for j in range(game.shape[0]):
                    exact = mp.fdot(twin.rewards[j], bend)
                    assert abs(hessian[i, j] - exact) <= 1e-12 * np.abs(hessian).max()


@every
def test_a_tilted_model_is_the_first_order_move(name):
    game, strength = random_game(8), 0.9
    found = phi_of(game, name, strength).solve()
    direction = np.random.default_rng(1).standard_normal(game.shape[1]) * 1e-5
    sizes = [*game.sizes, 1.0]
    moved = md.Game(game.reference, np.vstack([game.rewards, direction]), sizes)
    exact = phi_of(moved, name, strength).solve().model
    assert_allclose(found.tilted(direction), exact, atol=1e-8)
    assert np.abs(exact - found.model).max() > 1e-7


# Engines and refusals


@given(games(signed=True, tiny_masses=True), strengths)
def test_the_two_engines_agree_for_kl(game, strength):
    phi = phi_of(game, "kl", strength)
    one, two = phi.solve(engine="exponential"), phi.solve(engine="multiplier")
    scale = float(game.sizes @ np.abs(game.reward_bounds).max(axis=1))
    allow = max(1e-12, 2.0**-49 * scale / strength)
    assert_allclose(one.model, two.model, rtol=2 * allow, atol=1e-300)
    assert abs(one.multiplier - two.multiplier) <= 1e-14 * (scale + strength)
    assert phi.solve().solver == "exponential"


def test_optimum_is_frozen_and_a_bracket_is_two_numbers():
    found = phi_of(random_game(), "l2", 1.0).solve()
    with pytest.raises(AttributeError):
        found.multiplier = 0.0
    low, high = Bracket(1.0, 3.0)
    assert (low, high, Bracket(low, high).width) == (1.0, 3.0, 2.0)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "kl"])
def test_underflowed_masses_are_refused_by_name(name):
    game = md.Game.from_logprob([-1.0, -2000.0], [[0.0, 1.0]], outcomes=["no", "yes"])
    words = r"outcome 'yes': its reference mass exp\(-1999\) underflows.*needs the mass.*Use KL"
    with pytest.raises(InvalidInput, match=words):
        phi_of(game, name, 1.0)


def test_underflowed_masses_are_kls_alone_and_by_its_closed_form():
    game = md.Game.from_logprob([-1.0, -2000.0], [[0.0, 2001.0]], outcomes=["no", "yes"])
    phi = phi_of(game, "kl", 1.0)
    found = phi.solve()
    assert_allclose(found.model[1], 1 / (1 + np.exp(-2.0)), rtol=1e-12)
    assert_allclose(found.value, np.logaddexp(0.0, 2.0), rtol=1e-12)
    combined = phi.combine(game.sizes)
    assert phi.lower(found.model, combined) <= found.bracket.upper
    assert phi.upper(found.multiplier, combined) >= found.bracket.lower
    assert_allclose(phi.upper(found.multiplier, combined), found.value, rtol=1e-11)
    with pytest.raises(InvalidInput, match="underflows, and the multiplier works from masses"):
        phi.solve(engine="multiplier")
