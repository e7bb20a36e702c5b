"""``mdsolve payments``: payments that make truth best for listed types, or a cycle against all."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from mdsolve.cli import charges, options, output, type_tables, views
from mdsolve.cli.progress import busy, counting
from mdsolve.cli.reading import Source, rule_of
from mdsolve.errors import InvalidInput
from mdsolve.incentives import NegativeCycle, implement, implementable


def payments(
    types: Annotated[
        Path | None,
        typer.Argument(
            metavar="TYPES",
            help="CSV or Parquet, one row a type of --group: a column for each of the game's "
            "outcomes with the type's reward, and optional columns type (its name) and size.",
        ),
    ] = None,
    values: Annotated[
        Path | None,
        typer.Option(
            metavar="VALUES",
            help="In place of TYPES and --game: types x types, the first column names the type, "
            "the others hold what it values each report at (welfare units).",
        ),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(
            "--game",
            metavar="TABLE",
            help="The game as for mdsolve solve; the other groups report what stands there.",
        ),
    ] = None,
    group: Annotated[str | None, typer.Option(metavar="NAME", help="Whose types they are.")] = None,
    strength: options.Strength = None,
    base: Annotated[
        str | None,
        typer.Option(
            metavar="TYPE",
            help="Charge the shortest paths from this type: the largest payments that charge it 0. "
            " [default: the largest payments that no type would rather stay out of]",
        ),
    ] = None,
    outside: Annotated[
        float | None,
        typer.Option(
            metavar="UTILITY",
            help="What a type has when it stays out; without --base.  [default: 0]",
        ),
    ] = None,
    sizes: options.Sizes = None,
    reference: options.Reference = None,
    logprob: options.Logprob = None,
    groups: options.Groups = None,
    prompt_column: options.PromptColumn = "prompt",
    outcome_column: options.OutcomeColumn = "outcome",
    prompt: options.Prompt = None,
    normalize: options.Normalize = "none",
    rule: options.Rule = "social",
    alpha: options.Alpha = None,
    divergence: options.Divergence = "kl",
    as_json: options.Json = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Write .json (the object of --json), or .csv or .parquet: a row a type, which "
            "mdsolve verify reads. Nothing is written where no payments exist.",
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    quiet: options.Quiet = False,
) -> None:
    """Find payments that make truth best for a list of types; exit 1 where there are none.

    The types are one group's (TYPES with --game, --group and --strength), or any whose valuations
    are known (--values). Where no payments exist, the cycle of types that shows it is printed.
    """
    output.checked(out, output.TABLES, overwrite)
    _refuse_mixtures(types, values, table, group, strength, base, outside)
    if values is not None:
        matrix, labels = type_tables.valuations(values)
        with busy("looking for a cycle", quiet=quiet):
            answer = implement(matrix, labels=labels)
    else:
        assert types is not None
        assert table is not None
        assert group is not None
        chosen = rule_of(rule, divergence, strength, alpha)
        source = Source(
            table, sizes, reference, logprob, groups, prompt_column, outcome_column, prompt,
            normalize, "any",
        )  # fmt: skip
        game = source.game()
        index = game.group_index(group)
        listed = type_tables.types(types, game, index)
        with counting("reports", quiet=quiet) as progress:
            answer = implementable(chosen, game, index, listed, progress=progress)
    if isinstance(answer, NegativeCycle):
        charges.report_cycle(answer, as_json=as_json, quiet=quiet)
        raise typer.Exit(1)
    charged = charges.Charged.of(answer, base, outside)
    if out is not None:
        output.write_together({out: charges.writer(charged, out.suffix.lower())}, overwrite)
    if as_json:
        typer.echo(output.json_text(charges.as_object(charged)))
    elif not quiet:
        charges.show(charged)
    if out is not None and not quiet:
        views.note(f"wrote {out}")


def _refuse_mixtures(
    types: Path | None,
    values: Path | None,
    table: Path | None,
    group: str | None,
    strength: float | None,
    base: str | None,
    outside: float | None,
) -> None:
    given = {"TYPES": types, "--game": table, "--group": group, "--strength": strength}
    if values is not None:
        if present := [name for name, value in given.items() if value is not None]:
            raise InvalidInput(
                f"--values: the table holds all that is needed, and {present[0]} has no part in "
                "it. Leave one of the two out."
            )
    elif missing := [name for name, value in given.items() if value is None]:
        raise InvalidInput(
            f"{missing[0]}: missing. Give TYPES with --game TABLE, --group NAME and --strength "
            "NUMBER, or --values VALUES alone."
        )
    if base is not None and outside is not None:
        raise InvalidInput(
            "--base: payments that charge one type nothing heed no --outside. Leave one out."
        )
    if outside is not None and not np.isfinite(outside):
        raise InvalidInput(
            f"--outside: {outside!r} is not finite, and participation is what bounds payments. "
            "Give a number, or --base TYPE."
        )
