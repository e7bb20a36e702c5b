"""Pictures of what lies gain, what pins payments down, and what unfinished training costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure, FigureBase

    from mdsolve.incentives.equivalence import PathSums
    from mdsolve.incentives.noise import NoiseReport
    from mdsolve.incentives.report_curves import ReportCurve
    from mdsolve.payments import ApproximationTable, Trajectory


def equivalence(
    curves: PathSums | Mapping[str, PathSums],
    difference: float | None = None,
    *,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw the interval that pins p(t') − p(t) as the path of types refines, and the sums.

    Parameters
    ----------
    curves : PathSums, or mapping from a name to one
    difference : float, optional
        What the payments' difference is known to be (welfare units).
    figure : matplotlib figure or subfigure, optional
    title : str, optional
    """
    from mdsolve.plots.draw_equivalence import draw

    return draw(curves, difference, figure, title)


def misreports(
    without: ReportCurve,
    paid: ReportCurve,
    *,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw what the same misreports gain without payments, and lose with them.

    Parameters
    ----------
    without, paid : ReportCurve
        Utilities over the same reports (welfare units).
    figure : matplotlib figure or subfigure, optional
    title : str, optional
    """
    from mdsolve.plots.draw_misreports import draw

    return draw(without, paid, figure, title)


def scaling(
    curves: ReportCurve | Mapping[str, ReportCurve],
    *,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw valuation, payment and utility against the scale of a report; the truth is at 1.

    Parameters
    ----------
    curves : ReportCurve, or mapping from a name to one
    figure : matplotlib figure or subfigure, optional
    title : str, optional
    """
    from mdsolve.plots.draw_misreports import draw_scaling

    return draw_scaling(curves, figure, title)


def noise(
    reports: Sequence[NoiseReport],
    *,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw the welfare that noise of several sizes loses, and what a lie gains, with the bounds.

    Parameters
    ----------
    reports : sequence of NoiseReport
        On one game, at two or more ε.
    figure : matplotlib figure or subfigure, optional
    title : str, optional
    """
    from mdsolve.plots.draw_noise import draw

    return draw(reports, figure, title)


def training(
    run: Trajectory, *, figure: FigureBase | None = None, title: str | None = None
) -> Figure:
    """Draw each checkpoint's bracket of the optimum, and its width.

    Parameters
    ----------
    run : Trajectory
    figure : matplotlib figure or subfigure, optional
    title : str, optional
    """
    from mdsolve.plots.draw_training import draw

    return draw(run, figure, title)


def training_costs(
    found: ApproximationTable, *, figure: FigureBase | None = None, title: str | None = None
) -> Figure:
    """Draw what each cheap payment lets a group gain, and how far off it is, against its cost.

    Parameters
    ----------
    found : ApproximationTable
    figure : matplotlib figure or subfigure, optional
    title : str, optional
    """
    from mdsolve.plots.draw_training import draw_costs

    return draw_costs(found, figure, title)
