"""`incentive` and `menu`: what the affine maximizer's payments promise at a profile ([S] Thm 4.2).

A group's utility under any report is F(π'; c) − h_i, with h_i the value of the model trained
without it, so no report in the whole continuum gains more than the gap of the model at the truth.
For rewards that move by at most ρ_i the gap grows by 2 Σ w_i ρ_i at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from mdsolve.certificates.issue.games import Stated, issued, near, up
from mdsolve.certificates.schema import Certificate, Rationals, exact, printable
from mdsolve.errors import InvalidInput, NotCertified
from mdsolve.games import Game
from mdsolve.mechanism import Outcome
from mdsolve.payments import AffineMaximizer, RevenueMaximizing
from mdsolve.training_rules import FiniteMenu, SocialWelfare

_OF_AFFINE = (
    "the payments stated are the affine maximizer's; what is charged adds a floor that no report "
    'of the group moves: kind="floor" certifies it'
)


def incentive(outcome: Outcome, radius: Any = 0.0) -> Certificate:
    """Certify truthfulness at a profile, participation, and what the groups pay.

    Raises
    ------
    NotCertified
        If a payment lies outside the interval that the outcome states; the refutation certifies
        what holds.
    """
    rule, payment = outcome.mechanism.rule, outcome.mechanism.payment
    _refuse_constrained(outcome)
    if not isinstance(rule, SocialWelfare) or not isinstance(
        payment, (AffineMaximizer, RevenueMaximizing)
    ):
        raise InvalidInput(
            f"outcome of {rule!r} with {payment!r}: no truthfulness is known to certify. Certify "
            'its model: certify(outcome, kind="gap").'
        )
    stated = Stated.of_rule(outcome.game, rule)
    given = stated.numbers
    radii = _radii(radius, outcome.game)
    moved = _dot(given.sizes, radii)
    combined = stated.combined(given.sizes)
    solved = stated.solve(combined)
    model = stated.model(outcome.model, solved.model)
    low, high = stated.objective(combined, model)
    gap = stated.above(combined, solved.multiplier) - low + 2 * moved
    pivots: list[list[Fraction]] = []
    ends: list[tuple[Fraction, Fraction]] = []
    losses: list[Fraction] = []
    for i, size in enumerate(given.sizes):
        share = [size * x for x in given.rewards[i]]
        rest = [a - b for a, b in zip(combined, share, strict=True)]
        pivots.append(stated.model(outcome.counterfactuals[i], _rational(stated, rest)))
        least, most = stated.objective(rest, pivots[i])
        paid = _dot(share, model)
        ends.append((least - high + paid, most - low + paid))
        losses.append(most - low + 2 * moved - size * radii[i])
    affine = isinstance(payment, AffineMaximizer)
    intervals = [
        _interval(end, _charged(outcome, i) if affine else None) for i, end in enumerate(ends)
    ]
    witness = {
        "model": Rationals.of_fractions(model).text(),
        "multiplier": str(solved.multiplier),
        "gap": str(up(gap)),
        "pivots": Rationals.of_fractions(pivots).text(),
        "radius": Rationals.of_fractions(radii).text(),
        "payment_lower": Rationals.of_fractions([low for low, _ in intervals]).text(),
        "payment_upper": Rationals.of_fractions([high for _, high in intervals]).text(),
        "participation_loss": str(up(max(losses))),
    }
    notes = [*stated.notes, *([] if affine else [_OF_AFFINE])]
    found = issued(Certificate.of("incentive", "game", stated.problem, witness, notes))
    if affine:
        _refuse_false(outcome, ends, stated, found)
    return found


def menu(outcome: Outcome) -> Certificate:
    """Certify the choice from a finite menu and its payments: truthful for every type.

    Raises
    ------
    NotCertified
        If rounding chose another entry, or a payment is outside its interval.
    """
    rule, game = outcome.mechanism.rule, outcome.game
    assert isinstance(rule, FiniteMenu)
    if not isinstance(outcome.mechanism.payment, AffineMaximizer):
        raise InvalidInput(
            f"outcome of a menu with {outcome.mechanism.payment!r}: only the affine maximizer's "
            "payments are known to be truthful. Charge AffineMaximizer() to certify."
        )
    groups, notes = printable("group", game.groups)
    entries = [f"entry {k}" for k in range(rule.values.shape[0])]
    strength = exact("strength", rule.strength)
    sizes = Rationals.of("sizes", game.sizes, game.groups)
    values = Rationals.of("values", rule.values, entries, game.groups)
    costs: list[Fraction] = Rationals.of("divergences", rule.divergences, entries).fractions
    boosts = [-strength * cost for cost in costs]
    worth = [
        [size * x for size, x in zip(sizes.fractions, row, strict=True)] for row in values.fractions
    ]
    totals = [sum(row, boost) for row, boost in zip(worth, boosts, strict=True)]
    choice = totals.index(max(totals))
    payments: list[Fraction] = []
    for i in range(len(groups)):
        others = [total - row[i] for total, row in zip(totals, worth, strict=True)]
        payments.append(max(others) - others[choice])
    problem = {
        "groups": groups,
        "entries": entries,
        "sizes": sizes.text(),
        "values": values.text(),
        "boosts": Rationals.of_fractions(boosts).text(),
    }
    witness = {"choice": choice, "payments": Rationals.of_fractions(payments).text()}
    found = issued(Certificate.of("menu", "menu", problem, witness, notes))
    returned = int(outcome.model.argmax())
    if returned != choice:
        more = float(totals[choice] - totals[returned])
        raise NotCertified(
            f"choice: entry {choice} has {more:.3g} more welfare than entry {returned}, which "
            "rounding chose. The refutation certifies the exact choice.",
            refutation=found,
        )
    for i, owed in enumerate(payments):
        _refuse_apart(outcome, i, (owed, owed), 1e-12 * float(max(map(abs, totals))), found)
    return found


def _rational(stated: Stated, combined: Sequence[Fraction]) -> list[Fraction] | None:
    if stated.numbers.divergence not in ("l2", "chi2"):
        return None
    return stated.solve(combined).model


def _radii(radius: Any, game: Game) -> list[Fraction]:
    """Read one radius, one a group, or some by name."""
    if isinstance(radius, Mapping):
        values = np.zeros(game.shape[0])
        for name, value in radius.items():
            values[game.group_index(name)] = value
    else:
        values = np.asarray(radius, dtype=float)
        if values.shape not in ((), (game.shape[0],)):
            raise InvalidInput(
                f"radius: shape {values.shape} for {game.shape[0]} groups. Give one number, one a "
                "group, or a mapping from group to number."
            )
        values = np.broadcast_to(values, (game.shape[0],))
    found: list[Fraction] = Rationals.of("radius", values, game.groups).fractions
    if min(found) < 0:
        place = int(np.argmin(values))
        raise InvalidInput(
            f"radius: group {game.groups[place]!r} has {values[place]:g}. Give the largest change "
            "of a reward that is to be covered, at least 0."
        )
    return found


def _charged(outcome: Outcome, group: int) -> Fraction:
    return exact(f"payment of group {outcome.game.groups[group]!r}", outcome.payments[group])


def _interval(
    ends: tuple[Fraction, Fraction], charged: Fraction | None
) -> tuple[Fraction, Fraction]:
    """Return the payment's interval, widened to hold the double that is charged."""
    low, high = near(ends[0], above=False), near(ends[1], above=True)
    return (low, high) if charged is None else (min(low, charged), max(high, charged))


def _refuse_constrained(outcome: Outcome) -> None:
    if outcome.options:
        raise InvalidInput(
            "outcome: constraints of your own are no part of a certificate's problem. Run the "
            "mechanism without constraints to certify it."
        )


def _refuse_false(
    outcome: Outcome, ends: list[tuple[Fraction, Fraction]], stated: Stated, found: Certificate
) -> None:
    slack = float(stated.slack())
    for i, interval in enumerate(ends):
        _refuse_apart(outcome, i, interval, slack, found)


def _refuse_apart(
    outcome: Outcome, i: int, ends: tuple[Fraction, Fraction], slack: float, truth: Certificate
) -> None:
    """Refuse an interval of a payment that has nothing in common with the proved one."""
    lower, upper = float(outcome.payment_lower[i]), float(outcome.payment_upper[i])
    if float(ends[1]) < lower - slack or float(ends[0]) > upper + slack:
        raise NotCertified(
            f"group {outcome.game.groups[i]!r}: the payment lies in [{float(ends[0]):.17g}, "
            f"{float(ends[1]):.17g}], not in [{lower!r}, {upper!r}] as stated. The refutation "
            "certifies what holds.",
            refutation=truth,
        )


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))
