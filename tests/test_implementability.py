"""[S] Thm 3.5: a rule is implementable where no cycle of types is negative, with a witness."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_shortest_path import tables

import mdsolve as md
from mdsolve.errors import InvalidInput
from mdsolve.games.domains import FiniteTypes, MaxNormalized, SumNormalized
from mdsolve.incentives import (
    NegativeCycle,
    Potentials,
    Unknown,
    find_violation,
    implement,
    implementable,
    least_slack,
)
from mdsolve.payments.shortest_path import ShortestPath, revenue_program
from mdsolve.type_graph import type_table

GAME = md.Game([0.2, 0.3, 0.5], [[1.0, 0.0, 0.0], [0.0, 1.0, 2.0]], sizes=[2, 1])
SOCIAL = md.SocialWelfare("kl", 0.3)
EGALITARIAN = md.Egalitarian("kl", 0.1)
RNG = np.random.default_rng(7)


def close_types(rng, count, outcomes):
    """Return types of which some are twins, constant shifts, or 1e-13 apart."""
    first = rng.random((count, outcomes))
    return np.vstack([first, first[:2], first[:2] + 0.3, first[:2] + 1e-13 * rng.random((2, 1))])


def permuted(game):
    """Train social welfare, then hand the outcomes' masses round."""
    return np.roll(SOCIAL.train(game).model, 1)


def greatest_gain(values, payments):
    gains = values - payments - (np.diagonal(values) - payments)[:, None]
    np.fill_diagonal(gains, -np.inf)
    return gains.max()


@settings(max_examples=25)
@given(
    st.integers(0, 10**6),
    st.sampled_from(sorted(md.DIVERGENCES)),
    st.sampled_from([1e-3, 0.1, 1.0, 1e3]),
    st.integers(2, 4),
)
def test_social_welfare_is_always_implementable(seed, divergence, strength, outcomes):
    """Gradients of convex functions are cyclically monotone, and rounding must not refute it."""
    rng = np.random.default_rng(seed)
    game = md.Game(rng.dirichlet(np.ones(outcomes)), rng.random((2, outcomes)), [1.0, 3.0])
    types = close_types(rng, 6, outcomes)
    sizes = rng.integers(1, 4, len(types))
    answer = implementable(md.SocialWelfare(divergence, strength), game, 0, types, sizes)
    assert isinstance(answer, Potentials), str(answer)
    assert answer.slack <= 2 * answer.error < 1e-6
    assert greatest_gain(answer.values, answer.payments) <= answer.slack + 1e-14


