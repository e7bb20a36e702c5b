"""Pictures of data-driven mechanisms draw what was computed."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mdsolve import data_driven as dd
from mdsolve import plots
from mdsolve.data_driven.rates import RateCurve
from mdsolve.errors import InvalidInput

SIZES = np.array([10.0, 100.0, 1000.0])
FALLING = RateCurve(
    SIZES, SIZES**-1.0, SIZES**-0.5, 2 * SIZES**-0.5, np.full(3, 1e-9), np.array([0.0, 1.0])
)
FLAT = RateCurve(SIZES, np.zeros(3), SIZES**-0.5, SIZES**-0.5, np.full(3, 1e-9), np.ones(2))
GAUSSIAN = dd.DataDrivenVCG(dd.QuadraticLoss(), dd.GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))


def drawn(figure):
    figure.canvas.draw()
    return figure


def words(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_rates_are_drawn_with_their_bounds_and_slopes():
    (axes,) = drawn(plots.rates({"a$b": FALLING, "none": FLAT})).axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    lines = [line for line in axes.lines if len(line.get_xdata()) == 3]
    assert_allclose(lines[0].get_ydata(), FALLING.regrets)
    assert any(np.array_equal(line.get_ydata(), FALLING.bounds) for line in lines)
    assert words(axes) == ["a$b: slope -1.000 ± 0.000", "none: no slope, below its numerical part"]


def test_one_rate_needs_no_name():
    (axes,) = drawn(plots.rates(FALLING, title="t_1")).axes
    assert words(axes) == ["slope -1.000 ± 0.000"]


@pytest.mark.parametrize("count", [0, 10])
def test_too_many_curves_are_refused(count):
    with pytest.raises(InvalidInput, match=f"curves: {count} given. Draw from 1 to 9"):
        plots.rates({str(k): FALLING for k in range(count)})


def test_information_is_drawn_for_both_pivots():
    table = [[0.75, 0.25], [0.25, 0.75]]
    beliefs = dd.FiniteBeliefs([0.5, 0.5], [table, table], [0.0, 1.0])
    curve = dd.information_curve(dd.QuadraticLoss(), [beliefs], [[0.0, 1.0]] * 2)
    (axes,) = drawn(plots.information(curve)).axes
    assert words(axes) == ["pivot in reports", "data-driven pivot"]
    assert_allclose(axes.lines[0].get_ydata(), curve.by_reports)
    assert_allclose(axes.lines[1].get_ydata(), curve.by_data)


def test_rewards_rise_to_their_limit():
    curve = dd.reward_curve(1.0, [0.1, 1.0, 1e6], [1.0])
    assert_allclose(curve.rewards[-1], curve.limit, rtol=1e-5)
    assert (np.diff(curve.rewards) > 0.0).all()
    (axes,) = drawn(plots.information_reward(curve)).axes
    assert_allclose(axes.lines[0].get_ydata(), curve.rewards)
    assert_allclose(axes.lines[1].get_ydata(), curve.limit)


def test_payments_over_types_are_those_of_example_2():
    """((θ_i − θ_j)/2)² less (E[ω|s] − E[ω|s_j])²."""
    biases = np.linspace(-2, 2, 9)
    curve = dd.payment_curve(GAUSSIAN, 1, biases, [0.5, 0.0], [0.0, 3.0])
    assert_allclose(curve.payments, ((biases - 0.5) / 2) ** 2 - 1.0, atol=1e-12)
    (axes,) = drawn(plots.type_payments({"signal 3": curve})).axes
    assert_allclose(axes.lines[0].get_ydata(), curve.payments)
    assert words(axes) == ["signal 3"]


def test_channels_are_two_bars_and_their_sum():
    table = [[0.75, 0.25], [0.25, 0.75]]
    mechanism = dd.DataDrivenVCG(
        dd.Content("kl", [0.5, 0.5], 1.0), dd.FiniteBeliefs([0.5, 0.5], [table, table])
    )
    outcome = mechanism.expected([[[1.0, 0.0], [0.0, 1.0]], [[0.5, 0.0], [0.5, 0.0]]], [0, 1])
    figure = drawn(plots.channels(outcome, agents=["a", "$b"]))
    (axes,) = figure.axes
    widths = [[bar.get_width() for bar in container] for container in axes.containers]
    assert_allclose(widths, [outcome.externality, outcome.steering])
    assert_allclose(axes.lines[0].get_xdata(), outcome.payments)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "$b"]
    with pytest.raises(InvalidInput, match="agents: 1 names for 2 agents"):
        plots.channels(outcome, agents=["a"])


def test_subfigures_are_drawn_in():
    whole = plots.figures.Picture(10.0, 4.0)
    left, right = whole.subfigures(1, 2)
    assert plots.rates(FALLING, figure=left) is whole
    curve = dd.payment_curve(GAUSSIAN, 0, [0.0, 1.0], [0.0, 0.0], [0.0, 0.0])
    assert plots.type_payments(curve, figure=right) is drawn(whole)


def test_curves_of_nothing_are_refused():
    with pytest.raises(InvalidInput, match="own_types: none given"):
        dd.payment_curve(GAUSSIAN, 0, [], [0.0, 0.0], [0.0, 0.0])
    with pytest.raises(InvalidInput, match="precisions: agent 0 has 0. A precision must be pos"):
        dd.reward_curve(1.0, [0.0], [1.0])
