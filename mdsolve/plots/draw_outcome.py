"""One game in one picture: the allocation and the pulls above, payments and utilities below."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure, FigureBase

from mdsolve.mechanism import Outcome
from mdsolve.outcome_views import one_line
from mdsolve.plots import draw_allocation, draw_payments, figures
from mdsolve.plots.figures import Picture


def draw(outcome: Outcome, figure: FigureBase | None, title: str | None) -> Figure:
    """Draw one game."""
    above = 1.9 + 0.42 * min(13, outcome.model.size)
    below = 1.0 + 0.36 * min(13, outcome.game.shape[0])
    figure = Picture(10.0, above + below + 0.3) if figure is None else figure
    rule = f"{outcome.mechanism.rule!r}, {outcome.mechanism.payment!r}"
    figures.heading(figure, rule if title is None else f"{one_line(title, 60)}: {rule}")
    cells: Any = figure.subfigures(2, 1, height_ratios=[above, below])
    top, bottom = cells
    draw_allocation.draw(outcome, top, 12, 6, "", True)
    draw_payments.draw(outcome, bottom, 12, "")
    return figures.whole(figure)
