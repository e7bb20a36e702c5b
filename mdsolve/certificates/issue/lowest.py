"""`floor`: Φ(c₋ᵢ + w' r') at its least over a type domain lies in an interval ([S] Cor 4.6).

From above any report of the domain proves it, with a multiplier; from below, on the sum domain, one
model π by Φ(c₋ᵢ + w' r') ≥ F(π; c₋ᵢ) + w' min π, and on the max domain one model for each vertex.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from mdsolve.certificates.issue.games import Stated, issued, near
from mdsolve.certificates.schema import Certificate, Rationals, Witness, exact, simplex
from mdsolve.errors import InvalidInput, NotCertified
from mdsolve.games.domains import Domain, MaxNormalized, SumNormalized
from mdsolve.mechanism import Outcome
from mdsolve.payments import Floor
from mdsolve.value_function import ValueFunction

Models = list[list[Fraction]]

#: a model's masses within this of the least are the least
_LEVEL = 1e-11
#: most numbers of all vertices' models together
_CELLS = 1 << 18


def of_outcome(outcome: Outcome, group: Any) -> Certificate:
    """Certify the floor of one group, by name or position; the only one by default."""
    if not outcome.floors:
        raise InvalidInput(
            f"outcome paid by {outcome.mechanism.payment!r}: it has no floors. Charge "
            "RevenueMaximizing over the sum or max domain to have some."
        )
    if group is None and len(outcome.floors) > 1:
        names = list(outcome.game.groups[:20])
        raise InvalidInput(f"group: missing. A floor is of one group: name one of {names}.")
    return of_floor(outcome.floors[outcome.game.group_index(0 if group is None else group)])


def of_floor(floor: Floor) -> Certificate:
    """Certify the bracket of Φ's least value that a floor states.

    Raises
    ------
    NotCertified
        If that bracket is wrong; the refutation certifies what holds.
    """
    phi, group = floor.function, floor.group_index
    if phi is None or group is None:
        raise InvalidInput(
            "floor: it carries no game, so there is no problem to state. Certify a floor that "
            "RevenueMaximizing(...).floors(rule, game) returns, or an outcome."
        )
    stated = Stated.of(phi.game, phi.divergence.name, phi.strength)
    domain, size = _domain(floor.domain), exact("size", floor.size)
    sizes = [Fraction(0) if i == group else w for i, w in enumerate(stated.numbers.sizes)]
    rest = stated.combined(sizes)
    if domain == "sum":
        report = simplex("report", floor.report, phi.game.outcomes)
        models = [_levelled(floor.model)]
        bounds = [stated.objective(rest, models[0])[0] + size * min(models[0])]
    else:
        report = [Fraction(int(x == int(floor.report.argmax()))) for x in range(len(rest))]
        models = _at_vertices(stated, phi, group, floor.size, rest, size)
        bounds = [
            stated.objective(rest, model)[0] + size * model[x] for x, model in enumerate(models)
        ]
    lifted = [x + size * r for x, r in zip(rest, report, strict=True)]
    multiplier = stated.solve(lifted).multiplier
    lower = near(min(bounds), above=False)
    upper = near(stated.above(lifted, multiplier), above=True)
    witness = {
        "lower": str(lower),
        "upper": str(upper),
        "models": Rationals.of_fractions(models).text(),
        "report": Rationals.of_fractions(report).text(),
        "multiplier": str(multiplier),
    }
    problem = fields(stated, group, domain, floor.size)
    found = issued(Certificate.of("floor", "floor", problem, witness, stated.notes))
    slack = float(stated.slack(floor.value_lower, floor.value_upper))
    if lower > floor.value_upper + slack or upper < floor.value_lower - slack:
        raise NotCertified(
            f"floor of group {floor.group!r}: the least value lies in [{float(lower):.17g}, "
            f"{float(upper):.17g}], not in [{floor.value_lower!r}, {floor.value_upper!r}] as "
            "stated. The refutation certifies what holds.",
            refutation=found,
        )
    return found


def fields(stated: Stated, group: int, domain: str, size: float) -> Witness:
    """Return the fields of the `floor` form: a game, whose type is sought, and where."""
    return {**stated.problem, "group": group, "domain": domain, "size": str(exact("size", size))}


def _domain(domain: Domain | None) -> str:
    if isinstance(domain, SumNormalized):
        return "sum"
    if isinstance(domain, MaxNormalized):
        return "max"
    raise InvalidInput(
        f"floor over {domain!r}: certificates of floors know the sum and the max domain alone. "
        "Use SumNormalized() or MaxNormalized()."
    )


def _levelled(model: Any) -> list[Fraction]:
    """Return a model on the simplex whose least masses are equal, as water-filling means them."""
    masses = np.maximum(0.0, np.asarray(model, dtype=float))
    least = float(masses.min())
    return simplex("model", np.where(masses <= least * (1.0 + _LEVEL), least, masses))


def _at_vertices(
    stated: Stated,
    phi: ValueFunction,
    group: int,
    float_size: float,
    rest: list[Fraction],
    size: Fraction,
) -> Models:
    """Return the model that is trained where the group's whole reward is on one outcome, for each.

    It is where a lower bound of that vertex' value is best.
    """
    count = len(rest)
    if count * count > _CELLS:
        raise NotCertified(
            f"floor: unverified. On the max domain each of {count:,} outcomes needs a model of its "
            f"own, {count * count:,} numbers; certificates stop at {_CELLS:,}. Use the sum domain, "
            "or fewer outcomes."
        )
    models: Models = []
    for x in range(count):
        solved = stated.solve([c + size * (k == x) for k, c in enumerate(rest)])
        if solved.model is not None:
            models.append(solved.model)
            continue
        vertex = np.zeros(count)
        vertex[x] = 1.0
        lifted = phi.game.reported(group, vertex, float_size)
        at = ValueFunction(lifted, phi.divergence, phi.strength).solve()
        models.append(simplex("model", at.model))
    return models
