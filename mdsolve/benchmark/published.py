"""Programs from elsewhere: what their data prove, beside the optimum that was published.

A point and its prices bracket the optimum by the data alone, where neither is far from feasible and
what the point's violations are worth at the prices is little; a published value is only compared.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from typing import Any

from mdsolve.benchmark.measures.statistics import latest
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.run.loading import of_file
from mdsolve.errors import InvalidInput

#: where a folder says what was published
OPTIMA = "optima.csv"
#: what may stand there instead of a number
WORDS = ("infeasible", "unbounded")
AGREES, DIFFERS, UNPROVED = "agrees", "differs", "not proved"


@dataclass(frozen=True)
class Published:
    """A program in a file, and what was published of it.

    Attributes
    ----------
    problem : Problem
        Its optimum is what was published; where a word was, it is unknown, so that only a ray that
        holds proves it.
    said : float or str
        The optimum, in the program's own sense, or one of `WORDS`.
    source : str
        Where it was published.
    """

    problem: Problem
    said: float | str
    source: str


@dataclass(frozen=True)
class Comparison:
    """A program's published optimum beside what its data prove.

    Attributes
    ----------
    published : Published
    verdict : str
        ``"agrees"``; ``"differs"``: the data prove something else; or ``"not proved"``.
    apart : float
        From the published optimum to the point's objective, relative to the problem's scale.
    row : mapping
        The best row of the race, as `mdsolve.benchmark.run.race` returns it.
    """

    published: Published
    verdict: str
    apart: float
    row: Mapping[str, Any]


def published(folder: str | Path) -> list[Published]:
    r"""Return the programs of a folder whose ``optima.csv`` has lines ``name,optimum,source``.

    Parameters
    ----------
    folder : path
        A name is a file in it, or in a folder of it; an optimum is a number, ``infeasible`` or
        ``unbounded``; the source may be left out.

    Raises
    ------
    InvalidInput
        Naming the line, where one says something else, or the file that cannot be read.

    Examples
    --------
    >>> import mdsolve as md, pathlib, tempfile
    >>> place = pathlib.Path(tempfile.mkdtemp())
    >>> md.write_program(md.problem("l2-10x3"), place / "l2.mps")
    >>> _ = (place / "optima.csv").write_text("l2.mps,0.25,a guess\n")
    >>> [(one.problem.name, one.said, one.source) for one in published(place)]
    [('l2.mps', 0.25, 'a guess')]
    """
    path = Path(folder) / OPTIMA
    try:
        lines = list(csv.reader(path.read_text("utf-8").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"{path}: cannot be read ({error}). Write lines name,optimum,source into it."
        ) from error
    found = [
        _published(path, number, line)
        for number, line in enumerate(lines, 1)
        if line and line[0].strip() != "name"
    ]
    if not found:
        raise InvalidInput(f"{path}: names no program. Write lines name,optimum,source into it.")
    return found


def compared(
    programs: Sequence[Published], rows: Iterable[Mapping[str, Any]]
) -> Iterator[Comparison]:
    """Yield each program with the best that a race over their problems proved of it.

    Parameters
    ----------
    programs : sequence of Published
    rows : iterable of rows
        Of one race; what was never solved is not proved.
    """
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for row in latest(rows):
        by_name.setdefault(row["problem"], []).append(row)
    for one in programs:
        found = [_compared(one, row) for row in by_name.get(one.problem.name, [])]
        order = (AGREES, DIFFERS, UNPROVED)
        yield min(
            found or [Comparison(one, UNPROVED, nan, {})],
            key=lambda each: (order.index(each.verdict), _number(each.row.get("error"))),
        )


def _published(path: Path, number: int, line: list[str]) -> Published:
    name, said, *source = [word.strip() for word in [*line, ""]]
    try:
        optimum: float | str = said if said in WORDS else float(said)
    except ValueError:
        optimum = nan
    if isinstance(optimum, float) and not isfinite(optimum):
        raise InvalidInput(
            f"{path}, line {number}: optimum {said!r}. Write a number or one of {', '.join(WORDS)}."
        )
    known = optimum if isinstance(optimum, float) else None
    return Published(of_file(path.parent / name, known), optimum, ", ".join(filter(None, source)))


def _compared(one: Published, row: Mapping[str, Any]) -> Comparison:
    """Compare with one row: an error that is null there was not finite, or not measured."""
    apart, target = _number(row["gap"]), row["target"]
    if isinstance(one.said, str):
        proved = row["outcome"] == "solved"
        verdict = (AGREES if row["claim"] == one.said else DIFFERS) if proved else UNPROVED
        return Comparison(one, verdict, nan, row)
    width = abs(_number(row["objective"]) - _number(row["bound"])) / row["scale"]
    proved = max(_number(row["primal"]), _number(row["dual"]), width) <= target
    verdict = (AGREES if apart <= target else DIFFERS) if proved else UNPROVED
    return Comparison(one, verdict, apart, row)


def _number(value: float | None) -> float:
    return float("inf") if value is None else float(value)
