"""Batches of small games: by segments, by a plain NumPy loop, by CVXPY compiled once, side by side.

All on one core; rates in games a second of this thread's own time, the best of interleaved runs.
The loop knows log-sum-exp; CVXPY keeps one parametrised problem for each number of outcomes (DPP),
compiled before the clock starts, and solves all n + 1 problems of a game by Clarabel. Run by hand:

    OMP_NUM_THREADS=1 python benchmarks/batch.py [games]
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import mdsolve as md

GROUPS, STRENGTH, SIZES = 4, 1.0, np.array([3.0, 1.0, 2.0, 1.0])
FEW, FEWEST = 4_000, 12


def drawn(games: int, seed: int = 0) -> md.Batch:
    generator = np.random.default_rng(seed)
    counts = generator.integers(8, 65, games)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    reference = generator.random(offsets[-1]) + 0.01
    reference /= np.repeat(np.add.reduceat(reference, offsets[:-1]), counts)
    return md.Batch(offsets, reference, generator.random((GROUPS, offsets[-1])), SIZES)


def normalized(batch: md.Batch, domain: str) -> md.Batch:
    by = np.add if domain == "sum" else np.maximum
    totals = by.reduceat(batch.rewards, batch.offsets[:-1], axis=1)
    rewards = batch.rewards / np.repeat(totals, batch.counts, axis=1)
    return md.Batch(batch.offsets, batch.reference, rewards, SIZES)


def loop(batch: md.Batch, games: int) -> None:
    """Model and all payments of each game, as one would write it."""
    reference, rewards = batch.reference, batch.rewards
    for first, last in zip(batch.offsets[:games], batch.offsets[1 : games + 1], strict=True):
        q, r = reference[first:last], rewards[:, first:last]
        combined = SIZES @ r
        top = combined.max()
        terms = q * np.exp((combined - top) / STRENGTH)
        model = terms / terms.sum()
        level = top + STRENGTH * np.log(terms.sum())
        payments = np.empty(GROUPS)
        for i in range(GROUPS):
            rest = combined - SIZES[i] * r[i]
            top = rest.max()
            other = top + STRENGTH * np.log((q * np.exp((rest - top) / STRENGTH)).sum())
            payments[i] = other - level + SIZES[i] * (r[i] @ model)


def compiled(counts: Any) -> dict[int, tuple[Any, Any, Any]]:
    """Return one parametrised problem for each number of outcomes, solved once to compile it."""
    import cvxpy as cp

    found = {}
    for m in sorted(set(counts)):
        x, p = cp.Variable(int(m)), cp.Parameter(int(m))
        problem = cp.Problem(cp.Maximize(p @ x + cp.sum(cp.entr(x))), [cp.sum(x) == 1])
        p.value = np.zeros(int(m))
        problem.solve(solver=cp.CLARABEL)
        found[int(m)] = problem, p, x
    return found


def by_cvxpy(batch: md.Batch, problems: dict[int, tuple[Any, Any, Any]], games: int) -> None:
    logs, rewards = batch.log_reference, batch.rewards
    for k in range(games):
        first, last = batch.offsets[k], batch.offsets[k + 1]
        r = rewards[:, first:last]
        combined = SIZES @ r
        problem, p, _ = problems[int(last - first)]
        for c in (combined, *(combined - SIZES[i] * r[i] for i in range(GROUPS))):
            p.value = c / STRENGTH + logs[first:last]
            problem.solve(solver="CLARABEL")


def rates(runs: dict[str, tuple[int, Callable[[], Any]]], repeats: int = 5) -> dict[str, float]:
    """Return games a second of each, the runs interleaved so that noise falls on all alike."""
    best = dict.fromkeys(runs, 0.0)
    for _ in range(repeats):
        for name, (games, run) in runs.items():
            start = time.thread_time()
            run()
            best[name] = max(best[name], games / (time.thread_time() - start))
    return best


def main() -> None:
    games = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    batch = drawn(games)
    rule = {name: md.SocialWelfare(name, STRENGTH) for name in md.DIVERGENCES}
    paid = md.AffineMaximizer()

    def segments(mechanism: md.Mechanism, given: md.Batch = batch) -> Callable[[], Any]:
        return lambda: md.solve_batch(given, mechanism, threads=1)

    sample = drawn(FEWEST, seed=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        problems = compiled(sample.counts)
        found = rates(
            {
                "loop": (FEW, lambda: loop(batch, FEW)),
                "CVXPY": (FEWEST, lambda: by_cvxpy(sample, problems, FEWEST)),
                **{
                    name: (games, segments(md.Mechanism(rule[name], paid)))
                    for name in ("kl", "l2", "chi2")
                },
            }
        )
    print(f"{games:,} games of 8 to 64 outcomes, {GROUPS} groups, all payments, one core")
    for name, rate in found.items():
        print(f"  {name:8s} {rate:12,.0f} games/s, KL {found['kl'] / rate:10,.1f} times as fast")
    few = drawn(min(games, 10_000), seed=2)
    others = rates(
        {
            name: (len(few), segments(md.Mechanism(rule[name], paid), few))
            for name in ("kl", "forward-kl", "hellinger", "jensen-shannon")
        },
        3,
    )
    for name, rate in others.items():
        print(f"  {name:14s} {rate:12,.0f} games/s")
    print("revenue floors: against the affine maximizer alone, and against KL's floors")
    few = few.part(0, min(len(few), 4_000))
    for domain in ("sum", "max"):
        given = normalized(few, domain)
        charge = md.RevenueMaximizing(domain, sizes=(1, 2, 3))
        pairs = {"affine": (len(few), segments(md.Mechanism(rule["kl"], paid), given))}
        for name in rule:
            pairs[name] = (len(few), segments(md.Mechanism(rule[name], charge), given))
        found = rates(pairs, 3)
        for name in rule:
            slower = found["affine"] / found[name], found["kl"] / found[name]
            print(f"  {domain} {name:14s} {found[name]:12,.0f} games/s, {slower[0]:.1f} and "
                  f"{slower[1]:.1f} times as slow")  # fmt: skip
    menus(few, segments)


def menus(batch: md.Batch, segments: Callable[..., Any]) -> None:
    """Print the rate of menus of four models a game, against game by game."""
    models = np.stack([batch.reference] + [batch.reference * (1.0 + row) for row in batch.rewards])
    models /= np.repeat(np.add.reduceat(models, batch.offsets[:-1], axis=1), batch.counts, axis=1)
    chosen = md.MenuWelfare("kl", STRENGTH)
    given = md.Batch(batch.offsets, batch.reference, batch.rewards, SIZES, menu=models)

    def one_by_one() -> None:
        for k in range(FEWEST):
            game = given.game(k)
            md.Mechanism(chosen.on(given.models_of(k), game), md.AffineMaximizer()).run(game)

    batched = segments(md.Mechanism(chosen, md.AffineMaximizer()), given)
    found = rates({"batch": (len(given), batched), "one by one": (FEWEST, one_by_one)})
    for name, rate in found.items():
        print(f"  menus of {len(models)}, {name:12s} {rate:12,.0f} games/s")


if __name__ == "__main__":
    main()
