"""What users hold, sequences with log-probabilities or a next-token callable, as rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from mdsolve.errors import InvalidInput
from mdsolve.games.sequences.levels import Array, Integers

AGREEMENT = 1e-9


class Rows(NamedTuple):
    """One row a node but the root; ``ends`` and ``totals`` have one entry a listed sequence."""

    parent: Integers
    token: Integers
    logprob: Array
    vocabulary: tuple[Any, ...]
    ends: Integers | None = None
    totals: Array | None = None


def from_sequences(
    sequences: Iterable[Sequence[Any]], logprobs: Iterable[Any], partial: bool
) -> Rows:
    """Merge common prefixes of listed sequences, a level at a time."""
    listed = [_plain(sequence) for sequence in sequences]
    given = [np.asarray(row, dtype=float).ravel() for row in logprobs]
    lengths = _lengths(listed, given)
    offsets = np.cumsum(lengths) - lengths
    flat = list(chain.from_iterable(listed))
    index = {token: code for code, token in enumerate(dict.fromkeys(flat))}
    codes = np.fromiter(map(index.__getitem__, flat), dtype=np.int64, count=len(flat))
    logs = np.concatenate(given)
    node = np.full(lengths.size, -1, dtype=np.int64)
    parts: list[tuple[Integers, Integers, Array]] = []
    count = 0
    for depth in range(int(lengths.max())):
        active = np.flatnonzero(lengths > depth)
        at = offsets[active] + depth
        key = (node[active] + 1) * len(index) + codes[at]
        kinds, first, kind = np.unique(key, return_index=True, return_inverse=True)
        here = logs[at]
        if not partial:
            _agree(listed, active, depth, here, first, kind)
        parts.append((kinds // len(index) - 1, kinds % len(index), here[first]))
        node[active] = count + kind
        count += kinds.size
    parent, token, logprob = map(np.concatenate, zip(*parts, strict=True))
    _distinct(listed, node, parent)
    totals = np.add.reduceat(logs, offsets) if partial else None
    return Rows(parent, token, logprob, tuple(index), node, totals)


def from_callable(
    conditional: Callable[[tuple[Any, ...]], Any],
    depth: int,
    end: Hashable | None,
    vocabulary: Sequence[Any] | None,
    limit: int,
) -> Rows:
    """Ask for the next token's log-probabilities, prefix by prefix, breadth first."""
    known: dict[Any, int] = {token: code for code, token in enumerate(vocabulary or ())}
    fixed = vocabulary is not None
    frontier: list[tuple[int, tuple[Any, ...]]] = [(-1, ())]
    parts: list[tuple[Integers, Integers, Array]] = []
    count = 0
    for _ in range(depth):
        longer: list[tuple[int, tuple[Any, ...]]] = []
        for row, prefix in frontier:
            tokens, logs = _answer(conditional(prefix), prefix, vocabulary)
            codes = [_code(token, known, fixed, prefix) for token in tokens]
            parts.append((np.full(len(codes), row), np.array(codes, dtype=np.int64), logs))
            longer += [
                (count + k, (*prefix, token)) for k, token in enumerate(tokens) if token != end
            ]
            count += len(codes)
            if count > limit:
                raise InvalidInput(
                    f"depth: the tree passes {limit} nodes at {named(prefix)}. Lower the depth, "
                    "drop unlikely tokens and renormalise, or raise `limit`."
                )
        frontier = longer
    parent, token, logprob = map(np.concatenate, zip(*parts, strict=True))
    return Rows(parent, token, logprob, tuple(known))


def named(prefix: Sequence[Any]) -> str:
    """Return how a refusal calls a prefix; a long one by its last tokens."""
    if not prefix:
        return "the empty prefix"
    shown = tuple(prefix[-8:])
    return f"prefix {'... ' * (len(prefix) > 8)}{shown!r}"


def _plain(sequence: Any) -> Sequence[Any]:
    return sequence.tolist() if isinstance(sequence, np.ndarray) else tuple(sequence)


