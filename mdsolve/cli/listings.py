"""``mdsolve solvers`` and ``mdsolve divergences``: what may be asked for."""

from __future__ import annotations

from mdsolve.cli.views import console, grid
from mdsolve.divergences import DIVERGENCES
from mdsolve.solvers import SOLVERS


def solvers() -> None:
    """List the solvers."""
    table = grid("solver", "what it is", left=2)
    for name, what in SOLVERS.items():
        table.add_row(name, what)
    console().print(table)


def divergences() -> None:
    """List the divergences."""
    table = grid("divergence", "symbol", "what it is", left=3)
    for name, kind in DIVERGENCES.items():
        formula = (kind.__doc__ or "").strip().splitlines()[0]
        table.add_row(name, kind.symbol, formula)
    console().print(table)
