"""Answers are judged from the data alone: distances, residuals, rays, and the five outcomes."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import mpmath as mp
import numpy as np
import pytest
from benchmark_problems import E1, PROBLEMS, SQRT2, ball, entropy, known, linear, unknown
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import linprog

import mdsolve as md
from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.measures import distances, residuals
from mdsolve.benchmark.measures.judge import judge
from mdsolve.benchmark.measures.units import units
from mdsolve.benchmark.program import ConicProgram
from mdsolve.benchmark.solvers import SOLVERS

TARGET = 1e-6

#: a right answer to each problem, worked out by hand
RIGHT = {
    "linear": Answer("optimal", np.array([0.0, 1.0]), np.array([0.5])),
    "largest": Answer("optimal", np.array([3.0, 1.0]), np.array([2.0])),
    "quadratic": Answer("optimal", np.array([0.5, 0.5]), np.array([-0.5])),
    "ball": Answer("optimal", np.array([1.0, 1.0]) / SQRT2, np.array([SQRT2, -1.0, -1.0])),
    "entropy": Answer("optimal", np.array([E1]), np.array([-E1, 0.0, 1.0])),
    "infeasible": Answer("infeasible", None, np.array([1.0, 1.0])),
    "unbounded": Answer("unbounded", np.array([1.0]), None),
}

components = st.one_of(
    st.floats(-5, 5),
    st.sampled_from([0.0, 1.0, -1.0, 1e-12, -1e-12, 1e-300, -1e-300, 1e6, -1e6]),
    st.builds(lambda sign, power: sign * 10.0**power, st.sampled_from([-1, 1]), st.floats(-9, 5)),
)
triples = st.tuples(components, components, components)


def nearest(v: tuple[float, ...]) -> tuple[mp.mpf, mp.mpf]:
    """Return the distances of v from the exponential cone and from its polar, to 40 digits.

    A twin by Moreau: a scan over all rays of the cone's boundary, refined by golden sections.
    """
    with mp.workdps(50):
        x, y, z = map(mp.mpf, v)
        length = mp.sqrt(x * x + y * y + z * z)
        if (y > 0 and z > 0 and y * mp.exp(x / y) <= z) or (x <= 0 and y == 0 and z >= 0):
            return mp.mpf(0), length

        def along(rho):
            up = mp.exp(rho)
            return (rho * x + y + up * z) / mp.sqrt(rho * rho + 1 + up * up)

        flat = mp.sqrt(min(x, 0) ** 2 + max(z, 0) ** 2)
        grid = [mp.mpf(k) / 4 for k in range(-80, 81)]
        grid += [sign * mp.mpf(2) ** (mp.mpf(k) / 2) for k in range(9, 60) for sign in (-1, 1)]
        grid.sort()
        values = [along(rho) for rho in grid]
        best = max(range(len(grid)), key=values.__getitem__)
        low, high = grid[max(0, best - 1)], grid[min(len(grid) - 1, best + 1)]
        golden = (mp.sqrt(5) - 1) / 2
        for _ in range(150):
            a, b = high - golden * (high - low), low + golden * (high - low)
            low, high = (a, high) if along(a) < along(b) else (low, b)
        polar = max(flat, along((low + high) / 2), 0)
        return mp.sqrt(max(mp.mpf(0), length**2 - polar**2)), polar


@given(triples)
def test_the_exponential_cone_is_as_far_as_a_slow_search_says(v):
    far, polar = nearest(v)
    size = max(map(abs, v)) or 1.0
    found = distances.split([v])
    assert abs(found.cone[0] - float(far)) <= 1e-9 * size
    assert abs(found.polar[0] - float(polar)) <= 1e-9 * size


@given(st.lists(triples, min_size=1, max_size=5))
def test_a_vector_is_its_two_projections(vectors):
    """Moreau: ‖v‖² = dist(v, K)² + dist(v, −K*)²."""
    found = distances.split(vectors)
    x, y, z = np.array(vectors).T
    lengths = np.hypot(np.hypot(x, y), z)
    np.testing.assert_allclose(
        np.hypot(found.cone, found.polar), lengths, rtol=1e-12, atol=4 * 5e-324
    )


@given(st.floats(-20, 20), st.floats(1e-3, 1e3), st.floats(0, 10))
def test_points_of_the_exponential_cone_are_in_it(rho, y, more):
    inside = [y * rho, y, y * np.exp(rho) * (1 + more) * (1 + 1e-12)]
    assert distances.exponential([inside])[0] <= 1e-11 * max(map(abs, inside))


@given(st.floats(-20, 20), st.floats(1e-3, 1e3), st.floats(1e-9, 1e3))
def test_along_a_normal_the_distance_is_the_length(rho, y, step):
    point = y * np.array([rho, 1.0, np.exp(rho)])
    normal = np.array([1.0, 1.0 - rho, -np.exp(-rho)]) / np.linalg.norm(
        [1.0, 1.0 - rho, np.exp(-rho)]
    )
    found = distances.exponential([point + step * normal])[0]
    assert abs(found - step) <= 1e-11 * (step + np.abs(point).max())


@pytest.mark.parametrize(
    ("v", "cone", "dual"),
    [
        ((0.0, 0.0, 0.0), 0.0, 0.0),
        ((-1.0, 0.0, 0.0), 0.0, None),  # the flat face's rays
        ((0.0, 0.0, 1.0), 0.0, 0.0),
        ((-3.0, 0.0, 2.0), 0.0, None),
        ((1.0, 0.0, 0.0), None, 1.0),
        ((0.0, -1.0, 0.0), 1.0, None),
        ((0.0, 1.0, 1.0), 0.0, 0.0),
        ((0.0, 5.0, 0.0), None, 0.0),  # the dual's flat face
        ((-1.0, 1.0, np.exp(-2.0)), None, 0.0),
        ((-1.0, -1.0, 1.0), None, 0.0),  # −u e^{v/u} = e w
        ((0.0, 0.0, -2.0), 2.0, 2.0),
        ((1e-310, 1e-310, -1.0), 1.0, 1.0),
        ((1e300, 0.0, 0.0), None, 1e300),
    ],
)
def test_boundary_rays_of_the_exponential_cone(v, cone, dual):
    if cone is not None:
        assert distances.exponential([v])[0] == pytest.approx(cone, abs=1e-12)
    if dual is not None:
        assert distances.dual_exponential([v])[0] == pytest.approx(dual, rel=1e-12, abs=1e-12)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6))
def test_a_second_order_cone_is_its_own_dual(v):
    there, back = distances.second_order([v])[0], distances.second_order([[-a for a in v]])[0]
    assert np.hypot(there, back) == pytest.approx(np.linalg.norm(v), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", PROBLEMS)
def test_right_answers_are_solved_to_the_last_digits(name):
    found = judge(PROBLEMS[name], RIGHT[name], 1e-9)
    assert found.outcome == "solved", found
    assert found.error <= 1e-14


@pytest.mark.parametrize("name", ["linear", "largest", "quadratic", "ball", "entropy"])
@given(share=st.floats(1e-9, 1e-2), seed=st.integers(0, 99))
def test_an_answer_that_is_moved_is_off_by_as_much(name, share, seed):
    """A point moved out of the set, or along it, has an error of the order of the move."""
    problem, right = PROBLEMS[name], RIGHT[name]
    assert right.x is not None
    step = np.random.default_rng(seed).normal(size=right.x.size)
    step *= share / np.linalg.norm(step)
    found = judge(problem, replace(right, x=right.x + step, y=None), TARGET)
    assert found.error <= 5 * share
    assert found.error >= 1e-3 * share**2  # flat to second order at worst
    expected = "solved" if found.error <= TARGET else "inaccurate"
    assert found.outcome == (expected if found.error <= 100 * TARGET else "false claim")


@pytest.mark.parametrize("name", ["linear", "largest", "quadratic", "ball", "entropy"])
@given(share=st.floats(1e-9, 1e-2), seed=st.integers(0, 99))
def test_prices_that_are_moved_are_off_by_as_much(name, share, seed):
    problem, right = PROBLEMS[name], RIGHT[name]
    assert right.y is not None
    step = np.random.default_rng(seed).normal(size=right.y.size)
    step *= share / np.linalg.norm(step)
    found = judge(problem, replace(right, y=right.y + step), TARGET)
    assert 1e-3 * share**2 <= found.error <= 20 * share
    assert found.primal <= 1e-15


@pytest.mark.parametrize("power", [-40, -3, 1, 40])
@pytest.mark.parametrize("name", ["linear", "largest", "quadratic", "ball", "entropy"])
def test_units_change_nothing(name, power):
    """Data times powers of two: the same errors, bit for bit, and as many times the objective."""
    problem, right = PROBLEMS[name], RIGHT[name]
    program, factor = problem.program, 2.0**power
    assert right.x is not None
    assert right.y is not None
    x, y = right.x * 1.01 + 0.003, right.y * 0.98
    rescaled = ConicProgram(
        program.objective * factor,
        program.matrix * factor,
        program.sides * factor,
        program.cones,
        quadratic=None if program.quadratic is None else program.quadratic * factor,
        lower=program.lower,
        upper=program.upper,
        maximize=program.maximize,
    )
    other = known("other", rescaled, "optimal", problem.lower * factor, problem.scale * factor)
    first = judge(problem, Answer("optimal", x, y), TARGET)
    second = judge(other, Answer("optimal", x, y), TARGET)
    assert first == replace(
        second,
        reason=first.reason,
        objective=second.objective / factor,
        bound=second.bound / factor,
    )
    assert first.objective == problem.program.value(x)


def test_a_row_in_other_units_weighs_the_same():
    """Equilibrated: a row times 2^30 neither hides the others nor is magnified."""
    plain = ConicProgram([1.0, 1.0], np.eye(2), [1.0, 1.0], [("zero", 2)])
    large = ConicProgram([1.0, 1.0], np.diag([2.0**30, 1.0]), [2.0**30, 1.0], [("zero", 2)])
    for x in ([1.0, 1.001], [1.001, 1.0]):
        assert residuals.primal(plain, np.array(x)) == residuals.primal(large, np.array(x))
    for program in (plain, large):
        found = units(program)
        assert (found.matrix.toarray() == np.eye(2)).all()
        assert (found.columns == 1.0).all()


def test_a_bound_far_away_hides_nothing():
    """x ≤ 10⁹ binds nowhere: the other row's violation is as large as without it."""
    program = ConicProgram([1.0], [[-1.0], [1.0]], [-1.0, 1e9], [("nonnegative", 2)])
    assert residuals.primal(program, np.array([0.9])) == pytest.approx(0.1)


