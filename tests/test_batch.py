"""A batch gives what its games give one by one, to the last few ulp, whatever is drawn."""

from __future__ import annotations

from math import isfinite

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import games

import mdsolve as md
from mdsolve.batch import solve as solving
from mdsolve.batch.ground import Grounds
from mdsolve.batch.moves import depth
from mdsolve.batch.segments import Segments
from mdsolve.batch.vertices import _Search
from mdsolve.games import Game
from mdsolve.precision import EPS

STRENGTHS = (1e-6, 1e-2, 1.0, 1e6)
KINDS = ("plain", "ties", "tiny", "level", "steep")
NOTHING = 1e-280


def drawn(kind: str, count: int, seed: int, groups: int = 3) -> list[Game]:
    """Return games of 1 to 64 outcomes of one kind of difficulty."""
    generator = np.random.default_rng(seed)
    sizes = generator.integers(1, 5, groups).astype(float)
    found: list[Game] = []
    for k in range(count):
        m = 1 + k if k < 3 else int(generator.integers(1, 65))
        reference = generator.random(m) + 1e-3
        rewards = generator.random((groups, m))
        if kind == "ties":
            rewards = np.round(2.0 * rewards) / 2.0
            rewards[-1] = rewards[0]
            rewards[0] = rewards[0, 0] if k % 3 == 0 else rewards[0]
            reference[:] = 1.0
        if kind == "tiny":
            reference *= 10.0 ** -generator.choice([0.0, 3.0, 12.0, 100.0, 300.0], m)
            reference[generator.integers(m)] = 1.0
        if kind == "level":
            rewards = 1e3 + 1e-6 * rewards
        if kind == "steep":
            rewards *= 10.0 ** generator.integers(-8, 3, (groups, 1))
        found.append(Game(reference / reference.sum(), rewards, sizes))
    return found


def compare(batch: md.Batch, mechanism: md.Mechanism, outcome: md.BatchOutcome, one: list[Game]):
    """Compare with one game after the other; exponents c/λ round by their own size in both."""
    for k, game in enumerate(one):
        alone = mechanism.run(game)
        size = float(game.sizes @ np.abs(game.reward_bounds).max(axis=1))
        steep = size / mechanism.rule.strength
        rtol = 1e-12 + 4e-15 * steep
        kink = 1e-13 * float(game.reference.min()) + NOTHING
        # of a difference of masses that the rounding of c/λ leaves, of second order
        spare = max(1e-30, (4.0 * EPS * steep) ** 2) * mechanism.rule.strength
        if float(game.reference.min()) < 1e-16 and isfinite(mechanism.rule.divergence.pole):
            # at a pole the top outcome takes what the total mass misses, of which both see eps
            kink, spare = 1e-15, 1e-15 * mechanism.rule.strength
        np.testing.assert_allclose(outcome.model_of(k), alone.model, rtol, atol=kink)
        # a floor below its own rounding is told by its bracket's middle
        sure = float((alone.payment_upper - alone.payment_lower).max()) if alone.floors else spare
        # both know masses to eps c/λ, and a payment is λ times the square of their difference
        near = 8.0 * EPS * steep * np.sqrt(mechanism.rule.strength * alone.payments.max())
        np.testing.assert_allclose(outcome.payments[k], alone.payments, rtol, atol=sure + near)
        width = np.maximum(alone.upper - alone.lower, outcome.upper[k] - outcome.lower[k])
        np.testing.assert_allclose(outcome.utilities[k], alone.utilities, 1e-11, atol=width + spare)
        np.testing.assert_allclose(outcome.values[k], alone.values, 1e-12, atol=kink)
        assert outcome.lower[k] <= alone.upper
        assert alone.lower <= outcome.upper[k]
        loose = 16.0 * EPS * size  # where rewards cancel, c rounds by their size, not its own
        width = outcome.upper[k] - outcome.lower[k]
        assert width <= 4.0 * (alone.upper - alone.lower) + spare + loose
        assert (outcome.payment_lower[k] <= alone.payment_upper).all()
        assert (alone.payment_lower <= outcome.payment_upper[k]).all()
        for i, floor in enumerate(alone.floors):
            assert outcome.floor_lower is not None
            assert outcome.floor_upper is not None
            assert outcome.floor_lower[k, i] <= floor.upper * (1 + 1e-13)
            assert floor.lower <= outcome.floor_upper[k, i] * (1 + 1e-13)
            spread = outcome.floor_upper[k, i] - outcome.floor_lower[k, i]
            assert spread <= 4.0 * floor.gap + 1e-13 * floor.upper + NOTHING


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("divergence", md.DIVERGENCES)
def test_a_batch_gives_what_its_games_give(divergence, kind):
    one = drawn(kind, 9, seed=len(kind))
    batch = md.Batch.of(one)
    for strength in STRENGTHS:
        mechanism = md.Mechanism(md.SocialWelfare(divergence, strength), md.AffineMaximizer())
        outcome = md.solve_batch(batch, mechanism, threads=1)
        assert outcome.alone.size <= len(one) // 2, strength
        compare(batch, mechanism, outcome, one)


