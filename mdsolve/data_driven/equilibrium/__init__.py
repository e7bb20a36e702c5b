"""What an agent could gain by misreporting while the others tell the truth ([B] Def 3, 5, 7)."""

from mdsolve.data_driven.equilibrium.regret import Regret, Regrets, posterior_regret

__all__ = ["Regret", "Regrets", "posterior_regret"]
