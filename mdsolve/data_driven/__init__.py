"""Data-driven mechanisms: eliciting preferences and information together ([B]).

Beliefs say how signals and the state go together, worlds what is chosen and who likes it,
estimators how the designer learns of the state afterwards; mechanisms charge from that. Payments
are what agents pay: the paper's transfers with the opposite sign.
"""

from mdsolve.data_driven import clicks
from mdsolve.data_driven.beliefs import (
    Beliefs,
    BetaBeliefs,
    FiniteBeliefs,
    GaussianBeliefs,
    JointBeliefs,
    Weights,
    wallet,
)
from mdsolve.data_driven.contributions import marginal_contributions, partition
from mdsolve.data_driven.curves import PaymentCurve, RewardCurve, payment_curve, reward_curve
from mdsolve.data_driven.equilibrium import (
    Deviation,
    Equilibrium,
    Regret,
    Regrets,
    posterior_equilibrium,
    posterior_regret,
)
from mdsolve.data_driven.estimators import (
    Biased,
    ClickRate,
    Estimator,
    ExPost,
    Kernel,
    Mapped,
    PosteriorMean,
    SampleMean,
)
from mdsolve.data_driven.estimators.logs import logged_rates
from mdsolve.data_driven.estimators.reports import leave_one_out
from mdsolve.data_driven.impossibility import (
    Contradiction,
    contradiction,
    report_values,
    transfers_beside_data,
    transfers_in_reports,
)
from mdsolve.data_driven.information import (
    InformationCurve,
    information_curve,
    information_reward,
    informational_size,
)
from mdsolve.data_driven.laws import Law
from mdsolve.data_driven.mechanisms import (
    DataDrivenOutcome,
    DataDrivenVCG,
    EstimatePerAgent,
    GeneralizedVCG,
    OwnEstimates,
    PayoffVCG,
    PublicSignalsVCG,
    ReportedState,
    StagedPayments,
    WholeProfile,
    in_stages,
)
from mdsolve.data_driven.rates import RateCurve, Slope, fitted_slope, rate_curve
from mdsolve.data_driven.worlds import (
    ClickThrough,
    Content,
    FiniteWorld,
    FunctionWorld,
    LinearWorld,
    QuadraticLoss,
    World,
)

__all__ = [
    # what is believed
    "Beliefs",
    "FiniteBeliefs",
    "JointBeliefs",
    "wallet",
    "GaussianBeliefs",
    "BetaBeliefs",
    "Law",
    "Weights",
    # what is chosen
    "World",
    "FiniteWorld",
    "QuadraticLoss",
    "LinearWorld",
    "FunctionWorld",
    "ClickThrough",
    "Content",
    # what data say
    "Estimator",
    "ExPost",
    "Mapped",
    "Biased",
    "SampleMean",
    "ClickRate",
    "PosteriorMean",
    "Kernel",
    "leave_one_out",
    "logged_rates",
    "EstimatePerAgent",
    "OwnEstimates",
    # what agents pay
    "DataDrivenVCG",
    "DataDrivenOutcome",
    "WholeProfile",
    "PayoffVCG",
    "StagedPayments",
    "in_stages",
    "ReportedState",
    "PublicSignalsVCG",
    "GeneralizedVCG",
    # what lies gain
    "posterior_regret",
    "Regret",
    "Regrets",
    "posterior_equilibrium",
    "Equilibrium",
    "Deviation",
    "rate_curve",
    "RateCurve",
    "fitted_slope",
    "Slope",
    # what transfers in reports cannot do, and what information is worth
    "transfers_in_reports",
    "transfers_beside_data",
    "report_values",
    "contradiction",
    "Contradiction",
    "informational_size",
    "information_reward",
    "information_curve",
    "InformationCurve",
    "payment_curve",
    "PaymentCurve",
    "reward_curve",
    "RewardCurve",
    "marginal_contributions",
    "partition",
    # many click auctions at once, and logs
    "clicks",
]
