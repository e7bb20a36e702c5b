"""Programs in files: what leaves comes back, others read it too, and every fault has its place."""

import contextlib
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from benchmark_problems import cones, known
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from typer.testing import CliRunner

import mdsolve as md
from mdsolve import InvalidInput
from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.cones import EXPONENTIAL, NONNEGATIVE, SECOND_ORDER, ZERO
from mdsolve.benchmark.formats import FORMATS
from mdsolve.benchmark.measures.judge import judge
from mdsolve.benchmark.program import ConicProgram
from mdsolve.benchmark.run.loading import of_file
from mdsolve.benchmark.solvers import solver_named
from mdsolve.cli.app import app

LINEAR = (ZERO, NONNEGATIVE)
EVERY = (*LINEAR, SECOND_ORDER, EXPONENTIAL)
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.sampled_from([0.0, -0.0, 1.0, 5e-324, -1e308, 0.1, 1 / 3]),
)


@st.composite
def programs(draw, kinds=EVERY, *, quadratic=True, diagonal=False, limits=(0.0,)) -> ConicProgram:
    """Draw a program whose numbers are any doubles at all."""
    n = draw(st.integers(1, 4))
    cones = [
        (kind, 3 if kind == EXPONENTIAL else draw(st.integers(1, 3)))
        for kind in draw(st.lists(st.sampled_from(kinds), max_size=4))
    ]
    rows = sum(size for _, size in cones)
    vector = st.lists(NUMBERS, min_size=n, max_size=n)
    maximize = draw(st.booleans())
    square = None
    if quadratic and draw(st.booleans()):
        bent = np.diag(np.abs(draw(vector))) * (-1.0 if maximize else 1.0)
        if not diagonal and n > 1:
            share = draw(st.floats(-1.0, 1.0))
            bent[0, 1] = bent[1, 0] = share * np.abs(bent.diagonal()[:2]).min()
        square = bent
    lower = [draw(st.sampled_from([-np.inf, *(x for x in limits if x <= 0.0)])) for _ in range(n)]
    upper = [draw(st.sampled_from([np.inf, *(x for x in limits if x >= 0.0)])) for _ in range(n)]
    return ConicProgram(
        draw(vector),
        np.reshape(draw(st.lists(NUMBERS, min_size=rows * n, max_size=rows * n)), (rows, n)),
        draw(st.lists(NUMBERS, min_size=rows, max_size=rows)),
        cones,
        quadratic=square,
        lower=lower,
        upper=upper,
        constant=draw(NUMBERS),
        maximize=maximize,
    )


def again(program: ConicProgram, suffix: str, name: str = "file") -> ConicProgram:
    """Return a program after a way through a file's bytes."""
    return FORMATS[suffix].read(FORMATS[suffix].data(program), f"{name}{suffix}")


@settings(max_examples=200)
@given(programs(LINEAR, limits=(0.0, -2.5, 7.0, 1e29)))
def test_mps_round_trips_are_exact(program):
    assert again(program, ".mps").digest == program.digest


@settings(max_examples=200)
@given(programs(limits=(0.0, -2.5, 7.0)))
def test_archives_round_trip(program):
    assert again(program, ".npz").digest == program.digest


@settings(max_examples=200)
@given(programs(quadratic=False))
def test_cbf_round_trips_are_exact(program):
    assert again(program, ".cbf").digest == program.digest


@settings(max_examples=100)
@given(programs(diagonal=True, limits=(0.0, -2.5, 7.0)))
def test_what_cbf_has_no_place_for_becomes_rows_once(program):
    """General bounds and a diagonal square are stated by rows and cones: then nothing changes."""
    first = again(program, ".cbf")
    assert again(first, ".cbf").digest == first.digest


def test_a_square_in_cones_is_the_same_number():
    program = ConicProgram(
        [1.0, -1.0], [[1.0, 1.0]], [1.0], [(ZERO, 1)], quadratic=np.diag([3, 0.1])
    )
    lifted = again(program, ".cbf")
    x = np.array([0.3, 0.7])
    point = np.append(x, x**2 / 2.0)
    assert lifted.value(point) == pytest.approx(program.value(x), rel=1e-15)
    slack = lifted.sides - lifted.matrix @ point
    first = 1
    for _ in range(2):
        t, *rest = slack[first : first + 3]
        assert np.hypot(*rest) == pytest.approx(t, rel=1e-15)
        first += 3


