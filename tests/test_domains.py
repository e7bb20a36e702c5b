"""Domains: membership says which condition fails; samples, grids and vertices are members."""

from math import comb

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.domains import (
    DOMAINS,
    ConvexDomain,
    FiniteTypes,
    MaxNormalized,
    SumNormalized,
    domain,
    size_set,
)

NORMALISED = [SumNormalized(), MaxNormalized()]
BALL = ConvexDomain(lambda r: [cp.sum(r) == 1.0, cp.norm(r) <= 0.8])
WEDGE = ConvexDomain((np.array([[1.0, 1.0, 1.0], [-1.0, 0.0, 0.0]]), np.array([1.0, -0.2])))


@pytest.mark.parametrize("kind", NORMALISED, ids=repr)
@given(count=st.integers(1, 30), outcomes=st.integers(1, 6), seed=st.integers(0, 99))
def test_samples_are_members_and_repeatable(kind, count, outcomes, seed):
    types = kind.sample(count, outcomes, seed, sizes=(1, 2, 5))
    assert types.rewards.shape == (count, outcomes)
    assert set(types.sizes) <= {1.0, 2.0, 5.0}
    assert all(kind.violation(reward) is None for reward in types.rewards)
    assert (types.rewards == kind.sample(count, outcomes, seed, sizes=(1, 2, 5)).rewards).all()


@pytest.mark.parametrize("kind", NORMALISED, ids=repr)
@given(
    resolution=st.integers(1, 4),
    outcomes=st.integers(1, 4),
    sizes=st.sets(st.integers(1, 4), min_size=1),
)
def test_grids_hold_every_multiple_once(kind, resolution, outcomes, sizes):
    types = kind.grid(resolution, outcomes, sizes)
    steps = types.rewards * resolution
    assert np.allclose(steps, np.rint(steps))
    assert all(kind.violation(reward) is None for reward in types.rewards)
    apart = {(*reward, size) for reward, size in zip(np.rint(steps), types.sizes, strict=True)}
    each = comb(resolution + outcomes - 1, outcomes - 1)
    if isinstance(kind, MaxNormalized):
        each = (resolution + 1) ** outcomes - resolution**outcomes
    assert len(apart) == len(types) == each * len(sizes)


def test_samples_spread_over_the_domain():
    """Uniform on the simplex: every coordinate has mean 1/m and variance (m − 1)/m²(m + 1)."""
    rewards = SumNormalized().sample(20_000, 4, seed=1).rewards
    assert np.allclose(rewards.mean(axis=0), 0.25, atol=0.01)
    assert np.allclose(rewards.var(axis=0), 3 / 80, atol=0.002)
    largest = MaxNormalized().sample(20_000, 4, seed=1).rewards.argmax(axis=1)
    assert np.allclose(np.bincount(largest) / 20_000, 0.25, atol=0.02)


def test_outcomes_are_a_number_or_labels():
    game = Game([0.5, 0.5], [[1.0, 0.0]], outcomes=["yes", "no"])
    assert SumNormalized().sample(500, game.outcomes, seed=0).outcomes == ("yes", "no")
    assert len(MaxNormalized().vertices(3, sizes=(1, 2))) == 6
    with pytest.raises(InvalidInput, match="outcomes: 'yes' is neither a positive number nor"):
        SumNormalized().sample(5, "yes", seed=0)
    with pytest.raises(InvalidInput, match="count: 0 is not a positive whole number"):
        SumNormalized().sample(0, 3, seed=0)


@pytest.mark.parametrize(
    ("kind", "reward", "message"),
    [
        (SumNormalized(), [0.5, 0.6], "the rewards sum to 1.1, not 1"),
        (SumNormalized(), [1.5, -0.5], "outcome 'no' has reward -0.5, below 0, where SumNorm"),
        (MaxNormalized(), [0.5, 0.6], "the largest reward is 0.6 \\(outcome 'no'\\), not 1"),
        (MaxNormalized(), [np.nan, 1.0], "outcome 'yes' has reward nan, not finite"),
        (MaxNormalized(), [1.0, np.inf], "outcome 'no' has reward inf, not finite"),
        (FiniteTypes([[1.0, 0.0]]), [0.5, 0.0], "none of the 1 types: the nearest, 'type-0'"),
    ],
)
def test_the_failing_condition_is_named(kind, reward, message):
    with pytest.raises(InvalidInput, match=message):
        kind.check(reward, ["yes", "no"])


