"""Linear programs decided in exact arithmetic: a float basis, an exact solve, exact pivots."""

from mdsolve.certificates.exact_lp.answer import ExactLp
from mdsolve.certificates.exact_lp.program import ExactProgram
from mdsolve.certificates.exact_lp.rows import bounds_as_rows
from mdsolve.certificates.exact_lp.solve import exact_solve

__all__ = ["ExactLp", "ExactProgram", "bounds_as_rows", "exact_solve"]
