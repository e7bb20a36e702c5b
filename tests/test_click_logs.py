"""Rates from logged clicks, signals from pilots, and studies: expectations by enumeration."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from scipy import stats

from mdsolve import data_driven, plots
from mdsolve.data_driven.clicks import (
    GSP,
    VCG,
    ClickAuctions,
    ClickCounts,
    ClickRows,
    DataDrivenPivot,
    Lottery,
    PerClickPivot,
    PilotSignals,
    fitted_prior,
    fitted_priors,
    inverse_propensity,
    logged_auction,
    logs_from_table,
    pilot_study,
    regret_of_truth,
    slot_effects,
    utility_of_report,
)
from mdsolve.data_driven.clicks.payments import charge_errors
from mdsolve.errors import InvalidInput

BAND = 3.29
PROBABILITY = st.floats(0.0625, 0.9375, width=32)
TRUTH = np.array([0.3, 0.1, 0.2])


def logged(rows, seed, policy=(0.6, 0.3, 0.1)):
    """Return rows of a policy with known chances, which change from row to row."""
    rng = np.random.default_rng(seed)
    chances = rng.dirichlet(np.array(policy) * 20, rows)
    shown = (rng.random((rows, 1)) > np.cumsum(chances, axis=1)).sum(axis=1).clip(0, 2)
    clicks = rng.random(rows) < TRUTH[shown]
    return ClickRows(shown, clicks, chances[np.arange(rows), shown])


# ---------------------------------------------------------------- estimators


@given(arrays(float, 2, elements=PROBABILITY), arrays(float, 2, elements=PROBABILITY))
def test_inverse_propensity_is_unbiased_by_all_logs_that_can_happen(rates, first):
    """Two rows by two policies; every log, with its chance."""
    policies = np.stack([first, 1.0 - first], axis=1)
    mean = np.zeros(2)
    for shown in product(range(2), repeat=2):
        chances = policies[[0, 1], shown]
        for clicks in product(range(2), repeat=2):
            hit = np.where(np.array(clicks) == 1, rates[list(shown)], 1.0 - rates[list(shown)])
            # the estimator refuses a bidder that no row shows: by definition its estimate is 0 then
            estimate = np.array(
                [
                    sum(y / p for a, y, p in zip(shown, clicks, chances, strict=True) if a == j) / 2
                    for j in range(2)
                ]
            )
            if len({*shown}) == 2:
                log = ClickRows(shown, clicks, chances)
                assert_allclose(log.estimate("ipw").rates, estimate, rtol=1e-12)
            mean += np.prod(chances) * np.prod(hit) * estimate
    assert_allclose(mean, rates, rtol=1e-12)


@given(st.data(), st.integers(3, 30))
def test_self_normalised_rates_are_weighted_means(data, rows):
    shown = np.array([0, 1, *data.draw(st.lists(st.integers(0, 1), min_size=rows, max_size=rows))])
    clicks = data.draw(arrays(float, shown.size, elements=st.sampled_from([0.0, 1.0])))
    chances = data.draw(arrays(float, shown.size, elements=PROBABILITY))
    found = ClickRows(shown, clicks, chances).estimate("snipw")
    for j in range(2):
        mine = shown == j
        assert_allclose(found.rates[j], np.average(clicks[mine], weights=1 / chances[mine]))
    assert ((found.rates >= 0.0) & (found.rates <= 1.0)).all()
    count = np.bincount(shown)
    assert (found.effective <= count * (1 + 1e-12)).all()
    # of equal chances the weights do not matter
    alike = ClickRows(shown, clicks, np.full(shown.size, 0.25))
    assert_allclose(alike.estimate("snipw").rates, alike.estimate("mean").rates, rtol=1e-12)
    assert_allclose(alike.estimate("snipw").errors, alike.estimate("mean").errors, rtol=1e-12)


@pytest.mark.parametrize("estimator", ["ipw", "snipw"])
def test_weighted_rates_hold_the_truth_in_their_band_where_the_policy_changes(estimator):
    """99.9% of a seeded log, and 400 more cover the truth as often as they say."""
    found = logged(100_000, seed=3).estimate(estimator)
    assert (np.abs(found.rates - TRUTH) <= BAND * found.errors).all()
    many = [logged(2000, seed=10 + k).estimate(estimator) for k in range(400)]
    scores = np.array([(each.rates - TRUTH) / each.errors for each in many])
    assert (np.abs(scores.mean(axis=0)) < BAND / np.sqrt(400) + 0.1).all()
    assert_allclose(scores.std(axis=0), 1.0, atol=0.15)


def test_sample_means_are_right_where_who_is_shown_is_chance_and_have_the_binomial_error():
    log = ClickCounts([400, 100], [40, 0])
    found = log.estimate()
    assert_allclose(found.rates, [0.1, 0.0])
    assert_allclose(found.errors, [0.015, 0.01])  # without a click: what one would add
    rows = ClickRows(np.repeat([0, 1], [400, 100]), np.r_[np.ones(40), np.zeros(460)])
    assert_allclose(rows.estimate().rates, found.rates)
    assert_allclose(rows.estimate().errors, found.errors)


def test_slots_are_divided_out():
    """Position 1 halves the clicks of all; then rates are those of the average slot."""
    rng = np.random.default_rng(8)
    shown, where = rng.integers(0, 3, 200_000), rng.integers(0, 2, 200_000)
    rates = TRUTH[shown] * np.array([1.0, 0.5])[where]
    clicks = rng.random(rates.size) < rates
    effects = slot_effects(where, clicks, np.full(where.size, 1 / 3))
    assert_allclose(effects, [4 / 3, 2 / 3], rtol=0.02)
    assert_allclose(np.bincount(where) @ effects / where.size, 1.0)
    log = ClickRows(shown, clicks, np.full(where.size, 1 / 3), effects[where])
    found = log.estimate("snipw")
    assert (np.abs(found.rates - 0.75 * TRUTH) <= BAND * found.errors + 0.01 * TRUTH).all()


# ---------------------------------------------------------------- splits


@given(st.integers(0, 2**31), st.integers(1, 9))
def test_a_split_loses_nothing(seed, pilot):
    rng = np.random.default_rng(seed)
    counts = ClickCounts([10, 20, 30], [3, 0, 30])
    rows = ClickRows(rng.integers(0, 3, 60), rng.integers(0, 2, 60), rng.random(60) * 0.9 + 0.1)
    for log in (counts, rows):
        part, rest = log.split(pilot, rng)
        for whole, one, other in zip(log.counts, part.counts, rest.counts, strict=True):
            assert_allclose(one + other, whole)
        assert part.counts[0].sum() == 3 * pilot
    assert (counts.split(pilot, rng)[0].impressions == pilot).all()


def test_a_pilot_of_counts_is_hypergeometric():
    log, rng = ClickCounts([50], [20]), np.random.default_rng(0)
    drawn = np.array([log.split(10, rng)[0].clicks[0] for _ in range(4000)])
    law = stats.hypergeom(50, 20, 10)
    assert abs(drawn.mean() - law.mean()) <= BAND * law.std() / np.sqrt(drawn.size)
    assert_allclose(drawn.var(), law.var(), rtol=0.1)


# ---------------------------------------------------------------- signals


@given(st.data(), st.integers(1, 4))
def test_rates_by_own_signals_are_the_posterior_means_of_beta_beliefs(data, bidders):
    """The library's beliefs, one auction at a time."""
    trials = data.draw(arrays(int, bidders, elements=st.integers(0, 9)))
    clicks = np.array([data.draw(st.integers(0, int(m))) for m in trials])
    signals = PilotSignals(trials[None], clicks[None], (2.0, 3.0))
    beliefs = data_driven.BetaBeliefs(2.0, 3.0, trials=trials)
    assert_allclose(signals.rates[0], beliefs.mean(list(clicks)), rtol=1e-14)
    assert signals.rates_without is None
    for i in range(bidders):
        low, high = list(clicks), list(clicks)
        low[i], high[i] = 0, int(trials[i])
        assert_allclose(signals.lowest[0, i], beliefs.mean(low), rtol=1e-14)
        assert_allclose(signals.highest[0, i], beliefs.mean(high), rtol=1e-14)
        others = np.delete(beliefs.mean(list(clicks), without=i), i)
        assert_allclose(np.delete(signals.rates[0], i), others, rtol=1e-14)


