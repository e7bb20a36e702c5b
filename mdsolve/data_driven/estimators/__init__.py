"""How the designer learns of the state: one kind of estimator a file ([B] Assumption 1).

A new one subclasses `Estimator`: its law given a state, and how to draw it.
"""

from mdsolve.data_driven.estimators.base import Estimator, ExPost, Mapped, estimator
from mdsolve.data_driven.estimators.bayes import PosteriorMean
from mdsolve.data_driven.estimators.biased import Biased
from mdsolve.data_driven.estimators.kernel import Kernel
from mdsolve.data_driven.estimators.means import ClickRate, SampleMean

__all__ = [
    "Biased",
    "ClickRate",
    "Estimator",
    "ExPost",
    "Kernel",
    "Mapped",
    "PosteriorMean",
    "SampleMean",
    "estimator",
]
