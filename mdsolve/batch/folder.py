"""A folder of results: every file whole or absent, and a manifest that says what was run.

A partition is done when its mark stands in ``done/``, written after its tables; whatever else a
killed run left is written again. Local folders are locked while a run writes; any other address
(``s3://...``) is written through fsspec, whose files appear when they are closed.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from mdsolve.batch.addresses import is_remote, plain, system_of
from mdsolve.errors import InvalidInput
from mdsolve.games.files import written_whole

MANIFEST = "manifest.json"
#: the copy that --sort makes, which needs no manifest
SORTED = "sorted.parquet"
TABLES = ("allocations", "groups", "rejects")
_WORDS = ("prompt", "outcome", "group", "chosen", "reason")
#: whose least and largest values readers skip pages by
_SOUGHT = ("prompt",)
#: numbers that differ from row to row: compressing them takes time and saves nothing
_DENSE = ("model", "value", "payment", "payment_lower", "payment_upper", "utility")
#: values that are encoded at a time
_AT_ONCE = 1 << 16
_FOLDERS = (*TABLES, "done")


@dataclass(frozen=True)
class Folder:
    """Where results go: a path, or an address that fsspec knows."""

    address: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", plain(self.address))

    @property
    def remote(self) -> bool:
        """Whether fsspec writes it."""
        return is_remote(self.address)

    def create(self) -> None:
        """Make the folder and its parts, and drop drafts that a killed run left.

        Raises
        ------
        InvalidInput
            If it cannot be written to.
        """
        if self.remote:
            system, root = self._system()
            for name in _FOLDERS:
                with suppress(Exception):  # object stores have none: writing tells what is wrong
                    system.makedirs(f"{root}/{name}", exist_ok=True)
            return
        try:
            for name in _FOLDERS:
                (Path(self.address) / name).mkdir(parents=True, exist_ok=True)
                for draft in (Path(self.address) / name).glob(".*.tmp"):
                    draft.unlink()
        except OSError as error:
            raise InvalidInput(
                f"{self.address}: cannot be written to ({error.strerror or error}). Choose another "
                "folder."
            ) from error

    @contextmanager
    def locked(self) -> Generator[None]:
        """Hold the folder against another run; a killed one lets go of it."""
        if self.remote:
            yield
            return
        import fcntl

        with (Path(self.address) / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise InvalidInput(
                    f"{self.address}: another run is writing to this folder. Wait for it, or "
                    "choose another."
                ) from error
            yield

    def refuse_foreign(self) -> None:
        """Refuse a folder that holds files, but no manifest of a run."""
        if self.read(MANIFEST) is None and self._foreign():
            raise InvalidInput(
                f"{self.address}: holds files, and no manifest of a run. Choose a new folder."
            )

    def _foreign(self) -> bool:
        if self.remote:
            system, root = self._system()
            return bool(system.exists(root) and system.ls(root))
        path = Path(self.address)
        held = [p.name for p in path.rglob("*") if p.is_file()] if path.exists() else []
        return any(not (name.startswith(".") or name.startswith(SORTED)) for name in held)

    def read(self, name: str) -> dict[str, Any] | None:
        """Return a JSON file of the folder, or None where there is none."""
        self._refuse_file()
        try:
            if self.remote:
                system, root = self._system()
                text = system.cat_file(f"{root}/{name}").decode()
            else:
                text = (Path(self.address) / name).read_text("utf-8")
            found: Any = json.loads(text)
            if not isinstance(found, dict):
                raise ValueError(f"{type(found).__name__} in place of an object")
            return cast(dict[str, Any], found)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise InvalidInput(
                f"{self.address}/{name}: cannot be read ({error}). Choose another folder."
            ) from error

    def write_json(self, name: str, data: Mapping[str, Any]) -> None:
        """Write a JSON file, whole or not at all."""
        text = json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        self._write(name, text.encode() + b"\n")

    def write_table(self, name: str, table: Any) -> int:
        """Write a table as Parquet, whole or not at all; return its bytes."""
        from pyarrow import BufferOutputStream
        from pyarrow.parquet import write_table

        stream, columns = BufferOutputStream(), table.column_names
        options: Any = {
            "use_dictionary": [name for name in _WORDS if name in columns],
            "compression": {name: "none" if name in _DENSE else "snappy" for name in columns},
            "write_statistics": [name for name in _SOUGHT if name in columns],
            "write_batch_size": _AT_ONCE,
            "store_schema": False,
        }
        write_table(table, stream, **options)
        written = stream.getvalue()
        self._write(name, memoryview(written))
        return written.size

    def size(self, name: str) -> int:
        """Return a file's bytes, −1 where there is none."""
        try:
            if self.remote:
                system, root = self._system()
                return int(system.size(f"{root}/{name}"))
            return (Path(self.address) / name).stat().st_size
        except OSError:
            return -1

    def _refuse_file(self) -> None:
        if not self.remote and Path(self.address).is_file():
            raise InvalidInput(f"{self.address}: is a file. Name a folder for the results.")

    def _write(self, name: str, data: bytes | memoryview) -> None:
        if not self.remote:
            with written_whole(Path(self.address) / name, overwrite=True) as file:
                file.write(data)
            return
        system, root = self._system()
        try:
            system.pipe_file(f"{root}/{name}", bytes(data))
        except Exception as error:  # each system has its own
            raise InvalidInput(
                f"{self.address}/{name}: cannot be written ({error}). Choose another address."
            ) from error

    def _system(self) -> tuple[Any, str]:
        return system_of(self.address)


def part(table: str, number: int) -> str:
    """Return the name of a partition's file."""
    ending = "json" if table == "done" else "parquet"
    return f"{table}/part-{number:06d}.{ending}"


__all__ = ["MANIFEST", "SORTED", "TABLES", "Folder", "part"]
