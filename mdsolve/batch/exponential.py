"""KL in closed form, many games at once: Φ(c) = λ log Σ π0 e^{c/λ}, payments λ log E_π[e^x].

[S] Prop 4.4 and Thm 4.2 with D = KL: x = −(w_i/λ)(r_i − E_π r_i), means taken from the most likely
outcome, so that a concentrated model keeps the digits of what little it puts elsewhere. Payments
in which e^x − 1 − x has few digits, or whose utility cancels, are done anew by `tilts`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.batch.combined import Reports, Sums
from mdsolve.batch.fitted import Fitted
from mdsolve.batch.segments import Array, Segments
from mdsolve.precision import EPS
from mdsolve.solvers.tilting import (
    FAR,
    FLOOR,
    HUGE,
    NOTHING,
    excess_of,
    log1p_of,
    near_zero,
    total_spare,
)

#: E[e^x − 1 − x] from which E[e^x − 1] − E[x] keeps its digits
CERTAIN = 1e-4
#: payments this many times the utility leave it few digits
_CANCELS = 32.0
#: Σ w|r|/λ up to which rewards are tilted as they stand
TAME = 8.0
#: what a payment is at least of the numbers that it is the difference of, to keep its digits there
SHARE = 2.0**-8
_TINY = float(np.finfo(float).tiny)


def fit(reports: Reports, combined: Sums, logarithms: Array, strength: float) -> Fitted:
    """Return the models and payments of games with log π0 = ``logarithms`` and their brackets."""
    parts, rewards = reports.parts, reports.rewards
    slopes = -reports.sizes / strength
    base = parts.starts
    change = combined.above(parts, base)
    change /= strength
    exponents = change + logarithms
    highest = parts.max(exponents)
    exponents -= parts.spread(highest)
    lowest = exponents.min()
    unnormalised = np.exp(exponents if lowest > FLOOR else np.maximum(exponents, FLOOR))
    if lowest <= FLOOR:
        unnormalised *= exponents > FLOOR
    mass = parts.sum(unnormalised)
    model = np.multiply(unnormalised, parts.spread(1.0 / mass), out=unnormalised)
    total = parts.sum(model)

    values = np.empty((len(rewards), parts.size))
    payments, sure = np.empty_like(values), np.zeros(values.shape, dtype=bool)
    level = combined.scale <= TAME * strength
    if level.any():
        values, payments, sure = _plain(parts, rewards, model, total, slopes)
        payments *= strength
    utilities = reports.sizes * values - payments
    sure &= level & (payments <= _CANCELS * np.abs(utilities))
    groups, games = np.nonzero(~sure)
    if games.size:
        slopes = np.broadcast_to(slopes, payments.shape)
        again = _Pairs(parts, rewards, groups, games, slopes, exponents, np.log(mass))
        at, paid, kept = again.charged(model, combined.scale, strength)
        values[groups, games], payments[groups, games], utilities[groups, games] = at, paid, kept

    multiplier = combined.high[base] + strength * (highest + np.log(mass))
    lower, upper = _brackets(parts, combined, multiplier, exponents, model, mass, total, strength)
    flat = np.flatnonzero(combined.scale < strength)
    if flat.size:
        cells, some = parts.taken(flat)
        origin, scale = combined.high[base[flat]], combined.scale[flat]
        lower[flat], upper[flat] = _flat(
            some, origin, scale, change[cells], logarithms[cells], model[cells], strength
        )
    return Fitted(model, lower, upper, values, payments, utilities)


def _plain(
    parts: Segments, rewards: Array, model: Array, total: Array, slopes: Array
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return means, log E[e^x] − E[x] of x = slope · r as it stands, and where it keeps its digits.

    The difference is read from numbers of its own size or larger: where they are much larger, or
    E[e^x] is small, it is done anew.
    """
    means = np.empty((len(rewards), parts.size))
    growth, x = np.empty_like(means), np.empty_like(model)
    for group, row in enumerate(rewards):  # one at a time: its arrays share the cache
        slope = slopes[group, 0] if slopes.shape[1] == 1 else parts.spread(slopes[group])
        np.multiply(row, slope, out=x)
        np.expm1(x, out=x)
        x *= model
        parts.sum(x, out=growth[group])
        np.multiply(row, model, out=x)
        parts.sum(x, out=means[group])
    growth /= total
    means /= total
    high, low = np.log1p(growth), slopes * means
    tilt = high - low
    size = 1.0 / (1.0 + growth) + np.abs(high) + np.abs(low)
    return means, tilt, tilt >= SHARE * size


