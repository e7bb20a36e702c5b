"""Payments p_i and utilities w_i <r_i, π> − p_i by group, in welfare units."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from numpy.typing import NDArray

from mdsolve.mechanism import Outcome
from mdsolve.plots import figures
from mdsolve.plots.figures import INK, MODEL, Picture

Array = NDArray[np.float64]

PAID, GOT = "#D55E00", MODEL
#: an interval is drawn where it is wider than this part of the axis
VISIBLE = 0.005


def draw(outcome: Outcome, figure: FigureBase | None, groups: int, title: str | None) -> Figure:
    """Draw one game."""
    paid = bool(np.isfinite(outcome.payments).all())
    order = np.argsort(-(outcome.payments if paid else outcome.utilities), kind="stable")
    shown = order if order.size <= groups + 1 else order[: max(1, groups)]
    names = [str(outcome.game.groups[i]) for i in shown]
    if shown.size < order.size:
        names.append(f"{order.size - shown.size:,} more (mean)")
    figure = Picture(10.0 if paid else 6.0, 1.6 + 0.36 * len(names)) if figure is None else figure
    rule, payment = outcome.mechanism.rule, outcome.mechanism.payment
    figures.heading(figure, f"{rule!r}, {payment!r}" if title is None else title)
    panels = figure.subplots(1, 1 + paid, squeeze=False, sharey=True)[0]
    if paid:
        below = outcome.payments - outcome.payment_lower
        above = outcome.payment_upper - outcome.payments
        reach = np.stack([below[shown], above[shown]])
        _bars(panels[0], _with_mean(outcome.payments, shown), PAID, np.maximum(0.0, reach))
        panels[0].set_xlabel("payment (welfare units)", color=INK)
    _bars(panels[-1], _with_mean(outcome.utilities, shown), GOT, np.zeros((2, shown.size)))
    after = "after payment" if paid else "without payments"
    panels[-1].set_xlabel(f"utility {after} (welfare units)", color=INK)
    figures.rows(panels[0], names)
    return figures.whole(figure)


def _with_mean(numbers: Array, shown: NDArray[np.intp]) -> Array:
    rest = np.delete(numbers, shown)
    return np.append(numbers[shown], rest.mean()) if rest.size else numbers[shown]


def _bars(axes: Axes, numbers: Array, colour: str, reach: Array) -> None:
    """Draw one bar a row, each number beside it, and the intervals that are wide enough to see."""
    axes.barh(np.arange(numbers.size), numbers, 0.6, color=colour)
    ends = np.array([numbers, numbers])
    ends[:, : reach.shape[1]] += reach * [[-1], [1]]
    low, high = min(0.0, ends[0].min()), max(0.0, ends[1].max())
    wide = np.flatnonzero(reach.sum(axis=0) > VISIBLE * (high - low))
    if wide.size:
        axes.errorbar(numbers[wide], wide, xerr=reach[:, wide], fmt="none", ecolor=INK, capsize=3)
    for place, number in enumerate(numbers):
        left = number < 0
        end = ends[0 if left else 1, place] if place in wide else number
        axes.annotate(
            f"{number:.3g}",
            (end, place),
            xytext=(-4 if left else 4, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize="small",
            color=INK,
        )
    room = 0.2 * (high - low) or 1.0
    figures.bars_axis(axes, low - room * (low < 0), high + room * (high > 0 or low == 0))
