"""VIPR 1.0: the proof of an optimum or of infeasibility, line by line, for outside checkers.

Every bound of a variable is a constraint of its own. One derived constraint closes the proof: the
rows times y, plus the bounds times the reduced costs, is c·x ≥ the optimum (or ≤, for a maximum),
or 0 ≥ a positive number. Format: the VIPR certificate specification, version 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from os import PathLike

from mdsolve.certificates.exact_lp import ExactLp, bounds_as_rows
from mdsolve.certificates.exact_lp.proof import dot
from mdsolve.certificates.mps import fraction_text, plain_names
from mdsolve.errors import InvalidInput
from mdsolve.games.files import written_whole

_KINDS = {"<=": "L", ">=": "G", "==": "E"}


def vipr_text(answer: ExactLp) -> str:
    """Return the proof of an exact answer in the VIPR 1.0 format.

    Raises
    ------
    InvalidInput
        If the answer is neither optimal nor infeasible: the format states no rays.

    Examples
    --------
    >>> from mdsolve.certificates.exact_lp import ExactProgram, exact_solve
    >>> program = ExactProgram.from_numbers([1], [[3]], ">=", [1], lower=[0])
    >>> print(vipr_text(exact_solve(program)))
    VER 1.0
    VAR 1
    x0
    INT 0
    OBJ min
    1 0 1
    CON 2 1
    lower_x0 G 0 1 0 1
    row-0 G 1 1 0 3
    RTP range 1/3 1/3
    SOL 1
    optimum 1 0 1/3
    DER 1
    proof G 1/3 OBJ { lin 1 1 1/3 } -1
    """
    if answer.y is None:
        raise InvalidInput(
            f"VIPR: the answer is {answer.status}. The format states optimal and infeasible "
            "programs alone; certify a ray with mdsolve's own certificate."
        )
    return "\n".join(_lines(answer))


def write_vipr(answer: ExactLp, path: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Write the proof of an exact answer as VIPR 1.0, whole or not at all; see `vipr_text`.

    Raises
    ------
    InvalidInput
        If the answer has no such proof, or the path exists (unless `overwrite`) or cannot be
        written.
    """
    text = vipr_text(answer)
    with written_whole(path, overwrite=overwrite) as file:
        file.write(f"{text}\n".encode("ascii"))


def _lines(answer: ExactLp) -> Iterator[str]:
    flat = bounds_as_rows(answer)
    program = flat.program
    names = plain_names(program.names, "x", taken=["OBJ"])
    rows = plain_names(program.rows, "r", taken=["OBJ", "proof"])
    yield from ("VER 1.0", f"VAR {len(names)}", " ".join(names), "INT 0")
    yield f"OBJ {'max' if program.maximize else 'min'}"
    yield _sparse(enumerate(program.objective))
    yield f"CON {len(rows)} {len(rows) - len(answer.program.rows)}"
    for row, sense, side, entries in zip(
        rows, program.senses, program.bounds, program.entries, strict=True
    ):
        yield f"{row} {_KINDS[sense]} {fraction_text(side)} {_sparse(entries)}"
    yield from _claim(flat)


def _claim(answer: ExactLp) -> Iterator[str]:
    """Yield what is to be proved, the point, and the rows times y: ≥ the optimum, or 0 ≥ a gap."""
    program, value, y = answer.program, answer.objective, answer.y or ()
    if answer.x is None or value is None:
        gap = fraction_text(dot(program.bounds, y))
        yield from ("RTP infeas", "SOL 0", "DER 1", f"proof G {gap} 0 {_reason(y)} -1")
        return
    best = fraction_text(value)
    yield from (f"RTP range {best} {best}", "SOL 1", f"optimum {_sparse(enumerate(answer.x))}")
    sign, kind = (-1, "L") if program.maximize else (1, "G")
    yield from ("DER 1", f"proof {kind} {best} OBJ {_reason([sign * v for v in y])} -1")


def _reason(multipliers: Sequence[Fraction]) -> str:
    return f"{{ lin {_sparse(enumerate(multipliers))} }}"


def _sparse(pairs: Iterable[tuple[int, Fraction]]) -> str:
    """Return how many numbers are not 0, and each after its index."""
    kept = [f"{index} {fraction_text(value)}" for index, value in pairs if value]
    return " ".join([str(len(kept)), *kept])
