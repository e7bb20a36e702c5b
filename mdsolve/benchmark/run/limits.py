"""What a worker may use: memory above what it began with, one core, and no life beyond its parent.

Where the system tells less (no /proc, no prctl) the coarser figures of `resource` stand in.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

#: address space that libraries reserve and never touch (bytes)
_RESERVED = 1 << 30
_KILOBYTE = 1024


def own_memory(field: str) -> int:
    """Return a line of /proc/self/status in bytes, such as VmRSS, VmHWM or VmSize; 0 if none."""
    return memory_of("self", field)


def memory_of(process: int | str, field: str) -> int:
    """Return a line of a process's status in bytes; 0 where there is none."""
    try:
        for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * _KILOBYTE
    except (OSError, ValueError, IndexError):
        pass
    return 0


def memory_beside(process: int) -> int:
    """Return what this process's other descendants hold of their own (bytes)."""
    held, parents = 0, [os.getpid()]
    while parents:
        children = _children(parents.pop())
        held += sum(_private(child) for child in children if child != process)
        parents += children
    return held


def _private(process: int) -> int:
    """Return the bytes of the pages that a process wrote and shares with none."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    dirty = (line.split()[1] for line in lines if line.startswith("Private_Dirty:"))
    return sum(map(int, dirty)) * _KILOBYTE


def begin_peak() -> int:
    """Forget the peak so far; return what this process holds now (bytes)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    return own_memory("VmRSS") or _most()


def peak_above(baseline: int) -> int:
    """Return by how much this process has been above a baseline (bytes)."""
    return max(0, (own_memory("VmHWM") or _most()) - baseline)


def confine(memory: int, core: int | None) -> None:
    """Hold this process to an address space, to a core, and to its parent's life."""
    if space := own_memory("VmSize"):
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = space + memory + _RESERVED
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pin(core)
    die_with_parent()


def pin(core: int | None) -> None:
    """Keep this process on a core, where the system lets it."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {core})


def die_with_parent() -> None:
    """Have the system kill this process when the one that forked it ends (Linux)."""
    if sys.platform.startswith("linux"):
        set_death_signal = 1
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of whatever a child leaves behind, in a session of its own too (Linux)."""
    if sys.platform.startswith("linux"):
        set_child_subreaper = 36
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(set_child_subreaper, 1)


def end_orphans() -> None:
    """Kill every child of this process, and those that it leaves behind, until there is none."""
    while found := _children(os.getpid()):
        for process in found:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)


def _children(process: int) -> list[int]:
    """Return the children of a process; none where the system does not tell."""
    found: list[int] = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError, ValueError):
            found += map(int, path.read_text("ascii").split())
    return found


def _most() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * _KILOBYTE
