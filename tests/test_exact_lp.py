"""Every answer of the exact solver proves itself, from any basis, and wrong numbers are refused."""

from dataclasses import FrozenInstanceError, replace
from fractions import Fraction
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import RATIONAL, auction, exact_programs, near_duplicates

from mdsolve.certificates.exact_lp import (
    ExactLp,
    ExactProgram,
    bounds_as_rows,
    exact_solve,
    simplex,
)
from mdsolve.certificates.exact_lp.basis import Basis
from mdsolve.certificates.exact_lp.simplex import Infeasible, Simplex, Unbounded
from mdsolve.errors import InvalidInput
from mdsolve.payments.shortest_path import edge_lengths, incentive_rows
from mdsolve.solvers.linear_program import FarkasRay, LinearProgram, LpSolution, Ray

ZERO = Fraction(0)
HOLDS = {"<=": Fraction.__le__, ">=": Fraction.__ge__, "==": Fraction.__eq__}


def dot(left, right):
    return sum((a * b for a, b in zip(left, right, strict=True)), ZERO)


def keeps(program, x, sides, lower, upper):
    rows = zip(program.senses, program.matrix, sides, strict=True)
    boxes = zip(x, lower, upper, strict=True)
    return all(HOLDS[sense](dot(row, x), side) for sense, row, side in rows) and all(
        (low is None or low <= a) and (high is None or a <= high) for a, low, high in boxes
    )


def extreme(program, coefficients, least):
    """Return the least or greatest product with a point within the bounds; None if infinite."""
    total = ZERO
    for a, low, high in zip(coefficients, program.lower, program.upper, strict=True):
        limit = low if (a > 0) is least else high
        if a and limit is None:
            return None
        total += a * limit if a else ZERO
    return total


def proves(answer):
    """Check a claim in Fractions over the dense matrix: the naive twin of the library's proof."""
    program, x, y = answer.program, answer.x, answer.y
    sign = -1 if program.maximize else 1
    cost = [sign * c for c in program.objective]
    if y is not None:
        assert all(
            s == "==" or (v >= 0 if s == ">=" else v <= 0)
            for s, v in zip(program.senses, y, strict=True)
        )
        used = [dot(y, [row[j] for row in program.matrix]) for j in range(len(cost))]
    if x is not None:
        assert keeps(program, x, program.bounds, program.lower, program.upper)
    if answer.status == "optimal":
        least = extreme(program, [c - a for c, a in zip(cost, used, strict=True)], True)
        assert answer.objective == dot(program.objective, x)
        return least is not None and dot(cost, x) == dot(program.bounds, y) + least
    if answer.status == "infeasible":
        most = extreme(program, used, False)
        return most is not None and dot(program.bounds, y) > most
    lower, upper = ([None if a is None else ZERO for a in side] for side in boxes(program))
    stays = keeps(program, answer.ray, [ZERO] * len(program.bounds), lower, upper)
    return answer.status == "unbounded" and stays and dot(cost, answer.ray) < 0


def boxes(program):
    return program.lower, program.upper


@settings(max_examples=300)
@given(exact_programs())
def test_every_small_program_is_decided_and_proved(program):
    assert proves(exact_solve(program))


@given(exact_programs(cells=RATIONAL), st.data())
def test_any_basis_leads_to_the_same_answer(program, data):
    """Statuses drawn at random, singular and infeasible ones too: pivots repair them all."""
    rows, variables = program.shape
    said = st.sampled_from(["basic", "lower", "upper", "free", "zero", "nonbasic"])
    statuses = data.draw(st.lists(said, min_size=rows + variables, max_size=rows + variables))
    whole = program.integers
    found = Simplex(1000, 1000).run(Basis.of(whole, statuses))
    answer = exact_solve(program)
    kinds = {"infeasible": Infeasible, "unbounded": Unbounded, "optimal": Basis}
    assert isinstance(found, kinds[answer.status])
    if isinstance(found, Basis):
        values, den = found.point
        cost = dot(
            [Fraction(int(c)) for c in whole.cost], [Fraction(int(a)) for a in values[:variables]]
        )
        sign = -1 if program.maximize else 1
        assert cost == sign * answer.objective * int(den) * whole.size * whole.cost_scale


