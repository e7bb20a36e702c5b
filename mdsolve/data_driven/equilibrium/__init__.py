"""What an agent could gain by misreporting while the others tell the truth ([B] Def 3, 5, 7)."""

from mdsolve.data_driven.equilibrium.found import Deviation, Equilibrium
from mdsolve.data_driven.equilibrium.regret import Regret, Regrets, posterior_regret
from mdsolve.data_driven.equilibrium.sweep import posterior_equilibrium

__all__ = [
    "Deviation",
    "Equilibrium",
    "Regret",
    "Regrets",
    "posterior_equilibrium",
    "posterior_regret",
]
