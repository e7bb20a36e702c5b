"""``mdsolve problems``: the named problems, their proofs, and how to prove a new one."""

from __future__ import annotations

from typing import Annotated

import typer

from mdsolve.benchmark import proofs
from mdsolve.benchmark.catalogue import problem
from mdsolve.benchmark.catalogue import problems as named
from mdsolve.benchmark.problem import Problem
from mdsolve.cli import options, output
from mdsolve.cli.progress import busy
from mdsolve.cli.views import console, grid


def problems(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="These problems alone.")
    ] = None,
    of: Annotated[
        str,
        typer.Option(
            "--set",
            metavar="smoke|standard|hard|large|series|all|FAMILY",
            help="The problems of a set or a family.",
        ),
    ] = "all",
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Regenerate each program, bit for bit, and check its proof; exit 1 if one fails.",
        ),
    ] = False,
    prove: Annotated[
        bool,
        typer.Option(
            "--prove",
            help="Prove the problems named anew: status, bracket and digest go into the .toml, the "
            "certificate beside it.",
        ),
    ] = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """List problems whose optima are proved, check the proofs, or prove a new problem."""
    chosen = [problem(name) for name in names] if names else list(named(of))
    if prove and not names:
        raise typer.BadParameter("name the problems that are to be proved", param_hint="NAME")
    if prove:
        for one in chosen:
            with busy(f"proving {one.name}", quiet=quiet):
                proofs.prove(one)
        chosen = [problem(one.name) for one in chosen]
    if check or prove:
        for one in chosen:
            with busy(f"checking {one.name}", quiet=quiet):
                one.check()
    if as_json:
        typer.echo(output.json_text({"problems": [_as_object(one) for one in chosen]}))
    elif not quiet:
        _show(chosen)


def _as_object(one: Problem) -> dict[str, object]:
    rows, variables = one.program.shape
    return {
        "name": one.name,
        "family": one.family,
        "sets": list(one.sets),
        "kind": one.program.kind,
        "variables": variables,
        "rows": rows,
        "axes": dict(one.axes),
        "status": one.status,
        "lower": one.lower if one.status == "optimal" else None,
        "upper": one.upper if one.status == "optimal" else None,
        "source": one.source,
        "hard": one.hard,
    }


def _show(chosen: list[Problem]) -> None:
    table = grid("problem", "family", "sets", "kind", "variables", "rows", "optimum", left=4)
    for one in chosen:
        rows, variables = one.program.shape
        middle = 0.5 * (one.lower + one.upper)
        optimum = f"{middle:.10g}" if one.status == "optimal" else one.status
        sets, kind = " ".join(one.sets), one.program.kind
        table.add_row(one.name, one.family, sets, kind, f"{variables:,}", f"{rows:,}", optimum)
    console().print(table)
