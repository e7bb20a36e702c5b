"""Slow, obvious twins of the library: definitions in mpmath, and algorithms anyone can check.

Nothing here imports a formula from the package. ``TWINS`` holds every divergence by name, so that
one that is registered without a twin fails the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath as mp
import numpy as np

DIGITS = 120
#: payments below this part of the rewards are not seen by a difference of so many digits
SEEN = mp.mpf(10) ** -90

Number = Any
Formula = Callable[..., Number]


@dataclass(frozen=True)
class Twin:
    """One divergence as math.md §2 and §5 state it: d, its conjugate inside the pole, its slope."""

    value: Formula  # d(p, q)
    conjugate: Formula  # d*(s; q)
    slope: Formula  # of d* in s
    loss: Formula  # ℓ(p; p'): a payment is λ Σ ℓ(π; π₋ᵢ), with s = (c₋ᵢ − ν₋ᵢ)/λ
    pole: Callable[[], Number] = lambda: mp.inf
    sorts: Callable[[Number], tuple[Number, Number]] | None = None  # q -> scale, level of clips


def _xlog(x: Number, ratio: Number) -> Number:
    return x * mp.log(ratio) if x > 0 else mp.mpf(0)


TWINS: dict[str, Twin] = {
    "kl": Twin(
        value=lambda p, q: _xlog(p, p / q) - p + q,
        conjugate=lambda s, q: q * mp.expm1(s),
        slope=lambda s, q: q * mp.exp(s),
        loss=lambda p, other, q, s: _xlog(p, p / other if p > 0 else 1) - p + other,
    ),
    "l2": Twin(
        value=lambda p, q: (p - q) ** 2,
        conjugate=lambda s, q: s * q + s * s / 4 if s >= -2 * q else -q * q,
        slope=lambda s, q: max(mp.mpf(0), q + s / 2),
        loss=lambda p, other, q, s: (p - other) ** 2 + 2 * p * max(mp.mpf(0), -q - s / 2),
        sorts=lambda q: (mp.mpf(1), q),
    ),
    "chi2": Twin(
        value=lambda p, q: (p - q) ** 2 / q,
        conjugate=lambda s, q: q * (s + s * s / 4) if s >= -2 else -q,
        slope=lambda s, q: q * max(mp.mpf(0), 1 + s / 2),
        loss=lambda p, other, q, s: (p - other) ** 2 / q + 2 * p * max(mp.mpf(0), -1 - s / 2),
        sorts=lambda q: (q, mp.mpf(1)),
    ),
    "forward-kl": Twin(
        value=lambda p, q: q * mp.log(q / p) + p - q if p > 0 else mp.inf,
        conjugate=lambda s, q: -q * mp.log(1 - s),
        slope=lambda s, q: q / (1 - s),
        loss=lambda p, other, q, s: q * (mp.log(other / p) + p / other - 1),
        pole=lambda: mp.mpf(1),
    ),
    "hellinger": Twin(
        value=lambda p, q: (mp.sqrt(p) - mp.sqrt(q)) ** 2,
        conjugate=lambda s, q: q * s / (1 - s),
        slope=lambda s, q: q / (1 - s) ** 2,
        loss=lambda p, other, q, s: mp.sqrt(q / other) * (mp.sqrt(p) - mp.sqrt(other)) ** 2,
        pole=lambda: mp.mpf(1),
    ),
    "jensen-shannon": Twin(
        value=lambda p, q: (_xlog(p, 2 * p / (p + q)) + q * mp.log(2 * q / (p + q))) / 2,
        conjugate=lambda s, q: -q / 2 * mp.log(2 - mp.exp(2 * s)),
        slope=lambda s, q: q * mp.exp(2 * s) / (2 - mp.exp(2 * s)),
        loss=lambda p, other, q, s: (
            (_xlog(p, p / other) - (p + q) * mp.log((p + q) / (other + q))) / 2
        ),
        pole=lambda: mp.log(2) / 2,
    ),
}


@dataclass(frozen=True)
class Solved:
    """Φ(c), its gradient and its multiplier, in mpmath."""

    value: Number
    model: list[Number]
    multiplier: Number


def exact(numbers: Sequence[float] | np.ndarray) -> list[Number]:
    """Return floats as the numbers that they are."""
    return [mp.mpf(float(number)) for number in numbers]


def solve(name: str, combined: list[Number], reference: list[Number], strength: Number) -> Solved:
    """Return Φ at the working precision: closed form, a sort, or bisection for the multiplier."""
    twin = TWINS[name]
    if name == "kl":
        top = max(combined)
        total = mp.fsum(
            q * mp.exp((c - top) / strength) for c, q in zip(combined, reference, strict=True)
        )
        multiplier = top + strength * mp.log(total)
    elif twin.sorts:
        multiplier = _by_sorting(twin.sorts, combined, reference, strength)
    else:
        multiplier = _by_bisection(twin, combined, reference, strength)
    pairs = [((c - multiplier) / strength, q) for c, q in zip(combined, reference, strict=True)]
    value = multiplier + strength * mp.fsum(twin.conjugate(s, q) for s, q in pairs)
    return Solved(value, [twin.slope(s, q) for s, q in pairs], multiplier)


def _by_sorting(sorts: Any, combined: Any, reference: Any, strength: Number) -> Number:
    """Fill outcomes in the order in which they get mass, until the next would get none."""
    parts = [(c, *sorts(q)) for c, q in zip(combined, reference, strict=True)]
    parts.sort(key=lambda part: part[0] + 2 * strength * part[2], reverse=True)
    weight = moment = mp.mpf(0)
    multiplier = None
    for c, scale, level in parts:
        if multiplier is not None and c + 2 * strength * level <= multiplier:
            break
        weight += scale
        moment += scale * (c + 2 * strength * level)
        multiplier = (moment - 2 * strength) / weight
    return multiplier


def _by_bisection(twin: Twin, combined: Any, reference: Any, strength: Number) -> Number:
    """Bisect the logarithm of the distance of the best outcome from the pole."""
    top, low = max(combined), min(combined)
    ends = twin.pole() + (top - low) / strength + 1

    def excess(logarithm: Number) -> Number:
        s = twin.pole() - mp.exp(logarithm)
        masses = (
            twin.slope(s - (top - c) / strength, q)
            for c, q in zip(combined, reference, strict=True)
        )
        return 1 - 1 / mp.sqrt(mp.fsum(masses))

    left, right = -0.9 * mp.mp.dps * mp.log(10), mp.log(ends)
    while right - left > 1e-3:
        middle = (left + right) / 2
        left, right = (middle, right) if excess(middle) > 0 else (left, middle)
    tolerance = mp.mpf(10) ** (10 - 2 * mp.mp.dps)
    root = mp.findroot(excess, (left, right), solver="anderson", tol=tolerance, verify=False)
    return top - strength * (twin.pole() - mp.exp(root))


class GameTwin:
    """A game's Φ, payments and regrets by their definitions."""

    def __init__(self, game: Any, divergence: str, strength: float) -> None:
        weighed = np.abs(np.asarray(game.rewards) * game.sizes[:, None]) / strength
        least = np.min(weighed, where=weighed > 0.0, initial=1.0)
        self.digits = DIGITS + int(-1.2 * np.log10([game.reference.min(), least]).sum())
        with mp.workdps(self.digits):
            self.name, self.strength = divergence, mp.mpf(strength)
            masses = exact(game.reference)
            self.reference = [mass / mp.fsum(masses) for mass in masses]
            self.rewards = [exact(row) for row in np.asarray(game.rewards)]
            self.sizes = exact(game.sizes)
            self.combined = self.combine(self.sizes, self.rewards)
            self.solved = self.solve(self.combined)

    def combine(self, sizes: Any, rewards: Any) -> list[Number]:
        return [mp.fdot(sizes, column) for column in zip(*rewards, strict=True)]

    def solve(self, combined: list[Number]) -> Solved:
        with mp.workdps(self.digits):
            return solve(self.name, combined, self.reference, self.strength)

    def plus(self, size: Number, reward: Any) -> list[Number]:
        with mp.workdps(self.digits):
            return [c + size * r for c, r in zip(self.combined, reward, strict=True)]

    def without(self, group: int) -> Solved:
        return self.solve(self.plus(-self.sizes[group], self.rewards[group]))

    def payment(self, group: int) -> Number:
        """Return Φ(c₋ᵢ) − Φ(c) + w_i <r_i, π>."""
        with mp.workdps(self.digits):
            gain = self.sizes[group] * mp.fdot(self.rewards[group], self.solved.model)
            return self.without(group).value - self.solved.value + gain

    def closed_payment(self, group: int) -> Number:
        """Return λ Σ ℓ(π; π₋ᵢ) (math.md §5)."""
        with mp.workdps(self.digits):
            without = self.plus(-self.sizes[group], self.rewards[group])
            return self.strength * self.losses(self.solved.model, self.solve(without), without)

    def losses(self, model: list[Number], other: Solved, combined: list[Number]) -> Number:
        loss = TWINS[self.name].loss
        return mp.fsum(
            loss(p, q, base, (c - other.multiplier) / self.strength)
            for p, q, base, c in zip(model, other.model, self.reference, combined, strict=True)
        )

    def utility(self, group: int) -> Number:
        with mp.workdps(self.digits):
            return self.solved.value - self.without(group).value

    def regret(self, group: int, reward: Any, size: float) -> Number:
        """Return Φ(c) − Φ(c') − <c − c', π'>: utility at truth less utility at the report."""
        with mp.workdps(self.digits):
            told = mp.mpf(float(size))
            silent = self.plus(-self.sizes[group], self.rewards[group])
            lie = [c + told * r for c, r in zip(silent, exact(reward), strict=True)]
            found = self.solve(lie)
            moved = (c - d for c, d in zip(self.combined, lie, strict=True))
            return self.solved.value - found.value - mp.fdot(moved, found.model)

    def spread(self) -> float:
        return float(max(self.combined) - min(self.combined))


def relative(found: Any, truth: Number, least: Number = 0) -> float:
    """Return |found − truth| over the truth, or over ``least`` where that is larger."""
    with mp.workdps(DIGITS):
        miss = abs(mp.mpf(float(found)) - truth)
        return 0.0 if miss == 0 else float(miss / max(abs(truth), least))


def allowed(game: Any, strength: float) -> float:
    """Return the relative error that the rounding of c excuses: 1e-12 up to Σ w|r|/λ = 1e3."""
    peaks = np.abs(game.reward_bounds).max(axis=1)
    return max(1e-12, 2.0**-50 * float(game.sizes @ peaks) / strength)


def project(point: np.ndarray) -> np.ndarray:
    """Return the Euclidean projection on the simplex, by a full sort."""
    point = np.asarray(point, dtype=np.longdouble)
    falling = np.sort(point)[::-1]
    levels = (np.cumsum(falling) - 1) / np.arange(1, point.size + 1)
    return np.maximum(point - levels[np.flatnonzero(falling > levels)[-1]], 0)
