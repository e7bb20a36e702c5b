"""Efficiency, revenue and regret of truth against the pilot, a line a payment ([B] §5.1).

Bands are 99.9% of splits' means; payments that give truth no regret lie on the axis.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.ticker import NullLocator, PercentFormatter

from mdsolve.data_driven.clicks.pilot import PilotStudy
from mdsolve.errors import InvalidInput
from mdsolve.plots import figures
from mdsolve.plots.figures import GROUPS, INK, Picture

BAND = 3.29
PANELS = (
    ("efficiency", "Welfare reached"),
    ("revenue", "Revenue"),
    ("regret", "What the best lie gains"),
)
#: lines that lie on one another are told apart by their marks
MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")


def draw(study: PilotStudy, figure: FigureBase | None = None, title: str | None = None) -> Figure:
    """Draw three panels with one legend."""
    if len(study.payments) > len(GROUPS):
        raise InvalidInput(
            f"study: {len(study.payments)} payments. Draw at most {len(GROUPS)} in one picture."
        )
    figure = Picture(12.0, 4.4) if figure is None else figure
    about = "own rates" if study.signals == "own" else "all rates"
    many = "A click auction" if study.auctions == 1 else f"{study.auctions:,} click auctions"
    said = f"{many}, signals about {about}"
    figures.heading(figure, said if title is None else title)
    for axes, (measure, name) in zip(figure.subplots(1, 3), PANELS, strict=True):
        _panel(axes, study, measure)
        axes.set_title(name, fontsize="medium", color=INK)
    figures.legend(figure, list(study.payments), GROUPS[: len(study.payments)])
    return figures.whole(figure)


def _panel(axes: Axes, study: PilotStudy, measure: str) -> None:
    means = 100.0 * getattr(study, measure)
    bands = 100.0 * BAND * getattr(study, f"{measure}_error")
    for k in range(len(study.payments)):
        axes.fill_between(
            study.pilots, means[k] - bands[k], means[k] + bands[k], color=GROUPS[k], alpha=0.15,
            linewidth=0,
        )  # fmt: skip
        axes.plot(
            study.pilots, means[k], color=GROUPS[k], marker=MARKS[k], markersize=6 - 0.6 * k,
            linewidth=1.5,
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set_xticks(study.pilots, [f"{pilot:,}" for pilot in study.pilots])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(PercentFormatter(decimals=None))
    axes.set_xlabel("impressions in a bidder's pilot", color=INK)
    if measure == "efficiency":
        axes.set_ylabel("share of the best welfare", color=INK)
    figures.tidy(axes)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.8)
