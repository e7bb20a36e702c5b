"""All commands, and the one place where an error becomes a message and an exit code."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mdsolve.cli import version
from mdsolve.cli.auction import auction
from mdsolve.cli.batch import batch
from mdsolve.cli.bench import bench
from mdsolve.cli.certify import certify
from mdsolve.cli.check import check
from mdsolve.cli.export import export
from mdsolve.cli.frontier import frontier
from mdsolve.cli.listings import divergences, solvers
from mdsolve.cli.payments import payments
from mdsolve.cli.problems import problems
from mdsolve.cli.report import report
from mdsolve.cli.solve import solve
from mdsolve.cli.verify import verify
from mdsolve.cli.wording import on_the_command_line
from mdsolve.errors import InvalidInput, MdsolveError, NotCertified, Rejected

FALSE, BAD_INPUT, UNFINISHED, INTERRUPTED = 1, 2, 3, 130


class Commands(TyperGroup):
    """The commands, whose errors are messages."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; turn what this library raises on purpose into its exit code."""
        try:
            return super().invoke(ctx)
        except InvalidInput as error:
            _stop(str(error), BAD_INPUT)
        except (NotCertified, Rejected) as error:
            _stop(str(error), FALSE)
        except MdsolveError as error:  # a tolerance that was not reached, work that was lost
            _stop(str(error), UNFINISHED)
        except KeyboardInterrupt as error:
            _stop(str(error) or "interrupted; nothing was written.", INTERRUPTED)


def _stop(message: str, code: int) -> None:
    typer.echo(f"mdsolve: {on_the_command_line(message)}", err=True)
    raise typer.Exit(code)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Train a model on many groups' rewards, and charge payments that make truth pay.",
    epilog="Exit codes: 0 done, 1 a claim does not hold, 2 bad input or usage, "
    "3 a tolerance was not reached, or work was lost.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mdsolve {version()}")
        raise typer.Exit()


@app.callback()
def _options(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Train a model on many groups' rewards, and charge payments that make truth pay."""


for _command in (
    solve,
    batch,
    frontier,
    payments,
    problems,
    report,
    verify,
    certify,
    check,
    auction,
    bench,
    export,
    solvers,
    divergences,
):
    app.command()(_command)
