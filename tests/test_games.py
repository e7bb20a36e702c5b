"""A game keeps what it was given, exactly and without copies, or refuses it by name."""

from __future__ import annotations

import pickle
import tracemalloc
from dataclasses import FrozenInstanceError
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from strategies import games, games_and_misreports

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.labels import DefaultLabels
from mdsolve.precision import exact_sum

HALVES = [0.5, 0.5]
REWARDS = [[1.0, 0.0], [0.0, 2.0]]
NAMES = {"groups": ["kind", "brief"], "outcomes": ["yes", "no"]}


# What is kept


def test_contiguous_floats_are_viewed_and_the_caller_may_still_write():
    rewards, reference, sizes = np.array(REWARDS), np.array(HALVES), np.array([1.0, 3.0])
    game = Game(reference, rewards, sizes)
    for kept, given_ in zip(
        (game.rewards, game.reference, game.sizes), (rewards, reference, sizes), strict=True
    ):
        assert np.shares_memory(kept, given_)
        assert not kept.flags.writeable
        assert given_.flags.writeable
    with pytest.raises(FrozenInstanceError):
        game.sizes = sizes


@pytest.mark.parametrize(
    "convert",
    [np.float32, np.int8, ">f8", bool, object, list, np.asfortranarray, sparse.coo_array],
)
def test_other_kinds_of_numbers_are_converted(convert):
    rewards = np.eye(2, 3)
    other = convert(rewards) if callable(convert) and not isinstance(convert, type) else None
    if other is None:
        build = convert in (list, sparse.coo_array)
        other = convert(rewards) if build else rewards.astype(convert)
    game = Game([0.2, 0.3, 0.5], other)
    dense = game.rewards if isinstance(game.rewards, np.ndarray) else game.rewards.toarray()
    assert dense.dtype == np.float64
    assert_array_equal(dense, rewards)


def test_validation_adds_no_array_of_the_size_of_the_rewards():
    rewards, reference = np.random.default_rng(0).random((10, 200_000)), np.full(200_000, 5e-6)
    Game(reference, rewards)
    tracemalloc.start()
    try:
        Game(reference, rewards)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 0.13 * rewards.nbytes


@given(games(max_outcomes=12, tiny_masses=True, signed=True))
def test_reference_is_divided_by_its_exact_sum(game):
    raw = game.reference * (1 + 3e-10)
    exact = sum(map(Fraction, raw))
    expected = [float(Fraction(mass) / exact) for mass in raw]
    assert_allclose(Game(raw, game.rewards).reference, expected, rtol=3e-16, atol=0)
    assert_array_equal(game.log_reference, np.log(game.reference))


@pytest.mark.parametrize("seed", range(4))
def test_long_sums_keep_what_cancels(seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=70_001) * 10.0 ** rng.integers(-12 * seed - 1, 1, size=70_001)
    assert exact_sum(np.abs(values)) == float(sum(map(Fraction, np.abs(values))))
    for long in (values, np.concatenate([values, -values[::-1], [1e-9]])):
        exact = float(sum(map(Fraction, long)))
        assert abs(exact_sum(long) - exact) <= long.size * 2.0**-90 * np.abs(long).max()
    assert exact_sum(np.zeros(1000)) == 0.0
    assert exact_sum(np.full(1000, 1e305)) == 1e308
    assert np.isnan(exact_sum(np.full(1000, np.nan)))


@given(games(ties=True, signed=True))
def test_bounds_and_combined_reward(game):
    assert_array_equal(game.reward_bounds[:, 0], game.rewards.min(axis=1))
    assert_array_equal(game.reward_bounds[:, 1], game.rewards.max(axis=1))
    scale = game.sizes @ np.abs(game.rewards).max(axis=1)
    assert_allclose(game.combined(), game.sizes @ game.rewards, atol=1e-15 * scale)


