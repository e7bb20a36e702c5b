"""``mdsolve solve``: from a table of candidates to trained models and truthful payments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mdsolve.certificates.schema import checked_folder
from mdsolve.cli import certificates, options, output, views
from mdsolve.cli.progress import busy, run_all
from mdsolve.cli.reading import Source, group_sizes, rule_of
from mdsolve.cli.unpaid import Unpaid
from mdsolve.errors import InvalidInput
from mdsolve.mechanism import Mechanism, Outcome
from mdsolve.payments import AffineMaximizer, RevenueMaximizing
from mdsolve.payments.affine_maximizer import refuse_other_rules
from mdsolve.solvers import require
from mdsolve.training_rules import TOLERANCE, TrainingRule
from mdsolve.training_rules.training import checked_tolerance

if TYPE_CHECKING:
    import pyarrow as pa

Solved = Sequence[tuple[str | None, Outcome]]

MOST_PICTURES = 24
CHARGED = ("affine-maximizer", "revenue")


def solve(
    table: options.Table,
    strength: options.StrengthRequired = None,
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
    solver: Annotated[
        str, typer.Option(metavar="NAME", help="What solves it: see mdsolve solvers.")
    ] = "auto",
    tolerance: options.Tolerance = TOLERANCE,
    as_json: options.Json = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Write .json (the object of --json), or .csv or .parquet: a row an outcome, "
            "with the payments beside it in PATH's name with .payments before the extension.",
        ),
    ] = None,
    plot: options.Plot = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Prove the model and the payments too, as mdsolve certify does: files for mdsolve "
            "check in FOLDER, or with several prompts in FOLDER/1, FOLDER/2, ...",
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    quiet: options.Quiet = False,
) -> None:
    """Train a model for each prompt of a table, and charge every group."""
    output.checked(out, output.TABLES, overwrite)
    if out is not None and out.suffix.lower() != ".json":
        output.checked(output.payments_path(out), output.TABLES, overwrite)
    output.checked(plot, output.PICTURES, overwrite)
    if certificate is not None:
        checked_folder(certificate, overwrite=overwrite)
    chosen = rule_of(rule, divergence, strength, alpha)
    charge = charged(payment, chosen, domain, sizes_allowed)
    mechanism = Mechanism(chosen, charge)
    require(solver)
    chosen.engine(solver)
    checked_tolerance(tolerance)
    source = Source(
        table, sizes, reference, logprob, groups, prompt_column, outcome_column, prompt,
        normalize, domain, isinstance(charge, RevenueMaximizing),
    )  # fmt: skip
    games = source.games()
    outcomes = run_all(
        table,
        games,
        lambda game: mechanism.run(game, solver=solver, tolerance=tolerance),
        quiet=quiet,
    )
    with busy("proving", quiet=quiet or certificate is None):
        proofs = certificates.of_outcomes(outcomes, certificate, overwrite=overwrite)
    solved = [(name, outcome) for (name, _), outcome in zip(games, outcomes, strict=True)]
    writers = _writers(solved, out)
    with busy("drawing", quiet=quiet or plot is None):
        writers |= _pictures(solved, plot)
    output.write_together(writers, overwrite)
    for folder, proof in proofs.items():
        proof.save(folder, overwrite=overwrite)
    if as_json:
        typer.echo(output.json_text(_as_object(solved)))
    elif not quiet:
        views.show_solved(solved, default_sizes=sizes is None)
    if not quiet:
        _tell(writers, solved, plot)
        certificates.tell(proofs)


def charged(
    asked: str | None, rule: TrainingRule, domain: str, sizes_allowed: str | None
) -> AffineMaximizer | RevenueMaximizing | Unpaid:
    """Return the payment that is asked for by its name."""
    if sizes_allowed is not None and asked != "revenue":
        raise InvalidInput(
            "--group-sizes: only --payment revenue depends on them. Leave the option out, or pass "
            "--payment revenue."
        )
    if asked == "none" or (asked is None and not rule.affine_maximizer):
        return Unpaid()
    if asked not in (None, *CHARGED):
        known = ", ".join((*CHARGED, "none"))
        raise InvalidInput(f"--payment {asked!r}: unknown. Choose one of {known}.")
    if asked == "revenue":
        return _largest(rule, domain, sizes_allowed)
    refuse_other_rules(rule)
    return AffineMaximizer()


def _largest(rule: TrainingRule, domain: str, sizes_allowed: str | None) -> RevenueMaximizing:
    if not rule.affine_maximizer:
        raise InvalidInput(
            f"--payment revenue: [S] Cor 4.6 is about social welfare, not {type(rule).__name__}. "
            "Use --rule social, or train without payments: --payment none."
        )
    if domain == "any":
        raise InvalidInput(
            "--payment revenue: over rewards of any scale no payment is the largest. Declare "
            "--domain sum or --domain max, with --normalize sum or max where the table is not."
        )
    return RevenueMaximizing(domain, group_sizes("1" if sizes_allowed is None else sizes_allowed))


def _as_object(solved: Solved) -> dict[str, Any]:
    mechanism = solved[0][1].mechanism
    paid = not isinstance(mechanism.payment, Unpaid)
    return {
        "rule": repr(mechanism.rule),
        "payment": repr(mechanism.payment) if paid else None,
        "games": [outcome.to_dict(prompt) for prompt, outcome in solved],
    }


def _writers(solved: Solved, out: Path | None) -> dict[Path, output.Writer]:
    if out is None:
        return {}
    ending = out.suffix.lower()
    if ending == ".json":
        return {out: output.json_writer(_as_object(solved))}
    return {
        out: output.table_writer(_stacked(solved, "outcome"), ending),
        output.payments_path(out): output.table_writer(_stacked(solved, "group"), ending),
    }


def _stacked(solved: Solved, by: str) -> pa.Table:
    """Return the games' tables in one, after a column of prompts where there are any."""
    import pyarrow as pa

    parts: list[Any] = []
    for prompt, outcome in solved:
        part: Any = outcome.table(by)
        for k, name in enumerate(part.column_names):
            if name.startswith("payment"):
                part = part.set_column(
                    k, name, pa.array(part.column(k).to_numpy(), from_pandas=True)
                )
        if prompt is not None:
            part = part.add_column(0, "prompt", pa.array([prompt] * part.num_rows))
        parts.append(part)
    return pa.concat_tables(parts)


def _pictures(solved: Solved, plot: Path | None) -> dict[Path, output.Writer]:
    if plot is None:
        return {}
    from mdsolve import plots

    if len(solved) == 1:
        prompt, outcome = solved[0]
        figure = plots.outcome(outcome, title=prompt)
    else:
        figure = plots.allocations({str(name): each for name, each in solved[:MOST_PICTURES]})
    return {plot: output.picture_writer(figure, plot.suffix.lower())}


def _tell(writers: Mapping[Path, object], solved: Solved, plot: Path | None) -> None:
    if plot is not None and len(solved) > MOST_PICTURES:
        views.note(
            f"{plot} shows the first {MOST_PICTURES} of {len(solved)} prompts; choose one with "
            "--prompt."
        )
    if writers:
        views.note("wrote " + ", ".join(str(path) for path in writers))
