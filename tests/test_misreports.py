"""What misreports gain without payments, and that they gain nothing with them."""

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import mdsolve as md
from mdsolve.games.domains import FiniteTypes, SumNormalized
from mdsolve.games.domains.convex import ConvexDomain
from mdsolve.incentives import published_table as published
from mdsolve.incentives.best_response import best_response
from mdsolve.incentives.misreports import gradient, lower_least, polarize
from mdsolve.incentives.report_curves import polarizing_curve, reporting, scaling_curve
from mdsolve.plots import draw_misreports

DIVERGENCES = sorted(md.DIVERGENCES)
AFFINE = md.AffineMaximizer()


@st.composite
def games(draw, domain, floor=0.02, groups=3):
    """Draw a game of one domain whose rewards are all positive."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    outcomes = draw(st.integers(2, 6))
    rewards = rng.random((groups, outcomes)) + floor
    if draw(st.booleans()):
        rewards[0] = np.round(rewards[0], 1) + 0.1  # ties
    reference = rng.dirichlet(np.full(outcomes, draw(st.sampled_from([0.5, 5.0]))) + 0.01) + 1e-3
    return md.Game(reference / reference.sum(), rewards, rng.integers(1, 10, groups)).normalized(
        domain
    )


strengths = st.sampled_from([0.05, 0.3, 2.0])


@settings(max_examples=60)
@given(games("sum"), st.sampled_from(DIVERGENCES), strengths, st.sampled_from([1e-3, 0.5, 0.999]))
def test_a_polarized_report_gains_without_payments_and_loses_with_them(
    game, divergence, strength, share
):
    """[S] Thm 3.3, repaired: whatever the others report."""
    rule = md.SocialWelfare(divergence, strength)
    reward = game.rewards[0]
    limit = min(1 - reward.max(), reward.min())
    found = polarize(rule, game, 0, share * limit)
    _check(found, game)


@settings(max_examples=60)
@given(games("max"), st.sampled_from(DIVERGENCES), strengths, st.sampled_from([1e-3, 0.5, 1.0]))
def test_a_lowered_least_reward_gains_too(game, divergence, strength, share):
    rule = md.SocialWelfare(divergence, strength)
    _check(lower_least(rule, game, 0, share * game.rewards[0].min()), game)


def _check(found, game):
    rounding = 1e-13 * game.sizes[0]
    assert found.loss >= 0
    constant = np.ptp(game.rewards[0]) == 0
    if constant:
        assert found.promised == "nothing"
        assert found.gain <= rounding
        return
    assert found.promised in ("a gain", "no loss")
    assert found.gain >= -rounding
    if found.promised == "a gain" and found.conditions[-1].number > 1e-6:
        assert found.gain > 0


@settings(max_examples=15)
@given(games("sum"), st.sampled_from(["kl", "l2", "hellinger"]), st.integers(0, 2**32 - 1))
def test_truth_is_best_for_constant_rewards(game, divergence, seed):
    m = game.shape[1]
    flat = game.reported(0, np.full(m, 1 / m))
    play = reporting(md.SocialWelfare(divergence, 0.2), flat, 0)
    for report in np.random.default_rng(seed).dirichlet(np.ones(m), 5):
        assert play(report, 1.0).utility <= play(np.full(m, 1 / m), 1.0).utility + 1e-12


def test_v1_is_false_where_rewards_are_zero():
    """r = (.6, .4, 0): moving from the smallest non-zero lowers the valuation, KL, λ = 1."""
    model = np.array([0.01, 0.30, 0.69])
    rule, reward = md.SocialWelfare("kl", 1.0), np.array([0.6, 0.4, 0.0])
    reference = model * np.exp(-reward)
    game = md.Game(reference / reference.sum(), [reward])
    assert_allclose(rule.train(game).model, model)
    for amount in (1e-4, 0.05, 0.3):
        found = polarize(rule, game, 0, amount, least=1)
        assert found.gain < 0
        assert found.promised == "nothing"
        assert {c.name for c in found.conditions if not c.holds} >= {"every reward positive"}
    with pytest.raises(md.InvalidInput, match=r"at most 0 can be moved.*every reward positive"):
        polarize(rule, game, 0)


def test_v1_is_false_for_nash_welfare():
    rewards = [[0.02, 0.46, 0.51, 0.01], [0.74, 0.23, 0.02, 0.01]]
    game = md.Game([0.40, 0.10, 0.43, 0.07], rewards, [2, 1])
    found = polarize(md.NashWelfare("kl", 0.1), game, 0, 0.009)
    assert_allclose(found.gain / 2, -7.3e-4, rtol=0.01)
    assert found.promised == "nothing"
    assert np.isnan(found.loss)
    assert [c.name for c in found.conditions if not c.holds] == ["social-welfare rule"]
    assert polarize(md.SocialWelfare("kl", 0.1), game, 0, 0.009).gain > 0


@settings(max_examples=40)
@given(games("sum"), st.sampled_from(DIVERGENCES), st.sampled_from([0.5, 2.0]))
def test_the_gradient_is_that_of_the_utility_without_payments(game, divergence, strength):
    rule = md.SocialWelfare(divergence, strength)
    play, reward = reporting(rule, game, 0), np.array(game.rewards[0])
    size, step, found = float(game.sizes[0]), 1e-5, gradient(rule, game, 0)
    if divergence in ("l2", "chi2") and rule.train(game).model.min() < 1e-3:
        return  # a kink may lie within a step
    for x, direction in enumerate(np.eye(reward.size)):
        ends = [play(reward + s * step * direction, size).utility for s in (1, -1)]
        assert_allclose((ends[0] - ends[1]) / (2 * step), found[x], rtol=1e-4, atol=1e-7)
    if divergence == "kl":
        model = rule.train(game).model
        wanted = size**2 * model * (reward - reward @ model) / strength
        assert_allclose(found, wanted, rtol=1e-9, atol=1e-14)


# --- best responses -----------------------------------------------------------------------------


@settings(max_examples=6)
@given(games("sum"), st.sampled_from(DIVERGENCES))
def test_no_report_beats_the_truth_under_affine_payments(game, divergence):
    """[S] Thm 4.2 against an adversary: rewards and sizes."""
    found = best_response(
        md.SocialWelfare(divergence, 0.2),
        game,
        0,
        payment=AFFINE,
        sizes=(1, 3, 9),
        starts=2,
        budget_seconds=0.8,
    )
    assert 0 <= found.gain <= found.error < 1e-9
    assert found.verdict.startswith("unknown (")


@pytest.mark.parametrize("domain", ["sum", "max"])
def test_the_search_reaches_the_best_report_of_a_grid(domain):
    rng = np.random.default_rng(5)
    game = md.Game(rng.dirichlet(np.ones(3)), rng.random((2, 3)), [1, 2]).normalized(domain)
    kind = md.games.domains.DOMAINS[domain]()
    for rule, steps in ((md.SocialWelfare("kl", 0.3), 8), (md.NashWelfare("kl", 0.3), 3)):
        searched = best_response(rule, game, 0, starts=2, budget_seconds=1.5)
        tried = best_response(rule, game, 0, kind.grid(steps, 3), budget_seconds=60.0)
        assert tried.evaluations == len(kind.grid(steps, 3))
        assert searched.gain >= tried.gain - 1e-9
        assert searched.gain > 0
        assert searched.verdict == "refuted"
        assert kind.violation(searched.reward) is None


def test_a_list_of_types_is_tried_whole():
    game = md.Game([0.5, 0.5], [[0.75, 0.25], [0.25, 0.75]])
    types = SumNormalized().grid(10, 2)
    found = best_response(md.SocialWelfare("kl", 1.0), game, 0, types, payment=AFFINE)
    assert (found.evaluations, found.verdict[:11], found.gain) == (11, "verified to", 0.0)


def test_rules_and_payments_of_the_users_own():
    game = md.Game([0.5, 0.5], [[0.75, 0.25], [0.25, 0.75]])
    posted = best_response(
        lambda game: game.rewards[0],
        game,
        0,
        payment=lambda game, model: 0.5 * model[0] ** 2,
        starts=1,
    )
    # max r·x − x₀²/2 has x₀ = r₀ − r₁ = .5
    assert_allclose(posted.reward, [0.5, 0.5], atol=1e-6)
    both = best_response(lambda game: (game.rewards[0], [1.0, 2.0]), game, 1, starts=1)
    assert both.truthful.payment == 2.0


def test_a_domain_of_the_users_own_is_searched_inside():
    """Loudest in 1 ≤ r(0) + r(1) ≤ 1.5 for a favourite outcome is (1.5, 0)."""
    game = md.Game([0.5, 0.5], [[0.75, 0.25], [0.25, 0.75]])
    box = ConvexDomain(([[1.0, 1.0], [-1.0, -1.0]], [1.5, -1.0]))
    found = best_response(md.SocialWelfare("kl", 1.0), game, 0, box, starts=2, budget_seconds=4.0)
    assert_allclose(found.reward, [1.5, 0.0], atol=1e-5)
    paid = best_response(
        md.SocialWelfare("kl", 1.0), game, 0, box, payment=AFFINE, starts=1, budget_seconds=1.0
    )
    assert paid.gain <= paid.error


def test_an_interrupt_keeps_the_best():
    calls = itertools.count()

    def rule(game):
        if next(calls) > 40:
            raise KeyboardInterrupt
        return md.SocialWelfare("kl", 0.5).train(game).model

    game = md.Game([0.5, 0.3, 0.2], [[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
    seen = []
    found = best_response(rule, game, 0, progress=lambda *now: seen.append(now))
    assert found.reason == "interrupted"
    assert found.gain == seen[-1][1] > 0
    short = best_response(md.SocialWelfare("kl", 0.5), game, 0, budget_seconds=0.0)
    assert short.reason == "budget of 0 s used"
    assert short.gain == 0


# --- the finite menu ----------------------------------------------------------------------------


@settings(max_examples=12)
@given(st.data())
def test_a_menu_with_vcg_payments_is_truthful_to_the_last_bit(data):
    """All reports of a grid, integers throughout: no rounding, so no tolerance."""
    cells = st.integers(0, 3)
    values = np.array(data.draw(st.lists(st.tuples(cells, cells), min_size=2, max_size=3)), float)
    costs = [float(data.draw(cells)) for _ in values]
    sizes = [float(data.draw(st.integers(1, 3))) for _ in range(2)]
    menu = md.FiniteMenu(values, costs, 1.0)
    game = md.Game([0.5, 0.5], np.ones((2, 2)), sizes)
    truth = md.Mechanism(menu, AFFINE).run(game)
    assert (truth.utilities >= 0).all()
    for report in itertools.product(range(4), repeat=len(values)):
        for told in (1.0, 3.0):
            lie = md.Mechanism(menu.reported(0, report), AFFINE).run(
                game.reported(0, [1.0, 1.0], told)
            )
            utility = sizes[0] * values[:, 0] @ lie.model - lie.payments[0]
            assert utility <= truth.utilities[0]
    grid = np.array(list(itertools.product(range(4), repeat=len(values))), float)
    found = best_response(menu, game, 0, FiniteTypes(grid, sizes[0]), payment=AFFINE)
    assert found.gain == 0


def test_scaling_a_report_never_helps_with_payments_and_may_without():
    rng = np.random.default_rng(2)
    values, scales = rng.random((20, 3)), np.append(np.geomspace(0.05, 20, 60), 1.0)
    menu, game = md.FiniteMenu(values, rng.random(20) / 4, 1.0), md.Game([1.0], np.ones((3, 1)))
    for group in range(3):
        paid = scaling_curve(md.Mechanism(menu, AFFINE), game, group, scales)
        assert paid.utilities[-1] == paid.truthful
        assert paid.utilities.max() <= paid.truthful * (1 + 1e-14)
        assert_allclose(paid.utilities, paid.valuations - paid.payments)
        free = scaling_curve(menu, game, group, scales)
        assert (np.diff(free.valuations[:-1]) >= 0).all()
    assert free.utilities.max() > free.truthful
    curves = {f"g{k}": paid for k in range(4)}
    figure = draw_misreports.draw_scaling(curves)
    assert [axes.get_title() for axes in figure.axes] == ["g0", "g1", "g2", "g3"]
    assert len(draw_misreports.draw_scaling(free).axes[0].lines) == 3


def test_curves_of_polarized_reports():
    game = md.Game([0.3, 0.4, 0.3], [[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
    rule, amounts = md.SocialWelfare("kl", 0.2), [0.0, 0.05, 0.2, 9.0]
    free = polarizing_curve(rule, game, 0, amounts)
    paid = polarizing_curve(rule, game, 0, amounts, payment=AFFINE)
    assert (np.diff(free.utilities)[:2] > 0).all()
    assert (np.diff(paid.utilities)[:2] < 0).all()
    assert free.utilities[2] == free.utilities[3]
    found = polarize(rule, game, 0, 0.05)
    assert_allclose(free.utilities[1] - free.truthful, found.gain)
    assert_allclose(paid.truthful - paid.utilities[1], found.loss, rtol=1e-9)
    figure = draw_misreports.draw(free, paid)
    assert [axes.get_title() for axes in figure.axes] == ["Without payments", "With payments"]


# --- the published table ------------------------------------------------------------------------


def test_three_groups_at_a_fifth_reproduce_the_published_table_and_five_do_not():
    table = published.published_table(200_000)
    mine = np.array([1e2 * table.valuation, 1e4 * table.utility])
    errors = np.array([1e2 * table.valuation_error, 1e4 * table.utility_error])
    wanted = np.array([published.VALUATION, published.UTILITY])
    assert (np.abs(mine - wanted) <= 4 * errors).all()
    assert np.abs(table.deviations).max() < 0.02
    other = published.published_table(20_000, groups=5)
    assert np.abs(other.deviations).max() > 0.2


def test_the_table_is_that_of_the_mechanism():
    """A draw of the vectorised experiment is the library's own game."""
    rng = np.random.default_rng(7)
    rewards = rng.random((1, 3, 10))
    rewards /= rewards.sum(axis=2, keepdims=True)
    sizes = rng.integers(1, 11, (1, 3)).astype(float)
    found = published._manipulate(rewards, sizes, 0.2)[:, :, 0]
    game, rule = md.Game(np.full(10, 0.1), rewards[0], sizes[0]), md.SocialWelfare("kl", 0.2)
    for place, amount in enumerate(published.AMOUNTS):
        polarized = polarize(rule, game, 0, min(amount, rewards[0, 0].min()))
        assert_allclose(found[:, place], [polarized.gain, -polarized.loss], rtol=1e-9)


