"""Linear programs drawn where an answer could fail: degenerate, nearly parallel, free, boxed."""

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from mdsolve.certificates.exact_lp import ExactProgram
from mdsolve.solvers.linear_program import LinearProgram

WHOLE = st.sampled_from([-3, -2, -1, 0, 0, 0, 1, 1, 2, 5])
RATIONAL = st.fractions(-2, 2, max_denominator=7)
SENSES = st.sampled_from(["<=", ">=", "=="])
_NUDGE = st.sampled_from([0, 0, 2**-40, -(2**-40), 2**-52])


@st.composite
def exact_programs(draw, most: int = 6, cells=None, nudge=_NUDGE) -> ExactProgram:
    """Draw any small program: all senses, all kinds of bounds, minima and maxima.

    Half of the draws repeat rows, up to sign and a nudge that doubles can barely see.
    """
    rows, variables = draw(st.integers(0, most)), draw(st.integers(1, most))
    cells = draw(st.sampled_from([WHOLE, RATIONAL])) if cells is None else cells

    def numbers(count):
        return draw(st.lists(cells, min_size=count, max_size=count))

    matrix = [numbers(variables) for _ in range(rows)]
    bounds = numbers(rows)
    if draw(st.booleans()):
        for k in range(1, rows):
            if draw(st.booleans()):
                sign = draw(st.sampled_from([1, -1, 2]))
                matrix[k] = [sign * a + Fraction(draw(nudge)) for a in matrix[k - 1]]
                bounds[k] = sign * bounds[k - 1] + Fraction(draw(nudge))
    boxes = [draw(_boxes(cells)) for _ in range(variables)]
    return ExactProgram.from_numbers(
        numbers(variables),
        matrix,
        draw(st.lists(SENSES, min_size=rows, max_size=rows)),
        bounds,
        lower=[low for low, _ in boxes],
        upper=[high for _, high in boxes],
        maximize=draw(st.booleans()),
    )


@st.composite
def _boxes(draw, cells):
    """Draw the bounds of one variable: none, one, both or twice the same."""
    low, high = sorted([Fraction(draw(cells)), Fraction(draw(cells))])
    kind = draw(st.sampled_from(["free", "positive", "lower", "upper", "both", "fixed"]))
    return {
        "free": (None, None),
        "positive": (Fraction(0), None),
        "lower": (low, None),
        "upper": (None, high),
        "both": (low, high),
        "fixed": (low, low),
    }[kind]


def auction(types: int, outcomes: int, seed: int = 0) -> LinearProgram:
    """Return the most revenue from one agent of several types, allocations and payments free.

    Variables: a distribution over outcomes and a payment for each type. Rows: no type gains by
    another's report, each takes part, each distribution sums to 1.
    """
    from scipy.sparse import block_array, csr_array, eye_array, kron

    rng = np.random.default_rng(seed)
    values, prior = rng.random((types, outcomes)), rng.dirichlet(np.ones(types))
    told, lied = np.nonzero(~np.eye(types, dtype=bool))
    pairs = np.arange(told.size)

    def spread(owners, signs, rows, numbers):
        columns = (owners[:, None] * outcomes + np.arange(outcomes)).ravel()
        where = (np.repeat(rows, outcomes), columns)
        return csr_array(((signs * numbers).ravel(), where), shape=(rows.size, types * outcomes))

    def charge(owners, signs, rows):
        return csr_array((signs * np.ones(rows.size), (rows, owners)), shape=(rows.size, types))

    everyone = np.arange(types)
    gains = spread(told, 1.0, pairs, values[told]) - spread(lied, 1.0, pairs, values[told])
    fees = charge(lied, 1.0, pairs) - charge(told, 1.0, pairs)
    matrix = block_array(
        [
            [gains, fees],
            [spread(everyone, 1.0, everyone, values), -eye_array(types)],
            [kron(eye_array(types), np.ones((1, outcomes))), None],
        ]
    )
    costs = 0.6 * rng.random(outcomes)
    return LinearProgram(
        np.concatenate([-np.outer(prior, costs).ravel(), prior]),
        matrix,
        [">="] * (pairs.size + types) + ["=="] * types,
        np.concatenate([np.zeros(pairs.size + types), np.ones(types)]),
        lower=np.concatenate([np.zeros(types * outcomes), np.full(types, -np.inf)]),
        maximize=True,
    )


def near_duplicates(seed, size=1e-16):
    """Return a program whose rows come twice, up to a few units in the last place."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((12, 10))
    matrix = np.vstack([rows, rows * (1.0 + size * rng.standard_normal(rows.shape))])
    bounds = np.tile(rows @ rng.random(10), 2) * (1.0 + size * rng.standard_normal(24))
    return LinearProgram(rng.standard_normal(10), matrix, "<=", bounds, lower=-5.0, upper=5.0)