def test_signals_about_everyone_add_up_and_leave_out():
    shown = np.array([[[4.0, 6.0], [2.0, 8.0]]])
    clicked = np.array([[[1.0, 6.0], [2.0, 0.0]]])
    signals = PilotSignals(shown, clicked, (1.0, 1.0))
    assert_allclose(signals.rates[0], [(1 + 3) / (2 + 6), (1 + 6) / (2 + 14)])
    assert signals.rates_without is not None
    assert_allclose(signals.rates_without[0], [[3 / 4, 1 / 10], [2 / 6, 7 / 8]])
    assert_allclose(signals.lowest[0, 0], [3 / 8, 1 / 16])
    assert_allclose(signals.highest[0, 0], [7 / 8, 7 / 16])


@pytest.mark.parametrize("estimate", [(0.3, 0.6), (1.2, -0.1)])
@given(st.lists(st.integers(0, 8), min_size=2, max_size=2), arrays(float, 2, elements=PROBABILITY))
def test_the_batch_is_the_mechanism_of_the_paper(estimate, clicks, values):
    """One slot, signals about own rates: DataDrivenVCG on the click-through world, row by row."""
    signals = PilotSignals([[8, 8]], [clicks], (1.0, 2.0))
    auctions = ClickAuctions(values, signals.rates)
    outcome = auctions.run(DataDrivenPivot(), estimate)
    world = data_driven.ClickThrough(unbounded=True)
    beliefs = data_driven.BetaBeliefs(1.0, 2.0, trials=[8, 8])
    expected = data_driven.DataDrivenVCG(world, beliefs).run(values, clicks, np.array(estimate))
    assert_allclose(outcome.exposure[0], expected.allocation)
    assert_allclose(outcome.payments[0], expected.payments, atol=1e-15)


