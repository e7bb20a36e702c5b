"""Training as it happens: π_{k+1} ∝ π_k exp(η ∇F(π_k)), F = <c, π> − λ D(π‖π0) ([S] §4.3).

For KL this is exact: log π_k = log π0 + (1 − (1 − ηλ)^k) c/λ + constant. For the other divergences
η is halved until F(π') ≥ F(π) + <∇F(π), π' − π> − KL(π'‖π)/η, so no step makes F fall.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import NDArray

from mdsolve.divergences import Divergence
from mdsolve.errors import InvalidInput
from mdsolve.precision import EPS

Array = NDArray[np.float64]

#: where the divergence is steep at 0, a mass below this has the slope of this one
LEAST = 1e-300
_HALVINGS = 60


@dataclass(frozen=True, eq=False)
class Run:
    """What is trained on: c, π0, the divergence, λ and the largest step size η.

    Raises
    ------
    InvalidInput
        If the step size is not positive and finite, or makes KL's iteration diverge.
    """

    log_reference: Array
    combined: Array
    divergence: Divergence
    strength: float
    step_size: float

    def __post_init__(self) -> None:
        if not (isinstance(self.step_size, (int, float)) and 0.0 < self.step_size < inf):
            raise InvalidInput(
                f"step_size: {self.step_size!r} is not a positive finite number. Give η in 1 / "
                f"welfare units, such as 0.1/λ = {0.1 / self.strength:g}."
            )
        if self.exact and self.step_size * self.strength >= 2.0:
            raise InvalidInput(
                f"step_size: η = {self.step_size:g} at strength λ = {self.strength:g} has ηλ ≥ 2, "
                f"and training diverges. Use η up to 1/λ = {1.0 / self.strength:g}."
            )

    @property
    def exact(self) -> bool:
        """Whether η is never halved: KL's own curvature is the entropy's."""
        return self.divergence.name == "kl"

    @cached_property
    def reference(self) -> Array:
        """π0, (outcomes,)."""
        return np.exp(self.log_reference)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of all that decides the steps."""
        digest = hashlib.sha256(self.divergence.name.encode())
        for array in (self.log_reference, self.combined, [self.strength, self.step_size]):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def gradient(self, log_model: Array) -> Array:
        """Return c − λ d'(π; π0), (outcomes,), welfare units."""
        if self.exact:
            return self.combined - self.strength * (log_model - self.log_reference)
        mass = np.maximum(np.exp(log_model), LEAST)
        slope = self.divergence.position_of(mass, self.reference) - self.divergence.origin
        return self.combined - self.strength * slope

    def objective(self, model: Array) -> float:
        """Return <c, π> − λ D(π‖π0) less max c (welfare units)."""
        cost = float(self.divergence.value(model, self.reference).sum())
        return float(model @ (self.combined - self.combined.max())) - self.strength * cost

    def multipliers(self, log_model: Array) -> tuple[float, float]:
        """Return two ν that the gradient suggests: its mean and its maximum.

        The first makes the upper bound of Φ tight to second order; at the second it is finite,
        and at most F(π) + max ∇F − <∇F, π>.
        """
        gradient = self.gradient(log_model)
        return float(np.exp(log_model) @ gradient), float(gradient.max())

    def start(self) -> State:
        """Return the state before the first step: the reference."""
        return State(self.log_reference, 0, self.step_size, self.fingerprint)

    def states(self, state: State, steps: int) -> Iterator[State]:
        """Yield the state after each of the steps up to the given number.

        Raises
        ------
        InvalidInput
            If the state is that of another run.
        """
        if state.fingerprint != self.fingerprint:
            raise InvalidInput(
                f"resume: the state at step {state.step} is that of another run: its rewards, "
                "sizes, reference, divergence, strength or step size differ. Start anew, or give "
                "what it was saved for."
            )
        while state.step < steps:
            state = self._advance(state)
            yield state

    def _advance(self, state: State) -> State:
        gradient = self.gradient(state.log_model)
        if self.exact:
            moved = _moved(state.log_model, self.step_size * gradient)
            return replace(state, log_model=moved, step=state.step + 1)
        here = np.exp(state.log_model)
        value = self.objective(here)
        size = abs(value) + float(np.ptp(self.combined)) + float(np.abs(self.combined).max())
        slack = 64.0 * EPS * (size + self.strength)
        step_size = min(self.step_size, 2.0 * state.step_size)
        moved = state.log_model
        for _ in range(_HALVINGS):
            moved = _moved(state.log_model, step_size * (gradient - gradient.max()))
            there = np.exp(moved)
            gain = float((there - here) @ np.where(here + there > 0.0, gradient, 0.0))
            apart = _relative_entropy(there, moved - state.log_model)
            settled = gain <= slack
            if settled or self.objective(there) >= value + gain - apart / step_size - slack:
                return replace(state, log_model=moved, step=state.step + 1, step_size=step_size)
            step_size *= 0.5
        return replace(state, step=state.step + 1, step_size=step_size)


@dataclass(frozen=True, eq=False)
class State:
    """Where a run is: all that its next step needs.

    Attributes
    ----------
    log_model : (outcomes,) array
        log π.
    step : int
        Steps done.
    step_size : float
        η of the last one (1 / welfare units).
    fingerprint : str
        Of the run that it belongs to.
    """

    log_model: Array
    step: int
    step_size: float
    fingerprint: str

    @property
    def model(self) -> Array:
        """π, (outcomes,)."""
        return np.exp(self.log_model)


def train(
    run: Run,
    steps: int,
    *,
    every: int = 1,
    state: State | None = None,
    callback: Callable[[State], object] | None = None,
) -> Iterator[State]:
    """Yield the states to be saved: the start, each ``every`` steps, and the last.

    A given state continues its run, bit for bit, and is not yielded again.

    Examples
    --------
    >>> import mdsolve as md
    >>> run = Run(np.log([0.5, 0.5]), np.array([1.0, 0.0]), md.KL(), 1.0, 1.0)
    >>> [state.model.round(3).tolist() for state in train(run, 1)]
    [[0.5, 0.5], [0.731, 0.269]]
    """
    if state is None:
        state = run.start()
        yield state
    for now in run.states(state, steps):
        if callback is not None:
            callback(now)
        if now.step % every == 0 or now.step == steps:
            yield now


def _moved(log_model: Array, change: Array) -> Array:
    """Return log π + change, normalised."""
    moved = log_model + change
    moved = moved - moved.max()
    return moved - np.log(np.exp(moved).sum())


def _relative_entropy(model: Array, ratio: Array) -> float:
    """Return Σ π' log(π'/π) from the logarithms' difference."""
    return float(model @ np.where(model > 0.0, ratio, 0.0))
