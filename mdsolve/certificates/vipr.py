"""VIPR 1.0: the proof of an optimum or of infeasibility, line by line, for outside checkers.

Every bound of a variable is a constraint of its own. One derived constraint closes the proof: the
rows times y, plus the bounds times the reduced costs, is c·x ≥ the optimum (or ≤, for a maximum),
or 0 ≥ a positive number. Format: the VIPR certificate specification, version 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from os import PathLike

from mdsolve.certificates.exact_lp import ExactLp, ExactProgram
from mdsolve.certificates.exact_lp.proof import combined, minimised
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
    >>> from mdsolve.certificates.exact_lp import exact_solve
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
    return "\n".join(_lines(answer, answer.y))


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


def _lines(answer: ExactLp, y: tuple[Fraction, ...]) -> Iterator[str]:
    program = answer.program
    names = plain_names(program.names, "x", taken=["OBJ"])
    limits = _limits(program)
    yield from ("VER 1.0", f"VAR {len(names)}", " ".join(names), "INT 0")
    yield f"OBJ {'max' if program.maximize else 'min'}"
    yield _sparse(enumerate(program.objective))
    yield f"CON {len(limits) + len(program.entries)} {len(limits)}"
    labels = [f"{side}_{names[j]}" for j, side, _ in limits]
    for label, (j, side, level) in zip(labels, limits, strict=True):
        yield f"{label} {'G' if side == 'lower' else 'L'} {fraction_text(level)} 1 {j} 1"
    rows = plain_names(program.rows, "r", taken=["OBJ", "proof", *labels])
    for k, (row, entries) in enumerate(zip(rows, program.entries, strict=True)):
        side = fraction_text(program.bounds[k])
        yield f"{row} {_KINDS[program.senses[k]]} {side} {_sparse(entries)}"
    yield from _claim(answer, _multipliers(answer, y, limits))


def _limits(program: ExactProgram) -> list[tuple[int, str, Fraction]]:
    """Return the bounds that there are, which come first among the constraints."""
    both = (("lower", program.lower), ("upper", program.upper))
    return [
        (j, side, level)
        for j in range(len(program.objective))
        for side, levels in both
        if (level := levels[j]) is not None
    ]


def _multipliers(
    answer: ExactLp, y: tuple[Fraction, ...], limits: list[tuple[int, str, Fraction]]
) -> list[Fraction]:
    """Return what each constraint is multiplied by: the bounds, then the rows."""
    program = answer.program
    aim = minimised(program) if answer.status == "optimal" else (Fraction(0),) * program.shape[1]
    rest = [c - a for c, a in zip(aim, combined(program, y), strict=True)]
    # a reduced cost is paid by the lower bound where positive, by the upper one where negative
    paid = [rest[j] if (rest[j] > 0) is (side == "lower") else Fraction(0) for j, side, _ in limits]
    return [*paid, *y]


def _claim(answer: ExactLp, multipliers: list[Fraction]) -> Iterator[str]:
    program, value = answer.program, answer.objective
    if value is None or answer.x is None:
        sides = [*(level for _, _, level in _limits(program)), *program.bounds]
        total = sum((a * b for a, b in zip(multipliers, sides, strict=True)), Fraction(0))
        yield from ("RTP infeas", "SOL 0", "DER 1")
        yield f"proof G {fraction_text(total)} 0 {_reason(multipliers)} -1"
        return
    best = fraction_text(value)
    yield from (f"RTP range {best} {best}", "SOL 1")
    yield f"optimum {_sparse(enumerate(answer.x))}"
    sign, kind = (-1, "L") if program.maximize else (1, "G")
    yield from ("DER 1", f"proof {kind} {best} OBJ {_reason([sign * a for a in multipliers])} -1")


def _reason(multipliers: list[Fraction]) -> str:
    return f"{{ lin {_sparse(enumerate(multipliers))} }}"


def _sparse(pairs: Iterable[tuple[int, Fraction]]) -> str:
    """Return how many numbers are not 0, and each after its index."""
    kept = [f"{index} {fraction_text(value)}" for index, value in pairs if value]
    return " ".join([str(len(kept)), *kept])
