"""A divergence has several disciplined statements, equal on the simplex: solvers bear not the same.

``plain`` is the divergence's own expression (for KL also ``relative``), ``ratio`` is Σ q d(x/q, 1),
``entropy`` is KL with the reference outside the cone, ``power`` is √ by the cone of powers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.divergences import Divergence

if TYPE_CHECKING:
    import cvxpy as cp

Array = NDArray[np.float64]
Form = Callable[[Any, Array], Any]


def forms_of(divergence: Divergence, solver: str, underflowed: bool) -> tuple[str, ...]:
    """Return the forms that a solver should try, the one that bore most first.

    Where the reference underflows only KL's entropy form is left.
    """
    if underflowed:
        return ("entropy",)
    return ORDER.get((divergence.name, solver), DEFAULT.get(divergence.name, ("plain",)))


def default_form(divergence: Divergence) -> str:
    """Return the form of the public problem: the one in which KL's reference is linear."""
    return "entropy" if divergence.name == "kl" else "plain"


def cost(divergence: Divergence, form: str, x: cp.Variable, reference: Array) -> cp.Expression:
    """Return D(x‖π0) in a form; KL's entropy form is the statement's own."""
    special = FORMS.get((divergence.name, form))
    return special(x, reference) if special else divergence.expression(x, reference)


def needs_sign(divergence: Divergence) -> bool:
    """Tell whether x ≥ 0 must be said: the exponential cones imply it."""
    return divergence.name not in ("kl", "forward-kl", "jensen-shannon")


def _ratio(x: Any, q: Array) -> Any:
    import cvxpy as cp

    return cp.multiply(1.0 / q, x)


def _kl_ratio(x: Any, q: Array) -> Any:
    import cvxpy as cp

    return cp.sum(cp.multiply(q, cp.kl_div(_ratio(x, q), np.ones(q.size))))


def _forward_ratio(x: Any, q: Array) -> Any:
    import cvxpy as cp

    return cp.sum(cp.multiply(q, cp.kl_div(np.ones(q.size), _ratio(x, q))))


def _chi_squared_ratio(x: Any, q: Array) -> Any:
    import cvxpy as cp

    return cp.sum(cp.multiply(q, cp.square(_ratio(x, q) - 1.0)))


def _hellinger_ratio(x: Any, q: Array) -> Any:
    import cvxpy as cp

    z = _ratio(x, q)
    return cp.sum(cp.multiply(q, z + 1.0 - 2.0 * cp.sqrt(z)))


def _hellinger_power(x: Any, q: Array) -> Any:
    import cvxpy as cp

    root = cp.power(x, 0.5, approx=False)
    return cp.sum(x + q - 2.0 * cp.multiply(np.sqrt(q), root))


FORMS: dict[tuple[str, str], Form] = {
    ("kl", "ratio"): _kl_ratio,
    ("forward-kl", "ratio"): _forward_ratio,
    ("chi2", "ratio"): _chi_squared_ratio,
    ("hellinger", "ratio"): _hellinger_ratio,
    ("hellinger", "power"): _hellinger_power,
}

DEFAULT: dict[str, tuple[str, ...]] = {
    "kl": ("entropy", "relative"),
    "forward-kl": ("plain", "ratio"),
    "chi2": ("ratio", "plain"),
    "hellinger": ("plain", "ratio"),
}

ORDER: dict[tuple[str, str], tuple[str, ...]] = {
    ("kl", "ecos"): ("relative", "ratio", "entropy"),
    ("kl", "scs"): ("entropy", "ratio"),
    ("chi2", "ecos"): ("plain", "ratio"),
    ("chi2", "piqp"): ("plain", "ratio"),
    ("hellinger", "clarabel"): ("power", "plain", "ratio"),
}
