"""Click auctions: truth pays under the data-driven pivot alone; slow twins of all payments."""

from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

import mdsolve as md
from mdsolve.data_driven.clicks import (
    AUCTION_PAYMENTS,
    GSP,
    VCG,
    ClickAuctions,
    DataDrivenPivot,
    Lottery,
    PerClickPivot,
    WinnerPays,
    regret_of_truth,
    utility_of_report,
)
from mdsolve.data_driven.clicks.ranking import leaders
from mdsolve.errors import InvalidInput

UNIT = st.one_of(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0.0, 1.0, width=32))
VALUES = st.one_of(st.sampled_from([0.0, 1.0, 2.0]), st.floats(0.0, 4.0, width=32))
ROUNDING = 1e-12


@st.composite
def auctions(draw, *, most=4, slots=3, rows=3, bidders=None):
    """Draw auctions with ties, zeros, and more slots than bidders."""
    count = draw(st.integers(1, most)) if bidders is None else bidders
    shape = (draw(st.integers(1, rows)), count)
    effects = sorted(draw(st.lists(UNIT, min_size=1, max_size=slots)), reverse=True)
    values = draw(arrays(float, shape, elements=VALUES))
    rates = draw(arrays(float, shape, elements=UNIT))
    return ClickAuctions(values, rates, effects=effects)


@st.composite
def estimates(draw, of):
    return draw(arrays(float, of.values.shape, elements=st.floats(-0.5, 1.5, width=32)))


@dataclass(frozen=True)
class Model:
    """Finitely many states and two signals an agent; every profile of signals is an auction."""

    rates: np.ndarray  # (states, bidders)
    prior: np.ndarray  # (states,)
    likelihoods: np.ndarray  # (bidders, states, signals)

    @property
    def profiles(self):
        return list(product(range(2), repeat=len(self.likelihoods)))

    def posterior(self, signals, without=None):
        masses = self.prior.copy()
        for agent, signal in enumerate(signals):
            if agent != without:
                masses = masses * self.likelihoods[agent, :, signal]
        return masses / masses.sum()

    def mean(self, signals, without=None):
        return self.posterior(signals, without) @ self.rates

    def auctions(self, values, effects=(1.0,)):
        agents = range(len(self.likelihoods))
        return ClickAuctions(
            np.tile(values, (len(self.profiles), 1)),
            [self.mean(s) for s in self.profiles],
            [[self.mean(s, without=i) for i in agents] for s in self.profiles],
            effects=effects,
        )

    def reported(self, agent):
        """Return the rates after the agent's other signal, in the order of the profiles."""
        flipped = [
            tuple(1 - s if i == agent else s for i, s in enumerate(p)) for p in self.profiles
        ]
        return np.array([self.mean(p) for p in flipped])

    def states(self):
        """Return the states with their chances at each profile of true signals."""
        chances = np.array([self.posterior(s) for s in self.profiles])
        return [(chances[:, k], self.rates[k]) for k in range(len(self.prior))]


@st.composite
def models(draw, agents=3, states=3):
    positive = st.floats(0.0625, 1.0, width=32)
    likely = draw(arrays(float, (agents, states), elements=st.floats(0.0625, 0.9375, width=32)))
    prior = draw(arrays(float, states, elements=positive))
    return Model(
        draw(arrays(float, (states, agents), elements=UNIT)),
        prior / prior.sum(),
        np.stack([likely, 1.0 - likely], axis=2),
    )


SILENT = [[0.5, 0.5]] * 2
# bidder 0's signal tells which of its rivals is good, or nobody's tells anything
REORDERING, BLIND = (
    Model(
        rates=np.array([[0.6, 0.9, 0.1], [0.6, 0.1, 0.9]]),
        prior=np.array([0.5, 0.5]),
        likelihoods=np.array([signal, SILENT, SILENT]),
    )
    for signal in ([[0.9, 0.1], [0.1, 0.9]], SILENT)
)
# bidder 0's signal tells how good its only rival is
TELLING = Model(
    rates=np.array([[0.6, 0.9], [0.6, 0.1]]),
    prior=np.array([0.5, 0.5]),
    likelihoods=np.array([[[0.9, 0.1], [0.1, 0.9]], SILENT]),
)


