"""Rules and auctions on real data: answers scored by public scorers, and a shop's click log.

Rewards and masses are rounded to dyadic grids first, so that what is proved is the program itself:
rewards to multiples of 2^-20, masses to multiples of 2^-24 that sum to exactly 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.benchmark.families import concave, welfare
from mdsolve.benchmark.families.drawing import shared
from mdsolve.benchmark.families.statements import of_linear
from mdsolve.benchmark.places import problems_folder
from mdsolve.benchmark.problem import Statement
from mdsolve.errors import InvalidInput
from mdsolve.games import Game, games_from_table
from mdsolve.solvers.linear_program import LinearProgram

Array = NDArray[np.float64]

SIZES = {"readability": 1.0, "sentiment": 2.0, "brevity": 1.0, "similarity": 3.0}
_GRID = 20


def build(parameters: Mapping[str, Any], seed: int) -> Statement:
    """Return a rule or an auction on one of the real tables.

    Parameters
    ----------
    parameters : mapping
        ``data``: ``"answers"`` with ``prompt``, ``divergence``, ``strength`` and perhaps
        ``welfare`` (see `concave.stated`), or ``"clicks"`` with ``positions``, ``items`` and
        ``rounds``, whose values per click are drawn from the seed: the log has no bids.

    Raises
    ------
    InvalidInput
        If there is no such table.
    """
    name = str(parameters.get("data"))
    if name not in TABLES:
        raise InvalidInput(f"parameters: data = {name!r}. Choose one of {', '.join(TABLES)}.")
    return TABLES[name](parameters, seed)


def _answers(parameters: Mapping[str, Any], _: int) -> Statement:
    given = rounded(_prompts()[str(parameters["prompt"])])
    if "welfare" in parameters:
        return concave.stated(given, parameters)
    return welfare.stated(given, str(parameters["divergence"]), float(parameters["strength"]))


@cache
def _prompts() -> dict[str, Game]:
    table = problems_folder() / "real" / "candidates" / "completions.csv"
    return {str(name): game for name, game in games_from_table(table, sizes=SIZES)}


def rounded(game: Game) -> Game:
    """Return a game on the dyadic grids."""
    rewards = np.ldexp(np.rint(np.ldexp(np.asarray(game.rewards), _GRID)), -_GRID)
    masses = shared(game.reference, 24)
    return Game(masses, rewards, game.sizes, outcomes=game.outcomes, groups=game.groups)


def _clicks(parameters: Mapping[str, Any], seed: int) -> Statement:
    """The most welfare of showing items in positions over rounds, each item once a round."""
    positions, items = int(parameters["positions"]), int(parameters["items"])
    rounds = int(parameters.get("rounds", 1))
    rates = _rates()[:items, :positions]
    values = 1.0 + np.random.default_rng(seed).integers(0, 64, (rounds, items)) / 16.0
    return of_linear(
        _assignment(values[:, :, None] * rates),
        {"outcomes": items * positions, "groups": items, "types": rounds},
        scale=float((values[:, :, None] * rates).max()) * positions * rounds,
    )


@cache
def _rates() -> Array:
    """Click-through rates of items by position, with one click in a hundred as a prior."""
    path = problems_folder() / "real" / "open_bandit" / "men.csv"
    log = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf-8")
    item, position = log["item"].astype(int), log["position"].astype(int) - 1
    counts, clicks = (np.zeros((item.max() + 1, position.max() + 1)) for _ in range(2))
    np.add.at(counts, (item, position), 1.0)
    np.add.at(clicks, (item, position), log["click"].astype(float))
    rates = (clicks + 1.0) / (counts + 100.0)
    order = np.argsort(-counts.sum(axis=1), kind="stable")
    return np.ldexp(np.rint(np.ldexp(rates, _GRID)), -_GRID)[order]


def _assignment(gains: Array) -> LinearProgram:
    """State an assignment a round, and that no item is shown in more than half of the rounds."""
    rounds, items, positions = gains.shape
    cells = np.arange(gains.size).reshape(gains.shape)
    rows = [*cells.transpose(0, 2, 1).reshape(-1, items), *cells.reshape(-1, positions)]
    sides = [1.0] * len(rows)
    if rounds > 1:
        rows += [*cells.transpose(1, 0, 2).reshape(items, -1)]
        sides += [rounds / 2.0] * items
    from scipy.sparse import csr_array

    lengths = np.array([len(row) for row in rows])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    columns = np.concatenate(rows)
    table = csr_array((np.ones(columns.size), columns, starts), shape=(len(rows), gains.size))
    return LinearProgram(gains.ravel(), table, "<=", sides, lower=0.0, maximize=True)


TABLES: dict[str, Callable[[Mapping[str, Any], int], Statement]] = {
    "answers": _answers,
    "clicks": _clicks,
}