def test_the_prior_of_drawn_rates_is_found():
    rng = np.random.default_rng(1)
    rates = rng.beta(2.0, 38.0, 3000)
    shown = rng.integers(200, 2000, 3000)
    a, b = fitted_prior(shown, rng.binomial(shown, rates))
    assert_allclose(a / (a + b), 0.05, rtol=0.05)
    assert_allclose(a + b, 40.0, rtol=0.15)
    flat = rng.binomial(shown, 0.05)
    assert sum(fitted_prior(shown, flat)) > 2000
    assert_allclose(np.divide(*fitted_prior([10, 10], [0, 0])), 0.5 / 20.5, rtol=1e-12)
    pages = [(shown, rng.binomial(shown, page * rates)) for page in (0.5, 2.0)]
    (a0, b0), (a1, b1) = fitted_priors(pages)
    assert_allclose(a0 + b0, a1 + b1)
    assert_allclose([a0 / (a0 + b0), a1 / (a1 + b1)], [0.025, 0.1], rtol=0.06)


# ---------------------------------------------------------------- charges and studies


@settings(max_examples=40)
@given(st.data())
def test_errors_of_charges_are_those_of_the_estimates(data):
    """Against a finite difference in each rate, one at a time."""
    count = data.draw(st.integers(1, 4))
    values, rates = data.draw(arrays(float, (2, count), elements=PROBABILITY))
    errors = data.draw(arrays(float, count, elements=PROBABILITY))
    auctions = ClickAuctions(values, rates, effects=[1.0, 0.5])
    for payment in (DataDrivenPivot(), PerClickPivot(), GSP(), VCG()):
        base = auctions.run(payment, rates).payments[0]
        moved = [auctions.run(payment, rates + e).payments[0] - base for e in np.diag(errors)]
        expected = np.sqrt(np.square(moved).sum(axis=0))
        found = charge_errors(payment, auctions, errors[None])[0]
        assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("signals", ["own", "all"])
