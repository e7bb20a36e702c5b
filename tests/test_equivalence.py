"""Truthful payments are unique up to a constant: intervals, paths, constants, the integral."""

import itertools
from math import exp, log

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import mdsolve as md
from mdsolve.games.domains import SumNormalized
from mdsolve.incentives.continuity import Continuity
from mdsolve.incentives.envelope import envelope
from mdsolve.incentives.equivalence import PathSums, path_sums, path_types, payment_intervals
from mdsolve.payments.shortest_path import revenue_program
from mdsolve.plots.draw_equivalence import draw
from mdsolve.type_graph import type_table

DIVERGENCES = sorted(md.DIVERGENCES)
strengths = st.sampled_from([0.05, 0.3, 2.0])


@st.composite
def plays(draw, outcomes=4):
    """Draw a game of three groups and two types of the first, all in one normalised domain."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    domain = draw(st.sampled_from(["sum", "max"]))
    rewards = rng.random((5, outcomes)) * (rng.random((5, outcomes)) > 0.2) + 1e-3
    reference = rng.dirichlet(np.ones(outcomes))
    game = md.Game(reference, rewards, rng.integers(1, 6, 5)).normalized(domain)
    ends = tuple((np.array(game.rewards[k]), float(game.sizes[k])) for k in (3, 4))
    kept = md.Game(reference, game.rewards[:3].copy(), game.sizes[:3])
    return kept, ends, domain


def affine(rule, game, kind):
    reported = game.reported(0, *kind)
    return float(md.Mechanism(rule, md.AffineMaximizer()).run(reported).payments[0])


@settings(max_examples=8)
@given(plays(), st.sampled_from(DIVERGENCES), strengths)
def test_the_envelope_integral_is_the_affine_payments_difference(play, divergence, strength):
    """No payment enters the integral, yet it says what affine maximizers charge ([S] Thm 3.7)."""
    game, (start, _), domain = play
    rule = md.SocialWelfare(divergence, strength)
    uniform = np.full(4, 0.25 if domain == "sum" else 1.0)
    found = envelope(rule, game, 0, *start, domain=domain, tolerance=1e-7)
    wanted = affine(rule, game, start) - affine(rule, game, (uniform, start[1]))
    assert found.difference >= -1e-12
    assert abs(found.difference - wanted) <= found.error + 1e-9 * max(1.0, wanted)


@settings(max_examples=8)
@given(plays(), st.sampled_from(DIVERGENCES), strengths)
def test_a_path_brackets_the_payments_difference_and_closes_like_one_over_k(
    play, divergence, strength
):
    game, (start, end), domain = play
    rule = md.SocialWelfare(divergence, strength)
    sums = path_sums(rule, game, 0, start, end, (1, 4, 16, 64), domain=domain)
    wanted = affine(rule, game, end) - affine(rule, game, start)
    slack = 64 * sums.error + 1e-12
    assert (sums.forward >= wanted - slack).all()
    assert (-sums.backward <= wanted + slack).all()
    assert_allclose(sums.total, sums.forward + sums.backward, atol=slack)
    # Σ_k <Δ, ψ_{k+1} − ψ_k> telescopes on each half: with equal steps the total is total(1)/K
    assert_allclose(sums.total * sums.steps, sums.total[0], rtol=1e-6, atol=64 * slack)


def test_any_implementable_rule_has_one_payment():
    """A menu's model jumps, yet its payments are pinned: the domain is convex ([S] Thm 3.7)."""
    menu = md.FiniteMenu([[0.9, 0.1], [0.5, 0.6], [0.1, 0.9]], [0.2, 0.0, 0.3], 1.0)
    game = md.Game([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]])
    sums = path_sums(menu, game, 0, ([1, 0, 0], 1), ([0, 0, 1], 2), (1, 10, 100, 1000))
    assert sums.total[0] > 0.1
    assert_allclose(sums.total * sums.steps, sums.total[0])