@pytest.mark.parametrize("name", [one.name for one in md.problems("smoke")])
def test_every_small_problem_leaves_and_comes_back(name, tmp_path):
    program = md.problem(name).program
    for suffix in FORMATS:
        beyond = bool(program.needs - {"quadratic"})
        path = tmp_path / f"program{suffix}"
        if beyond and suffix in (".mps", ".qps", ".lp"):
            with pytest.raises(InvalidInput, match=r"Write \.cbf"):
                md.write_program(program, path)
            assert not path.exists()
            continue
        md.write_program(md.problem(name), path)
        if suffix == ".lp":
            with pytest.raises(InvalidInput, match="only written"):
                md.read_program(path)
        elif suffix != ".cbf":
            assert md.read_program(path).digest == program.digest


def highs_optimum(path: Path) -> float:
    """Return what HiGHS finds in a file."""
    import highspy

    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    assert solver.readModel(str(path)) == highspy.HighsStatus.kOk
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return solver.getInfo().objective_function_value


SMALL = ("menu-10x3", "types-6-smallest", "clicks-10x3", "item-2x3-dominant", "l2-10x3")


@pytest.mark.parametrize("suffix", [".mps", ".lp"])
@pytest.mark.parametrize("name", SMALL)
def test_others_read_what_is_written(name, suffix, tmp_path):
    problem, path = md.problem(name), tmp_path / f"program{suffix}"
    md.write_program(problem, path)
    assert highs_optimum(path) == pytest.approx(problem.lower, rel=1e-6)


def clarabel_optimum(program: ConicProgram) -> float:
    import clarabel
    from scipy.sparse import csc_matrix, triu

    form = program.standard
    cones = [clarabel.ZeroConeT(form.zero), clarabel.NonnegativeConeT(form.nonnegative)]
    cones += [clarabel.SecondOrderConeT(size) for size in form.second_order]
    cones += [clarabel.ExponentialConeT()] * form.exponential
    options = clarabel.DefaultSettings()
    options.verbose = False
    square, matrix = csc_matrix(triu(form.quadratic)), csc_matrix(form.matrix)
    found = clarabel.DefaultSolver(
        square, form.objective, matrix, form.sides, cones, options
    ).solve()
    return program.value(found.x)


def scs_optimum(program: ConicProgram) -> float:
    import scs
    from scipy.sparse import csc_matrix

    form = program.standard
    data = {"A": csc_matrix(form.matrix), "b": form.sides, "c": form.objective}
    cone = {"z": form.zero, "l": form.nonnegative, "ep": form.exponential}
    found = scs.SCS(data, cone, eps_abs=1e-9, eps_rel=1e-9, verbose=False).solve()
    return program.value(found["x"])


def ecos_optimum(program: ConicProgram) -> float:
    import ecos
    from scipy.sparse import csc_matrix

    form = program.standard
    head, size = form.zero, form.sides.size
    triples = np.arange(head + form.nonnegative, size).reshape(-1, 3)
    order = np.concatenate(
        [np.arange(head, head + form.nonnegative), triples[:, [0, 2, 1]].ravel()]
    )
    found = ecos.solve(
        form.objective,
        csc_matrix(form.matrix[order]),
        form.sides[order],
        {"l": form.nonnegative, "q": [], "e": form.exponential},
        csc_matrix(form.matrix[:head]),
        form.sides[:head],
        verbose=False,
    )
    return program.value(found["x"])


@pytest.mark.parametrize("name", ["kl-10x3", "forward-kl-10x3", "jensen-shannon-10x3"])
def test_three_orders_of_one_triple(name):
    """SCS and Clarabel take (x, y, z), ECOS (x, z, y), and a file of CBF has (z, y, x)."""
    problem = md.problem(name)
    read = again(problem.program, ".cbf")
    for program in (problem.program, read):
        for optimum in (clarabel_optimum, scs_optimum, ecos_optimum):
            assert optimum(program) == pytest.approx(problem.lower, abs=2e-6 * problem.scale)
    text = FORMATS[".cbf"].data(problem.program).decode()
    assert f"EXP 3\n{'EXP 3' if name.startswith('j') else ''}" in text


