"""The envelope integral p(r, w) − p(r*, w) = w ∫_0^1 <r, π(1) − π(s)> ds ([S] Thm 3.7, 4.5).

π(s) is trained when r* + s (r − r*) is reported, r* the constant reward of the domain. It needs a
rule alone, so every payment that makes truth best has this difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.domains import FiniteTypes, MaxNormalized, SumNormalized
from mdsolve.games.domains.base import Domain
from mdsolve.games.domains.base import domain as resolve
from mdsolve.payments.affine_maximizer import row
from mdsolve.precision import EPS
from mdsolve.type_graph import outcomes_of, type_table

Array = NDArray[np.float64]

_TABLE = 64
_NORMALIZED = (SumNormalized(), MaxNormalized())


@dataclass(frozen=True)
class Envelope:
    """p(r, w) − p(r*, w) under every truthful payment: the envelope integral.

    Attributes
    ----------
    difference : float
        Welfare units; at least 0.
    error : float
        Estimate of the quadrature's error plus a bound on rounding.
    evaluations : int
        Models trained.
    """

    difference: float
    error: float
    evaluations: int

    def __float__(self) -> float:
        return self.difference


def envelope(
    rule: Any,
    game: Game,
    group: Any,
    reward: ArrayLike | None = None,
    size: float | None = None,
    *,
    domain: Any = None,
    tolerance: float = 1e-10,
) -> Envelope:
    """Return p(r, w) − p(r*, w) = w ∫_0^1 <r, π(1) − π(s)> ds, π(s) trained at r* + s (r − r*).

    No payment rule is consulted: every truthful payment has this difference ([S] Thm 3.7).

    Parameters
    ----------
    rule, game, group
        As for `mdsolve.type_graph.type_table`.
    reward, size : optional
        The group's own by default.
    domain : Domain or str, optional
        As for `path_types`.
    tolerance : float
        Absolute error (welfare units) at which the adaptive Gauss-Kronrod rule stops.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> rule = md.SocialWelfare("l2", 4.0)
    >>> outcome = md.Mechanism(rule, md.AffineMaximizer()).run(game)
    >>> round(envelope(rule, game, 0).difference, 12), float(outcome.payments[0])
    (0.03125, 0.03125)
    """
    from scipy.integrate import quad

    index = game.group_index(group)
    vector = np.array(row(game, index) if reward is None else reward, dtype=float)
    weight = float(game.sizes[index] if size is None else size)
    uniform = uniform_reward(domain, vector)
    trained: list[float] = []

    def model(share: float) -> Array:
        report = uniform + share * (vector - uniform)
        models, error = models_of(rule, game, index, FiniteTypes([report], weight))
        trained.append(error)
        return models[0]

    last, centred = model(1.0), vector - uniform
    found = quad(
        lambda share: weight * float(centred @ (last - model(share))),
        0.0,
        1.0,
        epsabs=tolerance,
        epsrel=4.0 * EPS,
        limit=200,
        full_output=1,
    )
    return Envelope(float(found[0]), float(found[1]) + 2.0 * max(trained), len(trained))


def uniform_reward(domain: Any, *rewards: Array) -> Array:
    """Return r*, the domain's constant reward, after checking that rewards are in the domain."""
    chosen = normalized_domain(domain, *rewards)
    outcomes = rewards[0].size
    level = 1.0 / outcomes if isinstance(chosen, SumNormalized) else 1.0
    return np.full(outcomes, level)


def normalized_domain(domain: Any, *rewards: Array) -> Domain:
    """Return the domain "sum" or "max" asked for, or the first that all rewards are in."""
    if domain is None:
        for candidate in _NORMALIZED:
            if all(candidate.violation(reward) is None for reward in rewards):
                return candidate
        failed = next(filter(None, (_NORMALIZED[0].violation(reward) for reward in rewards)))
        raise InvalidInput(
            f"domain: the rewards are not all sum-normalised ({failed}) nor all max-normalised. "
            "Normalise them first with game.normalized(...)."
        )
    chosen = resolve(domain)
    if not isinstance(chosen, (SumNormalized, MaxNormalized)):
        raise InvalidInput(
            f'domain: {chosen!r} has no uniform reward to pass by. Use "sum" or "max".'
        )
    for reward in rewards:
        chosen.check(reward)
    return chosen


def models_of(rule: Any, game: Game, group: int, types: FiniteTypes) -> tuple[Array, float]:
    """Return the models trained at each type, and the largest error of a valuation."""
    models = np.empty((len(types), outcomes_of(rule, game)))
    error = 0.0
    for first in range(0, len(types), _TABLE):
        part = slice(first, first + _TABLE)
        listed = FiniteTypes(types.rewards[part], types.sizes[part], labels=types.labels[part])
        table = type_table(rule, game, group, listed)
        models[part], error = table.models, max(error, table.error)
    return models, error