CLAIMED = [
    ("linear", Answer("optimal", np.array([nan, 1.0])), "false claim", "x[0] is nan"),
    ("linear", Answer("optimal", np.array([inf, 1.0])), "false claim", "x[0] is inf"),
    ("linear", Answer("optimal", np.zeros(3)), "false claim", "shape (3,)"),
    ("linear", Answer("optimal", np.zeros((2, 1))), "false claim", "shape (2, 1)"),
    ("linear", Answer("optimal", None), "false claim", "x is missing"),
    ("linear", Answer("optimal", np.array(["a", "b"])), "false claim", "no array of numbers"),
    ("linear", Answer("optimal", np.array([0.0, 1.0]), np.zeros(2)), "inaccurate", "y has shape"),
    ("linear", Answer("optimal", np.array([0.0, 1.0]), np.zeros(1)), "inaccurate", "dual"),
    ("linear", Answer("optimal", np.array([2.0, 0.0])), "false claim", "objective 2"),
    ("linear", Answer("optimal", np.array([0.0, 0.5])), "false claim", "primal residual"),
    ("linear", Answer("optimal", np.full(2, 1e308)), "false claim", ""),
    ("linear", Answer("inaccurate", np.array([0.0, 1.0])), "solved", ""),
    ("linear", Answer("none", np.array([0.0, 1.0])), "solved", ""),
    ("linear", Answer("none", np.array([0.0, 1.00001])), "inaccurate", ""),
    ("linear", Answer("inaccurate", np.array([0.0, 2.0])), "failed", "objective 2"),
    ("linear", Answer("none", None, message="stalled"), "failed", "stalled"),
    ("linear", Answer("infeasible"), "false claim", "no ray"),
    ("linear", Answer("infeasible", None, np.array([1.0])), "false claim", "1 from a proof"),
    ("linear", Answer("infeasible", None, np.array([nan])), "false claim", "is nan"),
    ("linear", Answer("unbounded", np.array([1.0, 0.0])), "false claim", "its ray fails"),
    ("linear", Answer("unbounded", np.array([-1.0, 0.0])), "false claim", "from a proof"),
    ("linear", Answer("triumph", np.array([0.0, 1.0])), "failed", "unknown claim"),
    ("infeasible", Answer("infeasible"), "solved", ""),
    (
        "infeasible",
        Answer("infeasible", None, np.array([1.0, 0.0])),
        "inaccurate",
        "from a proof",
    ),
    ("infeasible", Answer("infeasible", None, np.array([-1.0, -1.0])), "inaccurate", "ray"),
    ("infeasible", Answer("infeasible", None, np.array([1.0, 1.1])), "inaccurate", "proof"),
    ("infeasible", Answer("optimal", np.array([1.5])), "false claim", "proved infeasible"),
    ("infeasible", Answer("inaccurate", np.array([1.5]), message="?"), "failed", "?"),
    ("infeasible", Answer("none", None, message="limit"), "failed", "limit"),
    ("infeasible", Answer("unbounded", np.array([1.0])), "false claim", "proved infeasible"),
    ("unbounded", Answer("unbounded"), "solved", ""),
    ("unbounded", Answer("unbounded", np.array([-1.0])), "inaccurate", "ray fails"),
    ("unbounded", Answer("optimal", np.array([1e9])), "false claim", "proved unbounded"),
    ("unbounded", Answer("infeasible", None, np.array([1.0])), "false claim", "unbounded"),
]


