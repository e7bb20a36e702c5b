"""The command line: its numbers are the library's, its refusals are one message and a code."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from typer.testing import CliRunner

import mdsolve as md
from mdsolve.cli import output, progress, solve
from mdsolve.cli.app import app
from mdsolve.cli.reading import sizes, strengths
from mdsolve.cli.wording import on_the_command_line

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "problems" / "real" / "candidates" / "completions.csv"
GROUPS = ("readability", "sentiment", "brevity", "similarity")
SIZES = {"readability": 1.0, "sentiment": 2.0, "brevity": 1.0, "similarity": 3.0}
WEIGHED = "readability=1,sentiment=2,brevity=1,similarity=3"
SMALL = "outcome,reference,a,b\nx,0.5,1,0\ny,0.5,0,1\n"


@dataclass(frozen=True)
class Done:
    """What a command printed (both streams, unless quiet left one alone) and its exit code."""

    code: int
    text: str


def run(*arguments: object) -> Done:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.output)


def asked(*arguments: object):
    done = run(*arguments, "--json", "--quiet")
    assert done.code == 0, done.text
    return json.loads(done.text)


def outcomes(rule: md.TrainingRule, weights=SIZES) -> dict[str | None, md.Outcome]:
    mechanism = md.Mechanism(rule, md.AffineMaximizer())
    return {name: mechanism.run(game) for name, game in md.games_from_table(TABLE, weights)}


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch):
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "input" / "small.csv"
    path.parent.mkdir()
    path.write_text(SMALL)
    return path


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Return an empty folder, entered."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


# ---------------------------------------------------------------- numbers


def test_json_holds_what_the_library_computes():
    found = asked("solve", TABLE, "--strength", 0.5, "--sizes", WEIGHED)
    expected = outcomes(md.SocialWelfare("kl", 0.5))
    assert [game["prompt"] for game in found["games"]] == list(expected)
    assert found["payment"] == "AffineMaximizer()"
    for game in found["games"]:
        outcome = expected[game["prompt"]]
        assert game == json.loads(json.dumps(outcome.to_dict(game["prompt"])))
        assert set(game["payments"]) == set(game["utilities"]) == set(GROUPS)
        assert "floors" not in game
        assert game["lower"] <= game["upper"]
        assert sum(game["model"]) == pytest.approx(1.0)


@pytest.mark.parametrize("divergence", md.DIVERGENCES)
def test_every_divergence_is_at_hand(divergence):
    (game,) = asked(
        "solve", TABLE, "--strength", 0.5, "--divergence", divergence, "--prompt", "blue-sky"
    )["games"]
    expected = outcomes(md.SocialWelfare(divergence, 0.5), None)["blue-sky"]
    assert game["model"] == expected.model.tolist()


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (("nash",), md.NashWelfare("kl", 0.5)),
        (("alpha-fair", "--alpha", "2"), md.AlphaFair("kl", 0.5, 2.0)),
        (("egalitarian",), md.Egalitarian("kl", 0.5)),
    ],
)
def test_rules_without_payments_say_so(name, rule):
    found = asked("solve", TABLE, "--strength", 0.5, "--sizes", WEIGHED, "--rule", *name)
    games = dict(md.games_from_table(TABLE, SIZES))
    assert found["payment"] is None
    for each in found["games"]:
        game = games[each["prompt"]]
        model = rule.train(game).model
        assert each["payments"] == dict.fromkeys(GROUPS)
        assert_allclose(each["model"], model, rtol=1e-12)
        assert_allclose(list(each["utilities"].values()), game.sizes * (game.rewards @ model))
    said = run("solve", TABLE, "--strength", 0.5, "--prompt", "blue-sky", "--rule", *name).text
    assert "none that makes truth pay is known for" in said
    assert "readability" in said


def test_payments_can_be_left_out():
    found = asked("solve", TABLE, "--strength", 0.5, "--payment", "none", "--prompt", "blue-sky")
    assert found["payment"] is None
    said = run("solve", TABLE, "--strength", 0.5, "--payment", "none", "--prompt", "blue-sky").text
    assert "No payments, as asked" in said


@pytest.mark.parametrize("domain", ["sum", "max"])
def test_normalized_rewards_are_in_their_domain(domain):
    (game,) = asked(
        "solve", TABLE, "--strength", 0.1, "--normalize", domain, "--domain", domain,
        "--prompt", "late-rent",
    )["games"]  # fmt: skip
    expected = md.Game.from_table(TABLE, prompt="late-rent").normalized(domain)
    assert game["model"] == md.SocialWelfare("kl", 0.1).train(expected).model.tolist()


def test_columns_are_named(tmp_path):
    table = tmp_path / "other.csv"
    table.write_text("question,answer,p,likes\nq,x,-1,1\nq,y,-1,0\nr,x,-2,0.5\n")
    found = asked(
        "solve", table, "--strength", 1, "--logprob", "p", "--groups", "likes",
        "--prompt-column", "question", "--outcome-column", "answer",
    )  # fmt: skip
    assert [(game["prompt"], game["outcomes"]) for game in found["games"]] == [
        ("q", ["x", "y"]),
        ("r", ["x"]),
    ]
    assert found["games"][0]["reference"] == [0.5, 0.5]


def test_the_reference_can_be_uniform(small):
    (game,) = asked("solve", small, "--strength", 1, "--reference", "uniform", "--groups", "a,b")[
        "games"
    ]
    assert game["prompt"] is None
    assert game["reference"] == [0.5, 0.5]


def test_the_frontier_is_the_library_s():
    found = asked("frontier", TABLE, "--strengths", "0.1:10:3", "--prompt", "soft-egg")["games"][0]
    game = md.Game.from_table(TABLE, prompt="soft-egg")
    expected = md.frontier(md.SocialWelfare("kl", 1.0), game, np.geomspace(0.1, 10, 3))
    assert found["strengths"] == expected.strengths.tolist()
    assert found["welfare"] == expected.welfare.tolist()
    assert found["values"]["brevity"] == expected.values[:, 2].tolist()
    assert found["models"] == expected.models.tolist()


# ---------------------------------------------------------------- tables for people


def test_one_prompt_is_shown_in_full():
    said = run("solve", TABLE, "--strength", 0.5, "--prompt", "soft-egg").text
    outcome = outcomes(md.SocialWelfare("kl", 0.5), None)["soft-egg"]
    assert "(welfare units)" in said
    assert "Sizes are 1 each" in said
    for name, reference, model in zip(
        outcome.game.outcomes, outcome.game.reference, outcome.model, strict=True
    ):
        (line,) = [line for line in said.splitlines() if line.startswith(name + " ")]
        change = f"{100 * (model - reference):+.1f} points"
        assert f"{100 * reference:.1f}%" in line
        assert line.rstrip().endswith(change)
    for name, payment in zip(GROUPS, outcome.payments, strict=True):
        assert any(line.startswith(name) and f"{payment:.4g}" in line for line in said.splitlines())


def test_many_prompts_get_a_line_each_and_totals():
    said = run("solve", TABLE, "--strength", 0.5, "--sizes", WEIGHED).text
    found = outcomes(md.SocialWelfare("kl", 0.5))
    assert "Sizes are 1 each" not in said
    for prompt, outcome in found.items():
        (line,) = [line for line in said.splitlines() if line.startswith(f"{prompt} ")]
        assert outcome.game.outcomes[outcome.model.argmax()] in line
        assert all(f"{payment:.4g}" in line for payment in outcome.payments)
    total = sum(outcome.payments for outcome in found.values())
    assert all(f"{payment:.4g}" in said for payment in total)


def test_a_narrow_terminal_gets_fewer_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    said = run("solve", TABLE, "--strength", 0.5).text
    assert "all groups" in said
    assert any(line.startswith("before-interview  blunt") for line in said.splitlines())


def test_names_cannot_command_the_terminal(tmp_path):
    table = tmp_path / "odd.csv"
    table.write_text("outcome,reference,[red]a\n\x1b[31mx\x07 [bold]y,0.5,1\n:smile:,0.5,0\n")
    said = run("solve", table, "--strength", 1).text
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "[31mx [bold]y" in said
    assert "[red]a" in said
    assert ":smile:" in said


def test_large_tables_are_summarised(tmp_path):
    table = tmp_path / "large.csv"
    rows = [f"p{p},x{x},0.04,{','.join(['1'] * 24)}" for p in range(42) for x in range(25)]
    header = "prompt,outcome,reference," + ",".join(f"g{i}" for i in range(24))
    table.write_text("\n".join([header, *rows]))
    said = run("solve", table, "--strength", 1).text
    assert "2 more: see --prompt" in said
    assert "4 more (mean)" in said
    assert "\n5 more " in run("solve", table, "--strength", 1, "--prompt", "p0").text
    said = run("frontier", table, "--strengths", "1,2").text
    assert "mean of 42 prompts" in said
    assert "19 more groups" in said


def test_quiet_prints_nothing(small):
    assert run("solve", small, "--strength", 1, "--quiet") == Done(0, "")
    assert run("frontier", small, "-q") == Done(0, "")


def test_what_may_be_asked_for_is_listed():
    assert all(name in run("solvers").text for name in md.SOLVERS)
    assert all(name in run("divergences").text for name in md.DIVERGENCES)


def test_the_frontier_is_a_table():
    said = run(
        "frontier", TABLE, "--strengths", "0.1,10", "--sizes", WEIGHED, "--rule", "nash"
    ).text
    assert "NashWelfare(KL()), mean of 12 prompts" in said
    assert [line.split()[0] for line in said.splitlines()[4:6]] == ["0.1", "10"]


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_tables_are_written(desk, ending):
    path = desk / f"models{ending}"
    done = run("solve", TABLE, "--strength", 0.5, "--sizes", WEIGHED, "--out", path)
    beside = desk / f"models.payments{ending}"
    assert done.code == 0
    assert f"{path}, {beside}" in done.text.replace("\n", "")
    models, payments = read(path), read(beside)
    found = outcomes(md.SocialWelfare("kl", 0.5))
    assert list(models)[:4] == ["prompt", "outcome", "reference", "model"]
    assert list(payments)[:3] == ["prompt", "group", "size"]
    assert models["prompt"] == [name for name, each in found.items() for _ in each.model]
    assert models["model"] == [mass for each in found.values() for mass in each.model]
    assert payments["payment"] == [paid for each in found.values() for paid in each.payments]
    assert payments["utility"] == [got for each in found.values() for got in each.utilities]


def test_the_object_of_json_is_written(desk):
    found = asked("solve", TABLE, "--strength", 0.5, "--out", "found.json")
    assert json.loads((desk / "found.json").read_text("utf-8")) == found


def test_a_table_without_prompts_gets_no_column_of_prompts(desk, small):
    assert run("solve", small, "--strength", 1, "--rule", "nash", "--out", "m.csv").code == 0
    assert next(iter(read(desk / "m.csv"))) == "outcome"
    with (desk / "m.payments.csv").open() as file:
        assert {row["payment"] for row in csv.DictReader(file)} == {""}
    again = asked("solve", "m.csv", "--strength", 1, "--reference", "model", "--groups",
                  "combined_reward")  # fmt: skip
    assert again["games"][0]["outcomes"] == ["x", "y"]


@pytest.mark.parametrize("existing", ["out.csv", "out.payments.csv", "out.png"])
def test_nothing_is_overwritten_unless_asked_and_nothing_solved_before(desk, monkeypatch, existing):
    (desk / existing).write_text("precious")
    arguments = ("solve", TABLE, "--strength", 0.5, "--prompt", "blue-sky", "--out", "out.csv",
                 "--plot", "out.png")  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(md.Mechanism, "run", lambda *_, **__: pytest.fail("solved"))
        done = run(*arguments)
    assert done.code == 2
    assert done.text.startswith(f"mdsolve: {existing}: exists already.")
    assert "--overwrite" in done.text
    assert [path.name for path in desk.iterdir()] == [existing]
    assert (desk / existing).read_text() == "precious"
    assert run(*arguments, "--overwrite").code == 0
    assert (desk / existing).read_bytes() != b"precious"


@pytest.mark.parametrize(
    ("option", "path", "message"),
    [
        ("--out", "nowhere/out.csv", "there is no folder nowhere. Create it first."),
        ("--out", "folder.csv", "is a folder. Name a file in it."),
        ("--out", "out.xlsx", "extension '.xlsx' is unknown. End it in one of .json, .csv, .parq"),
        ("--plot", "out.jpg", "extension '.jpg' is unknown. End it in one of .png, .pdf, .svg"),
        ("--plot", "nowhere/out.png", "there is no folder nowhere. Create it first."),
    ],
)
def test_paths_that_cannot_be_written_are_refused(desk, monkeypatch, option, path, message):
    (desk / "folder.csv").mkdir()
    monkeypatch.setattr(md.Mechanism, "run", lambda *_, **__: pytest.fail("solved"))
    done = run("solve", TABLE, "--strength", 0.5, option, path)
    assert done.code == 2
    assert message in done.text
    assert [each.name for each in desk.iterdir()] == ["folder.csv"]


def test_a_folder_without_permission_is_refused(desk, monkeypatch):
    monkeypatch.setattr(os, "access", lambda _, mode: not mode & os.W_OK)
    done = run("solve", TABLE, "--strength", 0.5, "--out", "out.json")
    assert done.code == 2
    assert "out.json: the folder . cannot be written to. Choose another." in done.text


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_full_disk_leaves_nothing_behind(desk, monkeypatch, failing):
    written: list[object] = []

    def full(file):
        written.append(file)
        file.write(b"half")
        if len(written) == failing:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(output, "table_writer", lambda *_: full)
    monkeypatch.setattr(output, "picture_writer", lambda *_: full)
    done = run("solve", TABLE, "--strength", 0.5, "--prompt", "blue-sky", "--out", "out.csv",
               "--plot", "out.png")  # fmt: skip
    assert done.code == 2
    assert "cannot be written (No space left on device)" in done.text
    assert list(desk.iterdir()) == []


@pytest.mark.parametrize("ending", [".png", ".pdf", ".svg"])
def test_pictures_are_drawn(desk, ending):
    arguments = (TABLE, "--prompt", "blue-sky", "--plot", f"one{ending}")
    assert run("solve", "--strength", 0.5, *arguments).code == 0
    starts = {".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml"}
    assert (desk / f"one{ending}").read_bytes().startswith(starts[ending])


def test_a_picture_of_many_prompts_shows_the_first(desk, monkeypatch):
    monkeypatch.setattr(solve, "MOST_PICTURES", 2)
    done = run("solve", TABLE, "--strength", 0.5, "--plot", "many.png")
    assert "shows the first 2 of 12 prompts" in done.text
    assert (desk / "many.png").stat().st_size > 10_000
    assert run("frontier", TABLE, "--strengths", "1:2:2", "--plot", "f.png").code == 0
    assert run("frontier", TABLE, "--plot", "f.png").text.startswith("mdsolve: f.png: exists")


def test_names_beyond_the_font_are_drawn_without_a_warning(desk, small):
    small.write_text("outcome,reference,群\n蛋,0.5,1\n$x_y$,0.5,0\n", encoding="utf-8")
    assert run("solve", small, "--strength", 1, "--plot", "odd.png").code == 0


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (SMALL.replace("x,0.5,1", "x,0.5,nan"), "line 2, column 'a': the number is missing (or na"),
        (SMALL.replace("x,0.5,1", "x,0.5,inf"), "line 2, column 'a': the number is inf, not fini"),
        (SMALL.replace("y,0.5,0", "y,0.5,two"), "line 3, column 'a': 'two' is not a number"),
        (SMALL.replace("y,0.5,0,1", "y,0.5,0"), "line 3: 3 cells, but the header has 4"),
        ("", "is empty. The first line must name the columns"),
        ("outcome,reference,a\n", "has no rows. A game needs at least one candidate"),
        ("outcome,reference\nx,1\n", "no column is a group's reward"),
        (SMALL.replace("y,", "x,"), "outcome 'x' stands in line 2 and again in line 3"),
        (SMALL.replace(",b", ",a"), "column 'a' occurs twice"),
        (SMALL.replace("y,0.5", "y,0.4"), "the masses sum to 0.9, not 1"),
        (SMALL.replace("y,0.5", "y,0"), "outcome 'y': reference mass is 0"),
        (SMALL.replace("reference", "logprob"), "outcome 'x': log-probability is 0.5. Log-prob"),
        (SMALL.replace("reference", "weight"), "Name one with --reference COLUMN or --logprob CO"),
        (SMALL.replace("outcome", "answer"), "Name the right one with --outcome-column NAME"),
        ("prompt," + SMALL.replace("x,", "p,x,").replace("y,", "q,y,"), "prompt 'p': reference"),
    ],
)
def test_a_bad_table_is_refused(desk, small, table, message):
    small.write_text(table)
    done = run("solve", small, "--strength", 1, "--out", "out.json")
    assert (done.code, done.text.count("\n")) == (2, 1)
    assert done.text.startswith("mdsolve: small.csv")
    assert message in done.text
    assert list(desk.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("", "--strength: missing. Give the weight of the divergence in welfare units"),
        ("--strength 0", "strength: 0.0 is not a positive finite number"),
        ("--strength -1", "strength: -1.0 is not a positive finite number"),
        ("--strength nan", "strength: nan is not a positive finite number"),
        ("--strength inf", "strength: inf is not a positive finite number"),
        ("--strength 1 --sizes a=1", "sizes: no size for ['b']"),
        ("--strength 1 --sizes a=1,b=1,c=2", "sizes: unknown ['c']"),
        ("--strength 1 --sizes a=0,b=1", "group 'a': size is 0.0. Sizes must be positive"),
        ("--strength 1 --sizes a=-2,b=1", "group 'a': size is -2.0. Sizes must be positive"),
        ("--strength 1 --sizes a=nan,b=1", "group 'a': size is nan. Sizes must be positive"),
        ("--strength 1 --sizes a=x,b=1", "--sizes: 'a=x' is not NAME=NUMBER"),
        ("--strength 1 --sizes 3", "--sizes: '3' is not NAME=NUMBER. Write them as helpful=3"),
        ("--strength 1 --sizes a=1,a=2", "--sizes: 'a' is named twice"),
        ("--strength 1 --sizes a=1,,b=2", "has an empty part"),
        ("--strength 1 --solver gurobi", "solver 'gurobi': there is none of that name. Choose one"),
        ("--strength 1 --solver exponential --divergence l2", "is the closed form of KL"),
        ("--strength 1 --divergence tv", "total variation is refused: its conjugate is piecewise"),
        ("--strength 1 --divergence js", "there is none of that name. Choose one of kl, l2"),
        ("--strength 1 --rule best", "--rule 'best': unknown. Choose one of social, nash"),
        ("--strength 1 --rule alpha-fair", "--alpha: missing. Give alpha-fair a number"),
        ("--strength 1 --alpha 2", "--alpha: social has none. Leave it out, or pass --rule alph"),
        ("--strength 1 --rule alpha-fair --alpha -1", "alpha"),
        ("--strength 1 --payment second", "--payment 'second': unknown. Choose one of affine-max"),
        ("--strength 1 --rule nash --payment affine-maximizer", "or train without payments: --pay"),
        ("--strength 1 --normalize mean", "--normalize 'mean': unknown. Choose one of none, sum"),
        ("--strength 1 --domain unit", "--domain 'unit': unknown. Choose one of any, sum, max"),
        ("--strength 1 --tolerance 0", "tolerance: 0.0 is not a positive finite number"),
        ("--strength 1 --groups a,zz", "there is no column 'zz'"),
        ("--strength 1 --groups a,a", "group 'a' is named twice"),
        ("--strength 1 --prompt p", "--prompt 'p': the table has no prompts"),
        ("--strength 1 --prompt-column q", "Name the right one with --prompt-column NAME"),
        ("--strength 1 --logprob a --reference b", "--reference b and --logprob a are both given"),
    ],
)
def test_bad_options_are_refused(desk, small, options, message):
    done = run("solve", small, *options.split(), "--out", "out.json")
    assert done.code == 2
    assert done.text.startswith("mdsolve: ")
    assert message in done.text
    assert list(desk.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "message"),
    [("none.csv", "there is no such file"), ("x.txt", "extension '.txt' is unknown. Pass a file")],
)
def test_a_table_that_is_not_there_is_refused(desk, path, message):
    done = run("solve", path, "--strength", 1)
    assert done.code == 2
    assert message in done.text


@pytest.mark.parametrize(
    ("rewards", "domain", "message"),
    [
        ((1, 0.5), "sum", "outcome 'x': the reward 1 is one of 2 that sum to 1.5"),
        ((0.9, 0.5), "max", "outcome 'x': the reward 0.9 is the group's largest, and not 1"),
        ((1, -0.5), "max", "outcome 'y': the reward -0.5 is negative"),
        ((1.5, -0.5), "sum", "outcome 'y': the reward -0.5 is negative"),
    ],
)
def test_rewards_outside_the_declared_domain_are_refused(tmp_path, rewards, domain, message):
    table = tmp_path / "t.csv"
    first, second = rewards
    table.write_text(f"prompt,outcome,reference,a\np,x,0.5,{first}\np,y,0.5,{second}\n")
    done = run("solve", table, "--strength", 1, "--domain", domain)
    assert done.code == 2
    assert f"t.csv, prompt 'p': group 'a', {message}" in done.text
    assert f"--normalize {domain}, or declare --domain any" in done.text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("1:2", "is neither FROM:TO:COUNT"),
        ("1:2:x", "is neither FROM:TO:COUNT"),
        ("a", "is neither FROM:TO:COUNT"),
        ("0:1:3", "strength: 0.0 is not a positive finite number"),
        ("1,-2", "strength: -2.0 is not a positive finite number"),
        ("1:2:0", "0 of them. Ask for at least 1 and at most 10,000"),
        ("1:2:99999", "99999 of them. Ask for at least 1 and at most 10,000"),
    ],
)
def test_bad_strengths_are_refused(small, given, message):
    done = run("frontier", small, "--strengths", given)
    assert done.code == 2
    assert message in done.text


def test_sizes_and_strengths_are_read():
    assert sizes('helpful=3, "a, b=2",c=d=1') == {"helpful": 3.0, "a, b": 2.0, "c=d": 1.0}
    assert strengths("0.1,2") == [0.1, 2.0]
    assert_allclose(strengths("0.01:100:5"), [0.01, 0.1, 1, 10, 100])


def test_a_rule_that_a_prompt_is_outside_of_names_the_prompt(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("prompt,outcome,reference,a\np,x,1,1\nq,x,1,-1\n")
    done = run("solve", table, "--strength", 1, "--rule", "nash")
    assert done.code == 2
    assert "t.csv, prompt 'q': group 'a': a reward of -1. NashWelfare is defined" in done.text


def test_usage_errors_exit_with_2(small):
    for arguments in (["solve"], ["solve", small, "--nothing"], ["nothing"]):
        assert run(*arguments).code == 2


def test_a_missed_tolerance_exits_with_3(desk):
    done = run("solve", TABLE, "--strength", 0.5, "--prompt", "blue-sky", "--solver", "scs",
               "--tolerance", 1e-17, "--out", "out.json")  # fmt: skip
    assert done.code == 3
    assert "completions.csv, prompt 'blue-sky': solver scs" in done.text
    assert "the optimum lies in [" in done.text
    assert list(desk.iterdir()) == []


def test_an_interruption_says_what_was_done(desk, monkeypatch):
    original, done = md.Mechanism.run, []

    def interrupted(mechanism, game, **options):
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(game)
        return original(mechanism, game, **options)

    monkeypatch.setattr(md.Mechanism, "run", interrupted)
    stopped = run("solve", TABLE, "--strength", 0.5, "--out", "out.csv")
    assert stopped.code == 130
    assert "interrupted after 5 of 12 games; nothing was written." in stopped.text
    assert list(desk.iterdir()) == []


def test_messages_name_options_not_arguments():
    message = on_the_command_line(
        "Name one with reference='...' or logprob='...', or ask with reference='uniform'. "
        'Try solver="auto", a larger tolerance, or groups=[...].'
    )
    assert message == (
        "Name one with --reference COLUMN or --logprob COLUMN, or ask with --reference uniform. "
        "Try --solver auto, a larger --tolerance, or --groups NAME,NAME."
    )


# ---------------------------------------------------------------- as a process


def process(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "mdsolve", *map(str, arguments)]
    environment = os.environ | variables | {"PYTHONUTF8": "1"}
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def test_a_process_prints_json_on_stdout_and_the_rest_on_stderr(desk):
    done = process("solve", TABLE, "--strength", 0.5, "--json", "--out", "out.parquet")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["games"]) == 12
    assert done.stderr.startswith("wrote out.parquet, out.payments.parquet")


def test_a_process_refuses_with_one_message_and_no_traceback(small):
    done = process("solve", small, "--strength", 1, "--sizes", "a=1,b=-1")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "mdsolve: small.csv: group 'b': size is -1.0. Sizes must be positive and finite: leave out "
        "a group that has no members.\n"
    )


def test_the_version_costs_nothing_heavy():
    code = (
        "import sys; sys.argv = ['mdsolve', '--version']; from mdsolve.cli import main; main(); "
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, modules = done.stdout.splitlines()
    assert first == f"mdsolve {md.__version__}" == run("--version").text.strip()
    assert not {"typer", "rich", "cvxpy", "matplotlib", "pandas", "pyarrow"} & set(modules.split())


def test_a_slow_run_shows_a_bar_on_stderr_alone():
    code = (
        "import sys; from mdsolve.cli import main, progress; progress.PATIENCE = -1.0; "
        f"sys.argv = ['mdsolve', 'solve', {str(TABLE)!r}, '--strength', '1', '--json']; main()"
    )
    environment = os.environ | {"FORCE_COLOR": "1", "PYTHONUTF8": "1"}
    environment.pop("NO_COLOR", None)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert len(json.loads(done.stdout)["games"]) == 12
    assert "prompts" in done.stderr


def test_a_fast_run_shows_no_bar(small):
    assert process("solve", small, "--strength", 1, FORCE_COLOR="1").stderr == ""
    assert progress.PATIENCE == 1.0


def read(path: Path) -> dict[str, list[object]]:
    if path.suffix == ".parquet":
        from pyarrow.parquet import ParquetFile

        with ParquetFile(path) as file:
            return file.read().to_pydict()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [_parsed(row[name]) for row in rows] for name in rows[0]}


def _parsed(cell: str) -> object:
    try:
        return float(cell)
    except ValueError:
        return cell
