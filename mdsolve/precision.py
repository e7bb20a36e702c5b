"""Sums and functions that keep the digits a plain formula would cancel.

``e^x - 1 - x`` and ``z - log(1 + z)`` are the increments of which every payment is made; both are
of second order in their argument, so the plain difference loses all digits near zero.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

EPS = float(np.finfo(float).eps)
_SPLITTER = 134217729.0
_SMALL = 0.5
_FEW = 512
_PART = 1 << 14
_COTH = (
    1 / 6,
    -1 / 360,
    1 / 15120,
    -1 / 604800,
    1 / 23950080,
    -691 / 653837184000,
    1 / 37362124800,
)
_ATANH = tuple(1.0 / (2 * k + 1) for k in range(1, 18))


def two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """Return ``(s, e)`` with ``s = fl(a + b)`` and ``s + e = a + b`` exactly (Knuth)."""
    total = a + b
    shadow = total - a
    return total, (a - (total - shadow)) + (b - shadow)


def two_product(a: Any, b: Any) -> tuple[Any, Any]:
    """Return ``(p, e)``: ``p = fl(a b)``, ``p + e = a b`` exactly, barring overflow (Dekker)."""
    product = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def exact_sum(values: ArrayLike) -> float:
    """Return the sum of ``values`` rounded once, or off by n 2^-90 max|values| for n > 512.

    Examples
    --------
    >>> exact_sum([1e16, 1.0, -1e16])
    1.0
    """
    values = np.asarray(values, dtype=float).ravel()
    if values.size <= _FEW:
        return math.fsum(values.tolist())
    parts = (values[k : k + _PART] for k in range(0, values.size, _PART))
    return math.fsum(number for part in parts for number in _exact_parts(part))


def exponential_excess(x: ArrayLike) -> Array:
    """Return ``e^x - 1 - x`` to full relative accuracy for every ``x``.

    Near zero ``e^x - 1 = 2x / (D - x)`` with ``D = x coth(x/2) = 2 + x²/6 - ...``, of which the
    linear part cancels by hand.
    """
    x = np.asarray(x, dtype=float)
    with np.errstate(over="ignore", invalid="ignore"):
        far = np.expm1(x) - x
    near = np.abs(x) < _SMALL
    if not near.any():
        return far
    t = np.where(near, x, 0.0)
    excess = _polynomial(_COTH, t * t) * t * t
    return np.where(near, t * (t - excess) / (2.0 + excess - t), far)


def logarithm_deficit(z: ArrayLike) -> Array:
    """Return ``z - log(1 + z)`` to full relative accuracy for every ``z > -1``.

    Near zero, with ``u = z / (2 + z)``, ``log(1 + z) = 2 artanh u`` and ``z - 2u = z u``.
    """
    z = np.asarray(z, dtype=float)
    far = z - np.log1p(z)
    near = np.abs(z) < _SMALL
    if not near.any():
        return far
    t = np.where(near, z, 0.0)
    u = t / (2.0 + t)
    return np.where(near, u * (t - 2.0 * u * u * _polynomial(_ATANH, u * u)), far)


def _exact_parts(values: Array) -> list[float]:
    """Cut every value at one binary place: the high parts add up without rounding (Rump)."""
    top = max(float(values.max()), -float(values.min()))
    if not 0.0 < top < 2.0**960:
        return values.tolist()
    anchor = math.ldexp(2.0 * _PART, math.frexp(top)[1])
    high = (anchor + values) - anchor
    return [float(high.sum()), float((values - high).sum())]


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    total = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total


def _split(a: Any) -> tuple[Any, Any]:
    shifted = _SPLITTER * a
    high = shifted - (shifted - a)
    return high, a - high


def outward(value: Fraction, towards: float) -> float:
    """Return a double at a number, or the next one on the way to an infinity.

    Examples
    --------
    >>> outward(Fraction(1, 3), math.inf) > Fraction(1, 3) > outward(Fraction(1, 3), -math.inf)
    True
    """
    near = float(value)
    beyond = Fraction(near) < value if towards > 0 else Fraction(near) > value
    return math.nextafter(near, towards) if beyond else near
