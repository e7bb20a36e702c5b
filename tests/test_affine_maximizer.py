"""[S] Thm 4.2 and the payments of math.md §5, against mpmath and against other routes."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from oracles import SEEN, TWINS, GameTwin, allowed, exact, relative
from scipy import sparse
from strategies import games, games_and_misreports

import mdsolve as md
from mdsolve.errors import InvalidInput

NAMES = list(TWINS)
every = pytest.mark.parametrize("name", NAMES)
names = st.sampled_from(NAMES)
strengths = st.floats(-3.0, 4.0).map(lambda power: 10.0**power)
TINY = mp.mpf(10) ** -300


def run(game, name, strength, **options):
    return md.Mechanism(md.SocialWelfare(name, strength), md.AffineMaximizer()).run(game, **options)


def random_game(seed=0, n=3, m=6):
    rng = np.random.default_rng(seed)
    return md.Game(rng.dirichlet(np.ones(m)), rng.random((n, m)), rng.uniform(0.5, 3.0, n))


def scale_of(*played):
    return max(float(g.sizes @ np.abs(g.reward_bounds).max(axis=1)) for g in played)


# Theorem 4.2


@settings(max_examples=80)
@given(games_and_misreports(tiny_masses=True, signed=True), names, strengths)
def test_no_misreport_gains(pair, name, strength):
    """Truth is dominant; the loss is Φ's Bregman divergence, which `regret` returns."""
    game, (group, reward, size) = pair
    truth, lie = run(game, name, strength), run(game.reported(group, reward, size), name, strength)
    true_value = game.sizes[group] * (game.rewards[group] @ lie.model)
    lost = truth.utilities[group] - (true_value - lie.payments[group])
    other = game.reported(group, reward, size)
    steep = max(allowed(game, strength), allowed(other, strength))
    slack = 2.0 * steep * scale_of(game, other)
    assert lost >= -slack
    regret = truth.regret(group, reward, size)
    assert regret >= 0.0
    assert abs(lost - regret) <= slack
    twin = GameTwin(game, name, strength)
    told = float(game.sizes[group]) if size is None else size
    loss = twin.regret(group, reward, told)
    if loss > SEEN:
        # a regret is of second order in the lie: the data know only so much of a tiny one
        assert relative(regret, loss, 1e-20 * scale_of(game, other)) <= 20 * steep


@pytest.mark.parametrize("name", TWINS)
def test_a_lie_that_is_all_but_a_level_is_told_from_one(name):
    """A level is no lie: what is left of it keeps its digits."""
    game = md.Game([0.5, 0.5], [[0.0, 0.0]], [3.0])
    report = np.array([0.5, 0.5 + 1e-12])
    exact = GameTwin(game, name, 1.0).regret(0, report, 3.0)
    assert relative(run(game, name, 1.0).regret(0, report), exact) <= 1e-13


@settings(max_examples=60)
@given(games(tiny_masses=True), names, strengths)
def test_nobody_loses_by_taking_part_and_nobody_is_paid(game, name, strength):
    """r ≥ 0: u_i = Φ(c) − Φ(c₋ᵢ) ≥ 0; p_i ≥ 0; utilities and payments add to the value."""
    outcome = run(game, name, strength)
    values = game.sizes * (game.rewards @ outcome.model)
    assert (outcome.payments >= 0.0).all()
    assert (outcome.utilities >= -1e-15 * scale_of(game)).all()
    rounding = 1e-14 * scale_of(game)
    assert_allclose(outcome.payments + outcome.utilities, values, atol=rounding)
    assert (outcome.payments <= values + rounding).all()
    assert (outcome.payment_lower <= outcome.payments).all()
    assert (outcome.payments <= outcome.payment_upper).all()


@settings(max_examples=60)
@given(games(tiny_masses=True, signed=True), names, strengths)
def test_payments_are_their_definition_and_their_closed_form(game, name, strength):
    """Φ(c₋ᵢ) − Φ(c) + w<r, π>, λ Σ ℓ(π; π₋ᵢ) and the interval, all of one number."""
    outcome, twin = run(game, name, strength), GameTwin(game, name, strength)
    scale = scale_of(game)
    for group in range(game.shape[0]):
        by_definition, closed = twin.payment(group), twin.closed_payment(group)
        assert abs(by_definition - closed) <= SEEN * (1 + scale + strength)
        seen = SEEN * (1 + scale + strength)
        low, high = outcome.payment_lower[group], outcome.payment_upper[group]
        assert low - seen <= by_definition <= high + seen
        width = 1e-11 * scale + 2 * allowed(game, strength) * outcome.payments[group]
        assert high - low <= width + 1e-15 * strength
        if by_definition > seen:
            found = relative(outcome.payments[group], by_definition, TINY)
            assert found <= allowed(game, strength)


