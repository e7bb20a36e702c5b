"""Data-driven VCG: definitions against naive twins, the paper's propositions and examples."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from mdsolve.data_driven import (
    BetaBeliefs,
    Biased,
    ClickRate,
    ClickThrough,
    Content,
    DataDrivenVCG,
    FiniteBeliefs,
    FiniteWorld,
    FunctionWorld,
    GaussianBeliefs,
    GeneralizedVCG,
    Kernel,
    LinearWorld,
    OwnEstimates,
    PayoffVCG,
    PosteriorMean,
    PublicSignalsVCG,
    QuadraticLoss,
    ReportedState,
    SampleMean,
    WholeProfile,
    in_stages,
    leave_one_out,
    logged_rates,
    posterior_regret,
)
from mdsolve.errors import InvalidInput

GAUSSIAN = GaussianBeliefs(0.3, 2.0, [1.0, 0.5, 3.0])
BIASES, SIGNALS = [0.4, -1.0, 2.0], [1.5, -0.3, 0.9]
SHARP = [[0.8, 0.2], [0.3, 0.7]]
NUMBERS = FiniteBeliefs([0.4, 0.6], [SHARP, SHARP, [[0.6, 0.4], [0.1, 0.9]]], [0.0, 1.0])
QUADRATIC = DataDrivenVCG(QuadraticLoss(), GAUSSIAN)


@st.composite
def finite_games(draw, agents=3):
    """Draw a mechanism on tables, and a true profile; ties on purpose."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    states, signals, allocations, types = (draw(st.integers(1, 4)) for _ in range(4))
    prior = rng.dirichlet(np.ones(states))
    likelihoods = [rng.dirichlet(np.ones(signals), states) for _ in range(agents)]
    beliefs = FiniteBeliefs(prior, likelihoods)
    tables = rng.normal(size=(agents, allocations, states, types))
    if draw(st.booleans()):
        tables = np.round(tables)
    profile = rng.integers(types, size=agents).tolist()
    return (
        DataDrivenVCG(FiniteWorld(tables), beliefs),
        profile,
        rng.integers(signals, size=agents).tolist(),
    )


def every_report(mechanism):
    types = range(mechanism.world.tables[0].shape[2])
    return [
        [(theta, signal) for theta in types for signal in range(count)]
        for count in mechanism.beliefs.signal_counts
    ]


@settings(max_examples=25)
@given(finite_games())
def test_payments_are_their_definition(game):
    """[B] Def 6 with the pivot, by loops."""
    mechanism, types, signals = game
    tables, beliefs = mechanism.world.tables, mechanism.beliefs
    allocations, states = range(tables[0].shape[0]), range(tables[0].shape[1])

    def welfare(x, weights, among):
        return sum(weights[w] * tables[j][x, w, types[j]] for j in among for w in states)

    def best(weights, among):
        totals = [welfare(x, weights, among) for x in allocations]
        return max(totals), [x for x in allocations if totals[x] > max(totals) - 1e-12]

    everyone = range(3)
    for state in states:
        outcome = mechanism.run(types, signals, state)
        assert outcome.allocation in best(beliefs.posterior(signals), everyone)[1]
        certain = np.eye(len(states))[state]
        for agent in everyone:
            others = [j for j in everyone if j != agent]
            legal = best(beliefs.posterior(signals, agent), others)[1]
            pays = [
                welfare(x, certain, others) - welfare(outcome.allocation, certain, others)
                for x in legal
            ]
            assert min(abs(outcome.payments[agent] - pay) for pay in pays) < 1e-12


@settings(max_examples=25)
@given(finite_games())
def test_ex_post_no_report_gains(game):
    """[B] Prop 1: every type and signal, at every true profile that is drawn."""
    mechanism, types, signals = game
    found = posterior_regret(mechanism, types, signals, every_report(mechanism))
    assert found.gains.max() <= 1e-12
    assert found.gains.min() >= -1e-12  # the truth is among the reports
    assert [tuple(each) for each in found] == list(zip(found.gains, found.witnesses, strict=True))


@settings(max_examples=25)
@given(finite_games())
def test_gains_are_expected_utilities_by_enumeration(game):
    mechanism, types, signals = game
    posterior = mechanism.beliefs.posterior(signals)
    utilities = {}
    for report in every_report(mechanism)[0]:
        told_types, told = [report[0], *types[1:]], [report[1], *signals[1:]]
        total = 0.0
        for state, chance in enumerate(posterior):
            outcome = mechanism.run(told_types, told, state)
            own = mechanism.world.tables[0][outcome.allocation, state, types[0]]
            total += chance * (own - outcome.payments[0])
        utilities[report] = total
    found = posterior_regret(mechanism, types, signals, every_report(mechanism))[0]
    truth = utilities[types[0], signals[0]]
    assert_allclose(found.gain, max(utilities.values()) - truth, atol=1e-12)
    assert_allclose(utilities[found.witness] - truth, found.gain, atol=1e-12)