@pytest.mark.parametrize(("name", "answer", "outcome", "reason"), CLAIMED)
def test_claims_are_called_what_they_are(name, answer, outcome, reason):
    found = judge(PROBLEMS[name], answer, TARGET)
    assert found.outcome == outcome, found
    assert reason in found.reason


def test_a_program_of_unknown_optimum_is_proved_by_its_own_gap():
    for name in ("linear", "largest", "quadratic", "ball", "entropy"):
        problem, right = unknown(PROBLEMS[name]), RIGHT[name]
        assert judge(problem, right, 1e-9).outcome == "solved"
        bare = judge(problem, replace(right, y=None), 1e-9)
        assert bare.outcome == "failed"  # it may be right: nothing proves it, nothing refutes it
        assert "give --optimum" in bare.reason
        assert right.x is not None
        worse = judge(problem, replace(right, x=right.x + 0.1), 1e-6)
        assert worse.outcome == ("false claim" if worse.primal > 1e-4 else "failed")
        assert worse.error > 1e-4
        outside = judge(problem, replace(right, x=right.x + 1e3), 1e-6)
        assert outside.outcome == ("false claim" if outside.primal > 1e-4 else "failed")
    for name in ("infeasible", "unbounded"):
        assert judge(unknown(PROBLEMS[name]), RIGHT[name], 1e-9).outcome == "solved"
        bare = Answer(name)
        assert judge(unknown(PROBLEMS[name]), bare, 1e-9).outcome == "failed"


