"""The tables of a report, once for the terminal and for the page: words and numbers with units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import inf, isfinite
from typing import Any, NamedTuple

from mdsolve.benchmark.measures import profiles, statistics
from mdsolve.benchmark.measures.judge import OUTCOMES
from mdsolve.benchmark.measures.statistics import Interval, Row
from mdsolve.benchmark.report.results import Results, number

AXES = ("outcomes", "groups", "types")


class Table(NamedTuple):
    """A table: its title, what stands in it in a sentence, its headers and its rows of words."""

    title: str
    says: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    left: int = 1


def tables(results: Results) -> list[Table]:
    """Return all tables of a report that have rows."""
    found = [
        outcomes(results),
        honesty(results),
        *(means(results, accuracy) for accuracy in results.accuracies),
        *by_kind(results),
        families(results),
        scaling(results),
        warm(results),
    ]
    return [table for table in found if table.rows]


def by_kind(results: Results) -> Iterator[Table]:
    """Yield the profile and the duels of every kind at the finest accuracy asked for."""
    for kind in results.kinds:
        yield profile(results, kind)
        yield duel(results, kind)


def outcomes(results: Results) -> Table:
    """Return how often each solver came to each outcome."""
    rows: list[list[str]] = []
    for solver in results.solvers:
        own = [row for row in results.rows if row["solver"] == solver]
        counts = [sum(row["outcome"] == outcome for row in own) for outcome in OUTCOMES]
        noisy = sum(bool(row["noisy"]) for row in own)
        memory = max((number(row["memory_bytes"]) for row in own if row["memory_bytes"]), default=0)
        rows.append(
            [solver, str(len(own)), *map(str, counts), str(noisy), f"{memory / 2**20:,.0f}"]
        )
    return Table(
        "Outcomes",
        "Each answer was verified from the problem's data. A false claim is an optimum, an "
        "infeasibility or an unbounded ray that was said and is not so.",
        ["solver", "solves", *OUTCOMES, "noisy", "peak memory (MB)"],
        rows,
    )


def honesty(results: Results) -> Table:
    """Return how often what a solver claimed was so."""
    found = statistics.claims(results.rows)
    made = Counter(r["solver"] for r in results.rows if r["claim"] in statistics.CLAIMED)
    rows = [
        [solver, str(made[solver]), *_percent(found[solver])]
        for solver in results.solvers
        if solver in found
    ]
    return Table(
        "Correct claims",
        "Of all answers that claim an optimum, an infeasibility or an unbounded ray, the share "
        "that is no false claim, with Wilson's interval of 95%.",
        ["solver", "claims", "correct", "from", "to"],
        rows,
    )


def means(results: Results, accuracy: float) -> Table:
    """Return shifted geometric means by kind, over the problems that were given."""
    rows: list[list[str]] = []
    for solver in results.solvers:
        cells: list[str] = []
        for kind in results.kinds:
            given = [own[solver] for own in results.times(kind, accuracy).values() if solver in own]
            mean = statistics.shifted_mean(given, results.limit) if given else inf
            solved = sum(time < inf for time in given)
            cells.append(f"{duration(mean)} ({solved}/{len(given)})" if given else "-")
        rows.append([solver, *cells])
    return Table(
        f"Time to an accuracy of {accuracy:g}, whatever was asked",
        f"Shifted geometric means of compilation and solve, shift {statistics.SHIFT * 1e3:g} ms; a "
        f"problem that is not solved counts as the time limit, {results.limit:g} s. In brackets: "
        "solved of given. Compare solvers down a column only where they were given the same.",
        ["solver", *results.kinds],
        rows,
    )


def profile(results: Results, kind: str) -> Table:
    """Return a kind's performance profile at a few ratios."""
    solvers, accuracy = results.general(kind), results.accuracies[-1]
    given = statistics.common(results.times(kind, accuracy), solvers)
    found = profiles.profiles(given, solvers) if given and len(solvers) > 1 else {}
    ratios = (1.0, 2.0, 10.0, 100.0, 1000.0)
    return Table(
        f"Performance profile: {kind}",
        f"Share of {len(given)} problems solved to {accuracy:g} within a multiple of the fastest "
        "solver's time. With more than two solvers the order of two may hang on a third: see the "
        "duels.",
        ["solver", *(f"x{ratio:g}" for ratio in ratios)],
        [
            [solver, *(f"{100 * own.at(ratio):.0f}%" for ratio in ratios)]
            for solver, own in found.items()
        ],
    )


