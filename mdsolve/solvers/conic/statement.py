"""The program itself: maximise G(v; w) − λ D(x‖π0) over v = R x, Σ x = 1, x ≥ 0 (math §3).

Products of parameters are not DPP, so v is a variable of its own, and KL's λ log π0 is one
parameter that follows the strength. The dual of Σ x = 1 is the multiplier ν of math §2, that of
v = R x the weights g.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from mdsolve.divergences import Divergence
from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.solvers.conic.forms import cost as divergence_cost
from mdsolve.solvers.conic.forms import default_form, needs_sign
from mdsolve.welfare import Welfare

if TYPE_CHECKING:
    import cvxpy as cp

Array = NDArray[np.float64]

#: beyond this many outcomes data are constants: CVXPY's parameter tensor takes memory in the
#: product of the program's rows and columns (0.4 GB at 1,000 outcomes, 2.7 GB at 3,000)
PARAMETER_OUTCOMES = 1024
#: likewise for the rewards, groups × outcomes
PARAMETER_REWARDS = 1 << 17


class Data(NamedTuple):
    """The numbers of a program.

    Attributes
    ----------
    rewards : (groups, outcomes) array, dense or sparse
    sizes : (groups,) array
    strength : float
    reference, log_reference : (outcomes,) arrays
    """

    rewards: Any
    sizes: Array
    strength: float
    reference: Array
    log_reference: Array | None

    @property
    def parametric(self) -> bool:
        """Whether the data fit CVXPY's parameters: dense and not too many."""
        groups, outcomes = self.rewards.shape
        fits = outcomes <= PARAMETER_OUTCOMES and groups * outcomes <= PARAMETER_REWARDS
        return fits and isinstance(self.rewards, np.ndarray)


@dataclass(frozen=True)
class Statement:
    """A rule at a game: what the program says.

    Attributes
    ----------
    divergence : Divergence
    strength : float
        λ, welfare units.
    game : Game
    welfare : Welfare
        G, of the values and the sizes.
    """

    divergence: Divergence
    strength: float
    game: Game
    welfare: Welfare

    @property
    def data(self) -> Data:
        """The numbers, in natural units."""
        game = self.game
        logs = game.log_reference if self.divergence.name == "kl" else None
        return Data(game.rewards, game.sizes, self.strength, game.reference, logs)


def statement(
    stated: Statement, *, variable: cp.Variable | None = None, form: str = ""
) -> cp.Problem:
    """Return a rule at a game as a CVXPY problem in natural units, DCP and DPP.

    Its variables are ``model`` (outcomes,) and ``values`` (groups,); its first two constraints are
    Σ x = 1 and v = R x. Up to 1,024 outcomes its parameters are ``rewards``, ``sizes`` and
    ``strength``, and for KL ``log_reference`` = λ log π0, which follows the strength by itself;
    beyond, and where rewards are sparse, the data are constants.

    Parameters
    ----------
    stated : Statement
    variable : cp.Variable, optional
        The model, of shape (outcomes,), where the user has one.
    form : str
        ``"plain"``, or for KL ``"entropy"``: (λ log π0)·x + λ Σ entr(x), which suits Clarabel, SCS
        and references that underflow; ``"relative"``, by relative entropy, suits ECOS.

    Raises
    ------
    InvalidInput
        If the variable has another shape or name.
    """
    form = form or default_form(stated.divergence)
    return compile_program(stated.divergence, stated.welfare, stated.data, form, variable).problem


@dataclass(frozen=True)
class Program:
    """A CVXPY problem and the handles to put other numbers into it."""

    problem: cp.Problem
    parameters: dict[str, Any]

    def assign(self, data: Data) -> None:
        """Put other numbers of the same shape into the program."""
        handles = self.parameters
        for name in ("strength", "sizes", "rewards"):
            handles[name].value = getattr(data, name)
        if "prior" in handles:
            handles["prior"].value = data.log_reference


def compile_program(
    divergence: Divergence,
    welfare: Welfare,
    data: Data,
    form: str,
    model: cp.Variable | None = None,
    values: cp.Variable | None = None,
) -> Program:
    """Return the program of a divergence and a welfare on data, in one of KL's forms."""
    import cvxpy as cp

    groups, outcomes = data.rewards.shape
    x = cp.Variable(outcomes, name="model") if model is None else _fitting(model, "model", outcomes)
    v = cp.Variable(groups, name="values") if values is None else _fitting(values, "values", groups)
    handles = _handles(data)
    rewards, sizes, strength = (handles[name] for name in ("rewards", "sizes", "strength"))
    if form == "entropy":
        cost = _entropy_cost(x, strength, data.log_reference, handles)
    else:
        with np.errstate(over="ignore", divide="ignore"):
            cost = strength * divergence_cost(divergence, form, x, data.reference)
    constraints: list[Any] = [cp.sum(x) == 1, v == rewards @ x]
    if needs_sign(divergence):
        constraints.append(x >= 0)
    problem = cp.Problem(cp.Maximize(welfare.expression(v, sizes) - cost), constraints)
    return Program(problem, handles)


def _handles(data: Data) -> dict[str, Any]:
    import cvxpy as cp

    if not data.parametric:
        return {
            "rewards": cp.Constant(data.rewards),
            "sizes": cp.Constant(data.sizes),
            "strength": cp.Constant(data.strength),
        }
    return {
        "rewards": cp.Parameter(data.rewards.shape, name="rewards", value=data.rewards),
        "sizes": cp.Parameter(data.sizes.shape, name="sizes", nonneg=True, value=data.sizes),
        "strength": cp.Parameter(name="strength", nonneg=True, value=data.strength),
    }


def _entropy_cost(x: cp.Variable, strength: Any, logs: Any, handles: dict[str, Any]) -> Any:
    """Return −(λ log π0)·x − λ (Σ entr(x) + Σ x − 1), whose dual of Σ x = 1 is ν of math §2."""
    import cvxpy as cp

    if isinstance(strength, cp.Parameter):
        handles["prior"] = prior = cp.Parameter(x.shape, name="prior", value=logs)

        def product() -> Any:
            return cast(Any, strength.value) * prior.value

        linear = cp.CallbackParam(product, shape=x.shape, name="log_reference")
    else:
        linear = cp.Constant(strength.value * logs)
    return -linear @ x - strength * (cp.sum(cp.entr(x)) + cp.sum(x) - 1.0)


def _fitting(variable: cp.Variable, name: str, size: int) -> cp.Variable:
    if variable.shape != (size,) or variable.name() != name:
        raise InvalidInput(
            f"variable {variable.name()!r}: shape {variable.shape} where the game needs ({size},) "
            f"and the name {name!r}. Build it as cvxpy.Variable({size}, name={name!r})."
        )
    return variable