def worst_lie(
    model, payment, values, *, effects=(1.0,), states=None, told=(0.0, 0.5, 1.0, 2.0, 5.0)
):
    """Return the largest gain of any bidder at any profile; all signals, several values."""
    played = model.auctions(values, effects)
    gains = []
    for i in range(len(values)):
        truth = utility_of_report(played, payment, i, values[i], played.rates, states=states)
        for value, rates in product((*told, values[i]), (played.rates, model.reported(i))):
            lie = utility_of_report(played, payment, i, value, rates, states=states)
            gains.append((lie - truth).max())
    return max(gains)


# ---------------------------------------------------------------- allocation and slow twins


def welfare(effects, worth, order):
    return sum(g * worth[j] for g, j in zip(effects, order, strict=False))


def best_without(played, a, bidder, scores):
    """Return an order of the others that is best by the scores."""
    others = [j for j in range(played.values.shape[1]) if j != bidder]
    return max(permutations(others), key=lambda o: welfare(played.effects, scores, o))


@given(auctions())
def test_slots_are_handed_out_efficiently(played):
    count = played.values.shape[1]
    for a, scores in enumerate(played.scores):
        best = max(welfare(played.effects, scores, o) for o in permutations(range(count)))
        assert_allclose(played.exposure[a] @ scores, best, rtol=1e-12)
    assert played.winners.shape[1] == min(count, played.effects.size)


@given(st.data(), st.integers(1, 9), st.integers(1, 5))
def test_leaders_are_a_stable_sort(data, bidders, rows):
    scores = data.draw(arrays(float, (rows, bidders), elements=UNIT))
    for depth in range(1, bidders + 1):
        expected = np.argsort(-scores, axis=1, kind="stable")[:, :depth]
        assert (leaders(scores, depth) == expected).all()


@given(st.data(), auctions())
def test_vcg_and_the_data_driven_pivot_are_externalities(data, played):
    seen = data.draw(estimates(played))
    for payment, rates in ((VCG(), played.rates), (DataDrivenPivot(), seen)):
        paid = played.run(payment, seen).payments
        for a, i in product(*map(range, played.values.shape)):
            order = [j for j in played.order[a] if j != i]
            rest = [j for j in range(played.values.shape[1]) if j not in played.order[a] and j != i]
            worth = played.values[a] * rates[a]
            worth[i] = 0.0
            alone = welfare(played.effects, worth, order + rest)
            together = welfare(played.effects, worth, played.winners[a])
            assert_allclose(paid[a, i], alone - together, atol=1e-12)


@given(st.data(), models(), st.lists(UNIT, min_size=1, max_size=3))
def test_with_signals_about_rivals_the_pivot_leaves_the_own_signal_out(data, model, effects):
    effects = sorted(effects, reverse=True)
    values = data.draw(arrays(float, 3, elements=VALUES))
    played = model.auctions(values, effects)
    seen = data.draw(estimates(played))
    paid = played.run(DataDrivenPivot(), seen).payments
    for a, i in product(*map(range, played.values.shape)):
        without = played.rates_without[a, i]
        alone = best_without(played, a, i, values * without)
        worth = np.where(np.arange(3) == i, 0.0, values * seen[a])
        # ties in the order without i may be broken in another way: compare what was expected
        charged = DataDrivenPivot().charge_one(played, played.estimated(without), i)[a]
        together = welfare(
            effects, values * np.where(np.arange(3) == i, 0, without), played.winners[a]
        )
        assert_allclose(charged, welfare(effects, values * without, alone) - together, atol=1e-12)
        scores = values * without
        if len({*scores[np.arange(3) != i]}) == 2:
            expected = welfare(effects, worth, alone) - welfare(effects, worth, played.winners[a])
            assert_allclose(paid[a, i], expected, atol=1e-12)


@given(auctions(), st.integers(0, 3))
def test_a_losers_or_lone_bidders_price_is_nothing(played, extra):
    alone = ClickAuctions(played.values[:, :1], played.rates[:, :1], effects=played.effects)
    for name in ("per-click", "data-driven", "gsp", "vcg"):
        payment = AUCTION_PAYMENTS[name]()
        assert (alone.run(payment).payments == 0.0).all()
        assert (played.run(payment).payments[played.exposure == 0.0] <= 0.0).all()


