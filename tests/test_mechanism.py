"""An outcome is frozen, shows itself safely, and says what every lie would lose."""

from __future__ import annotations

import json
from itertools import count, islice

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal
from oracles import TWINS, GameTwin, allowed
from scipy import sparse
from strategies import games

import mdsolve as md
from mdsolve.errors import InvalidInput

NAMES = list(TWINS)
GROUPS, OUTCOMES = ["<kind>", "brief & blunt"], ["<b>yes</b>", "no", 'per"haps']
RULE = md.SocialWelfare("kl", 0.5)
MECHANISM = md.Mechanism(RULE, md.AffineMaximizer())
MENU = md.FiniteMenu([[1.0, 0.0], [0.4, 0.9]], [0.2, 0.1], 1.0)


def labelled():
    return md.Game(
        [0.5, 0.3, 0.2],
        [[1.0, 0.0, 0.25], [0.0, 1.0, 0.5]],
        [2.0, 1.0],
        outcomes=OUTCOMES,
        groups=GROUPS,
    )


def run(game=None, mechanism=MECHANISM, **options):
    return mechanism.run(game or labelled(), **options)


def by_menu():
    return md.Mechanism(MENU, md.AffineMaximizer()).run(md.Game([1.0], [[0.0], [0.0]], [2.0, 1.0]))


# What an outcome says


@given(games(tiny_masses=True, signed=True))
def test_an_outcome_is_consistent(game):
    outcome = run(game)
    n, m = game.shape
    assert outcome.model.shape == (m,)
    assert outcome.payments.shape == outcome.utilities.shape == (n,)
    assert outcome.payment_lower.shape == outcome.payment_upper.shape == (n,)
    assert outcome.lower <= outcome.upper
    assert_array_equal(outcome.values, game.rewards @ outcome.model)
    assert outcome.training is outcome.settlement.training
    paid = game.sizes * outcome.values - outcome.utilities
    size = float(game.sizes @ np.abs(game.reward_bounds).max(axis=1))
    assert_allclose(paid, outcome.payments, atol=1e-14 * size)