@given(exact_programs())
def test_the_dual_gives_back_the_optimum(program):
    """With bounds as rows the dual is a program of its own: same optimum, or none where none is."""
    answer = exact_solve(program)
    mirror = exact_solve(dual(program))
    if answer.status == "optimal":
        sign = -1 if program.maximize else 1
        assert mirror.status == "optimal"
        assert mirror.objective == sign * answer.objective
    elif answer.status == "unbounded":
        assert mirror.status == "infeasible"
    else:
        assert mirror.status in ("infeasible", "unbounded")


def dual(program):
    """max b·y + l·u − h·v over yA + u − v = c, with a price u or v for each bound."""
    variables = len(program.objective)
    sign = -1 if program.maximize else 1
    columns = [list(row) for row in program.matrix]
    gains, kinds = list(program.bounds), list(program.senses)
    for side, levels in ((">=", program.lower), ("<=", program.upper)):
        for j, level in enumerate(levels):
            if level is not None:
                columns.append([Fraction(int(j == k)) for k in range(variables)])
                gains.append(level)
                kinds.append(side)
    if not columns:
        columns, gains, kinds = [[ZERO] * variables], [ZERO], [">="]
    return ExactProgram.from_numbers(
        gains,
        [[line[j] for line in columns] for j in range(variables)],
        "==",
        [sign * c for c in program.objective],
        lower=[0 if kind == ">=" else None for kind in kinds],
        upper=[0 if kind == "<=" else None for kind in kinds],
        maximize=True,
    )


def test_a_cycling_program_ends():
    """Beale's example returns to its first basis under the plain largest-coefficient rule."""
    program = ExactProgram.from_numbers(
        ["-3/4", 150, "-1/50", 6],
        [["1/4", -60, "-1/25", 9], ["1/2", -90, "-1/50", 3], [0, 0, 1, 0]],
        "<=",
        [0, 0, 1],
        lower=[0] * 4,
    )
    simplex = Simplex(10, 100)
    found = simplex.run(Basis.of(program.integers, ["lower"] * 4 + ["basic"] * 3))
    assert isinstance(found, Basis)
    assert simplex.pivots > 0
    assert exact_solve(program).objective == Fraction(-1, 20)


def test_doubles_are_read_as_the_dyadics_that_they_are():
    answer = exact_solve(LinearProgram([0.1], [[0.3]], ">=", [0.7], lower=0.0))
    assert answer.x == (Fraction(0.7) / Fraction(0.3),)
    assert answer.y == (Fraction(0.1) / Fraction(0.3),)
    assert answer.pivots == 0


def test_repeated_entries_are_summed_exactly():
    from scipy.sparse import csr_array

    matrix = csr_array(([1.0, 2.0**-60], [0, 0], [0, 2]), shape=(1, 1))
    exact = ExactProgram.of(LinearProgram([1.0], matrix, ">=", [1.0], lower=0.0))
    assert exact.entries == (((0, 1 + Fraction(1, 2**60)),),)


@pytest.mark.parametrize(
    ("gap", "status"), [(2**-50, "infeasible"), (0.0, "optimal"), (-(2**-50), "optimal")]
)
def test_what_doubles_cannot_tell_apart_is_told_apart(gap, status):
    """x + y ≥ 1 + gap against x + y ≤ 1: HiGHS sees one line."""
    program = LinearProgram(
        [1.0, 2.0], [[1.0, 1.0], [1.0, 1.0]], [">=", "<="], [1 + gap, 1.0], lower=0.0
    )
    answer = exact_solve(program)
    assert answer.status == status
    assert proves(answer)