@given(games(min_groups=2, tiny_masses=True, signed=True), strengths)
def test_kl_payments_are_relative_entropies(game, strength):
    """p_i = λ KL(π‖π₋ᵢ), from the models alone."""
    outcome = run(game, "kl", strength)
    steep = allowed(game, strength)
    for group, payment in enumerate(outcome.payments):
        p, q = outcome.model, outcome.counterfactuals[group]
        seen = (p > 1e-290) & (q > 1e-290)
        by_models = strength * md.KL().value(p[seen], q[seen]).sum()
        rounding = strength * (4 * steep * float(np.abs(p - q).sum()) + 1e-15 + steep**2)
        if seen.all():
            assert abs(by_models - payment) <= rounding + 1e-12 * payment


# Small payments keep their digits


@every
@pytest.mark.parametrize("weight", [1e-8, 1e-4])
@pytest.mark.parametrize("strength", [0.1, 1.0, 1e6])
def test_tiny_groups_pay_to_twelve_digits(name, weight, strength):
    """performance.md trap 4: differences of Φ lose everything at weights of 1e-8."""
    game = random_game(1)
    game = md.Game(game.reference, game.rewards, [1.0, weight, 2.0])
    for solver in ("multiplier", "exponential") if name == "kl" else ("auto",):
        payment = run(game, name, strength, solver=solver).payments[1]
        truth = GameTwin(game, name, strength).payment(1)
        assert truth < 10 * weight
        assert relative(payment, truth, SEEN) <= 1e-12
        assert (payment > 0.0) == (truth > SEEN)


@every
def test_constant_rewards_pay_exactly_nothing(name):
    game = random_game(2)
    for level in (0.0, 0.7, 1e5, -3.0):
        for strength in (1e-6, 0.3, 1e6):
            constant = game.reported(1, np.full(6, level))
            assert run(constant, name, strength).payments[1] == 0.0
    alone = md.Game([0.5, 0.5], [[0.3, 0.3]])
    assert run(alone, name, 1.0).payments.tolist() == [0.0]
    assert run(md.Game([1.0], [[0.3], [0.4]]), name, 1.0).payments.tolist() == [0.0, 0.0]


@every
@given(level=st.floats(-50.0, 50.0), strength=st.floats(0.05, 20.0))
def test_payments_do_not_see_a_level_of_another_groups_rewards(name, level, strength):
    game = random_game(3)
    before = run(game, name, strength)
    after = run(game.reported(0, game.rewards[0] + level), name, strength)
    rounding = 1e-14 * (1 + abs(level)) * (1 + 1 / strength)
    assert_allclose(after.payments, before.payments, rtol=100 * rounding, atol=0.1 * rounding)
    assert_allclose(after.model, before.model, rtol=1e3 * rounding)


@every
def test_sparse_rewards_and_twins_pay_the_same(name):
    game = random_game(4)
    rewards = np.where(game.rewards > 0.5, game.rewards, 0.0)[[0, 1, 1]]
    dense = md.Game(game.reference, rewards, [1.0, 2.0, 2.0])
    thin = md.Game(game.reference, sparse.csr_array(rewards), [1.0, 2.0, 2.0])
    one, two = run(dense, name, 0.4), run(thin, name, 0.4)
    assert_allclose(two.payments, one.payments, rtol=1e-13)
    assert_allclose(one.payments[1], one.payments[2], rtol=1e-13)
    assert_allclose(two.regret(0, [1.0] * 6), one.regret(0, [1.0] * 6), rtol=1e-12)


# The envelope, [S] Thm 4.5: a route through the model alone


@every
def test_payments_are_the_envelope_integral(name):
    """p(r) − p(r*) = w v_r(π*) − w<r*, π*(r*)> − w ∫ <r − r*, π*(r* + s(r − r*))> ds."""
    game, strength, group = random_game(5), 0.8, 1
    base, size = np.full(6, 1 / 6), float(game.sizes[group])
    reward = game.rewards[group]
    nodes, weights = np.polynomial.legendre.leggauss(40)
    integral = 0.0
    for node, weight in zip(0.5 * (nodes + 1), 0.5 * weights, strict=True):
        model = run(game.reported(group, base + node * (reward - base)), name, strength).model
        integral += weight * float((reward - base) @ model)
    truth, start = run(game, name, strength), run(game.reported(group, base), name, strength)
    rise = size * (reward @ truth.model) - size * (base @ start.model) - size * integral
    smooth = 1e-12 if name not in ("l2", "chi2") else 1e-3
    assert_allclose(truth.payments[group] - start.payments[group], rise, atol=smooth)
    assert start.payments[group] == 0.0


# Inexact models


