"""A file sorted by prompt in bounded memory: cut into ranges of prompts, each sorted by Arrow.

Bounds of the ranges are quantiles of prompts sampled from the row groups; rows of a prompt keep
the order that they had.
"""

from __future__ import annotations

import bisect
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from mdsolve.batch.addresses import name_of
from mdsolve.batch.folder import MANIFEST, SORTED, Folder
from mdsolve.batch.parquet import Source, prompts
from mdsolve.batch.parquet_files import parquet_file, without_views
from mdsolve.errors import InvalidInput

_SAMPLED = 32
#: files that are open at once; a file of more parts has longer ones
_RANGES = 256
_LEAST = 1 << 16


def sorted_by_prompt(source: Source, folder: Folder, rows: int) -> Source:
    """Return the source whose rows are in the order of prompts, a copy in the folder.

    The copy is made once: a run that is continued finds it, by the fingerprint of the original.

    Raises
    ------
    InvalidInput
        If the folder is not a local one, or cannot be written to.
    """
    if folder.remote:
        raise InvalidInput("sort: needs a local folder for its copy. Sort the file beforehand.")
    folder.refuse_foreign()
    target, told = Path(folder.address) / SORTED, f"{SORTED}.json"
    if folder.read(MANIFEST) is not None and folder.read(told) != source.fingerprint:
        raise InvalidInput(
            f"{folder.address}: holds the results of another run, whose file was another or was "
            "not sorted. Choose another folder, or run the same command again to continue it."
        )
    folder.create()
    columns = source.columns
    named: dict[str, Any] = {
        "outcome": columns.outcome,
        "prompt_column": columns.prompt,
        "groups": list(columns.groups),
        "menu": list(columns.menu),
        columns.kind: columns.masses or "uniform",
    }
    with folder.locked():
        if folder.read(told) != source.fingerprint or not target.exists():
            try:
                _sort(source, target, rows)
            except OSError as error:
                raise InvalidInput(
                    f"{target}: cannot be written ({error.strerror or error}). Choose another "
                    "folder, or free its disk."
                ) from error
            folder.write_json(told, source.fingerprint)
    return Source.opened(target, rows=rows, **named)


def _sort(source: Source, target: Path, rows: int) -> None:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile, ParquetWriter

    columns, prompt = source.columns.needed, source.columns.prompt
    ranges = min(_RANGES, -(-source.rows // rows))
    drafts = [target.with_name(f".range-{k:04d}.tmp") for k in range(ranges)]
    final = target.with_name(f".{target.name}.tmp")
    try:
        with parquet_file(source.path) as file, ExitStack() as stack:
            held = [_plain(file.schema_arrow.field(name)) for name in columns]
            schema = without_views(pa.schema(held).empty_table()).schema
            bounds = _bounds(file, prompt, len(drafts))
            writers = [stack.enter_context(ParquetWriter(draft, schema)) for draft in drafts]
            for group in range(file.metadata.num_row_groups):
                table = file.read_row_group(group, columns=columns).cast(schema)
                where = _ranges(table.column(prompt), bounds, name_of(source.path))
                for k in np.unique(where):
                    writers[int(k)].write_table(table.filter(pa.array(where == k)))
        with ParquetWriter(final, schema) as writer:
            for draft in drafts:
                with ParquetFile(draft, memory_map=True) as file:
                    table = file.read()
                order = np.arange(table.num_rows)
                keyed = table.append_column("", pa.array(order))
                ordered = keyed.sort_by([(prompt, "ascending"), ("", "ascending")])
                if table.num_rows:
                    writer.write_table(ordered.drop_columns([""]), row_group_size=max(rows, _LEAST))
        final.replace(target)
    finally:
        for draft in (*drafts, final):
            draft.unlink(missing_ok=True)


def _plain(field: Any) -> Any:
    """Return a column's field without its dictionary, by which Arrow does not sort."""
    import pyarrow as pa

    kind = field.type
    return field.with_type(kind.value_type) if pa.types.is_dictionary(kind) else field


def _bounds(file: Any, prompt: str, ranges: int) -> list[Any]:
    """Return the prompts at which ranges begin, but for the first."""
    groups = np.unique(np.linspace(0, file.metadata.num_row_groups - 1, _SAMPLED).astype(int))
    found: list[Any] = []
    for group in groups:
        part = file.read_row_group(int(group), columns=[prompt])
        column = without_views(part).column(prompt)
        step = max(1, len(column) // 1024)
        found += column.take(np.arange(0, len(column), step)).to_pylist()
    found = sorted(name for name in found if name is not None)
    return [found[len(found) * k // ranges] for k in range(1, ranges)] if found else []


def _ranges(column: Any, bounds: list[Any], name: str) -> Any:
    if column.null_count:
        raise InvalidInput(f"{name}: {column.null_count} rows have no prompt. Fill or drop them.")
    starts, names = prompts(column)
    found = [bisect.bisect_right(bounds, one) for one in names.to_pylist()]
    return np.repeat(np.array(found, dtype=np.intp), np.diff(np.append(starts, len(column))))