@pytest.mark.parametrize("size", [1e-16, 1e-14, 1e-12])
def test_near_duplicates_are_repaired(size):
    """Rows that come twice up to a few units in the last place: most float bases fail exactly."""
    answers = [exact_solve(near_duplicates(seed, size)) for seed in range(30)]
    assert all(proves(answer) for answer in answers)
    assert {answer.status for answer in answers} == {"optimal"}
    repaired = [answer.pivots for answer in answers if answer.pivots]
    assert len(repaired) >= 10
    assert max(repaired) <= 15


@pytest.mark.parametrize(
    ("program", "kind", "status"),
    [
        (LinearProgram([1.0], [[1.0]], ">=", [1.0]), LpSolution, "optimal"),
        (LinearProgram([1.0], [[1.0]], ">=", [1.0], upper=0.5), FarkasRay, "infeasible"),
        (LinearProgram([1.0], [[1.0]], "<=", [1.0]), Ray, "unbounded"),
    ],
)
def test_a_float_answer_is_decided_as_its_program(program, kind, status):
    found = program.solve()
    assert isinstance(found, kind)
    answer = exact_solve(found)
    assert answer.status == status
    assert proves(answer)
    assert answer.verdict == "certified"


@pytest.mark.parametrize("maximize", [False, True])
def test_programs_without_rows(maximize):
    free = ExactProgram.from_numbers([1, 0], [], "<=", [], maximize=maximize)
    boxed = replace(free, lower=(Fraction(-1),) * 2, upper=(Fraction(2),) * 2)
    assert exact_solve(free).status == "unbounded"
    assert exact_solve(boxed).objective == (2 if maximize else -1)
    assert proves(exact_solve(boxed))


def test_an_empty_row_decides_alone():
    assert exact_solve(LinearProgram([1.0], [[0.0]], ">=", [1.0], lower=0.0)).y == (1,)
    assert exact_solve(LinearProgram([1.0], [[0.0]], "<=", [1.0], lower=0.0)).status == "optimal"


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
def test_scales_do_not_matter(scale):
    program = LinearProgram([1.0, 1.0], [[1.0, 3.0], [3.0, 1.0]], ">=", [scale, scale], lower=0.0)
    answer = exact_solve(program)
    assert answer.objective == Fraction(scale) / 2
    assert proves(answer)


def test_numbers_beyond_doubles_start_from_the_rows():
    program = ExactProgram.from_numbers([10**400, 1], [[1, 1]], ">=", [10**400], lower=[0, 0])
    answer = exact_solve(program)
    assert answer.objective == 10**400
    assert answer.x == (0, 10**400)


def test_a_revenue_program_of_sixty_types():
    """3,660 rows by 420 columns: the float basis holds, and the proof closes without a gap."""
    program = auction(60, 6)
    assert program.matrix.shape == (3660, 420)
    answer = exact_solve(program)
    assert answer.status == "optimal"
    assert float(answer.objective) == pytest.approx(program.solve().objective, rel=1e-9)


@pytest.mark.parametrize("noise", [1.0, 1e-3])
def test_a_table_without_payments_is_refuted(noise):
    """The Farkas ray of p(t) − p(s) ≤ length(s, t) is a circulation of negative length."""
    rng = np.random.default_rng(0)
    values = rng.random((30, 30)) * noise
    rows, lengths = incentive_rows(30), edge_lengths(values)
    answer = exact_solve(LinearProgram(np.zeros(30), rows, "<=", lengths))
    assert answer.status == "infeasible"
    flow = [-v for v in answer.y]
    assert all(v.denominator == 1 for v in flow)
    assert dot(flow, [Fraction(a) for a in lengths.tolist()]) < 0


def test_past_the_limits_nothing_is_claimed():
    program = auction(8, 3)
    small = exact_solve(program, kernel_limit=3)
    assert (small.status, small.verdict) == ("unverified", "unverified")
    assert "basic variables must be solved for exactly, more than 3" in small.reason
    assert small.x is small.y is small.ray is small.objective is None
    far = ExactProgram.from_numbers([10**400, 1], [[1, 1]], ">=", [10**400], lower=[0, 0])
    assert "0 exact pivots were not enough" in exact_solve(far, pivot_limit=0).reason
    late = exact_solve(program, seconds=0.0)
    assert late.status == "unverified"
    assert "0 seconds and 0 exact pivots were not enough" in late.reason
    assert exact_solve(program, seconds=600.0).objective == exact_solve(program).objective
    for odd in (-1.0, float("nan")):
        with pytest.raises(InvalidInput, match="seconds"):
            exact_solve(program, seconds=odd)