def duel(results: Results, kind: str) -> Table:
    """Return won, tied and lost of every pair."""
    accuracy = results.accuracies[-1]
    given = results.times(kind, accuracy)
    solvers = [s for s in results.solvers if any(s in own for own in given.values())]
    found = profiles.duels(given, solvers)
    rows = [
        [
            one,
            *("" if one == other else "-".join(map(str, found[one, other])) for other in solvers),
        ]
        for one in solvers
    ]
    return Table(
        f"Duels: {kind}",
        f"Problems won, tied and lost by the solver of the row against that of the column, to "
        f"{accuracy:g}; times within {100 * (profiles.TIE - 1):.0f}% are ties.",
        ["solver", *solvers],
        rows if len(solvers) > 1 else [],
    )


def families(results: Results) -> Table:
    """Return solved of given by solver and family."""
    names = sorted({row["family"] for row in results.rows})
    rows: list[list[str]] = []
    for solver in results.solvers:
        cells: list[str] = []
        for name in names:
            own = [r for r in results.rows if r["solver"] == solver and r["family"] == name]
            solved = sum(row["outcome"] == "solved" for row in own)
            cells.append(f"{solved}/{len(own)}" if own else "-")
        rows.append([solver, *cells])
    return Table(
        "Solved of given, by family",
        "At the accuracy that was asked for.",
        ["solver", *names],
        rows,
    )


def scaling(results: Results) -> Table:
    """Return the exponents of time in each axis."""
    rows: list[list[str]] = []
    for solver in results.solvers:
        for kind in results.kinds:
            own = [
                r for r in results.cold(kind) if r["solver"] == solver and r["outcome"] == "solved"
            ]
            cells = [_slope(own, axis) for axis in AXES]
            if any(cell != "-" for cell in cells):
                rows.append([solver, kind, *cells])
    return Table(
        "Scaling",
        "b of time ~ size^b over the problems solved, each axis by itself, with its interval of "
        "95%; axes that grow together share their effect.",
        ["solver", "kind", *AXES],
        rows,
        left=2,
    )


def warm(results: Results) -> Table:
    """Return what warm starts gain."""
    rows = [
        [
            series,
            solver,
            *("-" if part is None else f"{part:.3g}" for part in (found or [None] * 3)),
        ]
        for (series, solver), found in sorted(statistics.warm_ratios(results.rows).items())
    ]
    return Table(
        "Warm starts",
        "Solve time from the previous program's answer over that from nothing, geometric mean and "
        "interval of 95% over the steps that both solved; below 1 the warm start is faster.",
        ["series", "solver", "ratio", "from", "to"],
        rows,
        left=2,
    )


def axis(row: Row, name: str) -> float | None:
    """Return a problem's size along an axis, or None."""
    found = (row["axes"] or {}).get(name)
    return float(found) if found else None


def duration(value: float) -> str:
    """Return seconds for people.

    Examples
    --------
    >>> duration(0.00012), duration(0.5), duration(75.0)
    ('0.12 ms', '500 ms', '75 s')
    """
    if not isfinite(value):
        return "-"
    return f"{1e3 * value:.3g} ms" if value < 1.0 else f"{value:.3g} s"


def _slope(rows: Sequence[Row], name: str) -> str:
    pairs = [(size, statistics.seconds(row)) for row in rows if (size := axis(row, name))]
    pairs = [(size, taken) for size, taken in pairs if taken > 0.0]
    found = statistics.slope(*zip(*pairs, strict=True)) if len(pairs) > 3 else None
    return "-" if found is None else "{:z.2f} ({:z.2f} to {:z.2f})".format(*found)


def _percent(found: Interval) -> list[str]:
    return [f"{100.0 * part:.1f}%" for part in found]


def command(row: Row) -> str:
    """Return what repeats a row's solve."""
    from shlex import quote

    words: list[Any] = ["mdsolve", "bench"]
    if row["family"] == "file":
        words += ["--file", row.get("source") or row["problem"]]
    elif row["series"] is not None:
        words += ["--series"]
    else:
        words += ["--problem", row["problem"]]
    words += ["--solvers", row["solver"], "--target", f"{row['target']:g}", "--out", "again"]
    return " ".join(quote(str(word)) for word in words)
