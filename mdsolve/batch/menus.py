"""Finite menus, many games at once: each game's best of the models that come with it.

Of the scores Σ w_i v_ki − λ D_k of its entries a game takes the largest; its group i pays
max_k Σ_{j≠i} w_j v_kj − λ D_k less the same of the entry taken ([S] Thm 4.2 on a fixed range).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mdsolve.batch.fitted import Charged, Fitted
from mdsolve.batch.games import Batch
from mdsolve.batch.segments import Array, Segments
from mdsolve.divergences import Divergence
from mdsolve.games.validation import TINY
from mdsolve.precision import EPS
from mdsolve.training_rules import MenuWelfare


def charge(part: Batch, rule: MenuWelfare) -> Charged:
    """Return the choices and charges of a block; what rounding might tie is not sure."""
    parts, rewards = part.segments(), np.asarray(part.rewards, dtype=float)
    assert part.menu is not None
    models, reference = np.asarray(part.menu, dtype=float), part.reference
    if part.menu.dtype == np.float32:
        models = models / parts.spread(parts.sum(models))
    sizes = part.sizes[:, None] if part.sizes.ndim == 1 else part.sizes.T
    with np.errstate(all="ignore"):  # what is not finite is not sure
        values = np.stack([parts.sum(rewards * model) for model in models])
        costs = _divergences(parts, models, reference, rule.divergence)
        scores = (sizes * values).sum(axis=1) - rule.strength * costs
        choice = scores.argmax(axis=0)
        best = _of(choice, scores)
        size = np.abs(values).max(axis=(0, 1)) * sizes.sum(axis=0)
        size = np.maximum(size, rule.strength * costs.max(axis=0))
        slack = EPS * (4.0 + len(sizes)) * size
        apart = best - np.where(np.arange(len(models))[:, None] == choice, -np.inf, scores)
        sure = (apart > 4.0 * (1.0 + parts.logarithms) * slack).all(axis=0)
        sure &= parts.min(reference) >= TINY
        gains = sizes * values
        without = scores[:, None] - gains
        payments = (without - _of(choice, without)).max(axis=0)
        bounds = best - slack, best + slack
        utilities = _of(choice, gains) - payments
        low, high = np.maximum(0.0, payments - 4.0 * slack), payments + 4.0 * slack
    model = models[parts.spread(choice), np.arange(parts.cells)]
    found = Fitted(model, *bounds, _of(choice, values), payments, utilities)
    return Charged(found, low, high, sure & np.isfinite(payments).all(axis=0), choice=choice)


def _divergences(parts: Segments, models: Array, reference: Array, divergence: Divergence) -> Array:
    return np.stack([parts.sum(divergence.value(model, reference)) for model in models])


def _of(choice: Any, entries: Array) -> Array:
    """Return of (entries, ..., games) what belongs to each game's choice."""
    games: Any = np.arange(choice.size)
    return entries[choice, games] if entries.ndim == 2 else entries[choice, :, games].T
