"""The data of a game: its rule, its groups, their rewards and the reference."""

from __future__ import annotations

from typing import Any

from mdsolve.certificates.page.figures import figure
from mdsolve.certificates.page.markup import Markup, facts, label
from mdsolve.certificates.page.numbers import matrix, vector
from mdsolve.certificates.page.reading import Reading


def data(reading: Reading) -> list[Markup]:
    """Show a game: its rule, its groups, their rewards for each outcome and the reference."""
    p = reading.problem
    about = facts(
        [
            ("rule", _rule(p)),
            ("divergence", p.get("divergence")),
            ("strength λ", None if p.get("strength") is None else figure(p["strength"])),
            ("group of the floor", _group(p)),
            ("its least size", None if p.get("size") is None else figure(p["size"])),
            ("its domain", p.get("domain")),
        ]
    )
    shown = [about]
    groups, outcomes = p.get("groups"), p.get("outcomes")
    if groups and "sizes" in p:
        shown.append(vector("sizes of the groups", "group", groups, p["sizes"], "members"))
    if groups and outcomes and "rewards" in p:
        columns = [list(column) for column in zip(*p["rewards"], strict=True)]
        shown.append(
            matrix(
                "rewards of each group for each outcome",
                "outcome",
                outcomes,
                groups,
                columns,
                "per member",
            )
        )
    if outcomes and "reference" in p:
        shown.append(
            vector("reference before training", "outcome", outcomes, p["reference"], "probability")
        )
    return shown


def _rule(p: dict[str, Any]) -> str | None:
    alpha = p.get("alpha")
    return p.get("rule") if alpha is None else f"{p.get('rule')}, α = {figure(alpha)}"


def _group(p: dict[str, Any]) -> Markup | None:
    place, groups = p.get("group"), p.get("groups")
    if not (groups and isinstance(place, int) and 0 <= place < len(groups)):
        return None
    return label(groups[place], 80)
