"""``mdsolve batch``: millions of prompts, from Parquet to Parquet, resumed where it was stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import Annotated, Any, Literal, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from mdsolve.batch.cluster import cluster as connected
from mdsolve.batch.folder import Folder
from mdsolve.batch.parquet import ROWS, Source
from mdsolve.batch.partition import Job
from mdsolve.batch.run import Executor, Tally, in_threads, run
from mdsolve.batch.solve import cores
from mdsolve.batch.sorting import sorted_by_prompt
from mdsolve.cli import options, reading, views
from mdsolve.cli.progress import busy
from mdsolve.cli.reading import rule_of
from mdsolve.cli.solve import charged
from mdsolve.errors import InvalidInput
from mdsolve.mechanism import Mechanism
from mdsolve.training_rules import TOLERANCE, MenuWelfare, SocialWelfare, TrainingRule
from mdsolve.training_rules.training import checked_tolerance

#: partitions that are held at a time by one process
MOST_THREADS = 8


def batch(
    table: Annotated[
        str,
        typer.Argument(
            metavar="PARQUET",
            help="One row a candidate outcome, in the order of prompts: columns prompt, outcome, "
            "reference or logprob, one numeric column a group. A path, or an address such as "
            "s3://...",
        ),
    ],
    out: Annotated[
        str,
        typer.Option(
            metavar="FOLDER",
            help="Folder (or address such as s3://...) for the tables allocations, groups and "
            "rejects, in parts, and the manifest. The same command continues what was stopped.",
        ),
    ],
    strength: options.StrengthRequired = None,
    sizes: options.Sizes = None,
    reference: options.Reference = None,
    logprob: options.Logprob = None,
    groups: options.Groups = None,
    prompt_column: options.PromptColumn = "prompt",
    outcome_column: options.OutcomeColumn = "outcome",
    normalize: options.Normalize = "none",
    domain: options.Domain = "any",
    menu: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN,...",
            help="Columns of probabilities, one a model: each prompt gets the best of them for "
            "social welfare, in place of a model of its own.",
        ),
    ] = None,
    rule: options.Rule = "social",
    alpha: options.Alpha = None,
    divergence: options.Divergence = "kl",
    payment: options.Payment = None,
    sizes_allowed: options.SizesAllowed = None,
    tolerance: options.Tolerance = TOLERANCE,
    on_error: Annotated[
        str,
        typer.Option(
            metavar="skip|stop",
            help="What a bad prompt does: stop ends the run with exit code 1, skip writes it to "
            "the table rejects with its reason.",
        ),
    ] = "stop",
    sort: Annotated[
        bool,
        typer.Option("--sort", help="Sort the file by prompt first, into a copy in FOLDER."),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", help="Run on N processes of this machine, by Dask."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Run on a Dask cluster, such as tcp://host:8786."),
    ] = None,
    rows: Annotated[
        int, typer.Option(help="Rows that a part has at least: whole row groups of the file.")
    ] = ROWS,
    quiet: options.Quiet = False,
) -> None:
    """Train a model for each of millions of prompts, and charge every group."""
    if on_error not in ("skip", "stop"):
        raise InvalidInput(f"--on-error {on_error!r}: unknown. Choose skip or stop.")
    if workers is not None and cluster is not None:
        raise InvalidInput("--workers, --cluster: give one of the two.")
    if rows < 1:
        raise InvalidInput(f"--rows {rows}: parts have at least 1 row.")
    chosen: Any = rule_of(rule, divergence, strength, alpha)
    if menu is not None:
        chosen = _from_menu(chosen, payment)
    checked_tolerance(tolerance)
    reading.one_of("--normalize", normalize, ("none", "sum", "max"))
    reading.one_of("--domain", domain, ("any", "sum", "max"))
    folder = Folder(out)
    columns: dict[str, Any] = {
        "reference": reference,
        "logprob": logprob,
        "outcome": outcome_column,
        "prompt_column": prompt_column,
        "groups": None if groups is None else reading.names("--groups", groups),
        "menu": () if menu is None else reading.names("--menu", menu),
    }
    source = Source.opened(table, rows=rows, **columns)
    by_name = None if sizes is None else reading.sizes(sizes)
    job = Job(
        Mechanism(chosen, charged(payment, chosen, domain, sizes_allowed)),
        source.columns,
        by_name,
        cast(Literal["none", "sum", "max"], normalize),
        cast(Literal["any", "sum", "max"], domain),
        tolerance,
    )
    job.check()
    if sort:
        with busy("sorting", quiet=quiet):
            source = sorted_by_prompt(source, folder, rows)
    with ExitStack() as stack:
        if workers is not None or cluster is not None:
            executor: Executor = stack.enter_context(connected(cluster, workers))
        else:
            executor = in_threads(min(MOST_THREADS, cores()))
        progress = stack.enter_context(counted(quiet=quiet))
        try:
            tally = run(
                source,
                job,
                folder,
                on_error=on_error,
                executor=executor,
                threads=1,
                progress=progress,
            )
        except KeyboardInterrupt as stop:
            raise KeyboardInterrupt(
                f"interrupted; parts that are done stay in {out}, and the same command continues."
            ) from stop
    _tell(tally, out, quiet)
    if tally.lost:
        raise typer.Exit(1)


def _from_menu(rule: TrainingRule, payment: str | None) -> MenuWelfare:
    """Return the rule that chooses from a menu by the welfare that another would train for."""
    if not isinstance(rule, SocialWelfare):
        raise InvalidInput(
            f"--menu: models are chosen by social welfare, not {type(rule).__name__}. Leave out "
            "--rule, or --menu."
        )
    if payment == "revenue":
        raise InvalidInput(
            "--menu: --payment revenue is about models trained on the whole simplex. Leave one of "
            "the two out."
        )
    return MenuWelfare(rule.divergence, rule.strength)


def _tell(tally: Tally, out: str, quiet: bool) -> None:
    counts = tally.counts or {"prompts": 0, "solved": 0, "rejected": 0, "rows": 0}
    for number, what in (tally.lost or {}).items():
        typer.echo(
            f"mdsolve: partition {number}, {what}. It was not written: the same command tries it "
            "again.",
            err=True,
        )
    if quiet:
        return
    earlier = f", {tally.resumed:,} of the rows by an earlier run" if tally.resumed else ""
    rejected = f", {counts['rejected']:,} rejected" if counts["rejected"] else ""
    views.note(
        f"{counts['prompts']:,} prompts ({counts['rows']:,} rows): {counts['solved']:,} solved"
        f"{rejected}{earlier}; wrote {out}"
    )


@contextmanager
def counted(*, quiet: bool) -> Generator[Callable[[Tally], None]]:
    """Yield what is told of progress: a bar on a terminal's stderr, with rate and time left."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
    task, start = bar.add_task("prompts", total=None, rate=""), time.monotonic()
    earlier: list[int] = []

    def progress(tally: Tally) -> None:
        prompts = 0 if tally.counts is None else tally.counts["prompts"]
        earlier.append(prompts)
        rate = (prompts - earlier[0]) / max(1e-9, time.monotonic() - start)
        shown = f"{prompts:,} prompts, {rate:,.0f}/s" if rate else ""
        bar.update(task, completed=tally.rows, total=tally.total, rate=shown)

    with bar:
        yield progress
