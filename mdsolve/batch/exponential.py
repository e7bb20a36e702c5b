"""KL in closed form, many games at once: Φ(c) = λ log Σ π0 e^{c/λ}, payments λ log E_π[e^x].

[S] Prop 4.4 and Thm 4.2 with D = KL: x = −(w_i/λ)(r_i − E_π r_i), means taken from the most likely
outcome, so that a concentrated model keeps the digits of what little it puts elsewhere. Payments
in which e^x − 1 − x has few digits, or whose utility cancels, are done anew by `tilts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mdsolve.batch.combined import Reports, Sums
from mdsolve.batch.segments import Array, Segments
from mdsolve.precision import EPS
from mdsolve.solvers.tilting import FAR, FLOOR, HUGE, NOTHING, excess_of, log1p_of, near_zero

#: E[e^x − 1 − x] from which E[e^x − 1] − E[x] keeps its digits
CERTAIN = 1e-4
#: payments this many times the utility leave it few digits
_CANCELS = 32.0
_TINY = float(np.finfo(float).tiny)


@dataclass(frozen=True, eq=False)
class Fitted:
    """Models of many games and what their groups pay: (cells,), (games,) and (groups, games).

    ``exponents`` are log(π0 e^{c/λ}) less their maximum, ``flat`` tells whose c varies by less
    than λ.
    """

    model: Array
    exponents: Array
    mass: Array
    multiplier: Array
    lower: Array
    upper: Array
    values: Array
    payments: Array
    utilities: Array


def fit(reports: Reports, combined: Sums, logarithms: Array, strength: float) -> Fitted:
    """Return the models and payments of games with log π0 = ``logarithms`` and their brackets."""
    parts, rewards = reports.parts, reports.rewards
    slopes = -reports.sizes / strength
    base = parts.starts
    change = combined.above(parts, base) / strength
    exponents = change + logarithms
    highest = parts.max(exponents)
    exponents -= parts.spread(highest)
    mode = parts.first(exponents == 0.0)
    unnormalised = np.exp(np.maximum(exponents, FLOOR))
    if exponents.min() <= FLOOR:
        unnormalised *= exponents > FLOOR
    mass = parts.sum(unnormalised)
    model = unnormalised / parts.spread(mass)
    total = parts.sum(model)

    at_mode = rewards[:, mode]
    means, excess = np.empty_like(at_mode), np.empty_like(at_mode)
    grown = np.empty_like(model)
    for group, row in enumerate(rewards):  # one at a time: its arrays share the cache
        x = parts.spread(at_mode[group])
        np.subtract(row, x, out=x)
        np.multiply(x, model, out=grown)
        means[group] = parts.sum(grown) / total
        x -= parts.spread(means[group])
        x *= slopes[group, 0] if slopes.shape[1] == 1 else parts.spread(slopes[group])
        np.expm1(x, out=grown)
        grown -= x
        grown *= model
        excess[group] = parts.sum(grown) / total
    payments = strength * np.log1p(excess)
    values = at_mode + means
    utilities = reports.sizes * values - payments
    sure = (excess >= CERTAIN) & (payments <= _CANCELS * np.abs(utilities))
    sure &= 2.0 * combined.scale <= HUGE * strength
    games, groups = np.nonzero(~sure.T)
    if games.size:
        logs = exponents - parts.spread(np.log(mass))
        again = _Pairs(parts, rewards, groups, games, np.broadcast_to(slopes, payments.shape))
        centred, anchored, anchors = again.tilts(logs, mode)
        payments[groups, games] = strength * centred
        sizes = np.broadcast_to(reports.sizes, payments.shape)[groups, games]
        utilities[groups, games] = sizes * anchors - strength * anchored

    multiplier = combined.high[base] + strength * (highest + np.log(mass))
    lower, upper = _brackets(parts, combined, multiplier, exponents, model, mass, strength)
    flat = parts.max(change) - parts.min(change) < 1.0
    if flat.any():
        level, low, high = _flat(parts, combined, change, logarithms, model, strength)
        multiplier = np.where(flat, level, multiplier)
        lower, upper = np.where(flat, low, lower), np.where(flat, high, upper)
    return Fitted(model, exponents, mass, multiplier, lower, upper, values, payments, utilities)


def _brackets(
    parts: Segments,
    combined: Sums,
    multiplier: Array,
    exponents: Array,
    model: Array,
    mass: Array,
    strength: float,
) -> tuple[Array, Array]:
    """Return <c,π> − λ KL(π‖π0) and ν + λ (Σ π0 e^{(c−ν)/λ} − 1), widened by their rounding."""
    logs = np.log(np.maximum(model, _TINY))
    total = parts.sum(model)
    slack = parts.sum((exponents - logs) * model)
    lower = multiplier + strength * (slack / total - np.log(mass) + np.log(total))
    upper = multiplier + strength * (total - 1.0)
    rounding = EPS * (12.0 + parts.logarithms) * (combined.scale + strength)
    return np.minimum(lower, upper) - rounding, np.maximum(lower, upper) + rounding


def _flat(
    parts: Segments, combined: Sums, change: Array, logarithms: Array, model: Array, strength: float
) -> tuple[Array, Array, Array]:
    """Return ν and its bracket where c varies by less than λ: λ itself must not round it."""
    reference = np.exp(logarithms)
    origin = combined.high[parts.starts]
    growth = parts.sum(reference * np.expm1(np.minimum(change, 1.0))) / parts.sum(reference)
    with np.errstate(invalid="ignore", divide="ignore"):
        multiplier = origin + strength * np.log1p(growth)
    ratio = np.log1p((model - reference) / np.maximum(reference, _TINY))
    total = parts.sum(model)
    relative = parts.sum(model * ratio) - parts.sum(model - reference)
    spare = np.log(total) - (total - 1.0) / total
    gained = parts.sum(model * change)
    lower = origin + strength * ((gained - relative) / total + spare)
    rounding = EPS * (12.0 + parts.logarithms) * combined.scale
    high = np.maximum(lower, multiplier) + rounding
    return multiplier, np.minimum(lower, multiplier) - rounding, high


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Some (group, game) pairs, whose tilts need every digit."""

    parts: Segments
    rewards: Array
    groups: Any
    games: Any
    slopes: Any

    def tilts(self, logs: Array, mode: Any) -> tuple[Array, Array, Array]:
        """Return log E[e^{s (r − E r)}], log E[e^{s (r − anchor)}] and the anchors, min r.

        The same sums as `solvers.tilting.tilts`, by segments.
        """
        cells, parts = self.parts.taken(self.games)
        logs = logs[cells]
        model = np.where(logs > FLOOR, np.exp(np.maximum(logs, FLOOR)), 0.0)
        mass = parts.sum(model)
        rows = self.rewards[parts.spread(self.groups), cells]
        slopes = parts.spread(self.slopes[self.groups, self.games])
        apart = rows - parts.spread(self.rewards[self.groups, mode[self.games]])
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
