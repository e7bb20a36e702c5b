"""Estimates from a second stage of reports, each agent's own left out ([B] 4.2.1, eq 5, Cor 1)."""

from __future__ import annotations

from typing import Any

import numpy as np

from mdsolve.data_driven.mechanisms.estimates import EstimatePerAgent
from mdsolve.errors import InvalidInput
from mdsolve.games.validation import floats


def leave_one_out(reports: Any, counts: Any = None) -> EstimatePerAgent:
    """Return ω̂₋ᵢ, the mean of the others' second-stage reports, for each agent i.

    An agent's transfer does not depend on its own second report: telling the truth there is
    weakly dominant.

    Parameters
    ----------
    reports : (agents,) or (agents, dimensions) array_like
        What each agent saw of the state, a number or a vector.
    counts : (agents,) array_like, optional
        How many observations each report is the mean of; equal by default.

    Examples
    --------
    >>> leave_one_out([1.0, 2.0, 6.0]).estimates
    [4.0, 3.5, 1.5]
    """
    seen = floats("reports", reports)
    if seen.ndim not in (1, 2) or len(seen) < 2:
        raise InvalidInput(
            f"reports: shape {seen.shape}. Leaving one out needs one report for each of at least "
            "two agents."
        )
    if not np.isfinite(seen).all():
        agent = int(np.argwhere(~np.isfinite(seen))[0][0])
        raise InvalidInput(f"reports: agent {agent} reports {seen[agent]}. Pass finite numbers.")
    weights = np.ones(len(seen)) if counts is None else floats("counts", counts)
    if weights.shape != (len(seen),) or not (np.isfinite(weights) & (weights >= 0.0)).all():
        raise InvalidInput(f"counts: {counts!r}. Pass one number of at least 0 for each report.")
    estimates: list[Any] = []
    for agent in range(len(seen)):
        rest = np.delete(np.arange(len(seen)), agent)
        total = float(weights[rest].sum())
        if total == 0.0:
            raise InvalidInput(
                f"counts: nobody but agent {agent} observed anything, so nothing is left for its "
                "transfer. Give another agent observations."
            )
        estimate = weights[rest] @ seen[rest] / total
        estimates.append(float(estimate) if estimate.ndim == 0 else estimate)
    return EstimatePerAgent(estimates)
