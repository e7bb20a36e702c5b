"""Parquet files, here or in a store: opened, told apart, their columns fit for what they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mdsolve.batch.addresses import is_remote, readable
from mdsolve.batch.tables import Columns
from mdsolve.errors import InvalidInput

if TYPE_CHECKING:
    import pyarrow as pa


@contextmanager
def parquet_file(address: str, *words: str) -> Generator[Any]:
    """Open a Parquet file, some of its columns of words to be read as dictionaries.

    Raises
    ------
    InvalidInput
        If it is not there, cannot be read, or is not Parquet.
    """
    import pyarrow
    from pyarrow.parquet import ParquetFile

    with readable(address) as file:
        where = file if is_remote(address) else address
        try:
            opened = ParquetFile(where, read_dictionary=list(words), memory_map=True)
        except (pyarrow.ArrowException, OSError) as error:
            raise InvalidInput(
                f"{address}: cannot be read as Parquet ({error}). Write it again, or convert it "
                "first."
            ) from error
        with opened:
            yield opened


def refuse_twins(name: str, schema: Any) -> None:
    """Refuse two columns of one name."""
    names = [field.name for field in schema]
    twins = [one for k, one in enumerate(names) if one in names[:k]]
    if twins:
        raise InvalidInput(f"{name}: column {twins[0]!r} occurs twice. Rename one of the two.")


def refuse_types(name: str, schema: Any, columns: Columns) -> None:
    """Refuse numbers that are none, and names that are lists or structures."""
    import pyarrow as pa

    for column in columns.numeric:
        kind = schema.field(column).type
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            raise InvalidInput(
                f"{name}, column {column!r}: holds {kind}, not numbers. Every column without "
                "another role is a group's reward: convert it, or name the groups with "
                "groups=[...]."
            )
    for column in (columns.prompt, columns.outcome):
        kind = schema.field(column).type
        if pa.types.is_nested(kind):
            raise InvalidInput(
                f"{name}, column {column!r}: holds {kind}, not names. Convert it to words or "
                "numbers."
            )


def fingerprint(address: str, rows: int) -> dict[str, Any]:
    """Return a file's size, its rows and the hash of its footer."""
    with readable(address) as file:
        size = file.seek(0, 2)
        file.seek(size - 8)
        length = int.from_bytes(file.read(4), "little")
        file.seek(size - 8 - length)
        footer = hashlib.sha256(file.read(length)).hexdigest()
    return {"bytes": size, "rows": rows, "footer_sha256": footer}


def without_views(table: pa.Table) -> pa.Table:
    """Return a table whose views of words are words, which Arrow can take and sort."""
    import pyarrow as pa

    plain_types = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}
    fields = [each.with_type(plain_types.get(each.type, each.type)) for each in table.schema]
    return table.cast(pa.schema(fields))
