"""Candidates x_k ~ g with base weights a_k ∝ π0(x_k)/g(x_k) stand for all outcomes (math §10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.validation import read_only

Array = NDArray[np.float64]


@dataclass(frozen=True, repr=False, eq=False)
class SampledGame:
    """A game over draws from a sampler, one outcome a draw (a text drawn twice is two outcomes).

    Attributes
    ----------
    game : Game
        Its reference holds the weights a_k, which sum to 1.
    log_weights : (draws,) array
        log π0(x_k) − log g(x_k), up to a constant.
    """

    game: Game
    log_weights: Array

    @property
    def effective_sample_size(self) -> float:
        """1/Σ a²: how many draws from π0 itself would weigh as evenly, from 1 to draws."""
        return effective_size(self.game.reference)

    def reported(self, group: Any, reward: ArrayLike, size: float | None = None) -> SampledGame:
        """Return the sampled game in which one group reports otherwise; the draws stay.

        Parameters
        ----------
        group : str or int
        reward : array_like, shape (draws,)
            What it reports for each candidate.
        size : float, optional
        """
        return SampledGame(self.game.reported(group, reward, size), self.log_weights)

    def __repr__(self) -> str:
        draws = self.log_weights.size
        return (
            f"SampledGame({draws} draws, effective sample size {self.effective_sample_size:.4g}; "
            f"{self.game!r})"
        )


def sampled_game(
    log_reference: ArrayLike,
    log_sampler: ArrayLike,
    rewards: Any,
    sizes: Any = None,
    *,
    outcomes: Iterable[Any] | None = None,
    groups: Iterable[Any] | None = None,
) -> SampledGame:
    """Return the game over candidates drawn independently from a sampler g.

    The sampler and its draws must not depend on any report: fix the draws first, then collect
    the reports on them. Otherwise truth need not be a dominant strategy.

    Parameters
    ----------
    log_reference, log_sampler : array_like, shape (draws,)
        log π0 and log g of each draw (natural logarithms; a constant common to all cancels).
    rewards : array_like or SciPy sparse array, shape (groups, draws)
    sizes, groups
        As for `Game`.
    outcomes : iterable of names, optional
        The candidates; one that was drawn again is told apart by its draw's number.

    Raises
    ------
    InvalidInput
        If a logarithm is not finite, shapes differ or there are fewer than two draws.

    Examples
    --------
    >>> sampled = sampled_game([-2.0, -3.0, -2.0], [-1.0, -1.0, -1.0], [[1.0, 0.0, 1.0]],
    ...                        outcomes=["yes", "no", "yes"])
    >>> sampled.game.outcomes, sampled.game.reference.round(3)
    (('yes', 'no', 'yes (draw 2)'), array([0.422, 0.155, 0.422]))
    """
    target, sampler = _logarithms("reference", log_reference), _logarithms("sampler", log_sampler)
    if target.shape != sampler.shape:
        raise InvalidInput(
            f"log_sampler: shape {sampler.shape}, but log_reference has {target.shape}. Pass one "
            "of each a draw."
        )
    if target.size < 2:
        raise InvalidInput(
            f"log_reference: {target.size} draws. Error bars need at least two independent draws."
        )
    weights = target - sampler
    weights -= weights.max()
    names = None if outcomes is None else _told_apart(outcomes)
    game = Game.from_logprob(weights, rewards, sizes, outcomes=names, groups=groups)
    return SampledGame(game, read_only(weights))


def effective_size(masses: Array) -> float:
    """Return 1/Σ m²: as how many equal masses these count."""
    return 1.0 / float(masses @ masses)


def _logarithms(name: str, given: ArrayLike) -> Array:
    array = np.array(given, dtype=float)
    if array.ndim != 1:
        raise InvalidInput(f"log_{name}: shape {array.shape}. Pass one number a draw.")
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        remedy = "A draw without mass under the reference has weight 0: drop it, nothing changes."
        if name == "sampler":
            remedy = "A draw that the sampler cannot make has no weight: check its log-probability."
        raise InvalidInput(f"log_{name}: draw {bad[0]} has {array[bad[0]]}. {remedy}")
    return array


def _told_apart(outcomes: Iterable[Any]) -> list[str]:
    names = [str(outcome) for outcome in outcomes]
    met: Counter[str] = Counter()
    for draw, name in enumerate(names):
        met[name] += 1
        if met[name] > 1:
            names[draw] = f"{name} (draw {draw})"
    return names
