"""What noise within ε does, against what bounds it ([S] Lemma 4.8, Thm 4.9), both axes by decades.

The worst that was found lies below both bounds, the mean far below; a mean not above 0 is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase

from mdsolve.errors import InvalidInput
from mdsolve.incentives.noise import NoiseReport, NoiseRow
from mdsolve.plots import figures
from mdsolve.plots.figures import INK, MODEL, REFERENCE, Picture

SHARP, MEAN = "#009E73", "#E69F00"


def draw(
    reports: Sequence[NoiseReport], figure: FigureBase | None = None, title: str | None = None
) -> Figure:
    """Draw reports on one game at several ε: the welfare that is lost, and what a lie gains."""
    if len(reports) < 2:
        raise InvalidInput("reports: fewer than two make no line. Give reports at several ε.")
    figure = Picture(11.0, 4.4) if figure is None else figure
    said = f"Noise on reports: what it costs, and what it lets {reports[0].group!r} gain"
    figures.heading(figure, said if title is None else title)
    reports = sorted(reports, key=lambda report: report.epsilon)
    epsilons = np.array([report.epsilon for report in reports])
    left, right = figure.subplots(1, 2)
    _panel(left, epsilons, [report.welfare for report in reports], "Loss of welfare")
    misreports = [report.misreport for report in reports]
    _panel(right, epsilons, misreports, "Gain from misreporting")
    return figures.whole(figure)


def _panel(axes: Axes, epsilons: np.ndarray, rows: Sequence[NoiseRow], title: str) -> None:
    lines = (
        ("bound of the paper", [row.paper for row in rows], REFERENCE, "--", ""),
        ("sharper bound", [row.sharp for row in rows], SHARP, "--", ""),
        ("worst found", [row.worst for row in rows], MODEL, "-", "o"),
        ("mean over draws", [row.mean for row in rows], MEAN, "-", "o"),
    )
    for name, numbers, colour, style, marker in lines:
        seen = np.array(numbers) > 0.0
        if not seen.any():
            continue
        axes.plot(
            epsilons[seen],
            np.array(numbers)[seen],
            color=colour,
            linestyle=style,
            marker=marker,
            markersize=4,
            linewidth=1.5,
            label=name,
        )
    axes.set(xscale="log", yscale="log")
    axes.set_xlabel("noise ε (reward units)", color=INK)
    axes.set_ylabel("welfare units", color=INK)
    axes.set_title(title, fontsize="medium", color=INK)
    figures.tidy(axes)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.8)
    axes.legend(frameon=False, fontsize="small", labelcolor=INK, loc="lower right")
