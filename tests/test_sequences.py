"""Token trees: the product of trained conditionals is the trained model ([S] with math §10)."""

import time

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from mdsolve import DIVERGENCES, InvalidInput, SocialWelfare
from mdsolve.games.sequences import TokenTree, conditionals_of, trained_conditionals

END = "."
WEIGHTS = st.one_of(st.just(1.0), st.floats(0.01, 1.0), st.sampled_from([1e-9, 1e-100]))


@st.composite
def trees(draw, *, tiny=True):
    """Draw a tree with early ends, single children and, if ``tiny``, masses near nothing."""
    weights = WEIGHTS if tiny else st.floats(0.1, 1.0)

    def conditional(prefix):
        width = draw(st.integers(1, 3))
        masses = np.array([1.0, *draw(st.lists(weights, min_size=width - 1, max_size=width - 1))])
        tokens = draw(st.permutations(["a", "b", END]))[:width]
        return dict(zip(tokens, np.log(masses / masses.sum()).tolist(), strict=True))

    return TokenTree.from_callable(conditional, draw(st.integers(1, 4)), end=END)


@st.composite
def tree_games(draw, **options):
    tree = draw(trees(**options))
    m = tree.leaves.size
    groups = draw(st.integers(1, 3))
    cells = st.one_of(st.floats(0.0, 1.0), st.sampled_from([0.0, 0.5, 1.0]))
    rewards = [draw(st.lists(cells, min_size=m, max_size=m)) for _ in range(groups)]
    return tree, tree.game(
        np.array(rewards), draw(st.lists(st.integers(1, 5), min_size=groups, max_size=groups))
    )


def twin(tree, combined, strength):
    """Return V(root) and π* of each sequence from all sequences, at 40 digits."""
    masses = {}
    with mp.workdps(40):
        for leaf, c in zip(tree.leaves.tolist(), combined, strict=True):
            log, node = mp.mpf(0), leaf
            while node > 0:
                log += mp.mpf(float(tree.log_conditional[node]))
                node = int(tree.parent[node])
            masses[leaf] = mp.exp(log + mp.mpf(float(c)) / mp.mpf(strength))
        total = mp.fsum(masses.values())
        model = [float(masses[leaf] / total) for leaf in tree.leaves.tolist()]
        return float(mp.mpf(strength) * mp.log(total)), np.array(model)


@given(tree_games(), st.floats(-1.0, 6.0).map(lambda power: 10.0**power))
def test_the_product_of_trained_conditionals_is_the_trained_model(drawn, strength):
    tree, game = drawn
    combined = game.combined()
    trained = trained_conditionals(tree, combined, strength)
    training = SocialWelfare("kl", strength).train(game)
    assert_allclose(trained.model, training.model, rtol=1e-12)
    value, model = twin(tree, combined, strength)
    assert_allclose(trained.model, model, rtol=1e-12)
    # π0 itself is kept as rounded logarithms, whose sum is 1 up to a few ulp: λ times that is Φ's
    assert_allclose(trained.values[0], value, rtol=1e-13, atol=1e-15 * 8 * strength)
    assert training.lower - 1e-13 <= trained.values[0] <= training.upper + 1e-13
    for level in tree.levels:
        assert_allclose(level.sums(np.exp(trained.log_conditional[level.nodes])), 1.0, rtol=1e-14)


@given(tree_games(tiny=False), st.sampled_from(sorted(DIVERGENCES)), st.sampled_from([0.1, 1.0]))
def test_any_model_is_the_product_of_its_conditionals(drawn, divergence, strength):
    tree, game = drawn
    model = SocialWelfare(divergence, strength).train(game).model
    found = conditionals_of(tree, model)
    assert_allclose(found.model, model, rtol=1e-12)
    for level in tree.levels:
        assert_allclose(level.sums(np.exp(found.log_conditional[level.nodes])), 1.0, rtol=1e-13)


def test_after_a_prefix_without_mass_the_conditionals_are_the_references():
    tree = TokenTree([-1, -1, 1, 1], [0, 1, 0, 2], np.log([0.5, 0.5, 0.4, 0.6]))
    found = conditionals_of(tree, [1.0, 0.0, 0.0])
    assert found.next_token() == {0: 1.0, 1: 0.0}
    assert found.next_token([1]) == pytest.approx({0: 0.4, 2: 0.6})
    assert_array_equal(found.model, [1.0, 0.0, 0.0])


