"""The public calls against what one would write without them, side by side in one run.

A row gives the time of the public call (validation, bracket and all payments included), that of
its peer, and their ratio. Run by hand on a quiet machine; `--short` leaves out the long rows:

    python benchmarks/spine.py [--short]
"""

from __future__ import annotations

import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

import mdsolve as md
from mdsolve.divergences import SquaredL2
from mdsolve.solvers.multiplier import locate

CONIC = {"kl": ("clarabel", "ecos", "scs"), "l2": ("clarabel", "ecos", "scs", "osqp", "piqp")}


def draw(groups: int, outcomes: int, seed: int = 0) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    reference = rng.random(outcomes) + 0.01
    sizes = rng.integers(1, 5, groups).astype(float)
    return reference / reference.sum(), rng.random((groups, outcomes)), sizes


def best(run: Callable[[], Any], repeats: int) -> float:
    least = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        least = min(least, time.perf_counter() - start)
    return least


def row(name: str, ours: float, peer: str, theirs: float, more: str = "") -> None:
    ms, ratio = 1e3 * ours, theirs / ours
    print(f"{name:36s} {ms:9.3f} ms  {peer:10s} {1e3 * theirs:11.2f} ms  {ratio:8.1f}x  {more}")


def public(divergence: str, strength: float, data: Any, **options: Any) -> md.Outcome:
    mechanism = md.Mechanism(md.SocialWelfare(divergence, strength), md.AffineMaximizer())
    return mechanism.run(md.Game(*data), **options)


def conic_row(divergence: str, groups: int, outcomes: int, strength: float) -> None:
    """All n + 1 problems by each conic solver, against one public call."""
    data = draw(groups, outcomes)
    ours = best(lambda: public(divergence, strength, data), 7)
    gap = public(divergence, strength, data).training.gap
    for solver in CONIC[divergence]:
        start = time.perf_counter()
        try:
            found = public(divergence, strength, data, solver=solver, tolerance=1e3)
            note = f"gap {found.training.gap:.0e} against {gap:.0e}"
        except md.MdsolveError as error:
            note = str(error).splitlines()[0][:60]
        row(
            f"{divergence} payments, {outcomes:,} x {groups}, λ={strength:g}",
            ours,
            solver,
            time.perf_counter() - start,
            note,
        )


def sorted_projection(y: Any) -> Any:
    """Project onto the simplex by a full sort."""
    descending = np.sort(y)[::-1]
    sums = np.cumsum(descending) - 1.0
    ranks = np.arange(1, y.size + 1)
    last = np.flatnonzero(descending * ranks > sums)[-1]
    return np.maximum(0.0, y - sums[last] / ranks[last])


def projection_row(outcomes: int, strength: float, name: str) -> None:
    """Squared L2 is the projection of π0 + c/2λ: the search for its multiplier against a sort."""
    reference, rewards, _ = draw(1, outcomes)
    offsets = (rewards[0] - rewards[0].max()) / strength
    y = reference + 0.5 * offsets
    top = locate(SquaredL2(), offsets, reference)
    assert np.abs(np.maximum(0.0, y + 0.5 * top) - sorted_projection(y)).max() < 1e-12
    ours = best(lambda: np.maximum(0.0, y + 0.5 * locate(SquaredL2(), offsets, reference)), 9)
    theirs = best(lambda: sorted_projection(y), 5)
    row(f"projection, {outcomes:,}, {name}", ours, "full sort", theirs)


def l2_payments_row(groups: int, outcomes: int, strength: float) -> None:
    data = draw(groups, outcomes)
    reference, rewards, sizes = data

    def by_sorts() -> Any:
        combined = sizes @ rewards
        model = sorted_projection(reference + combined / (2 * strength))
        payments = []
        for size, reward in zip(sizes, rewards, strict=True):
            rest = combined - size * reward
            other = sorted_projection(reference + rest / (2 * strength))
            payments.append(
                other @ rest
                - strength * np.square(other - reference).sum()
                - model @ rest
                + strength * np.square(model - reference).sum()
            )
        return np.array(payments)

    ours = best(lambda: public("l2", strength, data), 3)
    row(f"l2 payments, {outcomes:,} x {groups}, λ={strength:g}", ours, "sorts", best(by_sorts, 2))


def welfare_rows(outcomes: int, groups: int) -> None:
    game = md.Game(*draw(groups, outcomes))
    for rule in (
        md.NashWelfare("kl", 10.0),
        md.AlphaFair("kl", 10.0, 2.0),
        md.Egalitarian("kl", 0.5),
    ):
        start = time.perf_counter()
        training = rule.train(game)
        seconds = time.perf_counter() - start
        print(f"{rule!r:48s} {outcomes:,} x {groups}: {seconds:6.2f} s, gap {training.gap:.0e}")


def memory_row(outcomes: int, groups: int) -> None:
    data = draw(groups, outcomes)
    tracemalloc.start()
    public("kl", 2.0, data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    share = 1.0 + peak / data[1].nbytes
    print(f"peak memory, Game and kl payments, {outcomes:,} x {groups}: {share:.2f} x the rewards")


def import_row() -> None:
    command = [sys.executable, "-c", "import mdsolve"]
    seconds = best(lambda: subprocess.run(command, check=True), 7)
    print(f"import mdsolve: {seconds:.2f} s, whole process")


def main() -> None:
    short = "--short" in sys.argv[1:]
    import_row()
    conic_row("kl", 8, 100, 1.0)
    conic_row("l2", 8, 100, 1.0)
    projection_row(1_000_000, 1e-2, "sparse answer")
    projection_row(1_000_000, 1e5, "half dense")
    projection_row(1_000_000, 1e8, "dense answer")
    memory_row(1_000_000, 10)
    if not short:
        conic_row("kl", 8, 10_000, 1.0)
        conic_row("l2", 8, 10_000, 1.0)
        l2_payments_row(10, 1_000_000, 1.0)
        welfare_rows(1_000_000, 10)


if __name__ == "__main__":
    main()
