"""``python -m mdsolve`` is the command ``mdsolve``."""

from mdsolve.cli import main

if __name__ == "__main__":  # a worker process imports this module too
    main()
