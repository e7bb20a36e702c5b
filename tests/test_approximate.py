"""Payments from unfinished training: what they risk, proved and searched for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import GameTwin
from strategies import games, games_and_misreports

import mdsolve as md
from mdsolve.errors import InvalidInput
from mdsolve.payments.approximate import Checkpoints, EarlyStopped
from mdsolve.payments.approximation import AFFINE, CHECKPOINTS, EARLY, approximation_table
from mdsolve.payments.training_runs import trajectory
from mdsolve.plots import draw_training

GAME = md.Game([0.2, 0.3, 0.5], [[1.0, 0.0, 0.5], [0.0, 1.0, 0.2]], sizes=[2, 1])
NAMES = st.sampled_from(sorted(md.DIVERGENCES))
STRENGTHS = st.sampled_from([0.05, 0.3, 2.0])


def rounding(game, strength=0.0):
    return 1e-11 * (1.0 + strength + float(game.sizes @ np.abs(game.reward_bounds).max(axis=1)))


@given(games_and_misreports(), NAMES, STRENGTHS, st.integers(1, 8), st.integers(1, 12))
@settings(max_examples=15)
def test_no_misreport_gains_more_than_the_gap(drawn, name, strength, steps, pivot_steps):
    """math.md §9: the certified gap at the truth bounds every misreport's gain (H2)."""
    game, (group, reward, size) = drawn
    rule, payment = md.SocialWelfare(name, strength), EarlyStopped(steps, pivot_steps)
    outcome = md.Mechanism(rule, payment).run(game)
    loud = reward + 3.0 * game.combined() / game.sizes[group]
    for report in (reward, loud):
        gain = -outcome.regret(group, report, size)
        assert gain <= outcome.training.gap + rounding(game, strength)
    assert outcome.utilities.min() >= -outcome.training.gap - rounding(game, strength)


@given(games(ties=False), st.sampled_from([0.3, 2.0]), st.integers(1, 15))
@settings(max_examples=15)
def test_under_kl_some_misreport_gains_the_whole_gap(game, strength, steps):
    """The bound is attained: with a = 1 − (1 − ηλ)^k report r + (1/a − 1) c/w."""
    rule, group = md.SocialWelfare("kl", strength), 0
    payment = EarlyStopped(steps, 3)
    left = 0.9**steps
    told = game.rewards[group] + left / (1.0 - left) * game.combined() / game.sizes[group]
    gain = -md.Mechanism(rule, payment).run(game).regret(group, told)
    missing = rule.train(game).lower - trajectory(rule, game, steps).lower[-1]
    assert gain == pytest.approx(missing, rel=1e-9, abs=rounding(game))


@given(games_and_misreports(), NAMES, STRENGTHS)
@settings(max_examples=12)
def test_early_stopped_pivots_keep_truth_dominant_when_the_model_is_exact(drawn, name, strength):
    game, (group, reward, size) = drawn
    outcome = md.Mechanism(md.SocialWelfare(name, strength), EarlyStopped(None, 2)).run(game)
    regret = outcome.regret(group, reward, size)
    exact = md.Mechanism(md.SocialWelfare(name, strength), md.AffineMaximizer()).run(game)
    assert regret >= -rounding(game, strength)
    assert regret == pytest.approx(
        exact.regret(group, reward, size), rel=1e-7, abs=rounding(game, strength)
    )
    assert (outcome.payments <= exact.payments + rounding(game, strength)).all()


@given(games(), NAMES, STRENGTHS, st.integers(1, 20), st.integers(1, 6))
@settings(max_examples=15)
def test_checkpoints_pay_nobody_and_harm_nobody(game, name, strength, steps, every):
    """H1: 0 ≤ p_i ≤ its exact pivot's, and with r_i ≥ 0 every truthful utility is ≥ 0."""
    rule = md.SocialWelfare(name, strength)
    outcome = md.Mechanism(rule, Checkpoints(steps, every=every)).run(game)
    assert (outcome.payments >= 0.0).all()
    assert (outcome.utilities >= -rounding(game, strength)).all()
    saved = trajectory(rule, game, steps, every=every).models
    assert any(np.array_equal(outcome.model, model) for model in saved)


@given(games(max_outcomes=5), NAMES, st.sampled_from([0.3, 2.0]), st.integers(1, 20))
@settings(max_examples=15)
def test_intervals_hold_the_payment_with_an_exact_pivot(game, name, strength, steps):
    """Φ(c₋ᵢ) − F(π; c₋ᵢ), in mpmath for Φ."""
    rule = md.SocialWelfare(name, strength)
    for payment in (Checkpoints(steps), EarlyStopped(steps, steps)):
        outcome = md.Mechanism(rule, payment).run(game)
        twin = GameTwin(game, name, strength)
        for group in range(game.shape[0]):
            silent = game.reported(group, np.zeros(game.shape[1]))
            phi = rule.value_function(silent)
            others = phi.objective(outcome.model, phi.combine(silent.sizes))
            pivot = float(twin.without(group).value) - others
            slack = rounding(game, strength)
            assert outcome.payment_lower[group] - slack <= pivot
            assert pivot <= outcome.payment_upper[group] + slack


