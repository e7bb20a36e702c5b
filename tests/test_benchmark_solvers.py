"""Every entry of the registry speaks the program's own language: points, prices, signs, rays."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from benchmark_problems import NONNEGATIVE, PROBLEMS, ZERO, cones, known

import mdsolve as md
from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.measures.judge import judge
from mdsolve.benchmark.program import ConicProgram
from mdsolve.benchmark.solvers import SOLVERS, TARGETS, installed, of_callable, solver_named
from mdsolve.errors import InvalidInput

#: knows that there is no point, or no end, but shows no ray
RAYLESS = {"piqp", "daqp", "proxqp", "highs-ipm", "highs-pdlp"}


def mixed() -> ConicProgram:
    """Return a maximum with every linear part: rows of both kinds, bounds on either side."""
    return ConicProgram(
        [1.0, 2.0, -1.0, 0.5],
        [[1.0, 1.0, 0.0, 0.0], [0.0, -1.0, 1.0, 2.0], [1.0, 0.0, 0.0, -1.0]],
        [4.0, 1.0, 1.5],
        [(NONNEGATIVE, 1), (ZERO, 1), (NONNEGATIVE, 1)],
        lower=[0.0, -np.inf, -1.0, 0.0],
        upper=[np.inf, 3.0, np.inf, 2.0],
        maximize=True,
        constant=7.0,
    )


def curved() -> ConicProgram:
    """Return a concave maximum with rows of both kinds and bounds."""
    return ConicProgram(
        [1.0, 2.0, 3.0],
        [[1.0, 1.0, 1.0], [1.0, -1.0, 0.0]],
        [1.0, 0.25],
        [(ZERO, 1), (NONNEGATIVE, 1)],
        quadratic=-np.array([[2.0, 1.0, 0.0], [1.0, 4.0, 0.0], [0.0, 0.0, 6.0]]),
        lower=[0.0, 0.0, -1.0],
        upper=[1.0, 1.0, 0.5],
        maximize=True,
    )


def pure(program: ConicProgram, solver: str) -> float:
    """Return an optimum by a solver that is checked by its own gap."""
    problem = known("drawn", program, "unknown")
    found = solver_named(solver).load(problem, solver_named(solver).at(1e-9))(None)
    assert judge(problem, found, 1e-7).outcome == "solved"
    return program.value(found.x)


EXTRA = {
    "mixed": known("mixed", mixed(), "optimal", pure(mixed(), "exact-lp"), 10.0),
    "curved": known("curved", curved(), "optimal", pure(curved(), "clarabel")),
    "cones": known("cones", cones(), "optimal", -5.0 - 2.0 * np.exp(0.5), 5.0),
}
ALL = {**PROBLEMS, **EXTRA}


PAIRS = [
    (name, problem)
    for name in installed()
    for problem, stated in ALL.items()
    if SOLVERS[name].suits(stated)
]


@pytest.mark.parametrize(("name", "problem"), PAIRS)
def test_every_solver_is_right_about_what_it_takes(name, problem):
    solver, stated = SOLVERS[name], ALL[problem]
    run = solver.load(stated, solver.at(1e-6))
    answer = run(None)
    found = judge(stated, answer, 1e-5)
    if stated.status == "optimal":
        assert answer.claim == "optimal", answer
        # through CVXPY a square is a cone to ECOS, which has its prices to half the digits
        rough = name == "cvxpy:ecos" and "quadratic" in stated.program.needs
        assert found.outcome == "solved" or (rough and found.dual < 1e-3), (found, answer)
        return
    assert found.outcome != "false claim", (found, answer)
    if answer.claim == stated.status and name not in RAYLESS and ":" not in name:
        assert found.outcome == "solved", (found, answer)


@pytest.mark.parametrize("name", [name for name in installed() if SOLVERS[name].warm])
def test_a_warm_start_at_the_answer_is_no_longer(name):
    solver = SOLVERS[name]
    stated = md.problem("kl-10x3" if "exponential" in solver.takes else "l2-10x3")
    cold = solver.load(stated, solver.at(1e-6))(None)
    warm = solver.load(stated, solver.at(1e-6))(cold)
    assert judge(stated, warm, 1e-4).outcome == "solved"
    assert warm.iterations <= cold.iterations


@pytest.mark.parametrize("name", SOLVERS)
def test_every_solver_has_settings_for_every_target(name):
    solver = SOLVERS[name]
    assert set(solver.settings) in ({*TARGETS}, set())
    assert solver.at(1e-6) == solver.settings.get(1e-6, {})
    assert solver.at(1e-5) == solver.settings.get(1e-6, {})
    assert solver.at(1e-12) == solver.settings.get(1e-9, {})
    assert solver.describes


def test_own_routes_solve_the_programs_of_their_rules():
    for name, route in (
        ("kl-10x3", "exponential"),
        ("l2-10x3", "multiplier"),
        ("jensen-shannon-10x3", "multiplier"),
        ("nash-kl-10x3", "welfare_dual"),
        ("floor-kl-dual-10x3", "floor"),
        ("floor-l2-primal-10x3", "floor"),
        ("floor-forward-kl-primal-limit-50x3", "floor"),
        ("floor-hellinger-dual-100x4", "floor"),
    ):
        stated, solver = md.problem(name), solver_named(route)
        assert solver.suits(stated)
        found = judge(stated, solver.load(stated, {})(None), 1e-9)
        assert found.outcome == "solved", found
    assert not solver_named("exponential").suits(md.problem("l2-10x3"))
    assert not solver_named("multiplier").suits(md.problem("floor-kl-dual-10x3"))
    assert not solver_named("floor").suits(md.problem("kl-10x3"))


def test_ecos_is_imported_only_when_it_is_chosen():
    code = """
