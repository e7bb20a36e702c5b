"""Tables for people: one game in full, many in a line each with totals by group."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from mdsolve.cli.unpaid import Unpaid
from mdsolve.frontiers import Frontier
from mdsolve.mechanism import Outcome
from mdsolve.outcome_views import bracket_line, may_lose, one_line, participation_line, percent

Solved = Sequence[tuple[str | None, Outcome]]

MOST_OUTCOMES, MOST_GROUPS, MOST_PROMPTS = 20, 20, 40
DEFAULT_SIZES = "Sizes are 1 each; give others with --sizes NAME=NUMBER,..."
#: so many groups have a column each
WIDE = 5


def console() -> Console:
    """Return stdout, wide enough for whole tables where it has no width of its own."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 140
    return Console(width=width, markup=False, highlight=False, emoji=False)


def note(text: str) -> None:
    """Say something on stderr."""
    Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True).print(text)


def grid(*headers: str, left: int = 1, title: str | None = None) -> Table:
    """Return an empty table whose first ``left`` columns are text."""
    table = Table(
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
        title=title,
        title_justify="left",
        title_style="bold",
    )
    for k, header in enumerate(headers):
        justify = "left" if k < left else "right"
        table.add_column(header, justify=justify, vertical="bottom", overflow="fold")
    return table


def show_solved(solved: Solved, *, default_sizes: bool) -> None:
    """Print one game in full, or a line a prompt and totals by group."""
    mechanism = solved[0][1].mechanism
    out = console()
    out.print(f"{mechanism.rule!r}, {mechanism.payment!r}\n")
    if len(solved) == 1:
        prompt, outcome = solved[0]
        out.print(_models(outcome, prompt), "", _groups([outcome]), "", sep="\n")
        out.print(bracket_line(outcome), soft_wrap=True)
    else:
        outcomes = [outcome for _, outcome in solved]
        out.print(_prompts(solved, out.width), "", _groups(outcomes), "", sep="\n")
        name, widest = max(solved, key=lambda pair: pair[1].training.gap)
        out.print(f"widest bracket, at {one_line(name)}: {bracket_line(widest)}", soft_wrap=True)
        out.print("Payments and utilities are in welfare units.")
    dearest = max(solved, key=lambda pair: max(may_lose(pair[1]).values(), default=0.0))
    if said := participation_line(dearest[1]):
        where = f"{one_line(dearest[0])}: " if len(solved) > 1 else ""
        out.print(f"{where}{said}", soft_wrap=True)
    if isinstance(mechanism.payment, Unpaid):
        out.print(_no_payments(mechanism.rule))
    if default_sizes:
        out.print(DEFAULT_SIZES)


def show_frontier(
    frontier: Frontier, groups: Sequence[str], title: str, *, default_sizes: bool
) -> None:
    """Print a line a strength."""
    shown = list(groups[:WIDE])
    headers = [f"{one_line(name, 20)}\nvalue" for name in shown]
    table = grid("strength", "welfare", "divergence", *headers, left=0, title=title)
    rows = np.column_stack(
        [frontier.strengths, frontier.welfare, frontier.divergence, frontier.values]
    )
    for row in rows[np.argsort(frontier.strengths, kind="stable")].tolist():
        table.add_row(*map(_number, row[: 3 + len(shown)]))
    out = console()
    out.print(table, "", sep="\n")
    out.print("Strength and welfare in welfare units, values in reward units.")
    if len(groups) > len(shown):
        out.print(f"{len(groups) - len(shown):,} more groups: see --json.")
    if default_sizes:
        out.print(DEFAULT_SIZES)


def _no_payments(rule: object) -> str:
    if getattr(rule, "affine_maximizer", False):
        return "No payments, as asked: groups may gain by misreporting."
    return f"No payments: none that makes truth pay is known for {type(rule).__name__}."


def _models(outcome: Outcome, prompt: str | None) -> Table:
    title = None if prompt is None else one_line(prompt, 100)
    table = grid("outcome", "reference", "model", "change", title=title)
    reference, model = outcome.game.reference, outcome.model
    order = np.argsort(-model, kind="stable")
    for x in order[:MOST_OUTCOMES].tolist():
        change = f"{100 * (model[x] - reference[x]):+.1f} points"
        name = one_line(outcome.game.outcomes[x], 60)
        table.add_row(name, percent(float(reference[x])), percent(float(model[x])), change)
    rest = order[MOST_OUTCOMES:]
    if rest.size:
        before, after = float(reference[rest].sum()), float(model[rest].sum())
        change = f"{100 * (after - before):+.1f} points"
        table.add_row(f"{rest.size:,} more", percent(before), percent(after), change)
    return table


def _groups(outcomes: Sequence[Outcome]) -> Table:
    """Return sizes and values, and payments and utilities in total."""
    many = len(outcomes) > 1
    game, payment = outcomes[0].game, outcomes[0].mechanism.payment
    columns = {"value\n(reward units)": np.mean([each.values for each in outcomes], axis=0)}
    if outcomes[0].floors:
        floors = [[floor.value for floor in each.floors] for each in outcomes]
        columns["its floor\n(welfare units)"] = np.sum(floors, axis=0)
    if not isinstance(payment, Unpaid):
        columns["payment\n(welfare units)"] = np.sum([each.payments for each in outcomes], axis=0)
    utilities = np.sum([each.utilities for each in outcomes], axis=0)
    columns["utility\n(welfare units)"] = utilities
    title = f"All {len(outcomes)} prompts: mean value, total payment and utility" if many else None
    table = grid("group", "size", *columns, title=title)
    ranked = np.argsort(-list(columns.values())[-2], kind="stable")
    fits = ranked.size <= MOST_GROUPS
    for i in range(ranked.size) if fits else ranked[:MOST_GROUPS]:
        numbers = (game.sizes[i], *(numbers[i] for numbers in columns.values()))
        table.add_row(one_line(game.groups[i]), *map(_number, numbers))
    rest = ranked[MOST_GROUPS:]
    if rest.size:
        numbers = (numbers[rest].mean() for numbers in columns.values())
        table.add_row(f"{rest.size:,} more (mean)", "", *map(_number, numbers))
    return table


def _prompts(solved: Solved, width: int) -> Table:
    """Return a line a prompt: its likeliest outcome, and what the groups pay, or get."""
    first = solved[0][1]
    paid = not isinstance(first.mechanism.payment, Unpaid)
    verb = "pay" if paid else "get"
    names = [one_line(group, 20) for group in first.game.groups]
    wide = len(names) <= WIDE and sum(max(8, len(name)) + 2 for name in names) <= width - 50
    headers = [f"{name}\n{verb}s" for name in names] if wide else [f"all groups\n{verb}"]
    table = grid("prompt", "likeliest\noutcome", "its\nreference", "its\nmodel", *headers, left=2)
    for prompt, outcome in solved[:MOST_PROMPTS]:
        top = int(outcome.model.argmax())
        amounts = (outcome.payments if paid else outcome.utilities).tolist()
        table.add_row(
            one_line(prompt, 30),
            one_line(outcome.game.outcomes[top], 30),
            percent(outcome.game.reference[top]),
            percent(outcome.model[top]),
            *map(_number, amounts if wide else [sum(amounts)]),
        )
    if len(solved) > MOST_PROMPTS:
        more = f"{len(solved) - MOST_PROMPTS:,} more: see --prompt, --json or --out"
        table.add_row(more, *[""] * (3 + len(headers)))
    return table


def _number(number: float) -> str:
    return f"{number:.4g}"
