"""λ-regularised data-driven VCG ([B] Def 8, 9, Ex 4): identities, channels, moving references."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import mdsolve as md
from mdsolve.data_driven import (
    ClickThrough,
    Content,
    DataDrivenVCG,
    FiniteBeliefs,
    Weights,
    marginal_contributions,
    partition,
    posterior_equilibrium,
    posterior_regret,
)
from mdsolve.divergences import DIVERGENCES

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@st.composite
def cases(draw, names=tuple(DIVERGENCES), moving=False):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    agents, states, outcomes = (draw(st.integers(1, 4)) for _ in range(3))
    beliefs = FiniteBeliefs(
        rng.dirichlet(np.ones(states)),
        [rng.dirichlet(np.ones(2), states) for _ in range(agents)],
    )
    references = rng.dirichlet(np.ones(outcomes), 2**agents) * 0.9 + 0.1 / outcomes
    if not moving:
        reference = references[0]
    else:
        powers = 2 ** np.arange(agents)

        def reference(signals):
            return references[int(powers @ signals)]

    strength = draw(st.sampled_from([0.05, 0.5, 3.0]))
    world = Content(draw(st.sampled_from(names)), reference, strength)
    rewards = rng.normal(size=(agents, states, outcomes))
    signals = rng.integers(2, size=agents).tolist()
    return DataDrivenVCG(world, beliefs), rewards, signals


def objective(mechanism, model, rewards, weights, reference):
    world = mechanism.world
    penalty = world.strength * world.divergence.value(model, reference).sum()
    return model @ (weights @ rewards) - penalty


@settings(max_examples=20)
@given(cases())
def test_the_allocation_is_the_mechanism_of_the_spine(case):
    """π* = ∇Φ(Σ E[r_i|s]): a social-welfare rule on posterior rewards trains the same model."""
    mechanism, rewards, signals = case
    weights = mechanism.beliefs.posterior(signals)
    world = mechanism.world
    game = md.Game(world.reference, np.einsum("w,iwx->ix", weights, rewards))
    rule = md.SocialWelfare(world.divergence, world.strength)
    found = mechanism.allocate(rewards, signals)
    assert_allclose(found, rule.train(game).model, atol=1e-10)


@settings(max_examples=20)
@given(cases())
def test_payments_are_definition_9_and_their_channels_add_up(case):
    """An uncancelled Bregman sum against the plain difference of Def 9, state by state."""
    mechanism, rewards, signals = case
    agents, states = rewards.shape[:2]
    for state in range(states):
        outcome = mechanism.run(rewards, signals, state)
        certain = np.eye(states)[state]
        for agent in range(agents):
            others = np.delete(rewards, agent, axis=0).sum(axis=0)
            plain = objective(
                mechanism, outcome.pivots[agent], others, certain, mechanism.world.reference
            ) - objective(mechanism, outcome.allocation, others, certain, mechanism.world.reference)
            assert_allclose(outcome.payments[agent], plain, atol=1e-10)
            moved = outcome.pivots[agent] - outcome.allocation
            assert_allclose(outcome.externality[agent], (certain @ others) @ moved, atol=1e-10)
        assert_allclose(outcome.externality + outcome.steering, outcome.payments, atol=1e-12)


@settings(max_examples=20)
@given(cases())
def test_net_payoffs_are_marginal_contributions(case):
    """[B] Ex 4, ex post: to 1e-12 of the scale, for every divergence."""
    mechanism, rewards, signals = case
    outcome = mechanism.expected(rewards, signals)
    scale = 1.0 + np.abs(rewards).sum(axis=0).max()
    contributions = marginal_contributions(mechanism, rewards, signals)
    assert_allclose(outcome.utilities, contributions, atol=1e-12 * scale)
    # the first part is Φ, from the multiplier alone, and the second by hand
    weights, value = mechanism.beliefs.posterior(signals), partition(mechanism, rewards, signals)
    for agent in range(len(rewards)):
        others = np.delete(rewards, agent, axis=0).sum(axis=0)
        rest = objective(
            mechanism, outcome.pivots[agent], others, weights, mechanism.world.reference
        )
        assert_allclose(contributions[agent], value - rest, atol=1e-10)


@settings(max_examples=20)
@given(cases(names=("kl",)))
def test_kl_in_closed_form(case):
    """π* = π0 exp(Σ E[r_i|s]/λ)/Z, the objective λ log Z, the transfer of Ex 4."""
    mechanism, rewards, signals = case
    strength, reference = mechanism.world.strength, mechanism.world.reference

    def closed(total):
        shifted = total / strength + np.log(reference)
        top = shifted.max()
        mass = np.exp(shifted - top)
        return mass / mass.sum(), strength * (top + np.log(mass.sum()))

    weights = mechanism.beliefs.posterior(signals)
    model, value = closed(weights @ rewards.sum(axis=0))
    outcome = mechanism.run(rewards, signals, Weights(weights))
    assert_allclose(outcome.allocation, model, rtol=1e-11, atol=1e-14)
    assert_allclose(partition(mechanism, rewards, signals), value, atol=1e-11)
    for agent in range(len(rewards)):
        others = np.delete(rewards, agent, axis=0).sum(axis=0)
        pivot, _ = closed(mechanism.beliefs.posterior(signals, agent) @ others)
        transfer = (
            model @ (weights @ others)
            - strength * (model @ np.log(model / reference))
            - pivot @ (weights @ others)
            + strength * (pivot @ np.log(pivot / reference))
        )
        assert_allclose(outcome.transfers[agent], transfer, atol=1e-10)


@pytest.mark.parametrize("name", DIVERGENCES)
def test_small_payments_keep_their_digits(name):
    """λ = 1e7: payments near 1e-8 agree to nine digits with 60-digit arithmetic."""
    import mpmath

    rng = np.random.default_rng(4)
    reference, rewards = rng.dirichlet(np.ones(5)), rng.normal(size=(2, 1, 5))
    beliefs = FiniteBeliefs([1.0], [[[1.0]]] * 2)
    strength = 1e7
    mechanism = DataDrivenVCG(Content(name, reference, strength), beliefs)
    payments = mechanism.run(rewards, [0, 0], 0).payments
    assert payments.max() < 1e-6
    game = md.Game(reference, rewards[:, 0])
    spine = md.Mechanism(md.SocialWelfare(name, strength), md.AffineMaximizer()).run(game)
    # with the state known data-driven VCG is the affine maximizer's mechanism
    assert_allclose(payments, spine.payments, rtol=1e-9)
    if name == "kl":
        with mpmath.workdps(60):

            def model(total):
                masses = [
                    mpmath.mpf(float(q)) * mpmath.exp(mpmath.mpf(float(c)) / strength)
                    for q, c in zip(reference, total, strict=True)
                ]
                return [mass / mpmath.fsum(masses) for mass in masses]

            both = [mpmath.mpf(float(a)) + mpmath.mpf(float(b)) for a, b in rewards[:, 0].T]
            one, two = model(both), model(rewards[1, 0])
            exact = strength * mpmath.fsum(
                p * mpmath.log(p / q) for p, q in zip(one, two, strict=True)
            )
        assert_allclose(payments[0], float(exact), rtol=1e-9)


@settings(max_examples=20)
@given(cases(moving=True))
def test_a_moving_reference_still_nets_marginal_contributions(case):
    """π0(·|s) may depend on signals: the pivot's reference averages the own signal out."""
    mechanism, rewards, signals = case
    outcome = mechanism.expected(rewards, signals)
    scale = 1.0 + np.abs(rewards).sum(axis=0).max()
    contributions = marginal_contributions(mechanism, rewards, signals)
    assert_allclose(outcome.utilities, contributions, atol=1e-11 * scale)
    joint = mechanism.beliefs.joint().sum(axis=0)
    for agent in range(len(rewards)):
        chances = joint[tuple(slice(None) if k == agent else s for k, s in enumerate(signals))]
        told = [[*signals[:agent], k, *signals[agent + 1 :]] for k in range(2)]
        mean = chances / chances.sum() @ [mechanism.world.reference(each) for each in told]
        found = mechanism.world.anchor(mechanism.beliefs, signals, agent)
        assert_allclose(found, mean, rtol=1e-12)


