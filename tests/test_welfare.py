"""Concave welfare functions: conjugates against their definition, limits in α, DCP expressions."""

from __future__ import annotations

from math import inf

import cvxpy as cp
import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdsolve.errors import InvalidInput
from mdsolve.welfare import AlphaFair, Egalitarian, Nash, Social, Welfare

ALPHAS = (0.1, 0.5, 1.0, 2.0, 7.0)
positive = st.floats(0.01, 100.0)
vectors = st.tuples(*[st.tuples(positive, positive, positive)] * 3).map(np.array)


def power(alpha: float) -> Welfare:
    return Nash() if alpha == 1.0 else AlphaFair(alpha)


def infimum(alpha: float, weight: float, size: float) -> mp.mpf:
    """inf_v g v − G(v) at 40 digits, by the root of the derivative in log v."""
    with mp.workdps(40):
        a, g, w = mp.mpf(alpha), mp.mpf(weight), mp.mpf(size)
        v = mp.exp(mp.findroot(lambda u: mp.log(g / w) + a * u, (-3, 3), solver="secant"))
        gain = w * mp.log(v) if a == 1 else w * v ** (1 - a) / (1 - a)
        return g * v - gain


@given(st.sampled_from(ALPHAS), vectors)
def test_conjugate_is_the_infimum(alpha: float, draw: np.ndarray) -> None:
    """math §3: the formulas of G_* are inf_v <g, v> − G(v)."""
    weights, sizes, _ = draw
    truth = sum(infimum(alpha, g, w) for g, w in zip(weights, sizes, strict=True))
    size = sum(abs(infimum(alpha, g, w)) for g, w in zip(weights, sizes, strict=True)) + np.sum(
        sizes
    )
    assert abs(power(alpha).conjugate(weights, sizes) - truth) <= 1e-13 * size


@given(st.sampled_from(ALPHAS), vectors)
def test_fenchel_young(alpha: float, draw: np.ndarray) -> None:
    """<g, v> ≥ G(v) + G_*(g), with equality at g = dG/dv; ``excess`` is the difference."""
    welfare = power(alpha)
    weights, sizes, values = draw
    plain = weights @ values - welfare.value(values, sizes) - welfare.conjugate(weights, sizes)
    scale = weights @ values + abs(welfare.value(values, sizes))
    scale += abs(welfare.conjugate(weights, sizes))
    excess = welfare.excess(weights, values, sizes)
    assert excess >= 0.0
    assert abs(excess - plain) <= 1e-12 * scale / min(alpha, 1.0)
    own = welfare.weights(values, sizes)
    assert welfare.excess(own, values, sizes) <= 1e-24 * scale / min(alpha, 1.0) ** 2


@given(st.sampled_from(ALPHAS), vectors)
def test_derivatives_of_the_conjugate(alpha: float, draw: np.ndarray) -> None:
    """The gradient of G_* inverts dG/dv; its Hessian is the gradient's difference."""
    welfare = power(alpha)
    _, sizes, values = draw
    weights = welfare.weights(values, sizes)
    gradient, curvature = welfare.derivatives(weights, sizes)
    np.testing.assert_allclose(gradient, values, rtol=1e-13 / min(alpha, 1.0))
    h = 1e-5 * min(alpha, 1.0)
    above, _ = welfare.derivatives(weights * (1 + h), sizes)
    below, _ = welfare.derivatives(weights * (1 - h), sizes)
    np.testing.assert_allclose((above - below) / (2 * h * weights), curvature, rtol=1e-5)


@pytest.mark.parametrize("alpha", [1e-12, 1e-3, 0.5, 1.0, 3.0, 40.0])
def test_positions_walk_the_curve(alpha: float) -> None:
    """g V^α = w all along the curve, and a position is found back from V."""
    welfare, sizes = power(alpha), np.array([1e-6, 1.0, 1e6])
    values = np.array([1e-3, 0.7, 50.0])
    weights, curve = welfare.point(welfare.position(values), sizes)
    np.testing.assert_allclose(curve, values, rtol=1e-13)
    np.testing.assert_allclose(weights * curve**alpha, sizes, rtol=1e-13 * max(alpha, 1.0) * 10)


