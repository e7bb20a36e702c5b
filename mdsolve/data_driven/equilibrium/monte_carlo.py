"""Gains by drawing states and estimates, with 99.9% bands; differences are paired, draw by draw."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.equilibrium.regret import (
    Regret,
    Regrets,
    listed_deviations,
    misreport,
)
from mdsolve.data_driven.estimators import estimator as estimator_of
from mdsolve.data_driven.mechanisms.vcg import Truth
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]

#: of the standard normal, two sides, 99.9%
BAND = 3.2905267314918945


def drawn_regret(
    mechanism: Any,
    types: Any,
    signals: Any,
    deviations: Any,
    estimator: Any,
    draws: int,
    seed: int | None,
) -> Regrets:
    """Return each agent's best gain over draws of (ω, ω̂); see `posterior_regret`.

    The band is that of the witness alone: with many deviations the largest of them is biased up.
    """
    if draws < 2:
        raise InvalidInput(f"draws: {draws}. A standard error needs at least two.")
    profile, told = mechanism.reports(types, signals)
    lists = listed_deviations(mechanism, profile, told, deviations)
    worlds = _drawn_truths(mechanism, profile, told, estimator, draws, seed)

    def utilities(agent: int, theta: Any, signal: Any) -> Array:
        reported, heard = misreport(mechanism, profile, told, agent, theta, signal)
        here = mechanism.choice(reported, heard)
        return np.array(
            [
                mechanism.world.utility(agent, here.allocation, truth.state, profile)
                + mechanism.incentive(agent, here, reported, heard, truth)
                for truth in worlds
            ]
        )

    return Regrets(
        tuple(
            _best(
                agent,
                lies,
                [utilities(agent, *lie) for lie in lies],
                utilities(agent, profile[agent], told[agent]),
            )
            for agent, lies in enumerate(lists)
        )
    )


def _drawn_truths(
    mechanism: Any, profile: list[Any], told: list[Any], estimator: Any, draws: int, seed: Any
) -> list[Truth]:
    rng = np.random.default_rng(seed)
    source, beliefs = estimator_of(estimator), mechanism.beliefs
    states = beliefs.sample_states(told, draws, rng)
    return [
        Truth(profile, beliefs.law_of(state), beliefs.law_of(source.draw(state, rng)))
        for state in states
    ]


def _best(agent: int, lies: list[tuple[Any, Any]], drawn: list[Array], truth: Array) -> Regret:
    if not lies:
        return Regret(agent, 0.0, None)
    gains = [each - truth for each in drawn]
    place = int(np.argmax([gain.mean() for gain in gains]))
    gain = gains[place]
    error = BAND * float(gain.std(ddof=1)) / sqrt(gain.size)
    return Regret(agent, float(gain.mean()), lies[place], error)