@given(st.lists(games(2, 2, tiny_masses=True, signed=True), min_size=1, max_size=4), st.data())
@settings(max_examples=25)
def test_what_is_drawn_gives_the_same(one, data):
    divergence = data.draw(st.sampled_from(sorted(md.DIVERGENCES)))
    strength = data.draw(st.sampled_from(STRENGTHS))
    mechanism = md.Mechanism(md.SocialWelfare(divergence, strength), md.AffineMaximizer())
    batch = md.Batch.of(one)
    compare(batch, mechanism, md.solve_batch(batch, mechanism, threads=1), one)


@given(games(1, 3, tiny_masses=True, signed=True), st.sampled_from([1e-2, 0.3, 5.0]))
@settings(max_examples=40)
def test_the_lowest_vertex_of_squared_l2_is_the_lowest_point(game, strength):
    """Raising a lower entry of y = π0 + c/2λ leaves what raising a higher one majorises."""
    y = game.reference + game.sizes @ game.rewards / (2.0 * strength)
    lower, upper = raised(game, md.SocialWelfare("l2", strength))
    assert (lower[y.argmin()] <= upper).all()


def raised(game: Game, rule: md.SocialWelfare) -> tuple[np.ndarray, np.ndarray]:
    """Return brackets of Φ(c + e_x) for every outcome x."""
    more = (
        Game(game.reference, np.vstack([game.rewards, alone]), [*game.sizes, 1.0])
        for alone in np.eye(game.shape[1])
    )
    trained = [rule.train(each) for each in more]
    return np.array([t.lower for t in trained]), np.array([t.upper for t in trained])


@given(
    games(1, 3, tiny_masses=True, signed=True),
    st.sampled_from(sorted(set(md.DIVERGENCES) - {"l2"})),
    st.sampled_from([1e-2, 0.3, 5.0]),
)
@settings(max_examples=40)
def test_what_is_less_likely_and_less_rewarded_is_no_worse_a_vertex(game, divergence, strength):
    """q_x ≤ q_z and c_x ≤ c_z: raising x raises Φ by no more than raising z."""
    q, c = game.reference, game.sizes @ game.rewards
    lower, upper = raised(game, md.SocialWelfare(divergence, strength))
    dominates = (q[:, None] <= q) & (c[:, None] <= c)
    assert (lower[:, None] <= upper)[dominates].all()


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_what_none_dominates_is_what_pairs_tell(seed, m):
    """The sweep by rows against the definition, ties included."""
    generator = np.random.default_rng(seed)
    counts = generator.integers(1, 9, m)
    parts = Segments.of(counts)
    q, s = generator.integers(1, 5, (2, parts.cells)).astype(float)
    ground = Grounds(md.ChiSquared(), parts, q, s, q, s)
    cells = np.flatnonzero(generator.random(parts.cells) < 0.7)
    kept = np.isin(cells, _Search(ground, 1.0, 1.0).undominated(cells))
    together = parts.number[cells, None] == parts.number[cells]
    dominates = together & (q[cells, None] <= q[cells]) & (s[cells, None] <= s[cells])
    strictly = together & (q[cells, None] < q[cells]) & (s[cells, None] < s[cells])
    assert dominates[kept].any(axis=0).all()  # what was left out, by what was kept
    assert not kept[strictly.any(axis=0)].any()


