"""Witnesses about listed types: payments, a tree that makes them largest, a cycle that forbids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mdsolve.certificates import check
from mdsolve.certificates.page import drawings
from mdsolve.certificates.page.figures import cell, figure
from mdsolve.certificates.page.markup import Column, Markup, element, facts, label, section, table
from mdsolve.certificates.page.numbers import matrix, vector, welfare_units
from mdsolve.certificates.page.reading import Reading

PRODUCTS = 200_000  # of exact numbers, which the page makes at most to find best misreports


def implementable(reading: Reading) -> list[Markup]:
    """Show the payments, and what proves that none are larger or leave less to gain."""
    found = reading.witness
    claims = facts(
        [
            ("may gain by a misreport, at most (epsilon)", welfare_units(found.get("epsilon"))),
            ("truth gives each type at least", welfare_units(found.get("participation"))),
        ]
    )
    return [
        section("Witness: payments", claims, *_payments(reading)),
        _tree(reading),
        _cycle(reading, "Witness: no payments leave less to gain"),
    ]


def not_implementable(reading: Reading) -> list[Markup]:
    """Show the cycle around which payments cancel."""
    gain = facts([("some type gains at least", welfare_units(reading.witness.get("gain")))])
    return [_cycle(reading, "Witness: a cycle of misreports", gain)]


def _payments(reading: Reading) -> list[Markup]:
    w = _types(reading, "types payments")
    if w is None:
        return []
    truths = [check.valued(w, t, t) - price for t, price in enumerate(w.payments)]
    best = _best_misreports(w)
    least, most = min(0, *w.payments), max(0, *w.payments)
    columns = [
        Column("type", figures=False),
        Column("pays", "welfare units"),
        Column("", figures=False),
        Column("gets by truth", "welfare units"),
    ]
    if best:
        columns += [Column("best misreport", figures=False), Column("gains", "welfare units")]
    rows = (
        [
            label(name),
            cell(w.payments[t]),
            drawings.interval(w.payments[t], w.payments[t], least, most),
            cell(truths[t]),
            *([label(w.types[best[t][0]], 40), cell(best[t][1] - truths[t])] if best else []),
        ]
        for t, name in enumerate(w.types)
    )
    strip = drawings.strip(w.payments, "the payments") if len(w.types) > 16 else None
    return [
        *([element("figure", strip, element("figcaption", "all payments"))] if strip else []),
        table("payments of the listed types", columns, rows, len(w.types)),
    ]


def _best_misreports(w: Any) -> list[tuple[int, Any]] | None:
    """Return each type's best report other than its own and what it gets, where that is quick."""
    count = len(w.types)
    wide = 1 if w.form == "table" else len(w.outcomes)
    if count < 2 or count * count * wide > PRODUCTS:
        return None
    found: list[tuple[int, Any]] = []
    for t in range(count):
        gets = ((s, check.valued(w, t, s) - w.payments[s]) for s in range(count) if s != t)
        found.append(max(gets, key=lambda pair: pair[1]))
    return found


def _tree(reading: Reading) -> Markup:
    """Show against what each payment is tight, in the tree's order."""
    w = _types(reading, "types payments tree")
    if w is None or not all(_edge(edge, len(w.types)) for edge in w.tree):
        return Markup()
    columns = [Column("type", figures=False), Column("is indifferent to", figures=False),
               Column("pays", "welfare units")]  # fmt: skip
    rows = (
        [
            label(w.types[t]),
            element("em", "staying out") if s is None else label(w.types[s]),
            cell(w.payments[t]),
        ]
        for t, s in w.tree
    )
    return section(
        "Witness: no such payments are larger",
        element(
            "p",
            "Each type is indifferent between truth and the report beside it, or staying out; "
            "followed upward, all lead to staying out. Were any payment larger, one of these "
            "types would no longer tell the truth, or take part.",
        ),
        drawings.tree(w.types, w.tree),
        table("the tree, in order", columns, rows, len(w.tree)),
    )


def _edge(edge: Any, count: int) -> bool:
    if not isinstance(edge, list) or len(edge) != 2:
        return False
    return _place(edge[0], count) and (edge[1] is None or _place(edge[1], count))


def _place(t: Any, count: int) -> bool:
    return type(t) is int and 0 <= t < count


def _cycle(reading: Reading, title: str, *before: Markup) -> Markup:
    w = _types(reading, "types cycle")
    if w is None or not (w.cycle and all(_place(t, len(w.types)) for t in w.cycle)):
        return section(title, *before) if before else Markup()
    pairs = list(zip(w.cycle, [w.cycle[-1], *w.cycle[:-1]], strict=True))
    truth = [check.valued(w, t, t) for t, _ in pairs]
    other = [check.valued(w, t, s) for t, s in pairs]
    lengths = [a - b for a, b in zip(truth, other, strict=True)]
    columns = [
        Column("type", figures=False),
        Column("may report", figures=False),
        Column("value of truth", "welfare units"),
        Column("of the report", "welfare units"),
        Column("length"),
    ]
    rows = (
        [label(w.types[t]), label(w.types[s]), cell(truth[k]), cell(other[k]), cell(lengths[k])]
        for k, (t, s) in enumerate(pairs)
    )
    total: Any = sum(lengths)
    return section(
        title,
        *before,
        element("figure", drawings.cycle([w.types[t] for t in w.cycle], lengths)),
        element(
            "p",
            "An arrow leads to the report that a type may send; its length is what truth is worth "
            "more to the type before payments. Payments cancel around the cycle, so the mean "
            f"length {figure(total / len(pairs))} is what truth is worth on average after them.",
        ),
        table("the edges of the cycle", columns, rows, len(pairs)),
    )


def _types(reading: Reading, names: str) -> Any:
    """Return the fields by which types are valued, and these."""
    form = reading.form
    inputs = "values" if form == "table" else "sizes rewards allocations outcomes"
    w = reading.known(f"{inputs} {names}") if form in check.TABLES else None
    if w is not None:
        w.form = form
        if form == "types":
            w.rows = [[size * x for x in row] for size, row in zip(w.sizes, w.rewards, strict=True)]
    return w


def data(reading: Reading) -> list[Markup]:
    """Show the table of valuations, or types with their rewards and what their reports lead to."""
    if reading.form == "table":
        return _valuations(reading)
    p = reading.problem
    types, outcomes = p.get("types"), p.get("outcomes")
    shown = [facts([("domain of the rewards", p.get("domain")), ("types", _count(types))])]
    if types and outcomes:
        for field, caption, unit in (
            ("rewards", "rewards of each type for each outcome", "per member"),
            ("allocations", "what each report leads to", "probability"),
        ):
            if field in p:
                shown.append(matrix(caption, "type", types, outcomes, p[field], unit))
    if types and "sizes" in p:
        shown.append(vector("sizes of the types", "type", types, p["sizes"], "members"))
    return shown


def _valuations(reading: Reading) -> list[Markup]:
    types, values = reading.problem.get("types"), reading.problem.get("values")
    if not (types and values):
        return []
    return [matrix("what each type values each report at", "type", types, types, values,
                   "welfare units")]  # fmt: skip


def _count(names: Sequence[str] | None) -> str | None:
    return None if names is None else f"{len(names):,}"
