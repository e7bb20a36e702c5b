"""Sum-normalised rewards under any divergence: two scalars solve [S] Cor 4.6.

max_π w' min π + <c, π> − λ D(π‖π0) has π = max(slope((c − ν)/λ), s): a level s below which no mass
falls. From a solved point, positions move down by a shift κ, or up to the level's; the reward
r' = λ (position of s − position of x + κ)_+ / w' is poured over what stands below. The mass fixes κ
given s, the budget Σ r' = 1 fixes s.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, isinf, log, log1p, log2, sqrt

import numpy as np
from numpy.typing import NDArray

from mdsolve.divergences import Divergence, SquaredL2, Step
from mdsolve.precision import EPS
from mdsolve.solvers.floor import squared
from mdsolve.solvers.floor.result import Increment, bracketed
from mdsolve.solvers.water import depth

Array = NDArray[np.float64]

_STEPS = 100
METHOD = "two scalars"
#: levels below this part of 1/m are not told apart: b ≤ w' s is then nothing
_NOTHING = 2.0**-200


@dataclass(frozen=True)
class Ground:
    """Φ at c: divergence, π0, and the solved point's positions and masses, (outcomes,) each."""

    divergence: Divergence
    reference: Array
    position: Array
    mass: Array

    def heights(self, level: float) -> Array:
        """Return how far each outcome's position is below that of a mass ``level``."""
        masses = np.broadcast_to(level, self.mass.shape)
        return self.divergence.position_of(masses, self.reference) - self.position

    def sunk(self, shift: float) -> tuple[Array, Array, Array]:
        """Return positions lowered by a shift, the masses there and what was created (< 0)."""
        there = self.position - shift
        to = self.divergence.mass(there, self.reference)
        step = Step(self.position, self.mass, np.broadcast_to(-shift, to.shape), there, to)
        return there, to, self.divergence.growth(step, self.reference)


def pour(ground: Ground, strength: float, size: float, noise: float = 0.0) -> Increment:
    """Return the least increment over sum-normalised rewards at one size.

    Parameters
    ----------
    ground : Ground
    strength, size : float
        λ and w'.
    noise : float
        Error of each entry of c beyond relative rounding (welfare units).
    """
    if isinstance(ground.divergence, SquaredL2):
        return squared.pour(ground.reference, ground.position, strength, size, noise)
    volume = size / strength
    level, shift = _level(ground, volume)
    if level == 0.0:
        return _free(ground, volume)
    return _measured(ground, strength, size, level, shift, noise)


def _level(ground: Ground, volume: float) -> tuple[float, float]:
    """Return s and κ: 1/m where the volume drowns everything, 0 where empty outcomes take it all.

    In the first case the mass is the same at any κ.
    """
    uniform = 1.0 / ground.mass.size
    heights = ground.heights(uniform)
    if float((heights - heights.min()).sum()) <= volume:
        return uniform, 0.0
    if ground.divergence.clips and _slack(ground).sum() >= volume:
        return 0.0, 0.0
    return _level_by_newton(ground, volume)


def _slack(ground: Ground) -> Array:
    """Return how much reward, over λ, each empty outcome can take and stay empty."""
    return np.where(ground.mass > 0.0, 0.0, np.maximum(0.0, ground.heights(0.0)))


def _level_by_newton(ground: Ground, volume: float) -> tuple[float, float]:
    """Return s, by Newton on the logarithm of the volume poured, inside a bracket; and its κ."""
    least, high = float(ground.mass.min()), 1.0 / ground.mass.size
    low = max(least, high * _NOTHING)
    level, shift = sqrt(low) * sqrt(high), 0.0
    for _ in range(_STEPS):
        shift, poured, steepness, follow = _poured(ground, level, shift)
        low, high = (level, high) if poured < volume else (low, level)
        new = _newton(level, poured, volume, steepness)
        if not low <= new <= high:
            new = sqrt(low) * sqrt(high)
        if abs(new - level) <= 2.0 * EPS * level:
            return new, _poured(ground, new, shift)[0]
        level, shift = new, max(0.0, shift + follow * (new - level))
    return level, shift


def _newton(level: float, poured: float, volume: float, steepness: float) -> float:
    if poured <= 0.0:
        return -1.0
    step = -log(poured / volume) * poured / (steepness * level)
    return level * (1.0 + expm1(step)) if step < 600.0 else -1.0


