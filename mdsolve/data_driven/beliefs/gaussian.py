"""A Gaussian state seen with Gaussian noise: precisions add up ([B] Ex 1, Ex 2).

E[ω|s] = (μ0/σ0² + Σ s_i/σ_i²) / (1/σ0² + Σ 1/σ_i²), Var[ω|s] the inverse of that denominator.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs.base import Beliefs, finite_number, positive_vector
from mdsolve.data_driven.laws import Law
from mdsolve.errors import InvalidInput
from mdsolve.games.validation import read_only

Array = NDArray[np.float64]


class GaussianBeliefs(Beliefs):
    """ω ~ N(mean, variance), and s_i = ω + noise of agent i.

    Parameters
    ----------
    mean, variance : float
        Of the state before any signal.
    noise_variances : (agents,) array_like
        Positive; infinite for an agent whose signal says nothing.

    Examples
    --------
    >>> beliefs = GaussianBeliefs(0.0, 1.0, [1.0, 1.0])
    >>> beliefs.mean([3.0, 0.0]), beliefs.mean([3.0, 0.0], without=0)
    (1.0, 0.0)
    >>> beliefs.posterior([3.0, 0.0], without=[0, 1])
    (0.0, 1.0)
    """

    def __init__(self, mean: float, variance: float, noise_variances: Any) -> None:
        self.prior_mean = finite_number("mean", mean)
        self.prior_variance = finite_number("variance", variance)
        if self.prior_variance <= 0.0:
            raise InvalidInput(f"variance: {variance!r} is not positive. Pass a positive number.")
        self.noise_variances = positive_vector(
            "noise_variances",
            noise_variances,
            "A variance must be positive; a signal that says all needs a tiny one.",
            infinite=True,
        )
        self.agents = self.noise_variances.size

    def posterior(self, signals: Any, without: Any = None) -> tuple[float, float]:
        """Return mean and variance of ω given all signals but those of ``without``."""
        precision = 1.0 / self.prior_variance
        # measured from the prior's mean, so that a far one costs no digits
        pull = 0.0
        for agent, signal in self.present(signals, without):
            weight = 1.0 / self.noise_variances[agent]
            precision += weight
            pull += weight * (signal - self.prior_mean)
        return float(self.prior_mean + pull / precision), float(1.0 / precision)

    def law(self, signals: Any, without: Any = None, *, nodes: int = 64) -> Law:
        """Return the posterior, with Gauss-Hermite nodes."""
        mean, variance = self.posterior(signals, without)
        points, masses = normal_nodes(nodes)
        return Law(
            np.asarray(mean),
            np.asarray(variance),
            points=mean + np.sqrt(variance) * points,
            masses=masses,
            exact=False,
        )

    def law_of(self, estimate: Any) -> Law:
        """Return an estimate, a finite number, as a `Law`."""
        if isinstance(estimate, Law):
            return estimate
        return Law.at(finite_number("estimate", estimate))

    def sample(self, size: int, seed: Any = None) -> tuple[Array, list[list[float]]]:
        """Return ``size`` states and their signals."""
        rng = np.random.default_rng(seed)
        states = rng.normal(self.prior_mean, np.sqrt(self.prior_variance), size)
        noise = np.where(np.isinf(self.noise_variances), 1.0, self.noise_variances)
        signals = states[:, None] + np.sqrt(noise) * rng.normal(size=(size, self.agents))
        return states, signals.tolist()

    def sample_states(self, signals: Any, size: int, seed: Any = None) -> list[Any]:
        """Return states drawn from the posterior."""
        mean, variance = self.posterior(signals)
        return list(np.random.default_rng(seed).normal(mean, np.sqrt(variance), size))

    def other_signals(self, agent: int, signal: Any) -> list[float]:
        """Return the signal a little and a lot higher and lower."""
        noise = self.noise_variances[agent]
        scale = float(np.sqrt(self.prior_variance + (noise if np.isfinite(noise) else 0.0)))
        return [signal + step * scale for step in (-2.0, -0.5, 0.5, 2.0)]

    def checked_signal(self, agent: int, signal: Any) -> float:
        """Return a finite number."""
        return finite_number(f"agent {agent}: signal", signal)

    def __repr__(self) -> str:
        return (
            f"GaussianBeliefs({self.prior_mean:g}, {self.prior_variance:g}, "
            f"{self.noise_variances.tolist()})"
        )


@cache
def normal_nodes(nodes: int) -> tuple[Array, Array]:
    """Return Gauss-Hermite nodes and masses of N(0, 1), exact on polynomials below 2·nodes."""
    points, masses = np.polynomial.hermite_e.hermegauss(nodes)
    return read_only(points), read_only(masses / masses.sum())
