"""Verify, payments and revenue on the command line: the library's answers, words and exit codes."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from pyarrow.parquet import write_table
from typer.testing import CliRunner

import mdsolve as md
from mdsolve.cli.app import app
from mdsolve.incentives import NegativeCycle, Verified, implement, implementable, verify

TABLE = Path(__file__).resolve().parents[1] / "problems" / "real" / "candidates" / "completions.csv"
VALUES = "name,low,high\nlow,1,0.4\nhigh,1.5,2\n"
CROSSED = "name,low,high\nlow,1,2\nhigh,1.5,1\n"
GAME = "outcome,reference,a,b\nx,0.5,1,0\ny,0.25,0,1\nz,0.25,0,0\n"
TYPES = "type,size,z,x,y\nplain,1,0,1,0\nmixed,1,0.3,0.2,0.5\nbig,2,1,0,0\n"
WITH_GAME = ("--game", "game.csv", "--group", "a", "--strength", "0.1")


@dataclass(frozen=True)
class Done:
    code: int
    text: str


def run(*arguments: object) -> Done:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.output)


def asked(code: int, *arguments: object):
    done = run(*arguments, "--json", "--quiet")
    assert done.code == code, done.text
    return json.loads(done.text)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Return a folder, entered, with small tables in it."""
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    texts = {
        "values": VALUES,
        "crossed": CROSSED,
        "game": GAME,
        "types": TYPES,
        "paid": "type,payment\nhigh,1.2\nlow,0.5\n",
        "good": "payment,type,note\n0.5,low,x\n1,high,y\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def square_csv(table: np.ndarray, labels: list[str], order: list[int]) -> str:
    """Return a table of values whose columns stand in another order."""
    lines = [",".join(["", *(labels[k] for k in order)])]
    lines += [
        ",".join([label, *(repr(float(row[k])) for k in order)])
        for label, row in zip(labels, table, strict=True)
    ]
    return "\n".join(lines)


# ---------------------------------------------------------------- verify


def test_a_violation_is_named_and_exits_with_1(desk):
    done = run("verify", "values.csv", "paid.csv")
    assert done.code == 1
    assert done.text.startswith("violated (refuted): type high gains by reporting low.")
    assert "high reporting low" in done.text
    found = asked(1, "verify", "values.csv", "paid.csv")
    expected = verify([[1, 0.4], [1.5, 2]], [0.5, 1.2], labels=["low", "high"])
    assert (found["type"], found["report"], found["kind"]) == ("high", "low", "incentive")
    assert found["gain"] == found["least_eps"] == expected.gain
    assert (found["utility"], found["poorest"]) == (expected.utility, "low")


def test_a_truthful_mechanism_is_verified(desk):
    done = run("verify", "values.csv", "good.csv")
    assert done.code == 0
    assert done.text.startswith("verified (certified): no type gains by a misreport.")
    assert "--outside 0" in done.text
    assert asked(0, "verify", "values.csv", "good.csv")["answer"] == "verified"
    assert run("verify", "values.csv", "good.csv", "--quiet") == Done(0, "")


def test_row_labels_of_pandas_are_found(desk):
    labels = ["low", "high"]
    frame = pd.DataFrame([[1.0, 0.4], [1.5, 2.0]], index=labels, columns=labels)
    frame.to_parquet(desk / "values.parquet")
    expected = asked(1, "verify", "values.csv", "paid.csv")
    assert asked(1, "verify", "values.parquet", "paid.csv") == expected


def test_participation_is_required_when_asked(desk):
    assert asked(0, "verify", "values.csv", "good.csv", "--outside", 0.5)["utility"] == 0.0
    found = asked(1, "verify", "values.csv", "good.csv", "--outside", 0.75)
    assert (found["kind"], found["utility"], found["poorest"]) == ("participation", -0.25, "low")
    said = run("verify", "values.csv", "good.csv", "--outside", 0.75).text
    assert "staying out is better for type low" in said


@pytest.mark.parametrize("gain", [5e-9, 2.0**-52])
def test_a_violation_in_the_last_digits_is_not_passed_and_an_error_allows_it(desk, gain):
    """High pays 1 more than low, and would lose exactly 1 by the lie; then a little less."""
    (desk / "values.csv").write_text(f"t,low,high\nlow,1,0\nhigh,{1 + gain!r},2\n")
    (desk / "good.csv").write_text("type,payment\nlow,0\nhigh,1\n")
    assert asked(1, "verify", "values.csv", "good.csv")["gain"] == (1 + gain) - 1
    found = asked(0, "verify", "values.csv", "good.csv", "--error", gain)
    assert found["verdict"].startswith("verified to")


@settings(max_examples=30)
@given(
    data=st.data(),
    table=arrays(float, (4, 4), elements=st.floats(-9, 9, allow_subnormal=False)),
    paid=arrays(float, 4, elements=st.floats(-9, 9, allow_subnormal=False)),
)
def test_what_is_printed_is_the_library_s_answer(tmp_path_factory, data, table, paid):
    folder = tmp_path_factory.mktemp("tables")
    labels = ["w", "x,y", "ответ", "z"]
    quoted = ["w", '"x,y"', "ответ", "z"]
    order = data.draw(st.permutations(range(4)))
    (folder / "v.csv").write_text(square_csv(table, quoted, order), encoding="utf-8")
    write_table(
        pa.table({"type": [labels[k] for k in order], "payment": paid[order]}), folder / "p.parquet"
    )
    expected = verify(table, paid, labels=labels)
    holds = isinstance(expected, Verified)
    found = asked(0 if holds else 1, "verify", folder / "v.csv", folder / "p.parquet")
    assert (found["type"], found["report"]) == (expected.type, expected.report)
    assert found["gain"] == expected.gain
    answer = implement(table, labels=labels)
    cycle = isinstance(answer, NegativeCycle)
    found = asked(1 if cycle else 0, "payments", "--values", folder / "v.csv")
    if isinstance(answer, NegativeCycle):
        assert found["cycle"] == list(answer.names)
        assert (found["length"], found["gain"]) == (answer.length, answer.gain)
    else:
        assert list(found["payments"].values()) == answer.revenue_maximal().tolist()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("values", "t,low,high\nlow,1,nan\nhigh,1,2\n", "line 2, column 'high': the number is mis"),
        ("values", "t,low,high\nlow,1,inf\nhigh,1,2\n", "the number is inf, not finite"),
        ("values", "t,low,high\nlow,1,two\nhigh,1,2\n", "'two' is not a number. Correct the cell."),
        ("values", "t,low,high\nlow,1,2\n", "type 'high' has not a row. Add a row of its name."),
        ("values", "t,low\nlow,1\nhigh,2\n", "type 'high' has not a column. Add a column of its"),
        ("values", "t,low,high\nlow,1,2\nlow,1,2\n", "type 'low' stands in line 2 and again in li"),
        ("values", "t,low,low\nlow,1,2\n", "column 'low' occurs twice"),
        ("values", "t\nlow\n", "one column. The first column names the types"),
        ("values", "t,low,high\n", "has no rows. Give a row for each type."),
        ("values", "", "is empty. The first line must name the columns"),
        ("good", "type,payment\nlow,1\n", "good.csv: type 'high' has not a row"),
        ("good", "type,payment\nlow,1\nhigh,2\nmid,1\n", "'mid' has a row, but is no type; they "),
        ("good", "type,price\nlow,1\nhigh,2\n", "there is no column 'payment'; the columns are"),
        ("good", "type,payment\nlow,1\nhigh,\n", "line 3, column 'payment': the number is missin"),
    ],
)
def test_a_bad_table_is_refused(desk, name, text, message):
    (desk / f"{name}.csv").write_text(text)
    done = run("verify", "values.csv", "good.csv")
    assert (done.code, done.text.count("\n")) == (2, 1)
    assert message in done.text
    assert "group" not in done.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--error -1", "--error: -1.0 is not a finite number of at least 0"),
        ("--error nan", "--error: nan is not a finite number"),
        ("--outside inf", "--outside: inf is not finite. Give a utility, or leave the option out."),
    ],
)
def test_options_of_verify_that_cannot_be_meant_are_refused(desk, options, message):
    done = run("verify", "values.csv", "good.csv", *options.split())
    assert done.code == 2
    assert message in done.text