def test_the_command_prints_the_table():
    command = [sys.executable, "-W", "error", "-m", "mdsolve.incentives.published_table"]
    done = subprocess.run([*command, "--seeds", "500"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("500 draws, 3 groups, strength 0.2")
    refused = subprocess.run([*command, "--seeds", "1"], capture_output=True, text=True)
    assert refused.returncode == 2
    assert "at least 2 draws" in refused.stderr


# --- refusals -----------------------------------------------------------------------------------


def test_refusals():
    game = md.Game([0.5, 0.5], [[0.75, 0.25], [1.0, 0.5]], groups=["a", "b"])
    rule = md.SocialWelfare("kl", 1.0)
    with pytest.raises(md.InvalidInput, match=r"group 'b': the rewards sum to 1.5"):
        polarize(rule, game, "b")
    with pytest.raises(md.InvalidInput, match=r"group 'a': the largest reward is 0.75"):
        lower_least(rule, game, "a")
    with pytest.raises(md.InvalidInput, match=r"cannot be lowered by 0.6 .*at most 0.5"):
        lower_least(rule, game, "b", 0.6)
    with pytest.raises(md.InvalidInput, match=r"moving 0.3 from outcome '1' \(0.25\)"):
        polarize(rule, game, "a", 0.3)
    with pytest.raises(md.InvalidInput, match=r"no gradient in closed form"):
        gradient(md.NashWelfare("kl", 1.0), game, "a")
    with pytest.raises(md.InvalidInput, match=r"mechanism: 3 with payment None"):
        best_response(3, game, "a")
    with pytest.raises(md.InvalidInput, match=r"not all sum-normalised"):
        best_response(rule, game.reported("a", [2.0, 3.0]), "a")
    with pytest.raises(md.InvalidInput, match=r"'report': the rule returned nan at outcome 0"):
        best_response(lambda game: [np.nan, 1.0], game, "a")
    with pytest.raises(md.InvalidInput, match=r"does not maximise Σ w_i v_i"):
        best_response(md.NashWelfare("kl", 1.0), game, "a", payment=AFFINE)
    with pytest.raises(md.InvalidInput, match=r"scale: \[-1.0\]. Give a list of numbers"):
        scaling_curve(rule, game, "a", [-1.0])