MPS = """\
* a comment
NAME TEST
OBJSENSE
    MAX
ROWS
 N  COST
 N  OTHER
 L  LIM1
 G  LIM2
 E  MYEQN
 L  BOTH
COLUMNS
 X  COST  1.0  LIM1  1.0
 X  LIM2  1  OTHER  5
 Y  COST  2.D0  LIM1  1.0
 Y  MYEQN  -1  BOTH  1
 Z  COST  -1e0  MYEQN  1.0
RHS
 RHS  LIM1  4.0  LIM2  1
 RHS  MYEQN  7  BOTH  3
 RHS  COST  -10
RANGES
 RNG  BOTH  2.5  MYEQN  -2
BOUNDS
 UP BND X 4
 LO BND Y -1
 UP BND Y 1
 UP BND Z -1
QUADOBJ
 X X -2
 Y X -0.5
 Y Y -0.75
ENDATA
"""


def test_every_section_of_mps_means_what_it_says(tmp_path):
    path = tmp_path / "test.mps"
    path.write_text(MPS)
    program = md.read_program(path)
    assert program.maximize
    assert list(program.names) == ["X", "Y", "Z"]
    assert list(program.rows) == ["LIM1", "LIM2", "MYEQN", "MYEQN-low", "BOTH", "BOTH-low"]
    assert_array_equal(program.objective, [1.0, 2.0, -1.0])
    assert program.constant == 10.0
    assert [kind for kind, _ in program.cones] == [NONNEGATIVE]
    assert_array_equal(program.sides, [4.0, -1.0, 7.0, -5.0, 3.0, -0.5])
    assert_array_equal(program.matrix.toarray()[1], [-1.0, 0.0, 0.0])
    assert_array_equal(program.matrix.toarray()[2:4], [[0, -1, 1], [0, 1, -1]])
    assert_array_equal(program.lower, [0.0, -1.0, -np.inf])
    assert_array_equal(program.upper, [4.0, 1.0, -1.0])
    assert_array_equal(
        program.quadratic.toarray(), [[-2.0, -0.5, 0.0], [-0.5, -0.75, 0.0], [0.0, 0.0, 0.0]]
    )


FIXED = """\
NAME          SPACED
ROWS
 N  COST
 L  ROW ONE
COLUMNS
    COL A     COST               1.5   ROW ONE            2.0
    COL B     COST               1.0
RHS
    RHS       ROW ONE            4.0
BOUNDS
 UP BND       COL A              4.0
ENDATA
"""


def test_fixed_format_has_names_with_spaces(tmp_path):
    path = tmp_path / "fixed.mps"
    path.write_text(FIXED)
    program = md.read_program(path)
    assert list(program.names) == ["COL A", "COL B"]
    assert_array_equal(program.upper, [4.0, np.inf])
    assert_array_equal(program.matrix.toarray(), [[2.0, 0.0]])


@pytest.mark.parametrize(
    ("bound", "low"), [("UP BND X 0", 0.0), ("UP BND X -1", -np.inf), ("MI BND X", -np.inf)]
)
def test_only_an_upper_bound_below_zero_moves_the_lower_one(bound, low, tmp_path):
    """The published optima of PILOT and PILOT87 need the first; 80BAU3B states the second's LO."""
    path = tmp_path / "bound.mps"
    path.write_text(f"ROWS\n N C\nCOLUMNS\n X C 1\nBOUNDS\n {bound}\nENDATA\n")
    assert md.read_program(path).lower.tolist() == [low]


def test_of_sif_what_is_mps_is_read_and_not_written(tmp_path):
    path = tmp_path / "textbook.SIF"
    path.write_text(HS21)
    assert md.read_program(path).digest == again(md.read_program(path), ".qps").digest
    path.write_text(HS21.replace("QUADOBJ", "GROUP TYPE"))
    with pytest.raises(InvalidInput, match="line 16, column 1: section 'GROUP' is unknown"):
        md.read_program(path)
    with pytest.raises(InvalidInput, match=r"format '\.sif' is unknown"):
        md.write_program(md.problem("l2-10x3"), tmp_path / "new.sif")


