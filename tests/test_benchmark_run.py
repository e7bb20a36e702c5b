"""Races survive what solvers do to their processes, and what is done to the race itself."""

from __future__ import annotations

import ctypes
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pytest
from benchmark_problems import PROBLEMS, known, linear, quadratic

import mdsolve as md
from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.measures.judge import VERSION
from mdsolve.benchmark.program import ConicProgram
from mdsolve.benchmark.report import read_results
from mdsolve.benchmark.run import SCHEMA, Records, Settings, race, read_rows
from mdsolve.benchmark.run.noise import Reference, noisy
from mdsolve.benchmark.run.race import here
from mdsolve.benchmark.run.records import key, write_table
from mdsolve.benchmark.solvers import of_callable, solvers_named
from mdsolve.errors import InvalidInput

MEGABYTE = 1 << 20
BRIEF = Settings(time_limit=20.0, memory_limit=300 * MEGABYTE, attempts=1)
OPTIMUM = np.array([0.0, 1.0])


def right(program: ConicProgram) -> Answer:
    return Answer("optimal", OPTIMUM, np.array([0.5]), 1, "by hand")


def lies(program: ConicProgram) -> np.ndarray:
    return np.full(2, 7.0)


def denies(program: ConicProgram) -> Answer:
    return Answer("infeasible", None, np.array([1.0]))


def nan(program: ConicProgram) -> np.ndarray:
    return np.full(2, np.nan)


def misshapen(program: ConicProgram) -> np.ndarray:
    return np.zeros(3)


def words(program: ConicProgram) -> list[str]:
    return ["a", "b"]


def raises(program: ConicProgram) -> None:
    raise ValueError("no such luck")


def leaves(program: ConicProgram) -> None:
    sys.exit(3)


def exits(program: ConicProgram) -> None:
    os._exit(5)


def aborts(program: ConicProgram) -> None:
    os.abort()


def faults(program: ConicProgram) -> None:
    ctypes.string_at(0)


def prints(program: ConicProgram) -> np.ndarray:
    print("x" * 100_000, flush=True)
    os.write(1, b'{"schema": "mdsolve-bench/1"}\n')
    os.write(2, b"noise\n")
    return OPTIMUM


def meddles(program: ConicProgram) -> np.ndarray:
    """Turn the problem into one that garbage solves."""
    program.objective[:] = 0.0
    program.sides[:] = 0.0
    program.matrix.data[:] = 0.0
    program.standard.sides[:] = 0.0
    return np.full(2, 7.0)


def gives_up(program: ConicProgram) -> Answer:
    return Answer("none", None, None, message="numerical trouble")


def eats(program: ConicProgram) -> np.ndarray:
    kept = []
    while True:
        kept.append(np.ones(4 * MEGABYTE))
        time.sleep(0.01)


def feeds(program: ConicProgram) -> np.ndarray:
    """Eat through children, each of which takes less than the limit."""
    for _ in range(4):
        if os.fork() == 0:
            os.setsid()
            kept = np.ones(20 * MEGABYTE)
            time.sleep(30.0)
            os._exit(int(kept[0]))
    time.sleep(30.0)
    return OPTIMUM


def gulps(program: ConicProgram) -> np.ndarray:
    return np.ones(1 << 31)[:2]


def imagines(program: ConicProgram) -> np.ndarray:
    return OPTIMUM + 1j


def real_enough(program: ConicProgram) -> np.ndarray:
    return OPTIMUM + 0j


def forgets(program: ConicProgram) -> None:
    return None


def mumbles(program: ConicProgram) -> Answer:
    return Answer("optimal", OPTIMUM, message="half a character: \ud800")


EXPECTED = {
    right: ("solved", ""),
    real_enough: ("solved", ""),
    mumbles: ("solved", ""),
    imagines: ("false claim", "x[0] is nan"),
    forgets: ("failed", "it returned nothing"),
    prints: ("solved", ""),
    lies: ("false claim", "objective 14"),
    denies: ("false claim", "proved to have an optimum"),
    nan: ("false claim", "x[0] is nan"),
    misshapen: ("false claim", "shape (3,) where (2,)"),
    meddles: ("false claim", "objective 14"),
    words: ("failed", "ValueError"),
    raises: ("failed", "ValueError: no such luck"),
    leaves: ("failed", "SystemExit"),
    exits: ("failed", "exit code 5"),
    aborts: ("failed", "SIGABRT"),
    faults: ("failed", "SIGSEGV"),
    gives_up: ("failed", "numerical trouble"),
    eats: ("failed", "out of memory"),
    gulps: ("failed", "out of memory"),
    feeds: ("failed", "out of memory"),
}