@given(
    st.lists(games(2, 2, tiny_masses=True), min_size=1, max_size=4),
    st.sampled_from(sorted(md.DIVERGENCES)),
    st.sampled_from(["sum", "max"]),
    st.sampled_from(STRENGTHS),
)
@settings(max_examples=40)
def test_floors_of_what_is_drawn(one, divergence, domain, strength):
    fit = [game.normalized(domain) for game in one if (game.reward_bounds[:, 1] > 0).all()]
    if fit:
        payment = md.RevenueMaximizing(domain, sizes=sorted({s for g in fit for s in g.sizes}))
        mechanism = md.Mechanism(md.SocialWelfare(divergence, strength), payment)
        batch = md.Batch.of(fit)
        compare(batch, mechanism, md.solve_batch(batch, mechanism, threads=1), fit)


@pytest.mark.parametrize("domain", ["sum", "max"])
@pytest.mark.parametrize("divergence", md.DIVERGENCES)
def test_floors_are_those_of_single_games(divergence, domain):
    one = [game.normalized(domain) for kind in ("plain", "tiny") for game in drawn(kind, 4, 3)]
    batch = md.Batch.of(one)
    payment = md.RevenueMaximizing(domain, sizes=(1, 2, 3, 4))
    for strength in (1e-2, 1.0, 1e3):
        mechanism = md.Mechanism(md.SocialWelfare(divergence, strength), payment)
        outcome = md.solve_batch(batch, mechanism, threads=1)
        assert np.count_nonzero(outcome.alone < 4) <= 2, strength  # masses of 1e-300 may be
        compare(batch, mechanism, outcome, one)


@pytest.mark.parametrize(
    "rule", [md.NashWelfare("kl", 0.5), md.AlphaFair("kl", 0.5, 2.0), md.Egalitarian("l2", 0.5)]
)
def test_concave_welfare_runs_game_by_game(rule):
    class Free:
        """A payment of nothing, of a user's own."""

        def settle(self, rule, game, **options):
            training = rule.train(game, tolerance=options["tolerance"])
            none = np.zeros(game.shape[0])
            return md.Settlement(training, none, none, none, none, exact=False)

    one = drawn("plain", 3, seed=1)
    outcome = md.solve_batch(md.Batch.of(one), md.Mechanism(rule, Free()))
    assert outcome.alone.tolist() == [0, 1, 2]
    for k, game in enumerate(one):
        np.testing.assert_array_equal(outcome.model_of(k), rule.train(game).model)


def test_blocks_threads_and_parts_change_no_bit(monkeypatch):
    one = drawn("plain", 60, seed=9)
    batch = md.Batch.of(one)
    for divergence in ("kl", "l2", "chi2", "hellinger", "jensen-shannon"):
        mechanism = md.Mechanism(md.SocialWelfare(divergence, 0.3), md.AffineMaximizer())
        whole = md.solve_batch(batch, mechanism, threads=1)
        with monkeypatch.context() as patch:
            patch.setattr(solving, "CELLS", 200)
            parts = md.solve_batch(batch, mechanism, threads=3)
        for name in ("model", "payments", "utilities", "lower", "upper", "payment_upper"):
            np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name), divergence)


def test_single_precision_is_computed_in_double():
    one = drawn("plain", 20, seed=2)
    doubles = md.Batch.of(one)
    offsets, rewards = doubles.offsets, doubles.rewards.astype(np.float32)
    reference = doubles.reference.astype(np.float32)
    single = md.Batch(offsets, reference, rewards, one[0].sizes)
    assert single.rewards.dtype == np.float32
    for divergence in ("kl", "l2"):
        mechanism = md.Mechanism(md.SocialWelfare(divergence, 0.5), md.AffineMaximizer())
        outcome = md.solve_batch(single, mechanism)
        for k in range(len(one)):
            np.testing.assert_allclose(
                outcome.payments[k], mechanism.run(single.game(k)).payments, 1e-12
            )


