"""One problem solved from another: a move of every outcome's position by one scalar.

Φ(c) = min_ν ν + λ Σ_x d*((c(x) − ν)/λ; π0(x)). Every problem is a *move* from a point already
solved (the reference, at c = 0, is one) by a change of reward h = Δc/λ: each outcome's position
changes by k(x) = h(x) − κ with one scalar κ such that no mass is created. The Bregman divergence
of d* summed over the move is Φ's own, B_Φ/λ: the payment, the regret, and Φ(c) − <c, π0>.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isfinite, isinf, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.divergences import Divergence, Step
from mdsolve.divergences.clipped import Clipped
from mdsolve.precision import EPS
from mdsolve.solvers.water import depth

Array = NDArray[np.float64]

_BLOCK = 1 << 14
_STEPS = 200
CLOSE = 1e-13  # to this part of the distance to a pole its mass is solved
LARGE_POSITION = 1e-2  # one that keeps its digits beside levels up to 1


@dataclass(frozen=True)
class Point:
    """Positions (multiplier units) and masses (probability) of all outcomes, (outcomes,) each.

    ``risen`` plus ``further`` is how far they are from the reference's, with the digits of a short
    way; it is known of points that were reached from the reference.
    """

    position: Array
    mass: Array
    risen: Array | None = None
    further: float = 0.0
    first: bool = False

    @cached_property
    def anchor(self) -> int:
        """The outcome with most mass: moves are measured from it, so that it moves exactly."""
        return int(self.mass.argmax())


@dataclass(frozen=True)
class Move:
    """Where a change of reward leads: the point, k at the anchor, and B_Φ/λ ≥ 0 of the move."""

    point: Point
    anchor_step: float
    bregman: float


def origin(divergence: Divergence, reference: Array) -> Point:
    """Return the point of c = 0: the reference itself."""
    position = np.broadcast_to(divergence.origin, reference.shape)
    return Point(position, reference, np.broadcast_to(0.0, reference.shape), first=True)


def move(
    divergence: Divergence,
    reference: Array,
    here: Point,
    change: Array,
    offsets: Array,
    room: float | None = None,
) -> Move:
    """Return the point after a change of reward.

    Parameters
    ----------
    divergence : Divergence
        d.
    reference : (outcomes,) array
        π0 > 0.
    here : Point
        A solved point.
    change : (outcomes,) array
        Δc/λ less its value at ``here.anchor``, exact where it is small.
    offsets : (outcomes,) array
        (c(x) − max c)/λ ≤ 0 of the problem to be solved: where the move is long they hold the
        digits that ``here`` and ``change`` lose.
    room : float, optional
        The pole plus the anchor's offset, exact where it is small: of a top outcome's position
        there it is what the reference's own leaves.
    """
    if not change.any():
        return Move(here, 0.0, 0.0)
    top = locate(divergence, offsets, reference)
    lead = _lead(here, offsets, room)
    live = _live(divergence, reference, here, offsets, top)
    if live is None:
        path = _Path(divergence, reference, here.position, here.mass, change, offsets)
        path.risen = np.empty_like(reference) if room is not None and here.first else None
        step, top, bregman = path.balance(lead, top)
        return Move(Point(path.there, path.to, path.risen, path.further), step, bregman)
    path = _Path(
        divergence,
        reference[live],
        here.position[live],
        here.mass[live],
        change[live],
        offsets[live],
    )
    step, top, bregman = path.balance(lead, top)
    mass = np.zeros_like(reference)
    mass[live] = path.to
    return Move(Point(offsets + top, mass), step, bregman)


@dataclass
class _Path:
    """One move, as a function of the anchor's step and of the top's position, which it leads to.

    It keeps where it led last, and there how much further Newton would go.
    """

    divergence: Divergence
    reference: Array
    position: Array
    mass: Array
    change: Array
    offsets: Array

    def __post_init__(self) -> None:
        self.there = np.empty_like(self.reference)
        self.to = np.empty_like(self.reference)
        self.risen: Array | None = None
        self.further = 0.0

    def balance(self, lead: float, top: float) -> tuple[float, float, float]:
        """Return the step and the top that create no mass, and the Bregman sum there.

        The step is top + lead. By Newton on Σ (mass there − mass here), in which the total mass of
        1 has cancelled; step and top add up what is further to go, each to its own digits. The sum
        is flat at the answer: a step off by ε costs it ε² Σ curvature / 2, no more. Near a pole
        masses want top's digits, and where Newton leaps or creeps, a bracket's middle is next.
        """
        step, bregman, has_pole = lead + top, 0.0, isfinite(self.divergence.pole)
        low, high = bracket(self.divergence, self.offsets, self.reference) if has_pole else (0, 0)
        for _ in range(_STEPS):
            total, curvature, bregman = self.walk(step, top)
            self.further = further = -total / curvature
            flat = total * total <= EPS * curvature * bregman
            if flat and (not has_pole or abs(further) <= CLOSE * abs(top)):
                break
            if has_pole:
                low, high = (low, top) if total > 0.0 else (top, high)
            if has_pole and not sound(low, high, top, further):
                middle = -sqrt(-low) * sqrt(-high)
                there = lead + middle, middle
            else:
                there = step + further, top + further
            if there == (step, top):
                break
            step, top = there
        return step, top, bregman

    def walk(self, step: float, top: float) -> tuple[float, float, float]:
        """Return the created mass, its derivative in the anchor's step, and the Bregman sum.

        A position moves by k = change + step; near a pole, where positions of 1e-200 hold digits
        that no change of reward does, to offset + top if that rounds less.
        """
        total = curvature = bregman = 0.0
        has_pole = isfinite(self.divergence.pole)
        for part in _parts(self.reference.size):
            q, position, change = self.reference[part], self.position[part], self.change[part]
            k, there = change + step, self.offsets[part] + top
            short = np.abs(k) <= 0.5 * np.abs(position)
            if has_pole:
                sure = np.abs(change) + abs(step) <= np.abs(position) + np.abs(there)
                k, short = np.where(sure, k, there - position), short & sure
            there = np.where(short, position + k, there)
            to = self.divergence.mass(there, q)
            move = Step(position, self.mass[part], k, there, to)
            total += float(self.divergence.growth(move, q).sum())
            curvature += float(self.divergence.curvature(to, there, q).sum())
            bregman += float(self.divergence.bregman(move, q).sum())
            self.there[part], self.to[part] = there, to
            if self.risen is not None:
                self.risen[part] = k
        return total, curvature, bregman


def _lead(here: Point, offsets: Array, room: float | None) -> float:
    """Return how much further than the top's position the anchor's step is, by the shorter way."""
    position = here.position[here.anchor]
    if room is not None and here.risen is not None:
        risen = here.risen[here.anchor] + here.further
        if abs(risen) < abs(position):
            return float(room - risen)
    return float(offsets[here.anchor] - position)


def _live(
    divergence: Divergence, reference: Array, here: Point, offsets: Array, top: float
) -> NDArray[np.intp] | None:
    """Return the outcomes with mass at either end, or None where they are most of them."""
    if not isinstance(divergence, Clipped):
        return None
    _, level = divergence.scale_and_level(reference)
    margin = 1e-9 * (1.0 + abs(top))
    live = np.flatnonzero((level + 0.5 * (offsets + (top + margin)) > 0) | (here.mass > 0))
    return live if 2 * live.size < reference.size else None


def locate(divergence: Divergence, offsets: Array, reference: Array) -> float:
    """Return the position of the top outcome at which the masses sum to one.

    The others' positions are this plus ``offsets`` ≤ 0.
    """
    if isinstance(divergence, Clipped):
        return _locate_clipped(divergence, offsets, reference)
    low, high = bracket(divergence, offsets, reference)
    top = 0.0 if isinf(divergence.degree) else high
    for _ in range(_STEPS):
        total, curvature = _masses(divergence, offsets, reference, top)
        low, high = (low, top) if total > 1.0 else (top, high)
        new = top - straight(divergence.degree, total) * total / curvature
        if isinf(divergence.degree):
            return new
        if not low <= new <= high:
            new = -sqrt(-low) * sqrt(-high)
        if abs(new - top) <= 2.0 * EPS * abs(top) or new == top:
            return new
        top = new
    return top


def bracket(divergence: Divergence, offsets: Array, reference: Array) -> tuple[float, float]:
    """Return the positions of the top outcome where no outcome has gained, and where it has all."""
    best = float(reference[offsets == 0.0].max())
    return divergence.origin, divergence.first_position(best)


def sound(low: Any, high: Any, top: Any, further: Any) -> Any:
    """Return whether Newton's way on from a position of the top is to be believed.

    The mass grows like a power of 1/distance to the pole: from afar Newton creeps on one side of
    the answer, and leaps over it, or the pole, on the other.
    """
    new = top + further
    inside = (np.maximum(low, 1.25 * top) <= new) & (new <= np.minimum(high, 0.8 * top))
    return inside | (np.abs(further) <= CLOSE * np.abs(top))


def straight(degree: float, total: Any) -> Any:
    """Return degree (total^(1/degree) − 1): the excess of mass, straightened for Newton."""
    if isinf(degree):
        return np.log(total)
    return degree * (total ** (1.0 / degree) - 1.0)


def _masses(
    divergence: Divergence, offsets: Array, reference: Array, top: float
) -> tuple[float, float]:
    total = curvature = 0.0
    for part in _parts(reference.size):
        q, position = reference[part], offsets[part] + top
        mass = divergence.mass(position, q)
        total += float(mass.sum())
        curvature += float(divergence.curvature(mass, position, q).sum())
    return total, curvature


def _locate_clipped(divergence: Clipped, offsets: Array, reference: Array) -> float:
    """Return the top position at which Σ scale (level + (offset + top)/2)_+ = 1, as water poured.

    A large strength moves positions by little, and the level of the water would cancel it: once
    it tells who has mass, these gain what the others lose, Σ scale (offset + top)/2 = Σ π0 lost.
    """
    scale, level = divergence.scale_and_level(reference)
    areas = scale if isinstance(scale, np.ndarray) else None
    heights = -0.5 * offsets - level
    lowest = float(heights.min())
    rise = depth(heights - lowest, 1.0, areas)
    top = 2.0 * (lowest + rise)
    if abs(top) > LARGE_POSITION:
        return top
    inside = heights - lowest < rise
    lost = 0.0 if inside.all() else float(reference[~inside].sum())
    weights = inside * scale
    return float((2.0 * lost - weights @ offsets) / weights.sum())


def _parts(size: int) -> list[slice]:
    return [slice(start, start + _BLOCK) for start in range(0, size, _BLOCK)]
