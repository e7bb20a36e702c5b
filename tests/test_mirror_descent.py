"""Training as it happens: KL's closed form, ascent, brackets, resumption, refusals."""

import zipfile

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import games

import mdsolve as md
from mdsolve.errors import InvalidInput
from mdsolve.payments.training_runs import Trajectory, trajectory

GAME = md.Game([0.2, 0.3, 0.5], [[1.0, 0.0, 0.5], [0.0, 1.0, 0.2]], sizes=[2, 1])
STRENGTHS = st.sampled_from([0.02, 0.3, 2.0, 50.0])


@given(games(tiny_masses=True), STRENGTHS, st.integers(1, 40), st.floats(0.05, 1.5))
@settings(max_examples=25)
def test_kl_has_its_closed_form(game, strength, steps, pace):
    """log π_k = log π0 + (1 − (1 − ηλ)^k) c/λ + constant (math.md §9), in mpmath."""
    run = trajectory(md.SocialWelfare("kl", strength), game, steps, step_size=pace / strength)
    with mp.workdps(40):
        done = (1 - (1 - mp.mpf(pace / strength) * strength) ** steps) / mp.mpf(strength)
        sizes = [mp.mpf(float(size)) for size in game.sizes]
        combined = [mp.fdot(sizes, map(mp.mpf, column)) for column in game.rewards.T.tolist()]
        masses = [
            mp.mpf(float(q)) * mp.exp(done * c)
            for q, c in zip(game.reference, combined, strict=True)
        ]
        truth = [float(mass / mp.fsum(masses)) for mass in masses]
    rounding = 1e-12 + 1e-15 * float(game.sizes @ game.reward_bounds[:, 1]) / strength
    np.testing.assert_allclose(run.models[-1], truth, rtol=50 * rounding, atol=1e-300)


@pytest.mark.parametrize("name", md.DIVERGENCES)
@given(games(signed=True), STRENGTHS)
@settings(max_examples=8)
def test_ascent_within_brackets(name, game, strength):
    """F never falls but for rounding, and every checkpoint's bracket holds Φ(c)."""
    rule = md.SocialWelfare(name, strength)
    run = trajectory(rule, game, 25, every=3)
    optimum = rule.train(game)
    assert (run.lower <= optimum.upper).all()
    assert (run.upper >= optimum.lower).all()
    assert np.isfinite(run.upper).all()
    slack = 1e-12 * (1.0 + strength + float(game.sizes @ np.abs(game.reward_bounds).max(axis=1)))
    assert (np.diff(run.lower) >= -slack).all()
    np.testing.assert_allclose(run.models.sum(axis=1), 1.0, rtol=1e-12)
    assert run.steps.tolist() == [0, 3, 6, 9, 12, 15, 18, 21, 24, 25]


@pytest.mark.parametrize("name", md.DIVERGENCES)
def test_training_ends_at_the_optimum(name):
    rule = md.SocialWelfare(name, 0.4)
    run = trajectory(rule, GAME, 600, every=600)
    assert run.gaps[-1] < 1e-9
    np.testing.assert_allclose(run.models[-1], rule.train(GAME).model, atol=1e-5)


@pytest.mark.parametrize("name", ["kl", "hellinger"])
def test_a_resumed_run_is_the_same_run(name, tmp_path):
    rule = md.SocialWelfare(name, 0.3)
    whole = trajectory(rule, GAME, 20, every=4)
    trajectory(rule, GAME, 9, every=4).save(tmp_path / "run.npz")
    part = Trajectory.load(tmp_path / "run.npz")
    assert part.steps.tolist() == [0, 4, 8, 9]
    resumed = trajectory(rule, GAME, 20, every=4, resume=part)
    for field in ("steps", "models", "lower", "upper", "multipliers"):
        np.testing.assert_array_equal(getattr(resumed, field), getattr(whole, field))
    assert resumed.state.step_size == whole.state.step_size


