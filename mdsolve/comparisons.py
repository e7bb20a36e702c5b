"""Rewards fitted to comparisons, P(x beats y) = 1/(1 + e^{r(y) - r(x)}) (Bradley, Terry, 1952).

    max_r  - Σ_k n_k log(1 + e^{r(loser_k) - r(winner_k)}) - (ridge/2) Σ_x r(x)²,   Σ_x r(x) = 0.

Without a ridge the maximum exists exactly when every outcome beats every other through a chain of
wins (Ford, 1957).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput, ToleranceNotReached
from mdsolve.games.labels import checked_labels

Array = NDArray[np.float64]
Comparisons = Iterable[Sequence[Any]] | Mapping[Any, Any]

ACCURACY = 1e-10
_NEWTON_STEPS = 30
_SETTLED = 1e-13


def bradley_terry(
    comparisons: Comparisons,
    outcomes: Sequence[Any] | None = None,
    *,
    ridge: float | int = 0.0,
    solver: str | None = None,
) -> Array:
    """Fit one reward an outcome to pairwise comparisons, to 1e-10.

    The conic solver's point is a start only: Newton steps on the data finish and judge it.

    Parameters
    ----------
    comparisons : iterable of (winner, loser) or (winner, loser, count), or mapping
        A mapping goes from (winner, loser) to the number of such comparisons.
    outcomes : sequence of names, optional
        Order of the result. Without it winners and losers are positions 0, 1, ...
    ridge : float
        Strength of the pull to 0; positive where comparisons alone do not settle the rewards.
    solver : str, optional
        A conic solver that CVXPY has installed; its default otherwise.

    Returns
    -------
    array, shape (outcomes,)
        Rewards in logits, centred (they sum to 0). Shift them before `Game.normalized`.

    Raises
    ------
    InvalidInput
        For a malformed comparison, and where no finite maximum exists.
    ToleranceNotReached
        Where rewards cannot be settled to 1e-10; `lower` is the log-likelihood reached.

    Examples
    --------
    >>> wins = {("tea", "water"): 3, ("water", "tea"): 1}
    >>> bradley_terry(wins, ["tea", "water"]).round(6) + 0.0
    array([ 0.549306, -0.549306])
    """
    record = _record(comparisons, outcomes)
    if not (isinstance(ridge, (int, float)) and 0.0 <= ridge < np.inf):
        raise InvalidInput(f"ridge: {ridge}. It must be finite and at least 0.")
    if ridge == 0.0:
        _refuse_unsettled(record)
    return _settled(record, ridge, _conic_start(record, ridge, solver))


def rewards_from_comparisons(
    tables: Mapping[Any, Comparisons],
    outcomes: Sequence[Any],
    *,
    ridge: float | int = 0.0,
    solver: str | None = None,
) -> Array:
    """Fit each group's rewards to its own comparisons; rows in the order of ``tables``.

    Returns
    -------
    array, shape (groups, outcomes)

    Examples
    --------
    >>> tables = {"kind": [("a", "b"), ("b", "a")], "brief": [("a", "b", 1), ("b", "a", 1)]}
    >>> rewards_from_comparisons(tables, ["a", "b"]).shape
    (2, 2)
    """
    if not tables:
        raise InvalidInput("comparisons: no group. Pass a mapping from group to comparisons.")
    rows: list[Array] = []
    for group, comparisons in tables.items():
        try:
            rows.append(bradley_terry(comparisons, outcomes, ridge=ridge, solver=solver))
        except InvalidInput as error:
            raise InvalidInput(f"group {str(group)!r}: {error}") from error
    return np.array(rows)


@dataclass(frozen=True)
class _Record:
    winners: NDArray[np.intp]
    losers: NDArray[np.intp]
    counts: Array
    names: Sequence[str]

    def incidence(self) -> Any:
        from scipy.sparse import csr_array

        k = np.arange(self.counts.size)
        entries = np.concatenate([np.ones(k.size), -np.ones(k.size)])
        places = np.concatenate([k, k]), np.concatenate([self.losers, self.winners])
        return csr_array((entries, places), shape=(k.size, len(self.names)))

    def parts(self, connection: str) -> tuple[int, NDArray[np.int32]]:
        """Count and label the sets of outcomes joined by wins (strong) or comparisons (weak)."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        m = len(self.names)
        wins = csr_array((np.ones(self.counts.size), (self.winners, self.losers)), shape=(m, m))
        return connected_components(wins, directed=True, connection=connection)


