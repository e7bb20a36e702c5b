"""Every rule by two routes, its bracket by weak duality in mpmath, its refusals by wording."""

from __future__ import annotations

from itertools import product

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from oracles import TWINS, GameTwin, exact
from strategies import games

import mdsolve as md
from mdsolve.divergences import DIVERGENCES
from mdsolve.errors import InvalidInput, ToleranceNotReached
from mdsolve.solvers import SOLVERS, conic

NAMES = list(TWINS)
CONIC = [name for name, solver in conic.CONIC_SOLVERS.items() if solver.is_installed]
#: one maker of every rule of the registry, with what G, its conjugate and its α are
RULES = {
    "social": md.SocialWelfare,
    "nash": md.NashWelfare,
    "alpha-fair": lambda divergence, strength: md.AlphaFair(divergence, strength, 2.0),
    "egalitarian": md.Egalitarian,
}
MORE = {
    **RULES,
    "half-fair": lambda divergence, strength: md.AlphaFair(divergence, strength, 0.5),
    "very fair": lambda divergence, strength: md.AlphaFair(divergence, strength, 8.0),
}
ALPHAS = {"nash": 1.0, "alpha-fair": 2.0, "half-fair": 0.5, "very fair": 8.0}
every_divergence = pytest.mark.parametrize("name", NAMES)
every_rule = pytest.mark.parametrize("rule", MORE)


def random_game(seed=0, n=3, m=6):
    rng = np.random.default_rng(seed)
    return md.Game(rng.dirichlet(np.ones(m)), rng.random((n, m)), rng.uniform(0.5, 3.0, n))


def welfare(rule, values, sizes):
    """Return G(v) by its definition (math.md §3)."""
    if rule == "social":
        return mp.fdot(sizes, values)
    if rule == "egalitarian":
        return min(values)
    alpha = mp.mpf(ALPHAS[rule])
    if alpha == 1:
        return mp.fsum(w * mp.log(v) for w, v in zip(sizes, values, strict=True))
    terms = (w * v ** (1 - alpha) for w, v in zip(sizes, values, strict=True))
    return mp.fsum(terms) / (1 - alpha)


def conjugate(rule, weights, sizes):
    """Return G_*(g) = inf_v <g, v> − G(v)."""
    if rule in ("social", "egalitarian"):
        return mp.mpf(0)
    pairs, alpha = list(zip(sizes, weights, strict=True)), mp.mpf(ALPHAS[rule])
    if alpha == 1:
        return mp.fsum(w - w * mp.log(w / g) for w, g in pairs)
    terms = (w ** (1 / alpha) * g ** ((alpha - 1) / alpha) for w, g in pairs)
    return -alpha / (1 - alpha) * mp.fsum(terms)


def objective(rule, twin, model):
    """Return G(v(π)) − λD of a model divided by its exact sum."""
    masses = exact(model)
    masses = [mass / mp.fsum(masses) for mass in masses]
    values = [mp.fdot(row, masses) for row in twin.rewards]
    cost = mp.fsum(
        TWINS[twin.name].value(p, q) for p, q in zip(masses, twin.reference, strict=True)
    )
    return welfare(rule, values, twin.sizes) - twin.strength * cost


def dual(rule, twin, weights):
    """Return Φ(Σ g r) − G_*(g), an upper bound for any g ≥ 0 (on the simplex, egalitarian)."""
    weights = exact(weights)
    if rule == "egalitarian":
        weights = [weight / mp.fsum(weights) for weight in weights]
    combined = twin.combine(weights, twin.rewards)
    return twin.solve(combined).value - conjugate(rule, weights, twin.sizes)


def check_bracket(rule, game, training, name, strength):
    """Assert weak duality: the objective at π ≤ optimum ≤ the dual at g, both inside."""
    twin = GameTwin(game, name, strength)
    with mp.workdps(60):
        below, above = objective(rule, twin, training.model), dual(rule, twin, training.weights)
        rounding = 1e-30 * (1.0 + strength)  # all that there is where all rewards are 0
        assert training.lower - rounding <= below <= above + rounding
        assert above <= training.upper + rounding
    assert abs(training.model.sum() - 1.0) <= 1e-13
    assert (training.model >= 0.0).all()
    return max(abs(float(above)), float(np.ptp(training.weights @ game.rewards)))


