"""The n-dimensional dual of concave welfare: brackets, the conic twin, limits, extremes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from mdsolve.divergences import KL, ForwardKL, SquaredL2
from mdsolve.divergences.base import Divergence
from mdsolve.errors import InvalidInput
from mdsolve.solvers.welfare_dual import Weights, solve
from mdsolve.welfare import AlphaFair, Egalitarian, Nash, Social, Welfare

WELFARES = [Nash(), AlphaFair(0.5), AlphaFair(3.0), Egalitarian()]


@dataclass
class Dense:
    """Φ at one g, from dense arrays."""

    phi: float
    values: np.ndarray
    model: np.ndarray
    curvature: np.ndarray
    rewards: np.ndarray
    strength: float

    @cached_property
    def _hessian(self) -> np.ndarray:
        k = self.curvature
        centred = self.rewards - ((self.rewards @ k) / k.sum())[:, None]
        return (centred * k) @ centred.T / self.strength

    def hessian(self) -> np.ndarray:
        return self._hessian

    def corrected(self, h: np.ndarray) -> np.ndarray:
        s, k = h @ self.rewards, self.curvature
        return self.model + k * (s - (k @ s) / k.sum()) / self.strength


def log_sum_exp(rewards: np.ndarray, log_reference: np.ndarray):
    def evaluate(weights: np.ndarray, strength: float) -> Dense:
        z = (weights @ rewards) / strength + log_reference
        mass = np.exp(z - z.max())
        total = float(mass.sum())
        model = mass / total
        phi = strength * (float(z.max()) + np.log(total))
        return Dense(phi, rewards @ model, model, model, rewards, strength)

    return evaluate


def root_find(divergence: Divergence, rewards: np.ndarray, reference: np.ndarray):
    """Φ of any divergence by bisection on Σ slope = 1, in the distance of the top from its pole."""

    def evaluate(weights: np.ndarray, strength: float) -> Dense:
        pull = (weights @ rewards) / strength
        depth = pull - pull.max()
        deepest, poled = float(depth.min()), np.isfinite(divergence.pole)
        ends = (
            (-300.0, np.log(divergence.pole - deepest) + 1.0) if poled else (deepest - 1e-9, 1e-9)
        )

        def excess(t: float) -> float:
            return float(divergence.mass(position(t), reference).sum()) - 1.0

        def position(t: float) -> np.ndarray:
            return depth - (np.exp(t) if poled else t)

        s = position(brentq(excess, *ends, xtol=1e-16, rtol=1e-15))
        model = divergence.mass(s, reference)
        cost = float(divergence.value(model, reference).sum())
        phi = strength * (float(pull @ model) - cost)
        curvature = divergence.curvature(model, s, reference)
        return Dense(phi, rewards @ model, model, curvature, rewards, strength)

    return evaluate


def game(seed: int, groups: int = 4, outcomes: int = 30) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    reference = rng.random(outcomes) + 0.01
    return (
        rng.random((groups, outcomes)),
        reference / reference.sum(),
        rng.integers(1, 9, groups) * 1.0,
    )


def bracket(
    evaluate, divergence: Divergence, reference, welfare: Welfare, sizes, strength, found: Weights
) -> tuple[float, float, float]:
    """The model's own objective, f(g), and their scale, from the definitions."""
    at = evaluate(found.weights, strength)
    model = at.corrected(found.correction)
    cost = strength * float(divergence.value(model, reference).sum())
    lower = welfare.value(at.rewards @ model, sizes) - cost
    upper = at.phi - welfare.conjugate(found.weights, sizes)
    scale = max(abs(at.phi), abs(upper), float(np.ptp(found.weights @ at.rewards)))
    return lower, upper, scale


