"""An h that moves with the agent's own report breaks Def 6 of [B]: found by trying reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from mdsolve.data_driven.beliefs import Beliefs
from mdsolve.data_driven.worlds import World
from mdsolve.errors import InvalidInput


@dataclass(frozen=True)
class WholeProfile:
    """An h that is handed all reports: ``h(agent, types, signals, estimate)``.

    It is legal only if the agent's own report does not move it. That is tried at each run, with
    other types and signals of the agent; what is tried can refute, not prove.

    Parameters
    ----------
    function : callable
    probes : sequence of (type, signal), optional
        Own reports to try; some of the world's and of the beliefs' by default.
    """

    function: Callable[[int, list[Any], list[Any], Any], float]
    probes: Sequence[tuple[Any, Any]] | None = None

    def checked(
        self,
        agent: int,
        types: list[Any],
        signals: list[Any],
        estimate: Any,
        world: World,
        beliefs: Beliefs,
    ) -> float:
        """Return the value, or refuse the function with the pair of reports that moves it."""
        value = float(self.function(agent, list(types), list(signals), estimate))
        own = types[agent], signals[agent]
        for theta, signal in self._tried(agent, own, world, beliefs):
            moved_types, moved_signals = list(types), list(signals)
            moved_types[agent], moved_signals[agent] = theta, signal
            other = float(self.function(agent, moved_types, moved_signals, estimate))
            # what rounding moves is not the report's doing
            if not isclose(other, value, rel_tol=1e-9, abs_tol=1e-12):
                raise InvalidInput(
                    f"h of agent {agent} depends on the agent's own report: (type, signal) = "
                    f"{own!r} gives {value:.10g}, {(theta, signal)!r} gives {other:.10g}. Let h "
                    "use the others' reports and the estimate alone, or truth need not be optimal."
                )
        return value

    def _tried(
        self, agent: int, own: tuple[Any, Any], world: World, beliefs: Beliefs
    ) -> list[tuple[Any, Any]]:
        if self.probes is not None:
            return list(self.probes)
        theta, signal = own
        types = world.other_types(agent, theta)
        signals = beliefs.other_signals(agent, signal)
        return [(each, signal) for each in types] + [(theta, each) for each in signals]
