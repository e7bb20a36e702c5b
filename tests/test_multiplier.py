"""The scalar dual against mpmath on a grid of extremes, and by its optimality conditions."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from oracles import SEEN, TWINS, GameTwin, allowed, project, relative
from strategies import games

import mdsolve as md
from mdsolve.divergences import DIVERGENCES
from mdsolve.solvers import multiplier

NAMES = list(TWINS)
STRENGTHS = [1e-6, 1e-3, 1e-1, 1.0, 1e3, 1e6]
TINY = mp.mpf(10) ** -300


def plain(rng, m=7, n=3):
    return rng.dirichlet(np.ones(m)), rng.random((n, m)), rng.integers(1, 5, n).astype(float)


def tiny_masses(rng):
    q, rewards, sizes = plain(rng)
    q *= 10.0 ** -rng.integers(0, 300, q.size)
    return q, rewards, sizes


def tiny_masses_tied(rng):
    q, rewards, sizes = tiny_masses(rng)
    return q, rng.choice([0.0, 0.5, 1.0], rewards.shape), sizes


def tiny_weights(rng):
    q, rewards, sizes = plain(rng)
    return q, rewards, sizes * [1.0, 1e-8, 1e-4]


def one_rules_all(rng):
    q, rewards, _ = plain(rng)
    return np.append(q[:-1], 1e-18), rewards, np.array([1e-8, 1.0, 1e-7])


def hair_apart(rng):
    q, rewards, sizes = plain(rng)
    return q, 0.5 + 1e-12 * rewards, sizes


def ties(rng):
    q, rewards, sizes = plain(rng)
    return np.full(q.size, 1 / q.size), rng.choice([0.0, 0.5, 1.0], rewards.shape), sizes


def almost_tied(rng):
    q, rewards, sizes = plain(rng)
    q = rng.choice([1.0, 1e-5, 1e-20], q.size)
    return q, rng.choice([0.0, 0.5, 1.0], rewards.shape), sizes * [1e-8, 0.3, 3e-5]


def constants(rng):
    q, rewards, sizes = plain(rng)
    rewards[0], rewards[1] = 0.7, 0.0
    return q, rewards, sizes


def twins(rng):
    q, rewards, sizes = plain(rng)
    return q, rewards[[0, 0, 1]], sizes[[0, 0, 1]]


def concentrated(rng):
    q, rewards, sizes = plain(rng)
    q = np.full(q.size, 1e-4 / q.size)
    q[0], rewards[:, 0] = 1.0, 1.0
    return q, rewards, sizes


def far_from_zero(rng):
    q, rewards, sizes = plain(rng)
    return q, 1e6 - 3.0 * rewards, sizes


def one_outcome(rng):
    return plain(rng, 1)


INSTANCES = (plain, tiny_masses, tiny_masses_tied, tiny_weights, one_rules_all, hair_apart, ties)
INSTANCES += (almost_tied, constants, twins, concentrated, far_from_zero, one_outcome)


def build(instance, seed=0):
    q, rewards, sizes = instance(np.random.default_rng(seed))
    return md.Game(q / q.sum(), rewards, sizes)


def least(name, q):
    """Return below which mass cancellation at the kink is in the problem's data."""
    if name == "l2":
        return mp.mpf("1e-3")
    return q / 10 if name == "chi2" else TINY


def kink(game, name, strength, payment):
    """Return what c/λ's rounding makes of a payment by masses next to none, which clips leave."""
    if not DIVERGENCES[name].clips:
        return 0.0
    steep = float(game.sizes @ np.abs(game.reward_bounds).max(axis=1)) / strength
    rounded = 4.0 * 2.0**-52 * steep
    return strength * rounded * (rounded + 2.0 * float(max(payment, 0) / strength) ** 0.5)