@pytest.mark.parametrize("welfare", WELFARES, ids=repr)
@pytest.mark.parametrize("divergence", [KL(), ForwardKL(), SquaredL2()], ids=repr)
@pytest.mark.parametrize("exponent", [-6, -3, -1, 0, 3, 6])
def test_bracket_over_twelve_decades(
    welfare: Welfare, divergence: Divergence, exponent: int
) -> None:
    """f(g) meets the objective of its own model to 1e-12, computed apart from the solver."""
    rewards, reference, sizes = game(1)
    unit = 1.0 if welfare.name == "egalitarian" else float(sizes.sum())
    if divergence.name == "kl":
        evaluate = log_sum_exp(rewards, np.log(reference))
    else:
        evaluate = root_find(divergence, rewards, reference)
    strength = unit * 10.0**exponent
    found = solve(evaluate, welfare, sizes, strength)
    lower, upper, scale = bracket(evaluate, divergence, reference, welfare, sizes, strength, found)
    # Φ of these plain oracles is itself a difference of terms of size λ
    rounding = 4e-15 * scale + 1e-15 * max(strength, 1.0)
    assert found.gap <= 1e-12 * scale
    assert -rounding <= upper - lower <= 1e-12 * scale + rounding


@pytest.mark.parametrize("welfare", [Social(), *WELFARES], ids=repr)
@pytest.mark.parametrize("strength", [0.1, 2.0])
def test_the_conic_route_agrees(welfare: Welfare, strength: float) -> None:
    """math §3 oracle: the m-dimensional program has the same optimum."""
    rewards, reference, sizes = game(2, groups=3, outcomes=12)
    found = solve(log_sum_exp(rewards, np.log(reference)), welfare, sizes, strength)
    model, values = cp.Variable(12, nonneg=True), cp.Variable(3)
    size = cp.Parameter(3, nonneg=True, value=sizes)
    objective = welfare.expression(values, size) - strength * KL().expression(model, reference)
    problem = cp.Problem(cp.Maximize(objective), [cp.sum(model) == 1, values == rewards @ model])
    problem.solve(solver=cp.CLARABEL)
    assert found.value == pytest.approx(float(problem.value), rel=1e-6, abs=1e-6)
    np.testing.assert_allclose(found.values, np.asarray(values.value), atol=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(WELFARES), st.integers(0, 10**6), st.floats(-3.0, 3.0), st.data())
def test_weak_duality(welfare: Welfare, seed: int, exponent: float, data: st.DataObject) -> None:
    """Any g ≥ 0 bounds every model's objective; the solution lies between, ties included."""
    rewards, reference, sizes = game(seed, groups=3, outcomes=8)
    rewards = np.round(rewards * 4) / 4 if data.draw(st.booleans()) else rewards
    rewards = rewards[[0, 0, 1]] if data.draw(st.booleans()) else rewards
    rewards = np.maximum(rewards, 0.0)
    rewards[:, 0] += 0.1
    strength, rng = 10.0**exponent, np.random.default_rng(seed)
    evaluate = log_sum_exp(rewards, np.log(reference))
    found = solve(evaluate, welfare, sizes, strength)
    weights = found.weights * np.exp(rng.normal(size=3))
    weights = weights / weights.sum() if welfare.name == "egalitarian" else weights
    above = evaluate(weights, strength).phi - welfare.conjugate(weights, sizes)
    model = rng.dirichlet(np.ones(8))
    cost = strength * float(KL().value(model, reference).sum())
    below = welfare.value(rewards @ model, sizes) - cost
    slack = 1e-12 * max(abs(above), abs(found.value), strength, float(sizes.sum()))
    assert below - slack <= found.value - found.gap
    assert found.value <= above + slack
    assert found.gap <= slack


