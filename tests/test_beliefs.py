"""Posteriors against brute force over joint tables, limits, and refusals."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from mdsolve.data_driven import (
    BetaBeliefs,
    FiniteBeliefs,
    GaussianBeliefs,
    JointBeliefs,
    Law,
    Weights,
    wallet,
)
from mdsolve.errors import InvalidInput

MASSES = st.one_of(st.floats(0.01, 1.0), st.sampled_from([1e-300, 1e-12, 0.5]))


@st.composite
def finite_beliefs(draw, max_agents=3, max_states=4, max_signals=3, numbers=True):
    agents = draw(st.integers(1, max_agents))
    states = draw(st.integers(1, max_states))
    rows = st.lists(MASSES, min_size=states, max_size=states)
    prior = np.array(draw(rows))
    tables = []
    for _ in range(agents):
        signals = draw(st.integers(1, max_signals))
        cells = st.lists(MASSES, min_size=states * signals, max_size=states * signals)
        table = np.array(draw(cells)).reshape(states, signals)
        tables.append(table / table.sum(axis=1, keepdims=True))
    worth = draw(st.lists(st.floats(-2, 2), min_size=states, max_size=states)) if numbers else None
    return FiniteBeliefs(prior / prior.sum(), tables, worth)


def profiles(beliefs):
    return itertools.product(*map(range, beliefs.signal_counts))


def subsets(agents):
    return itertools.chain.from_iterable(
        itertools.combinations(range(agents), k) for k in range(agents + 1)
    )


@given(finite_beliefs())
def test_a_posterior_is_the_normalised_joint_for_every_subset_of_signals(beliefs):
    """The twin multiplies the same doubles as fractions."""
    for signals in profiles(beliefs):
        for without in subsets(beliefs.agents):
            weights = [Fraction(mass) for mass in beliefs.prior]
            for agent, signal in enumerate(signals):
                if agent not in without:
                    column = map(Fraction, beliefs.likelihoods[agent][:, signal])
                    weights = [mass * chance for mass, chance in zip(weights, column, strict=True)]
            exact = np.array([float(mass / sum(weights)) for mass in weights])
            assert_allclose(beliefs.posterior(signals, without), exact, rtol=1e-13, atol=1e-320)
            mean = exact @ beliefs.states
            assert_allclose(beliefs.mean(signals, without), mean, rtol=1e-12, atol=1e-12)


@given(finite_beliefs())
def test_a_joint_table_says_the_same_as_its_factors(beliefs):
    table = beliefs.joint()
    assume(table.sum(axis=0).min() > 1e-250)
    joint = JointBeliefs(table, beliefs.states)
    for signals in profiles(beliefs):
        for without in subsets(beliefs.agents):
            found = joint.posterior(signals, without)
            assert_allclose(found, beliefs.posterior(signals, without), rtol=1e-9, atol=1e-40)


@given(finite_beliefs(numbers=False))
def test_the_law_of_total_probability_holds(beliefs):
    joint = beliefs.joint()
    assert_allclose(joint.sum(), 1.0, rtol=1e-12)
    assert_allclose(joint.sum(axis=tuple(range(1, joint.ndim))), beliefs.prior, rtol=1e-12)


@pytest.mark.parametrize("without", [None, 0, 1, (0, 1), ()])
def test_a_gaussian_posterior_is_that_of_the_joint_normal(without):
    mean, variance, noise = 0.7, 2.0, np.array([0.5, 3.0, 1.0])
    beliefs = GaussianBeliefs(mean, variance, noise)
    signals = np.array([1.0, -2.0, 0.4])
    left = {0, 1, 2} - set(np.atleast_1d([] if without is None else without).astype(int))
    here = sorted(left)
    covariance = variance + np.diag(noise[here])
    gain = np.linalg.solve(covariance, np.full(len(here), variance))
    found = beliefs.posterior(signals, without)
    assert_allclose(found[0], mean + gain @ (signals[here] - mean), rtol=1e-13)
    assert_allclose(found[1], variance - gain @ np.full(len(here), variance), rtol=1e-13)


def test_gaussian_nodes_integrate_polynomials_exactly():
    law = GaussianBeliefs(0.3, 2.0, [1.0]).law([1.0])
    assert_allclose(law.masses @ law.points, law.mean, rtol=1e-13)
    assert_allclose(law.masses @ (law.points - law.mean) ** 2, law.variance, rtol=1e-12)
    fourth = law.masses @ (law.points - law.mean) ** 4
    assert_allclose(fourth, 3 * law.variance**2, rtol=1e-12)


def test_a_signal_without_information_changes_nothing_and_a_sharp_one_reveals():
    beliefs = GaussianBeliefs(1.0, 2.0, [np.inf, 1e-300])
    assert beliefs.posterior([5.0, 3.0], without=1) == (1.0, 2.0)
    assert beliefs.posterior([5.0, 3.0]) == (3.0, pytest.approx(1e-300))


def test_a_far_mean_costs_no_digits():
    near, far = GaussianBeliefs(0.0, 1.0, [1.0, 2.0]), GaussianBeliefs(2.0**40, 1.0, [1.0, 2.0])
    moved = far.mean([2.0**40 + 1.0, 2.0**40]) - 2.0**40
    assert_allclose(moved, near.mean([1.0, 0.0]), atol=2.0**-12)


@pytest.mark.parametrize("common", [True, False])
def test_beta_posteriors_count_clicks(common):
    beliefs = BetaBeliefs(2.0, 3.0, [10, 4], common=common)
    a, b = beliefs.posterior([7, 1])
    if common:
        assert (a, b) == (10.0, 3.0 + 6.0)
    else:
        assert a.tolist() == [9.0, 3.0]
        assert b.tolist() == [6.0, 6.0]
    law = beliefs.law([7, 1])
    exact = stats.beta(a, b)
    assert_allclose(law.mean, exact.mean(), rtol=1e-14)
    assert_allclose(law.variance, exact.var(), rtol=1e-13)
    if common:
        assert_allclose(law.masses @ law.points**3, exact.moment(3), rtol=1e-12)


@pytest.mark.parametrize(
    "beliefs",
    [
        FiniteBeliefs([0.3, 0.7], [[[0.9, 0.1], [0.2, 0.8]], [[0.5, 0.5], [0.1, 0.9]]], [0.0, 1.0]),
        wallet([[0.0, 1.0], [0.0, 2.0]], [[0.3, 0.7], [0.5, 0.5]]),
        GaussianBeliefs(0.2, 1.0, [1.0, 2.0]),
        BetaBeliefs(1.0, 2.0, [3, 2], common=True),
    ],
    ids=lambda each: type(each).__name__,
)
def test_samples_agree_with_posteriors(beliefs):
    """E[ω − E[ω|s]] is 0 over draws, within a 99.9% band; so is it against either signal."""
    states, signals = beliefs.sample(1500, seed=1)
    errors = states - np.array([beliefs.mean(each) for each in signals])
    for weight in (np.ones(len(errors)), *np.array(signals, dtype=float).T):
        drawn = errors * weight
        assert abs(drawn.mean()) <= 3.3 * drawn.std() / np.sqrt(drawn.size)
    again = beliefs.sample_states(signals[0], 4000, seed=2)
    law = beliefs.law(signals[0])
    band = 3.3 * np.sqrt(law.variance / 4000) + 1e-12
    assert abs(np.mean(again) - law.mean) <= band


def test_the_wallet_adds_up():
    beliefs = wallet([[0.0, 1.5], [0.0, 1.0, 2.0]])
    for signals in profiles(beliefs):
        worth = [0.0, 1.5][signals[0]] + [0.0, 1.0, 2.0][signals[1]]
        assert beliefs.mean(signals) == worth
        assert beliefs.law(signals).variance == 0.0
        assert beliefs.mean(signals, without=1) == [0.0, 1.5][signals[0]] + 1.0


def test_estimates_are_read_as_the_states_are():
    table = [[[0.75, 0.25], [0.25, 0.75]]]
    labels = FiniteBeliefs([0.5, 0.5], table)
    numbers = FiniteBeliefs([0.5, 0.5], table, [0.2, 0.8])
    vectors = FiniteBeliefs([0.5, 0.5], table, [[0.1, 0.9, 0.0], [0.5, 0.5, 1.0]])
    assert labels.law_of(1).weights.tolist() == [0.0, 1.0]
    assert numbers.law_of(0.8).weights.tolist() == [0.0, 1.0]
    assert numbers.law_of(0.5).weights is None
    assert numbers.law_of([0.5, 0.5]).mean == 0.5
    assert vectors.law_of(1).mean.tolist() == [0.5, 0.5, 1.0]
    assert vectors.law_of([0.5, 0.5, 1.0]).weights.tolist() == [0.0, 1.0]
    assert vectors.law_of([0.5, 0.5]).mean.tolist() == [0.3, 0.7, 0.5]
    ambiguous = FiniteBeliefs([0.5, 0.5], table, [[0.0, 1.0], [1.0, 0.0]])
    assert ambiguous.law_of([0.25, 0.75]).weights is None
    assert ambiguous.law_of(Weights([0.25, 0.75])).mean.tolist() == [0.75, 0.25]


def test_a_mixture_adds_moments_and_keeps_what_all_parts_have():
    parts = [Law.at(1.0), Law.on(np.array([0.0, 4.0]), np.array([0.5, 0.5]))]
    mixed = Law.mixture(np.array([0.5, 0.5]), parts)
    assert (mixed.mean, mixed.variance) == (1.5, 0.5 * (0.25 + 0.0) + 0.5 * (4.0 + 0.25))
    assert mixed.integral(lambda points: points**2, "test") == 0.5 * 1.0 + 0.25 * 16.0
    assert Law.mixture(np.ones(1), [Law(np.array(1.0))]).variance is None


HALF = [[0.5, 0.5], [0.5, 0.5]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FiniteBeliefs([0.5, 0.4], [HALF]), "prior: the probabilities sum to 0.9, not 1"),
        (lambda: FiniteBeliefs([1.5, -0.5], [HALF]), "prior: state 1 has probability -0.5"),
        (lambda: FiniteBeliefs([0.5, np.nan], [HALF]), "prior: state 1 has probability nan"),
        (lambda: FiniteBeliefs([], [HALF]), "prior: shape .0,.. Pass one probability a state"),
        (
            lambda: FiniteBeliefs([0.5, 0.5], [HALF, [[0.5, 0.6], [0.5, 0.5]]]),
            "likelihoods of agent 1: in state 0 the probabilities sum to 1.1, not 1",
        ),
        (
            lambda: FiniteBeliefs([0.5, 0.5], [[[1.5, -0.5], [0.5, 0.5]]]),
            "likelihoods of agent 0: signal 1 in state 0 has probability -0.5",
        ),
        (lambda: FiniteBeliefs([1.0], [HALF]), "agent 0: shape .2, 2.. Give .states, signals."),
        (lambda: FiniteBeliefs([1.0], []), "likelihoods: no agents"),
        (
            lambda: FiniteBeliefs([0.5, 0.5], [[[1.0, 0.0], [1.0, 0.0]]]),
            "signal 1 of agent 0 has probability zero in every possible state",
        ),
        (
            lambda: FiniteBeliefs([0.5, 0.5], [[[1.0, 0.0], [0.0, 1.0]]] * 2),
            r"the signals \[0, 1\] of agents 0 to 1 have probability zero together",
        ),
        (
            lambda: JointBeliefs([[[0.5, 0.0], [0.25, 0.0]], [[0.25, 0.0], [0.0, 0.0]]]),
            r"the signal profile \[0, 1\] has probability zero",
        ),
        (lambda: JointBeliefs([0.5, 0.5]), "table: shape .2,.. Give joint"),
        (lambda: FiniteBeliefs([0.5, 0.5], [HALF], [1.0]), "states: shape .1,., but the prior has"),
        (lambda: FiniteBeliefs([0.5, 0.5], [HALF], [1.0, np.inf]), "state 1 stands for inf"),
        (lambda: GaussianBeliefs(0.0, 0.0, [1.0]), "variance: 0.0 is not positive"),
        (lambda: GaussianBeliefs(np.nan, 1.0, [1.0]), "mean: nan is not one finite number"),
        (lambda: GaussianBeliefs(0.0, 1.0, [1.0, 0.0]), "noise_variances: agent 1 has 0"),
        (lambda: BetaBeliefs(0.0, 1.0, [1]), "a: agent 0 has 0. Both parameters"),
        (lambda: BetaBeliefs(1.0, 1.0, [1.5]), "trials: .1.5.. Pass one number of impressions"),
        (lambda: BetaBeliefs([1.0, 2.0, 3.0], 1.0, [1, 1]), "a: 3 numbers. Give one number, or 2"),
        (lambda: wallet([[0.0], [1.0]], [[1.0]]), "probabilities: 1 lists for 2 agents"),
    ],
)
def test_beliefs_that_cannot_be_are_refused(make, message):
    with pytest.raises(InvalidInput, match=message):
        make()


BELIEFS = FiniteBeliefs([0.5, 0.5], [HALF, HALF], [0.0, 1.0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BELIEFS.posterior([0]), "signals: 1 given, but the beliefs have 2 agents"),
        (lambda: BELIEFS.posterior(0), "signals: 0 is no sequence"),
        (lambda: BELIEFS.posterior([0, 2]), "agent 1: signal 2 is none of the 2 signals"),
        (lambda: BELIEFS.posterior([0, None]), "agent 1: signal None is none"),
        (lambda: BELIEFS.posterior([0, 1], without=2), "without: agent 2 does not exist"),
        (lambda: BELIEFS.law_of([0.5, 0.6]), "estimate: the probabilities sum to 1.1"),
        (lambda: BELIEFS.law_of([0.5, 0.2, 0.3]), "estimate: shape .3,.. Pass one state, or w"),
        (lambda: BELIEFS.law_of(np.nan), "estimate: nan is not finite"),
        (lambda: FiniteBeliefs([1.0], [[[1.0]]]).law_of(1), "estimate 1.0 is none of the 1 states"),
        (lambda: FiniteBeliefs([1.0], [[[1.0]]]).mean([0]), "these states are labels without num"),
        (lambda: GaussianBeliefs(0, 1, [1]).posterior(["a"]), "agent 0: signal: 'a' is not one"),
        (lambda: GaussianBeliefs(0, 1, [1]).law_of([1, 2]), "estimate: .1, 2. is not one finite"),
        (lambda: BetaBeliefs(1, 1, [3]).posterior([4]), "agent 0: 4 clicks above 3 impressions"),
        (lambda: BetaBeliefs(1, 1, [3]).posterior([-1]), "signal -1 is no number of clicks"),
        (lambda: BetaBeliefs(1, 1, [3, 3]).law_of([0.5]), "Pass 2 rates, one an agent"),
    ],
)
def test_what_beliefs_cannot_answer_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()


def test_what_is_left_out_is_not_read():
    assert BELIEFS.posterior([0, None], without=1).tolist() == [0.5, 0.5]
    assert GaussianBeliefs(0.0, 1.0, [1.0, 1.0]).mean([2.0, None], without=[1]) == 1.0


def test_many_weak_signals_do_not_underflow():
    sharp = [[0.99, 0.01], [0.01, 0.99]]
    beliefs = FiniteBeliefs([0.5, 0.5], [sharp] * 400)
    assert beliefs.posterior([0] * 400)[0] == 1.0
    assert_allclose(beliefs.posterior([0] * 200 + [1] * 200), [0.5, 0.5], rtol=1e-11)