def check_accuracy(game, name, strength, solver="multiplier"):
    """Assert what issue 2 promises of model, bracket, payments, utilities; return the errors."""
    twin = GameTwin(game, name, strength)
    rule = md.SocialWelfare(name, strength)
    outcome = md.Mechanism(rule, md.AffineMaximizer()).run(game, solver=solver)
    allow, scale = allowed(game, strength), max(abs(float(twin.solved.value)), twin.spread())
    pairs = zip(outcome.model, twin.solved.model, twin.reference, strict=True)
    model = max(relative(p, exact, least(name, q)) for p, exact, q in pairs)
    assert model <= allow
    seen = SEEN * (scale + strength)
    assert outcome.lower - seen <= twin.solved.value <= outcome.upper + seen
    gap = (outcome.upper - outcome.lower) / (scale or 1.0)
    assert gap <= 1e-12
    paid = 0.0
    for group in range(game.shape[0]):
        exact, found = twin.payment(group), outcome.payments[group]
        assert found >= 0.0
        assert outcome.payment_lower[group] - seen <= exact <= outcome.payment_upper[group] + seen
        spare = kink(game, name, strength, exact)
        if exact > seen:
            if abs(found - exact) > spare:
                paid = max(paid, relative(found, exact, TINY))
        else:
            assert found <= 2 * seen + spare
        if np.ptp(game.reward_bounds[group]) == 0.0:
            assert found == 0.0
        assert abs(outcome.utilities[group] - twin.utility(group)) <= allow * scale
    assert paid <= allow
    return model / allow * 1e-12, paid / allow * 1e-12, gap


