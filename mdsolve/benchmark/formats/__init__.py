"""Programs in files, one format a file of this folder: what leaves comes back bit for bit.

========  ===============================================  =======================================
suffix    what it holds                                    the triple of an exponential cone
========  ===============================================  =======================================
.mps      linear; quadratic by QUADOBJ                     (none)
.qps      the same, under the name of Maros and Mészáros   (none)
.sif      the same: what of SIF is MPS; read only          (none)
.lp       linear and quadratic, to be read by people       (none; written only)
.cbf      linear, second-order, exponential; a diagonal    (z, y, x)
          quadratic objective by rotated cones
.npz      everything, as arrays                            (x, y, z), as in SCS and Clarabel
========  ===============================================  =======================================

`cvxpy_problem` makes a CVXPY problem of any program; its triple is (x, y, z) too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from mdsolve.benchmark.formats import cbf, cbf_reading, lp, mps, mps_reading, npz
from mdsolve.benchmark.formats.faults import Source
from mdsolve.benchmark.formats.modelled import cvxpy_problem, row_prices
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.program import ConicProgram
from mdsolve.errors import InvalidInput
from mdsolve.games.files import written_whole


class Format(NamedTuple):
    """One format: what it is, how a program is written, and how one is read, if it is."""

    describes: str
    data: Callable[[ConicProgram], bytes]
    read: Callable[[bytes, str], ConicProgram] | None


_MPS = Format(
    "linear and quadratic programs",
    lambda program: mps.text(program).encode(),
    lambda data, name: mps_reading.read(Source.of(data, name)),
)

FORMATS: dict[str, Format] = {
    ".mps": _MPS,
    ".qps": _MPS,
    ".cbf": Format(
        "the Conic Benchmark Format",
        lambda program: cbf.text(program).encode(),
        lambda data, name: cbf_reading.read(Source.of(data, name)),
    ),
    ".lp": Format("linear and quadratic programs to read", lambda x: lp.text(x).encode(), None),
    ".npz": Format("any program, as arrays", npz.data, npz.read),
}

#: suffixes that are read as another, and not written
_READ_AS = {".sif": ".mps"}


def write_program(
    program: ConicProgram | Problem, path: str | PathLike[str], *, overwrite: bool = False
) -> None:
    """Write a program in the format of the path's suffix, whole or not at all.

    Parameters
    ----------
    program : ConicProgram or Problem
    path : path
        .mps, .qps, .lp, .cbf or .npz.
    overwrite : bool
        Replace a file that exists.

    Raises
    ------
    InvalidInput
        If the format is unknown or has no place for the program, or the path cannot be written.

    Examples
    --------
    >>> import mdsolve as md, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "kl.cbf"
    >>> md.write_program(md.problem("kl-10x3"), path)
    >>> md.read_program(path)
    ConicProgram(20 variables, 31 rows: exponential)
    """
    chosen = _format(path)
    stated = program.program if isinstance(program, Problem) else program
    data = chosen.data(stated)
    with written_whole(path, overwrite=overwrite) as file:
        file.write(data)


def read_program(path: str | PathLike[str]) -> ConicProgram:
    """Return the program of a file: .mps, .qps, .sif, .cbf or .npz.

    Raises
    ------
    InvalidInput
        If it cannot be read; of text with line and column of the fault.
    """
    chosen = _format(path, _READ_AS)
    if chosen.read is None:
        readable = ", ".join([*(name for name, one in FORMATS.items() if one.read), *_READ_AS])
        raise InvalidInput(
            f"{path}: this format is only written. Formats that are read: {readable}."
        )
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"{path}: cannot be read ({error.strerror or error}). Name a file that exists."
        ) from error
    try:
        return chosen.read(data, str(path))
    except InvalidInput as error:
        if str(error).startswith(str(path)):
            raise
        raise InvalidInput(f"{path}: {error}") from error  # of the program as a whole: no line


def _format(path: str | PathLike[str], others: Mapping[str, str] | None = None) -> Format:
    suffix = Path(path).suffix.lower()
    suffix = (others or {}).get(suffix, suffix)
    if suffix not in FORMATS:
        raise InvalidInput(
            f"{path}: format {suffix or 'without a suffix'!r} is unknown. Choose one of "
            f"{', '.join(FORMATS)}."
        )
    return FORMATS[suffix]


__all__ = [
    "FORMATS",
    "Format",
    "cvxpy_problem",
    "read_program",
    "row_prices",
    "write_program",
]
