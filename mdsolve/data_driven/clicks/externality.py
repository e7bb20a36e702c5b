"""What a winner keeps from those below: Σ_{m≥l} δ_m w_(m+1), δ the drops of slots' effects."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.clicks.auctions import ClickAuctions
from mdsolve.data_driven.clicks.ranking import Indices, taken

Array = NDArray[np.float64]


def drops(auctions: ClickAuctions, slots: int) -> Array:
    """Return δ of the slots that are filled."""
    effects = auctions.effects[:slots]
    return effects - np.append(effects[1:], auctions.effects[slots : slots + 1].sum())


def next_below(auctions: ClickAuctions, worth: Array) -> Array:
    """Return what the bidder below each winner is worth, 0 below the last."""
    below = taken(worth, auctions.order[:, 1:])
    missing = auctions.winners.shape[1] - below.shape[1]
    return np.pad(below, ((0, 0), (0, missing))) if missing else below


def kept_from_others(auctions: ClickAuctions, worth: Array) -> Array:
    """Return Σ_{m≥l} δ_m w_(m+1) at each rank l: (auctions, slots)."""
    below = next_below(auctions, worth)
    steps = drops(auctions, below.shape[1]) * below
    return steps if steps.shape[1] == 1 else np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]


def worth_shown(auctions: ClickAuctions, worth: Array, order: Indices) -> Array:
    """Return Σ_m γ_m w_(m) of an order of some bidders."""
    return taken(worth, order) @ auctions.effects[: order.shape[1]]


def value_at(values: Array, ranked: Indices, rank: int) -> Array:
    """Return the value at a rank, 0 beyond the last."""
    if rank >= ranked.shape[1]:
        return np.zeros((len(values), 1))
    return taken(values, ranked[:, rank : rank + 1])


def by_winner(auctions: ClickAuctions, paid: Array) -> Array:
    """Return (auctions, bidders) payments of what each slot's winner pays."""
    payments = np.zeros_like(auctions.values)
    payments[np.arange(len(paid))[:, None], auctions.winners] = paid
    return payments
