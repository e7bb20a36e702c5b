"""Mechanism design by convex optimization: train on many groups' rewards, and make truth pay.

One convex function Φ carries the theory: its gradient is the trained model, its Bregman
divergence is the payment and the regret of any lie, and its convexity is implementability.
"""

from __future__ import annotations

from mdsolve import plots
from mdsolve.comparisons import bradley_terry, rewards_from_comparisons
from mdsolve.divergences import (
    DIVERGENCES,
    KL,
    ChiSquared,
    Divergence,
    ForwardKL,
    Hellinger,
    JensenShannon,
    SquaredL2,
)
from mdsolve.errors import InvalidInput, MdsolveError, ToleranceNotReached
from mdsolve.frontier import Frontier, frontier
from mdsolve.games import Game, games_from_table
from mdsolve.mechanism import Mechanism, Outcome
from mdsolve.payments import AffineMaximizer, Settlement
from mdsolve.solvers import SOLVERS
from mdsolve.training_rules import (
    RULES,
    AlphaFair,
    Egalitarian,
    FiniteMenu,
    NashWelfare,
    SocialWelfare,
    Training,
    TrainingRule,
)
from mdsolve.value_function import Bracket, Optimum, ValueFunction

__version__ = "0.1.0"

__all__ = [
    "Game",
    "games_from_table",
    "bradley_terry",
    "rewards_from_comparisons",
    "Divergence",
    "KL",
    "SquaredL2",
    "ChiSquared",
    "ForwardKL",
    "Hellinger",
    "JensenShannon",
    "ValueFunction",
    "Optimum",
    "Bracket",
    "TrainingRule",
    "SocialWelfare",
    "NashWelfare",
    "AlphaFair",
    "Egalitarian",
    "FiniteMenu",
    "Training",
    "AffineMaximizer",
    "Settlement",
    "Mechanism",
    "Outcome",
    "Frontier",
    "frontier",
    "plots",
    "MdsolveError",
    "InvalidInput",
    "ToleranceNotReached",
    "DIVERGENCES",
    "RULES",
    "SOLVERS",
]
