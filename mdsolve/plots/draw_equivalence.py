"""Payment equivalence: both lengths of Thm 4.5's path against its steps, which pin one payment."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.ticker import NullLocator

from mdsolve.errors import InvalidInput
from mdsolve.incentives.equivalence import PathSums
from mdsolve.outcome_views import one_line
from mdsolve.plots import figures
from mdsolve.plots.figures import GROUPS, INK, MODEL, Picture

#: curves that a picture tells apart
MOST = 1 + len(GROUPS)


def draw(
    curves: PathSums | Mapping[str, PathSums],
    difference: float | None = None,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw the interval that pins p(t') − p(t) of the first curve, and the sums of all of them.

    Parameters
    ----------
    curves : PathSums, or mapping from name to PathSums
    difference : float, optional
        What the interval of the first curve closes on: a difference of `envelope` integrals, or
        of payments (welfare units).
    figure : matplotlib figure or subfigure, optional
    title : str, optional

    Raises
    ------
    InvalidInput
        If there is no curve, or more than the colours tell apart.
    """
    named = {"": curves} if isinstance(curves, PathSums) else dict(curves)
    if not 0 < len(named) <= MOST:
        raise InvalidInput(f"curves: {len(named)} given. Draw from 1 to {MOST} in one picture.")
    figure = Picture(11.0, 4.4) if figure is None else figure
    heading = "Payments that make truth best are equal up to a constant"
    figures.heading(figure, heading if title is None else title)
    left, right = figure.subplots(1, 2)
    _interval(left, next(iter(named.items())), difference)
    _sums(right, named)
    if len(named) > 1:
        figures.legend(figure, list(named), [MODEL, *GROUPS][: len(named)])
    return figures.whole(figure)


def _interval(axes: Axes, curve: tuple[str, PathSums], difference: float | None) -> None:
    name, sums = curve
    axes.fill_between(
        sums.steps, -sums.backward, sums.forward, color=MODEL, alpha=0.25, linewidth=0
    )
    ends = (
        (-sums.backward, "lower end, −Σ lengths back", "top"),
        (sums.forward, "upper end, Σ lengths", "bottom"),
    )
    for values, says, side in ends:
        axes.plot(sums.steps, values, "o-", color=MODEL, markersize=3, linewidth=1.2)
        figures.plain(
            [
                axes.annotate(
                    says,
                    (sums.steps[0], values[0]),
                    xytext=(4, -8 if side == "top" else 8),
                    textcoords="offset points",
                    va=side,
                    fontsize="small",
                    color=INK,
                )
            ]
        )
    if difference is not None:
        axes.axhline(difference, color=GROUPS[4], linewidth=1.2)
        axes.annotate(
            "the payment",
            (sums.steps[0], difference),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize="small",
            color=GROUPS[4],
        )
    axes.margins(y=0.18)
    axes.set_ylabel("p(t′) − p(t), welfare units", color=INK)
    axes.set_title(one_line(name, 60) or "What is left to choose", fontsize="medium", color=INK)
    _steps(axes, sums)


def _sums(axes: Axes, named: Mapping[str, PathSums]) -> None:
    first = next(iter(named.values()))
    for sums, colour in zip(named.values(), (MODEL, *GROUPS), strict=False):
        seen = sums.total > 0.0
        axes.plot(sums.steps[seen], sums.total[seen], "o-", color=colour, markersize=3)
    highest = max(float(sums.total.max()) for sums in named.values())
    if highest > 0.0:
        guide = 2.0 * highest * first.steps[0] / first.steps
        axes.plot(first.steps, guide, "--", color="#8A8A8A", linewidth=1.0)
        axes.annotate(
            "∝ 1/K",
            (float(first.steps[first.steps.size // 2]), float(guide[first.steps.size // 2])),
            xytext=(4, 3),
            textcoords="offset points",
            fontsize="small",
            color=INK,
        )
        axes.set_yscale("log")
    axes.set_ylabel("sum of both directions, welfare units", color=INK)
    axes.set_title("Width of the interval", fontsize="medium", color=INK)
    _steps(axes, first)


def _steps(axes: Axes, sums: PathSums) -> None:
    axes.set_xscale("log", base=2)
    shown = sums.steps[:: max(1, int(np.ceil(sums.steps.size / 8)))]
    axes.set_xticks(shown, [str(step) for step in shown])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("steps K to and from the uniform reward", color=INK)
    figures.tidy(axes)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.8)
