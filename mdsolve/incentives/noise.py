"""Noise on reports costs little and tempts little: |r̂ − r| ≤ ε ([S] Lemma 4.8, Thm 4.9).

Reports reach training and payments as r̂; utilities are by the true r. With ĉ = c + w δ the loss of
welfare is B_Φ(c, ĉ) ≤ 2ε Σ w_i; group i loses as much of its own w_i δ_i, and that is all that a
misreport can win back: at most 2 w_i ε. As <δ, ∇²Φ δ> is a variance over λ, with the sharper bounds
w²ε²/(2λ) for KL, w²ε²/(4λ) for χ² and m w²ε²/(4λ) for the squared distance over m outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.incentives.noises import BoundedNoise, Noise
from mdsolve.incentives.worst_noise import EXHAUSTIVE, Loss, loss_of, sharp_bound, worst_noise
from mdsolve.payments.affine_maximizer import AffineMaximizer, row
from mdsolve.training_rules import TOLERANCE, SocialWelfare

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]


class Expected(NamedTuple):
    """A mean over draws of the noise, and its standard error (welfare units)."""

    mean: float
    error: float


@dataclass(frozen=True)
class NoiseRow:
    """One consequence of noise: what bounds it, and what was measured (welfare units).

    Attributes
    ----------
    quantity : str
        ``"welfare loss"``, ``"gain from misreporting"``.
    paper : float
        2ε Σ w_i, or 2 w_i ε.
    sharp : float
        The bound for KL, χ² or the squared distance, NaN for the others.
    worst : float
        The largest found over noise within ε.
    mean : float
        Under the distribution: of the loss, or of what the best misreport found gains.
    error : float
        Standard error of the mean.
    """

    quantity: str
    paper: float
    sharp: float
    worst: float
    mean: float
    error: float

    @property
    def bound(self) -> float:
        """The smaller of the bounds."""
        return float(np.fmin(self.paper, self.sharp))


@dataclass(frozen=True)
class NoiseReport:
    """What noise within ε costs the welfare and lets one group gain.

    Attributes
    ----------
    group : str
    epsilon : float
        Bound on the noise (reward units).
    noise : Noise
    welfare, misreport : NoiseRow
    exhaustive : bool
        All patterns of signs were tried for the worst noise; otherwise it was searched for.
    """

    group: str
    epsilon: float
    noise: Noise
    welfare: NoiseRow
    misreport: NoiseRow
    exhaustive: bool

    def table(self) -> pa.Table:
        """Return the bounds and the measurements side by side, one row a quantity."""
        import pyarrow as pa

        rows = (self.welfare, self.misreport)
        names = [field.name for field in fields(NoiseRow)]
        return pa.table({name: [getattr(row, name) for row in rows] for name in names})

    def __repr__(self) -> str:
        how = "all signs" if self.exhaustive else "search"
        lines = [
            f"{self.noise!r} on {self.group!r}, ε = {self.epsilon:.3g} (worst by {how})",
            f"{'':<24}{'[S]':>10}{'sharper':>10}{'worst':>10}{'mean':>10}",
        ]
        for r in (self.welfare, self.misreport):
            numbers = "".join(f"{x:>10.3g}" for x in (r.paper, r.sharp, r.worst, r.mean))
            lines.append(f"{r.quantity:<24}{numbers}")
        return "\n".join(lines)


def noise_report(
    rule: Any,
    game: Game,
    group: Any,
    epsilon: float | Noise,
    *,
    confidence: float = 1.0,
    draws: int = 100,
    trials: int = 40,
    seed: int = 0,
) -> NoiseReport:
    """Set the bounds on what noise does beside what it was found to do.

    Parameters
    ----------
    rule : SocialWelfare
    game : Game
        Of true rewards and sizes.
    group : str or int
        Who may misreport.
    epsilon : float or Noise
        A bound on the noise (then it is uniform within it), or its distribution.
    confidence : float
        For a distribution: ε holds for one report with this probability.
    draws : int
        Of the noise, for the means.
    trials : int
        Misreports tried for the best in expectation.
    seed : int

    Raises
    ------
    InvalidInput
        If the rule is not social welfare, ε is not positive and finite, the group does not exist,
        or there are no draws.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0]], sizes=[2])
    >>> found = noise_report(md.SocialWelfare("kl", 1.0), game, 0, 0.1).misreport
    >>> found.paper, round(found.sharp, 6), round(found.worst, 6)
    (0.4, 0.02, 0.01022)
    """
    _refuse_other_rules(rule)
    noise = epsilon if isinstance(epsilon, Noise) else BoundedNoise(epsilon)
    index = game.group_index(group)
    if draws < 2:
        raise InvalidInput(f"draws: {draws!r} is too few for a mean. Give at least 2.")
    rewards = [row(game, k) for k in range(game.shape[0])]
    bounds = [noise.bound(reward, confidence) for reward in rewards]
    rng = np.random.default_rng(seed)
    moves = [noise.draw(reward, draws, rng) - reward for reward in rewards]
    loss, size = loss_of(rule, game, index), float(game.sizes[index])
    total, own = float(game.sizes @ bounds), size * bounds[index]
    pushed = np.tensordot(game.sizes, np.stack(moves), 1) / size
    losses = _mean([loss(move) for move in pushed])
    gains = _mean(_gains(loss, noise, rewards[index], bounds[index], draws, trials, seed))

    def measured(quantity: str, scale: float, mean: Expected) -> NoiseRow:
        outcomes = game.shape[1]
        worst = worst_noise(loss, outcomes, scale / size)[0]
        sharp = sharp_bound(rule, outcomes, scale)
        return NoiseRow(quantity, 2.0 * scale, sharp, worst, *mean)

    return NoiseReport(
        str(game.groups[index]),
        bounds[index],
        noise,
        measured("welfare loss", total, losses),
        measured("gain from misreporting", own, gains),
        game.shape[1] <= EXHAUSTIVE,
    )


def expected_utility(
    rule: Any,
    game: Game,
    group: Any,
    noise: Noise,
    report: ArrayLike | None = None,
    *,
    draws: int = 100,
    seed: int = 0,
) -> Expected:
    """Return a group's utility of a report under affine maximizer payments, over its own noise.

    The others' rewards in the game stand for what reached the mechanism ([S] §4.3).

    Parameters
    ----------
    rule : SocialWelfare
    game : Game
        The group's true reward, the others' noisy ones.
    group : str or int
    noise : Noise
    report : (outcomes,) array_like, optional
        The truth by default.
    draws, seed : int

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0]])
    >>> expected_utility(md.SocialWelfare("l2", 1.0), game, 0, BoundedNoise(0.1)).mean < 0.625
    True
    """
    _refuse_other_rules(rule)
    index = game.group_index(group)
    if draws < 2:
        raise InvalidInput(f"draws: {draws!r} is too few for a mean. Give at least 2.")
    truth = row(game, index)
    told = truth if report is None else row(game.reported(index, report), index)
    loss = loss_of(rule, game, index)
    drawn = noise.draw(told, draws, np.random.default_rng(seed))
    losses = [loss(arrived - truth) for arrived in drawn]
    best = AffineMaximizer().settle(rule, game, tolerance=TOLERANCE).utilities[index]
    found = _mean(losses)
    return Expected(float(best) - found.mean, found.error)


def _gains(
    loss: Loss, noise: Noise, truth: Array, reach: float, draws: int, trials: int, seed: int
) -> Array:
    """Return what the best misreport found gains, on draws other than it was chosen by."""

    def losses(report: Array, stream: int) -> Array:
        drawn = noise.draw(report, draws, np.random.default_rng([seed, stream]))
        return np.array([loss(arrived - truth) for arrived in drawn])

    rng = np.random.default_rng([seed, 0])
    best, least = truth, float(losses(truth, 1).mean())
    for _ in range(trials):
        report = best + reach * rng.normal(size=truth.size)
        try:
            found = float(losses(report, 1).mean())
        except InvalidInput:  # no report of these ratings
            found = np.inf
        if found < least:
            best, least = report, found
        else:
            reach *= 0.9
    return losses(truth, 2) - losses(best, 2)


def _mean(sample: Any) -> Expected:
    numbers = np.asarray(sample, dtype=float)
    return Expected(float(numbers.mean()), float(numbers.std(ddof=1) / np.sqrt(numbers.size)))


def _refuse_other_rules(rule: Any) -> None:
    if not isinstance(rule, SocialWelfare):
        raise InvalidInput(
            f"noise: [S] Lemma 4.8 is about SocialWelfare, not {rule!r}. Train by SocialWelfare."
        )
