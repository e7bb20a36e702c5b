"""What is chosen and who likes it: one world a file ([B] §2, §5).

A new one subclasses `World`: coordinates of an allocation, valuations, and how to choose.
"""

from mdsolve.data_driven.worlds.base import Choice, Cost, World, checked_types
from mdsolve.data_driven.worlds.click_through import ClickThrough
from mdsolve.data_driven.worlds.content import Content
from mdsolve.data_driven.worlds.finite import FiniteWorld
from mdsolve.data_driven.worlds.functions import FunctionWorld
from mdsolve.data_driven.worlds.linear import LinearWorld
from mdsolve.data_driven.worlds.listed import Listed
from mdsolve.data_driven.worlds.quadratic import QuadraticLoss

__all__ = [
    "Choice",
    "ClickThrough",
    "Content",
    "Cost",
    "FiniteWorld",
    "FunctionWorld",
    "LinearWorld",
    "Listed",
    "QuadraticLoss",
    "World",
    "checked_types",
]
