"""Payments of listed types and what each type's best lie loses under them: text, JSON, tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import typer
from numpy.typing import NDArray

from mdsolve.cli import output, views
from mdsolve.incentives import NegativeCycle, Potentials, verify
from mdsolve.outcome_views import one_line

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]

MOST_TYPES = 40


@dataclass(frozen=True)
class Charged:
    """Payments of all types, and how much worse than truth each one's best lie is."""

    kind: str
    answer: Potentials
    payments: Array
    utilities: Array
    margins: Array
    nearest: tuple[str, ...]
    #: most that a type gains by a lie, decided exactly: rounding, or what the table's error hides
    slack: float

    @classmethod
    def of(cls, answer: Potentials, base: str | None, outside: float | None) -> Charged:
        """Charge shortest paths from a type, or the most that participation allows."""
        if base is None:
            floor = 0.0 if outside is None else outside
            kind = f"the largest that leave every type at least {floor:g}"
            paid = answer.revenue_maximal(floor)
        else:
            kind, paid = f"the largest that charge {base!r} nothing", answer.payments_from(base)
        after = answer.values - paid
        truth = np.diagonal(after).copy()
        np.fill_diagonal(after, -np.inf)
        lies, labels = after.argmax(axis=1), answer.labels
        margins = truth - after[np.arange(truth.size), lies]
        nearest = tuple([labels[int(lie)] for lie in lies] if truth.size > 1 else [""])
        slack = verify(answer.values, paid).least_eps
        return cls(kind, answer, paid, truth, margins, nearest, slack)


def report_cycle(found: NegativeCycle, *, as_json: bool, quiet: bool) -> None:
    """Print the cycle of types that no payments survive."""
    if as_json:
        cycle = {
            "implementable": False,
            "verdict": found.verdict,
            "cycle": list(found.names),
            "lengths": found.lengths.tolist(),
            "length": found.length,
            "gain": found.gain,
        }
        typer.echo(output.json_text(cycle))
    elif not quiet:
        views.console().print(str(found), soft_wrap=True)


def as_object(charged: Charged) -> dict[str, Any]:
    """Return payments, utilities and margins by type."""
    labels = list(charged.answer.labels)

    def by_type(numbers: Any) -> dict[str, Any]:
        return dict(zip(labels, numbers, strict=True))

    return {
        "implementable": True,
        "verdict": charged.answer.verdict,
        "kind": charged.kind,
        "slack": charged.slack,
        "error": charged.answer.error,
        "types": labels,
        "payments": by_type(charged.payments.tolist()),
        "utilities": by_type(charged.utilities.tolist()),
        "margins": by_type(charged.margins.tolist()),
        "nearest": by_type(charged.nearest),
    }


def table(charged: Charged) -> pa.Table:
    """Return one row a type."""
    import pyarrow as pa

    return pa.table(
        {
            "type": list(charged.answer.labels),
            "payment": charged.payments,
            "utility": charged.utilities,
            "margin": charged.margins,
            "nearest": list(charged.nearest),
        }
    )


def writer(charged: Charged, ending: str) -> output.Writer:
    """Return what writes the object of --json, or the table."""
    if ending == ".json":
        return output.json_writer(as_object(charged))
    return output.table_writer(table(charged), ending)


def show(charged: Charged) -> None:
    """Print the first types' payments."""
    out, answer = views.console(), charged.answer
    out.print(f"implementable ({answer.verdict}): truth is best under these payments,")
    out.print(f"{charged.kind}.\n", soft_wrap=True)
    rows = views.grid("type", "payment", "utility", "best lie", "loses by it", left=1)
    for place in range(min(MOST_TYPES, len(answer.labels))):
        rows.add_row(
            one_line(answer.labels[place], 40),
            f"{charged.payments[place]:.6g}",
            f"{charged.utilities[place]:.6g}",
            one_line(charged.nearest[place], 40),
            f"{max(0.0, charged.margins[place]):.4g}" if charged.nearest[place] else "",
        )
    out.print(rows)
    if (more := len(answer.labels) - MOST_TYPES) > 0:
        out.print(f"{more:,} more: see --json or --out")
    out.print("\nWelfare units.", _rounding(charged), soft_wrap=True)


def _rounding(charged: Charged) -> str:
    if charged.slack == 0.0:
        return "No lie gains anything, rounding included."
    return (
        f"Rounded to doubles they let a lie gain {charged.slack:.2g} at most: verify them with "
        f"--error {charged.slack:.2g}."
    )
