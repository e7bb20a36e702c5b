"""`implementable` and `not_implementable`: what payments can do on listed types ([S] Thm 3.5).

Payments are exact: eps = 0 wherever the offered mechanism is implementable on the types, and
otherwise the least slack that any payments have, with the cycle whose mean is minus that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import inf, nextafter

import numpy as np
from numpy.typing import NDArray

from mdsolve.certificates import check as checker
from mdsolve.certificates.issue.games import issued
from mdsolve.certificates.issue.quantised import STEPS, Quantised, quantised, steps
from mdsolve.certificates.issue.whole import Payments, WholeTable
from mdsolve.certificates.schema import Certificate, Rationals, Witness, exact, printable
from mdsolve.errors import InvalidInput, NotCertified
from mdsolve.games.domains import FiniteTypes
from mdsolve.incentives import NegativeCycle, Potentials, Products, Verified, Violation, implement
from mdsolve.precision import EPS
from mdsolve.solvers.shortest_path import Graph, least_margin
from mdsolve.type_graph import TypeTable

Array = NDArray[np.float64]

_FINE = 60


def of_table(table: TypeTable, participation: float | None = None) -> Certificate:
    """Certify that a rule's table is implementable.

    Raises
    ------
    NotCertified
        If it is not; the refutation is the cycle of types, which can be certified itself.
    """
    found = implement(table.values, error=table.error, labels=table.labels)
    found = replace(found, listed=table.types, models=table.models)
    if isinstance(found, NegativeCycle):
        raise NotCertified(f"{found}\nCertify the refutation to prove that.", refutation=found)
    return of_potentials(found, participation)


def of_potentials(found: Potentials, participation: float | None = None) -> Certificate:
    """Certify payments that make truth best.

    With participation: the largest payments that leave every type so much by truth, which a tree
    of tight constraints proves.

    Raises
    ------
    NotCertified
        If participation is asked for and no payments make truth best exactly.
    """
    _refuse_many(len(found.labels))
    outside = None if participation is None else exact("participation", participation)
    if found.listed is not None and found.models is not None:
        for offer in steps(found.listed, found.models):
            table = offer.table()
            answer = _payments(table, found, outside)
            last = offer.bits == STEPS[-1][0] and outside is None and not found.proved
            if last or not answer.cycle:
                return _issue("types", *offer.problem(), table, answer, outside)
    return _by_values(found, outside)


def of_cycle(found: NegativeCycle) -> Certificate:
    """Certify that under any payments whatever some type of a cycle gains.

    Raises
    ------
    NotCertified
        If the cycle is negative by rounding alone: it is not where models are exact.
    """
    _refuse_many(len(found.labels))
    if found.listed is None or found.models is None:
        gain = -found.exact_length / len(found.types)
        problem, notes = _valued(found.values, found.labels)
        return _refute("table", problem, found.types, gain, notes)
    best: Quantised | None = None
    for offer in steps(found.listed, found.models):
        best, gain = offer, -offer.mean(found.types)
        if 2 * gain >= Fraction(found.gain):
            break
    if best is None:
        gain = -found.exact_length / len(found.types)
        problem, notes = _valued(found.values, found.labels)
        return _refute("table", problem, found.types, gain, [*notes, _TWICE])
    gain = -best.mean(found.types)
    if gain <= 0:
        raise NotCertified(
            f"cycle {found!r}: it is negative by rounding alone; where the models' probabilities "
            "are exact it is not, so it refutes nothing."
        )
    problem, notes = best.problem()
    return _refute("types", problem, found.types, gain, notes)


def of_verified(found: Verified) -> Certificate:
    """Certify that truth is best under given payments, within the least eps that they leave."""
    if found.values is None or found.payments is None or found.labels is None:
        raise InvalidInput(
            "verified: it carries no table, so there is no problem to state. Certify what "
            "`verify(values, payments)` returns."
        )
    _refuse_many(len(found.labels))
    if isinstance(found.values, Products):
        return _of_products(found, found.values, found.payments, found.labels)
    problem, notes = _valued(found.values, found.labels)
    epsilon = Fraction(nextafter(found.gain, inf)) if found.gain > 0.0 else Fraction(0)
    payments: list[Fraction] = Rationals.of("payments", found.payments, found.labels).fractions
    own: list[Fraction] = Rationals.of("values", np.diagonal(found.values)).fractions
    utilities = [value - paid for value, paid in zip(own, payments, strict=True)]
    outside = _participation(found, utilities, notes)
    return _witness("table", problem, payments, epsilon, notes, outside=outside)


def of_violation(found: Violation) -> Certificate:
    """Refuse: the payments are not truthful, and the violation is the refutation.

    Raises
    ------
    NotCertified
        Always.
    """
    raise NotCertified(
        f"{found}. Payments that a type can beat are not certified; `implement(values)` tells "
        "whether any others would do, and either of its answers can be.",
        refutation=found,
    )


def _payments(table: WholeTable, found: Potentials, outside: Fraction | None) -> Payments:
    """Return exact payments near those found, or the largest that participation allows."""
    if outside is None:
        return table.least_slack(found.payments)
    guess = found.revenue_maximal(float(outside))
    rounding = 1e-6 * (1.0 + float(np.abs(guess).max()))
    return table.largest(outside, guess + rounding)


def _by_values(found: Potentials, outside: Fraction | None) -> Certificate:
    """Certify the table of valuations as it stands."""
    problem, notes = _valued(found.values, found.labels)
    if found.listed is not None:
        notes = [*notes, _TWICE]
    if outside is not None:
        exactly = Rationals.of("values", found.values)
        table = WholeTable(exactly.num, exactly.den)
        answer = _payments(table, found, outside)
        return _issue("table", problem, notes, table, answer, outside)
    if found.proved:
        return _witness("table", problem, list(found.exact_payments), Fraction(0), notes)
    graph = Graph.of(found.values)
    least, worst = least_margin(graph)
    unit = Fraction(2) ** graph.exponent
    given = least.potentials.tolist() if least.exact is None else least.exact
    payments = [Fraction(p) * unit for p in given]
    cycle = () if worst is None else worst.nodes
    return _witness("table", problem, payments, least.margin * unit, notes, cycle=cycle)


def _issue(
    form: str,
    problem: Witness,
    notes: list[str],
    table: WholeTable,
    answer: Payments,
    outside: Fraction | None,
) -> Certificate:
    if outside is None:
        return _witness(form, problem, answer.payments, answer.epsilon, notes, cycle=answer.cycle)
    if answer.cycle:
        refuted = _refute(form, problem, answer.cycle, -table.mean(answer.cycle), notes)
        raise NotCertified(
            f"participation: no payments make truth best, so none are the largest: {refuted.claim}."
            " The refutation certifies that.",
            refutation=refuted,
        )
    tree = table.tree(answer.payments, outside)
    return _witness(form, problem, answer.payments, Fraction(0), notes, outside=outside, tree=tree)


def _witness(
    form: str,
    problem: Witness,
    payments: Sequence[Fraction],
    epsilon: Fraction,
    notes: Sequence[str],
    *,
    cycle: Sequence[int] = (),
    outside: Fraction | None = None,
    tree: list[list[int | None]] | None = None,
) -> Certificate:
    witness = {
        "payments": Rationals.of_fractions(payments).text(),
        "epsilon": str(epsilon),
        "participation": None if outside is None else str(outside),
        "tree": tree,
        "cycle": [int(t) for t in cycle] or None,
    }
    return issued(Certificate.of("implementable", form, problem, witness, notes))


def _refute(
    form: str, problem: Witness, cycle: Sequence[int], gain: Fraction, notes: Sequence[str]
) -> Certificate:
    witness = {"cycle": [int(t) for t in cycle], "gain": str(gain)}
    return issued(Certificate.of("not_implementable", form, problem, witness, notes))


def _valued(values: Array, labels: Sequence[str]) -> tuple[Witness, list[str]]:
    types, notes = printable("type", labels)
    return {"types": types, "values": Rationals.of("values", values, labels, labels).text()}, notes


def _participation(
    found: Verified, utilities: Sequence[Fraction], notes: list[str]
) -> Fraction | None:
    """Return the outside option that was asked for, or what rounding leaves of it."""
    if found.outside is None:
        return None
    if np.ndim(found.outside) != 0:
        notes.append("each type has an outside option of its own, which is not certified")
        return None
    return min(exact("outside", float(np.asarray(found.outside))), min(utilities))


def _of_products(
    found: Verified, values: Products, payments: Array, labels: Sequence[str]
) -> Certificate:
    """Certify payments for types and models, whose probabilities are made to sum to 1 exactly."""
    types = FiniteTypes(values.rewards, np.array(values.sizes), labels=labels)
    offer = quantised(types, values.models, _FINE, None)
    problem, notes = offer.problem()
    off = np.abs(np.ldexp(offer.allocations.astype(float), -_FINE) - values.models).sum(axis=1)
    worth = float((values.sizes * np.abs(values.rewards).max(axis=1)).max())
    rounding = EPS * (4.0 + off.size) * 2.0 * (worth + float(np.abs(payments).max()))
    allowed = 2.0 * worth * (float(off.max()) + 1e-15) + min(found.error, rounding)
    epsilon = max(Fraction(0), Fraction(nextafter(found.gain, inf)) + Fraction(allowed))
    charged: list[Fraction] = Rationals.of("payments", payments, labels).fractions
    below = offer.row_den << offer.bits
    own = (offer.rows.astype(object) * offer.allocations).sum(axis=1)
    utilities = [Fraction(int(v), below) - p for v, p in zip(own, charged, strict=True)]
    outside = _participation(found, utilities, notes)
    return _witness("types", problem, charged, epsilon, notes, outside=outside)


def _refuse_many(count: int) -> None:
    if count > checker.TYPES:
        raise NotCertified(
            f"types: unverified. {count:,} of them are more than the {checker.TYPES:,} that a "
            "certificate speaks of. Certify a part of the list."
        )


_TWICE = "a type is listed twice, so the table of valuations is what is certified"
