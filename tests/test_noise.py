"""What noise does: the paper's bounds, sharper ones, and where those fail."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import GameTwin
from strategies import games

import mdsolve as md
from mdsolve.errors import InvalidInput
from mdsolve.incentives.noise import expected_utility, noise_report
from mdsolve.incentives.noises import BoundedNoise, BradleyTerryFit, SampledRatings
from mdsolve.incentives.worst_noise import loss_of, sharp_bound, worst_noise
from mdsolve.plots import draw_noise

GAME = md.Game([0.2, 0.3, 0.5], [[1.0, 0.0, 0.5], [0.0, 1.0, 0.2]], sizes=[2, 1])


@pytest.mark.parametrize("name", md.DIVERGENCES)
@given(games(max_outcomes=4), st.sampled_from([0.05, 0.5, 5.0]), st.floats(1e-3, 1.0))
@settings(max_examples=4)
def test_the_worst_found_is_within_every_bound(name, game, strength, epsilon):
    """[S] Lemma 4.8, Thm 4.9; KL, χ² and squared L2 sharper."""
    rule = md.SocialWelfare(name, strength)
    found = noise_report(rule, game, 0, epsilon, draws=3, trials=1)
    for row in (found.welfare, found.misreport):
        assert row.worst <= row.bound * (1.0 + 1e-9) + 1e-12
        assert np.isfinite(row.sharp) == (name in ("kl", "chi2", "l2"))
    assert found.misreport.paper == pytest.approx(2.0 * game.sizes[0] * epsilon)
    assert found.welfare.paper == pytest.approx(2.0 * game.sizes.sum() * epsilon)
    assert found.welfare.mean <= found.welfare.worst * (1.0 + 1e-9) + 1e-12


@pytest.mark.parametrize("name", md.DIVERGENCES)
@given(games(max_outcomes=4, ties=False), st.integers(0, 2**32 - 1))
@settings(max_examples=3)
def test_what_noise_costs_is_utility_by_its_definition(name, game, seed):
    """w_i <r_i, π̂> − p̂_i with p̂ from what arrived and <r_i, ·> true, in mpmath; the gain is so."""
    strength, epsilon = 0.5, 0.2
    rng = np.random.default_rng(seed)
    arrived = game.rewards[0] + rng.uniform(-epsilon, epsilon, game.shape[1])
    twin, heard = (GameTwin(each, name, strength) for each in (game, game.reported(0, arrived)))
    with mp.workdps(twin.digits):
        value = mp.fdot(map(mp.mpf, game.rewards[0].tolist()), heard.solved.model)
        utility = mp.mpf(float(game.sizes[0])) * value - heard.payment(0)
        lost = float(twin.utility(0) - utility)
    found = loss_of(md.SocialWelfare(name, strength), game, 0)(arrived - game.rewards[0])
    assert found == pytest.approx(lost, rel=1e-9, abs=1e-13)
    assert lost <= 2.0 * float(game.sizes[0]) * epsilon


#: λ = 1, one group of size 1, ε: the loss exceeds ε²/2
BEYOND = {
    "l2": ([0.125] * 8, [0.0] * 8, 0.05, [1, -1, 1, -1, 1, -1, 1, -1]),
    "forward-kl": ([0.1, 0.9], [0.95, 0.0], 0.02, [1, -1]),
    "hellinger": ([0.5, 0.5], [0.0, 0.0], 0.1, [1, -1]),
    "jensen-shannon": ([0.5, 0.5], [0.0, 0.0], 0.1, [1, -1]),
}


@pytest.mark.parametrize("name", BEYOND)
def test_the_bound_of_kl_fails_for_the_other_four(name):
    """B_Φ(c, c + δ) > |δ|²/(2λ), in mpmath."""
    reference, reward, epsilon, signs = BEYOND[name]
    game = md.Game(reference, [reward])
    arrived = np.array(reward) + epsilon * np.array(signs)
    truth = float(GameTwin(game, name, 1.0).regret(0, arrived, 1.0))
    assert truth > 1.05 * sharp_bound(md.SocialWelfare("kl", 1.0), 2, epsilon)
    assert truth <= 2.0 * epsilon


def test_sharper_bounds_are_nearly_attained():
    """ε²/(2λ) by KL, ε²/(4λ) by χ², m ε²/(4λ) by squared L2 at small ε and even m."""
    game = md.Game([0.25] * 4, [[0.0] * 4])
    for name in ("kl", "chi2", "l2"):
        row = noise_report(md.SocialWelfare(name, 1.0), game, 0, 1e-3, draws=2, trials=0).misreport
        assert row.worst == pytest.approx(row.sharp, rel=2e-3)


def test_a_steep_tilt_is_left_to_the_payment():
    loss = loss_of(md.SocialWelfare("kl", 1e-3), GAME, 0)
    for change in ([1.0, -1.0, 0.5], [0.02, -0.02, 0.0]):
        told = GAME.rewards[0] + np.array(change)
        truth = float(GameTwin(GAME, "kl", 1e-3).regret(0, told, 2.0))
        assert loss(np.array(change)) == pytest.approx(truth, rel=1e-9)


def test_the_search_finds_what_all_signs_find(monkeypatch):
    rng = np.random.default_rng(3)
    game = md.Game(rng.dirichlet(np.ones(7)), rng.random((2, 7)))
    for name in ("kl", "hellinger"):
        loss = loss_of(md.SocialWelfare(name, 0.2), game, 0)
        every = worst_noise(loss, 7, 0.2)[0]
        monkeypatch.setattr("mdsolve.incentives.worst_noise.EXHAUSTIVE", 2)
        searched, where = worst_noise(loss, 7, 0.2)
        monkeypatch.undo()
        assert 0.98 * every <= searched <= every * (1.0 + 1e-9)
        assert loss(where) == searched
        assert np.abs(where).max() <= 0.2


@pytest.mark.parametrize("noise", [BoundedNoise(0.3), SampledRatings(7), BradleyTerryFit(9)])
def test_no_lie_gains_more_in_expectation_than_noise_costs_the_truth(noise):
    """Thm 4.9's proof: E u ≤ Φ(c) − Φ(c₋ᵢ), which the truth misses by E B_Φ(c, ĉ)."""
    rule = md.SocialWelfare("kl", 0.2)
    exact = md.Mechanism(rule, md.AffineMaximizer()).run(GAME).utilities[0]
    truth = expected_utility(rule, GAME, 0, noise, draws=60)
    assert truth.mean < exact
    epsilon = noise.bound(GAME.rewards[0])
    for lie in np.eye(3):
        told = expected_utility(rule, GAME, 0, noise, lie, draws=60)
        assert told.mean <= exact
        assert told.mean - truth.mean <= 4.0 * epsilon


