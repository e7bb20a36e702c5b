"""The user's own convex constraints g(π) ≤ 0, and what their duals y prove (Lagrange).

For every π that obeys them 0 ≤ −y·g(π) ≤ −y·(g(π̂) + ∇g(π̂)(π − π̂)) = tilt·π + constant, so the
rule under them is at most the rule of c + tilt, plus the constant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.divergences import Divergence
from mdsolve.errors import InvalidInput
from mdsolve.precision import EPS
from mdsolve.solvers.conic.running import ConicAnswer, clean, solve
from mdsolve.solvers.conic.scaling import Scaled
from mdsolve.solvers.conic.statement import compile_program

if TYPE_CHECKING:
    import cvxpy as cp

Array = NDArray[np.float64]


@dataclass(frozen=True)
class OwnConstraints:
    """Constraints that a user adds to a rule, on the variables ``model`` and ``values``.

    Attributes
    ----------
    model, values : cp.Variable
    constraints : tuple of cp.Constraint
        Convex inequalities and affine equalities.
    rewards : (groups, outcomes) array
        values = rewards @ model.
    """

    model: cp.Variable
    values: cp.Variable
    constraints: tuple[Any, ...]
    rewards: Any

    @classmethod
    def read(
        cls, constraints: Sequence[Any] | Callable[[cp.Variable], Sequence[Any]], rewards: Any
    ) -> OwnConstraints:
        """Return what the user gave: constraints, or a callable from the model to a list.

        Raises
        ------
        InvalidInput
            If a constraint is of another kind or not convex, or names another variable.
        """
        import cvxpy as cp

        groups, outcomes = rewards.shape
        own: dict[str, cp.Variable] = {}
        if callable(constraints):
            own["model"] = cp.Variable(outcomes, name="model")
            constraints = constraints(own["model"])
        try:
            listed = tuple(constraints)
        except TypeError as error:
            raise InvalidInput(
                f"constraints: the callable returned a {type(constraints).__name__}. Return a list "
                "of CVXPY constraints."
            ) from error
        for place, constraint in enumerate(listed):
            _check_kind(place, constraint)
            for variable in constraint.variables():
                _check_variable(place, variable, own, outcomes, groups)
        model = own.get("model", cp.Variable(outcomes, name="model"))
        values = own.get("values", cp.Variable(groups, name="values"))
        return cls(model, values, listed, rewards)

    def extend(self, change: Scaled, divergence: Divergence, form: str) -> cp.Problem:
        """Return the program under these constraints, which come last and in their order."""
        import cvxpy as cp

        program = compile_program(
            divergence, change.welfare, change.data, form, self.model, self.values
        )
        problem = program.problem
        return cp.Problem(problem.objective, [*problem.constraints, *self.constraints])

    def own_duals(self, duals: Sequence[Array]) -> tuple[Array, ...]:
        """Return those of an answer's duals that belong to these constraints."""
        return tuple(duals[len(duals) - len(self.constraints) :])

    def violation(self, model: Array) -> float:
        """Return by how much a model misses the constraints at worst (their own units)."""
        self._place(model)
        return max((_excess(constraint) for constraint in self.constraints), default=0.0)

    def inward(self, model: Array, solver: str) -> Array:
        """Return a model nearby that obeys the constraints, where one is found.

        A model that misses them is mixed with the point of largest margin (solved for once), as
        little as convexity allows; equalities can only be met to the solver's accuracy.
        """
        miss = self.violation(model)
        if miss == 0.0 or (inner := self._deepest(solver)) is None:
            return model
        point, margin = inner
        share = min(1.0, 2.0 * miss / (miss + margin))
        mixed = clean((1.0 - share) * model + share * point)
        return mixed if self.violation(mixed) < miss else model

    def lagrangian(self, model: Array, duals: Sequence[Array]) -> tuple[Array, float]:
        """Return (tilt (outcomes,), constant) with 0 ≤ tilt·π + constant for every feasible π.

        Parameters
        ----------
        model : (outcomes,) array
            Where the constraints are linearised: any point will do, the optimum is tight.
        duals : sequence of arrays
            An answer's, or any others: those of inequalities are cut at 0.
        """
        tilt, constant = np.zeros(model.size), 0.0
        self._place(model)
        for constraint, dual in zip(self.constraints, self.own_duals(duals), strict=True):
            term, at_zero = self._linear(constraint, dual, model)
            tilt, constant = tilt + term, constant + at_zero
        return tilt, constant

    def free_weights(self, answer: ConicAnswer) -> Array:
        """Return g = dG/dv: the duals of v = R x less what the constraints themselves ask of v."""
        weights = np.array(answer.weights)
        if answer.model is None:
            return weights
        self._place(answer.model)
        for own, dual in zip(self.constraints, self.own_duals(answer.duals), strict=True):
            jacobian = own.expr.grad.get(self.values)
            if jacobian is not None:
                weights += np.ravel(jacobian @ _multipliers(own, dual))
        return weights

    def _linear(self, constraint: Any, dual: Array, model: Array) -> tuple[Array, float]:
        y = _multipliers(constraint, dual)
        gradient = self._gradient(constraint.expr, y)
        height = np.ravel(constraint.expr.value, order="F")
        if gradient is None or not np.all(np.isfinite(height)):
            return np.zeros(model.size), 0.0
        terms = gradient * model
        sides = sum(np.abs(np.ravel(side.value, order="F")) for side in constraint.args)
        extent = np.abs(terms).sum() + np.abs(y) @ np.broadcast_to(sides, y.shape)
        return -gradient, float(terms.sum() - y @ height + EPS * (8.0 + model.size) * extent)

    def _gradient(self, expression: Any, y: Array) -> Array | None:
        """Return ∇(y·g) in the model alone, None where g has none there."""
        total = np.zeros(self.model.size)
        for variable, jacobian in expression.grad.items():
            if jacobian is None:
                return None
            along = np.ravel(jacobian @ y)
            total += along if variable.id == self.model.id else np.ravel(along @ self.rewards)
        return total if np.all(np.isfinite(total)) else None

    def _deepest(self, solver: str) -> tuple[Array, float] | None:
        """Return the model of largest margin t, g(π) + t ≤ 0, and t > 0."""
        import cvxpy as cp

        margin = cp.Variable(name="margin")
        listed: list[Any] = [cp.sum(self.model) == 1, self.values == self.rewards @ self.model]
        listed += [self.model >= 0.0, margin <= 1.0]
        for own in self.constraints:
            listed.append(own.expr + margin <= 0 if _is_inequality(own) else own)
        answer = solve(cp.Problem(cp.Maximize(margin), listed), solver)
        if answer.model is None or (depth := -self._highest(answer.model)) <= 0.0:
            return None
        return answer.model, depth

    def _highest(self, model: Array) -> float:
        """Return the largest left side of the inequalities g ≤ 0."""
        self._place(model)
        heights = [np.max(c.expr.value) for c in self.constraints if _is_inequality(c)]
        return float(max(heights, default=0.0))

    def _place(self, model: Array) -> None:
        self.model.save_value(np.asarray(model, dtype=float))
        self.values.save_value(np.asarray(self.rewards @ model, dtype=float))


