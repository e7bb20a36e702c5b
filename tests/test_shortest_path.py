"""Potentials exist exactly where no cycle is negative: the given floats decide, no tolerance."""

import tracemalloc
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdsolve.solvers.shortest_path import (
    Cycle,
    Feasible,
    Graph,
    cycle_length,
    decide,
    largest_below,
    least_margin,
    worst_edge,
)
from mdsolve.solvers.shortest_path.sweeps import relax

SCALES = st.sampled_from([1.0, 1e-7, 1e7, 1e-300, 1e300, 3e-320])
ULP = 2.0**-53


@st.composite
def tables(draw, most=5):
    """Draw tables full of ties, twins, zero cycles, and cycles of one unit of rounding."""
    nodes = draw(st.integers(1, most))
    cells = draw(
        st.sampled_from(
            [
                st.integers(-2, 2).map(float),
                st.sampled_from([0.1, 0.2, 0.3, 0.1 + 0.2, 0.7]),
                st.sampled_from([1.0, 1.0 - ULP, 1.0 - 2 * ULP, 1.0 + 2 * ULP]),
                st.floats(-1.0, 1.0),
            ]
        )
    )
    table = np.array(draw(st.lists(cells, min_size=nodes**2, max_size=nodes**2)))
    table = table.reshape(nodes, nodes)
    if draw(st.booleans()):
        models = np.array(draw(st.lists(cells, min_size=2 * nodes, max_size=2 * nodes)))
        table = np.outer(
            models[:nodes], np.sort(models[nodes:])[models[:nodes].argsort().argsort()]
        )
    twins = np.array(draw(st.lists(st.integers(0, nodes - 1), min_size=nodes, max_size=nodes)))
    if draw(st.booleans()):
        table = table[np.ix_(twins, twins)]
    return np.ascontiguousarray(table) * draw(SCALES)


def least_mean(table):
    """Return the least mean length over all cycles, in rationals: the slow, obvious twin."""
    exact = [[Fraction(float(cell)) for cell in row] for row in table]
    means = [
        sum(exact[t][t] - exact[t][s] for s, t in zip(cycle, cycle[1:] + cycle[:1], strict=True))
        / len(cycle)
        for size in range(2, len(table) + 1)
        for cycle in permutations(range(len(table)), size)
    ]
    return min(means, default=Fraction(0))


def exact_potentials(found):
    return tuple(found.exact or ()) or tuple(
        Fraction(float(potential)) for potential in found.potentials
    )


def assert_feasible(graph, found, margin=Fraction(0)):
    potentials = exact_potentials(found)
    for t, own in enumerate(map(Fraction, graph.diagonal.tolist())):
        for s, other in enumerate(map(Fraction, graph.table[t].tolist())):
            assert s == t or potentials[t] - potentials[s] <= own - other + margin


@given(tables())
def test_the_table_is_decided_exactly(table):
    graph, least = Graph.of(table), least_mean(table)
    found = decide(graph)
    assert isinstance(found, Cycle) == (least < 0)
    if isinstance(found, Feasible):
        assert_feasible(graph, found)
    else:
        assert len(set(found.nodes)) == len(found.nodes)
        assert cycle_length(graph.table, found.nodes) == found.length < 0


@given(tables())
def test_the_least_margin_is_minus_the_least_mean(table):
    graph = Graph.of(table)
    found, cycle = least_margin(graph)
    assert found.margin * Fraction(2) ** graph.exponent == max(Fraction(0), -least_mean(table))
    assert_feasible(graph, found, found.margin)
    assert (cycle is None) == (found.margin == 0)


@given(tables(most=6), st.integers(0, 5))
def test_the_worst_edge_is_rounded_once(table, seed):
    graph = Graph.of(table)
    potentials = np.random.default_rng(seed).choice(graph.table.ravel(), graph.nodes)
    exact = [Fraction(float(potential)) for potential in potentials]
    excesses = [
        exact[t] - exact[s] - Fraction(float(graph.table[t, t])) + Fraction(float(cell))
        for t, row in enumerate(graph.table)
        for s, cell in enumerate(row)
        if s != t
    ]
    assert worst_edge(graph, potentials)[0] == float(max(excesses, default=-np.inf))


@pytest.mark.parametrize("nodes", [1, 2, 40, 300])
def test_largest_potentials_below_a_ceiling_are_shortest_paths(nodes):
    rng = np.random.default_rng(nodes)
    height = rng.normal(size=nodes)
    lengths = rng.random((nodes, nodes)) + height - height[:, None]
    np.fill_diagonal(lengths, 0.0)
    ceiling = rng.normal(size=nodes)
    paths = lengths.copy()
    for middle in range(nodes):
        paths = np.minimum(paths, paths[:, [middle]] + paths[[middle]])
    found = largest_below(Graph.of(np.ascontiguousarray(-lengths.T)), ceiling)
    np.testing.assert_allclose(found, (ceiling[:, None] + paths).min(axis=0), atol=1e-12)


def test_a_length_of_zero_is_an_edge():
    found = decide(Graph.of(np.array([[0.0, 1.0], [0.0, 0.0]])))
    assert isinstance(found, Cycle)
    assert found.length == -1


def test_one_unit_of_rounding_decides():
    table = np.array([[1.0, 1.0], [1.0, 1.0]])
    assert isinstance(decide(Graph.of(table)), Feasible)
    table[0, 1] += 2 * ULP
    assert isinstance(decide(Graph.of(table)), Cycle)
    table[1, 0] -= 2 * ULP
    assert isinstance(decide(Graph.of(table)), Feasible)


def test_a_long_cycle_of_rounding_is_found():
    nodes = 60
    table = np.full((nodes, nodes), -1.0)
    order = np.random.default_rng(0).permutation(nodes)
    np.fill_diagonal(table, 0.0)
    table[np.roll(order, -1), order] = 0.0
    assert isinstance(decide(Graph.of(table)), Feasible)
    table[order[1], order[0]] = 5e-324
    found = decide(Graph.of(table))
    assert isinstance(found, Cycle)
    assert len(found.nodes) == nodes
    assert found.length == -Fraction(5e-324)


def test_potentials_with_room_need_no_repair():
    rng = np.random.default_rng(1)
    rewards = rng.random((300, 4))
    models = np.exp(rewards)
    models /= models.sum(axis=1, keepdims=True)
    found = decide(Graph.of(rewards @ models.T))
    assert isinstance(found, Feasible)
    assert found.exact is None
    assert found.excess < 0.0


def test_a_refutation_comes_within_three_sweeps():
    rng = np.random.default_rng(2)
    for _ in range(10):
        graph = Graph.of(rng.random((200, 200)))
        found = relax(graph, graph.middle, 0.0, 1e-15)
        assert found.cycle
        assert found.sweeps <= 3


def test_memory_stays_near_the_matrix():
    rng = np.random.default_rng(3)
    rewards = rng.random((1000, 5))
    table = rewards @ (rewards / rewards.sum(axis=1, keepdims=True)).T
    tracemalloc.start()
    decide(Graph.of(table))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.0 * table.nbytes
