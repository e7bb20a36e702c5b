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
from mdsolve.games.domains import (
    DOMAINS,
    ConvexDomain,
    Domain,
    FiniteTypes,
    MaxNormalized,
    SumNormalized,
)
from mdsolve.games.sequences import TokenTree, conditionals_of, trained_conditionals
from mdsolve.incentives import (
    NegativeCycle,
    Potentials,
    Products,
    Unknown,
    Verified,
    Violation,
    audit,
    find_violation,
    implement,
    implementable,
    least_slack,
    verify,
)
from mdsolve.mechanism import Mechanism, Outcome
from mdsolve.payments import (
    PAYMENTS,
    AffineMaximizer,
    Checkpoints,
    EarlyStopped,
    Floor,
    RevenueCurve,
    RevenueMaximizing,
    RevenueProgram,
    Settlement,
    ShortestPath,
    Trajectory,
    approximation_table,
    finite_revenue_curve,
    revenue_program,
    trajectory,
)
from mdsolve.sampled import SampledGame, SampledOutcome, sampled_game, sampled_outcome
from mdsolve.solvers import SOLVERS
from mdsolve.solvers.linear_program import FarkasRay, LinearProgram, LpSolution, Ray
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
from mdsolve.type_graph import TypeTable, type_table
from mdsolve.value_function import Bracket, Optimum, ValueFunction

__version__ = "0.1.0"

__all__ = [
    # what is played
    "Game",
    "games_from_table",
    "bradley_terry",
    "rewards_from_comparisons",
    "Domain",
    "SumNormalized",
    "MaxNormalized",
    "FiniteTypes",
    "ConvexDomain",
    "TokenTree",
    "trained_conditionals",
    "conditionals_of",
    # what keeps a model near its reference
    "Divergence",
    "KL",
    "SquaredL2",
    "ChiSquared",
    "ForwardKL",
    "Hellinger",
    "JensenShannon",
    # Φ
    "ValueFunction",
    "Optimum",
    "Bracket",
    # how reports become a model
    "TrainingRule",
    "SocialWelfare",
    "NashWelfare",
    "AlphaFair",
    "Egalitarian",
    "FiniteMenu",
    "Training",
    "Frontier",
    "frontier",
    "TypeTable",
    "type_table",
    # what groups pay
    "AffineMaximizer",
    "RevenueMaximizing",
    "Floor",
    "RevenueCurve",
    "finite_revenue_curve",
    "ShortestPath",
    "RevenueProgram",
    "revenue_program",
    "Checkpoints",
    "EarlyStopped",
    "Trajectory",
    "trajectory",
    "approximation_table",
    "Settlement",
    # both together
    "Mechanism",
    "Outcome",
    "SampledGame",
    "SampledOutcome",
    "sampled_game",
    "sampled_outcome",
    # what lies could gain
    "implement",
    "implementable",
    "least_slack",
    "Potentials",
    "NegativeCycle",
    "find_violation",
    "Unknown",
    "verify",
    "audit",
    "Products",
    "Verified",
    "Violation",
    "LinearProgram",
    "LpSolution",
    "FarkasRay",
    "Ray",
    # pictures, refusals, registries
    "plots",
    "MdsolveError",
    "InvalidInput",
    "ToleranceNotReached",
    "DIVERGENCES",
    "DOMAINS",
    "PAYMENTS",
    "RULES",
    "SOLVERS",
]
