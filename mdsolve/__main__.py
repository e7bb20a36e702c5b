"""``python -m mdsolve`` is the command ``mdsolve``."""

from mdsolve.cli import main

main()
