"""An outcome under the user's own constraints, what cannot be written to, files, and refusals."""

import json
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose

import mdsolve as md
from mdsolve.errors import InvalidInput, ToleranceNotReached

RULE = md.SocialWelfare("kl", 1.0)
MECHANISM = md.Mechanism(RULE, md.AffineMaximizer())
REFERENCE = np.array([0.3, 0.4, 0.2, 0.1])
REWARDS = np.array([[1.0, 0.0, 0.5, 0.2], [0.1, 0.9, 0.3, 0.0], [0.2, 0.4, 0.8, 0.6]])
GAME = md.Game(REFERENCE, REWARDS, [1.0, 2.0, 3.0])


def menu_of(models):
    return md.FiniteMenu.of_models(models, GAME, "kl", 1.0)


def by_menu():
    menu = menu_of([REFERENCE, [1.0, 0.0, 0.0, 0.0]])
    return md.Mechanism(menu, md.AffineMaximizer()).run(GAME)


def capped(model):
    return [model[0] <= 0.05]


@pytest.fixture(scope="module")
def outcome():
    return MECHANISM.run(GAME, constraints=capped)


@pytest.mark.parametrize("group", [0, 1, 2])
@pytest.mark.parametrize("size", [None, 5.0])
def test_regret_under_constraints_is_what_the_lie_loses(outcome, group, size):
    report = [5.0, 0.0, 0.0, 1.0]
    lie = MECHANISM.run(GAME.reported(group, report, size), constraints=capped)
    told = GAME.sizes[group] * (REWARDS[group] @ lie.model) - lie.payments[group]
    lost = outcome.regret(group, report, size)
    assert_allclose(lost, outcome.utilities[group] - told, atol=2e-5)
    assert lost >= 0.0
    assert abs(MECHANISM.run(GAME).regret(group, report, size) - lost) > 1e-3


def test_counterfactuals_obey_the_constraints(outcome):
    assert (outcome.counterfactuals[:, 0] <= 0.05 + 1e-6).all()
    assert (MECHANISM.run(GAME).counterfactuals[:, 0] > 0.1).any()


@pytest.mark.parametrize(
    "name", ["model", "values", "payments", "utilities", "payment_lower", "counterfactuals"]
)
def test_nothing_of_an_outcome_can_be_written_to(name):
    with pytest.raises(ValueError, match="read-only"):
        getattr(MECHANISM.run(GAME), name)[...] = 0.0


def test_an_outcome_writes_itself(tmp_path):
    import pyarrow.parquet

    outcome = MECHANISM.run(GAME)
    outcome.write(tmp_path / "outcome.json")
    assert json.loads((tmp_path / "outcome.json").read_text()) == outcome.to_dict()
    outcome.write(tmp_path / "outcome.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "outcome.parquet") == outcome.table()
    for path, why in (
        (tmp_path / "outcome.json", "exists already"),
        (tmp_path / "outcome.xlsx", "extension '.xlsx' is unknown"),
        (tmp_path / "none" / "outcome.json", "there is no folder"),
    ):
        with pytest.raises(InvalidInput, match=why):
            outcome.write(path)
    outcome.write(tmp_path / "outcome.json", overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outcome.json", "outcome.parquet"]


def test_a_missed_tolerance_comes_back_from_a_worker():
    miss = ToleranceNotReached("too wide", solver="scs", lower=-1.0, upper=2.0)
    back = pickle.loads(pickle.dumps(miss))
    assert (str(back), back.solver, back.lower, back.upper) == ("too wide", "scs", -1.0, 2.0)


@pytest.mark.parametrize(
    ("attempt", "why"),
    [
        (lambda: RULE.train(None), "game: NoneType is not a Game"),
        (lambda: RULE.problem(REWARDS), "game: ndarray is not a Game"),
        (lambda: md.Mechanism(RULE, md.AffineMaximizer).run(GAME), r"Pass AffineMaximizer\(\)"),
        (lambda: md.frontier(RULE, None, [1.0]), "game: NoneType is not a Game"),
        (lambda: md.frontier(RULE, GAME, 1.0), "strengths: 1.0 is a single one"),
        (lambda: md.frontier(md.FiniteMenu([[1.0]], [0.0], 1.0), GAME, [1.0]), "no strength to"),
        (lambda: RULE.train(GAME, tolerance=None), "tolerance: None is not a positive"),
        (lambda: RULE.train(GAME, tolerance="1"), "tolerance: '1' is not a positive"),
        (lambda: MECHANISM.run(GAME, tolerance=-1.0), "tolerance: -1.0 is not a positive"),
        (lambda: RULE.train(GAME, constraints=None), "constraints: a single NoneType"),
        (lambda: md.AlphaFair("kl", 1.0, "x"), "alpha: 'x' is not a finite number"),
        (lambda: md.FiniteMenu([[1.0], [1.0, 2.0]], [0.0, 0.0], 1.0), "values are not an array"),
        (lambda: md.FiniteMenu(np.zeros((1, 1, 1)), [0.0], 1.0), r"values of shape \(1, 1, 1\)"),
        (lambda: menu_of([[0.5, 0.5]]), r"shape \(1, 2\), but the game has 4 outcomes"),
        (
            lambda: menu_of([REFERENCE, [2.0, -1.0, 0.0, 0.0]]),
            "menu entry 1: probabilities from -1",
        ),
        (lambda: by_menu().regret(0, [1.0]), r"values of shape \(1,\) for 2 entries"),
        (lambda: by_menu().regret(0, [1.0, np.nan]), r"values\[1, 0\] is nan"),
        (lambda: by_menu().regret(0, size=-9.0), "size is -9"),
        (lambda: MECHANISM.run(GAME).regret(0, size="x"), "'x', not a number"),
        (lambda: MECHANISM.run(GAME, constraints=lambda x: x[0] <= 0.1), "returned a Inequality"),
    ],
)
def test_a_mistake_is_named(attempt, why):
    with pytest.raises(InvalidInput, match=why):
        attempt()


def test_no_refusal_says_the_same_twice():
    with pytest.raises(ToleranceNotReached) as caught:
        RULE.train(GAME, constraints=lambda model: [model[0] <= -1.0])
    lines = str(caught.value).splitlines()
    assert len(lines) == len(set(lines))


def test_undecodable_bytes_are_placed_on_their_line(tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes(b"outcome,reference,kind\nplain,0.5,1\ncaf\xe9,0.5,2\n")
    with pytest.raises(InvalidInput, match=r"latin\.csv, line 3: .*UTF-8 text"):
        md.Game.from_table(path)