CONTENT_TYPES = np.random.default_rng(3).normal(size=(3, 2, 4))
REFERENCE = [0.4, 0.3, 0.2, 0.1]
CLICKS = BetaBeliefs(1.0, 2.0, [6, 6, 6])
EXACT = {
    "quadratic": (QUADRATIC, BIASES, SIGNALS, SampleMean(3, 2.0)),
    "quadratic on a list": (
        DataDrivenVCG(QuadraticLoss(), NUMBERS),
        BIASES,
        [0, 1, 1],
        SampleMean(2, 1.0),
    ),
    "clicks": (DataDrivenVCG(ClickThrough(), CLICKS), [1.0, 2.0, 1.5], [4, 1, 3], ClickRate(5)),
    "common clicks": (
        DataDrivenVCG(ClickThrough(), BetaBeliefs(1.0, 2.0, [6, 6, 6], common=True)),
        [1.0, 2.0, 1.5],
        [4, 1, 3],
        ClickRate(5),
    ),
    "linear": (
        DataDrivenVCG(LinearWorld(np.random.default_rng(1).normal(size=(3, 4, 2))), GAUSSIAN),
        [0, 1, 1],
        SIGNALS,
        SampleMean(3, 2.0),
    ),
    **{
        name: (
            DataDrivenVCG(Content(name, REFERENCE, 0.7), NUMBERS),
            CONTENT_TYPES,
            [0, 1, 1],
            None,
        )
        for name in ("kl", "l2", "chi2", "forward-kl", "hellinger", "jensen-shannon")
    },
}


@pytest.mark.parametrize("name", EXACT)
def test_an_exact_or_unbiased_estimate_leaves_nothing_to_gain(name):
    """[B] Prop 1, Prop 2, Cor 3: and quadratic loss too, though it is not linear in the state."""
    mechanism, types, signals, unbiased = EXACT[name]
    for estimator in (None, unbiased):
        found = posterior_regret(mechanism, types, signals, estimator=estimator)
        assert found.gains.max() <= 1e-12 * 10


@pytest.mark.parametrize("agents", [2, 3, 5])
@pytest.mark.parametrize("bias", [0.0, 0.5, -2.0])
def test_a_bias_costs_exactly_its_square(agents, bias):
    """Quadratic loss: the best lie moves x by (n−1)b/n and gains (n−1)² b²/n."""
    beliefs = GaussianBeliefs(0.0, 1.0, np.arange(1.0, agents + 1.0))
    mechanism = DataDrivenVCG(QuadraticLoss(), beliefs)
    types, signals = np.linspace(-1, 1, agents), np.linspace(0, 2, agents)
    lies = [
        [(theta + (agents - 1) * bias, signal)]
        for theta, signal in zip(types, signals, strict=True)
    ]
    found = posterior_regret(mechanism, types, signals, lies, estimator=Biased(bias))
    assert_allclose(found.gains, (agents - 1) ** 2 * bias**2 / agents, atol=1e-12)
    nudged = [
        [(theta + (agents - 1) * bias + step, signal) for step in (-0.3, 0.2)]
        for theta, signal in zip(types, signals, strict=True)
    ]
    further = posterior_regret(
        mechanism, types, signals, nudged, estimator=lambda state: state + bias
    )
    assert (further.gains < found.gains).all()


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_a_lie_costs_n_times_the_squared_move_of_the_decision(theta, signal):
    found = posterior_regret(QUADRATIC, BIASES, SIGNALS, [[(theta, signal)], [], []])
    lie = QUADRATIC.allocate([theta, *BIASES[1:]], [signal, *SIGNALS[1:]])
    moved = lie - QUADRATIC.allocate(BIASES, SIGNALS)
    assert_allclose(found[0].gain, -3.0 * moved**2, atol=1e-12 * (1 + moved**2))


@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4))
def test_expected_transfers_of_example_2(drawn):
    """E[t_i|s] = (E[ω|s] − E[ω|s_j])² − ((θ_i − θ_j)/2)², Gaussian and finite."""
    types, signals = drawn[:2], drawn[2:]
    gaussian = GaussianBeliefs(0.3, 2.0, [1.0, 0.5])
    finite = FiniteBeliefs(
        [0.2, 0.5, 0.3], [np.full((3, 2), 0.5) + [[0.2, -0.2]] * 3] * 2, [0, 1, 3]
    )
    for beliefs, told in ((gaussian, signals), (finite, [0, 1])):
        outcome = DataDrivenVCG(QuadraticLoss(), beliefs).expected(types, told)
        for i, j in ((0, 1), (1, 0)):
            reward = (beliefs.mean(told) - beliefs.mean(told, without=i)) ** 2
            expected = reward - ((types[i] - types[j]) / 2.0) ** 2
            assert_allclose(outcome.transfers[i], expected, atol=1e-12 * 30)