@given(auctions(slots=1))
def test_with_one_slot_honest_gsp_is_vcg_and_the_pivot(played):
    assume((played.rates[:, 0] >= 0.0).all())
    own = np.take_along_axis(played.rates, played.winners, axis=1)
    charged = played.run(VCG()).payments
    assert_allclose(played.run(DataDrivenPivot()).payments, charged, atol=1e-15)
    assert_allclose(played.run(GSP()).payments[own[:, 0] > 0], charged[own[:, 0] > 0], atol=1e-14)


@given(auctions(most=5, slots=4))
def test_at_the_same_reports_gsp_charges_at_least_vcg(played):
    """Edelman, Ostrovsky and Schwarz (2007)."""
    own = np.take_along_axis(played.rates, played.winners, axis=1)
    assume((own > 0.0).all())
    assert (played.run(GSP()).payments >= played.run(VCG()).payments - ROUNDING).all()


# ---------------------------------------------------------------- Corollary 2 and Example 3


@given(st.data(), auctions(slots=3))
def test_with_a_common_rate_the_per_click_pivot_is_the_data_driven_one(data, played):
    """[B] Cor 2, also with several slots."""
    common = data.draw(UNIT)
    shared = ClickAuctions(
        played.values, np.full(played.values.shape, common), effects=played.effects
    )
    assert_allclose(
        shared.run(PerClickPivot()).payments, shared.run(DataDrivenPivot()).payments, atol=1e-12
    )


@settings(max_examples=40)
@given(st.data(), models(agents=3), st.sampled_from([(1.0,), (1.0, 0.5)]))
def test_with_a_common_rate_the_per_click_pivot_is_truthful(data, model, effects):
    """[B] Cor 2: signals are about the one rate, and may move it as they like."""
    common = Model(np.tile(model.rates[:, :1], (1, 3)), model.prior, model.likelihoods)
    values = data.draw(arrays(float, 3, elements=VALUES))
    # a rate of 0 makes every order efficient, and the slots' order by value is needed
    assume(common.rates.min() > 0.01)
    assume(len({*values.tolist()}) == 3)
    assert worst_lie(common, PerClickPivot(), values, effects=effects) <= ROUNDING


@given(st.floats(1.01, 4.0), st.floats(0.05, 0.45), st.floats(0.01, 0.99))
def test_example_3_gains_exactly_what_the_paper_says(ratio, own, share):
    """θ_1 > θ_2 and θ_1 ω_1 < θ_2 ω_2: agent 1 exaggerates, wins, and gains ω_1 (θ_1 − θ_2)."""
    values = np.array([ratio, 1.0])
    other = ratio * own + share * (1.0 - ratio * own) if ratio * own < 1 else 1.0
    assume(values[0] * own < values[1] * other)
    played = ClickAuctions(values, [own, other])
    assert played.winners.tolist() == [[1]]
    exaggerated = utility_of_report(played, PerClickPivot(), 0, values[0], 1.0)
    assert_allclose(exaggerated, own * (ratio - 1.0), rtol=1e-12)
    found = regret_of_truth(played, PerClickPivot())
    assert_allclose(found.gains[0, 0], own * (ratio - 1.0), rtol=1e-12)
    assert regret_of_truth(played, DataDrivenPivot()).worst[0] <= ROUNDING


# ---------------------------------------------------------------- the data-driven pivot is truthful


@settings(max_examples=40)
@given(st.data(), models(), st.sampled_from([(1.0,), (1.0, 0.6), (0.9, 0.5, 0.5)]))
def test_no_lie_gains_under_the_data_driven_pivot(data, model, effects):
    """[B] Prop 2, with any signals about anyone, in expectation over states and so over ω̂."""
    values = data.draw(arrays(float, 3, elements=VALUES))
    payment = DataDrivenPivot()
    assert worst_lie(model, payment, values, effects=effects) <= ROUNDING
    by_states = worst_lie(model, payment, values, effects=effects, states=model.states())
    assert by_states <= ROUNDING
    played = model.auctions(values, effects)
    assert regret_of_truth(played, payment).gains.max() <= ROUNDING


@given(auctions())
def test_with_signals_about_own_rates_vcg_and_the_pivot_are_truthful(played):
    for payment in (VCG(), DataDrivenPivot()):
        assert regret_of_truth(played, payment).gains.max() <= ROUNDING


