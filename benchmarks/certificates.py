"""Certificates: time to issue and to check, and their size, on one core.

    python benchmarks/certificates.py

Issuing includes the check by FLINT that `certify` makes before it returns. Each row is the best of
five runs; times are of the processor.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from time import process_time
from typing import Any

import numpy as np

import mdsolve as md

RUNS = 5


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the least time of a few runs, and what came of the last."""
    best, found = float("inf"), None
    for _ in range(RUNS):
        start = process_time()
        found = work()
        best = min(best, process_time() - start)
    return best, found


def show(name: str, claim: Any, **options: Any) -> md.Certificate:
    """Issue, check by both backends, print a row."""
    issue, found = timed(lambda: md.certify(claim, **options))
    by_python, verdict = timed(found.check)
    by_flint, other = timed(lambda: found.check(backend="flint"))
    assert verdict.verified, verdict
    assert other.verified, other
    size = f"{len(found.problem) / 1e3:9.1f} {len(found.witness) / 1e3:8.1f}"
    print(f"{name:52} {issue:7.3f} {by_python:7.3f} {by_flint:7.3f} {size}")
    return found


def width(found: md.Certificate, scale: float) -> str:
    """Return a gap relative to the size of the optimum."""
    return f"{float(Fraction(json.loads(found.witness)['witness']['gap'])) / abs(scale):.1e}"


def games() -> None:
    """Time models at 1,000 outcomes, and a mechanism of 8 groups."""
    rng = np.random.default_rng(0)
    game = md.Game(np.full(1000, 1e-3), rng.random((3, 1000)), [1, 2, 3])
    for name in md.DIVERGENCES:
        training = md.SocialWelfare(name, 0.1).train(game)
        found = show(f"gap, 1,000 outcomes, {name}", training)
        print(f"{'':52} relative width {width(found, training.upper)}")
    training = md.NashWelfare("kl", 0.1).train(game)
    found = show("gap, 1,000 outcomes, Nash welfare, kl", training)
    print(f"{'':52} relative width {width(found, training.upper)}")
    eight = md.Game(np.full(100, 1e-2), rng.random((8, 100)))
    rule = md.SocialWelfare("kl", 0.1)
    show("incentive, 8 groups, 100 outcomes", md.Mechanism(rule, md.AffineMaximizer()).run(eight))
    largest = md.Mechanism(rule, md.RevenueMaximizing("sum")).run(eight.normalized("sum"))
    show("floor, sum domain, 100 outcomes", largest, kind="floor", group=0)


def types() -> None:
    """Time 1,000 types x 8 outcomes: payments, the largest payments, a refutation."""
    rng = np.random.default_rng(0)
    game = md.Game(np.full(8, 1 / 8), rng.random((3, 8)), [1, 2, 3])
    listed = md.SumNormalized().sample(1000, 8, seed=0)
    for strength in (0.1, 0.01):
        answer = md.implementable(md.SocialWelfare("kl", strength), game, 0, listed)
        show(f"implementable, 1,000 types x 8, strength {strength}", answer)
        show("  the largest payments, with their tree", answer, participation=0.0)
    answer = md.implementable(md.Egalitarian("kl", 0.1), game, 0, listed)
    show(f"{type(answer).__name__} of Egalitarian, 1,000 types x 8", answer)


def main() -> None:
    """Print all rows."""
    print(f"{'':52} {'issue':>7} {'python':>7} {'flint':>7} {'problem':>9} {'cert.':>8}")
    print(f"{'':52} {'s':>7} {'s':>7} {'s':>7} {'kB':>9} {'kB':>8}")
    games()
    types()


if __name__ == "__main__":
    main()