# ---------------------------------------------------------------- verify --models

MODELS = "type,x,y,z\nbig,0.25,0.25,0.5\nplain,0.5,0.25,0.25\nmixed,0.25,0.5,0.25\n"
PAID = "type,payment\nmixed,0.25\nbig,0.5\nplain,0.25\n"


@pytest.fixture
def menu(desk):
    """Return the folder with types of size 1, 1, 2, the models of their reports and payments."""
    (desk / "models.csv").write_text(MODELS)
    (desk / "menu.csv").write_text(PAID)
    return desk


def test_models_and_rewards_are_audited_as_their_table_is(menu):
    """Values are size x <reward, model>; rows and columns of the three tables match by name."""
    rewards = np.array([[1, 0, 0], [0.2, 0.5, 0.3], [0, 0, 2]])
    models = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]])
    expected = verify(rewards @ models.T, [0.25, 0.25, 0.5], labels=["plain", "mixed", "big"])
    found = asked(0, "verify", "types.csv", "menu.csv", "--models", "models.csv")
    assert (found["type"], found["report"]) == (expected.type, expected.report)
    assert found["gain"] == pytest.approx(expected.gain, rel=1e-14)
    assert found["utility"] == pytest.approx(expected.utility, rel=1e-14)
    (menu / "menu.csv").write_text(PAID.replace("plain,0.25", "plain,0.95"))
    done = run("verify", "types.csv", "menu.csv", "--models", "models.csv")
    assert done.code == 1
    assert "type plain gains by reporting mixed." in done.text


