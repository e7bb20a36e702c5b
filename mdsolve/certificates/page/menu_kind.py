"""A menu: its entries by welfare, the chosen one, and the pivots that groups pay."""

from __future__ import annotations

from mdsolve.certificates import check
from mdsolve.certificates.page import drawings
from mdsolve.certificates.page.figures import cell
from mdsolve.certificates.page.markup import Column, Markup, label, section, table
from mdsolve.certificates.page.numbers import matrix, vector
from mdsolve.certificates.page.reading import Reading


def menu(reading: Reading) -> list[Markup]:
    """Show the menu's entries by welfare, the chosen one, and the pivots that groups pay."""
    w = reading.known("groups entries sizes values boosts")
    if w is None:
        return []
    choice = reading.witness.get("choice")
    chosen = choice if isinstance(choice, int) and 0 <= choice < len(w.entries) else None
    totals = [
        check.dot(w.sizes, row) + boost for row, boost in zip(w.values, w.boosts, strict=True)
    ]
    least, most = min(0, *totals), max(0, *totals)
    entries = table(
        "the menu; the chosen entry is marked",
        [
            Column("entry", figures=False),
            Column("welfare", "welfare units"),
            Column("boost", "welfare units"),
            Column("together"),
            Column("", figures=False),
        ],
        (
            [
                label(name),
                cell(totals[k] - w.boosts[k]),
                cell(w.boosts[k]),
                cell(totals[k]),
                drawings.interval(totals[k], totals[k], least, most),
            ]
            for k, name in enumerate(w.entries)
        ),
        len(w.entries),
        chosen=chosen,
    )
    paid = reading.witness.get("payments")
    if paid is None:
        return [section("Witness: the choice", entries)]
    least, most = min(0, *paid), max(0, *paid)
    payments = table(
        "payments: what each group's presence costs the others",
        [
            Column("group", figures=False),
            Column("pays", "welfare units"),
            Column("", figures=False),
            Column("gets", "welfare units"),
        ],
        (
            [
                label(name),
                cell(paid[i]),
                drawings.interval(paid[i], paid[i], least, most),
                cell(w.sizes[i] * w.values[chosen][i] - paid[i]) if chosen is not None else "–",
            ]
            for i, name in enumerate(w.groups)
        ),
        len(w.groups),
    )
    return [section("Witness: the choice", entries), section("Witness: payments", payments)]


def data(reading: Reading) -> list[Markup]:
    """Show what each entry of a menu is worth to a member of each group, and the sizes."""
    p = reading.problem
    groups, entries = p.get("groups"), p.get("entries")
    shown: list[Markup] = []
    if groups and "sizes" in p:
        shown.append(vector("sizes of the groups", "group", groups, p["sizes"], "members"))
    if groups and entries and "values" in p:
        shown.append(
            matrix(
                "value of each entry to each group",
                "entry",
                entries,
                groups,
                p["values"],
                "per member",
            )
        )
    return shown
