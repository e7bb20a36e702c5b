"""Unbiased estimators from N observations: means of noisy data, shares of clicks.

Each has a mean a + b ω and a variance quadratic in ω, so that linear and quadratic utilities are
exact; the points of each law given ω are exact for clicks, Gauss-Hermite for Gaussian noise
([B] Prop 2, Thm 2, note 16).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs import Beliefs
from mdsolve.data_driven.beliefs.base import finite_number
from mdsolve.data_driven.beliefs.gaussian import normal_nodes
from mdsolve.data_driven.estimators.base import Estimator
from mdsolve.data_driven.laws import Law
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]


class SampleMean(Estimator):
    """The mean of N observations ω + noise: unbiased, with variance noise/N.

    Parameters
    ----------
    observations : int
        N ≥ 1.
    noise_variance : float
        Of one observation given the state.
    nodes : int
        Gauss-Hermite points of the law given the state.

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs
    >>> beliefs = GaussianBeliefs(0.0, 1.0, [1.0])
    >>> law = SampleMean(4, 1.0).law(beliefs, beliefs.law([2.0]))
    >>> round(float(law.mean), 12), round(float(law.variance), 12)
    (1.0, 0.75)
    """

    def __init__(self, observations: int, noise_variance: float, *, nodes: int = 64) -> None:
        self.observations = checked_observations(observations)
        self.noise_variance = finite_number("noise_variance", noise_variance)
        if self.noise_variance < 0.0:
            raise InvalidInput(f"noise_variance: {noise_variance!r} is negative. Pass at least 0.")
        self.nodes = nodes

    @property
    def variance(self) -> float:
        """Of the mean, given the state."""
        return self.noise_variance / self.observations

    def given(self, state: Any, beliefs: Beliefs) -> Law:
        """Return N(ω, noise/N), coordinate by coordinate where the state is a vector."""
        return normal_law(np.asarray(state, dtype=float), self.variance, self.nodes)

    def draw(self, state: Any, rng: np.random.Generator) -> Any:
        """Return the state with noise."""
        return rng.normal(state, np.sqrt(self.variance))

    def law(self, beliefs: Beliefs, posterior: Law) -> Law:
        """Return the law given the signals; of a posterior without points, its moments."""
        if posterior.points is None and posterior.mean is not None:
            return blurred(posterior, self.variance)
        return super().law(beliefs, posterior)

    def coarser(self) -> Estimator:
        """Return the same with half the nodes."""
        return SampleMean(self.observations, self.noise_variance, nodes=self.nodes // 2)

    def __repr__(self) -> str:
        return f"SampleMean({self.observations}, {self.noise_variance:g})"


class ClickRate(Estimator):
    """The share of N impressions that were clicked: unbiased, variance ω(1 − ω)/N.

    Parameters
    ----------
    impressions : int
        N ≥ 1.

    Examples
    --------
    >>> from mdsolve.data_driven import BetaBeliefs
    >>> beliefs = BetaBeliefs(1.0, 1.0, [0], common=True)
    >>> law = ClickRate(10).law(beliefs, beliefs.law([0]))
    >>> round(float(law.mean), 12), round(float(law.variance), 12)
    (0.5, 0.1)
    """

    def __init__(self, impressions: int) -> None:
        self.impressions = checked_observations(impressions)

    def given(self, state: Any, beliefs: Beliefs) -> Law:
        """Return the binomial law of clicks/N, exactly."""
        rate = np.asarray(state, dtype=float)
        if ((rate < 0.0) | (rate > 1.0)).any():
            raise InvalidInput(f"state {state!r} is no click-through rate. Use states in [0, 1].")
        return clicked_law(rate, self.impressions, np.arange(self.impressions + 1.0))

    def draw(self, state: Any, rng: np.random.Generator) -> Any:
        """Return a share of clicks."""
        return rng.binomial(self.impressions, state) / self.impressions

    def law(self, beliefs: Beliefs, posterior: Law) -> Law:
        """Return the law given the signals; of a posterior without points, its moments."""
        mean, variance = posterior.mean, posterior.variance
        if posterior.points is None and mean is not None and variance is not None:
            squared = variance + mean**2
            return blurred(posterior, (mean - squared) / self.impressions)
        return super().law(beliefs, posterior)

    def __repr__(self) -> str:
        return f"ClickRate({self.impressions})"


def checked_observations(given: Any) -> int:
    """Return a number of observations, at least one."""
    number = finite_number("observations", given)
    if number != np.floor(number) or number < 1:
        raise InvalidInput(f"observations: {given!r}. Pass an integer of at least 1.")
    return int(number)


def normal_law(mean: Array, variance: float, nodes: int) -> Law:
    """Return the normal law with Gauss-Hermite nodes where it is of one number."""
    spread = np.full_like(mean, variance)
    if mean.ndim:
        return Law(mean, spread)
    if variance == 0.0:
        return Law.at(mean)
    points, masses = normal_nodes(nodes)
    return Law(mean, spread, None, mean + np.sqrt(variance) * points, masses, exact=False)


def clicked_law(rate: Array, impressions: int, estimates: Array) -> Law:
    """Return the law of estimates[clicks]/N; of one rate with its points, of several with moments.

    ``estimates`` must be affine in the clicks where there are several rates.
    """
    if rate.ndim:
        return Law(rate, rate * (1.0 - rate) / impressions)
    from scipy.stats import binom

    masses = binom.pmf(np.arange(impressions + 1), impressions, float(rate))
    return Law.on(estimates / impressions, masses / masses.sum())


def blurred(law: Law, variance: Any) -> Law:
    """Return a law known by moments with unbiased noise added."""
    assert law.mean is not None
    assert law.variance is not None
    return Law(law.mean, law.variance + variance)
