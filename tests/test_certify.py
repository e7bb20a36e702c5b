"""Certificates issued from every object: what holds is proved, what does not is refused."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mdsolve as md
from mdsolve.certificates.issue.optimum import solve
from mdsolve.certificates.issue.quantised import shares
from mdsolve.certificates.issue.whole import WholeTable
from mdsolve.certificates.schema import Rationals, printable
from mdsolve.errors import InvalidInput, NotCertified
from mdsolve.solvers.shortest_path import Graph, least_margin
from tests.strategies import games

DIVERGENCES = tuple(md.DIVERGENCES)
RATIONAL = ("l2", "chi2")


def witness(found: md.Certificate):
    return json.loads(found.witness)["witness"]


def problem(found: md.Certificate):
    return json.loads(found.problem)


def numbers(text):
    return [Fraction(int(x), int(text["den"])) for x in text["num"]]


def proved(found: md.Certificate, kind: str) -> md.Certificate:
    """Assert that both checkers verify a certificate of a kind."""
    assert found.kind == kind
    by_python, by_flint = found.check(), found.check(backend="flint")
    assert by_python.verified, by_python.reason
    assert by_flint.verified, by_flint.reason
    return found


def small_game(seed: int = 0, groups: int = 3, outcomes: int = 4) -> md.Game:
    rng = np.random.default_rng(seed)
    return md.Game(rng.dirichlet(np.ones(outcomes)), rng.random((groups, outcomes)), [1, 2, 3])


def run(rule, game, payment=None) -> md.Outcome:
    return md.Mechanism(rule, payment or md.AffineMaximizer()).run(game)


# gaps


@pytest.mark.parametrize("strength", [1e-9, 1e-3, 0.1, 10.0, 1e9])
@pytest.mark.parametrize("name", DIVERGENCES)
def test_gaps_are_far_below_rounding(name, strength):
    training = md.SocialWelfare(name, strength).train(small_game())
    gap = Fraction(witness(proved(md.certify(training), "gap"))["gap"])
    assert gap <= 1e-22 * abs(training.upper)
    if name in RATIONAL:
        assert gap == 0


@settings(max_examples=25, deadline=None)
@given(games(tiny_masses=True, signed=True), st.sampled_from(DIVERGENCES), st.floats(1e-3, 1e3))
def test_any_game_has_its_gap_certified(game, name, strength):
    """Ties, twins, constants, one outcome, masses of 1e-300."""
    training = md.SocialWelfare(name, strength).train(game)
    gap = Fraction(witness(proved(md.certify(training), "gap"))["gap"])
    assert 0 <= gap <= 1e-14 * max(strength, float(np.abs(game.combined()).max()))
    if name in RATIONAL:
        assert gap == 0


@pytest.mark.parametrize(
    "rule",
    [
        md.NashWelfare("kl", 0.1),
        md.NashWelfare("hellinger", 2.0),
        md.AlphaFair("kl", 0.1, 0.5),
        md.AlphaFair("chi2", 0.1, 2.5),
        md.AlphaFair("forward-kl", 0.1, 0.0),
        md.AlphaFair("l2", 0.1, 1.0),
        md.Egalitarian("jensen-shannon", 0.1),
        md.Egalitarian("l2", 1.0),
    ],
    ids=repr,
)
@pytest.mark.parametrize("solver", ["auto", "conic"])
def test_every_rule_has_its_gap_certified(rule, solver):
    training = rule.train(small_game(), solver=solver)
    gap = Fraction(witness(proved(md.certify(training), "gap"))["gap"])
    assert gap <= training.gap + 1e-15 * max(1.0, abs(training.upper))


def test_an_optimum_is_certified_at_its_own_weights():
    phi = md.SocialWelfare("kl", 0.5).value_function(small_game())
    found = proved(md.certify(phi.solve(np.array([0.5, 0.0, 4.0]))), "gap")
    assert numbers(problem(found)["sizes"]) == [Fraction(1, 2), 0, 4]


@settings(max_examples=30, deadline=None)
@given(games(max_outcomes=5), st.sampled_from(RATIONAL), st.floats(1e-2, 10.0))
def test_the_rational_optimum_solves_its_own_conditions(game, name, strength):
    """KKT in fractions: masses sum to 1, and reward less marginal cost is ν wherever mass is."""
    combined = [Fraction(float(c)) for c in game.combined()]
    masses = [Fraction(float(q)) for q in game.reference]
    reference = [q / sum(masses) for q in masses]
    at = solve(name, Fraction(strength), combined, reference)
    assert at.model is not None
    assert sum(at.model) == 1
    for c, p, q in zip(combined, at.model, reference, strict=True):
        marginal = c - Fraction(strength) * 2 * (p - q) / (1 if name == "l2" else q)
        assert marginal == at.multiplier if p else marginal <= at.multiplier


def test_a_bracket_that_is_wrong_is_refuted():
    training = md.SocialWelfare("kl", 0.1).train(small_game())
    boasting = replace(training, model=np.full(4, 0.25))
    with pytest.raises(NotCertified, match="the model's value is .*, below the lower end") as told:
        md.certify(boasting)
    assert told.value.refutation.check().verified
    with pytest.raises(NotCertified, match="the optimum is at least .*, above the upper end"):
        md.certify(replace(training, lower=-2.0, upper=-1.0))


# incentives at a profile


@pytest.mark.parametrize("strength", [1e-6, 0.1, 1e6])
@pytest.mark.parametrize("name", DIVERGENCES)
def test_payments_have_certified_intervals(name, strength):
    outcome = run(md.SocialWelfare(name, strength), small_game())
    found = witness(proved(md.certify(outcome), "incentive"))
    low, high = numbers(found["payment_lower"]), numbers(found["payment_upper"])
    for i, paid in enumerate(outcome.payments):
        assert low[i] <= Fraction(float(paid)) <= high[i]
        assert high[i] - low[i] <= 1e-13 * float(outcome.game.sizes.sum())
    if name in RATIONAL:
        assert Fraction(found["gap"]) == 0


@settings(max_examples=20, deadline=None)
@given(games(signed=True), st.sampled_from(DIVERGENCES))
def test_any_outcome_is_certified(game, name):
    proved(md.certify(run(md.SocialWelfare(name, 0.3), game)), "incentive")


def test_an_inexact_solve_is_certified_with_its_own_gap():
    mechanism = md.Mechanism(md.SocialWelfare("kl", 0.1), md.AffineMaximizer())
    outcome = mechanism.run(small_game(), solver="scs", tolerance=1e-2)
    gap = Fraction(witness(proved(md.certify(outcome), "incentive"))["gap"])
    assert 0 < gap <= outcome.training.gap


def test_payments_that_are_wrong_are_refuted():
    outcome = run(md.SocialWelfare("kl", 0.1), small_game())
    paid = outcome.payments + np.array([0.0, 1e-9, 0.0])
    settled = replace(outcome.settlement, payments=paid, payment_lower=paid, payment_upper=paid)
    with pytest.raises(NotCertified, match="group 'group-1': the payment lies in") as told:
        md.certify(replace(outcome, settlement=settled))
    assert told.value.refutation.check().verified


@pytest.mark.parametrize("name", ["kl", "l2"])
def test_a_net_with_radii_covers_the_whole_sum_domain(name):
    """Offer each report the model of its nearest net point: certified at every type, m = 3.

    The payment of a report is F(π₋ᵢ; c₋ᵢ) − F(π; c₋ᵢ) with the pivot that no report moves.
    """
    steps, size, rule = 6, 2.0, md.SocialWelfare(name, 0.5)
    others = md.Game([0.2, 0.5, 0.3], [[0.0, 0.0, 1.0], [0.6, 0.3, 0.1]], [size, 1.0])
    net = md.SumNormalized().grid(steps, 3).rewards
    types = md.SumNormalized().sample(400, 3, seed=1).rewards
    apart = np.abs(types[:, None] - net[None]).max(axis=2)
    radius = 2.0 / (3.0 * steps)
    assert apart.min(axis=1).max() <= radius
    gaps, models, pivots = [], [], []
    for point in net:
        outcome = run(rule, others.reported(0, point))
        found = proved(md.certify(outcome, radius={"group-0": radius}), "incentive")
        gaps.append(float(Fraction(witness(found)["gap"])))
        models.append(outcome.model)
        pivots.append(outcome.counterfactuals[0])
    assert np.ptp(pivots, axis=0).max() == 0.0
    phi = rule.value_function(others)
    alone = phi.combine(np.array([0.0, 1.0]))
    worth = np.array([phi.objective(model, alone) for model in models])
    utilities = size * types @ np.array(models).T + worth  # less the pivot's value
    offered = apart.argmin(axis=1)
    gains = utilities.max(axis=1) - utilities[np.arange(len(types)), offered]
    assert (gains <= np.array(gaps)[offered]).all()
    assert max(gaps) <= 2 * size * radius + 1e-9
    assert gains.max() > 0.0


def test_radii_are_read_by_group_and_refused_by_name():
    outcome = run(md.SocialWelfare("kl", 0.1), small_game())
    by_name = md.certify(outcome, radius={"group-1": 0.5})
    assert numbers(witness(by_name)["radius"]) == [0, Fraction(1, 2), 0]
    assert md.certify(outcome, radius=[0.0, 0.5, 0.0]).witness == by_name.witness
    for radius, said in (
        (-1.0, "group 'group-0' has -1"),
        ([1.0, 2.0], r"shape \(2,\) for 3 groups"),
        ({"nobody": 1.0}, "group 'nobody' does not exist"),
        (np.nan, "radius: 'group-0' is nan"),
    ):
        with pytest.raises(InvalidInput, match=said):
            md.certify(outcome, radius=radius)


# menus


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.floats(0, 1), min_size=2, max_size=2), min_size=1, max_size=4),
    st.floats(1e-3, 10.0),
)
def test_menus_are_certified(values, strength):
    costs = np.linspace(0.0, 1.0, len(values))
    outcome = run(md.FiniteMenu(values, costs, strength), md.Game([1.0], [[0.0], [0.0]], [2, 1]))
    try:
        found = md.certify(outcome)
    except NotCertified as miss:  # entries within rounding of each other
        proved(miss.refutation, "menu")
        return
    proved(found, "menu")
    paid = numbers(witness(found)["payments"])
    assert np.allclose([float(p) for p in paid], outcome.payments, rtol=1e-12, atol=1e-12)


def test_a_choice_made_by_rounding_is_refuted():
    close = md.FiniteMenu([[0.1 + 0.2, 0.0], [0.1, 0.2]], [0.0, 0.0], 1.0)
    game = md.Game([1.0], [[0.0], [0.0]])
    assert close.choose(game.sizes) == 0
    tight = md.FiniteMenu([[1.0, 1e-17], [1.0, 2e-17]], [0.0, 0.0], 1.0)
    with pytest.raises(NotCertified, match="entry 1 has 1e-17 more welfare than entry 0"):
        md.certify(run(tight, game))
    assert md.certify(run(close, game)).check().verified


# floors


@pytest.mark.parametrize("strength", [1e-2, 0.5, 50.0])
@pytest.mark.parametrize("domain", ["sum", "max"])
@pytest.mark.parametrize("name", DIVERGENCES)
def test_floors_are_certified(name, domain, strength):
    game = small_game().normalized(domain)
    outcome = run(
        md.SocialWelfare(name, strength), game, md.RevenueMaximizing(domain, sizes=[1, 2, 3])
    )
    for group, stated in enumerate(outcome.floors):
        found = witness(proved(md.certify(outcome, kind="floor", group=group), "floor"))
        low, high = Fraction(found["lower"]), Fraction(found["upper"])
        assert high - low <= 1e-12 * max(1.0, abs(stated.value_upper))
        assert low <= stated.value_upper + 1e-14 * abs(stated.value_upper) + 1e-14
        assert high >= stated.value_lower - 1e-14 * abs(stated.value_lower) - 1e-14


def test_a_floor_that_is_wrong_is_refuted():
    game = small_game().normalized("sum")
    stated = md.RevenueMaximizing("sum", [1, 2, 3]).floors(md.SocialWelfare("kl", 0.5), game)[0]
    wrong = replace(stated, value_lower=0.0, value_upper=0.1)
    with pytest.raises(NotCertified, match="the least value lies in") as told:
        md.certify(wrong)
    assert told.value.refutation.check().verified


# listed types


def types_of(count: int, outcomes: int = 4, seed: int = 0):
    return md.SumNormalized().sample(count, outcomes, seed=seed)


@pytest.mark.parametrize("name", DIVERGENCES)
def test_social_welfare_has_exact_payments(name):
    game = small_game(groups=3)
    answer = md.implementable(md.SocialWelfare(name, 0.2), game, 0, types_of(60))
    found = proved(md.certify(answer), "implementable")
    assert witness(found)["epsilon"] == "0"
    assert problem(found)["form"] == "types"
    assert problem(found)["domain"] == "sum"


def test_the_largest_payments_come_with_a_tree_that_proves_them():
    answer = md.implementable(md.SocialWelfare("kl", 0.2), small_game(), 0, types_of(60))
    found = proved(md.certify(answer, participation=0.0), "implementable")
    paid = numbers(witness(found)["payments"])
    assert np.allclose([float(p) for p in paid], answer.revenue_maximal(0.0), atol=1e-5)
    assert len(witness(found)["tree"]) == 60
    assert "no such payments charge any type more" in found.claim


def tables(low: int = 1, high: int = 5):
    cells = st.one_of(st.integers(-3, 3).map(float), st.floats(-1, 1, allow_subnormal=False))
    sizes = st.integers(low, high)
    return sizes.flatmap(
        lambda k: st.lists(st.lists(cells, min_size=k, max_size=k), min_size=k, max_size=k)
    )


@settings(max_examples=80, deadline=None)
@given(tables())
def test_every_table_is_certified_one_way_or_the_other(table):
    """Potentials with eps exactly 0, or a cycle; then the least slack with its own cycle."""
    found = md.implement(table)
    if isinstance(found, md.Potentials):
        assert witness(proved(md.certify(found), "implementable"))["epsilon"] == "0"
        proved(md.certify(found, participation=-0.5), "implementable")
        return
    refuted = proved(md.certify(found), "not_implementable")
    assert Fraction(witness(refuted)["gain"]) == -found.exact_length / len(found.types)
    least = proved(md.certify(md.least_slack(table)[0]), "implementable")
    assert Fraction(witness(least)["epsilon"]) > 0
    assert "no payments leave less to gain" in least.claim
    with pytest.raises(NotCertified, match="no payments make truth best") as told:
        md.certify(md.least_slack(table)[0], participation=0.0)
    proved(told.value.refutation, "not_implementable")


@settings(max_examples=80, deadline=None)
@given(tables())
def test_whole_payments_have_the_least_slack(table):
    """The integer sweeps agree with the float graph's exact decision, cycle and margin."""
    values = Rationals.of("values", table)
    found = WholeTable(values.num, values.den).least_slack(np.zeros(len(table)))
    graph = Graph.of(np.array(table))
    least, worst = least_margin(graph)
    assert found.epsilon == least.margin * Fraction(2) ** graph.exponent
    assert (found.cycle == ()) == (worst is None)
    for t, row in enumerate(values.fractions):
        truth = row[t] - found.payments[t]
        assert all(x - p <= truth + found.epsilon for x, p in zip(row, found.payments, strict=True))