def test_limits_in_alpha() -> None:
    """α = 0 is social, α = 1 is Nash, and α → ∞ orders models as the worst value does."""
    sizes, values = np.array([2.0, 3.0]), np.array([0.4, 0.9])
    assert AlphaFair(0.0).value(values, sizes) == Social().value(values, sizes)
    assert AlphaFair(1.0).value(values, sizes) == Nash().value(values, sizes)
    near = AlphaFair(1 + 1e-9).weights(values, sizes)
    np.testing.assert_allclose(near, Nash().weights(values, sizes), rtol=1e-8)
    share = AlphaFair(60.0).weights(values, sizes)
    np.testing.assert_allclose(share / share.sum(), [1.0, 0.0], atol=1e-15)
    assert np.array_equal(Egalitarian().weights(values, sizes), [1.0, 0.0])


def test_ends_of_the_domain() -> None:
    """math §3: G_* at g = 0 is −∞ for Nash and α < 1 and finite for α > 1."""
    one, zero = np.array([1.0, 2.0]), np.array([0.0, 2.0])
    assert Nash().conjugate(zero, one) == AlphaFair(0.5).conjugate(zero, one) == -inf
    assert AlphaFair(2.0).conjugate(zero, one) == pytest.approx(4.0)
    assert Nash().value(zero, one) == AlphaFair(2.0).value(zero, one) == -inf
    assert AlphaFair(0.5).value(zero, one) == pytest.approx(4.0 * np.sqrt(2.0))
    assert Social().conjugate(one, one) == 0.0
    assert Social().conjugate(zero, one) == -inf
    assert Egalitarian().conjugate(np.array([0.5, 0.5]), one) == 0.0
    assert Egalitarian().conjugate(np.array([1.5, -0.5]), one) == -inf
    assert Egalitarian().conjugate(one, one) == -inf
    assert Egalitarian().excess(one, one, one) == Social().excess(zero, one, one) == inf
    assert Nash().excess(one, zero, one) == AlphaFair(2.0).excess(one, zero, one) == inf
    assert AlphaFair(2.0).excess(zero, one, one) == pytest.approx(2.0)


@pytest.mark.parametrize(
    "welfare", [Social(), Nash(), AlphaFair(0.0), AlphaFair(0.5), AlphaFair(3.0), Egalitarian()]
)
def test_expression_is_disciplined_and_equal(welfare: Welfare) -> None:
    """The CVXPY expression is concave, DPP in the sizes, and G at given values."""
    values, sizes = cp.Variable(3), cp.Parameter(3, nonneg=True)
    expression = welfare.expression(values, sizes)
    problem = cp.Problem(cp.Maximize(expression))
    assert expression.is_concave()
    assert problem.is_dcp(dpp=True)
    values.value, sizes.value = np.array([0.3, 1.0, 2.5]), np.array([1.0, 2.0, 5.0])
    expected = welfare.value(values.value, sizes.value)
    assert float(expression.value) == pytest.approx(expected, rel=1e-12)
    assert welfare.needs_positive == (welfare.name in ("nash", "alpha-fair"))
    assert welfare.uses_sizes == (welfare.name != "egalitarian")


@pytest.mark.parametrize("alpha", [-0.1, inf, float("nan")])
def test_bad_alpha_is_refused(alpha: float) -> None:
    with pytest.raises(InvalidInput, match="alpha: .* is not a finite number"):
        AlphaFair(alpha)


def test_names_read_well() -> None:
    shown = [repr(w) for w in (Social(), Nash(), AlphaFair(2.0), Egalitarian())]
    assert shown == ["Social()", "Nash()", "AlphaFair(2.0)", "Egalitarian()"]
