"""What a lottery costs as 1 − ρ falls: less welfare lost, a wilder charge ([B] eq. 7)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from mdsolve.data_driven.clicks import ClickAuctions, Lottery, regret_of_truth
from mdsolve.errors import InvalidInput
from mdsolve.plots import figures
from mdsolve.plots.figures import GROUPS, INK, Picture

Array = NDArray[np.float64]

FORMS = {"exact": "exactly truthful: × ρ", "matching": "matching eq. (6)"}
SHARE = "share of the best welfare"


def draw(
    auctions: ClickAuctions,
    chances: Sequence[float] | None = None,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw welfare lost, spread of the winner's charge, and the gain of lies, against 1 − ρ."""
    best = float(auctions.effects[0] * auctions.scores.max(axis=1).sum())
    if not best > 0.0:
        raise InvalidInput("auctions: the best welfare is 0. Give some bidder a value and a rate.")
    odds = np.geomspace(0.002, 1.0, 28) if chances is None else 1.0 - np.array(chances)
    figure = Picture(12.0, 4.2) if figure is None else figure
    said = "A lottery sees rivals' clicks: what that costs"
    figures.heading(figure, said if title is None else title)
    left, middle, right = figure.subplots(1, 3)
    for form, colour in zip(FORMS, GROUPS, strict=False):
        lotteries = [Lottery(float(1.0 - each), form) for each in odds]
        lost = [1.0 - auctions.run(lottery).welfare.sum() / best for lottery in lotteries]
        spread = [_spread(auctions, lottery) / best for lottery in lotteries]
        gains = [regret_of_truth(auctions, lottery).worst.sum() / best for lottery in lotteries]
        for axes, line, scale in (
            (left, lost, 100.0),
            (middle, spread, 1.0),
            (right, gains, 100.0),
        ):
            axes.plot(odds, scale * np.array(line), color=colour, linewidth=1.8)
    _label(left, "Welfare lost", SHARE)
    _label(middle, "Standard deviation of the winner's charge", "times the best welfare")
    _label(right, "What the best lie gains", SHARE)
    for axes in (left, right):
        axes.yaxis.set_major_formatter(PercentFormatter(decimals=None))
    middle.set_yscale("log")
    figures.legend(figure, list(FORMS.values()), GROUPS[: len(FORMS)])
    return figures.whole(figure)


def _spread(auctions: ClickAuctions, lottery: Lottery) -> float:
    """Return the winners' standard deviation, summed as if their charges were one."""
    variance: Array = lottery.variance(auctions, auctions.rates)
    return float(np.sqrt(np.take_along_axis(variance, auctions.winners, axis=1)).sum())


def _label(axes: Axes, title: str, unit: str) -> None:
    axes.set_xscale("log")
    axes.set_title(title, fontsize="medium", color=INK)
    axes.set_xlabel("1 − ρ, the chance that anyone is shown", color=INK)
    axes.set_ylabel(unit, color=INK)
    figures.tidy(axes)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.8)