@pytest.mark.parametrize("strength", [1e-3, 0.05, 1.0, 40.0])
def test_one_group_nash_is_a_scalar_equation(strength: float) -> None:
    """n = 1: g v(g) = w, by bisection in log g."""
    rewards, reference, _ = game(3, groups=1)
    sizes, evaluate = np.array([2.5]), log_sum_exp(rewards, np.log(reference))

    def residual(y: float) -> float:
        return float(np.exp(y) * evaluate(np.exp([y]), strength).values[0]) - 2.5

    root = brentq(residual, -5.0, 10.0, xtol=1e-15, rtol=1e-15)
    found = solve(evaluate, Nash(), sizes, strength)
    np.testing.assert_allclose(found.weights, np.exp(root), rtol=1e-11)


@pytest.mark.parametrize("strength", [1e-4, 1e-1, 10.0])
def test_alpha_is_continuous(strength: float) -> None:
    """α = 1 ± 1e-9 trains Nash's model, α = 0 the social one; large α nears egalitarian."""
    rewards, reference, sizes = game(4)
    evaluate = log_sum_exp(rewards, np.log(reference))
    nash = solve(evaluate, Nash(), sizes, strength).values
    for alpha in (1 - 1e-9, 1.0, 1 + 1e-9):
        there = solve(evaluate, AlphaFair(alpha), sizes, strength).values
        np.testing.assert_allclose(there, nash, rtol=1e-7)
    social = solve(evaluate, Social(), sizes, strength)
    assert np.array_equal(social.weights, sizes)
    assert social.gap == 0.0
    none = solve(evaluate, AlphaFair(0.0), sizes, strength).values
    tiny = solve(evaluate, AlphaFair(1e-12), sizes, strength).values
    np.testing.assert_array_equal(none, social.values)
    np.testing.assert_allclose(tiny, social.values, rtol=1e-6)
    worst = [
        float(solve(evaluate, AlphaFair(a), sizes, 1e-6).values.min()) for a in (0.5, 2, 8, 30)
    ]
    best = float(solve(evaluate, Egalitarian(), sizes, 1e-6).values.min())
    assert worst == sorted(worst)
    assert best - worst[-1] < 0.05 * best
    assert worst[-1] <= best + 1e-5


@pytest.mark.parametrize("welfare", WELFARES, ids=repr)
@pytest.mark.parametrize("strength", [1e-5, 1e-2, 1.0, 1e5])
@pytest.mark.parametrize(
    "shape", ["duplicates", "constant", "all constant", "one outcome", "one group", "tiny masses"]
)
def test_degenerate_games(welfare: Welfare, strength: float, shape: str) -> None:
    """Singular Hessians, flat rewards and references of 1e-300 leave the gap at rounding."""
    rewards, reference, _ = game(5, groups=3, outcomes=20)
    log_reference = np.log(reference)
    if shape == "duplicates":
        rewards = np.vstack([rewards, rewards, rewards[:1]])
    elif shape == "constant":
        rewards = np.vstack([rewards, np.full((1, 20), 0.5)])
    elif shape == "all constant":
        rewards = np.full((3, 20), 0.3)
    elif shape == "one outcome":
        rewards, log_reference = rewards[:, :1], np.zeros(1)
    elif shape == "one group":
        rewards = rewards[:1]
    else:
        log_reference = -np.linspace(0.0, 690.0, 20)
        log_reference -= np.log(np.sum(np.exp(log_reference)))
    sizes = np.ones(len(rewards))
    found = solve(log_sum_exp(rewards, log_reference), welfare, sizes, strength)
    at = log_sum_exp(rewards, log_reference)(found.weights, strength)
    assert found.gap <= 1e-12 * max(abs(at.phi), float(np.ptp(found.weights @ rewards)))
    assert np.all(np.isfinite(found.weights))
    assert found.evaluations < 1500


