"""The race: each solve in a process of its own, judged in another, its row on disk at once."""

from __future__ import annotations

from mdsolve.benchmark.run.race import race
from mdsolve.benchmark.run.records import SCHEMA, Records, Row, read_rows
from mdsolve.benchmark.run.settings import Settings

__all__ = ["SCHEMA", "Records", "Row", "Settings", "race", "read_rows"]