@given(st.integers(0, 10_000))
def test_linear_answers_agree_with_an_exact_solver(seed):
    """Random programs: HiGHS's answer is good, a wrong price or point is not."""
    from mdsolve.benchmark.solvers import solver_named

    generator = np.random.default_rng(seed)
    matrix = generator.integers(-3, 4, (4, 3)).astype(float)
    point = generator.integers(0, 3, 3).astype(float)
    sides = matrix @ point + generator.integers(0, 3, 4)
    program = ConicProgram(
        generator.integers(-3, 4, 3), matrix, sides, [("nonnegative", 4)], lower=0.0, upper=10.0
    )
    solver = solver_named("exact-lp")
    exact = solver.load(known("drawn", program, "unknown"), {})(None)
    assume(exact.claim == "optimal")
    assert exact.x is not None
    problem = known("drawn", program, "optimal", program.value(exact.x))
    assert judge(problem, exact, 1e-12).outcome == "solved"
    found = solver_named("highs").load(problem, {})(None)
    assert judge(problem, found, 1e-9).outcome == "solved"
    assert judge(unknown(problem), found, 1e-9).outcome == "solved"


def test_farkas_and_improving_rays_at_bounds():
    """A bound bears what is left of Aᵀy; without it the ray proves nothing."""
    bounded = ConicProgram([0.0], [[1.0]], [-1.0], [("nonnegative", 1)], lower=0.0)
    free = ConicProgram([0.0], [[1.0]], [-1.0], [("nonnegative", 1)])
    ray = np.array([1.0])
    assert residuals.farkas(bounded, ray) == 0.0
    assert residuals.farkas(free, ray) == pytest.approx(1.0)
    down = ConicProgram([1.0], np.zeros((0, 1)), [], [], upper=5.0)
    assert residuals.improving(down, np.array([-1.0])) == 0.0
    assert residuals.improving(down, np.array([1.0])) == inf
    up = ConicProgram([-1.0], np.zeros((0, 1)), [], [], upper=5.0)
    assert residuals.improving(up, np.array([1.0])) == pytest.approx(1.0)


