"""A program as data: one statement, the grouped form of solvers, one digest, its refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array

from mdsolve import InvalidInput
from mdsolve.benchmark.cones import CONES, EXPONENTIAL, NONNEGATIVE, SECOND_ORDER, ZERO
from mdsolve.benchmark.program import ConicProgram
from mdsolve.solvers.linear_program import LinearProgram

FIELDS = ("objective", "matrix", "sides", "cones", "quadratic")
FIELDS += ("lower", "upper", "constant", "maximize")
NUMBERS = st.floats(-8.0, 8.0).map(lambda x: round(x, 2))


@st.composite
def programs(draw) -> ConicProgram:
    """Draw a program of every cone in any order, with some bounds and perhaps a quadratic part."""
    variables = draw(st.integers(1, 4))
    kinds = draw(st.lists(st.sampled_from(CONES), max_size=5))
    cones = [(kind, 3 if kind == EXPONENTIAL else draw(st.integers(1, 3))) for kind in kinds]
    rows = sum(size for _, size in cones)
    cells = draw(st.lists(NUMBERS, min_size=rows * variables, max_size=rows * variables))
    many = st.lists(NUMBERS, min_size=variables, max_size=variables)
    lower = [draw(st.sampled_from([-np.inf, 0.0, -9.0])) for _ in range(variables)]
    upper = [draw(st.sampled_from([np.inf, 0.0, 9.0])) for _ in range(variables)]
    root = np.array([draw(many)])
    maximize = draw(st.booleans())
    bent = draw(st.booleans())
    return ConicProgram(
        draw(many),
        np.reshape(cells, (rows, variables)),
        draw(st.lists(NUMBERS, min_size=rows, max_size=rows)),
        cones,
        quadratic=(-1.0 if maximize else 1.0) * root.T @ root if bent else None,
        lower=lower,
        upper=upper,
        constant=draw(NUMBERS),
        maximize=maximize,
    )


def blocks(program: ConicProgram, x):
    """Return the slack of each cone of a program, by kind and in order."""
    slack, start = program.sides - program.matrix @ x, 0
    found = {kind: [] for kind in CONES}
    for kind, size in program.cones:
        found[kind].append(slack[start : start + size])
        start += size
    return found


def bounds(program: ConicProgram, x):
    above, below = np.isfinite(program.lower), np.isfinite(program.upper)
    return [(x - program.lower)[above], (program.upper - x)[below]]


@given(programs(), st.randoms(use_true_random=False))
def test_the_grouped_form_is_the_same_program(program, random):
    x = np.array([random.uniform(-3, 3) for _ in program.objective])
    form, own = program.standard, blocks(program, x)
    slack = form.sides - form.matrix @ x
    heads = [form.zero, form.nonnegative, *form.second_order, *[3] * form.exponential]
    parts = np.split(slack, np.cumsum(heads))[: len(heads)]
    joined = lambda found: np.concatenate([*found, np.empty(0)])  # noqa: E731
    np.testing.assert_allclose(parts[0], joined(own[ZERO]), atol=1e-12)
    np.testing.assert_allclose(
        parts[1], joined([*own[NONNEGATIVE], *bounds(program, x)]), atol=1e-12
    )
    for part, cone in zip(parts[2:], own[SECOND_ORDER] + own[EXPONENTIAL], strict=True):
        np.testing.assert_allclose(part, cone, atol=1e-12)
    sign = -1.0 if program.maximize else 1.0
    value = sign * (form.objective @ x + x @ (form.quadratic @ x) / 2) + program.constant
    assert value == pytest.approx(program.value(x), abs=1e-9)


@given(programs())
def test_prices_go_back_to_the_rows_they_came_from(program):
    rows = np.arange(program.shape[0], dtype=float)
    form = program.standard
    every = np.where(form.origin >= 0, rows[form.origin] if rows.size else 0.0, -7.0)
    assert_array_equal(form.own_duals(every), rows)


@settings(max_examples=50)
@given(programs(), st.integers(0, 10**6))
def test_a_digest_knows_every_number(program, place):
    def again(**changes):
        parts = {name: getattr(program, name) for name in FIELDS} | changes
        return ConicProgram(**parts).digest

    assert again() == program.digest
    assert again(matrix=program.matrix.toarray(), rows=None) == program.digest
    k = place % program.objective.size
    moved = program.objective.copy()
    moved[k] = np.nextafter(moved[k], np.inf)
    assert again(objective=moved) != program.digest
    assert again(constant=program.constant + 1.0) != program.digest
    turned = None if program.quadratic is None else -program.quadratic
    assert again(maximize=not program.maximize, quadratic=turned) != program.digest


def test_zeros_and_duplicates_of_a_sparse_matrix_are_no_part_of_a_program():
    twice = csr_array(([1.0, 1.0, 0.0], ([0, 0, 0], [0, 0, 1])), shape=(1, 2))
    one = ConicProgram([1.0, 0.0], twice, [1.0], [(ZERO, 1)])
    other = ConicProgram([1.0, -0.0], [[2.0, 0.0]], [1.0], [(ZERO, 1)])
    assert one.digest == other.digest
    assert one.matrix.nnz == 1


def test_a_linear_program_keeps_its_points():
    program = LinearProgram(
        [1.0, 2.0],
        [[1.0, 1.0], [1.0, -1.0], [2.0, 1.0]],
        ["<=", ">=", "=="],
        [4.0, -2.0, 3.0],
        lower=0.0,
        maximize=True,
    )
    conic = ConicProgram.of_linear(program)
    assert [tuple(cone) for cone in conic.cones] == [(NONNEGATIVE, 2), (ZERO, 1)]
    assert_array_equal(conic.matrix.toarray(), [[1, 1], [-1, 1], [2, 1]])
    assert_array_equal(conic.sides, [4, 2, 3])
    assert (conic.kind, conic.needs, conic.maximize) == ("linear", frozenset(), True)
    assert_array_equal(conic.standard.objective, [-1.0, -2.0])


def test_the_hardest_part_names_the_kind():
    rows = np.eye(3)
    kinds = {
        "quadratic": ConicProgram(np.ones(3), rows, rows[0], [(ZERO, 3)], quadratic=rows),
        "second-order": ConicProgram(np.ones(3), rows, rows[0], [(SECOND_ORDER, 3)]),
        "exponential": ConicProgram(
            np.ones(3), rows, rows[0], [(EXPONENTIAL, 3)], quadratic=0.5 * rows
        ),
    }
    assert {program.kind for program in kinds.values()} == set(kinds)
    assert kinds["exponential"].needs == {"exponential", "quadratic"}
    assert ConicProgram([0.0], [[1.0]], [0.0], [(ZERO, 1)], quadratic=[[0.0]]).kind == "linear"


ONE = ([1.0], [[1.0]], [1.0])


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((*ONE, [("semidefinite", 1)]), {}, "cone 0: 'semidefinite' is none that is known"),
        ((*ONE, [(ZERO, 2)]), {}, "they cover 2 rows, but the matrix has 1"),
        ((*ONE, [(ZERO, 1), (NONNEGATIVE, 0)]), {}, "cone 1 (nonnegative): 0 rows"),
        ((*ONE, [(EXPONENTIAL, 1)]), {}, "each is a triple (x, y, z)"),
        (([1.0, 2.0], [[1.0]], [1.0], [(ZERO, 1)]), {}, "objective: shape (2,)"),
        (([1.0], [[np.nan]], [1.0], [(ZERO, 1)]), {}, "matrix: entry 0 is nan"),
        (([1.0], [[1.0]], [np.inf], [(ZERO, 1)]), {}, "sides: entry 0 is inf"),
        ((*ONE, [(ZERO, 1)]), {"constant": np.nan}, "constant: entry 0 is nan"),
        ((*ONE, [(ZERO, 1)]), {"lower": 2.0, "upper": 1.0}, "bounds from 2.0 to 1.0"),
        ((*ONE, [(ZERO, 1)]), {"lower": np.inf}, "bounds from inf to inf"),
        ((*ONE, [(ZERO, 1)]), {"quadratic": [[1.0, 0.0]]}, "quadratic: shape (1, 2)"),
        (
            ([1.0, 1.0], [[1.0, 1.0]], [1.0], [(ZERO, 1)]),
            {"quadratic": [[1.0, 1.0], [0.0, 1.0]]},
            "quadratic: not symmetric",
        ),
    ],
)
def test_what_is_no_program_is_refused(arguments, options, message):
    with pytest.raises(InvalidInput) as refused:
        ConicProgram(*arguments, **options)
    assert message in str(refused.value)


def bent(table, **more):
    size = len(table)
    return ConicProgram(
        np.zeros(size), np.ones((1, size)), [1.0], [("zero", 1)], quadratic=table, **more
    )


def test_what_bends_the_wrong_way_is_no_program():
    """At a saddle nothing is gained nearby: no residual would tell it from an optimum."""
    saddle = np.array([[1.0, 2.0], [2.0, 1.0]])
    with pytest.raises(InvalidInput, match="some direction .* positive semidefinite"):
        bent(saddle)
    with pytest.raises(InvalidInput, match="square of variable 0 .* negative semidefinite"):
        bent(saddle, maximize=True)
    with pytest.raises(InvalidInput, match="square of variable 1"):
        bent(np.diag([1.0, -1e-300]))
    with pytest.raises(InvalidInput, match="variable 0 has products but no square"):
        bent(np.array([[0.0, 1.0], [1.0, 0.0]]) * 1e-200)
    bent(-np.eye(2), maximize=True)
    bent(np.ones((3, 3)))


@pytest.mark.parametrize("size", [40, 1200])
def test_sums_of_squares_are_convex_and_less_a_little_they_are_not(size):
    draw = np.random.default_rng(size)
    factor = draw.normal(size=(size // 2, size)) / np.sqrt(size)
    whole = factor.T @ factor
    whole = (whole + whole.T) / 2.0
    bent(whole.round(9))
    with pytest.raises(InvalidInput, match="some direction"):
        bent(whole - 0.01 * np.eye(size))
