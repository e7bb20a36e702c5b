"""The same file on processes: workers die, partitions are redone, poison is told and goes round."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from test_batch_files import OPTIONS, candidates, digest, job, mdsolve, whole, written

import mdsolve as md
from mdsolve.batch.cluster import RETRIES, cluster
from mdsolve.batch.folder import Folder
from mdsolve.batch.parquet import Source
from mdsolve.batch.partition import Job
from mdsolve.batch.run import run

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # what a dying cluster says of itself
]


@dataclass(frozen=True)
class Deadly:
    """A payment that kills its process at some prompts (or any): the first times, or always."""

    mark: str
    prompts: tuple[float, ...] = ()
    times: float = 1

    def settle(self, rule, game, **options):
        first = float(np.ravel(game.rewards)[0])
        if first in self.prompts or not self.prompts:
            mark = Path(self.mark)
            killed = mark.stat().st_size if mark.exists() else 0
            if killed < self.times:
                mark.write_text("x" * (killed + 1))
                os.kill(os.getpid(), signal.SIGKILL)
        return md.AffineMaximizer().settle(rule, game, **options)


def first_reward(table, prompt: str) -> float:
    return float(table["kind"][table["prompt"].to_pylist().index(prompt)].as_py())


def deadly(source: Source, mark: Path, *how) -> Job:
    payment = Deadly(str(mark), *how)
    return job(source.columns, md.Mechanism(md.SocialWelfare("kl", 0.5), payment))


@pytest.fixture(scope="module")
def here():
    with cluster(workers=2) as executor:
        yield executor


def test_workers_write_what_one_process_writes(tmp_path):
    path = written(tmp_path / "in.parquet", candidates(60))
    words = ("batch", path, *OPTIONS, "--rows", 60, "--out")
    assert mdsolve(*words, tmp_path / "one").returncode == 0
    done = mdsolve(*words, tmp_path / "two", "--workers", 2)
    assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "two") == digest(tmp_path / "one")


def test_a_lost_workers_partitions_are_redone(tmp_path, here):
    source = Source.opened(written(tmp_path / "in.parquet", candidates(40)), rows=50)
    mark = tmp_path / "killed"
    tally = run(source, deadly(source, mark), Folder(str(tmp_path / "out")), executor=here)
    assert mark.exists()
    assert not tally.lost
    assert tally.counts is not None
    assert tally.counts["solved"] == 40
    plain = job(source.columns)
    run(source, plain, Folder(str(tmp_path / "plain")))
    found, expected = (whole(tmp_path / name, "groups") for name in ("out", "plain"))
    np.testing.assert_allclose(found["payment"], expected["payment"], rtol=1e-11)


def test_a_poisoned_partition_is_told_and_the_rest_completes(tmp_path, here):
    table = candidates(40)
    source = Source.opened(written(tmp_path / "in.parquet", table), rows=50)
    poison = first_reward(table, "p000010")
    folder = Folder(str(tmp_path / "out"))
    poisoned = deadly(source, tmp_path / "killed", (poison,), np.inf)
    tally = run(source, poisoned, folder, executor=here)
    assert tally.lost is not None
    assert len(tally.lost) == 1
    ((number, what),) = tally.lost.items()
    low, high = what.split(": ")[0].removeprefix("prompts ").split(" to ")
    assert low <= "'p000010'" <= high
    assert "killed its workers" in what
    assert tally.done == len(source.partitions) - 1
    solved = whole(tmp_path / "out", "groups")["prompt"].to_pylist()
    assert "p000010" not in solved
    assert {"p000000", "p000039"} <= set(solved)
    assert not (tmp_path / "out" / "done" / f"part-{number:06d}.json").exists()
    assert folder.read("manifest.json")["complete"] is False


def test_who_died_beside_poison_is_not_blamed(tmp_path, here):
    """Three deaths make a suspect, as poison beside it would; alone, it is solved."""
    table = candidates(40)
    source = Source.opened(written(tmp_path / "in.parquet", table), rows=50)
    unlucky = deadly(source, tmp_path / "killed", (first_reward(table, "p000010"),), RETRIES + 1)
    tally = run(source, unlucky, Folder(str(tmp_path / "out")), executor=here)
    assert len((tmp_path / "killed").read_text()) == RETRIES + 1
    assert not tally.lost
    assert tally.done == len(source.partitions)


def test_bad_prompts_stop_a_cluster_too(tmp_path, here):
    table = candidates(30).to_pandas()
    table.loc[20, "kind"] = np.nan
    path = tmp_path / "in.parquet"
    table.to_parquet(path, row_group_size=20)
    source = Source.opened(path, rows=20)
    with pytest.raises(md.MdsolveError, match="reward is nan"):
        run(source, job(source.columns), Folder(str(tmp_path / "out")), executor=here)


def test_a_dask_frame_gives_what_a_table_gives(here):
    import dask.dataframe as dd

    frame = candidates(40).to_pandas()
    mixed = frame.sample(frac=1.0, random_state=0)
    mechanism = md.Mechanism(md.SocialWelfare("l2", 0.5), md.AffineMaximizer())
    found = md.solve_dask(
        dd.from_pandas(mixed, npartitions=4, sort=False), mechanism, {"kind": 3, "brief": 1}
    ).compute(scheduler="sync")
    expected = md.solve_batch(md.Batch.from_table(frame, {"kind": 3, "brief": 1}), mechanism)
    table = found.sort_values(["prompt", "group"], ascending=[True, False])
    np.testing.assert_allclose(table.payment, expected.payments.ravel(), rtol=1e-11)
    assert table.prompt.tolist() == expected.groups()["prompt"].to_pylist()
