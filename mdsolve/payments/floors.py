"""Φ(c₋ᵢ + w' r') at its least over a type domain, group by group ([S] Cor 4.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mdsolve.games.combined import Combined
from mdsolve.games.domains import ConvexDomain, Domain, MaxNormalized
from mdsolve.payments.affine_maximizer import row, without
from mdsolve.payments.settlement import Floor
from mdsolve.precision import EPS
from mdsolve.solvers import floor
from mdsolve.solvers import multiplier as scalar_dual
from mdsolve.solvers.floor import FloorStatement, Ground, Increment
from mdsolve.value_function import Optimum, ValueFunction

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pivot:
    """Φ without one group: c₋ᵢ, and the affine maximizer's payment p_i of that group.

    ``noise`` is the error of c₋ᵢ's entries that is not relative to their differences.
    """

    group: int
    combined: Combined
    noise: float
    payment: float
    point: scalar_dual.Point | None


def pivots(phi: ValueFunction, at: Optimum, payments: Array | None) -> Iterator[Pivot]:
    """Yield every group's pivot; under KL payments are known, and c₋ᵢ is all that is needed."""
    combined = phi.combine(phi.game.sizes) if at.combined is None else at.combined
    rounding = _rounding(phi, combined)
    for group in range(phi.game.shape[0]):
        rest = without(phi, combined, group)
        noise = rounding if rest.low is None else 0.0
        if payments is not None:
            yield Pivot(group, rest, noise, float(payments[group]), None)
        else:
            yield _moved(phi, at, group, rest, noise)


def joining(phi: ValueFunction, domain: Domain, size: float) -> Increment:
    """Return the least that another group adds to Φ by joining the game as it stands.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[0.0, 1.0]])
    >>> phi = md.SocialWelfare("kl", 4.0).value_function(game)
    >>> joining(phi, md.SumNormalized(), 1.0).report
    array([1., 0.])
    """
    point = None if phi.divergence.name == "kl" else phi.solve(engine="multiplier").point
    combined = phi.combine(phi.game.sizes)
    noise = _rounding(phi, combined) if combined.low is None else 0.0
    return increment(phi, Pivot(-1, combined, noise, 0.0, point), domain, size)


def _rounding(phi: ValueFunction, combined: Combined) -> float:
    """Return the error of c's entries, a plain sum over the groups."""
    return 0.5 * EPS * (phi.game.shape[0] + 2) * float(np.abs(combined.high).max())


def increment(phi: ValueFunction, pivot: Pivot, domain: Domain, size: float) -> Increment:
    """Return the least increment of Φ over a domain at one size."""
    if isinstance(domain, ConvexDomain):
        return _convex(phi, pivot, domain, size)
    vertex = isinstance(domain, MaxNormalized)
    if pivot.point is None:
        solve = floor.lowest_vertex_of_logarithms if vertex else floor.pour_logarithms
        logarithms = pivot.combined.above(pivot.combined.top())
        logarithms /= phi.strength
        logarithms += phi.game.log_reference
        return solve(logarithms, phi.strength, size, pivot.noise)
    point = pivot.point
    ground = Ground(phi.divergence, phi.game.reference, point.position, point.mass)
    if vertex:
        solve = _vertex(phi, pivot, size)
        return floor.lowest_vertex(ground, phi.strength, size, solve, pivot.noise)
    return floor.pour(ground, phi.strength, size, pivot.noise)


def named(
    phi: ValueFunction,
    at: Optimum,
    pivot: Pivot,
    found: Increment,
    domain: Domain,
    size: float,
) -> Floor:
    """Return an increment as a group's floor, with the bracket of Φ's own value there."""
    game, group = phi.game, pivot.group
    alone = at.value - float(game.sizes[group] * at.values[group]) + pivot.payment
    own = float(game.sizes[group] * np.abs(game.reward_bounds[group]).max())
    extent = float(np.abs(pivot.combined.high).max()) + own
    error = 3.0 * EPS * extent
    return Floor(
        str(game.groups[group]),
        found.lower,
        found.upper,
        alone + found.lower - error,
        alone + found.upper + error,
        found.report,
        size,
        found.model,
        found.method,
        phi,
        domain,
        group,
    )


def statement(phi: ValueFunction, rest: Combined, domain: Domain, size: float) -> FloorStatement:
    """Return the numbers of one group's program."""
    game = phi.game
    logs = game.log_reference
    return FloorStatement(
        phi.divergence, phi.strength, size, rest.high, game.reference, logs, domain
    )


def _convex(phi: ValueFunction, pivot: Pivot, domain: ConvexDomain, size: float) -> Increment:
    """Return the least increment over the user's own set, by the program over reports."""
    here = pivot.point
    assert here is not None

    def evaluate(report: Array) -> tuple[float, Array]:
        change = (report - report[here.anchor]) * (size / phi.strength)
        moved = phi.move(here, change, pivot.combined.plus(size, report))
        gained = size * float(report @ here.mass)
        return gained + phi.strength * moved.bregman, moved.point.mass

    stated = statement(phi, pivot.combined, domain, size)
    return floor.lowest(stated, domain, evaluate, 2.0 * phi.rounding(pivot.combined))


def _moved(phi: ValueFunction, at: Optimum, group: int, rest: Combined, noise: float) -> Pivot:
    assert at.point is not None
    reward, size = row(phi.game, group), float(phi.game.sizes[group])
    change = -size * (reward - reward[at.point.anchor]) / phi.strength
    moved = phi.move(at.point, change, rest)
    return Pivot(group, rest, noise, phi.strength * moved.bregman, moved.point)


def _vertex(phi: ValueFunction, pivot: Pivot, size: float) -> Callable[[int], tuple[float, Array]]:
    """Return how to solve for Φ(c₋ᵢ + w' e_x): B_Φ of that move and the model there."""
    here = pivot.point
    assert here is not None

    def solve(outcome: int) -> tuple[float, Array]:
        alone = np.zeros(here.mass.size)
        alone[outcome] = 1.0
        change = (alone - alone[here.anchor]) * (size / phi.strength)
        moved = phi.move(here, change, pivot.combined.plus(size, alone))
        return phi.strength * moved.bregman, moved.point.mass

    return solve
