"""Break the checker in every place, one at a time: some certificate must be judged otherwise.

Run `python tests/mutate_checker.py`, or with `--sample 60` a part. Every check is left out, every
comparison turned, every direction, constant and operator changed. What survives is printed, and
is named in EQUIVALENT with why no verdict can tell it apart, or is a gap in the tests.
"""

from __future__ import annotations

import argparse
import ast
import gc
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHECKER = ROOT / "mdsolve/certificates/check.py"
ROUNDED = "the sum is an outward bound rounded or not: this only decides when it is rounded"
EQUIVALENT = {  # what is done, and the start of the line where it is done
    ("if False", "whole = whole if whole >> SUM"): ROUNDED,
    ("1 2", "t, s = edge if isinstance(edge, list)"): "any negative place is refused alike",
    ("1 2", "contents = one.read(BYTES + 1)"): "what is read beyond the cap is refused alike",
}
SECONDS = 3  # of processor for one certificate, of which none takes a third: a loop may not end

COMPARISONS = {
    ast.Lt: [ast.LtE, ast.GtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.Pow: ast.Mult,
}
NAMES = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "__ceil__": "__floor__",
    "__floor__": "__ceil__",
    "ROUND_CEILING": "ROUND_FLOOR",
    "ROUND_FLOOR": "ROUND_CEILING",
    "low": "high",
    "high": "low",
    "LONG": "DIGITS",
}


def at(node: Any, what: str) -> str:
    return f"{node.lineno}:{node.col_offset} {what}"


def edits(node: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Ways to break one node: what is done, and the node in its place."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield at(node, f"without {ast.unparse(node)[:60]}"), lambda n: ast.Pass()
    if isinstance(node, ast.AugAssign):
        yield at(node, f"without {ast.unparse(node)[:60]}"), lambda n: ast.Pass()
    if isinstance(node, ast.Compare):
        for k, op in enumerate(node.ops):
            for other in COMPARISONS[type(op)]:
                yield at(node, f"{type(op).__name__} {other.__name__} {k}"), turned(k, other)
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
        other = OPERATORS[type(node.op)]
        yield at(node, f"{type(node.op).__name__} {other.__name__}"), operated(other)
    if isinstance(node, ast.BoolOp):
        other = ast.And if isinstance(node.op, ast.Or) else ast.Or
        yield at(node, f"{other.__name__}"), operated(other)
        for k in range(len(node.values)):
            yield at(node, f"only operand {k}"), lambda n, k=k: n.values[k]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield at(node, f"no {type(node.op).__name__}"), lambda n: n.operand
    if isinstance(node, ast.If | ast.IfExp):
        for value in (True, False):
            yield at(node, f"if {value}"), conditioned(value)
    if isinstance(node, ast.comprehension) and node.ifs:
        yield at(node.target, "no filter"), unfiltered
    if isinstance(node, ast.Constant) and type(node.value) in (int, bool):
        values = (
            (not node.value,) if isinstance(node.value, bool) else (node.value + 1, node.value - 1)
        )
        for value in values:
            yield at(node, f"{node.value} {value}"), lambda n, v=value: ast.Constant(v)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in NAMES:
        yield at(node, f"{node.id} {NAMES[node.id]}"), lambda n: ast.Name(NAMES[n.id], ast.Load())
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        other = NAMES[node.attr]
        yield at(node, f"{node.attr} {other}"), lambda n: ast.Attribute(n.value, other, ast.Load())


def turned(k: int, other: Any) -> Callable[[Any], Any]:
    def edit(node: Any) -> Any:
        node.ops[k] = other()
        return node

    return edit


def operated(other: Any) -> Callable[[Any], Any]:
    def edit(node: Any) -> Any:
        node.op = other()
        return node

    return edit


def conditioned(value: bool) -> Callable[[Any], Any]:
    def edit(node: Any) -> Any:
        node.test = ast.Constant(value)
        return node

    return edit


def unfiltered(node: Any) -> Any:
    node.ifs = []
    return node


class Replace(ast.NodeTransformer):
    """Replace the node that stands k-th in the order of a walk."""

    def __init__(self, target: ast.AST, edit: Callable[[Any], Any]) -> None:
        self.target, self.edit = target, edit

    def visit(self, node: ast.AST) -> Any:
        return self.edit(node) if node is self.target else self.generic_visit(node)


def mutants() -> list[tuple[str, int, int]]:
    """Name every mutant with the place of its node in a walk and of its edit among the node's."""
    tree = ast.parse(CHECKER.read_text("utf-8"))
    found = []
    for k, node in enumerate(ast.walk(tree)):
        found += [(name, k, j) for j, (name, _) in enumerate(edits(node))]
    return found


def load(tree: ast.Module) -> ModuleType:
    module = ModuleType("broken_checker")
    exec(compile(ast.fix_missing_locations(tree), str(CHECKER), "exec"), vars(module))
    module.source = lambda: ast.unparse(tree)
    return module


def broken(k: int, j: int) -> ModuleType:
    tree = ast.parse(CHECKER.read_text("utf-8"))
    node = list(ast.walk(tree))[k]
    return load(Replace(node, list(edits(node))[j][1]).visit(tree))


def killed(k: int, j: int, faults: Callable[[Any], Iterator[str]]) -> bool:
    """Try a mutant in a process of its own, which ends when it hangs or devours memory."""
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        sys.set_int_max_str_digits(sys.int_info.default_max_str_digits)
        try:
            checker = broken(k, j)
            checker.check = limited(checker.check)
            found = next(faults(checker), None)
        except BaseException as error:
            found = repr(error)
        os._exit(0 if found is None else 1)
    return os.waitpid(child, 0)[1] != 0


def limited(check: Callable[..., Any]) -> Callable[..., Any]:
    """Let a signal, which no loop can hold up, end the process SECONDS after the last call."""

    def call(*files: bytes) -> Any:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        return check(*files)

    return call


def survivors(chosen: list[tuple[str, int, int]]) -> Iterator[str]:
    """Yield the mutants that judge every certificate as the checker does."""
    from certificate_battery import faults

    whole = load(ast.parse(CHECKER.read_text("utf-8")))
    wrong = list(faults(whole))
    assert not wrong, wrong
    gc.freeze()  # children share what they do not touch
    yield from (name for name, k, j in chosen if not killed(k, j, faults))


def excuse(done: str, line: str) -> str | None:
    """Why a survivor is no gap in the tests, if it is none."""
    for (what, start), why in EQUIVALENT.items():
        if what == done and line.startswith(start):
            return why
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="how many mutants, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", default="1/1", help="k/n: every n-th mutant from the k-th")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    chosen = mutants()[part - 1 :: parts]
    if options.sample:
        chosen = random.Random(options.seed).sample(chosen, options.sample)
    start, lines, count = time.monotonic(), CHECKER.read_text("utf-8").splitlines(), 0
    for name in survivors(chosen):
        place, _, done = name.partition(" ")
        line = lines[int(place.partition(":")[0]) - 1].strip()
        reason = excuse(done, line)
        count += reason is None
        print(f"{name}\n    {line}\n    {reason or 'SURVIVES'}", flush=True)
    print(f"{len(chosen)} mutants, {count} survivors, {time.monotonic() - start:.0f} s")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
