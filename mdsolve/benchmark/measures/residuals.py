"""How far a point and prices are from the optimality conditions, by the program's data alone.

b − A x ∈ K, lower ≤ x ≤ upper; y ∈ K*, and Px + c + Aᵀy is 0 or borne by a bound; the two
objectives agree. All is told in the program's own `units`, relative to the numbers that occur.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.cones import EXPONENTIAL, NONNEGATIVE, SECOND_ORDER, ZERO
from mdsolve.benchmark.measures import distances
from mdsolve.benchmark.measures.units import Units, units
from mdsolve.benchmark.program import ConicProgram
from mdsolve.precision import EPS

Array = NDArray[np.float64]

#: bounds further from a point than this many times its size bear no price
_REACH = 2.0
#: points and prices count as no larger than this many times the data, or far ones hide anything
_FAR = 4096.0


class Dual(NamedTuple):
    """How far prices are from being dual feasible, and the duality gap (objective units).

    What the point's own violations are worth at these prices is `borrowed`: a gap in which it
    cancels against slack is no proof.
    """

    residual: float
    gap: float
    size: float
    borrowed: float = 0.0


def primal(program: ConicProgram, x: Array) -> float:
    """Return the largest relative distance of a point from a cone or a bound."""
    at = units(program)
    point, slack = x / at.columns, at.rows * (program.sides - program.matrix @ x)
    size = _size(point, _data(program, at))
    limits = np.maximum.reduceat(np.abs(at.rows * program.sides), at.starts) if slack.size else []
    missed = ratio(outside(at, slack, dual=False), np.maximum(limits, size))
    return max(missed, _beyond(program, at, point, size))


def dual(program: ConicProgram, x: Array, y: Array) -> Dual:
    """Return how far prices are from the dual cones and from bearing the gradient."""
    at, sign = units(program), -1.0 if program.maximize else 1.0
    bent = np.zeros(x.size) if program.quadratic is None else sign * (program.quadratic @ x)
    cost, prices, data = sign * program.objective, y / at.rows, _data(program, at)
    rest = bent + cost + program.matrix.T @ y
    most = _size(x / at.columns, data)
    point = most * at.columns
    bends = np.maximum(np.abs(bent), _curvature(program) * point)  # x is known to its size alone
    stakes = at.columns * np.maximum(np.abs(cost), bends)
    top = float(stakes.max(initial=0.0))
    size = _size(prices, top)
    room = np.where(rest > 0.0, x - program.lower, program.upper - x)
    far = room > _REACH * point
    free = np.where(far, np.abs(rest), 0.0) * at.columns
    bent_away = ratio(free, np.maximum(stakes, size))
    missed = max(ratio(outside(at, prices, dual=True), size), bent_away)
    held = np.abs(rest) @ np.where(far, np.abs(x), room)
    slack = program.sides - program.matrix @ x
    gap = abs(float(y @ slack + held))
    lengths = np.sqrt(np.add.reduceat(prices * prices, at.starts)) if y.size else prices
    borrowed = lengths @ outside(at, at.rows * slack, dual=False)
    borrowed += np.abs(rest) @ np.maximum(0.0, -room)
    walls = np.where(far, 0.0, np.where(rest > 0.0, program.lower, program.upper))
    spent = np.abs(cost) @ np.minimum(np.abs(x), point) + 0.5 * abs(float(x @ bent))
    borne = np.abs(program.sides) @ np.minimum(np.abs(y), size * at.rows) + np.abs(rest) @ np.abs(
        walls
    )
    extent = float(max(min(spent, borne), top * (data or most)))
    return Dual(missed, gap, extent, float(borrowed))


def _data(program: ConicProgram, at: Units) -> float:
    """Return the size of the sides, in units, or of the bounds in the middle where it is more."""
    walls = np.abs(np.concatenate([program.lower / at.columns, program.upper / at.columns]))
    walls = walls[np.isfinite(walls) & (walls > 0.0)]
    sides = float(np.abs(at.rows * program.sides).max(initial=0.0))
    return max(sides, float(np.median(walls)) if walls.size else 0.0)


def _size(vector: Array, data: float) -> float:
    """Return the largest entry, held to what the data can account for."""
    found = float(np.abs(vector).max(initial=0.0))
    return min(found, _FAR * data) if data > 0.0 else found


def _curvature(program: ConicProgram) -> Array:
    if program.quadratic is None:
        return np.zeros(program.objective.size)
    return np.abs(program.quadratic.diagonal())


def farkas(program: ConicProgram, y: Array) -> float:
    """Return how far a ray is from proving that no point exists; inf where it proves nothing.

    It is first brought into the dual cones. What is left of Aᵀy where no bound bears it is
    relative to what the ray gains: at ε no point up to 1/ε times the size of b exists.
    """
    at = units(program)
    ray = _into_dual(at, y / at.rows)
    row = at.matrix.T @ ray
    limits = np.where(row > 0.0, program.lower, program.upper) / at.columns
    borne = np.isfinite(limits)
    sides = at.rows * program.sides
    terms = np.concatenate([-sides * ray, np.where(borne, row * np.where(borne, limits, 0.0), 0.0)])
    least = EPS * (8.0 + np.log2(1.0 + terms.size)) * float(np.abs(terms).sum())
    used = np.concatenate([sides[ray != 0.0], limits[borne & (row != 0.0)]])
    left = np.where(borne, 0.0, np.abs(row)).max(initial=0.0)
    return _proof(float(left), float(terms.sum()), least, used)


def improving(program: ConicProgram, direction: Array) -> float:
    """Return how far a direction is from improving the objective for ever; inf if it does not."""
    at, sign = units(program), -1.0 if program.maximize else 1.0
    step = direction / at.columns
    low, high = np.isfinite(program.lower), np.isfinite(program.upper)
    leaves = [
        outside(at, -at.rows * (program.matrix @ direction), dual=False),
        np.where(low, np.maximum(0.0, -step), 0.0),
        np.where(high, np.maximum(0.0, step), 0.0),
    ]
    if program.quadratic is not None:
        leaves.append(at.columns * np.abs(program.quadratic @ direction))
    terms = -sign * program.objective * direction
    least = EPS * (8.0 + np.log2(1.0 + terms.size)) * float(np.abs(terms).sum())
    used = (at.columns * program.objective)[step != 0.0]
    worst = float(np.concatenate(leaves).max(initial=0.0))
    return _proof(worst, float(terms.sum()), least, used)


def outside(at: Units, vector: Array, *, dual: bool) -> Array:
    """Return the distance of each part of a vector of the rows from its cone, or dual cone."""
    found = np.zeros(vector.size)
    zero, above = at.kinds == ZERO, at.kinds == NONNEGATIVE
    if not dual:
        found[zero] = np.abs(vector[zero])
    found[above] = np.maximum(0.0, -vector[above])
    triples = at.kinds == EXPONENTIAL
    if triples.any():
        away = distances.dual_exponential if dual else distances.exponential
        found[np.flatnonzero(triples)[::3]] = away(vector[triples].reshape(-1, 3))
    ends = np.append(at.starts[1:], vector.size)
    balls = at.kinds[at.starts] == SECOND_ORDER if vector.size else np.empty(0, dtype=bool)
    sizes = (ends - at.starts)[balls]
    for size in np.unique(sizes):
        first = at.starts[balls][sizes == size]
        found[first] = distances.second_order(vector[first[:, None] + np.arange(size)])
    return found[at.starts] if vector.size else found


def ratio(errors: Array, sizes: Array | float) -> float:
    """Return the largest quotient; 0 of 0 is none."""
    wide = np.broadcast_to(np.asarray(sizes, dtype=float), np.shape(errors))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found = np.where(np.asarray(errors) == 0.0, 0.0, errors / wide)
    return float(np.max(found, initial=0.0))


def _beyond(program: ConicProgram, at: Units, point: Array, size: float) -> float:
    worst = 0.0
    for limit, side in ((program.lower, 1.0), (program.upper, -1.0)):
        kept = np.isfinite(limit)
        wall = np.where(kept, limit, 0.0) / at.columns
        missed = np.where(kept, np.maximum(0.0, side * (wall - point)), 0.0)
        worst = max(worst, ratio(missed, np.maximum(np.abs(wall), size)))
    return worst


def _into_dual(at: Units, ray: Array) -> Array:
    """Return a ray with what is outside its dual cone cut off, where that is one line."""
    return np.where((at.kinds == NONNEGATIVE) & (ray < 0.0), 0.0, ray)


def _proof(left: float, gain: float, least: float, used: Array) -> float:
    if not gain > least:
        return inf
    return left * float(np.abs(used).max(initial=0.0)) / gain