def test_more_pilot_more_welfare_and_the_pivot_never_tempts(signals):
    log = ClickCounts([6000] * 3, [60, 120, 90], bidders=["a", "b", "c"])
    payments = [DataDrivenPivot(), PerClickPivot(), GSP(), VCG(), Lottery(0.8)]
    seen = []
    study = pilot_study(
        log, [1.3, 1.0, 1.0], payments, [20, 1800], signals=signals, draws=150, seed=2,
        progress=lambda done, parts: seen.append((done, parts)),
    )  # fmt: skip
    assert seen == [(1, 2), (2, 2)]
    assert study.payments == ("data-driven", "per-click", "gsp", "vcg", "lottery")
    pivot, per_click, gsp, vcg, lottery = study.regret
    assert (pivot <= 1e-12).all()
    assert (lottery <= 1e-12).all()
    assert (per_click > 0.001).any()
    assert (gsp > 0.1).all()
    assert (vcg > 1e-3).all() if signals == "all" else (vcg <= 1e-12).all()
    gained = study.efficiency[0, 1] - study.efficiency[0, 0]
    assert gained > BAND * np.hypot(*study.efficiency_error[0])
    assert_allclose(study.efficiency[:4], study.efficiency[:1].repeat(4, axis=0))
    assert study.efficiency[4, 1] < study.efficiency[0, 1]
    assert (study.efficiency <= 1.0 + 1e-12).all()
    assert study.table().num_rows == 10
    assert "signals about" in repr(study)


def test_with_the_competitor_unbiased_revenue_is_second_best_welfare():
    """The pivot's mean revenue is the second worth where the pilot never errs: within its band."""
    log = ClickCounts([4000, 4000], [400, 100])
    study = pilot_study(log, [1.0, 1.0], [DataDrivenPivot()], [1000], draws=400)
    a, b = fitted_prior(*log.counts)
    best = (a + 400) / (a + b + 4000)
    expected = (100 / 4000) / best
    assert abs(study.revenue[0, 0] - expected) <= BAND * study.revenue_error[0, 0]
    assert_allclose(study.efficiency[0, 0], 1.0)


def test_a_study_is_what_its_seed_says_and_groups_logs_by_bidders():
    logs = {"x": ClickCounts([500] * 2, [9, 5]), "y": ClickCounts([500] * 3, [9, 5, 7])}
    values = {"x": [1.0, 2.0], "y": [1.0, 2.0, 1.0]}
    runs = [
        pilot_study(logs, values, [GSP()], [20], draws=10, seed=seed).table() for seed in (0, 0, 1)
    ]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    picture = plots.pilot(pilot_study(logs, values, [GSP(), VCG()], [20, 100], draws=10))
    assert picture.get_suptitle().startswith("2 click auctions")
    names = [text.get_text() for text in picture.legends[0].get_texts()]
    assert names == ["gsp", "vcg"]
    twice = pilot_study(logs, values, [Lottery(0.5), Lottery(0.9)], [20], draws=2)
    assert twice.payments[0] == "Lottery(rho=0.5, form='exact')"


def test_an_auction_from_a_log_is_its_parts():
    log = ClickRows(np.arange(4000) % 3, np.arange(4000) % 7 == 0, np.full(4000, 0.5))
    for signals in ("own", "all"):
        found = logged_auction(log, [1.0, 2.0, 3.0], GSP(), signals=signals, seed=4)
        auctions, outcome = found.auctions, found.outcome
        assert found.winners == (auctions.bidders[auctions.scores[0].argmax()],)
        assert_allclose(outcome.payments, GSP().charge(auctions, found.estimate.rates[None]))
        welfare = auctions.scores[0].max()
        assert_allclose(found.regret_share, found.regret.worst[0] / welfare)
        assert (auctions.rates_without is None) == (signals == "own")
        i = int(found.regret.gains[0].argmax())
        told = found.regret.rates[:, i, i] if signals == "own" else found.regret.rates[:, i]
        lie = utility_of_report(auctions, GSP(), i, found.regret.values[:, i], told)
        honest = outcome.auctions.run(GSP()).utilities[:, i]
        assert_allclose(lie - honest, found.regret.gains[:, i], atol=1e-12)
        assert "the best lie gains" in repr(found)


