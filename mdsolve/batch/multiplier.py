"""Any divergence by its scalar dual, many games at once: models, payments B_Φ(c₋ᵢ, c), brackets.

[S] Thm 4.2: a model is the move of its reference by c, a payment the move of the model by −w_i r_i.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np

from mdsolve.batch import clipped
from mdsolve.batch.combined import Reports, Sums
from mdsolve.batch.fitted import Fitted
from mdsolve.batch.moves import Moves, Points, move
from mdsolve.batch.segments import Array, Indices, Segments
from mdsolve.divergences import Divergence
from mdsolve.divergences.clipped import Clipped
from mdsolve.precision import EPS


def visible(divergence: Divergence, strength: float) -> float:
    """Return the strength that tells how many digits of c are seen; near a pole all are (0)."""
    return 0.0 if isfinite(divergence.pole) else strength


def fit(reports: Reports, divergence: Divergence, reference: Array, strength: float) -> Fitted:
    """Return the models and payments of games, and their brackets."""
    parts, combined, rewards = reports.parts, reports.combined, reports.rewards
    start = Points.origin(divergence, parts, reference)
    steep = np.arange(parts.size)
    if isinstance(divergence, Clipped):
        steep = np.flatnonzero(combined.scale > clipped.TAME * strength)
    change = combined.above(parts, start.anchors)
    change /= strength
    ahead = _Way(divergence, parts, reference, strength, steep)
    first = ahead.moved(start, change[None], lambda: combined.row)
    model = first.mass / parts.spread(parts.sum(first.mass))
    lower, upper = _bracket(reports, divergence, reference, strength, model, first)
    values = parts.sum(rewards * model)

    anchors = parts.top(first.mass)
    risen = None if first.moved is None else first.moved[anchors] + first.missed
    there = Points(first.position, first.mass, anchors, risen)
    slopes = reports.sizes / -strength
    changes = rewards - parts.spread(np.array([row[anchors] for row in rewards]))
    changes *= slopes if slopes.shape[1] == 1 else parts.spread(slopes)
    pivots = ahead.moved(there, changes, lambda: reports.others)
    payments = strength * pivots.bregman.reshape(values.shape)
    utilities = reports.sizes * values - payments
    return Fitted(model, lower, upper, values, payments, utilities, pivots)


@dataclass(frozen=True, eq=False)
class _Way:
    """How points move: clipped divergences by their own, but where games are ``steep``."""

    divergence: Divergence
    parts: Segments
    reference: Array
    strength: float
    steep: Indices

    def moved(self, here: Points, change: Array, goal: Callable[[], Sums]) -> Moves:
        """Return where changes of reward (rows, cells) lead, rows end to end.

        ``goal`` gives the combined rewards that they lead to, (rows, cells).
        """
        known = None
        if isinstance(self.divergence, Clipped):
            known = clipped.move(
                self.divergence, self.parts, self.reference, here.position, change, here.anchors
            )
            if not self.steep.size:
                return known
        rows = len(change)
        cells, some = self.parts.taken(self.steep)
        some_rows = some.repeated(rows)
        points = here.taken(cells, self.steep, self.parts, some)
        anchors = (points.anchors + some.cells * np.arange(rows)[:, None]).ravel()
        offsets, room = self._ends(_taken(goal(), cells), some_rows, anchors)
        found = move(
            self.divergence,
            some_rows,
            np.tile(self.reference[cells], rows),
            Points(
                np.tile(points.position, rows),
                np.tile(points.mass, rows),
                anchors,
                None if points.risen is None else np.tile(points.risen, rows),
            ),
            change[:, cells].ravel(),
            offsets,
            room,
        )
        if known is None:
            return found
        for names, places in ((("position", "mass"), cells), (("steps", "bregman"), self.steep)):
            for name in names:
                whole = getattr(known, name).reshape(rows, -1)
                whole[:, places] = getattr(found, name).reshape(rows, -1)
        return known

    def _ends(self, goal: Sums, parts: Segments, anchors: Indices) -> tuple[Array, Array | None]:
        """Return (c − max c)/λ, and what it leaves of the way to a pole at the anchors."""
        pole = self.divergence.pole
        if not isfinite(pole):
            return goal.below_top(parts)[1] / self.strength, None
        top = goal.top(parts)
        return goal.above(parts, top) / self.strength, goal.room(anchors, top, self.strength, pole)


def _taken(goal: Sums, cells: Any) -> Sums:
    """Return some games' cells of every row, end to end."""
    low = None if goal.low is None else goal.low[:, cells].ravel()
    return replace(goal, high=goal.high[:, cells].ravel(), low=low)


def _bracket(
    reports: Reports,
    divergence: Divergence,
    reference: Array,
    strength: float,
    model: Array,
    first: Moves,
) -> tuple[Array, Array]:
    """Return <c, π> − λ D(π‖π0) and <c, π0> + λ (the move's Bregman sum), widened.

    The reference's own <c, π0> is the better lower bound where λ shows a model's last digits.
    """
    parts, combined = reports.parts, reports.combined
    highest, above = combined.below_top(parts)
    lower = highest + parts.sum(model * above)
    lower -= strength * parts.sum(divergence.value(model, reference))
    mean = highest + parts.sum(reference * above)
    lower, upper = np.maximum(lower, mean), mean + strength * first.bregman
    lowest = parts.min(combined.high)
    extent = np.maximum(np.maximum(np.abs(highest), np.abs(lowest)), highest - lowest)
    rounding = EPS * (12.0 + parts.logarithms) * extent + combined.rounding(parts)
    return lower - rounding, upper + rounding