@pytest.mark.parametrize("strength", [1e-4, 1e-1, 10.0])
def test_duplicated_groups_share_the_weight(strength: float) -> None:
    """A group given twice at half its size changes nothing."""
    rewards, reference, sizes = game(6)
    evaluate = log_sum_exp(rewards, np.log(reference))
    whole = solve(evaluate, Nash(), sizes, strength)
    twice = log_sum_exp(np.vstack([rewards, rewards[:1]]), np.log(reference))
    halves = np.append(sizes, sizes[0] / 2)
    halves[0] /= 2
    split = solve(twice, Nash(), halves, strength)
    np.testing.assert_allclose(split.values[:-1], whole.values, rtol=1e-9)
    np.testing.assert_allclose(split.weights[[0, -1]], whole.weights[0] / 2, rtol=1e-8)


@pytest.mark.parametrize("alpha", [1e-9, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("strength", [1e-6, 1.0, 1e6])
def test_sizes_may_differ_by_twelve_decades(alpha: float, strength: float) -> None:
    rewards, reference, _ = game(7, groups=3)
    sizes = np.array([1e-6, 1.0, 1e6])
    evaluate = log_sum_exp(rewards, np.log(reference))
    found = solve(evaluate, AlphaFair(alpha), sizes, strength * 1e6)
    expected = sizes * found.values**-alpha
    np.testing.assert_allclose(found.weights, expected, rtol=1e-6)


def test_inactive_groups_get_no_weight() -> None:
    """Complementarity: a group that is better off than the worst weighs nothing."""
    rewards, reference, sizes = game(8)
    rewards = np.vstack([rewards, rewards.max(axis=0) + 1.0])
    found = solve(log_sum_exp(rewards, np.log(reference)), Egalitarian(), np.append(sizes, 1), 0.01)
    assert found.weights[-1] < 1e-12
    assert found.weights.sum() == pytest.approx(1.0, abs=1e-14)
    active = found.weights > 1e-9
    assert np.ptp(found.values[active]) < 1e-12 < found.values[-1] - found.values.min()


@pytest.mark.parametrize("welfare", WELFARES, ids=repr)
def test_a_warm_start_saves_steps(welfare: Welfare) -> None:
    rewards, reference, sizes = game(9)
    evaluate = log_sum_exp(rewards, np.log(reference))
    cold = solve(evaluate, welfare, sizes, 1e-4)
    warm = solve(evaluate, welfare, sizes, 1e-4, start=cold.weights)
    assert warm.evaluations < cold.evaluations
    np.testing.assert_allclose(warm.values, cold.values, rtol=1e-9)
    far = solve(evaluate, welfare, sizes, 1e-4, start=np.array([1e-9, 1.0, 1e3, 1.0]))
    np.testing.assert_allclose(far.values, cold.values, rtol=1e-9)


@pytest.mark.parametrize("welfare", WELFARES, ids=repr)
def test_a_spent_budget_returns_an_honest_gap(welfare: Welfare) -> None:
    """Stopped early, the answer is still a dual point whose gap is the truth."""
    rewards, reference, sizes = game(10)
    evaluate = log_sum_exp(rewards, np.log(reference))
    found = solve(evaluate, welfare, sizes, 1e-3, max_evaluations=4)
    lower, upper, scale = bracket(evaluate, KL(), reference, welfare, sizes, 1e-3, found)
    assert found.evaluations <= 4
    assert found.gap > 1e-6
    assert upper - lower == pytest.approx(found.gap, rel=1e-9, abs=1e-12 * scale)


def test_other_welfare_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no dual in n dimensions"):
        solve(log_sum_exp(np.ones((1, 1)), np.zeros(1)), object(), np.ones(1), 1.0)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("welfare", WELFARES, ids=repr)
def test_a_million_outcomes(welfare: Welfare) -> None:
    """10^6 outcomes × 10 groups, where the conic route cannot start."""
    rewards, reference, sizes = game(11, groups=10, outcomes=10**6)
    evaluate = log_sum_exp(rewards, np.log(reference))
    found = solve(evaluate, welfare, sizes, 0.1)
    at = evaluate(found.weights, 0.1)
    assert found.gap <= 1e-12 * max(abs(at.phi), float(np.ptp(found.weights @ rewards)))