@given(trees(), st.randoms(use_true_random=False))
def test_three_ways_to_build_one_tree(tree, random):
    paths = list(tree.sequences)
    logprobs = [
        [float(tree.log_conditional[tree.node(path[: k + 1])]) for k in range(len(path))]
        for path in paths
    ]
    order = list(range(len(paths)))
    random.shuffle(order)
    listed = TokenTree.from_sequences(
        [paths[k] for k in order], [logprobs[k] for k in order], end=END
    )
    assert list(listed.sequences) == [paths[k] for k in order]
    assert_allclose(listed.log_reference, tree.log_reference[order], rtol=1e-13, atol=1e-15)
    rows = list(range(tree.parent.size - 1))
    random.shuffle(rows)
    place = {row: k for k, row in enumerate(rows)}
    mixed = TokenTree(
        [place.get(int(tree.parent[row + 1]) - 1, -1) for row in rows],
        tree.token[1:][rows],
        tree.log_conditional[1:][rows],
        vocabulary=tree.vocabulary,
        end=END,
    )
    masses = dict(zip(mixed.sequences, mixed.log_reference, strict=True))
    assert_allclose([masses[path] for path in paths], tree.log_reference, rtol=1e-13, atol=1e-15)


@given(trees(), st.data())
def test_a_partial_list_is_the_reference_given_that_list(tree, data):
    kept = data.draw(st.sets(st.integers(0, tree.leaves.size - 1), min_size=1).map(sorted))
    paths = [tree.sequences[k] for k in kept]
    logprobs = [
        [tree.log_conditional[tree.node(path[: k + 1])] for k in range(len(path))] for path in paths
    ]
    part = TokenTree.from_sequences(paths, logprobs, end=END, partial=True)
    logs = tree.log_reference[kept]
    assert_allclose(part.log_reference, logs - np.logaddexp.reduce(logs), rtol=1e-12, atol=1e-13)


def test_a_tree_knows_its_sequences_lengths_and_path_sums():
    tree = TokenTree.from_sequences(
        [["yes", END], ["no", "way"], ["no", END]],
        [np.log([0.5, 1.0]), np.log([0.5, 0.6]), np.log([0.5, 0.4])],
        end=END,
    )
    assert_array_equal(tree.lengths, [2, 2, 2])
    assert_array_equal(tree.path_sums(np.ones(tree.parent.size) - (tree.parent < 0)), tree.lengths)
    assert tree.game([[1.0, 0.0, 0.0]]).outcomes == ("yes .", "no way", "no .")
    assert tree.game([[1.0, 0.0, 0.0]], named=False).outcomes == ("0", "1", "2")
    assert tree.sequences[1:] == (("no", "way"), ("no", END))
    assert not tree.log_reference.flags.writeable


def test_tokens_may_be_any_whole_numbers():
    far = 2**62
    tree = TokenTree([-1, -1, 0], [-far, far, -1], [HALF[0], HALF[1], 0.0], end=-1)
    assert list(tree.sequences) == [(far,), (-far, -1)]
    with pytest.raises(InvalidInput, match=f"token {far} is given twice"):
        TokenTree([-1, -1, -1], [-far, far, far], np.log([0.5, 0.25, 0.25]))


def test_names_that_read_alike_are_told_apart():
    tree = TokenTree.from_sequences([["a b"], ["a", "b"]], [np.log([0.5]), np.log([0.5, 1.0])])
    assert tree.game([[1.0, 0.0]]).outcomes == ("('a b',)", "('a', 'b')")


def test_a_million_leaves_stay_in_numpy():
    branches, depth = 10, 6
    counts = branches ** np.arange(1, depth + 1)
    first = np.cumsum(counts) - counts
    above = np.concatenate([[-1], np.arange(first[-1])])
    rng = np.random.default_rng(0)
    masses = rng.dirichlet(np.ones(branches), above.size)
    tokens = np.tile(np.arange(branches), above.size)
    tree = TokenTree(np.repeat(above, branches), tokens, np.log(masses).ravel())
    combined = rng.random(branches**depth)
    start = time.process_time()
    trained = trained_conditionals(tree, combined, 0.1)
    assert time.process_time() - start < 2.0
    logs = tree.log_reference + combined / 0.1
    total = np.logaddexp.reduce(logs)
    assert trained.values[0] == pytest.approx(0.1 * total, rel=1e-13)
    assert_allclose(trained.log_model, logs - total, rtol=1e-13, atol=1e-12)


def test_a_next_token_callable_over_a_vocabulary_leaves_out_what_has_no_mass():
    def conditional(prefix):
        return np.log([0.5, 0.5, 0.0]) if len(prefix) == 0 else np.array([-np.inf, -np.inf, 0.0])

    with np.errstate(divide="ignore"):
        tree = TokenTree.from_callable(conditional, 3, end=END, vocabulary=["a", "b", END])
    assert list(tree.sequences) == [("a", END), ("b", END)]


HALF = np.log([0.5, 0.5]).tolist()


