"""An estimator: the law of ω̂ given the state, and so given the signals ([B] Assumption 1).

It is independent of the signals given the state, so its law at a signal profile is the mixture of
its laws over the posterior.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs import Beliefs
from mdsolve.data_driven.laws import Law
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]


class Estimator(ABC):
    """How the estimate comes about; a new one says its law given a state."""

    @abstractmethod
    def given(self, state: Any, beliefs: Beliefs) -> Law:
        """Return the law of ω̂ in one state (position, number or vector)."""

    @abstractmethod
    def draw(self, state: Any, rng: np.random.Generator) -> Any:
        """Return one estimate drawn in one state."""

    def coarser(self) -> Estimator | None:
        """Return the same with half the quadrature nodes; None where its law is exact."""
        return None

    def law(self, beliefs: Beliefs, posterior: Law) -> Law:
        """Return the law of ω̂ when the state has this posterior."""
        masses = posterior.masses if posterior.weights is None else posterior.weights
        if masses is None:
            raise InvalidInput(
                f"estimator {self!r} needs a posterior with points, which {beliefs!r} has not. "
                "Use ExPost() or an estimator that is linear in the state."
            )
        seen = np.flatnonzero(masses > 0.0)
        states = beliefs.states_of(posterior)
        laws = [self.given(states[k], beliefs) for k in seen]
        return Law.mixture(masses[seen], laws)


class ExPost(Estimator):
    """The state itself comes to light: ω̂ = ω ([B] Prop 1).

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs
    >>> beliefs = GaussianBeliefs(0.0, 1.0, [1.0])
    >>> ExPost().law(beliefs, beliefs.law([2.0])).mean
    array(1.)
    """

    def given(self, state: Any, beliefs: Beliefs) -> Law:
        """Return certainty of the state."""
        return beliefs.law_of(state)

    def draw(self, state: Any, rng: np.random.Generator) -> Any:
        """Return the state."""
        return state

    def law(self, beliefs: Beliefs, posterior: Law) -> Law:
        """Return the posterior itself."""
        return posterior

    def __repr__(self) -> str:
        return "ExPost()"


class Mapped(Estimator):
    """A function of the state: an estimate that errs by a known rule.

    Parameters
    ----------
    function : callable
        From a state (position, number or vector) to an estimate.

    Examples
    --------
    >>> from mdsolve.data_driven import GaussianBeliefs
    >>> beliefs = GaussianBeliefs(0.0, 1.0, [1.0])
    >>> round(float(Mapped(lambda state: state + 0.5).law(beliefs, beliefs.law([2.0])).mean), 12)
    1.5
    """

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def given(self, state: Any, beliefs: Beliefs) -> Law:
        """Return certainty of the function's value."""
        return beliefs.law_of(self.function(state))

    def draw(self, state: Any, rng: np.random.Generator) -> Any:
        """Return the function's value."""
        return self.function(state)

    def __repr__(self) -> str:
        return f"Mapped({getattr(self.function, '__name__', self.function)!s})"


def estimator(given: Any) -> Estimator:
    """Return an estimator given as itself, as a function of the state, or as None: ex-post."""
    if given is None:
        return ExPost()
    if isinstance(given, Estimator):
        return given
    if callable(given):
        return Mapped(given)
    raise InvalidInput(
        f"estimator: {given!r} is none. Pass an Estimator, a function from the state to an "
        "estimate, or None for the state itself."
    )
