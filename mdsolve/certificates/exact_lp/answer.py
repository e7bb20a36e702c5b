"""An exact answer to a linear program that proves itself when it is built."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from os import PathLike
from typing import Literal

from mdsolve.certificates.exact_lp import proof
from mdsolve.certificates.exact_lp.program import ExactProgram
from mdsolve.errors import InvalidInput

Status = Literal["optimal", "infeasible", "unbounded", "unverified"]
WITNESSES = {
    "optimal": ("x", "y"),
    "infeasible": ("y",),
    "unbounded": ("x", "ray"),
    "unverified": (),
}


@dataclass(frozen=True, eq=False)
class ExactLp:
    """What is proved about a linear program, with the numbers that prove it.

    Prices y are those of the program in minimisation form: for a maximum, of min −c·x. They are at
    least 0 on ≥ rows, at most 0 on ≤ rows and free on equalities. Bounds of variables have no
    prices of their own: with d = c − yA (c negated for a maximum) a checker takes d_j times the
    lower bound where d_j > 0 and the upper one where d_j < 0.

    - optimal: x keeps every row and bound, and c·x = b·y + Σ_j (that product of d_j).
    - infeasible: b·y > Σ_j max over its bounds of (yA)_j x_j, every maximum being finite.
    - unbounded: x keeps every row and bound; the ray keeps them with all right sides and finite
      bounds replaced by 0, and c·ray < 0.
    - unverified: nothing is claimed, for the reason given.

    Attributes
    ----------
    program : ExactProgram
    status : str
        ``"optimal"``, ``"infeasible"``, ``"unbounded"`` or ``"unverified"``.
    x : (variables,) tuple of Fraction, or None
    y : (rows,) tuple of Fraction, or None
    ray : (variables,) tuple of Fraction, or None
    reason : str
        Why nothing is claimed; empty otherwise.
    pivots : int
        Exact exchanges after the float basis; 0 where it held as it was.
    objective : Fraction or None
        c·x as stated, of an optimum.

    Raises
    ------
    InvalidInput
        If the numbers do not prove the claim: an object that is wrong cannot exist.
    """

    program: ExactProgram = field(repr=False)
    status: Status
    x: tuple[Fraction, ...] | None = field(default=None, repr=False)
    y: tuple[Fraction, ...] | None = field(default=None, repr=False)
    ray: tuple[Fraction, ...] | None = field(default=None, repr=False)
    reason: str = ""
    pivots: int = 0
    objective: Fraction | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        if self.status not in WITNESSES:
            raise InvalidInput(f"status: {self.status!r}. Use one of {', '.join(WITNESSES)}.")
        for name, count in zip(("y", "x", "ray"), (*self.program.shape, None), strict=True):
            given, wanted = getattr(self, name), name in WITNESSES[self.status]
            count = self.program.shape[1] if count is None else count
            if (given is not None) != wanted or (wanted and len(given) != count):
                raise InvalidInput(
                    f"{name}: {'none' if given is None else len(given)}. An answer that is "
                    f"{self.status} has {count if wanted else 'none'}."
                )
        if self.x is not None:
            proof.check_point(self.program, self.x)
        if self.x is not None and self.y is not None:
            proof.check_optimal(self.program, self.x, self.y)
            object.__setattr__(self, "objective", proof.dot(self.program.objective, self.x))
        elif self.y is not None:
            proof.check_infeasible(self.program, self.y)
        if self.ray is not None:
            proof.check_ray(self.program, self.ray)

    @property
    def verdict(self) -> str:
        """How sure the answer is: proved in exact arithmetic, or not at all."""
        return "unverified" if self.status == "unverified" else "certified"

    def write_vipr(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write the proof as a VIPR 1.0 file, for checkers that others wrote.

        Parameters
        ----------
        path : path
        overwrite : bool

        Raises
        ------
        InvalidInput
            If the answer is neither optimal nor infeasible (the format has no rays), or the path
            cannot be written.
        """
        from mdsolve.certificates.vipr import write_vipr

        write_vipr(self, path, overwrite=overwrite)

    def write_mps(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write the program, without the answer, as a free MPS file in exact numbers.

        Raises
        ------
        InvalidInput
            If the path cannot be written.
        """
        from mdsolve.certificates.mps import write_mps

        write_mps(self.program, path, overwrite=overwrite)