import sys
import mdsolve as md
from mdsolve.benchmark.solvers import solver_named
problem = md.problem("kl-10x3")
for name in ("clarabel", "scs"):
    solver = solver_named(name)
    assert solver.load(problem, solver.at(1e-4))(None).claim == "optimal"
assert "ecos" not in sys.modules
solver = solver_named("ecos")
solver.load(problem, solver.at(1e-4))(None)
assert "ecos" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="'simplex': there is none of that name. Choose from"):
        solver_named("simplex")
    with pytest.raises(InvalidInput, match="'cvxpy:nothing': there is none of that name"):
        solver_named("cvxpy:nothing")
    with pytest.raises(InvalidInput, match="there is no file"):
        solver_named(f"{tmp_path}/none.py:solve")
    own = tmp_path / "own.py"
    own.write_text("solve = 3\n")
    with pytest.raises(InvalidInput, match="is a int. Name a function"):
        solver_named(f"{own}:solve")
    with pytest.raises(InvalidInput, match="AttributeError"):
        solver_named(f"{own}:other")
    own.write_text("1 / 0\n")
    with pytest.raises(InvalidInput, match="ZeroDivisionError"):
        solver_named(f"{own}:solve")
    missing = [name for name in SOLVERS if name not in installed()]
    for name in missing:
        with pytest.raises(InvalidInput, match="is not installed. Run 'pip install"):
            solver_named(name)


def test_a_callable_may_return_a_point_or_an_answer():
    problem = PROBLEMS["linear"]
    point = of_callable(lambda program: [0.0, 1.0], "point")
    assert judge(problem, point.load(problem, {})(None), 1e-9).outcome == "solved"
    said = Answer("none", message="no idea")
    assert of_callable(lambda program: said).load(problem, {})(None) is said


@pytest.mark.parametrize("name", ["highs", "highs-ipm", "cvxpy:highs"])
def test_threads_of_an_earlier_run_in_this_process_are_no_matter(name):
    """HiGHS keeps one scheduler a process, and refuses another number of threads than it has."""
    import highspy

    highspy.Highs.resetGlobalScheduler(True)
    earlier = highspy.Highs()
    earlier.setOptionValue("output_flag", False)
    earlier.setOptionValue("threads", 2)
    earlier.addVar(0.0, 1.0)
    earlier.run()
    problem = md.problem("menu-10x3")
    entry = SOLVERS[name]
    for threads in (1, 2):
        assert entry.load(problem, entry.at(1e-6, threads))().claim == "optimal"