def test_a_rule_that_fails_gets_the_least_slack_of_what_is_offered():
    """A callable that is not implementable, its table excused by a stated error."""
    types = md.FiniteTypes([[1.0, 0.0], [0.0, 1.0]])
    models = np.array([[0.5 - 1e-4, 0.5 + 1e-4], [0.5 + 1e-4, 0.5 - 1e-4]])
    answer = md.implement(types.rewards @ models.T, error=1e-3)
    assert isinstance(answer, md.Potentials)
    found = proved(md.certify(replace(answer, listed=types, models=models)), "implementable")
    assert float(Fraction(witness(found)["epsilon"])) == pytest.approx(2e-4, rel=1e-6)
    assert "no payments leave less to gain" in found.claim


def test_what_is_not_implementable_is_refused_with_its_cycle():
    game = md.Game(np.ones(3) / 3, [[0.5, 0.3, 0.2], [0.2, 0.2, 0.6]])
    rule = md.Egalitarian("kl", 0.05)
    met = md.find_violation(rule, game, 0, md.SumNormalized(), samples=12, budget_seconds=60.0)
    assert isinstance(met, md.NegativeCycle)
    proved(md.certify(met), "not_implementable")
    with pytest.raises(NotCertified, match="not implementable: a cycle of") as told:
        md.certify(md.type_table(rule, game, 0, met.listed))
    found = proved(md.certify(told.value.refutation), "not_implementable")
    assert Fraction(witness(found)["gain"]) >= Fraction(met.gain) / 2
    assert problem(found)["form"] == "types"


