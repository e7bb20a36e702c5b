"""Pictures of results: a function takes a result, draws it and returns the figure.

None of them opens a window or touches matplotlib's global state. ``figure`` may be a figure or a
subfigure to draw in; the whole figure is returned, to be saved (``savefig``), or to show itself in
a notebook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mdsolve.plots.incentives import (
    equivalence,
    misreports,
    noise,
    scaling,
    training,
    training_costs,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure, FigureBase

    from mdsolve.frontiers import Frontier
    from mdsolve.mechanism import Outcome
    from mdsolve.payments.revenue_curve import RevenueCurve


def allocation(
    outcome: Outcome,
    *,
    figure: FigureBase | None = None,
    outcomes: int = 12,
    groups: int = 6,
    title: str | None = None,
    legend: bool = True,
) -> Figure:
    """Draw the reference against the trained model, and each group's pull beside them.

    A group's pull on an outcome is the model's probability less what the model trained without
    the group gives it, π(x) − π₋ᵢ(x).

    Parameters
    ----------
    outcome : Outcome
    figure : matplotlib figure or subfigure, optional
        Where to draw; a new figure by default.
    outcomes : int
        How many outcomes get a row: those that the reference or the model finds likeliest. The
        rest share the last row.
    groups : int
        How many groups' pulls are drawn: those that pay most. 0 leaves the pulls out.
    title : str, optional
        The rule by default.
    legend : bool

    Raises
    ------
    InvalidInput
        If the outcome is that of a finite menu, which allocates no probability.

    Examples
    --------
    >>> import mdsolve as md
    >>> from mdsolve import plots
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], sizes=[3, 1])
    >>> outcome = md.Mechanism(md.SocialWelfare("l2", 4.0), md.AffineMaximizer()).run(game)
    >>> [axes.get_title() for axes in plots.allocation(outcome).axes]
    ['Reference and trained model', 'Pull of each group']
    """
    from mdsolve.plots.draw_allocation import draw

    return draw(outcome, figure, outcomes, groups, title, legend)


def allocations(
    outcomes: Mapping[str, Outcome], *, figure: FigureBase | None = None, rows: int = 8
) -> Figure:
    """Draw the allocation of several games as small multiples, titled by their names.

    Parameters
    ----------
    outcomes : mapping from name to Outcome
    figure : matplotlib figure or subfigure, optional
    rows : int
        How many outcomes of each game get a row.

    Examples
    --------
    >>> import mdsolve as md
    >>> from mdsolve import plots
    >>> mechanism = md.Mechanism(md.SocialWelfare("kl", 1.0), md.AffineMaximizer())
    >>> games = {name: md.Game([0.5, 0.5], [[1.0, 0.0]]) for name in ("first", "second")}
    >>> picture = plots.allocations({name: mechanism.run(game) for name, game in games.items()})
    >>> len(picture.axes)
    4
    """
    from mdsolve.plots.draw_allocation import draw_many

    return draw_many(outcomes, figure, rows)


def outcome(
    outcome: Outcome, *, figure: FigureBase | None = None, title: str | None = None
) -> Figure:
    """Draw the allocation above, the payments below.

    Parameters
    ----------
    outcome : Outcome
    figure : matplotlib figure or subfigure, optional
    title : str, optional
        Written before the rule.

    Examples
    --------
    >>> import mdsolve as md
    >>> from mdsolve import plots
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], sizes=[3, 1])
    >>> outcome = md.Mechanism(md.SocialWelfare("l2", 4.0), md.AffineMaximizer()).run(game)
    >>> len(plots.outcome(outcome).axes)
    4
    """
    from mdsolve.plots.draw_outcome import draw

    return draw(outcome, figure, title)


def payments(
    outcome: Outcome,
    *,
    figure: FigureBase | None = None,
    groups: int = 12,
    title: str | None = None,
) -> Figure:
    """Draw what each group pays, with its interval where that is wide enough to see, and gets.

    Parameters
    ----------
    outcome : Outcome
    figure : matplotlib figure or subfigure, optional
    groups : int
        How many groups get a row: those that pay most. The last row is the mean of the rest.
    title : str, optional
        The rule and the payment by default.

    Examples
    --------
    >>> import mdsolve as md
    >>> from mdsolve import plots
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], sizes=[3, 1])
    >>> outcome = md.Mechanism(md.SocialWelfare("l2", 4.0), md.AffineMaximizer()).run(game)
    >>> [axes.get_xlabel() for axes in plots.payments(outcome).axes]
    ['payment (welfare units)', 'utility after payment (welfare units)']
    """
    from mdsolve.plots.draw_payments import draw

    return draw(outcome, figure, groups, title)


def frontier(
    frontier: Frontier,
    *,
    groups: Sequence[Any] | None = None,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw welfare against divergence over strengths λ, and each group's value against λ.

    Parameters
    ----------
    frontier : Frontier
    groups : sequence of names, optional
        The game's own by default. Above eight groups their spread is drawn instead of a line each.
    figure : matplotlib figure or subfigure, optional
    title : str, optional

    Examples
    --------
    >>> import mdsolve as md
    >>> from mdsolve import plots
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0]], groups=["kind"])
    >>> found = md.frontier(md.SocialWelfare("kl", 1.0), game, [0.1, 1.0, 10.0])
    >>> [axes.get_xscale() for axes in plots.frontier(found).axes]
    ['linear', 'log']
    """
    from mdsolve.plots.draw_frontier import draw

    return draw(frontier, groups, figure, title)


__all__ = [
    "allocation",
    "allocations",
    "equivalence",
    "frontier",
    "misreports",
    "noise",
    "outcome",
    "payments",
    "scaling",
    "training",
    "training_costs",
]


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
