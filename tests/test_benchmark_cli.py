"""``mdsolve bench`` as people type it: races, files of their own, clusters, and refusals."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import pytest
from benchmark_problems import PROBLEMS, cones, largest
from click.testing import Result
from typer.testing import CliRunner

import mdsolve as md
from mdsolve.benchmark.run import Settings, race, read_rows
from mdsolve.benchmark.run.records import key
from mdsolve.benchmark.solvers import solvers_named
from mdsolve.cli.app import app


def mdsolve(*words: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "mdsolve", *map(str, words)], capture_output=True, text=True
    )


def inside(*words: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, list(map(str, words)))


def test_a_race_is_told_in_a_table_and_kept_in_a_folder(tmp_path):
    done = mdsolve(
        "bench", "--problem", "kl-10x3", "--problem", "types-5-refuted",
        "--solvers", "clarabel,highs,exponential", "--attempts", 1, "--out", tmp_path / "out",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "false claim" in done.stdout
    assert "4 solves" in done.stderr
    rows = read_rows(tmp_path / "out")
    assert {(row["problem"], row["solver"]): row["outcome"] for row in rows} == {
        ("kl-10x3", "clarabel"): "solved",
        ("kl-10x3", "exponential"): "solved",
        ("types-5-refuted", "clarabel"): "solved",
        ("types-5-refuted", "highs"): "solved",
    }
    told = json.loads((tmp_path / "out" / "run.json").read_text())
    assert told["schema"] == "mdsolve-bench/1"
    assert told["solvers"] == ["clarabel", "highs", "exponential"]
    assert (tmp_path / "out" / "rows.parquet").exists()


def test_a_false_claim_ends_in_exit_code_1(tmp_path):
    own = tmp_path / "own.py"
    own.write_text("def zero(program):\n    return 0 * program.objective\n")
    done = mdsolve(
        "bench", "--problem", "l2-10x3", "--solvers", f"{own}:zero", "--out", tmp_path / "out", "-q"
    )
    assert (done.returncode, done.stdout) == (1, "")
    (row,) = read_rows(tmp_path / "out")[-1:]
    assert (row["solver"], row["outcome"]) == (f"{own}:zero", "false claim")


def test_series_are_raced_cold_and_warm(tmp_path):
    done = mdsolve(
        "bench", "--series", "--solvers", "highs", "--attempts", 1, "--out", tmp_path / "out", "-q"
    )
    assert done.returncode == 0, done.stderr
    rows = read_rows(tmp_path / "out")
    steps = {(row["series"], row["start"], row["step"]) for row in rows}
    names = {name for name, _, _ in steps}
    assert len(steps) == len(rows)
    assert "l2-report-200x4" in names
    for name in names:
        cold, warm = (
            {step for own, start, step in steps if (own, start) == (name, kind)}
            for kind in ("cold", "warm")
        )
        assert cold == warm == set(range(len(cold)))
    assert {row["outcome"] for row in rows} <= {"solved", "inaccurate"}


def test_files_of_ones_own_are_proved_by_their_gap_or_by_what_was_published(tmp_path):
    """An optimum that was published wrong makes every claim of another one false."""
    md.write_program(largest(), tmp_path / "largest.mps")
    md.write_program(cones(), tmp_path / "cones.cbf")
    files = ("--file", tmp_path / "largest.mps", "--file", tmp_path / "cones.cbf")
    words = ("bench", *files, "--solvers", "clarabel,highs", "--attempts", 1, "-q")
    best = -5.0 - 2.0 * math.exp(0.5)
    for name, more, code in (
        ("gap", (), 0),
        ("published", ("--optimum", 11, "--optimum", best), 0),
        ("wrong", ("--optimum", 12, "--optimum", best), 1),
    ):
        done = inside(*words, *more, "--out", tmp_path / name)
        assert done.exit_code == code, done.output
        rows = {(row["problem"], row["solver"]): row for row in read_rows(tmp_path / name)}
        assert rows.keys() == {
            ("largest.mps", "clarabel"), ("largest.mps", "highs"), ("cones.cbf", "clarabel")
        }  # fmt: skip
        assert {row["status"] for row in rows.values()} == {"optimal" if more else "unknown"}
        assert rows["cones.cbf", "clarabel"]["outcome"] == "solved"
        wrong = "false claim" if code else "solved"
        assert {row["outcome"] for (of, _), row in rows.items() if of == "largest.mps"} == {wrong}


def test_of_two_files_of_one_name_none_is_dropped(tmp_path):
    for folder, program in (("one", largest()), ("other", cones())):
        (tmp_path / folder).mkdir()
        md.write_program(program, tmp_path / folder / "mine.cbf")
    one, other = (tmp_path / folder / "mine.cbf" for folder in ("one", "other"))
    race = ("bench", "--solvers", "clarabel", "--attempts", 1, "-q", "--out", tmp_path / "out")
    done = inside(*race, "--file", one, "--file", other)
    assert done.exit_code == 2
    assert "'mine.cbf': is there twice" in done.output
    assert not (tmp_path / "out").exists()
    assert inside(*race, "--file", one, "--file", one).exit_code == 0
    assert len(read_rows(tmp_path / "out")) == 1


def test_a_file_that_is_broken_is_refused_by_its_line(tmp_path):
    (tmp_path / "broken.mps").write_text("NAME x\nROWS\n N cost\n Q what\n")
    done = inside("bench", "--file", tmp_path / "broken.mps", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "line 4" in done.output
    assert not (tmp_path / "out").exists()


def test_everything_is_listed():
    done = inside("bench", "--list", "--set", "smoke")
    assert done.exit_code == 0, done.output
    for word in ("kl-10x3", "infeasible", "clarabel", "highs-pdlp", "cvxpy:mosek", "exponential"):
        assert word in done.output


REFUSED = [
    (("--set", "smok"), "set 'smok': there is none of that name"),
    (("--problem", "kl-10x4"), "problem 'kl-10x4': there is none of that name. Did you mean"),
    (("--solvers", "simplex"), "solver 'simplex': there is none of that name"),
    (("--target", "-1"), "target: -1.0 is not positive"),
    (("--memory-limit", "2 dogs"), "--memory-limit '2 dogs': is no size"),
    (("--memory-limit", "-2GB"), "--memory-limit '-2GB': is no size"),
    (("--workers", "0"), "workers: 0. Start at least one"),
    (("--workers", "2", "--cluster", "tcp://a:1"), "give one of the two"),
    (("--optimum", "1"), "--optimum: 1 for 0 files"),
    (("--problem", "kl-10x3", "--solvers", "osqp"), "nothing to solve"),
    (("--cluster", "tcp://127.0.0.1:9"), "cannot be reached"),
]


@pytest.mark.parametrize(("words", "wording"), REFUSED)
def test_what_makes_no_race_is_refused_and_nothing_is_written(words, wording, tmp_path):
    if "--cluster" in words:
        pytest.importorskip("distributed")
    done = inside("bench", *words, "--out", tmp_path / "out")
    assert done.exit_code == 2, done.output
    assert wording in done.output
    assert not (tmp_path / "out").exists()


def test_another_race_in_the_folder_is_refused(tmp_path):
    words = ("bench", "--problem", "l2-10x3", "--solvers", "clarabel", "--out", tmp_path / "out")
    assert inside(*words, "-q").exit_code == 0
    before = (tmp_path / "out" / "rows.jsonl").read_bytes()
    for more, wording in (
        ((), "Go on with --resume"),
        (("--resume", "--target", "1e-4"), "settings.target 1e-06 where this one has 0.0001"),
        (("--resume", "--time-limit", "5"), "settings.time_limit 60.0 where this one has 5.0"),
        (("--resume", "--problem", "kl-10x3"), "problems.kl-10x3 null"),
    ):
        done = inside(*words, *more)
        assert done.exit_code == 2
        assert wording in done.output
    run = tmp_path / "out" / "run.json"
    run.write_text(run.read_text().replace("mdsolve-bench/1", "mdsolve-bench/7"))
    done = inside(*words, "--resume")
    assert done.exit_code == 2
    assert "schema 'mdsolve-bench/7'" in done.output
    assert (tmp_path / "out" / "rows.jsonl").read_bytes() == before


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # what a cluster says of itself as it ends
def test_a_cluster_races_to_the_same_verdicts(tmp_path):
    pytest.importorskip("distributed")
    from mdsolve.benchmark.run.cluster import on_cluster

    problems = [md.problem(name) for name in ("kl-10x3", "l2-10x3", "types-5-refuted")]
    solvers, settings = solvers_named(["clarabel", "highs"]), Settings(attempts=1)
    here = race(problems, solvers, tmp_path / "here", settings)
    with on_cluster(workers=2) as executor:
        there = race(problems, solvers, tmp_path / "there", settings, executor=executor)
        with pytest.raises(md.MdsolveError, match="'linear': has no name that another machine"):
            race([PROBLEMS["linear"]], solvers, tmp_path / "own", settings, executor=executor)
    outcomes = [{key(row): row["outcome"] for row in rows} for rows in (here, there)]
    assert outcomes[0] == outcomes[1]
    assert len(there) == len(here) == 5