def test_types_that_would_collide_are_told_apart():
    near = [[0.5, 0.25, 0.25], [0.5 + 1e-8, 0.25 - 1e-8, 0.25], [0.25, 0.5, 0.25]]
    game = md.Game(np.ones(3) / 3, [[0.5, 0.3, 0.2]])
    found = proved(
        md.certify(md.implementable(md.SocialWelfare("l2", 1.0), game, 0, near)), "implementable"
    )
    assert len({tuple(row) for row in problem(found)["rewards"]["num"]}) == 3
    assert witness(found)["epsilon"] == "0"


def test_types_that_are_twins_are_certified_by_their_table():
    game = md.Game(np.ones(2) / 2, [[0.5, 0.5]])
    twins = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    answer = md.implementable(md.SocialWelfare("kl", 1.0), game, 0, twins)
    found = proved(md.certify(answer), "implementable")
    assert problem(found)["form"] == "table"
    assert any("listed twice" in note for note in found.notes)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 30), st.sampled_from([20, 30, 50]))
def test_shares_sum_to_the_whole_and_move_by_a_unit(seed, outcomes, bits):
    rng = np.random.default_rng(seed)
    models = rng.dirichlet(np.full(outcomes, 0.2), size=5)
    whole = shares(models, bits)
    assert (whole.sum(axis=1) == 1 << bits).all()
    assert (whole[models > 0] >= 1).all()
    assert np.abs(np.ldexp(whole.astype(float), -bits) - models).max() <= outcomes * 2.0**-bits