def test_each_game_may_have_sizes_of_its_own():
    one = [
        game.reported(0, game.rewards[0], size=1.0 + k)
        for k, game in enumerate(drawn("plain", 5, seed=4))
    ]
    for divergence in ("kl", "chi2", "forward-kl"):
        mechanism = md.Mechanism(md.SocialWelfare(divergence, 0.7), md.AffineMaximizer())
        batch = md.Batch.of(one)
        compare(batch, mechanism, md.solve_batch(batch, mechanism), one)


def test_logarithms_keep_masses_below_the_range_of_floats():
    batch = md.Batch(
        [0, 2, 4], None, [[0.0, 5000.0, 0.5, 0.1]], logprob=[-1.0, -5000.0, -1.0, -2.0]
    )
    kl = md.Mechanism(md.SocialWelfare("kl", 1.0), md.AffineMaximizer())
    compare(batch, kl, md.solve_batch(batch, kl), list(batch.games()))
    hellinger = md.Mechanism(md.SocialWelfare("hellinger", 1.0), md.AffineMaximizer())
    with pytest.raises(md.InvalidInput, match="prompt '0': outcome '1': its reference mass exp"):
        md.solve_batch(batch, hellinger)


def test_a_large_game_is_read_in_blocks(monkeypatch):
    monkeypatch.setattr(solving, "LARGE", 40)
    monkeypatch.setattr(solving, "CELLS", 40)
    one = drawn("plain", 6, seed=5)
    mechanism = md.Mechanism(md.SocialWelfare("kl", 1.0), md.AffineMaximizer())
    outcome = md.solve_batch(md.Batch.of(one), mechanism)
    assert outcome.alone.tolist() == [k for k, game in enumerate(one) if game.rewards.size > 40]


def test_tables_name_prompts_groups_and_outcomes():
    frame = pandas.DataFrame(
        {
            "prompt": ["b", "b", "a"],
            "outcome": ["x", "y", "x"],
            "reference": [0.5, 0.5, 1.0],
            "kind": [1.0, 0.0, 0.5],
            "brief": [0.0, 1.0, 0.5],
        }
    )
    batch = md.Batch.from_table(frame, {"kind": 3, "brief": 1})
    mechanism = md.Mechanism(md.SocialWelfare("l2", 4.0), md.AffineMaximizer())
    outcome = md.solve_batch(batch, mechanism)
    assert outcome.allocations().to_pydict() == {
        "prompt": ["b", "b", "a"],
        "outcome": ["x", "y", "x"],
        "reference": [0.5, 0.5, 1.0],
        "model": [0.625, 0.375, 1.0],
    }
    groups = outcome.groups()
    assert groups["prompt"].to_pylist() == ["b", "b", "a", "a"]
    assert groups["group"].to_pylist() == ["kind", "brief", "kind", "brief"]
    assert groups["payment"].to_pylist() == [0.28125, 0.03125, 0.0, 0.0]
    assert outcome.revenue.tolist() == [0.3125, 0.0]
    assert outcome.outcome(0).payments.tolist() == [0.28125, 0.03125]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"offsets": [0, 3]}, "offsets: from 0 to 3, but there are 2 cells"),
        ({"offsets": [0, 0, 2]}, "game 0 goes from 0 to 0. Every game has at least one outcome"),
        ({"offsets": [0.0, 2.0]}, "Pass games + 1 integers"),
        ({"reference": [0.5, 0.4]}, "prompt '0': reference: the masses sum to 0.9, not 1"),
        ({"reference": [1.0, 0.0]}, "prompt '0': outcome '1': reference mass is 0.0"),
        ({"reference": [1.0]}, "reference: shape (1,), but 2 are needed"),
        ({"reference": None}, "give one of the two"),
        ({"rewards": [[np.nan, 0.0]]}, "prompt '0': group 'group-0', outcome '0': reward is nan"),
        ({"rewards": [[1e308, 0.0]], "sizes": [9.0]}, "overflows in the combined reward"),
        ({"rewards": [1.0, 0.0]}, "Rewards are (groups, cells)"),
        ({"sizes": [-1.0]}, "size is -1.0"),
        ({"sizes": [[1.0], [2.0]]}, "sizes: shape (2, 1), but there are 1 games and 1 groups"),
        ({"sizes": [[np.nan]]}, "game 0, group 'group-0': size is nan"),
        ({"prompts": ["a", "b"]}, "prompts: shape (2,), but 1 are needed"),
    ],
)
def test_bad_batches_are_refused(change, message):
    given = {"offsets": [0, 2], "reference": [0.5, 0.5], "rewards": [[1.0, 0.0]]} | change
    with pytest.raises(md.InvalidInput) as refusal:
        md.Batch(given.pop("offsets"), **given)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("prompts", "outcomes", "message"),
    [
        (["a", "b", "a"], ["x", "y", "z"], "row 2: prompt 'a' begins again after others"),
        (["a", "a", "b"], ["x", "x", "z"], "prompt 'a': outcome 'x' is named twice"),
    ],
)
def test_bad_tables_are_refused(prompts, outcomes, message):
    frame = pandas.DataFrame({"prompt": prompts, "outcome": outcomes, "kind": [0.1, 0.2, 0.3]})
    with pytest.raises(md.InvalidInput, match=message):
        md.Batch.from_table(frame, reference="uniform")