def test_the_size_is_switched_where_the_model_does_not_move():
    game = md.Game([0.2, 0.3, 0.5], [[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
    for domain, level in (("sum", 1 / 3), ("max", 1.0)):
        reward = game.normalized(domain).rewards[0]
        types = path_types((reward, 1), (reward, 7), 5, domain)
        assert_allclose(types.rewards[[5, 6]], level)
        assert list(types.sizes[[5, 6]]) == [1, 7]
        for divergence in DIVERGENCES:
            table = type_table(md.SocialWelfare(divergence, 0.1), game, 0, types)
            assert_allclose(table.models[5], table.models[6], atol=1e-13)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6), strengths)
def test_intervals_are_the_range_of_truthful_payments(seed, count, strength):
    """Both ends are shortest over all paths, are DSIC themselves, and hold affine payments."""
    types = SumNormalized().sample(count, 3, seed=seed, sizes=(1, 2))
    game = md.Game([0.2, 0.3, 0.5], [[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
    rule = md.SocialWelfare("kl", strength)
    table = type_table(rule, game, 0, types)
    found = payment_intervals(table.values, 0)
    values, own = table.values, np.diagonal(table.values)
    for t in range(1, count):
        above, below = (_brute(values, ends) for ends in ((0, t), (t, 0)))
        assert_allclose(found(t), (-below, above), atol=1e-12)
    for end in (found.lower, found.upper):
        assert (end[:, None] - end[None, :] <= own[:, None] - values + 1e-12).all()
    charged = [affine(rule, game, (r, w)) for r, w in zip(types.rewards, types.sizes, strict=True)]
    wide = payment_intervals(table)
    assert (wide.lower <= np.array(charged) - charged[0] + 1e-12).all()
    assert (np.array(charged) - charged[0] <= wide.upper + 1e-12).all()


def _brute(values, ends):
    start, end = ends
    others = [k for k in range(len(values)) if k not in ends]
    paths = [
        (start, *middle, end)
        for length in range(len(others) + 1)
        for middle in itertools.permutations(others, length)
    ]
    return min(sum(values[t, t] - values[t, s] for s, t in itertools.pairwise(p)) for p in paths)


def test_an_interval_is_what_a_linear_program_says():
    types = SumNormalized().sample(12, 3, seed=3, sizes=(1, 2))
    game = md.Game([0.2, 0.3, 0.5], [[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
    table = type_table(md.SocialWelfare("l2", 0.3), game, 0, types)
    outside = np.full(12, -np.inf)
    outside[0] = table.values[0, 0]  # p(0) ≤ 0
    for t in (1, 7):
        prior = np.eye(12)[t]
        top = revenue_program(table.values, prior, outside).revenue
        assert_allclose(top, payment_intervals(table.values)(t)[1], atol=1e-9)


def test_more_types_leave_less():
    game = md.Game([0.2, 0.3, 0.5], [[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
    types = SumNormalized().sample(200, 3, seed=3)
    widths = [
        payment_intervals(type_table(md.SocialWelfare("kl", 0.3), game, 0, types.rewards[:k])).width
        for k in (5, 20, 200)
    ]
    assert (widths[0] >= widths[1][:5] - 1e-12).all()
    assert widths[2][:5].max() < 0.3 * widths[0].max()


# --- continuity ---------------------------------------------------------------------------------


@settings(max_examples=60)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 6),
    st.sampled_from(["kl", "l2", "chi2"]),
    strengths,
    st.sampled_from([1e-3, 0.1, 1.0]),
)
def test_no_model_changes_by_more_than_the_constants(seed, m, divergence, strength, share):
    """[S] Prop 4.4, at the boundary too; no shift of both c and c' matters."""
    rng = np.random.default_rng(seed)
    c = rng.random(m)
    far = c + share * strength * rng.choice([-1.0, 1.0, 0.5], m)
    reference = rng.dirichlet(np.full(m, rng.choice([0.2, 1.0, 5.0])) + 1e-3)
    rule = md.SocialWelfare(divergence, strength)
    here, there = (rule.train(md.Game(reference, [each])).model for each in (c, far))
    distance, change = np.abs(far - c).max(), np.abs(there - here).max()
    sharp, paper = (
        Continuity(divergence, strength, source, m).change(distance)
        for source in ("sharp", "paper")
    )
    assert change <= sharp * (1 + 1e-9) + 1e-13
    assert sharp <= paper * (1 + 1e-12)


@pytest.mark.parametrize("distance", [1e-3, 0.2])
def test_the_sharp_constants_are_attained(distance):
    """KL and χ²: an outcome of mass 1/2 against the rest; L2: any outcome against the rest."""
    strength = 0.5
    move = np.array([1.0, -1.0, -1.0]) * distance

    def change(name, reference, middle):
        rule = md.SocialWelfare(name, strength)
        ends = [rule.train(md.Game(reference, [middle + s * move / 2])).model for s in (-1, 1)]
        return np.abs(ends[1] - ends[0]).max()

    zero, third, half = np.zeros(3), np.full(3, 1 / 3), np.array([0.5, 0.25, 0.25])
    assert_allclose(change("kl", half, zero), _sharp("kl", strength, distance, None), rtol=1e-9)
    assert_allclose(change("l2", third, zero), _sharp("l2", strength, distance, 3), rtol=1e-9)
    assert_allclose(change("chi2", half, zero), _sharp("chi2", strength, distance, 3), rtol=1e-9)


def _sharp(name, strength, distance, outcomes):
    """Return the bound at D = max|Δc|: here each end moves by half of ``distance``."""
    return Continuity(name, strength, "sharp", outcomes).change(distance)


@given(st.sampled_from(["kl", "l2", "chi2"]), strengths, st.floats(1e-9, 0.99))
def test_distance_inverts_change(divergence, strength, epsilon):
    for source in ("paper", "sharp"):
        bound = Continuity(divergence, strength, source, 5)
        assert_allclose(bound.change(bound.distance(epsilon)), epsilon, rtol=1e-7)


def test_the_constants_are_those_of_the_paper():
    assert_allclose(Continuity("kl", 0.4, "paper").distance(0.1), 0.2 * log(1.1))
    assert_allclose(Continuity("kl", 0.4, "paper").change(0.1), exp(0.5) - 1)
    assert_allclose(Continuity("l2", 0.4, "paper").distance(0.1), 0.04)
    with mp.workdps(40):
        wanted = 2 * mp.mpf("0.4") * mp.atanh(mp.mpf("0.1"))
    assert_allclose(Continuity("kl", 0.4).distance(0.1), float(wanted), rtol=1e-15)


# --- refusals and pictures ----------------------------------------------------------------------


def test_refusals():
    game = md.Game([0.5, 0.5], [[0.5, 0.5], [1.0, 0.0]])
    rule = md.SocialWelfare("kl", 1.0)
    with pytest.raises(md.InvalidInput, match=r"no payments make truth best.*NegativeCycle"):
        payment_intervals([[0.0, 1.0], [1.0, 0.0]])
    with pytest.raises(md.InvalidInput, match=r"base: 2, but types are 0 to 1"):
        payment_intervals([[1.0, 0.0], [0.0, 1.0]], 2)
    with pytest.raises(md.InvalidInput, match=r"not all sum-normalised \(the rewards sum to 1.5"):
        envelope(rule, game, 0, [1.2, 0.3])
    with pytest.raises(md.InvalidInput, match=r"no uniform reward to pass by"):
        envelope(rule, game, 0, [0.5, 0.5], domain=md.games.domains.FiniteTypes([[0.5, 0.5]]))
    with pytest.raises(md.InvalidInput, match=r"steps: 0. A path has at least 1 step"):
        path_sums(rule, game, 0, ([1, 0], 1), ([0, 1], 1), (0,))
    with pytest.raises(md.InvalidInput, match=r"steps: none given"):
        path_sums(rule, game, 0, ([1, 0], 1), ([0, 1], 1), ())
    with pytest.raises(md.InvalidInput, match=r"divergence 'hellinger': no constant bounds"):
        Continuity("hellinger", 1.0)
    with pytest.raises(md.InvalidInput, match=r"source: 'best' is unknown"):
        Continuity("kl", 1.0, "best")
    with pytest.raises(md.InvalidInput, match=r"distance: nan is not a finite number"):
        Continuity("kl", 1.0).change(float("nan"))
    with pytest.raises(md.InvalidInput, match=r"curves: 0 given"):
        draw({})


def test_the_picture_shows_every_curve_and_the_payment():
    curve = PathSums(
        np.array([1, 2, 4]),
        np.array([3.0, 2, 1.5]),
        np.array([1.0, 0, -0.5]),
        np.array([4.0, 2, 1]),
        0.0,
    )
    figure = draw({"$a$": curve, "b": curve}, 1.0)
    left, right = figure.axes
    assert len(right.lines) == 3
    assert "the payment" in {text.get_text() for text in left.texts}
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["$a$", "b"]
    assert "rate -1" in repr(curve)
