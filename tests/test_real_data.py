"""Real groups that truly disagree: raters of stories (HANNA) and opinion groups (Polis)."""

import csv
from collections import defaultdict
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

import mdsolve as md

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
CRITERIA = ("RE", "CH", "EM", "SU", "EG", "CX")
MECHANISM = md.Mechanism(md.SocialWelfare("kl", 0.5), md.AffineMaximizer())

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real data (shared/data beside the project) are not here"
)


def read(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def stories(prompts=6):
    """Return games of the ten machine stories, referred to by their whole log-likelihoods."""
    by_prompt = defaultdict(list)
    for row in read("hanna_rewards.csv"):
        if row["system"] != "Human":
            by_prompt[row["prompt_id"]].append(row)
    return {
        f"hanna {prompt}": md.Game.from_logprob(
            [float(row["ref_avg_logprob"]) * float(row["n_tokens"]) for row in rows],
            [
                [np.mean([float(row[f"human{k}_{short}"]) for k in (1, 2, 3)]) for row in rows]
                for short in CRITERIA
            ],
            outcomes=[row["system"] for row in rows],
            groups=CRITERIA,
        )
        for prompt, rows in islice(by_prompt.items(), prompts)
    }


def conversations():
    """Return games of statements: a group's reward is its net share of agreement, from 0 up."""
    votes = defaultdict(dict)
    for row in read("polis_group_votes.csv"):
        cast = [int(row[f"n_{kind}"]) for kind in ("agree", "disagree", "pass")]
        votes[row["conversation"]][row["group"], row["comment_id"]] = cast
    return {f"polis {name}": conversation(cast) for name, cast in votes.items()}


def conversation(cast):
    groups = sorted({group for group, _ in cast})
    statements = list(dict.fromkeys(statement for _, statement in cast))
    rewards, members = [], []
    for group in groups:
        counts = np.array([cast.get((group, statement), [0, 0, 0]) for statement in statements])
        seen = counts.sum(axis=1)
        shares = (counts[:, 0] - counts[:, 1]) / (seen + 2)
        rewards.append(shares - shares.min())
        members.append(seen.max())  # the members whose votes were counted
    uniform = np.full(len(statements), 1.0 / len(statements))
    return md.Game(uniform, rewards, members, outcomes=statements, groups=groups)


def every_game():
    return stories() | conversations() if DATA.is_dir() else {}


GAMES = every_game()


def strength_of(game):
    """Return a strength at which the groups move the model, but not to one outcome."""
    return 0.05 * float(game.sizes @ np.ptp(game.reward_bounds, axis=1))


@pytest.fixture(params=GAMES.values(), ids=GAMES.keys())
def game(request):
    return request.param


def lies(game, rng):
    """Yield misreports: exaggerated, inverted, shuffled, single-minded and indifferent."""
    for group, reward in enumerate(game.rewards):
        low, high = game.reward_bounds[group]
        size = float(game.sizes[group])
        yield group, 2.0 * reward, size
        yield group, high + low - reward, size
        yield group, rng.permutation(reward), size
        yield group, high * (reward == high), 3.0 * size
        yield group, np.zeros_like(reward), size
        yield group, reward, 0.5 * size


def test_the_games_are_what_the_data_say():
    assert sum(name.startswith("hanna") for name in GAMES) == 6
    polis = [game for name, game in GAMES.items() if name.startswith("polis")]
    assert len(polis) == 4
    assert sum(game.shape[1] for game in polis) == 302
    for name, game in GAMES.items():
        if name.startswith("hanna"):
            assert game.shape == (6, 10)
            assert np.ptp(game.log_reference) > 1000.0
            assert game.underflowed.size > 0


def test_references_that_underflow_give_a_model_all_the_same():
    for game in (game for name, game in GAMES.items() if name.startswith("hanna")):
        logits = game.log_reference + game.combined() / 0.5
        outcome = MECHANISM.run(game)
        assert_allclose(outcome.model, np.exp(logits - np.logaddexp.reduce(logits)), rtol=1e-10)
        assert np.isfinite(outcome.payments).all()
        assert (outcome.payments >= 0.0).all()


@pytest.mark.parametrize("strength", [1e-3, 1.0, 1e3])
def test_brackets_are_tight_and_payments_and_utilities_non_negative(game, strength):
    strength *= strength_of(game)
    outcome = md.Mechanism(md.SocialWelfare("kl", strength), md.AffineMaximizer()).run(game)
    scale = max(abs(outcome.lower), abs(outcome.upper), np.ptp(game.combined()))
    assert 0.0 <= outcome.upper - outcome.lower <= 1e-12 * scale
    assert (outcome.payments >= 0.0).all()
    assert (outcome.utilities >= -1e-12 * scale).all()
    assert (outcome.payment_lower <= outcome.payments).all()
    assert (outcome.payments <= outcome.payment_upper).all()


@pytest.mark.parametrize("divergence", ["kl", "l2"])
def test_no_sampled_lie_gains(game, divergence):
    rule = md.SocialWelfare(divergence, strength_of(game))
    mechanism = md.Mechanism(rule, md.AffineMaximizer())
    if divergence != "kl" and game.underflowed.size:
        with pytest.raises(md.InvalidInput, match="underflows"):
            mechanism.run(game)
        return
    truth = mechanism.run(game)
    scale = max(abs(truth.lower), abs(truth.upper))
    for group, reward, size in lies(game, np.random.default_rng(0)):
        lie = mechanism.run(game.reported(group, reward, size))
        told = game.sizes[group] * (game.rewards[group] @ lie.model) - lie.payments[group]
        lost = truth.regret(group, reward, size)
        assert lost >= 0.0
        assert_allclose(truth.utilities[group] - told, lost, rtol=1e-9, atol=1e-13 * scale)


@pytest.mark.parametrize("solver", ["clarabel", "ecos"])
def test_conic_solvers_agree_with_the_closed_form(game, solver):
    rule = md.SocialWelfare("kl", strength_of(game))
    fast, conic = rule.train(game), rule.train(game, solver=solver, tolerance=1e-6)
    scale = max(abs(fast.lower), abs(fast.upper), np.abs(game.combined()).max())
    assert conic.lower <= fast.upper
    assert fast.lower <= conic.upper
    assert conic.gap <= 1e-6 * scale
    assert_allclose(conic.model, fast.model, atol=2e-3)


@pytest.mark.parametrize("kind", [md.NashWelfare, md.Egalitarian])
def test_other_rules_are_bracketed(kind):
    for game in GAMES.values():
        training = kind("kl", 0.05).train(game)
        assert training.gap <= 1e-9 * max(1.0, abs(training.upper))
