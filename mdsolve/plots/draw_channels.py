"""Payments by their two channels: what others lose, and what steering costs ([B] §5.2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure, FigureBase

from mdsolve.data_driven import DataDrivenOutcome
from mdsolve.errors import InvalidInput
from mdsolve.plots import figures
from mdsolve.plots.figures import GROUPS, INK, MODEL, Picture

NAMES = ("externality on others", "steering from the reference")
COLOURS = (MODEL, GROUPS[0])


def draw(
    outcome: DataDrivenOutcome,
    agents: Sequence[str] | None = None,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw a row an agent: a bar for each channel, and a mark at their sum."""
    count = outcome.payments.size
    names = [f"agent {k}" for k in range(count)] if agents is None else list(map(str, agents))
    if len(names) != count:
        raise InvalidInput(f"agents: {len(names)} names for {count} agents. Give one an agent.")
    figure = Picture(7.0, 1.6 + 0.5 * count) if figure is None else figure
    said = "Payments, by what others lose and by what steering costs"
    figures.heading(figure, said if title is None else title)
    axes = figure.subplots()
    rows = np.arange(count)
    parts = (outcome.externality, outcome.steering)
    for shift, part, colour in zip((-0.18, 0.18), parts, COLOURS, strict=True):
        axes.barh(rows + shift, part, height=0.32, color=colour)
    axes.plot(outcome.payments, rows, "D", color=INK, markersize=6)
    lowest = min(0.0, *(float(part.min()) for part in (*parts, outcome.payments)))
    highest = max(0.0, *(float(part.max()) for part in (*parts, outcome.payments)))
    room = 0.05 * (highest - lowest or 1.0)
    figures.rows(axes, names)
    figures.bars_axis(axes, lowest - room if lowest < 0.0 else 0.0, highest + room)
    axes.set_xlabel("welfare units; the mark is the payment, below 0 the agent is paid", color=INK)
    figures.legend(figure, NAMES, COLOURS)
    return figures.whole(figure)
