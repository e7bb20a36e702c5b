"""p_i = p_i^AFF + b_i, the most that truth and voluntary participation allow ([S] Cor 4.6).

b_i = min over types (r', w') of Φ(c₋ᵢ + w' r') − Φ(c₋ᵢ) does not depend on i's own report, so
truth stays a dominant strategy; it is at most what i's presence is worth, so nobody loses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.domains import ConvexDomain, Domain, FiniteTypes, size_set
from mdsolve.games.domains import domain as resolve
from mdsolve.payments.affine_maximizer import AffineMaximizer, row, without
from mdsolve.payments.floors import increment, named, pivots, statement
from mdsolve.payments.settlement import Floor, Settlement
from mdsolve.payments.shortest_path import revenue_maximal
from mdsolve.precision import EPS
from mdsolve.solvers import floor
from mdsolve.training_rules import SocialWelfare
from mdsolve.training_rules.training import Training, accept, is_constrained, trained
from mdsolve.type_graph import type_table
from mdsolve.value_function import Optimum, ValueFunction

if TYPE_CHECKING:
    import cvxpy as cp

Array = NDArray[np.float64]

_FAST = ("auto", "exponential", "multiplier")


class RevenueMaximizing:
    """The largest payments that keep truth dominant and nobody worse off for taking part.

    Parameters
    ----------
    domain : Domain or str
        Which rewards a group may have: `SumNormalized`, `MaxNormalized`, ``"sum"``, ``"max"``, a
        `ConvexDomain`, or `FiniteTypes` (rewards with sizes: payments are shortest paths).
    sizes : sequence of float
        Which sizes it may have, W; the floor is at the smallest. A finite list has its own.

    Raises
    ------
    InvalidInput
        If there is no such domain, or a size is not positive and finite.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> best = md.Mechanism(md.SocialWelfare("l2", 4.0), RevenueMaximizing("sum")).run(game)
    >>> best.payments, best.utilities
    (array([0.5, 0.5]), array([0., 0.]))
    """

    def __init__(self, domain: Domain | str, sizes: ArrayLike = (1.0,)) -> None:
        self.domain = resolve(domain)
        self.sizes = size_set(sizes)

    def settle(
        self,
        rule: Any,
        game: Game,
        *,
        solver: str = "auto",
        tolerance: float,
        constraints: Any = (),
    ) -> Settlement:
        """Return the trained model, all groups' payments and their intervals.

        Raises
        ------
        InvalidInput
            If the rule is not social welfare, a reward is outside the domain or a size outside
            its set, or constraints are given.
        """
        self._check(rule, game, constraints)
        if isinstance(self.domain, FiniteTypes):
            return self._settle_finite(self.domain, rule, game, solver, tolerance)
        if solver not in _FAST:
            return self._settle_inexactly(rule, game, solver, tolerance)
        phi, at, charged = self._optimum(rule, game, solver)
        training = accept(game, trained(at, rule), tolerance, rule.strength)
        floors, affine = self._floors(phi, at, charged)
        utilities = game.sizes * at.values - affine if charged is None else charged[1]
        slack = training.gap + 4.0 * EPS * np.abs(game.sizes * at.values)
        return _settled(training, affine, utilities, floors, slack, exact=True)

    def floors(self, rule: Any, game: Game) -> tuple[Floor, ...]:
        """Return b_i of every group, bracketed, with the report that attains it.

        Examples
        --------
        >>> import mdsolve as md
        >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
        >>> RevenueMaximizing("sum").floors(md.SocialWelfare("kl", 4.0), game)[0].report
        array([1., 0.])
        """
        self._check(rule, game, ())
        if isinstance(self.domain, FiniteTypes):
            raise InvalidInput(
                f"domain {self.domain!r}: on a finite list payments are shortest paths, not a "
                "floor over one type. Run the mechanism, or use the domain that it samples."
            )
        return self._floors(*self._optimum(rule, game, "auto"))[0]

    def problem(self, rule: Any, game: Game, group: Any, *, form: str = "models") -> cp.Problem:
        """Return min Φ(c₋ᵢ + w' r') of one group as a disciplined convex program (CVXPY).

        Parameters
        ----------
        rule, game
        group : str or int
        form : str
            ``"reports"`` minimises over ``report`` in the domain, ``"models"`` maximises over
            ``model``, the dual; their optima agree.

        Raises
        ------
        InvalidInput
            If the domain has no such program.
        """
        self._check(rule, game, ())
        if form not in ("reports", "models"):
            raise InvalidInput(f'form: {form!r} is unknown. Choose "reports" or "models".')
        phi = rule.value_function(game)
        rest = without(phi, phi.combine(game.sizes), game.group_index(group))
        stated = statement(phi, rest, self.domain, float(self.sizes[0]))
        return floor.over_reports(stated) if form == "reports" else floor.over_models(stated)

    def regret(self, rule: Any, game: Game, group: int, reward: Array, size: float) -> float:
        """Return what the group loses by reporting (reward, size): B_Φ(c, c') ≥ 0."""
        self._refuse_outside(game, group, reward, size)
        return AffineMaximizer().regret(rule, game, group, reward, size)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{size:g}" for size in self.sizes)
        return f"RevenueMaximizing({self.domain!r}, sizes=[{sizes}])"

    def _floors(
        self, phi: ValueFunction, at: Optimum, charged: tuple[Array, Array] | None
    ) -> tuple[tuple[Floor, ...], Array]:
        least = float(self.sizes[0])
        floors: list[Floor] = []
        affine: list[float] = []
        for pivot in pivots(phi, at, None if charged is None else charged[0]):
            found = increment(phi, pivot, self.domain, least)
            floors.append(named(phi, at, pivot, found, self.domain, least))
            affine.append(pivot.payment)
        return tuple(floors), np.array(affine)

    def _optimum(
        self, rule: Any, game: Game, solver: str
    ) -> tuple[ValueFunction, Optimum, tuple[Array, Array] | None]:
        """Return Φ, its optimum, and under KL what the affine maximizer charges and leaves."""
        phi = rule.value_function(game)
        if isinstance(self.domain, ConvexDomain) or rule.engine(solver) != "exponential":
            return phi, phi.solve(engine="multiplier"), None
        found = phi.exponential(game.sizes, payments=True)
        return phi, phi.from_exponential(found, game.sizes), (found.payments, found.utilities)

    def _settle_finite(
        self, types: FiniteTypes, rule: Any, game: Game, solver: str, tolerance: float
    ) -> Settlement:
        """Charge shortest paths from taking no part, the others' reports fixed."""
        training = rule.train(game, solver=solver, tolerance=tolerance)
        payments, error = np.empty((2, game.shape[0]))
        for group in range(game.shape[0]):
            place = types.index(row(game, group), float(game.sizes[group]))
            table = type_table(rule, game, group, types, solver=solver)
            payments[group] = revenue_maximal(table.values, margin=2.0 * table.error)[place]
            error[group] = 4.0 * len(types) * table.error
        utilities = game.sizes * np.asarray(game.rewards @ training.model) - payments
        exact = solver in _FAST
        return Settlement(training, payments, utilities, payments - error, payments + error, exact)

    def _settle_inexactly(self, rule: Any, game: Game, solver: str, tolerance: float) -> Settlement:
        """Charge b_i on top of what the affine maximizer charges for an inexact model."""
        given = AffineMaximizer().settle(rule, game, solver=solver, tolerance=tolerance)
        floors = self.floors(rule, game)
        slack = np.stack(
            [given.payments - given.payment_lower, given.payment_upper - given.payments]
        ).max(axis=0)
        return _settled(given.training, given.payments, given.utilities, floors, slack, exact=False)

    def _check(self, rule: Any, game: Game, constraints: Any) -> None:
        if not isinstance(rule, SocialWelfare):
            raise InvalidInput(
                f"payment {self!r}: [S] Cor 4.6 is about SocialWelfare, not {rule!r}. Train by "
                "SocialWelfare, or charge AffineMaximizer where the rule allows it."
            )
        if is_constrained(constraints):
            raise InvalidInput(
                f"payment {self!r}: under constraints on the model the least increment is another "
                "problem. Leave them out, or charge AffineMaximizer."
            )
        for group in range(game.shape[0]):
            self._refuse_outside(game, group, row(game, group), float(game.sizes[group]))

    def _refuse_outside(self, game: Game, group: int, reward: Array, size: float) -> None:
        """Refuse a type outside the domain: its payment could exceed what it gains."""
        if isinstance(self.domain, FiniteTypes):
            self._refuse_unlisted(self.domain, game, group, reward, size)
        elif failed := self.domain.violation(reward, game.outcomes):
            raise InvalidInput(
                f"group {game.groups[group]!r}: {failed} Outside {self.domain!r} these payments "
                "may cost a group more than its presence is worth."
            )
        elif not (np.abs(self.sizes - size) <= 1e-12 * size).any():
            sizes = ", ".join(f"{allowed:g}" for allowed in self.sizes)
            raise InvalidInput(
                f"group {game.groups[group]!r}: size {size:g} is none of ({sizes}). Name all sizes "
                "that a group may have: RevenueMaximizing(domain, sizes=...)."
            )

    @staticmethod
    def _refuse_unlisted(
        types: FiniteTypes, game: Game, group: int, reward: Array, size: float
    ) -> None:
        try:
            types.index(reward, size)
        except InvalidInput as error:
            raise InvalidInput(f"group {game.groups[group]!r}: {error}") from None


def _settled(
    training: Training,
    affine: Array,
    utilities: Array,
    floors: tuple[Floor, ...],
    slack: Array,
    *,
    exact: bool,
) -> Settlement:
    base = np.array([floor.value for floor in floors])
    below, above = (np.array([getattr(f, end) for f in floors]) for end in ("lower", "upper"))
    return Settlement(
        training,
        affine + base,
        utilities - base,
        np.maximum(0.0, affine + below - slack),
        affine + above + slack,
        exact=exact,
        floors=floors,
    )
