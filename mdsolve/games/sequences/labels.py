"""A tree's sequences as tuples of tokens, made when they are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, overload

import numpy as np

from mdsolve.errors import InvalidInput
from mdsolve.games.sequences.levels import Integers
from mdsolve.games.sequences.reading import named


class Words(NamedTuple):
    """What the nodes of a tree are called."""

    parent: Integers
    token: Integers
    vocabulary: tuple[Any, ...] | None

    def node(self, prefix: Iterable[Any]) -> int:
        """Return the node of a prefix.

        Raises
        ------
        InvalidInput
            If no sequence starts so.
        """
        at, wanted = 0, tuple(prefix)
        for place, token in enumerate(wanted):
            first, past = np.searchsorted(self.parent, [at, at + 1])
            code = self.code(token)
            match = np.flatnonzero(self.token[first:past] == code) if code is not None else []
            if not len(match):
                raise InvalidInput(
                    f"{named(wanted[: place + 1])}: no sequence starts so. After "
                    f"{named(wanted[:place])} come "
                    f"{[self.label(code) for code in self.token[first:past][:10]]}."
                )
            at = int(first + match[0])
        return at

    def children(self, node: int) -> dict[Any, int]:
        """Return the node of each token that may follow a node."""
        first, past = np.searchsorted(self.parent, [node, node + 1])
        return {self.label(self.token[k]): k for k in range(int(first), int(past))}

    def prefix(self, node: int) -> tuple[Any, ...]:
        """Return the tokens that lead to a node."""
        path: list[Any] = []
        while node > 0:
            path.append(self.label(self.token[node]))
            node = int(self.parent[node])
        return tuple(reversed(path))

    def names(self, nodes: Integers) -> list[str]:
        """Return sequences as text; as tuples where two would read alike."""
        sequences = [self.prefix(node) for node in nodes.tolist()]
        names = [" ".join(map(str, sequence)) for sequence in sequences]
        if len(set(names)) == len(names):
            return names
        return [repr(sequence) for sequence in sequences]

    def label(self, code: Any) -> Any:
        """Return what a token number is called."""
        return int(code) if self.vocabulary is None else self.vocabulary[int(code)]

    def code(self, token: Any) -> int | None:
        """Return the number of a token, None if it has none."""
        if self.vocabulary is None:
            return int(token) if isinstance(token, (int, np.integer)) else None
        return self.vocabulary.index(token) if token in self.vocabulary else None


class Sequences(Sequence[tuple[Any, ...]]):
    """A tree's outcomes, read off the tree one by one."""

    def __init__(self, words: Words, leaves: Integers) -> None:
        self._words, self._leaves = words, leaves

    def __len__(self) -> int:
        return self._leaves.size

    @overload
    def __getitem__(self, index: int) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[tuple[Any, ...], ...]: ...
    def __getitem__(self, index: Any) -> Any:
        nodes = self._leaves[index]
        if isinstance(index, slice):
            return tuple(map(self._words.prefix, nodes.tolist()))
        return self._words.prefix(int(nodes))

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:3]))
        return f"({shown}{', ...' * (len(self) > 3)})"
