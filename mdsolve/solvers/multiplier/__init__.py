"""The scalar dual of a training rule ([S] Prop 4.4): one multiplier makes the masses sum to one.

`moves` solves one problem from another, to the digits that payments need; `rows` solves many
problems of one reference in step.
"""

from __future__ import annotations

from mdsolve.solvers.multiplier.moves import Move, Point, locate, move, origin
from mdsolve.solvers.multiplier.rows import models

__all__ = ["Move", "Point", "locate", "models", "move", "origin"]