@pytest.mark.parametrize("divergence", sorted(md.DIVERGENCES))
def test_all_types_in_one_go_train_the_same_models(divergence):
    rule, seen = md.SocialWelfare(divergence, 0.3), []
    types = FiniteTypes(RNG.random((8, 3)), RNG.integers(1, 4, 8))
    together = type_table(rule, GAME, 0, types, progress=lambda *done: seen.append(done))
    one_by_one = type_table(rule, GAME, 0, types, solver="multiplier")
    np.testing.assert_allclose(together.models, one_by_one.models, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(together.values, one_by_one.values, rtol=1e-12)
    assert seen == [(8, 8)]
    assert together.error < 1e-13


@given(tables(most=5))
def test_graph_and_program_agree(table):
    """Two routes, one answer, away from the boundary that floats of a solver cannot see."""
    graph = implement(table)
    payments, cycle = least_slack(table)
    size = np.abs(table - np.diagonal(table)[:, None]).max()
    program = implement(table, method="lp")
    if cycle is None:
        assert isinstance(graph, Potentials)
        assert graph.verdict == "certified"
        assert isinstance(program, Potentials)
        assert program.slack <= 1e-8 * size
    elif cycle.gain > 1e-6 * size:
        assert isinstance(graph, NegativeCycle)
        assert isinstance(program, NegativeCycle)
        assert program.exact_length < 0
        assert program.gain <= cycle.gain
        assert payments.slack == pytest.approx(cycle.gain)


@given(tables(most=5), st.sampled_from([1e-7, 1e7]))
def test_scale_does_not_change_the_verdict(table, scale):
    counts = np.round(table / max(np.abs(table).max(), 1e-300) * 64)
    assert type(implement(counts * 2.0**-23)) is type(implement(counts * 2.0**23))
    payments, cycle = least_slack(counts)
    if cycle is not None:  # a zero cycle of multiples of 1e-7 is rounded either way
        assert isinstance(implement(counts * scale), NegativeCycle)
    assert payments.slack == pytest.approx(least_slack(counts * scale)[0].slack / scale, abs=1e-12)


def test_an_error_forgives_exactly_what_it_explains():
    values = np.array([[0.0, 0.25], [0.25, 0.0]])
    assert isinstance(implement(values, error=0.124), NegativeCycle)
    answer = implement(values, error=0.125)
    assert isinstance(answer, Potentials)
    assert answer.slack == pytest.approx(0.25)
    assert answer.verdict == "verified to 0.5"
    assert isinstance(implement(values, error=0.2), Potentials)
    assert isinstance(implement(values, error=0.125, method="lp"), Potentials)


def test_a_permuted_rule_is_refuted():
    for method in ("graph", "lp"):
        answer = implementable(permuted, GAME, 0, SumNormalized().sample(30, 3, 0), method=method)
        assert isinstance(answer, NegativeCycle)
        nodes = np.array(answer.types)
        lengths = answer.values[nodes, nodes] - answer.values[nodes, np.roll(nodes, 1)]
        assert lengths.sum() == pytest.approx(answer.length)
        assert answer.gain == pytest.approx(-answer.length / nodes.size)
        assert "not implementable" in str(answer)
        assert repr(answer.names[0]) in str(answer)


def test_an_egalitarian_rule_is_refuted():
    """Who asks for less of everything is lifted more: the two reports tempt each other."""
    rewards = [[0.8, 0.16, 0.04], [0.5, 0.25, 0.25]]
    types = FiniteTypes(rewards, sizes=2.0, labels=["keen", "mild"])
    answer = implementable(EGALITARIAN, GAME, 0, types)
    assert isinstance(answer, NegativeCycle)
    assert answer.names == ("keen", "mild")
    assert answer.gain > 0.028
    assert "'keen' reporting 'mild' gains" in str(answer)


def test_a_menu_is_implementable():
    menu = md.FiniteMenu(RNG.random((6, 2)), RNG.random(6), 0.1)
    sizes = RNG.integers(1, 4, 40)
    answer = implementable(menu, GAME, "group-0", RNG.random((40, 6)), sizes)
    assert isinstance(answer, Potentials)


def test_payments_from_every_base_are_the_extremes():
    types = SumNormalized().sample(40, 3, 1, sizes=(1.0, 2.0))
    answer = implementable(SOCIAL, GAME, 0, types)
    assert isinstance(answer, Potentials)
    for base in (0, 17, "type-39"):
        place = answer.position(base)
        most, least = answer.payments_from(base), answer.payments_to(base)
        shifted = answer.payments - answer.payments[place]
        assert most[place] == least[place] == 0.0
        assert (least - 1e-12 <= shifted).all()
        assert (shifted <= most + 1e-12).all()
        for payments in (most, least, 0.5 * (most + least)):
            assert greatest_gain(answer.values, payments) <= 1e-12
    based = implement(answer.values, base=17)
    np.testing.assert_array_equal(based.payments, answer.payments_from(17))


@pytest.mark.parametrize("outside", [0.0, "drawn"])
def test_revenue_maximal_payments_solve_the_program_for_every_prior(outside):
    types = SumNormalized().sample(25, 3, 2, sizes=(1.0, 2.0))
    answer = implementable(SOCIAL, GAME, 0, types)
    option = RNG.random(25) * 0.2 if outside == "drawn" else outside
    payments = answer.revenue_maximal(option)
    assert greatest_gain(answer.values, payments) <= 1e-12
    assert (np.diagonal(answer.values) - payments >= option - 1e-12).all()
    for prior in (np.full(25, 0.04), RNG.dirichlet(np.ones(25))):
        found = revenue_program(answer.values, prior, option)
        np.testing.assert_allclose(found.payments, payments, atol=1e-9)
        assert found.revenue == pytest.approx(ShortestPath(payments, ()).revenue(prior))
        assert found.lower <= found.revenue <= found.upper <= found.lower + 1e-9
        net = found.entry + found.flow.sum(axis=0) - found.flow.sum(axis=1)
        np.testing.assert_allclose(net, prior, atol=1e-12)
        assert found.entry.sum() == pytest.approx(1.0)


def test_affine_maximizer_payments_lie_between_the_extremes():
    """[S] Thm 4.2 on a finite set: p(t) − p(s) lies within the shortest paths both ways."""
    types = SumNormalized().sample(12, 3, 3)
    answer = implementable(SOCIAL, GAME, 0, types)
    mechanism = md.Mechanism(SOCIAL, md.AffineMaximizer())
    charged = np.array([mechanism.run(GAME.reported(0, r, 2.0)).payments[0] for r in types.rewards])
    answer = implementable(SOCIAL, GAME, 0, types, sizes=2.0)
    assert greatest_gain(answer.values, charged) <= 1e-12
    assert (charged - charged[0] <= answer.payments_from(0) + 1e-12).all()
    assert (charged - charged[0] >= answer.payments_to(0) - 1e-12).all()


@pytest.mark.parametrize(
    ("rule", "domain", "budget"),
    [
        (EGALITARIAN, SumNormalized(), 20.0),
        (permuted, SumNormalized(), 20.0),
        (permuted, MaxNormalized(), 20.0),
    ],
)
def test_the_search_finds_a_violation_within_its_budget(rule, domain, budget):
    found = find_violation(rule, GAME, 0, domain, samples=20, budget_seconds=budget)
    assert isinstance(found, NegativeCycle)
    again = implementable(rule, GAME, 0, found.listed)
    assert isinstance(again, NegativeCycle)
    assert all(domain.violation(reward, 3) is None for reward in found.listed.rewards)


def test_what_is_not_found_is_unknown():
    calls = []
    found = find_violation(
        SOCIAL,
        GAME,
        0,
        SumNormalized(),
        samples=20,
        budget_seconds=0.5,
        progress=lambda seconds, shortest: calls.append((seconds, shortest)),
    )
    assert isinstance(found, Unknown)
    assert found.verdict == "unknown (budget of 0.5 s used)"
    assert found.shortest >= -1e-12
    assert calls


def test_an_interrupt_keeps_the_best_witness():
    def interrupt(seconds, shortest):
        if shortest < 0:
            raise KeyboardInterrupt

    found = find_violation(
        permuted, GAME, 0, SumNormalized(), samples=20, budget_seconds=60.0, progress=interrupt
    )
    assert isinstance(found, NegativeCycle)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ([0.5, 0.5], r"type 'type-0': the rule returned shape \(2,\), not a model over 3"),
        ([0.5, np.nan, 0.5], "type 'type-0': the rule returned nan at outcome 1"),
        ([0.5, 0.6, 0.0], "no distribution: its smallest entry is 0 and its sum 1.1"),
        ([1.2, -0.2, 0.0], "no distribution: its smallest entry is -0.2"),
        ("model", "type 'type-0': the rule returned str"),
    ],
)
def test_a_rule_that_returns_no_distribution_is_refused_by_type(model, message):
    with pytest.raises(InvalidInput, match=message):
        implementable(lambda game: model, GAME, 0, [[1.0, 0.0, 0.0]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: implement([[1.0, np.nan], [0.0, 1.0]]), r"values: cell \(0, 1\)"),
        (lambda: implement([[1.0, 2.0]]), r"values: shape \(1, 2\). A table of valuations is"),
        (lambda: implement([[]]), "with at least one type"),
        (lambda: implement([["a"]]), "values: cell .* is 'a', not a number"),
        (lambda: implement([[1.0]], error=-1.0), "error: -1.0 is not a finite number of at least"),
        (lambda: implement([[1.0]], method="simplex"), "method 'simplex' is unknown. Choose \"gra"),
        (lambda: implement([[1.0]], labels=["a", "b"]), "types: 2 names, but the rewards have 1"),
        (lambda: implementable(SOCIAL, GAME, "elder", [[1, 0, 0]]), "group 'elder' does not exist"),
        (lambda: implementable(SOCIAL, GAME, 0, [[1.0, 0.0]]), "types: 2 rewards each, but the ru"),
        (lambda: implementable(3, GAME, 0, [[1, 0, 0]]), "rule: 3 is neither a training rule nor"),
        (lambda: implement([[1.0]]).payments_from("x"), "type 'x' does not exist. Name one of"),
        (
            lambda: find_violation(SOCIAL, GAME, 0, SumNormalized(), cycle_lengths=(1,)),
            "A cycle has at least 2 types",
        ),
        (
            lambda: find_violation(SOCIAL, GAME, 0, SumNormalized(), budget_seconds=-1.0),
            "budget_seconds: -1.0. Give a positive number",
        ),
        (
            lambda: implementable(lambda game: None, GAME, 0, [[1, 0, 0]]),
            "type 'type-0': the rule returned NoneType, not a model over 3 outcomes",
        ),
        (
            lambda: revenue_program([[1.0, 0.0], [0.0, 1.0]], outside=-np.inf),
            "Give the types outside options that are finite: participation is what bounds",
        ),
        (
            lambda: implement([[1.0]]).revenue_maximal(-np.inf),
            "outside: no type has a finite outside option, so payments are unbounded",
        ),
        (
            lambda: revenue_program([[0.0, 1.0], [1.0, 0.0]]),
            "no payments make truth best, so there is no revenue to maximise",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()


def test_one_type_and_twins_are_implementable():
    assert implement([[3.0]]).slack == 0.0
    assert implement(np.ones((4, 4))).verdict == "certified"
    assert implement([[3.0]], method="lp").slack == 0.0
