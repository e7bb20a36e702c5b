"""Where the problems lie: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

from mdsolve.errors import MdsolveError


def problems_folder() -> Path:
    """Return the folder of all problems.

    Raises
    ------
    MdsolveError
        If the installation has none.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "problems", package.parent / "problems"):
        if folder.is_dir():
            return folder
    raise MdsolveError(
        "problems: this installation carries none. Install mdsolve from its wheel or its checkout."
    )