def test_misfits_are_refused_by_name():
    batch = md.Batch([0, 1, 3], [1.0, 0.5, 0.5], [[1.0, 0.25, 0.5]])
    rule = md.SocialWelfare("kl", 1.0)
    refused = [
        (md.Mechanism(rule, md.RevenueMaximizing("sum")), "prompt '1': group 'group-0': .* sum to"),
        (md.Mechanism(md.NashWelfare("kl", 1.0), md.AffineMaximizer()), "prompt '0': payment"),
        (md.Mechanism(md.FiniteMenu([[1.0]], [0.0], 1.0), md.AffineMaximizer()), "FiniteMenu"),
        (md.Mechanism(md.MenuWelfare("kl", 1.0), md.AffineMaximizer()), "has no menu to choose"),
        (md.Mechanism(rule, md.AffineMaximizer), r"Pass AffineMaximizer\(\)"),
    ]
    for mechanism, message in refused:
        with pytest.raises(md.InvalidInput, match=message):
            md.solve_batch(batch, mechanism)
    with pytest.raises(md.InvalidInput, match="is not a Batch"):
        md.solve_batch([], refused[0][0])


def test_progress_counts_games(monkeypatch):
    monkeypatch.setattr(solving, "CELLS", 60)
    batch = md.Batch.of(drawn("plain", 10, seed=7))
    told: list[tuple[int, int]] = []
    mechanism = md.Mechanism(md.SocialWelfare("kl", 1.0), md.AffineMaximizer())
    md.solve_batch(batch, mechanism, progress=lambda done, games: told.append((done, games)))
    assert told[-1] == (10, 10)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_segments_are_what_slices_give():
    counts, generator = [3, 1, 5, 2], np.random.default_rng(0)
    parts, cells = Segments.of(counts), generator.random((2, 11))
    slices = [slice(a, a + n) for a, n in zip(parts.starts, parts.counts, strict=True)]
    np.testing.assert_allclose(parts.sum(cells), np.stack([cells[:, s].sum(1) for s in slices], 1))
    np.testing.assert_array_equal(
        parts.top(cells[0]), [s.start + cells[0, s].argmax() for s in slices]
    )
    some, taken = parts.taken(np.array([2, 0]))
    np.testing.assert_array_equal(cells[0, some], np.concatenate([cells[0, 4:9], cells[0, :3]]))
    assert taken.counts.tolist() == [5, 3]
    floor = np.array([0.0, 1.0, 5.0, 0.0, 0.0, 0.0, 1.0, 1.0, 4.0, 0.0, 9.0])
    np.testing.assert_allclose(depth(parts, floor, 3.0), [2.0, 3.0, 5.0 / 4.0, 3.0])


