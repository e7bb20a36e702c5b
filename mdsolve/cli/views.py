"""Tables for people: one game in full, many in a line each with totals by group."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from mdsolve.cli.unpaid import Unpaid
from mdsolve.frontier import Frontier
from mdsolve.mechanism import Outcome
from mdsolve.outcome_views import bracket_line, one_line, percent

Solved = Sequence[tuple[str | None, Outcome]]

MOST_OUTCOMES, MOST_GROUPS, MOST_PROMPTS = 20, 20, 40
#: so many groups have a column each
WIDE = 5


def console() -> Console:
    """Return stdout, wide enough for whole tables where it is no terminal."""
    width = None if sys.stdout.isatty() else 140
    return Console(width=width, markup=False, highlight=False, emoji=False)


def note(text: str) -> None:
    """Say something on stderr."""
    Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True).print(text)


def grid(*headers: str, left: int = 1, title: str | None = None) -> Table:
    """Return an empty table whose first ``left`` columns are text."""
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    for k, header in enumerate(headers):
        justify = "left" if k < left else "right"
        table.add_column(header, justify=justify, overflow="fold")
    return table


def show_solved(solved: Solved, *, default_sizes: bool) -> None:
    """Print one game in full, or a line a prompt and totals by group."""
    mechanism = solved[0][1].mechanism
    out = console()
    out.print(f"{mechanism.rule!r}, {mechanism.payment!r}")
    if len(solved) == 1:
        prompt, outcome = solved[0]
        out.print(_models(outcome, prompt))
        out.print(_groups([outcome]))
        out.print(bracket_line(outcome))
    else:
        out.print(_prompts(solved))
        out.print("Payments and utilities are in welfare units.")
        out.print(_groups([outcome for _, outcome in solved]))
        widest = max(solved, key=lambda pair: pair[1].training.gap)
        out.print(f"widest bracket: prompt {one_line(widest[0])}, {bracket_line(widest[1])}")
    if isinstance(mechanism.payment, Unpaid):
        out.print(
            "No payments: none that makes truth pay was asked for, or is known, for this rule."
        )
    if default_sizes:
        out.print("Sizes are 1 each; give others with --sizes NAME=NUMBER,...")


def show_frontier(
    frontier: Frontier, groups: Sequence[str], title: str, *, default_sizes: bool
) -> None:
    """Print a line a strength."""
    shown = list(groups[:WIDE])
    headers = [f"value {one_line(name, 20)}" for name in shown]
    table = grid("strength", "welfare", "divergence", *headers, left=0, title=title)
    for k in np.argsort(frontier.strengths, kind="stable"):
        numbers = (frontier.strengths[k], frontier.welfare[k], frontier.divergence[k])
        table.add_row(*map(_number, (*numbers, *frontier.values[k, : len(shown)])))
    out = console()
    out.print(table)
    out.print("Strength and welfare in welfare units, values in reward units.")
    if len(groups) > len(shown):
        out.print(f"{len(groups) - len(shown):,} more groups: see --json.")
    if default_sizes:
        out.print("Sizes are 1 each; give others with --sizes NAME=NUMBER,...")


def _models(outcome: Outcome, prompt: str | None) -> Table:
    title = None if prompt is None else one_line(prompt, 100)
    table = grid("outcome", "reference", "model", "change", title=title)
    reference, model = outcome.game.reference, outcome.model
    order = np.argsort(-model, kind="stable")
    for x in order[:MOST_OUTCOMES]:
        change = f"{100 * (model[x] - reference[x]):+.1f} points"
        name = one_line(outcome.game.outcomes[x], 60)
        table.add_row(name, percent(reference[x]), percent(model[x]), change)
    rest = order[MOST_OUTCOMES:]
    if rest.size:
        before, after = reference[rest].sum(), model[rest].sum()
        change = f"{100 * (after - before):+.1f} points"
        table.add_row(f"{rest.size:,} more", percent(before), percent(after), change)
    return table


def _groups(outcomes: Sequence[Outcome]) -> Table:
    """Return sizes, mean values, and payments and utilities in total."""
    many = len(outcomes) > 1
    first = outcomes[0]
    values = np.mean([outcome.values for outcome in outcomes], axis=0)
    payments = np.sum([outcome.payments for outcome in outcomes], axis=0)
    utilities = np.sum([outcome.utilities for outcome in outcomes], axis=0)
    table = grid(
        "group",
        "size",
        "mean value\n(reward units)" if many else "value\n(reward units)",
        "payments,\nin total" if many else "payment\n(welfare units)",
        "utilities,\nin total" if many else "utility\n(welfare units)",
        title=f"All {len(outcomes)} prompts" if many else None,
    )
    order = np.argsort(-np.nan_to_num(payments), kind="stable")
    for i in order[:MOST_GROUPS] if order.size > MOST_GROUPS else range(order.size):
        numbers = (first.game.sizes[i], values[i], payments[i], utilities[i])
        table.add_row(one_line(first.game.groups[i]), *map(_number, numbers))
    rest = order[MOST_GROUPS:]
    if rest.size:
        numbers = (values[rest].mean(), payments[rest].sum(), utilities[rest].sum())
        table.add_row(f"{rest.size:,} more (mean, sums)", "", *map(_number, numbers))
    return table


def _prompts(solved: Solved) -> Table:
    """Return a line a prompt: its likeliest outcome, and what each group pays, or gets."""
    first = solved[0][1]
    paid = not isinstance(first.mechanism.payment, Unpaid)
    verb = "pays" if paid else "gets"
    names = [one_line(group, 20) for group in first.game.groups]
    wide = len(names) <= WIDE
    headers = [f"{name}\n{verb}" for name in names] if wide else [f"all groups\n{verb[:-1]}"]
    table = grid("prompt", "likeliest outcome", "its reference", "its model", *headers, left=2)
    for prompt, outcome in solved[:MOST_PROMPTS]:
        top = int(outcome.model.argmax())
        amounts = outcome.payments if paid else outcome.utilities
        table.add_row(
            one_line(prompt),
            one_line(outcome.game.outcomes[top]),
            percent(outcome.game.reference[top]),
            percent(outcome.model[top]),
            *map(_number, amounts if wide else [amounts.sum()]),
        )
    if len(solved) > MOST_PROMPTS:
        more = f"{len(solved) - MOST_PROMPTS:,} more: see --prompt, --json or --out"
        table.add_row(more, *[""] * (3 + len(headers)))
    return table


def _number(number: float) -> str:
    return "none" if np.isnan(number) else f"{number:.4g}"