def test_pictures_of_lotteries_show_both_forms():
    auctions = ClickAuctions([1.0, 1.0], [0.3, 0.28])
    left, middle, right = plots.lottery(auctions, [0.0, 0.5, 0.9]).axes
    for k, form in enumerate(("exact", "matching")):
        lotteries = [Lottery(rho, form) for rho in (0.0, 0.5, 0.9)]
        gains = [regret_of_truth(auctions, each).worst[0] / 0.3 for each in lotteries]
        assert_allclose(right.lines[k].get_ydata(), 100 * np.array(gains), atol=1e-12)
        spread = [np.sqrt(each.variance(auctions, [0.3, 0.28])[0, 0]) / 0.3 for each in lotteries]
        assert_allclose(middle.lines[k].get_ydata(), spread)
        assert_allclose(left.lines[k].get_ydata(), 100 * (1 - np.array([0.29, 0.295, 0.299]) / 0.3))
    with pytest.raises(InvalidInput, match="best welfare is 0"):
        plots.lottery(ClickAuctions([0.0], [0.5]))


# ---------------------------------------------------------------- tables


def test_rows_and_counts_are_read_alike():
    rows = pd.DataFrame(
        {"bidder": ["a", "b", "a", "b"], "click": [1, 0, 0, 1], "propensity": [0.5, 0.5, 0.8, 0.2],
         "position": [1, 1, 2, 2]}
    )  # fmt: skip
    log = logs_from_table(rows).logs[""]
    assert isinstance(log, ClickRows)
    assert log.bidders == ("a", "b")
    assert_allclose(log.estimate("ipw").rates, [0.5, 1.25])
    both = logs_from_table(rows, position="position")
    assert both.positions == ("2", "1")
    assert both.effects is not None
    assert np.all(np.diff(both.effects) <= 0)
    counts = pd.DataFrame({"bidder": ["a", "b"], "impressions": [2, 2], "clicks": [1, 1]})
    again = logs_from_table(counts).logs[""]
    assert_allclose(again.counts, log.counts)


REFUSED = [
    ({"bidder": ["a"], "click": [2]}, {}, "row 0, column 'click': 2. A click is 0 or 1"),
    ({"bidder": ["a"], "click": [1], "propensity": [0.0]}, {}, "A propensity is a probability"),
    ({"bidder": ["a"], "click": [1], "propensity": [1.5]}, {}, "column 'propensity': 1.5."),
    ({"bidder": ["a"], "impressions": [3], "clicks": [4]}, {}, "'clicks': 4 on 3 impressions"),
    ({"bidder": ["a"], "impressions": [3], "clicks": [-1]}, {}, "'clicks': -1. A number"),
    ({"bidder": ["a"], "impressions": [2.5], "clicks": [1]}, {}, "column 'impressions': 2.5."),
    ({"bidder": ["a", "a"], "impressions": [3, 3], "clicks": [1, 1]}, {}, "'a' stands in row 0"),
    ({"bidder": ["a"], "clicks": [1]}, {}, "there is no column 'impressions', nor 'click'"),
    ({"who": ["a"], "click": [1]}, {}, "Name the right one with bidder='...'"),
    ({"bidder": ["a"], "click": [1]}, {"auction": "page"}, "there is no column 'page'"),
    ({"bidder": ["a"], "click": ["x"]}, {}, "'x' is not a number. Correct the cell."),
    ({"bidder": ["a"], "impressions": [3], "clicks": [1]}, {"position": "p"}, "positions belong"),
    ({"bidder": ["a", "b"], "click": [1, 0], "p": [1, 2]}, {"position": "p"}, "no click in"),
    ({"bidder": [], "click": []}, {}, "A log needs a row for each impression"),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "how", "said"), REFUSED)
