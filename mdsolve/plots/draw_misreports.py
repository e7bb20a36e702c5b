"""What misreports bring: valuation, payment and utility against how far a report is from truth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.ticker import FuncFormatter, NullFormatter

from mdsolve.errors import InvalidInput
from mdsolve.incentives.report_curves import ReportCurve
from mdsolve.outcome_views import one_line
from mdsolve.plots import figures
from mdsolve.plots.figures import GROUPS, INK, MODEL, Picture

VALUATION, PAID, UTILITY = "#009E73", "#D55E00", MODEL


def draw(
    without: ReportCurve,
    paid: ReportCurve,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw what the same misreports gain without payments, and lose with them.

    Parameters
    ----------
    without, paid : ReportCurve
        Of the same reports: without payments, and with.
    figure : matplotlib figure or subfigure, optional
    title : str, optional
    """
    figure = Picture(10.0, 4.2) if figure is None else figure
    figures.heading(figure, "A polarized report" if title is None else title)
    panels = figure.subplots(1, 2)
    for axes, curve, colour, says in (
        (panels[0], without, VALUATION, "Without payments"),
        (panels[1], paid, UTILITY, "With payments"),
    ):
        change = curve.utilities - curve.truthful
        axes.axhline(0.0, color=INK, linewidth=0.8)
        axes.plot(curve.parameters, change, "o-", color=colour, markersize=3.5)
        axes.set_title(says, fontsize="medium", color=INK)
        axes.set_ylabel("utility less the truth's (welfare units)", color=INK)
        axes.set_xlabel(f"{curve.name} (reward units)", color=INK)
        axes.ticklabel_format(axis="y", scilimits=(-3, 4))
        _grid(axes)
    return figures.whole(figure)


def draw_scaling(
    curves: ReportCurve | Mapping[str, ReportCurve],
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw valuation, payment and utility against the scale of a report; the truth is at 1.

    Parameters
    ----------
    curves : ReportCurve, or mapping from name (of a group, say) to ReportCurve
        One panel each.
    figure : matplotlib figure or subfigure, optional
    title : str, optional

    Raises
    ------
    InvalidInput
        If there is no curve, or more than eight.
    """
    named = {"": curves} if isinstance(curves, ReportCurve) else dict(curves)
    if not 0 < len(named) <= len(GROUPS):
        raise InvalidInput(f"curves: {len(named)} given. Draw from 1 to {len(GROUPS)} in one.")
    columns = 2 if len(named) == 4 else min(len(named), 3)
    paid = any(curve.payments.any() for curve in named.values())
    lines = -(-len(named) // columns)
    if figure is None:
        figure = Picture(1.2 + 3.9 * columns, 1.1 + 3.3 * lines)
    figures.heading(figure, "Utility against the scale of the report" if title is None else title)
    cells = np.ravel(figure.subplots(lines, columns, squeeze=False))
    for axes, (name, curve) in zip(cells, named.items(), strict=False):
        _scaling(axes, curve, paid)
        figures.plain([axes.set_title(one_line(name, 40), fontsize="medium", color=INK)])
    for axes in cells[len(named) :]:
        axes.set_visible(False)
    names, colours = ["utility", "utility of the truth"], [UTILITY, "#BFBFBF"]
    if paid:
        names = ["utility after payment", names[1], "valuation", "payment"]
        colours = [*colours, VALUATION, PAID]
    figures.legend(figure, names, colours)
    return figures.whole(figure)


def _scaling(axes: Axes, curve: ReportCurve, paid: bool) -> None:
    order = np.argsort(curve.parameters, kind="stable")
    scales = curve.parameters[order]
    axes.axhline(curve.truthful, color="#BFBFBF", linewidth=3.0)
    axes.axvline(1.0, color=INK, linewidth=0.8, linestyle=":")
    if paid:
        axes.plot(scales, curve.valuations[order], color=VALUATION, linewidth=1.2)
        axes.plot(scales, curve.payments[order], color=PAID, linewidth=1.2)
    axes.plot(scales, curve.utilities[order], color=UTILITY, linewidth=1.8)
    if scales[0] > 0.0 and scales[-1] > 8.0 * scales[0]:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda scale, _: f"{scale:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("scale of the report (1 is the truth)", color=INK)
    axes.set_ylabel("welfare units", color=INK)
    _grid(axes)


def _grid(axes: Axes) -> None:
    figures.tidy(axes)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.8)
