"""Language models' sequences: token trees, and next-token conditionals trained by induction."""

from mdsolve.games.sequences.conditionals import (
    Conditionals,
    conditionals_of,
    trained_conditionals,
)
from mdsolve.games.sequences.tree import TokenTree

__all__ = ["TokenTree", "Conditionals", "trained_conditionals", "conditionals_of"]
