"""Families of problems, one a file: parameters and a seed in, a program and its proof out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mdsolve.benchmark.families import (
    concave,
    floors,
    implementability,
    impossibility,
    menus,
    multi_agent,
    real,
    revenue,
    welfare,
)
from mdsolve.benchmark.problem import Statement
from mdsolve.errors import InvalidInput


class Asked(Mapping[str, Any]):
    """Parameters that know which of them were asked for, there or not."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return self._given[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


@dataclass(frozen=True)
class Family:
    """One family.

    Attributes
    ----------
    name : str
    describes : str
        What its programs are, in a sentence.
    build : callable
        Returns the `Statement` of parameters and a seed.
    """

    name: str
    describes: str
    build: Callable[[Mapping[str, Any], int], Statement]

    def state(self, parameters: Mapping[str, Any], seed: int) -> Statement:
        """Return what it builds.

        Raises
        ------
        InvalidInput
            If a parameter is missing, or the family refuses one, or has no use for it.
        """
        asked = Asked(parameters)
        try:
            found = self.build(asked, seed)
        except KeyError as error:
            raise InvalidInput(
                f"parameters: {error} is missing, or none that family {self.name!r} knows. Its "
                "docstring lists what it takes."
            ) from error
        if unused := sorted(parameters.keys() - asked.names):
            raise InvalidInput(
                f"parameters: {unused[0]} is none that this problem of family {self.name!r} has a "
                f"use for. It asks for {', '.join(sorted(asked.names))}."
            )
        return found


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family("welfare", "a social-welfare rule under one of the divergences", welfare.build),
        Family("concave", "Nash, α-fair and egalitarian welfare", concave.build),
        Family(
            "floors", "least welfare over a group's types (Cor 4.6), primal and dual", floors.build
        ),
        Family(
            "menus", "the best of finitely many models, as a program over the menu", menus.build
        ),
        Family("implementability", "payments that make truth best", implementability.build),
        Family("revenue", "the most revenue from finitely many types", revenue.build),
        Family("multi-agent", "allocation and payments of several agents", multi_agent.build),
        Family("impossibility", "transfers without and with data", impossibility.build),
        Family("real", "training rules and auctions on real data", real.build),
    )
}


def family(name: str) -> Family:
    """Return a family by its name.

    Raises
    ------
    InvalidInput
        Naming those that there are.
    """
    if name not in FAMILIES:
        raise InvalidInput(
            f"family {name!r}: there is none of that name. Choose one of {', '.join(FAMILIES)}."
        )
    return FAMILIES[name]
