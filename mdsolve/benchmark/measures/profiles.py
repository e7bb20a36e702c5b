"""Performance profiles (Dolan and Moré 2002) and what they hide: solvers compared two by two.

ρ_s(τ) is the share of problems that solver s solves within τ times the fastest solver's time. With
more than two solvers the order of two curves may hang on a third (Gould and Scott 2016), so the
pairwise tables stand beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from mdsolve.benchmark.measures.statistics import Times

#: times within this factor are a tie
TIE = 1.1


class Profile(NamedTuple):
    """A step function: from each ratio on, the share of problems."""

    ratios: tuple[float, ...]
    shares: tuple[float, ...]

    def at(self, ratio: float) -> float:
        """Return the share of problems within a ratio of the fastest."""
        found = 0.0
        for place, share in zip(self.ratios, self.shares, strict=True):
            if place > ratio:
                break
            found = share
        return found


def profiles(given: Times, solvers: Sequence[str]) -> dict[str, Profile]:
    """Return every solver's profile over the problems that all of them were given.

    Parameters
    ----------
    given : dict of dict
        ``[problem][solver]``, seconds; inf where it failed.

    Examples
    --------
    >>> profiles({"p": {"a": 1.0, "b": 3.0}, "q": {"a": float("inf"), "b": 1.0}}, ["a", "b"])["b"]
    Profile(ratios=(1.0, 3.0), shares=(0.5, 1.0))
    """
    found: dict[str, Profile] = {}
    for solver in solvers:
        ratios = sorted(
            own[solver] / best
            for own in given.values()
            if (best := min(own[name] for name in solvers)) < inf and own[solver] < inf
        )
        steps: dict[float, float] = {}
        for count, ratio in enumerate(ratios, 1):
            steps[ratio] = count / len(given)
        found[solver] = Profile(tuple(steps), tuple(steps.values()))
    return found


class Duel(NamedTuple):
    """How one solver fared against another: problems won, tied and lost."""

    won: int
    tied: int
    lost: int


def duels(given: Times, solvers: Sequence[str], *, tie: float = TIE) -> dict[tuple[str, str], Duel]:
    """Return every ordered pair of solvers' duel over the problems that both were given.

    Problems that both fail are ties. The outcome of a pair hangs on no third solver.
    """
    return {
        (one, other): _duel(given, one, other, tie)
        for one in solvers
        for other in solvers
        if one != other
    }


def _duel(given: Times, one: str, other: str, tie: float) -> Duel:
    count = [0, 0, 0]
    for own in given.values():
        if one in own and other in own:
            mine, theirs = own[one], own[other]
            even = mine == theirs or max(mine, theirs) <= tie * min(mine, theirs)
            count[1 if even else 0 if mine < theirs else 2] += 1
    return Duel(*count)
