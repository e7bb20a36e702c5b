"""MPS files say exactly what the program says, and other readers read the same."""

from fractions import Fraction
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import auction, exact_programs

from mdsolve.certificates.exact_lp import ExactProgram, exact_solve
from mdsolve.certificates.mps import exact_text, mps_text, plain_names, write_mps
from mdsolve.errors import InvalidInput
from mdsolve.solvers.linear_program import LinearProgram


def read(text):
    """Read free MPS back into an exact program: a reader that knows what the writer writes."""
    section, kinds, columns, sides = "", {}, {}, {}
    lower, upper, maximize = {}, {}, False
    for line in text.splitlines():
        words = line.split()
        if not line.startswith(" "):
            section = words[0]
        elif section == "OBJSENSE":
            maximize = words == ["MAX"]
        elif section == "ROWS":
            kinds[words[1]] = words[0]
        elif section == "COLUMNS":
            columns.setdefault(words[0], {})[words[1]] = Fraction(words[2])
        elif section == "RHS":
            sides[words[1]] = Fraction(words[2])
        elif section == "BOUNDS":
            low, high = lower.get(words[2], 0), upper.get(words[2])
            value = Fraction(words[3]) if len(words) > 3 else None
            kind = words[0]
            lower[words[2]] = (
                value if kind in ("LO", "FX") else None if kind in ("FR", "MI") else low
            )
            upper[words[2]] = value if kind in ("UP", "FX") else None if kind == "FR" else high
    rows = [row for row, kind in kinds.items() if kind != "N"]
    return ExactProgram.from_numbers(
        [cells["objective"] for cells in columns.values()],
        [[cells.get(row, 0) for cells in columns.values()] for row in rows],
        [{"L": "<=", "G": ">=", "E": "=="}[kinds[row]] for row in rows],
        [sides.get(row, 0) for row in rows],
        lower=[lower.get(name, 0) for name in columns],
        upper=[upper.get(name) for name in columns],
        maximize=maximize,
        names=list(columns),
        rows=rows,
    )


@given(exact_programs())
def test_a_program_survives_the_file(program):
    assert read(mps_text(program)) == program


@given(exact_programs())
def test_a_negated_maximum_is_the_same_program_minimised(program):
    found = read(mps_text(program, negate_maximum=True))
    assert not found.maximize
    sign = -1 if program.maximize else 1
    assert found.objective == tuple(sign * c for c in program.objective)
    assert found.entries == program.entries


@given(st.fractions(), st.integers(-400, 400), st.sampled_from([2, 5, 10]))
def test_numbers_are_written_exactly(value, power, base):
    number = value * Fraction(base) ** power
    assert Fraction(exact_text(number)) == number


@pytest.mark.parametrize("value", [0.1, 5e-324, 1.7976931348623157e308, -3.0, 2.0**-64, 0.0])
def test_doubles_come_back_from_their_decimals(value):
    text = exact_text(Fraction(value))
    assert "/" not in text
    assert float(text) == value
    assert Fraction(text) == Fraction(value)


def test_numbers_longer_than_python_prints_are_written():
    assert len(exact_text(Fraction(10**5000 + 1))) == 5001
    assert exact_text(Fraction(1, 3**10000)).startswith("1/")


def test_highs_reads_the_same_doubles(tmp_path):
    import highspy

    program = auction(6, 3)
    write_mps(program, tmp_path / "auction.mps")
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.readModel(str(tmp_path / "auction.mps"))
    found = solver.getLp()
    assert np.array_equal(found.col_cost_, program.objective)
    assert np.array_equal(found.col_lower_, program.lower)
    assert np.array_equal(found.col_upper_, program.upper)
    assert np.array_equal(found.row_lower_, program.bounds)
    assert sorted(found.a_matrix_.value_) == sorted(program.matrix.data)
    assert found.sense_ == highspy.ObjSense.kMaximize
    solver.run()
    exact = exact_solve(program).objective
    assert solver.getObjectiveValue() == pytest.approx(float(exact), rel=1e-9)


def test_every_kind_of_bound_is_written_out():
    program = LinearProgram(
        np.zeros(6),
        np.zeros((1, 6)),
        "<=",
        [1.0],
        lower=[-inf, 0.0, 2.0, -inf, -1.0, 3.0],
        upper=[inf, inf, inf, -4.0, 5.0, 3.0],
    )
    written = [line.split() for line in mps_text(program).splitlines()]
    bounds = [[line[0], *line[2:]] for line in written if line[1:2] == ["BND"]]
    assert bounds == [
        ["FR", "x0"],
        ["LO", "x2", "2"],
        ["MI", "x3"],
        ["UP", "x3", "-4"],
        ["LO", "x4", "-1"],
        ["UP", "x4", "5"],
        ["FX", "x5", "3"],
    ]


@pytest.mark.parametrize("names", [["a b", "c"], ["é", "c"], ["", "c"], ["1e5", "c"], ["OBJ", "c"]])
def test_names_that_readers_could_mix_up_are_numbered(names):
    assert plain_names(names, "x", taken=["OBJ"]) == ["x0", "x1"]
    assert plain_names(["tax", "pay[2]"], "x") == ["tax", "pay[2]"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    program, path = auction(3, 2), tmp_path / "a.mps"
    write_mps(program, path)
    with pytest.raises(InvalidInput, match="exists already"):
        write_mps(program, path)
    write_mps(program, path, overwrite=True)
    with pytest.raises(InvalidInput, match="there is no folder"):
        exact_solve(program).write_mps(tmp_path / "none" / "a.mps")
    assert [found.name for found in tmp_path.iterdir()] == ["a.mps"]
