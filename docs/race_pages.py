"""Pages drawn from the committed rows of the standard race whenever the docs are built."""

from math import inf
from pathlib import Path

from mdsolve.benchmark.measures import statistics
from mdsolve.benchmark.report import read_results, tables, write_page
from mdsolve.benchmark.report.tables import duration

HERE = Path(__file__).parent
ROWS = HERE / "races" / "standard.parquet"
PAGE, EXTRA = HERE / "which-solver.md", HERE / "_extra"

INTRODUCTION = """\
# Which solver for what

Drawn from the rows of the `standard` set and of the series as they were raced on a machine of two
cores, each solve with one thread and a limit of {limit:g} s: {problems} problems with proved
optima, {solves} solves to an accuracy of {accuracy:g}, of which {noisy} were measured while the
machine was noisy (their order tells, their milliseconds less). The rows are
`docs/races/standard.parquet`; the whole report with its pictures is
<a href="standard.html">a page of its own</a>, and {{doc}}`report` says how to read it.
"""


def setup(app):
    """Write the pages before Sphinx looks for its sources."""
    app.connect("config-inited", lambda *_: write())


def write():
    """Write which-solver.md and the report's page."""
    results = read_results(ROWS)
    EXTRA.mkdir(exist_ok=True)
    write_page(results, EXTRA / "standard.html", overwrite=True)
    parts = [_introduction(results), *(_of_kind(results, kind) for kind in results.kinds)]
    wanted = ("Correct claims", "Solved of given, by family", "Warm starts")
    parts += [_table(one) for one in tables(results) if one.title in wanted]
    PAGE.write_text("\n".join(parts), "utf-8")


def _introduction(results):
    return INTRODUCTION.format(
        limit=results.limit,
        problems=len(results.problems),
        solves=len(results.rows),
        accuracy=results.accuracies[-1],
        noisy=sum(bool(row["noisy"]) for row in results.rows),
    )


def _of_kind(results, kind):
    """Rank the solvers that were given at least four fifths of a kind's problems."""
    accuracy = results.accuracies[-1]
    solvers = results.general(kind)
    given = statistics.common(results.times(kind, accuracy), solvers)
    claims = statistics.claims(results.cold(kind))
    ranked = sorted(
        solvers,
        key=lambda s: statistics.shifted_mean([own[s] for own in given.values()], results.limit),
    )
    lines = [f"## {kind.capitalize()} programs", ""]
    honest = [s for s in ranked if s in claims and claims[s].value == 1.0]
    if honest:
        best = honest[0]
        solved = sum(own[best] < inf for own in given.values())
        lines += [
            f"First choice here: **{best}**, the fastest of those that made no false claim "
            f"({solved} of {len(given)} solved).",
            "",
        ]
    lines += ["| solver | mean time | solved | correct claims |", "|---|---|---|---|"]
    for solver in ranked:
        own = [times[solver] for times in given.values()]
        share = f"{100 * claims[solver].value:.0f}%" if solver in claims else "no claim"
        mean = duration(statistics.shifted_mean(own, results.limit))
        lines.append(f"| {solver} | {mean} | {sum(t < inf for t in own)} of {len(own)} | {share} |")
    few = [s for s in results.solvers if s not in solvers and _raced(results, kind, s)]
    lines += ["", *(_special(results, kind, s, solvers) for s in few)]
    return "\n".join([*lines, ""])


def _special(results, kind, solver, others):
    """Say how a route that takes a few families fares on them against the best of the others."""
    times = results.times(kind, results.accuracies[-1])
    own = statistics.common(times, [solver])
    shared = statistics.common({p: times[p] for p in own}, [solver, *others])
    means = {
        s: statistics.shifted_mean([taken[s] for taken in shared.values()], results.limit)
        for s in (solver, *others)
        if shared
    }
    solved = f"{sum(taken[solver] < inf for taken in own.values())} of {len(own)} solved"
    if not means:
        return f"- **{solver}** takes some of these families: {solved}."
    best = min(others, key=means.__getitem__)
    return (
        f"- **{solver}** takes some of these families: {solved}; over the {len(shared)} that all "
        f"of the above were given too {duration(means[solver])}, where the best of them, {best}, "
        f"needs {duration(means[best])}."
    )


def _raced(results, kind, solver):
    return any(row["solver"] == solver for row in results.cold(kind))


def _table(table):
    lines = [f"## {table.title}", "", table.says, ""]
    lines += ["| " + " | ".join(table.headers) + " |", "|" + "---|" * len(table.headers)]
    lines += ["| " + " | ".join(row) + " |" for row in table.rows]
    return "\n".join([*lines, ""])
