"""Regret of truth ε_N and its bound against N, both axes by decades ([B] Thm 2, Prop 3).

The bound is statistical and dashed; what quadrature and rounding may have changed is a bar.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase

from mdsolve.data_driven import RateCurve
from mdsolve.errors import InvalidInput
from mdsolve.plots import figures
from mdsolve.plots.figures import GROUPS, INK, MODEL, Picture

Curve = TypeVar("Curve")
COLOURS = (MODEL, *GROUPS)


def draw(
    curves: RateCurve | Mapping[str, RateCurve],
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw curves of regret, each with its bound and its fitted slope."""
    figure = Picture(7.5, 4.8) if figure is None else figure
    said = "Regret of truth against the data behind the estimate"
    figures.heading(figure, said if title is None else title)
    axes = figure.subplots()
    for (name, curve), colour in zip(named(curves).items(), COLOURS, strict=False):
        _line(axes, name, curve, colour)
    axes.set(xscale="log", yscale="log")
    axes.set_xlabel("observations N", color=INK)
    axes.set_ylabel("regret ε (welfare units); bound dashed", color=INK)
    finish(axes)
    return figures.whole(figure)


def named(curves: Curve | Mapping[str, Curve]) -> Mapping[str, Curve]:
    """Return curves by their names, from one to as many as colours tell apart."""
    found: Mapping[str, Curve] = curves if isinstance(curves, Mapping) else {"": curves}
    if not 1 <= len(found) <= len(COLOURS):
        raise InvalidInput(
            f"curves: {len(found)} given. Draw from 1 to {len(COLOURS)} in one picture."
        )
    return found


def finish(axes: Axes) -> None:
    """Leave the lines that help to read off numbers, and explain colours where there are names."""
    figures.tidy(axes)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.8)
    if axes.get_legend_handles_labels()[1]:
        made = axes.legend(frameon=False, fontsize="small", labelcolor=INK)
        figures.plain(made.get_texts())


def _line(axes: Axes, name: str, curve: RateCurve, colour: str) -> None:
    seen = curve.regrets > 2.0 * curve.numerical
    label = f"{name}: {_slope(curve)}" if name else _slope(curve)
    axes.errorbar(
        curve.observations[seen],
        curve.regrets[seen],
        yerr=curve.numerical[seen],
        color=colour,
        marker="o",
        markersize=4,
        linewidth=1.5,
        capsize=2,
        label=label,
    )
    positive = curve.bounds > 0.0
    axes.plot(
        curve.observations[positive],
        curve.bounds[positive],
        color=colour,
        linestyle="--",
        linewidth=1.0,
    )


def _slope(curve: RateCurve) -> str:
    seen = int(np.sum(curve.regrets > 2.0 * curve.numerical))
    if seen < 3:
        return "no slope, below its numerical part"
    slope = curve.slope()
    width = 0.5 * (slope.upper - slope.lower)
    off = f"± {width:.1g}" if width >= 5e-4 else "± 0.000"
    return f"slope {round(slope.value, 3) + 0.0:.3f} {off}"
