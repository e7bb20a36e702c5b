"""Concave welfare G(v) of the groups' values v, and its conjugate G_*(g) = inf_v <g, v> − G(v).

A rule that maximises G(v) − λD is min over g ≥ 0 of Φ(Σ g_i r_i) − G_*(g) (math §3; [S] Def 4.1).
A new one is a subclass of :class:`Welfare`; with a curve of dual pairs, of :class:`Power`.
"""

from __future__ import annotations

from mdsolve.welfare.base import Welfare
from mdsolve.welfare.linear import Egalitarian, Social
from mdsolve.welfare.power import AlphaFair, Nash, Power

__all__ = ["AlphaFair", "Egalitarian", "Nash", "Power", "Social", "Welfare"]