CBF = """\
# by hand
VER
2

OBJSENSE
MIN

VAR
5 3
L+ 1
QR 3
F 1

CON
6 3
L- 2
EXP 3
L= 1

OBJACOORD
2
0 1
4 2

OBJBCOORD
0.5

ACOORD
4
0 0 1
2 4 1
4 1 1
5 2 1

BCOORD
2
3 1
5 -1
"""


def test_every_section_of_cbf_means_what_it_says(tmp_path):
    path = tmp_path / "test.cbf"
    path.write_text(CBF)
    program = md.read_program(path)
    assert [tuple(cone) for cone in program.cones] == [
        (SECOND_ORDER, 3),
        (NONNEGATIVE, 2),
        (EXPONENTIAL, 3),
        (ZERO, 1),
    ]
    x = np.array([2.0, 3.0, 0.5, -1.0, 4.0])
    slack = program.sides - program.matrix @ x
    assert_allclose(slack[:3], [3.0 + 1.0, 3.0 - 1.0, -2.0])  # x1 ± 2 x2, 2 x3
    assert_allclose(slack[3:5], [-2.0, 0.0])  # L-: the row's negative is not negative
    assert_allclose(slack[5:8], [3.0, 1.0, 4.0])  # the triple backwards
    assert_allclose(slack[8], 0.5 - 1.0)
    assert program.value(x) == 2.0 + 8.0 + 0.5
    assert_array_equal(program.lower, [0.0, *[-np.inf] * 4])


FAULTS = [
    ("a.mps", MPS.replace("LIM2  1  OTHER", "LIM9  1  OTHER"), "line 14, column 5: row 'LIM9'"),
    ("a.mps", MPS.replace("2.D0", "two"), "line 15, column 11: 'two' is no finite number"),
    ("a.mps", MPS.replace("2.D0", "nan"), "'nan' is no finite number"),
    ("a.mps", MPS.replace(" G  LIM2", " H  LIM2"), "line 9, column 2: row type 'H'"),
    ("a.mps", MPS.replace("RANGES", "RANGE"), "line 22, column 1: section 'RANGE' is unknown"),
    ("a.mps", MPS.replace("ENDATA\n", ""), "at its end: ENDATA is missing"),
    ("a.mps", MPS.replace(" UP BND X 4", " BV BND X"), "bound BV: integer columns"),
    ("a.mps", MPS.replace("Y X -0.5", "X X -0.5"), "this pair stands twice"),
    ("a.mps", MPS.replace(" Z  COST", " X  COST"), "column 'X' stands in two places"),
    (
        "a.mps",
        MPS.replace(" UP BND X 4", " UP BND X"),
        "line 25, column 5: column 'BND' is not in COLUMNS",
    ),
    ("a.mps", MPS.replace("    MAX", "    MOST"), "line 4, column 5: sense 'MOST'"),
    ("a.cbf", CBF.replace("EXP 3", "EXP* 3"), "line 17, column 1: cone 'EXP*' of 3 rows"),
    ("a.cbf", CBF.replace("QR 3", "QR 2"), "line 9, column 1: the cones below hold 4, not 5"),
    ("a.cbf", CBF.replace("5 2 1", "6 2 1"), "line 33, column 1: index 6 where there are 6"),
    ("a.cbf", CBF.replace("4 1 1", "4 1 x"), "line 32, column 5: 'x' is no finite number"),
    ("a.cbf", CBF.replace("VER\n2", "VER\n9"), "line 3, column 1: version 9"),
    ("a.cbf", CBF.replace("CON", "INT"), "section INT: integer variables"),
    ("a.cbf", CBF.replace("BCOORD\n2", "BCOORD\n3"), "the file ends in the middle"),
    ("a.cbf", CBF.replace("OBJBCOORD", "VAR"), "section VAR stands twice"),
    ("a.mps", MPS.replace(" UP BND X 4", " UP BND X -4\n LO BND X 4"), "bounds from 4.0 to -4.0"),
    ("a.qps", MPS.replace("Y X -0.5", "Y X -50"), "quadratic: some direction bends the wrong way"),
    ("a.cbf", CBF.replace("6 3\n", "9000000 3\n"), "line 15, column 1: 9,000,000 where the whole"),
    ("a.cbf", CBF.replace("5 3\n", "9000000 3\n"), "line 9, column 1: 9,000,000 where the whole"),
    ("a.npz", "PK", "is no archive of a program"),
    ("a.xyz", "", "format '.xyz' is unknown"),
]