def test_every_registered_rule_is_tested():
    assert set(RULES) == set(md.RULES)
    for key, kind in md.RULES.items():
        assert type(RULES[key]("kl", 1.0)) is kind


# Two routes


@every_rule
@every_divergence
def test_the_fast_and_the_conic_route_agree(name, rule):
    for seed, strength in ((0, 0.1), (1, 2.0)):
        game, made = random_game(seed), MORE[rule](name, strength)
        fast = made.train(game, solver="multiplier" if name != "kl" else "exponential")
        scale = check_bracket(rule, game, fast, name, strength)
        assert fast.gap <= 1e-12 * scale
        slow = made.train(game, solver="conic")
        check_bracket(rule, game, slow, name, strength)
        assert slow.solver.split()[0] in CONIC
        assert slow.lower <= fast.upper
        assert fast.lower <= slow.upper
        assert slow.gap <= 2e-6 * max(abs(slow.upper), np.abs(slow.weights @ game.rewards).max())
        # strong concavity: D ≥ |π − π*|²/2 for all six, so the gap bounds the distance
        distance = np.linalg.norm(slow.model - fast.model)
        assert distance**2 <= 2.0 * (slow.gap + fast.gap) / strength * 4.0


@pytest.mark.slow
@pytest.mark.parametrize("solver", CONIC)
def test_every_conic_solver_brackets_what_the_fast_route_finds(solver):
    game = random_game(2)
    for name, rule in product(NAMES, MORE):
        made = MORE[rule](name, 0.5)
        if solver not in conic.suited(made.divergence, made.welfare):
            with pytest.raises(InvalidInput, match=solver):
                made.train(game, solver=solver)
            continue
        slow, fast = made.train(game, solver=solver, tolerance=1e-3), made.train(game)
        assert slow.lower <= fast.upper
        assert fast.lower <= slow.upper
        assert slow.solver.startswith(solver)


@settings(max_examples=40)
@given(
    games(ties=True),
    st.sampled_from(NAMES),
    st.sampled_from(list(MORE)),
    st.floats(-2.0, 3.0).map(lambda power: 10.0**power),
    st.data(),
)
def test_weak_duality_holds_for_any_model_and_any_weights(game, name, rule, strength, data):
    """`auto` needs no help; no other model beats its bracket, no other weights undercut it."""
    if rule in ALPHAS and not (game.reward_bounds[:, 1] > 1e-12).all():
        low = game.reward_bounds[:, 1].min()
        if low == 0.0 or low < 1e-150:
            with pytest.raises(InvalidInput, match="no reward above 0|leave the range of numbers"):
                MORE[rule](name, strength).train(game)
        return
    training = MORE[rule](name, strength).train(game)
    check_bracket(rule, game, training, name, strength)
    twin, (n, m) = GameTwin(game, name, strength), game.shape
    other = np.array(data.draw(st.lists(st.floats(1e-3, 1.0), min_size=m, max_size=m)))
    weights = np.array(data.draw(st.lists(st.floats(1e-3, 10.0), min_size=n, max_size=n)))
    with mp.workdps(60):
        assert objective(rule, twin, other) <= training.upper + mp.mpf(10) ** -50  # 60 digits
        if rule != "social":
            assert dual(rule, twin, weights) >= training.lower


@pytest.mark.parametrize("rule", ["social", "nash", "alpha-fair", "half-fair", "egalitarian"])
@every_divergence
def test_gaps_at_extreme_strengths(name, rule):
    """Gap ≤ 1e-12 of max(|Φ|, spread of c) for strengths 1e-6..1e6 times the reward scale.

    Egalitarian welfare has kinks of its own: 4e-12 there.
    """
    for power in (-6, -3, 0, 3, 6):
        game, strength = random_game(power + 20), 10.0**power
        fast = MORE[rule](name, strength).train(game, solver="multiplier")
        scale = check_bracket(rule, game, fast, name, strength)
        assert fast.gap <= (4e-12 if rule == "egalitarian" else 1e-12) * scale, strength


