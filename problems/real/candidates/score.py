"""Score the candidates: completions.csv from prompts.csv, candidates.csv and corpus.txt.

`python score.py` writes the table, `python score.py --check` compares it with the committed one.
The character model is plain Python; the scorers need requirements.txt. README.md has the maps.
"""

import argparse
import csv
import io
import math
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent
BOUNDARY = "\n"
ALPHABET = frozenset(map(chr, [*range(32, 65), *range(91, 127)])) | {BOUNDARY}
ORDER = 5
REFERENCE_LENGTH = 3
HALF_BREVITY = 40
DIGITS = 6
GROUPS = ("readability", "sentiment", "brevity", "similarity")


class CharacterModel:
    """Interpolated Witten-Bell n-gram model of lower-case characters, fitted on paragraphs.

    p(c | h) = (N(hc) + T(h) p(c | h')) / (N(h) + T(h)), h' = h without its oldest character,
    N counts occurrences, T distinct successors; below the empty context p is uniform.
    """

    def __init__(self, paragraphs: list[str], order: int = ORDER) -> None:
        self.order = order
        self.successors: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for paragraph in paragraphs:
            for context, character in self._events(paragraph):
                for start in range(order):
                    self.successors[context[start:]][character] += 1

    def probability(self, character: str, context: str) -> float:
        """Probability of `character` after the last order - 1 characters, `context`."""
        result = 1.0 / len(ALPHABET)
        for start in range(len(context), -1, -1):
            seen = self.successors.get(context[start:])
            if seen:
                distinct = len(seen)
                result = (seen[character] + distinct * result) / (seen.total() + distinct)
        return result

    def mean_log_likelihood(self, text: str) -> float:
        """Nats per character of `text`, its end counted as one character."""
        logs = [math.log(self.probability(c, context)) for context, c in self._events(text)]
        return math.fsum(logs) / len(logs)

    def _events(self, text: str) -> Iterator[tuple[str, str]]:
        padding = self.order - 1
        padded = BOUNDARY * padding + " ".join(text.lower().split()) + BOUNDARY
        if not ALPHABET.issuperset(padded):
            raise ValueError(f"{sorted(set(padded) - ALPHABET)}: not ASCII. Rewrite the text.")
        return ((padded[i - padding : i], padded[i]) for i in range(padding, len(padded)))


def read_prompts() -> dict[str, str]:
    """Prompt slug -> question."""
    return {row["prompt"]: row["text"] for row in _rows("prompts.csv")}


def read_candidates() -> list[dict[str, str]]:
    """Rows prompt, outcome, text, in the order of the table."""
    return _rows("candidates.csv")


def logprobs(texts: list[str]) -> list[float]:
    """REFERENCE_LENGTH times the mean log-likelihood per character, in nats."""
    corpus = (FOLDER / "corpus.txt").read_text(encoding="utf-8")
    model = CharacterModel([paragraph for paragraph in corpus.split("\n\n") if paragraph.strip()])
    return [REFERENCE_LENGTH * model.mean_log_likelihood(text) for text in texts]


def readability(texts: list[str]) -> list[float]:
    """Logistic map of Flesch reading ease: 60 (plain English) -> 1/2, 20 points a unit."""
    import textstat

    return [1 / (1 + math.exp((60 - textstat.flesch_reading_ease(text)) / 20)) for text in texts]


def sentiment(texts: list[str]) -> list[float]:
    """Compound score of VADER, carried from [-1, 1] to [0, 1]."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    return [(1 + analyzer.polarity_scores(text)["compound"]) / 2 for text in texts]


def brevity(texts: list[str]) -> list[float]:
    """40 / (40 + words): one half at forty words."""
    return [HALF_BREVITY / (HALF_BREVITY + len(text.split())) for text in texts]


def similarity(texts: list[str], questions: list[str]) -> list[float]:
    """TF-IDF cosine of each text with its question, over 3 to 5 characters within words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    distinct = list(dict.fromkeys(questions))
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    vectorizer.fit(texts + distinct)
    products = vectorizer.transform(texts).multiply(vectorizer.transform(questions))
    return [float(row.sum()) for row in products.tocsr()]


def completions() -> str:
    """Score every candidate and return the table as CSV text."""
    prompts, rows = read_prompts(), read_candidates()
    texts = [row["text"] for row in rows]
    questions = [prompts[row["prompt"]] for row in rows]
    columns = [
        logprobs(texts),
        readability(texts),
        sentiment(texts),
        brevity(texts),
        similarity(texts, questions),
    ]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("prompt", "outcome", "logprob", *GROUPS))
    for row, *numbers in zip(rows, *columns, strict=True):
        cells = (f"{number:.{DIGITS}f}" for number in numbers)
        writer.writerow((row["prompt"], row["outcome"], *cells))
    return table.getvalue()


def main() -> int:
    """Write completions.csv, or with --check say whether it is what the script makes."""
    parser = argparse.ArgumentParser(description="Score the candidates.")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    target, table = FOLDER / "completions.csv", completions()
    if check:
        same = target.read_text(encoding="utf-8") == table
        print("completions.csv is reproduced" if same else "completions.csv differs")
        return 0 if same else 1
    partial = target.with_suffix(".partial")
    partial.write_text(table, encoding="utf-8", newline="\n")
    os.replace(partial, target)
    return 0


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    sys.exit(main())