def test_given_payments_are_certified_exactly():
    table = [[2.0, 1.0], [0.0, 1.0]]
    found = proved(md.certify(md.verify(table, [1.0, 0.5], outside=0.0)), "implementable")
    assert numbers(witness(found)["payments"]) == [1, Fraction(1, 2)]
    assert witness(found)["epsilon"] == "0"
    assert witness(found)["participation"] == "0"
    with pytest.raises(NotCertified, match="gains 0.5 by reporting 'type-1'") as told:
        md.certify(md.verify(table, [2.0, 0.5]))
    assert isinstance(told.value.refutation, md.Violation)


def test_given_payments_of_products_are_certified():
    answer = md.implementable(md.SocialWelfare("kl", 0.2), small_game(), 0, types_of(50))
    assert answer.listed is not None
    products = md.Products(answer.listed.rewards, answer.models, answer.listed.sizes)
    found = md.certify(md.verify(products, answer.payments, error=1e-12))
    assert Fraction(witness(proved(found, "implementable"))["epsilon"]) < 1e-12


# linear programs


def test_linear_programs_are_certified_from_every_answer():
    optimal = md.LinearProgram([1.0, 1.0], [[1.0, 3.0]], ">=", [1.0], lower=0.0, upper=[2, np.inf])
    empty = md.LinearProgram([1.0, 1.0], [[1.0, 3.0]], ">=", [9.0], lower=0.0, upper=1.0)
    free = md.LinearProgram([1.0, 1.0], [[1.0, 3.0]], ">=", [1.0], lower=0.0, maximize=True)
    for program, status in ((optimal, "optimal"), (empty, "infeasible"), (free, "unbounded")):
        answers = (program, program.solve(), md.exact_solve(program))
        written = {proved(md.certify(each), "lp").witness for each in answers}
        assert {json.loads(each)["witness"]["status"] for each in written} == {status}
    proved(md.certify(md.revenue_program([[2.0, 1.0], [0.0, 1.0]])), "lp")


