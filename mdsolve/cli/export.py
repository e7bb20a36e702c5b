"""``mdsolve export``: a named problem, or a program in a file, in the format of another file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mdsolve.benchmark.catalogue import problem
from mdsolve.benchmark.formats import FORMATS, read_program, write_program
from mdsolve.cli import options, output, views


def export(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE",
            help="A name of `mdsolve problems`, or a program: .mps, .qps, .sif, .cbf, .npz.",
        ),
    ],
    to: Annotated[
        Path,
        typer.Option(
            metavar="PATH",
            help="Where to: the suffix chooses the format, one of .mps, .qps, .lp, .cbf, .npz.",
        ),
    ],
    overwrite: options.Overwrite = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a problem as MPS, LP, CBF or arrays, to solve it elsewhere; numbers stay exact."""
    output.checked(to, tuple(FORMATS), overwrite)
    path = Path(name)
    file = path.suffix.lower() in FORMATS or path.is_file()
    program = read_program(path) if file else problem(name).program
    write_program(program, to, overwrite=overwrite)
    if not quiet:
        rows, variables = program.shape
        views.note(f"{variables:,} variables, {rows:,} rows: {program.kind}; wrote {to}")