def test_curvature_stops_a_direction():
    bent = ConicProgram([-1.0], np.zeros((0, 1)), [], [], quadratic=[[1.0]])
    assert residuals.improving(bent, np.array([1.0])) == pytest.approx(1.0)


def test_rays_of_cones():
    """(t, x) with t ≥ |x| and t = −1, and y e^{x/y} ≤ z with z = −1, have no points."""
    balls = ConicProgram([0.0], [[0.0], [-1.0]], [-1.0, 0.0], [("second-order", 2)])
    assert residuals.farkas(balls, np.array([1.0, 0.0])) == 0.0
    powers = ConicProgram([0.0], [[-1.0], [0.0], [0.0]], [0.0, 1.0, -1.0], [("exponential", 3)])
    assert residuals.farkas(powers, np.array([0.0, 0.0, 1.0])) == 0.0
    assert residuals.farkas(powers, np.array([0.0, 1.0, 1.0])) == inf
    assert residuals.farkas(balls, np.array([0.5, 1.0])) >= 0.1  # outside the dual cone


def test_programs_without_rows_or_numbers():
    empty = ConicProgram([1.0], np.zeros((0, 1)), [], [], lower=2.0)
    problem = known("empty", empty, "optimal", 2.0)
    assert judge(problem, Answer("optimal", np.array([2.0]), np.zeros(0)), 1e-9).error == 0.0
    zero = ConicProgram([0.0], [[0.0]], [0.0], [("zero", 1)])
    found = judge(known("zero", zero, "optimal", 0.0), Answer("optimal", np.zeros(1)), 1e-9)
    assert found.error == 0.0


