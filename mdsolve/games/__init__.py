"""What is played: groups with rewards over outcomes and a reference, and their tables."""

from mdsolve.games.game import Game
from mdsolve.games.tables import games_from_table, write_table

__all__ = ["Game", "games_from_table", "write_table"]
