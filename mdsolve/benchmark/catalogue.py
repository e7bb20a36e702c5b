"""The named problems: a hand-written file each, what was proved of it, and the proof beside it.

``problems/FAMILY/NAME.toml`` asks a family for a program; ``mdsolve problems NAME --prove`` adds
its status, bracket and digest to that file and writes the certificate to ``NAME.proof.zip``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from mdsolve.benchmark import proofs
from mdsolve.benchmark.families import family
from mdsolve.benchmark.places import problems_folder
from mdsolve.benchmark.problem import Problem, Statement
from mdsolve.errors import InvalidInput

SETS = {
    "smoke": "seconds for any solver",
    "standard": "what solvers are compared on",
    "hard": "the edges: degenerate, badly scaled, tiny strengths and masses",
    "large": "from tens of thousands of variables on",
    "series": "members of warm-started series",
}
_FIELDS = {"family", "sets", "seed", "source", "hard", "parameters"}


def problem(name: str) -> Problem:
    """Return a named problem.

    Parameters
    ----------
    name : str
        One of `problem_names`.

    Raises
    ------
    InvalidInput
        If there is none of that name (close ones are listed).

    Examples
    --------
    >>> import mdsolve as md
    >>> md.problem("kl-10x3")
    Problem(kl-10x3 of welfare: 20 variables, 31 rows: exponential; optimal in [...])
    """
    place = _places().get(name)
    if place is None:
        near = get_close_matches(name, _places(), n=3) or sorted(_places())[:5]
        raise InvalidInput(
            f"problem {name!r}: there is none of that name. Did you mean {', '.join(near)}? "
            "`mdsolve bench --list` shows all."
        )
    return read(place)


def problems(of: str = "standard") -> tuple[Problem, ...]:
    """Return the problems of a set or a family, or all of them, by name.

    Parameters
    ----------
    of : str
        ``"smoke"``, ``"standard"``, ``"hard"``, ``"large"``, ``"series"``, ``"all"``, or a family.

    Raises
    ------
    InvalidInput
        If there is no such set or family.

    Examples
    --------
    >>> import mdsolve as md
    >>> sorted({problem.status for problem in md.problems("smoke")})
    ['infeasible', 'optimal', 'unbounded']
    """
    every = [problem(name) for name in problem_names()]
    families = sorted({one.family for one in every})
    if of == "all":
        return tuple(every)
    if of not in SETS and of not in families:
        raise InvalidInput(
            f"set {of!r}: there is none of that name. Choose one of {', '.join(SETS)}, all, or a "
            f"family: {', '.join(families)}."
        )
    return tuple(one for one in every if of in one.sets or of == one.family)


def problem_names() -> tuple[str, ...]:
    """Return the names of all problems, sorted."""
    return tuple(sorted(_places()))


def series() -> dict[str, tuple[str, ...]]:
    """Return the warm-started series: names of problems of one shape, in the order to be solved."""
    found = {}
    for path in sorted((problems_folder() / "series").glob("*.toml")):
        found[path.stem] = tuple(_table(path)["members"])
    return found


def read(path: Path) -> Problem:
    """Return the problem of a file.

    Raises
    ------
    InvalidInput
        If the file is no problem: naming the file, the field and the remedy.
    """
    found = _table(path)
    missing = sorted(_FIELDS - found.keys())
    odd = sorted(found.keys() - _FIELDS - {"proved"})
    if missing or odd:
        field, said = (missing[0], "missing") if missing else (odd[0], "unknown")
        raise InvalidInput(
            f"{path}: field {field!r} is {said}. A problem has {', '.join(sorted(_FIELDS))}, and "
            "what `mdsolve problems --prove` adds."
        )
    unknown = [name for name in found["sets"] if name not in SETS]
    if unknown:
        raise InvalidInput(f"{path}: set {unknown[0]!r}. Choose from {', '.join(SETS)}.")
    own = family(found["family"])
    parameters, seed = found["parameters"], int(found["seed"])

    def state() -> Statement:
        try:
            return own.state(parameters, seed)
        except InvalidInput as error:
            raise InvalidInput(f"{path}: {error}") from error

    return Problem(
        path.stem,
        found["family"],
        tuple(found["sets"]),
        state,
        **proofs.proved(path, found.get("proved")),
        seed=seed,
        parameters=parameters,
        source=found["source"],
        hard=found["hard"],
        path=path,
    )


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path}: cannot be read as TOML ({error}). Mend it.") from error


@cache
def _places() -> dict[str, Path]:
    return {path.stem: path for path in _files()}


def _files() -> Iterator[Path]:
    for path in sorted(problems_folder().glob("*/*.toml")):
        if path.parent.name != "series":
            yield path
