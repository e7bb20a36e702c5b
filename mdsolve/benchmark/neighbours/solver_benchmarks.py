"""The named problems as factories of CVXPY problems, as cvxpy's solver-benchmarks registers them.

A factory takes a seed: 0 is the named problem, whose optimum is proved; s is the same family at
the same parameters, drawn from the problem's own seed plus s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdsolve.benchmark.catalogue import problems
from mdsolve.benchmark.families import family
from mdsolve.benchmark.formats.modelled import cvxpy_problem
from mdsolve.benchmark.problem import Problem

if TYPE_CHECKING:
    import cvxpy as cp

#: what that collection calls each kind
TYPES = {"linear": "lp", "quadratic": "qp", "second-order": "socp", "exponential": "ecp"}
#: most variables of what is called small, and medium
_SMALL, _MEDIUM = 100, 10_000


@dataclass(frozen=True)
class Entry:
    """What one registration takes.

    Attributes
    ----------
    name : str
        The type and the name of the problem, such as ``ecp/mdsolve-kl-10x3``.
    tags : list of str
        The type and the size.
    description : str
    factory : callable
        Returns the CVXPY problem of a seed.
    problem : Problem
        Whose optimum is that of seed 0.
    """

    name: str
    tags: list[str]
    description: str
    factory: Callable[[int], cp.Problem]
    problem: Problem


def factory(problem: Problem) -> Callable[[int], cp.Problem]:
    """Return the factory of a problem: seed 0 is the problem itself.

    Examples
    --------
    >>> import mdsolve as md
    >>> from mdsolve.benchmark.neighbours.solver_benchmarks import factory
    >>> make = factory(md.problem("kl-10x3"))
    >>> make(0).size_metrics.num_scalar_variables
    20
    """

    def make(seed: int = 0) -> cp.Problem:
        if seed == 0:
            return cvxpy_problem(problem)
        drawn = family(problem.family).build(problem.parameters, problem.seed + int(seed))
        return cvxpy_problem(drawn.program)

    make.__name__ = problem.name.replace("-", "_")
    make.__doc__ = _described(problem)
    return make


def entries(of: str = "standard") -> Iterator[Entry]:
    """Yield the feasible problems of a set or a family, as that collection names and tags them."""
    for problem in problems(of):
        if problem.status == "optimal":
            kind, size = TYPES[problem.program.kind], _size(problem)
            name = f"{kind}/mdsolve-{problem.name}"
            yield Entry(name, [kind, size], _described(problem), factory(problem), problem)


def register(register_problem: Callable[..., Any], of: str = "standard") -> int:
    """Register the problems of a set or a family in that collection, and return how many.

    Parameters
    ----------
    register_problem : callable
        ``solver_benchmarks.problems.register_problem``.
    of : str
        As `problems` takes it.
    """
    count = 0
    for entry in entries(of):
        register_problem(entry.name, tags=entry.tags, description=entry.description)(entry.factory)
        count += 1
    return count


def _size(problem: Problem) -> str:
    variables = problem.program.objective.size
    return "small" if variables <= _SMALL else "medium" if variables <= _MEDIUM else "large"


def _described(problem: Problem) -> str:
    return f"{problem.name}, of {problem.family} in mechanism design: {problem.hard}"
