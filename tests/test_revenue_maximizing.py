"""[S] Cor 4.6 as theorems: individually rational, truthful, and no payment could be larger."""

from __future__ import annotations

import warnings

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import games

import mdsolve as md
from mdsolve.errors import InvalidInput
from mdsolve.games.domains import ConvexDomain, FiniteTypes, MaxNormalized, SumNormalized
from mdsolve.payments.floors import joining
from mdsolve.payments.revenue_curve import finite_revenue_curve
from mdsolve.payments.revenue_maximizing import RevenueMaximizing

DOMAINS = {"sum": SumNormalized(), "max": MaxNormalized()}
SOLVERS = {
    "CLARABEL": {"tol_gap_rel": 1e-9, "tol_gap_abs": 1e-9, "tol_feas": 1e-9},
    "ECOS": {"abstol": 1e-9, "reltol": 1e-9, "feastol": 1e-9},
    "SCS": {"eps_abs": 1e-9, "eps_rel": 1e-9, "max_iters": 50_000},
    "OSQP": {"eps_abs": 1e-9, "eps_rel": 1e-9, "max_iter": 50_000, "polishing": True},
}
STRENGTHS = st.sampled_from([1e-3, 0.1, 1.0, 100.0])


@st.composite
def normalised_games(draw, name: str):
    """Draw a game whose groups' rewards lie in a domain, every size of which is in W."""
    game = draw(games(tiny_masses=False).filter(lambda g: (g.reward_bounds[:, 1] > 1e-6).all()))
    return game.normalized(name)


def paid(name: str, game: md.Game, kind: str, strength: float):
    """Return the rule, the payment and the outcome."""
    rule = md.SocialWelfare(kind, strength)
    payment = RevenueMaximizing(DOMAINS[name], sizes=game.sizes)
    return rule, payment, md.Mechanism(rule, payment).run(game)


def rounding(game: md.Game, strength: float) -> float:
    return 1e-13 * (float(game.sizes.sum()) + strength)


@pytest.mark.parametrize("name", DOMAINS)
@pytest.mark.parametrize("kind", md.DIVERGENCES)
@settings(max_examples=20)
@given(data=st.data(), strength=STRENGTHS)
def test_nobody_loses_and_all_pay_more_than_their_externality(name, kind, data, strength):
    """IR on the domain; p ≥ p^AFF ≥ 0; intervals hold what they say."""
    game = data.draw(normalised_games(name))
    rule, _, outcome = paid(name, game, kind, strength)
    affine = md.Mechanism(rule, md.AffineMaximizer()).run(game)
    assert (outcome.utilities >= -rounding(game, strength)).all()
    assert (outcome.payments >= affine.payments).all()
    assert (outcome.payment_lower <= outcome.payments).all()
    assert (outcome.payments <= outcome.payment_upper).all()
    assert np.allclose(
        outcome.payments + outcome.utilities,
        game.sizes * outcome.values,
        atol=rounding(game, strength),
    )


@pytest.mark.parametrize("name", DOMAINS)
@pytest.mark.parametrize("kind", md.DIVERGENCES)
@settings(max_examples=20)
@given(data=st.data(), strength=STRENGTHS)
def test_who_joins_the_others_adds_what_the_games_floor_says(name, kind, data, strength):
    """The first group's b is that of a group that joins the game without it."""
    game = data.draw(normalised_games(name).filter(lambda g: g.shape[0] > 1))
    rule, payment, _ = paid(name, game, kind, strength)
    others = md.Game(game.reference, game.rewards[1:], game.sizes[1:])
    found = joining(rule.value_function(others), DOMAINS[name], float(game.sizes.min()))
    expected = payment.floors(rule, game)[0]
    assert found.lower <= expected.upper
    assert expected.lower <= found.upper
    assert found.upper - found.lower <= rounding(game, strength)


