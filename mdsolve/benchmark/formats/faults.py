"""What is wrong in a file, and where: every fault names the file, the line and the column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, isnan
from typing import NamedTuple, NoReturn

from mdsolve.errors import InvalidInput

_WORD = re.compile(r"\S+")
#: no line of a program is as long
LONG = 100_000


class Word(NamedTuple):
    """A word of a file and where it begins, both counted from 1."""

    text: str
    line: int
    column: int


@dataclass(frozen=True)
class Source:
    """A file's text under its name."""

    name: str
    text: str

    @classmethod
    def of(cls, data: bytes, name: str) -> Source:
        """Decode a file: any byte is a character, so that names in old code pages are read."""
        try:
            return cls(name, data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            return cls(name, data.decode("latin-1"))

    def lines(self, comment: str) -> Iterator[tuple[int, str]]:
        """Yield the lines that say something, numbered: a comment is the rest of its line."""
        for number, line in enumerate(self.text.split("\n"), 1):
            if len(line) > LONG:
                self.fault(Word(line[:20], number, 1), f"the line has {len(line):,} characters")
            said = line.rstrip()
            if said and not said.lstrip().startswith(comment):
                yield number, said

    def fault(self, word: Word | None, said: str, remedy: str = "Mend the file.") -> NoReturn:
        """Refuse the file.

        Raises
        ------
        InvalidInput
            Always.
        """
        where = "at its end" if word is None else f"line {word.line}, column {word.column}"
        raise InvalidInput(f"{self.name}, {where}: {said}. {remedy}")

    def number(self, word: Word, *, infinite: bool = False) -> float:
        """Return a number, finite unless an infinity may stand there.

        Raises
        ------
        InvalidInput
            If it is none.
        """
        found = real(word.text)
        if isnan(found) or not (infinite or isfinite(found)):
            kind = "number" if infinite else "finite number"
            self.fault(word, f"{word.text[:40]!r} is no {kind}")
        return found

    def count(self, word: Word, most: int) -> int:
        """Return a whole number from 0 to ``most``.

        Raises
        ------
        InvalidInput
            If it is none, or larger.
        """
        if not _COUNT.fullmatch(word.text):
            self.fault(word, f"{word.text[:40]!r} is no whole number of at least 0")
        found = int(word.text)
        if found > most:
            self.fault(word, f"{found:,} is more than {most:,}")
        return found


def real(text: str) -> float:
    """Return what a word says, of Fortran too (2.D0), or nan where it is no number."""
    if not _NUMBER.fullmatch(text):
        text = _FORTRAN.sub("e", text)
        if not _NUMBER.fullmatch(text):
            return float("nan")
    return float(text)


def whole(text: str) -> int:
    """Return a whole number of at least 0, or −1 where a word is none."""
    return int(text) if _COUNT.fullmatch(text) else -1


_COUNT = re.compile(r"[0-9]{1,18}")
_FORTRAN = re.compile(r"(?<=[0-9.])[dD](?=[+-]?[0-9])")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?[iI][nN][fF](inity)?")


def words(line: str, number: int) -> list[Word]:
    """Return the words of a line."""
    return [Word(found[0], number, found.start() + 1) for found in _WORD.finditer(line)]


def shortest(value: float) -> str:
    """Return the shortest decimal that reads back as the very double.

    Examples
    --------
    >>> shortest(0.1), shortest(2.0), shortest(5e-324)
    ('0.1', '2', '5e-324')
    """
    text = repr(float(value))
    return text.removesuffix(".0")
