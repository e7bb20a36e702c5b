"""A mechanism run on sampled candidates: what it did, and two kinds of error, kept apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mdsolve.errors import InvalidInput
from mdsolve.mechanism import Mechanism, Outcome
from mdsolve.payments import AffineMaximizer
from mdsolve.sampled.candidates import SampledGame, effective_size
from mdsolve.sampled.errors import MonteCarlo, bootstrap, influence
from mdsolve.training_rules import TOLERANCE, FiniteMenu, TrainingRule

_METHODS = ("auto", "influence", "bootstrap")


@dataclass(frozen=True, repr=False, eq=False)
class SampledOutcome:
    """What a mechanism did on sampled candidates, and two kinds of error, kept apart.

    Attributes
    ----------
    outcome : Outcome
        On the candidates, with its numerical brackets (``payment_lower``, ``lower``, ...): how
        well the sampled game was solved.
    errors : MonteCarlo
        How far the sampled game may be from the one over all outcomes: one standard error.
    sampled : SampledGame
    """

    outcome: Outcome
    errors: MonteCarlo
    sampled: SampledGame

    @property
    def effective_sample_size(self) -> float:
        """1/Σ π² of the trained model: few where training moves far from the sampler."""
        return effective_size(self.outcome.model)

    def __repr__(self) -> str:
        outcome, errors = self.outcome, self.errors
        lines = [
            f"{self.sampled.log_weights.size} draws, effective sample size "
            f"{self.sampled.effective_sample_size:.4g} before training and "
            f"{self.effective_sample_size:.4g} after; ± one standard error ({errors.method})"
        ]
        for k, group in enumerate(outcome.game.groups):
            width = outcome.payment_upper[k] - outcome.payment_lower[k]
            lines.append(
                f"{group}: value {outcome.values[k]:.6g} ± {errors.values[k]:.2g}, "
                f"payment {outcome.payments[k]:.6g} ± {errors.payments[k]:.2g} "
                f"(numerical {width:.1g}), "
                f"utility {outcome.utilities[k]:.6g} ± {errors.utilities[k]:.2g}"
            )
        middle = 0.5 * (outcome.lower + outcome.upper)
        numerical = outcome.upper - outcome.lower
        lines.append(f"optimum {middle:.6g} ± {errors.optimum:.2g} (numerical {numerical:.1g})")
        return "\n".join(lines)


def sampled_outcome(
    mechanism: Mechanism,
    sampled: SampledGame,
    *,
    errors: str = "auto",
    replicates: int = 200,
    seed: int = 0,
    solver: str = "auto",
    tolerance: float = TOLERANCE,
) -> SampledOutcome:
    """Run a mechanism on sampled candidates, with Monte Carlo standard errors.

    Estimates are those of self-normalised importance sampling: their bias is of order 1/draws,
    below the standard error where the effective sample size is large. Standard errors mean
    little where it is below a few dozen.

    Parameters
    ----------
    mechanism : Mechanism
    sampled : SampledGame
        Drawn before, and independently of, all reports; for a misreport keep the draws
        (`SampledGame.reported`).
    errors : str
        ``"influence"`` (social welfare with affine maximizer payments), ``"bootstrap"`` (any
        rule and payment that can be run on a part of the draws), or ``"auto"``: the first where
        it applies.
    replicates, seed : int
        Of the bootstrap.
    solver, tolerance
        As for `Mechanism.run`.

    Raises
    ------
    InvalidInput
        If the divergence is not one of ratios π/π0 (squared L2), or the rule a finite menu.

    Examples
    --------
    >>> import mdsolve as md
    >>> import numpy as np
    >>> from mdsolve.sampled import sampled_game
    >>> draws = np.random.default_rng(1).integers(2, size=10_000)
    >>> sampled = sampled_game(np.log([0.2, 0.8])[draws], np.log([0.5, 0.5])[draws],
    ...                        [np.array([1.0, 0.0])[draws]])
    >>> mechanism = md.Mechanism(md.SocialWelfare("kl", 1.0), md.AffineMaximizer())
    >>> result = sampled_outcome(mechanism, sampled)
    >>> result.outcome.values.round(3), result.errors.values.round(4)
    (array([0.404]), array([0.0048]))
    """
    _refuse(mechanism.rule)
    if errors not in _METHODS:
        raise InvalidInput(f"errors: {errors!r} is unknown. Use one of {', '.join(_METHODS)}.")
    known = _has_influence(mechanism)
    if errors == "influence" and not known:
        raise InvalidInput(
            f"errors: no influence function is known for {mechanism.rule!r} with "
            f'{mechanism.payment!r}. Use errors="bootstrap".'
        )
    outcome = mechanism.run(sampled.game, solver=solver, tolerance=tolerance)
    if known and errors != "bootstrap":
        found = influence(mechanism.rule, sampled.game)
    else:
        options = {"solver": solver, "tolerance": tolerance}
        found = bootstrap(mechanism, sampled, replicates, seed, options)
    return SampledOutcome(outcome, found, sampled)


def _has_influence(mechanism: Mechanism) -> bool:
    affine = getattr(mechanism.rule, "affine_maximizer", False)
    return affine and isinstance(mechanism.payment, AffineMaximizer)


def _refuse(rule: TrainingRule | FiniteMenu) -> None:
    if isinstance(rule, FiniteMenu):
        raise InvalidInput(
            "rule: a finite menu has its own values and takes nothing from sampled candidates. "
            "Run it with Mechanism.run."
        )
    ratio, twice = rule.divergence.value(np.array([0.3, 0.6]), np.array([0.2, 0.4]))
    if not np.isclose(twice, 2.0 * ratio, rtol=1e-9):
        raise InvalidInput(
            f"divergence: {rule.divergence!r} is not a mean of a function of π/π0: over "
            "candidates it depends on how many were drawn, so it estimates nothing. Use KL, "
            "ChiSquared or another divergence of ratios."
        )
