"""The one place where a tree is judged: its rows, its tokens, and that conditionals sum to 1."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from mdsolve.errors import InvalidInput
from mdsolve.games.sequences.levels import Array, Integers
from mdsolve.games.sequences.reading import named
from mdsolve.games.validation import SUM_TOLERANCE

if TYPE_CHECKING:
    from mdsolve.games.sequences.tree import TokenTree


def integers(name: str, values: ArrayLike) -> Integers:
    """Return one whole number a row."""
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "iu" or not array.size:
        raise InvalidInput(
            f"{name}: shape {array.shape} of {array.dtype}. Pass one whole number a row, and at "
            "least one row."
        )
    return array.astype(np.int64)


def same_length(parent: Integers, token: Integers, logprob: Array) -> None:
    """Refuse columns of different lengths."""
    if not parent.shape == token.shape == logprob.shape:
        raise InvalidInput(
            f"rows: parent, token and logprob have shapes {parent.shape}, {token.shape} and "
            f"{logprob.shape}. Pass one of each a row."
        )


def check_tokens(tree: TokenTree, end: Hashable | None) -> None:
    """Refuse what follows the end token, and a token given twice after one prefix."""
    code = None if end is None else tree.words.code(end)
    if code is not None:
        above = tree.parent[1:]
        followed = np.flatnonzero((tree.token[above] == code) & (above > 0))
        if followed.size:
            raise InvalidInput(
                f"{named(tree.words.prefix(int(followed[0]) + 1))}: a token follows the end "
                f"token {end!r}. Cut the sequence after its first end token."
            )
    kinds, ranks = _ranked(tree.token[1:], tree.parent.size)
    span = int(ranks.max()) + 1
    keys = np.sort(tree.parent[1:] * span + ranks)
    twins = np.flatnonzero(np.diff(keys) == 0)
    if twins.size:
        above, rank = divmod(int(keys[twins[0]]), span)
        raise InvalidInput(
            f"{named(tree.words.prefix(above))}: token {tree.words.label(kinds[rank])!r} is "
            "given twice. Drop one of the two rows: a sequence is one outcome."
        )


def _ranked(tokens: Integers, nodes: int) -> tuple[Any, Integers]:
    """Return tokens as small numbers, and what each number stands for."""
    low, high = int(tokens.min()), int(tokens.max())
    if (high - low + 1) * nodes < 2**62:
        return range(low, high + 1), tokens - low
    return np.unique(tokens, return_inverse=True)


def normalised(tree: TokenTree, logs: Array) -> Array:
    """Return conditionals divided by their sum at each prefix; refuse sums that are not 1."""
    if not (np.isfinite(logs).all() and logs.max() <= SUM_TOLERANCE):
        node = int(np.flatnonzero(~(np.isfinite(logs) & (logs <= SUM_TOLERANCE)))[0])
        raise InvalidInput(
            f"{named(tree.words.prefix(int(tree.parent[node])))}: token "
            f"{tree.words.label(tree.token[node])!r} has log-probability {logs[node]}. It must be "
            "finite and at most 0: drop tokens without mass."
        )
    for level in tree.levels:
        sums = level.sums(np.exp(logs[level.nodes]))
        if np.abs(sums - 1.0).max() > SUM_TOLERANCE:
            run = int(np.abs(sums - 1.0).argmax())
            raise InvalidInput(
                f"{named(tree.words.prefix(int(level.parents[run])))}: the next tokens' "
                f"probabilities sum to {sums[run]:.12g}, not 1 (allowed: 1 ± "
                f"{SUM_TOLERANCE:g}). Add the missing tokens (the end token is one), or "
                "renormalise; `TokenTree.from_sequences(..., partial=True)` conditions on "
                "the listed sequences."
            )
        logs[level.nodes] -= level.spread(np.log(sums))
    return logs