def test_jensen_breaks_prop_2_where_utility_bends():
    """An unbiased estimate of a state that enters convexly: truth loses."""
    world = FunctionWorld(lambda i, x, state, theta: x * (state**2 - theta), [0.0, 1.0])
    mechanism = DataDrivenVCG(world, GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))
    types, signals = [1.0, 0.6], [0.5, 0.4]
    assert mechanism.allocate(types, signals) == 0
    lies = [[(-9.0, 0.5)], []]
    exact = posterior_regret(mechanism, types, signals, lies)[0]
    noisy = posterior_regret(mechanism, types, signals, lies, estimator=SampleMean(1, 2.0))[0]
    assert exact.gain < 0.0 < noisy.gain
    assert_allclose(noisy.gain - exact.gain, 2.0, rtol=1e-9)  # the variance, in the other's term
    assert noisy.error < 1e-9


def test_own_signal_in_the_pivot_is_manipulable():
    """The pivot at the full posterior lets lies gain: i's signal must not enter ([B] Def 6)."""

    class FullPivot(DataDrivenVCG):
        def incentive(self, agent, here, profile, signals, truth):
            law = self.beliefs.law(signals)
            others = [j for j in range(len(profile)) if j != agent]
            pivot = self.world.choose(self.world.total(law, profile, others))
            core = super().incentive(agent, here, profile, signals, truth)
            return core - self.others(agent, pivot, profile, lambda _: truth.estimate)

    beliefs = GaussianBeliefs(0.0, 1.0, [0.1, 1.0])
    mechanism = FullPivot(QuadraticLoss(), beliefs)
    lies = [[(theta, signal) for theta in (-4.0, 0.0, 4.0) for signal in (-4.0, 4.0)], []]
    assert posterior_regret(mechanism, [0.0, 1.0], [0.5, 0.0], lies)[0].gain > 1.0
    proper = DataDrivenVCG(QuadraticLoss(), beliefs)
    assert posterior_regret(proper, [0.0, 1.0], [0.5, 0.0], lies)[0].gain < 0.0


def test_a_state_built_from_reports_is_manipulable():
    """[B] 4.2.3, though together the signals reveal the state exactly."""
    beliefs = FiniteBeliefs([0.25] * 4, _revealing(), [[0, 0], [0, 1], [1, 0], [1, 1]])
    world = LinearWorld(_vote())
    types = [1, 1]
    gains = {}
    for kind in (ReportedState, DataDrivenVCG):
        mechanism = kind(world, beliefs)
        reports = [[(t, s) for t in (0, 1) for s in (0, 1)]] * 2
        found = [
            posterior_regret(mechanism, types, list(told), reports).worst.gain
            for told in itertools.product((0, 1), repeat=2)
        ]
        gains[kind] = max(found)
    assert gains[DataDrivenVCG] <= 1e-12
    assert gains[ReportedState] > 0.5