@settings(max_examples=40)
@given(st.data(), models(agents=2))
def test_equation_6_is_the_pivot_for_two_agents_in_expectation(data, model):
    values = data.draw(arrays(float, 2, elements=VALUES))
    played = model.auctions(values)
    pivot = played.run(DataDrivenPivot()).payments
    for competitor in ("realised", "reported"):
        payment = WinnerPays(competitor)
        expected = sum(
            chance[:, None] * played.run(payment, rates).payments
            for chance, rates in model.states()
        )
        assert_allclose(expected, pivot, atol=1e-12)
        lies = worst_lie(model, payment, values, states=model.states())
        assert lies <= ROUNDING


@pytest.mark.parametrize(("competitor", "model"), [("realised", BLIND), ("reported", REORDERING)])
def test_equation_6_fails_for_three_agents(competitor, model):
    """Picked by realised rates or by i's own reported signal, the competitor makes a lie pay."""
    states = model.states()
    assert worst_lie(model, WinnerPays(competitor), np.ones(3), states=states) > 0.2
    assert worst_lie(model, DataDrivenPivot(), np.ones(3), states=states) <= ROUNDING


def test_what_the_failures_of_equation_6_gain():
    """Both in numbers: 0 knows which rival is good; the other is as bad as that one is good."""
    values, states = np.ones(3), REORDERING.states()
    played = REORDERING.auctions(values)
    knows_1 = next(k for k, s in enumerate(REORDERING.profiles) if s[0] == 0)
    assert_allclose(played.rates[knows_1], [0.6, 0.82, 0.18])
    # reported: 0 claims the other signal and a high value, wins, and is charged as if 2 were next
    lie = utility_of_report(
        played, WinnerPays("reported"), 0, 9.0, REORDERING.reported(0), states=states
    )
    assert_allclose(lie[knows_1], 0.6 - 0.18)
    honest = played.run(WinnerPays("reported")).utilities[knows_1, 0]
    assert honest == 0.0
    # realised: the maximum of the rivals' rates is .9 in each state, though either is .5 expected
    wins = BLIND.auctions(values)
    assert wins.winners[0] == 0
    paid = sum(
        chance[0] * wins.run(WinnerPays("realised"), rates).payments[0, 0]
        for chance, rates in BLIND.states()
    )
    assert_allclose(paid, 0.9)
    assert_allclose(wins.run(DataDrivenPivot()).payments[0, 0], 0.5)
    assert 0.6 - paid < 0.0  # it would rather report nothing and lose


def test_message_driven_vcg_loses_truth_where_a_signal_moves_rivals():
    """0 reports that its rival is bad, wins against a better one, and pays as for a bad one."""
    for payment in (VCG(), GSP()):
        assert_allclose(worst_lie(TELLING, payment, np.ones(2)), 0.6 - 0.18)
    assert worst_lie(TELLING, DataDrivenPivot(), np.ones(2)) <= ROUNDING


def test_no_payment_by_the_impression_implements_efficiency():
    """[B] §5.1: the type graph of one bidder has a negative cycle; seen rates leave none.

    Its high signal says that the rival's rate is high: type (9, high) should lose where (4, low)
    wins, though it values winning more.
    """
    types = [(9.0, 0.3, 0.9), (4.0, 0.3, 0.1)]  # own value, own rate, the rival's rate; rival's θ 4
    wins = [own * rate > 4.0 * other for own, rate, other in types]
    assert wins == [False, True]
    table = np.array([[own * rate * win for win in wins] for own, rate, _ in types])
    cycle = md.implement(table)
    assert isinstance(cycle, md.NegativeCycle)
    assert_allclose(cycle.length, -(9 - 4) * 0.3)
    # data-driven: whoever wins also takes the rival's clicks away, at the rate of its true type
    table -= np.array([[4.0 * other * win for win in wins] for *_, other in types])
    assert isinstance(md.implement(table), md.Potentials)


# ---------------------------------------------------------------- regret of GSP and per click


