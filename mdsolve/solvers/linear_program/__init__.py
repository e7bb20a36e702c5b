"""Linear programs: a statement, HiGHS, and answers that judge themselves from the statement."""

from mdsolve.solvers.linear_program.answers import FarkasRay, LpSolution, Ray
from mdsolve.solvers.linear_program.statement import LinearProgram

__all__ = ["FarkasRay", "LinearProgram", "LpSolution", "Ray"]