@given(games(ties=True, signed=True))
def test_sparse_and_dense_rewards_are_one_game(game):
    twin = Game(game.reference, sparse.csc_array(game.rewards), game.sizes)
    assert_array_equal(twin.reward_bounds, game.reward_bounds)
    assert_allclose(twin.combined(), game.combined(), atol=1e-14)
    report = np.arange(game.shape[1]) / 7
    changed = twin.reported(0, report, 2).rewards.toarray()
    assert_array_equal(changed, game.reported(0, report, 2).rewards)
    if game.shape[0] > 1:
        assert_array_equal(twin.without(0).rewards.toarray(), game.rewards[1:])


def test_sparse_rewards_are_viewed_and_repeated_entries_are_added():
    rewards = sparse.csc_array(np.eye(3))
    assert np.shares_memory(Game(np.full(3, 1 / 3), rewards).rewards.data, rewards.data)
    repeated = sparse.csc_array((np.array([1.0, 2.0]), np.array([0, 0]), np.array([0, 2])))
    assert Game([1.0], repeated).reward_bounds.tolist() == [[3.0, 3.0]]
    assert repeated.nnz == 2


def test_one_outcome_and_default_names():
    game = Game([1.0], [[2.0]])
    assert game.outcomes == ("0",)
    assert repr(game) == "Game(1 group, 1 outcome; sizes group-0=1; rewards from 2 to 2)"
    assert game.log_reference == [0.0]


def test_default_names_cost_nothing_and_behave_as_a_tuple():
    names = DefaultLabels("group-", 10**9)
    assert names[-1] == "group-999999999"
    assert names.index("group-12") == 12
    assert names[2:4] == ("group-2", "group-3")
    assert "group-012" not in names
    assert "12" not in names
    assert repr(names) == "('group-0', 'group-1', ..., 'group-999999999')"
    assert DefaultLabels("", 3) == ("0", "1", "2")


def test_a_game_survives_pickling():
    game = pickle.loads(pickle.dumps(Game(HALVES, REWARDS, [1, 2], **NAMES)))
    assert game.groups == ("kind", "brief")
    assert_array_equal(game.rewards, REWARDS)


# Log-probabilities


@given(
    st.lists(st.floats(-20_000.0, 0.0), min_size=1, max_size=8),
    st.sampled_from([1.0, 1e-3, 1e10]),
)
def test_log_probabilities_are_normalised_whatever_their_spread(logprob, scale):
    import mpmath

    logprob = [value * scale for value in logprob]
    game = Game.from_logprob(logprob, [[0.0] * len(logprob)])
    with mpmath.workdps(40):
        norm = mpmath.log(mpmath.fsum(mpmath.exp(mpmath.mpf(v) - max(logprob)) for v in logprob))
        exact = [mpmath.mpf(v) - max(logprob) - norm for v in logprob]
    assert_allclose(game.log_reference, [float(v) for v in exact], rtol=4e-16, atol=4e-16)
    tiny = [k for k, v in enumerate(game.log_reference) if v < np.log(2.2250738585072014e-308)]
    assert game.underflowed.tolist() == tiny
    assert abs(exact_sum(game.reference) - 1.0) < 1e-15
    assert_array_equal(game.log_reference_block(slice(0, 1)), game.log_reference[:1])


def test_underflow_keeps_the_logarithm():
    game = Game.from_logprob([-1200.0, -6700.0], REWARDS)
    assert game.log_reference.tolist() == [0.0, -5500.0]
    assert game.reference.tolist() == [1.0, 0.0]
    assert game.underflowed.tolist() == [1]
    assert not Game([1 - 1e-300, 1e-300], REWARDS).underflowed.size


# Changed games


@given(games_and_misreports(signed=True))
def test_a_report_replaces_one_row_and_size_only(pair):
    game, (group, reward, size) = pair
    other = game.reported(group, reward, size)
    rows = np.arange(game.shape[0]) != group
    assert_array_equal(other.rewards[group], reward)
    assert_array_equal(other.rewards[rows], game.rewards[rows])
    assert other.sizes[group] == (game.sizes[group] if size is None else size)
    assert_array_equal(other.sizes[rows], game.sizes[rows])
    assert_array_equal(other.reference, game.reference)
    assert_array_equal(other.reward_bounds[group], [reward.min(), reward.max()])
    assert other.groups == game.groups