@pytest.mark.parametrize(("name", "text", "message"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_has_its_line_and_column(name, text, message, tmp_path):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InvalidInput) as refused:
        md.read_program(path)
    assert message in str(refused.value)
    assert str(path) in str(refused.value)


def test_a_mark_of_byte_order_is_no_word(tmp_path):
    path = tmp_path / "windows.mps"
    path.write_bytes(b"\xef\xbb\xbf" + MPS.replace("\n", "\r\n").encode())
    plain = tmp_path / "plain.mps"
    plain.write_text(MPS, "utf-8")
    assert md.read_program(path).digest == md.read_program(plain).digest


def test_a_missing_file_and_a_square_without_cones(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be read"):
        md.read_program(tmp_path / "none.mps")
    bent = ConicProgram([0.0, 0.0], [[1.0, 1.0]], [1.0], [(ZERO, 1)], quadratic=[[2, 1], [1, 2]])
    with pytest.raises(InvalidInput, match="not diagonal"):
        md.write_program(bent, tmp_path / "bent.cbf")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".mps", ".cbf", ".npz"])
def test_nothing_but_a_refusal_comes_out_of_spoiled_files(suffix):
    draw = random.Random(suffix)
    whole = {
        ".mps": MPS.encode(),
        ".cbf": CBF.encode(),
        ".npz": FORMATS[".npz"].data(md.problem("l2-10x3").program),
    }[suffix]
    for _ in range(1500):
        data = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            place = draw.randrange(len(data))
            how = draw.randrange(3)
            if how == 0:
                data[place] = draw.choice(b" \n0123456789-+.eEXYZQRL=\x00\xff")
            elif how == 1:
                del data[place : place + draw.randint(1, 9)]
            else:
                data[place:place] = data[place : place + draw.randint(1, 9)]
        with contextlib.suppress(InvalidInput):
            FORMATS[suffix].read(bytes(data), "spoiled")


# Hock and Schittkowski (1981), problems 21, 35, 76 as Maros and Mészáros list them: the optima are
# 0.01 - 100, 1/9 and -4.681818...; stated here from the formulas.
HS21 = """NAME HS21
ROWS
 N OBJ
 G R1
COLUMNS
 X1 R1 10
 X2 R1 -1
RHS
 RHS OBJ 100
 RHS R1 10
BOUNDS
 LO BND X1 2
 UP BND X1 50
 LO BND X2 -50
 UP BND X2 50
QUADOBJ
 X1 X1 0.02
 X2 X2 2
ENDATA
"""
HS35 = """NAME HS35
ROWS
 N OBJ
 G R1
COLUMNS
 X1 OBJ -8 R1 -1
 X2 OBJ -6 R1 -1
 X3 OBJ -4 R1 -2
RHS
 RHS OBJ -9 R1 -3
QUADOBJ
 X1 X1 4
 X1 X2 2
 X1 X3 2
 X2 X2 4
 X3 X3 2
ENDATA
"""
HS76 = """NAME HS76
ROWS
 N OBJ
 L R1
 L R2
 G R3
COLUMNS
 X1 OBJ -1 R1 1
 X1 R2 3
 X2 OBJ -3 R1 2
 X2 R2 1 R3 1
 X3 OBJ 1 R1 1
 X3 R2 2 R3 4
 X4 OBJ -1 R1 1
 X4 R2 -1
RHS
 RHS R1 5 R2 4
 RHS R3 1.5
QUADOBJ
 X1 X1 2
 X1 X3 -1
 X2 X2 1
 X3 X3 2
 X3 X4 1
 X4 X4 1
ENDATA
"""


