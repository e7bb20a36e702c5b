"""``mdsolve auction``: the library's answers, refusals that name the place, exit codes 0 to 3."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from typer.testing import CliRunner

from mdsolve.cli.app import app
from mdsolve.data_driven.clicks import (
    AUCTION_PAYMENTS,
    ClickCounts,
    Lottery,
    fitted_priors,
    logged_auction,
    logs_from_table,
    pilot_study,
)

BANDIT = Path(__file__).resolve().parents[1] / "problems" / "real" / "open_bandit" / "men.csv"
COUNTS = "auction,bidder,impressions,clicks\nx,a,5000,50\nx,b,5000,150\ny,b,900,30\ny,c,900,9\n"
VALUES = "bidder,value\na,1\nb,0.5\nc,3\n"
ROWS = "bidder,click,propensity,position\n" + "".join(
    f"{'abc'[k % 3]},{int(k % 7 == 0)},0.5,{1 + k % 2}\n" for k in range(600)
)


def run(*arguments):
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def asked(code, *arguments):
    result = run(*arguments, "--json", "--quiet")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    Path("counts.csv").write_text(COUNTS)
    Path("values.csv").write_text(VALUES)
    Path("rows.csv").write_text(ROWS)
    return tmp_path


def shell(*arguments):
    command = [sys.executable, "-m", "mdsolve", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"COLUMNS": "120"}, check=False
    )


@pytest.mark.parametrize("payment", AUCTION_PAYMENTS)
def test_what_is_printed_is_the_library_s_answer(desk, payment):
    printed = asked(0, "auction", "counts.csv", "--values", "values.csv", "--payment", payment)
    logs = logs_from_table("counts.csv").logs
    priors = fitted_priors([log.counts for log in logs.values()])
    worth = {"a": 1.0, "b": 0.5, "c": 3.0}
    assert [each["auction"] for each in printed["auctions"]] == ["x", "y"]
    for number, (each, log) in enumerate(zip(printed["auctions"], logs.values(), strict=True)):
        found = logged_auction(
            log, [worth[name] for name in log.bidders], AUCTION_PAYMENTS[payment](),
            prior=priors[number], seed=np.random.default_rng([0, number]),
        )  # fmt: skip
        assert list(each["payments"].values()) == found.outcome.payments[0].tolist()
        assert list(each["regret"].values()) == found.regret.gains[0].tolist()
        assert list(each["payment_errors"].values()) == found.payment_errors.tolist()
        assert each["winners"] == list(found.winners)
        assert each["regret_share"] == found.regret_share
        assert_allclose(each["revenue"], sum(each["payments"].values()))
    assert printed["payment"] == payment
    assert_allclose(printed["revenue"], sum(each["revenue"] for each in printed["auctions"]))
    assert not printed["values_drawn"]


def test_parquet_and_named_values_are_read_too(desk):
    pd.read_csv("counts.csv").to_parquet("counts.parquet")
    named = asked(0, "auction", "counts.parquet", "--values", "a=1,b=0.5,c=3")
    assert named == asked(0, "auction", "counts.csv", "--values", "values.csv")


def test_values_may_differ_by_auction(desk):
    Path("by.csv").write_text("auction,bidder,value\nx,a,1\nx,b,2\ny,b,3\ny,c,4\n")
    found = asked(0, "auction", "counts.csv", "--values", "by.csv")["auctions"]
    assert [each["values"] for each in found] == [{"a": 1, "b": 2}, {"b": 3, "c": 4}]


def test_drawn_values_are_said_to_be(desk):
    result = run("auction", "counts.csv", "--values", "drawn", "--seed", 3)
    assert result.exit_code == 0
    assert "Values per click are drawn (log-normal, median 1, σ 0.5, seed 3)" in result.stderr
    first, again, other = (
        asked(0, "auction", "counts.csv", "--values", "drawn", "--seed", seed) for seed in (3, 3, 4)
    )
    assert first["values_drawn"]
    assert first == again != other


def test_tables_for_people(desk):
    many = run("auction", "counts.csv", "--values", "values.csv").stdout
    assert "no lie was found that gains" in many
    one = run("auction", "rows.csv", "--values", "a=1,b=2,c=3", "--payment", "gsp").stdout
    assert "pays in 1,000" in one
    assert "the best lie found gains" in one
    assert run("auction", "rows.csv", "--values", "a=1,b=2,c=3", "--quiet").output == ""


def test_several_slots_are_sold_by_their_effects(desk):
    found = asked(0, "auction", "rows.csv", "--values", "a=1,b=2,c=3", "--slots", 2)
    effects = logs_from_table("rows.csv", position="position").effects
    assert_allclose(found["effects"], effects)
    assert len(found["auctions"][0]["winners"]) == 2
    assert sorted(found["auctions"][0]["exposure"].values())[1:] == sorted(found["effects"])


def test_a_study_prints_and_draws_what_the_library_finds(desk):
    arguments = (
        "auction", "counts.csv", "--values", "values.csv", "--pilots", "20,200", "--draws", 12,
        "--payment", "data-driven,gsp,lottery", "--rho", 0.5, "--form", "matching",
    )  # fmt: skip
    rows = asked(0, *arguments, "--plot", "pilots.png")["rows"]
    logs = logs_from_table("counts.csv").logs
    values = {"x": [1.0, 0.5], "y": [0.5, 3.0]}
    payments = [AUCTION_PAYMENTS[name]() for name in ("data-driven", "gsp")]
    study = pilot_study(logs, values, [*payments, Lottery(0.5, "matching")], [20, 200], draws=12)
    assert rows == study.table().to_pylist()
    assert Path("pilots.png").stat().st_size > 10_000
    shown = run(*arguments)
    assert "Shares of the best welfare of 2 auctions" in shown.stdout
    again = run(*arguments, "--plot", "pilots.png")
    assert again.exit_code == 2
    assert "exists already" in again.stderr
    assert run(*arguments, "--plot", "pilots.png", "--overwrite").exit_code == 0


def test_exit_codes_of_the_process(desk):
    """0 done, 1 a claim fails, 2 bad input, 3 not known to the tolerance; messages on stderr."""
    fine = shell("auction", "counts.csv", "--values", "values.csv", "--max-regret", 1e-9)
    assert (fine.returncode, fine.stderr) == (0, "")
    lies = shell(
        "auction", "counts.csv", "--values", "values.csv", "--payment", "gsp", "--max-regret", 0.01
    )
    assert lies.returncode == 1
    assert "a lie gains" in lies.stderr
    bad = shell("auction", "counts.csv", "--values", "a=-1,b=1,c=1")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert "mdsolve: --values: the value of bidder 'a' is -1." in bad.stderr
    wide = shell(
        "auction", "counts.csv", "--values", "values.csv", "--pilots", "20", "--draws", 5,
        "--tolerance", 1e-6, "--json",
    )  # fmt: skip
    assert (wide.returncode, wide.stdout) == (3, "")
    assert "wider than --tolerance 1e-06. Pass more --draws" in wide.stderr
    for each in (bad, wide, lies):
        assert "Traceback" not in each.stderr


def test_a_regret_of_a_study_is_judged_too(desk):
    study = ("auction", "counts.csv", "--values", "values.csv", "--pilots", "20", "--draws", 5)
    assert run(*study, "--payment", "data-driven,vcg", "--max-regret", 1e-9).exit_code == 0
    assert run(*study, "--payment", "data-driven,gsp", "--max-regret", 1e-9).exit_code == 1


LOGS = {
    "zero.csv": "bidder,click,propensity\na,1,0.5\nb,0,0\n",
    "high.csv": "bidder,click,propensity\na,1,0.5\nb,0,1.2\n",
    "more.csv": "bidder,impressions,clicks\na,10,1\nb,10,11\n",
    "less.csv": "bidder,impressions,clicks\na,10,1\nb,10,-1\n",
    "plain.csv": "bidder,impressions,clicks\na,10,1\nb,10,2\n",
    "minus.csv": "bidder,value\na,1\nb,-2\n",
    "twice.csv": "bidder,value\na,1\na,2\nb,1\n",
    "empty.csv": "bidder,value\n",
}
BOTH = "a=1,b=2"


@pytest.mark.parametrize(
    ("log", "more", "said"),
    [
        ("zero.csv", ("--values", BOTH), "zero.csv, line 3, column 'propensity': 0. A"),
        ("high.csv", ("--values", BOTH), "high.csv, line 3, column 'propensity': 1.2."),
        ("more.csv", ("--values", BOTH), "line 3, column 'clicks': 11 on 10 impressions."),
        ("less.csv", ("--values", BOTH), "less.csv, line 3, column 'clicks': -1."),
        ("plain.csv", ("--values", "minus.csv"), "minus.csv, line 3: the value of bidder 'b'"),
        ("plain.csv", ("--values", "twice.csv"), "line 3: bidder 'a' has a value already"),
        ("plain.csv", ("--values", "empty.csv"), "Give a row for each bidder."),
        ("plain.csv", ("--values", "a=1"), "bidder 'b' has no value. Add it to --values"),
        ("plain.csv", ("--values", "a=1,b=2,z=3"), "--values: bidder 'z' is not in plain.csv."),
        ("plain.csv", ("--values", "a=1,b"), "--values: 'b' is not NAME=NUMBER. Write them as a=2"),
        ("plain.csv", ("--values", "a=nan,b=1"), "the value of bidder 'a' is nan."),
        ("plain.csv", (), "--values: missing."),
        ("plain.csv", ("--values", BOTH, "--payment", "best"), "--payment 'best': unknown."),
        ("plain.csv", ("--values", BOTH, "--payment", "gsp,vcg"), "--payment 'gsp,vcg': unknown."),
        ("plain.csv", ("--values", BOTH, "--rho", 0.5), "--rho: is for the lottery."),
        ("plain.csv", ("--values", BOTH, "--payment", "lottery", "--rho", 1), "--rho: 1.0 is"),
        ("plain.csv", ("--values", BOTH, "--payment", "lottery", "--rho", -0.1), "outside [0, 1)"),
        ("plain.csv", ("--values", BOTH, "--payment", "lottery", "--form", "x"), "--form 'x':"),
        ("plain.csv", ("--values", BOTH, "--estimator", "ipw"), "the log has no propensities"),
        ("plain.csv", ("--values", BOTH, "--estimator", "x"), "--estimator 'x': unknown."),
        ("plain.csv", ("--values", BOTH, "--signals", "x"), "--signals 'x': unknown."),
        ("plain.csv", ("--values", BOTH, "--pilot", 10), "plain.csv: pilot: 10 impressions"),
        ("plain.csv", ("--values", BOTH, "--prior", "1,-1"), "--prior: '1,-1' is not two positive"),
        ("plain.csv", ("--values", BOTH, "--prior", "x"), "--prior: 'x' is not numbers"),
        ("plain.csv", ("--values", BOTH, "--slots", 0), "--slots: 0."),
        ("plain.csv", ("--values", BOTH, "--slots", 2), "positions belong to single impressions"),
        ("rows.csv", ("--values", "a=1,b=1,c=1", "--slots", 3), "--slots 3: rows.csv has 2"),
        ("plain.csv", ("--values", BOTH, "--pilots", "1,x"), "--pilots: '1,x' is not numbers"),
        ("plain.csv", ("--values", BOTH, "--pilots", "0"), "whole numbers of at least 1"),
        ("plain.csv", ("--values", BOTH, "--pilots", "2", "--pilot", 2), "both are given"),
        ("plain.csv", ("--values", BOTH, "--tolerance", 0.1), "--tolerance: goes with --pilots"),
        ("plain.csv", ("--values", BOTH, "--plot", "x.png"), "--plot: goes with --pilots"),
        ("plain.csv", ("--values", BOTH, "--max-regret", "nan"), "--max-regret: nan"),
        ("plain.csv", ("--values", BOTH, "--seed", -1), "--seed: -1."),
        ("plain.csv", ("--values", BOTH, "--bidder-column", "ad"), "with --bidder-column"),
        ("plain.csv", ("--values", BOTH, "--auction-column", "page"), "with --auction-column"),
        ("none.csv", ("--values", BOTH), "there is no such file"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_words_of_the_command_line(desk, log, more, said):
    for name, text in LOGS.items():
        Path(name).write_text(text)
    result = run("auction", log, *more)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert said in result.stderr
    assert "='...'" not in result.stderr


def test_the_committed_log_runs_and_says_how_noisy_it_is():
    found = asked(0, "auction", BANDIT, "--bidder-column", "item", "--values", "drawn")
    auction = found["auctions"][0]
    assert len(auction["bidders"]) == 34
    assert found["regret_share"] <= 1e-12
    rates, errors = (np.array(list(auction[k].values())) for k in ("estimates", "estimate_errors"))
    assert np.median(errors / np.maximum(rates, 1e-9)) > 0.3


def test_a_log_of_one_bidder_and_one_without_clicks_are_auctions_too(desk):
    Path("one.csv").write_text("bidder,impressions,clicks\na,10,0\n")
    found = asked(0, "auction", "one.csv", "--values", "a=2")
    assert found["auctions"][0]["payments"] == {"a": 0.0}
    assert isinstance(logs_from_table("one.csv").logs[""], ClickCounts)
