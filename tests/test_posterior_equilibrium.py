"""The sweep over finite type sets against one call a profile, for every kind of mechanism."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mdsolve.data_driven import (
    ClickThrough,
    Content,
    DataDrivenVCG,
    FiniteBeliefs,
    FiniteWorld,
    FunctionWorld,
    GaussianBeliefs,
    JointBeliefs,
    Kernel,
    LinearWorld,
    PayoffVCG,
    PublicSignalsVCG,
    QuadraticLoss,
    ReportedState,
    SampleMean,
    posterior_equilibrium,
    posterior_regret,
)
from mdsolve.errors import InvalidInput

RNG = np.random.default_rng(11)
TABLES = [RNG.dirichlet(np.ones(3), 4) for _ in range(2)]
PRIOR = RNG.dirichlet(np.ones(4))
NUMBERS = FiniteBeliefs(PRIOR, TABLES, [0.0, 0.3, 0.6, 1.0])
JOINT = JointBeliefs(NUMBERS.joint(), NUMBERS.states)
RATES = FiniteBeliefs(PRIOR, TABLES, RNG.random((4, 2)))
THREE = FiniteBeliefs(PRIOR, [*TABLES, RNG.dirichlet(np.ones(2), 4)], [0.0, 0.3, 0.6, 1.0])
FINITE = FiniteWorld(RNG.normal(size=(2, 4, 4, 3)))
REWARDS = RNG.normal(size=(2, 3, 4, 3))
NOISE = Kernel(0.7 * np.eye(4) + 0.075, NUMBERS)
MOVING = np.array([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6], [0.1, 0.8, 0.1]])


class Paid(DataDrivenVCG):
    """Pays for the own report: no products hold for transfers of one's own making."""

    def incentive(self, agent, here, profile, signals, truth):
        return super().incentive(agent, here, profile, signals, truth) + 0.3 * signals[agent]


CASES = {
    "transfers of one's own": (Paid(FINITE, NUMBERS), [range(2)] * 2, None),
    "content, platform": (
        DataDrivenVCG(
            Content("kl", [0.5, 0.3, 0.2], 0.3), NUMBERS, platform=REWARDS[0, 0].tolist()
        ),
        [list(each[:2]) for each in REWARDS],
        NOISE,
    ),
    "finite": (DataDrivenVCG(FINITE, NUMBERS), [range(3)] * 2, None),
    "finite, noisy": (DataDrivenVCG(FINITE, NUMBERS), [range(3)] * 2, NOISE),
    "joint, noisy": (DataDrivenVCG(FINITE, JOINT), [range(3)] * 2, NOISE),
    "quadratic, off": (
        DataDrivenVCG(QuadraticLoss(), NUMBERS),
        [[-1.0, 0.0, 0.7], [0.2, 0.9]],
        lambda state: state + 0.4,
    ),
    "quadratic, one own type": (
        DataDrivenVCG(QuadraticLoss(), FiniteBeliefs([1.0], [[[1.0]], [[1.0]]], [0.5])),
        [[0.0], [1.0]],
        lambda state: state + 0.4,
    ),
    "quadratic, three agents": (
        DataDrivenVCG(QuadraticLoss(), THREE),
        [[-1.0, 0.7], [0.2, 0.9], [0.0]],
        lambda state: state * 1.5,
    ),
    "quadratic, platform": (
        DataDrivenVCG(QuadraticLoss(), NUMBERS, platform=2.0),
        [[-1.0, 0.7], [0.2, 0.9]],
        lambda state: state - 1.0,
    ),
    "clicks, wrong rates": (
        DataDrivenVCG(ClickThrough(), RATES),
        [[0.5, 1.0, 2.0], [0.7, 1.1]],
        lambda rates: rates[::-1],
    ),
    "linear": (DataDrivenVCG(LinearWorld(RNG.normal(size=(2, 4, 3))), NUMBERS), [range(3)] * 2, 0),
    "content, KL": (
        DataDrivenVCG(Content("kl", [0.5, 0.3, 0.2], 0.3), NUMBERS),
        [list(each) for each in REWARDS],
        NOISE,
    ),
    "content, L2": (
        DataDrivenVCG(Content("l2", [0.5, 0.3, 0.2], 0.3), NUMBERS),
        [list(each[:2]) for each in REWARDS],
        NOISE,
    ),
    "content, moving reference": (
        DataDrivenVCG(Content("kl", lambda signals: MOVING[signals[0]], 0.3), NUMBERS),
        [list(each[:2]) for each in REWARDS],
        None,
    ),
    "reported state": (ReportedState(FINITE, NUMBERS), [range(2)] * 2, None),
    "public signals": (PublicSignalsVCG(FINITE, NUMBERS), [range(2)] * 2, None),
    "payoffs": (PayoffVCG(FINITE, NUMBERS), [range(2)] * 2, None),
    "interdependent": (
        DataDrivenVCG(
            FunctionWorld(
                lambda i, x, state, types: (
                    (x if i == 0 else (1 - x) * 2 * types[1]) * types[0] * state
                ),
                [0.0, 1.0],
                interdependent=True,
            ),
            NUMBERS,
        ),
        [[0.2, 0.9], [0.3, 0.8]],
        None,
    ),
}


