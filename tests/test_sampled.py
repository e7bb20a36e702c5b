"""Sampled candidates: error bars cover the exact answer, by two routes, and truth stays best."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from strategies import games_and_misreports

from mdsolve import (
    DIVERGENCES,
    AffineMaximizer,
    FiniteMenu,
    InvalidInput,
    Mechanism,
    SocialWelfare,
)
from mdsolve.games.sequences import TokenTree
from mdsolve.sampled import SampledGame, sampled_game, sampled_outcome

RATIOS = sorted(DIVERGENCES.keys() - {"l2"})


def mechanism(divergence="kl", strength=0.5):
    return Mechanism(SocialWelfare(divergence, strength), AffineMaximizer())


def numbers(outcome):
    middle = 0.5 * (outcome.lower + outcome.upper)
    return np.concatenate((outcome.values, outcome.payments, outcome.utilities, [middle]))


def bars(errors):
    return np.concatenate((errors.values, errors.payments, errors.utilities, [errors.optimum]))


@pytest.fixture(scope="module")
def language():
    """Return a tree of 31 sequences, its game of three groups, and a flatter sampler."""
    rng = np.random.default_rng(7)
    tree = TokenTree.from_callable(
        lambda prefix: np.log([0.5, 0.3, 0.2] if len(prefix) % 2 else [0.2, 0.5, 0.3]), 4, end=2
    )
    rewards = rng.random((3, tree.leaves.size))
    sampler = np.exp(0.6 * tree.log_reference)
    return tree, tree.game(rewards, [3, 2, 1]), sampler / sampler.sum()


def drawn(language, draws, seed) -> SampledGame:
    tree, game, sampler = language
    at = np.random.default_rng(seed).choice(sampler.size, size=draws, p=sampler)
    return sampled_game(
        tree.log_reference[at], np.log(sampler)[at], game.rewards[:, at], game.sizes
    )


@pytest.mark.parametrize(
    ("divergence", "trials"), [(name, 100 if name == "kl" else 30) for name in RATIOS]
)
def test_error_bars_cover_the_exact_answer(language, divergence, trials):
    """Squared errors in units of the bars add up to chi-squared, within its 99.9% band."""
    from scipy.stats import binom, chi2

    run = mechanism(divergence)
    exact = numbers(run.run(language[1]))
    errors = []
    for seed in range(trials):
        found = sampled_outcome(run, drawn(language, 3000, seed), errors="influence")
        errors.append((numbers(found.outcome) - exact) / bars(found.errors))
    squared = np.square(errors).sum(axis=0)
    low, high = chi2.ppf([0.0005, 0.9995], trials)
    assert (squared > low).all()
    assert (squared < high).all()
    covered = (np.abs(errors) < 1.96).sum(axis=0)
    assert (covered >= binom.ppf(0.0005, trials, 0.95)).all()


@pytest.mark.parametrize("divergence", RATIOS)
def test_the_bootstrap_agrees_with_the_influence_function(language, divergence):
    sampled = drawn(language, 1500, seed=1)
    replicates = 200
    run = mechanism(divergence)
    influence = sampled_outcome(run, sampled, errors="influence")
    bootstrap = sampled_outcome(run, sampled, errors="bootstrap", replicates=replicates, seed=2)
    assert (influence.errors.method, bootstrap.errors.method) == ("influence", "bootstrap")
    noise = 1.0 / np.sqrt(2.0 * replicates)
    assert_allclose(bars(bootstrap.errors), bars(influence.errors), rtol=4.0 * noise + 0.02)


@settings(max_examples=20)
@given(st.sampled_from(RATIOS), st.integers(0, 10_000), st.sampled_from([0.3, 1.0, 10.0]))
def test_a_draws_influence_is_the_derivative_in_its_weight(divergence, seed, strength):
    """Drawing k a little more often multiplies its weight: √Σ (d/d log weight)² is the error."""
    rng = np.random.default_rng(seed)
    draws, step = 5, 1e-4
    logs, rewards = -rng.random(draws), rng.random((2, draws))
    run = mechanism(divergence, strength)

    def estimates(change):
        return numbers(sampled_outcome(run, sampled_game(logs + change, 0 * logs, rewards)).outcome)

    moves = [
        (estimates(step * unit) - estimates(-step * unit)) / (2.0 * step) for unit in np.eye(draws)
    ]
    found = sampled_outcome(run, sampled_game(logs, 0 * logs, rewards)).errors
    expected = np.linalg.norm(moves, axis=0) * np.sqrt(draws / (draws - 1))
    assert_allclose(bars(found), expected, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize("divergence", RATIOS)
def test_all_outcomes_drawn_once_give_the_exact_answer(language, divergence):
    tree, game, _ = language
    uniform = np.full(tree.leaves.size, -np.log(tree.leaves.size))
    sampled = sampled_game(tree.log_reference, uniform, game.rewards, game.sizes)
    found = sampled_outcome(mechanism(divergence), sampled)
    assert_allclose(numbers(found.outcome), numbers(mechanism(divergence).run(game)), rtol=1e-11)


@given(games_and_misreports(min_outcomes=2), st.sampled_from(RATIOS), st.data())
def test_with_the_draws_kept_no_misreport_gains(drawn, divergence, data):
    game, (group, reward, size) = drawn
    m = game.shape[1]
    at = np.array(data.draw(st.lists(st.integers(0, m - 1), min_size=2, max_size=9)))
    sampled = sampled_game(
        game.log_reference[at], np.zeros(at.size), game.rewards[:, at], game.sizes
    )
    lie = sampled.reported(group, reward[at], size)
    assert lie.log_weights is sampled.log_weights
    run = mechanism(divergence)
    truth = run.run(sampled.game)
    told = run.run(lie.game)
    worth = game.sizes[group] * sampled.game.rewards[group] @ told.model - told.payments[group]
    scale = 1.0 + np.abs(sampled.game.combined()).max()
    assert worth <= truth.utilities[group] + 1e-12 * scale


def test_a_constant_on_all_logarithms_and_the_order_of_draws_do_not_matter(language):
    sampled = drawn(language, 200, seed=3)
    order = np.random.default_rng(0).permutation(200)
    other = sampled_game(
        sampled.log_weights[order] - 4000.0,
        np.full(200, 1e3),
        sampled.game.rewards[:, order],
        sampled.game.sizes,
    )
    one, two = (sampled_outcome(mechanism(), each) for each in (sampled, other))
    assert_allclose(numbers(one.outcome), numbers(two.outcome), rtol=1e-10)
    assert_allclose(bars(one.errors), bars(two.errors), rtol=1e-10)


def test_more_draws_shrink_the_monte_carlo_error_alone(language):
    few, many = (sampled_outcome(mechanism(), drawn(language, n, seed=4)) for n in (1000, 16000))
    assert_allclose(bars(few.errors) / bars(many.errors), 4.0, rtol=0.15)
    widths = [each.outcome.payment_upper - each.outcome.payment_lower for each in (few, many)]
    assert max(map(np.max, widths)) < 1e-12 < bars(many.errors).min()


def test_sample_sizes_are_those_of_weights():
    sampled = sampled_game(np.log([0.5, 0.25, 0.25]), np.zeros(3), [[0.0, 0.0, 0.0]])
    assert sampled.effective_sample_size == pytest.approx(1.0 / 0.375)
    found = sampled_outcome(mechanism(), sampled)
    assert found.effective_sample_size == pytest.approx(1.0 / 0.375)
    assert_allclose(found.errors.payments, 0.0, atol=1e-15)


def test_a_text_drawn_again_is_told_apart_and_an_outcome_shows_both_errors():
    sampled = sampled_game([-1.0, -2.0, -1.0], [-1.0] * 3, [[1, 0, 1]], outcomes=["a", "b", "a"])
    assert sampled.game.outcomes == ("a", "b", "a (draw 2)")
    assert "3 draws, effective sample size" in repr(sampled)
    shown = repr(sampled_outcome(mechanism(), sampled))
    assert "± one standard error (influence)" in shown
    assert "(numerical " in shown


def test_other_payments_are_bootstrapped(language):
    class Wrapped:
        def settle(self, *arguments, **options):
            return AffineMaximizer().settle(*arguments, **options)

    sampled = drawn(language, 100, seed=5)
    run = Mechanism(SocialWelfare("kl", 1.0), Wrapped())
    found = sampled_outcome(run, sampled, replicates=5, seed=1)
    same = sampled_outcome(
        mechanism(strength=1.0), sampled, errors="bootstrap", replicates=5, seed=1
    )
    assert found.errors.method == "bootstrap"
    assert_allclose(bars(found.errors), bars(same.errors), rtol=1e-12)
    with pytest.raises(InvalidInput, match='no influence function .* Use errors="bootstrap"'):
        sampled_outcome(run, sampled, errors="influence")


PAIR = sampled_game([-1.0, -2.0], [-1.0, -1.0], [[1.0, 0.0]])


@pytest.mark.parametrize(
    ("ask", "wording"),
    [
        (lambda: sampled_game([-1.0], [-1.0], [[1.0]]), "1 draws. Error bars need at least two"),
        (lambda: sampled_game([-1, -np.inf], [-1, -1], [[1, 0]]), "draw 1 has -inf. .* drop it"),
        (lambda: sampled_game([-1, -1], [np.nan, -1], [[1, 0]]), "log_sampler: draw 0 has nan"),
        (lambda: sampled_game([-1, -1], [-1, -1, -1], [[1, 0]]), r"log_sampler: shape \(3,\), but"),
        (lambda: sampled_game([[-1, -1]], [-1, -1], [[1, 0]]), r"log_reference: shape \(1, 2\)"),
        (lambda: sampled_outcome(mechanism("l2"), PAIR), "SquaredL2.* is not a mean of a function"),
        (lambda: sampled_outcome(mechanism(), PAIR, errors="jackknife"), "'jackknife' is unknown"),
        (
            lambda: sampled_outcome(mechanism(), PAIR, errors="bootstrap", replicates=1),
            "replicates: 1. A standard error needs at least two",
        ),
        (
            lambda: sampled_outcome(
                Mechanism(FiniteMenu([[1.0]], [0.0], 1.0), AffineMaximizer()), PAIR
            ),
            "a finite menu has its own values",
        ),
    ],
)
def test_bad_samples_are_refused(ask, wording):
    with pytest.raises(InvalidInput, match=wording):
        ask()
