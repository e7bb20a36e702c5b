"""A mechanism is a training rule with a payment: reports in, a model and transfers out ([S] §2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from mdsolve.arrays import PerGroup, PerGroupAndOutcome, PerOutcome
from mdsolve.errors import InvalidInput
from mdsolve.games import Game, write_table
from mdsolve.games.files import written_whole
from mdsolve.games.validation import read_only
from mdsolve.outcome_views import html, json_text, may_lose, text
from mdsolve.payments import Payment, Settlement
from mdsolve.payments.settlement import Floor
from mdsolve.training_rules import TOLERANCE, FiniteMenu, Training, TrainingRule
from mdsolve.training_rules.training import is_constrained, refuse_other_games

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Mechanism:
    """A training rule and the payment that goes with it.

    Parameters
    ----------
    rule : TrainingRule or FiniteMenu
        `MenuWelfare` is for `solve_batch` alone.
    payment : Payment

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], sizes=[3, 1])
    >>> outcome = md.Mechanism(md.SocialWelfare("l2", 4.0), md.AffineMaximizer()).run(game)
    >>> outcome.model, outcome.payments
    (array([0.625, 0.375]), array([0.28125, 0.03125]))
    """

    rule: TrainingRule | FiniteMenu
    payment: Payment

    def run(
        self,
        game: Game,
        *,
        solver: str = "auto",
        tolerance: float = TOLERANCE,
        constraints: Any = (),
    ) -> Outcome:
        """Train on what is reported and charge for it.

        Parameters
        ----------
        game : Game
        solver, tolerance, constraints
            As for `TrainingRule.train`; constraints must not depend on the reports.

        Raises
        ------
        InvalidInput
            If the payment does not fit the rule.
        ToleranceNotReached
            If no solver's bracket is narrow enough.
        """
        refuse_other_games(game)
        if isinstance(self.payment, type):
            raise InvalidInput(
                f"payment: {self.payment.__name__} is a class. Pass {self.payment.__name__}()."
            )
        options: dict[str, Any] = {
            "solver": solver,
            "tolerance": tolerance,
            "constraints": constraints,
        }
        settled = self.payment.settle(self.rule, game, **options)
        return Outcome(game, self, settled, options if is_constrained(constraints) else {})

    def run_many(self, games: Iterable[Game], **options: Any) -> Iterator[Outcome]:
        """Yield the outcome of each game, as they come.

        Examples
        --------
        >>> import mdsolve as md
        >>> mechanism = md.Mechanism(md.SocialWelfare("kl", 1.0), md.AffineMaximizer())
        >>> games = (md.Game([0.5, 0.5], [[k, 0.0]]) for k in (1.0, 2.0))
        >>> [float(outcome.model[0].round(3)) for outcome in mechanism.run_many(games)]
        [0.731, 0.881]
        """
        return (self.run(game, **options) for game in games)


@dataclass(frozen=True, repr=False, eq=False)
class Outcome:
    """What a mechanism did: the model, what each group pays and gets, and how sure that is.

    Attributes
    ----------
    model : (outcomes,) array
        π, probabilities.
    payments, utilities : (groups,) arrays
        What each group pays, and w_i <r_i, π> less that (welfare units).
    payment_lower, payment_upper : (groups,) arrays
        Interval of each payment, from the brackets of all solves.
    lower, upper : float
        Bracket of the rule's optimum (welfare units).
    counterfactuals : (groups, outcomes) array
        The model trained without each group, computed when first asked for.
    options : mapping
        What `run` was asked for beside the game, where that was constraints of the user's own.
    """

    game: Game
    mechanism: Mechanism
    settlement: Settlement = field(repr=False)
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def training(self) -> Training:
        """The trained model with its bracket, multiplier and solver."""
        return self.settlement.training

    @property
    def model(self) -> PerOutcome:
        """π, (outcomes,)."""
        return self.training.model

    @property
    def lower(self) -> float:
        """Lower end of the optimum's bracket (welfare units)."""
        return self.training.lower

    @property
    def upper(self) -> float:
        """Upper end of the optimum's bracket (welfare units)."""
        return self.training.upper

    @property
    def payments(self) -> PerGroup:
        """What each group pays, (groups,), welfare units."""
        return self.settlement.payments

    @property
    def utilities(self) -> PerGroup:
        """What each group gets, less its payment, (groups,), welfare units."""
        return self.settlement.utilities

    @property
    def payment_lower(self) -> PerGroup:
        """Lower ends of the payments' intervals, (groups,), welfare units."""
        return self.settlement.payment_lower

    @property
    def payment_upper(self) -> PerGroup:
        """Upper ends of the payments' intervals, (groups,), welfare units."""
        return self.settlement.payment_upper

    @property
    def floors(self) -> tuple[Floor, ...]:
        """What each group's presence is worth at least, if the payment charges it, else ()."""
        return self.settlement.floors

    @cached_property
    def values(self) -> PerGroup:
        """Each group's mean reward <r_i, π>, (groups,), reward units."""
        if isinstance(self.mechanism.rule, FiniteMenu):
            return read_only(self.model @ self.mechanism.rule.values)
        return read_only(np.asarray(self.game.rewards @ self.model))

    @cached_property
    def counterfactuals(self) -> PerGroupAndOutcome:
        """The model trained without each group, under the same constraints, (groups, outcomes)."""
        rule = self.mechanism.rule
        if isinstance(rule, FiniteMenu):
            raise InvalidInput(
                "counterfactuals: a finite menu trains no models. Compare the entries' welfare "
                "with `rule.welfare(sizes)`."
            )
        silent = np.zeros(self.game.shape[1])
        absent = [self.game.reported(group, silent) for group in range(self.game.shape[0])]
        return read_only(np.stack([rule.train(game, **self.options).model for game in absent]))

    def regret(
        self, group: str | int, reward: ArrayLike | None = None, size: float | None = None
    ) -> float:
        """Return the utility that a group loses by a misreport (welfare units).

        Parameters
        ----------
        group : str or int
        reward : (outcomes,) array_like, optional
            What it reports in place of its reward (values of the entries, for a menu).
        size : float, optional
            What it reports in place of its size.

        Returns
        -------
        float
            At least 0; under constraints of the user's own to the solver's gap, by training on
            the misreport.

        Raises
        ------
        InvalidInput
            If there is no such group, or the report could not stand in a game.

        Examples
        --------
        >>> import mdsolve as md
        >>> game = md.Game([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], sizes=[3, 1])
        >>> outcome = md.Mechanism(md.SocialWelfare("l2", 4.0), md.AffineMaximizer()).run(game)
        >>> outcome.regret(0, [2.0, 0.0])
        0.28125
        """
        index = self.game.group_index(group)
        told = float(self.game.sizes[index]) if size is None else size
        rule, own = self.mechanism.rule, self.game.rewards[[index]]
        by_menu = isinstance(rule, FiniteMenu)
        given = own if by_menu or reward is None else reward
        lie = self.game.reported(index, np.ravel(_dense(given)), told)
        if self.options and not by_menu:
            return self._loss_by_training(rule, lie)
        report: Any = np.ravel(_dense(lie.rewards[[index]]))
        if by_menu:
            report = rule.values[:, index] if reward is None else reward
        told = float(lie.sizes[index])
        return self.mechanism.payment.regret(rule, self.game, index, report, told)

    def _loss_by_training(self, rule: TrainingRule, lie: Game) -> float:
        """Return F(π; c) − F(π'; c): the pivot does not depend on the report."""
        phi = rule.value_function(self.game)
        combined = phi.combine(self.game.sizes)
        told = rule.train(lie, **self.options).model
        return max(0.0, phi.objective(self.model, combined) - phi.objective(told, combined))

    def table(self, by: str = "outcome") -> pa.Table:
        """Return a table with one row per outcome, or per group with ``by="group"``."""
        import pyarrow as pa

        if by == "group":
            columns: dict[str, Any] = {
                "group": list(self.game.groups),
                "size": self.game.sizes,
                "value": self.values,
                "payment": self.payments,
                "payment_lower": self.payment_lower,
                "payment_upper": self.payment_upper,
                "utility": self.utilities,
            }
            if self.floors:
                columns["floor_lower"] = [floor.lower for floor in self.floors]
                columns["floor_upper"] = [floor.upper for floor in self.floors]
            return pa.table(columns)
        if by != "outcome":
            raise InvalidInput(f'by: {by!r} is not a row of a table. Use "outcome" or "group".')
        if isinstance(self.mechanism.rule, FiniteMenu):
            return pa.table({"entry": np.arange(self.model.size), "model": self.model})
        return pa.table(
            {
                "outcome": list(self.game.outcomes),
                "reference": self.game.reference,
                "model": self.model,
                "combined_reward": self.game.combined(),
            }
        )

    def to_dict(self, prompt: str | None = None) -> dict[str, Any]:
        """Return everything as plain lists and numbers, payments and utilities by group.

        A payment with floors adds them: by group a bracket, the size, and the report of least
        worth. Where a payment's interval reaches past what the group gets from the model,
        ``truth_may_cost`` says by how much.
        """
        groups = [str(group) for group in self.game.groups]
        found = {
            "prompt": prompt,
            "outcomes": [str(outcome) for outcome in self.game.outcomes],
            "groups": groups,
            "sizes": dict(zip(groups, self.game.sizes.tolist(), strict=True)),
            "reference": self.game.reference.tolist(),
            "model": self.model.tolist(),
            "values": dict(zip(groups, self.values.tolist(), strict=True)),
            "payments": dict(zip(groups, self.payments.tolist(), strict=True)),
            "payment_intervals": {
                group: [low, high]
                for group, low, high in zip(
                    groups, self.payment_lower.tolist(), self.payment_upper.tolist(), strict=True
                )
            },
            "utilities": dict(zip(groups, self.utilities.tolist(), strict=True)),
            "lower": self.lower,
            "upper": self.upper,
            "solver": self.training.solver,
        }
        if self.floors:
            found["floors"] = {
                group: {
                    "lower": floor.lower,
                    "upper": floor.upper,
                    "size": floor.size,
                    "report": floor.report.tolist(),
                }
                for group, floor in zip(groups, self.floors, strict=True)
            }
        if costs := may_lose(self):
            found["truth_may_cost"] = costs
        return found

    def write(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write `to_dict` as ``.json``, or `table` as ``.csv`` or ``.parquet``: all or nothing.

        Raises
        ------
        InvalidInput
            If the path exists (unless ``overwrite``) or cannot be written, or its extension is
            unknown.
        """
        if Path(path).suffix.lower() != ".json":
            write_table(self.table(), path, overwrite=overwrite)
            return
        with written_whole(path, overwrite=overwrite) as file:
            file.write(json_text(self.to_dict()).encode() + b"\n")

    def __repr__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        return html(self)


def _dense(rows: Any) -> Any:
    return rows.toarray() if hasattr(rows, "toarray") else rows
