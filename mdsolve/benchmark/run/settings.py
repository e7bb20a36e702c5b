"""How a race is run: targets, limits, threads, noise; and on which machine with what installed."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from mdsolve.benchmark.measures.judge import VERSION
from mdsolve.benchmark.solvers.entry import Solver, installed_version
from mdsolve.errors import InvalidInput

GIGABYTE = 1 << 30

_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


@dataclass(frozen=True)
class Settings:
    """What every solve of a race is held to.

    Attributes
    ----------
    target : float
        Accuracy asked for.
    time_limit : float
        Seconds of compilation and solve together.
    memory_limit : int
        Bytes above what the worker has before it begins.
    threads : int
    noise : float
        The reference task may take this many times its quiet time; beyond, a row is noisy.
    attempts : int
        How often a solve is run at most while its rows are noisy.
    """

    target: float = 1e-6
    time_limit: float = 60.0
    memory_limit: int = 2 * GIGABYTE
    threads: int = 1
    noise: float = 1.5
    attempts: int = 2

    def __post_init__(self) -> None:
        for name in ("target", "time_limit", "memory_limit"):
            value = getattr(self, name)
            if not (isfinite(value) and value > 0):
                raise InvalidInput(f"{name}: {value} is not positive and finite.")
        for name, least in (("threads", 1), ("attempts", 1), ("noise", 1.0)):
            if not getattr(self, name) >= least:
                raise InvalidInput(f"{name}: {getattr(self, name)}. Give at least {least}.")

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as plain data."""
        return asdict(self)


def one_thread(threads: int) -> dict[str, str]:
    """Return what a process must find in its environment to keep to so many threads."""
    return {name: str(threads) for name in _THREADS}


@cache
def machine() -> dict[str, Any]:
    """Return the processor, its cores for this process, the system and the Python."""
    return {
        "cpu": _processor(),
        "cores": len(cores()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def cores() -> list[int]:
    """Return the cores that this process may run on."""
    try:
        return sorted(os.sched_getaffinity(0))
    except AttributeError:
        return list(range(os.cpu_count() or 1))


def versions(solvers: Iterable[Solver]) -> dict[str, str]:
    """Return the versions of the solvers' packages, of those that all stand on, and the judge's."""
    entries = list(solvers)
    packages = {"mdsolve", "numpy", "scipy", *(solver.package for solver in entries)}
    if any(solver.name.startswith("cvxpy:") for solver in entries):
        packages.add("cvxpy")
    found = {package: installed_version(package) for package in sorted(packages)}
    return {"judge": str(VERSION), **found}


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
