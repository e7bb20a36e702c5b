"""Posterior equilibrium on finite type sets: the regret of truth at every profile ([B] Def 5, 7).

Given the others' profile a report brings about an allocation; its expected utility at a true type
is one product of coordinates and valuations. So a profile of the others costs one matrix product
in blocks, or less where few allocations can be reached, and nothing is kept but the worst.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.data_driven.beliefs import StateTable
from mdsolve.data_driven.equilibrium.found import Deviation, Equilibrium
from mdsolve.data_driven.equilibrium.regret import posterior_regret
from mdsolve.data_driven.equilibrium.valuations import (
    LawValuations,
    Lists,
    TableValuations,
    Valuations,
)
from mdsolve.data_driven.estimators import Estimator
from mdsolve.data_driven.estimators import estimator as estimator_of
from mdsolve.data_driven.mechanisms.vcg import DataDrivenVCG
from mdsolve.errors import InvalidInput

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]


def posterior_equilibrium(
    mechanism: Any,
    types: Sequence[Any],
    signals: Sequence[Any] | None = None,
    *,
    estimator: Any = None,
    budget: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Equilibrium:
    """Return the regret of truth for every agent, at every own type and profile of the others.

    Each agent may be any of its types with any of its signals, and may report any of them. An
    interrupt keeps what was found.

    Parameters
    ----------
    mechanism : DataDrivenVCG, or another of `mdsolve.data_driven`
    types : sequence of lists, one an agent
    signals : sequence of lists, one an agent, optional
        All signals of finite beliefs by default.
    estimator : Estimator, function of the state, or None
        None is ex-post, ω̂ = ω.
    budget : int, optional
        Most profiles of others to try, drawn at random where there are more.
    seed : int
    progress : callable, optional
        Called with (profiles tried, profiles in all).

    Examples
    --------
    >>> from mdsolve.data_driven import DataDrivenVCG, FiniteBeliefs, QuadraticLoss
    >>> table = [[0.75, 0.25], [0.25, 0.75]]
    >>> beliefs = FiniteBeliefs([0.5, 0.5], [table, table], states=[0.0, 1.0])
    >>> mechanism = DataDrivenVCG(QuadraticLoss(), beliefs)
    >>> found = posterior_equilibrium(mechanism, [[0.0, 1.0]] * 2)
    >>> found.epsilon < 1e-12
    True
    >>> off = posterior_equilibrium(mechanism, [[0.0, 1.0]] * 2, estimator=lambda state: state + 3)
    >>> off.worst[0]
    <agent 0 gains 3.78 by reporting (1.0, 1) at types [0.0, 0.0], signals [0, 0]>
    """
    lists = _checked(mechanism, types, signals)
    sizes = [_others(lists, agent) for agent in range(len(lists))]
    source, search = (
        estimator_of(estimator),
        _Search(mechanism, lists, sum(sizes), budget, progress),
    )
    rng = np.random.default_rng(seed)
    try:
        for agent, size in enumerate(sizes):
            for place in _places(size, search.share(size), rng):
                search.visit(agent, place, source)
    except KeyboardInterrupt:
        pass
    return search.result()


class _Search:
    """What was found so far, and how to try one more profile."""

    def __init__(
        self,
        mechanism: Any,
        lists: list[Lists],
        profiles: int,
        budget: int | None,
        progress: Progress | None,
    ) -> None:
        self.mechanism, self.lists, self.profiles = mechanism, lists, profiles
        self.budget = profiles if budget is None else max(1, budget)
        self.progress, self.checked = progress, 0
        self.regrets = [np.zeros((len(own.signals), len(own.types))) for own in lists]
        self.worst = [
            Deviation(agent, -np.inf, [], [], (None, None)) for agent in range(len(lists))
        ]
        platform = mechanism.platform
        # checked once: its tables are known by the object's identity
        self._platform = (
            [] if platform is None else [mechanism.world.checked_type(len(lists), platform)]
        )
        self._valuations: Valuations | None = None
        self._own: tuple[list[Any], Array] | None = None

    def share(self, size: int) -> int:
        """Return how many of an agent's profiles of others the budget allows."""
        if self.budget >= self.profiles:
            return size
        return max(1, round(self.budget * size / self.profiles))

    def visit(self, agent: int, place: int, source: Estimator) -> None:
        """Try one profile of the others, signals outermost."""
        profile, signals = self._profile(agent, place)
        fast = self._fast()
        gains, reports = (
            self._by_products(agent, profile, signals, source)
            if fast
            else self._one_by_one(agent, profile, signals, source)
        )
        worst = np.unravel_index(int(gains.argmax()), gains.shape)
        if gains[worst] > self.worst[agent].gain:
            self._keep(agent, profile, signals, worst, float(gains[worst]), reports)
        np.maximum(self.regrets[agent], gains, out=self.regrets[agent])
        self.checked += 1
        if self.progress is not None:
            self.progress(self.checked, self.profiles)

    def result(self) -> Equilibrium:
        """Return what was found."""
        return Equilibrium(self.regrets, self.worst, self.checked, self.profiles)

    def _fast(self) -> bool:
        """Products hold for plain data-driven transfers, where each type enters its own utility."""
        kind = type(self.mechanism)
        plain = all(
            getattr(kind, name) is getattr(DataDrivenVCG, name) for name in ("incentive", "choice")
        )
        return plain and not getattr(self.mechanism.world, "interdependent", False)

    def _profile(self, agent: int, place: int) -> tuple[list[Any], list[Any]]:
        others = [k for k in range(len(self.lists)) if k != agent]
        profile = [self.lists[k].types[0] for k in range(len(self.lists))]
        signals = [self.lists[k].signals[0] for k in range(len(self.lists))]
        for k in reversed(others):
            place, which = divmod(place, len(self.lists[k].types))
            profile[k] = self.lists[k].types[which]
        for k in reversed(others):
            place, which = divmod(place, len(self.lists[k].signals))
            signals[k] = self.lists[k].signals[which]
        return profile + self._platform, signals

    def _by_products(
        self, agent: int, profile: list[Any], signals: list[Any], source: Estimator
    ) -> tuple[Array, NDArray[np.intp]]:
        world, valuations = self.mechanism.world, self._of(agent, source)
        if self._own is None or self._own[0] != [agent, *signals]:
            self._own = [agent, *signals], valuations.own(signals)
        own = self._own[1]
        exact, claimed = valuations.others(profile, signals)
        count, types, size = own.shape
        anchors = self._anchors(agent, signals, types)
        points, charges = world.choose_many(
            (own + exact[:, None]).reshape(count * types, size), anchors
        )
        truths = (own + claimed[:, None]).reshape(count * types, size)
        gains, places = world.best_gains(points, charges, truths)
        return gains.reshape(count, types), places.reshape(count, types)

    def _anchors(self, agent: int, signals: list[Any], types: int) -> Any:
        told, anchors = list(signals), []
        for own in self.lists[agent].signals:
            told[agent] = own
            anchor = self.mechanism.world.anchor(self.mechanism.beliefs, told, None)
            if anchor is None:
                return None
            anchors += [anchor] * types
        return np.array(anchors)

    def _of(self, agent: int, source: Estimator) -> Valuations:
        if self._valuations is None or self._valuations.agent != agent:
            tables = isinstance(self.mechanism.beliefs, StateTable)
            kind = TableValuations if tables else LawValuations
            self._valuations = kind(self.mechanism, self.lists, agent, source)
        return self._valuations

    def _one_by_one(
        self, agent: int, profile: list[Any], signals: list[Any], source: Estimator
    ) -> tuple[Array, NDArray[np.intp]]:
        own, agents = self.lists[agent], len(self.lists)
        reports = [(theta, signal) for signal in own.signals for theta in own.types]
        lies: list[list[Any]] = [[] for _ in range(agents)]
        lies[agent] = reports
        gains = np.empty((len(own.signals), len(own.types)))
        places = np.empty(gains.shape, dtype=np.intp)
        types, told = profile[:agents], list(signals)
        for (row, signal), (column, theta) in product(enumerate(own.signals), enumerate(own.types)):
            types[agent], told[agent] = theta, signal
            found = posterior_regret(self.mechanism, types, told, lies, estimator=source)[agent]
            gains[row, column] = found.gain
            places[row, column] = next(
                k for k, report in enumerate(reports) if _same(report, found.witness)
            )
        return gains, places

    def _keep(
        self,
        agent: int,
        profile: list[Any],
        signals: list[Any],
        worst: Any,
        gain: float,
        reports: NDArray[np.intp],
    ) -> None:
        own, agents = self.lists[agent], len(self.lists)
        types, told = list(profile[:agents]), list(signals)
        types[agent], told[agent] = own.types[int(worst[1])], own.signals[int(worst[0])]
        signal, theta = divmod(int(reports[worst]), len(own.types))
        self.worst[agent] = Deviation(
            agent, gain, types, told, (own.types[theta], own.signals[signal])
        )