@every_divergence
def test_brackets_hold_where_rewards_of_both_signs_cancel(name):
    """min v ≈ 0 of rewards near ±1e3: values round by far more than the optimum's own size."""
    for seed in range(0, 60, 5):
        rng = np.random.default_rng(seed)
        row = 1e3 * rng.standard_normal(5)
        game = md.Game(rng.dirichlet(np.ones(5)), [row, -row * rng.uniform(0.3, 3.0)])
        for strength in (1e-9, 1e-6):
            made = md.Egalitarian(name, strength)
            training = made.train(game, solver="multiplier", tolerance=1e300)
            check_bracket("egalitarian", game, training, name, strength)


# Identities


@every_divergence
def test_alpha_fair_passes_through_social_and_nash(name):
    game = random_game(3)
    for alpha, twin in ((0.0, md.SocialWelfare), (1.0, md.NashWelfare)):
        one, two = md.AlphaFair(name, 0.3, alpha).train(game), twin(name, 0.3).train(game)
        assert_allclose(one.model, two.model, rtol=1e-9)
        assert_allclose([one.lower, one.upper], [two.lower, two.upper], rtol=1e-12)
    near = md.AlphaFair(name, 0.3, 1.0 + 1e-7).train(game)
    assert_allclose(near.model, two.model, atol=1e-6)


@every_divergence
def test_egalitarian_ignores_sizes_and_levels_values(name):
    game = random_game(4)
    other = md.Game(game.reference, game.rewards, [50.0, 0.1, 3.0])
    one, two = (md.Egalitarian(name, 1e-3).train(each) for each in (game, other))
    assert_allclose(one.model, two.model, rtol=1e-9)
    values = game.rewards @ one.model
    bound = one.weights > 1e-6
    assert_allclose(values[bound], values.min(), rtol=1e-6)
    assert values.min() >= (game.rewards @ game.reference).min()


@every_divergence
def test_nash_welfare_does_not_see_the_unit_of_a_groups_rewards(name):
    game = random_game(5)
    scaled = md.Game(game.reference, game.rewards * [[1e6], [1.0], [1e-6]], game.sizes)
    one, two = (md.NashWelfare(name, 0.3).train(each) for each in (game, scaled))
    assert_allclose(one.model, two.model, rtol=1e-9)
    shift = np.log(1e6) * (game.sizes[0] - game.sizes[2])
    assert_allclose(two.upper - one.upper, shift, rtol=1e-10)


def test_by_hand():
    """One group of size 2 that values one of two outcomes, L2: 2/π = 2·2λ(π − ½) or π = 1."""
    game = md.Game([0.5, 0.5], [[1.0, 0.0]], [2.0])
    assert_allclose(md.NashWelfare("l2", 1.0).train(game).model, [1.0, 0.0], atol=1e-12)
    inside = (0.5 + np.sqrt(0.25 + 0.5)) / 2.0  # λ = 4: π (π − ½) = 1/8
    assert_allclose(md.NashWelfare("l2", 4.0).train(game).model[0], inside, rtol=1e-12)
    pair = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 0.5]], [7.0, 1.0])
    assert_allclose(md.Egalitarian("kl", 1e-6).train(pair).model, [1 / 3, 2 / 3], atol=1e-6)


def test_at_strength_keeps_everything_else():
    rule = md.AlphaFair("chi2", 0.3, 2.0)
    other = rule.at_strength(5)
    assert repr(other) == "AlphaFair(ChiSquared(), strength=5, alpha=2)"
    assert repr(rule) == "AlphaFair(ChiSquared(), strength=0.3, alpha=2)"
    assert rule.strength == 0.3
    with pytest.raises(AttributeError):
        rule.strength = 1.0
    with pytest.raises(InvalidInput, match="strength: 0 is not a positive"):
        rule.at_strength(0)


# The user's own constraints


@pytest.mark.parametrize("given_as", ["list", "callable"])
@pytest.mark.parametrize("solver", ["auto", "conic"])
def test_constraints_of_the_user_either_way(solver, given_as):
    """π_0 ≤ .3 binds: the rest is the reference tilted on the others (KL) by hand."""
    game = md.Game([0.5, 0.3, 0.2], [[1.0, 0.5, 0.0]])
    rule = md.SocialWelfare("kl", 1.0)
    assert rule.train(game).model[0] > 0.5
    if given_as == "list":
        problem = rule.problem(game)
        constraints = [problem.var_dict["model"][0] <= 0.3]
    else:
        constraints = lambda model: [model[0] <= 0.3]  # noqa: E731
    found = rule.train(game, solver=solver, constraints=constraints)
    tail = np.array([0.3 * np.exp(0.5), 0.2])
    by_hand = np.array([0.3, *(0.7 * tail / tail.sum())])
    value = game.rewards[0] @ by_hand - md.KL().value(by_hand, game.reference).sum()
    assert found.lower <= value <= found.upper
    assert found.gap <= 1e-6
    assert_allclose(found.model, by_hand, atol=1e-3)
    assert found.model[0] <= 0.3 + 1e-6
    assert found.violation <= 1e-6


