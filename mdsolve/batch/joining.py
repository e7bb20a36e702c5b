"""Games one by one as the flat arrays of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mdsolve.errors import InvalidInput
from mdsolve.games import Game


def joined(games: Sequence[Game]) -> dict[str, Any]:
    """Return what `Batch` is built from; logarithms where a mass is too small for a float.

    Raises
    ------
    InvalidInput
        If there are no games, or their groups differ.
    """
    if not games:
        raise InvalidInput("games: there are none. A batch needs at least one.")
    groups = tuple(games[0].groups)
    for place, game in enumerate(games):
        if tuple(game.groups) != groups:
            raise InvalidInput(
                f"games: game {place} has the groups {tuple(game.groups)[:20]}, the first has "
                f"{groups[:20]}. Put games of the same groups in one batch."
            )
    dense = [np.asarray(g.rewards.toarray() if hasattr(g.rewards, "toarray") else g.rewards)
             for g in games]  # fmt: skip
    tiny = any(game.underflowed.size for game in games)
    masses = [game.log_reference if tiny else game.reference for game in games]
    return {
        "offsets": np.cumsum([0, *(game.shape[1] for game in games)]),
        "logprob" if tiny else "reference": np.concatenate(masses),
        "rewards": np.concatenate(dense, axis=1),
        "sizes": np.stack([game.sizes for game in games]),
        "groups": groups,
        "outcomes": [name for game in games for name in game.outcomes],
    }
