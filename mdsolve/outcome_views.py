"""How an outcome shows itself: lines in a terminal, tables in a notebook, JSON in a file."""

from __future__ import annotations

import json
from html import escape
from math import isfinite
from typing import Any

import numpy as np

_SHOWN = 6


def one_line(name: object, width: int = 40) -> str:
    """Return a name on one line of printable characters, cut to ``width``.

    Examples
    --------
    >>> one_line("first   second third", 13)
    'first second…'
    """
    words = "".join(c if c.isprintable() else " " for c in str(name)).split()
    line = " ".join(words) or "(blank)"
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def percent(mass: float) -> str:
    """Return a probability as a percentage that is not rounded to zero.

    Examples
    --------
    >>> percent(0.25), percent(3.14e-9)
    ('25.0%', '3.1e-07%')
    """
    points = 100.0 * mass
    return f"{points:.1f}%" if points >= 0.1 else f"{points:.2g}%"


def text(outcome: Any) -> str:
    """Return the outcome in a few lines: the likeliest outcomes, the groups, the bracket."""
    return "\n".join(
        [
            f"{outcome.mechanism.rule!r}, paid by {outcome.mechanism.payment!r}",
            *_columns(("outcome", "reference", "model"), _outcome_rows(outcome)),
            *_columns(("group", "size", "value", "payment", "utility"), _group_rows(outcome)),
            bracket_line(outcome),
            *filter(None, [participation_line(outcome)]),
        ]
    )


def html(outcome: Any) -> str:
    """Return the same as two HTML tables."""
    return (
        f"<p><b>{escape(repr(outcome.mechanism.rule))}</b></p>"
        + _html_table(("outcome", "reference", "model"), _outcome_rows(outcome))
        + _html_table(("group", "size", "value", "payment", "utility"), _group_rows(outcome))
        + f"<p>{escape(bracket_line(outcome))}</p>"
        + f"<p>{escape(participation_line(outcome))}</p>"
    )


def json_text(data: Any) -> str:
    """Return JSON in which numbers that are not finite are null.

    Examples
    --------
    >>> print(json_text({"payments": [0.5, float("nan")]}))
    {
     "payments": [
      0.5,
      null
     ]
    }
    """
    return json.dumps(_finite(data), ensure_ascii=False, allow_nan=False, indent=1)


def _finite(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not isfinite(data) else data


def _outcome_rows(outcome: Any) -> list[tuple[str, ...]]:
    order = np.argsort(-outcome.model, kind="stable")[:_SHOWN]
    reference = outcome.game.reference if outcome.model.size == outcome.game.shape[1] else None
    rows = [
        (
            one_line(outcome.game.outcomes[x]) if reference is not None else f"entry {x}",
            f"{reference[x]:.4g}" if reference is not None else "",
            f"{outcome.model[x]:.4g}",
        )
        for x in order
    ]
    left = outcome.model.size - len(order)
    return [*rows, (f"and {left} more", "", "")] if left else rows


def _group_rows(outcome: Any) -> list[tuple[str, ...]]:
    game = outcome.game
    rows = [
        (
            one_line(game.groups[i]),
            *(
                f"{number:.4g}"
                for number in (
                    game.sizes[i],
                    outcome.values[i],
                    outcome.payments[i],
                    outcome.utilities[i],
                )
            ),
        )
        for i in range(min(_SHOWN, game.shape[0]))
    ]
    left = game.shape[0] - len(rows)
    return [*rows, (f"and {left} more", "", "", "", "")] if left else rows


def bracket_line(outcome: Any) -> str:
    """Return the bracket of the optimum, and what found it."""
    training: Any = outcome.training
    return (
        f"optimum in [{training.lower:.10g}, {training.upper:.10g}] welfare units "
        f"(gap {training.gap:.1e}, by {training.solver})"
    )


def may_lose(outcome: Any) -> dict[str, float]:
    """Return what truth may cost a group, where its payment's interval allows that at all."""
    costs = outcome.payment_upper - outcome.game.sizes * outcome.values
    return {
        str(outcome.game.groups[i]): float(costs[i]) for i in np.flatnonzero(costs > 0.0).tolist()
    }


def participation_line(outcome: Any) -> str:
    """Return whom truth may cost something, as far as payments are known; empty if nobody.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[-1.0, -1.0]])
    >>> outcome = md.Mechanism(md.SocialWelfare("l2", 1.0), md.AffineMaximizer()).run(game)
    >>> participation_line(outcome)
    "participation: truth may cost group 'group-0' up to 1 (its payment is known to within 7e-15)"
    """
    costs = may_lose(outcome)
    if not costs:
        return ""
    name = max(costs, key=costs.__getitem__)
    place = outcome.game.group_index(name)
    width = outcome.payment_upper[place] - outcome.payment_lower[place]
    others = len(costs) - 1
    more = f"; {others} more group{'s' * (others > 1)} no more than that" if others else ""
    return (
        f"participation: truth may cost group {one_line(name)!r} up to {costs[name]:.2g} (its "
        f"payment is known to within {width:.1g}){more}"
    )


def _columns(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(line[k]) for line in (header, *rows)) for k in range(len(header))]
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in (header, *rows)
    ]


def _html_table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