@pytest.mark.parametrize("rule", ["social", "linear", "nash", "alpha-fair", "egalitarian"])
def test_constraints_bind_every_rule_and_values_may_be_constrained(rule):
    game = random_game(6)
    made = md.AlphaFair("l2", 0.4, 0.0) if rule == "linear" else MORE[rule]("l2", 0.4)
    free = made.train(game)
    problem = made.problem(game)
    floor = float((game.rewards @ free.model)[0]) + 0.02
    found = made.train(game, constraints=[problem.var_dict["values"][0] >= floor])
    assert (game.rewards @ found.model)[0] >= floor - 1e-6
    assert found.lower <= free.upper
    assert found.upper < free.lower
    twin = GameTwin(game, "l2", 0.4)
    with mp.workdps(60):
        reached = objective("social" if rule == "linear" else rule, twin, found.model)
        assert found.lower - 1e-12 <= reached <= found.upper + 1e-6


def test_constraints_that_leave_no_model_are_told():
    rule, game = md.SocialWelfare("kl", 1.0), random_game()
    with pytest.raises(ToleranceNotReached, match="no model at all|misses your constraints"):
        rule.train(game, constraints=lambda model: [model[0] >= 2.0])


def test_the_problem_is_the_rules_own():
    game = random_game(7)
    for name in NAMES:
        rule = md.SocialWelfare(name, 0.5)
        problem = rule.problem(game)
        problem.solve(solver="CLARABEL")
        training = rule.train(game)
        assert abs(problem.value - training.upper) <= 1e-5
        assert_allclose(problem.var_dict["model"].value, training.model, atol=2e-3)


# Refusals


@pytest.mark.parametrize("strength", [0, -1.0, float("nan"), float("inf"), "a", None, [1, 2]])
@pytest.mark.parametrize("rule", MORE)
def test_strengths_that_are_none_are_refused(rule, strength):
    with pytest.raises(InvalidInput, match="strength: .* is not a positive finite number. Give"):
        MORE[rule]("kl", strength)


@pytest.mark.parametrize("alpha", [-0.5, float("nan"), float("inf")])
def test_alphas_that_are_none_are_refused(alpha):
    with pytest.raises(InvalidInput, match="alpha: .* is not a finite number ≥ 0. Give 0"):
        md.AlphaFair("kl", 1.0, alpha)


@pytest.mark.parametrize("rule", ["nash", "alpha-fair", "half-fair"])
def test_rewards_that_a_rule_cannot_take_are_refused_by_name(rule):
    made = MORE[rule]("kl", 1.0)
    game = md.Game([0.5, 0.5], [[1.0, 0.0], [-0.25, 1.0]], groups=["kind", "brief"])
    words = r"group 'brief': a reward of -0.25. \w+ is defined for rewards ≥ 0.*or use Social"
    for call in (made.train, made.problem):
        with pytest.raises(InvalidInput, match=words):
            call(game)
    with pytest.raises(InvalidInput, match="group 'brief': no reward above 0"):
        made.train(game.reported("brief", [0.0, 0.0]))


def test_powers_that_leave_the_range_of_numbers_are_refused():
    """1e-40 to the power −8: weights of 1e320 would be infinite."""
    game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1e-40]], groups=["kind", "brief"])
    words = "group 'brief': rewards up to 1e-40 raised to the power -8 leave.*Divide them by 1e-40"
    with pytest.raises(InvalidInput, match=words):
        md.AlphaFair("kl", 1.0, 8.0).train(game)
    assert md.NashWelfare("kl", 1.0).train(game).gap <= 1e-11