def test_sizes_are_1_where_there_are_none(menu):
    (menu / "types.csv").write_text("type,x,y,z\nplain,1,0,0\nmixed,0.2,0.5,0.3\nbig,0,0,2\n")
    found = asked(0, "verify", "types.csv", "menu.csv", "--models", "models.csv")
    assert found == asked(0, "verify", "types.csv", "menu.csv", "--models", "models.csv")
    assert found["poorest"] == "mixed"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("models", MODELS.replace("0.5,0.25,0.25", "0.5,0.25,0.3"), "type 'plain', line 3, has no"),
        ("models", MODELS.replace("0.5,0.25,0.25", "1.25,-0.25,0"), "smallest entry is -0.25 and"),
        ("models", MODELS.replace("mixed,0.25", "mixed,nan"), "models.csv, line 4, column 'x'"),
        ("models", MODELS.replace("mixed", "mild"), "type 'mixed' has not a row. Add a row of its"),
        ("models", MODELS.replace(",z", ",w"), "outcome 'z' has not a column. Add a column of its"),
        ("models", MODELS.replace("type", "report"), "there is no column 'type'; the columns are"),
        ("types", "type,size\nplain,1\n", "types.csv: no outcomes; the columns are"),
        ("types", TYPES.replace("type,", "who,"), "there is no column 'type'"),
        ("types", TYPES.replace("big,2", "big,inf"), "types.csv, line 4, column 'size'"),
        ("types", TYPES.replace("mixed", "plain"), "type 'plain' stands in line 2 and again in"),
        ("menu", PAID.replace("0.5", "inf"), "menu.csv, line 3, column 'payment'"),
    ],
)
def test_tables_that_do_not_fit_models_are_refused(menu, name, text, message):
    (menu / f"{name}.csv").write_text(text)
    done = run("verify", "types.csv", "menu.csv", "--models", "models.csv")
    assert done.code == 2
    assert message in done.text


# ---------------------------------------------------------------- payments


def test_payments_of_a_table_of_values(desk):
    found = asked(0, "payments", "--values", "values.csv")
    assert found["payments"] == {"low": 1.0, "high": 1.5}
    assert found["utilities"] == {"low": 0.0, "high": 0.5}
    assert found["margins"] == pytest.approx({"low": 1.1, "high": 0.0})
    assert (found["slack"], found["verdict"]) == (0.0, "certified")
    found = asked(0, "payments", "--values", "values.csv", "--base", "high")
    assert found["payments"] == pytest.approx({"low": 0.6, "high": 0.0})
    found = asked(0, "payments", "--values", "values.csv", "--outside", "0.25")
    assert min(found["utilities"].values()) == 0.25
    said = run("payments", "--values", "values.csv").text
    assert said.startswith("implementable (certified): truth is best under these payments,")


def test_a_negative_cycle_exits_with_1_and_writes_nothing(desk):
    done = run("payments", "--values", "crossed.csv", "--out", "out.csv")
    assert done.code == 1
    assert "not implementable: a cycle of 2 types has length -1.5" in done.text
    assert not (desk / "out.csv").exists()
    found = asked(1, "payments", "--values", "crossed.csv")
    assert (found["implementable"], found["gain"]) == (False, 0.75)
    assert sorted(found["cycle"]) == ["high", "low"]


