"""Sums and increments that lose no digits, against fractions and mpmath."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdsolve.precision import (
    exact_sum,
    exponential_excess,
    logarithm_deficit,
    two_product,
    two_sum,
)

FLOATS = st.floats(-1e150, 1e150)
WIDE = st.builds(
    lambda m, e: m * 2.0**e, st.integers(-(2**53), 2**53).map(float), st.integers(-300, 300)
)
EDGES = [10.0**-k for k in range(18)] + [0.1, 0.25, 0.4999, 0.5, 0.5001, 0.75, 0.999]


@given(FLOATS, FLOATS)
def test_two_sum_is_exact(a, b):
    total, error = two_sum(a, b)
    assert total == a + b
    assert Fraction(total) + Fraction(error) == Fraction(a) + Fraction(b)


@given(WIDE, WIDE)
def test_two_product_is_exact(a, b):
    product, error = two_product(a, b)
    assert product == a * b
    assert Fraction(product) + Fraction(error) == Fraction(a) * Fraction(b)


@given(st.lists(WIDE, max_size=40), st.randoms(use_true_random=False))
def test_exact_sum_rounds_once(values, shuffle):
    values = values + [-value for value in values[::2]]
    shuffle.shuffle(values)
    assert exact_sum(values) == float(sum(map(Fraction, values), Fraction(0)))


@pytest.mark.parametrize("size", [512, 513, 40_000])
def test_exact_sum_of_many_cancels_by_blocks(size):
    rng = np.random.default_rng(size)
    values = rng.standard_normal(size) * 10.0 ** rng.integers(-20, 20, size)
    values = np.concatenate([values, -values[::-1], [1e-3]])
    exact = float(sum(map(Fraction, values.tolist())))
    assert abs(exact_sum(values) - exact) <= values.size * 2.0**-90 * np.abs(values).max()


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_exponential_excess_keeps_every_digit(sign):
    points = np.array([sign * x for x in [*EDGES, 1.0, 3.0, 30.0, 700.0]])
    with mp.workdps(60):
        for x, found in zip(points, exponential_excess(points), strict=True):
            truth = mp.expm1(mp.mpf(float(x))) - mp.mpf(float(x))
            assert abs(mp.mpf(float(found)) - truth) <= 2e-15 * truth


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_logarithm_deficit_keeps_every_digit(sign):
    far = [1.0, 3.0, 1e10] if sign > 0 else [0.9999, 1 - 1e-12]
    points = np.array([sign * x for x in [*EDGES[1:], *far]])
    with mp.workdps(60):
        for z, found in zip(points, logarithm_deficit(points), strict=True):
            truth = mp.mpf(float(z)) - mp.log1p(mp.mpf(float(z)))
            assert abs(mp.mpf(float(found)) - truth) <= 2e-15 * truth


def test_increments_at_their_ends():
    assert exponential_excess(0.0) == logarithm_deficit(0.0) == 0.0
    assert exponential_excess(1e4) == math.inf
    assert exponential_excess(-1e300) == 1e300
    assert exponential_excess([-2.0, 0.1]).shape == (2,)