def test_a_label_with_braces_is_printed_as_it_is():
    assert "'{x}'" in str(SumNormalized().violation([2.0, -1.0], ["a", "{x}"]))


@pytest.mark.parametrize("kind", [BALL, WEDGE], ids=["ball", "wedge"])
def test_convex_samples_grids_and_vertices_are_members(kind):
    for types in (kind.sample(20, 3, 0, (1, 2)), kind.grid(2, 3), kind.vertices(3)):
        assert all(kind.violation(reward) is None for reward in types.rewards)
    assert kind.bound(3) == pytest.approx(1.0, rel=1e-5)


def test_convex_membership_names_the_condition():
    assert "row 1 of the polytope is -0.1 where at most -0.2" in WEDGE.violation([0.1, 0.2, 0.3])
    assert "constraint 0, " in BALL.violation([0.5, 0.2, 0.2])
    assert "is missed by 0.1" in BALL.violation([0.5, 0.2, 0.2])
    assert "outcome '1' has reward -0.5" in BALL.violation([1.0, -0.5, 0.5])
    assert "the polytope 3" in WEDGE.violation([0.5, 0.5])


def test_empty_unbounded_and_malformed_sets_are_refused():
    with pytest.raises(InvalidInput, match="rewards are not bounded from above. Add a constraint"):
        ConvexDomain(lambda r: [cp.sum(r) >= 1.0]).bound(3)
    with pytest.raises(InvalidInput, match="no reward r ≥ 0 meets all its constraints"):
        ConvexDomain(lambda r: [cp.sum(r) <= -1.0]).bound(3)
    with pytest.raises(InvalidInput, match="A of shape \\(2,\\) and b of shape"):
        ConvexDomain(([1.0, 2.0], [1.0]))
    with pytest.raises(InvalidInput, match="cell that is not finite"):
        ConvexDomain(([[np.inf]], [1.0]))
    with pytest.raises(InvalidInput, match=r"constraints: 3. Pass \(A, b\) for A r <= b, or a"):
        ConvexDomain(3)  # pyright: ignore[reportArgumentType]


def test_finite_types_are_checked_and_found():
    types = FiniteTypes([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]], [1, 3, 1], labels=["a", "b", "c"])
    assert len(types) == 3
    assert types.index([1.0, 0.0], 3.0) == 1
    assert types.sample(10, 2, 0).rewards.shape == (10, 2)
    assert types.grid(9, 2) is types
    with pytest.raises(
        InvalidInput, match="size 2: the types of this reward have sizes \\(1, 3\\)"
    ):
        types.index([1.0, 0.0], 2.0)
    with pytest.raises(InvalidInput, match="type 'type-1', outcome '0': reward is nan"):
        FiniteTypes([[1.0], [np.nan]])
    with pytest.raises(InvalidInput, match="rewards of shape \\(2,\\)"):
        FiniteTypes([1.0, 2.0])
    with pytest.raises(InvalidInput, match="rewards of shape \\(0, 2\\)"):
        FiniteTypes(np.empty((0, 2)))
    with pytest.raises(InvalidInput, match="type 'type-0': size is -1"):
        FiniteTypes([[1.0]], [-1])
    with pytest.raises(InvalidInput, match="outcomes: 3, but the types have 2"):
        types.vertices(3)
    with pytest.raises(ValueError, match="read-only"):
        types.rewards[0, 0] = 2.0


def test_finite_types_are_a_view_of_what_is_given():
    rewards = np.eye(3)
    assert np.shares_memory(FiniteTypes(rewards).rewards, rewards)
    assert rewards.flags.writeable


def test_huge_grids_and_bad_sizes_are_refused():
    with pytest.raises(InvalidInput, match="resolution 20 over 30 outcomes makes"):
        SumNormalized().grid(20, 30)
    with pytest.raises(InvalidInput, match="resolution 9 over 30 outcomes makes"):
        MaxNormalized().grid(9, 30)
    with pytest.raises(InvalidInput, match="sizes: none given"):
        size_set([])
    with pytest.raises(InvalidInput, match="Each must be positive and finite"):
        size_set([1, 0])


def test_domains_are_found_by_name():
    assert all(domain(name) == kind() for name, kind in DOMAINS.items())
    assert domain(SumNormalized) == SumNormalized()
    with pytest.raises(InvalidInput, match="Over unnormalised rewards there is no least type"):
        domain(None)
    with pytest.raises(InvalidInput, match="'real' is none"):
        domain("real")
