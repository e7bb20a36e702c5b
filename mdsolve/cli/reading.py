"""Options in words become games and a rule; what cannot be meant is refused before any solving."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np

from mdsolve.errors import InvalidInput
from mdsolve.games import Game, games_from_table
from mdsolve.training_rules import RULES, AlphaFair, TrainingRule
from mdsolve.training_rules.training import checked_strength

#: by how much a declared sum or maximum may differ from 1
ROUNDING = 1e-9
MOST_STRENGTHS = 10_000


@dataclass(frozen=True)
class Source:
    """Where games come from."""

    table: Path
    sizes: str | None
    reference: str | None
    logprob: str | None
    groups: str | None
    prompt_column: str
    outcome_column: str
    prompt: str | None
    normalize: str
    domain: str
    #: the payment is for this domain alone
    domain_needed: bool = False

    def game(self) -> Game:
        """Return the only game, or the one of the prompt that is chosen."""
        games = self.games()
        if len(games) > 1:
            raise InvalidInput(
                f"{self.table.name}: holds {len(games)} prompts, and one is needed. Name one of "
                f"{[prompt for prompt, _ in games[:20]]} with --prompt."
            )
        return games[0][1]

    def games(self) -> list[tuple[str | None, Game]]:
        """Return the games with their prompts, all read, normalized and checked."""
        one_of("--normalize", self.normalize, ("none", "sum", "max"))
        one_of("--domain", self.domain, ("any", "sum", "max"))
        found = games_from_table(
            self.table,
            None if self.sizes is None else sizes(self.sizes),
            reference=self.reference,
            logprob=self.logprob,
            outcome=self.outcome_column,
            prompt_column=self.prompt_column,
            groups=None if self.groups is None else names("--groups", self.groups),
        )
        return [(prompt, self._prepared(prompt, game)) for prompt, game in self._chosen(found)]

    def _chosen(self, found: object) -> list[tuple[str | None, Game]]:
        games = list(cast("list[tuple[str | None, Game]]", found))
        if self.prompt is None:
            return games
        chosen = [(prompt, game) for prompt, game in games if prompt == self.prompt]
        if not chosen:
            names = [prompt for prompt, _ in games if prompt is not None]
            what = f"the prompts are {names[:20]}" if names else "the table has no prompts"
            raise InvalidInput(
                f"--prompt {self.prompt!r}: {what}. Name one of them, or leave the option out."
            )
        return chosen

    def _prepared(self, prompt: str | None, game: Game) -> Game:
        try:
            if self.normalize != "none":
                game = game.normalized(cast(Literal["sum", "max"], self.normalize))
            if self.domain != "any":
                refuse_outside(game, self.domain, needed=self.domain_needed)
        except InvalidInput as error:
            raise InvalidInput(f"{place(self.table, prompt)}: {error}") from error
        return game


def place(table: Path, prompt: str | None) -> str:
    """Return how a refusal names one game of a table."""
    return table.name if prompt is None else f"{table.name}, prompt {prompt!r}"


def refuse_outside(game: Game, domain: str, *, needed: bool = False) -> None:
    """Refuse rewards outside the declared domain: at least 0, and their sum or maximum 1."""
    for group, name in enumerate(game.groups):
        row = np.ravel(game.rewards[[group]])
        if row.min() < 0.0:
            where, what = int(row.argmin()), "is negative"
        elif domain == "max" and abs(row.max() - 1.0) > ROUNDING:
            where, what = int(row.argmax()), "is the group's largest, and not 1"
        elif domain == "sum" and abs(row.sum() - 1.0) > ROUNDING:
            where, what = int(row.argmax()), f"is one of {row.size} that sum to {row.sum():.12g}"
        else:
            continue
        otherwise = "choose another --payment" if needed else "declare --domain any"
        raise InvalidInput(
            f"group {name!r}, outcome {game.outcomes[where]!r}: the reward {row[where]:.12g} "
            f"{what}, which is outside the declared domain {domain!r}. Correct the table, pass "
            f"--normalize {domain}, or {otherwise}."
        )


def rule_of(
    name: str, divergence: str, strength: float | None, alpha: float | None
) -> TrainingRule:
    """Return the training rule that is asked for."""
    one_of("--rule", name, tuple(RULES))
    if strength is None:
        raise InvalidInput(
            "--strength: missing. Give the weight of the divergence in welfare units: 0.1 lets "
            "rewards between 0 and 1 move the model a lot, 10 hardly."
        )
    if name == "alpha-fair":
        if alpha is None:
            raise InvalidInput(
                "--alpha: missing. Give alpha-fair a number of at least 0, such as 2."
            )
        return AlphaFair(divergence, strength, alpha)
    if alpha is not None:
        raise InvalidInput(f"--alpha: {name} has none. Leave it out, or pass --rule alpha-fair.")
    return RULES[name](divergence, strength)  # pyright: ignore[reportCallIssue]


def sizes(given: str) -> dict[str, float]:
    """Return the sizes in ``helpful=3,harmless=2``."""
    return named_numbers("--sizes", given, "helpful=3,harmless=2", "size")


def named_numbers(option: str, given: str, example: str, what: str) -> dict[str, float]:
    """Return numbers by name; a name with a comma stands in quotes."""
    found: dict[str, float] = {}
    for part in names(option, given):
        name, _, number = part.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            value = None
        if not name.strip() or value is None:
            raise InvalidInput(f"{option}: {part!r} is not NAME=NUMBER. Write them as {example}.")
        if name.strip() in found:
            raise InvalidInput(f"{option}: {name.strip()!r} is named twice. Give it one {what}.")
        found[name.strip()] = value
    return found


def radius(given: str) -> float | dict[str, float]:
    """Return one number, or numbers by group as in ``helpful=0.1,harmless=0.2``."""
    try:
        return float(given)
    except ValueError:
        return named_numbers("--radius", given, "helpful=0.1,harmless=0.2", "radius")


def group_sizes(given: str) -> list[float]:
    """Return the sizes in ``1,2,3``."""
    try:
        numbers = [float(part) for part in given.split(",")]
    except ValueError:
        numbers = [np.nan]
    if not all(0.0 < number < np.inf for number in numbers):
        raise InvalidInput(
            f"--group-sizes: {given!r} is not positive numbers with commas. Write every size that "
            "a group may have, such as 1,2,3."
        )
    return numbers


def strengths(given: str) -> list[float]:
    """Return the strengths in ``0.01:100:9`` (geometric steps) or in ``0.1,0.5,2``."""
    parts = given.split(":" if ":" in given else ",")
    try:
        numbers = [float(part) for part in parts]
        count = int(parts[2]) if ":" in given else len(parts)
    except (ValueError, IndexError):
        numbers, count = [], 0
    if not numbers or (":" in given and len(parts) != 3):
        raise InvalidInput(
            f"--strengths: {given!r} is neither FROM:TO:COUNT, such as 0.01:100:9, nor numbers "
            "with commas, such as 0.1,0.5,2."
        )
    if not 1 <= count <= MOST_STRENGTHS:
        raise InvalidInput(
            f"--strengths: {count} of them. Ask for at least 1 and at most {MOST_STRENGTHS:,}."
        )
    if ":" not in given:
        return [checked_strength(number) for number in numbers]
    first, last = checked_strength(numbers[0]), checked_strength(numbers[1])
    return np.geomspace(first, last, count).tolist()


def names(option: str, given: str) -> list[str]:
    """Return names with commas between; one with a comma in it stands in quotes."""
    found = [name.strip() for name in next(csv.reader([given], skipinitialspace=True), [])]
    if not found or "" in found:
        raise InvalidInput(f"{option}: {given!r} has an empty part. Separate names by one comma.")
    return found


def one_of(option: str, given: str, known: tuple[str, ...]) -> None:
    """Refuse a word that is not among those known."""
    if given not in known:
        raise InvalidInput(f"{option} {given!r}: unknown. Choose one of {', '.join(known)}.")
