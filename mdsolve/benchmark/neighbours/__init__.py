"""The named problems in the shapes of benchmark collections that others keep.

One collection a file: `qpbenchmark` (quadratic programs as matrices) and `solver_benchmarks`
(CVXPY problems by factories of a seed).
"""
