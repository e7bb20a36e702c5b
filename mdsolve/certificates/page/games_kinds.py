"""Witnesses about a game: a bracket on its optimum, on payments, on a floor."""

from __future__ import annotations

from collections.abc import Callable
from heapq import nlargest
from typing import Any

from mdsolve.certificates import check
from mdsolve.certificates.page import drawings
from mdsolve.certificates.page.figures import cell, ends, figure, upper
from mdsolve.certificates.page.markup import (
    Column,
    Markup,
    element,
    facts,
    joined,
    label,
    section,
    table,
)
from mdsolve.certificates.page.numbers import matrix, vector, welfare_units
from mdsolve.certificates.page.reading import Reading

LIKELIEST = 200


def gap(reading: Reading) -> list[Markup]:
    """Show the bracket that the model and the multiplier prove, and the model."""
    found = reading.witness
    return [
        section(
            "Witness: a bracket on the optimum",
            _bracket(reading, _optimum, "the optimum of the training rule"),
            facts(
                [
                    ("claimed gap", welfare_units(found.get("gap"))),
                    ("multiplier ν", welfare_units(found.get("multiplier"))),
                ]
            ),
            _weights(reading),
        ),
        section("Witness: the model", _model(reading)),
    ]


def incentive(reading: Reading) -> list[Markup]:
    """Show each group's interval of payment and of utility, flagged where truth may cost it."""
    found = reading.witness
    return [
        section(
            "Witness: payments as intervals",
            _payments(reading),
            facts(
                [
                    ("a group gains by a lie at most", welfare_units(found.get("gap"))),
                    ("truth costs a group at most", welfare_units(found.get("participation_loss"))),
                ]
            ),
        ),
        section(
            "Witness: a bracket on welfare",
            _bracket(reading, _welfare, "the most welfare at the stated profile"),
        ),
        section("Witness: models", _model(reading), _pivots(reading)),
    ]


def floor(reading: Reading) -> list[Markup]:
    """Show the bracket on the least welfare, the report above it and the models below it."""
    found, outcomes = reading.witness, reading.problem.get("outcomes")
    parts: list[Markup | None] = []
    low, high = found.get("lower"), found.get("upper")
    if low is not None and high is not None and low <= high:
        parts.append(element("figure", drawings.bracket(low, high, "the floor")))
    else:
        parts.append(facts([("lower", welfare_units(low)), ("upper", welfare_units(high))]))
    parts.append(facts([("multiplier ν", welfare_units(found.get("multiplier")))]))
    models: list[Markup] = []
    if outcomes and "report" in found:
        models.append(
            matrix(
                "the report that proves the upper end",
                "",
                ["worst found"],
                outcomes,
                [found["report"]],
                "reward per member",
            )
        )
    if outcomes and "models" in found:
        given = found["models"]
        vertices = reading.problem.get("domain") == "max" and len(given) == len(outcomes)
        names = outcomes if vertices else [f"model {k + 1}" for k in range(len(given))]
        caption = "models that prove the lower end" + (
            ", one for each outcome of which the reward is 1" if vertices else ""
        )
        models.append(matrix(caption, "", names, outcomes, given, "probability"))
    return [
        section("Witness: a bracket on the floor", *parts),
        section("Witness: a report and models", *models),
    ]


def _optimum(reading: Reading) -> tuple[Any, Any] | None:
    """Return the ends that a `gap` witness proves (the sums of `check.gap`)."""
    w = reading.known("sizes rewards reference divergence strength rule weights model multiplier")
    if w is None:
        return None
    c = check.combined(w, w.weights)
    total, conjugate = check.welfare(w, [check.dot(row, w.model) for row in w.rewards])
    zero = [0] * len(w.model)
    return total + check.below(w, zero, w.model)[0], check.above(w, c, w.multiplier) - conjugate


def _welfare(reading: Reading) -> tuple[Any, Any] | None:
    """Return the ends that an `incentive` witness proves for the stated profile."""
    w = reading.known("sizes rewards reference divergence strength model multiplier")
    if w is None:
        return None
    c = check.combined(w, w.sizes)
    return check.below(w, c, w.model)[0], check.above(w, c, w.multiplier)