@given(auctions(most=4, slots=2), st.floats(0.0, 1.0, width=32))
def test_regret_is_the_best_over_ranks_and_the_highest_claim(played, slack):
    """Signals about own rates: rank and claim are all that a report decides (closed form)."""
    highest = played.rates + slack * (1.0 - played.rates)
    assume((played.rates > 1e-3).all())
    assume((np.diff(np.sort(played.scores, axis=1), axis=1) > 1e-6).all())
    bounds = highest[:, None, :]
    payments = {GSP(): gsp_utility, PerClickPivot(): per_click_utility, VCG(): vcg_utility}
    for payment, utility in payments.items():
        found = regret_of_truth(played, payment, highest=bounds).gains
        truth = played.run(payment).utilities
        for a, i in product(*map(range, played.values.shape)):
            ranks = range(min(played.effects.size, played.values.shape[1]))
            best = max([0.0, *(utility(played, a, i, rank, highest[a, i]) for rank in ranks)])
            assert_allclose(found[a, i], max(0.0, best - truth[a, i]), atol=1e-9)


def rivals(played, a, i, table):
    return sorted(np.delete(table[a], i), reverse=True)


def padded(numbers, count):
    return [*numbers, *[0.0] * count][:count]


def gsp_utility(played, a, i, rank, claim):
    below = padded(rivals(played, a, i, played.scores), rank + 1)[rank]
    clicks = played.effects[rank] * played.rates[a, i]
    return clicks * (played.values[a, i] - below / claim)


def per_click_utility(played, a, i, rank, claim):
    slots = played.effects.size
    drops = -np.diff(np.append(played.effects, 0.0))
    below = padded(rivals(played, a, i, played.values), slots)
    price = sum(drops[m] * below[m] for m in range(rank, slots))
    return played.rates[a, i] * (played.effects[rank] * played.values[a, i] - price)


def vcg_utility(played, a, i, rank, claim):
    slots = played.effects.size
    drops = -np.diff(np.append(played.effects, 0.0))
    below = padded(rivals(played, a, i, played.scores), slots)
    price = sum(drops[m] * below[m] for m in range(rank, slots))
    return played.effects[rank] * played.values[a, i] * played.rates[a, i] - price


@settings(max_examples=50)
@given(auctions(most=4, slots=3), st.data())
def test_no_lie_at_random_beats_the_regret(played, data):
    """All payments, signals about own rates: random reports find nothing better."""
    payments = [GSP(), PerClickPivot(), VCG(), DataDrivenPivot()]
    if played.effects.size == 1:
        payments += [Lottery(0.5), Lottery(0.5, "matching")]
    assume((played.rates > 1e-3).all())
    i = data.draw(st.integers(0, played.values.shape[1] - 1))
    value = data.draw(st.floats(0.0, 10.0, width=32))
    rate = data.draw(st.floats(0.0, 1.0, width=32))
    for payment in payments:
        found = regret_of_truth(played, payment).gains[:, i]
        told = utility_of_report(played, payment, i, value, rate)
        honest = utility_of_report(played, payment, i, played.values[:, i], played.rates[:, i])
        assert (told - honest <= found + 1e-9).all()


# ---------------------------------------------------------------- the lottery, eq. (7)


@given(auctions(slots=1, bidders=2), st.floats(0.0, 0.99))
def test_the_lottery_s_prices_are_equation_7_and_its_exact_form(played, rho):
    for form, factor in (("matching", 2.0), ("exact", 2.0 * rho)):
        prices = Lottery(rho, form).prices(played)
        loser = 1 - played.winners[:, 0]
        rows = np.arange(len(loser))
        expected = factor * played.values[rows, loser] / (1.0 - rho) * (played.effects[0] > 0)
        assert_allclose(prices[rows, loser], expected, rtol=1e-12, atol=1e-300)
        assert (prices[rows, played.winners[:, 0]] == 0.0).all()


@given(auctions(slots=1), st.floats(0.0, 0.95), st.sampled_from(["exact", "matching"]))
def test_the_lottery_s_mean_and_variance_by_all_that_can_happen(played, rho, form):
    lottery = Lottery(rho, form)
    count = played.values.shape[1]
    exposure = rho * (played.exposure > 0) + (1.0 - rho) / count
    exposure = np.where(played.effects[0] > 0, exposure, 0.0) * played.effects[0]
    if played.effects[0] > 0:
        assert_allclose(lottery.exposure(played), exposure)
    prices = lottery._coefficients(played)
    for a in range(len(played.values)):
        clicked = lottery.exposure(played)[a] * played.rates[a]
        chances = np.append(clicked, 1.0 - clicked.sum())
        outcomes = np.hstack([prices[a], np.zeros((count, 1))])
        mean = outcomes @ chances
        scale = 1.0 + (outcomes**2 @ chances).max()
        assert_allclose(lottery.charge(played, played.rates)[a], mean, atol=1e-12 * scale)
        spread = ((outcomes - mean[:, None]) ** 2) @ chances
        assert_allclose(lottery.variance(played, played.rates)[a], spread, atol=1e-11 * scale)


