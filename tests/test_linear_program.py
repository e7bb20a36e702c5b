"""A linear program's answer is a witness that its own data confirm."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdsolve.errors import InvalidInput
from mdsolve.solvers.linear_program import FarkasRay, LinearProgram, LpSolution, Ray

CELLS = st.sampled_from([-2.0, -1.0, 0.0, 0.0, 1.0, 0.5, 3.0])


@st.composite
def programs(draw):
    """Draw small programs, degenerate, infeasible and unbounded ones among them."""
    rows, variables = draw(st.integers(1, 6)), draw(st.integers(1, 6))

    def cells(count):
        return np.array(draw(st.lists(CELLS, min_size=count, max_size=count)))

    scale = draw(st.sampled_from([1e-7, 1.0, 1e7]))
    return LinearProgram(
        cells(variables) * draw(st.sampled_from([1e-7, 1.0, 1e7])),
        cells(rows * variables).reshape(rows, variables),
        draw(st.lists(st.sampled_from(["<=", ">=", "=="]), min_size=rows, max_size=rows)),
        cells(rows) * scale,
        lower=np.where(cells(variables) > 0, -np.inf, 0.0),
        upper=np.where(cells(variables) > 0, np.inf, 2.0 * scale),
        maximize=draw(st.booleans()),
    )


def sizes(program):
    """Return the sizes of the right-hand sides, bounds included, and of the objective."""
    sides = np.concatenate([program.bounds, program.upper[np.isfinite(program.upper)], [1e-9]])
    return np.abs(sides).max(), max(np.abs(program.objective).max(), 1e-9)


def peer(program):
    """Return what SciPy says of the same program."""
    from scipy.optimize import linprog

    matrix, senses = program.matrix.toarray(), np.array(program.senses)
    sign = np.where(senses == ">=", -1.0, 1.0)
    equal = senses == "=="
    size, cost = sizes(program)
    found = linprog(
        (-1.0 if program.maximize else 1.0) * program.objective / cost,
        (sign[:, None] * matrix)[~equal],
        (sign * program.bounds)[~equal] / size,
        matrix[equal],
        program.bounds[equal] / size,
        np.column_stack([program.lower, program.upper]) / size,
    )
    return found.status, (found.fun or 0.0) * size * cost * (-1.0 if program.maximize else 1.0)


@given(programs())
def test_answers_are_witnesses_and_agree_with_scipy(program):
    answer = program.solve()
    status, value = peer(program)
    size, cost = sizes(program)
    if isinstance(answer, LpSolution):
        assert status == 0
        assert answer.objective == pytest.approx(value, rel=1e-6, abs=1e-6 * size * cost)
        assert answer.lower <= answer.upper
        assert answer.gap <= 1e-8 * size * cost
        assert answer.violation <= 1e-9 * size
        assert answer.basis is not None
        assert sum(part.count("basic") for part in answer.basis) == program.bounds.size
    elif isinstance(answer, FarkasRay):
        assert status in (2, 4)
        assert_contradiction(program, answer.y)
    else:
        assert isinstance(answer, Ray)
        assert status in (3, 2, 4)
        assert answer.gain > 0
        assert answer.violation <= 1e-9


def assert_contradiction(program, y):
    """Combine the rows by y: no point within the bounds satisfies what comes out."""
    for sense, price in zip(program.senses, y, strict=True):
        assert sense == "==" or (price >= 0 if sense == ">=" else price <= 0)
    row = program.matrix.T @ y
    row[np.abs(row) < 1e-9] = 0.0
    reach = np.where(row > 0, program.upper, program.lower)
    highest = sum(a * b for a, b in zip(row, reach, strict=True) if a != 0.0)
    assert highest < program.bounds @ y


def test_prices_are_derivatives_of_the_optimum():
    def solve(bounds, maximize):
        return LinearProgram(
            [3.0, 2.0], [[1.0, 1.0], [1.0, 0.0]], "<=", bounds, lower=0.0, maximize=maximize
        ).solve()

    base, more = solve([4.0, 3.0], True), solve([4.5, 3.0], True)
    assert more.objective - base.objective == pytest.approx(0.5 * base.y[0])
    assert (base.y >= 0).all()
    assert solve([4.0, 3.0], False).objective == 0.0


@pytest.mark.parametrize("scale", [1e-12, 1e-7, 1.0, 1e9])
def test_an_infeasible_program_does_not_pass_when_scaled_down(scale):
    program = LinearProgram([0.0, 0.0], [[1.0, -1.0], [-1.0, 1.0]], "<=", [-scale, 0.5 * scale])
    answer = program.solve()
    assert isinstance(answer, FarkasRay)
    assert answer.gap == pytest.approx(0.5 * scale)
    assert answer.residual == 0.0


def test_an_unbounded_program_names_what_to_bound():
    answer = LinearProgram([1.0, 0.0], [[1.0, 1.0]], "<=", [1.0], names=["price", "tax"]).solve()
    assert isinstance(answer, Ray)
    assert "price down" in str(answer)
    assert "Bound one of these variables." in str(answer)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0], [[1.0, 2.0]], "<=", [1.0]), r"objective: shape \(1,\), but the matrix is 1 x 2"),
        (([1.0], [[np.nan]], "<=", [1.0]), "matrix: entry 0 is nan. Numbers must be finite"),
        (([1.0], [[1.0]], "<=", [np.inf]), "bounds: entry 0 is inf"),
        (([1.0], [[1.0]], "<", [1.0]), "senses: '<'. Give each of 1 rows \"<=\""),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(InvalidInput, match=message):
        LinearProgram(*arguments)


def test_crossed_bounds_are_refused():
    with pytest.raises(InvalidInput, match="variable 'x0': bounds from 2.0 to 1.0"):
        LinearProgram([1.0], [[1.0]], "<=", [1.0], lower=2.0, upper=1.0)
