"""The flat arrays and names of a batch: what fits together, and the labels of some of its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games.labels import checked_labels
from mdsolve.games.validation import SUM_TOLERANCE, floats, group_sizes, read_only

Array = NDArray[np.float64]

#: how far float32 masses may sum from 1: their own rounding
SINGLE_TOLERANCE = 1e-6


def arranged(
    offsets: Any,
    reference: Any,
    rewards: Any,
    sizes: Any,
    logprob: Any,
    prompts: Any,
    groups: Any,
    outcomes: Any,
    menu: Any,
) -> dict[str, Any]:
    """Return the fields of a batch, whose shapes and names fit together; numbers may be bad.

    Raises
    ------
    InvalidInput
        If something does not fit.
    """
    if (reference is None) == (logprob is None):
        raise InvalidInput(
            "reference, logprob: give one of the two, the masses of the model before training "
            "or their natural logarithms."
        )
    matrix = numbers("rewards", rewards)
    if matrix.ndim != 2 or not matrix.shape[0]:
        raise InvalidInput(
            f"rewards: shape {matrix.shape}. Rewards are (groups, cells), one row a group."
        )
    cells = matrix.shape[1]
    bounds = checked_offsets(offsets, cells)
    masses = numbers("reference" if logprob is None else "logprob",
                      reference if logprob is None else logprob)  # fmt: skip
    names = checked_labels("group", groups, matrix.shape[0], "group-")
    refuse_length("reference" if logprob is None else "logprob", masses.shape, cells)
    for what, labels, count in (
        ("prompts", prompts, bounds.size - 1),
        ("outcomes", outcomes, cells),
    ):
        if labels is not None:
            refuse_length(what, (len(labels),), count)
    models, entries = checked_menu(menu, cells)
    return {
        "offsets": bounds,
        "rewards": matrix,
        "sizes": checked_sizes(sizes, names, bounds.size - 1),
        "groups": names,
        "prompts": prompts,
        "outcomes": outcomes,
        "menu": models,
        "entries": entries,
        "masses": masses,
        "logarithmic": logprob is not None,
    }


def rescaled(masses: Array) -> Array:
    """Return single-precision masses (..., outcomes) divided by their sums, where those are 1."""
    total = masses.sum(axis=-1, keepdims=True)
    return np.where(np.abs(total - 1.0) <= SINGLE_TOLERANCE, masses / total, masses)


def numbers(name: str, values: Any) -> NDArray[Any]:
    """Return read-only float32 or float64 numbers, without a copy where they are that."""
    if isinstance(values, np.ndarray) and values.dtype == np.float32:
        return read_only(np.ascontiguousarray(values))
    return floats(name, values)


def checked_offsets(offsets: Any, cells: int) -> NDArray[np.int64]:
    """Return offsets as integers that cut the cells into games, none empty."""
    array = np.asarray(offsets)
    if array.ndim != 1 or array.size < 2 or array.dtype.kind not in "iu":
        raise InvalidInput(
            f"offsets: {array.dtype} of shape {array.shape}. Pass games + 1 integers, from 0 to "
            "the number of cells."
        )
    array = array.astype(np.int64)
    if array[0] != 0 or array[-1] != cells:
        raise InvalidInput(
            f"offsets: from {array[0]} to {array[-1]}, but there are {cells} cells. They begin "
            "with 0 and end with the number of cells."
        )
    empty = np.flatnonzero(np.diff(array) < 1)
    if empty.size:
        k = int(empty[0])
        raise InvalidInput(
            f"offsets: game {k} goes from {array[k]} to {array[k + 1]}. Every game has at least "
            "one outcome: leave out those that have none."
        )
    return read_only(array)


def checked_sizes(sizes: Any, groups: Sequence[str], games: int) -> Array:
    """Return one size a group, or (games, groups)."""
    if sizes is None or isinstance(sizes, Mapping) or np.ndim(sizes) != 2:
        return group_sizes(sizes, groups)
    array = floats("sizes", sizes)
    if array.shape != (games, len(groups)):
        raise InvalidInput(
            f"sizes: shape {array.shape}, but there are {games} games and {len(groups)} groups. "
            "Pass one size a group, or (games, groups)."
        )
    bad = np.argwhere(~((array > 0.0) & (array < np.inf)))
    if bad.size:
        game, group = map(int, bad[0])
        raise InvalidInput(
            f"game {game}, group {groups[group]!r}: size is {array[game, group]}. "
            "Sizes must be positive and finite."
        )
    return array


def checked_menu(menu: Any, cells: int) -> tuple[NDArray[Any] | None, Sequence[str]]:
    """Return a menu's models (entries, cells) and the names of its entries."""
    if menu is None:
        return None, ()
    names = None
    if isinstance(menu, Mapping):
        names, menu = list(menu), np.array(list(menu.values()))
    models = numbers("menu", menu)
    if models.ndim != 2 or not models.shape[0] or models.shape[1] != cells:
        raise InvalidInput(
            f"menu: shape {models.shape}, but there are {cells} cells. Pass (entries, cells), one "
            "row of probabilities for each model, or a mapping from its name to that row."
        )
    return models, checked_labels("entry", names, models.shape[0], "entry-")


def tolerance_of(masses: NDArray[Any]) -> float:
    """Return how far masses of their precision may sum from 1."""
    return SINGLE_TOLERANCE if masses.dtype == np.float32 else SUM_TOLERANCE


def refuse_length(what: str, shape: tuple[int, ...], count: int) -> None:
    """Refuse what is not one axis of so many."""
    if shape != (count,):
        raise InvalidInput(f"{what}: shape {shape}, but {count} are needed, one each.")


def listed(labels: Any) -> list[Any]:
    """Return labels as a list, of a sequence or of an Arrow array."""
    return labels.to_pylist() if hasattr(labels, "to_pylist") else list(labels)


def pick(labels: Any, chosen: Any) -> Any:
    """Return some labels, of a sequence or of an Arrow array."""
    return labels.take(chosen) if hasattr(labels, "take") else [labels[int(k)] for k in chosen]