@pytest.fixture(scope="module")
def treated(tmp_path_factory):
    """Return the rows of a race of all of them, by name."""
    folder = tmp_path_factory.mktemp("race") / "results"
    entries = [of_callable(solve) for solve in EXPECTED]
    rows = race([PROBLEMS["linear"]], entries, folder, BRIEF)
    assert rows == read_rows(folder)
    return {row["solver"]: row for row in rows}


@pytest.mark.parametrize("solve", EXPECTED, ids=lambda solve: solve.__name__)
def test_every_misdeed_is_called_what_it_is(solve, treated):
    outcome, reason = EXPECTED[solve]
    row = treated[solve.__name__]
    assert row["outcome"] == outcome
    assert reason in row["reason"]


SCRIBBLES = """
import contextlib, os, struct
import numpy as np

def scribbles(program, what=b"not a frame"):
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(descriptor, what)
    return np.zeros(program.shape[1])

def forges(program):
    return scribbles(program, struct.pack("<Q", 4) + b"oops")

def nothing(program):
    return np.zeros(program.shape[1])
"""


def test_who_writes_into_the_judge_s_pipe_has_failed_and_the_race_goes_on(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SCRIBBLES, "utf-8")
    solvers = solvers_named(f"{path}:{name}" for name in ("scribbles", "forges", "nothing"))
    rows = race([md.problem("menu-10x3")], solvers, tmp_path / "results", BRIEF)
    assert [row["outcome"] for row in rows] == ["failed", "failed", "false claim"]
    assert all("no answer" in row["reason"] for row in rows[:2])


def test_a_child_in_a_session_of_its_own_ends_with_its_solve(tmp_path):
    left = tmp_path / "pid"

    def leaves_one(program: ConicProgram) -> np.ndarray:
        if os.fork() == 0:
            os.setsid()
            left.write_text(str(os.getpid()), "utf-8")
            time.sleep(60)
            os._exit(0)
        while not (left.exists() and left.read_text("utf-8")):
            time.sleep(0.01)
        return OPTIMUM

    rows = race([PROBLEMS["linear"]], [of_callable(leaves_one)], tmp_path / "results", BRIEF)
    assert rows[0]["outcome"] == "solved"
    with pytest.raises(ProcessLookupError):
        os.kill(int(left.read_text("utf-8")), 0)


def test_a_worker_that_dies_between_two_steps_ends_no_race(tmp_path):
    def dies_later(program: ConicProgram) -> np.ndarray:
        if os.fork() == 0:
            time.sleep(0.01)
            os.kill(os.getppid(), signal.SIGKILL)
            os._exit(0)
        return OPTIMUM

    steps = [PROBLEMS["linear"], known("again", linear(), "optimal", 1.0)]
    rows = race([], [of_callable(dies_later)], tmp_path / "results", BRIEF, series={"two": steps})
    assert rows[0]["outcome"] == "solved"
    assert rows[1]["outcome"] in ("solved", "failed")


def test_memory_is_what_a_worker_took_beyond_its_start(treated):
    assert treated["eats"]["memory_bytes"] > BRIEF.memory_limit
    assert treated["right"]["memory_bytes"] < 50 * MEGABYTE


def test_a_row_tells_all_that_repeats_it(treated):
    row = treated["right"]
    assert row["schema"] == SCHEMA
    assert (row["problem"], row["family"], row["status"]) == ("linear", "by-hand", "optimal")
    assert row["digest"] == linear().digest
    assert (row["lower"], row["upper"], row["scale"]) == (1.0, 1.0, 1.0)
    assert row["error"] <= 1e-15
    assert (row["iterations"], row["message"], row["claim"]) == (1, "by hand", "optimal")
    assert row["versions"]["numpy"] == np.__version__
    assert row["versions"]["judge"] == str(VERSION)
    assert row["machine"]["cores"] >= 1
    assert row["harness_seconds"] > 0.0
    assert min(row["reference_seconds"]) > 0.0
    assert (row["start"], row["series"], row["step"], row["attempt"]) == ("cold", None, None, 1)


