"""Payment equivalence: truthful payments differ by constants alone ([S] Def 3.6, Thm 3.7, 4.5).

On finitely many types p(t') − p(t) lies in [−δ(t', t), δ(t, t')], δ the shortest distances. The
path of K steps to the uniform reward, where a size may be switched without moving the model, and K
from there on, has lengths that sum to O(1/K) both ways: one payment is left, up to a constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.domains import FiniteTypes
from mdsolve.games.labels import checked_labels
from mdsolve.incentives.envelope import models_of, uniform_reward
from mdsolve.incentives.implementability import implement
from mdsolve.incentives.witnesses import NegativeCycle
from mdsolve.payments.shortest_path import distances, square
from mdsolve.type_graph import TypeTable

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PaymentIntervals:
    """Where p(t) − p(base) lies, for every payment p that makes truth best on a list of types.

    Attributes
    ----------
    base : int
    lower, upper : (types,) arrays
        −δ(t, base) and δ(base, t), welfare units; both ends are payments themselves.
    labels : sequence of str
    """

    base: int
    lower: Array
    upper: Array
    labels: Sequence[str]

    @property
    def width(self) -> Array:
        """δ(base, t) + δ(t, base), 0 where payments are equivalent, (types,), welfare units."""
        return self.upper - self.lower

    def __call__(self, label: int | str) -> tuple[float, float]:
        """Return the interval of one type, given by position or label."""
        place = self.labels.index(label) if isinstance(label, str) else label
        return float(self.lower[place]), float(self.upper[place])

    def __repr__(self) -> str:
        return (
            f"PaymentIntervals({len(self.labels)} types from {self.labels[self.base]!r}; widths "
            f"up to {self.width.max():.3g})"
        )


def payment_intervals(
    values: ArrayLike | TypeTable, base: int = 0, *, error: float = 0.0, labels: Any = None
) -> PaymentIntervals:
    """Return the interval that pins each type's payment against a base type's.

    Parameters
    ----------
    values : (types, types) array_like, or TypeTable
        ``values[t, s]``: valuation of type t when s is reported (welfare units).
    base : int
    error : float
        Entrywise error of the table: intervals are widened to hold for every table that close.
    labels : sequence of names, optional

    Raises
    ------
    InvalidInput
        If no payments make truth best.

    Examples
    --------
    >>> payment_intervals([[2.0, 1.0], [0.0, 1.0]])("type-1")
    (-1.0, 1.0)
    """
    if isinstance(values, TypeTable):
        values, error, labels = values.values, values.error, values.labels
    table = square(values)
    names = checked_labels("type", labels, len(table), "type-")
    if not 0 <= base < len(table):
        raise InvalidInput(f"base: {base}, but types are 0 to {len(table) - 1}. Choose one.")
    found = implement(table, error=error, labels=names)
    if isinstance(found, NegativeCycle):
        raise InvalidInput(
            f"values: no payments make truth best, so there are none to pin: {found!r}. Leave out "
            "a type of that cycle, or give the table's error."
        )
    margin = found.margin + 2.0 * error
    above = distances(table, base, margin)
    below = -distances(table, base, margin, backwards=True)
    return PaymentIntervals(base, np.minimum(below, above), above, names)


@dataclass(frozen=True, eq=False)
class PathSums:
    """Lengths of the path of Thm 4.5 both ways, against its number of steps.

    Attributes
    ----------
    steps : (counts,) array
        K, steps from r to r* and from r* to r'.
    forward, backward : (counts,) arrays
        Upper bounds of δ(t, t') and δ(t', t), welfare units.
    total : (counts,) array
        Their sum Σ <Δ(w r), Δψ> ≥ 0, without cancellation. Each half telescopes, so it is
        (w <r − r*, ψ(r) − ψ(r*)> + w' <r' − r*, ψ(r') − ψ(r*)>) / K exactly.
    error : float
        Bound on what rounding and unfinished solves changed in a sum of one step.
    """

    steps: NDArray[np.int64]
    forward: Array
    backward: Array
    total: Array
    error: float

    @property
    def rate(self) -> float:
        """Slope of log total against log K over the last half of the counts: −1 for O(1/K)."""
        late = slice(self.steps.size // 2, None)
        seen = self.total[late] > 0.0
        if seen.sum() < 2:
            return float("nan")
        x, y = np.log(self.steps[late][seen]), np.log(self.total[late][seen])
        return float(np.polyfit(x, y, 1)[0])

    def __repr__(self) -> str:
        low, high = -self.backward[-1], self.forward[-1]
        return (
            f"PathSums(up to {self.steps[-1]} steps: p(t') − p(t) in [{low:.9g}, {high:.9g}]; "
            f"rate {self.rate:.3g})"
        )


def path_types(
    start: tuple[ArrayLike, float],
    end: tuple[ArrayLike, float],
    steps: int,
    domain: Any = None,
) -> FiniteTypes:
    """Return the 2K + 2 types of Thm 4.5's path: r → r* at size w, r* → r' at size w'.

    Parameters
    ----------
    start, end : (reward, size)
        The types t and t'.
    steps : int
        K ≥ 1.
    domain : Domain or str, optional
        ``"sum"`` (r* = 1/m) or ``"max"`` (r* = 1); by default the one that both rewards are in.

    Examples
    --------
    >>> path_types(([1.0, 0.0], 1), ([0.0, 1.0], 3), 1).rewards.tolist()
    [[1.0, 0.0], [0.5, 0.5], [0.5, 0.5], [0.0, 1.0]]
    """
    if steps < 1:
        raise InvalidInput(f"steps: {steps!r}. A path has at least 1 step.")
    first, last = (np.asarray(reward, dtype=float) for reward, _ in (start, end))
    uniform = uniform_reward(domain, first, last)
    share = np.linspace(0.0, 1.0, steps + 1)[:, None]
    rewards = np.vstack([first + share * (uniform - first), uniform + share * (last - uniform)])
    sizes = np.repeat([float(start[1]), float(end[1])], steps + 1)
    return FiniteTypes(rewards, sizes, labels=[f"step-{k}" for k in range(2 * steps + 2)])


def path_sums(
    rule: Any,
    game: Game,
    group: Any,
    start: tuple[ArrayLike, float],
    end: tuple[ArrayLike, float],
    steps: Sequence[int] = (1, 2, 4, 8, 16, 32, 64, 128),
    *,
    domain: Any = None,
) -> PathSums:
    """Return both lengths of the path of Thm 4.5 for several numbers of steps.

    Parameters
    ----------
    rule, game, group
        As for `mdsolve.type_graph.type_table`.
    start, end, domain
        As for `path_types`.
    steps : sequence of int
        Ascending.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> types = ([1.0, 0.0], 1.0), ([0.2, 0.8], 2.0)
    >>> path_sums(md.SocialWelfare("kl", 1.0), game, 0, *types, steps=(1, 10, 100)).total.round(4)
    array([0.4341, 0.0434, 0.0043])
    """
    index = game.group_index(group)
    counts = np.asarray(steps, dtype=np.int64)
    if counts.ndim != 1 or not counts.size:
        raise InvalidInput("steps: none given. Give numbers of steps, such as (1, 10, 100).")
    forward, backward, total = np.empty((3, counts.size))
    error = 0.0
    for place, count in enumerate(counts):
        types = path_types(start, end, int(count), domain)
        models, unsure = models_of(rule, game, index, types)
        combined, moved = types.sizes[:, None] * types.rewards, np.diff(models, axis=0)
        forward[place] = np.einsum("km,km", combined[1:], moved)
        backward[place] = -np.einsum("km,km", combined[:-1], moved)
        total[place] = np.einsum("km,km", np.diff(combined, axis=0), moved)
        error = max(error, unsure)
    return PathSums(counts, forward, backward, total, 4.0 * error)
