"""[B] Thm 1 as the paper proves it and as negative cycles; information and what it is worth."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import mdsolve as md
from mdsolve.data_driven import (
    ClickThrough,
    DataDrivenVCG,
    FiniteBeliefs,
    GaussianBeliefs,
    GeneralizedVCG,
    LinearWorld,
    PublicSignalsVCG,
    QuadraticLoss,
    contradiction,
    information_curve,
    information_reward,
    informational_size,
    report_values,
    transfers_beside_data,
    transfers_in_reports,
    wallet,
)
from mdsolve.errors import InvalidInput
from mdsolve.incentives import NegativeCycle, Potentials

LOSS = QuadraticLoss()
WALLET = wallet([[0.0, 1.0, 1.5, 2.0, 3.0], [0.0, 1.0]])
GAUSSIAN = GaussianBeliefs(0.0, 1.0, [1.0, 1.0])
#: E[ω|s] = s_1/2, whatever agent 1's signal
HALVED = GaussianBeliefs(0.0, 1.0, [1.0, np.inf])


@pytest.mark.parametrize(
    ("beliefs", "reports", "signals", "gain"),
    [
        (WALLET, [(0.0, 2), (2.0, 0)], [0, 0], 1 / 4),
        (GAUSSIAN, [(0.0, 2.0), (1.0, 0.0)], [0.0, 0.0], 1 / 18),
        (GAUSSIAN, [(0.0, 2.0), (1.0, 0.0)], [0.0, 7.0], 1 / 18),
    ],
)
def test_two_types_refute_transfers_in_reports(beliefs, reports, signals, gain):
    """Wallet (0, 3/2), (2, 0): at least 1/4; Gaussian with a = 1/3: at least 1/18."""
    found = transfers_in_reports(LOSS, beliefs, 0, reports, [0.0, 0.3], signals)
    assert isinstance(found, NegativeCycle)
    assert found.verdict == "refuted"
    assert_allclose(found.gain, gain, rtol=1e-12)
    beside = transfers_beside_data(LOSS, beliefs, 0, reports, [0.0, 0.3], signals)
    assert isinstance(beside, Potentials)
    assert_allclose(beside.payments, 0.0, atol=1e-12)


@given(*[st.floats(-3, 3)] * 5)
def test_a_two_cycle_weighs_2_times_dx_db(own, lie, signal, told, other):
    """Its sign is that of (x − x')(b − b'), b = E[ω|s] + θ_1; with data an edge is 2(x − x')²."""
    reports = [(own, signal), (lie, told)]
    types, signals = [0.0, other], [0.0, 0.7]
    mechanism = DataDrivenVCG(LOSS, GAUSSIAN)
    points = [mechanism.allocate([t, other], [s, 0.7]) for t, s in reports]
    peaks = [GAUSSIAN.mean([s, 0.7]) + t for t, s in reports]
    values = report_values(mechanism, 0, reports, types, signals, paid=False)
    weight = np.trace(values) - values[0, 1] - values[1, 0]
    expected = 2.0 * (points[0] - points[1]) * (peaks[0] - peaks[1])
    assert_allclose(weight, expected, atol=1e-10)
    paid = report_values(mechanism, 0, reports, types, signals, paid=True)
    for t, r in ((0, 1), (1, 0)):
        assert_allclose(paid[t, t] - paid[t, r], 2 * (points[0] - points[1]) ** 2, atol=1e-10)


@given(st.floats(0.1, 3.0), st.floats(-4.0, 4.0))
def test_the_window_in_which_two_types_suffice(step, moved):
    """Negative iff −Δθ < ΔE < −Δθ/2."""
    reports = [(0.0, 0.0), (step, 3.0 * moved)]  # E[ω|s] = (s_1 + s_2)/3
    edges = abs(moved + step), abs(moved + step / 2)
    found = transfers_in_reports(LOSS, GAUSSIAN, 0, reports, [0.0, 0.0], [0.0, 0.0])
    if min(edges) > 1e-6:
        assert isinstance(found, NegativeCycle) == (-step < moved < -step / 2)


@pytest.mark.parametrize("halved", [False, True])
@pytest.mark.parametrize(("size", "refuted"), [(2, False), (3, False), (4, True)])
def test_a_grid_must_straddle_the_window(size, refuted, halved):
    """{0, 1}² and {0, 1, 2}² do not refute for ΔE = Δs or Δs/2; {0..3}² does."""
    grid = [float(k) for k in range(size)]
    if halved:
        beliefs, other = HALVED, 0.0
        signals = grid
    else:
        beliefs, other = wallet([grid, [0.0, 1.0]]), 0
        signals = list(range(size))
    reports = list(itertools.product(grid, signals))
    found = transfers_in_reports(LOSS, beliefs, 0, reports, [0.0, 0.5], [signals[0], other])
    assert isinstance(found, NegativeCycle) == refuted
    beside = transfers_beside_data(LOSS, beliefs, 0, reports, [0.0, 0.5], [signals[0], other])
    assert isinstance(beside, Potentials)
    assert beside.slack <= 1e-12


@pytest.mark.parametrize("far", [0.0, 1e3, 1e6, -1e9])
def test_rounding_refutes_nothing(far):
    """States far from 0 cost digits of every length; data-driven transfers stay implementable."""
    beliefs = GaussianBeliefs(far, 2.0, [0.7, 1.3])
    grid = np.linspace(-1.0, 1.0, 7)
    reports = list(itertools.product(grid, far + grid))
    found = transfers_beside_data(LOSS, beliefs, 0, reports, [0.0, 0.3], [far, far + 0.1])
    assert isinstance(found, Potentials)
    # Δθ = 1, ΔE = −1.2 times the weight 0.53 of the signal: within (−1, −1/2)
    straddling = [(0.0, far + 1.2), (1.0, far)]
    refuted = transfers_in_reports(LOSS, beliefs, 0, straddling, [0.0, 0.3], [far, far + 0.1])
    assert isinstance(refuted, NegativeCycle)


def test_signals_that_say_nothing_leave_it_implementable():
    """The negative control: condition (*) fails."""
    blank = GaussianBeliefs(0.0, 1.0, [np.inf, 1.0])
    reports = list(itertools.product([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0]))
    found = transfers_in_reports(LOSS, blank, 0, reports, [0.0, 0.4], [0.0, 1.0])
    assert isinstance(found, Potentials)
    assert not contradiction(blank, [0.0, 1.0], 0.4, [3.0, 1.0], [0.0, 1.0]).holds


@pytest.mark.parametrize("common", [True, False])
def test_per_impression_auctions_are_refuted_and_data_driven_ones_are_not(common):
    """[B] 5.1: agent 0's signal moves the rates of both."""
    rates = [0.2, 0.8] if common else [[0.4, 0.2], [0.5, 0.9]]
    sharp = [[0.9, 0.1], [0.1, 0.9]]
    beliefs = FiniteBeliefs([0.5, 0.5], [sharp, [[0.5, 0.5], [0.5, 0.5]]], rates)
    reports = list(itertools.product([0.5, 0.9, 1.1, 1.3, 1.6], [0, 1]))
    found = transfers_in_reports(ClickThrough(), beliefs, 0, reports, [0.0, 1.0], [0, 0])
    assert isinstance(found, NegativeCycle)
    beside = transfers_beside_data(ClickThrough(), beliefs, 0, reports, [0.0, 1.0], [0, 0])
    assert isinstance(beside, Potentials)
    assert beside.slack <= 1e-12


def test_a_wrong_estimate_is_refuted_too():
    """The graph sees what regret sees: an estimate of the wrong state leaves a negative cycle."""
    slopes = np.zeros((2, 2, 1))
    slopes[:, 1, 0] = 1.0, 1.0
    intercepts = np.array([[[0.0], [-0.9]], [[0.0], [-0.9]]])
    beliefs = FiniteBeliefs([0.5, 0.5], [[[0.9, 0.1], [0.1, 0.9]]] * 2, [0.0, 1.0])
    world, reports = LinearWorld(slopes, intercepts), [(0, 0), (0, 1)]
    exact = transfers_beside_data(world, beliefs, 0, reports, [0, 0], [0, 1])
    assert isinstance(exact, Potentials)
    found = transfers_beside_data(
        world, beliefs, 0, reports, [0, 0], [0, 1], estimator=lambda state: 9.0 * (1.0 - state)
    )
    assert isinstance(found, NegativeCycle)


@settings(max_examples=30)
@given(st.lists(st.floats(-2, 2), min_size=2, max_size=4, unique=True), st.floats(-2, 2))
def test_the_papers_contradiction(types, other):
    """VCG and generalized VCG differ by −(θ_1 − θ_2)ΔE: computed from the two mechanisms."""
    signals, lower = [3.0, 0.5], [0.0, 0.5]
    found = contradiction(GAUSSIAN, types, other, signals, lower)
    public, priced = (kind(LOSS, GAUSSIAN) for kind in (PublicSignalsVCG, GeneralizedVCG))
    for theta, difference in zip(types, found.differences, strict=True):
        gaps = [
            priced.run([theta, other], told).transfers[0]
            - public.run([theta, other], told).transfers[0]
            for told in (signals, lower)
        ]
        assert_allclose(gaps[0] - gaps[1], difference, atol=1e-12)
    assert_allclose(found.spread, np.ptp(types) * 1.0, atol=1e-12)
    assert found.holds == (found.spread > 1e-14 * np.abs(found.differences).max())


def test_generalized_vcg_is_what_the_graph_of_signals_prices():
    """Public types: `implement` brackets the payments, the tighter the denser the signals."""
    signals = np.linspace(-2, 2, 81)
    reports = [(0.4, signal) for signal in signals]
    found = transfers_in_reports(LOSS, GAUSSIAN, 0, reports, [0.4, -1.0], [0.0, 0.7])
    assert isinstance(found, Potentials)
    priced = GeneralizedVCG(LOSS, GAUSSIAN)
    closed = np.array([priced.run([0.4, -1.0], [s, 0.7]).payments[0] for s in signals])
    largest, least = found.payments_from(0), found.payments_to(0)
    assert (least - 1e-12 <= closed - closed[0]).all()
    assert (closed - closed[0] <= largest + 1e-12).all()
    assert (largest - least).max() < 0.05


def noisy(sharpness, agents=2):
    """Return signals that are right with probability (1 + sharpness)/2."""
    right = 0.5 * (1.0 + sharpness)
    table = [[right, 1.0 - right], [1.0 - right, right]]
    return FiniteBeliefs([0.5, 0.5], [table] * agents, [0.0, 1.0])


def test_informational_size_by_its_definition():
    beliefs = FiniteBeliefs(
        [0.3, 0.7], [[[0.8, 0.2], [0.3, 0.7]], [[0.6, 0.3, 0.1], [0.1, 0.3, 0.6]]]
    )
    joint = beliefs.joint()
    worst = 0.0
    for own, lie in itertools.product(range(2), repeat=2):
        chances = joint[:, own, :].sum(axis=0) / joint[:, own, :].sum()
        distances = np.array(
            [
                np.abs(beliefs.posterior([own, k]) - beliefs.posterior([lie, k])).sum()
                for k in range(3)
            ]
        )
        grid = np.linspace(0, 2, 200001)
        tails = (chances * (distances > grid[:, None])).sum(axis=1)
        worst = max(worst, grid[np.argmax(tails <= grid)])
    assert_allclose(informational_size(beliefs, 0), worst, atol=2e-5)


def test_the_pivot_in_reports_gains_with_informational_size_and_data_never():
    """McLean and Postlewaite: regret 0 where signals are redundant, growing with their size."""
    curve = information_curve(LOSS, [noisy(each) for each in (0.0, 0.3, 0.9)], [[0.0, 1.0]] * 2)
    assert curve.sizes[0] == 0.0
    assert curve.by_reports[0] <= 1e-12
    assert (np.diff(curve.by_reports) > 0.0).all()
    assert (np.diff(curve.sizes) > 0.0).all()
    assert curve.by_data.max() <= 1e-12


def test_a_redundant_signal_gains_nothing_beside_informative_ones():
    informed, blank = [[0.9, 0.1], [0.2, 0.8]], [[0.5, 0.5], [0.5, 0.5]]
    beliefs = FiniteBeliefs([0.4, 0.6], [blank, informed], [0.0, 1.0])
    found = md.data_driven.posterior_equilibrium(
        PublicSignalsVCG(LOSS, beliefs), [[-1.0, 0.0, 1.0]] * 2
    )
    assert found.regrets[0].max() <= 1e-12
    assert found.regrets[1].max() > 0.1


@pytest.mark.parametrize("agent", [0, 1])
def test_the_information_reward_is_the_variance_it_removes(agent):
    """[B] Ex 2 by the law of total variance; transfers average to it where types agree."""
    finite = FiniteBeliefs(
        [0.3, 0.7], [[[0.8, 0.2], [0.3, 0.7]], [[0.6, 0.3, 0.1], [0.1, 0.3, 0.6]]], [0.0, 1.0]
    )
    chances = finite.joint().sum(axis=0)
    mechanism, removed, paid = DataDrivenVCG(LOSS, finite), 0.0, 0.0
    for signals in itertools.product(range(2), range(3)):
        law, before = finite.law(signals), finite.law(signals, agent)
        removed += chances[signals] * (before.variance - law.variance)
        paid += chances[signals] * mechanism.expected([0.4, 0.4], signals).transfers[agent]
    assert_allclose(information_reward(finite, agent), removed, atol=1e-14)
    assert_allclose(paid, removed, atol=1e-14)
    precisions = [GaussianBeliefs(0.0, 1.0, [v, 1.0]) for v in (10.0, 1.0, 0.1)]
    rewards = [information_reward(each, 0) for each in precisions]
    assert rewards == sorted(rewards)
    _, told = GAUSSIAN.sample(1000, seed=0)
    moves = [(GAUSSIAN.mean(s) - GAUSSIAN.mean(s, agent)) ** 2 for s in told]
    band = 3.3 * np.std(moves) / np.sqrt(len(moves))
    assert abs(np.mean(moves) - information_reward(GAUSSIAN, agent)) <= band


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: transfers_in_reports(LOSS, GAUSSIAN, 0, [(0.0, 0.0)], [0, 0], [0, 0]),
            "reports: 1 given. A cycle needs at least two",
        ),
        (
            lambda: contradiction(GAUSSIAN, [0.0], 0.0, [0, 0], [1, 0]),
            "2 agents and 1 types. The proof is of two",
        ),
        (
            lambda: contradiction(GAUSSIAN, [0.0, 1.0], 0.0, [0, 0], [1, 1]),
            "signals: those of agent 1 differ .0 and 1.",
        ),
        (lambda: informational_size(GAUSSIAN, 0), "computed for finite beliefs"),
    ],
)
def test_what_has_no_answer_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()


def test_the_refutation_is_a_certificate_that_a_stranger_checks(tmp_path):
    found = transfers_in_reports(LOSS, WALLET, 0, [(0.0, 2), (2.0, 0)], [0.0, 0.0], [0, 0])
    certificate = md.certify(found)
    assert certificate.kind == "not_implementable"
    certificate.save(tmp_path / "proof")
    verdict = md.check(tmp_path / "proof")
    assert verdict.verified, verdict.reason
