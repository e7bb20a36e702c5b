"""Largest payments: falling as grids of types refine ([S] Cor 4.6), and as shares of the surplus.

The surplus is what all groups value the model at, Σ w_i <r_i, π>; a group pays p_i of it, and what
nobody pays the groups keep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.mechanism import Outcome
from mdsolve.payments.revenue_curve import RevenueCurve
from mdsolve.plots import figures
from mdsolve.plots.figures import GROUPS, INK, Picture

Array = NDArray[np.float64]

KEPT, REST = "#E4E4E4", "#A6A6A6"
#: how a surplus runs along strengths, or along numbers of groups
ALONG = {"strength": "strength λ (welfare units)", "groups": "number of groups n"}
#: a share below this is rounding
LEAST = -1e-9
#: where less is paid, in percent, the axis ends this far above it
HALF, ROOM = 50.0, 1.3


def draw_curves(
    curves: RevenueCurve | Mapping[str, RevenueCurve],
    figure: FigureBase | None,
    title: str | None,
) -> Figure:
    """Draw the payments of one or more curves, and what they exceed the whole domain's by."""
    named = {"": curves} if isinstance(curves, RevenueCurve) else dict(curves)
    if not 0 < len(named) <= len(GROUPS):
        raise InvalidInput(
            f"curves: {len(named)} given. Draw from 1 to {len(GROUPS)} in one picture."
        )
    figure = Picture(11.0, 4.4) if figure is None else figure
    heading = "The largest payment falls as the grid of types refines"
    figures.heading(figure, heading if title is None else title)
    left, right = figure.subplots(1, 2)
    for curve, colour in zip(named.values(), GROUPS, strict=False):
        _payments(left, curve, colour)
        _excess(right, curve, colour)
    left.set_ylabel("payment (welfare units)", color=INK)
    left.set_title("Payment; dashed: on the whole domain", fontsize="medium", color=INK)
    right.set_ylabel("beyond the whole domain (welfare units)", color=INK)
    right.set_title("What the grid adds", fontsize="medium", color=INK)
    if right.lines:
        right.set_yscale("log")
    for axes in (left, right):
        _types_axis(axes)
    if len(named) > 1:
        figures.legend(figure, list(named), GROUPS[: len(named)])
    return figures.whole(figure)


def draw_surplus(
    outcomes: Mapping[float, Outcome],
    along: str,
    against: Mapping[float, Outcome] | None,
    figure: FigureBase | None,
    groups: int,
    title: str | None,
) -> Figure:
    """Draw each group's share of the surplus, and the share that is paid under another payment."""
    if along not in ALONG:
        raise InvalidInput(f"along: {along!r} is unknown. Choose one of {', '.join(ALONG)}.")
    if not outcomes:
        raise InvalidInput("outcomes: none given. Give at least one, by strength or by groups.")
    places = np.array(sorted(outcomes), dtype=float)
    shares = _by_group([_shares(outcomes[place], place) for place in sorted(outcomes)])
    names, stacked = _most(shares, groups)
    figure = Picture(7.0, 4.6) if figure is None else figure
    figures.heading(figure, "Who pays what share of the surplus" if title is None else title)
    axes = figure.subplots()
    colours = [REST if name.endswith(" more") else colour for name, colour in _coloured(names)]
    (_areas if along == "strength" and places.size > 1 else _bars)(axes, places, stacked, colours)
    said = repr(next(iter(outcomes.values())).mechanism.payment)
    highest = float(stacked.sum(axis=0).max())
    if against is not None:
        highest = max(highest, _other(axes, against))
        said += f"; dashed: all that {next(iter(against.values())).mechanism.payment!r} charges"
    figures.plain([axes.set_title(said, fontsize="small", color=INK)])
    axes.set_ylim(0.0, 100.0 if highest > HALF else ROOM * highest or 100.0)
    axes.set_ylabel("share of Σ w⟨r, π⟩ (%)", color=INK)
    axes.set_xlabel(ALONG[along], color=INK)
    figures.tidy(axes)
    axes.grid(visible=False)
    kept = "kept by groups" if highest > HALF else "kept by groups, to 100%"
    figures.legend(figure, [*names, kept], [*colours, KEPT])
    return figures.whole(figure)


