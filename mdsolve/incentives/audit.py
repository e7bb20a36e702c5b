"""The audit of a mechanism: truth beats every misreport under the payments as given, or not.

Type t gains V[t, s] − p(s) − V[t, t] + p(t) by reporting s. The worst pair is found in floats and
decided exactly: a mechanism that one type can beat by one unit of rounding does not pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import fsum, inf
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.labels import checked_labels
from mdsolve.games.validation import floats
from mdsolve.incentives.products import Products, Progress, WorstGain
from mdsolve.mechanism import Mechanism
from mdsolve.payments.shortest_path import checked_error, outside_options, square
from mdsolve.solvers.shortest_path import Graph, worst_edge
from mdsolve.type_graph import dot_rounding, read_model, read_types, valuations

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Verified:
    """No listed type gains by a misreport, and none falls below an outside option that was asked.

    Attributes
    ----------
    type, report : str
        The pair nearest to a violation.
    gain : float
        What that type gains by that report: at most 0, or at most 2 error (welfare units).
    utility : float
        The lowest utility of a truthful type, less its outside option if one was given.
    poorest : str
        The type that has it.
    error : float
        Entrywise error of the values that was allowed for.
    values, payments, labels, outside
        What was verified, so that it can be certified.
    """

    type: str
    report: str
    gain: float
    utility: float
    poorest: str
    error: float = 0.0
    values: Any = field(default=None, repr=False, compare=False)
    payments: Array | None = field(default=None, repr=False, compare=False)
    labels: Sequence[str] | None = field(default=None, repr=False, compare=False)
    outside: ArrayLike | None = field(default=None, repr=False, compare=False)

    @property
    def least_eps(self) -> float:
        """Least eps for which the mechanism is eps-truthful."""
        return max(0.0, self.gain)

    @property
    def verdict(self) -> str:
        """``certified``, or ``verified to ε`` where the values carry an error."""
        return f"verified to {self.least_eps + 2 * self.error:.2g}" if self.error else "certified"

    def __str__(self) -> str:
        return (
            f"{self.verdict}: no type gains by a misreport; nearest is {self.type!r} reporting "
            f"{self.report!r} ({self.gain:.6g}); lowest utility {self.utility:.6g} "
            f"({self.poorest!r})"
        )


@dataclass(frozen=True)
class Violation:
    """A type that gains by a misreport, or one that would rather stay out.

    Attributes
    ----------
    kind : str
        ``"incentive"``, or ``"participation"`` where only that fails.
    type, report : str
        The worst pair.
    gain : float
        What that type gains by that report (welfare units).
    utility, poorest, error
        As for `Verified`.
    complete : bool
        False where an interrupt ended the audit: the pair is then the worst of those read.
    """

    kind: str
    type: str
    report: str
    gain: float
    utility: float
    poorest: str
    error: float = 0.0
    complete: bool = True

    verdict = "refuted"

    @property
    def least_eps(self) -> float:
        """Least eps for which the mechanism is eps-truthful."""
        return max(0.0, self.gain)

    def __str__(self) -> str:
        if self.kind == "participation":
            return f"refuted: truthful type {self.poorest!r} is left {self.utility:.6g} < 0"
        return f"refuted: type {self.type!r} gains {self.gain:.6g} by reporting {self.report!r}"


def verify(
    values: ArrayLike | Products,
    payments: ArrayLike,
    *,
    labels: Any = None,
    outside: ArrayLike | None = None,
    error: float = 0.0,
    progress: Progress | None = None,
) -> Verified | Violation:
    """Return whether given payments make truth best for every type, with the worst pair.

    Parameters
    ----------
    values : (types, types) array_like, or Products
        ``values[t, s]``: valuation of type t when s is reported. `Products` holds rewards, models
        and sizes instead, for more types than a table has room for.
    payments : (types,) array_like
        What the mechanism charges at each report (welfare units).
    labels : sequence of names, optional
    outside : float or (types,) array_like, optional
        Utility of each type without the mechanism: then participation is required too.
    error : float
        Entrywise error of the values: a gain refutes only above 2 error, a utility below −error.
    progress : callable, optional
        Called with (types read, types), of `Products` alone.

    Raises
    ------
    InvalidInput
        If values or payments are not finite, or of unequal sizes.
    KeyboardInterrupt
        On an interrupt (Ctrl-C) before a violation was found; one that was found is returned.

    Examples
    --------
    >>> str(verify([[2.0, 1.0], [0.0, 1.0]], [2.0, 0.5], labels=["high", "low"]))
    "refuted: type 'high' gains 0.5 by reporting 'low'"
    """
    error = checked_error(error)
    if isinstance(values, Products):
        count, charged = values.count, _payments(payments, values.count)
        worst = values.worst_gain(charged, refuting=2.0 * error, progress=progress)
        error = max(error, worst.doubt)
        judged, own = values, values.own()
    else:
        table = square(values)
        count, charged = len(table), _payments(payments, len(table))
        worst = _worst_gain(table, charged)
        judged, own = table, np.diagonal(table)
    names = checked_labels("type", labels, count, "type-")
    option = outside_options(0.0 if outside is None else outside, count)
    utilities = [fsum(terms) for terms in zip(own, -charged, -option, strict=True)]
    poorest = int(np.argmin(utilities))
    found = (
        names[worst.type],
        names[worst.report],
        worst.gain,
        utilities[poorest],
        names[poorest],
        error,
    )
    if worst.gain > 2.0 * error:
        return Violation("incentive", *found, complete=worst.complete)
    if outside is not None and utilities[poorest] < -error:
        return Violation("participation", *found)
    return Verified(*found, values=judged, payments=charged, labels=names, outside=outside)


def audit(
    mechanism: Any,
    game: Game,
    group: Any,
    types: Any,
    sizes: Any = None,
    *,
    outside: ArrayLike | None = None,
) -> Verified | Violation:
    """Return whether a mechanism is truthful for one group on a finite list of its types.

    Parameters
    ----------
    mechanism : Mechanism, or callable
        A callable maps a Game to (model, payments): payments of all groups, or of this one.
    game, group, types, sizes
        As for `mdsolve.type_graph.type_table`.
    outside
        As for `verify`.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> mechanism = md.Mechanism(md.SocialWelfare("kl", 0.1), md.AffineMaximizer())
    >>> from mdsolve.games.domains import SumNormalized
    >>> types = SumNormalized().sample(20, game.outcomes, seed=0)
    >>> type(audit(mechanism, game, 0, types)).__name__
    'Verified'
    """
    index = game.group_index(group)
    listed = read_types(types, sizes, game, index, game.shape[1])
    models, payments = np.empty(listed.rewards.shape), np.empty(len(listed))
    error = dot_rounding(listed)
    for place, name in enumerate(listed.labels):
        reported = game.reported(index, listed.rewards[place], float(listed.sizes[place]))
        model, payments[place], unsure = _outcome(mechanism, reported, index, name)
        models[place] = read_model(model, game.shape[1], name)
        error = max(error, dot_rounding(listed) + unsure)
    values = valuations(listed.rewards, models, listed.sizes)
    return verify(values, payments, labels=listed.labels, outside=outside, error=error)


def _outcome(mechanism: Any, game: Game, group: int, name: str) -> tuple[Any, float, float]:
    if isinstance(mechanism, Mechanism):
        outcome = mechanism.run(game)
        width = float(outcome.payment_upper[group] - outcome.payment_lower[group])
        return outcome.model, float(outcome.payments[group]), width
    try:
        model, charged = mechanism(game)
        charges = np.atleast_1d(np.asarray(charged, dtype=float))
    except (TypeError, ValueError) as fault:
        raise InvalidInput(
            f"type {name!r}: the mechanism did not return (model, payments): {fault}. Pass a "
            "Mechanism, or a function from a Game to a model and payments."
        ) from fault
    if charges.shape not in ((1,), (game.shape[0],)):
        raise InvalidInput(
            f"type {name!r}: payments of shape {charges.shape} for {game.shape[0]} groups. Return "
            "one payment a group, or this group's alone."
        )
    return model, float(charges[group if charges.size > 1 else 0]), 0.0


def _worst_gain(table: Array, payments: Array) -> WorstGain:
    if len(table) == 1:
        return WorstGain(-inf, 0, 0)
    top = max(float(np.abs(table).max()), float(np.abs(payments).max()))
    exponent = int(np.frexp(top)[1]) if top > 1e300 else 0
    graph = Graph(np.ldexp(table, -exponent) if exponent else table, exponent)
    gain, liar, report = worst_edge(graph, np.ldexp(payments, -exponent))
    return WorstGain(float(np.ldexp(gain, exponent)), liar, report)


def _payments(payments: ArrayLike, count: int) -> Array:
    charged = floats("payments", payments)
    if charged.shape != (count,):
        raise InvalidInput(
            f"payments: shape {charged.shape}, but there are {count} types. Pass one a type."
        )
    bad = np.flatnonzero(~np.isfinite(charged))
    if bad.size:
        raise InvalidInput(
            f"payments: type {bad[0]} pays {charged[bad[0]]}. Payments must be finite: leave out a "
            "type that is never charged."
        )
    return charged
