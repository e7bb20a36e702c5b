"""Files written whole or not at all: a temporary file in the same folder, then a rename."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from mdsolve.errors import InvalidInput


def checked_target(path: str | PathLike[str], *, overwrite: bool = False) -> Path:
    """Return the path if a file may be written there; touch nothing."""
    target = Path(path)
    try:
        found, folder = target.exists(), target.parent.is_dir()
    except OSError as error:
        raise _unwritable(target, error) from error
    if found and target.is_dir():
        raise InvalidInput(f"{target}: is a folder. Name a file in it.")
    if found and not overwrite:
        raise InvalidInput(
            f"{target}: exists already. Choose another path, or overwrite it on purpose."
        )
    if not folder:
        raise InvalidInput(f"{target}: there is no folder {target.parent}. Create it first.")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise InvalidInput(
            f"{target}: the folder {target.parent} cannot be written to. Choose another."
        )
    return target


@contextmanager
def written_whole(path: str | PathLike[str], *, overwrite: bool = False) -> Generator[BinaryIO]:
    """Open a binary file that appears at ``path`` only when the block ends without an error.

    Raises
    ------
    InvalidInput
        Where the path exists (unless ``overwrite``), or cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.json"
    >>> with written_whole(path) as file:
    ...     _ = file.write(b"[0.5, 0.5]")
    >>> path.read_text()
    '[0.5, 0.5]'
    """
    target = checked_target(path, overwrite=overwrite)
    draft = target.with_name(f".{target.name[:64]}.{secrets.token_hex(4)}.tmp")
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        draft.unlink(missing_ok=True)


def _unwritable(target: Path, error: OSError) -> InvalidInput:
    return InvalidInput(
        f"{target}: cannot be written ({error.strerror or error}). Choose another path."
    )
