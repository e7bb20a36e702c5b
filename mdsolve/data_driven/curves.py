"""What an agent pays as its type moves, and earns as its signal sharpens ([B] Ex 2).

With quadratic loss and two agents the payment is ((θ_i − θ_j)/2)², for the bias brought in, less
(E[ω|s] − E[ω|s_j])², for the information.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mdsolve.arrays import PerPoint
from mdsolve.data_driven.beliefs.base import positive_vector
from mdsolve.data_driven.beliefs.gaussian import GaussianBeliefs
from mdsolve.data_driven.information import information_reward
from mdsolve.data_driven.mechanisms.vcg import DataDrivenVCG
from mdsolve.errors import InvalidInput


@dataclass(frozen=True, eq=False)
class PaymentCurve:
    """One agent's expected payment over its own types, the rest fixed.

    Attributes
    ----------
    agent : int
    types : (points,) array
    payments, externality, steering : (points,) arrays
        Welfare units; the last two are the channels of the first.
    """

    agent: int
    types: PerPoint
    payments: PerPoint
    externality: PerPoint
    steering: PerPoint


def payment_curve(
    mechanism: DataDrivenVCG,
    agent: int,
    own_types: Sequence[float],
    types: Any,
    signals: Any,
    *,
    estimator: Any = None,
) -> PaymentCurve:
    """Return what an agent is expected to pay at each of its types, told truthfully.

    Parameters
    ----------
    mechanism : DataDrivenVCG
        Of a world whose types are numbers.
    agent : int
    own_types : sequence of float
    types, signals : sequence
        The profile; the agent's own type in it is not used.
    estimator : Estimator, function of the state, or None

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs, QuadraticLoss
    >>> mechanism = DataDrivenVCG(QuadraticLoss(), GaussianBeliefs(0.0, 1.0, [1.0, 1.0]))
    >>> payment_curve(mechanism, 0, [0.0, 2.0, 4.0], [0.0, 0.0], [3.0, 0.0]).payments
    array([-1.,  0.,  3.])
    """
    if not len(own_types):
        raise InvalidInput("own_types: none given. A curve needs at least one.")
    rows: list[tuple[float, float, float]] = []
    for theta in own_types:
        profile = list(types)
        profile[agent] = theta
        found = mechanism.expected(profile, signals, estimator)
        rows.append((found.payments[agent], found.externality[agent], found.steering[agent]))
    payments, externality, steering = np.array(rows).T
    return PaymentCurve(agent, np.asarray(own_types, dtype=float), payments, externality, steering)


@dataclass(frozen=True, eq=False)
class RewardCurve:
    """What an agent's information is worth as its signal sharpens.

    Attributes
    ----------
    precisions : (points,) array
        One over the variance of the agent's noise.
    rewards : (points,) array
        E(E[ω|s] − E[ω|s₋ᵢ])² (welfare units).
    limit : float
        What a signal that says all would be worth: Var[ω|s₋ᵢ].
    """

    precisions: PerPoint
    rewards: PerPoint
    limit: float


def reward_curve(
    variance: float, precisions: Any, other_precisions: Sequence[float]
) -> RewardCurve:
    """Return the information reward of a Gaussian signal of growing precision beside others.

    Parameters
    ----------
    variance : float
        Of the state before any signal.
    precisions : (points,) array_like
        Of the agent's signal; positive.
    other_precisions : sequence of float
        Of the others' signals; positive.

    Examples
    --------
    >>> reward_curve(1.0, [1.0, 3.0], [1.0]).rewards.round(12)
    array([0.16666667, 0.3       ])
    """
    own = positive_vector("precisions", precisions, "A precision must be positive.")
    others = np.asarray(other_precisions, dtype=float)
    if others.size:
        positive_vector("other_precisions", others, "A precision must be positive.")
    known = [
        GaussianBeliefs(0.0, variance, np.concatenate(([1.0 / each], 1.0 / others))) for each in own
    ]
    limit = known[0].posterior([0.0] * known[0].agents, 0)[1]
    return RewardCurve(own, np.array([information_reward(each, 0) for each in known]), limit)
