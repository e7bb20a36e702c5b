"""Payments on a finite type set: shortest paths in the type graph ([S] Thm 3.5, Cor 4.6; Rochet).

From a base type they are the largest DSIC payments that leave it 0. From an outside option, with an
edge of length V[t, t] − outside_t to type t, they are the largest that are DSIC and individually
rational, all types at once: optimal for every prior. The LP says the same, its dual is a flow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games.labels import checked_labels
from mdsolve.games.validation import floats
from mdsolve.solvers.linear_program import FarkasRay, LinearProgram, LpSolution, Ray
from mdsolve.solvers.shortest_path import Cycle, Graph, largest_below

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ShortestPath:
    """Payments of a finite list of types, one a type.

    Parameters
    ----------
    payments : (types,) array
        Welfare units.
    labels : sequence of str

    Examples
    --------
    >>> payment = ShortestPath.revenue_maximal([[2.0, 1.0], [0.0, 1.0]])
    >>> payment.payments, payment("type-1")
    (array([2., 1.]), 1.0)
    """

    payments: Array
    labels: Sequence[str]

    @classmethod
    def from_base(cls, values: ArrayLike, base: int = 0, labels: Any = None) -> ShortestPath:
        """Return the largest DSIC payments that leave the base type 0."""
        table = square(values)
        return cls(distances(table, base), checked_labels("type", labels, len(table), "type-"))

    @classmethod
    def revenue_maximal(
        cls, values: ArrayLike, outside: ArrayLike = 0.0, labels: Any = None
    ) -> ShortestPath:
        """Return the largest DSIC payments that leave every type at least its outside option."""
        table = square(values)
        names = checked_labels("type", labels, len(table), "type-")
        return cls(revenue_maximal(table, outside), names)

    def __call__(self, label: int | str) -> float:
        """Return the payment of one type, given by position or label."""
        place = self.labels.index(label) if isinstance(label, str) else label
        return float(self.payments[place])

    def revenue(self, prior: ArrayLike | None = None) -> float:
        """Return the expected payment; uniform by default."""
        weights = np.ones(self.payments.size) if prior is None else np.asarray(prior, float)
        return float(self.payments @ weights / weights.sum())


@dataclass(frozen=True, eq=False)
class RevenueProgram:
    """The largest expected payment under DSIC and IR, as a linear program with its dual flow.

    Attributes
    ----------
    payments : (types,) array
    revenue : float
        Σ prior_t p_t.
    lower, upper : float
        Bracket of it, from payments and flow.
    flow : (types, types) array
        ``flow[s, t]`` units of probability run along s→t.
    entry : (types,) array
        Units that enter from the outside option at each type; they sum to 1.
    solution : LpSolution
    """

    payments: Array
    flow: Array
    entry: Array
    solution: LpSolution

    @property
    def revenue(self) -> float:
        """Σ prior_t p_t."""
        return self.solution.objective

    @property
    def lower(self) -> float:
        """Lower end of the bracket."""
        return self.solution.lower

    @property
    def upper(self) -> float:
        """Upper end of the bracket."""
        return self.solution.upper


def distances(values: Array, base: int, margin: float = 0.0, *, backwards: bool = False) -> Array:
    """Return shortest distances from a type to all (or from all to it), lengths + margin.

    The table must have no negative cycle (beyond the margin).
    """
    if backwards:
        values = (values - np.diagonal(values)[:, None]).T
    graph = Graph.of(values)
    added = np.ldexp(margin, -graph.exponent)
    ceiling = graph.diagonal - graph.table[:, base] + added
    ceiling[base] = 0.0
    return np.ldexp(_below(graph, ceiling, added), graph.exponent)


def revenue_maximal(values: Array, outside: ArrayLike = 0.0, margin: float = 0.0) -> Array:
    """Return min over paths from the outside option: the largest DSIC and IR payments."""
    graph = Graph.of(values)
    option = np.ldexp(outside_options(outside, len(values)), -graph.exponent)
    ceiling = graph.diagonal - option
    return np.ldexp(_below(graph, ceiling, np.ldexp(margin, -graph.exponent)), graph.exponent)


def revenue_program(
    values: ArrayLike, prior: ArrayLike | None = None, outside: ArrayLike = 0.0
) -> RevenueProgram:
    """Return the largest expected payment under DSIC and IR by linear programming.

    Parameters
    ----------
    values : (types, types) array_like
    prior : (types,) array_like, optional
        Probabilities; uniform by default.
    outside : float or (types,) array_like
        Utility of each type without the mechanism; −inf where it may not leave.

    Raises
    ------
    InvalidInput
        If no payments exist, or nothing bounds them (said which constraint is missing).

    Examples
    --------
    >>> revenue_program([[2.0, 1.0], [0.0, 1.0]]).revenue
    1.5
    """
    table = square(values)
    count = len(table)
    option = outside_options(outside, count)
    weights = np.full(count, 1.0 / count) if prior is None else np.asarray(prior, dtype=float)
    own = np.diagonal(table)
    program = LinearProgram(
        weights,
        incentive_rows(count),
        "<=",
        edge_lengths(table),
        upper=own - option,
        maximize=True,
        names=[f"payment of type {k}" for k in range(count)],
    )
    answer = program.solve()
    if isinstance(answer, FarkasRay):
        raise InvalidInput(
            "values: no payments make truth best, so there is no revenue to maximise. "
            "`implement` gives the cycle of types that refutes it."
        )
    if isinstance(answer, Ray):
        raise InvalidInput(
            f"outside: payments are {answer} Give the types outside options that are "
            "finite: participation is what bounds payments."
        )
    flow = np.zeros((count, count))
    flow[edge_pairs(count)] = answer.y
    entry = weights + flow.sum(axis=1) - flow.sum(axis=0)
    return RevenueProgram(answer.x, flow, entry, answer)


def edge_pairs(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return sources and targets of all edges, by source."""
    sources, targets = np.divmod(np.arange(count * count), count)
    apart = sources != targets
    return sources[apart], targets[apart]


