"""The allocation: π0 against π by outcome, and each group's pull π − π₋ᵢ beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.mechanism import Outcome
from mdsolve.outcome_views import one_line, percent
from mdsolve.plots import figures
from mdsolve.plots.figures import GROUPS, INK, MODEL, REFERENCE, Picture
from mdsolve.training_rules import FiniteMenu

Array = NDArray[np.float64]

PANELS = ("Reference and trained model", "Pull of each group")


def draw(
    outcome: Outcome,
    figure: FigureBase | None,
    outcomes: int,
    groups: int,
    title: str | None,
    legend: bool,
) -> Figure:
    """Draw one game."""
    _refuse_menu(outcome)
    rows = Rows.likeliest(outcome, outcomes)
    pullers = main_groups(outcome, groups)
    height = 1.9 + 0.42 * len(rows.names) + 0.2 * ceil(len(pullers) / 4)
    figure = Picture(10.0 if groups else 6.0, height) if figure is None else figure
    figures.heading(figure, repr(outcome.mechanism.rule) if title is None else title)
    _panels(outcome, figure, rows, pullers)
    if legend:
        _legend(figure, outcome, pullers)
    return figures.whole(figure)


def draw_many(outcomes: Mapping[str, Outcome], figure: FigureBase | None, rows: int) -> Figure:
    """Draw several games of the same groups."""
    if not outcomes:
        raise InvalidInput("outcomes: there are none. Give at least one.")
    for outcome in outcomes.values():
        _refuse_menu(outcome)
    first = next(iter(outcomes.values()))
    pullers = main_groups(first, len(GROUPS) if first.game.shape[0] <= len(GROUPS) else 0)
    chosen = {name: Rows.likeliest(outcome, rows) for name, outcome in outcomes.items()}
    columns = min(len(outcomes), 2)
    lines = ceil(len(outcomes) / columns)
    tallest = max(len(each.names) for each in chosen.values())
    if figure is None:
        figure = Picture(8.0 * columns, lines * (0.85 + 0.27 * tallest) + 0.5)
    cells = np.ravel(figure.subfigures(lines, columns, squeeze=False))
    for cell, (name, outcome) in zip(cells, outcomes.items(), strict=False):
        figures.heading(cell, one_line(name, 60), "medium")
        _panels(outcome, cell, chosen[name], pullers, compact=True)
    _legend(figure, first, pullers)
    return figures.whole(figure)


@dataclass(frozen=True)
class Rows:
    """The outcomes that get a row, likeliest first, and the names of all rows."""

    shown: NDArray[np.intp]
    names: tuple[str, ...]
    more: int

    @classmethod
    def likeliest(cls, outcome: Outcome, count: int) -> Rows:
        """Choose those of largest reference or model mass."""
        size = outcome.model.size
        count = size if size <= count + 1 else max(1, count)
        either = np.maximum(outcome.game.reference, outcome.model)
        kept = np.argsort(-either, kind="stable")[:count]
        kept = kept[np.argsort(-outcome.model[kept], kind="stable")]
        names = tuple(str(outcome.game.outcomes[x]) for x in kept)
        more = size - count
        return cls(kept, names if not more else (*names, f"{more:,} more (sum)"), more)

    def of(self, masses: Array) -> Array:
        """Return the masses of the rows."""
        if not self.more:
            return masses[self.shown]
        return np.append(masses[self.shown], np.delete(masses, self.shown).sum())


def main_groups(outcome: Outcome, count: int) -> list[int]:
    """Return the groups that pay most (or, without payments, get most), in the game's order."""
    paid = outcome.payments if np.isfinite(outcome.payments).all() else outcome.utilities
    return sorted(np.argsort(-paid, kind="stable")[:count].tolist())


def pull(outcome: Outcome, group: int) -> Array:
    """Return π − π₋ᵢ, (outcomes,): what the group moves."""
    rule, game = outcome.mechanism.rule, outcome.game
    assert not isinstance(rule, FiniteMenu)
    if game.shape[0] == 1:
        return outcome.model - game.reference
    if not rule.affine_maximizer:
        return outcome.model - rule.train(game.without(group)).model
    others = np.array(game.sizes)
    others[group] = 0.0
    return outcome.model - rule.value_function(game).solve(others).model


def _panels(
    outcome: Outcome, figure: FigureBase, rows: Rows, pullers: list[int], *, compact: bool = False
) -> None:
    size = "small" if compact else "medium"
    width = 2 if pullers else 1
    panels = figure.subplots(1, width, squeeze=False, sharey=True)[0]
    _masses(panels[0], outcome, rows, size)
    if pullers:
        _pulls(panels[1], outcome, rows, pullers, size)
    if not compact:
        for axes, name in zip(panels, PANELS[:width], strict=True):
            axes.set_title(name, fontsize="medium", color=INK)


def _masses(axes: Axes, outcome: Outcome, rows: Rows, size: str) -> None:
    places = np.arange(len(rows.names))
    before, after = rows.of(outcome.game.reference), rows.of(outcome.model)
    axes.barh(places - 0.19, 100 * before, 0.36, color=REFERENCE)
    axes.barh(places + 0.19, 100 * after, 0.36, color=MODEL)
    named = rows.shown.size
    longest = 100 * max(before[:named].max(), after[:named].max())
    for place, mass in zip(places, after, strict=True):
        _mass_label(axes, place + 0.19, mass, longest)
    figures.rows(axes, rows.names, size=size)
    figures.bars_axis(axes, 0, 1.17 * longest, size=size)
    axes.set_xlabel("probability (%)", fontsize=size, color=INK)


def _mass_label(axes: Axes, place: float, mass: float, longest: float) -> None:
    """Write a probability at the end of its bar, inside where the bar leaves the panel."""
    over = 100 * mass > 1.02 * longest
    axes.annotate(
        f"{percent(mass)}, beyond the axis" if over else percent(mass),
        (1.17 * longest if over else 100 * mass, place),
        xytext=(-4 if over else 3, 0),
        textcoords="offset points",
        ha="right" if over else "left",
        va="center",
        fontsize="x-small",
        color="white" if over else INK,
    )


def _pulls(axes: Axes, outcome: Outcome, rows: Rows, pullers: list[int], size: str) -> None:
    places = np.arange(len(rows.names))
    right, left = np.zeros((2, places.size))
    for group, colour in zip(pullers, GROUPS, strict=False):
        points = 100 * rows.of(pull(outcome, group))
        axes.barh(places, points, 0.62, left=np.where(points > 0, right, left), color=colour)
        right += np.maximum(points, 0)
        left += np.minimum(points, 0)
    extent = max(right.max(), -left.min()) or 1.0
    figures.bars_axis(axes, -1.08 * extent, 1.08 * extent, size=size)
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelleft=False)
    axes.set_xlabel("π less π without the group (% points)", fontsize=size, color=INK)


def _legend(figure: FigureBase, outcome: Outcome, pullers: list[int]) -> None:
    names = ["reference", "trained model", *(outcome.game.groups[i] for i in pullers)]
    left = outcome.game.shape[0] - len(pullers)
    note = f"pulls of the {len(pullers)} of {left + len(pullers):,} groups that pay most"
    colours = [REFERENCE, MODEL, *GROUPS[: len(pullers)]]
    figures.legend(figure, names, colours, title=note if pullers and left else None)


def _refuse_menu(outcome: Outcome) -> None:
    if isinstance(outcome.mechanism.rule, FiniteMenu):
        raise InvalidInput(
            "allocation: a finite menu chooses one of the given models and trains none. Plot "
            "`rule.welfare(sizes)` by entry, or the payments."
        )
