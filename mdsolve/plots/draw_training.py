"""Unfinished training: the bracket of Φ(c) as steps go by, and what payments cost and risk by then.

A gap falls by a steady factor a step, so it is shown by decades.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase

from mdsolve.errors import InvalidInput
from mdsolve.payments.approximation import (
    AFFINE,
    CHECKPOINTS,
    EARLY,
    ApproximationRow,
    ApproximationTable,
)
from mdsolve.payments.training_runs import Trajectory
from mdsolve.plots import figures
from mdsolve.plots.figures import INK, MODEL, Picture

LOOKS = ((AFFINE, "#000000", "s"), (CHECKPOINTS, "#D55E00", "o"), (EARLY, MODEL, "^"))
#: what is below this part of the largest number of a panel is drawn at the panel's foot
FOOT = 1e-10


def draw(run: Trajectory, figure: FigureBase | None = None, title: str | None = None) -> Figure:
    """Draw each checkpoint's bracket of the optimum, and its width."""
    figure = Picture(11.0, 4.2) if figure is None else figure
    figures.heading(figure, "Training by mirror descent" if title is None else title)
    left, right = figure.subplots(1, 2)
    best = float(run.lower.max())
    seen = run.upper < np.inf
    left.fill_between(run.steps[seen], run.lower[seen], run.upper[seen], color=MODEL, alpha=0.2)
    left.plot(run.steps, run.lower, "o-", color=MODEL, markersize=3, label="model (lower end)")
    left.plot(
        run.steps[seen], run.upper[seen], "-", color="#D55E00", linewidth=1.4, label="upper end"
    )
    reach = max(best - float(run.lower[0]), 1e-12 * max(1.0, abs(best)))
    above = min(float(run.upper[seen].max()), best + 3.0 * reach)
    left.set_ylim(float(run.lower[0]) - 0.1 * reach, above + 0.1 * reach)
    left.legend(frameon=False, fontsize="small", labelcolor=INK, loc="lower right")
    _name(left, "steps", "welfare less divergence (welfare units)", "Bracket of the optimum")
    gaps = np.maximum(run.gaps[seen], FOOT * float(run.gaps[seen].max()))
    right.semilogy(run.steps[seen], gaps, "o-", color=MODEL, markersize=3)
    _name(right, "steps", "certified gap (welfare units)", "How much training is left")
    return figures.whole(figure)


def draw_costs(
    found: ApproximationTable, figure: FigureBase | None = None, title: str | None = None
) -> Figure:
    """Draw what each payment lets a group gain, and how far off it is, against steps in all."""
    if not found.rows:
        raise InvalidInput("approximation: there are no rows. Measure at least one.")
    figure = Picture(12.0, 4.6) if figure is None else figure
    figures.heading(figure, "Payments from unfinished training" if title is None else title)
    panels = figure.subplots(1, 3)
    _gains(panels[0], found)
    _panel(panels[1], found, lambda row: row.participation, "Truthful group's loss")
    _panel(panels[2], found, lambda row: row.payment_error, "Distance from exact payments")
    runs = {row.payment: row.runs for row in found.rows}
    names, colours = [], []
    for payment, colour, _ in LOOKS:
        if payment in runs:
            names.append(f"{payment}, {runs[payment]} run{'s' * (runs[payment] > 1)}")
            colours.append(colour)
    figures.legend(figure, names, colours)
    return figures.whole(figure)


def _gains(axes: Axes, found: ApproximationTable) -> None:
    """Draw the largest gain found, and the certified bound, dotted."""
    floor = _panel(axes, found, lambda row: row.gain, "Gain by misreporting")
    highest = max(row.gain_bound for row in found.rows)
    for payment, colour, _ in LOOKS:
        rows = found.of(payment)
        bounds = np.maximum([row.gain_bound for row in rows], floor)
        axes.plot([row.total_steps for row in rows], bounds, ":", color=colour, linewidth=1.4)
    axes.set_ylim(top=3.0 * highest)
    axes.set_title("Gain by misreporting (dotted: bound)", fontsize="medium", color=INK)


def _panel(
    axes: Axes,
    found: ApproximationTable,
    number: Callable[[ApproximationRow], float],
    title: str,
) -> float:
    """Draw one number against steps in all; what is not above 0 lies on the axis."""
    numbers = [number(row) for row in found.rows]
    scale = max(row.gain_bound for row in found.rows)
    floor = FOOT * scale
    if max(numbers) <= floor:
        axes.text(0.5, 0.5, "none", transform=axes.transAxes, ha="center", color=INK)
        _name(axes, "", "", title)
        axes.set(xticks=[], yticks=[])
        return floor
    for payment, colour, marker in LOOKS:
        rows = found.of(payment)
        heights = np.maximum([number(row) for row in rows], floor)
        axes.plot(
            [row.total_steps for row in rows],
            heights,
            marker=marker,
            color=colour,
            markersize=5,
            linewidth=1.4,
            clip_on=False,
        )
    axes.set(xscale="log", yscale="log")
    least = min((each for each in numbers if each > floor), default=scale)
    axes.set_ylim(bottom=floor if min(numbers) <= floor else 0.5 * least, top=3.0 * scale)
    _name(axes, "training steps in all", "welfare units", title)
    return floor


def _name(axes: Axes, below: str, beside: str, title: str) -> None:
    axes.set_xlabel(below, color=INK)
    axes.set_ylabel(beside, color=INK)
    axes.set_title(title, fontsize="medium", color=INK)
    figures.tidy(axes)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.8)
