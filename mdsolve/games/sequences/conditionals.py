"""KL's trained model token by token is π*(a|s) = π0(a|s) e^{(V(sa) − V(s))/λ} (math §10).

V is soft backward induction: V(s) = λ log Σ_a π0(a|s) e^{V(sa)/λ}, V(x) = c(x); V(root) = Φ(c).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mdsolve.errors import InvalidInput
from mdsolve.games.sequences.levels import Array, Level, conditioned
from mdsolve.games.sequences.tree import TokenTree
from mdsolve.games.validation import SUM_TOLERANCE, read_only


@dataclass(frozen=True, eq=False, repr=False)
class Conditionals:
    """A model over a tree's sequences, token by token.

    Attributes
    ----------
    tree : TokenTree
    log_conditional : (nodes,) array
        log π(token | prefix); −∞ for tokens that the model never writes.
    values : (nodes,) array or None
        V: the value of each prefix (welfare units), where the conditionals were trained.
    """

    tree: TokenTree
    log_conditional: Array
    values: Array | None = None

    @cached_property
    def log_model(self) -> Array:
        """log π of each sequence, (outcomes,)."""
        return read_only(self.tree.path_sums(self.log_conditional))

    @property
    def model(self) -> Array:
        """π, (outcomes,): the product of the conditionals along each sequence."""
        return np.exp(self.log_model)

    def next_token(self, prefix: Any = ()) -> dict[Any, float]:
        """Return the probability of each token that may follow a prefix.

        Examples
        --------
        >>> tree = TokenTree([-1, -1, 1, 1], [0, 1, 0, 2], np.log([0.5, 0.5, 0.4, 0.6]))
        >>> conditionals_of(tree, [0.1, 0.9, 0.0]).next_token([1])
        {0: 1.0, 2: 0.0}
        """
        children = self.tree.words.children(self.tree.node(prefix))
        return {
            token: float(np.exp(self.log_conditional[node])) for token, node in children.items()
        }

    def __repr__(self) -> str:
        trained = "" if self.values is None else f", value {self.values[0]:.6g}"
        return f"Conditionals({self.tree!r}{trained})"


def trained_conditionals(tree: TokenTree, combined: ArrayLike, strength: float) -> Conditionals:
    """Return the next-token conditionals of the model that KL trains, and every prefix's value.

    Parameters
    ----------
    tree : TokenTree
    combined : array_like, shape (outcomes,)
        c, e.g. ``game.combined()`` (welfare units).
    strength : float
        λ > 0 (welfare units).

    Raises
    ------
    InvalidInput
        If c has another shape or is not finite, or the strength is not positive and finite.

    Examples
    --------
    >>> tree = TokenTree([-1, -1, 1, 1], [0, 1, 0, 2], np.log([0.5, 0.5, 0.4, 0.6]))
    >>> trained = trained_conditionals(tree, [0.0, 1.0, 0.0], strength=0.5)
    >>> trained.model.round(3), round(float(trained.values[0]), 3)
    (array([0.22 , 0.649, 0.132]), 0.412)
    """
    if not (0.0 < strength < inf):
        raise InvalidInput(
            f"strength: {strength}. It must be a positive finite number (welfare units)."
        )
    values = np.empty(tree.parent.size)
    values[tree.leaves] = _rewards(tree, combined)
    conditional = np.zeros(values.size)
    for level in reversed(tree.levels):
        top = np.maximum.reduceat(values[level.nodes], level.starts)
        with np.errstate(over="ignore"):
            below = (values[level.nodes] - level.spread(top)) / strength
        reference = tree.log_conditional[level.nodes]
        growth = _growth(level, reference, below)
        values[level.parents] = top + strength * growth
        conditional[level.nodes] = reference + below - level.spread(growth)
    return Conditionals(tree, read_only(conditional), read_only(values))


def conditionals_of(tree: TokenTree, model: ArrayLike) -> Conditionals:
    """Return the next-token conditionals of any model over a tree's sequences.

    After a prefix that the model never writes they are the reference's; they play no part.

    Parameters
    ----------
    tree : TokenTree
    model : array_like, shape (outcomes,)
        Probabilities; zeros are legal.

    Raises
    ------
    InvalidInput
        If the model is not a distribution over the tree's sequences.

    Examples
    --------
    >>> tree = TokenTree([-1, -1, 1, 1], [0, 1, 0, 2], np.log([0.5, 0.5, 0.4, 0.6]))
    >>> conditionals_of(tree, [0.5, 0.5, 0.0]).next_token([1])
    {0: 1.0, 2: 0.0}
    """
    with np.errstate(divide="ignore"):
        logarithms = np.log(_masses(tree, model))
    conditional, mass = conditioned(tree.levels, tree.leaves, logarithms)
    unwritten = np.isneginf(mass[np.maximum(tree.parent, 0)])
    conditional[unwritten] = tree.log_conditional[unwritten]
    return Conditionals(tree, read_only(conditional))


def _growth(level: Level, reference: Array, below: Array) -> Array:
    """Return log Σ π0(a|s) e^{b(a)} for b ≤ 0, by log1p where the sum is near 1."""
    lost = level.sums(np.exp(reference) * np.expm1(below))
    near = lost > -0.5
    if near.all():
        return np.log1p(lost)
    far = level.log_sums(reference + below)
    return np.where(near, np.log1p(np.maximum(lost, -0.5)), far)


def _rewards(tree: TokenTree, combined: ArrayLike) -> Array:
    array = _shaped("combined", tree, combined)
    if not np.isfinite(array).all():
        place = int(np.flatnonzero(~np.isfinite(array))[0])
        raise InvalidInput(
            f"combined: sequence {place}, {tree.sequences[place]!r}, has {array[place]}. Combined "
            "rewards must be finite."
        )
    return array


def _masses(tree: TokenTree, model: ArrayLike) -> Array:
    array = _shaped("model", tree, model)
    if not (array.min() >= 0.0 and array.max() < inf):
        place = int(np.flatnonzero(~((array >= 0.0) & (array < inf)))[0])
        raise InvalidInput(
            f"model: sequence {place}, {tree.sequences[place]!r}, has mass {array[place]}. "
            "Probabilities are at least 0 and finite."
        )
    if abs(array.sum() - 1.0) > SUM_TOLERANCE:
        raise InvalidInput(
            f"model: the masses sum to {array.sum():.12g}, not 1 (allowed: 1 ± "
            f"{SUM_TOLERANCE:g}). Divide them by their sum."
        )
    return array


def _shaped(name: str, tree: TokenTree, numbers: ArrayLike) -> Array:
    array = np.asarray(numbers, dtype=float)
    if array.shape != tree.leaves.shape:
        raise InvalidInput(
            f"{name}: shape {array.shape}, but the tree has {tree.leaves.size} sequences. Pass "
            f"one number a sequence, shape ({tree.leaves.size},)."
        )
    return array
