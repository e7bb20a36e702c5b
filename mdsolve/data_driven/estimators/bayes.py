"""The designer's own Bayes estimate: consistent, and biased towards its prior ([B] note 16)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs import Beliefs
from mdsolve.data_driven.beliefs.base import finite_number
from mdsolve.data_driven.estimators.base import Estimator
from mdsolve.data_driven.estimators.means import SampleMean, normal_law
from mdsolve.data_driven.laws import Law
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]


class PosteriorMean(Estimator):
    """The designer's own Bayes estimate from N observations: consistent, pulled to a prior.

    Gaussian noise: ω̂ = (μ/v + Σ y/σ²)/(1/v + N/σ²). It is not unbiased given the state, so even
    linear utilities are elicited only up to an ε that falls like 1/N.

    Parameters
    ----------
    observations : int
    noise_variance : float
        σ², positive.
    prior_mean, prior_variance : float
        μ and v, positive.

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs
    >>> beliefs = GaussianBeliefs(0.0, 1.0, [1.0])
    >>> round(float(PosteriorMean(3, 1.0, 0.0, 1.0).law(beliefs, beliefs.law([2.0])).mean), 12)
    0.75
    """

    def __init__(
        self,
        observations: int,
        noise_variance: float,
        prior_mean: float,
        prior_variance: float,
        *,
        nodes: int = 64,
    ) -> None:
        self.mean_of = SampleMean(observations, noise_variance, nodes=nodes)
        self.prior_mean = finite_number("prior_mean", prior_mean)
        self.prior_variance = finite_number("prior_variance", prior_variance)
        if self.prior_variance <= 0.0:
            raise InvalidInput(f"prior_variance: {prior_variance!r}. Pass a positive number.")

    @property
    def weight(self) -> float:
        """How much of the estimate is data, from 0 to 1."""
        return self.prior_variance / (self.prior_variance + self.mean_of.variance)

    def given(self, state: Any, beliefs: Beliefs) -> Law:
        """Return the Gaussian law of the shrunk mean."""
        mean = self._shrunk(np.asarray(state, dtype=float))
        return normal_law(mean, self.weight**2 * self.mean_of.variance, self.mean_of.nodes)

    def draw(self, state: Any, rng: np.random.Generator) -> Any:
        """Return a shrunk mean of drawn observations."""
        return self._shrunk(self.mean_of.draw(state, rng))

    def coarser(self) -> Estimator:
        """Return the same with half the nodes."""
        base = self.mean_of
        return PosteriorMean(
            base.observations,
            base.noise_variance,
            self.prior_mean,
            self.prior_variance,
            nodes=base.nodes // 2,
        )

    def _shrunk(self, mean: Any) -> Any:
        return self.prior_mean + self.weight * (mean - self.prior_mean)

    def __repr__(self) -> str:
        return f"PosteriorMean({self.mean_of.observations} observations)"
