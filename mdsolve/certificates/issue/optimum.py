"""A multiplier near enough to the optimum of Φ(c) = min_ν ν + λ Σ d*((c − ν)/λ) ([S] §2).

Any ν proves a bound, so nothing here need be trusted. Squared L2 and χ² have a rational optimum,
found by sorting; for the others Newton's method runs in balls (Arb). To move ν away from a pole by
δ costs δ at most, since the bound's slope in ν is at most 1 there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from flint import arb, ctx, fmpq

Numbers = Sequence[Fraction]

#: bits of a multiplier, in units of the strength, or of the rewards' spread where that is smaller
BITS = 160
_GUARD = 96
_ROUNDS = 200


@dataclass(frozen=True)
class Solved:
    """A multiplier, and the model that is optimal exactly, where one is rational."""

    multiplier: Fraction
    model: list[Fraction] | None = None


def solve(divergence: str, strength: Fraction, combined: Numbers, reference: Numbers) -> Solved:
    """Return a multiplier within about 2^-160 of the best one, or the best one itself."""
    if divergence in _CLIPPED:
        return _by_sorting(_CLIPPED[divergence], strength, combined, reference)
    top = max(combined)
    below = [(x - top) / strength for x in combined]
    spread = -min(below)
    if not spread:
        return Solved(top)
    # a shift of all positions by τ makes the masses sum to 1
    unit = min(Fraction(1), Fraction(1, 1 << _bits(1 / spread))) / (1 << BITS)
    precision = BITS + _GUARD + 2 * _bits(1 / spread)
    with ctx.workprec(precision):
        shift = _SHIFTS[divergence]([_ball(y) for y in below], [_ball(q) for q in reference])
        lowered = _floor(shift, unit) - unit
    return Solved(top - strength * lowered)


def _by_sorting(
    parabola: Callable[[Fraction], tuple[Fraction, Fraction]],
    strength: Fraction,
    combined: Numbers,
    reference: Numbers,
) -> Solved:
    """Give mass to outcomes in the order in which they get some, until the next would get none."""
    scales, levels = zip(*map(parabola, reference), strict=True)
    keys = [c + 2 * strength * level for c, level in zip(combined, levels, strict=True)]
    weight = moment = Fraction(0)
    multiplier = None
    for x in sorted(range(len(keys)), key=keys.__getitem__, reverse=True):
        if multiplier is not None and keys[x] <= multiplier:
            break
        weight += scales[x]
        moment += scales[x] * keys[x]
        multiplier = (moment - 2 * strength) / weight
    assert multiplier is not None
    model = [
        scale * max(Fraction(0), key - multiplier) / (2 * strength)
        for scale, key in zip(scales, keys, strict=True)
    ]
    return Solved(multiplier, model)


#: scale and level of the mass scale · max(0, level + s/2)
_CLIPPED: dict[str, Callable[[Fraction], tuple[Fraction, Fraction]]] = {
    "l2": lambda q: (Fraction(1), q),
    "chi2": lambda q: (q, Fraction(1)),
}


def _kl(below: list[arb], reference: list[arb]) -> arb:
    """τ = −log Σ q e^y, by Σ q (e^y − 1) where that is small."""
    growth = sum((q * y.expm1() for y, q in zip(below, reference, strict=True)), arb(0))
    return -growth.log1p()


def _by_pole(power: int) -> Callable[[list[arb], list[arb]], arb]:
    """Σ q / (δ − y)^k = 1 at δ = 1 − τ, the distance of the pole: q at one outcome at least."""

    def shift(below: list[arb], reference: list[arb]) -> arb:
        def excess(distance: arb) -> tuple[arb, arb]:
            value, slope = arb(-1), arb(0)
            for y, q in zip(below, reference, strict=True):
                mass = q / (distance - y) ** power
                value += mass
                slope -= power * mass / (distance - y)
            return value, slope

        alone = sum((q for y, q in zip(below, reference, strict=True) if y == 0), arb(0))
        return 1 - _newton(excess, alone if power == 1 else alone.sqrt())

    return shift


def _jensen_shannon(below: list[arb], reference: list[arb]) -> arb:
    """Σ q u E / (2 − u E) = 1 with E = e^{2y}, at η = 2 − u, and τ = ½ log u."""
    growths = [(2 * y).exp() for y in below]
    # 2 − u E without cancelling: 2 (1 − E) + η E
    shortfalls = [-2 * (2 * y).expm1() for y in below]

    def excess(distance: arb) -> tuple[arb, arb]:
        value, slope = arb(-1), arb(0)
        for growth, shortfall, q in zip(growths, shortfalls, reference, strict=True):
            room = shortfall + distance * growth
            value += q * (2 - distance) * growth / room
            slope -= 2 * q * growth / room**2
        return value, slope

    alone = sum((q for y, q in zip(below, reference, strict=True) if y == 0), arb(0))
    distance = _newton(excess, 2 * alone / (1 + alone))
    return (1 - distance).log1p() / 2


_SHIFTS: dict[str, Callable[[list[arb], list[arb]], arb]] = {
    "kl": _kl,
    "forward-kl": _by_pole(1),
    "hellinger": _by_pole(2),
    "jensen-shannon": _jensen_shannon,
}


def _newton(excess: Callable[[arb], tuple[arb, arb]], start: arb) -> arb:
    """Return the zero of a falling convex function, from the left, where steps never overshoot."""
    at = start.mid()
    for _ in range(_ROUNDS):
        value, slope = excess(at)
        step = (value / -slope).mid()
        if abs(step) <= abs(at) * arb(2) ** (8 - ctx.prec):
            break
        at = (at + step).mid()
    return at


def _ball(x: Fraction) -> arb:
    return arb(fmpq(x.numerator, x.denominator))


def _floor(x: arb, unit: Fraction) -> Fraction:
    return unit * int((x.mid() / _ball(unit)).floor().unique_fmpz() or 0)


def _bits(x: Fraction) -> int:
    return max(0, ceil(x).bit_length())