def test_a_reported_signal_that_moves_the_reference_breaks_exactness():
    """[B] footnote of Def 8: π0 (.5, .5) reported into (.99, .01) gains: .620 → .994."""
    references = np.array([[0.5, 0.5], [0.99, 0.01]])
    blank = [[0.5, 0.5]]
    beliefs = FiniteBeliefs([1.0], [blank])
    world = Content("kl", lambda signals: references[signals[0]], 1.0)
    mechanism = DataDrivenVCG(world, beliefs)
    reward = np.array([[[1.0, 0.0]]])
    found = posterior_regret(mechanism, reward, [0], [[(reward[0], 1)]])[0]
    truth, lie = (float(np.log(q @ np.exp([1.0, 0.0]))) for q in references)
    assert_allclose([truth, lie], [0.620, 0.994], atol=5e-4)
    assert_allclose(found.gain, lie - truth, atol=1e-12)
    swept = posterior_equilibrium(mechanism, [list(reward)])
    assert_allclose(swept.epsilon, lie - truth, atol=1e-12)


@settings(max_examples=20)
@given(cases())
def test_an_estimate_that_is_linear_in_the_state_need_only_be_unbiased(case):
    """Cor 3 (ii): weights with the right mean leave nothing to gain."""
    mechanism, rewards, signals = case
    known = mechanism.beliefs.posterior(signals)
    found = posterior_regret(
        mechanism, rewards, signals, estimator=lambda state: np.eye(known.size)[state]
    )
    assert found.gains.max() <= 1e-11 * (1.0 + np.abs(rewards).sum())


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data (shared/data) are not here")
def test_judges_of_stories_are_paid_for_what_they_know():
    """HANNA: raters reward the stories of a prompt whose quality is good or bad, seen through
    their own overall scores as signals; truth is best, and one's contribution is what one nets."""
    mechanism, rewards, signals = hanna_prompt(0)
    outcome = mechanism.expected(rewards, signals)
    assert_allclose(
        outcome.utilities, marginal_contributions(mechanism, rewards, signals), atol=1e-12 * 10
    )
    assert_allclose(outcome.externality + outcome.steering, outcome.payments, atol=1e-12)
    assert posterior_regret(mechanism, rewards, signals).gains.max() <= 1e-11
    assert (outcome.payments != 0.0).all()


