"""KL in closed form, against its definition at 60 to 400 digits, and as theorems of Φ."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from mdsolve.errors import InvalidInput
from mdsolve.solvers import exponential_family
from mdsolve.solvers.exponential import Exponential, regret, solve
from mdsolve.solvers.tilting import bregman

SMALL = 1e-300


def uniform(outcomes: int) -> np.ndarray:
    return np.full(outcomes, -np.log(outcomes))


def run(
    logs: np.ndarray, rewards: Any, weights: Any, strength: float, **options: Any
) -> Exponential:
    return solve(lambda columns: logs[columns], rewards, weights, strength, **options)


class Twin:
    """Every quantity by its definition, in exact numbers and mpmath."""

    def __init__(self, logs: np.ndarray, rewards: Any, weights: Any, strength: float) -> None:
        self.strength = mp.mpf(strength)
        self.rewards = [[mp.mpf(float(r)) for r in row] for row in rewards]
        self.weights = [mp.mpf(float(w)) for w in weights]
        masses = [mp.exp(mp.mpf(float(log))) for log in logs]
        self.reference = [mass / mp.fsum(masses) for mass in masses]
        self.combined = [
            mp.fdot(self.weights, column) for column in zip(*self.rewards, strict=True)
        ]
        self.value, self.model = self.solve(self.combined)

    def solve(self, combined: Any) -> Any:
        top = max(combined)
        terms = [
            q * mp.exp((c - top) / self.strength)
            for q, c in zip(self.reference, combined, strict=True)
        ]
        total = mp.fsum(terms)
        return top + self.strength * mp.log(total), [term / total for term in terms]

    def without(self, group: int) -> Any:
        weight, row = self.weights[group], self.rewards[group]
        return self.solve([c - weight * r for c, r in zip(self.combined, row, strict=True)])[0]

    def mean(self, group: int) -> Any:
        return mp.fdot(self.model, self.rewards[group])

    def utility(self, group: int) -> Any:
        return self.value - self.without(group)

    def payment(self, group: int) -> Any:
        return self.weights[group] * self.mean(group) - self.utility(group)


def steepness(rewards: Any, weights: Any, strength: float) -> float:
    return float(np.abs(np.asarray(weights)) @ np.abs(rewards).max(axis=1) / strength)


def relative(found: float, truth: Any) -> float:
    return float(abs(mp.mpf(float(found)) - truth) / max(abs(truth), mp.mpf(SMALL)))


def check(
    logs: np.ndarray,
    rewards: Any,
    weights: Any,
    strength: float,
    *,
    digits: int = 60,
    utilities: bool = True,
) -> tuple[float, float, float, float]:
    """Assert the accuracy promised; return the worst errors (model, payments, utilities, gap)."""
    rewards, weights = np.asarray(rewards, dtype=float), np.asarray(weights, dtype=float)
    found = run(logs, rewards, weights, strength)
    steep = steepness(rewards, weights, strength)
    allowed = 1e-12 if steep <= 1e3 else 2.0**-50 * steep
    with mp.workdps(digits):
        twin = Twin(logs, rewards, weights, strength)
        model = max(relative(p, q) for p, q in zip(found.model, twin.model, strict=True))
        assert model <= allowed
        assert found.lower <= twin.value <= found.upper
        spread = float(max(twin.combined) - min(twin.combined))
        size = max(abs(float(twin.value)), spread, SMALL)
        gap = (found.upper - found.lower) / size
        peaks = np.abs(rewards).max(axis=1)
        paid = kept = 0.0
        for group in range(len(weights)):
            mean, truth = twin.mean(group), twin.payment(group)
            assert abs(found.values[group] - mean) <= 1e-13 * (1 + steep / 1e3) * peaks[group]
            paid = max(paid, relative(found.payments[group], truth))
            if utilities:
                kept = max(kept, relative(found.utilities[group], twin.utility(group)))
    assert paid <= allowed
    assert kept <= allowed
    return model, paid, kept, gap


def random_game(rng: Any, groups: int, outcomes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    logs = np.log(rng.dirichlet(np.ones(outcomes)))
    return logs, rng.random((groups, outcomes)), rng.integers(1, 11, groups).astype(float)


@pytest.mark.parametrize("strength", [10.0**k for k in range(-6, 7)])
def test_every_strength(strength: float) -> None:
    rng = np.random.default_rng(1)
    logs, rewards, weights = random_game(rng, 5, 40)
    digits = 60 if strength > 1e-3 else 400
    *_, gap = check(logs, rewards, weights, strength, digits=digits)
    assert gap <= 1e-12


@pytest.mark.parametrize("weight", [10.0**k for k in range(-8, 4)])
def test_every_weight(weight: float) -> None:
    rng = np.random.default_rng(2)
    logs, rewards, weights = random_game(rng, 4, 30)
    weights[1] = weight
    *_, gap = check(logs, rewards, weights, 0.7, digits=200 if weight > 99 else 80)
    assert gap <= 1e-12


CASES: dict[str, tuple[Any, Any, Any, float]] = {
    "tiny masses": (np.log([1e-300, 1e-200, 0.4, 0.6]), [[9, 4, 1, 0], [0, 3, 1, 2]], [1, 2], 0.02),
    "underflow": (np.array([0.0, -5000, -9000]), [[0, 3, 8], [1, 0, 5]], [1, 1], 2e-3),
    "underflow, unreached": (np.array([0.0, -5000, -9000]), [[0, 3, 8], [1, 0, 5]], [1, 1], 1.0),
    "a hair apart": (uniform(3), [[1, 1 + 1e-12, 1], [0, 1, 2]], [1, 1], 1.0),
    "a hair apart, light": (uniform(3), [[1, 1 + 1e-12, 1], [0, 1, 2]], [1e-8, 1], 1e6),
    "alone": (uniform(4), [[0.3, 0.1, 0.9, 0.5]], [2], 0.3),
    "twins": (uniform(3), [[0, 1, 3]] * 3, [1, 1, 1], 0.5),
    "concentrated": (uniform(3), [[46, 0, 1], [0, 1, 1e-3]], [1, 1], 1.0),
    "very concentrated": (uniform(3), [[150, 0, 1], [0, 1, 1e-3], [2, 2, 0]], [1, 1, 1e-8], 1.0),
    "indifferent in bulk": (
        np.log([0.5, 0.5, 1e-40]), [[1, 1, 0], [1, 1 + 1e-9, 4]], [1, 1e-4], 1.0
    ),
    "negative": (uniform(3), [[-1, -2, -7], [3, -4, 0]], [1, 2], 0.8),
    "offset": (uniform(3), [[1e6, 1e6 + 0.25, 1e6 + 1], [0, 1, 0]], [1, 1], 1.0),
    "offset, all": (uniform(3), [[1e6, 1e6 + 0.25, 1e6 + 1], [-1e6, 1 - 1e6, -1e6]], [3, 1], 0.1),
    "own shift": (np.log([1e-3, 1 - 1e-3]), [[900, 0], [0, 1]], [1, 1], 1.0),
    "own shift, steep": (np.log([1e-3, 1 - 1e-3]), [[9000, 0], [0, 1]], [1, 1], 1.0),
    "opposed": (uniform(3), [[0, 500, 100], [500, 0, 300]], [1, 1], 1.0),
    "nearly full charge": (np.log([1e-9, 1 - 1e-9]), [[520, 0], [0, 500]], [1, 1], 1.0),
    "weightless": (uniform(3), [[0, 1, 2], [3, 0, 1]], [0, 1], 1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_corners(name: str) -> None:
    logs, rewards, weights, strength = CASES[name]
    mixed = np.asarray(rewards).min() < 0 or name == "weightless"
    check(logs, rewards, weights, strength, digits=4500, utilities=not mixed)


def test_many_groups_and_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over several blocks, with every tier of steepness at once."""
    rng = np.random.default_rng(3)
    logs, rewards, weights = random_game(rng, 40, 600)
    weights = 10.0 ** rng.uniform(-8, 3.3, 40)
    monkeypatch.setattr(exponential_family, "CELLS", 1000)
    monkeypatch.setattr(exponential_family, "_PARALLEL", 1)
    check(logs, rewards, weights, 1.3, digits=100)