def _lengths(listed: list[Sequence[Any]], given: list[Array]) -> Integers:
    if not listed:
        raise InvalidInput("sequences: there are none. A tree needs at least one sequence.")
    if len(listed) != len(given):
        raise InvalidInput(
            f"logprobs: {len(given)} rows for {len(listed)} sequences. Pass one row a sequence."
        )
    for place, (sequence, row) in enumerate(zip(listed, given, strict=True)):
        if not sequence:
            raise InvalidInput(
                f"sequences: sequence {place} is empty. End it with an end token: that is how "
                "saying nothing is an outcome."
            )
        if len(sequence) != row.size:
            raise InvalidInput(
                f"logprobs: sequence {place} has {len(sequence)} tokens but {row.size} "
                "log-probabilities. Pass one a token."
            )
        if not np.isfinite(row).all():
            token = int(np.flatnonzero(~np.isfinite(row))[0])
            raise InvalidInput(
                f"sequence {place}, token {token} ({sequence[token]!r}): log-probability is "
                f"{row[token]}. It must be finite: drop a sequence that has no mass."
            )
    return np.array([len(sequence) for sequence in listed], dtype=np.int64)


def _agree(
    listed: list[Sequence[Any]],
    active: Integers,
    depth: int,
    here: Array,
    first: Integers,
    kind: Integers,
) -> None:
    apart = np.abs(here - here[first][kind])
    worst = int(apart.argmax())
    if apart[worst] > AGREEMENT:
        this, other = int(active[worst]), int(active[first[kind[worst]]])
        raise InvalidInput(
            f"{named(listed[this][:depth])}: token {listed[this][depth]!r} has log-probability "
            f"{here[worst]:.12g} in sequence {this} but {here[first[kind[worst]]]:.12g} in "
            f"sequence {other}. Recompute them in one pass, or pass partial=True to use each "
            "sequence's total only."
        )


def _distinct(listed: list[Sequence[Any]], node: Integers, parent: Integers) -> None:
    kinds, first, many = np.unique(node, return_index=True, return_counts=True)
    if kinds.size < node.size:
        twins = np.flatnonzero(node == kinds[many > 1][0])
        raise InvalidInput(
            f"sequences: {tuple(listed[int(first[many > 1][0])])!r} is listed twice (positions "
            f"{twins[0]} and {twins[1]}). Drop one of the two."
        )
    inside = np.flatnonzero(np.isin(node, parent))
    if inside.size:
        place = int(inside[0])
        raise InvalidInput(
            f"sequences: sequence {place}, {tuple(listed[place])!r}, is a prefix of another. "
            "Append an end token to each sequence that stops there."
        )


def _answer(
    answer: Any, prefix: tuple[Any, ...], vocabulary: Sequence[Any] | None
) -> tuple[list[Any], Array]:
    if isinstance(answer, Mapping):
        tokens, logs = list(answer), np.array(list(answer.values()), dtype=float)
    else:
        logs = np.asarray(answer, dtype=float)
        if logs.ndim != 1 or (vocabulary is not None and logs.size != len(vocabulary)):
            wanted = "one axis" if vocabulary is None else f"shape ({len(vocabulary)},)"
            raise InvalidInput(
                f"{named(prefix)}: the callable returned shape {logs.shape}, not {wanted}. Return "
                "a mapping from token to log-probability, or one number a vocabulary entry."
            )
        tokens = list(range(logs.size) if vocabulary is None else vocabulary)
    kept = np.flatnonzero(logs != -np.inf)
    if not kept.size:
        raise InvalidInput(
            f"{named(prefix)}: the callable gave no token any mass. Return the end token with "
            "log-probability 0 where a sequence must stop."
        )
    return [tokens[k] for k in kept.tolist()], logs[kept]


def _code(token: Any, known: dict[Any, int], fixed: bool, prefix: tuple[Any, ...]) -> int:
    if fixed and token not in known:
        raise InvalidInput(
            f"{named(prefix)}: token {token!r} is not in the vocabulary. Add it there."
        )
    return known.setdefault(token, len(known))
