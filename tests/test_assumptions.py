"""The conditions of [S]'s theorems, checked against what the rules do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import mdsolve as md
from mdsolve.games.domains import DOMAINS
from mdsolve.incentives.assumptions import assumptions, interior_strength
from mdsolve.incentives.continuity import Continuity

CLIPPED = ["l2", "chi2"]
SUPPORT, CURVED = "3.2 (3) full support", "3.2 (2) D strictly convex"


@st.composite
def games(draw, domain="sum"):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    groups, outcomes = draw(st.integers(1, 3)), draw(st.integers(2, 6))
    reference = rng.dirichlet(np.ones(outcomes)) + 0.01
    rewards = rng.random((groups, outcomes)) * (rng.random((groups, outcomes)) > 0.3) + 1e-6
    sizes = rng.integers(1, 6, groups)
    return md.Game(reference / reference.sum(), rewards, sizes).normalized(domain)


@settings(max_examples=60)
@given(games(), st.sampled_from(CLIPPED))
def test_the_interior_strength_is_sharp(game, divergence):
    """Just above it every outcome keeps mass, just below it one has none."""
    needed = interior_strength(divergence, game.reference, np.asarray(game.combined()))
    if needed < 1e-6:
        return
    for factor, interior in ((1.001, True), (0.999, False)):
        rule = md.SocialWelfare(divergence, factor * needed)
        assert (rule.train(game).model > 0).all() == interior
        found = assumptions(rule, game)
        assert found[SUPPORT].holds is interior
        assert found["3.2 (3) interior at these reports"].holds is interior
        assert_allclose(found["3.2 (3) interior at these reports"].number, needed)


@settings(max_examples=40)
@given(games(), st.sampled_from(CLIPPED), st.sampled_from(["sum", "max"]))
def test_the_interior_strength_of_a_domain_is_its_worst_case(game, divergence, domain):
    """No vertex, no indicator and no sample needs more; one of them needs as much."""
    q, total, m = game.reference, float(game.sizes.sum()), game.shape[1]
    worst = interior_strength(divergence, q, domain=domain, total=total)
    listed = [*np.eye(m), *DOMAINS[domain]().sample(50, m, seed=0).rewards]
    if domain == "max":
        listed += [*(1.0 - np.eye(m))]
    here = [interior_strength(divergence, q, total * reward) for reward in listed]
    assert_allclose(max(here), worst, rtol=1e-12)


@pytest.mark.parametrize("divergence", sorted(md.DIVERGENCES))
def test_the_least_second_derivative_is_that_of_the_formula(divergence):
    q = np.array([0.2, 0.3, 0.5])
    game = md.Game(q, np.eye(3))
    found = assumptions(md.SocialWelfare(divergence, 1.0), game)[CURVED]
    value = md.DIVERGENCES[divergence]().value
    p, step = np.linspace(0.05, 1.0, 40)[:, None], 1e-4
    second = (value(p + step, q) - 2 * value(p, q) + value(p - step, q)) / step**2
    assert found.holds
    assert_allclose(second.min(), found.number, rtol=1e-3)


def test_each_rule_meets_what_the_theory_says():
    game = md.Game([0.2, 0.3, 0.5], [[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], [2, 1])
    for divergence in sorted(md.DIVERGENCES):
        found = assumptions(md.SocialWelfare(divergence, 5.0), game)
        assert found.hold is True, found
        slope = found["3.2 (1) strictly increasing"].number
        assert slope == 1.0
    nash = assumptions(md.NashWelfare("kl", 1.0), game)
    values = game.rewards @ md.NashWelfare("kl", 1.0).train(game).model
    assert_allclose(nash["3.2 (1) strictly increasing"].number, (game.sizes / values).min())
    assert nash.hold is None
    low = assumptions(md.Egalitarian("kl", 1.0), game)
    assert low["3.2 (1) strictly increasing"].holds is False
    assert low.hold is False
    menu = md.FiniteMenu([[1.0, 0.0], [0.4, 0.9]], [0.2, 0.1], 1.0)
    of_menu = assumptions(menu, game)
    assert of_menu["4.3 continuity"].holds is False
    assert_allclose(of_menu["4.3 continuity"].number, abs((2 - 0.2) - (0.8 + 0.9 - 0.1)))


def test_the_continuity_condition_has_both_constants():
    game = md.Game([0.2, 0.3, 0.5], [[0.5, 0.3, 0.2]])
    found = assumptions(md.SocialWelfare("kl", 0.5), game)["4.3 continuity"]
    assert_allclose(found.number, Continuity("kl", 0.5).distance(0.01))
    assert f"{Continuity('kl', 0.5, 'paper').distance(0.01):.6g}" in found.says


def test_positive_masses_that_underflow_count_as_support():
    game = md.Game.from_logprob([-1.0, -2000.0], [[1.0, 0.0]])
    found = assumptions(md.SocialWelfare("kl", 0.1), game)
    assert found[SUPPORT].holds
    assert found[SUPPORT].number == 0.0
    assert "underflows" in found[SUPPORT].says


def test_it_reads_as_a_table():
    game = md.Game([0.2, 0.3, 0.5], [[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], [2, 1])
    found = assumptions(md.SocialWelfare("l2", 0.1), game)
    assert repr(found).splitlines()[0] == "Assumptions of SocialWelfare(SquaredL2(), strength=0.1)"
    table = found.table()
    assert table.column_names == ["condition", "holds", "number", "says"]
    assert table.num_rows == len(found.conditions) == len(repr(found).splitlines()) - 1
    assert "fails    3.2 (3) full support: 0 is the least mass" in repr(found)
    with pytest.raises(md.InvalidInput, match=r"condition '5.1' is none of these: '3.2 \(1\)"):
        found["5.1"]


def test_refusals():
    game = md.Game([0.5, 0.5], [[1.0, 0.0]])
    with pytest.raises(md.InvalidInput, match=r"rule: nothing is known of <function"):
        assumptions(lambda game: game.reference, game)
    with pytest.raises(md.InvalidInput, match=r"'kl': its models are interior at every strength"):
        interior_strength("kl", np.array([0.5, 0.5]))
