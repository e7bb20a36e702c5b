"""The named problems in collections that others keep: the optimum there is the one proved here."""

import cvxpy as cp
import numpy as np
import pytest
from benchmark_problems import cones, known, largest, quadratic

import mdsolve as md
from mdsolve import InvalidInput
from mdsolve.benchmark.neighbours import qpbenchmark as neighbour
from mdsolve.benchmark.neighbours.solver_benchmarks import TYPES, entries, factory, register


@pytest.fixture
def qpbenchmark():
    return pytest.importorskip("qpbenchmark", reason="needs: pip install qpbenchmark")


def test_qpbenchmark_runs_the_quadratic_set_and_finds_the_proved_optima(qpbenchmark, tmp_path):
    tests = neighbour.quadratic_test_set("smoke")
    assert isinstance(tests, qpbenchmark.TestSet)
    assert tests.count_problems() == len(tests.proved) > 0
    assert "l2-10x3" in tests.proved
    results = qpbenchmark.Results(str(tmp_path / "results.csv"), tests)
    qpbenchmark.run(tests, results, only_solver="clarabel", only_settings="high_accuracy")
    assert set(results.df["problem"]) == set(tests.proved)
    assert results.df["found"].all()
    assert results.df[["primal_residual", "dual_residual"]].to_numpy().max() < 1e-8


def test_every_quadratic_problem_has_its_proved_optimum_in_their_form(qpbenchmark):
    import qpsolvers

    tests = neighbour.quadratic_test_set("standard")
    checked = 0
    for problem in tests:
        if problem.q.size > 300:
            continue
        found = qpsolvers.solve_problem(problem, "clarabel")
        low, high = tests.proved[problem.name]
        scale = md.problem(problem.name).scale
        assert found.is_optimal(1e-6 * max(scale, 1.0))
        value = found.x @ (problem.P @ found.x) / 2.0 + problem.q @ found.x
        assert low - 1e-5 * scale <= value <= high + 1e-5 * scale
        checked += 1
    assert checked >= 3


def test_a_maximum_is_a_minimum_there_and_rows_keep_their_side(qpbenchmark):
    """max 3x + 2y over x + y ≤ 4, x ≤ 3, y ≥ 0 is 11 at (3, 1): there it is −11."""
    largest_one = known("largest", largest(), "optimal", 11.0, 11.0)
    there = neighbour.quadratic_problem(largest_one)
    assert (there.name, there.A, there.b) == ("largest", None, None)
    np.testing.assert_array_equal(there.q, [-3.0, -2.0])
    np.testing.assert_array_equal(there.h, [4.0])
    np.testing.assert_array_equal(there.ub, [3.0, np.inf])
    assert neighbour.proved_bracket(largest_one) == (-11.0, -11.0)
    there = neighbour.quadratic_problem(known("quadratic", quadratic(), "optimal", 0.25))
    assert (there.G, there.h) == (None, None)
    np.testing.assert_array_equal(there.A.toarray(), [[1.0, 1.0]])
    np.testing.assert_array_equal(there.P.toarray(), np.eye(2))


def test_what_is_no_quadratic_program_is_refused(qpbenchmark):
    with pytest.raises(InvalidInput, match="exponential cones have no place"):
        neighbour.quadratic_problem(known("cones", cones(), "unknown"))
    with pytest.raises(InvalidInput, match="none of its problems is quadratic"):
        neighbour.quadratic_test_set("implementability")


def test_factories_have_the_names_and_tags_of_the_collection():
    found = list(entries("smoke"))
    assert {entry.name.split("/")[0] for entry in found} >= {"lp", "qp", "ecp"}
    assert len({entry.name for entry in found}) == len(found)
    for entry in found:
        kind = TYPES[entry.problem.program.kind]
        assert entry.name == f"{kind}/mdsolve-{entry.problem.name}"
        assert entry.tags[0] == kind
        assert entry.tags[1] in ("small", "medium", "large")
        assert entry.description
        assert isinstance(entry.factory(0), cp.Problem)


@pytest.mark.parametrize("name", ["kl-10x3", "l2-10x3", "types-6-smallest"])
def test_seed_0_is_the_proved_problem_and_another_seed_another(name):
    problem = md.problem(name)
    make = factory(problem)
    assert make(0).solve(solver="CLARABEL") == pytest.approx(
        problem.lower, abs=1e-6 * problem.scale
    )
    drawn, again = make(7), make(7)
    value = drawn.solve(solver="CLARABEL")
    assert value == again.solve(solver="CLARABEL")
    assert value != pytest.approx(problem.lower, rel=1e-6)


def test_registration_by_their_decorator():
    """A decorator of their shape: ``register_problem(name, tags, description)(factory)``."""
    registry = {}

    def register_problem(name, tags=None, description=""):
        def decorator(function):
            registry[name] = (function, tags, description)
            return function

        return decorator

    assert register(register_problem, "smoke") == len(registry) == len(list(entries("smoke")))
    assert "ecp/mdsolve-kl-10x3" in registry


def test_their_own_runner_solves_what_is_registered():
    problems = pytest.importorskip(
        "solver_benchmarks.problems", reason="needs cvxpy's solver-benchmarks, which no index has"
    )
    runner = pytest.importorskip("solver_benchmarks.runner")
    register(problems.register_problem, "smoke")
    labels = {"lp": "LP", "qp": "QP", "socp": "SOCP", "ecp": "ECP"}
    for name in ("ecp/mdsolve-kl-10x3", "qp/mdsolve-l2-10x3", "lp/mdsolve-types-6-smallest"):
        result = runner.run_single(problems.get_problem(name), "CLARABEL")
        known_one = md.problem(name.partition("mdsolve-")[2])
        assert result.status == "optimal"
        assert result.problem_type == labels[name.partition("/")[0]]
        assert result.objective_value == pytest.approx(known_one.lower, abs=1e-6 * known_one.scale)