@settings(max_examples=40)
@given(st.data(), models(), st.floats(0.0, 0.95))
def test_no_lie_gains_under_the_exact_lottery_and_at_most_1_minus_rho_under_the_paper_s(
    data, model, rho
):
    values = data.draw(arrays(float, 3, elements=VALUES))
    assert worst_lie(model, Lottery(rho, "exact"), values) <= ROUNDING
    played = model.auctions(values)
    most = (1.0 - rho) * (played.values * played.rates).max(axis=1)
    own = ClickAuctions(played.values, played.rates)
    found = regret_of_truth(own, Lottery(rho, "matching")).worst
    assert (found <= most + ROUNDING).all()


def test_the_paper_s_lottery_loses_almost_1_minus_rho_and_the_exact_one_nothing():
    played = ClickAuctions([1.0, 1.0], [0.5, 0.5 - 1e-9])
    for rho in (0.0, 0.5, 0.9, 0.99):
        gains = regret_of_truth(played, Lottery(rho, "matching")).worst[0]
        assert_allclose(gains, (1.0 - rho) * 0.5, atol=2e-9)
        assert regret_of_truth(played, Lottery(rho)).worst[0] <= ROUNDING


def test_the_lottery_costs_welfare_as_rho_falls_and_variance_as_it_rises():
    played = ClickAuctions([1.0, 1.0], [0.3, 0.2])
    welfare, variance = [], []
    for rho in (0.5, 0.9, 0.99, 0.999):
        lottery = Lottery(rho)
        welfare.append(played.run(lottery).welfare[0])
        variance.append(lottery.variance(played, [0.3, 0.2])[0, 0])
        assert_allclose(welfare[-1], rho * 0.3 + (1.0 - rho) * 0.25)
        assert_allclose(variance[-1], 2.0 * rho**2 / (1.0 - rho) * 0.2 - (rho * 0.2) ** 2)
    assert np.all(np.diff(welfare) > 0)
    assert np.all(np.diff(variance) > 0)
    assert variance[-1] > 100.0 * variance[0]


@pytest.mark.parametrize("form", ["exact", "matching"])
def test_drawn_lotteries_average_to_their_expectation_within_their_band(form):
    """99.9% of a seeded Monte Carlo, bidders with signals about own rates and about rivals."""
    draws, rng = 200_000, np.random.default_rng(5)
    values, rates = [3.0, 2.0, 1.5], [0.3, 0.35, 0.2]
    without = rng.uniform(0.1, 0.4, (3, 3))
    for given_without in (None, without):
        one = ClickAuctions(values, rates, given_without)
        many = ClickAuctions(
            np.tile(values, (draws, 1)), np.tile(rates, (draws, 1)),
            None if given_without is None else np.broadcast_to(without, (draws, 3, 3)),
        )  # fmt: skip
        lottery = Lottery(0.6, form)
        charges = lottery.draw(many, rates, seed=1)
        band = 3.29 * np.sqrt(lottery.variance(one, rates)[0] / draws)
        assert (np.abs(charges.mean(axis=0) - one.run(lottery).payments[0]) <= band + 1e-15).all()
        spread = lottery.variance(one, rates)[0]
        assert_allclose(charges.var(axis=0), spread, rtol=0.05, atol=1e-12)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ClickAuctions([1.0, -2.0], [0.1, 0.1]), "auction 0, bidder '1': -2. A click"),
        (lambda: ClickAuctions([1.0, np.nan], [0.1, 0.1]), "values: auction 0, bidder '1': nan."),
        (lambda: ClickAuctions([1.0, 2.0], [0.1, 1.1]), "rates: auction 0, bidder '1': 1.1."),
        (lambda: ClickAuctions([1.0, 2.0], [0.1]), "A bidder is missing in one of them"),
        (lambda: ClickAuctions([1.0, "x"], [0.1, 1]), "values: not an array of numbers"),
        (lambda: ClickAuctions([], []), r"values: shape (1, 0)."),
        (lambda: ClickAuctions([1.0], [0.1], bidders=["a", "b"]), "2 names for 1 bidders"),
        (lambda: ClickAuctions([1, 1], [0.1, 0], bidders=["a", "a"]), "'a' is named twice"),
        (lambda: ClickAuctions([1.0], [0.1], effects=[0.5, 0.6]), "slot 1 has 0.6, more"),
        (lambda: ClickAuctions([1.0], [0.1], effects=[-1.0]), "effects: slot 0 has -1."),
        (lambda: ClickAuctions([1.0], [0.1], effects=[]), "effects: shape (0,)"),
        (lambda: ClickAuctions([1, 1], [0.1, 0], np.ones((3, 2, 2))), "shape (3, 2, 2)"),
        (
            lambda: ClickAuctions([1, 1], [0.1, 0], np.full((2, 2), 2.0)),
            "rates_without: auction 0, bidder '1': 2.",
        ),
        (lambda: Lottery(1.0), "rho: 1.0 is outside [0, 1)."),
        (lambda: Lottery(-0.1), "rho: -0.1 is outside [0, 1)."),
        (lambda: Lottery(np.nan), "rho: nan is outside [0, 1)."),
        (lambda: Lottery(0.5, "best"), "form 'best': unknown."),
        (lambda: WinnerPays("best"), "competitor 'best': unknown."),
    ],
)  # fmt: skip
def test_what_cannot_be_an_auction_is_refused(make, said):
    with pytest.raises(InvalidInput) as caught:
        make()
    assert said in str(caught.value)