def test_payments_of_one_group_s_types_are_the_library_s(desk):
    game = md.Game.from_table("game.csv")
    rewards = [[1, 0, 0], [0.2, 0.5, 0.3], [0, 0, 1]]
    rule = md.SocialWelfare("l2", 0.1)
    expected = implementable(rule, game, "a", rewards, [1, 1, 2])
    found = asked(0, "payments", "types.csv", *WITH_GAME, "--divergence", "l2")
    assert found["types"] == ["plain", "mixed", "big"]
    assert list(found["payments"].values()) == expected.revenue_maximal().tolist()
    assert found["error"] == expected.error > 0.0
    assert found["verdict"].startswith("verified to")


def test_types_without_names_or_sizes_have_the_game_s(desk):
    (desk / "types.csv").write_text("x,y,z\n1,0,0\n0,1,0\n")
    found = asked(0, "payments", "types.csv", *WITH_GAME, "--sizes", "a=3,b=1")
    expected = implementable(
        md.SocialWelfare("kl", 0.1),
        md.Game.from_table("game.csv", {"a": 3, "b": 1}),
        "a",
        [[1, 0, 0], [0, 1, 0]],
        3.0,
    )
    assert found["types"] == ["type-0", "type-1"]
    assert list(found["payments"].values()) == expected.revenue_maximal().tolist()


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_what_is_written_can_be_verified(desk, ending):
    done = run("payments", "--values", "values.csv", "--out", f"out.{ending}")
    assert done.code == 0
    assert f"wrote out.{ending}" in done.text
    assert run("verify", "values.csv", f"out.{ending}", "--outside", 0).code == 0
    again = run("payments", "--values", "values.csv", "--out", f"out.{ending}")
    assert (again.code, "exists already" in again.text) == (2, True)


def test_rounding_is_told_and_an_error_of_its_size_verifies(desk):
    draw = np.random.default_rng(5)
    first, second = np.sort(draw.random((2, 12)))
    table = np.outer(first, second) + draw.random((12, 1))
    (desk / "v.csv").write_text(square_csv(table, [f"t{k}" for k in range(12)], [*range(12)]))
    slack = asked(0, "payments", "--values", "v.csv", "--out", "p.csv")["slack"]
    assert 0.0 < slack < 1e-15
    assert run("verify", "v.csv", "p.csv").code == 1
    assert run("verify", "v.csv", "p.csv", "--error", slack).code == 0
    said = run("payments", "--values", "v.csv").text
    assert f"verify them with --error {slack:.2g}." in said


def test_many_types_are_summarised_and_one_has_no_lies(desk):
    table = np.eye(45)
    (desk / "v.csv").write_text(square_csv(table, [f"t{k}" for k in range(45)], [*range(45)]))
    said = run("payments", "--values", "v.csv").text
    assert "\n5 more: see --json or --out" in said
    (desk / "v.csv").write_text("t,only\nonly,2\n")
    assert asked(0, "payments", "--values", "v.csv")["margins"] == {"only": None}
    run("payments", "--values", "v.csv", "--out", "p.csv")
    done = run("verify", "v.csv", "p.csv", "--outside", 0)
    assert (done.code, "largest gain" in done.text) == (0, False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "TYPES: missing. Give TYPES with --game TABLE, --group NAME and --strength NUMBER"),
        ("types.csv --group a", "--game: missing."),
        ("types.csv --game game.csv --group a", "--strength: missing."),
        ("types.csv --values values.csv", "and TYPES has no part in it. Leave one of the two out."),
        ("--values values.csv --game game.csv", "and --game has no part in it"),
        ("--values values.csv --base low --outside 0", "--base: payments that charge one type no"),
        ("--values values.csv --outside -inf", "and participation is what bounds payments"),
        ("--values values.csv --base mid", "type 'mid' does not exist. Name one of ['low', 'high"),
        ("--values nowhere.csv", "there is no such file"),
        ("types.csv --game game.csv --group c --strength 1", "group 'c'"),
        ("--values values.csv --out out.txt", "extension '.txt' is unknown"),
        (f"types.csv --game {TABLE} --group brevity --strength 1", "holds 12 prompts, and one is"),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(desk, arguments, message):
    done = run("payments", *arguments.split())
    assert (done.code, done.text.count("\n")) == (2, 1)
    assert message in done.text


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("types", "type,x,y\nplain,1,0\n", "types.csv: outcome 'z' has not a column. Add a col"),
        ("types", "type,x,y,z,q\nplain,1,0,0,0\n", "'q' has a column, but is no outcome; they a"),
        ("types", "type,x,y,z\nplain,1,0,inf\n", "the number is inf, not finite"),
        ("types", "type,size,x,y,z\nplain,0,1,0,0\n", "size"),
        ("game", GAME.replace("z,", "size,"), "outcome 'size' bears the name of a column with an"),
    ],
)
def test_types_that_do_not_fit_are_refused(desk, name, text, message):
    (desk / f"{name}.csv").write_text(text)
    done = run("payments", "types.csv", *WITH_GAME)
    assert done.code == 2
    assert message in done.text


