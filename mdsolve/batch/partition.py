"""One partition from rows to results: bad prompts are set aside with reasons, none is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from mdsolve.batch.charges import Engine
from mdsolve.batch.games import Batch
from mdsolve.batch.outcome import BatchOutcome
from mdsolve.batch.parquet import prompts
from mdsolve.batch.solve import solve_batch
from mdsolve.batch.tables import Columns, equal_masses
from mdsolve.errors import InvalidInput
from mdsolve.games.domains import DOMAINS
from mdsolve.mechanism import Mechanism

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Job:
    """What is done with every partition of a run.

    Attributes
    ----------
    mechanism : Mechanism
    columns : Columns
    sizes : mapping from group to size, or None
    normalize, domain : str
        ``"none"``, ``"sum"`` or ``"max"``; ``"any"``, ``"sum"`` or ``"max"``.
    tolerance : float
    """

    mechanism: Mechanism
    columns: Columns
    sizes: Any
    normalize: Literal["none", "sum", "max"]
    domain: Literal["any", "sum", "max"]
    tolerance: float

    def check(self) -> None:
        """Refuse what no partition could do: sizes that do not fit, a payment beside its rule.

        Raises
        ------
        InvalidInput
            Naming what does not fit.
        """
        groups = len(self.columns.groups)
        one, menu = np.full((groups, 1), 1.0), {name: [1.0] for name in self.columns.menu}
        batch = Batch([0, 1], [1.0], one, self.sizes, groups=self.columns.groups, menu=menu or None)
        Engine.of(self.mechanism).alone(batch, 0, self.tolerance)

    def described(self) -> dict[str, Any]:
        """Return all that decides the results, in words and numbers."""
        return {
            "rule": repr(self.mechanism.rule),
            "payment": repr(self.mechanism.payment),
            "prompt_column": self.columns.prompt,
            "outcome_column": self.columns.outcome,
            self.columns.kind: self.columns.masses or "uniform",
            "groups": list(self.columns.groups),
            **({"menu": list(self.columns.menu)} if self.columns.menu else {}),
            "sizes": None if self.sizes is None else {k: float(v) for k, v in self.sizes.items()},
            "normalize": self.normalize,
            "domain": self.domain,
            "tolerance": self.tolerance,
        }


@dataclass(frozen=True)
class Results:
    """The tables of a partition (None where nothing was solved), and how much went where."""

    allocations: pa.Table | None
    groups: pa.Table | None
    rejects: pa.Table
    counts: dict[str, int]


def run_partition(table: pa.Table, job: Job, *, threads: int | None = None) -> Results:
    """Return the results of whole prompts, each prompt's rows together.

    Counts reconcile: prompts = solved + rejected, and so do rows.
    """
    batch = _batch(table, job)
    reasons = _repeats(batch) | {int(k): _reason(batch, int(k)) for k in batch.faulty()}
    batch, reasons = _normalized(batch, job, reasons)
    good = np.delete(np.arange(len(batch)), np.array(list(reasons), dtype=np.intp))
    outcome = None
    if good.size:
        kept = batch if good.size == len(batch) else batch.taken(good)
        outcome = solve_batch(
            kept, job.mechanism, tolerance=job.tolerance, threads=threads, on_error="keep"
        )
        reasons |= {int(good[k]): why for k, why in outcome.failed.items()}
    return _results(batch, outcome, dict(sorted(reasons.items())))


def _batch(table: pa.Table, job: Job) -> Batch:
    columns = job.columns
    starts, names = prompts(table.column(columns.prompt))
    offsets = np.append(starts, table.num_rows)
    if columns.masses is None:
        masses: NDArray[Any] = equal_masses(np.diff(offsets))
    else:
        (masses,) = _matrix(table, [columns.masses])
    logarithmic = columns.kind == "logprob"
    return Batch.unchecked(
        offsets,
        reference=None if logarithmic else masses,
        logprob=masses if logarithmic else None,
        rewards=_matrix(table, columns.groups),
        sizes=job.sizes,
        prompts=names,
        groups=columns.groups,
        outcomes=table.column(columns.outcome).combine_chunks(),
        menu=dict(zip(columns.menu, _matrix(table, columns.menu), strict=True)) or None,
    )


def _matrix(table: pa.Table, names: Sequence[str]) -> NDArray[Any]:
    """Return columns of numbers as rows, what is missing as NaN; single precision stays as it is.

    Each number is copied once, from Arrow's buffers to where it is computed with.
    """
    import pyarrow as pa

    columns = [table.column(name) for name in names]
    single = bool(columns) and all(column.type == pa.float32() for column in columns)
    rows = np.empty((len(names), table.num_rows), dtype=np.float32 if single else np.float64)
    for row, column in zip(rows, columns, strict=True):
        place = 0
        for chunk in column.chunks:
            row[place : place + len(chunk)] = chunk.to_numpy(zero_copy_only=False)
            place += len(chunk)
    return rows


def _reason(batch: Batch, k: int) -> str:
    return batch.fault(k).partition(": ")[2]


def _repeats(batch: Batch) -> dict[int, str]:
    """Return the games in which an outcome is named twice, or not at all."""
    import pyarrow as pa
    import pyarrow.compute as pc

    names: Any = batch.outcomes
    parts, found = batch.segments(), dict[int, str]()
    if names.null_count:
        nameless = parts.max(names.is_null().to_numpy(zero_copy_only=False).astype(float)) > 0.0
        why = "an outcome has no name. Fill it, or drop the row."
        found = {int(k): why for k in np.flatnonzero(nameless)}
    coded = names if isinstance(names, pa.DictionaryArray) else names.dictionary_encode()
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    rises = np.ones(codes.size, dtype=bool)
    np.greater(codes[1:], codes[:-1], out=rises[:-1])
    rises[parts.starts[1:] - 1] = True
    unsure = np.flatnonzero(np.logical_not(parts.min(rises)))
    cells, some = parts.taken(unsure)
    width = int(codes.max(initial=0)) + 1
    keys = some.number * width + codes[cells]
    if some.size * width <= 8 * keys.size and keys.min(initial=0) >= 0:  # no sort where few codes
        marked = np.zeros(some.size * width, dtype=bool)
        marked[keys] = True
        if np.count_nonzero(marked) == keys.size:
            return found
    keys.sort()
    twins = keys[1:][keys[1:] == keys[:-1]]
    places, first = np.unique(twins // width, return_index=True)
    for place, twin in zip(places, twins[first], strict=True):
        name = coded.dictionary[int(twin % width)]
        why = f"outcome {str(name)!r} is named twice. Rename or drop one of the two."
        found.setdefault(int(unsure[place]), why)
    return found


def _normalized(batch: Batch, job: Job, reasons: dict[int, str]) -> tuple[Batch, dict[int, str]]:
    """Return the batch with normalised rewards, and the games that are outside the domain."""
    parts, found = batch.segments(), dict(reasons)
    rewards = np.asarray(batch.rewards, dtype=float)
    with np.errstate(all="ignore"):
        if job.normalize != "none":
            total = parts.sum(rewards) if job.normalize == "sum" else parts.max(rewards)
            unfit = (parts.min(rewards) < 0.0).any(axis=0) | (total <= 0.0).any(axis=0)
            for k in np.flatnonzero(unfit):
                found.setdefault(int(k), _normalizing(batch, int(k), job.normalize))
            rewards = rewards / parts.spread(total)
            batch = batch.with_rewards(rewards)
        if job.domain != "any":
            total = parts.sum(rewards) if job.domain == "sum" else parts.max(rewards)
            outside = (parts.min(rewards) < 0.0).any(axis=0)
            outside |= (np.abs(total - 1.0) > 1e-9).any(axis=0)
            for k in np.flatnonzero(outside):
                if int(k) not in found and (why := _outside(batch, int(k), job.domain)):
                    found[int(k)] = why
    return batch, found


def _normalizing(batch: Batch, k: int, kind: str) -> str:
    try:
        batch.game(k).normalized(kind)
    except InvalidInput as error:
        return str(error)
    return f"the rewards cannot be {kind}-normalized."


def _outside(batch: Batch, k: int, domain: str) -> str | None:
    game = batch.game(k)
    for name, row in zip(game.groups, game.rewards, strict=True):
        if why := DOMAINS[domain]().violation(row, game.outcomes):
            return f"group {name!r}: {why}"
    return None


def _results(batch: Batch, outcome: BatchOutcome | None, reasons: dict[int, str]) -> Results:
    import pyarrow as pa

    games, _, rows = batch.shape
    counts = batch.counts
    rejected = np.array(list(reasons), dtype=np.intp)
    lost = int(counts[rejected].sum())
    names: Any = batch.prompts
    rejects = pa.table(
        {
            "prompt": names.take(pa.array(rejected)),
            "rows": pa.array(counts[rejected]),
            "reason": pa.array(list(reasons.values()), pa.string()),
        }
    )
    allocations = groups = None
    if outcome is not None and len(outcome) > len(outcome.failed):
        allocations, groups = outcome.allocations(coded=True), outcome.groups(coded=True)
        if outcome.failed:
            solved = np.ones(len(outcome), dtype=bool)
            solved[list(outcome.failed)] = False
            cells = outcome.batch.segments().spread(solved)
            allocations = allocations.filter(pa.array(cells))
            groups = groups.filter(pa.array(np.repeat(solved, len(batch.groups))))
    total = {
        "prompts": games,
        "solved": games - len(reasons),
        "rejected": len(reasons),
        "rows": rows,
        "rows_solved": rows - lost,
        "rows_rejected": lost,
    }
    if (0 if allocations is None else allocations.num_rows) != total["rows_solved"]:
        raise AssertionError("rows are lost between a partition and its results")
    return Results(allocations, groups, rejects, total)
