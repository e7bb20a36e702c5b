"""The frontier of a rule over a batch: what welfare is bought at what divergence, game by game."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mdsolve.arrays import PerGame, PerStrength, PerStrengthAndGame
from mdsolve.batch.games import Batch
from mdsolve.batch.outcome import BatchOutcome
from mdsolve.batch.segments import Array
from mdsolve.batch.solve import solve_batch
from mdsolve.errors import InvalidInput
from mdsolve.mechanism import Mechanism
from mdsolve.payments import AffineMaximizer
from mdsolve.training_rules import MenuWelfare, SocialWelfare, TrainingRule
from mdsolve.value_function import ValueFunction


@dataclass(frozen=True, eq=False, repr=False)
class BatchFrontier:
    """Social welfare and divergence of every game over strengths.

    Attributes
    ----------
    strengths : (strengths,) array
        λ, welfare units.
    welfare, divergence, revenue, lower, upper : (strengths, games) arrays
        Σ w_i v_i, D(π‖π0), what all groups pay together, and the bracket of each optimum.
    """

    strengths: PerStrength
    welfare: PerStrengthAndGame
    divergence: PerStrengthAndGame
    revenue: PerStrengthAndGame
    lower: PerStrengthAndGame
    upper: PerStrengthAndGame

    def __repr__(self) -> str:
        count, games = self.welfare.shape
        return (
            f"BatchFrontier({count} strengths from {self.strengths.min():g} to "
            f"{self.strengths.max():g}, {games:,} games; mean welfare "
            f"{self.welfare.mean(axis=1).min():.4g} to {self.welfare.mean(axis=1).max():.4g})"
        )


def batch_frontier(
    rule: SocialWelfare | MenuWelfare,
    batch: Batch,
    strengths: Iterable[float],
    *,
    threads: int | None = None,
) -> BatchFrontier:
    """Return what every game's welfare, divergence and payments are over strengths.

    Parameters
    ----------
    rule : SocialWelfare or MenuWelfare
        Its own strength does not matter.
    batch : Batch
        Its arrays are shared by all strengths; models are not kept.
    strengths : iterable of float
    threads : int, optional
        As for `solve_batch`.

    Raises
    ------
    InvalidInput
        If the rule is another, or there are no strengths, or one is not positive.

    Examples
    --------
    >>> import mdsolve as md
    >>> batch = md.Batch([0, 2, 4], [0.5, 0.5, 0.5, 0.5], [[1.0, 0.0, 2.0, 0.0]])
    >>> batch_frontier(md.SocialWelfare("l2", 1.0), batch, [1.0, 2.0]).welfare
    array([[0.75 , 2.   ],
           [0.625, 1.5  ]])
    """
    if not isinstance(rule, (SocialWelfare, MenuWelfare)):
        raise InvalidInput(
            f"rule: {rule!r} is neither SocialWelfare nor MenuWelfare. Use frontier game by game."
        )
    rules = [rule.at_strength(strength) for strength in strengths]
    if not rules:
        raise InvalidInput("strengths: there are none. Give at least one λ > 0.")
    sizes = batch.sizes if batch.sizes.ndim == 2 else batch.sizes[None]
    found: list[list[PerGame]] = []
    for each in rules:
        outcome = solve_batch(batch, Mechanism(each, AffineMaximizer()), threads=threads)
        welfare = (sizes * outcome.values).sum(axis=1)
        spent = _divergence(outcome, each)
        found.append([welfare, spent, outcome.revenue, outcome.lower, outcome.upper])
    stacked = [np.stack(rows) for rows in zip(*found, strict=True)]
    return BatchFrontier(np.array([each.strength for each in rules]), *stacked)


def _divergence(outcome: BatchOutcome, rule: TrainingRule) -> Array:
    """Return D(π‖π0) of every game."""
    batch = outcome.batch
    reference, parts = batch.reference, batch.segments()
    with np.errstate(all="ignore"):
        found = parts.sum(rule.divergence.value(outcome.model, reference))
    for k in np.flatnonzero(~np.isfinite(found)):  # masses below the range of floats
        phi = ValueFunction(batch.game(int(k)), rule.divergence, rule.strength)
        found[k] = phi.divergence_of(outcome.model_of(int(k)))
    return found