# ---------------------------------------------------------------- solve --payment revenue


@pytest.mark.parametrize("domain", ["sum", "max"])
def test_the_largest_payments_are_the_library_s(domain):
    (found,) = asked(
        0, "solve", TABLE, "--strength", 0.1, "--sizes", "readability=1,sentiment=2,brevity=1,"
        "similarity=3", "--normalize", domain, "--domain", domain, "--payment", "revenue",
        "--group-sizes", "1,2,3", "--prompt", "late-rent",
    )["games"]  # fmt: skip
    weights = {"readability": 1, "sentiment": 2, "brevity": 1, "similarity": 3}
    game = md.Game.from_table(TABLE, weights, prompt="late-rent").normalized(domain)
    payment = md.RevenueMaximizing(domain, sizes=(1, 2, 3))
    rule = md.SocialWelfare("kl", 0.1)
    outcome = md.Mechanism(rule, payment).run(game)
    assert list(found["payments"].values()) == outcome.payments.tolist()
    assert_allclose(list(found["utilities"].values()), outcome.utilities)
    assert found == json.loads(json.dumps(outcome.to_dict("late-rent")))
    least = md.Mechanism(rule, md.AffineMaximizer()).run(game).payments
    assert (np.array(list(found["payments"].values())) > least).all()


def test_floors_are_shown_bracketed_by_group(desk):
    """b of each group: in --json with its report, in the table of payments, on the screen."""
    (desk / "pair.csv").write_text("outcome,reference,a,b\nx,0.5,1,0\ny,0.5,0,1\n")
    arguments = ("solve", "pair.csv", "--strength", 4, "--divergence", "l2", "--domain", "sum")
    arguments = (*arguments, "--payment", "revenue")
    (game,) = asked(0, *arguments)["games"]
    assert game["floors"].keys() == game["payments"].keys() == {"a", "b"}
    floor = game["floors"]["a"]
    assert floor["lower"] <= 0.46875 <= floor["upper"] <= floor["lower"] + 1e-14
    assert floor["size"] == 1.0
    assert floor["report"] == [1.0, 0.0]
    shown = run(*arguments, "--out", "shown.csv")
    assert "its floor" in shown.text
    table = (desk / "shown.payments.csv").read_text().splitlines()
    assert table[0].endswith('"floor_lower","floor_upper"')


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("", "over rewards of any scale no payment is the largest. Declare --domain sum or --do"),
        ("--domain sum --sizes a=2,b=1", "size 2 is none of (1). Name all sizes that a group ma"),
        ("--domain sum --sizes a=2,b=1", "may have: --group-sizes NUMBER,NUMBER."),
        ("--domain sum --group-sizes 1,x", "--group-sizes: '1,x' is not positive numbers with c"),
        ("--domain sum --group-sizes 1,-1", "Write every size that a group may have, such as 1,"),
        ("--domain sum --rule nash", "is about social welfare, not NashWelfare. Use --rule soc"),
    ],
)
def test_a_revenue_question_without_an_answer_is_refused(desk, options, message):
    done = run("solve", "game.csv", "--strength", 1, "--payment", "revenue", *options.split())
    assert (done.code, done.text.count("\n")) == (2, 1)
    assert message in done.text


def test_rewards_outside_the_domain_are_told_how_to_enter_it(desk):
    (desk / "game.csv").write_text(GAME.replace("x,0.5,1", "x,0.5,2"))
    arguments = ("solve", "game.csv", "--strength", 1, "--payment", "revenue", "--domain", "max")
    done = run(*arguments)
    assert done.code == 2
    assert "pass --normalize max, or choose another --payment." in done.text
    assert run(*arguments, "--normalize", "max").code == 0


def test_sizes_of_groups_are_for_revenue_alone(desk):
    done = run("solve", "game.csv", "--strength", 1, "--group-sizes", "1,2")
    assert done.code == 2
    assert "--group-sizes: only --payment revenue depends on them" in done.text