def test_unknown_solvers_list_those_that_exist():
    with pytest.raises(InvalidInput, match="solver 'gurobi': there is none of that name") as caught:
        md.SocialWelfare("kl", 1.0).train(random_game(), solver="gurobi")
    assert all(name in str(caught.value) for name in SOLVERS)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "kl"])
def test_the_closed_form_is_kls_alone(name):
    words = 'solver "exponential" is the closed form of KL, not of .*Use "multiplier" or "auto"'
    for rule in MORE.values():
        with pytest.raises(InvalidInput, match=words):
            rule(name, 1.0).train(random_game(), solver="exponential")


@pytest.mark.parametrize("tolerance", [0.0, -1e-9, float("nan"), float("inf")])
def test_tolerances_that_are_none_are_refused(tolerance):
    with pytest.raises(InvalidInput, match="tolerance: .* is not a positive finite number. Give"):
        md.SocialWelfare("kl", 1.0).train(random_game(), tolerance=tolerance)


def test_fast_routes_take_no_constraints():
    for solver in ("exponential", "multiplier", "welfare_dual"):
        with pytest.raises(InvalidInput, match=f"'{solver}' cannot take constraints.*Use"):
            md.SocialWelfare("kl", 1.0).train(
                random_game(), solver=solver, constraints=lambda model: [model[0] <= 0.5]
            )


@pytest.mark.parametrize("solver", ["scs", "exponential", "conic", "auto"])
def test_a_missed_tolerance_names_solver_bracket_and_remedy(solver):
    rule, game = md.SocialWelfare("kl", 0.3), random_game(8)
    with pytest.raises(ToleranceNotReached, match="a gap of .* where .* was asked.*Try") as caught:
        rule.train(game, solver=solver, tolerance=1e-17)
    truth = rule.train(game)
    assert caught.value.lower <= truth.upper
    assert truth.lower <= caught.value.upper
    assert f"{caught.value.lower:.12g}" in str(caught.value)
    assert f"{caught.value.upper:.12g}" in str(caught.value)
    assert caught.value.solver in str(caught.value)
    if solver in ("scs", "exponential"):
        assert caught.value.solver.startswith(solver)


def test_a_training_shows_its_bracket():
    training = md.SocialWelfare("l2", 4.0).train(md.Game([0.5, 0.5], [[1.0, 0.0]]))
    assert training.gap == training.upper - training.lower
    assert "2 outcomes by multiplier; optimum in [" in repr(training)
    with pytest.raises(AttributeError):
        training.lower = 0.0


# Finite menus

VALUES = [[1.0, 0.0, 0.5], [0.4, 0.9, 0.0], [0.4, 0.9, 0.0], [0.0, 0.25, 1.0]]
COSTS = [0.2, 0.1, 0.1, 0.0]


def menu_game(sizes=(2.0, 1.0, 1.0)):
    return md.Game([1.0], [[0.0]] * len(sizes), list(sizes))


def test_a_menu_chooses_the_largest_welfare_and_the_earliest_of_ties():
    menu = md.FiniteMenu(VALUES, COSTS, 1.0)
    for sizes in product([0.5, 1.0, 2.0], repeat=3):
        scores = [
            sum(w * v for w, v in zip(sizes, row, strict=True)) - cost
            for row, cost in zip(VALUES, COSTS, strict=True)
        ]
        assert menu.choose(sizes) == scores.index(max(scores))
        training = menu.train(menu_game(sizes))
        assert training.model.argmax() == scores.index(max(scores))
        assert training.model.sum() == 1.0
        assert training.lower <= max(scores) <= training.upper
        assert training.gap <= 1e-13


def test_no_misreport_gains_from_a_menu_exhaustively():
    """Maximal in range, so exactly DSIC and IR: all reports of a grid, sizes too, ties included."""
    game = menu_game()
    menu = md.FiniteMenu(VALUES, COSTS, 1.0)
    mechanism = md.Mechanism(menu, md.AffineMaximizer())
    truth = mechanism.run(game)
    assert (truth.payments >= 0.0).all()
    assert (truth.utilities >= 0.0).all()
    levels = [0.0, 0.4, 1.0]
    for group in range(3):
        others = np.delete(np.arange(3), group)
        rest = menu.values[:, others] @ game.sizes[others] - menu.divergences
        for column in product(levels, repeat=4):
            for size in (0.5, float(game.sizes[group]), 3.0):
                sizes = np.array(game.sizes)
                sizes[group] = size
                lie = md.Mechanism(menu.reported(group, column), mechanism.payment).run(
                    menu_game(sizes)
                )
                chosen = int(lie.model.argmax())
                payment = rest.max() - rest[chosen]
                assert_allclose(lie.payments[group], payment, atol=1e-15)
                utility = game.sizes[group] * menu.values[chosen, group] - payment
                lost = truth.utilities[group] - utility
                assert lost >= -1e-15
                assert_allclose(truth.regret(group, column, size), lost, atol=1e-15)


