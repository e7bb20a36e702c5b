"""Divergences whose conjugate is a clipped parabola: d*(s; q) = scale (max(0, y)² − level²).

With y = level + s/2 the mass is scale · max(0, y): squared L2 has (scale, level) = (1, q), χ² has
(q, 1). Outcomes with y ≤ 0 get no mass at all.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from mdsolve.divergences.base import Array, Divergence, Step


class Clipped(Divergence):
    """What squared L2 and χ² share."""

    clips = True

    @abstractmethod
    def scale_and_level(self, q: Array) -> tuple[Any, Any]:
        """Return the factor of the parabola and its vertex' distance from s = 0."""

    def conjugate(self, s: Array, q: Array) -> tuple[Array, Array]:
        """Return scale (s · level + s²/4), left of the parabola −scale · level²; and its slope."""
        scale, level = self.scale_and_level(q)
        y = level + 0.5 * s
        value = np.where(y > 0, s * (level + 0.25 * s), -np.square(level))
        return scale * value, scale * np.maximum(0.0, y)

    def mass(self, position: Array, q: Array) -> Array:
        """Return scale · max(0, level + s/2)."""
        scale, level = self.scale_and_level(q)
        return scale * np.maximum(0.0, level + 0.5 * position)

    def curvature(self, mass: Array, position: Array, q: Array) -> Array:
        """Return scale/2 where there is mass, 0 elsewhere."""
        scale, _ = self.scale_and_level(q)
        return np.where(mass > 0, 0.5 * scale, 0.0)

    def growth(self, step: Step, q: Array) -> Array:
        """Return scale (max(0, y + k/2) − max(0, y))."""
        scale, level = self.scale_and_level(q)
        here, there = self._heights(step, level)
        return scale * np.where(here > 0, np.maximum(-here, 0.5 * step.k), np.maximum(0.0, there))

    def bregman(self, step: Step, q: Array) -> Array:
        """Return scale times k²/4, y (y − 2y') or max(0, y')², by which ends have mass."""
        scale, level = self.scale_and_level(q)
        here, there = self._heights(step, level)
        leaving = here * (here - 2.0 * there)
        stays = np.where(there > 0, 0.25 * step.k * step.k, leaving)
        return scale * np.where(here > 0, stays, np.square(np.maximum(0.0, there)))

    @staticmethod
    def _heights(step: Step, level: Any) -> tuple[Array, Array]:
        return level + 0.5 * step.here, level + 0.5 * step.there