@pytest.mark.parametrize("name", DOMAINS)
@pytest.mark.parametrize("kind", md.DIVERGENCES)
@settings(max_examples=10)
@given(data=st.data(), seed=st.integers(0, 999))
def test_truth_is_dominant_and_no_sampled_type_is_below_the_floor(name, kind, data, seed):
    """b is independent of one's own report, and Φ(c₋ᵢ + w'r') − Φ(c₋ᵢ) ≥ b for every (r', w')."""
    game = data.draw(normalised_games(name))
    rule, payment, outcome = paid(name, game, kind, 0.3)
    floors = payment.floors(rule, game)
    types = DOMAINS[name].sample(5, game.outcomes, seed, sizes=game.sizes)
    slack = rounding(game, 0.3)
    for reward, size in zip(types.rewards, types.sizes, strict=True):
        told = game.reported(0, reward, size)
        lie = md.Mechanism(rule, payment).run(told)
        assert payment.floors(rule, told)[0].value == pytest.approx(floors[0].value, abs=slack)
        worth = float(game.sizes[0] * game.rewards[0] @ lie.model)
        regret = outcome.regret(0, reward, size)
        assert regret >= 0.0
        assert worth - lie.payments[0] == pytest.approx(outcome.utilities[0] - regret, abs=slack)
        presence = lie.utilities[0] + lie.payments[0]
        affine = md.Mechanism(rule, md.AffineMaximizer()).run(told)
        assert presence - affine.payments[0] >= floors[0].lower - slack


@pytest.mark.parametrize("kind", md.DIVERGENCES)
@pytest.mark.parametrize("strength", [0.05, 1.0])
def test_conic_solvers_agree_on_both_programs(kind, strength):
    """The DCP over reports and its dual over models, by every solver with the cones for it."""
    generator = np.random.default_rng(3)
    game = md.Game(generator.dirichlet(np.ones(6)), generator.random((3, 6)), [1, 2, 1])
    game = game.normalized("sum")
    rule, payment, _ = paid("sum", game, kind, strength)
    found = payment.floors(rule, game)[1]
    agreed = 0
    for form in ("reports", "models"):
        for solver, options in SOLVERS.items():
            if solver == "OSQP" and kind not in ("l2", "chi2"):
                continue
            problem = payment.problem(rule, game, 1, form=form)
            assert problem.is_dcp()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                problem.solve(solver=solver, **options)
            agreed += abs(problem.value - found.value_upper) <= 1e-5
    assert agreed >= 5, "solvers that agree, of both forms"
    assert found.gap <= 1e-9 * max(found.value, 1e-6)
    assert found.value_upper - found.value_lower <= 1e-14 * float(game.sizes.sum())