@pytest.mark.slow
@pytest.mark.parametrize("instance", INSTANCES, ids=lambda each: each.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_every_probability_and_payment_on_the_grid(name, instance):
    for seed, strength in enumerate(STRENGTHS):
        check_accuracy(build(instance, seed), name, strength)
        if name == "kl":
            check_accuracy(build(instance, seed), name, strength, "exponential")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("reward", [1.73e-96, 2.9e-297, 1e-30])
def test_rewards_that_are_nothing_beside_the_strength(name, reward):
    """A reference whose masses sum to 1 - eps: rounding a model costs λ eps², over all rewards."""
    masses = np.array([1.0, 1e-3])
    level, apart = (
        md.Game(masses / masses.sum(), rewards, [1.0, 1.0])
        for rewards in ([[0.0, 0.0], [reward, reward]], [[reward, 0.0], [0.0, 0.5 * reward]])
    )
    check_accuracy(level, name, 1.0)
    exact = GameTwin(apart, name, 1.0).solved.value
    for solver in ("multiplier", *(["exponential"] if name == "kl" else [])):
        found = md.SocialWelfare(name, 1.0).train(apart, solver=solver)
        assert found.lower <= exact <= found.upper
        assert found.gap <= 1e-12 * reward
    mechanism = md.Mechanism(md.SocialWelfare(name, 1.0), md.AffineMaximizer())
    many = md.solve_batch(md.Batch.of([apart]), mechanism, threads=1)
    assert many.lower[0] <= exact <= many.upper[0]
    assert many.upper[0] - many.lower[0] <= 1e-12 * reward


@settings(max_examples=60)
@given(games(tiny_masses=True, signed=True), st.sampled_from(NAMES), st.floats(6.0, 60.0))
def test_a_large_strength_costs_no_digits(game, name, power):
    """Rewards down to 1e-60 of λ, payments to its square: each by differences of its own size.

    Below Δc/λ = 1e-150 the squares underflow.
    """
    rewards = np.abs(np.asarray(game.rewards))
    assume(rewards.min(where=rewards > 0.0, initial=1.0) > 1e-80)
    strength = 10.0**power
    check_accuracy(game, name, strength)
    mechanism = md.Mechanism(md.SocialWelfare(name, strength), md.AffineMaximizer())
    alone = mechanism.run(game)
    if name == "kl":
        check_accuracy(game, name, strength, "exponential")
    many = md.solve_batch(md.Batch.of([game]), mechanism, threads=1)
    least = (
        1e-26 / strength if DIVERGENCES[name].clips else TINY
    )  # rounding of c/λ, squared, at kinks
    assert_allclose(many.payments[0], alone.payments, rtol=1e-12, atol=float(least))
    width = alone.upper - alone.lower
    assert many.upper[0] - many.lower[0] <= 4.0 * width + 1e-13 * float(game.sizes.sum())


@settings(max_examples=60)
@given(
    games(tiny_masses=True, signed=True),
    st.sampled_from(NAMES),
    st.floats(-6.0, 6.0).map(lambda power: 10.0**power),
)
def test_every_probability_and_payment_of_drawn_games(game, name, strength):
    check_accuracy(game, name, strength)


@pytest.mark.parametrize("name", NAMES)
def test_the_two_engines_agree_for_kl_and_closed_forms_of_payments_for_all(name):
    """math.md §5: p_i = λ Σ ℓ(π; π₋ᵢ), a route without Φ at all."""
    for instance in (plain, ties, tiny_weights, almost_tied):
        for strength in (1e-2, 0.3, 30.0):
            game = build(instance, 5)
            twin, rule = GameTwin(game, name, strength), md.SocialWelfare(name, strength)
            run = md.Mechanism(rule, md.AffineMaximizer()).run
            found = run(game, solver="multiplier")
            for group, payment in enumerate(found.payments):
                exact = twin.closed_payment(group)
                assert relative(payment, exact, SEEN) <= allowed(game, strength)
            if name == "kl":
                other = run(game, solver="exponential")
                assert_allclose(other.model, found.model, rtol=1e-11)
                assert_allclose(other.payments, found.payments, rtol=1e-11, atol=1e-300)
                assert_allclose(other.upper, found.upper, rtol=1e-13)


# Squared L2 is a projection on the simplex; χ² one in other units


def shapes(m, rng):
    """Yield points to be projected: sparse and dense answers, sorted, tied and wide inputs."""
    yield "dense", rng.random(m) / m
    yield "sparse", rng.standard_normal(m)
    yield "wide", rng.standard_normal(m) * 10.0 ** rng.integers(-6, 3, m)
    yield "wider", np.exp(rng.uniform(-30, 10, m))
    yield "rising", np.sort(rng.random(m)) * 5 / m
    yield "falling", np.sort(rng.random(m))[::-1] * 1e-3
    yield "tied", rng.choice([0.0, 1e-4, 2e-4], m)
    yield "spiked", np.where(np.arange(m) == m // 2, 3.0, 0.0)
    yield "spikes between samples", np.where(np.arange(m) % 977 == 976, 1e-2, 0.0)


@pytest.mark.parametrize("m", [1, 2, 7, 1000, 4097, 100_000])
def test_projection_on_the_simplex_equals_that_by_a_sort(m):
    """performance.md trap 9: a filter that kept stale entries was wrong on wide inputs."""
    rng = np.random.default_rng(m)
    q = rng.dirichlet(np.ones(m))
    for shape, point in shapes(m, rng):
        for reference in (q, np.full(m, 1 / m)):
            game = md.Game(reference, 2.0 * (point - point.min())[None, :])
            found = md.SocialWelfare("l2", 1.0).train(game).model
            exact = project(game.reference + game.rewards[0] / 2).astype(float)
            size = max(1.0, float(game.rewards.max()))
            assert_allclose(found, exact, rtol=1e-12, atol=1e-15 * size, err_msg=shape)
            assert (found >= 0.0).all()
            assert abs(found.sum() - 1.0) <= 1e-14


@pytest.mark.parametrize("name", NAMES)
def test_kuhn_tucker_conditions_hold_for_many_outcomes(name):
    """π = slope(c − ν) ≥ 0, Σ π = 1: with mass the slope of λd is c − ν, without it at least."""
    rng = np.random.default_rng(3)
    m, kind = 50_000, DIVERGENCES[name]()
    game = md.Game(rng.dirichlet(np.ones(m)), rng.standard_normal((2, m)), [1.0, 2.0])
    for strength in (1e-3, 1.0, 1e3):
        training = md.SocialWelfare(kind, strength).train(game, solver="multiplier")
        with mp.workdps(40):
            twin = TWINS[name]
            nu = mp.mpf(training.multiplier)
            for x in rng.choice(m, 40, replace=False):
                c = mp.mpf(float(game.rewards[0, x])) + 2 * mp.mpf(float(game.rewards[1, x]))
                q = mp.mpf(float(game.reference[x]))
                exact = twin.slope((c - nu) / strength, q)
                # ν is a double: near a pole that alone moves a mass
                bend = float(exact * (1 + exact / q)) + (1.0 if kind.clips else 0.0)
                size = 1e-15 * max(abs(training.multiplier), 3.0, 1e-1 * strength) / strength
                allow = 1e-12 * exact + 20 * size * bend + TINY
                assert abs(training.model[x] - exact) <= allow
        assert abs(training.model.sum() - 1.0) <= 1e-13


def test_a_move_nowhere_is_free():
    kind, q = md.SquaredL2(), np.array([0.25, 0.75])
    start = multiplier.origin(kind, q)
    moved = multiplier.move(kind, q, start, np.zeros(2), np.zeros(2))
    assert moved.point is start
    assert moved.bregman == moved.anchor_step == 0.0


#: reference, rewards, sizes, strength; at the top masses far below the rounding of c/λ
NEAR_A_POLE = {
    "tied by two groups": (
        [1.5e-72, 2.9e-209, 2.1e-38, 1.7e-30, 1.0, 3e-118, 1.3e-67, 1.3e-166],
        [[0.5, 1, 1, 0, 1, 0.5, 0, 0], [0.5, 0, 0, 1, 1, 0, 1, 0], [0, 1, 1, 0.5, 0, 0.5, 1, 0]],
        [1, 1, 2],
        2.8e-3,
    ),
    "tied to the last bit": (
        [9.8e-202, 8.2e-70, 1.0, 3.8e-84, 5.7e-118, 1e-155, 1.6e-85, 3.6e-228],
        [[1, 0.5, 0.5, 0.5, 0.5, 0, 1, 0], [0.5, 0.5, 0, 0, 0.5, 0, 0, 0.5],
         [0, 0, 0, 1, 0.5, 0.5, 1, 0.5]],
        [4, 4, 2],
        0.25,
    ),
    "small groups beside a large one": (
        [1e-133, 1e-131, 9e-84, 1.0, 4e-74, 1.4e-3, 4e-112, 1e-8],
        [[0.74, 0.83, 0.62, 0.78, 0.14, 0.59, 0.04, 0.51],
         [0.43, 0.2, 0.34, 0.01, 0.4, 0.5, 0.85, 0.84],
         [0.22, 0.94, 0.52, 0.5, 0.9, 0.18, 0.99, 0.75]],
        [4e-4, 2e-3, 2],
        0.72,
    ),
    "one outcome of 1e-275": (
        [3e-194, 2e-240, 1e-127, 6e-215, 1.7e-275, 2e-207, 1.0, 9e-171],
        [[0.06, 0.41, 0.02, 1e-4, 0.42, 0.53, 0.81, 0.88],
         [0.37, 0.31, 0.49, 0.89, 0.75, 0.3, 0.35, 0.42],
         [0.92, 0.35, 0.72, 0.43, 0.71, 0.07, 0.66, 0.67]],
        [1, 3, 2],
        0.68,
    ),
    # all the mass is λ below a top outcome of none: π(top) is about √π0(top), and its distance
    # from the pole far below the rounding of a total mass
    "1e-301 as far above the others as the pole": (
        [1.668e-301, 1.0], [[1.0, 0.5], [1.0, 1.0]], [4, 3], 2.0,
    ),
    "1e-300 as far above two others": (
        [1e-300, 0.5, 0.5], [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [1, 3], 1.0,
    ),
    "1e-200 as far above the others": (
        [1.807e-200, 1.0], [[1.0, 0.25], [0.5, 0.5]], [4, 3], 3.0,
    ),
    "as far but for the rounding of c/λ": (
        [3.0017e-30, 1.0], [[1.0, 0.5], [0.25, 0.0]], [4, 4], 3.0,
    ),
    "as far once another is absent": (
        [1.464e-12, 1.0],
        [[1.0, 0.0], [0.10004260982764235, 0.6951183962116725]],
        [1, 1],
        1.0,
    ),
}  # fmt: skip


def near_a_pole(instance):
    reference, rewards, sizes, strength = NEAR_A_POLE[instance]
    masses = np.array(reference)
    return md.Game(masses / masses.sum(), rewards, sizes), strength


@pytest.mark.parametrize("instance", NEAR_A_POLE)
@pytest.mark.parametrize("name", NAMES)
def test_a_batch_knows_the_digits_near_a_pole_too(name, instance):
    game, strength = near_a_pole(instance)
    mechanism = md.Mechanism(md.SocialWelfare(name, strength), md.AffineMaximizer())
    many = md.solve_batch(md.Batch.of([game, game]), mechanism, threads=1)
    alone, allow = mechanism.run(game), 2.0 * allowed(game, strength)
    tiny = 1e-280 if name == "kl" else 1e-300  # what a batch does not tell from no mass
    kink = 1e-15 if DIVERGENCES[name].clips else tiny
    assert_allclose(many.model_of(1), alone.model, rtol=allow, atol=kink)
    assert_allclose(many.payments[1], alone.payments, rtol=allow, atol=kink**2 + 1e-90)


@pytest.mark.parametrize("instance", NEAR_A_POLE)
@pytest.mark.parametrize("name", NAMES)
def test_digits_near_a_pole(name, instance):
    """A position of 1e-200 holds digits of a move that its change of reward has lost."""
    game, strength = near_a_pole(instance)
    check_accuracy(game, name, strength)


@pytest.mark.parametrize("name", NAMES)
def test_who_dominates_is_charged_by_the_digits_of_the_others(name):
    """c less w_i r_i keeps none of theirs: c_-i is summed anew."""
    rewards = [[0.4772119769227944, 0.45121552022471234], [0.9148596812816868, 0.9721233808932471]]
    for low, high, strength in ((5.6e-18, 1e-2, 3608.0), (0.3, 1.0, 1e-3), (1e-3, 1.0, 1.0)):
        game = md.Game([1.0 - low, low], rewards, [high, 1e-6 * high])
        check_accuracy(game, name, strength)


@pytest.mark.parametrize("name", [name for name in NAMES if np.isfinite(DIVERGENCES[name].pole)])
def test_no_step_crosses_the_pole(name):
    """Masses down to 1e-299 at the top, before and after: k there is far below c's rounding."""
    for seed in range(60):
        rng = np.random.default_rng(seed)
        m = 8
        q = rng.dirichlet(np.ones(m)) * 10.0 ** -rng.integers(0, 300, m)
        q[rng.integers(m)] = 1.0
        rewards = rng.choice([0.0, 0.5, 1.0], (3, m)) if seed % 2 else rng.random((3, m))
        sizes = rng.integers(1, 5, 3) * 10.0 ** (-rng.integers(0, 4, 3) if seed % 3 else 0.0)
        game = md.Game(q / q.sum(), rewards, sizes)
        rule = md.SocialWelfare(name, 10.0 ** rng.uniform(-6, 6))
        outcome = md.Mechanism(rule, md.AffineMaximizer()).run(game)
        assert (outcome.payments >= 0.0).all()
        assert abs(outcome.model.sum() - 1.0) <= 1e-13
        if seed % 10 == 0:
            check_accuracy(game, name, rule.strength)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(NAMES),
    st.sampled_from(STRENGTHS),
    st.integers(1, 9),
    st.booleans(),
)
def test_rows_in_step_are_each_the_optimum(seed, name, strength, outcomes, tied):
    """No row of many may be worse than its own solve by more than c's rounding."""
    rng = np.random.default_rng(seed)
    reference = rng.dirichlet(np.ones(outcomes))
    shape = (5, outcomes)
    combined = rng.choice([0.0, 0.5, 1.0], shape) if tied else rng.normal(size=shape)
    found, missed = multiplier.models(DIVERGENCES[name](), reference, combined, strength)
    assert missed <= 1e-12
    for row, model in zip(combined, found, strict=True):
        phi = md.ValueFunction(md.Game(reference, row[None]), DIVERGENCES[name](), strength)
        here = phi.combine(np.ones(1))
        assert abs(model.sum() - 1.0) <= 1e-14
        assert phi.objective(model, here) >= phi.solve(engine="multiplier").bracket.lower - (
            1e-300 + 2e-14 * max(np.ptp(row), np.abs(row).max())
        )


def test_rows_of_more_than_one_block_are_the_rows_alone():
    rng = np.random.default_rng(3)
    reference, combined = rng.dirichlet(np.ones(300)), rng.random((150, 300))
    for kind in DIVERGENCES.values():
        together, _ = multiplier.models(kind(), reference, combined, 0.01)
        alone = [multiplier.models(kind(), reference, row[None], 0.01)[0][0] for row in combined]
        assert_allclose(together, alone, rtol=0, atol=1e-13)
