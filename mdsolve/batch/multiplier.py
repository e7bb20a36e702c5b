"""Any divergence by its scalar dual, many games at once: models, payments B_Φ(c₋ᵢ, c), brackets.

[S] Thm 4.2: a model is the move of its reference by c, a payment the move of the model by −w_i r_i.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

from mdsolve.batch import clipped
from mdsolve.batch.combined import Reports, Sums
from mdsolve.batch.fitted import Fitted
from mdsolve.batch.moves import Moves, Points, move
from mdsolve.batch.segments import Array, Segments
from mdsolve.divergences import Divergence
from mdsolve.divergences.clipped import Clipped
from mdsolve.precision import EPS


def visible(divergence: Divergence, strength: float) -> float:
    """Return the strength that tells how many digits of c are seen; near a pole all are (0)."""
    return 0.0 if isfinite(divergence.pole) else strength


def fit(
    reports: Reports,
    combined: Sums,
    rest: Sums,
    divergence: Divergence,
    reference: Array,
    strength: float,
) -> Fitted:
    """Return the models and payments of games, and their brackets."""
    parts, groups = reports.parts, len(reports.rewards)
    start = Points.origin(divergence, parts, reference)
    top = combined.top(parts)
    first = move(
        divergence,
        parts,
        reference,
        start,
        combined.above(parts, start.anchors) / strength,
        combined.above(parts, top) / strength,
    )
    model = first.mass / parts.spread(parts.sum(first.mass))
    lower, upper = _bracket(reports, combined, divergence, reference, strength, model, first)
    values = parts.sum(reports.rewards * model)

    anchors = parts.top(first.mass)
    slopes = reports.sizes / -strength
    change = reports.rewards - parts.spread(reports.rewards[:, anchors])
    change *= slopes if slopes.shape[1] == 1 else parts.spread(slopes)
    if isinstance(divergence, Clipped):
        steep = combined.scale > clipped.TAME * strength
        pivots = clipped.move(divergence, parts, reference, first.position, change, anchors)
        again = np.flatnonzero(steep)
    else:
        pivots, again = None, np.arange(parts.size)
    if again.size:
        pivots = _moved(divergence, parts, reference, first, anchors, change, rest, again, strength,
                        pivots)  # fmt: skip
    assert pivots is not None
    payments = strength * pivots.bregman.reshape(groups, -1)
    payments = np.where(parts.max(change != 0.0), payments, 0.0)
    utilities = reports.sizes * values - payments
    return Fitted(model, lower, upper, values, payments, utilities, pivots)


def _moved(
    divergence: Divergence,
    parts: Segments,
    reference: Array,
    first: Moves,
    anchors: Any,
    change: Array,
    rest: Sums,
    games: Any,
    strength: float,
    known: Moves | None,
) -> Moves:
    """Return the pivots' points, those of some games by the moves that keep every digit."""
    rows = len(change)
    cells, some = parts.taken(games)
    some_rows = some.repeated(rows)
    points = Points(first.position, first.mass, anchors).taken(cells, games, parts, some)
    shift = some.cells * np.arange(rows)[:, None]
    here = Points(
        np.tile(points.position, rows),
        np.tile(points.mass, rows),
        (points.anchors + shift).ravel(),
    )
    offsets = _offsets(rest, cells, some, some_rows) / strength
    found = move(
        divergence,
        some_rows,
        np.tile(reference[cells], rows),
        here,
        change[:, cells].ravel(),
        offsets,
    )
    if known is None:
        return found
    for name in ("position", "mass"):
        whole = getattr(known, name).reshape(rows, -1)
        whole[:, cells] = getattr(found, name).reshape(rows, -1)
    for name in ("steps", "bregman"):
        whole = getattr(known, name).reshape(rows, -1)
        whole[:, games] = getattr(found, name).reshape(rows, -1)
    return known


def _offsets(rest: Sums, cells: Any, some: Segments, some_rows: Segments) -> Array:
    """Return c₋ᵢ less its maximum, (groups · cells,), for some games' cells."""
    low = None if rest.low is None else rest.low[:, cells].ravel()
    flat = Sums(rest.high[:, cells].ravel(), low, rest.scale, rest.plain)
    return flat.above(some_rows, flat.top(some_rows))


def _bracket(
    reports: Reports,
    combined: Sums,
    divergence: Divergence,
    reference: Array,
    strength: float,
    model: Array,
    first: Moves,
) -> tuple[Array, Array]:
    """Return <c, π> − λ D(π‖π0) and <c, π0> + λ (the move's Bregman sum), widened."""
    parts = reports.parts
    top = combined.top(parts)
    above = combined.above(parts, top)
    highest = combined.high[top]
    lower = highest + parts.sum(model * above)
    lower -= strength * parts.sum(divergence.value(model, reference))
    upper = highest + parts.sum(reference * above) + strength * first.bregman
    lowest = parts.min(combined.high)
    extent = np.maximum(np.maximum(np.abs(highest), np.abs(lowest)), highest - lowest)
    rounding = EPS * (12.0 + parts.logarithms) * extent + combined.rounding(parts)
    return lower - rounding, upper + rounding