@pytest.mark.parametrize("kind", md.DIVERGENCES)
def test_a_polytope_that_is_the_simplex_gives_the_same_floor(kind):
    game = md.Game([0.2, 0.5, 0.3], [[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])
    rule = md.SocialWelfare(kind, 0.2)
    simplex = ConvexDomain((np.array([[1.0] * 3, [-1.0] * 3]), np.array([1.0, -1.0])))
    ball = ConvexDomain(lambda r: [cp.sum(r) == 1, cp.norm(r) <= 0.9])
    exact = RevenueMaximizing("sum").floors(rule, game)
    for mine, theirs, fewer in zip(
        RevenueMaximizing(simplex).floors(rule, game),
        exact,
        RevenueMaximizing(ball).floors(rule, game),
        strict=True,
    ):
        assert mine.lower <= theirs.upper
        assert theirs.lower <= mine.upper
        assert mine.gap <= 1e-8
        assert fewer.upper >= theirs.lower
        assert fewer.gap <= 1e-7


def test_a_convex_domain_settles():
    game = md.Game([0.2, 0.5, 0.3], [[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])
    domain = ConvexDomain((np.ones((1, 3)), np.array([1.0])))
    rule = md.SocialWelfare("kl", 0.2)
    outcome = md.Mechanism(rule, RevenueMaximizing(domain)).run(game)
    affine = md.Mechanism(rule, md.AffineMaximizer()).run(game)
    assert np.allclose(outcome.payments, affine.payments, atol=1e-8)  # r' = 0 is in the domain


@pytest.mark.parametrize("kind", md.DIVERGENCES)
@pytest.mark.parametrize(("name", "resolutions"), [("sum", (1, 2, 4, 8)), ("max", (1, 2, 4))])
def test_finite_revenue_falls_to_the_continuum(kind, name, resolutions):
    """On nested grids p falls, never below p^AFF + b, with an excess that shrinks with the mesh."""
    generator = np.random.default_rng(0)
    game = md.Game(generator.dirichlet(np.ones(3)), generator.random((2, 3)), [1, 2])
    game = game.normalized(name)
    rule = md.SocialWelfare(kind, 0.5)
    curve = finite_revenue_curve(rule, game, 0, name, resolutions, (1, 2))
    assert (np.diff(curve.payments) <= 1e-12).all()
    assert (curve.payments >= curve.lower - 1e-12).all()
    assert curve.excess[-1] <= 0.5 * curve.excess[0]


@pytest.mark.parametrize("kind", ["kl", "l2"])
def test_payments_on_a_finite_list_are_dsic_ir_and_above_the_affine_ones(kind):
    """Published 4.11 and 4.13 on a finite list: p ≥ p^AFF, and no type gains by a lie or loses."""
    generator = np.random.default_rng(1)
    game = md.Game(generator.dirichlet(np.ones(4)), generator.random((2, 4)), [1, 2])
    game = game.normalized("sum")
    listed = SumNormalized().sample(12, 4, 0, (1, 2))
    types = FiniteTypes(
        np.vstack([listed.rewards, game.rewards, game.rewards[:1]]),
        np.concatenate([listed.sizes, game.sizes, [1.0]]),
    )
    rule = md.SocialWelfare(kind, 0.3)
    mechanism = md.Mechanism(rule, RevenueMaximizing(types))
    affine = md.Mechanism(rule, md.AffineMaximizer())
    told = [game.reported(0, r, w) for r, w in zip(types.rewards, types.sizes, strict=True)]
    outcomes = [mechanism.run(one) for one in told]
    payments = np.array([outcome.payments[0] for outcome in outcomes])
    worth = (types.sizes[:, None] * types.rewards) @ np.stack([o.model for o in outcomes]).T
    utility = worth - payments
    assert (np.diag(utility) >= -1e-13).all()
    assert (np.diag(utility)[:, None] >= utility - 1e-12).all()
    assert (payments >= np.array([affine.run(one).payments[0] for one in told]) - 1e-12).all()
    with pytest.raises(InvalidInput, match="group 'group-0': reward: it is none of the 15 types"):
        mechanism.run(game.reported(0, [1.0, 0.0, 0.0, 0.0]))
    with pytest.raises(InvalidInput, match="on a finite list payments are shortest paths"):
        mechanism.payment.floors(rule, game)


@pytest.mark.parametrize("kind", md.DIVERGENCES)
@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_one_outcome_is_worth_its_size(kind, size):
    """With one outcome b = w' and the whole value is charged."""
    game = md.Game([1.0], [[1.0], [1.0]], [size, size])
    for name in DOMAINS:
        _, _, outcome = paid(name, game, kind, 0.1)
        assert outcome.payments == pytest.approx(game.sizes, rel=1e-14)


def test_an_inexact_model_is_charged_the_floor_too():
    game = md.Game([0.2, 0.5, 0.3], [[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])
    rule, payment = md.SocialWelfare("kl", 0.2), RevenueMaximizing("sum")
    exact, conic = (md.Mechanism(rule, payment).run(game, solver=s) for s in ("auto", "clarabel"))
    assert conic.payments == pytest.approx(exact.payments, abs=1e-6)
    assert (conic.payment_lower <= conic.payments).all()
    assert (conic.payments <= conic.payment_upper).all()


def test_underflowing_references_are_legal_under_kl():
    game = md.Game.from_logprob([-1.0, -2.0, -5000.0], [[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])
    _, _, outcome = paid("sum", game, "kl", 0.1)
    assert (outcome.utilities >= 0.0).all()
    assert payment_of_the_unlikely(outcome) <= 1e-300


def payment_of_the_unlikely(outcome) -> float:
    rule, payment = outcome.mechanism.rule, outcome.mechanism.payment
    return payment.floors(rule, outcome.game)[0].upper


def test_refusals_name_the_place_and_the_remedy():
    game = md.Game([0.5, 0.5], [[0.6, 0.6]], [2], outcomes=["yes", "no"], groups=["brief"])
    rule = md.SocialWelfare("kl", 0.1)

    def run(payment, rule=rule, game=game, **options):
        return md.Mechanism(rule, payment).run(game, **options)

    with pytest.raises(InvalidInput, match="group 'brief': the rewards sum to 1.2, not 1"):
        run(RevenueMaximizing("sum", 2))
    with pytest.raises(InvalidInput, match="group 'brief': the largest reward is 0.6 \\(outcome"):
        run(RevenueMaximizing("max", 2))
    with pytest.raises(InvalidInput, match="size 2 is none of \\(1, 3\\). Name all sizes"):
        run(RevenueMaximizing("sum", (1, 3)), game=game.normalized("sum"))
    with pytest.raises(InvalidInput, match="Over unnormalised rewards there is no least type"):
        RevenueMaximizing(None)
    with pytest.raises(InvalidInput, match="is about SocialWelfare, not NashWelfare"):
        run(RevenueMaximizing("sum", 2), md.NashWelfare("kl", 0.1), game.normalized("sum"))
    with pytest.raises(InvalidInput, match="under constraints on the model"):
        run(RevenueMaximizing("sum", 2), game=game.normalized("sum"), constraints=lambda x: [])
    with pytest.raises(InvalidInput, match="not bounded from above"):
        run(RevenueMaximizing(ConvexDomain(lambda r: [r[0] >= 0.1]), 2))
    with pytest.raises(InvalidInput, match="is not convex, so the floor on it is not one"):
        RevenueMaximizing("max", 2).problem(rule, game.normalized("max"), "brief")
    with pytest.raises(InvalidInput, match="form: 'primal' is unknown"):
        RevenueMaximizing("sum", 2).problem(rule, game.normalized("sum"), 0, form="primal")
    outcome = run(RevenueMaximizing("sum", 2), game=game.normalized("sum"))
    with pytest.raises(InvalidInput, match="the rewards sum to 3, not 1"):
        outcome.regret("brief", [1.0, 2.0])


@pytest.mark.parametrize("name", DOMAINS)
@pytest.mark.parametrize("kind", md.DIVERGENCES)
@settings(max_examples=15)
@given(
    seed=st.integers(0, 10**6),
    outcomes=st.sampled_from([1, 2, 3, 8]),
    tiny=st.booleans(),
    strength=st.sampled_from([1e-9, 1e-6, 1e-3, 0.1, 1.0, 1e3, 1e6, 1e9]),
)
def test_brackets_are_narrow_at_every_strength(name, kind, seed, outcomes, tiny, strength):
    """b's bracket is within 1e-9 of max(b, 1e-6 of the rewards' scale), masses of 1e-250 too."""
    rng = np.random.default_rng(seed)
    reference = rng.dirichlet(np.ones(outcomes))
    if tiny:
        reference *= 10.0 ** -rng.integers(0, 250, outcomes)
    sizes = rng.integers(1, 4, 2).astype(float)
    rewards = rng.random((2, outcomes)) if seed % 2 else rng.choice([0.1, 0.5, 1.0], (2, outcomes))
    game = md.Game(reference / reference.sum(), rewards, sizes).normalized(name)
    payment = RevenueMaximizing(DOMAINS[name], sizes=(1, 2, 3))
    for floor in payment.floors(md.SocialWelfare(kind, strength), game):
        assert 0.0 <= floor.lower <= floor.upper
        scale = float((sizes @ game.rewards).max())
        assert floor.gap <= 1e-9 * max(floor.value, 1e-6 * scale)


def test_near_a_pole_the_shift_has_digits_that_heights_do_not_show():
    """At masses of 1e-123 the bracket was as wide as b, as κ is 1e-125 beside heights of 600."""
    reference = np.array([4.99846164e-123, 1.27799507e-87, 1.0])
    rewards = [[0.31, 0.1, 0.59], [0.21, 0.28, 0.51], [0.63, 0.28, 0.09]]
    game = md.Game(reference, rewards, [3.0, 1.0, 2.0]).normalized("sum")
    rule = md.SocialWelfare("forward-kl", 1e-3)
    floor = RevenueMaximizing("sum", sizes=(1, 2, 3)).floors(rule, game)[0]
    reported = [game.reported(0, report, 1.0) for report in (floor.report, np.zeros(3))]
    present, absent = (rule.value_function(each).solve().value for each in reported)
    assert floor.value == pytest.approx(present - absent, abs=1e-14)
    assert floor.gap <= 1e-12 * floor.value