def test_bad_logs_are_refused_by_place(columns, how, said):
    with pytest.raises(InvalidInput) as caught:
        logs_from_table(pd.DataFrame(columns), **how)
    assert said in str(caught.value)


LOG = ClickCounts([10, 10], [1, 2])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ClickCounts([3], [4]), "bidder '0': 4 clicks on 3 impressions"),
        (lambda: ClickCounts([3], [np.nan]), "bidder '0': nan clicks"),
        (lambda: ClickCounts([np.inf], [1]), "bidder '0': inf impressions"),
        (lambda: ClickCounts([3, 4], [1]), "impressions are (2,) and clicks (1,)"),
        (lambda: ClickRows([0], [1], [0.0]), "row 0: propensity 0."),
        (lambda: ClickRows([0], [1], [1.0 + 1e-9]), "row 0: propensity 1."),
        (lambda: ClickRows([0], [0.5]), "row 0: click 0.5. A click is 0 or 1"),
        (lambda: ClickRows([0], [1], [0.5, 0.5]), "shape (2,) for 1 rows"),
        (lambda: ClickRows([0], [1], slot_effects=[0.0]), "row 0: slot effect 0."),
        (lambda: ClickRows([-1], [1]), "shown: shape (1,)"),
        (lambda: ClickRows([3], [1], bidders=["a"]), "bidder 3 in row 0, and only 1 have names"),
        (lambda: LOG.estimate("ipw"), "the log has no propensities"),
        (lambda: LOG.estimate("best"), "estimator 'best': unknown."),
        (lambda: LOG.split(10, np.random.default_rng(0)), "pilot: 10 impressions of each bidder"),
        (lambda: ClickCounts([0, 3], [0, 1]).estimate(), "bidder '0': never shown"),
        (
            lambda: inverse_propensity(np.array([0]), np.ones(1), np.ones(1), ["a", "b"]),
            "bidder 'b': never shown",
        ),
        (lambda: slot_effects([0, 1], [1, 0], [1, 1]), "no click in position 1"),
        (lambda: PilotSignals([[1.0]], [[2.0]], (1, 1)), "2 clicks above 1 impressions"),
        (lambda: PilotSignals([[1.0]], [[1.0]], (0, 1)), "prior: a is 0."),
        (lambda: PilotSignals([[1.0]], [[1.0]], ([1, 1], 1)), "prior: a does not fit"),
        (lambda: PilotSignals([1.0], [1.0], (1, 1)), "impressions are (1,)"),
        (lambda: PilotSignals([[-1.0]], [[-2.0]], (1, 1)), "impressions: some are negative"),
        (lambda: fitted_prior([0], [0]), "nobody was shown"),
        (lambda: pilot_study(LOG, [1.0], [GSP()], [1]), "A bidder is missing"),
        (lambda: pilot_study({"x": LOG}, [1.0, 1.0], [GSP()], [1]), "one array for several logs"),
        (lambda: pilot_study({"x": LOG}, {"y": [1, 1]}, [GSP()], [1]), "none for the auction 'x'"),
        (lambda: pilot_study({"x": LOG}, {"x": [1, 1]}, [GSP()], [10]), "x: pilot: 10 impressions"),
        (lambda: pilot_study(LOG, [1, 1], [GSP()], [5], signals="no"), "signals 'no': unknown."),
        (lambda: pilot_study(LOG, [1, 1], [GSP()], [5], signals="all"), "pilot: 5 impressions"),
        (lambda: pilot_study(LOG, [1, 1], [GSP()], [1], draws=1), "too few for a standard error"),
        (lambda: pilot_study(LOG, [1, 1], [], [1]), "give at least one of each"),
        (lambda: pilot_study(LOG, [0, 0], [GSP()], [1]), "the best welfare is 0"),
        (lambda: logged_auction(LOG, [1.0], GSP()), "A bidder is missing"),
    ],
)
def test_what_is_no_log_is_refused(make, said):
    with pytest.raises(InvalidInput) as caught:
        make()
    assert said in str(caught.value)
