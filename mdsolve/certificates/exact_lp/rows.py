"""The same answer with every bound of a variable stated as a row, priced by its reduced cost.

With d = c − yA (of a minimum; c = 0 for a Farkas ray) the row x_j ≥ l_j gets the price d_j where it
is positive and x_j ≤ h_j where it is negative: then the rows' prices alone add up to c, or to 0.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from mdsolve.certificates.exact_lp.answer import ExactLp
from mdsolve.certificates.exact_lp.program import ExactProgram
from mdsolve.certificates.exact_lp.proof import combined, minimised

Limit = tuple[int, str, Fraction]


def bounds_as_rows(answer: ExactLp) -> ExactLp:
    """Return the answer to the program whose variables are free, bounds being its first rows.

    Parameters
    ----------
    answer : ExactLp

    Returns
    -------
    ExactLp
        Proved anew. Rows for bounds are called lower_NAME and upper_NAME.

    Examples
    --------
    >>> from mdsolve.certificates.exact_lp import ExactProgram, exact_solve
    >>> program = ExactProgram.from_numbers([1, 1], [[1, 3]], ">=", [1], lower=[0, 0])
    >>> flat = bounds_as_rows(exact_solve(program))
    >>> [(row, str(price)) for row, price in zip(flat.program.rows, flat.y)]
    [('lower_x0', '2/3'), ('lower_x1', '0'), ('row-0', '1/3')]
    """
    program, none = answer.program, (None,) * len(answer.program.objective)
    limits = _limits(program)
    flat = replace(
        program,
        entries=(*(((j, Fraction(1)),) for j, _, _ in limits), *program.entries),
        senses=(*(sense for _, sense, _ in limits), *program.senses),
        bounds=(*(level for _, _, level in limits), *program.bounds),
        lower=none,
        upper=none,
        rows=_labels(program, limits),
    )
    prices = None if answer.y is None else (*_paid(answer, answer.y, limits), *answer.y)
    return ExactLp(flat, answer.status, answer.x, prices, answer.ray, answer.reason, answer.pivots)


def _limits(program: ExactProgram) -> list[Limit]:
    both = ((">=", program.lower), ("<=", program.upper))
    return [
        (j, sense, level)
        for j in range(len(program.objective))
        for sense, levels in both
        if (level := levels[j]) is not None
    ]


def _labels(program: ExactProgram, limits: list[Limit]) -> tuple[str, ...]:
    """Return distinct names of the rows, those of bounds lengthened where a row has one already."""
    taken, lead = set(program.rows), ""
    while True:
        sides = {">=": f"{lead}lower", "<=": f"{lead}upper"}
        found = [f"{sides[sense]}_{program.names[j]}" for j, sense, _ in limits]
        if not taken.intersection(found):
            return (*found, *program.rows)
        lead += "_"


def _paid(answer: ExactLp, y: tuple[Fraction, ...], limits: list[Limit]) -> list[Fraction]:
    program, zero = answer.program, Fraction(0)
    aim = minimised(program) if answer.status == "optimal" else (zero,) * program.shape[1]
    rest = [c - a for c, a in zip(aim, combined(program, y), strict=True)]
    return [rest[j] if (rest[j] > 0) is (sense == ">=") else zero for j, sense, _ in limits]
