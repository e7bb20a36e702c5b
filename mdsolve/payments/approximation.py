"""What unfinished training costs: how far truth and participation fail, against steps and runs.

No group gains more than Φ(c) − F(π; c) by a report r' where its pivot does not depend on it; for
KL r' = r + (1/a − 1) c/w, a = 1 − (1 − ηλ)^k, makes k steps end at the optimum and gains just that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.payments.affine_maximizer import AffineMaximizer
from mdsolve.payments.approximate import Checkpoints, Cost, EarlyStopped, others_welfare
from mdsolve.payments.misreport_search import Lies
from mdsolve.payments.settlement import Settlement
from mdsolve.payments.training_runs import value_at, whole_number
from mdsolve.training_rules.training import TOLERANCE

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]
Progress = Callable[[float, float], object]

STEPS = (1, 2, 5, 10, 20, 50, 100)
AFFINE, CHECKPOINTS, EARLY = "affine maximizer", "checkpoints", "early-stopped"


@dataclass(frozen=True)
class ApproximationRow:
    """One payment after so many steps of the main run.

    Attributes
    ----------
    payment : str
        ``"affine maximizer"`` (full runs without each group), ``"checkpoints"`` or
        ``"early-stopped"``.
    steps, pivot_steps : int
        Of the main run, and of each run without a group.
    runs, total_steps : int
        The cost.
    gap : float
        Certified, of the main run (welfare units).
    gain, gain_bound : float
        The most that a misreport was found to gain, and what none exceeds (welfare units).
    group : str
        Who gains it.
    participation : float
        The most that a truthful group loses by taking part (welfare units).
    payment_error : float
        The farthest that a payment lies from the exact model's (welfare units).
    """

    payment: str
    steps: int
    pivot_steps: int
    runs: int
    total_steps: int
    gap: float
    gain: float
    gain_bound: float
    group: str
    participation: float
    payment_error: float


@dataclass(frozen=True)
class ApproximationTable:
    """Payments from unfinished training, by payment and steps.

    Attributes
    ----------
    rows : tuple of ApproximationRow
    """

    rows: tuple[ApproximationRow, ...]

    def table(self) -> pa.Table:
        """Return one row a payment and number of steps."""
        import pyarrow as pa

        names = [field.name for field in fields(ApproximationRow)]
        return pa.table({name: [getattr(row, name) for row in self.rows] for name in names})

    def of(self, payment: str) -> list[ApproximationRow]:
        """Return one payment's rows."""
        return [row for row in self.rows if row.payment == payment]

    def __repr__(self) -> str:
        head = f"{'payment':<17}{'steps':>6}{'runs':>6}{'in all':>8}"
        head += f"{'gap':>10}{'gain':>10}{'at most':>10}{'IR loss':>10}{'|p - p*|':>10}"
        lines = [
            f"{r.payment:<17}{r.steps:>6}{r.runs:>6}{r.total_steps:>8}{r.gap:>10.2g}{r.gain:>10.2g}"
            f"{r.gain_bound:>10.2g}{r.participation:>10.2g}{r.payment_error:>10.2g}"
            for r in self.rows
        ]
        return "\n".join([head, *lines])


