"""Real clicks: headlines tested at random (Upworthy), items of a shop (Open Bandit)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from mdsolve.data_driven.clicks import (
    GSP,
    VCG,
    ClickRows,
    DataDrivenPivot,
    Lottery,
    PerClickPivot,
    logged_auction,
    logs_from_table,
    pilot_study,
)

ROOT = Path(__file__).resolve().parents[1]
BANDIT = ROOT / "problems" / "real" / "open_bandit" / "men.csv"
HEADLINES = ROOT.parent / "shared" / "data" / "upworthy_tests.csv"
PAYMENTS = [DataDrivenPivot(), PerClickPivot(), Lottery(0.9), GSP(), VCG()]
BAND = 3.29

needs_headlines = pytest.mark.skipif(
    not HEADLINES.is_file(), reason="the real data (shared/data beside the project) are not here"
)


def drawn(logs):
    """Return values per click, which no log has."""
    rng = np.random.default_rng(7)
    return {name: rng.lognormal(0.0, 0.5, len(log.bidders)) for name, log in logs.items()}


@needs_headlines
def test_headlines_are_read_whole():
    logs = logs_from_table(HEADLINES, bidder="arm", auction="test_id").logs
    frame = pd.read_csv(HEADLINES)
    assert len(logs) == frame.test_id.nunique() == 500
    shown, clicked = (sum(log.counts[k].sum() for log in logs.values()) for k in (0, 1))
    assert (shown, clicked) == (frame.impressions.sum(), frame.clicks.sum())


@needs_headlines
def test_on_headlines_a_pilot_buys_welfare_and_only_prices_by_reports_tempt():
    logs = logs_from_table(HEADLINES, bidder="arm", auction="test_id").logs
    logs = dict(list(logs.items())[:100])
    study = pilot_study(logs, drawn(logs), PAYMENTS, [50, 700], draws=20, seed=1)
    gained = study.efficiency[0, 1] - study.efficiency[0, 0]
    assert gained > BAND * np.hypot(*study.efficiency_error[0])
    pivot, per_click, lottery, gsp, vcg = study.regret
    for truthful in (pivot, lottery, vcg):
        assert (truthful <= 1e-12).all()
    assert (per_click > 1e-5).all()
    assert (gsp > 0.1).all()
    # the pivot's estimate is unbiased: on average it charges what VCG does by signals
    gap = study.revenue[0] - study.revenue[4]
    assert (np.abs(gap) < 0.03).all()


@needs_headlines
def test_on_headlines_signals_about_all_arms_tempt_vcg_and_not_the_pivot():
    logs = logs_from_table(HEADLINES, bidder="arm", auction="test_id").logs
    logs = dict(list(logs.items())[:40])
    study = pilot_study(
        logs, drawn(logs), [DataDrivenPivot(), VCG()], [50], signals="all", draws=10
    )
    assert study.regret[0, 0] <= 1e-12
    assert study.regret[1, 0] > 0.005


def test_the_shop_s_log_agrees_with_its_definition():
    frame = pd.read_csv(BANDIT)
    log = logs_from_table(BANDIT, bidder="item").logs[""]
    assert isinstance(log, ClickRows)
    found = log.estimate("ipw")
    weighted = (frame.click / frame.propensity).groupby(frame.item).sum() / len(frame)
    assert_allclose(found.rates, [weighted[int(item)] for item in found.bidders], rtol=1e-12)
    shown = frame.item.value_counts()
    assert all(n <= shown[int(b)] for b, n in zip(found.bidders, found.effective, strict=True))
    # both policies are known by their chances, so their rates differ by noise alone
    halves = [
        logs_from_table(frame[frame.policy == name], bidder="item").logs[""].estimate("ipw")
        for name in ("random", "bts")
    ]
    one, two = (
        {b: (r, e) for b, r, e in zip(h.bidders, h.rates, h.errors, strict=True)} for h in halves
    )
    total = sum(one[b][0] - two[b][0] for b in one)
    error = np.sqrt(sum(one[b][1] ** 2 + two[b][1] ** 2 for b in one))
    assert abs(total) <= BAND * error


def test_the_shop_s_auctions_are_noisy_and_the_pivot_truthful_all_the_same():
    logs = logs_from_table(BANDIT, bidder="item", position="position")
    log = logs.logs[""]
    assert logs.effects is not None
    assert logs.effects.size == 3
    assert_allclose(logs.effects, 1.0, atol=0.2)  # slots of this page hardly differ
    values = drawn(logs.logs)[""]
    found = logged_auction(log, values, DataDrivenPivot(), effects=logs.effects)
    assert len(found.winners) == 3
    assert found.regret.worst[0] <= 1e-12
    paid, errors = found.outcome.payments[0], found.payment_errors
    winners = found.outcome.winners[0]
    assert (errors[winners] > 0.1 * paid[winners]).all()
    study = pilot_study(log, values, [DataDrivenPivot(), GSP()], [20, 200], draws=10)
    assert (study.regret[0] <= 1e-12).all()
    assert (study.regret[1] > 0.1).all()