@given(games(min_groups=2), st.data())
def test_without_a_group(game, data):
    group = data.draw(st.integers(0, game.shape[0] - 1))
    other = game.without(game.groups[group])
    assert_array_equal(other.rewards, np.delete(game.rewards, group, axis=0))
    assert_array_equal(other.reward_bounds, np.delete(game.reward_bounds, group, axis=0))
    assert game.groups[group] not in other.groups
    assert len(other.groups) == len(other.sizes) == game.shape[0] - 1


@given(games(ties=True))
def test_normalized_rewards_lie_in_their_domain_and_stay(game):
    if not (game.reward_bounds[:, 1] > 0).all():
        with pytest.raises(InvalidInput, match="from 0 to 0 cannot be sum-normalized. Shift"):
            game.normalized("sum")
        return
    shares, peaks = game.normalized("sum"), game.normalized("max")
    assert_allclose(shares.rewards.sum(axis=1), 1.0, rtol=1e-15)
    assert (peaks.reward_bounds[:, 1] == 1.0).all()
    assert_allclose(shares.rewards * game.rewards.max(axis=1)[:, None],
                    peaks.rewards * shares.rewards.max(axis=1)[:, None]
                    * game.rewards.max(axis=1)[:, None], rtol=1e-14)  # fmt: skip
    assert_array_equal(peaks.normalized("max").rewards, peaks.rewards)
    for domain, dense in (("sum", shares), ("max", peaks)):
        thin = Game(game.reference, sparse.csc_array(game.rewards)).normalized(domain)
        assert_allclose(thin.rewards.toarray(), dense.rewards, rtol=1e-15)


def test_normalization_does_not_overflow():
    game = Game([0.25] * 4, [[2e307] * 4])
    assert game.normalized("sum").rewards.tolist() == [[0.25] * 4]


def test_groups_are_found_by_name_and_position():
    game = Game(HALVES, REWARDS, **NAMES)
    assert game.group_index("brief") == game.group_index(np.int64(1)) == 1


# Refusals


def _sparse_nan():
    return sparse.csr_array(np.array([[0.0, 0.0], [np.nan, 0.0]]))


