"""What information earns and what it lets lies gain, against how much there is ([B] §3, Ex 2)."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure, FigureBase

from mdsolve.data_driven import InformationCurve, PaymentCurve, RewardCurve
from mdsolve.plots import figures
from mdsolve.plots.draw_rates import COLOURS, finish, named
from mdsolve.plots.figures import GROUPS, INK, MODEL, REFERENCE, Picture


def draw(
    curve: InformationCurve, figure: FigureBase | None = None, title: str | None = None
) -> Figure:
    """Draw the regret of both pivots against informational size."""
    figure = Picture(6.5, 4.2) if figure is None else figure
    said = "What a lie gains, by how much one signal adds to the others'"
    figures.heading(figure, said if title is None else title)
    axes = figure.subplots()
    lines = (
        ("pivot in reports", curve.by_reports, GROUPS[4]),
        ("data-driven pivot", curve.by_data, MODEL),
    )
    for name, regrets, colour in lines:
        axes.plot(curve.sizes, regrets, color=colour, marker="o", markersize=4, label=name)
    axes.set_xlabel("informational size (0: redundant, 2: decisive)", color=INK)
    axes.set_ylabel("regret of truth (welfare units)", color=INK)
    finish(axes)
    return figures.whole(figure)


def draw_rewards(
    curves: RewardCurve | Mapping[str, RewardCurve],
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw information rewards against precision, with what knowing all would earn."""
    figure = Picture(6.5, 4.2) if figure is None else figure
    figures.heading(figure, "What information earns" if title is None else title)
    axes = figure.subplots()
    for (name, curve), colour in zip(named(curves).items(), COLOURS, strict=False):
        axes.plot(curve.precisions, curve.rewards, color=colour, label=name or None)
        axes.axhline(curve.limit, color=colour, linestyle="--", linewidth=1.0)
    axes.set_xscale("log")
    axes.set_ylim(0.0, 1.3 * max(curve.limit for curve in named(curves).values()))
    axes.set_xlabel("precision of the agent's signal (1/variance)", color=INK)
    axes.set_ylabel("expected reward (welfare units)\ndashed: for knowing the state", color=INK)
    finish(axes)
    return figures.whole(figure)


def draw_payments(
    curves: PaymentCurve | Mapping[str, PaymentCurve],
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw expected payments against the own type; below 0 the agent is paid."""
    figure = Picture(6.5, 4.2) if figure is None else figure
    said = "What an agent pays for its type, less what its information earns"
    figures.heading(figure, said if title is None else title)
    axes = figure.subplots()
    for (name, curve), colour in zip(named(curves).items(), COLOURS, strict=False):
        axes.plot(curve.types, curve.payments, color=colour, label=name or None)
    axes.axhline(0.0, color=REFERENCE, linewidth=1.0)
    axes.set_xlabel("own type θ", color=INK)
    axes.set_ylabel("expected payment (welfare units)\nbelow 0 the agent is paid", color=INK)
    finish(axes)
    return figures.whole(figure)
