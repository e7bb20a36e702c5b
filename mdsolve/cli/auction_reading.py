"""Options of ``mdsolve auction`` become logs, values per click, and a payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mdsolve.cli.reading import named_numbers
from mdsolve.data_driven.clicks import AUCTION_PAYMENTS, ClickLogs, ClickPayment, Log, Lottery
from mdsolve.errors import InvalidInput
from mdsolve.games.sources import EXTENSIONS, opened

Array = NDArray[np.float64]

DRAWN = "drawn"
BIDDER, VALUE, AUCTION = "bidder", "value", "auction"
#: spread of the logarithm of values that are drawn
SPREAD = 0.5


@dataclass(frozen=True)
class Values:
    """What a click is worth to each bidder of each auction, in the logs' order of bidders."""

    by_auction: Mapping[str, Array]
    drawn: bool


def values_of(given: str | None, logs: ClickLogs, seed: int) -> Values:
    """Return values from a table, from ``a=2,b=3``, or drawn."""
    if given is None:
        raise InvalidInput(
            "--values: missing. Give what a click is worth to each bidder: a table with columns "
            "bidder and value, or a=2,b=3, or drawn, as logs have clicks but no values."
        )
    if given == DRAWN:
        return Values(_drawn(logs, seed), drawn=True)
    is_table = Path(given).suffix.lower() in EXTENSIONS
    found = _from_table(Path(given)) if is_table else _from_pairs(given)
    return Values(_matched(found, logs), drawn=False)


def payments_of(
    given: str, rho: float | None, form: str | None, *, many: bool
) -> tuple[ClickPayment, ...]:
    """Return the payments that are asked for; ``many`` allows several, with commas."""
    names = given.split(",") if many else [given]
    for name in names:
        if name not in AUCTION_PAYMENTS:
            raise InvalidInput(
                f"--payment {name!r}: unknown. Choose one of {', '.join(AUCTION_PAYMENTS)}."
            )
    option = "--rho" if rho is not None else "--form" if form is not None else None
    if option is not None and Lottery.name not in names:
        raise InvalidInput(f"{option}: is for the lottery. Leave it out, or --payment lottery.")
    lottery = Lottery(0.9 if rho is None else rho, form or "exact")
    return tuple(lottery if name == lottery.name else AUCTION_PAYMENTS[name]() for name in names)


def numbers_of(option: str, given: str, example: str) -> list[float]:
    """Return numbers with commas."""
    try:
        numbers = [float(part) for part in given.split(",")]
    except ValueError:
        numbers = []
    if not numbers or not np.isfinite(numbers).all():
        raise InvalidInput(f"{option}: {given!r} is not numbers with commas, such as {example}.")
    return numbers


def whole_numbers(option: str, given: str, example: str) -> list[int]:
    """Return whole numbers of at least 1, with commas."""
    numbers = numbers_of(option, given, example)
    if any(number < 1 or number != int(number) for number in numbers):
        raise InvalidInput(f"{option}: {given!r} is not whole numbers of at least 1: {example}.")
    return [int(number) for number in numbers]


def prior_of(given: str | None) -> tuple[float, float] | None:
    """Return the two numbers of a Beta prior."""
    if given is None:
        return None
    numbers = numbers_of("--prior", given, "1,99")
    if len(numbers) != 2 or min(numbers) <= 0.0:
        raise InvalidInput(
            f"--prior: {given!r} is not two positive numbers. Give a,b of a Beta prior, as 1,99."
        )
    return numbers[0], numbers[1]


def _drawn(logs: ClickLogs, seed: int) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    return {name: rng.lognormal(0.0, SPREAD, len(log.bidders)) for name, log in logs.logs.items()}


Found = dict[tuple[str | None, str], tuple[float, str]]


def _from_pairs(given: str) -> Found:
    pairs = named_numbers("--values", given, "a=2,b=3", "value")
    return {(None, name): (value, "--values") for name, value in pairs.items()}


def _from_table(path: Path) -> Found:
    table = opened(path, "Give a row for each bidder.")
    numbers = table.numbers(VALUE, "the header", "Correct the cell.")
    names = table.text(BIDDER, "the header")
    auctions = table.text(AUCTION, "the header") if AUCTION in table.columns else None
    found: Found = {}
    for row, (name, value) in enumerate(zip(names, numbers.tolist(), strict=True)):
        key = (None if auctions is None else auctions[row], name)
        place = f"{table.name}, {table.place(row)}"
        if key in found:
            raise InvalidInput(
                f"{place}: bidder {name!r} has a value already, in {found[key][1]}. Keep one."
            )
        found[key] = (value, place)
    return found


def _matched(found: Found, logs: ClickLogs) -> dict[str, Array]:
    """Return values by auction; refuse negative ones, and names that are on one side only."""
    for (_, name), (value, place) in found.items():
        if not (0.0 <= value < np.inf):
            raise InvalidInput(
                f"{place}: the value of bidder {name!r} is {value:g}. A click is worth a finite "
                "number of at least 0: correct it."
            )
    used: set[tuple[str | None, str]] = set()
    by_auction = {name: _row(name, log, found, used, logs) for name, log in logs.logs.items()}
    unused = next((key for key in found if key not in used), None)
    if unused is not None:
        auction, bidder = unused
        where = "" if auction is None else f" of auction {auction!r}"
        raise InvalidInput(
            f"{found[unused][1]}: bidder {bidder!r}{where} is not in {logs.name}. Correct the "
            "name, or leave its value out."
        )
    return by_auction


def _row(
    auction: str, log: Log, found: Found, used: set[tuple[str | None, str]], logs: ClickLogs
) -> Array:
    row = np.empty(len(log.bidders))
    for k, bidder in enumerate(log.bidders):
        key = next((key for key in ((auction, bidder), (None, bidder)) if key in found), None)
        if key is None:
            where = f" of auction {auction!r}" if auction else ""
            raise InvalidInput(
                f"{logs.name}: bidder {bidder!r}{where} has no value. Add it to --values."
            )
        used.add(key)
        row[k] = found[key][0]
    return row


def effects_of(logs: ClickLogs, slots: int) -> list[float]:
    """Return γ of the slots that are sold: one slot is drawn as the log draws it."""
    if slots == 1 or logs.effects is None:
        return [1.0]
    if slots > logs.effects.size:
        raise InvalidInput(
            f"--slots {slots}: {logs.name} has {logs.effects.size} positions, "
            f"{list(logs.positions)}. Sell at most as many."
        )
    return logs.effects[:slots].tolist()


def said_drawn(seed: int) -> str:
    """Return the note that values are not of the log."""
    return (
        f"Values per click are drawn (log-normal, median 1, σ {SPREAD}, seed {seed}): a log has "
        "clicks, and no values."
    )
