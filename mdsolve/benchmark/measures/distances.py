"""How far a vector is from a cone, and from its dual: dist(v, K*) = ‖Π_K(−v)‖ (Moreau).

For the exponential cone the nearest point lies on a ray (ρ, 1, e^ρ) whose normal is
(1, 1 − ρ, −e^−ρ) up to a factor; ρ is the root of one increasing function, found by bisection.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

#: beyond, e^ρ is no double: the cone's flat face is as near
_FAR = 700.0
_HALVINGS = 140


class Split(NamedTuple):
    """Distances (n,) of n vectors from a cone, and from the negative of its dual."""

    cone: Array
    polar: Array


def second_order(vectors: ArrayLike) -> Array:
    """Return the distances (n,) of vectors (n, k), as (t, x), from {t ≥ ‖x‖}, its own dual.

    Examples
    --------
    >>> second_order([[2.0, 1.0], [0.0, 1.0], [-1.0, 0.0]]).round(4)
    array([0.    , 0.7071, 1.    ])
    """
    v = np.asarray(vectors, dtype=float)
    top = v[:, 0]
    length = _norm(v[:, 1:])
    outside = np.maximum(0.0, length - top) / np.sqrt(2.0)
    return np.where(length <= -top, _norm(v), outside)


def exponential(vectors: ArrayLike) -> Array:
    """Return the distances (n,) of triples (n, 3) from cl {y e^{x/y} ≤ z, y > 0}.

    Examples
    --------
    >>> exponential([[0.0, 1.0, 1.0], [-1.0, 0.0, 0.0], [0.0, 0.0, -1.0]]).tolist()
    [0.0, 0.0, 1.0]
    """
    return split(vectors).cone


def dual_exponential(vectors: ArrayLike) -> Array:
    """Return the distances (n,) of triples (n, 3) from the dual of the exponential cone.

    Examples
    --------
    >>> dual_exponential([[-1.0, 1.0, 1.0], [0.0, 1.0, 2.0], [0.0, 0.0, -1.0]]).tolist()
    [0.0, 0.0, 1.0]
    """
    return split(-np.asarray(vectors, dtype=float)).polar


def split(vectors: ArrayLike) -> Split:
    """Return how far triples are from the exponential cone K, and from its polar −K*.

    Each is the largest product with a unit vector of the other: with the rays at ρ, and with those
    of the flat faces {x ≤ 0, y = 0, z ≥ 0} of K and {x = 0, y ≤ 0, z ≤ 0} of −K*.
    """
    v = np.array(vectors, dtype=float).reshape(-1, 3)
    size = np.abs(v).max(axis=1, initial=0.0)
    unit = v / np.where(size > 0.0, size, 1.0)[:, None]
    x, y, z = unit.T
    along, across = _products(unit, _root(unit))
    length = _norm(unit)
    outside = np.maximum(across, np.hypot(np.minimum(y, 0.0), np.minimum(z, 0.0)))
    inside = np.maximum(along, np.hypot(np.minimum(x, 0.0), np.maximum(z, 0.0)))
    flat = np.hypot(x, y)  # of rays and normals so far out that e^−|ρ| is 0
    outside = np.where((x > 0.0) & (y < -_FAR * x), flat, outside)
    inside = np.where((y > 0.0) & (x < -_FAR * y), flat, inside)
    kept, opposed = _in_cone(x, y, z), _in_polar(x, y, z)
    cone = np.where(kept, 0.0, np.where(opposed, length, outside))
    polar = np.where(opposed, 0.0, np.where(kept, length, inside))
    return Split(size * cone, size * polar)


def _in_cone(x: Array, y: Array, z: Array) -> NDArray[np.bool_]:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        inner = (y > 0.0) & (z > 0.0) & (y * np.exp(x / y) <= z)
    return inner | ((x <= 0.0) & (y == 0.0) & (z >= 0.0))


def _in_polar(x: Array, y: Array, z: Array) -> NDArray[np.bool_]:
    """Return whether −v lies in K* = cl {−u e^{v/u} ≤ e w, u < 0} as (u, v, w)."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        inner = (x > 0.0) & (z < 0.0) & (x * np.exp(y / x - 1.0) <= -z)
    return inner | ((x == 0.0) & (y <= 0.0) & (z <= 0.0))


def _root(v: Array) -> Array:
    """Return ρ at which v is a sum of multiples ≥ 0 of the ray and its normal."""
    low, high = np.full(len(v), -_FAR), np.full(len(v), _FAR)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        above = _height(v, middle)
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return 0.5 * (low + high)


def _height(v: Array, rho: Array) -> NDArray[np.bool_]:
    """Return whether ρ is too large.

    With x and y matched, the ray's share is ((ρ − 1) x + y)/q and the normal's (x − ρ y)/q, where
    q = ρ² − ρ + 1; where either is negative ρ is outside its interval.
    """
    x, y, z = v.T
    q = rho * rho - rho + 1.0
    share, normal = ((rho - 1.0) * x + y) / q, (x - rho * y) / q
    with np.errstate(over="ignore", invalid="ignore"):
        level = np.exp(rho) * share - np.exp(-rho) * normal
    # at x > 0 the share grows with ρ, at y > 0 the normal falls: those ends come first
    too_large = np.where((x > 0.0) & (share <= 0.0), False, level > z)
    too_large = np.where((x <= 0.0) & (share <= 0.0), True, too_large)
    return np.where((y > 0.0) & (normal <= 0.0), True, too_large)


def _products(v: Array, rho: Array) -> tuple[Array, Array]:
    """Return the products with the unit ray and with the unit normal at ρ."""
    one = np.ones_like(rho)
    up, down = np.exp(np.minimum(rho, 0.0)), np.exp(np.minimum(-rho, 0.0))
    # (ρ, 1, e^ρ) times e^−max(ρ, 0), and (1, 1 − ρ, −e^−ρ) times e^min(ρ, 0)
    ray = np.stack([rho * down, one * down, up], axis=1)
    normal = np.stack([up, (1.0 - rho) * up, -down], axis=1)
    return tuple(  # type: ignore[return-value]
        np.einsum("ij,ij->i", v, part) / _norm(part) for part in (ray, normal)
    )


def _norm(v: Array) -> Array:
    size = np.abs(v).max(axis=1, initial=0.0)
    safe = np.where(size > 0.0, size, 1.0)
    return size * np.sqrt(((v / safe[:, None]) ** 2).sum(axis=1))
