"""Concave welfare in n dimensions: min over g ≥ 0 of f(g) = Φ(Σ g_i r_i) − G_*(g) (math §3).

The gradient of Φ in g is v(g) = Rπ, its Hessian H = (1/λ) R (diag k − kkᵀ/Σk) Rᵀ with k the
curvature of the divergence's mass; both come from a callable, so nothing here knows games or
divergences. Every g bounds the optimum from above, its model π(g) from below.

``newton`` holds the step, the line search and the continuation in λ; ``curve`` is Newton for Nash
and α-fair welfare, ``simplex`` the interior point for the egalitarian one.
"""

from __future__ import annotations

import numpy as np

from mdsolve.errors import InvalidInput
from mdsolve.solvers.welfare_dual.curve import Curve
from mdsolve.solvers.welfare_dual.newton import Array, Evaluate, Evaluation, Problem, Weights
from mdsolve.solvers.welfare_dual.simplex import Simplex
from mdsolve.welfare import Egalitarian, Power, Social, Welfare


def solve(
    evaluate: Evaluate,
    welfare: Welfare,
    sizes: Array,
    strength: float,
    *,
    start: Array | None = None,
    tolerance: float = 1e-13,
    max_evaluations: int = 5000,
) -> Weights:
    """Minimise Φ(Σ g_i r_i) − G_*(g) over g ≥ 0.

    Parameters
    ----------
    evaluate : callable
        ``evaluate(g, strength)`` gives Φ at Σ g_i r_i: ``phi``, ``values`` (n,) and ``hessian()``
        (n, n), asked at most once a point. It is called at g = 0 and at other strengths too.
    welfare : Welfare
        Social, Nash, α-fair or egalitarian.
    sizes : (n,) array
        Positive.
    strength : float
        λ > 0, in welfare units.
    start : (n,) array, optional
        Weights g of a similar problem at this strength.
    tolerance : float
        Of the gap, relative to Φ; steps that still gain are taken beyond it.
    max_evaluations : int
        The best point so far is returned when these are used up.

    Returns
    -------
    Weights
        Whether the gap is small enough is for the caller's bracket to say.

    Raises
    ------
    InvalidInput
        If the welfare is none of the four.

    Examples
    --------
    One outcome of value 2, where Φ is linear: Nash weights are w / v.

    >>> from types import SimpleNamespace
    >>> from mdsolve.welfare import Nash
    >>> def evaluate(g, strength):
    ...     return SimpleNamespace(
    ...         phi=2.0 * g[0], values=np.array([2.0]), hessian=lambda: np.zeros((1, 1))
    ...     )
    >>> solve(evaluate, Nash(), np.array([3.0]), 1.0).weights
    array([1.5])
    """
    sizes = np.asarray(sizes, dtype=float)
    problem = Problem(evaluate, sizes, tolerance, max_evaluations)
    if isinstance(welfare, Social) or (isinstance(welfare, Power) and welfare.alpha == 0.0):
        at = problem(sizes, strength)
        return problem.answer(sizes, at, float(at.phi), 0.0)
    if isinstance(welfare, Power):
        return Curve(problem, welfare, strength).solve(start)
    if isinstance(welfare, Egalitarian):
        return Simplex(problem, strength).solve(start)
    raise InvalidInput(
        f"welfare: {welfare!r} has no dual in n dimensions here. Train with solver='conic'."
    )


__all__ = ["Evaluate", "Evaluation", "Weights", "solve"]
