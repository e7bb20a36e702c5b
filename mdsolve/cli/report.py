"""``mdsolve report``: what a race says, as tables and as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mdsolve.benchmark.report import Table, read_results, tables, write_page
from mdsolve.cli import options, output, views
from mdsolve.cli.views import console, grid


def report(
    results: Annotated[
        Path,
        typer.Argument(
            metavar="RESULTS", help="Folder that mdsolve bench wrote, or a rows.parquet of one."
        ),
    ],
    html: Annotated[
        Path | None,
        typer.Option(metavar="PAGE", help="Write a page too (.html) that needs nothing else."),
    ] = None,
    overwrite: options.Overwrite = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Print what a race of solvers says: outcomes, correct claims, times, profiles and duels."""
    output.checked(html, output.PAGES, overwrite)
    found = read_results(results)
    shown = tables(found)
    if html is not None:
        write_page(found, html, overwrite=overwrite)
    if as_json:
        typer.echo(output.json_text({"tables": [table._asdict() for table in shown]}))
    elif not quiet:
        for table in shown:
            _show(table)
        if html is not None:
            views.note(f"wrote {html}")


def _show(table: Table) -> None:
    out = console()
    drawn = grid(*table.headers, left=table.left, title=table.title)
    for row in table.rows:
        drawn.add_row(*row)
    out.print(drawn)
    out.print(table.says, style="dim", soft_wrap=False)
    out.print()
