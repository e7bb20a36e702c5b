"""From Parquet to Parquet: rate, where the time goes, peak memory, one worker against two.

OMP_NUM_THREADS=1 python benchmarks/batch_files.py [prompts]
    python benchmarks/batch_files.py memory FOLDER [prompts]   # 10^7 prompts of 8: 10 GB of disk
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import mdsolve as md
from mdsolve.batch.cluster import cluster
from mdsolve.batch.folder import Folder
from mdsolve.batch.parquet import Source
from mdsolve.batch.partition import Job, run_partition
from mdsolve.batch.run import in_threads, run

GROUPS, STEP = 4, 20_000


def drawn(path: Path, prompts: int, least: int = 8, most: int = 64) -> None:
    """Write prompts of 8 to 64 candidates and four groups, in row groups of 2^18 rows."""
    generator, writer = np.random.default_rng(0), None
    candidates = pa.array([f"answer-{j:02d}" for j in range(64)])
    for start in range(0, prompts, STEP):
        counts = generator.integers(least, most + 1, min(STEP, prompts - start))
        firsts, rows = np.cumsum(counts) - counts, int(counts.sum())
        reference = generator.random(rows) + 0.01
        reference /= np.repeat(np.add.reduceat(reference, firsts), counts)
        names = pa.array([f"p{start + k:09d}" for k in range(counts.size)])
        table = pa.table(
            {
                "prompt": names.take(pa.array(np.repeat(np.arange(counts.size), counts))),
                "outcome": candidates.take(pa.array(np.arange(rows) - np.repeat(firsts, counts))),
                "reference": reference,
                **{f"group-{i}": generator.random(rows) for i in range(GROUPS)},
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=1 << 18)
    assert writer is not None
    writer.close()


def job(source: Source) -> Job:
    mechanism = md.Mechanism(md.SocialWelfare("kl", 1.0), md.AffineMaximizer())
    return Job(mechanism, source.columns, None, "none", "any", 1e-6)


def profile(path: Path, folder: Path) -> None:
    """Print the processor time of a run on one core, and of its steps each by itself."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    source = Source.opened(path)
    given = job(source)
    seconds: dict[str, float] = {}

    def timed(name: str, work: Any) -> Any:
        start = time.process_time()
        result = work()
        seconds[name] = min(seconds.get(name, np.inf), time.process_time() - start)
        return result

    for attempt in range(4):
        if attempt == 1:  # the first run imports what the others use
            seconds.clear()
        out = Folder(str(folder / f"profile-{attempt}"))
        tally = timed("whole", lambda out=out: run(source, given, out, threads=1))
        tables = timed("read", lambda: [source.read(each) for each in source.partitions])
        timed("solve", lambda tables=tables: [run_partition(t, given, threads=1) for t in tables])
    prompts = tally.counts["prompts"]
    rest = seconds["whole"] - seconds["read"] - seconds["solve"]
    print(f"{prompts:,} prompts: {prompts / seconds['whole']:,.0f} a second of one core")
    print(f"  decode {seconds['read']:.3f} s, solve and tables {seconds['solve']:.3f} s, "
          f"encode and write {rest:.3f} s")  # fmt: skip


def peak(path: Path, folder: Path) -> None:
    source = Source.opened(path)
    start = time.perf_counter()
    run(source, job(source), Folder(str(folder)), executor=in_threads(2), threads=1)
    seconds = time.perf_counter() - start
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"  {source.rows:,} rows in {seconds:.1f} s: peak {held} MB")


def workers(path: Path, folder: Path) -> None:
    """Print the wall time of one worker process and of two, started and warm."""
    source = Source.opened(path)
    for count in (1, 2):
        with cluster(workers=count) as executor:
            seconds = []
            for attempt in range(3):
                out, start = Folder(str(folder / f"{count}-{attempt}")), time.perf_counter()
                run(source, job(source), out, executor=executor, threads=1)
                seconds.append(time.perf_counter() - start)
        print(f"  {count} workers: {min(seconds[1:]):.2f} s")


def memory(folder: Path, prompts: int) -> None:
    """Print the peak memory of 10^5 and of many prompts of eight candidates each."""
    for count in (100_000, prompts):
        with tempfile.TemporaryDirectory(dir=folder) as place:
            path = Path(place) / "in.parquet"
            drawn(path, count, 8, 8)
            print(f"{count:,} prompts of 8 candidates, {path.stat().st_size / 1e9:.2f} GB")
            subprocess.run(
                [sys.executable, __file__, "peak", path, Path(place) / "out"], check=True
            )


def main() -> None:
    if sys.argv[1:2] == ["peak"]:
        peak(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    if sys.argv[1:2] == ["memory"]:
        memory(Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 10_000_000)
        return
    prompts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for count in (prompts // 10, prompts):
            path = folder / f"{count}.parquet"
            drawn(path, count)
            out = folder / f"peak-{count}"
            subprocess.run([sys.executable, __file__, "peak", path, out], check=True)
        profile(folder / f"{prompts // 10}.parquet", folder)
        workers(folder / f"{prompts}.parquet", folder)


if __name__ == "__main__":
    main()