def approximation_table(
    rule: Any,
    game: Game,
    steps: Iterable[int] = STEPS,
    *,
    step_size: float | None = None,
    every: int = 1,
    pivot_share: float = 0.25,
    groups: Sequence[Any] | None = None,
    trials: int = 60,
    seed: int = 0,
    progress: Progress | None = None,
) -> ApproximationTable:
    """Measure three payments from unfinished training; ^C returns the rows that are done.

    Parameters
    ----------
    rule : SocialWelfare
    game : Game
        Of true rewards and sizes.
    steps : iterable of int
        Of the main run.
    step_size : float, optional
        η (1 / welfare units); 0.1/λ by default.
    every : int
        Steps between checkpoints.
    pivot_share : float
        Steps of an early-stopped run, as a part of the main run's.
    groups : sequence of str or int, optional
        Who is tried for misreports; everybody by default. Any real reward may be reported.
    trials : int
        Random misreports tried for each, besides the systematic ones.
    seed : int
    progress : callable, optional
        Called with the numbers of rows done and in all.

    Raises
    ------
    InvalidInput
        As for `Checkpoints` and `EarlyStopped`, or if the share is not in (0, 1].

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], sizes=[3, 1])
    >>> found = approximation_table(md.SocialWelfare("kl", 1.0), game, [5], trials=5)
    >>> [(row.payment, row.runs, row.total_steps) for row in found.rows]
    [('affine maximizer', 3, 15), ('checkpoints', 1, 5), ('early-stopped', 3, 7)]
    """
    chosen = list(steps)
    if not chosen:
        raise InvalidInput("steps: there are none. Give at least one number of steps.")
    for number in chosen:
        whole_number("steps", number)
    whole_number("every", every)
    if not 0.0 < pivot_share <= 1.0:
        raise InvalidInput(
            f"pivot_share: {pivot_share!r} is not in (0, 1]. Give the part of the main run's "
            "steps that a run without a group gets."
        )
    if trials < 0:
        raise InvalidInput(f"trials: {trials!r} is negative. Give the number of random misreports.")
    value_at(rule, game)
    tried = [game.group_index(g) for g in (range(game.shape[0]) if groups is None else groups)]
    exact = AffineMaximizer().settle(rule, game, tolerance=TOLERANCE).payments
    rows: list[ApproximationRow] = []
    try:
        for number in chosen:
            measure = _Measure(
                Lies(rule, game, number, step_size, every, tried, trials, seed), exact
            )
            for found in measure.rows(max(1, round(pivot_share * number))):
                rows.append(found)
                if progress is not None:
                    progress(len(rows), 3 * len(chosen))
    except KeyboardInterrupt:
        pass
    return ApproximationTable(tuple(rows))


@dataclass(frozen=True)
class _Measure:
    lies: Lies
    exact: Array

    def rows(self, pivot_steps: int) -> Iterator[ApproximationRow]:
        lies, rule, game, n = self.lies, self.lies.rule, self.lies.game, self.lies.game.shape[0]
        full = EarlyStopped(lies.steps, lies.steps, lies.step_size)
        saved = Checkpoints(lies.steps, lies.step_size, lies.every)
        early = EarlyStopped(lies.steps, pivot_steps, lies.step_size)
        settlement = full.settle(rule, game, tolerance=TOLERANCE)
        gain, who = lies.search(lies.fixed_pivot)
        bound = settlement.training.gap
        yield self.row(AFFINE, lies.steps, full.cost(n), settlement, gain, bound, who)
        settlement = saved.settle(rule, game, tolerance=TOLERANCE)
        bound = settlement.training.gap + self.pivot_room(settlement)
        found = lies.search(lies.moving_pivot)
        yield self.row(CHECKPOINTS, 0, saved.cost(n), settlement, found[0], bound, found[1])
        settlement = early.settle(rule, game, tolerance=TOLERANCE)
        bound = settlement.training.gap
        yield self.row(EARLY, pivot_steps, early.cost(n), settlement, gain, bound, who)

    def row(
        self,
        payment: str,
        pivot_steps: int,
        cost: Cost,
        settlement: Settlement,
        gain: float,
        bound: float,
        group: int,
    ) -> ApproximationRow:
        return ApproximationRow(
            payment,
            self.lies.steps,
            pivot_steps,
            *cost,
            settlement.training.gap,
            gain,
            bound,
            str(self.lies.game.groups[group]),
            max(0.0, -float(settlement.utilities.min())),
            float(np.abs(settlement.payments - self.exact).max()),
        )

    def pivot_room(self, settlement: Settlement) -> float:
        """Return max_i h_i − F(π0; c₋ᵢ): how far a report could push i's pivot down."""
        models = np.stack([self.lies.game.reference, settlement.training.model])
        others = others_welfare(self.lies.rule, self.lies.game, models)
        room = settlement.payments + others[:, 1] - others[:, 0]
        return max(0.0, float(room[list(self.lies.tried)].max()))
