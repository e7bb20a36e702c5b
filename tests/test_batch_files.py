"""From Parquet to Parquet: killed and continued bit for bit, bad prompts set aside, none lost."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import mdsolve as md
from mdsolve.batch.folder import Folder
from mdsolve.batch.parquet import Source
from mdsolve.batch.partition import Job
from mdsolve.batch.run import run

OPTIONS = ("--strength", "0.5", "--quiet")


def candidates(prompts: int, seed: int = 0, most: int = 12) -> pa.Table:
    """Return rows of prompts in order, of 1 to ``most`` candidates, two groups."""
    generator = np.random.default_rng(seed)
    counts = generator.integers(1, most + 1, prompts)
    reference = generator.random(counts.sum()) + 0.01
    reference /= np.repeat(np.add.reduceat(reference, np.cumsum(counts) - counts), counts)
    return pa.table(
        {
            "prompt": [f"p{k:06d}" for k, count in enumerate(counts) for _ in range(count)],
            "outcome": [f"answer-{j}" for count in counts for j in range(count)],
            "reference": reference,
            "kind": generator.random(counts.sum()),
            "brief": generator.random(counts.sum()),
        }
    )


def written(path: Path, table: pa.Table, group: int = 50) -> Path:
    pq.write_table(table, path, row_group_size=group)
    return path


def mdsolve(*words: object, wait: bool = True):
    command = [sys.executable, "-m", "mdsolve", *map(str, words)]
    if not wait:
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def digest(folder: Path) -> dict[str, str]:
    """Return the hash of every file of a folder but its lock."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def whole(folder: Path, table: str) -> pa.Table:
    return pa.concat_tables([pq.read_table(part) for part in sorted((folder / table).iterdir())])


def job(columns, mechanism=None, sizes=None, normalize="none", domain="any") -> Job:
    chosen = mechanism or md.Mechanism(md.SocialWelfare("kl", 0.5), md.AffineMaximizer())
    return Job(chosen, columns, sizes, normalize, domain, 1e-6)


def test_a_file_gives_what_its_games_give(tmp_path):
    path = written(tmp_path / "in.parquet", candidates(60))
    done = mdsolve("batch", path, "--out", tmp_path / "out", *OPTIONS, "--rows", 90, "--sizes",
                   "kind=3,brief=1")  # fmt: skip
    assert done.returncode == 0, done.stderr
    allocations, groups = (whole(tmp_path / "out", name) for name in ("allocations", "groups"))
    mechanism = md.Mechanism(md.SocialWelfare("kl", 0.5), md.AffineMaximizer())
    models, payments = [], []
    for _, game in md.games_from_table(path, {"kind": 3, "brief": 1}):
        outcome = mechanism.run(game)
        models.append(outcome.model)
        payments.append(outcome.payments)
    np.testing.assert_allclose(allocations["model"], np.concatenate(models), rtol=1e-12)
    np.testing.assert_allclose(groups["payment"], np.concatenate(payments), rtol=1e-11)
    assert allocations["prompt"].to_pylist() == pq.read_table(path)["prompt"].to_pylist()
    assert allocations["outcome"].to_pylist() == pq.read_table(path)["outcome"].to_pylist()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["complete"]
    assert manifest["totals"]["prompts"] == manifest["totals"]["solved"] == 60
    assert len(manifest["partitions"]) > 2


@pytest.mark.parametrize("group", [1, 3, 7, 1000])
@pytest.mark.parametrize("rows", [1, 20, 10_000])
def test_no_prompt_is_split_wherever_row_groups_end(tmp_path, group, rows):
    table = candidates(25, seed=3)
    path = written(tmp_path / "in.parquet", table, group)
    source = Source.opened(path, rows=rows)
    parts = [source.read(partition) for partition in source.partitions]
    assert pa.concat_tables(parts).combine_chunks()["kind"].equals(table["kind"])
    seen = [set(part["prompt"].to_pylist()) for part in parts]
    assert sum(map(len, seen)) == 25


