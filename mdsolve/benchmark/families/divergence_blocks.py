"""λ D(π‖π₀) in cones, one block a divergence, with every number a double of the game's own.

A block adds what it needs to an assembly in which the model stands at ``p``. Constants that are no
doubles are left out, and told. Cones are homogeneous: q log(p/q) ≥ v is (v, q, p) in the
exponential cone, so no quotient or logarithm of data is ever rounded.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.families.assembly import Assembly, Part

Array = NDArray[np.float64]
Point = Callable[[Array], Array]


class Block(NamedTuple):
    """What a block added: the variables' values at a model, and the constant that it left out.

    The program's objective is −λ D(π) less that constant.
    """

    values: Point
    missing: Fraction = Fraction(0)


def kl(whole: Assembly, p: slice, q: Array, strength: float) -> Block:
    """t ≥ p log(p/q): (−t, p, q)."""
    t = whole.variables(q.size, -strength)
    whole.exponential(([(t, -1.0)], 0.0), ([(p, 1.0)], 0.0), ([], q), count=q.size)
    return Block(lambda model: _entropy(model, model, q))


def forward_kl(whole: Assembly, p: slice, q: Array, strength: float) -> Block:
    """t ≥ q log(q/p): (−t, q, p)."""
    t = whole.variables(q.size, -strength)
    whole.exponential(([(t, -1.0)], 0.0), ([], q), ([(p, 1.0)], 0.0), count=q.size)
    return Block(lambda model: _entropy(q, q, model))


def jensen_shannon(whole: Assembly, p: slice, q: Array, strength: float) -> Block:
    """a ≥ p log(p/m) and b ≥ q log(q/m) with m = (p + q)/2."""
    count, middle = q.size, _middle(p, q)
    a, b = (whole.variables(count, -0.5 * strength) for _ in range(2))
    whole.exponential(([(a, -1.0)], 0.0), ([(p, 1.0)], 0.0), middle, count=count)
    whole.exponential(([(b, -1.0)], 0.0), ([], q), middle, count=count)

    def values(model: Array) -> Array:
        half = 0.5 * (model + q)
        return np.concatenate([_entropy(model, model, half), _entropy(q, q, half)])

    return Block(values)


def _middle(p: slice, q: Array) -> Part:
    return [(p, 0.5)], 0.5 * q


def hellinger(whole: Assembly, p: slice, q: Array, strength: float) -> Block:
    """D = 2 − 2 Σ s with s² ≤ p q."""
    s = whole.variables(q.size, 2.0 * strength)
    whole.hyperbola(([(s, 2.0)], 0.0), ([(p, 1.0)], 0.0), ([], q), count=q.size)
    return Block(lambda model: np.sqrt(model * q), Fraction(-2 * strength))


def squared_l2(whole: Assembly, p: slice, q: Array, strength: float) -> Block:
    """D = Σ d² with d = p − q."""
    d = whole.variables(q.size, square=-2.0 * strength)
    whole.rows("zero", [(p, 1.0), (d, -1.0)], q, count=q.size)
    return Block(lambda model: model - q)


def chi_squared(whole: Assembly, p: slice, q: Array, strength: float) -> Block:
    """D = Σ q z² with p = q + q z."""
    z = whole.variables(q.size, square=-2.0 * strength * q)
    whole.rows("zero", [(p, 1.0), (z, -q)], q, count=q.size)
    return Block(lambda model: (model - q) / q)


BLOCKS: dict[str, Callable[[Assembly, slice, Array, float], Block]] = {
    "kl": kl,
    "l2": squared_l2,
    "chi2": chi_squared,
    "forward-kl": forward_kl,
    "hellinger": hellinger,
    "jensen-shannon": jensen_shannon,
}


def _entropy(weight: Array, over: Array, under: Array) -> Array:
    """Return weight log(over/under), 0 where the weight is."""
    safe = np.where(weight > 0.0, over, 1.0)
    return np.where(weight > 0.0, weight * (np.log(safe) - np.log(under)), 0.0)
