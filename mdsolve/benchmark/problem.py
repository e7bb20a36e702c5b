"""A named problem: a program in doubles, and a bracket of its optimum that a certificate proves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

from mdsolve.benchmark import proofs
from mdsolve.benchmark.program import ConicProgram
from mdsolve.certificates.schema import Certificate, Verdict
from mdsolve.errors import InvalidInput

#: what is known of a program's optimum; "unknown" only of programs that users bring
STATUSES = ("optimal", "infeasible", "unbounded", "unknown")


class Proved(NamedTuple):
    """What a certificate proves of a program's optimum: a status and a bracket of doubles."""

    status: str
    lower: float
    upper: float


@dataclass(frozen=True, eq=False)
class Statement:
    """What a family makes of its parameters: the program, and what has to be proved of it.

    Attributes
    ----------
    program : ConicProgram
    certify : callable, optional
        Issues the certificate of the optimum, or of infeasibility.
    problem : callable, optional
        Returns the bytes of the certificate's problem.json, from the statement alone: what binds a
        stored certificate to this program.
    bracket : callable, optional
        Returns what a verified certificate `Proved` of the *program's* optimum.
    axes : mapping
        Of ``"outcomes"``, ``"groups"`` and ``"types"``, those that the family has.
    scale : float
        What errors of the objective are relative to (objective units).
    game, rule : Game and TrainingRule, optional
        Where the program is a training rule at a game.
    lift : callable, optional
        Returns the program's x at a model (outcomes,), or at what ``floor`` returns, so that routes
        that know the game alone are judged on the same program.
    floor : callable, optional
        Where the program is a group's floor: finds it by this library's own route.
    """

    program: ConicProgram
    certify: Callable[[], Certificate] | None = None
    problem: Callable[[], bytes] | None = None
    bracket: Callable[[Certificate], Proved] | None = None
    axes: Mapping[str, int] = field(default_factory=dict)
    scale: float = 1.0
    game: Any = None
    rule: Any = None
    lift: Callable[[Any], Any] | None = None
    floor: Callable[[], Any] | None = None


@dataclass(frozen=True, eq=False, repr=False)
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
    path : Path or None
        Its file, where it has one; the proof lies beside it.
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
    path: Path | None = field(default=None, repr=False)

    @cached_property
    def statement(self) -> Statement:
        """What the family makes of the parameters."""
        return self.state()

    @cached_property
    def program(self) -> ConicProgram:
        """The program in doubles.

        Raises
        ------
        InvalidInput
            If it is not the one whose digest was written down.
        """
        found = self.statement.program
        if self.digest and found.digest != self.digest:
            raise InvalidInput(
                f"problem {self.name!r}: its program has the digest {found.digest[:16]}…, but the "
                f"one that was proved has {self.digest[:16]}…. Its family or its parameters were "
                "changed: take the change back, or prove it anew."
            )
        return found

    @cached_property
    def certificate(self) -> Certificate:
        """The proof of its bracket, or of its infeasibility.

        Raises
        ------
        InvalidInput
            If it has none, or it cannot be read.
        """
        if self.path is None:
            raise InvalidInput(f"problem {self.name!r}: it has no file, and so no proof beside it.")
        return proofs.read_proof(proofs.proof_path(self.path))

    def check(self) -> Verdict:
        """Check its proof, and that it is about this very program and proves this very bracket.

        Raises
        ------
        InvalidInput
            If the stored proof states another problem, is rejected, or proves something else.
        """
        proofs.confirm(self)
        return self.certificate.check()

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

    def __repr__(self) -> str:
        rows, variables = self.program.shape
        size = f"{variables:,} variables, {rows:,} rows: {self.program.kind}"
        known = f" in [{self.lower!r}, {self.upper!r}]" if self.status == "optimal" else ""
        return f"Problem({self.name} of {self.family}: {size}; {self.status}{known})"
