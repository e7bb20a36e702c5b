"""``mdsolve check``: whether a certificate holds, by a checker that trusts nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mdsolve.certificates.schema import contents, judged
from mdsolve.cli import options, output


def check(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Holds problem.json and certificate.json, as certify wrote them."
        ),
    ],
    backend: Annotated[
        str,
        typer.Option(
            metavar="python|flint",
            help="The standard library alone, or python-flint: the same verdicts, faster.",
        ),
    ] = "python",
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Check a certificate in exact arithmetic: VERIFIED with its claim, or REJECTED; then exit 1.

    Whatever is wrong in the files is a reason to reject; exit 2 is a file that cannot be read.
    """
    problem, certificate = contents(folder)
    verdict = judged(problem, certificate, backend)
    if as_json:
        said = {
            "verdict": "VERIFIED" if verdict.verified else "REJECTED",
            "claim": verdict.claim or None,
            "reason": verdict.reason or None,
            "backend": backend,
        }
        typer.echo(output.json_text(said))
    elif not quiet:
        typer.echo(str(verdict))
    if not verdict.verified:
        raise typer.Exit(1)