@pytest.mark.parametrize(
    ("build", "wording"),
    [
        (
            lambda: TokenTree([-1, -1, 0, 0], [0, 1, 0, 1], np.log([0.5, 0.5, 0.5, 0.4])),
            r"prefix \(0,\): the next tokens' probabilities sum to 0.9, not 1 .* Add the missing",
        ),
        (
            lambda: TokenTree([-1, -1], [0, 0], HALF),
            "the empty prefix: token 0 is given twice. Drop one",
        ),
        (
            lambda: TokenTree([-1, -1], [0, 1], [0.0, -np.inf]),
            "the empty prefix: token 1 has log-probability -inf. It must be finite .* drop tokens",
        ),
        (
            lambda: TokenTree([-1, -1], [0, 1], [0.3, -1.0]),
            "token 0 has log-probability 0.3. It must be finite and at most 0",
        ),
        (
            lambda: TokenTree([-1, 2, 1], [0, 0, 0], [0.0, 0.0, 0.0]),
            "row 1 does not lead back to the empty prefix .* cycle",
        ),
        (lambda: TokenTree([-1, 7], [0, 1], HALF), "row 1 names row 7, but the rows are 0 to 1"),
        (
            lambda: TokenTree([-1, 0], [0, 0], [0.0, 0.0], end=0),
            r"prefix \(0, 0\): a token follows",
        ),
        (
            lambda: TokenTree([-1, -1], [0, 2], HALF, vocabulary="ab"),
            "the vocabulary has 2 entries",
        ),
        (lambda: TokenTree([-1, -1], [0.5, 1], HALF), "token: shape .* one whole number a row"),
        (lambda: TokenTree([-1, -1], [0, 1], [0.0]), "rows: parent, token and logprob have shapes"),
        (lambda: TokenTree.from_sequences([], []), "sequences: there are none"),
        (lambda: TokenTree.from_sequences([["a"]], []), "logprobs: 0 rows for 1 sequences"),
        (lambda: TokenTree.from_sequences([[]], [[]]), "sequence 0 is empty. End it with an end"),
        (
            lambda: TokenTree.from_sequences([["a"]], [[0.0, 0.0]]),
            "sequence 0 has 1 tokens but 2 log-probabilities",
        ),
        (
            lambda: TokenTree.from_sequences([["a"], ["b"]], [[0.0], [np.nan]]),
            r"sequence 1, token 0 \('b'\): log-probability is nan",
        ),
        (
            lambda: TokenTree.from_sequences([["a"], ["b"], ["a"]], [[-1.0], [-1.0], [-1.0]]),
            r"\('a',\) is listed twice \(positions 0 and 2\)",
        ),
        (
            lambda: TokenTree.from_sequences([["a"], ["a", "b"]], [[-1.0], [-1.0, 0.0]]),
            r"sequence 0, \('a',\), is a prefix of another. Append an end token",
        ),
        (
            lambda: TokenTree.from_sequences([["a", "b"], ["a", "c"]], [[0.0, -1.0], [-0.1, -1.0]]),
            "token 'a' has log-probability -0.1 in sequence 1 but 0 in sequence 0. Recompute",
        ),
        (
            lambda: TokenTree.from_sequences([["a", END, "b"]], [[0.0, 0.0, 0.0]], end=END),
            "a token follows the end token '.'. Cut the sequence",
        ),
        (lambda: TokenTree.from_callable(lambda p: {"a": 0.0}, 0), "depth: 0"),
        (lambda: TokenTree.from_callable(lambda p: {}, 2), "the callable gave no token any mass"),
        (
            lambda: TokenTree.from_callable(lambda p: HALF, 30, limit=100),
            "depth: the tree passes 100 nodes",
        ),
        (
            lambda: TokenTree.from_callable(lambda p: [[0.0]], 1),
            r"the callable returned shape \(1, 1\), not one axis",
        ),
        (
            lambda: TokenTree.from_callable(lambda p: {"c": 0.0}, 1, vocabulary=["a"]),
            "token 'c' is not in the vocabulary",
        ),
    ],
)
def test_a_bad_tree_is_refused(build, wording):
    with pytest.raises(InvalidInput, match=wording):
        build()


@pytest.mark.parametrize(
    ("ask", "wording"),
    [
        (lambda tree: trained_conditionals(tree, [1.0], 1.0), "the tree has 2 sequences"),
        (lambda tree: trained_conditionals(tree, [1.0, np.nan], 1.0), "sequence 1, .* has nan"),
        (lambda tree: trained_conditionals(tree, [1.0, 0.0], 0.0), "strength: 0.0. It must be a"),
        (lambda tree: conditionals_of(tree, [0.5, 0.4]), "model: the masses sum to 0.9, not 1"),
        (lambda tree: conditionals_of(tree, [1.5, -0.5]), "sequence 1, .* has mass -0.5"),
        (
            lambda tree: tree.node("ba"),
            r"prefix \('b', 'a'\): no sequence starts so. After .* come",
        ),
        (lambda tree: tree.path_sums(np.zeros(2)), "path_sums: shape .* Pass one number a node"),
    ],
)
def test_a_bad_question_is_refused(ask, wording):
    with pytest.raises(InvalidInput, match=wording):
        ask(TokenTree.from_sequences(["aa", "bb"], [[HALF[0], 0.0], [HALF[1], 0.0]]))
