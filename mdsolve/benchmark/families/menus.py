"""max Σ z_k (Σ wᵢ V_ki − λ D_k) over mixtures z: a finite menu of models ([S] §2; math §3).

The best entry is optimal; ties make the program degenerate, and the n programs without one group
give the payments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mdsolve.benchmark.families import drawing
from mdsolve.benchmark.families.statements import of_linear
from mdsolve.benchmark.problem import Statement
from mdsolve.solvers.linear_program import LinearProgram


def build(parameters: Mapping[str, Any], seed: int) -> Statement:
    """Return the program over a drawn menu.

    Parameters
    ----------
    parameters : mapping
        ``models``, ``groups``, ``strength``; ``rewards``, of which kind the table of valuations is
        (see `drawing.REWARDS`); ``without``, a group that is left out; ``mixed``, whether a floor
        under each group's valuation makes mixtures necessary.
    """
    draw = np.random.default_rng(seed)
    models, groups = int(parameters["models"]), int(parameters["groups"])
    kind = str(parameters.get("rewards", "uniform"))
    values = drawing.REWARDS[kind](draw, groups, models)
    divergences = drawing.dyadic(draw, (models,), 12)
    sizes = draw.integers(1, 9, groups).astype(float)
    if "without" in parameters:
        sizes[int(parameters["without"])] = 0.0
    return of_linear(
        _program(values, divergences, sizes, parameters),
        {"outcomes": models, "groups": groups},
        scale=float(np.ptp(sizes @ values)) or 1.0,
    )


def _program(values: Any, divergences: Any, sizes: Any, parameters: Mapping[str, Any]) -> Any:
    """State valuations as variables, so that sizes and strength stand in the objective alone."""
    groups, models = values.shape
    floor = float(values.min(axis=1).max()) if parameters.get("mixed") else None
    least = np.full(groups, -np.inf if floor is None else (floor + values.max(axis=1).min()) / 2.0)
    table = np.zeros((groups + 2, models + groups + 1))
    table[0, :models] = 1.0
    table[1:-1, :models], table[1:-1, models:-1] = values, -np.eye(groups)
    table[-1, :models], table[-1, -1] = divergences, -1.0
    names = [f"model-{k}" for k in range(models)]
    return LinearProgram(
        np.concatenate([np.zeros(models), sizes, [-float(parameters["strength"])]]),
        table,
        "==",
        np.concatenate([[1.0], np.zeros(groups + 1)]),
        lower=np.concatenate([np.zeros(models), least, [-np.inf]]),
        maximize=True,
        names=[*names, *(f"value-{i}" for i in range(groups)), "divergence"],
        rows=["whole", *(f"valuation-{i}" for i in range(groups)), "divergence"],
    )