def hanna_prompt(prompt):
    with (DATA / "hanna_rewards.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["system"] != "Human"]
    by_prompt = defaultdict(list)
    for row in rows:
        by_prompt[row["prompt_id"]].append(row)
    judged = np.array(
        [
            [np.mean([float(row[f"human{k}_{c}"]) for c in ("CH", "EG")]) for row in rows]
            for k in (1, 2, 3)
        ]
    )
    means = np.array(
        [
            [judged[k][[r["prompt_id"] == p for r in rows]].mean() for p in by_prompt]
            for k in range(3)
        ]
    )
    good = means.mean(axis=0) > np.median(means)
    high = means > np.median(means, axis=1, keepdims=True)
    # counts with one of each added, so that no signal has probability zero
    tables = [
        [
            [1 + (~high[k][good == state]).sum(), 1 + high[k][good == state].sum()]
            for state in (False, True)
        ]
        for k in range(3)
    ]
    likelihoods = [np.array(t) / np.sum(t, axis=1, keepdims=True) for t in tables]
    beliefs = FiniteBeliefs([1 - good.mean(), good.mean()], likelihoods)
    here = [r["prompt_id"] == list(by_prompt)[prompt] for r in rows]
    scores = (judged[:, here] - 1.0) / 4.0
    # in a bad prompt only relevance to it counts, in a good one coherence and engagement
    relevance = np.array(
        [
            [(float(r[f"human{k}_RE"]) - 1) / 4 for r in by_prompt[list(by_prompt)[prompt]]]
            for k in (1, 2, 3)
        ]
    )
    logs = np.array([float(r["ref_avg_logprob"]) for r in by_prompt[list(by_prompt)[prompt]]])
    reference = np.exp(logs - logs.max()) / np.exp(logs - logs.max()).sum()
    rewards = np.stack((relevance, scores), axis=1)
    signals = high[:, prompt].astype(int).tolist()
    return DataDrivenVCG(Content("kl", reference, 0.2), beliefs), rewards, signals


def test_an_auction_with_a_divergence_is_content_whose_outcomes_are_the_agents():
    """Rewards 1[x = i] θ_i ω_i: as λ falls the slot goes to the winner of the plain auction."""
    rates = np.array([[0.2, 0.7], [0.6, 0.3]])
    table = [[0.8, 0.2], [0.2, 0.8]]
    beliefs = FiniteBeliefs([0.5, 0.5], [table, table], rates)
    values = np.array([1.0, 1.2])
    plain = DataDrivenVCG(ClickThrough(), beliefs).expected(values, [1, 1])
    rewards = [np.outer(rates[:, i] * values[i], np.eye(2)[i]) for i in range(2)]
    for strength, off in ((1e-3, 1e-6), (0.3, 1.0)):
        mechanism = DataDrivenVCG(Content("kl", [0.5, 0.5], strength), beliefs)
        smooth = mechanism.expected(rewards, [1, 1])
        assert np.abs(smooth.allocation - plain.allocation).max() <= off
        assert posterior_regret(mechanism, rewards, [1, 1]).gains.max() <= 1e-12
    assert 0.01 < smooth.allocation.min() < 0.5


@pytest.mark.parametrize("name", DIVERGENCES)
@pytest.mark.parametrize("strength", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("mass", [0.25, 1e-12, 1e-300])
def test_tiny_masses_and_extreme_strengths_keep_the_identities(name, strength, mass):
    rewards = np.random.default_rng(0).normal(size=(3, 2, 4))
    beliefs = FiniteBeliefs([0.5, 0.5], [[[0.8, 0.2], [0.3, 0.7]]] * 3)
    reference = [1.0 - 3.0 * mass, mass, mass, mass]
    mechanism = DataDrivenVCG(Content(name, reference, strength), beliefs)
    outcome = mechanism.expected(rewards, [0, 1, 1])
    charges = [
        mechanism.world.charge(model, mechanism.world.reference)
        for model in (outcome.allocation, *outcome.pivots)
    ]
    scale = 10.0 + max(charges)
    contributions = marginal_contributions(mechanism, rewards, [0, 1, 1])
    assert_allclose(outcome.utilities, contributions, atol=1e-12 * scale)
    assert_allclose(outcome.externality + outcome.steering, outcome.payments, atol=1e-12 * scale)
    found = posterior_regret(mechanism, rewards, [0, 1, 1], [[(rewards[1], 0)], [], []])
    assert found.gains.max() <= 1e-12 * scale
