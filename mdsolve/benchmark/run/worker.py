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

from mdsolve.benchmark.answer import Answer, numbers
from mdsolve.benchmark.problem import Problem
from mdsolve.benchmark.run import limits
from mdsolve.benchmark.run.settings import Settings
from mdsolve.benchmark.solvers.entry import Solver

_LENGTH = struct.Struct("<Q")
_WORDS = 500
#: no head is longer (bytes)
_HEAD = 1 << 20


def work(
    pipe: int, go: int, solver: Solver, steps: Sequence[Problem], settings: Settings, warm: bool
) -> None:
    """Solve the problems in order, and write a frame for each; wait to be told to go on."""
    options, start = solver.at(settings.target, settings.threads), None
    for problem in steps:
        baseline = limits.begin_peak()
        head: dict[str, Any] = {"baseline": baseline, "warmed": warm and start is not None}
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
        "claim": _words(answer.claim),
        "iterations": None if answer.iterations is None else int(answer.iterations),
        "message": _words(answer.message),
        "shapes": [None if vector is None else list(vector.shape) for vector in vectors],
    }
    body = b"".join(b"" if vector is None else vector.tobytes() for vector in vectors)
    return _frame(head, body)


def unpacked(data: bytes) -> tuple[dict[str, Any], Answer | None] | None:
    """Return a frame's head and its answer, or None while it is not whole.

    What is no frame, as where a solver wrote into the pipe, is a head with the reason alone.
    """
    try:
        return _unpacked(data)
    except (ValueError, KeyError, TypeError, OverflowError, AttributeError, RecursionError):
        return {"reason": "what came from its process is no answer: it wrote over it"}, None


def _unpacked(data: bytes) -> tuple[dict[str, Any], Answer | None] | None:
    if len(data) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(data)
    if length > _HEAD:
        raise ValueError(length)
    end = _LENGTH.size + length
    if len(data) < end:
        return None
    head = json.loads(data[_LENGTH.size : end])
    head["memory_bytes"] = int(head["memory_bytes"])
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
        return {**head, "reason": str(head["reason"])}, None
    x, y = vectors
    if not isinstance(head["compile_seconds"] + head["solve_seconds"], float):
        raise TypeError(head)
    return head, Answer(head["claim"], x, y, head["iterations"], head["message"])


def _failed(error: BaseException, head: dict[str, Any], baseline: int) -> bytes:
    name = type(error).__name__
    reason = "out of memory" if isinstance(error, MemoryError) else _words(f"{name}: {error}")
    return _frame({**head, "memory_bytes": limits.peak_above(baseline), "reason": reason}, b"")


def _numbers(vector: Any) -> Any:
    return None if vector is None else np.ascontiguousarray(numbers(vector))


def _words(said: Any) -> str:
    """Return the beginning of a text, without what no file can hold."""
    return str(said)[:_WORDS].encode(errors="replace").decode()


def _frame(head: dict[str, Any], body: bytes) -> bytes:
    text = json.dumps(head).encode()
    return _LENGTH.pack(len(text)) + text + body


def _write(pipe: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]