@pytest.mark.slow
def test_killed_at_any_moment_it_continues_bit_for_bit(tmp_path):
    path = written(tmp_path / "in.parquet", candidates(3000, seed=1), 400)
    words = ("batch", path, *OPTIONS, "--rows", 400, "--out")
    assert mdsolve(*words, tmp_path / "whole").returncode == 0
    expected, generator = digest(tmp_path / "whole"), random.Random(0)
    for attempt in range(2):
        out, kills = tmp_path / f"killed-{attempt}", 0
        for _ in range(3):
            process = mdsolve(*words, out, wait=False)
            begun = len(list(out.rglob("done/*"))) if out.exists() else 0
            deadline = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < deadline:
                if out.exists() and len(list(out.rglob("done/*"))) > begun:
                    break
                time.sleep(0.002)
            time.sleep(generator.random() * 0.05)
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
            process.wait()
        assert kills
        assert not json.loads((out / "manifest.json").read_text())["complete"] or kills < 3
        again = mdsolve(*words, out)
        assert again.returncode == 0, again.stderr
        assert digest(out) == expected


def test_an_interrupted_run_says_what_stays(tmp_path):
    path = written(tmp_path / "in.parquet", candidates(3000, seed=1), 100)
    words = ("batch", path, *OPTIONS, "--rows", 100, "--out", tmp_path / "out")
    process = subprocess.Popen(
        [sys.executable, "-m", "mdsolve", *map(str, words)],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    while not list((tmp_path / "out").rglob("done/part-000002*")) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, message = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "parts that are done stay" in message
    assert "Traceback" not in message
    assert list((tmp_path / "out").rglob("done/part-*"))


def test_drafts_of_a_killed_run_are_no_results(tmp_path):
    path = written(tmp_path / "in.parquet", candidates(30))
    words = ("batch", path, *OPTIONS, "--rows", 50, "--out", tmp_path / "out")
    assert mdsolve(*words).returncode == 0
    expected = digest(tmp_path / "out")
    (tmp_path / "out" / "allocations" / ".part-000001.parquet.00aa.tmp").write_bytes(b"half")
    (tmp_path / "out" / "done" / "part-000001.json").unlink()
    (tmp_path / "out" / "allocations" / "part-000000.parquet").write_bytes(b"cut")
    assert mdsolve(*words).returncode == 0
    assert digest(tmp_path / "out") == expected


def spoiled() -> pa.Table:
    """Return a table in which six prompts are bad, each in its own way, and the others good."""
    frame = candidates(40, seed=5, most=6).to_pandas()
    rows = {k: frame.index[frame.prompt == f"p{k:06d}"] for k in range(40)}
    several = [k for k in range(40) if len(rows[k]) > 2]
    frame.loc[rows[several[0]][0], "kind"] = np.nan
    frame.loc[rows[several[1]][0], "reference"] = 0.0
    frame.loc[rows[several[2]], "reference"] *= 0.5
    frame.loc[rows[several[3]][1], "outcome"] = "answer-0"
    frame.loc[rows[several[4]][2], "brief"] = np.inf
    frame.loc[rows[several[5]][0], "outcome"] = None
    return pa.Table.from_pandas(frame, preserve_index=False), several[:6]


def test_bad_prompts_are_set_aside_and_no_good_one_is_lost(tmp_path):
    table, bad = spoiled()
    path = written(tmp_path / "in.parquet", table)
    done = mdsolve("batch", path, "--out", tmp_path / "out", *OPTIONS, "--rows", 60, "--on-error",
                   "skip")  # fmt: skip
    assert done.returncode == 0, done.stderr
    rejects = whole(tmp_path / "out", "rejects").to_pandas()
    assert sorted(rejects.prompt) == [f"p{k:06d}" for k in sorted(bad)]
    reasons = " | ".join(rejects.reason)
    for words in ("reward is nan", "reference mass is 0.0", "the masses sum to 0.5",
                  "is named twice", "reward is inf", "has no name"):  # fmt: skip
        assert words in reasons, words
    totals = json.loads((tmp_path / "out" / "manifest.json").read_text())["totals"]
    assert (totals["prompts"], totals["solved"], totals["rejected"]) == (40, 34, 6)
    assert totals["rows"] == table.num_rows == totals["rows_solved"] + totals["rows_rejected"]
    solved = set(whole(tmp_path / "out", "groups")["prompt"].to_pylist())
    assert solved == {f"p{k:06d}" for k in range(40) if k not in bad}
    stopped = mdsolve("batch", path, "--out", tmp_path / "other", *OPTIONS)
    assert stopped.returncode == 1
    assert "not written" in stopped.stderr
    assert "--on-error skip" in stopped.stderr
    assert not list((tmp_path / "other").rglob("part-*"))


def test_rewards_are_normalised_and_kept_to_their_domain(tmp_path):
    table, bad = spoiled()
    source = Source.opened(written(tmp_path / "in.parquet", table))
    revenue = md.Mechanism(md.SocialWelfare("kl", 0.5), md.RevenueMaximizing("sum"))
    tally = run(source, job(source.columns, revenue, normalize="sum", domain="sum"),
                Folder(str(tmp_path / "out")), on_error="skip")  # fmt: skip
    assert tally.counts is not None
    assert tally.counts["rejected"] == len(bad)
    groups = whole(tmp_path / "out", "groups")
    assert (groups["floor_lower"].to_numpy() <= groups["payment"].to_numpy()).all()
    outside = run(source, job(source.columns, domain="sum"), Folder(str(tmp_path / "raw")),
                  on_error="skip")  # fmt: skip
    assert outside.counts is not None
    assert outside.counts["solved"] == 0
    reasons = whole(tmp_path / "raw", "rejects")["reason"].to_pylist()
    assert sum("the rewards sum to" in reason for reason in reasons) == 34
    assert not list((tmp_path / "raw" / "allocations").iterdir())


def test_unsorted_prompts_are_refused_or_sorted(tmp_path):
    table = candidates(80, seed=8)
    order = np.random.default_rng(0).permutation(table.num_rows)
    path = written(tmp_path / "mixed.parquet", table.take(order))
    words = ("batch", path, *OPTIONS, "--rows", 70, "--out")
    refused = mdsolve(*words, tmp_path / "refused")
    assert refused.returncode == 2
    assert "Rows must be in the order of prompts" in refused.stderr
    assert "pass --sort" in refused.stderr
    done = mdsolve(*words, tmp_path / "sorted", "--sort")
    assert done.returncode == 0, done.stderr
    straight = written(tmp_path / "straight.parquet", table)
    assert mdsolve("batch", straight, *OPTIONS, "--out", tmp_path / "plain").returncode == 0
    found, expected = (whole(tmp_path / name, "groups") for name in ("sorted", "plain"))
    assert found["prompt"].equals(expected["prompt"])
    np.testing.assert_allclose(found["payment"], expected["payment"], rtol=1e-11)
    other = mdsolve("batch", straight, *OPTIONS, "--out", tmp_path / "sorted", "--sort")
    assert other.returncode == 2
    assert "holds the results of another run" in other.stderr
    before = digest(tmp_path / "sorted")
    assert mdsolve(*words, tmp_path / "sorted", "--sort").returncode == 0
    assert digest(tmp_path / "sorted") == before


def test_disorder_between_row_groups_is_found(tmp_path):
    table = candidates(30, seed=2, most=3)
    cut = table["prompt"].to_pylist().index("p000010")
    turned = pa.concat_tables([table.slice(cut), table.slice(0, cut)])
    for group in (5, 20, 1000):
        path = written(tmp_path / f"{group}.parquet", turned, group)
        source = Source.opened(path, rows=1)
        with pytest.raises(md.InvalidInput, match="comes after"):
            run(source, job(source.columns), Folder(str(tmp_path / f"out-{group}")))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--strength", "0.7"), "configuration.rule was"),
        (("--divergence", "l2"), "configuration.rule was"),
        (("--sizes", "kind=2,brief=1"), "configuration.sizes was None and is now"),
        (("--rows", "7"), "partitions was"),
        (("--on-error", "skip"), "configuration.on_error was 'stop' and is now 'skip'"),
    ],
)
def test_a_folder_of_another_run_is_refused_with_the_difference(tmp_path, options, message):
    path = written(tmp_path / "in.parquet", candidates(20))
    words = ("batch", path, "--out", tmp_path / "out", *OPTIONS)
    assert mdsolve(*words).returncode == 0
    before = digest(tmp_path / "out")
    refused = mdsolve(*words, *options)
    assert refused.returncode == 2
    assert message in refused.stderr
    assert digest(tmp_path / "out") == before


