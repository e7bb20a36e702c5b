"""Implementability against SciPy's HiGHS and rustworkx, and audits of many types, in one run.

Run ``python benchmarks/implementability.py`` (a minute or two), or with ``--full`` for 10,000 types
by the graph, 100,000 types by the audit, and HiGHS on 1,000 types. Ratios carry over between
machines, times do not. rustworkx is optional.

HiGHS runs as SciPy calls it, and where it errs again with presolve off on lengths scaled to 10^3:
its tolerance is an absolute 1e-7, which small strengths need.
"""

import argparse
import resource
import time
import tracemalloc

import numpy as np

import mdsolve as md
from mdsolve.incentives import NegativeCycle, Potentials, Products, implement, verify
from mdsolve.payments.shortest_path import edge_lengths, incentive_rows


def instance(types, strength, outcomes=10, seed=0):
    """Return rewards, models and sizes of a KL social-welfare rule on random types."""
    rng = np.random.default_rng(seed)
    rewards = rng.random((types, outcomes))
    rewards /= rewards.sum(axis=1, keepdims=True)
    sizes = rng.integers(1, 4, types).astype(float)
    others = 2.0 * rng.random(outcomes) / outcomes
    logits = (sizes[:, None] * rewards + others) / strength
    logits += np.log(rng.dirichlet(np.ones(outcomes)))
    models = np.exp(logits - logits.max(axis=1, keepdims=True))
    models /= models.sum(axis=1, keepdims=True)
    return rewards, models, sizes


def table(types, strength):
    rewards, models, sizes = instance(types, strength)
    return (sizes[:, None] * rewards) @ models.T


def timed(task, repeats=1):
    best = np.inf
    for _ in range(repeats):
        begun = time.perf_counter()
        answer = task()
        best = min(best, time.perf_counter() - begun)
    return best, answer


def by_scipy(values, scale=1.0, **options):
    from scipy.optimize import linprog

    count = len(values)
    rows, lengths = incentive_rows(count), scale * edge_lengths(values)
    return linprog(
        np.zeros(count), rows, lengths, bounds=(None, None), method="highs", options=options
    )


def by_rustworkx(values):
    import rustworkx

    lengths = np.diagonal(values)[None, :] - values.T
    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(len(values)))
    sources, targets = np.nonzero(~np.eye(len(values), dtype=bool))
    weights = lengths[sources, targets]
    graph.add_edges_from(list(zip(sources.tolist(), targets.tolist(), weights, strict=True)))
    return rustworkx.bellman_ford_shortest_path_lengths(graph, 0, float)


def compare(types, strength, highs):
    values = table(types, strength)
    ours, answer = timed(lambda: implement(values), repeats=5)
    assert isinstance(answer, Potentials)
    print(f"{types} types, strength {strength}: {1e3 * ours:.1f} ms, slack {answer.slack:.1g}")
    if highs:
        for scale, options in ((1.0, {}), (1e3, {"presolve": False})):
            theirs, found = timed(
                lambda scale=scale, options=options: by_scipy(values, scale, **options)
            )
            print(f"  HiGHS through SciPy {theirs:.2f} s: {theirs / ours:.0f} times ours,", end=" ")
            if found.success:
                print(f"violates by {violation(values, found.x / scale):.1g}")
                break
            print(f"wrong: {found.message}")
    try:
        theirs, _ = timed(lambda: by_rustworkx(values), repeats=2)
        print(f"  rustworkx, graph included {theirs:.2f} s: {theirs / ours:.0f} times ours")
    except ImportError:
        print("  rustworkx is not installed")
    except Exception as error:
        print(f"  rustworkx: {type(error).__name__} (rounding makes it a negative cycle)")
    shuffled = values[np.random.default_rng(1).permutation(types)]
    refuted, cycle = timed(lambda: implement(shuffled), repeats=3)
    assert isinstance(cycle, NegativeCycle)
    print(f"  refutation of the permuted rule {1e3 * refuted:.1f} ms")


def violation(values, payments):
    gains = values - payments - (np.diagonal(values) - payments)[:, None]
    return gains.max()


def large(types):
    values = table(types, 0.1)
    read, _ = timed(values.sum, repeats=2)
    spent, answer = timed(lambda: implement(values))
    assert isinstance(answer, Potentials)
    print(f"{types} types: {spent:.2f} s, {spent / read:.0f} times one read of the table;", peak())


def memory(types):
    """Print the most memory that a decision takes beside the table, against the table."""
    for strength in (0.1, 0.01):
        values = table(types, strength)
        shuffled = values[np.random.default_rng(1).permutation(types)]
        for name, given in (("potentials", values), ("a refutation", shuffled)):
            tracemalloc.start()
            implement(given)
            extra = tracemalloc.get_traced_memory()[1] / values.nbytes
            tracemalloc.stop()
            print(f"{types} types, strength {strength}: {name} takes {extra:.2f} tables beside it")


def valuations(types, outcomes=10):
    """Print how much faster all types are trained in step than one after the other."""
    rewards, _, sizes = instance(types, 0.1, outcomes)
    rng = np.random.default_rng(0)
    game = md.Game(rng.dirichlet(np.ones(outcomes)), rng.random((3, outcomes)))
    for name in sorted(md.DIVERGENCES):
        rule = md.SocialWelfare(name, 0.1)
        ours, _ = timed(lambda rule=rule: md.type_table(rule, game, 0, rewards, sizes), repeats=5)
        one_by_one, _ = timed(
            lambda rule=rule: md.type_table(rule, game, 0, rewards, sizes, solver="multiplier")
        )
        print(f"table of {types} types, {name}: {1e3 * ours:.1f} ms, {one_by_one / ours:.0f} times")


def audit(types):
    rewards, models, sizes = instance(types, 0.5)
    rng = np.random.default_rng(0)
    others = rng.random(10)
    logits = (sizes[:, None] * rewards + others) / 0.5
    highest = logits.max(axis=1)
    value = 0.5 * (highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1)))
    models = np.exp(logits - highest[:, None])
    models /= models.sum(axis=1, keepdims=True)
    payments = sizes * (rewards * models).sum(axis=1) - value
    spent, found = timed(lambda: verify(Products(rewards, models, sizes), payments, error=1e-12))
    print(f"audit of {types} types: {spent:.1f} s; {peak()}; {found}")


def peak():
    return f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="the largest sizes too")
    full = parser.parse_args().full
    valuations(1000 if full else 300)
    memory(2000)
    audit(100_000 if full else 10_000)
    for strength in (0.1, 0.01):
        compare(1000 if full else 300, strength, highs=True)
    large(10_000 if full else 2000)


if __name__ == "__main__":
    main()