def test_entropy_and_ball_are_what_they_say():
    assert distances.exponential([entropy().sides + np.array([0, 0, E1])])[0] <= 1e-15
    assert ball().value([1 / SQRT2, 1 / SQRT2]) == pytest.approx(-SQRT2)
    assert linear(4.0).value([0.0, 1.0]) == 4.0


def test_tiny_masses_do_not_magnify_what_costs_nothing():
    """Variables with squares of 1e-14 are told in units of what they cost, not of their rows."""
    from mdsolve.benchmark.solvers import solver_named

    problem, solver = md.problem("chi2-tiny-100x5"), solver_named("clarabel")
    found = judge(problem, solver.load(problem, solver.at(1e-6))(None), 1e-6)
    assert found.outcome == "solved", found


FREE = ("trade-2-balanced", "trade-6-second-best", "public-2x6-bayesian")


@pytest.mark.parametrize("name", FREE)
def test_a_point_that_is_far_away_hides_nothing(name):
    """Payments may all rise together: an error of 1000 is none the smaller beside 10^10."""
    problem = md.problem(name)
    program, cost = problem.program, problem.program.objective
    found = SOLVERS["highs"].load(problem, SOLVERS["highs"].at(1e-9))(None).x
    far = recession(program)
    draw = np.random.default_rng(0).normal(size=cost.size)
    draw -= cost * (cost @ draw) / (cost @ cost) if cost.any() else 0.0
    for size in (0.0, 1e6, 1e10):
        moved = Answer("optimal", found + size * far + 1e3 * draw)
        assert judge(problem, moved, TARGET).outcome == "false claim"
    assert judge(problem, Answer("optimal", found + 100.0 * far), TARGET).outcome == "solved"


def recession(program):
    """Return a direction that leaves no row and costs nothing."""
    above = np.repeat(
        [kind == "nonnegative" for kind, _ in program.cones], [n for _, n in program.cones]
    )
    table = program.matrix.toarray()
    free = [
        (0.0 if np.isfinite(a) else -1.0, 0.0 if np.isfinite(b) else 1.0)
        for a, b in zip(program.lower, program.upper, strict=True)
    ]
    found = linprog(
        np.random.default_rng(1).normal(size=program.shape[1]),
        table[above],
        np.zeros(above.sum()),
        np.vstack([table[~above], program.objective]),
        np.zeros((~above).sum() + 1),
        free,
    )
    assert np.abs(found.x).max() > 0.1
    return found.x


def test_prices_that_are_far_away_hide_nothing():
    """Two rows that are one may have prices of 10^12 that cancel: the gap is as wide as without."""
    program = linear_twice()
    right = Answer("optimal", np.array([0.0, 1.0]), np.array([-1.0, 0.0]))
    problem = known("twice", program, "unknown")
    assert judge(problem, right, 1e-9).outcome == "solved"
    for size in (0.0, 1e6, 1e12):
        wrong = Answer("optimal", np.array([0.5, 0.5]), np.array([-1.0 + size, -size]))
        assert judge(problem, wrong, TARGET).outcome == "failed"


def linear_twice():
    """Return min 2x + y over x + y = 1, stated twice, x, y ≥ 0: 1 at (0, 1)."""
    return ConicProgram([2.0, 1.0], [[1.0, 1.0]] * 2, [1.0, 1.0], [("zero", 2)], lower=0.0)


def test_where_every_point_is_as_good_prices_have_no_unit():
    program = ConicProgram([0.0, 0.0], [[1.0, 1.0]], [1.0], [("zero", 1)], lower=0.0)
    noise = Answer("optimal", np.array([0.5, 0.5]), np.array([1e-9]))
    assert judge(known("free", program, "unknown"), noise, 1e-9).outcome == "solved"
    off = replace(noise, x=np.array([0.5, 0.6]))
    assert judge(known("free", program, "unknown"), off, TARGET).outcome == "false claim"
