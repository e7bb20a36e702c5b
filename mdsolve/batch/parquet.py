"""A Parquet file of candidates as partitions: whole row groups, and whole prompts in each.

A partition holds the prompts that begin in its row groups: rows of a prompt that began before are
the previous one's, and its own last prompt is followed into later row groups. So each can be read
by itself, on any machine, and rows in the order of prompts are checked piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from mdsolve.batch.addresses import name_of, plain
from mdsolve.batch.parquet_files import (
    fingerprint,
    parquet_file,
    refuse_twins,
    refuse_types,
    without_views,
)
from mdsolve.batch.tables import Columns
from mdsolve.errors import InvalidInput
from mdsolve.games.sources import Table

if TYPE_CHECKING:
    import pyarrow as pa

#: rows that a partition has at least, but for the last
ROWS = 1 << 18
#: rows that are read at a time to follow a prompt into the next row groups
_AHEAD = 1 << 12


@dataclass(frozen=True)
class Partition:
    """Row groups ``first`` up to ``last`` of a file."""

    number: int
    first: int
    last: int
    rows: int


@dataclass(frozen=True)
class Source:
    """A Parquet file, what its columns are, and its partitions.

    Attributes
    ----------
    path : str
        A path, or an address that fsspec knows (``s3://...``).
    fingerprint : mapping
        Size, rows and the hash of the file's footer, which says where all of its pages lie.
    """

    path: str
    columns: Columns
    partitions: tuple[Partition, ...]
    fingerprint: dict[str, Any]

    @classmethod
    def opened(cls, path: str | PathLike[str], *, rows: int = ROWS, **columns: Any) -> Source:
        """Return a file's partitions, having read its footer alone.

        Raises
        ------
        InvalidInput
            If it is missing or not Parquet, has no rows, or lacks a column.
        """
        address = plain(path)
        name = name_of(address)
        with parquet_file(address) as file:
            schema, metadata = file.schema_arrow, file.metadata
            refuse_twins(name, schema)
            table = Table(name, {field.name: None for field in schema}, metadata.num_rows)
            if metadata.num_rows == 0:
                raise InvalidInput(f"{name}: has no rows. A game needs at least one candidate.")
            chosen = Columns.found(table, **columns)
            refuse_types(name, schema, chosen)
            counts = [metadata.row_group(k).num_rows for k in range(metadata.num_row_groups)]
        return cls(address, chosen, _partitions(counts, rows), fingerprint(address, sum(counts)))

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return int(self.fingerprint["rows"])

    def read(self, partition: Partition, *, use_threads: bool = True) -> pa.Table:
        """Return the rows of a partition's prompts.

        Raises
        ------
        InvalidInput
            If a prompt has no name, or the prompts are not in order: it names the prompt.
        """
        with parquet_file(self.path, self.columns.prompt, self.columns.outcome) as file:
            groups = range(partition.first, partition.last)
            options: Any = {"columns": self.columns.needed, "use_threads": use_threads}
            table = file.read_row_groups(list(groups), **options)
            before = self._last_prompt(file, partition.first)
            if before is not None:
                table = table.slice(self._following(table, before))
            later = range(partition.last, file.metadata.num_row_groups)
            if table.num_rows and later:
                last = _value(table, self.columns.prompt, -1)
                each = (file.iter_batches(_AHEAD, row_groups=[k], **options) for k in later)
                table = _joined([table, *self._rest_of(last, chain.from_iterable(each))])
        table = without_views(table)
        self._refuse_disorder(table, before)
        return table

    def _rest_of(self, prompt: Any, streamed: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
        """Yield the rows of a prompt with which later row groups begin, reading no further."""
        import pyarrow as pa

        for batch in streamed:
            more = pa.Table.from_batches([batch])
            count = self._following(more, prompt)
            if count:
                yield more.slice(0, count)
            if count < more.num_rows:
                return

    def refuse_disorder(self) -> None:
        """Refuse row groups whose least prompts are not in order, as far as the footer tells.

        Raises
        ------
        InvalidInput
            Naming two prompts.
        """
        before = None
        with parquet_file(self.path) as file:
            place = file.schema_arrow.names.index(self.columns.prompt)
            flat = file.metadata.num_columns == len(file.schema_arrow.names)
            for group in range(file.metadata.num_row_groups if flat else 0):
                held = file.metadata.row_group(group).column(place).statistics
                if held is None or not held.has_min_max:
                    return
                if before is not None and held.min < before:
                    raise self._disorder(before, held.min)
                before = held.min

    def prompts_of(self, partition: Partition) -> tuple[Any, Any]:
        """Return the first and the last prompt in a partition's row groups."""
        with parquet_file(self.path, self.columns.prompt) as file:
            ends = (partition.first, 0), (partition.last - 1, -1)
            parts = [file.read_row_group(k, columns=[self.columns.prompt]) for k, _ in ends]
        return (
            _value(parts[0], self.columns.prompt, 0),
            _value(parts[1], self.columns.prompt, -1),
        )

    def _last_prompt(self, file: Any, group: int) -> Any:
        """Return the last prompt before a row group, None where there is none."""
        for earlier in range(group - 1, -1, -1):
            if file.metadata.row_group(earlier).num_rows:
                part = file.read_row_group(earlier, columns=[self.columns.prompt])
                return _value(part, self.columns.prompt, -1)
        return None

    def _following(self, table: pa.Table, prompt: Any) -> int:
        """Return how many rows at the beginning are of a prompt."""
        import pyarrow.compute as pc

        column = table.column(self.columns.prompt)
        for start in range(0, table.num_rows, _AHEAD):
            differs = pc.call_function("not_equal", [_plain(column.slice(start, _AHEAD)), prompt])
            other = pc.index(pc.fill_null(differs, True), True).as_py()
            if other >= 0:
                return start + int(other)
        return table.num_rows

    def _refuse_disorder(self, table: pa.Table, before: Any) -> None:
        import pyarrow.compute as pc

        column = table.column(self.columns.prompt)
        name = name_of(self.path)
        if column.null_count:
            raise InvalidInput(
                f"{name}, column {self.columns.prompt!r}: {column.null_count} rows from "
                f"{_value(table, self.columns.prompt, 0)!r} on have no prompt. Fill them, or drop "
                "them."
            )
        if not table.num_rows:
            return
        _, names = prompts(column)
        if before is not None and not names[0].as_py() > before:
            raise self._disorder(before, names[0].as_py())
        place = pc.index(pc.call_function("greater", [names[1:], names[:-1]]), False).as_py()
        if place >= 0:
            raise self._disorder(names[place].as_py(), names[place + 1].as_py())

    def _disorder(self, before: Any, prompt: Any) -> InvalidInput:
        return InvalidInput(
            f"{name_of(self.path)}: prompt {prompt!r} comes after {before!r}. Rows must be in "
            "the order of prompts, so that a prompt's rows stand together: sort the file by "
            "prompt, or pass sort=True."
        )


def prompts(column: Any) -> tuple[Any, Any]:
    """Return where each prompt begins, and their names as an Arrow array."""
    import pyarrow as pa

    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    if not isinstance(array, pa.DictionaryArray):
        array = array.dictionary_encode()
    codes = array.indices.to_numpy(zero_copy_only=False)
    starts = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
    return starts, array.dictionary.take(pa.array(codes[starts]))


def _partitions(counts: list[int], rows: int) -> tuple[Partition, ...]:
    found: list[Partition] = []
    first = held = 0
    for group, count in enumerate(counts):
        held += count
        if held >= rows or group == len(counts) - 1:
            found.append(Partition(len(found), first, group + 1, held))
            first, held = group + 1, 0
    return tuple(found)


def _value(table: pa.Table, column: str, place: int) -> Any:
    return table.column(column)[place].as_py()


def _plain(column: Any) -> Any:
    import pyarrow as pa

    kind = column.type
    return column.cast(kind.value_type) if pa.types.is_dictionary(kind) else column


def _joined(tables: list[pa.Table]) -> pa.Table:
    import pyarrow as pa

    return tables[0] if len(tables) == 1 else pa.concat_tables(tables).unify_dictionaries()