def test_a_folder_of_another_input_or_of_other_files_is_refused(tmp_path):
    path = written(tmp_path / "in.parquet", candidates(20))
    other = written(tmp_path / "other.parquet", candidates(21))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    assert mdsolve("batch", path, "--out", tmp_path / "out", *OPTIONS).returncode == 0
    for words, message in (
        ((other, "--out", tmp_path / "out"), "input.footer_sha256 was"),
        ((path, "--out", tmp_path / "mine"), "holds files, and no manifest of a run"),
        ((path, "--out", path), "is a file. Name a folder"),
    ):
        refused = mdsolve("batch", *words, *OPTIONS)
        assert refused.returncode == 2
        assert message in refused.stderr
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (None, (), "there is no such file"),
        (b"prompt,outcome\n", (), "cannot be read as Parquet"),
        ({"prompt": None}, (), "there is no column 'prompt'"),
        ({"reference": None}, (), "has neither a column 'reference' nor 'logprob'"),
        ({"kind": ["x"] * 3}, (), "column 'kind': holds string, not numbers"),
        ({"prompt": ["a", None, "b"]}, (), "1 rows from 'a' on have no prompt"),
        ({}, ("--groups", "kind,other"), "there is no column 'other'"),
        ({}, ("--sizes", "kind=1,other=2"), "unknown ['other']"),
        ({}, ("--rule", "nash", "--payment", "affine-maximizer"), "does not maximise"),
        ({}, ("--workers", "2", "--cluster", "tcp://x"), "give one of the two"),
        ({}, ("--cluster", "tcp://127.0.0.1:9"), "cannot be reached"),
        ({}, ("--on-error", "ask"), "Choose skip or stop"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(tmp_path, change, options, message):
    path = tmp_path / "in.parquet"
    if isinstance(change, bytes):
        path.write_bytes(change)
    elif change is not None:
        columns = {"prompt": ["a", "a", "b"], "outcome": ["x", "y", "x"],
                   "reference": [0.5, 0.5, 1.0], "kind": [0.1, 0.2, 0.3]}  # fmt: skip
        kept = {name: cells for name, cells in (columns | change).items() if cells is not None}
        written(path, pa.table(kept))
    refused = mdsolve("batch", path, "--out", tmp_path / "out", *OPTIONS, *options)
    assert refused.returncode == 2
    assert message in refused.stderr, refused.stderr
    assert "Traceback" not in refused.stderr
    assert not list((tmp_path / "out").rglob("part-*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device to write to")
def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    source = Source.opened(written(tmp_path / "in.parquet", candidates(20)))
    folder = Folder(str(tmp_path / "out"))
    real = os.fsync

    def full(descriptor):
        if "allocations" in os.readlink(f"/proc/self/fd/{descriptor}"):
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(md.InvalidInput, match="No space left on device"):
        run(source, job(source.columns), folder)
    assert not list((tmp_path / "out").rglob("*part*"))
    monkeypatch.undo()
    assert run(source, job(source.columns), folder).done == 1


def test_two_runs_do_not_share_a_folder(tmp_path):
    source = Source.opened(written(tmp_path / "in.parquet", candidates(5)))
    folder = Folder(str(tmp_path / "out"))
    folder.create()
    with folder.locked(), pytest.raises(md.InvalidInput, match="another run is writing"):
        run(source, job(source.columns), folder)


def test_results_go_to_object_stores(tmp_path):
    fsspec = pytest.importorskip("fsspec")
    source = Source.opened(written(tmp_path / "in.parquet", candidates(20)), rows=30)
    there, here = Folder("memory://results/run"), Folder(str(tmp_path / "out"))
    run(source, job(source.columns), here)
    run(source, job(source.columns), there)
    again = run(source, job(source.columns), there)
    assert again.resumed == source.rows
    system = fsspec.filesystem("memory")
    for name, expected in digest(tmp_path / "out").items():
        found = hashlib.sha256(system.cat_file(f"/results/run/{name}")).hexdigest()
        assert found == expected, name