def _bracket(
    reading: Reading, prove: Callable[[Reading], tuple[Any, Any] | None], what: str
) -> Markup | None:
    """Draw the interval that a witness proves, or say why it proves none."""
    try:
        proved = prove(reading)
    except check.Rejected as error:
        return element("p", f"The witness proves no bracket: {error}.", class_="warning")
    if proved is None:
        return None
    drawn = drawings.bracket(*proved, what)
    return element("figure", drawn, element("figcaption", f"{what}, in welfare units"))


def _weights(reading: Reading) -> Markup | None:
    groups, weights = reading.problem.get("groups"), reading.witness.get("weights")
    if not (groups and weights) or reading.problem.get("rule") == "social":
        return None
    caption = "weights of the groups, under which the rule's optimum is a weighted sum's"
    return vector(caption, "group", groups, weights, "weight")


def _model(reading: Reading) -> Markup | None:
    """Show the likeliest outcomes of the model beside the reference."""
    w = reading.known("outcomes reference model")
    if w is None:
        return None
    count = len(w.outcomes)
    order = nlargest(LIKELIEST, range(count), key=lambda x: w.model[x])
    most = max(*w.model, *w.reference, 0)
    columns = [
        Column("outcome", figures=False),
        Column("reference", "probability"),
        Column("model", "probability"),
        Column("", figures=False),
    ]
    rows = (
        [
            label(w.outcomes[x]),
            cell(w.reference[x]),
            cell(w.model[x]),
            drawings.share(w.model[x], w.reference[x], most),
        ]
        for x in order
    )
    return table(
        "the model, likeliest outcomes first; a tick marks the reference", columns, rows, count
    )


def _payments(reading: Reading) -> Markup | None:
    """Show what each group pays and what is left to it, with a warning where that may be < 0."""
    w = reading.known("groups sizes rewards model payment_lower payment_upper radius")
    if w is None:
        return None
    worth = [size * check.dot(row, w.model) for size, row in zip(w.sizes, w.rewards, strict=True)]
    least, most = min(0, *w.payment_lower), max(0, *w.payment_upper)
    moves = any(w.radius)
    columns = [
        Column("group", figures=False),
        Column("pays, between", "welfare units"),
        Column("", figures=False),
        Column("width", "welfare units"),
        Column("is left, between", "welfare units"),
        *([Column("radius", "per member")] if moves else []),
    ]
    rows = (
        [
            label(name),
            _interval(w.payment_lower[i], w.payment_upper[i]),
            drawings.interval(w.payment_lower[i], w.payment_upper[i], least, most),
            upper(w.payment_upper[i] - w.payment_lower[i]),
            _left(worth[i] - w.payment_upper[i], worth[i] - w.payment_lower[i]),
            *([cell(w.radius[i])] if moves else []),
        ]
        for i, name in enumerate(w.groups)
    )
    return table("payments and utilities at the stated profile", columns, rows, len(w.groups))


def _interval(low: Any, high: Any) -> Markup:
    if low == high:
        return cell(low)
    empty = low > high
    one, other = (figure(low), f"{figure(high)}: empty") if empty else ends(low, high)
    kind = "warning" if empty else None
    return joined([element("div", one, class_=kind), element("div", other, class_=kind)])


def _left(low: Any, high: Any) -> Markup:
    shown = _interval(low, high)
    if low >= 0:
        return shown
    warning = "may lose by taking part" if high >= 0 else "loses by taking part"
    return joined([shown, element("strong", warning, class_="warning")])


def _pivots(reading: Reading) -> Markup | None:
    p, pivots = reading.problem, reading.witness.get("pivots")
    groups, outcomes = p.get("groups"), p.get("outcomes")
    if not (groups and outcomes and pivots):
        return None
    columns = [list(column) for column in zip(*pivots, strict=True)]
    return matrix(
        "models without each group, which price its presence",
        "outcome",
        outcomes,
        groups,
        columns,
        "probability",
    )