def _revealing():
    first, second = np.zeros((2, 4, 2))
    for state in range(4):
        first[state, state // 2], second[state, state % 2] = 1.0, 1.0
    return [first, second]


def _vote():
    """Return slopes: allocation 1 is worth ω_1 − ω_2 to agent 0 and 2 ω_2 − ω_1 to agent 1."""
    slopes = np.zeros((2, 2, 2, 2))
    slopes[0, 1] = [[2.0, -1.0], [1.0, -1.0]]
    slopes[1, 1] = [[-1.0, 1.0], [-1.0, 2.0]]
    return slopes


@settings(max_examples=25)
@given(finite_games())
def test_vcg_with_public_signals_is_truthful_in_types(game):
    mechanism, types, signals = game
    public = PublicSignalsVCG(mechanism.world, mechanism.beliefs)
    own = [
        [(theta, signal) for theta in range(mechanism.world.tables[0].shape[2])]
        for signal in signals
    ]
    assert posterior_regret(public, types, signals, own).gains.max() <= 1e-12


def test_generalized_vcg_with_public_types_is_truthful_in_signals():
    priced = GeneralizedVCG(QuadraticLoss(), GAUSSIAN)
    told = [[(theta, s) for s in (-4.0, -1.0, 0.0, 1.0, 4.0)] for theta in BIASES]
    assert posterior_regret(priced, BIASES, SIGNALS, told).gains.max() <= 1e-12


def test_no_baseline_is_truthful_in_the_other_dimension():
    public, priced = (
        kind(QuadraticLoss(), GAUSSIAN) for kind in (PublicSignalsVCG, GeneralizedVCG)
    )
    signals = [
        [(theta, s + step) for step in (-1, 1)] for theta, s in zip(BIASES, SIGNALS, strict=True)
    ]
    types = [
        [(theta + step, s) for step in (-1, 1)] for theta, s in zip(BIASES, SIGNALS, strict=True)
    ]
    assert posterior_regret(public, BIASES, SIGNALS, signals).gains.max() > 0.1
    assert posterior_regret(priced, BIASES, SIGNALS, types).gains.max() > 0.1


def _contested(agent, chance, states, types):
    first, second = types
    return chance * first * states if agent == 0 else (1 - chance) * 2 * first * second * states


def test_interdependent_preferences_break_it():
    """[B] Ex 5: u_1 = xθ_1ω, u_2 = (1−x)2θ_1θ_2ω; agent 1 gains by reporting θ_1 = 1."""
    beliefs = FiniteBeliefs([0.5, 0.5], [SHARP, SHARP], [0.5, 1.0])
    world = FunctionWorld(_contested, [0.0, 1.0], interdependent=True)
    mechanism = DataDrivenVCG(world, beliefs)
    types, signals = [0.4, 0.75], [0, 1]
    found = posterior_regret(mechanism, types, signals, [[(1.0, 0), (0.9, 0)], []])[0]
    mean = beliefs.mean(signals)
    assert found.witness == (1.0, 0)
    # x* = 0 either way, and the others' utility is computed at the lie: 2 (1 − 0.4) 0.75 E[ω]
    assert_allclose(found.gain, 2 * 0.6 * 0.75 * mean, rtol=1e-12)
    private = FunctionWorld(lambda i, x, w, theta: _contested(i, x, w, (theta, theta)), [0.0, 1.0])
    alone = posterior_regret(
        DataDrivenVCG(private, beliefs), types, signals, [[(1.0, 0), (0.9, 0)], []]
    )
    assert alone.gains.max() <= 1e-12


def test_true_payoffs_survive_interdependence_but_ask_for_more():
    """[B] 4.2.2: realised payoffs carry the true θ_1, so reporting another gains nothing."""
    beliefs = FiniteBeliefs([0.5, 0.5], [SHARP, SHARP], [0.5, 1.0])
    mechanism = PayoffVCG(FunctionWorld(_contested, [0.0, 1.0], interdependent=True), beliefs)
    lies = [[(1.0, 0), (0.1, 1)], [(0.1, 1), (1.0, 0)]]
    assert posterior_regret(mechanism, [0.4, 0.75], [0, 1], lies).gains.max() <= 1e-12


def test_expected_payoffs_are_expected_data_driven_payments_up_to_what_reports_cannot_move():
    """Both pay the others' utility at x*; their pivots differ by E[.|s_-i] for E[.|s]."""
    payoff = PayoffVCG(QuadraticLoss(), GAUSSIAN).expected(BIASES, SIGNALS)
    data = QUADRATIC.expected(BIASES, SIGNALS)
    assert payoff.allocation == data.allocation
    for agent in range(3):
        pivot, law = data.pivots[agent], GAUSSIAN.law(SIGNALS)
        before = GAUSSIAN.law(SIGNALS, agent)
        gap = sum(
            QuadraticLoss().utility(j, pivot, before, BIASES)
            - QuadraticLoss().utility(j, pivot, law, BIASES)
            for j in range(3)
            if j != agent
        )
        assert_allclose(payoff.payments[agent] - data.payments[agent], gap, atol=1e-12)
    assert posterior_regret(PayoffVCG(QuadraticLoss(), GAUSSIAN), BIASES, SIGNALS).worst.gain <= 0


def test_stages_add_up_and_the_first_is_expected():
    staged = in_stages(QUADRATIC, BIASES, SIGNALS, 0.25, estimator=SampleMean(4, 1.0))
    assert_allclose(staged.total, QUADRATIC.run(BIASES, SIGNALS, 0.25).payments, atol=1e-12)
    assert_allclose(staged.at_reports, QUADRATIC.expected(BIASES, SIGNALS).payments, atol=1e-12)
    drawn = GAUSSIAN.sample_states(SIGNALS, 200, seed=4)
    later = np.array([in_stages(QUADRATIC, BIASES, SIGNALS, state).later for state in drawn])
    band = 3.3 * later.std(axis=0) / np.sqrt(len(later))
    assert (np.abs(later.mean(axis=0)) <= band + 1e-12).all()


def test_leave_one_out_never_uses_the_agents_own_report():
    reports = np.array([1.0, 2.0, 6.0])
    found = leave_one_out(reports, counts=[1, 3, 1])
    assert found.estimates == [3.0, 3.5, 1.75]
    payments = QUADRATIC.run(BIASES, SIGNALS, found).payments
    for agent in range(3):
        alone = QUADRATIC.run(BIASES, SIGNALS, found.estimates[agent]).payments
        assert payments[agent] == alone[agent]
        moved = reports.copy()
        moved[agent] += 5.0
        again = QUADRATIC.run(BIASES, SIGNALS, leave_one_out(moved, [1, 3, 1])).payments
        assert again[agent] == payments[agent]
    vectors = leave_one_out([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    assert vectors.estimates[0].tolist() == [1.0, 0.5]


def test_own_estimates_enter_the_others_payments_alone():
    """[B] note 19: agent j's own estimate stands for the state in j's term of the others' sums."""
    claims = [0.1, 0.5, -0.4]
    outcome = QUADRATIC.run(BIASES, SIGNALS, OwnEstimates(claims))
    for agent in range(3):
        expected = 0.0
        for j in range(3):
            if j != agent:
                peak = claims[j] + BIASES[j]
                expected += (outcome.allocation - peak) ** 2 - (outcome.pivots[agent] - peak) ** 2
        assert_allclose(outcome.payments[agent], expected, atol=1e-12)
        moved = list(claims)
        moved[agent] = 9.0
        again = QUADRATIC.run(BIASES, SIGNALS, OwnEstimates(moved))
        assert again.payments[agent] == outcome.payments[agent]


def test_a_platform_counts_as_one_more_agent_that_pays_nothing():
    with_platform = DataDrivenVCG(QuadraticLoss(), GAUSSIAN, platform=4.0)
    outcome = with_platform.run(BIASES, SIGNALS, 0.5)
    mean = GAUSSIAN.mean(SIGNALS)
    assert_allclose(outcome.allocation, mean + np.mean([*BIASES, 4.0]), rtol=1e-14)
    assert outcome.payments.shape == (3,)
    listed = GaussianBeliefs(0.3, 2.0, [1.0, 0.5, 3.0, np.inf])
    same = DataDrivenVCG(QuadraticLoss(), listed).run([*BIASES, 4.0], [*SIGNALS, 0.0], 0.5)
    assert_allclose(outcome.payments, same.payments[:3], atol=1e-12)
    assert posterior_regret(with_platform, BIASES, SIGNALS).gains.max() <= 1e-12


def test_a_content_platform_is_an_agent_with_a_known_reward():
    reward = np.random.default_rng(5).normal(size=(2, 4))
    world = Content("kl", REFERENCE, 0.7)
    platform = DataDrivenVCG(world, NUMBERS, platform=reward)
    outcome = platform.expected(CONTENT_TYPES, [0, 1, 1])
    weights = NUMBERS.posterior([0, 1, 1])
    logits = (weights @ (CONTENT_TYPES.sum(axis=0) + reward)) / 0.7 + np.log(REFERENCE)
    assert_allclose(outcome.allocation, np.exp(logits) / np.exp(logits).sum(), rtol=1e-12)
    assert posterior_regret(platform, CONTENT_TYPES, [0, 1, 1]).gains.max() <= 1e-12


@pytest.mark.parametrize("name", ["quadratic", "clicks", "kl"])
def test_any_h_of_the_others_keeps_truth_optimal(name):
    mechanism, types, signals, _ = EXACT[name]
    seen = []

    def h(agent, others_types, others_signals, estimate):
        seen.append((agent, len(others_types), list(others_signals)))
        return 7.0 + float(agent)

    other = DataDrivenVCG(mechanism.world, mechanism.beliefs, h=h)
    estimate = 0 if name == "kl" else [0.5, 0.2, 0.3] if name == "clicks" else 0.5
    pivot = mechanism.run(types, signals, estimate)
    own = other.run(types, signals, estimate)
    assert seen[1] == (1, 2, [signals[0], signals[2]])
    here = mechanism.choice(*mechanism.reports(types, signals))
    law = mechanism.beliefs.law_of(estimate)
    for agent in range(3):
        others = mechanism.others(agent, here.allocation, list(types), lambda _: law)
        charge = mechanism.world.charge(here.allocation, here.anchor)
        assert_allclose(own.payments[agent], charge - others - 7.0 - agent, atol=1e-12)
    assert_allclose(own.externality + own.steering, own.payments, atol=1e-12)
    assert not np.allclose(pivot.payments, own.payments)
    assert posterior_regret(other, types, signals).gains.max() <= 1e-11


def test_an_h_is_expected_over_the_estimate_and_not_at_its_mean():
    labels = FiniteBeliefs([0.4, 0.6], NUMBERS.likelihoods)
    tables = np.random.default_rng(2).normal(size=(3, 2, 2, 1))

    def squared(agent, types, signals, estimate):
        return 3.0 * float(estimate) ** 2

    for beliefs, estimator in (
        (NUMBERS, None),
        (labels, None),
        (NUMBERS, Kernel(np.eye(2), NUMBERS)),
    ):
        mechanism = DataDrivenVCG(FiniteWorld(tables), beliefs, h=squared)
        expected = mechanism.expected([0, 0, 0], [0, 1, 1], estimator).payments
        weights = beliefs.posterior([0, 1, 1])
        by_state = [mechanism.run([0, 0, 0], [0, 1, 1], state).payments for state in (0, 1)]
        assert_allclose(expected, weights @ by_state, atol=1e-12)
    clicks = DataDrivenVCG(ClickThrough(), CLICKS, h=lambda *reports: 0.0)
    with pytest.raises(InvalidInput, match="has no points to take a mean over"):
        clicks.expected([1.0, 2.0, 1.5], [4, 1, 3])


def test_an_h_that_looks_at_the_own_report_is_refused_with_the_pair():
    leaky = WholeProfile(lambda agent, types, signals, estimate: signals[agent] ** 2)
    mechanism = DataDrivenVCG(QuadraticLoss(), GAUSSIAN, h=leaky)
    with pytest.raises(
        InvalidInput,
        match=r"h of agent 0 depends on the agent's own report: \(type, signal\) = "
        r"\(0.4, 1.5\) gives 2.25, \(0.4, .*\) gives",
    ):
        mechanism.run(BIASES, SIGNALS, 0.5)
    by_type = WholeProfile(lambda agent, types, signals, estimate: types[agent])
    with pytest.raises(InvalidInput, match="gives 0.4, .*Let h use the others' reports"):
        DataDrivenVCG(QuadraticLoss(), GAUSSIAN, h=by_type).run(BIASES, SIGNALS, 0.5)
    at = WholeProfile(lambda i, types, signals, estimate: max(0.0, types[i] - 5.0))
    assert DataDrivenVCG(QuadraticLoss(), GAUSSIAN, h=at).run(BIASES, SIGNALS, 0.5)
    probed = WholeProfile(at.function, probes=[(6.0, 0.0)])
    with pytest.raises(InvalidInput, match=r"\(6.0, 0.0\) gives 1"):
        DataDrivenVCG(QuadraticLoss(), GAUSSIAN, h=probed).run(BIASES, SIGNALS, 0.5)


def test_a_clean_whole_profile_is_the_same_as_an_h_of_the_others():
    whole = WholeProfile(lambda i, types, signals, estimate: sum(types) - types[i] + estimate)
    plain = DataDrivenVCG(
        QuadraticLoss(), GAUSSIAN, h=lambda i, types, signals, estimate: sum(types) + estimate
    )
    found = DataDrivenVCG(QuadraticLoss(), GAUSSIAN, h=whole).run(BIASES, SIGNALS, 0.5)
    assert_allclose(found.payments, plain.run(BIASES, SIGNALS, 0.5).payments, atol=1e-12)


def test_an_identity_kernel_is_ex_post_and_a_noisy_one_is_not():
    rng = np.random.default_rng(0)
    tables = rng.normal(size=(3, 4, 2, 2))
    mechanism = DataDrivenVCG(FiniteWorld(tables), NUMBERS)
    reports = every_report(mechanism)
    worst = {}
    for noise in (0.0, 0.3, 0.5):
        kernel = Kernel([[1 - noise, noise], [noise, 1 - noise]], NUMBERS)
        worst[noise] = max(
            posterior_regret(mechanism, list(t), list(s), reports, estimator=kernel).worst.gain
            for t in itertools.product((0, 1), repeat=3)
            for s in itertools.product((0, 1), repeat=3)
        )
    assert worst[0.0] <= 1e-12
    assert worst[0.5] > worst[0.3] > 0.01


@pytest.mark.parametrize(
    ("estimator", "mean", "variance"),
    [
        (SampleMean(4, 2.0), 1.2, 0.7 + 0.5),
        (Biased(0.5, SampleMean(4, 2.0)), 1.7, 1.2),
        (PosteriorMean(4, 2.0, 0.0, 1.0), 1.2 * 2 / 3, (0.7 + 0.5) * 4 / 9),
    ],
)
def test_estimators_have_the_moments_that_their_formulas_say(estimator, mean, variance):
    """For a posterior of mean 1.2 and variance 0.7; draws agree within a 99.9% band."""
    beliefs = GaussianBeliefs(1.2, 0.7, [np.inf])
    law = estimator.law(beliefs, beliefs.law([0.0]))
    assert_allclose([law.mean, law.variance], [mean, variance], rtol=1e-12)
    assert_allclose(law.masses @ law.points, mean, rtol=1e-12)
    rng = np.random.default_rng(0)
    drawn = [estimator.draw(state, rng) for state in beliefs.sample_states([0.0], 4000, rng)]
    assert abs(np.mean(drawn) - mean) <= 3.3 * np.sqrt(variance / 4000)


def test_click_rates_are_binomial():
    beliefs = BetaBeliefs(2.0, 3.0, [0], common=True)
    law = ClickRate(7).law(beliefs, beliefs.law([0]))
    assert_allclose(law.mean, 0.4, rtol=1e-12)
    rate, spread = 0.4, 0.4 * 0.6 / 6.0
    assert_allclose(law.variance, spread + (rate - spread - rate**2) / 7, rtol=1e-12)
    several = BetaBeliefs([2.0, 1.0], [3.0, 1.0], [0, 0])
    moments = ClickRate(7).law(several, several.law([0, 0]))
    assert_allclose(moments.variance[0], law.variance, rtol=1e-12)


def test_monte_carlo_agrees_with_exact_regret_within_its_band():
    lies = [[(1.0, 2.0)], [(0.0, 0.0)], [(2.5, 0.9)]]
    exact = posterior_regret(QUADRATIC, BIASES, SIGNALS, lies, estimator=SampleMean(2, 1.0))
    drawn = posterior_regret(
        QUADRATIC,
        BIASES,
        SIGNALS,
        lies,
        estimator=SampleMean(2, 1.0),
        method="monte-carlo",
        draws=800,
        seed=3,
    )
    for one, other in zip(exact, drawn, strict=True):
        assert abs(one.gain - other.gain) <= other.error
        assert other.error > 0.0
    again = posterior_regret(
        QUADRATIC, BIASES, SIGNALS, lies, method="monte-carlo", draws=50, seed=3
    )
    assert (
        again.gains.tolist()
        == posterior_regret(
            QUADRATIC, BIASES, SIGNALS, lies, method="monte-carlo", draws=50, seed=3
        ).gains.tolist()
    )


def test_quadrature_says_how_far_it_may_be_off():
    """A kink is hard for Gauss-Hermite: the band must cover the exact normal integral."""
    world = FunctionWorld(lambda i, x, state, theta: x * (abs(state) - theta), [0.0, 1.0])
    beliefs = GaussianBeliefs(0.0, 1.0, [np.inf, np.inf])
    mechanism = DataDrivenVCG(world, beliefs)
    exact = 2 * np.sqrt(2 / np.pi) - 0.3  # 2 E|ω| − θ_1 − θ_2 at x = 1, 0 at x = 0
    found = posterior_regret(mechanism, [0.1, 0.2], [0.0, 0.0], [[(9.0, 0.0)], []])[0]
    assert mechanism.allocate([0.1, 0.2], [0.0, 0.0]) == 1
    assert abs(found.gain + exact) <= 3 * found.error
    assert 0.0 < found.error < 0.05


def test_logged_rates_are_unbiased_and_may_leave_the_range():
    rng = np.random.default_rng(0)
    rates, policy = np.array([0.5, 0.9]), np.array([0.8, 0.2])
    shown = rng.choice(2, 3000, p=policy)
    clicks = rng.random(3000) < rates[shown]
    found = logged_rates(shown, clicks, policy[shown], agents=2)
    assert (np.abs(found.rates - rates) <= 3.5 * found.errors).all()
    few = logged_rates([1, 1, 0], [1, 1, 0], [0.2, 0.2, 0.8], agents=2)
    assert few.rates[1] > 1.0
    beliefs = BetaBeliefs(1.0, 1.0, [2, 2])
    with pytest.raises(InvalidInput, match="rate 3.33333 of agent 1 is outside .0, 1.*unbounded"):
        DataDrivenVCG(ClickThrough(), beliefs).run([1.0, 1.0], [1, 1], few.rates)
    loose = DataDrivenVCG(ClickThrough(unbounded=True), beliefs)
    assert loose.run([1.0, 1.0], [1, 1], few.rates)
    normalized = logged_rates([1, 1, 0], [1, 1, 0], [0.2, 0.2, 0.8], 2, self_normalized=True)
    assert normalized.rates.tolist() == [0.0, 1.0]


TABLES = DataDrivenVCG(FiniteWorld(np.zeros((3, 2, 2, 2))), NUMBERS)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: QUADRATIC.run(BIASES, SIGNALS), "estimate: none given. .* never from reports"),
        (lambda: QUADRATIC.run(BIASES[:2], SIGNALS, 0.0), "types: 2 given, but there are 3 agents"),
        (lambda: QUADRATIC.run(BIASES, SIGNALS[:2], 0.0), "signals: 2 given, but the beliefs"),
        (lambda: QUADRATIC.run([0.0, np.nan, 0.0], SIGNALS, 0.0), "agent 1: type: nan is not one"),
        (lambda: QUADRATIC.run(BIASES, SIGNALS, [0.5, 0.5]), "estimate: .0.5, 0.5. is not one"),
        (lambda: QUADRATIC.run(BIASES, SIGNALS, np.inf), "estimate: inf is not one finite number"),
        (lambda: QUADRATIC.run(BIASES, SIGNALS, leave_one_out([0.0, 1.0])), "2 estimates, but the"),
        (lambda: TABLES.run([0, 0, 2], [0, 0, 0], 0), "agent 2: type 2 is none of the 2 types"),
        (lambda: TABLES.run([0, 0, 0], [0, 0, 0], 0.5), "needs weights over 2 listed states, but"),
        (
            lambda: DataDrivenVCG(QuadraticLoss(), FiniteBeliefs([1.0], [[[1.0]]])).run(
                [0], [0], 0
            ),
            "QuadraticLoss needs a state that is one number, but these states are labels",
        ),
        (
            lambda: DataDrivenVCG(ClickThrough(), CLICKS).run([1, -2, 1], [0, 0, 0], [0, 0, 0]),
            "agent 1: value per click -2 is negative",
        ),
        (
            lambda: DataDrivenVCG(ClickThrough(), CLICKS).run([1, 2, 1], [0, 0, 0], [0, 1.5, 0]),
            "click-through rate 1.5 of agent 1 is outside",
        ),
        (
            lambda: DataDrivenVCG(ClickThrough(), CLICKS).run([1, 2, 1], [0, 0, 0], [0, 1.0]),
            "Pass 3 rates, one an agent",
        ),
        (
            lambda: DataDrivenVCG(ClickThrough(), CLICKS).run([1, 2, 1], [0, 9, 0], [0, 1, 0]),
            "agent 1: 9 clicks above 6 impressions",
        ),
        (lambda: Content("kl", [0.5, 0.6], 1.0), "reference: the masses sum to 1.1"),
        (lambda: Content("kl", [0.5, 0.5], 0.0), "strength: 0.0. Pass a positive"),
        (
            lambda: DataDrivenVCG(Content("kl", [0.5, 0.5], 1.0), NUMBERS).run(
                np.zeros((3, 2, 3)), [0, 0, 0], 0
            ),
            "agent 0: rewards of 3 outcomes, but the reference has 2",
        ),
        (
            lambda: DataDrivenVCG(Content("kl", [0.5, 0.5], 1.0), NUMBERS).run(
                np.zeros((3, 4, 2)), [0, 0, 0], 0
            ),
            "Content has 4 states, but the beliefs list 2",
        ),
        (lambda: FiniteWorld([np.zeros((2, 3)), np.zeros((2, 2))]), "agent 1: 2 allocations and 2"),
        (lambda: FiniteWorld([[[[np.nan]]]]), "agent 0: cell .0, 0, 0. is nan"),
        (lambda: leave_one_out([1.0]), "Leaving one out needs one report for each of at least two"),
        (lambda: leave_one_out([1.0, np.nan]), "agent 1 reports nan"),
        (lambda: leave_one_out([1.0, 2.0], [1, 0]), "nobody but agent 0 observed anything"),
        (
            lambda: logged_rates([0], [1], [0.0], 1),
            "propensities: row 0 has 0. It must be in .0, 1",
        ),
        (lambda: logged_rates([0], [1], [1.5], 1), "propensities: row 0 has 1.5"),
        (
            lambda: logged_rates([0], [2], [0.5], 1),
            "clicks: row 0 has 2. It must be 0 or 1, one im",
        ),
        (
            lambda: logged_rates([1], [1], [0.5], 1),
            "shown: row 0 has 1. It must be a position from",
        ),
        (lambda: SampleMean(0, 1.0), "observations: 0. Pass an integer of at least 1"),
        (lambda: SampleMean(1, -1.0), "noise_variance: -1.0 is negative"),
        (lambda: Kernel([[0.5, 0.5]], NUMBERS), "table: shape .1, 2., but there are 2 states"),
        (
            lambda: posterior_regret(QUADRATIC, BIASES, SIGNALS, [[]]),
            "deviations: lists for 1 agents, but there are 3",
        ),
        (
            lambda: posterior_regret(QUADRATIC, BIASES, SIGNALS, method="guess"),
            "method 'guess' is unknown. Choose one of auto, quadrature, monte-carlo",
        ),
        (
            lambda: posterior_regret(QUADRATIC, BIASES, SIGNALS, estimator=3),
            "estimator: 3 is none. Pass an Estimator",
        ),
        (
            lambda: GeneralizedVCG(ClickThrough(), CLICKS),
            "its closed form is that of QuadraticLoss, not of ClickThrough",
        ),
        (
            lambda: ReportedState(QuadraticLoss(), GAUSSIAN).run(BIASES, SIGNALS, 0.5),
            "this mechanism builds it from the reports",
        ),
        (
            lambda: PayoffVCG(QuadraticLoss(), GAUSSIAN).run(BIASES, SIGNALS),
            "payoffs: None. Pass one finite number for each of 3 agents",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()
