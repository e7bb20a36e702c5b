"""Exact solvers that others wrote decide the same programs the same way: cddlib and GLPK.

cddlib through pycddlib with GMP (``pip install pycddlib``, which needs Debian's libcdd-dev and
libgmp-dev), GLPK as ``glpsol --exact`` (Debian's glpk-utils). Each is skipped where it is not
installed; .ci/run installs both and fails if they are skipped.
"""

import os
import re
import shutil
import subprocess
from fractions import Fraction
from importlib import import_module

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from programs import RATIONAL, WHOLE, auction, exact_programs

from mdsolve.certificates.exact_lp import exact_solve
from mdsolve.certificates.mps import write_mps
from mdsolve.payments.shortest_path import edge_lengths, incentive_rows
from mdsolve.solvers.linear_program import LinearProgram

GLPSOL = shutil.which("glpsol")
needs_glpk = pytest.mark.skipif(
    GLPSOL is None, reason="glpsol is not installed: apt-get install glpk-utils"
)


@pytest.fixture(scope="module")
def cdd():
    """Return pycddlib, its exact half loaded too."""
    why = "pycddlib with GMP is not installed: apt-get install libcdd-dev, pip install pycddlib"
    found = pytest.importorskip("cdd", reason=why)
    pytest.importorskip("cdd.gmp", reason=why)
    return found


def by_cddlib(cdd, program):
    """Return cddlib's status and optimum; rows are b + Ax ≥ 0, equations marked."""
    rows, equations = [], []
    for row, sense, side in zip(program.matrix, program.senses, program.bounds, strict=True):
        sign = -1 if sense == "<=" else 1
        if sense == "==":
            equations.append(len(rows))
        rows.append([-sign * side, *(sign * a for a in row)])
    for sign, levels in ((1, program.lower), (-1, program.upper)):
        for j, level in enumerate(levels):
            if level is not None:
                unit = [Fraction(sign * (j == k)) for k in range(len(levels))]
                rows.append([-sign * level, *unit])
    status, value = _run(cdd, rows, equations, program.objective, program.maximize)
    kinds = cdd.LPStatusType
    if status == kinds.OPTIMAL:
        return "optimal", value
    if status in (kinds.INCONSISTENT, kinds.STRUC_INCONSISTENT):
        return "infeasible", None
    still, _ = _run(cdd, rows, equations, [Fraction(0)] * len(program.objective), False)
    return ("unbounded" if still == kinds.OPTIMAL else "infeasible"), None


def _run(cdd, rows, equations, objective, maximize):
    kind = cdd.LPObjType.MAX if maximize else cdd.LPObjType.MIN
    padded = rows or [[Fraction(1), *[Fraction(0)] * len(objective)]]
    matrix = cdd.gmp.matrix_from_array(
        padded,
        lin_set=equations,
        rep_type=cdd.RepType.INEQUALITY,
        obj_type=kind,
        obj_func=[Fraction(0), *objective],
    )
    problem = cdd.gmp.linprog_from_matrix(matrix)
    cdd.gmp.linprog_solve(problem)
    return problem.status, problem.obj_value


def agree(cdd, program):
    answer = exact_solve(program)
    status, value = by_cddlib(cdd, answer.program)
    assert answer.status == status
    if status == "optimal":
        assert answer.objective == value


@settings(max_examples=500)
@given(program=exact_programs())
def test_cddlib_agrees_on_any_small_program(cdd, program):
    agree(cdd, program)


@settings(max_examples=100)
@given(program=exact_programs(most=10, cells=RATIONAL))
def test_cddlib_agrees_on_larger_rational_programs(cdd, program):
    agree(cdd, program)


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32), size=st.sampled_from([0.0, 1e-16, 1e-13, 1e-9]))
def test_cddlib_agrees_on_near_duplicates_in_doubles(cdd, seed, size):
    rng = np.random.default_rng(seed)
    rows = rng.integers(-3, 4, (4, 4)).astype(float)
    matrix = np.vstack([rows, -rows * (1.0 + size * rng.standard_normal(rows.shape))])
    sides = np.concatenate([rows @ np.ones(4), -rows @ np.ones(4)])
    bounds = sides + size * rng.standard_normal(8)
    agree(cdd, LinearProgram(rng.standard_normal(4), matrix, "<=", bounds, lower=-9.0, upper=9.0))


@pytest.mark.parametrize(("types", "outcomes"), [(2, 2), (3, 3), (4, 2)])
def test_cddlib_agrees_on_auctions(cdd, types, outcomes):
    agree(cdd, auction(types, outcomes))


@pytest.mark.parametrize("seed", range(4))
def test_cddlib_agrees_on_implementability(cdd, seed):
    """Tables at random have payments or not; those of a welfare rule do."""
    rng = np.random.default_rng(seed)
    rewards = rng.random((5, 3))
    models = np.exp(4.0 * rewards) if seed % 2 else rng.random((5, 3))
    values = rewards @ (models / models.sum(axis=1, keepdims=True)).T
    agree(cdd, LinearProgram(np.zeros(5), incentive_rows(5), "<=", edge_lengths(values)))


GLPK_SAYS = {"OPTIMAL": "optimal", "INFEASIBLE (FINAL)": "infeasible", "UNBOUNDED": "unbounded"}


def by_glpk(program, folder):
    """Return the status and the optimum, to ten digits, that glpsol reports after exact pivots."""
    write_mps(program, folder / "program.mps", negate_maximum=True)
    command = [str(GLPSOL), "--exact", "--freemps", "program.mps", "--output", "program.txt"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    assert "GNU MP bignum library" in done.stdout
    report = (folder / "program.txt").read_text()
    status = re.search(r"^Status: +(.+?) *$", report, re.MULTILINE)
    value = re.search(r"^Objective: +objective = (\S+)", report, re.MULTILINE)
    assert status, report
    assert value, report
    return GLPK_SAYS[status[1]], float(value[1]) * (-1.0 if program.maximize else 1.0)


@needs_glpk
@settings(max_examples=100)
@given(program=exact_programs(cells=WHOLE, nudge=st.just(0)))
def test_glpk_agrees_on_whole_numbers(tmp_path_factory, program):
    """GLPK replaces a double by a simple fraction near it, so only whole numbers are compared."""
    assume(program.entries)
    answer = exact_solve(program)
    status, value = by_glpk(program, tmp_path_factory.mktemp("glpk"))
    assert answer.status == status
    if status == "optimal":
        assert value == pytest.approx(float(answer.objective), rel=1e-9)


@needs_glpk
def test_glpk_agrees_on_an_auction_up_to_its_reading_of_doubles(tmp_path):
    program = auction(6, 3)
    status, value = by_glpk(program, tmp_path)
    assert status == "optimal"
    assert value == pytest.approx(float(exact_solve(program).objective), rel=1e-6)


@pytest.mark.skipif("OUTSIDE_CHECKERS" not in os.environ, reason="OUTSIDE_CHECKERS is not set")
def test_the_outside_checkers_are_installed():
    """Where both are meant to be there, skips of the tests above would hide that they are not."""
    import_module("cdd.gmp")
    assert GLPSOL is not None
