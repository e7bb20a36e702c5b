"""``mdsolve frontier``: what welfare is bought at what divergence, over strengths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
import typer

from mdsolve.cli import options, output, views
from mdsolve.cli.progress import busy, run_all
from mdsolve.cli.reading import Source, rule_of, strengths
from mdsolve.frontiers import Frontier
from mdsolve.frontiers import frontier as frontier_of
from mdsolve.games import Game


def frontier(
    table: options.Table,
    over: Annotated[
        str,
        typer.Option(
            "--strengths",
            metavar="FROM:TO:COUNT|λ,λ,...",
            help="Strengths: geometric steps, or numbers with commas.",
        ),
    ] = "0.01:100:9",
    sizes: options.Sizes = None,
    reference: options.Reference = None,
    logprob: options.Logprob = None,
    groups: options.Groups = None,
    prompt_column: options.PromptColumn = "prompt",
    outcome_column: options.OutcomeColumn = "outcome",
    prompt: options.Prompt = None,
    normalize: options.Normalize = "none",
    domain: options.Domain = "any",
    rule: options.Rule = "social",
    alpha: options.Alpha = None,
    divergence: options.Divergence = "kl",
    as_json: options.Json = False,
    plot: options.Plot = None,
    overwrite: options.Overwrite = False,
    quiet: options.Quiet = False,
) -> None:
    """Train over many strengths; show welfare, divergence and values (means over prompts)."""
    output.checked(plot, output.PICTURES, overwrite)
    steps = strengths(over)
    chosen = rule_of(rule, divergence, steps[0], alpha)
    source = Source(
        table, sizes, reference, logprob, groups, prompt_column, outcome_column, prompt,
        normalize, domain,
    )  # fmt: skip
    games = source.games()
    found = run_all(table, games, lambda game: frontier_of(chosen, game, steps), quiet=quiet)
    middle = found[0] if len(found) == 1 else mean(found)
    names = games[0][1].groups
    title = re.sub(r", strength=[^,)]+", "", repr(chosen))
    title += f", mean of {len(games)} prompts" if len(games) > 1 else ""
    if plot is not None:
        from mdsolve import plots

        with busy("drawing", quiet=quiet):
            figure = plots.frontier(middle, groups=names, title=title)
            writer = output.picture_writer(figure, plot.suffix.lower())
        output.write_together({plot: writer}, overwrite)
    if as_json:
        typer.echo(output.json_text({"games": _objects(games, found)}))
    elif not quiet:
        views.show_frontier(middle, names, title, default_sizes=sizes is None)
    if plot is not None and not quiet:
        views.note(f"wrote {plot}")


def mean(found: Sequence[Frontier]) -> Frontier:
    """Return the mean of frontiers over the same strengths; it has no models."""

    def middle(name: str) -> Any:
        return np.mean([getattr(each, name) for each in found], axis=0)

    return Frontier(
        found[0].strengths,
        middle("welfare"),
        middle("divergence"),
        middle("values"),
        middle("lower"),
        middle("upper"),
        np.empty((found[0].strengths.size, 0)),
        found[0].groups,
    )


def _objects(
    games: Sequence[tuple[str | None, Game]], found: Sequence[Frontier]
) -> list[dict[str, Any]]:
    return [
        {
            "prompt": prompt,
            "outcomes": list(game.outcomes),
            "groups": list(game.groups),
            "strengths": each.strengths.tolist(),
            "welfare": each.welfare.tolist(),
            "divergence": each.divergence.tolist(),
            "values": dict(zip(game.groups, each.values.T.tolist(), strict=True)),
            "lower": each.lower.tolist(),
            "upper": each.upper.tolist(),
            "models": each.models.tolist(),
        }
        for (prompt, game), each in zip(games, found, strict=True)
    ]
