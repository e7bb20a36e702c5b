"""Free MPS: a linear program as text, every number exact.

A number with a finite decimal expansion (every double has one) is written out in full, so that a
reader in exact arithmetic gets it and one in doubles rounds it once; any other is written p/q,
which exact readers know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from os import PathLike

from flint import fmpz

from mdsolve.certificates.exact_lp.program import ExactProgram
from mdsolve.games.files import written_whole
from mdsolve.solvers.linear_program import LinearProgram

_WORD = re.compile(r"[A-Za-z_][\w.\-\[\]]{0,63}", re.ASCII)
_LONG = 64
_KINDS = {"<=": "L", ">=": "G", "==": "E"}


def mps_text(program: ExactProgram | LinearProgram, *, negate_maximum: bool = False) -> str:
    """Return a linear program as free MPS.

    Parameters
    ----------
    program : ExactProgram or LinearProgram
        Names that are no plain words, or that readers could mix up, become x0, x1, ... and r0, ...
    negate_maximum : bool
        State max c·x as min −c·x, for readers without an OBJSENSE section such as GLPK.

    Examples
    --------
    >>> program = LinearProgram([1.0], [[0.5]], ">=", [2.0], lower=0.0, names=["tax"])
    >>> print(mps_text(program))
    NAME mdsolve
    ROWS
     N objective
     G row-0
    COLUMNS
     tax objective 1
     tax row-0 0.5
    RHS
     RHS row-0 2
    BOUNDS
    ENDATA
    """
    exact = program if isinstance(program, ExactProgram) else ExactProgram.of(program)
    return "\n".join(_lines(exact, negate_maximum))


def write_mps(
    program: ExactProgram | LinearProgram,
    path: str | PathLike[str],
    *,
    negate_maximum: bool = False,
    overwrite: bool = False,
) -> None:
    """Write a linear program as free MPS, whole or not at all; see `mps_text`.

    Raises
    ------
    InvalidInput
        If the path exists (unless `overwrite`) or cannot be written.
    """
    text = mps_text(program, negate_maximum=negate_maximum)
    with written_whole(path, overwrite=overwrite) as file:
        file.write(f"{text}\n".encode("ascii"))


def plain_names(names: Sequence[str], prefix: str, taken: Sequence[str] = ()) -> list[str]:
    """Return the names if all are plain distinct words, or else numbered ones."""
    if all(map(_WORD.fullmatch, names)) and not set(taken) & set(names):
        return list(names)
    return [f"{prefix}{k}" for k in range(len(names))]


def exact_text(value: Fraction) -> str:
    """Return a number as a finite decimal, or as p/q where it has none.

    Examples
    --------
    >>> exact_text(Fraction(0.1)), exact_text(Fraction(1, 3))
    ('0.1000000000000000055511151231257827021181583404541015625', '1/3')
    """
    rest = value.denominator
    twos = (rest & -rest).bit_length() - 1
    rest >>= twos
    fives = 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return fraction_text(value)
    places = max(twos, fives)
    digits = whole_text(abs(value.numerator) * 10**places // value.denominator)
    if places >= _LONG:
        digits = f"{digits}E-{places}"
    elif places:
        digits = digits.zfill(places + 1)
        digits = f"{digits[:-places]}.{digits[-places:]}"
    return f"-{digits}" if value < 0 else digits


def whole_text(value: int) -> str:
    """Return an integer's digits, past the length at which Python refuses too."""
    return str(fmpz(value))


def fraction_text(value: Fraction) -> str:
    """Return p/q, or p where q is 1."""
    over = whole_text(value.numerator)
    return over if value.denominator == 1 else f"{over}/{whole_text(value.denominator)}"


def _lines(program: ExactProgram, negate: bool) -> Iterator[str]:
    columns = plain_names(program.names, "x")
    rows = plain_names(program.rows, "r", taken=["objective"])
    yield "NAME mdsolve"
    if program.maximize and not negate:
        yield from ("OBJSENSE", "    MAX")
    yield from ("ROWS", " N objective")
    yield from (f" {_KINDS[sense]} {row}" for sense, row in zip(program.senses, rows, strict=True))
    yield "COLUMNS"
    by_column: list[list[tuple[str, Fraction]]] = [[] for _ in columns]
    sign = -1 if program.maximize and negate else 1
    for j, cost in enumerate(program.objective):
        by_column[j].append(("objective", sign * cost))
    for row, entries in zip(rows, program.entries, strict=True):
        for j, value in entries:
            by_column[j].append((row, value))
    for column, cells in zip(columns, by_column, strict=True):
        yield from (f" {column} {row} {exact_text(value)}" for row, value in cells)
    yield "RHS"
    yield from (
        f" RHS {row} {exact_text(side)}"
        for row, side in zip(rows, program.bounds, strict=True)
        if side
    )
    yield "BOUNDS"
    for column, low, high in zip(columns, program.lower, program.upper, strict=True):
        yield from (f" {kind} BND {column}{value}" for kind, value in _bounds(low, high))
    yield "ENDATA"


def _bounds(low: Fraction | None, high: Fraction | None) -> list[tuple[str, str]]:
    """Return the lines of one variable; without any it would lie between 0 and infinity."""
    if low is None:
        return [("FR", "")] if high is None else [("MI", ""), ("UP", f" {exact_text(high)}")]
    if low == high:
        return [("FX", f" {exact_text(low)}")]
    lower = [("LO", f" {exact_text(low)}")] if low or high is not None else []
    return lower if high is None else [*lower, ("UP", f" {exact_text(high)}")]