def _payments(axes: Axes, curve: RevenueCurve, colour: str) -> None:
    axes.plot(curve.types, curve.payments, "o-", color=colour, markersize=4, linewidth=1.4)
    axes.axhline(0.5 * (curve.lower + curve.upper), color=colour, linestyle="--", linewidth=1.2)


def _excess(axes: Axes, curve: RevenueCurve, colour: str) -> None:
    """Draw what is above the bracket: less than its width cannot be told from nothing."""
    excess = curve.payments - curve.upper
    seen = excess > max(curve.upper - curve.lower, 1e-15 * abs(curve.upper))
    if seen.any():
        types = np.array(curve.types, dtype=float)
        axes.plot(types[seen], excess[seen], "o-", color=colour, markersize=4, linewidth=1.4)


def _types_axis(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.set_xlabel("types in the grid", color=INK)
    figures.tidy(axes)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.8)


def _shares(outcome: Outcome, place: float) -> dict[str, float]:
    """Return what part of the surplus each group pays, in percent."""
    surplus = float(outcome.game.sizes @ outcome.values)
    if not surplus > 0.0:
        raise InvalidInput(
            f"outcome at {place:g}: its surplus is {surplus:.6g}, of which there are no shares. "
            "Draw payments instead, or normalise the rewards."
        )
    shares = outcome.payments / surplus
    bad = np.flatnonzero(~(shares >= LEAST))
    if bad.size:
        raise InvalidInput(
            f"outcome at {place:g}: group {outcome.game.groups[bad[0]]!r} pays "
            f"{outcome.payments[bad[0]]:.6g}. Shares need payments of at least 0: draw payments "
            "instead."
        )
    paid = np.maximum(0.0, 100.0 * shares).tolist()
    return dict(zip(map(str, outcome.game.groups), paid, strict=True))


def _by_group(found: Sequence[dict[str, float]]) -> dict[str, Array]:
    names = dict.fromkeys(name for each in found for name in each)
    return {name: np.array([each.get(name, 0.0) for each in found]) for name in names}


def _most(shares: dict[str, Array], groups: int) -> tuple[list[str], Array]:
    """Return the groups that pay most, in the game's order, and all others as one."""
    count = max(1, min(groups, len(GROUPS)))
    ranked = sorted(shares, key=lambda name: -float(shares[name].sum()))
    kept = set(ranked if len(ranked) <= count else ranked[: count - 1])
    names = [name for name in shares if name in kept]
    rows = [shares[name] for name in names]
    if rest := [shares[name] for name in shares if name not in kept]:
        names.append(f"{len(rest):,} more")
        rows.append(np.sum(rest, axis=0))
    return names, np.array(rows)


def _coloured(names: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(names, GROUPS, strict=False))


def _areas(axes: Axes, places: Array, shares: Array, colours: Sequence[str]) -> None:
    axes.set_facecolor(KEPT)
    axes.stackplot(places, shares, colors=colours, edgecolor="white", linewidth=0.6)
    axes.set_xscale("log")
    axes.set_xlim(places[0], places[-1])


def _bars(axes: Axes, places: Array, shares: Array, colours: Sequence[str]) -> None:
    width = 0.8 * float(np.diff(places).min()) if places.size > 1 else 0.8
    ends = np.vstack([np.zeros(places.size), np.cumsum(shares, axis=0)])
    for row, below, colour in zip(shares, ends[:-1], colours, strict=True):
        axes.bar(places, row, width, bottom=below, color=colour, edgecolor="white", linewidth=0.6)
    axes.bar(places, 100.0 - ends[-1], width, bottom=ends[-1], color=KEPT)
    axes.set_xticks(places, [f"{place:g}" for place in places])
    axes.xaxis.set_minor_locator(NullLocator())


def _other(axes: Axes, against: Mapping[float, Outcome]) -> float:
    """Draw all that another payment charges, and return the most of it."""
    places = sorted(against)
    totals = [sum(_shares(against[place], place).values()) for place in places]
    axes.plot(places, totals, "o--", color=INK, markersize=3, linewidth=1.4)
    return max(totals, default=0.0)