def test_sampled_ratings_are_unbiased_and_within_hoeffding():
    noise, reward = SampledRatings(40), np.array([0.0, 0.3, 1.0])
    drawn = noise.draw(reward, 4000, np.random.default_rng(0))
    np.testing.assert_allclose(drawn.mean(axis=0), reward, atol=0.01)
    assert drawn[:, [0, 2]].std() == 0.5  # certain ratings have no noise
    outside = np.abs(drawn - reward).max(axis=1) > noise.bound(reward, 0.9)
    assert outside.mean() <= 0.1
    assert noise.bound(reward) == 1.0


def test_the_fit_is_that_of_comparisons():
    """The batched Newton of the noise agrees with `bradley_terry`."""
    noise = BradleyTerryFit(12, ridge=0.3)
    rng = np.random.default_rng(1)
    wins = np.triu(rng.binomial(12, 0.7, (3, 4, 4)), 1).astype(float)
    wins += np.tril(12 - wins.transpose(0, 2, 1), -1)
    for table, found in zip(wins, noise.fit(wins), strict=True):
        counted = {(x, y): table[x, y] for x in range(4) for y in range(4) if x != y}
        np.testing.assert_allclose(found, md.bradley_terry(counted, ridge=0.3), atol=1e-9)


def test_certain_comparisons_are_fitted():
    """Every comparison won: the ridge alone keeps the fit finite."""
    wins = np.triu(np.full((1, 5, 5), 1000.0), 1)
    found = BradleyTerryFit(1000, ridge=0.01).fit(wins)[0]
    assert (np.diff(found) < 0).all()
    counted = {(x, y): 1000.0 for x in range(5) for y in range(x + 1, 5)}
    np.testing.assert_allclose(found, md.bradley_terry(counted, ridge=0.01), atol=1e-7)


def test_the_report_says_what_it_measured():
    found = noise_report(md.SocialWelfare("kl", 0.5), GAME, "group-0", 0.1, draws=5, trials=3)
    assert found.table().column_names == ["quantity", "paper", "sharp", "worst", "mean", "error"]
    assert "ε = 0.1 (worst by all signs)" in repr(found)
    wide = md.Game([1 / 12] * 12, np.random.default_rng(0).random((1, 12)))
    found = noise_report(md.SocialWelfare("kl", 0.5), wide, 0, 0.1, draws=2, trials=0)
    assert "worst by search" in repr(found)
    assert not found.exhaustive


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epsilon": 0.0}, "epsilon: 0.0 is not positive and finite"),
        ({"epsilon": "much"}, "epsilon: 'much' is not positive and finite"),
        ({"group": "nobody"}, "group 'nobody' does not exist"),
        ({"draws": 1}, "draws: 1 is too few"),
        ({"confidence": 2.0}, "confidence: 2.0 is no probability"),
        ({"rule": md.NashWelfare("kl", 1.0)}, "noise: .* is about SocialWelfare, not NashWelfare"),
    ],
)
def test_refusals(change, message):
    asked = {"rule": md.SocialWelfare("kl", 1.0), "game": GAME, "group": 0, "epsilon": 0.1}
    with pytest.raises(InvalidInput, match=message):
        noise_report(**asked | change)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: SampledRatings(0), "ratings: 0 is not positive"),
        (lambda: SampledRatings(5, 1.0, 1.0), "not an interval. Give lowest < highest"),
        (lambda: SampledRatings(5).bound(np.array([0.5, 2.0])), "outcome 1: reward 2 is not the"),
        (lambda: BradleyTerryFit(5, ridge=0.0), "ridge: 0.0 is not positive"),
    ],
)
def test_refused_noise(build, message):
    with pytest.raises(InvalidInput, match=message):
        build()


def test_picture():
    rule = md.SocialWelfare("hellinger", 0.5)
    reports = [noise_report(rule, GAME, 0, e, draws=3, trials=1) for e in (0.01, 0.1)]
    figure = draw_noise.draw(reports)
    figure.canvas.draw()
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["Loss of welfare", "Gain from misreporting"]
    with pytest.raises(InvalidInput, match="fewer than two"):
        draw_noise.draw(reports[:1])