def _brackets(
    parts: Segments,
    combined: Sums,
    multiplier: Array,
    exponents: Array,
    model: Array,
    mass: Array,
    total: Array,
    strength: float,
) -> tuple[Array, Array]:
    """Return <c,π> − λ KL(π‖π0) and ν + λ (Σ π0 e^{(c−ν)/λ} − 1), widened by their rounding."""
    logs = np.log(model if model.min() >= _TINY else np.maximum(model, _TINY))
    np.subtract(exponents, logs, out=logs)
    logs *= model
    slack = parts.sum(logs)
    lower = multiplier + strength * (slack / total - np.log(mass) + np.log(total))
    upper = multiplier + strength * (total - 1.0)
    rounding = EPS * (12.0 + parts.logarithms) * (combined.scale + strength)
    return np.minimum(lower, upper) - rounding, np.maximum(lower, upper) + rounding


def _flat(
    parts: Segments,
    origin: Array,
    scale: Array,
    change: Array,
    logarithms: Array,
    model: Array,
    strength: float,
) -> tuple[Array, Array]:
    """Return the brackets where Σ w|r| is less than λ: λ itself must not round them.

    The reference's own <c, π0> is the better lower bound where λ shows a model's last digits.
    """
    reference = np.exp(logarithms)
    share = parts.sum(reference)
    growth = parts.sum(reference * np.expm1(change)) / share
    with np.errstate(invalid="ignore", divide="ignore"):
        multiplier = origin + strength * np.log1p(growth)
    moved, digits = model - reference, EPS * (12.0 + parts.logarithms)
    ratio = np.log1p(moved / np.maximum(reference, _TINY))
    total, excess = parts.sum(model), parts.sum(moved)
    spent = (parts.sum(model * ratio) - excess) / total - total_spare(excess / share)
    lower = parts.sum(model * change) / total - spent - digits * parts.sum(np.abs(moved))
    lower = origin + strength * np.maximum(lower, parts.sum(reference * change) / share)
    rounding = digits * scale
    high = np.maximum(lower, multiplier) + rounding
    return np.minimum(lower, multiplier) - rounding, high


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Some (group, game) pairs, whose payments need more care.

    ``exponents`` less ``logarithms`` (games,) are log π of all cells; their maximum is 0.
    """

    parts: Segments
    rewards: Array
    groups: Any
    games: Any
    slopes: Any
    exponents: Array
    logarithms: Any

    def charged(self, model: Array, scale: Array, strength: float) -> tuple[Array, Array, Array]:
        """Return the pairs' values, payments and utilities, from rewards less their means."""
        cells, parts = self.parts.taken(self.games)
        masses, slopes = model[cells], self.slopes[self.groups, self.games]
        x = self.rewards[parts.spread(self.groups), cells]
        at = x[parts.first(self.exponents[cells] == 0.0)]
        x -= parts.spread(at)
        total = parts.sum(masses)
        means = parts.sum(x * masses) / total
        x -= parts.spread(means)
        x *= parts.spread(slopes)
        grown = np.expm1(x)
        grown -= x
        grown *= masses
        excess = parts.sum(grown) / total
        values, payments = at + means, strength * np.log1p(excess)
        utilities = -strength * slopes * values - payments
        sure = (excess >= CERTAIN) & (payments <= _CANCELS * np.abs(utilities))
        sure &= 2.0 * scale[self.games] <= HUGE * strength
        left = np.flatnonzero(~sure)
        if left.size:
            some = replace(self, groups=self.groups[left], games=self.games[left])
            centred, anchored, anchors = some.tilts()
            payments[left] = strength * centred
            utilities[left] = -strength * (slopes[left] * anchors + anchored)
        return values, payments, utilities

    def tilts(self) -> tuple[Array, Array, Array]:
        """Return log E[e^{s (r − E r)}], log E[e^{s (r − anchor)}] and the anchors, min r.

        The same sums as `solvers.tilting.tilts`, by segments.
        """
        cells, parts = self.parts.taken(self.games)
        logs = self.exponents[cells]
        mode = parts.first(logs == 0.0)
        logs -= parts.spread(self.logarithms[self.games])
        model = np.where(logs > FLOOR, np.exp(np.maximum(logs, FLOOR)), 0.0)
        mass = parts.sum(model)
        rows = self.rewards[parts.spread(self.groups), cells]
        slopes = parts.spread(self.slopes[self.groups, self.games])
        apart = rows - parts.spread(rows[mode])
        x = (apart - parts.spread(parts.sum(apart * model) / mass)) * slopes
        beyond = x > FAR
        far = _log_sum(parts, np.where(beyond, logs + x, NOTHING)) - np.log(mass)
        x[beyond] = 0.0
        centred = log1p_of(parts.sum(excess_of(x) * model) / mass, far)
        anchors = parts.min(rows)
        x = (rows - parts.spread(anchors)) * slopes
        growth = parts.sum(np.expm1(np.minimum(x, FAR)) * model) / mass
        anchored = near_zero(growth, _log_sum(parts, logs + x) - np.log(mass))
        constant = parts.max(rows) == anchors
        return np.where(constant, 0.0, centred), anchored, anchors


def _log_sum(parts: Segments, exponents: Array) -> Array:
    top = parts.max(exponents)
    return top + np.log(parts.sum(np.exp(np.maximum(exponents - parts.spread(top), FLOOR))))
