"""[S] Cor 4.6 side by side: the closed forms against the same program by conic solvers.

``kernel`` finds one group's least increment from a solved pivot; ``call`` runs the whole mechanism
(validation, model, all groups' payments and floors), and is also shown as its share of one group.
Run by hand:

    python benchmarks/revenue.py [--large]
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import mdsolve as md
from mdsolve.payments.floors import increment, pivots
from mdsolve.payments.revenue_maximizing import RevenueMaximizing

GROUPS = 8
SOLVERS = ("CLARABEL", "ECOS", "SCS", "OSQP")


def game_of(outcomes: int) -> md.Game:
    generator = np.random.default_rng(0)
    rewards = generator.random((GROUPS, outcomes))
    game = md.Game(generator.dirichlet(np.ones(outcomes)), rewards, np.arange(1, GROUPS + 1))
    return game.normalized("sum")


def best(run: Callable[[], Any], repeats: int) -> float:
    """Return the least time (s)."""
    times: list[float] = []
    for _ in range(repeats):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times)


def kernel(payment: RevenueMaximizing, rule: md.SocialWelfare, game: md.Game) -> Callable[[], Any]:
    phi, at, charged = payment._optimum(rule, game, "auto")
    pivot = next(pivots(phi, at, None if charged is None else charged[0]))
    return lambda: increment(phi, pivot, payment.domain, float(payment.sizes[0]))


def conic(payment: RevenueMaximizing, rule: md.SocialWelfare, game: md.Game, truth: float) -> None:
    """Print what each solver takes for one group, and how far off it is."""
    for form in ("models", "reports"):
        for solver in SOLVERS:
            if solver == "OSQP" and rule.divergence.name not in ("l2", "chi2"):
                continue
            problem = payment.problem(rule, game, 0, form=form)
            started = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    problem.solve(solver=solver)
                    said = f"{problem.status!s:18s} off by {abs(problem.value - truth):.1e}"
                except Exception as error:  # a solver may raise anything
                    said = f"failed: {str(error)[:40]}"
            seconds = time.perf_counter() - started
            print(f"      {form:8s} {solver:9s} {1e3 * seconds:10.1f} ms  {said}")


def main(large: bool) -> None:
    for outcomes in (100, 1_000, 10_000) if large else (10_000,):
        game = game_of(outcomes)
        for kind in ("kl", "l2"):
            for strength in (0.1, 10.0 / outcomes):
                rule = md.SocialWelfare(kind, strength)
                payment = RevenueMaximizing("sum", sizes=game.sizes)
                mechanism = md.Mechanism(rule, payment)
                floor = payment.floors(rule, game)[0]
                call = best(lambda mechanism=mechanism, game=game: mechanism.run(game), 20)
                alone = best(kernel(payment, rule, game), 60)
                gap = (floor.value_upper - floor.value_lower) / floor.value_upper
                print(
                    f"{kind} m={outcomes} n={GROUPS} strength={strength:g}: kernel "
                    f"{1e3 * alone:.3f} ms, call {1e3 * call:.2f} ms "
                    f"({1e3 * call / GROUPS:.3f} a group); b={floor.value:.3g}, duality gap "
                    f"{floor.gap / floor.value_upper:.1e} of the value, bracket {gap:.1e}",
                    flush=True,
                )
                conic(payment, rule, game, floor.value_upper)


if __name__ == "__main__":
    main("--large" in sys.argv)
