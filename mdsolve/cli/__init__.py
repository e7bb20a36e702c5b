"""The command line: one command a file, all of them thin; exit codes 0, 1, 2, 3, 130.

0 done; 1 a claim does not hold; 2 bad input or usage; 3 a tolerance was not reached, or work was
lost; 130 interrupted. Whatever goes wrong is one message on stderr, and no file is left half
written.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        print(f"mdsolve {version()}")
        return
    from mdsolve.cli.app import app

    app(prog_name="mdsolve")


def version() -> str:
    """Return the version of the package that is running."""
    return sys.modules["mdsolve"].__version__
