"""What a forked worker does: load, solve, and tell its answer as numbers; it judges nothing.

A frame is the length of its head, the head (JSON), then x and y as raw doubles.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Sequence
from time import perf_counter, process_time
from typing import Any

import numpy as np

from mdsolve.benchmark.answer import Answer
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.run import limits
from mdsolve.benchmark.run.settings import Settings
from mdsolve.benchmark.solvers.entry import Solver

_LENGTH = struct.Struct("<Q")
_WORDS = 500


def work(
    pipe: int, go: int, solver: Solver, steps: Sequence[Problem], settings: Settings, warm: bool
) -> None:
    """Solve the problems in order, and write a frame for each; wait to be told to go on."""
    options, start = solver.at(settings.target, settings.threads), None
    for problem in steps:
        baseline = limits.begin_peak()
        head: dict[str, Any] = {"baseline": baseline}
        clock = perf_counter()
        try:
            run = solver.load(problem, options)
            head["compile_seconds"] = perf_counter() - clock
            clock, busy = perf_counter(), process_time()
            answer = run(start if warm else None)
            head["solve_seconds"] = perf_counter() - clock
            head["busy_seconds"] = process_time() - busy
            frame = packed(answer, head, baseline)
        except BaseException as error:
            head["compile_seconds" if "compile_seconds" not in head else "solve_seconds"] = (
                perf_counter() - clock
            )
            answer, frame = None, _failed(error, head, baseline)
        _write(pipe, frame)
        if os.read(go, 1) != b"g":
            return
        start = answer


def packed(answer: Answer, head: dict[str, Any], baseline: int) -> bytes:
    """Return an answer as a frame."""
    vectors = [_numbers(vector) for vector in (answer.x, answer.y)]
    head |= {
        "memory_bytes": limits.peak_above(baseline),
        "claim": str(answer.claim),
        "iterations": None if answer.iterations is None else int(answer.iterations),
        "message": str(answer.message)[:_WORDS],
        "shapes": [None if vector is None else list(vector.shape) for vector in vectors],
    }
    body = b"".join(b"" if vector is None else vector.tobytes() for vector in vectors)
    return _frame(head, body)


def unpacked(data: bytes) -> tuple[dict[str, Any], Answer | None] | None:
    """Return a frame's head and its answer, or None while it is not whole."""
    if len(data) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(data)
    end = _LENGTH.size + length
    if len(data) < end:
        return None
    head = json.loads(data[_LENGTH.size : end])
    vectors: list[Any] = []
    for shape in head.get("shapes", ()):
        if shape is None:
            vectors.append(None)
            continue
        count = int(np.prod(shape, dtype=int))
        if len(data) < end + 8 * count:
            return None
        vectors.append(np.frombuffer(data, "<f8", count, end).reshape(shape))
        end += 8 * count
    if "claim" not in head:
        return head, None
    x, y = vectors
    return head, Answer(head["claim"], x, y, head["iterations"], head["message"])


def _failed(error: BaseException, head: dict[str, Any], baseline: int) -> bytes:
    name = type(error).__name__
    reason = "out of memory" if isinstance(error, MemoryError) else f"{name}: {error}"[:_WORDS]
    return _frame({**head, "memory_bytes": limits.peak_above(baseline), "reason": reason}, b"")


def _numbers(vector: Any) -> Any:
    return None if vector is None else np.ascontiguousarray(vector, dtype="<f8")


def _frame(head: dict[str, Any], body: bytes) -> bytes:
    text = json.dumps(head).encode()
    return _LENGTH.pack(len(text)) + text + body


def _write(pipe: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]