def _check_kind(place: int, constraint: Any) -> None:
    from cvxpy.constraints.zero import Equality

    if not (_is_inequality(constraint) or isinstance(constraint, Equality)):
        raise InvalidInput(
            f"constraint {place}: a {type(constraint).__name__} where a convex inequality or an "
            "affine equality is needed. Write it with <=, >= or ==, as in "
            "cvxpy.norm(model - target) <= 0.1."
        )
    if not constraint.is_dcp():
        raise InvalidInput(
            f"constraint {place}: {constraint} is not disciplined convex. State it as "
            "convex <= concave or affine == affine (see dcp.stanford.edu)."
        )


def _check_variable(
    place: int, variable: cp.Variable, own: dict[str, cp.Variable], outcomes: int, groups: int
) -> None:
    name = variable.name()
    size = {"model": outcomes, "values": groups}.get(name)
    if size is None:
        raise InvalidInput(
            f"constraint {place}: variable {name!r} is none of the rule's. Use the variables "
            "'model' and 'values' of rule.problem(game), or a callable of the model."
        )
    if variable.shape != (size,):
        raise InvalidInput(
            f"constraint {place}: variable {name!r} has shape {variable.shape} where the game "
            f"needs ({size},). Take it from rule.problem(game) at this game."
        )
    if own.setdefault(name, variable).id != variable.id:
        raise InvalidInput(
            f"constraint {place}: a second variable is called {name!r}. Build all constraints on "
            "the variables of one rule.problem(game)."
        )


def _is_inequality(constraint: Any) -> bool:
    from cvxpy.constraints.nonpos import Inequality

    return isinstance(constraint, Inequality)


def _multipliers(constraint: Any, dual: Array) -> Array:
    y = np.nan_to_num(np.asarray(dual, dtype=float)).ravel(order="F")
    return np.maximum(0.0, y) if _is_inequality(constraint) else y


def _excess(constraint: Any) -> float:
    height = np.asarray(constraint.expr.value, dtype=float)
    if _is_inequality(constraint):
        return float(np.maximum(0.0, height).max(initial=0.0))
    return float(np.abs(height).max(initial=0.0))
