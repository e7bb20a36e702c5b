"""Which conic solvers there are, what cones each has, and the settings that suit a judge.

No import of a solver is made here. CVXPY itself imports every solver that is installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from mdsolve.divergences import Divergence
from mdsolve.errors import InvalidInput
from mdsolve.welfare import Power, Social, Welfare

#: the cones of each divergence's program
DIVERGENCE_CONES = {"l2": "quadratic", "chi2": "quadratic", "hellinger": "second-order"}


@dataclass(frozen=True)
class ConicSolver:
    """One solver: its names, its cones and its settings.

    Attributes
    ----------
    name, package : str
        What users call it, and what is installed.
    cones : frozenset of str
        Of "quadratic", "second-order", "exponential", "power".
    settings : mapping
        Keyword arguments of CVXPY's ``solve``.
    retry : mapping
        Those added for a last attempt, if there are any.
    """

    name: str
    package: str
    cones: frozenset[str]
    settings: Mapping[str, Any] = field(hash=False)
    retry: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def is_installed(self) -> bool:
        """Whether its package is there; nothing is imported."""
        return find_spec(self.package) is not None

    @property
    def version(self) -> str:
        """The version of its package."""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return "unknown"


_CONIC = frozenset({"quadratic", "second-order", "exponential"})

CONIC_SOLVERS: dict[str, ConicSolver] = {
    solver.name: solver
    for solver in (
        ConicSolver(
            "clarabel",
            "clarabel",
            _CONIC | {"power"},
            {"tol_gap_abs": 1e-12, "tol_gap_rel": 1e-12, "tol_feas": 1e-12, "max_iter": 400},
            # by itself it changes its scaling, and often fails, at steps shorter than 0.1
            {"min_switch_step_length": 1e-3},
        ),
        ConicSolver(
            "ecos",
            "ecos",
            _CONIC,
            {"abstol": 1e-12, "reltol": 1e-12, "feastol": 1e-12, "max_iters": 500},
        ),
        ConicSolver(
            "scs",
            "scs",
            _CONIC | {"power"},
            {"eps_abs": 1e-9, "eps_rel": 1e-9, "max_iters": 20_000},
        ),
        ConicSolver(
            "osqp",
            "osqp",
            frozenset({"quadratic"}),
            {"eps_abs": 1e-9, "eps_rel": 1e-9, "max_iter": 100_000, "polishing": True},
        ),
        ConicSolver(
            "piqp",
            "piqp",
            frozenset({"quadratic"}),
            {
                "eps_abs": 1e-12,
                "eps_rel": 1e-12,
                "eps_duality_gap_abs": 1e-12,
                "eps_duality_gap_rel": 1e-12,
                "max_iter": 500,
            },
        ),
    )
}


def suited(divergence: Divergence, welfare: Welfare | None = None) -> tuple[str, ...]:
    """Return the installed solvers that have the cones of a rule, the most reliable first."""
    needed = cones_of(divergence, welfare)
    return tuple(
        name
        for name, solver in CONIC_SOLVERS.items()
        if solver.is_installed and needed <= solver.cones
    )


def cones_of(divergence: Divergence, welfare: Welfare | None = None) -> frozenset[str]:
    """Return the cones that a rule's program needs beyond the linear ones."""
    needed = {DIVERGENCE_CONES.get(divergence.name, "exponential")}
    if isinstance(welfare, Power) and welfare.alpha not in (0.0, 1.0):
        needed.add("power")
    elif isinstance(welfare, Power) and welfare.alpha == 1.0:
        needed.add("exponential")
    return frozenset(needed)


def installed(name: str, divergence: Divergence, welfare: Welfare | None = None) -> ConicSolver:
    """Return the solver called ``name``, if it can solve the rule here.

    Raises
    ------
    InvalidInput
        If there is none of that name, it is not installed, or it has not the cones.
    """
    choice = ", ".join(suited(divergence, welfare))
    if name not in CONIC_SOLVERS:
        raise InvalidInput(
            f"solver {name!r}: there is no conic solver of that name. Choose one of {choice}."
        )
    solver = CONIC_SOLVERS[name]
    if not solver.is_installed:
        raise InvalidInput(
            f"solver {name!r}: its package is not installed. Run 'pip install {solver.package}', "
            f"or choose one of {choice}."
        )
    if missing := cones_of(divergence, welfare) - solver.cones:
        under = "" if welfare is None or isinstance(welfare, Social) else f" under {welfare!r}"
        raise InvalidInput(
            f"solver {name!r}: it has no {' or '.join(sorted(missing))} cone, which {divergence!r}"
            f"{under} needs. Choose one of {choice}."
        )
    return solver
