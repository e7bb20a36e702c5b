"""Menus of models that come with each game: chosen and charged as game by game."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from test_batch import drawn
from test_batch_files import OPTIONS, candidates, mdsolve, whole, written

import mdsolve as md
from mdsolve.games import Game


def menus(one: list[Game], entries: int, seed: int = 0) -> np.ndarray:
    """Return random models of games, (entries, cells), the last without half the outcomes."""
    generator, rows = np.random.default_rng(seed), []
    for game in one:
        models = generator.random((entries, game.shape[1])) ** 3
        models[0] = game.reference
        if game.shape[1] > 2:
            models[-1, : game.shape[1] // 2] = 0.0
        rows.append(models / models.sum(axis=1, keepdims=True))
    return np.concatenate(rows, axis=1)


def with_menu(one: list[Game], models: np.ndarray, sizes=None) -> md.Batch:
    batch = md.Batch.of(one)
    return md.Batch(batch.offsets, batch.reference, batch.rewards,
                    batch.sizes if sizes is None else sizes, menu=models)  # fmt: skip


def compare(batch: md.Batch, mechanism: md.Mechanism, outcome: md.BatchOutcome) -> None:
    rule = mechanism.rule
    for k, game in enumerate(batch.games()):
        menu = rule.on(batch.models_of(k), game)
        alone = md.Mechanism(menu, mechanism.payment).run(game)
        assert outcome.choice[k] == alone.model.argmax()
        np.testing.assert_array_equal(outcome.model_of(k), batch.models_of(k)[outcome.choice[k]])
        width = 4.0 * (alone.upper - alone.lower)
        for name in ("payments", "utilities", "values", "payment_lower", "payment_upper"):
            here, there = getattr(outcome, name)[k], getattr(alone, name)
            np.testing.assert_allclose(here, there, 1e-12, atol=width, err_msg=name)
        np.testing.assert_allclose(outcome.lower[k], alone.lower, 1e-12, atol=width)
        assert outcome.lower[k] <= alone.upper
        assert alone.lower <= outcome.upper[k]


@pytest.mark.parametrize("divergence", md.DIVERGENCES)
@pytest.mark.parametrize("kind", ["plain", "ties", "tiny", "steep"])
def test_menus_are_chosen_and_charged_as_game_by_game(divergence, kind):
    one = drawn(kind, 12, seed=3)
    models = menus(one, 4)
    if divergence == "forward-kl":  # elsewhere its divergence is infinite
        models = 0.5 * models + 0.5 * models[0]
    batch = with_menu(one, models)
    for strength in (1e-2, 0.3, 10.0):
        mechanism = md.Mechanism(md.MenuWelfare(divergence, strength), md.AffineMaximizer())
        compare(batch, mechanism, md.solve_batch(batch, mechanism, threads=1))


def test_ties_of_whole_menus_are_decided_by_the_one_game_code():
    one = drawn("plain", 6, seed=1)
    models = menus(one, 3)
    models[2] = models[1]
    batch = with_menu(one, models)
    mechanism = md.Mechanism(md.MenuWelfare("kl", 0.05), md.AffineMaximizer())
    outcome = md.solve_batch(batch, mechanism)
    assert outcome.alone.size
    compare(batch, mechanism, outcome)


def test_single_precision_and_sizes_by_game():
    one = drawn("plain", 8, seed=5)
    sizes = np.random.default_rng(0).random((8, 3)) + 0.1
    batch = with_menu(one, menus(one, 3).astype(np.float32), sizes)
    mechanism = md.Mechanism(md.MenuWelfare("l2", 0.5), md.AffineMaximizer())
    compare(batch, mechanism, md.solve_batch(batch, mechanism))
    some = batch.taken([5, 2])
    assert some.menu.dtype == np.float32
    compare(some, mechanism, md.solve_batch(some, mechanism))


def test_no_lie_gains_from_a_batch_of_menus():
    """Truth is a dominant strategy on any fixed range ([S] Thm 4.2)."""
    one = drawn("plain", 30, seed=7)
    batch = with_menu(one, menus(one, 5))
    mechanism = md.Mechanism(md.MenuWelfare("kl", 0.2), md.AffineMaximizer())
    truth = md.solve_batch(batch, mechanism)
    generator, changed = np.random.default_rng(0), 0
    for _ in range(5):
        lie = md.solve_batch(batch.reported(0, generator.random(batch.shape[2])), mechanism)
        earned = batch.segments().sum(batch.rewards[0] * lie.model)
        gained = batch.sizes[:, 0] * earned - lie.payments[:, 0] - truth.utilities[:, 0]
        assert (gained <= 1e-12).all()
        changed += int((lie.choice != truth.choice).sum())
    assert changed


def menu_table(prompts: int = 30) -> pa.Table:
    """Return candidates with two columns of models."""
    table = candidates(prompts, seed=9)
    reference = table["reference"].to_numpy()
    names = np.array([int(name[1:]) for name in table["prompt"].to_pylist()])
    tuned = reference * np.exp(2.0 * table["kind"].to_numpy())
    tuned /= np.bincount(names, tuned)[names]
    return table.append_column("base", pa.array(reference)).append_column("tuned", pa.array(tuned))


def test_columns_of_a_file_are_a_menu(tmp_path):
    table = menu_table()
    path = written(tmp_path / "in.parquet", table)
    words = ("batch", path, *OPTIONS, "--rows", 60, "--menu", "base,tuned")
    done = mdsolve(*words, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    batch = md.Batch.from_table(table, menu=["base", "tuned"])
    outcome = md.solve_batch(batch, md.Mechanism(md.MenuWelfare("kl", 0.5), md.AffineMaximizer()))
    groups = whole(tmp_path / "out", "groups")
    np.testing.assert_allclose(groups["payment"], outcome.payments.ravel(), 1e-12, atol=1e-15)
    assert groups["chosen"].to_pylist() == [name for name in outcome.chosen for _ in range(2)]
    assert set(outcome.chosen) == {"base", "tuned"}
    np.testing.assert_array_equal(whole(tmp_path / "out", "allocations")["model"], outcome.model)
    assert outcome.outcome(0).payments.shape == (2,)
    for options, message in (
        (("--menu", "base,other"), "there is no column 'other'"),
        (("--menu", "base", "--rule", "nash"), "chosen by social welfare, not NashWelfare"),
        (("--menu", "base", "--payment", "revenue", "--domain", "sum"), "the whole simplex"),
    ):
        refused = mdsolve("batch", path, *OPTIONS, *options, "--out", tmp_path / "refused")
        assert refused.returncode == 2
        assert message in refused.stderr


def test_a_bad_menu_is_rejected_with_its_prompt_and_entry(tmp_path):
    table = menu_table(4)
    tuned = table["tuned"].to_numpy().copy()
    tuned[-1] += 0.5
    frame = table.set_column(6, "tuned", pa.array(tuned))
    path = written(tmp_path / "in.parquet", frame)
    done = mdsolve("batch", path, *OPTIONS, "--menu", "base,tuned", "--on-error", "skip", "--out",
                   tmp_path / "out")  # fmt: skip
    assert done.returncode == 0, done.stderr
    rejects = whole(tmp_path / "out", "rejects").to_pylist()
    assert [reject["prompt"] for reject in rejects] == ["p000003"]
    assert "menu 'tuned': probabilities from" in rejects[0]["reason"]
    with pytest.raises(md.InvalidInput, match="prompt 'p000003': menu 'tuned'"):
        md.Batch.from_table(frame, menu=["base", "tuned"])


def test_misfits_of_menus_are_refused():
    given = {"reference": [0.5, 0.5], "rewards": [[1.0, 0.0]]}
    with pytest.raises(md.InvalidInput, match=r"menu: shape \(1, 3\), but there are 2 cells"):
        md.Batch([0, 2], **given, menu=[[0.5, 0.25, 0.25]])
    batch = md.Batch([0, 2], **given, menu={"one": [1.0, 0.0]})
    paid = md.AffineMaximizer()
    for mechanism, message in (
        (md.Mechanism(md.SocialWelfare("kl", 1.0), paid), "but the batch has a menu"),
        (md.Mechanism(md.MenuWelfare("forward-kl", 1.0), paid), r"prompt '0'.*must be finite"),
    ):
        with pytest.raises(md.InvalidInput, match=message):
            md.solve_batch(batch, mechanism)
    with pytest.raises(md.InvalidInput, match="come with the games of a Batch"):
        md.Mechanism(md.MenuWelfare("kl", 1.0), paid).run(batch.game(0))


def test_menus_of_dask_frames_are_the_same():
    dd = pytest.importorskip("dask.dataframe")
    frame = menu_table(10).to_pandas()
    mechanism = md.Mechanism(md.MenuWelfare("kl", 0.5), md.AffineMaximizer())
    lazy = md.solve_dask(dd.from_pandas(frame, npartitions=3), mechanism, menu=["base", "tuned"])
    found = lazy.compute(scheduler="sync").sort_values(["prompt", "group"], kind="stable")
    batch = md.Batch.from_table(frame, menu=["base", "tuned"])
    expected = md.solve_batch(batch, mechanism).groups().to_pandas()
    expected = expected.sort_values(["prompt", "group"], kind="stable")
    assert found["chosen"].tolist() == expected["chosen"].tolist()
    np.testing.assert_allclose(found["payment"], expected["payment"], 1e-12)
