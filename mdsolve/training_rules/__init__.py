"""Training rules, one a file: how reports become a model. A new one is a file and a line here."""

from __future__ import annotations

from mdsolve.training_rules.alpha_fair import AlphaFair
from mdsolve.training_rules.base import TrainingRule
from mdsolve.training_rules.egalitarian import Egalitarian
from mdsolve.training_rules.finite_menu import FiniteMenu
from mdsolve.training_rules.menu_welfare import MenuWelfare
from mdsolve.training_rules.nash_welfare import NashWelfare
from mdsolve.training_rules.social_welfare import SocialWelfare
from mdsolve.training_rules.training import TOLERANCE, Training

RULES: dict[str, type[TrainingRule]] = {
    "social": SocialWelfare,
    "nash": NashWelfare,
    "alpha-fair": AlphaFair,
    "egalitarian": Egalitarian,
}

__all__ = [
    "RULES",
    "TOLERANCE",
    "AlphaFair",
    "Egalitarian",
    "FiniteMenu",
    "MenuWelfare",
    "NashWelfare",
    "SocialWelfare",
    "Training",
    "TrainingRule",
]
