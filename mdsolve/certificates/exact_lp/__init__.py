"""Linear programs decided in exact arithmetic: a float basis, an exact solve, exact pivots."""

from mdsolve.certificates.exact_lp.answer import ExactLp
from mdsolve.certificates.exact_lp.program import ExactProgram
from mdsolve.certificates.exact_lp.solve import exact_solve

__all__ = ["ExactLp", "ExactProgram", "exact_solve"]
