"""An entry of the race: how a solver is loaded with a problem, and its settings for each target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.problem import Problem

#: accuracies that a race may ask for
TARGETS = (1e-4, 1e-6, 1e-9)

Run = Callable[[Answer | None], Answer]
Load = Callable[[Problem, Mapping[str, Any]], Run]

LINEAR: frozenset[str] = frozenset()
QUADRATIC = frozenset({"quadratic"})
CONIC = frozenset({"second-order", "exponential"})


def always(problem: Problem) -> bool:
    """Return True: whatever the solver `takes` is enough."""
    return True


@dataclass(frozen=True, eq=False)
class Solver:
    """One solver.

    Attributes
    ----------
    name, package : str
        What users call it, and what must be installed.
    takes : frozenset of str
        What it bears beyond linear rows: of ``"quadratic"``, ``"second-order"``,
        ``"exponential"``.
    settings : mapping
        From each target accuracy to the solver's own settings.
    load : callable
        ``load(problem, settings)`` returns ``run``, and ``run(start)`` an `Answer`: what comes
        before the first call is the compilation. `start` is an answer to a problem of the same
        shape, or None.
    warm : bool
        Whether `run` makes anything of a start.
    fits : callable
        Whether a problem is one for it, beyond its cones.
    modules : tuple of str
        What is imported before the clock runs.
    describes : str
    """

    name: str
    package: str
    takes: frozenset[str]
    settings: Mapping[float, Mapping[str, Any]] = field(repr=False)
    load: Load = field(repr=False)
    warm: bool = False
    fits: Callable[[Problem], bool] = field(default=always, repr=False)
    modules: tuple[str, ...] = ()
    describes: str = ""

    @property
    def is_installed(self) -> bool:
        """Whether its package is there; nothing is imported."""
        return find_spec(self.package) is not None

    @property
    def version(self) -> str:
        """The version of its package."""
        return installed_version(self.package)

    def suits(self, problem: Problem) -> bool:
        """Return whether it can be asked to solve a problem at all."""
        return problem.program.needs <= self.takes and self.fits(problem)

    def at(self, target: float, threads: int = 1) -> Mapping[str, Any]:
        """Return the settings for a target: those of the loosest listed that is as tight.

        Where the solver has a setting for its threads, it gets as many as were asked for.

        Examples
        --------
        >>> from mdsolve.benchmark.solvers import SOLVERS
        >>> SOLVERS["clarabel"].at(1e-6, threads=2)["max_threads"]
        2
        """
        if not self.settings:
            return {}
        tight = [listed for listed in self.settings if listed <= target * (1 + 1e-9)]
        found = self.settings[max(tight) if tight else min(self.settings)]
        return {name: threads if name in _THREADS else value for name, value in found.items()}


_THREADS = ("threads", "max_threads")


def installed_version(package: str) -> str:
    """Return the version of an installed package, or ``"unknown"``."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def levels(of: Callable[[float], Mapping[str, Any]]) -> dict[float, Mapping[str, Any]]:
    """Return settings at every target of the race.

    Examples
    --------
    >>> levels(lambda target: {"eps": target / 10})[1e-6]
    {'eps': 1e-07}
    """
    return {target: dict(of(target)) for target in TARGETS}
