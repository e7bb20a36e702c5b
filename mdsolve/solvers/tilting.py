"""B_Φ(c + d, c) = λ log E_π[e^{d/λ}] − E_π[d], the increment of Φ for KL: payments and regrets.

[S] Thm 4.2 with D = KL. For a direction r and a slope s, the *tilt* is log E_π[e^{s (r − E_π r)}]:
a payment is λ times the tilt with slope −w/λ, and E_π[e^x] − 1 = E_π[e^x − 1 − x] where E_π x = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.precision import logarithm_deficit

Array = NDArray[np.float64]
Parts = Callable[[], Iterable[tuple[Array, Array]]]

NOTHING = -1e300  # the logarithm of no mass at all, finite so that differences are
FAR = 40.0  # beyond, 1 + x is below the rounding of e^x
TAYLOR = 2.0**-7  # up to this |x|, seven terms of the series of e^x - 1 - x are exact to 2e-14
HUGE = 600.0  # up to this |x|, outcomes whose probability underflows cannot matter
FLOOR = -700.0  # below, e^x and its products are slow, on their way to underflow
CERTAIN = 1e-6  # from this E[e^x - 1 - x] on, E[e^x - 1] - E[x] keeps its digits
_CELLS = 1 << 15


@dataclass(frozen=True, slots=True)
class Tilts:
    """Logarithms of moments of e^{s r} under a model, one for each direction.

    Attributes
    ----------
    centred : Array
        log E[e^{s (r − E r)}] ≥ 0.
    anchored : Array
        log E[e^{s (r − anchor)}].
    """

    centred: Array
    anchored: Array


def bregman(
    model: Array, direction: ArrayLike, strength: float, *, log_model: Array | None = None
) -> float:
    """Return λ log E_π[e^{d/λ}] − E_π[d] = λ KL(π‖π'), π' ∝ π e^{d/λ}, to relative rounding.

    Parameters
    ----------
    model : Array, shape (outcomes,)
        The probabilities π.
    direction : array_like, shape (outcomes,)
        The change d of the combined reward (welfare units).
    strength : float
        λ > 0.
    log_model : Array, shape (outcomes,), optional
        Logarithms of π: needed only where a probability that underflows could matter.

    Returns
    -------
    float
        The Bregman divergence of Φ (welfare units); 0.0 where d is constant.

    Examples
    --------
    >>> round(bregman(np.array([0.5, 0.5]), [1.0, -1.0], 1.0), 12)  # log cosh 1
    0.433780830483
    """
    direction = np.asarray(direction, dtype=float)
    if direction.min() == direction.max():
        return 0.0

    def parts() -> Iterable[tuple[Array, Array]]:
        for start in range(0, direction.size, _CELLS):
            columns = slice(start, start + _CELLS)
            logs = None if log_model is None else log_model[columns]
            yield _logarithms(model[columns]) if logs is None else logs, direction[None, columns]

    mode = int(np.argmax(model if log_model is None else log_model))
    at_mode = direction[mode : mode + 1]
    return strength * float(tilts(parts, at_mode, np.array([1.0 / strength])).centred[0])


def tilts(parts: Parts, at_mode: Array, slopes: Array, anchors: Array | None = None) -> Tilts:
    """Return the tilts of several directions, whatever their size, in two readings of the parts.

    Parameters
    ----------
    parts : callable
        Yields log π (width,) and the directions (directions, width), block by block.
    at_mode : Array, shape (directions,)
        Each direction at the most likely outcome: means are taken relative to it, so that a
        concentrated model keeps the digits of what little it puts elsewhere.
    slopes, anchors : Array, shape (directions,)
    """
    zeros = np.zeros_like(slopes)
    anchors = at_mode if anchors is None else anchors
    mean, mass = zeros, 0.0
    for logs, rows in parts():
        model = np.exp(logs)
        mean, mass = mean + (rows - at_mode[:, None]) @ model, mass + model.sum()
    mean = mean / mass
    excess, growth = zeros, zeros
    far, anchored = [_empty(zeros)], [_empty(zeros)]
    for logs, rows in parts():
        model = np.exp(logs)
        x = ((rows - at_mode[:, None]) - mean[:, None]) * slopes[:, None]
        beyond = x > FAR
        if beyond.any():
            far.append(log_sum(np.where(beyond, logs + x, NOTHING)))
            x[beyond] = 0.0
        excess = excess + excess_of(x) @ model
        x = (rows - anchors[:, None]) * slopes[:, None]
        anchored.append(log_sum(logs + x))
        growth = growth + np.expm1(np.minimum(x, FAR), out=x) @ model
    centred = log1p_of(excess / mass, _combined(far, mass))
    return Tilts(centred, near_zero(growth / mass, _combined(anchored, mass)))


def taylor_excess(x: Array, scratch: Array) -> Array:
    """Return e^x − 1 − x for |x| ≤ `TAYLOR`, written into ``scratch``."""
    total = np.multiply(x, 1 / 720, out=scratch)
    for coefficient in (1 / 120, 1 / 24, 1 / 6, 1 / 2):
        total += coefficient
        total *= x
    total *= x
    return total


def log_sum(x: Array) -> tuple[Array, Array]:
    """Return each row's maximum, and its sum of e^{x − maximum}; x is overwritten."""
    top = x.max(axis=1)
    x -= top[:, None]
    np.maximum(x, FLOOR, out=x)
    return top, np.exp(x, out=x).sum(axis=1)


def log_total(tops: Array, sums: Array) -> Array:
    """Return the logarithm of Σ sum e^{top} over the pieces (axis 0)."""
    top = tops.max(axis=0)
    return top + np.log(np.maximum((sums * np.exp(tops - top)).sum(axis=0), 1e-300))


def excess_of(x: Array) -> Array:
    """Return e^x − 1 − x to relative rounding; x is overwritten."""
    far = np.expm1(x)
    far -= x
    near = np.abs(x) <= TAYLOR
    x[~near] = 0.0
    np.copyto(far, taylor_excess(x, np.empty_like(x)), where=near)
    return far


def _logarithms(model: Array) -> Array:
    positive = model > 0.0
    return np.log(model, out=np.full_like(model, NOTHING), where=positive)


def _empty(like: Array) -> tuple[Array, Array]:
    return np.full_like(like, NOTHING), np.zeros_like(like)


def _combined(pieces: list[tuple[Array, Array]], mass: Any) -> Array:
    tops, sums = (np.array(part) for part in zip(*pieces, strict=True))
    return log_total(tops, sums) - np.log(mass)


def log1p_of(excess: Array, far: Array) -> Array:
    """Return log(1 + excess + e^far)."""
    return np.where(far > HUGE, far, np.log1p(excess + np.exp(np.minimum(far, HUGE))))


def near_zero(growth: Array, logs: Array) -> Array:
    """Return log(1 + growth): from the growth where it is small, from its logarithm elsewhere."""
    small = np.abs(growth) < 0.5
    return np.where(small, np.log1p(np.where(small, growth, 0.0)), logs)


def total_spare(z: Any) -> Any:
    """Return log(1 + z) − z/(1 + z): what a model's total mass of 1 + z adds to its divergence."""
    return z * z / (1.0 + z) - logarithm_deficit(z)
