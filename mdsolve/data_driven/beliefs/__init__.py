"""Priors over states and signals: finite tables, Gaussian, clicks, the wallet ([B] §2).

A new one subclasses `Beliefs` in its own file.
"""

from mdsolve.data_driven.beliefs.base import Beliefs
from mdsolve.data_driven.beliefs.beta import BetaBeliefs
from mdsolve.data_driven.beliefs.finite import FiniteBeliefs
from mdsolve.data_driven.beliefs.gaussian import GaussianBeliefs
from mdsolve.data_driven.beliefs.joint import JointBeliefs, wallet
from mdsolve.data_driven.beliefs.tables import StateTable, Weights

__all__ = [
    "Beliefs",
    "BetaBeliefs",
    "FiniteBeliefs",
    "GaussianBeliefs",
    "JointBeliefs",
    "StateTable",
    "Weights",
    "wallet",
]
