"""What the pictures draw is what the library computed: bars, points and names, not pixels."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.figure import Figure
from numpy.testing import assert_allclose
from strategies import games

import mdsolve as md
from mdsolve import plots
from mdsolve.plots.draw_allocation import pull
from mdsolve.plots.draw_frontier import spread_out

ODD = ("$x_y$", "_hidden", "two\nlines", "ответ é", "\\frac{1}{2}", "{", "x" * 200, " ")


def bars(axes, which):
    """Return the widths of one set of bars."""
    sets = [each for each in axes.containers if isinstance(each, BarContainer)]
    return np.array([bar.get_width() for bar in sets[which]])


def names(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def legend(figure):
    return [text.get_text() for each in figure.legends for text in each.get_texts()]


def drawn(figure):
    """Draw for real: a mistake of layout or text shows here, as an error."""
    figure.canvas.draw()
    return figure


def solved(game, rule=None):
    return md.Mechanism(rule or md.SocialWelfare("kl", 0.5), md.AffineMaximizer()).run(game)


def random_game(groups, outcomes, seed=0):
    draw = np.random.default_rng(seed)
    masses = draw.random(outcomes) + 0.1
    return md.Game(
        masses / masses.sum(), draw.random((groups, outcomes)), draw.integers(1, 9, groups)
    )


@pytest.mark.parametrize("divergence", ["kl", "l2"])
def test_allocation_draws_masses_and_pulls(divergence):
    outcome = solved(random_game(3, 6), md.SocialWelfare(divergence, 0.5))
    figure = drawn(plots.allocation(outcome))
    masses, pulls = figure.axes
    order = np.lexsort((-outcome.game.reference, -outcome.model))
    assert_allclose(bars(masses, 0), 100 * outcome.game.reference[order])
    assert_allclose(bars(masses, 1), 100 * outcome.model[order])
    assert names(masses) == [outcome.game.outcomes[x] for x in order]
    for group, absent in enumerate(outcome.counterfactuals):
        moved = 100 * (outcome.model - absent)[order]
        assert_allclose(bars(pulls, group), moved, atol=1e-10)
    assert legend(figure) == ["reference", "trained model", "group-0", "group-1", "group-2"]
    assert masses.get_xlabel() == "probability (%)"
    assert "% points" in pulls.get_xlabel()


def test_pulls_are_stacked_away_from_zero():
    figure = plots.allocation(solved(random_game(4, 5)))
    for row in range(5):
        bars_of_row = [container[row] for container in figure.axes[1].containers]
        ends = [np.sort([bar.get_x(), bar.get_x() + bar.get_width()]) for bar in bars_of_row]
        right = [low_high for low_high in ends if low_high[1] > 0]
        left = [-low_high[::-1] for low_high in ends if low_high[0] < 0]
        for side in (right, left):
            edge = 0.0
            for low, high in side:
                assert low == pytest.approx(edge)
                edge = high


@pytest.mark.parametrize("rule", [md.NashWelfare("kl", 0.5), md.Egalitarian("l2", 0.5)])
def test_the_pull_of_other_rules_is_against_the_game_without_the_group(rule):
    outcome = solved(random_game(3, 4))
    other = replace(
        outcome,
        mechanism=md.Mechanism(rule, md.AffineMaximizer()),
        settlement=replace(outcome.settlement, training=rule.train(outcome.game)),
    )
    absent = rule.train(outcome.game.without(1)).model
    assert_allclose(pull(other, 1), other.model - absent)
    drawn(plots.allocation(other))


def test_one_group_pulls_from_the_reference():
    outcome = solved(random_game(1, 3))
    assert_allclose(pull(outcome, 0), outcome.model - outcome.game.reference)


def test_what_does_not_fit_is_summed():
    outcome = solved(random_game(9, 40))
    masses, pulls = drawn(plots.allocation(outcome, outcomes=5, groups=2)).axes
    assert len(names(masses)) == 6
    assert names(masses)[-1] == "35 more (sum)"
    assert bars(masses, 0).sum() == pytest.approx(100.0)
    assert bars(masses, 1).sum() == pytest.approx(100.0)
    assert len(pulls.containers) == 2
    assert bars(pulls, 0).sum() == pytest.approx(0.0, abs=1e-9)
    shown = bars(masses, 1)[:5]
    assert_allclose(np.sort(shown)[::-1], shown)


def test_the_pulls_drawn_are_those_of_the_groups_that_pay_most():
    outcome = solved(random_game(9, 40))
    figure = plots.allocation(outcome, groups=2)
    most = sorted(np.argsort(-outcome.payments)[:2])
    assert legend(figure)[2:] == [outcome.game.groups[i] for i in most]
    assert figure.legends[0].get_title().get_text().startswith("pulls of the 2 of 9 groups")


def test_the_last_row_may_leave_the_panel_but_not_hide_the_others():
    outcome = solved(random_game(2, 5000))
    masses = drawn(plots.allocation(outcome)).axes[0]
    assert masses.get_xlim()[1] < 5.0
    assert any("beyond the axis" in text.get_text() for text in masses.texts)


def test_allocations_are_small_multiples():
    outcomes = {f"game {seed}": solved(random_game(2, 3 + seed, seed)) for seed in range(3)}
    figure = drawn(plots.allocations(outcomes))
    assert len(figure.axes) == 6
    assert [cell.get_suptitle() for cell in figure.subfigs[:3]] == list(outcomes)
    for axes, outcome in zip(figure.axes[::2], outcomes.values(), strict=True):
        assert_allclose(bars(axes, 1), 100 * np.sort(outcome.model)[::-1])
    with pytest.raises(md.InvalidInput, match="outcomes: there are none"):
        plots.allocations({})


def test_payments_draws_payments_and_utilities():
    outcome = solved(random_game(4, 5))
    paid, got = drawn(plots.payments(outcome)).axes
    order = np.argsort(-outcome.payments, kind="stable")
    assert_allclose(bars(paid, 0), outcome.payments[order])
    assert_allclose(bars(got, 0), outcome.utilities[order])
    assert names(paid) == [outcome.game.groups[i] for i in order]
    assert paid.get_xlabel() == "payment (welfare units)"
    assert not [each for each in paid.containers if isinstance(each, ErrorbarContainer)]


def test_intervals_are_drawn_where_they_can_be_seen():
    outcome = solved(random_game(3, 5))
    payments = np.array([0.3, -0.1, 0.2])
    fuzzy = replace(
        outcome.settlement,
        payments=payments,
        payment_lower=payments - np.array([0.1, 0.05, 1e-9]),
        payment_upper=payments + np.array([0.2, 0.05, 1e-9]),
    )
    axes = drawn(plots.payments(replace(outcome, settlement=fuzzy))).axes[0]
    (interval,) = [each for each in axes.containers if isinstance(each, ErrorbarContainer)]
    spans = sorted(segment[:, 0].tolist() for segment in interval.lines[2][0].get_segments())
    assert_allclose(spans, [[-0.15, -0.05], [0.2, 0.5]])
    low, high = axes.get_xlim()
    assert low < -0.15
    assert high > 0.5
    assert [text.get_text() for text in axes.texts] == ["0.3", "0.2", "-0.1"]


def test_without_payments_only_utilities_are_drawn():
    outcome = solved(random_game(3, 4))
    none = np.full(3, np.nan)
    unpaid = replace(outcome.settlement, payments=none, payment_lower=none, payment_upper=none)
    (axes,) = drawn(plots.payments(replace(outcome, settlement=unpaid))).axes
    assert axes.get_xlabel() == "utility without payments (welfare units)"


def test_a_picture_of_one_game_has_both():
    outcome = solved(random_game(3, 4))
    figure = drawn(plots.outcome(outcome, title="soft $egg$"))
    assert len(figure.axes) == 4
    assert figure.get_suptitle().startswith("soft $egg$: SocialWelfare")


def test_the_frontier_draws_its_numbers():
    game = md.Game([0.6, 0.4], [[1, 0], [0, 2]], groups=["kind", "brief"])
    found = md.frontier(md.SocialWelfare("kl", 1.0), game, [10.0, 0.1, 1.0])
    left, right = drawn(plots.frontier(found, groups=game.groups)).axes
    (line,) = left.lines
    order = [1, 2, 0]
    assert_allclose(line.get_xdata(), found.divergence[order])
    assert_allclose(line.get_ydata(), found.welfare[order])
    assert "λ = 0.1" in [text.get_text() for text in left.texts]
    assert right.get_xscale() == "log"
    for group, each in enumerate(right.lines):
        assert_allclose(each.get_ydata(), found.values[order, group])
    assert sorted(text.get_text() for text in right.texts) == ["brief", "kind"]
    with pytest.raises(md.InvalidInput, match="3 names, but the rewards have 2 groups"):
        plots.frontier(found, groups=["a", "b", "c"])


def test_the_frontier_of_many_groups_shows_their_spread():
    found = md.frontier(md.SocialWelfare("kl", 1.0), random_game(100, 5), [1.0, 10.0, 100.0])
    right = drawn(plots.frontier(found)).axes[1]
    (line,) = right.lines
    assert_allclose(line.get_ydata(), np.median(found.values, axis=1))
    assert right.texts[0].get_text().startswith("100 groups")


def test_a_frontier_of_one_strength_and_one_outcome_is_drawn():
    game = md.Game([1.0], [[0.0]])
    drawn(plots.frontier(md.frontier(md.SocialWelfare("kl", 1.0), game, [1.0])))


def test_labels_keep_their_distance():
    x, y = np.linspace(0, 1, 500), np.zeros(500)
    kept = np.sort(x[spread_out(x, y)])
    assert {0.0, 1.0} <= set(kept)
    assert np.diff(kept).min() > 0.14


def test_odd_names_are_drawn_as_they_are():
    size = len(ODD)
    game = md.Game(np.full(size, 1 / size), np.eye(size)[:6], outcomes=ODD, groups=ODD[:6])
    outcome = solved(game)
    figure = drawn(plots.outcome(outcome))
    shown = names(figure.axes[0])
    assert {"$x_y$", "_hidden", "two lines", "ответ é", "\\frac{1}{2}", "{", "(blank)"} < set(shown)
    assert max(map(len, shown)) == 30
    legends = [text for each in figure.subfigs for text in legend(each)]
    assert legends[2:] == ["$x_y$", "_hidden", "two lines", "ответ é", "\\frac{1}{2}", "{"]
    drawn(plots.frontier(md.frontier(md.SocialWelfare("kl", 1.0), game, [1.0]), groups=ODD[:6]))


@settings(max_examples=15)
@given(games(max_outcomes=5, tiny_masses=True, signed=True))
def test_every_game_can_be_drawn(game):
    drawn(plots.outcome(solved(game)))


def test_large_games_are_drawn_quickly():
    game = md.Game(np.full(20_000, 1 / 20_000), np.random.default_rng(0).random((100, 20_000)))
    figure = drawn(plots.outcome(solved(game, md.SocialWelfare("kl", 10.0))))
    assert names(figure.axes[0])[-1] == "19,988 more (sum)"
    assert names(figure.axes[2])[-1] == "88 more (mean)"


def test_a_menu_has_no_allocation_but_payments():
    game = md.Game([0.5, 0.5], [[1, 0], [0, 1]])
    outcome = solved(game, md.FiniteMenu([[1.0, 0.0], [0.4, 0.9]], [0.2, 0.1], 1.0))
    with pytest.raises(md.InvalidInput, match="a finite menu chooses one of the given models"):
        plots.allocation(outcome)
    drawn(plots.payments(outcome))


@pytest.mark.parametrize("part", [False, True])
def test_a_figure_of_the_user_s_is_drawn_in(part):
    mine = Figure(layout="constrained")
    target = mine.subfigures(1, 2)[0] if part else mine
    outcome = solved(random_game(2, 3))
    assert plots.allocation(outcome, figure=target) is mine
    assert len(mine.axes) == 2


def test_a_picture_shows_itself_in_a_notebook():
    html = plots.payments(solved(random_game(2, 3)))._repr_html_()
    assert html.startswith('<img src="data:image/png;base64,iVBOR')


def test_nothing_global_is_touched():
    code = (
        "import sys, mdsolve as md\n"
        "from mdsolve import plots\n"
        "assert 'matplotlib' not in sys.modules\n"
        "game = md.Game([0.5, 0.5], [[1.0, 0.0]])\n"
        "plots.outcome(md.Mechanism(md.SocialWelfare('kl', 1.0), md.AffineMaximizer()).run(game))\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
