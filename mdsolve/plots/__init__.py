"""Pictures of results: a function takes a result, draws it and returns the figure.

None of them opens a window or touches matplotlib's global state. ``figure`` may be a figure or a
subfigure to draw in; the whole figure is returned, to be saved (``savefig``), or to show itself in
a notebook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mdsolve.plots.auctions import lottery, pilot
from mdsolve.plots.data_driven import (
    channels,
    information,
    information_reward,
    rates,
    type_payments,
)
from mdsolve.plots.incentives import (
    equivalence,
    misreports,
    noise,
    scaling,
    training,
    training_costs,
)
from mdsolve.plots.revenue import revenue_curve, surplus

if TYPE_CHECKING:
    from matplotlib.figure import Figure, FigureBase

    from mdsolve.frontiers import Frontier
    from mdsolve.mechanism import Outcome


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
    "channels",
    "equivalence",
    "frontier",
    "lottery",
    "information",
    "information_reward",
    "misreports",
    "noise",
    "outcome",
    "payments",
    "pilot",
    "rates",
    "revenue_curve",
    "scaling",
    "surplus",
    "training",
    "training_costs",
    "type_payments",
]
