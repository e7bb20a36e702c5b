"""How the designer learns of the state: one estimator a file ([B] Assumption 1).

A new one subclasses `Estimator`: its law given a state, and how to draw it.
"""

from mdsolve.data_driven.estimators.base import Estimator, ExPost, Mapped, estimator

__all__ = ["Estimator", "ExPost", "Mapped", "estimator"]
