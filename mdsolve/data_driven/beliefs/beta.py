"""Rates seen through clicks: ω ~ Beta(a, b), s_i of m_i trials clicked ([B] §5.1).

With one rate for all, every agent's trials add up; with one rate each, an agent's signal tells of
its own rate alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs.base import Beliefs, positive_vector
from mdsolve.data_driven.laws import Law
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]


class BetaBeliefs(Beliefs):
    """Click-through rates with Beta priors; a signal is how many of the agent's trials clicked.

    Parameters
    ----------
    a, b : float or (agents,) array_like
        Of the prior Beta(a, b); positive. With ``common`` one pair.
    trials : (agents,) array_like of int
        Impressions behind each agent's signal; 0 for a signal that says nothing.
    common : bool
        All agents share one rate: the state is a number instead of a vector.

    Examples
    --------
    >>> beliefs = BetaBeliefs(1.0, 1.0, trials=[8, 2])
    >>> beliefs.mean([4, 0])
    array([0.5 , 0.25])
    >>> BetaBeliefs(1.0, 1.0, trials=[8, 2], common=True).mean([4, 0], without=0)
    0.25
    """

    def __init__(self, a: Any, b: Any, trials: Any, *, common: bool = False) -> None:
        self.trials = _trials(trials)
        self.agents = self.trials.size
        self.common = common
        self.a, self.b = (self._pair(name, given) for name, given in (("a", a), ("b", b)))

    def posterior(self, signals: Any, without: Any = None) -> tuple[Any, Any]:
        """Return the posterior's a and b: numbers if the rate is common, else (agents,) arrays."""
        clicks, trials = np.zeros((2, self.agents))
        for agent, signal in self.present(signals, without):
            clicks[agent], trials[agent] = signal, self.trials[agent]
        if self.common:
            hits, missed = float(clicks.sum()), float((trials - clicks).sum())
            return float(self.a[0]) + hits, float(self.b[0]) + missed
        return self.a + clicks, self.b + (trials - clicks)

    def law(self, signals: Any, without: Any = None, *, nodes: int = 64) -> Law:
        """Return the posterior; a common rate comes with Gauss-Jacobi nodes."""
        a, b = self.posterior(signals, without)
        mean = np.asarray(a / (a + b))
        variance = np.asarray(mean * (1.0 - mean) / (a + b + 1.0))
        if not self.common:
            return Law(mean, variance)
        points, masses = beta_nodes(a, b, nodes)
        return Law(mean, variance, points=points, masses=masses, exact=False)

    def law_of(self, estimate: Any) -> Law:
        """Return an estimate, one rate or a rate each, as a `Law`."""
        if isinstance(estimate, Law):
            return estimate
        from mdsolve.games.validation import floats

        array = floats("estimate", estimate)
        wanted = () if self.common else (self.agents,)
        if array.shape != wanted or not np.isfinite(array).all():
            said = "one rate" if self.common else f"{self.agents} rates, one an agent"
            raise InvalidInput(f"estimate: {estimate!r}. Pass {said}, as finite numbers.")
        return Law.at(array)

    def sample(self, size: int, seed: Any = None) -> tuple[Array, list[list[int]]]:
        """Return ``size`` states and their signals."""
        rng = np.random.default_rng(seed)
        rates = rng.beta(self.a, self.b, (size, self.a.size))
        clicks = rng.binomial(self.trials, rates)
        return rates[:, 0] if self.common else rates, clicks.tolist()

    def sample_states(self, signals: Any, size: int, seed: Any = None) -> list[Any]:
        """Return states drawn from the posterior."""
        a, b = self.posterior(signals)
        shape = (size,) if self.common else (size, self.agents)
        return list(np.random.default_rng(seed).beta(a, b, shape))

    def other_signals(self, agent: int, signal: Any) -> list[int]:
        """Return all other numbers of clicks, at most nine of them."""
        most = int(self.trials[agent])
        return [k for k in range(0, most + 1, max(1, most // 8)) if k != signal]

    def checked_signal(self, agent: int, signal: Any) -> int:
        """Return a number of clicks that the agent's trials allow."""
        try:
            number = float(signal)
        except (TypeError, ValueError):
            number = np.nan
        most = int(self.trials[agent])
        if number != np.floor(number) or not number >= 0:
            raise InvalidInput(
                f"agent {agent}: signal {signal!r} is no number of clicks. Pass an integer from 0."
            )
        if number > most:
            raise InvalidInput(
                f"agent {agent}: {number:g} clicks above {most} impressions. Correct the signal, "
                "or the trials of the beliefs."
            )
        return int(number)

    def __repr__(self) -> str:
        shared = "one rate for all" if self.common else "a rate each"
        return f"BetaBeliefs({shared}; trials {self.trials.tolist()})"

    def _pair(self, name: str, given: Any) -> Array:
        array = positive_vector(name, given, "Both parameters of a Beta prior must be positive.")
        if array.size not in ((1,) if self.common else (1, self.agents)):
            expected = "one number" if self.common else f"one number, or {self.agents}"
            raise InvalidInput(f"{name}: {array.size} numbers. Give {expected}.")
        return array if self.common else np.broadcast_to(array, (self.agents,))


def beta_nodes(a: float, b: float, nodes: int) -> tuple[Array, Array]:
    """Return Gauss-Jacobi nodes and masses of Beta(a, b), exact on polynomials below 2·nodes."""
    from scipy.special import roots_jacobi

    points, masses = roots_jacobi(nodes, b - 1.0, a - 1.0)
    return 0.5 * (1.0 + points), masses / masses.sum()


def _trials(given: Any) -> NDArray[np.int64]:
    array = np.atleast_1d(np.asarray(given))
    whole = array.dtype.kind in "fiu" and array.ndim == 1 and array.size > 0
    if not whole or (array < 0).any() or (array != np.floor(array)).any():
        raise InvalidInput(
            f"trials: {given!r}. Pass one number of impressions an agent, integers from 0."
        )
    return array.astype(np.int64)