@pytest.mark.parametrize("solver", ["clarabel", "scs"])
@pytest.mark.parametrize("name", ["kl", "l2", "hellinger"])
def test_inexact_models_are_charged_so_that_no_lie_gains_over_the_gap(name, solver):
    """math.md §5, §9: F(π₋ᵢ; c₋ᵢ) − F(π; c₋ᵢ) keeps truth within the main gap of best."""
    game, strength = random_game(6), 0.5
    truth = run(game, name, strength, solver=solver, tolerance=1e-3)
    assert truth.training.solver.startswith(solver)
    twin = GameTwin(game, name, strength)
    rng = np.random.default_rng(7)
    for group in range(game.shape[0]):
        with mp.workdps(40):  # the definition at the model that was returned
            masses = exact(truth.model)
            cost = mp.fsum(
                TWINS[name].value(p, q) for p, q in zip(masses, twin.reference, strict=True)
            )
            rest = twin.plus(-twin.sizes[group], twin.rewards[group])
            others = mp.fdot(rest, masses) - twin.strength * cost
            charge = twin.without(group).value - others
        assert truth.payment_lower[group] <= charge <= truth.payment_upper[group]
        assert truth.payment_lower[group] <= truth.payments[group] <= truth.payment_upper[group]
        for reward in (rng.random(6), np.eye(6)[rng.integers(6)]):
            lied = game.reported(group, reward, 2.0)
            lie = run(lied, name, strength, solver=solver, tolerance=1e-3)
            value = game.sizes[group] * (game.rewards[group] @ lie.model)
            gain = value - lie.payments[group] - truth.utilities[group]
            assert gain <= truth.training.gap + 1e-12
        regret = truth.regret(group, rng.random(6))
        assert regret >= 0.0


def test_constraints_hold_for_the_pivots_too():
    game, strength = random_game(8), 0.5

    def cap(model):
        return [model <= 0.4]

    outcome = run(game, "l2", strength, constraints=cap)
    assert (outcome.model <= 0.4 + 1e-6).all()
    lie = run(game.reported(0, np.eye(6)[2], 9.0), "l2", strength, constraints=cap)
    value = game.sizes[0] * (game.rewards[0] @ lie.model)
    assert value - lie.payments[0] <= outcome.utilities[0] + 1e-5
    assert (outcome.payments >= -1e-5).all()


# Refusals


@pytest.mark.parametrize(
    "rule",
    [md.NashWelfare("kl", 1.0), md.Egalitarian("l2", 1.0), md.AlphaFair("kl", 1.0, 2.0), "kl"],
    ids=repr,
)
def test_rules_that_are_no_affine_maximizers_are_refused_with_the_reason(rule):
    words = "does not maximise Σ w_i v_i − λD.*would not make truth a dominant strategy.*Use Social"
    with pytest.raises(InvalidInput, match=words):
        md.Mechanism(rule, md.AffineMaximizer()).run(random_game())


def test_the_closed_form_is_refused_for_other_divergences():
    with pytest.raises(InvalidInput, match='"exponential" is the closed form of KL'):
        run(random_game(), "l2", 1.0, solver="exponential")


# The published table (math.md §4), in a quick version


def test_the_published_table_of_misreports():
    """Moving e from the worst to the best outcome helps without payments, hurts with them."""
    rng, rule = np.random.default_rng(2024), md.SocialWelfare("kl", 0.2)
    mechanism = md.Mechanism(rule, md.AffineMaximizer())
    moves = [0.001, 0.005, 0.02, 0.1]
    gains, losses, draws = np.zeros(4), np.zeros(4), 200
    for _ in range(draws):
        rewards = rng.random((3, 10))
        rewards /= rewards.sum(axis=1, keepdims=True)
        game = md.Game(np.full(10, 0.1), rewards, rng.integers(1, 11, 3))
        truth = mechanism.run(game)
        best, worst = rewards[0].argmax(), rewards[0].argmin()
        for k, e in enumerate(moves):
            lie, moved = rewards[0].copy(), min(e, rewards[0, worst])
            lie[best] += moved
            lie[worst] -= moved
            model = rule.train(game.reported(0, lie)).model
            gain = game.sizes[0] * (rewards[0] @ (model - truth.model))
            assert gain > 0.0
            gains[k] += gain / draws
            losses[k] += truth.regret(0, lie) / draws
    assert (losses > 0.0).all()
    assert_allclose(1e2 * gains, [0.1073, 0.4881, 1.3674, 1.8154], rtol=0.2)
    assert_allclose(1e4 * losses, [0.1064, 2.3696, 23.7334, 55.8977], rtol=0.3)


def test_kl_payment_by_hand():
    """Two outcomes, uniform, one group: p = λ KL(π‖½), π = e^{1/λ}/(1 + e^{1/λ})."""
    game = md.Game([0.5, 0.5], [[1.0, 0.0]])
    for strength in (0.2, 1.0, 5.0):
        p = 1 / (1 + np.exp(-1 / strength))
        payment = strength * (p * np.log(2 * p) + (1 - p) * np.log(2 * (1 - p)))
        assert_allclose(run(game, "kl", strength).payments, [payment], rtol=1e-13)