def test_a_float_answer_that_is_wrong_is_refuted():
    program = md.LinearProgram([1.0], [[1.0]], ">=", [1.0], lower=0.0)
    boast = md.FarkasRay(program, np.array([1.0]))
    with pytest.raises(NotCertified, match="optimal, not infeasible as FarkasRay claims") as told:
        md.certify(boast)
    assert told.value.refutation.check().verified


def test_past_the_size_limit_nothing_is_claimed():
    rng = np.random.default_rng(0)
    program = md.LinearProgram(-np.ones(6), rng.random((6, 6)), "<=", np.ones(6), lower=0.0)
    with pytest.raises(NotCertified, match="unverified"):
        md.certify(md.exact_solve(program, kernel_limit=1))


# refusals


def _constrained():
    rule = md.SocialWelfare("kl", 0.1)
    return rule.train(small_game(), constraints=lambda model: [model[0] <= 0.3])


@pytest.mark.parametrize(
    ("claim", "options", "said"),
    [
        (lambda: md.Bracket(0.0, 1.0), {}, "Certify the Training or the Optimum"),
        (lambda: 3, {}, "int: makes no claim"),
        (_constrained, {}, "constraints of your own"),
        (
            lambda: md.FiniteMenu([[1.0]], [0.0], 1.0).train(md.Game([1.0], [[0.0]])),
            {},
            "carries neither rule nor game",
        ),
        (lambda: md.implement([[1.0]]), {"radius": 0.1}, "radius: has no part"),
        (lambda: run(md.SocialWelfare("kl", 1.0), small_game()), {"kind": "lp"}, "no claim of an"),
        (
            lambda: run(md.SocialWelfare("kl", 1.0), small_game()),
            {"kind": "floor"},
            "it has no floors",
        ),
        (
            lambda: run(
                md.SocialWelfare("kl", 1.0),
                small_game().normalized("sum"),
                md.RevenueMaximizing("sum", [1, 2, 3]),
            ),
            {"kind": "floor"},
            "group: missing",
        ),
        (
            lambda: md.SocialWelfare("kl", 1.0).train(
                md.Game.from_logprob([0.0, -800.0], [[1.0, 0.0]])
            ),
            {},
            "outcome '1': its reference mass exp.* underflows",
        ),
        (
            lambda: run(md.SocialWelfare("kl", 1.0), small_game(), md.EarlyStopped(steps=5)),
            {},
            "no truthfulness is known to certify",
        ),
    ],
)
def test_what_cannot_be_certified_is_refused_with_the_remedy(claim, options, said):
    with pytest.raises(InvalidInput, match=said):
        md.certify(claim(), **options)


