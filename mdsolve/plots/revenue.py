"""Pictures of the largest payments: on grids of types, and as shares of what groups value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure, FigureBase

    from mdsolve.mechanism import Outcome
    from mdsolve.payments.revenue_curve import RevenueCurve


def revenue_curve(
    curves: RevenueCurve | Mapping[str, RevenueCurve],
    *,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw the largest payment on ever finer grids of types, falling to the whole domain's.

    Parameters
    ----------
    curves : RevenueCurve, or mapping from name to RevenueCurve
    figure : matplotlib figure or subfigure, optional
    title : str, optional

    Raises
    ------
    InvalidInput
        If there is no curve, or more than the colours tell apart.

    Examples
    --------
    >>> import mdsolve as md
    >>> from mdsolve import plots
    >>> from mdsolve.payments.revenue_curve import finite_revenue_curve
    >>> game = md.Game([0.5, 0.5], [[0.8, 0.2], [0.3, 0.7]])
    >>> curve = finite_revenue_curve(md.SocialWelfare("kl", 0.5), game, 0, "sum", [1, 4, 16])
    >>> [axes.get_xlabel() for axes in plots.revenue_curve(curve).axes]
    ['types in the grid', 'types in the grid']
    """
    from mdsolve.plots.draw_revenue import draw_curves

    return draw_curves(curves, figure, title)


def surplus(
    outcomes: Mapping[float, Outcome],
    *,
    along: str = "strength",
    against: Mapping[float, Outcome] | None = None,
    figure: FigureBase | None = None,
    groups: int = 8,
    title: str | None = None,
) -> Figure:
    """Draw who pays what share of the surplus Σ w_i <r_i, π>, and what the groups keep.

    Parameters
    ----------
    outcomes : mapping from number to Outcome
        Of one mechanism, by strength or by number of groups.
    along : str
        ``"strength"`` or ``"groups"``: what the numbers are.
    against : mapping from number to Outcome, optional
        Of another payment: a line shows all that it charges.
    figure : matplotlib figure or subfigure, optional
    groups : int
        How many groups have a colour; those that pay least share one. At most 8.
    title : str, optional

    Raises
    ------
    InvalidInput
        If a surplus is not positive, or a group is paid or pays nothing known.

    Examples
    --------
    >>> import mdsolve as md
    >>> from mdsolve import plots
    >>> from mdsolve.payments.revenue_maximizing import RevenueMaximizing
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> best = RevenueMaximizing("sum")
    >>> runs = {s: md.Mechanism(md.SocialWelfare("kl", s), best).run(game) for s in (0.1, 1.0)}
    >>> plots.surplus(runs).axes[0].get_xscale()
    'log'
    """
    from mdsolve.plots.draw_revenue import draw_surplus

    return draw_surplus(outcomes, along, against, figure, groups, title)