def test_a_menu_of_models_is_the_rule_restricted_to_them():
    game = random_game(9)
    best = md.SocialWelfare("kl", 0.2).train(game)
    models = [game.reference, best.model, np.full(6, 1 / 6)]
    menu = md.FiniteMenu.of_models(models, game, md.KL(), 0.2)
    assert menu.choose(game.sizes) == 1
    assert best.lower <= menu.welfare(game.sizes)[1] + 1e-13 <= best.upper + 2e-13
    assert_allclose(menu.divergences[0], 0.0, atol=1e-16)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([], [], 1.0), "menu: .* Give one row of values"),
        (([[1.0], [2.0]], [0.0], 1.0), r"shape \(2, 1\) and 1 divergences. Give one"),
        (([[1.0], [np.nan]], [0.0, 0.0], 1.0), r"menu: values\[1, 0\] is nan.*leave the entry"),
        (([[1.0]], [np.inf], 1.0), r"menu: divergences\[0\] is inf"),
        (([[1.0], [2.0]], [0.0, -0.5], 1.0), "menu entry 1: divergence -0.5 is negative"),
        (([[1.0]], [0.0], 0.0), "strength: 0.0 is not a positive"),
    ],
)
def test_bad_menus_are_refused(arguments, words):
    with pytest.raises(InvalidInput, match=words):
        md.FiniteMenu(*arguments)


def test_a_menu_refuses_other_games_and_constraints():
    menu = md.FiniteMenu(VALUES, COSTS, 1.0)
    with pytest.raises(InvalidInput, match="values for 3 groups, but the game has 2"):
        menu.train(menu_game((1.0, 1.0)))
    with pytest.raises(InvalidInput, match="a finite menu takes none. Leave out the entries"):
        menu.train(menu_game(), constraints=lambda model: [])
    with pytest.raises(ValueError, match="read-only"):
        menu.values[0, 0] = 1.0
    assert repr(menu) == "FiniteMenu(4 models, 3 groups, strength=1)"


def test_every_divergence_and_rule_is_named_by_its_repr():
    for name, rule in product(DIVERGENCES, MORE):
        made = MORE[rule](name, 0.25)
        assert repr(DIVERGENCES[name]()) in repr(made)
        assert "strength=0.25" in repr(made)


@every_divergence
@pytest.mark.parametrize("strength", [1e-6, 1.0, 1e6])
def test_opposed_groups_cancel_without_a_fuss(name, strength):
    """Φ = 0 = c: no tolerance relative to either can be met, rounding is all there is."""
    rewards = [[0.1, 0.3, 0.7], [-0.1, -0.3, -0.7]]
    game = md.Game([0.2, 0.3, 0.5], rewards)
    training = md.SocialWelfare(name, strength).train(game)
    assert_allclose(training.model, game.reference, rtol=1e-12)
    assert training.lower <= 0.0 <= training.upper
    idle = md.Game([0.2, 0.3, 0.5], [[0.0] * 3, [0.1, 0.4, 0.1]])
    assert abs(md.Egalitarian(name, strength).train(idle).upper) <= 1e-14


@pytest.mark.parametrize("divergence", ["kl", "l2", "hellinger"])
def test_steep_welfare_at_tiny_strengths_closes_its_gap(divergence):
    """At α = 15 the rounding of g moved the model by more than the tolerance: h takes it back."""
    rng = np.random.default_rng(0)
    for _ in range(3):
        game = md.Game(rng.dirichlet(np.ones(5)), rng.random((3, 5)) + 0.05, rng.integers(1, 4, 3))
        training = md.AlphaFair(divergence, 1e-6, 15.0).train(game, solver="multiplier")
        assert training.gap <= 1e-11 * abs(training.upper)