def test_a_slow_solver_is_stopped_and_its_time_is_the_limit(tmp_path):
    def sleeps(program: ConicProgram) -> np.ndarray:
        time.sleep(60)
        return OPTIMUM

    def compiles(program: ConicProgram) -> np.ndarray:
        while True:
            pass

    began = time.monotonic()
    rows = race(
        [PROBLEMS["linear"]],
        [of_callable(sleeps), of_callable(compiles)],
        tmp_path / "out",
        Settings(time_limit=0.5, attempts=1),
    )
    assert [row["outcome"] for row in rows] == ["timeout", "timeout"]
    assert all(0.5 <= row["solve_seconds"] < 5.0 for row in rows)
    assert time.monotonic() - began < 30.0


def test_children_of_a_solver_end_with_it(tmp_path):
    mark = tmp_path / "child"

    def spawns(program: ConicProgram) -> np.ndarray:
        child = subprocess.Popen(["sleep", "600"])
        mark.write_text(str(child.pid))
        time.sleep(60)
        return OPTIMUM

    race(
        [PROBLEMS["linear"]],
        [of_callable(spawns)],
        tmp_path / "out",
        Settings(time_limit=1.0, attempts=1),
    )
    child = int(mark.read_text())
    assert gone(child)


def gone(process: int, patience: float = 10.0) -> bool:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            status = Path(f"/proc/{process}/stat").read_text().split(")")[1].split()[0]
        except OSError:
            return True
        if status == "Z":
            return True
        time.sleep(0.05)
    return False


def test_series_go_on_from_the_last_answer(tmp_path):
    steps = [known(f"step-{k}", linear(), "optimal", 1.0) for k in range(3)]

    def load(problem, settings):
        def run(start=None):
            seen = 0 if start is None else start.iterations + 1
            return Answer("optimal", OPTIMUM, np.array([0.5]), seen)

        return run

    entry = of_callable(right, "counts")
    counting = type(entry)("counts", "mdsolve", entry.takes, {}, load, warm=True)
    rows = race([], [counting], tmp_path / "out", BRIEF, series={"three": steps})
    found = {(row["start"], row["step"]): row["iterations"] for row in rows}
    assert found == {
        **{("cold", k): 0 for k in range(3)},
        **{("warm", k): k for k in range(3)},
    }
    assert {row["series"] for row in rows} == {"three"}
    assert [row["step"] for row in rows if row["warmed"]] == [1, 2]


def test_a_series_goes_on_after_a_crash(tmp_path):
    steps = [
        known("first", linear(), "optimal", 1.0),
        known("second", quadratic(), "optimal", 0.25),
        known("third", linear(), "optimal", 1.0),
    ]

    def fragile(program: ConicProgram) -> Answer:
        if program.quadratic is not None:
            os.abort()
        return right(program)

    warm = replace(of_callable(fragile), warm=True)
    rows = race([], [warm], tmp_path / "out", BRIEF, series={"three": steps})
    assert [row["outcome"] for row in rows] == ["solved", "failed", "solved"] * 2
    started = {row["step"]: row["warmed"] for row in rows if row["start"] == "warm"}
    assert started == {0: False, 1: False, 2: False}, "what died left nothing to start from"