def test_constant_rewards_pay_exactly_nothing() -> None:
    found = run(uniform(3), np.array([[7.3, 7.3, 7.3], [0.1, 0.2, 0.3]]), [1.7, 1.0], 0.01)
    assert found.payments[0] == 0.0
    assert found.utilities[0] == 1.7 * 7.3


def test_one_outcome() -> None:
    found = run(np.zeros(1), np.array([[2.0], [-3.0]]), [1.0, 2.0], 0.5)
    np.testing.assert_array_equal(found.model, [1.0])
    np.testing.assert_array_equal(found.payments, [0.0, 0.0])
    np.testing.assert_array_equal(found.utilities, [2.0, -6.0])
    assert found.lower <= -4.0 <= found.upper


def naive(logs: Any, rewards: Any, weights: Any, strength: float) -> Any:
    """The obvious loop: one log-sum-exp a group."""

    def value(combined: Any) -> Any:
        exponents = logs + combined / strength
        top = exponents.max()
        terms = np.exp(exponents - top)
        return strength * (top + np.log(terms.sum())), terms / terms.sum()

    combined = weights @ rewards
    welfare, model = value(combined)
    others = [value(combined - w * r)[0] for w, r in zip(weights, rewards, strict=True)]
    return model, np.array(others) - welfare + weights * (rewards @ model)


