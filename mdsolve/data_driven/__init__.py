"""Data-driven mechanisms: eliciting preferences and information together ([B]).

Beliefs say how signals and the state go together, worlds what is chosen and who likes it,
estimators how the designer learns of the state afterwards; mechanisms charge from that. Payments
are what agents pay: the paper's transfers with the opposite sign.
"""

from mdsolve.data_driven.beliefs import (
    Beliefs,
    BetaBeliefs,
    FiniteBeliefs,
    GaussianBeliefs,
    JointBeliefs,
    Weights,
    wallet,
)
from mdsolve.data_driven.equilibrium import Regret, Regrets, posterior_regret
from mdsolve.data_driven.estimators import Estimator, ExPost, Mapped
from mdsolve.data_driven.laws import Law
from mdsolve.data_driven.mechanisms import (
    DataDrivenOutcome,
    DataDrivenVCG,
    OwnEstimates,
    PerAgent,
    WholeProfile,
)
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
    "Beliefs",
    "BetaBeliefs",
    "ClickThrough",
    "Content",
    "DataDrivenOutcome",
    "DataDrivenVCG",
    "Estimator",
    "ExPost",
    "FiniteBeliefs",
    "FiniteWorld",
    "FunctionWorld",
    "GaussianBeliefs",
    "JointBeliefs",
    "Law",
    "LinearWorld",
    "Mapped",
    "OwnEstimates",
    "PerAgent",
    "QuadraticLoss",
    "Regret",
    "Regrets",
    "Weights",
    "WholeProfile",
    "World",
    "posterior_regret",
    "wallet",
]
