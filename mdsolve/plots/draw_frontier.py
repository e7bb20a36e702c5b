"""The frontier: welfare G(v) against divergence D(π‖π0) over strengths λ, and values by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from numpy.typing import NDArray

from mdsolve.frontiers import Frontier
from mdsolve.games.labels import checked_labels
from mdsolve.outcome_views import one_line
from mdsolve.plots import figures
from mdsolve.plots.figures import GROUPS, INK, MODEL, Picture

Array = NDArray[np.float64]

#: two labels are at least this part of the panel apart
APART = 0.075


def draw(
    frontier: Frontier, groups: Sequence[Any] | None, figure: FigureBase | None, title: str | None
) -> Figure:
    """Draw one frontier."""
    names = frontier.groups if groups is None else groups
    names = checked_labels("group", names, frontier.values.shape[1], "group-")
    figure = Picture(11.0, 4.4) if figure is None else figure
    figures.heading(figure, "Welfare and divergence over strengths" if title is None else title)
    left, right = figure.subplots(1, 2)
    order = np.argsort(frontier.strengths, kind="stable")
    _tradeoff(left, frontier, order)
    _values(right, frontier, order, names)
    return figures.whole(figure)


def _tradeoff(axes: Axes, frontier: Frontier, order: NDArray[np.intp]) -> None:
    spent, bought = frontier.divergence[order], frontier.welfare[order]
    axes.plot(spent, bought, "o-", color=MODEL, markersize=4, linewidth=1.4)
    axes.margins(0.14)
    for k in spread_out(spent, bought):
        text = axes.annotate(
            f"λ = {frontier.strengths[order[k]]:.3g}",
            (spent[k], bought[k]),
            xytext=(6, -10),
            textcoords="offset points",
            fontsize="x-small",
            color=INK,
        )
        figures.plain([text])
    axes.set_xlabel("divergence D(π‖π0)", color=INK)
    axes.set_ylabel("welfare (welfare units)", color=INK)
    axes.set_title("What divergence buys", fontsize="medium", color=INK)
    _grid(axes)


def spread_out(x: Array, y: Array) -> list[int]:
    """Return the ends, and points between them far enough apart on the panel for a label each."""
    width, height = np.ptp(x) or 1.0, np.ptp(y) or 1.0
    kept: list[int] = []
    for k in (0, x.size - 1, *range(1, x.size - 1)):
        apart = [max(0.5 * abs(x[k] - x[j]) / width, abs(y[k] - y[j]) / height) for j in kept]
        if not apart or min(apart) >= APART:
            kept.append(k)
    return kept


def _values(axes: Axes, frontier: Frontier, order: NDArray[np.intp], names: Sequence[str]) -> None:
    strengths, values = frontier.strengths[order], frontier.values[order]
    if len(names) <= len(GROUPS):
        for group, colour in zip(range(len(names)), GROUPS, strict=False):
            axes.plot(strengths, values[:, group], "o-", color=colour, markersize=3)
        _names_at_end(axes, strengths, values, names)
    else:
        low, quarter, middle, three, high = np.quantile(values, [0, 0.25, 0.5, 0.75, 1], axis=1)
        axes.fill_between(strengths, low, high, color=MODEL, alpha=0.15, linewidth=0)
        axes.fill_between(strengths, quarter, three, color=MODEL, alpha=0.35, linewidth=0)
        axes.plot(strengths, middle, "o-", color=MODEL, markersize=3)
        axes.text(
            0.98,
            0.98,
            f"{len(names):,} groups: median, middle half, range",
            transform=axes.transAxes,
            ha="right",
            va="top",
            fontsize="small",
            color=INK,
        )
        axes.margins(y=0.12)
    axes.set_xscale("log")
    axes.set_xlabel("strength λ (welfare units)", color=INK)
    axes.set_ylabel("value ⟨r, π⟩ (reward units)", color=INK)
    axes.set_title("What each group gets", fontsize="medium", color=INK)
    _grid(axes)


def _names_at_end(axes: Axes, strengths: Array, values: Array, names: Sequence[str]) -> None:
    """Name the lines at their right ends, moved apart where they would overlap."""
    last = values[-1]
    order = np.argsort(last, kind="stable")
    low, high = float(values.min()), float(values.max())
    step = 0.06 * ((high - low) or 1.0)
    heights = np.array(last[order])
    for k in range(1, heights.size):
        heights[k] = max(heights[k], heights[k - 1] + step)
    heights -= max(0.0, heights[-1] - max(high, last[order][-1])) / 2
    for group, height in zip(order, heights, strict=True):
        text = axes.annotate(
            one_line(names[group], 20),
            (1.0, height),
            xycoords=axes.get_yaxis_transform(),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
            color=GROUPS[group],
        )
        figures.plain([text])


def _grid(axes: Axes) -> None:
    figures.tidy(axes)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.8)