def test_time_is_looked_at_before_each_pivot(monkeypatch):
    ticks = iter(range(1000))
    monkeypatch.setattr(simplex, "monotonic", lambda: float(next(ticks)))
    far = ExactProgram.from_numbers([10**400, 1], [[1, 1]], ">=", [10**400], lower=[0, 0])
    assert exact_solve(far).pivots > 0
    assert "2 seconds and 0 exact pivots" in exact_solve(far, seconds=2.0).reason


@given(exact_programs())
def test_bounds_may_be_rows_with_prices_of_their_own(program):
    """Then the rows' prices alone add up to the objective, or to 0."""
    answer = exact_solve(program)
    flat = bounds_as_rows(answer)
    assert proves(flat)
    assert (flat.status, flat.objective, flat.x, flat.ray) == (
        answer.status,
        answer.objective,
        answer.x,
        answer.ray,
    )
    assert set(flat.program.lower) | set(flat.program.upper) == {None}
    if flat.y is not None:
        sign = -1 if program.maximize else 1
        aim = [sign * c if answer.x else ZERO for c in program.objective]
        columns = range(len(aim))
        assert [dot(flat.y, [row[j] for row in flat.program.matrix]) for j in columns] == aim


def test_names_of_bounds_stay_apart_from_those_of_rows():
    program = ExactProgram.from_numbers(
        [1], [[1], [1]], ">=", [1, 0], lower=[0], upper=[5], rows=["lower_x0", "_lower_x0"]
    )
    flat = bounds_as_rows(exact_solve(program))
    assert flat.program.rows == ("__lower_x0", "__upper_x0", "lower_x0", "_lower_x0")


# what does not prove its claim cannot be built


@given(exact_programs(), st.data())
def test_a_changed_number_is_refused_or_proves_again(program, data):
    answer = exact_solve(program)
    name = data.draw(
        st.sampled_from([n for n in ("x", "y", "ray") if getattr(answer, n)] or ["none"])
    )
    if name == "none":
        return
    numbers = list(getattr(answer, name))
    place = data.draw(st.integers(0, len(numbers) - 1))
    numbers[place] += data.draw(st.sampled_from([1, -1, Fraction(1, 2**60), -2 * numbers[place]]))
    witnesses = {n: getattr(answer, n) for n in ("x", "y", "ray")} | {name: tuple(numbers)}
    try:
        changed = ExactLp(program, answer.status, **witnesses)
    except InvalidInput:
        return
    assert proves(changed)


def optimum():
    return exact_solve(
        LinearProgram([1.0, 1.0], [[1.0, 2.0], [1.0, 0.0]], [">=", "<="], [2.0, 3.0], lower=0.0)
    )


@pytest.mark.parametrize(
    ("changes", "wording"),
    [
        ({"x": (ZERO, ZERO)}, r"row 'row-0': x gives 0, not >= 2."),
        ({"x": (Fraction(4), ZERO)}, r"row 'row-1': x gives 4, not <= 3."),
        ({"x": (Fraction(-1), Fraction(2))}, "variable 'x0': x is -1, past its bound."),
        (
            {"x": (ZERO, Fraction(2))},
            "the objective is 2 in minimisation form, but y bounds it by 1",
        ),
        ({"y": (Fraction(-1), ZERO)}, "row 'row-0': y is -1, the wrong sign for a >= row."),
        ({"y": (ZERO, Fraction(1))}, "row 'row-1': y is 1, the wrong sign for a <= row."),
        ({"y": (Fraction(1), ZERO)}, "y: leaves -1 on variable 'x1', which has no upper bound"),
        ({"y": None}, "y: none. An answer that is optimal has 2."),
        ({"x": (ZERO,)}, "x: 1. An answer that is optimal has 2."),
        ({"ray": (ZERO, ZERO)}, "ray: 2. An answer that is optimal has none."),
        (
            {"status": "infeasible", "x": None},
            "y: leaves 0.5 on variable 'x0', which has no upper bound",
        ),
        ({"status": "solved"}, "status: 'solved'. Use one of optimal, infeasible"),
    ],
)
def test_numbers_that_prove_nothing_are_refused(changes, wording):
    answer = optimum()
    fields = {"status": answer.status, "x": answer.x, "y": answer.y} | changes
    with pytest.raises(InvalidInput, match=wording.replace(".", r"\.")):
        ExactLp(answer.program, **fields)


