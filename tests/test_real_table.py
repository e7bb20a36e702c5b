"""The committed table of candidate answers: its shape, its ranges, and that its script makes it."""

import csv
import importlib.metadata
import importlib.util
import math
from collections import Counter, defaultdict
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[1] / "problems" / "real" / "candidates"
GROUPS = ("readability", "sentiment", "brevity", "similarity")


def read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("candidates_score", FOLDER / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def table() -> list[dict[str, str]]:
    return read("completions.csv")


@pytest.fixture(scope="module")
def by_prompt(table: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    games = defaultdict(list)
    for row in table:
        games[row["prompt"]].append(row)
    return games


def test_twelve_prompts_of_eight_answers(table, by_prompt):
    assert list(table[0]) == ["prompt", "outcome", "logprob", *GROUPS]
    assert list(by_prompt) == [row["prompt"] for row in read("prompts.csv")]
    assert [len(rows) for rows in by_prompt.values()] == [8] * 12
    assert len({(row["prompt"], row["outcome"]) for row in table}) == 96


def test_rows_are_the_candidates_in_order(table):
    candidates = read("candidates.csv")
    assert [(r["prompt"], r["outcome"]) for r in table] == [
        (r["prompt"], r["outcome"]) for r in candidates
    ]
    assert len({r["text"] for r in candidates}) == 96
    assert all(r["text"].strip() for r in candidates)


@pytest.mark.parametrize("group", GROUPS)
def test_rewards_lie_in_the_unit_interval_and_differ(by_prompt, group):
    for rows in by_prompt.values():
        rewards = [float(row[group]) for row in rows]
        assert all(0.0 <= reward <= 1.0 for reward in rewards)
        assert max(rewards) - min(rewards) > 0.05


def test_the_reference_is_neither_uniform_nor_degenerate(by_prompt):
    for rows in by_prompt.values():
        logprob = [float(row["logprob"]) for row in rows]
        assert all(math.isfinite(value) and value <= 0.0 for value in logprob)
        total = math.log(math.fsum(map(math.exp, logprob)))
        entropy = math.fsum(math.exp(v - total) * (total - v) for v in logprob)
        assert 3.0 < math.exp(entropy) < 7.0


def test_the_character_model_reproduces_logprob(script, table):
    computed = script.logprobs([row["text"] for row in read("candidates.csv")])
    assert [f"{value:.6f}" for value in computed] == [row["logprob"] for row in table]


def test_brevity_is_reproduced(script, table):
    computed = script.brevity([row["text"] for row in read("candidates.csv")])
    assert [f"{value:.6f}" for value in computed] == [row["brevity"] for row in table]


@pytest.mark.parametrize("context", ["", "the ", "\n\n\n\n", "zqxj", "ing ", "ough"])
def test_the_character_model_is_a_distribution(script, context):
    paragraphs = (FOLDER / "corpus.txt").read_text(encoding="utf-8").split("\n\n")
    model = script.CharacterModel(paragraphs)
    masses = [model.probability(character, context) for character in script.ALPHABET]
    assert min(masses) > 0.0
    assert math.fsum(masses) == pytest.approx(1.0, abs=1e-14)


def test_the_character_model_has_a_naive_twin(script):
    """Witten-Bell by recursion over a list of events, counted afresh each time."""
    paragraphs, order = ["Abracadabra, a bar.", "a cab"], 3
    events = []
    for paragraph in paragraphs:
        padded = "\n\n" + paragraph.lower() + "\n"
        events += [(padded[i - 2 : i], padded[i]) for i in range(2, len(padded))]

    def twin(character: str, context: str) -> float:
        lower = twin(character, context[1:]) if context else 1 / len(script.ALPHABET)
        seen = [c for h, c in events if h.endswith(context)]
        if not seen:
            return lower
        kinds = len(set(seen))
        return (seen.count(character) + kinds * lower) / (len(seen) + kinds)

    model = script.CharacterModel(paragraphs, order)
    for context in ("", "a", "ab", "\n\n", "xa", "xx"):
        for character in "abr ,.\nz":
            assert model.probability(character, context) == pytest.approx(
                twin(character, context), rel=1e-14
            )


def test_a_character_outside_the_alphabet_is_refused(script):
    with pytest.raises(ValueError, match=r"'é'.*not ASCII.*Rewrite"):
        script.CharacterModel(["café"])


def test_the_corpus_and_the_answers_share_no_seven_words():
    def runs(text: str) -> Counter[tuple[str, ...]]:
        words = text.lower().split()
        return Counter(tuple(words[i : i + 7]) for i in range(len(words) - 6))

    corpus = runs((FOLDER / "corpus.txt").read_text(encoding="utf-8"))
    assert not any(corpus.keys() & runs(row["text"]).keys() for row in read("candidates.csv"))


def test_the_script_reproduces_the_table(script):
    """Byte for byte, where the versions of requirements.txt are installed."""
    for line in (FOLDER / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            require(*line.split("=="))
    committed = (FOLDER / "completions.csv").read_text(encoding="utf-8")
    assert script.completions() == committed


def require(package: str, version: str) -> None:
    try:
        found = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{package} is not installed: the scorers are in no extra")
    if found != version:
        pytest.skip(f"{package} is {found}, the table was made with {version}")