def test_large_dense_and_sparse_agree_with_the_obvious_loop() -> None:
    rng = np.random.default_rng(4)
    logs, rewards, weights = random_game(rng, 20, 120_000)
    rewards[rewards < 0.8] = 0.0
    model, payments = naive(logs, rewards, weights, 2.0)
    dense, thin = (run(logs, r, weights, 2.0) for r in (rewards, sparse.csc_array(rewards)))
    for found in (dense, thin):
        np.testing.assert_allclose(found.model, model, rtol=1e-11)
        np.testing.assert_allclose(found.payments, payments, rtol=1e-10)
    np.testing.assert_allclose(dense.payments, thin.payments, rtol=1e-13)


def test_bracket_shows_a_wrong_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exponential that errs in the tenth digit opens the bracket; Φ stays inside."""
    logs, rewards, weights = random_game(np.random.default_rng(5), 3, 50)
    honest = run(logs, rewards, weights, 0.5)
    exact = np.exp

    def wrong(x: Any, out: Any = None) -> Any:
        terms = exact(x, out=out)
        terms *= 1 + 1e-10 * np.sin(1e3 * x)
        return terms

    monkeypatch.setattr(np, "exp", wrong)
    found = run(logs, rewards, weights, 0.5)
    assert found.upper - found.lower > 10 * (honest.upper - honest.lower)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(-3, 3), st.sampled_from(["report", "weight", "both"]))
def test_regret_is_what_the_misreport_loses(seed: int, power: float, kind: str) -> None:
    """[S] Thm 4.2: u(truth) − u(lie) = λ KL(π'‖π) ≥ 0, here at 60 digits by definition."""
    rng = np.random.default_rng(seed)
    logs, rewards, weights = random_game(rng, 3, 12)
    strength = 10.0**power
    report = rng.random(12) if kind != "weight" else rewards[1]
    weight = 3.5 if kind != "report" else weights[1]
    with mp.workdps(60 if power > -1 else 400):
        truth = Twin(logs, rewards, weights, strength)
        told, sizes = rewards.copy(), weights.copy()
        told[1], sizes[1] = report, weight
        lie = Twin(logs, told, sizes, strength)
        lost = mp.fsum(p * mp.log(p / q) for p, q in zip(lie.model, truth.model, strict=True))
        expected = float(lost * truth.strength)
    found = regret(lambda columns: logs[columns], rewards, weights, strength, 1, report, weight)
    steep = steepness(rewards, weights, strength)
    assert found == pytest.approx(expected, rel=1e-12 if steep < 1e3 else 2**-50 * steep, abs=SMALL)


def test_truth_has_no_regret() -> None:
    logs, rewards, weights = random_game(np.random.default_rng(6), 3, 12)
    assert regret(lambda columns: logs[columns], rewards, weights, 0.1, 2, rewards[2]) == 0.0


def test_payment_is_the_increment_of_the_value() -> None:
    logs, rewards, weights = random_game(np.random.default_rng(7), 3, 50)
    found = run(logs, rewards, weights, 0.4)
    increments = [bregman(found.model, -w * r, 0.4) for w, r in zip(weights, rewards, strict=True)]
    np.testing.assert_allclose(found.payments, increments, rtol=1e-13)


def test_bregman_of_a_model_with_zeros() -> None:
    assert bregman(np.array([1.0, 0.0]), [0.0, 3.0], 1.0) == 0.0
    assert bregman(np.array([0.5, 0.0, 0.5]), [-1.0, 9.0, 1.0], 1.0) == pytest.approx(
        float(np.log(np.cosh(1.0))), rel=1e-14
    )


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 2**32 - 1), st.floats(-6, 6), st.floats(-300, 0))
def test_brackets_contain_the_value(seed: int, power: float, rarity: float) -> None:
    rng = np.random.default_rng(seed)
    logs, rewards, weights = random_game(rng, int(rng.integers(1, 6)), int(rng.integers(1, 12)))
    logs[0] += rarity * np.log(10)
    logs -= np.logaddexp.reduce(logs)
    rewards = rewards * rng.choice([1, 1e3], len(weights))[:, None] - rng.choice([0, 1, 1e5])
    found = run(logs, rewards, weights, 10.0**power)
    assert found.payments is not None
    assert np.isfinite(found.payments).all()
    assert (found.payments >= 0).all()
    with mp.workdps(60):
        value = Twin(logs, rewards, weights, 10.0**power).value
        assert found.lower <= value <= found.upper