def naive(mechanism, types, estimator):
    """Return the worst gain of each own true type by one call a true profile."""
    agents, counts = len(types), mechanism.beliefs.signal_counts
    regrets = [np.zeros((counts[i], len(types[i]))) for i in range(agents)]
    reports = [[(t, s) for s in range(counts[i]) for t in types[i]] for i in range(agents)]
    for places in itertools.product(*(range(len(each)) for each in types)):
        profile = [types[i][k] for i, k in enumerate(places)]
        for signals in itertools.product(*map(range, counts)):
            found = posterior_regret(
                mechanism, profile, list(signals), reports, estimator=estimator
            )
            for agent in range(agents):
                cell = signals[agent], places[agent]
                regrets[agent][cell] = max(regrets[agent][cell], found[agent].gain)
    return regrets


@pytest.mark.parametrize("name", CASES)
def test_the_sweep_is_one_call_a_profile(name):
    mechanism, types, given = CASES[name]
    estimator = SampleMean(3, 1.0) if given == 0 else given
    found = posterior_equilibrium(mechanism, types, estimator=estimator)
    slow = naive(mechanism, types, estimator)
    for fast, twin in zip(found.regrets, slow, strict=True):
        assert_allclose(fast, twin, atol=1e-12)
    assert found.complete
    assert found.epsilon == pytest.approx(max(each.max() for each in slow), abs=1e-12)
    for worst in found.worst:
        lies = [[] for _ in types]
        lies[worst.agent] = [worst.report]
        again = posterior_regret(mechanism, worst.types, worst.signals, lies, estimator=estimator)
        assert_allclose(again[worst.agent].gain, worst.gain, atol=1e-12)


def test_laws_and_tables_agree():
    """A Gaussian with given signals goes law by law; finite beliefs could too."""
    from mdsolve.data_driven.equilibrium.valuations import LawValuations, Lists, TableValuations
    from mdsolve.data_driven.estimators import ExPost

    mechanism = DataDrivenVCG(QuadraticLoss(), NUMBERS)
    lists = [Lists([0.0, 1.0], [0, 1, 2]), Lists([0.5], [0, 2])]
    for agent in (0, 1):
        by_law, by_table = (
            kind(mechanism, lists, agent, ExPost()) for kind in (LawValuations, TableValuations)
        )
        assert_allclose(by_law.own([1, 2]), by_table.own([1, 2]), atol=1e-13)
        for one, other in zip(
            by_law.others([0.0, 0.5], [1, 2]), by_table.others([0.0, 0.5], [1, 2]), strict=True
        ):
            assert_allclose(one, other, atol=1e-13)


def test_gaussian_signals_are_listed():
    mechanism = DataDrivenVCG(QuadraticLoss(), GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))
    lists = [[0.0, 1.0]] * 2, [[-1.0, 0.0, 2.0]] * 2
    assert posterior_equilibrium(mechanism, *lists).epsilon <= 1e-12
    off = posterior_equilibrium(mechanism, *lists, estimator=lambda state: state + 1.0)
    assert 0.0 < off.epsilon <= 0.5 + 1e-12  # (n−1)² b²/n, where some report reaches it
    with pytest.raises(InvalidInput, match="has no finite list of them. Give each agent a list"):
        posterior_equilibrium(mechanism, [[0.0]] * 2)


def test_a_budget_draws_profiles_and_says_so():
    mechanism, types, estimator = CASES["finite, noisy"]
    steps = []
    some = posterior_equilibrium(
        mechanism,
        types,
        estimator=estimator,
        budget=6,
        seed=2,
        progress=lambda done, total: steps.append((done, total)),
    )
    assert (some.checked, some.profiles, some.complete) == (6, 18, False)
    assert steps[-1] == (6, 18)
    assert some.epsilon <= posterior_equilibrium(mechanism, types, estimator=estimator).epsilon
    assert "6 of 18" in repr(some)


def test_an_interrupt_keeps_what_was_found():
    mechanism, types, estimator = CASES["finite, noisy"]

    def stop(done, total):
        if done == 5:
            raise KeyboardInterrupt

    found = posterior_equilibrium(mechanism, types, estimator=estimator, progress=stop)
    assert found.checked == 5
    assert not found.complete


@pytest.mark.parametrize(
    ("types", "message"),
    [
        ([[0]], "types: lists for 1 agents, but there are 2"),
        ([[0], []], "types: lists for 2 agents, but there are 2. Give each agent a list of at le"),
        ([[0], [9]], "agent 1: type 9 is none of the 3 types"),
    ],
)
def test_lists_that_are_none_are_refused(types, message):
    with pytest.raises(InvalidInput, match=message):
        posterior_equilibrium(CASES["finite"][0], types)
