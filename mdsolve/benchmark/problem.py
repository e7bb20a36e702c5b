"""A named problem: a program in doubles, and a bracket of its optimum that a certificate proves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import Any

from mdsolve.benchmark.program import ConicProgram
from mdsolve.certificates.schema import Certificate

#: what is known of a program's optimum; "unknown" only of programs that users bring
STATUSES = ("optimal", "infeasible", "unbounded", "unknown")


@dataclass(frozen=True, eq=False)
class Statement:
    """What a family makes of its parameters: the program, and what has to be proved of it.

    Attributes
    ----------
    program : ConicProgram
    certify : callable, optional
        Returns the certificate of the optimum, or of infeasibility, and the bracket of the
        *program's* optimum that follows from it: ``(certificate, lower, upper)``.
    problem : callable, optional
        Returns the bytes of the certificate's problem.json, from the statement alone: what binds a
        stored certificate to this program.
    axes : mapping
        Of ``"outcomes"``, ``"groups"`` and ``"types"``, those that the family has.
    scale : float
        What errors of the objective are relative to (objective units).
    game, rule : Game and TrainingRule, optional
        Where the program is a training rule at a game.
    lift : callable, optional
        Returns the program's x at a model (outcomes,), so that routes that know the game alone are
        judged on the same program.
    """

    program: ConicProgram
    certify: Callable[[], tuple[Certificate, float, float]] | None = None
    problem: Callable[[], bytes] | None = None
    axes: Mapping[str, int] = field(default_factory=dict)
    scale: float = 1.0
    game: Any = None
    rule: Any = None
    lift: Callable[[Any], Any] | None = None


@dataclass(frozen=True, eq=False)
class Problem:
    """A named problem.

    Attributes
    ----------
    name, family : str
    sets : tuple of str
        Of ``"smoke"``, ``"standard"``, ``"hard"`` and ``"large"``.
    state : callable
        Returns the `Statement`; called once, when it is first needed.
    status : str
        ``"optimal"``, ``"infeasible"``, ``"unbounded"``, or ``"unknown"`` (a user's own).
    lower, upper : float
        The proved bracket of the program's optimum, in its own sense.
    seed : int
        With `parameters` regenerates the program bit for bit.
    parameters : mapping
        What the family was asked for.
    source, hard : str
        Where it comes from, and what makes it hard.
    digest : str
        SHA-256 of the program's numbers; empty where nobody wrote it down.
    """

    name: str
    family: str
    sets: tuple[str, ...]
    state: Callable[[], Statement] = field(repr=False)
    status: str = "unknown"
    lower: float = -inf
    upper: float = inf
    seed: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    hard: str = ""
    digest: str = field(default="", repr=False)

    @cached_property
    def statement(self) -> Statement:
        """What the family makes of the parameters."""
        return self.state()

    @property
    def program(self) -> ConicProgram:
        """The program in doubles."""
        return self.statement.program

    @property
    def axes(self) -> Mapping[str, int]:
        """How many outcomes, groups and types it has."""
        return self.statement.axes

    @property
    def scale(self) -> float:
        """What errors of the objective are relative to (objective units)."""
        return self.statement.scale

    @property
    def game(self) -> Any:
        """The game, where the program is a training rule at one."""
        return self.statement.game

    @property
    def rule(self) -> Any:
        """The training rule, where the program is one."""
        return self.statement.rule