def test_combined_rewards_keep_the_digits_a_sum_rounds_off() -> None:
    rng = np.random.default_rng(8)
    rewards = rng.uniform(-1e8, 1e8, (7, 9))
    rewards[6] = -np.round(rng.uniform(0.5, 1.5, 6) @ rewards[:6])
    weights = np.append(rng.uniform(0.5, 1.5, 6), 1.0)
    problem = exponential_family.pose(lambda c: uniform(9)[c], rewards, weights, 1.0, None)
    assert problem.halves is not None
    exact = [
        sum(Fraction(w) * Fraction(r) for w, r in zip(weights, column, strict=True))
        for column in rewards.T
    ]
    error = [
        abs(Fraction(found) + Fraction(problem.origin) - truth)
        for found, truth in zip(problem.combined(rewards), exact, strict=True)
    ]
    largest = max(abs(truth - Fraction(problem.origin)) for truth in exact)
    assert max(error) <= Fraction(2) ** -52 * largest


def test_memory_beyond_the_model_is_a_few_megabytes() -> None:
    rng = np.random.default_rng(9)
    logs, rewards, weights = uniform(500_000), rng.random((4, 500_000)), np.ones(4)
    tracemalloc.start()
    try:
        run(logs, rewards, weights, 1.0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 8 * 500_000 + (1 << 23)


@pytest.mark.parametrize("strength", [0.0, -1.0, float("nan"), float("inf")])
def test_refuses_a_strength_that_is_not_positive(strength: float) -> None:
    with pytest.raises(InvalidInput, match="strength: .* is not positive and finite"):
        run(uniform(2), np.eye(2), [1, 1], strength)


def test_refuses_exponents_that_overflow() -> None:
    with pytest.raises(InvalidInput, match="too small for combined rewards up to 2e\\+08"):
        run(uniform(2), np.eye(2) * 1e8, [1, 1], 1e-300)