def test_checkpoints_let_a_misreport_gain_after_any_training():
    """H1 is not truthful: the report moves the checkpoints, and training on does not help."""
    found = approximation_table(md.SocialWelfare("kl", 0.3), GAME, [200], every=5, trials=8)
    by = {row.payment: row for row in found.rows}
    assert by[AFFINE].gain <= by[AFFINE].gap < 1e-10
    assert by[CHECKPOINTS].gap < 1e-10
    assert 0.01 < by[CHECKPOINTS].gain <= by[CHECKPOINTS].gain_bound


def test_an_early_stopped_payment_may_be_negative():
    game = md.Game([0.5, 0.5], [[1.0, 0.9], [1.0, 0.0]], sizes=[1, 5])
    outcome = md.Mechanism(md.SocialWelfare("kl", 0.5), EarlyStopped(None, 1)).run(game)
    assert outcome.payments[0] < -0.1


def test_participation_fails_by_at_most_the_gap_when_the_pivot_is_trained_longer():
    game = md.Game([0.5, 0.5], [[0.1, 0.0], [1.0, 0.0]], sizes=[1, 5])
    outcome = md.Mechanism(md.SocialWelfare("kl", 0.5), EarlyStopped(1, 200)).run(game)
    assert -outcome.training.gap <= outcome.utilities[0] < -0.1


def test_the_table_measures_within_its_bounds():
    done = []
    rule = md.SocialWelfare("hellinger", 0.3)
    found = approximation_table(
        rule, GAME, [2, 8], trials=15, progress=lambda now, total: done.append((now, total))
    )
    assert done == [(k, 6) for k in range(1, 7)]
    for row in found.rows:
        assert -rounding(GAME) <= row.gain <= row.gain_bound + rounding(GAME)
        assert row.participation <= row.gap + rounding(GAME)
    assert [(r.runs, r.total_steps) for r in found.of(EARLY)] == [(3, 4), (3, 12)]
    assert [(r.runs, r.total_steps) for r in found.of(CHECKPOINTS)] == [(1, 2), (1, 8)]
    assert found.table().column_names[:3] == ["payment", "steps", "pivot_steps"]
    assert len(repr(found).splitlines()) == 7


def test_an_interrupted_table_keeps_its_rows():
    def stop(done, total):
        if done == 3:
            raise KeyboardInterrupt

    rule = md.SocialWelfare("kl", 0.3)
    assert len(approximation_table(rule, GAME, [1, 2], trials=1, progress=stop).rows) == 3


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Checkpoints(steps=0), "steps: 0 is not a positive integer"),
        (lambda: Checkpoints(every=True), "every: True is not a positive integer"),
        (lambda: EarlyStopped(pivot_steps=-3), "pivot_steps: -3 is not a positive integer"),
    ],
)
def test_refused_payments(build, message):
    with pytest.raises(InvalidInput, match=message):
        build()


@pytest.mark.parametrize("payment", [Checkpoints(3), EarlyStopped(3, 2), EarlyStopped(None, 2)])
def test_refused_settlements(payment):
    menu = md.FiniteMenu([[1.0, 0.0]], [0.0], 1.0)
    for rule in (md.Egalitarian("kl", 1.0), menu):
        with pytest.raises(InvalidInput, match="is not SocialWelfare.*Train by SocialWelfare"):
            md.Mechanism(rule, payment).run(GAME)
    mechanism = md.Mechanism(md.SocialWelfare("kl", 1.0), payment)
    with pytest.raises(InvalidInput, match="takes no constraints.*AffineMaximizer"):
        mechanism.run(GAME, constraints=lambda model: [model[0] <= 0.5])
    if payment.steps is not None:
        with pytest.raises(InvalidInput, match="not from solver 'scs'. Use solver=\"auto\""):
            mechanism.run(GAME, solver="scs")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": []}, "steps: there are none"),
        ({"steps": [0]}, "steps: 0 is not a positive integer"),
        ({"pivot_share": 1.5}, "pivot_share: 1.5 is not in"),
        ({"trials": -1}, "trials: -1 is negative"),
        ({"groups": ["nobody"]}, "group 'nobody' does not exist"),
    ],
)
def test_refused_tables(change, message):
    with pytest.raises(InvalidInput, match=message):
        approximation_table(md.SocialWelfare("kl", 1.0), GAME, **change)


def test_pictures():
    rule = md.SocialWelfare("forward-kl", 0.3)
    figure = draw_training.draw(trajectory(rule, GAME, 5))
    assert [axes.get_title() for axes in figure.axes] == [
        "Bracket of the optimum",
        "How much training is left",
    ]
    figure.canvas.draw()
    found = approximation_table(rule, GAME, [1, 3], trials=1)
    figure = draw_training.draw_costs(found)
    figure.canvas.draw()
    assert len(figure.axes) == 3
    with pytest.raises(InvalidInput, match="there are no rows"):
        draw_training.draw_costs(type(found)(()))
