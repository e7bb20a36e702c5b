"""The bounded simplex method in exact numbers: dual for a point, then primal for the optimum.

Costs are shifted until no reduced cost is wrong, so the dual method runs from any basis; it ends at
a feasible point or at a row that no point satisfies. From the point the primal method with the true
costs ends at an optimum or along a ray. A step that does not change the objective is followed by
Bland's rule until one does, so no basis returns and both methods end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import inf
from time import monotonic

from flint import fmpq, fmpz

from mdsolve.certificates.exact_lp.basis import LOWER, UPPER, Basis


class OutOfReach(Exception):
    """The limits on pivots, on seconds or on the kernel's size were met first."""


@dataclass(frozen=True)
class Infeasible:
    """Multipliers of the rows under which they contradict each other."""

    y: list[fmpz]


@dataclass(frozen=True)
class Unbounded:
    """A feasible basis and a direction along which the cost falls for ever."""

    basis: Basis
    step: list[fmpz]


@dataclass
class Simplex:
    """The two methods, with what they may spend.

    Attributes
    ----------
    kernel_limit, pivot_limit : int
    seconds : float
        From now on; looked at before each step.
    pivots : int
        Exchanges so far.
    """

    kernel_limit: int
    pivot_limit: int
    seconds: float = inf
    pivots: int = field(default=0)
    began: float = field(default_factory=lambda: monotonic())

    def run(self, basis: Basis) -> Basis | Infeasible | Unbounded:
        """Return an optimal basis, or why there is none."""
        found = self.dual(_dual_start(basis))
        if isinstance(found, Infeasible):
            return found
        shifted = found.cost is not basis.program.cost
        return self.primal(replace(found, cost=basis.program.cost) if shifted else found)

    def dual(self, basis: Basis) -> Basis | Infeasible:
        """Return a feasible basis, from one without wrong reduced costs."""
        bland = False
        while True:
            self.look()
            missing = dict(_missing(basis))
            if not missing:
                return basis
            leaving = min(missing) if bland else max(missing, key=lambda v: abs(missing[v]))
            alpha, multipliers = basis.row(leaving)
            rise = 1 if missing[leaving] > 0 else -1
            helping = [
                v for v in basis.nonbasic if alpha[v] and _may_move(basis, v, rise * alpha[v])
            ]
            if not helping:
                return Infeasible([-rise * w for w in multipliers])
            ratio, entering = min((abs(fmpq(basis.reduced[v], alpha[v])), v) for v in helping)
            basis = self._exchange(basis, entering, leaving, LOWER if rise > 0 else UPPER)
            bland = ratio == 0

    def primal(self, basis: Basis) -> Basis | Unbounded:
        """Return an optimal basis, from a feasible one."""
        bland = False
        while True:
            self.look()
            reduced = basis.reduced
            wrong = _wrong(basis)
            if not wrong:
                return basis
            entering = min(wrong) if bland else max(wrong, key=lambda v: abs(reduced[v]))
            rise = 1 if reduced[entering] < 0 else -1
            step = [rise * a for a in basis.column(entering)[0]]
            stops = list(_stops(basis, entering, step))
            if not stops:
                return Unbounded(basis, step[: basis.program.variables])
            length, leaving = min(stops)
            side = UPPER if step[leaving] > 0 else LOWER
            if leaving == entering:
                basis = basis.moved({entering: side})
            else:
                basis = self._exchange(basis, entering, leaving, side)
            bland = length == 0

    def look(self) -> None:
        """Stop where the time is over.

        Raises
        ------
        OutOfReach
            Saying how to allow more.
        """
        if monotonic() - self.began >= self.seconds:
            raise OutOfReach(
                f"{self.seconds:g} seconds and {self.pivots} exact pivots were not enough. Allow "
                "more with seconds=, or state the program at unit size so that the float basis is "
                "nearer."
            )

    def _exchange(self, basis: Basis, entering: int, leaving: int, side: str) -> Basis:
        if self.pivots >= self.pivot_limit:
            raise OutOfReach(
                f"{self.pivots} exact pivots were not enough. Allow more with pivot_limit=, or "
                "state the program at unit size so that the float basis is nearer."
            )
        self.pivots += 1
        return within(basis.exchanged(entering, leaving, side), self.kernel_limit)


def within(basis: Basis, limit: int) -> Basis:
    """Return the basis if its kernel is small enough to be solved exactly."""
    if len(basis.columns) > limit:
        raise OutOfReach(
            f"{len(basis.columns)} basic variables must be solved for exactly, more than "
            f"{limit}. Allow more with kernel_limit=; time grows with the cube."
        )
    return basis


def _dual_start(basis: Basis) -> Basis:
    """Return the basis with statuses and costs of which no reduced cost is wrong.

    A variable with both bounds goes to the other one; the rest have their cost shifted. Rows'
    values cost nothing, so a wrong price is shifted by the row: −y_i on s_i is −y_i A_i on x.
    """
    program, wrong = basis.program, _wrong(basis)
    boxed = [v for v in wrong if program.lower[v] is not None and program.upper[v] is not None]
    rest = sorted(set(wrong) - set(boxed))
    if boxed:
        turned = {LOWER: UPPER, UPPER: LOWER}
        basis = basis.moved({v: turned[basis.status[v]] for v in boxed})
    return replace(basis, cost=_shifted(basis, rest)) if rest else basis


def _shifted(basis: Basis, wrong: list[int]) -> tuple[fmpz, ...]:
    """Return the costs, times a positive integer, under which some reduced costs are 0."""
    program, n = basis.program, basis.program.variables
    _, den = basis.prices
    shifted = [den * c for c in basis.cost]
    for v in wrong:
        for j, a in [(v, 1)] if v < n else program.rows[v - n]:
            shifted[j] -= basis.reduced[v] * a
    return tuple(shifted)


def _missing(basis: Basis) -> Iterator[tuple[int, fmpz]]:
    """Yield the basic variables outside their bounds, with the way back (times den)."""
    values, den = basis.point
    for v in basis.basic:
        low, high = basis.program.lower[v], basis.program.upper[v]
        if low is not None and values[v] < den * low:
            yield v, den * low - values[v]
        elif high is not None and values[v] > den * high:
            yield v, den * high - values[v]


def _fixed(basis: Basis, v: int) -> bool:
    low = basis.program.lower[v]
    return low is not None and low == basis.program.upper[v]


def _may_move(basis: Basis, v: int, way: fmpz) -> bool:
    """Tell whether a nonbasic variable may leave its bound upwards (way > 0) or downwards."""
    at = basis.status[v]
    return not _fixed(basis, v) and (at != LOWER or way > 0) and (at != UPPER or way < 0)


def _wrong(basis: Basis) -> list[int]:
    """Return the nonbasic variables that would lower the cost by leaving their bound."""
    reduced = basis.reduced
    return [v for v in basis.nonbasic if reduced[v] and _may_move(basis, v, -reduced[v])]


def _stops(basis: Basis, entering: int, step: list[fmpz]) -> Iterator[tuple[fmpq, int]]:
    """Yield how far each variable lets the step go, in units that all share."""
    values, den = basis.point
    for v in (entering, *basis.basic):
        limits = basis.program.upper if step[v] > 0 else basis.program.lower
        level = limits[v] if step[v] else None
        if level is not None:
            yield fmpq(den * level - values[v], step[v]), v
