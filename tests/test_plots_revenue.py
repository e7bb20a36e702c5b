"""Pictures of the largest payments draw what was computed: curves, stacks, names, refusals."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.container import BarContainer
from numpy.testing import assert_allclose

import mdsolve as md
from mdsolve import plots
from mdsolve.cli.unpaid import Unpaid
from mdsolve.errors import InvalidInput
from mdsolve.payments.revenue_curve import RevenueCurve, finite_revenue_curve
from mdsolve.payments.revenue_maximizing import RevenueMaximizing

BEST, AFFINE = RevenueMaximizing("sum", sizes=(1, 2)), md.AffineMaximizer()


def game_of(groups: int, outcomes: int = 4) -> md.Game:
    draw = np.random.default_rng(0)
    game = md.Game(
        np.full(outcomes, 1.0 / outcomes),
        draw.random((groups, outcomes)),
        draw.integers(1, 3, groups),
        groups=[f"g{i}" for i in range(groups)],
    )
    return game.normalized("sum")


def runs(payment, games):
    rule = md.SocialWelfare("kl", 0.1)
    return {key: md.Mechanism(rule, payment).run(game) for key, game in games.items()}


def shares(outcome) -> np.ndarray:
    return 100.0 * outcome.payments / (outcome.game.sizes @ outcome.values)


def legend(figure):
    return [text.get_text() for each in figure.legends for text in each.get_texts()]


def drawn(figure):
    figure.canvas.draw()
    return figure


def test_a_curve_falls_to_the_payment_of_the_whole_domain():
    game = md.Game([0.5, 0.5], [[0.8, 0.2], [0.3, 0.7]])
    curve = finite_revenue_curve(md.SocialWelfare("kl", 0.5), game, 0, "sum", [1, 4, 16])
    left, right = drawn(plots.revenue_curve(curve)).axes
    falling, whole = left.lines
    assert_allclose(falling.get_xdata(), curve.types)
    assert_allclose(falling.get_ydata(), curve.payments)
    assert_allclose(whole.get_ydata(), 0.5 * (curve.lower + curve.upper))
    assert_allclose(right.lines[0].get_ydata(), curve.payments - curve.upper)
    assert right.get_yscale() == "log"


def test_several_curves_are_named_and_one_that_has_arrived_leaves_no_point():
    arrived = RevenueCurve((1, 2), (3, 4), np.array([0.5, 0.5]), 0.5, 0.5)
    above = replace(arrived, payments=np.array([0.75, 0.5]))
    figure = drawn(plots.revenue_curve({"one": arrived, "$two": above}, title="t_1"))
    assert legend(figure) == ["one", "$two"]
    assert [line.get_ydata().tolist() for line in figure.axes[1].lines] == [[0.25]]
    drawn(plots.revenue_curve(arrived))


@pytest.mark.parametrize("count", [0, 9])
def test_curves_that_no_colours_tell_apart_are_refused(count):
    curve = RevenueCurve((1,), (3,), np.array([0.5]), 0.5, 0.5)
    with pytest.raises(InvalidInput, match=f"curves: {count} given. Draw from 1 to 8 in one pi"):
        plots.revenue_curve({str(k): curve for k in range(count)})


def test_shares_along_strengths_are_stacked():
    game, strengths = game_of(3), (0.01, 0.1, 1.0)
    found, against = (
        {s: md.Mechanism(md.SocialWelfare("kl", s), payment).run(game) for s in strengths}
        for payment in (BEST, AFFINE)
    )
    figure = drawn(plots.surplus(found, against=against))
    (axes,) = figure.axes
    tops = np.cumsum([shares(found[s]) for s in strengths], axis=1)
    for stack, top in zip(axes.collections, tops.T, strict=True):
        edges = stack.get_paths()[0].vertices
        for strength, height in zip(strengths, top, strict=True):
            heights = edges[np.isclose(edges[:, 0], strength), 1]
            assert np.isclose(heights, height).any()
    assert_allclose(axes.lines[0].get_ydata(), [shares(against[s]).sum() for s in strengths])
    assert axes.get_xscale() == "log"
    assert "AffineMaximizer() charges" in axes.get_title()
    assert legend(figure)[:3] == ["g0", "g1", "g2"]


def test_shares_along_numbers_of_groups_are_bars_and_a_group_may_come_late():
    found = runs(BEST, {n: game_of(n) for n in (1, 2, 3)})
    figure = drawn(plots.surplus(found, along="groups"))
    (axes,) = figure.axes
    bars = [each for each in axes.containers if isinstance(each, BarContainer)]
    assert len(bars) == 4
    heights = np.array([[bar.get_height() for bar in each] for each in bars])
    assert_allclose(heights.sum(axis=0), 100.0)
    for place, outcome in enumerate(found.values()):
        paid = shares(outcome)
        assert_allclose(heights[: paid.size, place], paid)
        assert_allclose(heights[paid.size : -1, place], 0.0)


def test_groups_that_pay_least_share_a_colour():
    found = runs(BEST, {20: game_of(20), 21: game_of(21)})
    figure = drawn(plots.surplus(found, along="groups", groups=4))
    names = legend(figure)
    assert (len(names), names[3]) == (5, "18 more")
    bars = [each for each in figure.axes[0].containers if isinstance(each, BarContainer)]
    total = sum(bar[0].get_height() for bar in bars[:-1])
    assert total == pytest.approx(shares(found[20]).sum())


def test_subfigures_are_drawn_in():
    whole = plots.figures.Picture(10.0, 4.0)
    left, right = whole.subfigures(1, 2)
    found = runs(BEST, {1: game_of(2)})
    assert plots.surplus(found, figure=left) is whole
    assert plots.surplus(found, along="groups", figure=right) is drawn(whole)


@pytest.mark.parametrize(
    ("found", "options", "message"),
    [
        ({}, {}, "outcomes: none given. Give at least one, by strength or by groups"),
        ({1: AFFINE}, {"along": "time"}, "along: 'time' is unknown. Choose one of strength, gro"),
        ({0.5: Unpaid()}, {}, "outcome at 0.5: group 'g0' pays nan. Shares need payments of at l"),
    ],
)
def test_what_has_no_shares_is_refused(found, options, message):
    games = {key: runs(payment, {key: game_of(2)})[key] for key, payment in found.items()}
    with pytest.raises(InvalidInput, match=message):
        plots.surplus(games, **options)


def test_a_surplus_of_nothing_is_refused():
    found = runs(AFFINE, {2: md.Game([0.5, 0.5], [[0.0, 0.0], [-1.0, 0.0]])})
    with pytest.raises(
        InvalidInput, match="outcome at 2: its surplus is -.*, of which there are no sh"
    ):
        plots.surplus(found)
