"""Files: refused before any solving where they exist, written together or not at all."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from mdsolve.errors import InvalidInput
from mdsolve.games.files import checked_target, written_whole
from mdsolve.outcome_views import json_text as json_text

if TYPE_CHECKING:
    import pyarrow as pa
    from matplotlib.figure import Figure

Writer = Callable[[BinaryIO], None]

TABLES, PICTURES = (".json", ".csv", ".parquet"), (".png", ".pdf", ".svg")
PAGES = (".html",)


def checked(path: Path | None, endings: Sequence[str], overwrite: bool) -> Path | None:
    """Return the path if a file with one of these endings may be written there."""
    if path is None:
        return None
    if path.suffix.lower() not in endings:
        raise InvalidInput(
            f"{path}: extension {path.suffix!r} is unknown. End it in one of {', '.join(endings)}."
        )
    return checked_target(path, overwrite=overwrite)


def payments_path(path: Path) -> Path:
    """Return the path of the table of payments beside a table of models."""
    return path.with_suffix(f".payments{path.suffix}")


def write_together(writers: Mapping[Path, Writer], overwrite: bool) -> None:
    """Write every file in full before the first one appears."""
    if not writers:
        return
    (path, writer), *rest = writers.items()
    with written_whole(path, overwrite=overwrite) as file:
        writer(file)
        file.flush()
        write_together(dict(rest), overwrite)


def json_writer(data: Any) -> Writer:
    """Return what writes an object as JSON."""
    text = json_text(data).encode() + b"\n"
    return lambda file: void(file.write(text))


def table_writer(table: pa.Table, ending: str) -> Writer:
    """Return what writes a table as CSV or Parquet."""
    if ending == ".csv":
        from pyarrow.csv import write_csv

        return lambda file: void(write_csv(table, file))
    from pyarrow.parquet import write_table

    return lambda file: void(write_table(table, file))


def picture_writer(figure: Figure, ending: str) -> Writer:
    """Return what writes a figure, drawn now."""
    image = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
        figure.savefig(image, format=ending[1:], dpi=150)
    return lambda file: void(file.write(image.getvalue()))


def void(_: object) -> None:
    """Return nothing."""