def test_what_cannot_be_played_is_refused():
    played = ClickAuctions([1.0, 2.0], [0.1, 0.2], effects=[1.0, 0.5])
    with pytest.raises(InvalidInput, match="2 slots, and Lottery"):
        played.run(Lottery(0.5))
    with pytest.raises(InvalidInput, match="2 slots, and WinnerPays"):
        played.run(WinnerPays())
    with pytest.raises(InvalidInput, match=r"estimate: shape \(1, 3\)"):
        played.run(VCG(), [0.1, 0.2, 0.3])
    with pytest.raises(InvalidInput, match="estimate: auction 0, bidder '1': inf"):
        played.run(VCG(), [0.1, np.inf])
    with pytest.raises(InvalidInput, match="moves no other"):
        played.reported(0, 1.0, [[0.5, 0.5]])
    with pytest.raises(InvalidInput, match="outside what its signals can claim"):
        regret_of_truth(played, VCG(), highest=0.1)
    with pytest.raises(InvalidInput, match="lowest and highest"):
        regret_of_truth(played, VCG(), highest=np.ones((7, 2, 2)))
    with pytest.raises(InvalidInput, match="chance lies between 0 and 1"):
        Lottery(0.5).variance(ClickAuctions([1.0], [0.5]), [1.5])


@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e150, 1e299])
def test_the_unit_of_money_does_not_matter(scale):
    values, rates = np.array([[3.0, 1.0, 2.0]]), np.array([[0.1, 0.25, 0.2]])
    for payment in (DataDrivenPivot(), GSP(), VCG(), PerClickPivot(), Lottery(0.5)):
        plain = ClickAuctions(values, rates)
        scaled = ClickAuctions(scale * values, rates)
        expected = scale * plain.run(payment).payments
        assert_allclose(scaled.run(payment).payments, expected, rtol=1e-12)
        gains = regret_of_truth(scaled, payment).gains
        expected = scale * regret_of_truth(plain, payment).gains
        assert_allclose(gains, expected, rtol=1e-9, atol=1e-14 * scale)


def test_rates_near_nothing_are_rates():
    played = ClickAuctions([[1.0, 1.0]], [[1e-300, 5e-324]])
    for payment in (DataDrivenPivot(), GSP(), VCG(), PerClickPivot(), Lottery(0.5)):
        assert np.isfinite(played.run(payment).payments).all()
        assert np.isfinite(regret_of_truth(played, payment, highest=1e-299).gains).all()


def test_results_say_what_they_are():
    played = ClickAuctions([3.0, 1.0], [0.1, 0.2])
    assert repr(played) == "<1 auctions of 1 slots among 2 bidders>"
    assert "GSP() on <1 auctions" in repr(played.run(GSP()))
    assert "auction 0, bidder" in repr(regret_of_truth(played, GSP()))
