"""What a group's type (r, w) may be: normalised rewards, finite lists, or a convex set, × sizes."""

from __future__ import annotations

from mdsolve.games.domains.base import Domain, domain, size_set
from mdsolve.games.domains.convex import ConvexDomain
from mdsolve.games.domains.finite import FiniteTypes
from mdsolve.games.domains.normalized import MaxNormalized, SumNormalized

DOMAINS: dict[str, type[Domain]] = {"sum": SumNormalized, "max": MaxNormalized}

__all__ = [
    "DOMAINS",
    "ConvexDomain",
    "Domain",
    "FiniteTypes",
    "MaxNormalized",
    "SumNormalized",
    "domain",
    "size_set",
]
