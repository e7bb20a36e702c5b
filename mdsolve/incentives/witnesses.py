"""The two answers to implementability ([S] Thm 3.5): payments, or a cycle that none survive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games.domains import FiniteTypes
from mdsolve.payments.shortest_path import distances, revenue_maximal

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Potentials:
    """Payments under which telling the truth is best for every listed type.

    Attributes
    ----------
    payments : (types,) array
        Welfare units; 0 for the first type.
    slack : float
        Most that a type gains by any misreport under `payments` and the table as given: 0, or some
        rounding, or at most 2 error.
    values : (types, types) array
    labels : sequence of str
    error : float
        Entrywise error of the table that was allowed for: with it gains stay below
        slack + 2 error.
    base : int or None
        The type from which `payments` are shortest paths, if any.
    exact : sequence of Fraction, or None
        Payments that violate nothing at all, where rounding them to `payments` does.
    proved : bool
        The table as given has payments without any slack, decided in exact integers.
    margin : float
        What lengths were extended by to find payments.
    listed : FiniteTypes or None
        The types, where they are known.
    models : (types, outcomes) array, or None
        What is trained at each report, where that is known.
    """

    payments: Array
    slack: float
    values: Array
    labels: Sequence[str]
    error: float = 0.0
    base: int | None = None
    exact: Sequence[Fraction] | None = None
    proved: bool = False
    margin: float = 0.0
    listed: FiniteTypes | None = None
    models: Array | None = None

    @property
    def verdict(self) -> str:
        """``certified``, or ``verified to ε``."""
        return "certified" if self.proved else f"verified to {self.slack + 2 * self.error:.2g}"

    @cached_property
    def exact_payments(self) -> tuple[Fraction, ...]:
        """Payments as exact rationals; where `proved`, no type gains anything under them."""
        given = self.payments.tolist() if self.exact is None else self.exact
        return tuple(Fraction(payment) for payment in given)

    def payments_from(self, base: int | str = 0) -> Array:
        """Return the shortest paths from a base type, the largest payments that leave it 0.

        Parameters
        ----------
        base : int or str
            Position or label of a type.
        """
        return distances(self.values, self.position(base), self.margin)

    def payments_to(self, base: int | str = 0) -> Array:
        """Return minus the shortest paths to a base type, the smallest payments that leave it 0."""
        return -distances(self.values, self.position(base), self.margin, backwards=True)

    def revenue_maximal(self, outside: ArrayLike = 0.0) -> Array:
        """Return the largest payments that keep truth best and every utility above `outside`."""
        return revenue_maximal(self.values, outside, margin=self.margin)

    def position(self, label: int | str) -> int:
        """Return the position of a type given by position or label."""
        count = len(self.labels)
        if isinstance(label, (int, np.integer)) and 0 <= label < count:
            return int(label)
        if isinstance(label, str) and label in self.labels:
            return self.labels.index(label)
        raise InvalidInput(
            f"type {label!r} does not exist. Name one of {list(self.labels[:20])}, or a position "
            f"from 0 to {count - 1}."
        )

    def __repr__(self) -> str:
        return (
            f"Potentials({self.payments.size} types, payments from {self.payments.min():.6g} to "
            f"{self.payments.max():.6g}; slack {self.slack:.2g}; {self.verdict})"
        )


@dataclass(frozen=True, eq=False, repr=False)
class NegativeCycle:
    """Types of which one gains by a misreport under any payments whatever.

    Attributes
    ----------
    types : tuple of int
        Each is tempted to report the one before it, the first one the last; all distinct.
    length : float
        Sum of what each loses by that without payments: negative (welfare units).
    gain : float
        Least gain of the type that gains most: −length / number of types.
    values : (types, types) array
        The table, of all types.
    labels : sequence of str
    exact_length : Fraction
        The length of the table as given.
    listed : FiniteTypes or None
        All types of the table, where they are known.
    models : (types, outcomes) array, or None
        What is trained at each report, where that is known.
    """

    types: tuple[int, ...]
    length: float
    gain: float
    values: Array
    labels: Sequence[str]
    exact_length: Fraction
    listed: FiniteTypes | None = None
    models: Array | None = None

    verdict = "refuted"

    @property
    def names(self) -> tuple[str, ...]:
        """Labels of the cycle's types."""
        return tuple(self.labels[node] for node in self.types)

    @property
    def lengths(self) -> Array:
        """What each type of the cycle gains by truth over reporting the one before it."""
        nodes = np.array(self.types)
        return self.values[nodes, nodes] - self.values[nodes, np.roll(nodes, 1)]

    def __str__(self) -> str:
        count = len(self.types)
        lines = [f"not implementable: a cycle of {count} types has length {self.length:.6g}"]
        for place, (name, loss) in enumerate(zip(self.names, self.lengths, strict=True)):
            verb = "loses" if loss >= 0.0 else "gains"
            other = self.names[place - 1]
            lines.append(f"  {name!r} reporting {other!r} {verb} {abs(loss):.6g} before payments")
        lines.append(
            "payments cancel around the cycle, so under any payments one of these types gains at "
            f"least {self.gain:.6g}"
        )
        return "\n".join(lines)

    def __repr__(self) -> str:
        chain = " → ".join(map(repr, [*self.names[:6], *(["..."] if len(self.types) > 6 else [])]))
        return f"NegativeCycle({chain}; length {self.length:.6g}, gain {self.gain:.6g})"
