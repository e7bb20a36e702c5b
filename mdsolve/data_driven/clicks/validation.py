"""What cannot be an auction or a log is refused here, by bidder, row and value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]

#: sums of larger values might not be finite
MOST_VALUE = 1e300
#: a mean of rates may round to a little above 1
MOST_RATE = 1.0 + 1e-9
ESTIMATORS = ("mean", "ipw", "snipw")


def names_of(given: Sequence[str] | None, count: int) -> tuple[str, ...]:
    """Return the names of bidders, by default their numbers."""
    names = tuple(map(str, range(count))) if given is None else tuple(map(str, given))
    if len(names) != count:
        raise InvalidInput(
            f"bidders: {len(names)} names for {count} bidders. Name each bidder once."
        )
    twins = [name for k, name in enumerate(names) if name in names[:k]]
    if twins:
        raise InvalidInput(f"bidders: {twins[0]!r} is named twice. Rename one of the two.")
    return names


def table_of(name: str, given: ArrayLike) -> Array:
    """Return (auctions, bidders) numbers; one auction may come without its axis."""
    try:
        table = np.atleast_2d(np.asarray(given, dtype=float))
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"{name}: not an array of numbers ({error}). Give (auctions, bidders) numbers."
        ) from error
    if table.ndim != 2 or 0 in table.shape:
        raise InvalidInput(
            f"{name}: shape {table.shape}. Give (auctions, bidders) numbers, at least one of each."
        )
    return table


def refuse_outside(
    what: str, table: Array, names: Sequence[str], least: float, most: float, why: str
) -> None:
    """Refuse the first entry that is not finite or outside [least, most]; last axis: bidders."""
    low, high = float(table.min()), float(table.max())
    if least <= low and high <= most and np.isfinite(low) and np.isfinite(high):
        return
    bad = ~np.isfinite(table) | (table < least) | (table > most)
    at = tuple(int(k) for k in np.argwhere(bad)[0])
    raise InvalidInput(
        f"{what}: auction {at[0]}, bidder {names[at[-1]]!r}: {table[at]:g}. {why}; correct it."
    )


def rates_without_of(
    given: ArrayLike | None, shape: tuple[int, ...], names: Sequence[str]
) -> Array | None:
    """Return E[ω_j|s₋ᵢ] for auctions of a shape, with nothing on the diagonal."""
    if given is None:
        return None
    table = np.asarray(given, dtype=float)
    wanted = (shape[0], shape[1], shape[1])
    try:
        table = np.broadcast_to(table, wanted)
    except ValueError as error:
        raise InvalidInput(
            f"rates_without: shape {table.shape}. Give {wanted}: for each auction and bidder left "
            "out, every bidder's rate."
        ) from error
    others = np.where(np.eye(shape[1], dtype=bool), 0.0, table)
    why = "A rate is the chance of a click"
    refuse_outside("rates_without", others, names, 0.0, MOST_RATE, why)
    return others


def effects_of(given: ArrayLike) -> Array:
    """Return the effects of slots, the best first."""
    effects = np.atleast_1d(np.asarray(given, dtype=float))
    if effects.ndim != 1 or effects.size == 0:
        raise InvalidInput(f"effects: shape {effects.shape}. Give a number for each slot.")
    bad = np.flatnonzero(~((effects >= 0.0) & np.isfinite(effects)))
    if bad.size:
        raise InvalidInput(
            f"effects: slot {bad[0]} has {effects[bad[0]]:g}. Effects multiply rates: give finite "
            "numbers of at least 0."
        )
    rising = np.flatnonzero(np.diff(effects) > 0.0)
    if rising.size:
        slot = int(rising[0])
        raise InvalidInput(
            f"effects: slot {slot + 1} has {effects[slot + 1]:g}, more than slot {slot} with "
            f"{effects[slot]:g}. Name the best slot first."
        )
    return effects


def checked_estimator(name: str, *, propensities: bool) -> str:
    """Return the name of an estimator that the log allows."""
    if name not in ESTIMATORS:
        raise InvalidInput(f"estimator {name!r}: unknown. Choose one of {', '.join(ESTIMATORS)}.")
    if name != "mean" and not propensities:
        raise InvalidInput(
            f"estimator {name!r}: the log has no propensities. Give them, or choose 'mean' if "
            "bidders were shown at random."
        )
    return name


def refuse_pilot(pilot: int, size: int) -> None:
    """Refuse a pilot that is empty, or leaves nothing to estimate rates from."""
    if not 0 < pilot < size:
        raise InvalidInput(
            f"pilot: {pilot} impressions of each bidder, of {size} that the log has. Take at least "
            f"1 and at most {size - 1}, so that the rest can estimate rates."
        )


def column_of(given: ArrayLike, rows: int) -> Array:
    """Return a number for each row."""
    column = np.asarray(given, dtype=float)
    if column.shape != (rows,):
        raise InvalidInput(f"shape {column.shape} for {rows} rows. Give a number for each row.")
    return column


def refuse_rows(what: str, column: Array, fine: NDArray[np.bool_], why: str) -> None:
    """Refuse the first row that is not fine."""
    bad = np.flatnonzero(~fine)
    if bad.size:
        raise InvalidInput(f"row {bad[0]}: {what} {column[bad[0]]:g}. A {what} {why}. Correct it.")