def _poured(ground: Ground, level: float, shift: float) -> tuple[float, float, float, float]:
    """Return the shift that keeps all mass at a level, the volume, its slope and the shift's."""
    heights = ground.heights(level)
    low, high, count, stiffness = 0.0, np.inf, 0, 0.0
    for _ in range(_STEPS):
        there, to, growth = ground.sunk(shift)
        wet = heights + shift > 0.0
        count = int(np.count_nonzero(wet))
        created = float(np.where(wet, level - ground.mass, growth).sum())
        curvature = ground.divergence.curvature(to, there, ground.reference)
        stiffness = float(curvature[~wet].sum())
        low, high = (shift, high) if created > 0.0 else (low, shift)
        new = shift + _straightened(ground.divergence, created) / stiffness if stiffness else -1.0
        if not low <= new <= high:
            new = 0.5 * (low + high) if high < np.inf else 2.0 * shift + 1e-3
        done = abs(new - shift) <= 4.0 * EPS * abs(new) or abs(created) <= 2.0 * EPS
        shift = new
        if done:
            break
    wet = heights + shift > 0.0
    inside = np.broadcast_to(level, heights.shape)[wet]
    q = ground.reference[wet]
    at = ground.divergence.position_of(inside, q)
    softness = float((1.0 / ground.divergence.curvature(inside, at, q)).sum())
    follow = count / stiffness if stiffness else 0.0
    return shift, float((heights[wet] + shift).sum()), softness + count * follow, follow


def _straightened(divergence: Divergence, created: float) -> float:
    """Return Newton's numerator for the created mass, straightened by the divergence's degree."""
    if divergence.clips:
        return created
    total = max(1.0 + created, 1e-300)
    if isinf(divergence.degree):
        return log1p(max(created, -1.0 + 1e-300)) * total
    return divergence.degree * expm1(log(total) / divergence.degree) * total


def _measured(
    ground: Ground, strength: float, size: float, level: float, balance: float, noise: float
) -> Increment:
    """Return the increment at a level, exact for that level, widened by what the shift misses.

    The volume gives the shift, but for its last digits: near a pole the mass gives those.

    Of G(s, κ), the Lagrangian's value less Φ(c), the partial maximum in s is an upper and the
    partial minimum in κ a lower bound of b; its slopes are the budget's and the mass's residuals.
    """
    divergence, q = ground.divergence, ground.reference
    heights = ground.heights(level)
    top = float(heights.max())
    under = top - heights
    rise = depth(under, size / strength)
    shift, wet = rise - top, under <= rise
    if abs(shift - balance) <= 8.0 * EPS * (rise + abs(top)):
        shift, wet = balance, heights + balance > 0.0
    if shift < 0.0 and level <= 2.0 * _NOTHING / q.size:
        report = np.where(wet, np.maximum(0.0, rise - under), 0.0)
        return Increment(0.0, size * level, report / report.sum(), ground.mass, METHOD)
    there, to, growth = ground.sunk(shift)
    target = divergence.position_of(np.broadcast_to(level, q.shape), q)
    k = np.where(wet, heights, -shift)
    step = Step(
        ground.position, ground.mass, k, np.where(wet, target, there), np.where(wet, level, to)
    )
    depths = np.where(wet, np.maximum(0.0, rise - under), 0.0)
    poured = float(depths.sum())
    gained = float(depths @ ground.mass)
    increment = strength * (gained + float(divergence.bregman(step, q).sum()))
    change = np.where(wet, level - ground.mass, growth)
    created = float(change.sum())
    stiffness = float(divergence.curvature(step.to, step.there, q)[~wet].sum())
    reach = abs(shift) + float(np.ptp(ground.position))
    second = min(reach, 4.0 * abs(created) / stiffness) if stiffness else abs(shift) + rise
    inexact = strength * (np.abs(ground.position) + np.abs(step.there)) * (2.0 * EPS) + noise
    error = (
        EPS * (6.0 + log2(q.size)) * increment
        + (abs(size - strength * poured) + EPS * size) / q.size
        + strength * abs(created) * second
        + float(np.abs(change) @ inexact)
    )
    return bracketed(increment, error, depths / poured, step.to / step.to.sum(), METHOD)


def _free(ground: Ground, volume: float) -> Increment:
    """Return the increment 0: outcomes that stay empty take all of the reward."""
    slack = _slack(ground)
    report = slack / slack.sum()
    return Increment(0.0, 0.0, report, ground.mass, "slack of empty outcomes")
