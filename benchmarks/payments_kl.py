"""KL payments of all groups: the fused kernel against two obvious NumPy loops, side by side.

``definition`` computes ASW_-i(π_-i) − ASW_-i(π) from both models, each with its divergence;
``log-sum-exp`` only Φ(c_-i) − Φ(c) + w_i <r_i, π>. Run by hand:

    python benchmarks/payments_kl.py [--large]
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

from mdsolve.solvers.exponential import solve

Sizes = list[tuple[int, int, int]]
SMALL: Sizes = [(8, 100, 200), (8, 10_000, 40), (10, 1_000_000, 5)]
LARGE: Sizes = [(100, 1_000_000, 2), (10, 10_000_000, 2)]


def softmax(exponents: Any) -> tuple[Any, float]:
    top = exponents.max()
    terms = np.exp(exponents - top)
    total = terms.sum()
    return terms / total, float(top + np.log(total))


def by_log_sum_exp(logs: Any, rewards: Any, weights: Any, strength: float) -> Any:
    combined = weights @ rewards
    model, level = softmax(logs + combined / strength)
    payments = np.empty(len(weights))
    for i, (weight, reward) in enumerate(zip(weights, rewards, strict=True)):
        _, other = softmax(logs + (combined - weight * reward) / strength)
        payments[i] = strength * (other - level) + weight * (reward @ model)
    return payments


def by_definition(logs: Any, rewards: Any, weights: Any, strength: float) -> Any:
    combined = weights @ rewards
    model, _ = softmax(logs + combined / strength)
    payments = np.empty(len(weights))
    for i, (weight, reward) in enumerate(zip(weights, rewards, strict=True)):
        rest = combined - weight * reward
        other, _ = softmax(logs + rest / strength)
        with np.errstate(divide="ignore", invalid="ignore"):  # 0 log 0: this loop has no answer
            welfare = [p @ rest - strength * (p @ (np.log(p) - logs)) for p in (other, model)]
        payments[i] = welfare[0] - welfare[1]
    return payments


def best(runs: list[Callable[[], Any]], repeats: int) -> list[float]:
    """Return the least time of each, interleaved so that noise falls on all alike."""
    least = [float("inf")] * len(runs)
    for _ in range(repeats):
        for k, run in enumerate(runs):
            start = time.perf_counter()
            run()
            least[k] = min(least[k], time.perf_counter() - start)
    return least


def peak(run: Callable[[], Any]) -> float:
    """Return the most memory that a run holds at once, its results included (MB)."""
    tracemalloc.start()
    run()
    extra = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return extra / 2**20


def row(groups: int, outcomes: int, repeats: int, strength: float) -> str:
    rng = np.random.default_rng(0)
    rewards, weights = rng.random((groups, outcomes)), rng.integers(1, 11, groups).astype(float)
    logs = np.log(rng.dirichlet(np.ones(outcomes)))
    bounds = np.stack([rewards.min(axis=1), rewards.max(axis=1)], axis=1)

    def kernel() -> Any:
        return solve(lambda part: logs[part], rewards, weights, strength, bounds=bounds).payments

    found, extra = kernel(), peak(kernel)
    loops = [by_definition, by_log_sum_exp]
    times = best(
        [kernel, *(lambda f=f: f(logs, rewards, weights, strength) for f in loops)], repeats
    )
    error = float(np.max(np.abs(found / by_log_sum_exp(logs, rewards, weights, strength) - 1)))
    ratios = "".join(f"{slow * 1e3:12.2f} {slow / times[0]:6.1f}x" for slow in times[1:])
    cell = times[0] / groups / outcomes * 1e9
    start = f"{groups:5d}{outcomes:10d}{strength:8g}{times[0] * 1e3:11.3f}{cell:9.2f}"
    return f"{start}{ratios}{extra:9.1f}{error:10.1e}"


def main() -> None:
    print(" n         m   strength  kernel ms  ns/cell   definition ms    ratio  log-sum-exp ms")
    for groups, outcomes, repeats in SMALL + (LARGE if "--large" in sys.argv else []):
        for strength in (2.0, 0.02) if outcomes == 1_000_000 and groups == 10 else (2.0,):
            print(row(groups, outcomes, repeats, strength), flush=True)
    print("last columns: peak memory (MB, model included), relative difference from the loop")


if __name__ == "__main__":
    main()
