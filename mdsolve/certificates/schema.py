"""The one trusted exporter: floats become the exact dyadic numbers that they are, never rounded.

`problem.json` is what a user trusts, `certificate.json` what a checker need not: numbers are
rationals in lowest terms, an array is integers over one denominator, and the certificate names its
problem by the SHA-256 of its bytes. `check` alone decides whether they hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.certificates import check as checker
from mdsolve.errors import InvalidInput
from mdsolve.games.blocks import dense
from mdsolve.games.files import checked_target, written_whole

PROBLEM, CERTIFICATE = "problem.json", "certificate.json"

Integers = NDArray[Any]
Witness = dict[str, Any]

#: which checker judges what is issued
FAST = "flint"

_LONGEST = 200
_WHOLE = 62


class Verdict(NamedTuple):
    """What a checker says.

    Attributes
    ----------
    verified : bool
    claim : str
        What is proved, in the checker's own words; empty where it is rejected.
    reason : str
        The first fault; empty where it is verified.
    """

    verified: bool
    claim: str
    reason: str

    def __repr__(self) -> str:
        if self.verified:
            return f"VERIFIED: {self.claim}"
        return f"REJECTED: {self.reason}"

    __str__ = __repr__


@dataclass(frozen=True, eq=False)
class Rationals:
    """Numbers over one denominator: integers of any shape, and den > 0."""

    num: Integers
    den: int

    @classmethod
    def of(cls, name: str, values: ArrayLike, *labels: Sequence[str]) -> Rationals:
        """Return doubles as the numbers that they are.

        Raises
        ------
        InvalidInput
            Naming the place of a NaN or an infinity, by the labels of each axis if given.

        Examples
        --------
        >>> Rationals.of("sizes", [0.5, 3.0]).text()
        {'den': '2', 'num': ['1', '6']}
        """
        array = np.asarray(values, dtype=np.float64)
        _refuse_infinite(name, array, labels)
        mantissas, exponents = np.frexp(array)
        whole = np.ldexp(mantissas, 53).astype(np.int64)
        used = whole != 0
        if not used.any():
            return cls(whole, 1)
        places = exponents.astype(np.int64) - 53
        zeros = np.where(used, np.bitwise_count(np.bitwise_xor(whole, whole - 1)) - 1, 0)
        whole, places = whole >> zeros, places + zeros
        lowest = min(0, int(places[used].min()))
        shifts = np.where(used, places - lowest, 0)
        if int((exponents[used].astype(np.int64) - lowest).max()) > _WHOLE:
            return cls(whole.astype(object) << shifts.astype(object), 1 << -lowest)
        return cls(whole << shifts, 1 << -lowest)

    @classmethod
    def of_fractions(cls, values: Iterable[Any]) -> Rationals:
        """Return fractions, or rows of them, over their least common denominator."""
        table = np.array(list(values), dtype=object)
        den = lcm(*(x.denominator for x in table.ravel()))
        cells = [x.numerator * (den // x.denominator) for x in table.ravel()]
        return cls(np.array(cells, dtype=object).reshape(table.shape), den)

    @property
    def fractions(self) -> Any:
        """The numbers as fractions, in lists of the same shape."""
        return _nested(self.num.tolist(), self.den)

    def text(self) -> dict[str, Any]:
        """Return the canonical form of a file: strings in lowest terms."""
        cells = self.num.ravel().tolist()
        common = gcd(self.den, *cells) if self.den > 1 else 1
        if common > 1:
            cells = [cell // common for cell in cells]
        words = np.array(list(map(str, cells)), dtype=object).reshape(self.num.shape)
        return {"den": str(self.den // common), "num": words.tolist()}


def exact(name: str, value: float) -> Fraction:
    """Return one double as the number that it is."""
    return Rationals.of(name, [value]).fractions[0]


def simplex(name: str, masses: ArrayLike, *labels: Sequence[str]) -> list[Fraction]:
    """Return doubles of at least 0 divided by their exact sum."""
    given = Rationals.of(name, masses, *labels).num
    cells = [max(0, int(cell)) for cell in given.tolist()]
    total = sum(cells)
    if not total:
        raise InvalidInput(f"{name}: no mass at all. Give probabilities that sum to 1.")
    return [Fraction(cell, total) for cell in cells]


def printable(kind: str, names: Iterable[Any]) -> tuple[list[str], list[str]]:
    """Return distinct labels of 1 to 200 printable characters, and what was changed.

    Examples
    --------
    >>> printable("outcome", ["a", "", ""])[0]
    ['a', '(blank)', '(blank) (2)']
    """
    found: list[str] = []
    notes: list[str] = []
    taken: set[str] = set()
    for place, name in enumerate(names):
        given = str(name)
        label = base = _shown(given)
        count = 1
        while label in taken:
            count += 1
            label = f"{base[: _LONGEST - 12]} ({count})"
        if label != given:
            notes.append(f"{kind} {place} {_shown(given)[:60]!r} is written {label[:60]!r}")
        taken.add(label)
        found.append(label)
    if len(found) > checker.LABELS:
        raise InvalidInput(
            f"{kind}s: {len(found):,} of them, more than the {checker.LABELS:,} that a certificate "
            "holds. Certify a smaller problem."
        )
    return found, notes


@dataclass(frozen=True, repr=False, eq=False)
class Certificate:
    """A problem and a proof about it, as the bytes of two files.

    `mdsolve.certify` issues it after the checker has verified it; anyone may check it again with
    `mdsolve.check`, or with the checker's file alone.

    Attributes
    ----------
    kind : str
        What it proves: ``"gap"``, ``"incentive"``, ``"menu"``, ``"floor"``, ``"implementable"``,
        ``"not_implementable"`` or ``"lp"``.
    problem, witness : bytes
        The contents of problem.json and of certificate.json.
    notes : tuple of str
        What was done so that numbers are exact, where anything was.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0]])
    >>> md.certify(md.SocialWelfare("l2", 1.0).train(game)).check().verified
    True
    """

    kind: str
    problem: bytes
    witness: bytes
    notes: tuple[str, ...] = field(default=())

    @classmethod
    def of(
        cls, kind: str, form: str, problem: Witness, witness: Witness, notes: Iterable[str] = ()
    ) -> Certificate:
        """Bind a witness to a problem of one form; nothing is checked yet."""
        stated = problem_text(form, problem)
        given = _text(
            {
                "schema": "mdsolve-certificate/1",
                "kind": kind,
                "problem_sha256": hashlib.sha256(stated).hexdigest(),
                "scope": checker.KINDS[kind][2],
                "witness": witness,
            }
        )
        return cls(kind, stated, given, tuple(notes))

    def check(self, *, backend: str = "python") -> Verdict:
        """Return what the checker says.

        Parameters
        ----------
        backend : str
            ``"python"``, the standard library alone, or ``"flint"``.

        Raises
        ------
        InvalidInput
            If the backend is unknown.
        """
        return judged(self.problem, self.witness, backend)

    @cached_property
    def verdict(self) -> Verdict:
        """What the faster checker says of it."""
        return self.check(backend=FAST)

    @property
    def claim(self) -> str:
        """What it proves, in the checker's words."""
        return self.verdict.claim

    def save(self, folder: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write problem.json and certificate.json into a folder, which is created if missing.

        Both are written in full before either appears.

        Raises
        ------
        InvalidInput
            If one of them exists (unless `overwrite`), or cannot be written.
        """
        paths = checked_folder(folder, overwrite=overwrite)
        try:
            Path(folder).mkdir(exist_ok=True)
        except OSError as error:
            raise InvalidInput(
                f"{folder}: cannot be created ({error.strerror or error}). Choose another folder."
            ) from error
        with written_whole(paths[0], overwrite=overwrite) as one:
            one.write(self.problem)
            with written_whole(paths[1], overwrite=overwrite) as other:
                other.write(self.witness)

    def __repr__(self) -> str:
        verified, claim, reason = self.verdict
        said = claim if verified else f"REJECTED: {reason}"
        size = f"problem {len(self.problem):,} bytes, certificate {len(self.witness):,}"
        notes = "".join(f"\n  note: {note}" for note in self.notes[:5])
        more = len(self.notes) - 5
        return f"Certificate({self.kind}: {said}; {size}){notes}" + (
            f"\n  and {more} more" if more > 0 else ""
        )


def checked_folder(folder: str | PathLike[str], *, overwrite: bool = False) -> tuple[Path, Path]:
    """Return the paths of both files if they may be written; touch nothing."""
    place = Path(folder)
    if place.is_dir():
        one, other = (
            checked_target(place / name, overwrite=overwrite) for name in (PROBLEM, CERTIFICATE)
        )
        return one, other
    if place.exists() or place.is_symlink():
        raise InvalidInput(f"{place}: is not a folder. Name one, or a path where none exists yet.")
    checked_target(place)
    return place / PROBLEM, place / CERTIFICATE


def judged(problem: bytes, witness: bytes, backend: str) -> Verdict:
    """Return the verdict of one of the two checkers.

    Raises
    ------
    InvalidInput
        If there is no such backend.
    """
    verified, text = checker.check(problem, witness, _arithmetic(backend))
    return Verdict(verified, text if verified else "", "" if verified else text)


def check(folder: str | PathLike[str], *, backend: str = "python") -> Verdict:
    """Check the certificate in a folder against the problem beside it.

    Parameters
    ----------
    folder : path
        Holds problem.json and certificate.json.
    backend : str
        ``"python"``, the standard library alone, or ``"flint"``, two to twelve times as fast.

    Returns
    -------
    Verdict
        Verified, with the claim in words; or rejected, with the first reason. Whatever stands in
        the files, they do not raise.

    Raises
    ------
    InvalidInput
        If a file is missing or cannot be read, or the backend is unknown.

    Examples
    --------
    >>> import mdsolve as md, tempfile
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0]])
    >>> folder = tempfile.mkdtemp()
    >>> md.certify(md.SocialWelfare("l2", 1.0).train(game)).save(folder)
    >>> md.check(folder)
    VERIFIED: the model is within 0 of the social optimum, which lies in [0.625, 0.625]
    """
    _arithmetic(backend)
    return judged(*contents(folder), backend)


def contents(folder: str | PathLike[str]) -> tuple[bytes, bytes]:
    """Return the bytes of both files of a folder, up to just past what a checker reads.

    Raises
    ------
    InvalidInput
        If one is missing or cannot be read.
    """
    place = Path(folder)
    found: list[bytes] = []
    for name in (PROBLEM, CERTIFICATE):
        try:
            with (place / name).open("rb") as file:
                found.append(file.read(checker.BYTES + 1))
        except OSError as error:
            raise InvalidInput(
                f"{place / name}: cannot be read ({error.strerror or error}). Name a folder that "
                f"holds {PROBLEM} and {CERTIFICATE}."
            ) from error
    return found[0], found[1]


def _arithmetic(backend: str) -> type:
    if backend == "python":
        return checker.Integers
    if backend == "flint":
        from mdsolve.certificates.check_flint import Balls

        return Balls
    raise InvalidInput(f'backend {backend!r} is unknown. Choose "python" or "flint".')


def problem_text(form: str, problem: Witness) -> bytes:
    """Return the bytes of problem.json for a problem of one form."""
    return _text({"schema": "mdsolve-problem/1", "form": form, **problem})


def game_form(game: Any, sizes: ArrayLike, **rest: Any) -> tuple[Witness, list[str]]:
    """Return a game of the `game` and `floor` forms with its divergence and rule, and notes.

    The reference is the game's masses divided by their exact sum.
    """
    groups, notes = printable("group", game.groups)
    outcomes, more = printable("outcome", game.outcomes)
    names = (game.groups, game.outcomes)
    rewards = dense(game.rewards)
    problem = {
        "groups": groups,
        "outcomes": outcomes,
        "sizes": Rationals.of("sizes", sizes, game.groups).text(),
        "rewards": Rationals.of("rewards", rewards, *names).text(),
        "reference": Rationals.of_fractions(
            simplex("reference", game.reference, game.outcomes)
        ).text(),
        **rest,
    }
    return problem, notes + more


def _text(data: Witness) -> bytes:
    """Return JSON with a field a line, so that two files can be compared by eye."""
    lines = (
        f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"
        for name, value in data.items()
    )
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _refuse_infinite(name: str, array: NDArray[np.float64], labels: Sequence[Any]) -> None:
    bad = np.argwhere(~np.isfinite(array))
    if not len(bad):
        return
    place = tuple(int(k) for k in bad[0])
    named = [f"{axis[k]!r}" for axis, k in zip(labels, place, strict=False)]
    where = " at ".join(named) if named else f"entry {', '.join(map(str, place))}"
    raise InvalidInput(
        f"{name}: {where} is {array[place]}. A certificate holds exact numbers, and NaN or an "
        "infinity is none: correct it first."
    )


def _nested(cells: Any, den: int) -> Any:
    if isinstance(cells, list):
        return [_nested(cell, den) for cell in cells]
    return Fraction(int(cells), den)


def _shown(name: str) -> str:
    line = "".join(c if c.isprintable() else _escaped(c) for c in name)
    return (line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…") or "(blank)"


def _escaped(character: str) -> str:
    return repr(character)[1:-1]
