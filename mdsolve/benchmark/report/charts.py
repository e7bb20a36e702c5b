"""Which pictures a race deserves: profiles, accuracy against time, scaling, with their legends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mdsolve.benchmark.measures import profiles, statistics
from mdsolve.benchmark.report import pictures
from mdsolve.benchmark.report.results import Results, number
from mdsolve.benchmark.report.tables import AXES, axis, duration
from mdsolve.certificates.page.markup import Markup, element

#: errors below are shown here
_EXACT = 1e-17


def performance(results: Results) -> Iterator[Markup]:
    """Draw the performance profiles of every kind, at the finest accuracy asked for."""
    accuracy = results.accuracies[-1]
    for kind in results.kinds:
        solvers = results.general(kind)
        given = statistics.common(results.times(kind, accuracy), solvers)
        if not given or len(solvers) < 2:
            continue
        found = profiles.profiles(given, solvers)
        many = f"{len(given)} problem{'' if len(given) == 1 else 's'}"
        title = f"{kind}: share of {many} solved to {accuracy:g}"
        yield _figure(
            title, pictures.steps(found, results.solvers, title), solvers, results.solvers
        )


def accuracy_by_time(results: Results) -> Iterator[Markup]:
    """Draw the error achieved against the time, a picture a kind."""
    for kind in results.kinds:
        rows = [row for row in results.cold(kind) if row["error"] is not None]
        rows = [row for row in rows if statistics.seconds(row) > 0.0]
        if not rows:
            continue
        given = [
            (
                row["solver"],
                statistics.seconds(row),
                max(_EXACT, number(row["error"])),
                f"{row['solver']} on {row['problem']}: {duration(statistics.seconds(row))}, error "
                f"{number(row['error']):.1e}, {row['outcome']}",
            )
            for row in rows
        ]
        across = pictures.axis_of([x for _, x, _, _ in given], "time, compilation and solve (s)")
        up = pictures.axis_of([min(y, 1e6) for _, _, y, _ in given], "error achieved (relative)")
        solvers = [s for s in results.solvers if any(s == one[0] for one in given)]
        title = f"{kind}: error achieved against time, {len(given)} solves"
        drawn = pictures.points(given, results.solvers, across, up, title)
        yield _figure(title, drawn, solvers, results.solvers)


def scaling(results: Results) -> Iterator[Markup]:
    """Draw the time against each axis."""
    for name in AXES:
        rows = [r for r in results.cold() if axis(r, name) and r["outcome"] == "solved"]
        sizes = {axis(row, name) for row in rows}
        given = [
            (
                row["solver"],
                axis(row, name) or 1.0,
                statistics.seconds(row),
                f"{row['solver']} on {row['problem']}: {duration(statistics.seconds(row))}",
            )
            for row in rows
            if statistics.seconds(row) > 0.0
        ]
        if len(sizes) < 3 or not given:
            continue
        across = pictures.axis_of([x for _, x, _, _ in given], name)
        up = pictures.axis_of([y for _, _, y, _ in given], "time, compilation and solve (s)")
        solvers = [s for s in results.solvers if any(s == one[0] for one in given)]
        title = f"Time against {name}, {len(given)} solves of all families"
        drawn = pictures.points(given, results.solvers, across, up, title)
        yield _figure(title, drawn, solvers, results.solvers)


def _figure(title: str, drawn: Markup, solvers: Sequence[str], order: Sequence[str]) -> Markup:
    caption = element("figcaption", title)
    return element("figure", caption, drawn, pictures.legend(solvers, order))