REFUSED = {
    "nan": ((HALVES, [[0, 1], [np.nan, 0]]), NAMES,
            "group 'brief', outcome 'yes': reward is nan. Rewards must be finite: drop"),
    "infinity": ((HALVES, [[0, np.inf], [0, 0]]), NAMES,
                 "group 'kind', outcome 'no': reward is inf"),
    "sparse nan": ((HALVES, _sparse_nan()), NAMES,
                   "group 'brief', outcome 'yes': reward is nan"),
    "none": ((HALVES, [[0, None]]), {}, "group 'group-0', outcome '1': reward is nan"),
    "text": ((HALVES, [[0, "high"]]), {}, r"rewards: cell \(0, 1\) is 'high', not a number"),
    "complex": ((HALVES, np.array([[1j, 0]])), {}, "not a number"),
    "masked": ((HALVES, np.ma.array([[1.0, 0]], mask=[[0, 1]])), {},
               r"cell \(0, 1\) is masked. Fill"),
    "ragged": ((HALVES, [[1, 2], [3]]), {},
               "rows of different lengths. Row 0 has 2 cells, row 1 has 1"),
    "one row": ((HALVES, [1, 2]), {}, r"shape \(2,\).*for a single group pass \[rewards\]"),
    "no groups": ((HALVES, np.empty((0, 2))), {}, "0 groups and 2 outcomes. A game needs at least"),
    "no outcomes": (([], np.empty((2, 0))), {}, "2 groups and 0 outcomes"),
    "wrong length": (([1.0], REWARDS), {}, r"reference: shape \(1,\), but .* 2 outcomes. Pass"),
    "sum": (([0.5, 0.4], REWARDS), {}, "masses sum to 0.9, not 1 .*Divide them by their sum"),
    "sum just off": (([0.5, 0.5 + 2e-9], REWARDS), {}, "sum to 1.000000002, not 1"),
    "huge masses": (([1e308, 1e308], REWARDS), {}, "sum to inf, not 1"),
    "zero mass": (([1.0, 0.0], REWARDS), NAMES,
                  "outcome 'no': reference mass is 0.0.*drop the outcome"),
    "negative mass": (([1.5, -0.5], REWARDS), NAMES, "outcome 'no': reference mass is -0.5"),
    "nan mass": (([np.nan, 1.0], REWARDS), NAMES, "outcome 'yes': reference mass is nan"),
    "zero size": ((HALVES, REWARDS, [1, 0]), NAMES,
                  "group 'brief': size is 0.0. Sizes must be positive"),
    "negative size": ((HALVES, REWARDS, [-1, 1]), NAMES, "group 'kind': size is -1.0"),
    "nan size": ((HALVES, REWARDS, [np.nan, 1]), NAMES, "group 'kind': size is nan"),
    "one size": ((HALVES, REWARDS, 3), NAMES, r"sizes: shape \(\), but there are 2 groups. Pass"),
    "size missing": ((HALVES, REWARDS, {"kind": 1}), NAMES, r"no size for \['brief'\]"),
    "size unknown": ((HALVES, REWARDS, {"kind": 1, "brief": 1, "x": 2}), NAMES,
                     r"unknown \['x'\]. The groups are \['kind', 'brief'\]"),
    "twin outcomes": ((HALVES, REWARDS), {"outcomes": ["a", "a"]},
                      r"outcome 'a' is named twice \(positions 0 and 1\). Rename or drop"),
    "twin groups": ((HALVES, REWARDS), {"groups": [1, "1"]}, "group '1' is named twice"),
    "label count": ((HALVES, REWARDS), {"groups": ["a"]}, "1 names, but the rewards have 2 groups"),
    "label string": ((HALVES, REWARDS), {"groups": "ab"}, "'ab' is not a sequence of names"),
    "overflow": ((HALVES, [[1e308, 0], [1, 1]], [10, 1]), NAMES,
                 r"group 'kind': size 10 times rewards up to 1e\+308 overflows.*Divide"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "names", "words"), REFUSED.values(), ids=REFUSED)
def test_bad_games_are_refused_by_name(arguments, names, words):
    with pytest.raises(InvalidInput, match=words):
        Game(*arguments, **names)


@pytest.mark.parametrize(
    ("logprob", "words"),
    [
        ([0.5, -1.0], "outcome 'yes': log-probability is 0.5. Log-probabilities are at most 0"),
        ([-1.0, -np.inf], "outcome 'no': log-probability is -inf. That is a zero mass: drop"),
        ([-1.0, np.nan], "outcome 'no': log-probability is nan. .* finite"),
        ([-1.0], r"logprob: shape \(1,\)"),
    ],
)
def test_bad_log_probabilities_are_refused(logprob, words):
    with pytest.raises(InvalidInput, match=words):
        Game.from_logprob(logprob, REWARDS, **NAMES)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda game: game.without("polite"),
            r"group 'polite' does not exist. Name one of \['kind'",
        ),
        (lambda game: game.without(2), "group 2 does not exist.*from 0 to 1"),
        (lambda game: game.without(-1), "group -1 does not exist"),
        (lambda game: game.without(0).without(0), "'brief' is the only one.*the reference itself"),
        (lambda game: game.reported("kind", [1]), r"group 'kind': reward: shape \(1,\), but"),
        (lambda game: game.reported("kind", [1, np.nan]), "'kind', outcome 'no': reward is nan"),
        (lambda game: game.reported("kind", [1, 0], -1), "group 'kind': size is -1.0"),
        (lambda game: game.reported("kind", [1, 0], "x"), "'x', not a number"),
        (lambda game: game.reported("kind", [-1, 0]).normalized("max"), "from -1 to 0 cannot"),
        (lambda game: game.normalized("min"), "domain 'min' is unknown. Choose 'sum' or 'max'"),
    ],
)
def test_bad_changes_are_refused_by_name(change, words):
    with pytest.raises(InvalidInput, match=words):
        change(Game(HALVES, REWARDS, **NAMES))
