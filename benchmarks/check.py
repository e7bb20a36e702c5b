"""The standard-library checker beside the fast one, on certificates of every kind, in one run.

Run ``python benchmarks/check.py`` (a minute), from the repository's root. Both read the same bytes
and must say the same. Processor time; ratios carry over between machines, times do not.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import mdsolve as md
from mdsolve.certificates.check import DIVERGENCES

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from programs import auction


def game(outcomes: int, groups: int) -> md.Game:
    rng = np.random.default_rng(0)
    reference = rng.random(outcomes) + 0.01
    rewards = rng.random((groups, outcomes))
    return md.Game(reference / reference.sum(), rewards / rewards.sum(axis=1, keepdims=True))


def table(count: int) -> md.TypeTable:
    rng = np.random.default_rng(0)
    rule = md.SocialWelfare("kl", 0.1)
    return md.type_table(rule, game(8, 2), 0, rng.random((count, 8)))


def claims() -> Iterator[tuple[str, object, dict]]:
    for count in (100, 1000):
        yield f"implementable: {count} types × 8 outcomes", table(count), {}
    values = np.random.default_rng(0).random((300, 300))
    yield "not_implementable: a table of 300 types", md.implement(values), {}
    for divergence in DIVERGENCES:
        yield (
            f"gap: {divergence}, 1,000 outcomes × 3 groups",
            md.SocialWelfare(divergence, 0.1).train(game(1000, 3)),
            {},
        )
    yield "gap: Nash, 1,000 × 3", md.NashWelfare("kl", 0.1).train(game(1000, 3)), {}
    charged = md.Mechanism(md.SocialWelfare("kl", 0.1), md.AffineMaximizer())
    yield "incentive: 200 outcomes × 5 groups", charged.run(game(200, 5)), {}
    rule = md.SocialWelfare("kl", 0.1)
    most = md.Mechanism(rule, md.RevenueMaximizing(md.SumNormalized()))
    yield "floor: 1,000 outcomes × 3 groups", most.run(game(1000, 3)), {"kind": "floor", "group": 0}
    rng = np.random.default_rng(0)
    menu = md.FiniteMenu(rng.random((1000, 5)), rng.random(1000), 0.1)
    offered = md.Mechanism(menu, md.AffineMaximizer())
    yield "menu: 1,000 entries, 5 groups", offered.run(game(50, 5)), {}
    yield "lp: a revenue auction of 10 types", md.exact_solve(auction(10, 4)), {}


def timed(task, repeats: int = 3):
    best = np.inf
    for _ in range(repeats):
        begun = time.process_time()
        answer = task()
        best = min(best, time.process_time() - begun)
    return best, answer


def main():
    print(
        "| certificate | KB, both files | python, ms | flint, ms | ratio |\n|---|---|---|---|---|"
    )
    for name, claim, options in claims():
        certificate = md.certify(claim, **options)
        slow, one = timed(lambda given=certificate: given.check(backend="python"))
        fast, other = timed(lambda given=certificate: given.check(backend="flint"))
        assert [one.verified, other.verified] == [True, True], (one, other)
        size = (len(certificate.problem) + len(certificate.witness)) / 1000
        print(f"| {name} | {size:.0f} | {1e3 * slow:.1f} | {1e3 * fast:.1f} | {slow / fast:.1f} |")


if __name__ == "__main__":
    main()