def test_constraints_of_an_outcome_are_refused():
    mechanism = md.Mechanism(md.SocialWelfare("kl", 0.1), md.AffineMaximizer())
    outcome = mechanism.run(small_game(), constraints=lambda model: [model[0] <= 0.3])
    with pytest.raises(InvalidInput, match="Run the mechanism without constraints"):
        md.certify(outcome)


def test_nan_payments_are_refused_by_place():
    outcome = run(md.SocialWelfare("kl", 0.1), small_game())
    none = np.full(3, np.nan)
    settled = replace(outcome.settlement, payments=none, payment_lower=none, payment_upper=none)
    with pytest.raises(InvalidInput, match="payment of group 'group-0'.* is nan"):
        md.certify(replace(outcome, settlement=settled))


# the exporter and the files


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8))
def test_doubles_are_exported_as_the_numbers_that_they_are(values):
    written = Rationals.of("values", values)
    assert written.fractions == [Fraction(value) for value in values]
    assert numbers(written.text()) == [Fraction(value) for value in values]


def test_nan_and_infinities_are_refused_by_place():
    with pytest.raises(InvalidInput, match="rewards: 'a' at 'y' is nan"):
        Rationals.of("rewards", [[0.0, np.nan]], ["a"], ["x", "y"])
    with pytest.raises(InvalidInput, match="sizes: entry 1 is inf"):
        Rationals.of("sizes", [0.0, np.inf])


