"""The public names, by the room they live in."""

from . import data_driven as data_driven
from . import plots as plots
from .batch import Batch, BatchFrontier, BatchOutcome, batch_frontier, solve_batch, solve_dask
from .benchmark.catalogue import problem, problems
from .benchmark.formats import cvxpy_problem, read_program, row_prices, write_program
from .benchmark.problem import Problem
from .benchmark.program import ConicProgram
from .certificates.exact_lp import ExactLp, ExactProgram, exact_solve
from .certificates.issue import certify
from .certificates.schema import Certificate, Verdict, check
from .comparisons import bradley_terry, rewards_from_comparisons
from .divergences import (
    DIVERGENCES,
    KL,
    ChiSquared,
    Divergence,
    ForwardKL,
    Hellinger,
    JensenShannon,
    SquaredL2,
)
from .errors import InvalidInput, MdsolveError, NotCertified, ToleranceNotReached
from .frontiers import Frontier, frontier
from .games import Game, games_from_table
from .games.domains import (
    DOMAINS,
    ConvexDomain,
    Domain,
    FiniteTypes,
    MaxNormalized,
    SumNormalized,
)
from .games.sequences import TokenTree, conditionals_of, trained_conditionals
from .incentives import (
    Assumptions,
    BestResponse,
    BoundedNoise,
    BradleyTerryFit,
    Continuity,
    Envelope,
    Manipulation,
    NegativeCycle,
    Noise,
    NoiseReport,
    PathSums,
    PaymentIntervals,
    Potentials,
    Products,
    ReportCurve,
    SampledRatings,
    Unknown,
    Verified,
    Violation,
    assumptions,
    audit,
    best_response,
    envelope,
    expected_utility,
    find_violation,
    implement,
    implementable,
    least_slack,
    lower_least,
    noise_report,
    path_sums,
    payment_intervals,
    polarize,
    polarizing_curve,
    scaling_curve,
    verify,
)
from .mechanism import Mechanism, Outcome
from .payments import (
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
from .sampled import SampledGame, SampledOutcome, sampled_game, sampled_outcome
from .solvers import SOLVERS
from .solvers.linear_program import FarkasRay, LinearProgram, LpSolution, Ray
from .training_rules import (
    RULES,
    AlphaFair,
    Egalitarian,
    FiniteMenu,
    MenuWelfare,
    NashWelfare,
    SocialWelfare,
    Training,
    TrainingRule,
)
from .type_graph import TypeTable, type_table
from .value_function import Bracket, Optimum, ValueFunction

__version__: str

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
    "MenuWelfare",
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
    # many prompts at once
    "Batch",
    "BatchOutcome",
    "solve_batch",
    "solve_dask",
    "batch_frontier",
    "BatchFrontier",
    # problems whose optima are proved
    "problem",
    "problems",
    "Problem",
    "ConicProgram",
    "read_program",
    "write_program",
    "cvxpy_problem",
    "row_prices",
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
    # why payments are needed, and what pins them down
    "assumptions",
    "Assumptions",
    "best_response",
    "BestResponse",
    "polarize",
    "lower_least",
    "Manipulation",
    "ReportCurve",
    "polarizing_curve",
    "scaling_curve",
    "payment_intervals",
    "PaymentIntervals",
    "path_sums",
    "PathSums",
    "Continuity",
    "envelope",
    "Envelope",
    "Noise",
    "BoundedNoise",
    "SampledRatings",
    "BradleyTerryFit",
    "noise_report",
    "NoiseReport",
    "expected_utility",
    # preferences and information elicited together
    "data_driven",
    # linear programs with witnesses
    "LinearProgram",
    "LpSolution",
    "FarkasRay",
    "Ray",
    "exact_solve",
    "ExactLp",
    "ExactProgram",
    # proofs that a stranger can check
    "certify",
    "check",
    "Certificate",
    "Verdict",
    # pictures, refusals, registries
    "plots",
    "MdsolveError",
    "InvalidInput",
    "NotCertified",
    "ToleranceNotReached",
    "DIVERGENCES",
    "DOMAINS",
    "PAYMENTS",
    "RULES",
    "SOLVERS",
]
