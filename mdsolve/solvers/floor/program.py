"""[S] Cor 4.6 as the explicit optimization that it is, a disciplined convex program, twice.

Over reports: minimise Φ(c + w' r) = min_ν ν + λ Σ d*((c + w' r − ν)/λ; π0) over r in the domain.
Over models, by minimax: maximise w' min_r <r, π> + <c, π> − λ D(π‖π0) over the simplex, where the
minimum is min π for sum-normalised rewards, and a linear program's dual for a polytope.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.divergences import Divergence
from mdsolve.errors import InvalidInput
from mdsolve.games.domains import ConvexDomain, Domain, SumNormalized

if TYPE_CHECKING:
    import cvxpy as cp

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FloorStatement:
    """The numbers of one group's program.

    Attributes
    ----------
    divergence : Divergence
    strength, size : float
        λ and w'.
    combined : (outcomes,) array
        c₋ᵢ (welfare units).
    reference, log_reference : (outcomes,) arrays
    domain : Domain
    """

    divergence: Divergence
    strength: float
    size: float
    combined: Array
    reference: Array
    log_reference: Array
    domain: Domain


def over_reports(stated: FloorStatement) -> cp.Problem:
    """Return the program over reports; its variable is ``report`` (outcomes,).

    Raises
    ------
    InvalidInput
        If the domain is not convex, or the divergence's conjugate is not known as a program.
    """
    import cvxpy as cp

    outcomes, top = stated.combined.size, float(stated.combined.max())
    report = cp.Variable(outcomes, name="report")
    level = cp.Variable(name="multiplier")
    raised = (stated.combined - top) / stated.strength + (stated.size / stated.strength) * report
    if stated.divergence.name == "kl":
        value: Any = cp.log_sum_exp(raised + stated.log_reference)
    elif conjugate := CONJUGATES.get(stated.divergence.name):
        value = level + cp.sum(conjugate(raised - level, stated.reference))
    else:
        raise InvalidInput(
            f"divergence {stated.divergence!r}: its conjugate is not stated as a convex program. "
            'Use form="models".'
        )
    return cp.Problem(cp.Minimize(stated.strength * value + top), feasible(stated.domain, report))


def over_models(stated: FloorStatement) -> cp.Problem:
    """Return the program over models; its variable is ``model`` (outcomes,).

    Raises
    ------
    InvalidInput
        If the domain is neither sum-normalised nor a polytope.
    """
    import cvxpy as cp

    model = cp.Variable(stated.combined.size, name="model")
    _refuse_nonconvex(stated.domain)
    least, listed = _least_value(stated.domain, model)
    top = float(stated.combined.max())
    gain = stated.size * least + (stated.combined - top) @ model
    objective = gain - stated.strength * _cost(stated, model) + top
    whole: Any = cp.sum(model) == 1.0
    return cp.Problem(cp.Maximize(objective), [whole, model >= 0.0, *listed])


def feasible(domain: Domain, report: cp.Variable) -> list[Any]:
    """Return the domain's conditions on a report."""
    import cvxpy as cp

    if isinstance(domain, SumNormalized):
        return [report >= 0.0, cp.sum(report) == 1.0]
    _refuse_nonconvex(domain)
    assert isinstance(domain, ConvexDomain)
    return domain.stated(report)


def _refuse_nonconvex(domain: Domain) -> None:
    if not isinstance(domain, (SumNormalized, ConvexDomain)):
        raise InvalidInput(
            f"domain {domain!r} is not convex, so the floor on it is not one convex program. "
            "RevenueMaximizing(...).floors(rule, game) solves it outcome by outcome."
        )


def _least_value(domain: Domain, model: cp.Variable) -> tuple[Any, list[Any]]:
    """Return min over the domain of <r, π> as a concave expression, with its constraints."""
    import cvxpy as cp

    if isinstance(domain, SumNormalized):
        return cp.min(model), []
    if isinstance(domain, ConvexDomain) and not callable(domain.constraints):
        matrix, limits = domain.constraints
        price = cp.Variable(limits.size, nonneg=True, name="price")
        return -limits @ price, [model + matrix.T @ price >= 0.0]
    raise InvalidInput(
        f"domain {domain!r}: the program over models is stated for SumNormalized() and polytopes "
        'alone. Use form="reports".'
    )


def _cost(stated: FloorStatement, model: cp.Variable) -> Any:
    import cvxpy as cp

    if stated.divergence.name == "kl":
        return -cp.sum(cp.entr(model)) - stated.log_reference @ model
    return stated.divergence.expression(model, stated.reference)


def _squared_l2(s: Any, q: Array) -> Any:
    import cvxpy as cp

    return cp.square(cp.pos(0.5 * s + q)) - q**2


def _chi_squared(s: Any, q: Array) -> Any:
    import cvxpy as cp

    return cp.multiply(q, cp.square(cp.pos(1.0 + 0.5 * s)) - 1.0)


def _forward_kl(s: Any, q: Array) -> Any:
    import cvxpy as cp

    return cp.multiply(-q, cp.log(1.0 - s))


def _hellinger(s: Any, q: Array) -> Any:
    import cvxpy as cp

    return cp.multiply(q, cp.inv_pos(1.0 - s) - 1.0)


def _jensen_shannon(s: Any, q: Array) -> Any:
    import cvxpy as cp

    return cp.multiply(-0.5 * q, cp.log(2.0 - cp.exp(2.0 * s)))


#: d*(s; q) as convex CVXPY expressions
CONJUGATES: dict[str, Callable[[Any, Array], Any]] = {
    "l2": _squared_l2,
    "chi2": _chi_squared,
    "forward-kl": _forward_kl,
    "hellinger": _hellinger,
    "jensen-shannon": _jensen_shannon,
}
