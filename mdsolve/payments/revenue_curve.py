"""The largest payments on finite types fall to [S] Cor 4.6's as the types fill the domain.

On a finite list the largest DSIC and IR payment of a type is its distance from taking no part, in
the graph of the types; each further type adds paths, and the whole domain leaves p^AFF + b.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.domains import Domain, FiniteTypes
from mdsolve.payments.affine_maximizer import row
from mdsolve.payments.revenue_maximizing import RevenueMaximizing
from mdsolve.payments.shortest_path import revenue_maximal
from mdsolve.type_graph import type_table

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RevenueCurve:
    """One group's largest payment on ever finer grids of types, and where it falls to.

    Attributes
    ----------
    resolutions : tuple of int
    types : tuple of int
        How many types each grid has.
    payments : (resolutions,) array
        The group's payment at its own type (welfare units).
    lower, upper : float
        Bracket of its payment on the whole domain (welfare units).
    """

    resolutions: tuple[int, ...]
    types: tuple[int, ...]
    payments: Array
    lower: float
    upper: float

    @property
    def excess(self) -> Array:
        """What each grid charges beyond the whole domain's payment (welfare units)."""
        return self.payments - 0.5 * (self.lower + self.upper)


def finite_revenue_curve(
    rule: Any,
    game: Game,
    group: Any,
    domain: Domain | str,
    resolutions: Sequence[int],
    sizes: ArrayLike = (1.0,),
) -> RevenueCurve:
    """Return one group's largest payment on grids of its domain, its own type added to each.

    Where each resolution divides the next, payments fall.

    Parameters
    ----------
    rule : SocialWelfare
    game : Game
    group : str or int
    domain : Domain or str
    resolutions : sequence of int
    sizes : sequence of float

    Raises
    ------
    InvalidInput
        If the game is outside the domain, or a grid has too many types.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[0.8, 0.2], [0.3, 0.7]])
    >>> curve = finite_revenue_curve(md.SocialWelfare("kl", 0.5), game, 0, "sum", [1, 4, 16])
    >>> curve.types, bool((np.diff(curve.payments) <= 0.0).all())
    ((3, 6, 18), True)
    """
    index, steps = game.group_index(group), tuple(resolutions)
    if not steps:
        raise InvalidInput("resolutions: none given. Give grids to compare, such as (1, 2, 4, 8).")
    best = RevenueMaximizing(domain, sizes)
    whole = best.settle(rule, game, tolerance=1e-6)
    grids = [_with_own(best.domain.grid(n, game.outcomes, best.sizes), game, index) for n in steps]
    return RevenueCurve(
        steps,
        tuple(map(len, grids)),
        np.array([_own_payment(rule, game, index, types) for types in grids]),
        float(whole.payment_lower[index]),
        float(whole.payment_upper[index]),
    )


def _with_own(types: FiniteTypes, game: Game, group: int) -> FiniteTypes:
    """Return types with the group's own first."""
    return FiniteTypes(
        np.vstack([row(game, group), types.rewards]),
        np.append(game.sizes[group], types.sizes),
        outcomes=game.outcomes,
    )


def _own_payment(rule: Any, game: Game, group: int, types: FiniteTypes) -> float:
    table = type_table(rule, game, group, types)
    return float(revenue_maximal(table.values, margin=2.0 * table.error)[0])
