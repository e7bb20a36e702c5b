"""An audit finds the worst pair and decides it exactly: no tolerance lets a violation through."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_shortest_path import tables

import mdsolve as md
from mdsolve.errors import InvalidInput
from mdsolve.games.domains import SumNormalized
from mdsolve.incentives import (
    Potentials,
    Products,
    Verified,
    Violation,
    audit,
    implement,
    verify,
)

GAME = md.Game([0.2, 0.3, 0.5], [[1.0, 0.0, 0.0], [0.0, 1.0, 2.0]], sizes=[2, 1])
SOCIAL = md.SocialWelfare("kl", 0.3)


def worst(values, payments):
    """Return the greatest gain over all pairs, in rationals: the slow, obvious twin."""
    exact = [[Fraction(float(cell)) for cell in row] for row in values]
    paid = [Fraction(float(payment)) for payment in payments]
    return max(
        row[s] - paid[s] - row[t] + paid[t]
        for t, row in enumerate(exact)
        for s in range(len(paid))
        if s != t
    )


def drawn_products(rng, count, outcomes):
    rewards = rng.random((count, outcomes))
    sizes = rng.integers(1, 4, count).astype(float)
    models = np.exp(sizes[:, None] * rewards)
    return rewards, models / models.sum(axis=1, keepdims=True), sizes


@given(tables(most=5), st.integers(0, 100))
def test_the_worst_pair_is_decided_exactly(table, seed):
    if len(table) == 1:
        return
    payments = np.random.default_rng(seed).choice(table.ravel(), len(table))
    found = verify(table, payments)
    expected = worst(table, payments)
    assert isinstance(found, Violation) == (expected > 0)
    assert found.gain == float(expected)
    pair = int(found.type[5:]), int(found.report[5:])
    gain = table[pair] - payments[pair[1]] - table[pair[0], pair[0]] + payments[pair[0]]
    assert gain == pytest.approx(float(expected), rel=1e-9, abs=1e-14 * np.abs(table).max())


@given(st.integers(0, 10**6), st.sampled_from([0.0, 5e-9, 2.0**-52]))
def test_products_and_rationals_agree(seed, change):
    rng = np.random.default_rng(seed)
    rewards, models, sizes = drawn_products(rng, 6, 3)
    rewards[1], models[1], sizes[1] = rewards[0], models[0], sizes[0]
    values = (sizes[:, None] * rewards) @ models.T
    answer = implement(values, error=1e-15)
    assert isinstance(answer, Potentials)
    payments = answer.payments.copy()
    payments[0] += change
    gain, liar, report, doubt, _ = Products(rewards, models, sizes).worst_gain(payments)
    exact = [
        sum(Fraction(r) * Fraction(p) for r, p in zip(rewards[t], models[s], strict=True))
        * Fraction(sizes[t])
        for t in range(6)
        for s in range(6)
    ]
    table = np.array(exact, dtype=object).reshape(6, 6)
    gains = {
        (t, s): table[t, s] - Fraction(payments[s]) - table[t, t] + Fraction(payments[t])
        for t in range(6)
        for s in range(6)
        if s != t
    }
    assert gain == float(max(gains.values()))
    assert doubt == 0.0
    assert gains[liar, report] == max(gains.values())


def test_a_violation_of_5e_9_or_of_one_unit_of_rounding_does_not_pass():
    values = np.array([[1.0, 0.5], [0.25, 1.0]])
    assert isinstance(verify(values, [0.5, 0.0]), Verified)
    for more in (2.0**-28, 2.0**-53):
        found = verify(values, [0.5 + more, 0.0], labels=["high", "low"])
        assert isinstance(found, Violation)
        assert (found.type, found.report, found.gain) == ("high", "low", more)
        assert found.least_eps == more
        assert isinstance(verify(values, [0.5 + more, 0.0], error=more), Verified)


def test_blocks_find_the_same_pair_as_the_table():
    rng = np.random.default_rng(5)
    rewards, models, sizes = drawn_products(rng, 1500, 4)
    values = (sizes[:, None] * rewards) @ models.T
    answer = implement(values)
    payments = answer.payments.copy()
    assert isinstance(verify(Products(rewards, models, sizes), payments), Verified)
    payments[700] += 1.0
    table, products = verify(values, payments), verify(Products(rewards, models, sizes), payments)
    assert isinstance(products, Violation)
    assert (table.type, table.report) == (products.type, products.report)
    assert table.gain == pytest.approx(products.gain, rel=1e-13)
    assert table.utility == pytest.approx(products.utility, rel=1e-13)


def test_an_interrupted_audit_keeps_what_refutes_and_claims_no_more():
    """A violation stands whatever the rest holds; without one nothing is known of the rest."""
    rng = np.random.default_rng(5)
    rewards, models, sizes = drawn_products(rng, 500, 4)
    answer = implement((sizes[:, None] * rewards) @ models.T)
    products, payments = Products(rewards, models, sizes), answer.payments.copy()

    def stop(read, count):
        if read > count // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"after 256 of 500 types; none of them gains"):
        verify(products, payments, progress=stop)
    payments[20] += 1.0
    found = verify(products, payments, progress=stop)
    assert isinstance(found, Violation)
    assert (found.type, found.complete) == ("type-20", False)
    assert found.gain == verify(products, payments).gain
    with pytest.raises(KeyboardInterrupt, match="none of them gains"):
        verify(products, payments, error=1.0, progress=stop)


def test_participation_is_required_where_an_outside_option_is_given():
    values = [[1.0, 0.0], [0.0, 1.0]]
    assert isinstance(verify(values, [2.0, 2.0]), Verified)
    found = verify(values, [2.0, 1.5], outside=0.0)
    assert isinstance(found, Violation)
    assert (found.kind, found.poorest, found.utility) == ("participation", "type-0", -1.0)
    assert "truthful type 'type-0' is left -1 < 0" in str(found)
    assert isinstance(verify(values, [1.0, 1.0], outside=[0.0, 0.0]), Verified)


def test_mechanisms_are_audited_on_their_types():
    types = SumNormalized().sample(15, 3, 0, sizes=(1.0, 2.0))
    exact = md.Mechanism(SOCIAL, md.AffineMaximizer())
    assert isinstance(audit(exact, GAME, 0, types, outside=0.0), Verified)

    def free(game):
        return SOCIAL.train(game).model, np.zeros(2)

    def cheap(game):
        outcome = exact.run(game)
        return outcome.model, outcome.payments[0] * 0.5

    for mechanism in (free, cheap):
        found = audit(mechanism, GAME, 0, types)
        assert isinstance(found, Violation)
        assert "gains" in str(found)


def test_mechaudit_finds_the_same_worst_deviation():
    mechaudit = pytest.importorskip("mechaudit")
    rng = np.random.default_rng(11)
    for more in (0.3, 5e-9):
        rewards, models, sizes = drawn_products(rng, 5, 3)
        values = (sizes[:, None] * rewards) @ models.T
        payments = implement(values).payments_from(0)
        payments[1] += more
        found = verify(values, payments)
        assert isinstance(found, Violation)
        report = peer(mechaudit, rewards * sizes[:, None], models, payments)
        gains = {
            (check.metadata["true_type"], check.metadata["deviation"]): -check.slack
            for check in report.ic.checks
        }
        assert max(gains, key=gains.get) == (found.type, found.report)
        assert max(gains.values()) == pytest.approx(found.gain, rel=1e-6)
        assert report.passed == (more < 1e-8), "5e-9 passes there, not here"


def peer(mechaudit, rewards, models, payments):
    """Return mechaudit's report on the same mechanism, as one with a single agent."""
    place = {f"type-{k}": k for k in range(len(rewards))}
    environment = mechaudit.FiniteEnvironment(
        agents={"group": list(place)},
        outcomes=range(rewards.shape[1]),
        values=mechaudit.PrivateValues(lambda _, own, x: float(rewards[place[own], x])),
    )
    mechanism = mechaudit.DirectMechanism(
        allocation=models, payments=payments, environment=environment
    )
    return mechaudit.audit_mechanism(
        environment=environment, mechanism=mechanism, requirements=[mechaudit.DSIC()]
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: verify([[1.0]], [1.0, 2.0]), r"payments: shape \(2,\), but there are 1 types"),
        (lambda: verify([[1.0]], [np.nan]), "payments: type 0 pays nan. Payments must be finite"),
        (lambda: verify([[1.0]], ["much"]), r"payments: cell \(0,\) is 'much', not a number"),
        (
            lambda: verify([[1.0]], [0.0], error=-1.0),
            "error: -1.0 is not a finite number of at lea",
        ),
        (lambda: verify([[1.0]], [0.0], outside=np.nan), "outside: nan is no utility. Give a numb"),
        (
            lambda: verify([[1.0]], [0.0], outside=[1, 2]),
            r"outside: shape \(2,\) for 1 types. Give",
        ),
        (lambda: verify([[1j]], [0.0]), r"values: cell \(0, 0\) is 1j, not a number"),
        (lambda: Products([[1.0]], [[1.0]], [1, 2]), r"sizes: shape \(2,\) for 1 types. Give one"),
        (lambda: verify([[np.inf]], [0.0]), r"values: cell \(0, 0\)"),
        (lambda: Products([[1.0]], [[1.0, 0.0]]), "products: rewards of shape"),
        (lambda: Products([[np.nan]], [[1.0]]), "rewards: type 0, cell .* is nan"),
        (lambda: audit(lambda game: 3, GAME, 0, [[1, 0, 0]]), "did not return .model, payments."),
        (
            lambda: audit(lambda game: (game.reference, [1.0] * 5), GAME, 0, [[1, 0, 0]]),
            r"type 'type-0': payments of shape \(5,\) for 2 groups",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()


def test_more_ties_than_are_decided_are_never_called_certified(monkeypatch):
    """Constant models leave every pair at a gain of 0: past the limit only floats have spoken."""
    from mdsolve.incentives import products

    monkeypatch.setattr(products, "_MOST", 10)
    rewards, models = np.full((5, 2), 0.3), np.full((5, 2), 0.5)
    found = verify(Products(rewards, models), np.zeros(5))
    assert isinstance(found, Verified)
    assert found.verdict.startswith("verified to")