def edge_lengths(table: Array) -> Array:
    """Return the lengths V[t, t] − V[t, s] in the order of `edge_pairs`."""
    sources, targets = edge_pairs(len(table))
    return table[targets, targets] - table[targets, sources]


def incentive_rows(count: int) -> Any:
    """Return the sparse rows p(t) − p(s) of all edges."""
    from scipy.sparse import csr_array

    sources, targets = edge_pairs(count)
    columns = np.column_stack([targets, sources]).ravel()
    signs = np.tile([1.0, -1.0], sources.size)
    starts = np.arange(0, 2 * sources.size + 1, 2)
    return csr_array((signs, columns, starts), shape=(sources.size, count))


def square(values: ArrayLike) -> Array:
    """Return a finite, square table of valuations as C-contiguous float64.

    Raises
    ------
    InvalidInput
        Naming the cell.
    """
    table = floats("values", values)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or not table.size:
        raise InvalidInput(
            f"values: shape {table.shape}. A table of valuations is types x types, with at least "
            "one type: values[t, s] is type t's valuation when s is reported."
        )
    if not (np.isfinite(table.min()) and np.isfinite(table.max())):
        row, column = map(int, np.argwhere(~np.isfinite(table))[0])
        raise InvalidInput(
            f"values: cell ({row}, {column}), type {row}'s valuation when {column} is reported, is "
            f"{table[row, column]}. Valuations must be finite: leave the type out."
        )
    return table


def _below(graph: Graph, ceiling: Array, margin: float) -> Array:
    found = largest_below(graph, ceiling, float(margin))
    if isinstance(found, Cycle):
        raise InvalidInput(
            f"values: types {list(found.nodes)} form a negative cycle, so no payments make truth "
            "best. `implement` gives the proof."
        )
    if not np.isfinite(found).all():
        raise InvalidInput(
            "outside: no type has a finite outside option, so payments are unbounded. "
            "Participation is what bounds them: give at least one type a finite utility."
        )
    return found


def outside_options(outside: ArrayLike, count: int) -> Array:
    """Return the utility of each type without the mechanism, −inf where it may not leave."""
    option = floats("outside", outside)
    if option.shape not in ((), (count,)):
        raise InvalidInput(
            f"outside: shape {option.shape} for {count} types. Give one utility, or one a type."
        )
    if np.isnan(option).any() or (option == np.inf).any():
        raise InvalidInput(
            f"outside: {option[~(option < np.inf)][0]} is no utility. Give a number, or −inf for a "
            "type that may not leave."
        )
    return np.broadcast_to(option, (count,))


def checked_error(error: float) -> float:
    """Return an entrywise error of values, finite and at least 0."""
    if not (isfinite(error) and error >= 0.0):
        raise InvalidInput(
            f"error: {error!r} is not a finite number of at least 0. Give the largest error of a "
            "cell in welfare units, or 0 to decide the table exactly as given."
        )
    return float(error)