def test_an_interrupted_run_keeps_what_is_done():
    rule = md.SocialWelfare("kl", 0.3)

    def stop(done, total):
        assert total == 20
        if done == 7:
            raise KeyboardInterrupt

    part = trajectory(rule, GAME, 20, every=5, progress=stop)
    assert not part.finished
    assert part.steps.tolist() == [0, 5, 7]
    whole = trajectory(rule, GAME, 20, every=5)
    resumed = trajectory(rule, GAME, 20, every=5, resume=part)
    np.testing.assert_array_equal(resumed.models, whole.models)
    assert resumed.finished


def test_log_probabilities_far_below_underflow():
    game = md.Game.from_logprob([-1.0, -4000.0], [[0.0, 5000.0]])
    run = trajectory(md.SocialWelfare("kl", 1.0), game, 40, step_size=1.0)
    assert run.models[-1].tolist() == [0.0, 1.0]
    assert run.gaps[-1] < 1e-8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "steps: 0 is not a positive integer"),
        ({"every": 1.5}, "every: 1.5 is not a positive integer"),
        ({"step_size": -1.0}, "step_size: -1.0 is not a positive finite number.*such as 0.1/λ"),
        ({"step_size": 7.0}, "ηλ ≥ 2, and training diverges. Use η up to 1/λ = 3.33"),
        ({"without": "nobody"}, "group 'nobody' does not exist"),
        ({"rule": md.NashWelfare("kl", 0.3)}, "NashWelfare.* is not SocialWelfare"),
        ({"resume": trajectory(md.SocialWelfare("kl", 0.2), GAME, 2)}, "is that of another run"),
    ],
)
def test_refusals(change, message):
    asked = {"rule": md.SocialWelfare("kl", 0.3), "game": GAME, "steps": 3} | change
    with pytest.raises(InvalidInput, match=message):
        trajectory(**asked)


def test_a_run_of_another_size_is_refused():
    part = trajectory(md.SocialWelfare("kl", 0.3), md.Game([0.5, 0.5], [[1.0, 0.0]]), 2)
    with pytest.raises(InvalidInput, match="its models have 2 outcomes, the game has 3"):
        trajectory(md.SocialWelfare("kl", 0.3), GAME, 3, resume=part)


def test_files_are_not_trusted(tmp_path):
    path = tmp_path / "run.npz"
    run = trajectory(md.SocialWelfare("kl", 0.3), GAME, 3)
    run.save(path)
    with pytest.raises(InvalidInput, match="exists already"):
        run.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def broken(file, message, compression=zipfile.ZIP_STORED, **changes):
        with zipfile.ZipFile(file, "w", compression) as archive:
            for name, content in (parts | changes).items():
                archive.writestr(name, content)
        with pytest.raises(InvalidInput, match=message):
            Trajectory.load(file)

    broken(tmp_path / "a.npz", "it is compressed", zipfile.ZIP_DEFLATED)
    broken(tmp_path / "b.npz", "it holds other arrays", **{"more.npy": b""})
    broken(tmp_path / "c.npz", "is not a trajectory", **{"models.npy": parts["lower.npy"]})
    broken(tmp_path / "d.npz", "is not a trajectory", **{"models.npy": b"nothing"})
    np.savez(
        tmp_path / "e.npz",
        **{
            name.removesuffix(".npy"): value
            for name, value in np.load(path).items()
            if name != "models"
        },
        models=-run.models,
    )
    with pytest.raises(InvalidInput, match="a model is not a distribution"):
        Trajectory.load(tmp_path / "e.npz")
    with pytest.raises(InvalidInput, match="is not a trajectory"):
        Trajectory.load(tmp_path / "missing.npz")


def test_constant_rewards_leave_nothing_to_gain():
    """The reference is the optimum: no step is refused for its rounding, and none shrinks away."""
    game = md.Game([0.8, 0.2], [[-1.0, -1.0]])
    run = trajectory(md.SocialWelfare("jensen-shannon", 0.02), game, 25)
    assert np.allclose(run.models, game.reference, rtol=1e-12)
    assert run.state.step_size > 1e-3
