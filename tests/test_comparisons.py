"""Fitted rewards are judged by the gradient of the likelihood, and by the package choix."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from mdsolve.comparisons import bradley_terry, rewards_from_comparisons
from mdsolve.errors import InvalidInput
from mdsolve.games import Game


def gradient(wins, rewards, ridge=0.0):
    """Naive twin: the derivative of the penalised log-likelihood, one comparison at a time."""
    total = [-ridge * reward for reward in rewards]
    for (winner, loser), count in wins.items():
        surprise = count / (1 + mpmath.exp(mpmath.mpf(rewards[winner]) - rewards[loser]))
        total[winner] += surprise
        total[loser] -= surprise
    return [float(value) for value in total]


def drawn_pairs(outcomes, number, seed):
    rng = np.random.default_rng(seed)
    rewards = rng.normal(size=outcomes)
    circle = [(k, (k + 1) % outcomes) for k in range(outcomes)]
    pairs = [rng.choice(outcomes, 2, replace=False) for _ in range(number)]
    beats = [rng.random() < 1 / (1 + np.exp(rewards[y] - rewards[x])) for x, y in pairs]
    return circle + [
        (int(x), int(y)) if won else (int(y), int(x))
        for (x, y), won in zip(pairs, beats, strict=True)
    ]


@st.composite
def connected_wins(draw):
    """Counts of wins in which a circle guarantees that the maximum exists."""
    m = draw(st.integers(2, 6))
    counts = st.one_of(st.integers(1, 50).map(float), st.floats(1e-3, 1e4))
    wins = {(k, (k + 1) % m): draw(counts) for k in range(m)}
    pairs = st.tuples(st.integers(0, m - 1), st.integers(0, m - 1)).filter(lambda p: p[0] != p[1])
    for pair in draw(st.lists(pairs, max_size=6)):
        wins[pair] = draw(counts)
    return wins


@settings(max_examples=30, deadline=None)
@given(connected_wins(), st.sampled_from([0.0, 1e-6, 0.5]))
def test_the_likelihood_is_flat_at_the_fitted_rewards(wins, ridge):
    rewards = bradley_terry(wins, ridge=ridge)
    assert abs(rewards.sum()) < 1e-12
    assert_allclose(gradient(wins, rewards, ridge), 0.0, atol=1e-10 * max(wins.values()))


@pytest.mark.parametrize(("won", "lost"), [(3, 1), (1e6, 1), (1, 1), (1e-3, 5)])
def test_two_outcomes_in_closed_form(won, lost):
    rewards = bradley_terry({("a", "b"): won, ("b", "a"): lost}, ["a", "b"])
    assert_allclose(np.diff(rewards), np.log(lost / won), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("method", ["opt_pairwise", "ilsr_pairwise"])
def test_agrees_with_choix(method):
    choix = pytest.importorskip("choix")
    for outcomes, number, seed in ((3, 20, 0), (10, 200, 1), (40, 1500, 2)):
        pairs = drawn_pairs(outcomes, number, seed)
        theirs = getattr(choix, method)(outcomes, pairs, alpha=0.0, tol=1e-12)
        assert_allclose(bradley_terry(pairs), theirs - theirs.mean(), atol=1e-6)


@pytest.mark.parametrize("solver", ["ecos", "scs", "clarabel", None])
def test_the_answer_does_not_depend_on_the_solver(solver):
    pairs = drawn_pairs(8, 100, 3)
    assert_allclose(bradley_terry(pairs, solver=solver), bradley_terry(pairs), atol=1e-10)


def test_pairs_triples_and_counts_are_one_record():
    pairs = [("a", "b"), ("a", "b"), ("b", "a")]
    triples = [("a", "b", 2), ("b", "a", 1)]
    counts = {("a", "b"): 2, ("b", "a"): 1, ("a", "c"): 0}
    one = bradley_terry(pairs, ["a", "b"])
    assert_allclose(bradley_terry(triples, ["a", "b"]), one, atol=1e-12)
    with_third = bradley_terry(counts, ["c", "b", "a"], ridge=1e-9)
    assert_allclose(with_third, [0.0, *one[::-1]], atol=1e-8)


def test_several_groups_give_a_game():
    tables = {"kind": drawn_pairs(4, 30, 5), "brief": drawn_pairs(4, 30, 6)}
    rewards = rewards_from_comparisons(tables, range(4))
    assert_allclose(rewards[1], bradley_terry(tables["brief"]), atol=1e-12)
    shifted = rewards - rewards.min(axis=1, keepdims=True)
    game = Game(np.full(4, 0.25), shifted, groups=tables).normalized("max")
    assert game.groups == ("kind", "brief")


REFUSED = {
    "unbeaten": ([("a", "b"), ("b", "c"), ("c", "b")], {},
                 "'a' never lost to any other outcome.*Add comparisons .* or pass ridge > 0"),
    "never met": ([("a", "b"), ("b", "a")], {}, "'c' never met any other outcome"),
    "none": ([], {}, "there are none. Pass"),
    "zero counts": ({("a", "b"): 0}, {}, "every count is 0"),
    "unknown": ([("a", "z")], {}, r"comparison 0: 'z' is not an outcome. .* \['a', 'b', 'c'\]"),
    "itself": ([("a", "b"), ("b", "b")], {}, "comparison 1: 'b' is compared with itself. Drop"),
    "malformed": (["ab"], {}, r"comparison 0: 'ab'. Each is \(winner, loser\)"),
    "count": ([("a", "b", -1)], {}, "comparison 0: the count is -1. Counts are finite"),
    "count text": ([("a", "b", "x")], {}, "the count is 'x'"),
    "ridge": ([("a", "b")], {"ridge": -1.0}, "ridge: -1.0. It must be finite and at least 0"),
    "solver": ([("a", "b")], {"ridge": 1, "solver": "nope"}, "'nope' is not installed. Choose"),
    "cone": ([("a", "b")], {"ridge": 1, "solver": "osqp"}, "'osqp' failed: .*Leave solver out"),
}  # fmt: skip


@pytest.mark.parametrize(("comparisons", "options", "words"), REFUSED.values(), ids=REFUSED)
def test_bad_comparisons_are_refused(comparisons, options, words):
    with pytest.raises(InvalidInput, match=words):
        bradley_terry(comparisons, ["a", "b", "c"], **options)


def test_refusals_name_the_group_and_ask_for_names():
    with pytest.raises(InvalidInput, match="group 'kind': comparisons: there are none"):
        rewards_from_comparisons({"kind": []}, ["a", "b"])
    with pytest.raises(InvalidInput, match="no group. Pass a mapping"):
        rewards_from_comparisons({}, ["a", "b"])
    with pytest.raises(InvalidInput, match=r"'a' is not a position .*outcomes=\[...\]"):
        bradley_terry([("a", "b")])
