"""The options that commands share, as types."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Table = Annotated[
    Path,
    typer.Argument(
        metavar="TABLE",
        help="CSV or Parquet, one row a candidate outcome: columns outcome, reference or logprob, "
        "one numeric column a group, and prompt where the table holds several games.",
    ),
]
Sizes = Annotated[
    str | None,
    typer.Option(help="Sizes of the groups, such as helpful=3,harmless=2.  [default: 1 each]"),
]
Reference = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN|uniform",
        help="Column of probabilities before training, or uniform.  [default: reference]",
    ),
]
Logprob = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Column of natural log-probabilities, normalised by softmax.  [default: logprob]",
    ),
]
Groups = Annotated[
    str | None,
    typer.Option(
        metavar="NAME,NAME",
        help="The groups' columns.  [default: all without another role, but for text]",
    ),
]
PromptColumn = Annotated[str, typer.Option(metavar="NAME", help="Column that tells games apart.")]
OutcomeColumn = Annotated[str, typer.Option(metavar="NAME", help="Column that names outcomes.")]
Prompt = Annotated[
    str | None, typer.Option(metavar="NAME", help="Take this prompt alone, and show it in full.")
]
Normalize = Annotated[
    str, typer.Option(metavar="none|sum|max", help="Divide each group's rewards by sum or maximum.")
]
Domain = Annotated[
    str,
    typer.Option(
        metavar="any|sum|max",
        help="Refuse rewards (once normalized) that are negative or whose sum, or maximum, "
        "is not 1.",
    ),
]
Rule = Annotated[
    str, typer.Option(metavar="social|nash|alpha-fair|egalitarian", help="The training rule.")
]
Alpha = Annotated[
    float | None, typer.Option(help="Aversion to inequality, at least 0; for alpha-fair.")
]
Divergence = Annotated[
    str, typer.Option(metavar="NAME", help="What keeps the model near: see mdsolve divergences.")
]
_WEIGHT = "Weight λ > 0 of the divergence, in welfare units."
Strength = Annotated[float | None, typer.Option(help=_WEIGHT)]
StrengthRequired = Annotated[float | None, typer.Option(help=f"{_WEIGHT}  [required]")]
Tolerance = Annotated[float, typer.Option(help="Relative width of the bracket that is accepted.")]
Payment = Annotated[
    str | None,
    typer.Option(
        metavar="affine-maximizer|revenue|none",
        help="What groups pay: what their presence costs all others (divergence included), or "
        "the most that keeps truth best and every type of --domain in.  [default: "
        "affine-maximizer with --rule social, else none]",
    ),
]
SizesAllowed = Annotated[
    str | None,
    typer.Option(
        "--group-sizes",
        metavar="NUMBER,...",
        help="All sizes that a group may have; for --payment revenue.  [default: 1]",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
Plot = Annotated[
    Path | None, typer.Option(metavar="PATH", help="Draw a picture: .png, .pdf or .svg.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="No tables, notes or progress; errors and --json only."),
]
