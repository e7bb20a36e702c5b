"""Consistent estimators: ε_N → 0 at the estimator's own rate ([B] Thm 2, Prop 3).

ε_N ≤ 2 Σ_{j≠i} K_j sup_s E[|ω̂_N − ω| | s] for utilities with Lipschitz constants K_j in the state.
That bound is statistical and rests on its assumptions; what quadrature or rounding may have changed
in a computed ε_N is numerical, and reported apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.arrays import PerAgent, PerPoint
from mdsolve.data_driven.beliefs import StateTable
from mdsolve.data_driven.equilibrium import posterior_equilibrium
from mdsolve.data_driven.estimators import Estimator
from mdsolve.data_driven.mechanisms.vcg import DataDrivenVCG
from mdsolve.errors import InvalidInput
from mdsolve.games.validation import floats
from mdsolve.precision import EPS

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RateCurve:
    """Regret of truth against the number of observations behind the estimate.

    Attributes
    ----------
    observations : (points,) array
        N.
    regrets : (points,) array
        ε_N on the listed types (welfare units).
    errors : (points,) array
        ``sup_s E[|ω̂_N − ω| | s]``, in units of the state.
    bounds : (points,) array
        The statistical part: 2 max_i Σ_{j≠i} K_j times the errors (welfare units).
    numerical : (points,) array
        What quadrature and rounding may have changed in the regrets (welfare units).
    lipschitz : (agents,) array
        K_j, as given: the assumption behind the bounds.
    """

    observations: PerPoint
    regrets: PerPoint
    errors: PerPoint
    bounds: PerPoint
    numerical: PerPoint
    lipschitz: PerAgent

    def slope(self, confidence: float = 0.95) -> Slope:
        """Return the slope of log ε_N in log N by least squares.

        Parameters
        ----------
        confidence : float
            Of the interval: Student's t on the residuals, widened by the numerical part.

        Raises
        ------
        InvalidInput
            If fewer than three regrets stand out of their numerical part.
        """
        return fitted_slope(self.observations, self.regrets, self.numerical, confidence)


@dataclass(frozen=True)
class Slope:
    """A fitted rate: ε_N ~ N^value."""

    value: float
    lower: float
    upper: float
    confidence: float

    def __contains__(self, slope: float) -> bool:
        return self.lower <= slope <= self.upper


def rate_curve(
    mechanism: DataDrivenVCG,
    types: Sequence[Any],
    estimators: Mapping[int, Estimator],
    lipschitz: Any,
) -> RateCurve:
    """Return ε_N over finite type sets and all signals, for estimators of growing N.

    Parameters
    ----------
    mechanism : DataDrivenVCG
        With finite beliefs whose states are numbers.
    types : sequence of lists, one an agent
    estimators : mapping from N to Estimator
    lipschitz : (agents,) array_like
        K_j of each agent's utility in the state, over all allocations and types.

    Examples
    --------
    >>> from mdsolve.data_driven import Biased, DataDrivenVCG, FiniteBeliefs, LinearWorld
    >>> beliefs = FiniteBeliefs([0.5, 0.5], [[[0.5, 0.5], [0.5, 0.5]]] * 2, states=[0.0, 1.0])
    >>> world = LinearWorld([[[0.0] * 2, [0.0] * 2], [[0.0] * 2, [1.0] * 2]],
    ...                     [[[0.0] * 2, [-0.55, 9.0]], [[0.0] * 2, [0.0] * 2]])
    >>> known = {n: Biased(0.1) for n in (1, 10, 100)}
    >>> curve = rate_curve(DataDrivenVCG(world, beliefs), [[0, 1], [0]], known, [0.0, 1.0])
    >>> curve.regrets.round(12), curve.bounds.round(12)
    (array([0.05, 0.05, 0.05]), array([0.2, 0.2, 0.2]))
    """
    beliefs = mechanism.beliefs
    if not isinstance(beliefs, StateTable) or beliefs.states is None or beliefs.states.ndim != 1:
        raise InvalidInput(
            f"beliefs: {beliefs!r}. Rates are computed for finite beliefs over states that are "
            "numbers."
        )
    if not estimators:
        raise InvalidInput("estimators: none given. Map each N to an estimator.")
    constants = floats("lipschitz", lipschitz)
    if (
        constants.shape != (beliefs.agents,)
        or not (np.isfinite(constants) & (constants >= 0)).all()
    ):
        raise InvalidInput(
            f"lipschitz: {lipschitz!r}. Give each of {beliefs.agents} agents one number of at "
            "least 0."
        )
    sizes = sorted(estimators)
    regrets, numerical = np.array([_regret(mechanism, types, estimators[size]) for size in sizes]).T
    errors = np.array([_error(beliefs, estimators[size]) for size in sizes])
    factor = 2.0 * float((constants.sum() - constants).max())
    return RateCurve(
        np.array(sizes, dtype=float), regrets, errors, factor * errors, numerical, constants
    )


def _regret(
    mechanism: DataDrivenVCG, types: Sequence[Any], source: Estimator
) -> tuple[float, float]:
    """Return ε and its numerical part: half the nodes, where there are nodes, and rounding."""
    found = posterior_equilibrium(mechanism, types, estimator=source).epsilon
    coarse = source.coarser()
    rounding = 64.0 * EPS * _scale(mechanism, types)
    if coarse is None:
        return found, rounding
    again = posterior_equilibrium(mechanism, types, estimator=coarse).epsilon
    return found, abs(found - again) + rounding


def _scale(mechanism: DataDrivenVCG, types: Sequence[Any]) -> float:
    beliefs, world = mechanism.beliefs, mechanism.world
    assert isinstance(beliefs, StateTable)
    assert beliefs.states is not None
    laws = [beliefs.law_of(float(state)) for state in beliefs.states]
    largest = 0.0
    for agent, own in enumerate(types):
        for theta in own:
            profile = [world.checked_type(agent, theta)] * beliefs.agents
            values = [np.abs(world.valuation(agent, law, profile)).max() for law in laws]
            largest = max(largest, *map(float, values))
    return largest * beliefs.agents


def _error(beliefs: StateTable, source: Estimator) -> float:
    """Return sup_s E[|ω̂ − ω| | s]."""
    assert beliefs.states is not None
    at = np.array(
        [
            source.given(state, beliefs).integral(
                lambda points, state=state: np.abs(points - state), "rate_curve"
            )
            for state in beliefs.states
        ]
    )
    profiles = product(*map(range, beliefs.signal_counts))
    return max(float(beliefs.posterior(signals) @ at) for signals in profiles)


def fitted_slope(
    observations: Any, regrets: Any, numerical: Any = 0.0, confidence: float = 0.95
) -> Slope:
    """Return the slope of log regrets in log observations, with its confidence interval.

    Parameters
    ----------
    observations, regrets : (points,) array_like
    numerical : float or (points,) array_like
        What each regret may be off by; regrets not above it are left out.
    confidence : float

    Examples
    --------
    >>> round(fitted_slope([1, 10, 100], [1.0, 0.1, 0.01]).value, 12)
    -1.0
    """
    from scipy.stats import t

    sizes, found = floats("observations", observations), floats("regrets", regrets)
    off = np.broadcast_to(np.asarray(numerical, dtype=float), found.shape)
    seen = found > 2.0 * off
    if int(seen.sum()) < 3:
        raise InvalidInput(
            f"regrets: {int(seen.sum())} stand out of their numerical part. A slope with an "
            "interval needs three."
        )
    if not 0.0 < confidence < 1.0:
        raise InvalidInput(f"confidence: {confidence!r}. Pass a number between 0 and 1.")
    x, y = np.log(sizes[seen]), np.log(found[seen])
    centred = x - x.mean()
    weights = centred / float(centred @ centred)
    value = float(weights @ y)
    residuals = y - y.mean() - value * centred
    freedom = x.size - 2
    spread = float(np.sqrt(residuals @ residuals / freedom / (centred @ centred)))
    width = float(t.ppf(0.5 + 0.5 * confidence, freedom)) * spread
    width += float(np.abs(weights) @ (off[seen] / found[seen]))
    return Slope(value, value - width, value + width, confidence)
