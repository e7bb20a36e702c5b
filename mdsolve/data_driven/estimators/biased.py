"""An estimator that is off by a stated amount: what a bias costs is exact ([B] Prop 2)."""

from __future__ import annotations

from typing import Any

import numpy as np

from mdsolve.data_driven.beliefs import Beliefs
from mdsolve.data_driven.beliefs.base import finite_number
from mdsolve.data_driven.estimators.base import Estimator, ExPost
from mdsolve.data_driven.laws import Law


class Biased(Estimator):
    """Another estimator that is off by a stated amount.

    Parameters
    ----------
    bias : float
        In the units of the state.
    base : Estimator, optional
        Unbiased: the state itself by default.

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs
    >>> beliefs = GaussianBeliefs(0.0, 1.0, [1.0])
    >>> round(float(Biased(0.5).law(beliefs, beliefs.law([2.0])).mean), 12)
    1.5
    """

    def __init__(self, bias: float, base: Estimator | None = None) -> None:
        self.bias = finite_number("bias", bias)
        self.base = ExPost() if base is None else base

    def given(self, state: Any, beliefs: Beliefs) -> Law:
        """Return the base's law, moved."""
        return self._moved(self.base.given(state, beliefs))

    def draw(self, state: Any, rng: np.random.Generator) -> Any:
        """Return the base's draw, moved."""
        return self.base.draw(state, rng) + self.bias

    def law(self, beliefs: Beliefs, posterior: Law) -> Law:
        """Return the base's law given the signals, moved."""
        return self._moved(self.base.law(beliefs, posterior))

    def _moved(self, law: Law) -> Law:
        mean = law.expectation("Biased") + self.bias
        points = None if law.points is None else law.points + self.bias
        return Law(mean, law.variance, None, points, law.masses, law.exact)

    def coarser(self) -> Estimator | None:
        """Return the same of the base with half its nodes."""
        coarse = self.base.coarser()
        return None if coarse is None else Biased(self.bias, coarse)

    def __repr__(self) -> str:
        return f"Biased({self.bias:g}, {self.base!r})"
