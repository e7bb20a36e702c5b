"""What payments cost by a general solver: the n + 1 programs of a game, each route at its best.

For every solver, form and way of handing the program over it prints seconds and the widest
certified gap of the n + 1 answers, relative to max(|Φ|, spread of c). The ways:

``reuse``    one compilation, c a parameter, only numbers change (DPP); up to --reuse outcomes
``rebuild``  c a constant, compiled anew each time: CVXPY's parameters need memory in rows × columns

``default`` uses the solver's own settings, ``tight`` those of `mdsolve.solvers.conic`, ``retry``
also what it adds for a last attempt. Run by hand:

    python benchmarks/conic_baseline.py --outcomes 10000 --groups 8 --divergence kl
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cvxpy as cp
import numpy as np

import mdsolve as md
from mdsolve.solvers.conic import CONIC_SOLVERS, clean, suited
from mdsolve.solvers.conic.forms import cost, forms_of, needs_sign


@dataclass(frozen=True)
class Row:
    solver: str
    form: str
    way: str
    settings: str
    compile_seconds: float
    seconds: float
    gap: float
    failures: int

    def __str__(self) -> str:
        return (
            f"{self.solver:9} {self.form:9} {self.way:8} {self.settings:8}"
            f"{self.compile_seconds:10.3f} {self.seconds:12.4f} {self.gap:10.1e} {self.failures:5}"
        )


def draw(outcomes: int, groups: int, seed: int) -> md.Game:
    rng = np.random.default_rng(seed)
    masses = rng.dirichlet(np.ones(outcomes))
    return md.Game(masses, rng.random((groups, outcomes)), rng.integers(1, 11, groups))


def objectives(game: md.Game) -> Iterator[Any]:
    """Yield c and every c_-i."""
    total = game.combined()
    yield total
    for size, reward in zip(game.sizes, game.rewards, strict=True):
        yield total - size * reward


def build(game: md.Game, divergence: Any, form: str, strength: float, c: Any) -> cp.Problem:
    x = cp.Variable(game.shape[1], name="model")
    if form == "entropy":
        penalty = -np.log(game.reference) @ x - cp.sum(cp.entr(x)) + 1.0 - cp.sum(x)
    else:
        penalty = cost(divergence, form, x, game.reference)
    signs = [x >= 0] if needs_sign(divergence) else []
    return cp.Problem(cp.Maximize(c @ x - strength * penalty), [cp.sum(x) == 1, *signs])


def certified(
    game: md.Game, divergence: Any, strength: float, c: Any, problem: cp.Problem
) -> float:
    """Return the gap that the solver's own point and multiplier prove, ∞ where there is none."""
    raw, nu = problem.var_dict["model"].value, problem.constraints[0].dual_value
    if raw is None or nu is None or not np.all(np.isfinite(raw)):
        return np.inf
    model = clean(raw)
    with np.errstate(all="ignore"):
        low = c @ model - strength * divergence.value(model, game.reference).sum()
        bound = divergence.conjugate((c - nu) / strength, game.reference)[0].sum()
        gap = float(nu + strength * bound - low)
    return gap / max(abs(low), float(np.ptp(c))) if np.isfinite(gap) else np.inf


def reuse(game: md.Game, divergence: Any, form: str, strength: float) -> Callable[[Any], Any]:
    parameter = cp.Parameter(game.shape[1], name="combined")
    problem = build(game, divergence, form, strength, parameter)

    def program(c: Any) -> cp.Problem:
        parameter.value = c
        return problem

    return program


def rebuild(game: md.Game, divergence: Any, form: str, strength: float) -> Callable[[Any], Any]:
    return lambda c: build(game, divergence, form, strength, c)


def settings_of(solver: str) -> dict[str, dict[str, Any]]:
    known = CONIC_SOLVERS[solver]
    tight = dict(known.settings)
    named = {"default": {}, "tight": tight}
    return named | ({"retry": tight | dict(known.retry)} if known.retry else {})


def measure(
    game: md.Game, divergence: Any, strength: float, solver: str, form: str, way: str, name: str
) -> Row:
    make = {"reuse": reuse, "rebuild": rebuild}[way](game, divergence, form, strength)
    settings = settings_of(solver)[name] | {"solver": solver.upper(), "warm_start": False}
    compiling, seconds, widest, failures = 0.0, 0.0, 0.0, 0
    for k, c in enumerate(objectives(game)):
        if way == "reuse" and k == 0:
            started = time.perf_counter()
            make(c).get_problem_data(solver.upper())
            compiling = time.perf_counter() - started
        started = time.perf_counter()
        problem = make(c)
        try:
            problem.solve(**settings)
            gap = certified(game, divergence, strength, c, problem)
        except Exception:  # a solver may raise anything: it failed
            gap = np.inf
        seconds += time.perf_counter() - started
        failures += not np.isfinite(gap)
        widest = max(widest, gap if np.isfinite(gap) else 0.0)
    return Row(solver, form, way, name, compiling, seconds, widest, failures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--outcomes", type=int, default=100)
    parser.add_argument("--groups", type=int, default=8)
    parser.add_argument("--strength", type=float, default=1.0)
    parser.add_argument("--divergence", choices=[*md.DIVERGENCES], default="kl")
    parser.add_argument("--solvers", default="", help="names, comma-separated (default: all)")
    parser.add_argument("--reuse", type=int, default=3000, help="largest game with a parameter")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    divergence = md.DIVERGENCES[chosen.divergence]()
    game = draw(chosen.outcomes, chosen.groups, chosen.seed)
    print(
        f"{chosen.groups + 1} programs, {chosen.outcomes} outcomes, {chosen.divergence}, "
        f"strength {chosen.strength:g}\n"
        "solver    form      way      settings   compile      seconds        gap  failed"
    )
    for solver in chosen.solvers.split(",") if chosen.solvers else suited(divergence):
        for form in forms_of(divergence, solver, False):
            for way in ("reuse", "rebuild") if chosen.outcomes <= chosen.reuse else ("rebuild",):
                for name in settings_of(solver):
                    measured = (divergence, chosen.strength, solver, form, way, name)
                    print(measure(game, *measured), flush=True)
    started = time.perf_counter()
    rule = md.SocialWelfare(divergence, chosen.strength)
    outcome = md.Mechanism(rule, md.AffineMaximizer()).run(game)
    seconds = time.perf_counter() - started
    gap = (outcome.upper - outcome.lower) / max(abs(outcome.lower), float(np.ptp(game.combined())))
    print(f"mdsolve, one public call: {seconds:.5f} seconds, gap {gap:.1e}")


if __name__ == "__main__":
    main()