def test_an_outcome_is_frozen():
    outcome = run()
    for change in (
        lambda: setattr(outcome, "game", None),
        lambda: setattr(outcome.training, "model", None),
        lambda: setattr(outcome.settlement, "payments", None),
        lambda: setattr(MECHANISM, "rule", None),
    ):
        with pytest.raises(AttributeError):
            change()
    for array in (
        *(outcome.model, outcome.payments, outcome.utilities),
        *(outcome.payment_lower, outcome.payment_upper, outcome.training.weights),
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0


def test_rules_and_mechanisms_are_equal_by_what_they_do_and_outcomes_by_identity():
    twin = md.Mechanism(md.SocialWelfare(md.KL(), 0.5), md.AffineMaximizer())
    assert twin == MECHANISM
    assert hash(twin) == hash(MECHANISM)
    assert md.SocialWelfare("kl", 0.4) != RULE != md.Egalitarian("kl", 0.5)
    assert md.AlphaFair("kl", 1.0, 2.0) != md.AlphaFair("kl", 1.0, 3.0)
    assert md.AlphaFair("kl", 1.0, 2.0) == md.AlphaFair("kl", 1, 2)
    assert len({md.AlphaFair("kl", 1.0, alpha) for alpha in (2, 2.0, 3)}) == 2
    one, two = run(), run()
    assert one != two
    assert one.training != two.training
    assert len({one, two, one}) == 2
    assert one in (two, one)


def test_repr_and_html_show_the_numbers_and_escape_the_labels():
    outcome = run()
    shown = repr(outcome)
    assert "SocialWelfare(KL(), strength=0.5), paid by AffineMaximizer()" in shown
    assert f"gap {outcome.training.gap:.1e}" in shown
    assert f"{outcome.payments[0]:.4g}" in shown
    assert "<kind>" in shown
    html = outcome._repr_html_()
    for label in (*GROUPS, OUTCOMES[0], OUTCOMES[2]):
        assert label not in html
    assert "&lt;b&gt;yes&lt;/b&gt;" in html
    assert "&lt;kind&gt;" in html
    assert "brief &amp; blunt" in html
    assert html.count("<table>") == html.count("</table>") == 2
    assert f"{outcome.payments[0]:.4g}" in html


def test_long_outcomes_are_cut_but_say_so():
    game = md.Game(np.full(50, 0.02), np.linspace(0, 1, 400).reshape(8, 50))
    shown = repr(run(game))
    assert "and 44 more" in shown
    assert "and 2 more" in shown
    assert len(shown.splitlines()) < 25
    assert "entry 0" in repr(by_menu())


def test_tables_by_outcome_and_by_group():
    outcome = run()
    table = outcome.table().to_pydict()
    assert table["outcome"] == OUTCOMES
    assert_array_equal(table["model"], outcome.model)
    assert_array_equal(table["reference"], outcome.game.reference)
    assert_array_equal(table["combined_reward"], [2.0, 1.0, 1.0])
    table = outcome.table("group").to_pydict()
    assert table["group"] == GROUPS
    assert_array_equal(table["payment"], outcome.payments)
    assert_array_equal(table["payment_lower"], outcome.payment_lower)
    assert_array_equal(table["payment_upper"], outcome.payment_upper)
    assert_array_equal(table["utility"], outcome.utilities)
    with pytest.raises(InvalidInput, match="by: 'prompt' is not a row of a table. Use"):
        outcome.table("prompt")
    entries = by_menu().table().to_pydict()
    assert entries["model"] == [0.0, 1.0] or entries["model"] == [1.0, 0.0]


def test_a_dictionary_survives_json():
    outcome = run()
    read = json.loads(json.dumps(outcome.to_dict(prompt="why?"), allow_nan=False))
    assert read["prompt"] == "why?"
    assert read["outcomes"] == OUTCOMES
    assert read["groups"] == GROUPS
    assert_array_equal(read["model"], outcome.model)
    assert read["payments"] == dict(zip(GROUPS, outcome.payments.tolist(), strict=True))
    assert read["utilities"] == dict(zip(GROUPS, outcome.utilities.tolist(), strict=True))
    assert read["lower"] <= read["upper"]
    for group in GROUPS:
        low, high = read["payment_intervals"][group]
        assert low <= read["payments"][group] <= high


# Regrets and counterfactuals


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("group", [1, GROUPS[1]])
def test_regret_of_every_kind_of_lie(name, group):
    """By label or index; reward alone, size alone, both: Φ's Bregman divergence in mpmath."""
    game = labelled()
    outcome = run(game, md.Mechanism(md.SocialWelfare(name, 4.0), md.AffineMaximizer()))
    twin, lie = GameTwin(game, name, 4.0), np.array([0.3, 0.1, 0.9])
    truth = game.rewards[1]
    for arguments, reward, size in (
        ((lie,), lie, 1.0),
        ((lie, 2.5), lie, 2.5),
        ((None, 2.5), truth, 2.5),
        ((list(lie), 1), lie, 1.0),
    ):
        exact = float(twin.regret(1, reward, size))
        assert exact > 0.0
        assert_allclose(outcome.regret(group, *arguments), exact, rtol=1e-11)
    assert_allclose(outcome.regret(group, size=3.0), float(twin.regret(1, truth, 3.0)), rtol=1e-11)
    assert outcome.regret(group) == 0.0
    assert outcome.regret(group, truth, 1.0) == 0.0
    assert outcome.regret(group, truth + 7.0) <= 1e-28


def test_regret_of_sparse_rewards_equals_that_of_dense_ones():
    game = labelled()
    thin = md.Game(game.reference, sparse.csc_array(game.rewards), game.sizes)
    for arguments in (([0.2, 0.2, 0.9],), (None, 3.0)):
        one, two = (run(each).regret(0, *arguments) for each in (thin, game))
        assert_allclose(one, two, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_counterfactuals_are_the_models_without_each_group(name):
    game = labelled()
    mechanism = md.Mechanism(md.SocialWelfare(name, 0.5), md.AffineMaximizer())
    outcome = run(game, mechanism)
    assert outcome.counterfactuals.shape == game.shape
    for group in range(2):
        without = mechanism.rule.train(game.without(group)).model
        assert_allclose(outcome.counterfactuals[group], without, rtol=1e-12)
    alone = run(md.Game([0.5, 0.5], [[1.0, 0.0]]), mechanism)
    assert_allclose(alone.counterfactuals, [[0.5, 0.5]], rtol=1e-14)
    with pytest.raises(InvalidInput, match="a finite menu trains no models. Compare"):
        _ = by_menu().counterfactuals


@given(games(tiny_masses=True, signed=True, min_groups=2))
def test_a_dropped_group_and_a_silent_one_are_the_same(game):
    silent = run(game.reported(0, np.zeros(game.shape[1])))
    assert silent.payments[0] == 0.0
    dropped = run(game.without(0))
    assert_allclose(silent.model, dropped.model, rtol=20 * allowed(game, 0.5), atol=1e-300)


# Many games


def test_run_many_is_lazy():
    seen = []

    def endless():
        for k in count():
            seen.append(k)
            yield md.Game([0.5, 0.5], [[float(k), 0.0]])

    outcomes = MECHANISM.run_many(endless())
    assert seen == []
    first = list(islice(outcomes, 3))
    assert seen == [0, 1, 2]
    assert first[0].payments.tolist() == [0.0]
    assert first[2].model[0] > first[1].model[0] > 0.5
    assert next(MECHANISM.run_many([labelled()], solver="multiplier")).training.solver == (
        "multiplier"
    )
    assert list(MECHANISM.run_many([])) == []


# Bad input


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: MECHANISM.run([[1.0]]), "game: list is not a Game. Build one with Game"),
        (lambda: run(solver="gurobi"), "solver 'gurobi': there is none of that name"),
        (lambda: run(tolerance=-1.0), "tolerance: -1.0 is not a positive finite number"),
        (lambda: run(tolerance=float("nan")), "tolerance: nan is not a positive"),
        (lambda: run().regret("polite"), "group 'polite' does not exist. Name one of"),
        (lambda: run().regret(2), "group 2 does not exist.*from 0 to 1"),
        (lambda: run().regret(0, [1.0]), r"group '<kind>': reward: shape \(1,\)"),
        (lambda: run().regret(0, [1.0, np.nan, 0.0]), "outcome 'no': reward is nan"),
        (lambda: run().regret(0, size=0.0), "group '<kind>': size is 0.0"),
        (lambda: run().regret(0, size=-1), "group '<kind>': size is -1.0"),
        (lambda: run().regret(0, size=float("inf")), "group '<kind>': size is inf"),
    ],
)
def test_bad_input_is_refused_by_name(call, words):
    with pytest.raises(InvalidInput, match=words):
        call()
