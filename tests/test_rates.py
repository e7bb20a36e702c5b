"""[B] Thm 2, Prop 3: ε_N falls at the estimator's rate, below the bound; biases do not fall."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mdsolve.data_driven import (
    Biased,
    ClickRate,
    DataDrivenVCG,
    FiniteBeliefs,
    FunctionWorld,
    PosteriorMean,
    SampleMean,
    fitted_slope,
    rate_curve,
)
from mdsolve.errors import InvalidInput

STATES = np.array([0.1, 0.5, 0.9])
SHARP = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]
BELIEFS = FiniteBeliefs([0.25, 0.5, 0.25], [[[1.0]] * 3, SHARP], STATES)
SIZES = (64, 128, 256, 512, 1024, 2048)


def kinked(states):
    return np.abs(states - 0.5)


def smooth(states):
    return (states - 0.5) ** 2


def straight(states):
    return 1.0 * states


def project(value):
    """Return a project worth θ_0 to agent 0 and value(ω) to agent 1, and types at every margin."""
    world = FunctionWorld(lambda i, x, w, theta: x * (theta if i == 0 else value(w)), [0.0, 1.0])
    margins = [BELIEFS.posterior([0, signal]) @ value(STATES) for signal in range(3)]
    types = [step - margin for margin in margins for step in (-1e-13, 1e-13)]
    return DataDrivenVCG(world, BELIEFS), [[*types, 5.0, -5.0], [0.0]]


CASES = {
    # what bends at ω = 1/2 is overestimated by E|ω̂ − ω|, which falls like 1/√N
    "kinked": (kinked, ClickRate, 1.0, -0.5),
    # what curves is overestimated by a variance, which falls like 1/N
    "smooth": (smooth, ClickRate, 1.0, -1.0),
    "biased": (straight, lambda n: Biased(0.05, ClickRate(n)), 1.0, 0.0),
    "a Bayes estimate": (straight, lambda n: PosteriorMean(n, 0.25, 0.2, 1.0), 1.0, -1.0),
}


@pytest.mark.parametrize("name", CASES)
def test_the_fitted_slope_holds_the_theorys(name):
    value, estimator, constant, theory = CASES[name]
    mechanism, types = project(value)
    curve = rate_curve(mechanism, types, {n: estimator(n) for n in SIZES}, [0.0, constant])
    slope = curve.slope(0.99)
    assert theory in slope
    assert slope.upper - slope.lower < 0.1
    assert (curve.regrets <= curve.bounds + curve.numerical).all()
    assert (curve.numerical < 1e-3 * curve.regrets).all()


def test_regrets_are_the_overestimate_at_the_margin():
    """ε_N = max_s E[g(ω̂_N) − g(ω) | s]: exactly, from binomial sums written out."""
    from scipy.stats import binom

    mechanism, types = project(kinked)
    curve = rate_curve(mechanism, types, {n: ClickRate(n) for n in (1, 7, 64)}, [0.0, 1.0])
    for n, regret, error in zip(curve.observations, curve.regrets, curve.errors, strict=True):
        clicks = np.arange(n + 1)
        masses = binom.pmf(clicks, n, STATES[:, None])
        over = masses @ kinked(clicks / n) - kinked(STATES)
        off = (masses * np.abs(clicks / n - STATES[:, None])).sum(axis=1)
        posteriors = np.array([BELIEFS.posterior([0, s]) for s in range(3)])
        assert_allclose(regret, (posteriors @ over).max(), atol=1e-12)
        assert_allclose(error, (posteriors @ off).max(), rtol=1e-12)
    assert_allclose(curve.bounds, 2.0 * curve.errors, rtol=1e-15)


def test_an_unbiased_estimate_of_what_is_linear_has_no_rate():
    mechanism, types = project(straight)
    curve = rate_curve(mechanism, types, {n: ClickRate(n) for n in (4, 16, 64)}, [0.0, 1.0])
    assert curve.regrets.max() <= 1e-12
    assert (curve.bounds > 0.01).all()
    with pytest.raises(InvalidInput, match="regrets: 0 stand out of their numerical part"):
        curve.slope()


def test_quadrature_is_reported_apart_and_covers():
    """Gaussian data on a kink: nodes err, by less than twice what halving them says."""
    mechanism, types = project(kinked)
    few, many = (
        rate_curve(
            mechanism,
            types,
            {n: SampleMean(n, 0.25, nodes=nodes) for n in (64, 256, 1024)},
            [0.0, 1.0],
        )
        for nodes in (32, 180)
    )
    assert (few.numerical > 1e-5).all()
    assert (np.abs(few.regrets - many.regrets) <= 2.0 * few.numerical).all()
    assert (many.numerical < few.numerical).all()
    assert -0.5 in few.slope()


def test_a_slope_has_the_interval_of_its_residuals():
    """Of noisy power laws the 95% interval holds the exponent about 95 times in a hundred."""
    rng = np.random.default_rng(0)
    sizes = np.geomspace(10, 1e4, 12)
    hits = [
        -0.5 in fitted_slope(sizes, sizes**-0.5 * np.exp(0.1 * rng.normal(size=12)))
        for _ in range(400)
    ]
    assert 0.91 <= np.mean(hits) <= 0.985
    exact = fitted_slope(sizes, 3.0 * sizes**-1.0, numerical=1e-9)
    assert_allclose([exact.value, exact.lower], -1.0, atol=1e-4)
    assert exact.lower < -1.0 < exact.upper


def test_points_in_the_noise_are_left_out():
    mechanism, types = project(smooth)
    curve = rate_curve(mechanism, types, {n: ClickRate(n) for n in (1, 10, 100, 1000)}, [0, 1])
    blurred = replace(curve, numerical=np.array([0.0, 0.0, 0.0, 1.0]))
    assert_allclose(blurred.slope().value, -1.0, atol=1e-6)


@pytest.mark.parametrize(
    ("estimators", "lipschitz", "message"),
    [
        ({}, [0.0, 1.0], "estimators: none given. Map each N"),
        ({1: ClickRate(1)}, [1.0], "lipschitz: .1.0.. Give each of 2 agents one number"),
        ({1: ClickRate(1)}, [1.0, -1.0], "lipschitz: .1.0, -1.0.. Give each"),
    ],
)
def test_curves_that_cannot_be_are_refused(estimators, lipschitz, message):
    mechanism, types = project(smooth)
    with pytest.raises(InvalidInput, match=message):
        rate_curve(mechanism, types, estimators, lipschitz)
    with pytest.raises(InvalidInput, match="confidence: 1. Pass a number between"):
        fitted_slope([1, 2, 3], [1.0, 1.0, 1.0], confidence=1)
