"""A training rule: argmax over models of welfare G(v_1..v_n; w) − λ D(π‖π0) ([S] §2, Def 4.1).

Each is a disciplined convex program (`problem`) that a user may extend, and has a fast route of
its own (`train`): min over g ≥ 0 of Φ(Σ g_i r_i) − G_*(g), n-dimensional whatever the outcomes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.divergences import Divergence
from mdsolve.divergences import divergence as resolve
from mdsolve.errors import InvalidInput, ToleranceNotReached
from mdsolve.games import Game
from mdsolve.precision import EPS
from mdsolve.solvers import conic, require, welfare_dual
from mdsolve.training_rules.training import (
    TOLERANCE,
    NoPoint,
    Training,
    accept,
    best_of,
    checked_strength,
    checked_tolerance,
    is_constrained,
    refuse_negative,
    refuse_other_games,
    refuse_out_of_range,
)
from mdsolve.value_function import Bracket, Optimum, ValueFunction
from mdsolve.welfare import Power, Social, Welfare

if TYPE_CHECKING:
    import cvxpy as cp

Array = NDArray[np.float64]


@dataclass(frozen=True, init=False)
class TrainingRule:
    """What every rule over models shares: a divergence, a strength, a welfare, two routes.

    Parameters
    ----------
    divergence : Divergence or str
        What keeps the model near its reference.
    strength : float
        λ > 0, welfare units.

    Raises
    ------
    InvalidInput
        If the divergence is unknown or the strength is not a positive finite number.
    """

    divergence: Divergence
    strength: float
    welfare: Welfare = field(init=False, repr=False, compare=False)

    #: the largest Σ w_i v_i over some fixed set of models wins: VCG payments apply
    affine_maximizer = False

    def __init__(self, divergence: Divergence | str, strength: float, welfare: Welfare):
        object.__setattr__(self, "divergence", resolve(divergence))
        object.__setattr__(self, "strength", checked_strength(strength))
        object.__setattr__(self, "welfare", welfare)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.divergence!r}, strength={self.strength:g})"

    def problem(self, game: Game, *, variable: cp.Variable | None = None) -> cp.Problem:
        """Return the rule at a game as a disciplined convex program (CVXPY).

        Its variables are ``model`` (outcomes,) and ``values`` (groups,), its parameters the
        rewards, the sizes and the strength: solve it yourself, or build constraints on its
        variables and hand those to `train`.
        """
        self._check(game)
        return conic.statement(self._statement(game), variable=variable)

    def train(
        self,
        game: Game,
        *,
        solver: str = "auto",
        tolerance: float = TOLERANCE,
        constraints: Any = (),
    ) -> Training:
        """Return the trained model with a bracket of the optimum.

        Parameters
        ----------
        game : Game
        solver : str
            ``"auto"``, or a name of `mdsolve.SOLVERS`.
        tolerance : float
            Width of the bracket that is accepted, relative to ``max(|Φ|, max|c|)``.
        constraints : sequence of CVXPY constraints, or callable
            More constraints, on the variables ``model`` and ``values`` of `problem`, or a
            callable that maps a model variable to a list. A conic solver is then used.

        Raises
        ------
        ToleranceNotReached
            If the bracket of every solver tried is wider, with both ends and what to try.
        InvalidInput
            If the solver is unknown or cannot solve this rule, or the game is outside the rule.

        Examples
        --------
        >>> import mdsolve as md
        >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], sizes=[3, 1])
        >>> md.SocialWelfare(md.SquaredL2(), 4.0).train(game).model
        array([0.625, 0.375])
        """
        self._check(game)
        checked_tolerance(tolerance)
        constrained = is_constrained(constraints)
        missed: list[ToleranceNotReached] = []
        for name in self._route(solver, constrained):
            for training in self._run(game, name, constraints):
                try:
                    accepted = accept(game, training, tolerance, self.strength)
                    return replace(accepted, rule=self, game=game, constrained=constrained)
                except ToleranceNotReached as miss:
                    missed.append(miss)
        raise best_of(missed)

    def at_strength(self, strength: float) -> TrainingRule:
        """Return the same rule at another strength."""
        other = copy(self)
        object.__setattr__(other, "strength", checked_strength(strength))
        return other

    def value_function(self, game: Game) -> ValueFunction:
        """Return Φ at this rule's divergence and strength."""
        return ValueFunction(game, self.divergence, self.strength)

    def engine(self, solver: str) -> str:
        """Return which of Φ's two engines a fast route uses: KL's closed form or the multiplier."""
        if solver == "exponential" and self.divergence.name != "kl":
            raise InvalidInput(
                f'solver "exponential" is the closed form of KL, not of {self.divergence!r}. '
                'Use "multiplier" or "auto".'
            )
        if solver in ("exponential", "multiplier"):
            return solver
        return "exponential" if self.divergence.name == "kl" else "multiplier"

    def _check(self, game: Game) -> None:
        refuse_other_games(game)
        if self.welfare.needs_positive:
            refuse_negative(game, type(self).__name__)
        if isinstance(self.welfare, Power):
            refuse_out_of_range(game, self.welfare.alpha)
        self.value_function(game)

    def _statement(self, game: Game) -> conic.Statement:
        return conic.Statement(self.divergence, self.strength, game, self.welfare)

    def _route(self, solver: str, constrained: bool) -> Sequence[str]:
        require(solver)
        if solver in conic.CONIC_SOLVERS:
            return (solver,)
        conics = conic.suited(self.divergence, self.welfare)
        if solver == "conic":
            return conics
        if solver == "auto":
            return conics if constrained else ("fast", *conics)
        if constrained:
            raise InvalidInput(
                f"solver {solver!r} cannot take constraints of the user's own. "
                f'Use "auto" or one of {", ".join(conics)}.'
            )
        self.engine(solver)
        return (solver,)

    def _run(self, game: Game, name: str, constraints: Any) -> Iterator[Training | NoPoint]:
        if name in conic.CONIC_SOLVERS:
            return self._conic(game, name, constraints)
        return iter((self._fast(game, self.engine(name)),))

    def _fast(self, game: Game, engine: str) -> Training:
        def evaluate(weights: Array, strength: float) -> Optimum:
            return ValueFunction(game, self.divergence, strength).solve(weights, engine=engine)

        found = welfare_dual.solve(evaluate, self.welfare, game.sizes, self.strength)
        at = evaluate(found.weights, self.strength)
        model = at.model
        if found.correction.any():
            model = at.tilted(np.asarray(found.correction @ game.rewards))
        bracket = self._bracket(at.function, model, found.weights, at.bracket.upper)
        name = f"welfare_dual ({at.solver})"
        return Training(model, *bracket, at.multiplier, found.weights, name, 0.0, at)

    def _conic(self, game: Game, name: str, constraints: Any) -> Iterator[Training | NoPoint]:
        """Yield a conic solver's points, each with the bracket that its own duals prove."""
        own = None
        if is_constrained(constraints):
            own = conic.OwnConstraints.read(constraints, game.rewards)
        for answer in conic.answers(self._statement(game), name, own):
            label = f"{answer.solver} {answer.version}"
            model = answer.model
            if model is None:
                yield NoPoint(label, answer.reason)
                continue
            weights = game.sizes if isinstance(self.welfare, Social) else answer.weights
            phi = self.value_function(game)
            combined, constant = phi.combine(weights), 0.0
            violation = price = 0.0
            if own is not None:
                tilt, constant = own.lagrangian(model, answer.duals)
                combined = combined.plus(1.0, tilt)
                model = own.inward(model, answer.solver)
                violation = own.violation(model)
                price = sum(float(np.abs(dual).sum()) for dual in own.own_duals(answer.duals))
            above = phi.upper(answer.multiplier, combined)
            if not isfinite(above):  # near a pole the least inaccuracy of ν is too much
                above = phi.least_upper(combined)
            bracket = self._bracket(phi, model, weights, constant + above)
            # what a model that misses an equality may gain by that
            bracket = Bracket(bracket.lower - 2.0 * price * violation, bracket.upper)
            yield Training(model, *bracket, answer.multiplier, weights, label, violation)

    def _bracket(self, phi: ValueFunction, model: Array, weights: Array, above: float) -> Bracket:
        """Return [G(v(π)) − λD(π), Φ(Σ g_i r_i) − G_*(g)], widened by its own rounding."""
        game = phi.game
        welfare = self.welfare.value(np.asarray(game.rewards @ model), game.sizes)
        conjugate = self.welfare.conjugate(weights, game.sizes)
        cost = self.strength * phi.divergence_of(model)
        terms = max(abs(welfare), abs(cost), abs(above), abs(conjugate), _cancelled(game, weights))
        slack = EPS * (12.0 + game.shape[0] + 2.0 * _exponent(weights, game.sizes)) * terms
        return Bracket(welfare - cost - slack, above - conjugate + slack)


def _cancelled(game: Game, weights: Array) -> float:
    """Return Σ g max|r| over groups whose values may cancel, having rewards of both signs."""
    lowest, highest = game.reward_bounds.T
    return float(weights @ np.where(lowest < 0, np.maximum(-lowest, highest), 0.0))


def _exponent(weights: Array, sizes: Array) -> float:
    """Return the largest |log(g/w)|: by so much a power of g/w magnifies its rounding."""
    ratios = weights[weights > 0] / sizes[weights > 0]
    return float(np.abs(np.log(ratios)).max(initial=0.0))