@pytest.mark.parametrize(
    ("text", "optimum"),
    [(HS21, 0.01 * 4 - 100), (HS35, 1 / 9), (HS76, -103 / 22)],
    ids=["HS21", "HS35", "HS76"],
)
def test_textbook_programs_have_their_published_optima(text, optimum, tmp_path):
    path = tmp_path / "textbook.qps"
    path.write_text(text)
    problem = of_file(path, optimum)
    for name in ("clarabel", "cvxpy:osqp", "highs"):
        solver = solver_named(name)
        assert judge(problem, solver.load(problem, solver.at(1e-6))(None), 1e-6).outcome == "solved"
    assert highs_optimum(path.rename(tmp_path / "textbook.mps")) == pytest.approx(optimum, rel=1e-6)


@pytest.mark.parametrize("name", ["kl-10x3", "l2-10x3", "types-6-smallest", "hellinger-10x3"])
def test_as_a_cvxpy_problem_optimum_and_prices_are_proved(name):
    """Through CVXPY, from the program and from its file: the certified optimum, prices judged."""
    problem = md.problem(name)
    model = md.cvxpy_problem(problem)
    assert [variable.name() for variable in model.variables()] == ["x"]
    model.solve(solver="CLARABEL")
    assert model.value == pytest.approx(problem.lower, abs=1e-6 * problem.scale)
    answer = Answer("optimal", model.variables()[0].value, md.row_prices(problem, model))
    assert judge(problem, answer, 1e-5).outcome == "solved"
    read = md.cvxpy_problem(again(problem.program, ".cbf"))
    assert read.solve(solver="CLARABEL") == pytest.approx(problem.lower, abs=1e-6 * problem.scale)


def test_cvxpy_solves_every_cone_at_once_in_a_maximum():
    """2 e^{x/2} ≤ z and t ≥ 5x at x = 1: −5 − 2√e, and prices that the judge confirms."""
    problem = known("cones", cones(), "optimal", -5.0 - 2.0 * np.exp(0.5), 8.0)
    model = md.cvxpy_problem(problem)
    assert model.solve(solver="CLARABEL") == pytest.approx(problem.lower, rel=1e-7)
    answer = Answer("optimal", model.variables()[0].value, md.row_prices(problem, model))
    assert answer.y is not None
    assert judge(problem, answer, 1e-6).outcome == "solved"
    wrong = Answer("optimal", answer.x, -answer.y)
    assert judge(problem, wrong, 1e-6).dual > 0.1
    with pytest.raises(InvalidInput, match="Pass what cvxpy_problem made of this program"):
        md.row_prices(md.problem("kl-10x3"), model)


def test_before_a_solve_there_are_no_prices():
    problem = md.problem("kl-10x3")
    assert md.row_prices(problem, md.cvxpy_problem(problem)) is None


def test_a_problem_is_exported_and_a_file_becomes_another(tmp_path):
    def mdsolve(*words: object) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "mdsolve", *map(str, words)], capture_output=True, text=True
        )

    first, second = tmp_path / "l2.npz", tmp_path / "l2.mps"
    done = mdsolve("export", "l2-10x3", "--to", first)
    assert done.returncode == 0, done.stderr
    assert "quadratic; wrote" in done.stderr
    done = mdsolve("export", first, "--to", second, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert md.read_program(second).digest == md.problem("l2-10x3").program.digest
    for words, said in (
        (("l2-10x3", "--to", second), "exists already"),
        (("l2-10x3", "--to", tmp_path / "a.xyz"), "extension '.xyz' is unknown"),
        (("kl-10x3", "--to", tmp_path / "kl.mps"), "Write .cbf"),
        (("l2-10x4", "--to", tmp_path / "a.mps"), "Did you mean"),
        ((tmp_path / "none.mps", "--to", tmp_path / "a.mps"), "cannot be read"),
    ):
        refused = CliRunner().invoke(app, ["export", *map(str, words)])
        assert refused.exit_code == 2
        assert said in refused.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["l2.mps", "l2.npz"]