@pytest.mark.parametrize("divergence", ["kl", "l2", "hellinger"])
def test_a_frontier_is_that_of_every_game(divergence):
    one = drawn("plain", 5, seed=6)
    strengths = [0.05, 0.5, 5.0]
    rule = md.SocialWelfare(divergence, 1.0)
    found = md.batch_frontier(rule, md.Batch.of(one), strengths)
    for k, game in enumerate(one):
        alone = md.frontier(rule, game, strengths)
        np.testing.assert_allclose(found.welfare[:, k], alone.welfare, 1e-12)
        np.testing.assert_allclose(found.divergence[:, k], alone.divergence, 1e-9, atol=1e-15)
    assert (np.diff(found.welfare, axis=0) <= 1e-12).all()
    assert (np.diff(found.divergence, axis=0) <= 1e-12).all()
    for bad, message in (([], "there are none"), ([-1.0], "not a positive")):
        with pytest.raises(md.InvalidInput, match=message):
            md.batch_frontier(rule, md.Batch.of(one), bad)


def test_a_lie_told_in_every_game_loses_in_every_game():
    """[S] Thm 4.2, over a batch: sizes and reports deviate, arrays are shared."""
    one = drawn("plain", 30, seed=12)
    batch = md.Batch.of(one).with_sizes(one[0].sizes)
    mechanism = md.Mechanism(md.SocialWelfare("kl", 0.5), md.AffineMaximizer())
    truth = md.solve_batch(batch, mechanism)
    parts = batch.segments()
    for lie in (batch.reported(0, batch.rewards[0] ** 2), batch.reported(0, batch.rewards[0], 9.0)):
        told = md.solve_batch(lie, mechanism)
        gained = batch.sizes[0] * parts.sum(batch.rewards[0] * told.model) - told.payments[:, 0]
        assert (gained <= truth.utilities[:, 0] + 1e-14).all()
        assert (gained < truth.utilities[:, 0] - 1e-6).any()


def test_a_large_game_of_a_mapped_file_takes_a_few_arrays_of_its_outcomes(tmp_path):
    """Memory beyond the file: a few numbers an outcome, whatever the groups."""
    import tracemalloc

    groups, outcomes = 10, 200_000
    path = tmp_path / "rewards.npy"
    mapped = np.lib.format.open_memmap(path, mode="w+", shape=(groups, outcomes))
    mapped[:] = np.random.default_rng(0).random(mapped.shape)
    mapped.flush()
    reference = np.full(outcomes, 1.0 / outcomes)
    mechanism = md.Mechanism(md.SocialWelfare("kl", 1.0), md.AffineMaximizer())
    mechanism.run(Game([0.5, 0.5], [[1.0, 0.0]]))
    tracemalloc.start()
    outcome = mechanism.run(Game(reference, np.load(path, mmap_mode="r")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.5 * mapped.nbytes + (8 << 20)
    np.testing.assert_allclose(
        outcome.payments, mechanism.run(Game(reference, np.array(mapped))).payments, 1e-13
    )


def test_sparse_rewards_and_very_many_groups():
    from scipy.sparse import random_array

    for divergence, groups in (("kl", 10_000), ("l2", 1_000)):
        sparse = random_array((groups, 30), density=0.02, rng=np.random.default_rng(0))
        mechanism = md.Mechanism(md.SocialWelfare(divergence, 500.0), md.AffineMaximizer())
        thin = mechanism.run(Game(np.full(30, 1 / 30), sparse))
        thick = mechanism.run(Game(np.full(30, 1 / 30), sparse.toarray()))
        assert thin.payments.shape == (groups,)
        np.testing.assert_allclose(thin.payments, thick.payments, 1e-9, atol=1e-18)
        assert (thin.payments >= 0.0).all()
