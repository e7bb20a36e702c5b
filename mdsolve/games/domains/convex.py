"""A convex set of rewards of the user's own, {r ≥ 0 : A r ≤ b} or CVXPY constraints ([S] Cor 4.6).

The paper stresses that revenue depends on the exact domain: whatever is known of the rewards may be
said here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from mdsolve.errors import InvalidInput
from mdsolve.games.domains.base import (
    TOLERANCE,
    Array,
    Domain,
    Outcomes,
    checked_count,
    labels_of,
    reward_and_labels,
    size_set,
)
from mdsolve.games.domains.finite import FiniteTypes, crossed, drawn_sizes

if TYPE_CHECKING:
    import cvxpy as cp

_CORNERS = 64
_SETTINGS = {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11}


class ConvexDomain(Domain):
    """Rewards r ≥ 0 under the user's own convex constraints; the set must be bounded.

    Parameters
    ----------
    constraints : (A, b) or callable
        A polytope {r ≥ 0 : A r ≤ b}, A (rows, outcomes) and b (rows,), or a callable from a CVXPY
        variable (outcomes,) to a list of constraints.

    Raises
    ------
    InvalidInput
        If the polytope is not made of finite numbers, or the set turns out empty or unbounded.

    Examples
    --------
    >>> box = ConvexDomain(([[1.0, 1.0], [-1.0, -1.0]], [1.5, -1.0]))  # 1 ≤ r(0) + r(1) ≤ 1.5
    >>> box.violation([0.2, 0.2])
    'row 1 of the polytope is -0.4 where at most -1 is allowed. Move the reward inside.'
    """

    def __init__(
        self,
        constraints: tuple[ArrayLike, ArrayLike] | Callable[[cp.Variable], Sequence[Any]],
    ) -> None:
        if not (
            callable(constraints)
            or (isinstance(constraints, (tuple, list)) and len(constraints) == 2)
        ):
            raise InvalidInput(
                f"constraints: {constraints!r}. Pass (A, b) for A r <= b, or a function from a "
                "CVXPY variable to a list of constraints."
            )
        self.constraints = constraints if callable(constraints) else _polytope(*constraints)

    def stated(self, reward: cp.Variable) -> list[Any]:
        """Return the constraints on a CVXPY variable, r ≥ 0 first."""
        own = self.constraints
        listed = list(own(reward)) if callable(own) else [own[0] @ reward <= own[1]]
        return [reward >= 0.0, *listed]

    def violation(self, reward: ArrayLike, outcomes: Outcomes | None = None) -> str | None:
        """Return which condition fails, or None."""
        array, _, failed = reward_and_labels(reward, outcomes, "a ConvexDomain")
        if failed:
            return failed
        return self._missed_callable(array) if callable(self.constraints) else self._missed(array)

    def sample(
        self, count: int, outcomes: Outcomes, seed: int, sizes: Iterable[float] = (1.0,)
    ) -> FiniteTypes:
        """Return random mixtures of corners in random directions (not uniform on the set)."""
        labels, generator = labels_of(outcomes), np.random.default_rng(seed)
        directions = generator.standard_normal(
            (min(_CORNERS, checked_count("count", count)), len(labels))
        )
        corners = self.corners(directions)
        weights = generator.dirichlet(np.full(len(corners), 0.2), size=count)
        return FiniteTypes(weights @ corners, drawn_sizes(generator, count, sizes), outcomes=labels)

    def grid(
        self, resolution: int, outcomes: Outcomes, sizes: Iterable[float] = (1.0,)
    ) -> FiniteTypes:
        """Return mixtures of `vertices` with weights that are multiples of 1/resolution."""
        from mdsolve.games.domains.normalized import compositions

        labels, steps = labels_of(outcomes), checked_count("resolution", resolution)
        corners = self.vertices(outcomes).rewards
        shares = compositions(steps, len(corners), size_set(sizes).size)
        return crossed(shares @ corners, sizes, labels)

    def vertices(self, outcomes: Outcomes, sizes: Iterable[float] = (1.0,)) -> FiniteTypes:
        """Return the points furthest along each outcome and against it (not all vertices)."""
        labels = labels_of(outcomes)
        directions = np.vstack([np.eye(len(labels)), -np.eye(len(labels))])
        return crossed(np.unique(self.corners(directions), axis=0), sizes, labels)

    def corners(self, directions: Array) -> Array:
        """Return the point of the set furthest along each direction, (directions, outcomes)."""
        import cvxpy as cp

        width = directions.shape[1]
        reward, along = cp.Variable(width), cp.Parameter(width)
        problem = cp.Problem(cp.Maximize(along @ reward), self.stated(reward))
        points: list[Array] = []
        for direction in directions:
            along.value = direction
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # an inaccurate corner is a point all the same
                problem.solve(solver="CLARABEL", **_SETTINGS)
            refuse_status(str(problem.status), self)
            points.append(np.maximum(0.0, np.asarray(reward.value, dtype=float)))
        return np.array(points)

    def bound(self, outcomes: int) -> float:
        """Return the largest Σ r, a bound on every reward; refuse the set where there is none."""
        if outcomes not in self._bounds:
            far = self.corners(np.ones((1, outcomes)))[0]
            self._bounds[outcomes] = float(far.sum()) * (1.0 + 1e-6)
        return self._bounds[outcomes]

    def miss(self, reward: Array) -> float:
        """Return by how much a reward r ≥ 0 misses the constraints at worst (their own units)."""
        if not callable(self.constraints):
            matrix, limits = self.constraints
            return float(np.maximum(0.0, matrix @ reward - limits).max())
        import cvxpy as cp

        variable = cp.Variable(reward.size)
        listed = self.stated(variable)[1:]
        variable.value = reward
        return max((float(np.max(one.violation())) for one in listed), default=0.0)

    def __repr__(self) -> str:
        own = self.constraints
        return f"ConvexDomain({own!r})" if callable(own) else f"ConvexDomain({len(own[1])} rows)"

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    @cached_property
    def _bounds(self) -> dict[int, float]:
        return {}

    def _missed(self, array: Array) -> str | None:
        matrix, limits = self.constraints  # type: ignore[misc]
        if matrix.shape[1] != array.size:
            return f"it has {array.size} outcomes, the polytope {matrix.shape[1]}."
        heights = matrix @ array
        room = TOLERANCE * (1.0 + np.abs(limits) + np.abs(matrix) @ array)
        worst = int((heights - limits - room).argmax())
        if heights[worst] <= limits[worst] + room[worst]:
            return None
        return (
            f"row {worst} of the polytope is {heights[worst]:.12g} where at most "
            f"{limits[worst]:.12g} is allowed. Move the reward inside."
        )

    def _missed_callable(self, array: Array) -> str | None:
        import cvxpy as cp

        variable = cp.Variable(array.size)
        listed = self.stated(variable)[1:]
        variable.value = array
        for place, constraint in enumerate(listed):
            miss = float(np.max(constraint.violation()))
            if not miss <= TOLERANCE * max(1.0, float(array.max())):
                return (
                    f"constraint {place}, {constraint}, is missed by {miss:.12g}. "
                    "Move the reward inside."
                )
        return None


def refuse_status(status: str, domain: ConvexDomain) -> None:
    """Refuse a set that is empty or unbounded."""
    if "unbounded" in status:
        raise InvalidInput(
            f"domain {domain!r}: rewards are not bounded from above. Add a constraint that bounds "
            "them, such as Σ r ≤ 1 or r ≤ 1."
        )
    if "infeasible" in status:
        raise InvalidInput(
            f"domain {domain!r}: no reward r ≥ 0 meets all its constraints. Loosen one of them."
        )


def _polytope(matrix: ArrayLike, limits: ArrayLike) -> tuple[Array, Array]:
    a, b = np.asarray(matrix, dtype=float), np.asarray(limits, dtype=float)
    if a.ndim != 2 or b.shape != a.shape[:1] or not a.size:
        raise InvalidInput(
            f"polytope: A of shape {a.shape} and b of shape {b.shape}. Pass (rows, outcomes) and "
            "(rows,)."
        )
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise InvalidInput(
            "polytope: A or b has a cell that is not finite. Drop rows that bound nothing."
        )
    return a, b
