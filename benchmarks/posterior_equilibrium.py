"""Posterior equilibrium on 50 types × 50 signals an agent and 100 states, against plain loops.

Run ``OMP_NUM_THREADS=1 python benchmarks/posterior_equilibrium.py`` for one core (two minutes or
three). For each world every own type and signal of an agent may report any other, beside every type
and signal of the other agent: 1.6e10 comparisons of utilities an agent. The plain loop is timed on
a few profiles and scaled up.
"""

import resource
import time

import numpy as np

from mdsolve.data_driven import (
    Content,
    DataDrivenVCG,
    FiniteBeliefs,
    FiniteWorld,
    Kernel,
    QuadraticLoss,
    posterior_equilibrium,
    posterior_regret,
)

TYPES = SIGNALS = 50
STATES, ALLOCATIONS = 100, 10


def beliefs(rng, agents=2):
    likelihoods = [rng.dirichlet(np.ones(SIGNALS), STATES) for _ in range(agents)]
    return FiniteBeliefs(rng.dirichlet(np.ones(STATES)), likelihoods, np.linspace(0, 1, STATES))


def worlds(rng):
    known = beliefs(rng)
    tables = rng.random((2, ALLOCATIONS, STATES, TYPES))
    finite = DataDrivenVCG(FiniteWorld(tables), known)
    yield "finite tables", finite, [range(TYPES)] * 2, None
    noise = Kernel(0.9 * np.eye(STATES) + 0.1 / STATES, known)
    yield "a noisy estimate", finite, [range(TYPES)] * 2, noise
    biases = np.linspace(-1, 1, TYPES).tolist()
    yield "quadratic loss", DataDrivenVCG(QuadraticLoss(), known), [biases] * 2, None
    rewards = rng.random((2, TYPES, STATES, ALLOCATIONS))
    content = Content("kl", np.full(ALLOCATIONS, 1.0 / ALLOCATIONS), 0.2)
    yield "content, KL", DataDrivenVCG(content, known), [list(each) for each in rewards], None


def plain_loop(mechanism, types, rng, profiles=3):
    """Return the seconds of one call a profile, in which all reports are tried."""
    reports = [(theta, signal) for theta in types[0] for signal in range(SIGNALS)]
    begun = time.perf_counter()
    for _ in range(profiles):
        drawn = [each[rng.integers(TYPES)] for each in types]
        signals = rng.integers(SIGNALS, size=2).tolist()
        posterior_regret(mechanism, drawn, signals, [reports, []])
    return (time.perf_counter() - begun) / profiles


def main():
    rng = np.random.default_rng(0)
    print(f"{TYPES} types x {SIGNALS} signals an agent, 2 agents, {STATES} states, one core")
    for name, mechanism, types, estimator in worlds(rng):
        begun = time.perf_counter()
        found = posterior_equilibrium(mechanism, types, estimator=estimator)
        seconds = time.perf_counter() - begun
        loop = plain_loop(mechanism, types, rng) * 2 * (TYPES * SIGNALS) ** 2
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{name:16} both agents {seconds:6.1f} s, epsilon {found.epsilon:.1e}; "
            f"one call a profile would take {loop / 3600:6.1f} h; peak memory {peak:.0f} MB"
        )


if __name__ == "__main__":
    main()