def test_noisy_rows_are_run_again_and_all_are_kept(tmp_path):
    settings = Settings(noise=1.0, attempts=3)  # whatever is slower than the fastest is noisy
    rows = race([PROBLEMS["linear"]], [of_callable(right)], tmp_path / "out", settings)
    assert [row["attempt"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(row["noisy"] for row in rows[:-1])
    assert len(rows) == 3 or not rows[-1]["noisy"]


def test_noise_is_a_slow_reference_or_a_solve_that_waited():
    assert noisy((1.0, 1.6), 1.0, 1.5, 0.0)
    assert noisy((1.0, 1.0), 1.0, 1.5, 0.5)
    assert not noisy((1.0, 1.4), 1.0, 1.5, 0.05)


def test_the_reference_task_is_short():
    task = Reference()
    assert 1e-3 < task.quiet < 0.5
    assert task.seconds() >= task.quiet


def test_two_workers_race_to_the_same_rows(tmp_path):
    problems = [known(f"p{k}", linear(), "optimal", 1.0) for k in range(6)]
    entries = [of_callable(right), of_callable(lies)]
    one = race(problems, entries, tmp_path / "one", BRIEF)
    two = race(problems, entries, tmp_path / "two", BRIEF, executor=here(2))
    assert Counter(map(key, one)) == Counter(map(key, two))
    assert {key(row): row["outcome"] for row in one} == {key(row): row["outcome"] for row in two}


def test_the_table_holds_what_the_lines_hold(tmp_path):
    import pyarrow.parquet as pq

    rows = race([PROBLEMS["linear"]], [of_callable(right), of_callable(nan)], tmp_path / "o", BRIEF)
    table = pq.read_table(tmp_path / "o" / "rows.parquet").to_pylist()
    assert [row["outcome"] for row in table] == [row["outcome"] for row in rows]
    assert [json.loads(row["machine"]) for row in table] == [row["machine"] for row in rows]
    assert rows[1]["error"] is None


def command(*words: object, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "mdsolve", "bench", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


SMOKE = ("--set", "smoke", "--solvers", "clarabel,scs", "--attempts", 1)


def rows_there(folder, least: int, process, patience: float = 60.0) -> None:
    """Wait until a race has written so many rows."""
    path, until = folder / "rows.jsonl", time.monotonic() + patience
    while process.poll() is None and time.monotonic() < until:
        if path.exists() and path.read_bytes().count(b"\n") >= least:
            return
        time.sleep(0.01)


def test_a_kill_at_any_moment_leaves_rows_and_a_race_that_goes_on(tmp_path):
    generator, folder = random.Random(os.getpid()), tmp_path / "killed"
    least = 1
    for _ in range(3):
        again = ("--resume",) if folder.exists() else ()
        process = command(*SMOKE, "--out", folder, *again)
        rows_there(folder, least, process)
        time.sleep(generator.random() * 0.05)
        process.kill()
        process.communicate()
        found = read_rows(folder)  # valid, whatever the kill cut
        least = len(found) + generator.randint(1, 5)
    with open(folder / "rows.jsonl", "ab") as file:  # a kill in the middle of a line
        file.write(b'{"schema": "mdsolve-bench/1", "problem": "kl-10')
    assert len(read_rows(folder)) == len(found)
    last = command(*SMOKE, "--out", folder, "--resume")
    said = last.communicate(timeout=120)
    assert last.returncode == 0, said
    counts = Counter((row["problem"], row["solver"]) for row in read_rows(folder))
    names = [problem.name for problem in md.problems("smoke")]
    assert counts == {(name, solver): 1 for name in names for solver in ("clarabel", "scs")}


def test_an_interrupted_race_says_how_to_go_on_and_leaves_no_process(tmp_path):
    own = tmp_path / "slow.py"
    own.write_text(
        "import os, time\n"
        "def solve(program):\n"
        f"    open({str(tmp_path / 'worker')!r}, 'w').write(str(os.getpid()))\n"
        "    time.sleep(60)\n"
    )
    folder = tmp_path / "out"
    process = command(
        "--problem", "kl-10x3", "--solvers", f"clarabel,{own}:solve", "--out", folder,
        start_new_session=True,
    )  # fmt: skip
    until = time.monotonic() + 60
    while not (tmp_path / "worker").exists() and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "go on with --resume" in said
    assert [row["solver"] for row in read_rows(folder)] == ["clarabel"]
    assert gone(int((tmp_path / "worker").read_text()))


CONFIGURATION = {"solvers": ["a"], "settings": {"target": 1e-6, "threads": 1}}


def test_a_folder_of_results_is_not_written_over(tmp_path):
    Records(tmp_path / "out", CONFIGURATION).close()
    with pytest.raises(InvalidInput, match="Go on with --resume, or choose another folder"):
        Records(tmp_path / "out", CONFIGURATION)
    Records(tmp_path / "out", CONFIGURATION, resume=True).close()


def test_another_configuration_is_refused_and_named(tmp_path):
    Records(tmp_path / "out", CONFIGURATION).close()
    other = {**CONFIGURATION, "settings": {"target": 1e-4, "threads": 1}}
    with pytest.raises(InvalidInput, match=r"settings.target 1e-06 where this one has 0.0001"):
        Records(tmp_path / "out", other, resume=True)


def test_another_schema_is_refused_and_no_row_is_lost(tmp_path):
    Records(tmp_path / "out", CONFIGURATION).close()
    run, rows = tmp_path / "out" / "run.json", tmp_path / "out" / "rows.jsonl"
    rows.write_bytes(b'{"schema": "mdsolve-bench/0"}\n{"cut')
    run.write_text(run.read_text().replace(SCHEMA, "mdsolve-bench/0"))
    for read in (
        lambda: read_rows(tmp_path / "out"),
        lambda: Records(tmp_path / "out", CONFIGURATION, resume=True),
    ):
        with pytest.raises(InvalidInput, match=r"schema 'mdsolve-bench/0', but this version"):
            read()
    assert rows.read_bytes() == b'{"schema": "mdsolve-bench/0"}\n{"cut'


def test_a_line_that_is_no_row_is_named(tmp_path):
    Records(tmp_path / "out", CONFIGURATION).close()
    (tmp_path / "out" / "rows.jsonl").write_bytes(b"{}{}\n")
    with pytest.raises(InvalidInput, match=r"rows.jsonl, line 1: is no row"):
        read_rows(tmp_path / "out")


def test_a_row_that_lacks_a_field_is_named(tmp_path):
    race([PROBLEMS["linear"]], [of_callable(brackets)], tmp_path / "out", BRIEF)
    path = tmp_path / "out" / "rows.jsonl"
    whole = json.loads(path.read_text("utf-8"))
    for change, said in (
        ({"outcome": None}, "the row has no field 'outcome'"),
        ({"outcome": "splendid"}, "outcome 'splendid' is none of solved"),
    ):
        row = {**whole, **change}
        row = {name: value for name, value in row.items() if name != "outcome" or value}
        path.write_text(json.dumps(row) + "\n", "utf-8")
        with pytest.raises(InvalidInput, match=f"rows.jsonl, line 1: {said}"):
            read_rows(tmp_path / "out")
        write_table([row], tmp_path / "rows.parquet")
        with pytest.raises(InvalidInput, match=f"rows.parquet, row 1: {said}"):
            read_results(tmp_path / "rows.parquet")


def brackets(program: ConicProgram) -> Answer:
    return Answer("optimal", OPTIMUM, message="[solver] {done}")


def test_a_message_in_brackets_is_no_json(tmp_path):
    race([PROBLEMS["linear"]], [of_callable(brackets)], tmp_path / "out", BRIEF)
    (row,) = read_results(tmp_path / "out" / "rows.parquet").rows
    assert row["message"] == "[solver] {done}"
    assert row["axes"] == {"outcomes": None, "groups": None, "types": None}


def test_a_strange_folder_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(InvalidInput, match="is not empty and holds no results"):
        Records(tmp_path, CONFIGURATION)
    with pytest.raises(InvalidInput, match="holds no results"):
        read_rows(tmp_path)


def test_two_races_do_not_write_into_one_folder(tmp_path):
    first = Records(tmp_path / "out", CONFIGURATION)
    with pytest.raises(InvalidInput, match="another race is writing there"):
        Records(tmp_path / "out", CONFIGURATION, resume=True)
    first.close()


@pytest.mark.parametrize(
    ("settings", "wording"),
    [
        ({"target": 0.0}, "target: 0.0 is not positive"),
        ({"time_limit": inf}, "time_limit: inf is not positive and finite"),
        ({"memory_limit": -1}, "memory_limit: -1"),
        ({"threads": 0}, "threads: 0. Give at least 1"),
        ({"noise": 0.5}, "noise: 0.5. Give at least 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, wording):
    with pytest.raises(InvalidInput, match=wording):
        Settings(**settings)


def test_a_race_of_nothing_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="nothing to solve"):
        race([PROBLEMS["ball"]], solvers_named(["highs"]), tmp_path / "out")
    with pytest.raises(InvalidInput, match="'linear': is there twice"):
        race([PROBLEMS["linear"]] * 2, [of_callable(right)], tmp_path / "out")
    assert not (tmp_path / "out").exists()
