"""Click-through rates from logged clicks, as estimates of the state ([B] §5.1)."""

from __future__ import annotations

from typing import Any

import numpy as np

from mdsolve.data_driven.clicks import RateEstimate, inverse_propensity
from mdsolve.errors import InvalidInput
from mdsolve.games.validation import floats


def logged_rates(
    shown: Any,
    clicks: Any,
    propensities: Any,
    agents: int,
    *,
    self_normalized: bool = False,
) -> RateEstimate:
    """Return rates by inverse propensities, legal as an estimate through ``.rates``.

    Plain weights are unbiased whatever the logging policy, and may leave [0, 1]: use them with
    ``ClickThrough(unbounded=True)``. Self-normalised ones are consistent and stay in it.

    Parameters
    ----------
    shown : (rows,) array_like of int
        Which agent each row showed.
    clicks : (rows,) array_like
        0 or 1.
    propensities : (rows,) array_like
        With what chance it was shown, in (0, 1].
    agents : int
    self_normalized : bool

    Examples
    --------
    >>> logged_rates([0, 1, 0, 1], [1, 0, 0, 1], [0.5] * 4, agents=2).rates
    array([0.5, 0.5])
    """
    places, seen, chances = (
        np.atleast_1d(floats(name, given))
        for name, given in (("shown", shown), ("clicks", clicks), ("propensities", propensities))
    )
    if not places.shape == seen.shape == chances.shape or places.ndim != 1 or not places.size:
        raise InvalidInput(
            f"shown, clicks and propensities: shapes {places.shape}, {seen.shape} and "
            f"{chances.shape}. Give each row one of each."
        )
    _each("propensities", chances, (chances > 0.0) & (chances <= 1.0), "must be in (0, 1]")
    _each("clicks", seen, (seen >= 0.0) & (seen <= 1.0), "must be 0 or 1, one impression a row")
    legal = (places == np.floor(places)) & (places >= 0) & (places < agents)
    _each("shown", places, legal, f"must be a position from 0 to {agents - 1}")
    names = [f"agent-{agent}" for agent in range(agents)]
    where = places.astype(np.intp)
    return inverse_propensity(where, seen, chances, names, self_normalized=self_normalized)


def _each(name: str, values: Any, legal: Any, rule: str) -> None:
    bad = np.flatnonzero(~legal)
    if bad.size:
        raise InvalidInput(f"{name}: row {bad[0]} has {values[bad[0]]:g}. It {rule}.")