def _record(comparisons: Comparisons, outcomes: Sequence[Any] | None) -> _Record:
    triples = list(_triples(comparisons))
    if not triples:
        raise InvalidInput("comparisons: there are none. Pass (winner, loser) pairs.")
    if outcomes is None:
        named = {position: position for pair in triples for position in pair[:2]}
        wrong = [p for p in named if not isinstance(p, (int, np.integer)) or p < 0]
        if wrong:
            raise InvalidInput(
                f"comparisons: {wrong[0]!r} is not a position 0, 1, ... "
                "Pass outcomes=[...] to compare by name."
            )
        names = checked_labels("outcome", None, max(named) + 1, "")
    else:
        names = checked_labels("outcome", outcomes, len(outcomes), "")
        named = dict(zip(outcomes, range(len(outcomes)), strict=True))
    totals: dict[tuple[int, int], float] = {}
    for row, (winner, loser, count) in enumerate(triples):
        pair = _position(row, winner, named), _position(row, loser, named)
        if pair[0] == pair[1]:
            raise InvalidInput(f"comparison {row}: {winner!r} is compared with itself. Drop it.")
        totals[pair] = totals.get(pair, 0.0) + _count(row, count)
    if not any(totals.values()):
        raise InvalidInput("comparisons: every count is 0. Pass at least one comparison.")
    kept = [pair for pair, total in totals.items() if total > 0.0]
    winners, losers = np.array(kept, dtype=np.intp).reshape(-1, 2).T
    return _Record(winners, losers, np.array([totals[pair] for pair in kept]), names)


def _triples(comparisons: Comparisons) -> Iterable[tuple[Any, Any, Any]]:
    if isinstance(comparisons, Mapping):
        comparisons = [(*pair, count) for pair, count in comparisons.items()]
    for row, entry in enumerate(comparisons):
        if isinstance(entry, str) or len(entry) not in (2, 3):
            raise InvalidInput(
                f"comparison {row}: {entry!r}. Each is (winner, loser) or (winner, loser, count)."
            )
        yield entry[0], entry[1], entry[2] if len(entry) == 3 else 1.0


def _position(row: int, name: Any, named: Mapping[Any, int]) -> int:
    if name not in named:
        raise InvalidInput(
            f"comparison {row}: {name!r} is not an outcome. The outcomes are {list(named)[:20]}."
        )
    return int(named[name])


def _count(row: int, count: Any) -> float:
    try:
        number = float(count)
    except (TypeError, ValueError):
        number = np.nan
    if not 0.0 <= number < np.inf:
        raise InvalidInput(
            f"comparison {row}: the count is {count!r}. Counts are finite and at least 0."
        )
    return number


def _refuse_unsettled(record: _Record) -> None:
    number, part = record.parts("strong")
    if number == 1:
        return
    across = part[record.winners] != part[record.losers]
    unbeaten = np.setdiff1d(np.arange(number), part[record.losers[across]])
    chosen = min(unbeaten, key=lambda label: np.count_nonzero(part == label))
    alone = chosen not in part[record.winners[across]]
    names = [record.names[int(k)] for k in np.flatnonzero(part == chosen)]
    raise InvalidInput(
        f"comparisons: {', '.join(map(repr, names[:5]))}{', ...' * (len(names) > 5)} "
        f"{'never met' if alone else 'never lost to'} any other outcome, so no finite rewards are "
        "most likely. Add comparisons that join them both ways, or pass ridge > 0."
    )


