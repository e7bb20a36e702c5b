"""Sequences as outcomes: π(x) = Π_k π(x_k | x_<k) over token sequences up to a length (math §10).

A tree of tokens whose leaves are the outcomes, kept as flat arrays; no object a node.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mdsolve.errors import InvalidInput
from mdsolve.games.game import Game
from mdsolve.games.sequences import reading
from mdsolve.games.sequences.checking import check_tokens, integers, normalised, same_length
from mdsolve.games.sequences.labels import Sequences, Words
from mdsolve.games.sequences.levels import (
    Array,
    Integers,
    Level,
    breadth_first,
    conditioned,
    runs,
)
from mdsolve.games.validation import read_only

#: beyond this many leaves a game's outcomes are called by number unless names are asked for
_NAMED = 100_000


@dataclass(frozen=True, init=False, eq=False, repr=False)
class TokenTree:
    """All token sequences that a model may write, with its next-token conditionals.

    Parameters
    ----------
    parent : array_like of int, shape (rows,)
        Row of each token's prefix; −1 for tokens that follow the empty prefix. Any order.
    token : array_like of int, shape (rows,)
        The token, or its place in ``vocabulary``.
    logprob : array_like, shape (rows,)
        log π0(token | prefix), natural logarithm, finite: leave out tokens without mass.
    vocabulary : sequence, optional
        What tokens are called.
    end : optional
        The end token: nothing may follow it.

    Attributes
    ----------
    parent, token : read-only arrays of int, shape (nodes,)
        Breadth first; node 0 is the empty prefix, with parent and token −1.
    log_conditional : read-only array, shape (nodes,)
        log π0(token | prefix), divided by their sum at each prefix; 0 at node 0.
    leaves : read-only array of int, shape (outcomes,)
        The node of each outcome, in the order in which outcomes were given.

    Raises
    ------
    InvalidInput
        If conditionals do not sum to 1 within 1e-9 (naming the prefix), a sequence is listed
        twice or is a prefix of another, or a number is not finite.

    Examples
    --------
    >>> tree = TokenTree([-1, -1, 1, 1], [0, 1, 0, 2], np.log([0.5, 0.5, 0.4, 0.6]),
    ...                  vocabulary=["yes", "no", "thanks"])
    >>> tree
    TokenTree(3 sequences, 5 nodes, depth 2)
    >>> list(tree.sequences), np.exp(tree.log_reference)
    ([('yes',), ('no', 'yes'), ('no', 'thanks')], array([0.5, 0.2, 0.3]))
    """

    parent: Integers
    token: Integers
    log_conditional: Array
    leaves: Integers
    vocabulary: tuple[Any, ...] | None
    _levels: Integers

    def __init__(
        self,
        parent: ArrayLike,
        token: ArrayLike,
        logprob: ArrayLike,
        *,
        vocabulary: Sequence[Any] | None = None,
        end: Hashable | None = None,
    ) -> None:
        above, tokens = integers("parent", parent), integers("token", token)
        logs = np.array(logprob, dtype=float)
        names = None if vocabulary is None else tuple(vocabulary)
        same_length(above, tokens, logs)
        if names is not None and not (tokens.min() >= 0 and tokens.max() < len(names)):
            raise InvalidInput(
                f"token: numbers from {tokens.min()} to {tokens.max()}, but the vocabulary has "
                f"{len(names)} entries. Tokens are places in it, from 0."
            )
        self._plant(above, tokens, logs, names, end)

    @classmethod
    def from_sequences(
        cls,
        sequences: Iterable[Sequence[Any]],
        logprobs: Iterable[Any],
        *,
        end: Hashable | None = None,
        partial: bool = False,
    ) -> TokenTree:
        """Build a tree from sequences with one log-probability a token.

        Parameters
        ----------
        sequences : iterable of sequences of tokens
            The outcomes, in their order; each one that stops early ends with the end token.
        logprobs : iterable of arrays
            log π0(token | prefix) of each token.
        end : optional
            The end token.
        partial : bool
            The sequences are not all that the model may write: π0 given that one of them is
            written, from the total log-probability of each.

        Examples
        --------
        >>> tree = TokenTree.from_sequences(
        ...     [["yes", "."], ["no", "."], ["no", "way"]],
        ...     [np.log([0.5, 1.0]), np.log([0.5, 0.4]), np.log([0.5, 0.6])], end=".")
        >>> np.exp(tree.log_reference)
        array([0.5, 0.2, 0.3])
        """
        rows = reading.from_sequences(sequences, logprobs, partial)
        tree = object.__new__(cls)
        tree._plant(rows.parent, rows.token, rows.logprob, rows.vocabulary, end, rows)
        return tree

    @classmethod
    def from_callable(
        cls,
        conditional: Callable[[tuple[Any, ...]], Any],
        depth: int,
        *,
        end: Hashable | None = None,
        vocabulary: Sequence[Any] | None = None,
        limit: int = 10_000_000,
    ) -> TokenTree:
        """Build a tree by asking a model for its next-token log-probabilities.

        Parameters
        ----------
        conditional : callable
            From a prefix (a tuple of tokens) to a mapping from token to log-probability, or to
            one number a vocabulary entry; −∞ leaves a token out.
        depth : int
            Longest sequence; sequences stop there, or at the end token.
        end, vocabulary : optional
        limit : int
            Most nodes that are built.

        Examples
        --------
        >>> TokenTree.from_callable(lambda prefix: np.log([0.5, 0.3, 0.2]), 4, end=2)
        TokenTree(31 sequences, 46 nodes, depth 4)
        """
        if depth < 1:
            raise InvalidInput(f"depth: {depth}. Sequences need at least one token.")
        rows = reading.from_callable(conditional, depth, end, vocabulary, limit)
        tree = object.__new__(cls)
        tree._plant(rows.parent, rows.token, rows.logprob, rows.vocabulary, end)
        return tree

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """Nodes by depth from 1 on, as runs of siblings."""
        return runs(self.parent, self._levels)

    @cached_property
    def words(self) -> Words:
        """Nodes as prefixes, and prefixes as nodes."""
        return Words(self.parent, self.token, self.vocabulary)

    @cached_property
    def log_reference(self) -> Array:
        """log π0 of each outcome, shape (outcomes,)."""
        return read_only(self.path_sums(self.log_conditional))

    @cached_property
    def lengths(self) -> Integers:
        """Number of tokens of each outcome, an end token included, shape (outcomes,)."""
        return read_only(np.searchsorted(self._levels, self.leaves, side="right") - 1)

    @property
    def sequences(self) -> Sequence[tuple[Any, ...]]:
        """The outcomes as tuples of tokens, each made when it is read."""
        return Sequences(self.words, self.leaves)

    def path_sums(self, numbers: Array) -> Array:
        """Return the sum of one number a node along each outcome's path, shape (outcomes,).

        Log-probabilities add up so, and so do rewards that are given token by token.

        Examples
        --------
        >>> tree = TokenTree([-1, -1, 1], [0, 1, 0], np.log([0.5, 0.5, 1.0]))
        >>> tree.path_sums(np.array([0.0, 1.0, 2.0, 3.0]))
        array([1., 5.])
        """
        total = np.array(numbers, dtype=float)
        if total.shape != self.parent.shape:
            raise InvalidInput(
                f"path_sums: shape {total.shape}, but the tree has {self.parent.size} nodes. "
                f"Pass one number a node, node 0 (the empty prefix) included."
            )
        for level in self.levels:
            total[level.nodes] += level.spread(total[level.parents])
        return total[self.leaves]

    def game(
        self,
        rewards: Any,
        sizes: Any = None,
        *,
        groups: Iterable[Any] | None = None,
        named: bool | None = None,
    ) -> Game:
        """Return the game over this tree's sequences.

        Parameters
        ----------
        rewards : array_like, shape (groups, outcomes)
            In the order of `sequences`.
        sizes, groups
            As for `Game`.
        named : bool, optional
            Whether outcomes are called by their tokens, or by number; by number beyond 100,000
            unless asked for.
        """
        if named is None:
            named = self.leaves.size <= _NAMED
        names = self.words.names(self.leaves) if named else None
        return Game.from_logprob(
            np.minimum(self.log_reference, 0.0), rewards, sizes, outcomes=names, groups=groups
        )

    def node(self, prefix: Iterable[Any]) -> int:
        """Return the node of a prefix; refuse one that starts no sequence."""
        return self.words.node(prefix)

    def __repr__(self) -> str:
        return (
            f"TokenTree({self.leaves.size} sequence{'s' * (self.leaves.size > 1)}, "
            f"{self.parent.size} nodes, depth {len(self.levels)})"
        )

    def _plant(
        self,
        parent: Integers,
        token: Integers,
        logprob: Array,
        vocabulary: tuple[Any, ...] | None,
        end: Hashable | None,
        listed: reading.Rows | None = None,
    ) -> None:
        layout = breadth_first(parent)
        inner = np.zeros(parent.size, dtype=bool)
        inner[parent[parent >= 0]] = True
        rows = np.flatnonzero(~inner)
        if listed is not None and listed.ends is not None:
            rows = listed.ends
        self._set(
            parent=read_only(layout.parent),
            token=read_only(np.concatenate(([-1], token[layout.order]))),
            leaves=read_only(layout.node[rows]),
            vocabulary=vocabulary,
            _levels=layout.levels,
        )
        check_tokens(self, end)
        logs = np.concatenate(([0.0], logprob[layout.order]))
        if listed is None or listed.totals is None:
            logs = normalised(self, logs)
        else:
            logs = conditioned(self.levels, self.leaves, listed.totals)[0]
        self._set(log_conditional=read_only(logs))

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)
