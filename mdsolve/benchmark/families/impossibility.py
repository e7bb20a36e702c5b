"""Transfers in reports alone cannot elicit information with preferences; with data they can.

[B] Thm 1: u = −(x − ω − θ)² and x* = E[ω|s] + mean θ of n agents, the others' reports fixed at 0.
One agent's types are pairs (θ, s). Without ω a payment is a number a report; with ω observed it is
a number for each report and state, or, where E[ω|s] is all that is known of ω, a line in ω ([B]
Prop 2: data-driven VCG is one, up to a term that no report moves). A pair of types whose preference
falls by Δθ while E[ω|s] rises by ΔE refutes reports exactly where Δθ/n < ΔE < Δθ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.families.statements import of_linear
from mdsolve.benchmark.problem import Statement
from mdsolve.errors import InvalidInput
from mdsolve.solvers.linear_program import LinearProgram

Array = NDArray[np.float64]


def build(parameters: Mapping[str, Any], _: int) -> Statement:
    """Return the program of a grid of types.

    Parameters
    ----------
    parameters : mapping
        ``model``: ``"wallet"`` (ω is the sum of the signals), ``"gaussian"`` (E[ω|s] = weight · s),
        or ``"binary"`` (ω is 0 or 1, a signal is right in three of four);
        ``preferences``, ``signals``: how many of each; ``step``, between preferences; ``weight``;
        ``data``, whether payments may depend on ω; ``agents``, 2 or another power of two.

    Raises
    ------
    InvalidInput
        If the model is unknown.
    """
    name, data = str(parameters["model"]), bool(parameters["data"])
    if name not in MODELS:
        raise InvalidInput(f"parameters: model = {name!r}. Choose one of {', '.join(MODELS)}.")
    agents = int(parameters.get("agents", 2))
    count, step = int(parameters["preferences"]), float(parameters["step"])
    states, beliefs = MODELS[name](parameters)
    seen = np.ones((len(beliefs), 1))
    if data:
        seen = np.column_stack([seen, beliefs @ states]) if name == "gaussian" else beliefs
    types = [(step * k, s) for k, s in product(range(count), range(len(beliefs)))]
    program, scale = _program(types, states, beliefs, seen, agents)
    axes = {"types": len(types), "outcomes": len(types), "groups": agents}
    return of_linear(program, axes, scale=scale)


def _wallet(parameters: Mapping[str, Any]) -> tuple[Array, Array]:
    signals = int(parameters["signals"])
    return np.arange(signals, dtype=np.float64), np.eye(signals)


def _gaussian(parameters: Mapping[str, Any]) -> tuple[Array, Array]:
    """The posterior mean alone matters: it stands for the state."""
    signals = int(parameters["signals"])
    return float(parameters["weight"]) * np.arange(signals, dtype=np.float64), np.eye(signals)


def _binary(_: Mapping[str, Any]) -> tuple[Array, Array]:
    return np.array([0.0, 1.0]), np.array([[0.75, 0.25], [0.25, 0.75]])


MODELS: dict[str, Callable[[Mapping[str, Any]], tuple[Array, Array]]] = {
    "wallet": _wallet,
    "gaussian": _gaussian,
    "binary": _binary,
}


def _program(
    types: list[tuple[float, int]], states: Array, beliefs: Array, seen: Array, agents: int
) -> tuple[LinearProgram, float]:
    """Minimise h over payments of at most h either way under which no type gains by a lie.

    seen[s] is what a payment's parts are expected to be worth on the signal s.
    """
    decisions = [float(beliefs[s] @ states) + theta / agents for theta, s in types]
    observed = seen.shape[1]
    payments = len(types) * observed
    rows: list[Array] = []
    sides: list[float] = []
    for true, (theta, s) in enumerate(types):
        worth = [_worth(x, theta, states, beliefs[s]) for x in decisions]
        for told in range(len(types)):
            if told != true:
                row = np.zeros(payments + 1)
                row[true * observed : (true + 1) * observed] = seen[s]
                row[told * observed : (told + 1) * observed] -= seen[s]
                rows.append(row)
                sides.append(worth[true] - worth[told])
    limits = np.hstack(
        [np.vstack([np.eye(payments), -np.eye(payments)]), -np.ones((2 * payments, 1))]
    )
    program = LinearProgram(
        np.append(np.zeros(payments), 1.0),
        np.vstack([*rows, limits]),
        "<=",
        np.concatenate([sides, np.zeros(2 * payments)]),
    )
    return program, max(map(abs, sides))


def _worth(x: float, theta: float, states: Array, belief: Array) -> float:
    """E[−(x − ω − θ)²] under a belief about the state."""
    return -float(belief @ (x - states - theta) ** 2)