def _conic_start(record: _Record, ridge: float | int, solver: str | None) -> Array:
    import cvxpy as cp

    name = None if solver is None else solver.upper()
    if name is not None and name not in cp.installed_solvers():
        raise InvalidInput(
            f"solver {solver!r} is not installed. Choose one of {cp.installed_solvers()}."
        )
    rewards = cp.Variable(len(record.names), name="rewards")
    scale = float(record.counts.max(initial=ridge))
    losses = (record.counts / scale) @ cp.logistic(record.incidence() @ rewards)
    loss = losses + 0.5 * (ridge / scale) * cp.sum_squares(rewards)
    centred: Any = cp.sum(rewards) == 0
    problem = cp.Problem(cp.Minimize(loss), [centred])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            problem.solve(solver=name)
    except cp.SolverError as error:
        if name is not None:
            raise InvalidInput(
                f"solver {solver!r} failed: {error} Leave solver out, or take another."
            ) from error
    point = rewards.value
    return np.zeros(rewards.size) if point is None or not np.isfinite(point).all() else point


class _Loss:
    """Negative log-likelihood plus ridge: its value and its Newton step."""

    def __init__(self, record: _Record, ridge: float | int) -> None:
        self.counts, self.ridge, self.incidence = record.counts, ridge, record.incidence()
        self.part = record.parts("weak")[1]

    def value(self, rewards: Array) -> float:
        losses = self.counts @ np.logaddexp(0.0, self.incidence @ rewards)
        return float(losses + 0.5 * self.ridge * rewards @ rewards)

    def step(self, rewards: Array) -> Array:
        """Solve Hessian · step = -gradient; without a ridge outcome 0 stays put."""
        from scipy.sparse import diags_array, eye_array
        from scipy.sparse.linalg import splu
        from scipy.special import expit

        gaps = self.incidence @ rewards
        upset = self.counts * expit(gaps)
        gradient = self.incidence.T @ upset + self.ridge * rewards
        curvature = diags_array(upset * expit(-gaps))
        hessian = self.incidence.T @ curvature @ self.incidence
        hessian = (hessian + self.ridge * eye_array(rewards.size)).tocsc()
        free = slice(1 if self.ridge == 0.0 else 0, None)
        step = np.zeros_like(rewards)
        step[free] = -splu(hessian[free, free]).solve(gradient[free])
        return self.centred(step)

    def centred(self, rewards: Array) -> Array:
        """Take off the mean of each set of outcomes that were compared among themselves."""
        means = np.bincount(self.part, rewards) / np.bincount(self.part)
        return rewards - means[self.part]

    def shortened(self, rewards: Array, step: Array) -> Array:
        """Halve the step until the loss does not rise beyond rounding."""
        bound = self.value(rewards) * (1.0 + 1e-14)
        for _ in range(60):
            if self.value(rewards + step) <= bound:
                return step
            step = 0.5 * step
        return step


def _settled(record: _Record, ridge: float | int, rewards: Array) -> Array:
    loss = _Loss(record, ridge)
    rewards = loss.centred(rewards)
    step = loss.step(rewards)
    for _ in range(_NEWTON_STEPS):
        rewards = loss.centred(rewards + loss.shortened(rewards, step))
        last, step = step, loss.step(rewards)
        if np.abs(last).max() <= _SETTLED * max(1.0, np.abs(rewards).max()):
            break
    error = float(np.abs(step).max())
    if not error <= ACCURACY * max(1.0, float(np.abs(rewards).max())):
        raise ToleranceNotReached(
            f"comparisons: a Newton step still moves the rewards by {error:.3g} (asked: "
            f"{ACCURACY:g}). Pass a larger ridge (now {ridge:g}).",
            solver="newton",
            lower=-loss.value(rewards),
            upper=0.0,
        )
    return rewards