@given(st.lists(st.text(max_size=300), min_size=1, max_size=6, unique=True))
def test_labels_become_printable_and_unique(names):
    labels, notes = printable("outcome", names)
    assert len(set(labels)) == len(names)
    assert all(0 < len(label) <= 200 and label.isprintable() for label in labels)
    assert bool(notes) == (labels != names)


def test_odd_labels_are_certified_and_told():
    game = md.Game([0.5, 0.5], [[1.0, 0.0]], outcomes=["a\nb", "\ud800"], groups=[""])
    found = proved(md.certify(md.SocialWelfare("kl", 1.0).train(game)), "gap")
    assert problem(found)["outcomes"] == ["a\\nb", "\\ud800"]
    assert len(found.notes) == 3
    assert "is written" in repr(found)


def test_both_files_are_written_or_neither(tmp_path):
    found = md.certify(md.implement([[2.0, 1.0], [0.0, 1.0]]))
    folder = tmp_path / "proof"
    found.save(folder)
    assert (folder / "problem.json").read_bytes() == found.problem
    verdict = md.check(folder)
    assert verdict.verified
    assert repr(verdict) == f"VERIFIED: {found.claim}"
    with pytest.raises(InvalidInput, match="exists already"):
        found.save(folder)
    found.save(folder, overwrite=True)
    (folder / "certificate.json").unlink()
    with pytest.raises(InvalidInput, match=r"problem.json: exists already"):
        found.save(folder)
    assert not (folder / "certificate.json").exists()
    with pytest.raises(InvalidInput, match=r"certificate.json: cannot be read"):
        md.check(folder)
    with pytest.raises(InvalidInput, match="is not a folder"):
        found.save(folder / "problem.json")
    with pytest.raises(InvalidInput, match="backend 'gpu' is unknown"):
        md.check(folder, backend="gpu")


@pytest.mark.parametrize("kept", [0, 1, 50, -1])
def test_half_written_files_are_rejected(tmp_path, kept):
    found = md.certify(md.implement([[2.0, 1.0], [0.0, 1.0]]))
    found.save(tmp_path)
    for name in ("problem.json", "certificate.json"):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[:kept])
        verdict = md.check(tmp_path)
        (tmp_path / name).write_bytes(whole)
        if kept == -1 and name == "certificate.json":  # the last newline alone
            assert verdict.verified
            continue
        assert not verdict.verified
        assert verdict.reason


def test_a_thousand_types_have_a_short_certificate():
    game = md.Game(np.ones(8) / 8, np.random.default_rng(0).random((3, 8)), [1, 2, 3])
    answer = md.implementable(md.SocialWelfare("kl", 0.1), game, 0, types_of(1000, 8))
    found = md.certify(answer, participation=0.0)
    assert len(found.witness) < 50_000
    assert found.check(backend="flint").verified
