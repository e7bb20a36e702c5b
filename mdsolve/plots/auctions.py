"""Pictures of click auctions: what the pilot buys, and what a lottery costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure, FigureBase

    from mdsolve.data_driven.clicks import ClickAuctions, PilotStudy


def pilot(
    study: PilotStudy, *, figure: FigureBase | None = None, title: str | None = None
) -> Figure:
    """Draw efficiency, revenue and regret of truth against the size of the pilot.

    Parameters
    ----------
    study : PilotStudy
        Of at most eight payments.
    figure : matplotlib figure or subfigure, optional
    title : str, optional

    Examples
    --------
    >>> from mdsolve.data_driven.clicks import ClickCounts, DataDrivenPivot, pilot_study
    >>> from mdsolve import plots
    >>> log = ClickCounts([5000, 5000], [50, 150])
    >>> study = pilot_study(log, [2.0, 1.0], [DataDrivenPivot()], [50, 2000], draws=20)
    >>> [axes.get_title() for axes in plots.pilot(study).axes]
    ['Welfare reached', 'Revenue', 'What the best lie gains']
    """
    from mdsolve.plots.draw_pilot import draw

    return draw(study, figure, title)


def lottery(
    auctions: ClickAuctions,
    chances: Sequence[float] | None = None,
    *,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw what lotteries of both forms cost: welfare, spread of the charge, gains of lies.

    Parameters
    ----------
    auctions : ClickAuctions
        Of one slot; their rates are taken as true.
    chances : sequence of float, optional
        ρ, each in [0, 1).
    figure : matplotlib figure or subfigure, optional
    title : str, optional

    Examples
    --------
    >>> from mdsolve.data_driven.clicks import ClickAuctions
    >>> from mdsolve import plots
    >>> len(plots.lottery(ClickAuctions([1.0, 1.0], [0.3, 0.2]), [0.5, 0.9, 0.99]).axes)
    3
    """
    from mdsolve.plots.draw_lottery import draw

    return draw(auctions, chances, figure, title)
