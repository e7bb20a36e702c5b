"""The worst that noise within ε does: B_Φ(c, c + δ) at its largest over a box ([S] Thm 4.9).

As <δ, ∇²Φ δ> is a variance over λ it is at most |δ|²/(2λ) for KL, |δ|²/(4λ) for χ², and m|δ|²/(4λ)
for the squared distance over m outcomes.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.games import Game
from mdsolve.payments.affine_maximizer import AffineMaximizer, row
from mdsolve.precision import exponential_excess

Array = NDArray[np.float64]
Loss = Callable[[Array], float]

#: up to so many outcomes every pattern of signs is tried
EXHAUSTIVE = 10
#: KL's tilts beyond this are left to the payment's own form
_STEEP = 50.0


def sharp_bound(rule: Any, outcomes: int, scale: float) -> float:
    """Return the bound on B_Φ(c, c + δ) for |δ| ≤ scale (welfare units), NaN where none is known.

    Examples
    --------
    >>> import mdsolve as md
    >>> sharp_bound(md.SocialWelfare("chi2", 1.0), 5, 0.2)
    0.010000000000000002
    """
    parts = {"kl": 0.5, "chi2": 0.25, "l2": 0.25 * outcomes}
    return parts.get(rule.divergence.name, np.nan) * scale * scale / rule.strength


def worst_noise(loss: Loss, outcomes: int, epsilon: float) -> tuple[float, Array]:
    """Return the largest loss found over |δ| ≤ ε and where: at corners, then inwards from them.

    Up to ten outcomes every corner is tried; above that, flips of one sign at a time.
    """
    if outcomes <= EXHAUSTIVE:
        corners = [np.array((1.0, *rest)) for rest in product((1.0, -1.0), repeat=outcomes - 1)]
        corners += [-corner for corner in corners]
    else:
        corners = [_flipped(loss, outcomes, epsilon, seed) for seed in range(4)]
    losses = [loss(epsilon * corner) for corner in corners]
    best = int(np.argmax(losses))
    found, where = losses[best], epsilon * corners[best]
    for _ in range(2):
        for x in range(min(outcomes, 64)):
            for part in (0.0, 0.5, -0.5):
                inner = np.where(np.arange(outcomes) == x, part * epsilon, where)
                value = loss(inner)
                if value > found:
                    found, where = value, inner
    return found, where


def _flipped(loss: Loss, outcomes: int, epsilon: float, seed: int) -> Array:
    """Climb from random signs by single flips, as long as one helps."""
    rng = np.random.default_rng(seed)
    signs = rng.choice([1.0, -1.0], outcomes)
    value = loss(epsilon * signs)
    for _ in range(3):
        before = value
        for x in rng.permutation(outcomes)[:512]:
            signs[x] = -signs[x]
            found = loss(epsilon * signs)
            if found > value:
                value = found
            else:
                signs[x] = -signs[x]
        if value == before:
            break
    return signs


def loss_of(rule: Any, game: Game, group: int) -> Loss:
    """Return δ ↦ B_Φ(c, c + w_i δ): what is lost where i's reward arrives as r_i + δ."""
    truth, size = row(game, group), float(game.sizes[group])
    payment = AffineMaximizer()

    def general(change: Array) -> float:
        return payment.regret(rule, game, group, truth + change, size)

    if rule.divergence.name != "kl":
        return general
    model, strength = rule.train(game).model, float(rule.strength)

    def tilted(change: Array) -> float:
        tilt = (size / strength) * change
        tilt = tilt - model @ tilt
        if np.abs(tilt).max() > _STEEP:
            return general(change)
        excess = float(model @ exponential_excess(tilt))
        moved = float(model @ (tilt * np.expm1(tilt))) / (1.0 + excess)
        return strength * max(0.0, moved - float(np.log1p(excess)))

    return tilted
