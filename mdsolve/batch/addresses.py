"""Paths and addresses: what has a scheme (``s3://...``) is reached through fsspec."""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from mdsolve.errors import InvalidInput

_LOCAL = ("file://", "local://")


def plain(address: Any) -> str:
    """Return an address as text; a ``file://`` one as the path that it is."""
    text = str(address)
    scheme = next((each for each in _LOCAL if text.startswith(each)), "")
    return text.removeprefix(scheme)


def is_remote(address: str) -> bool:
    """Tell whether fsspec reads and writes there."""
    return "://" in address


def name_of(address: str) -> str:
    """Return the last part of a path or address."""
    return PurePosixPath(address).name or address


def system_of(address: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path there.

    Raises
    ------
    InvalidInput
        If fsspec or what it needs for this scheme is not installed, or there is no such scheme.
    """
    try:
        import fsspec
    except ImportError as error:
        raise InvalidInput(
            f"{address}: object stores need fsspec: pip install 'mdsolve[cluster]'."
        ) from error
    try:
        return fsspec.core.url_to_fs(address)
    except Exception as error:  # each system has its own
        raise InvalidInput(
            f"{address}: cannot be reached ({error}). Check the scheme and its settings, and that "
            "fsspec's package for it is installed."
        ) from error


@contextmanager
def readable(address: str) -> Generator[Any]:
    """Open a file to read bytes from any place of it.

    Raises
    ------
    InvalidInput
        If it is not there, or cannot be read.
    """
    system, path = system_of(address) if is_remote(address) else (io, address)
    try:
        file: Any = system.open(path, "rb")
    except FileNotFoundError as error:
        raise InvalidInput(f"{address}: there is no such file. Check the path.") from error
    except Exception as error:  # each system has its own
        raise InvalidInput(
            f"{address}: cannot be read ({error or type(error).__name__}). Check the path, and "
            "what may be read there."
        ) from error
    with file:
        yield file
