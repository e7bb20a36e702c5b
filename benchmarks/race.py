"""What a race costs beyond its solves: by a solve, and once at its start.

python benchmarks/race.py
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

import mdsolve as md
from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.program import ConicProgram
from mdsolve.benchmark.run import Row, Settings, race
from mdsolve.benchmark.run.race import here
from mdsolve.benchmark.solvers import of_callable, solvers_named

LONG = 1.5


def busy(program: ConicProgram) -> Answer:
    """Work for a while, with nothing to show for it."""
    table, end = np.ones((200, 200)), time.perf_counter() + LONG
    while time.perf_counter() < end:
        table @ table
    return Answer("none", message="busy")


def parts(row: Row) -> float:
    return sum(row[f"{part}_seconds"] or 0.0 for part in ("state", "compile", "solve", "verify"))


def run(what: str, problems: list, solvers: list, workers: int = 1) -> None:
    """Race; print what each solve cost beyond itself, and what was spent once."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        rows = race(problems, solvers, Path(folder), Settings(attempts=1), executor=here(workers))
        whole = time.perf_counter() - start
    harness = np.array([row["harness_seconds"] for row in rows])
    verify = np.array([row["verify_seconds"] for row in rows])
    solves = sum((row["compile_seconds"] or 0.0) + (row["solve_seconds"] or 0.0) for row in rows)
    rest = whole - (sum(map(parts, rows)) + harness.sum()) / workers
    print(
        f"{what}: {len(rows)} solves in {whole:.1f} s; harness a solve median "
        f"{1e3 * np.median(harness):.1f} ms, worst {1e3 * harness.max():.1f} ms "
        f"({harness.sum() / solves:.2%} of compile and solve); verification median "
        f"{1e3 * np.median(verify):.1f} ms, worst {1e3 * verify.max():.1f} ms; once, for "
        f"planning, start and end: {rest:.1f} s"
    )


def main() -> None:
    smoke = list(md.problems("smoke"))
    direct = list(solvers_named(["clarabel", "ecos", "scs", "highs"]))
    run("smoke, four solvers, one worker", smoke, direct)
    run("smoke, four solvers, two workers", smoke, direct, 2)
    run(f"solves of {LONG} s", smoke[:6], [of_callable(busy)])
    large = [md.problem(name) for name in ("kl-20000x6", "l2-20000x6")]
    run("20,000 outcomes, Clarabel", large, list(solvers_named(["clarabel"])))


if __name__ == "__main__":
    main()
