"""``mdsolve check``: whether a certificate holds, by a checker that trusts nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mdsolve.certificates.schema import Verdict, contents, judged
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
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="PAGE",
            help="Write a page to read (.html): the claim, the data, the witness drawn and the "
            "verdict, also where it is REJECTED.",
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Check a certificate in exact arithmetic: VERIFIED with its claim, or REJECTED; then exit 1.

    Whatever is wrong in the files is a reason to reject; exit 2 is a file that cannot be read.
    """
    output.checked(html, output.PAGES, overwrite)
    problem, certificate = contents(folder)
    verdict = judged(problem, certificate, backend)
    if html is not None:
        output.write_together({html: _page(problem, certificate, verdict)}, overwrite)
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


def _page(problem: bytes, certificate: bytes, verdict: Verdict) -> output.Writer:
    """Return what writes the page of a problem and its certificate."""
    from mdsolve.certificates.page import page_of

    said = (verdict.verified, verdict.claim or verdict.reason)
    written = page_of(problem, certificate, said).encode()
    return lambda file: output.void(file.write(written))