def _same(report: Any, witness: Any) -> bool:
    return report[1] == witness[1] and np.array_equal(report[0], witness[0])


def _others(lists: list[Lists], agent: int) -> int:
    return prod(len(own.types) * len(own.signals) for k, own in enumerate(lists) if k != agent)


def _places(size: int, share: int, rng: np.random.Generator) -> Iterator[int]:
    if share >= size:
        yield from range(size)
    else:
        # sorted, so that profiles which share signals come together
        drawn = {int(rng.integers(size)) for _ in range(share)}
        while len(drawn) < share:
            drawn.add(int(rng.integers(size)))
        yield from sorted(drawn)


def _checked(mechanism: Any, types: Sequence[Any], signals: Sequence[Any] | None) -> list[Lists]:
    beliefs, world = mechanism.beliefs, mechanism.world
    if signals is None:
        if not isinstance(beliefs, StateTable):
            raise InvalidInput(
                f"signals: {beliefs!r} has no finite list of them. Give each agent a list."
            )
        signals = [range(count) for count in beliefs.signal_counts]
    for name, given in (("types", types), ("signals", signals)):
        if len(given) != beliefs.agents or not all(len(each) for each in given):
            raise InvalidInput(
                f"{name}: lists for {len(given)} agents, but there are {beliefs.agents}. Give each "
                "agent a list of at least one."
            )
    return [
        Lists(
            [world.checked_type(agent, theta) for theta in types[agent]],
            [beliefs.checked_signal(agent, signal) for signal in signals[agent]],
        )
        for agent in range(beliefs.agents)
    ]
