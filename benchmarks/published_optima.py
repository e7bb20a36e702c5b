"""Programs in files against the optima that were published of them.

python benchmarks/published_optima.py FOLDER [SOLVER,...] [SECONDS] [RESULTS]

FOLDER/optima.csv has lines name,optimum,source; the optimum is a number, infeasible or unbounded.
Every answer is verified from the program's data; exit 1 where what is proved is not what was
published. With RESULTS a race that was stopped goes on.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from mdsolve.benchmark.published import DIFFERS, Comparison, compared, published
from mdsolve.benchmark.run import Settings, race
from mdsolve.benchmark.run.records import RUN
from mdsolve.benchmark.solvers import solvers_named
from mdsolve.cli.progress import counting

GIGABYTE = 1 << 30


def line(one: Comparison) -> str:
    """Return a program's line of a table in Markdown."""
    row, said = one.row, one.published.said
    rows, variables = one.published.problem.program.shape
    ends = [value for value in (row.get("objective"), row.get("bound")) if value is not None]
    bracket = " to ".join(f"{value:.10g}" for value in sorted(ends)) if len(ends) > 1 else ""
    known = said if isinstance(said, str) else f"{said:.10g}"
    apart = "" if isinstance(said, str) else f"{one.apart:.1e}"
    error = "" if row.get("error") is None else f"{row['error']:.1e}"
    return (
        f"| {one.published.problem.name} | {variables:,} | {rows:,} | {known} | {bracket} "
        f"| {apart} | {error} | {row.get('solver', '')} | {one.verdict} |"
    )


def main() -> None:
    folder, *rest = sys.argv[1:] or sys.exit(__doc__)
    names = rest[0] if rest else "highs,clarabel"
    limit = float(rest[1]) if len(rest) > 1 else 60.0
    start = time.perf_counter()
    programs = published(folder)
    read = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(rest[2] if len(rest) > 2 else scratch)
        with counting("solves", quiet=False) as progress:
            rows = race(
                [one.problem for one in programs],
                list(solvers_named(names.split(","))),
                place,
                Settings(time_limit=limit, memory_limit=4 * GIGABYTE, attempts=1),
                resume=(place / RUN).exists(),
                progress=progress,
            )
    found = list(compared(programs, rows))
    print("| program | variables | rows | published | proved | apart | error | solver | verdict |")
    print("|---|---|---|---|---|---|---|---|---|")
    print(*map(line, found), sep="\n")
    verdicts = Counter(one.verdict for one in found)
    print(f"\n{len(found)} programs, read in {read:.1f} s:", end=" ")
    print(", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()))
    for name in names.split(","):
        outcomes = Counter(row["outcome"] for row in rows if row["solver"] == name)
        print(f"{name}: " + ", ".join(f"{count} {word}" for word, count in outcomes.items()))
    sys.exit(verdicts[DIFFERS] > 0)


if __name__ == "__main__":
    main()
