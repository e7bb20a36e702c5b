"""Which estimate enters agent i's transfer in the term of agent j ([B] Def 6, eq 5, note 19)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mdsolve.data_driven.beliefs import Beliefs
from mdsolve.data_driven.laws import Law
from mdsolve.data_driven.worlds import World
from mdsolve.errors import InvalidInput


class EstimatePerAgent:
    """An estimate for each agent's own transfer, such as one that leaves out its reports.

    Parameters
    ----------
    estimates : sequence, one an agent
        ``estimates[i]`` is used in agent i's transfer alone; it must not depend on i's reports.
    """

    def __init__(self, estimates: Sequence[Any]) -> None:
        self.estimates = list(estimates)

    def __len__(self) -> int:
        return len(self.estimates)

    def place(self, agent: int, other: int) -> int:
        """Return whose estimate enters agent's transfer in the term of another."""
        return agent

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.estimates!r})"


class OwnEstimates(EstimatePerAgent):
    """Each agent's own reported estimate, used in all the others' transfers ([B] note 19).

    Parameters
    ----------
    estimates : sequence, one an agent
        ``estimates[j]`` is used for agent j's utility in the others' transfers, never in j's own.
    """

    def place(self, agent: int, other: int) -> int:
        """Return the other agent: its utility is taken at its own estimate."""
        return other


class Claims:
    """The estimates as laws, by agent and term."""

    def __init__(self, given: Any, world: World, beliefs: Beliefs, agents: int) -> None:
        self.given = given
        several = given.estimates if isinstance(given, EstimatePerAgent) else [given]
        if isinstance(given, EstimatePerAgent) and len(several) != beliefs.agents:
            raise InvalidInput(
                f"estimate: {len(several)} estimates, but there are {beliefs.agents} agents. Pass "
                "one for each, also for those who reported nothing."
            )
        self.laws = [world.checked_estimate(beliefs.law_of(each), agents) for each in several]

    def law(self, agent: int, other: int) -> Law:
        """Return the law that enters agent's transfer in the term of another."""
        if not isinstance(self.given, EstimatePerAgent):
            return self.laws[0]
        place = self.given.place(agent, other)
        # a platform that reports nothing has no estimate of its own
        return self.laws[place if place < len(self.laws) else agent]

    def estimate(self, agent: int) -> Any:
        """Return the estimate in agent's transfer as it was given."""
        return (
            self.given.estimates[agent] if isinstance(self.given, EstimatePerAgent) else self.given
        )
