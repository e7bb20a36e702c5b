"""``mdsolve certify``: a proof of what the other commands claim, for a stranger to check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from mdsolve.certificates.issue import certify as issue
from mdsolve.certificates.schema import Certificate, checked_folder
from mdsolve.cli import certificates, options, output, reading, type_tables, views
from mdsolve.cli.progress import busy, counting
from mdsolve.cli.reading import Source, rule_of
from mdsolve.cli.solve import charged
from mdsolve.cli.unpaid import Unpaid
from mdsolve.errors import InvalidInput
from mdsolve.incentives import NegativeCycle, implement, implementable
from mdsolve.incentives import verify as audited
from mdsolve.mechanism import Mechanism
from mdsolve.payments import RevenueMaximizing

Claim = Callable[[], Certificate]


def certify(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FOLDER",
            help="Where problem.json and certificate.json go; created if missing.",
        ),
    ],
    table: Annotated[
        Path | None,
        typer.Argument(
            metavar="TABLE",
            help="A game as for mdsolve solve: certifies its model and what groups pay.",
        ),
    ] = None,
    values: Annotated[
        Path | None,
        typer.Option(
            metavar="VALUES",
            help="In place of TABLE: types x types, as for mdsolve payments --values. Certifies "
            "payments that make truth best, or the cycle of types that shows there are none.",
        ),
    ] = None,
    payments: Annotated[
        Path | None,
        typer.Option(
            metavar="PAYMENTS",
            help="With --values: certify that truth is best under these payments, columns type "
            "and payment.",
        ),
    ] = None,
    types: Annotated[
        Path | None,
        typer.Option(
            metavar="TYPES",
            help="With TABLE and --group: certify payments for that group's types, as for mdsolve "
            "payments.",
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Whose types, or whose floor with --kind floor."),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="incentive|gap|floor",
            help="What to prove of TABLE: that no report gains and what is paid, that the model is "
            "near the optimum, or the least welfare over --domain.  [default: incentive, or gap "
            "without payments]",
        ),
    ] = None,
    radius: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER|NAME=NUMBER,...",
            help="Cover every profile whose rewards are this near, where it offers this model.",
        ),
    ] = None,
    outside: Annotated[
        float | None,
        typer.Option(
            metavar="UTILITY",
            help="With --values or --types: leave every type this much, and prove that no payments "
            "are larger. With --payments: prove that they leave it.",
        ),
    ] = None,
    strength: options.Strength = None,
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
    payment: options.Payment = None,
    sizes_allowed: options.SizesAllowed = None,
    as_json: options.Json = False,
    overwrite: options.Overwrite = False,
    quiet: options.Quiet = False,
) -> None:
    """Prove a claim in exact arithmetic, and write it for mdsolve check.

    A claim that is false is not certified: the message says what refutes it, exit 1. Where a table
    has no payments that make truth best, the proof of that is written, and exit is 1 too.
    """
    checked_folder(out, overwrite=overwrite)
    _refuse_mixtures(
        table,
        {"--values": values, "--payments": payments},
        {"--types": types, "--group": group, "--kind": kind, "--radius": radius},
        strength,
        outside,
    )
    if values is not None:
        claim = _of_values(values, payments, outside)
    else:
        assert table is not None
        chosen = rule_of(rule, divergence, strength, alpha)
        charge = charged(payment, chosen, domain, sizes_allowed)
        source = Source(
            table, sizes, reference, logprob, groups, prompt_column, outcome_column, prompt,
            normalize, domain, isinstance(charge, RevenueMaximizing),
        )  # fmt: skip
        if types is not None:
            claim = _of_types(source, chosen, types, group, outside, quiet=quiet)
        else:
            claim = _of_game(source, Mechanism(chosen, charge), kind, group, radius)
    with busy("proving", quiet=quiet):
        found = claim()
    found.save(out, overwrite=overwrite)
    if as_json:
        typer.echo(output.json_text(certificates.as_object(found)))
    elif not quiet:
        certificates.show(found)
        views.note(f"wrote {out / 'problem.json'}, {out / 'certificate.json'}")
    if found.kind == "not_implementable":
        raise typer.Exit(1)


def _of_values(values: Path, payments: Path | None, outside: float | None) -> Claim:
    matrix, labels = type_tables.valuations(values)
    if payments is not None:
        paid = type_tables.payments(payments, labels)
        return lambda: issue(audited(matrix, paid, labels=labels, outside=outside))
    answer = implement(matrix, labels=labels)
    if isinstance(answer, NegativeCycle):
        return lambda: issue(answer)
    return lambda: issue(answer, participation=outside)


def _of_types(
    source: Source,
    rule: Any,
    types: Path,
    group: str | None,
    outside: float | None,
    *,
    quiet: bool,
) -> Claim:
    if group is None:
        raise InvalidInput("--group: missing. Name the group whose types --types lists.")
    game = source.game()
    index = game.group_index(group)
    listed = type_tables.types(types, game, index)
    with counting("reports", quiet=quiet) as progress:
        answer = implementable(rule, game, index, listed, progress=progress)
    if isinstance(answer, NegativeCycle):
        return lambda: issue(answer)
    return lambda: issue(answer, participation=outside)


def _of_game(
    source: Source, mechanism: Mechanism, kind: str | None, group: str | None, radius: str | None
) -> Claim:
    outcome = mechanism.run(source.game())
    unpaid = isinstance(mechanism.payment, Unpaid)
    kind = kind or ("gap" if unpaid else "incentive")
    if unpaid and kind != "gap":
        raise InvalidInput(
            f"--kind {kind}: without payments only the model can be certified. Use --kind gap, or "
            "--rule social with payments."
        )
    near = 0.0 if radius is None else reading.radius(radius)
    return lambda: issue(outcome, kind=kind, group=group, radius=near)


def _refuse_mixtures(
    table: Path | None,
    of_values: dict[str, Any],
    of_games: dict[str, Any],
    strength: float | None,
    outside: float | None,
) -> None:
    if (table is None) == (of_values["--values"] is None):
        raise InvalidInput(
            "TABLE: give either a game's TABLE or --values VALUES, which is all that is needed of "
            "types whose valuations are known."
        )
    wrong = of_values if table is not None else of_games | {"--strength": strength}
    if present := [name for name, value in wrong.items() if value is not None]:
        place = "TABLE" if table is not None else "--values"
        raise InvalidInput(f"{present[0]}: has no part in certifying {place}. Leave it out.")
    if outside is not None and table is not None and of_games["--types"] is None:
        raise InvalidInput(
            "--outside: participation of listed types alone. Give --types or --values."
        )
