"""What many rows say together: means that forgive no failure, rates with their intervals, slopes.

The shifted geometric mean of times t is (Π (t + s))^{1/n} − s; a problem that is not solved counts
as a multiple of the time limit. Rates have Wilson's interval, slopes Student's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp, fsum, inf, log, sqrt
from typing import Any, NamedTuple

from mdsolve.benchmark.run.records import key

Row = Mapping[str, Any]

#: seconds added to every time, so that a microsecond more or less means nothing
SHIFT = 0.01
#: a failure counts as so many time limits
PENALTY = 1.0
#: two-sided, of normal deviates
DEVIATE = 1.959963984540054

NONE = ("infeasible", "unbounded")
CLAIMED = ("optimal", *NONE)


class Interval(NamedTuple):
    """An estimate and the interval that holds it with 95%."""

    value: float
    lower: float
    upper: float


def latest(rows: Iterable[Row]) -> list[Row]:
    """Return each solve's last attempt, in the order in which they were first made.

    Examples
    --------
    >>> key = dict(problem="p", solver="s", target=1e-6, start="cold", series=None, step=None)
    >>> [row["attempt"] for row in latest([{**key, "attempt": 1}, {**key, "attempt": 2}])]
    [2]
    """
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        place = key(row)
        if place not in found or row["attempt"] >= found[place]["attempt"]:
            found[place] = row
    return list(found.values())


def seconds(row: Row) -> float:
    """Return what a solve took: the compilation and the solve (seconds)."""
    return float(row.get("compile_seconds") or 0.0) + float(row.get("solve_seconds") or 0.0)


def accurate(row: Row, accuracy: float) -> bool:
    """Return whether a row's answer holds to an accuracy, whatever was asked of its solver.

    A ray against a proved optimum is no answer, nor is a point of a problem that is proved to have
    none, however small their errors.
    """
    claim, status, error = row["claim"], row["status"], row["error"]
    if claim in NONE and status not in (claim, "unknown"):
        return False
    if claim not in NONE and status in NONE:
        return False
    return error is not None and error <= accuracy


Times = dict[str, dict[str, float]]


def times(rows: Iterable[Row], accuracy: float) -> Times:
    """Return the least time by problem and solver in which an accuracy was achieved.

    A solver that was asked for several accuracies has the fastest row that achieved this one; inf
    where it has none. Warm starts are left out.

    Returns
    -------
    dict of dict
        ``[problem][solver]``, seconds.
    """
    found: Times = {}
    for row in rows:
        if row["start"] != "cold":
            continue
        own = found.setdefault(row["problem"], {})
        taken = seconds(row) if accurate(row, accuracy) else inf
        own[row["solver"]] = min(taken, own.get(row["solver"], inf))
    return found


def common(given: Times, solvers: Sequence[str]) -> Times:
    """Return the problems that all of these solvers were given, with their times alone."""
    return {
        problem: {solver: own[solver] for solver in solvers}
        for problem, own in given.items()
        if all(solver in own for solver in solvers)
    }


def shifted_mean(
    given: Sequence[float], limit: float, *, shift: float = SHIFT, penalty: float = PENALTY
) -> float:
    """Return the shifted geometric mean of times (seconds), failures being inf.

    Examples
    --------
    >>> round(shifted_mean([1.0, 4.0], 60.0, shift=0.0), 12)
    2.0
    >>> shifted_mean([1.0, float("inf")], 60.0) > 7.0
    True
    """
    charged = [penalty * limit if time == inf else time for time in given]
    return exp(fsum(log(time + shift) for time in charged) / len(charged)) - shift


def rate(hits: int, of: int) -> Interval:
    """Return a rate with Wilson's interval of 95%.

    Examples
    --------
    >>> [round(x, 4) for x in rate(9, 10)]
    [0.9, 0.5958, 0.9821]
    """
    if not of:
        return Interval(float("nan"), 0.0, 1.0)
    share, z = hits / of, DEVIATE
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    lower = 0.0 if hits == 0 else max(0.0, middle - reach)
    return Interval(share, lower, 1.0 if hits == of else min(1.0, middle + reach))


def claims(rows: Iterable[Row]) -> dict[str, Interval]:
    """Return by solver how often what it claimed, an optimum or that there is none, was so.

    Claims of programs of unknown optimum that nothing proves nor refutes are left out.
    """
    made: dict[str, list[bool]] = {}
    for row in rows:
        open_ = row["status"] == "unknown" and row["outcome"] == "failed"
        if row["claim"] in CLAIMED and not open_:
            made.setdefault(row["solver"], []).append(row["outcome"] != "false claim")
    return {solver: rate(sum(held), len(held)) for solver, held in made.items()}


def slope(sizes: Sequence[float], taken: Sequence[float]) -> Interval | None:
    """Return b of time ≈ a · size^b with its interval; None for fewer than four sizes.

    Examples
    --------
    >>> [round(x, 6) for x in slope([1, 10, 100, 1000], [2.0, 20.0, 200.0, 2000.0])]
    [1.0, 1.0, 1.0]
    """
    if len(set(sizes)) < 4:
        return None
    from scipy.stats import linregress, t

    found: Any = linregress([log(x) for x in sizes], [log(y) for y in taken])
    reach = float(t.ppf(0.975, len(sizes) - 2)) * float(found.stderr)
    return Interval(float(found.slope), float(found.slope) - reach, float(found.slope) + reach)


def warm_ratios(rows: Iterable[Row]) -> dict[tuple[str, str], Interval | None]:
    """Return by series and solver how a warm start's solve time compares with a cold one's.

    A step that had nothing to start from is left out: the first of a series, and the one after a
    failure; so is a step that one of the two did not solve. Below 1 the warm start is faster.
    """
    pairs: dict[tuple[str, str, int], dict[str, float]] = {}
    for row in rows:
        started = row["start"] == "cold" or row.get("warmed")
        if row["series"] is not None and started and row["outcome"] == "solved":
            place = (row["series"], row["solver"], row["step"])
            pairs.setdefault(place, {})[row["start"]] = float(row["solve_seconds"])
    ratios: dict[tuple[str, str], list[float]] = {}
    for (series, solver, _), own in pairs.items():
        if own.keys() >= {"warm", "cold"} and min(own.values()) > 0.0:
            ratios.setdefault((series, solver), []).append(log(own["warm"] / own["cold"]))
    return {place: _mean(logs) for place, logs in ratios.items()}


def _mean(logs: Sequence[float]) -> Interval | None:
    """Return a geometric mean with Student's interval; None for fewer than three."""
    if len(logs) < 3:
        return None
    from scipy.stats import t

    middle = fsum(logs) / len(logs)
    spread = sqrt(fsum((x - middle) ** 2 for x in logs) / (len(logs) - 1) / len(logs))
    reach = float(t.ppf(0.975, len(logs) - 1)) * spread
    return Interval(exp(middle), exp(middle - reach), exp(middle + reach))