def test_a_ray_that_leaves_or_does_not_improve_is_refused():
    answer = exact_solve(LinearProgram([-1.0, 0.0], [[1.0, -1.0]], "<=", [1.0], lower=0.0))
    assert answer.status == "unbounded"
    for ray, wording in (
        ((1, 0), "row 'row-0': the ray gives 1, not <= 0"),
        ((1, -1), "row 'row-0': the ray gives 2"),
        ((-1, 1), "variable 'x0': the ray moves it by -1, past its bound"),
        ((0, 1), "ray: it improves the objective by 0, not at all"),
    ):
        with pytest.raises(InvalidInput, match=wording):
            replace(answer, ray=tuple(map(Fraction, ray)))


def test_an_infeasible_claim_without_a_gap_is_refused():
    program = ExactProgram.from_numbers([0], [[1], [1]], [">=", "<="], [1, 1])
    with pytest.raises(InvalidInput, match="y·b is 0, within the largest y·Ax, 0"):
        ExactLp(program, "infeasible", y=(Fraction(1), Fraction(-1)))


def test_answers_are_frozen():
    with pytest.raises(FrozenInstanceError):
        optimum().status = "infeasible"


# exact programs


@given(exact_programs(nudge=st.just(0), cells=st.sampled_from([-2, 0, 1, Fraction(1, 4)])))
def test_dyadic_programs_survive_rounding(program):
    assert ExactProgram.of(program.rounded()) == program


def test_infinite_bounds_are_none():
    program = LinearProgram([1.0, 1.0], [[1.0, 1.0]], "<=", [1.0], lower=[-inf, 0.5], upper=inf)
    exact = ExactProgram.of(program)
    assert exact.lower == (None, Fraction(1, 2))
    assert exact.upper == (None, None)


@pytest.mark.parametrize(
    ("changes", "wording"),
    [
        ({"objective": ["1/0", 1]}, "objective: entry 0 is '1/0'. Pass finite rational numbers"),
        ({"objective": [1, float("nan")]}, "objective: entry 1 is nan"),
        (
            {"matrix": [[1, 2, 3]]},
            "row 0: 3 numbers, but the objective has 2. Pass one a variable.",
        ),
        ({"bounds": [1, 2]}, "bounds: 2 of them. Pass one a row: 1."),
        ({"senses": ["<"]}, "row 'row-0': '<'. Use"),
        ({"lower": [2, None], "upper": [1, None]}, "variable 'x0': bounds from 2 to 1."),
        ({"lower": [float("nan"), None]}, "limits: entry 0 is nan"),
        ({"upper": [1]}, "upper: 1 of them. Pass one a variable: 2."),
    ],
)
def test_bad_programs_are_refused(changes, wording):
    fields = {"objective": [1, 1], "matrix": [[1, 2]], "senses": ["<="], "bounds": [1]} | changes
    with pytest.raises(InvalidInput, match=wording):
        ExactProgram.from_numbers(**fields)


@pytest.mark.parametrize("columns", [(1, 0), (0, 0), (0, 2), (-1, 0)])
def test_columns_that_do_not_ascend_are_refused(columns):
    program = ExactProgram.from_numbers([1, 1], [[1, 2]], "<=", [1])
    with pytest.raises(InvalidInput, match="ascending, from 0 to 1"):
        replace(program, entries=(tuple((j, Fraction(1)) for j in columns),))
