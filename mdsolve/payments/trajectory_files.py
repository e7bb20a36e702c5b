"""A trajectory's file: an uncompressed NumPy archive of known arrays, none of which is executed."""

from __future__ import annotations

import zipfile
from os import PathLike
from typing import Any

import numpy as np

from mdsolve.errors import InvalidInput

#: the arrays, in alphabetical order
PARTS = (
    *("fingerprint", "log_model", "lower", "models"),
    *("multipliers", "progress", "steps", "upper"),
)


def read(path: str | PathLike[str]) -> dict[str, Any]:
    """Return the arrays of an uncompressed archive, so that none is larger than the file."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if sorted(entry.filename for entry in entries) != [f"{name}.npy" for name in PARTS]:
                raise unreadable(path, "it holds other arrays")
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise unreadable(path, "it is compressed")
        with np.load(path, allow_pickle=False) as arrays:
            parts: dict[str, Any] = {name: arrays[name] for name in PARTS}
    except InvalidInput:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise unreadable(path, str(error)) from error
    if not all(isinstance(part, np.ndarray) for part in parts.values()):
        raise unreadable(path, "an entry is no array")
    return parts


def unreadable(path: str | PathLike[str], why: str) -> InvalidInput:
    """Return the refusal of a file that is not a trajectory."""
    return InvalidInput(
        f"{path}: is not a trajectory ({why}). Give a file that Trajectory.save wrote."
    )
