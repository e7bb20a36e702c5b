"""A rule's training as a trajectory of checkpoints, each with its own certified bracket of Φ(c).

Any checkpoint is a model, hence a lower bound; its gradient gives a multiplier, hence an upper one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mdsolve.errors import InvalidInput
from mdsolve.games import Game
from mdsolve.games.combined import Combined
from mdsolve.games.files import written_whole
from mdsolve.payments.trajectory_files import read, unreadable
from mdsolve.solvers.mirror_descent import Run, State, train
from mdsolve.training_rules import SocialWelfare
from mdsolve.training_rules.training import Training
from mdsolve.value_function import ValueFunction

Array = NDArray[np.float64]
Progress = Callable[[float, float], object]

#: ηλ of the default step size
PACE = 0.1


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A training run: what was saved on the way, and where it stopped.

    Attributes
    ----------
    steps : (checkpoints,) array of int
        Steps done at each checkpoint; the first is 0, the reference.
    models : (checkpoints, outcomes) array
    lower, upper : (checkpoints,) arrays
        Each checkpoint's own bracket of Φ(c) (welfare units).
    multipliers : (checkpoints,) array
        ν that proves each upper end (welfare units).
    state : State
        What resumes the run.
    finished : bool
        All steps that were asked for are done: false after an interruption.
    """

    steps: NDArray[np.int64]
    models: Array
    lower: Array
    upper: Array
    multipliers: Array
    state: State
    finished: bool = True

    @property
    def gaps(self) -> Array:
        """Widths of the brackets, (checkpoints,), welfare units."""
        return self.upper - self.lower

    @property
    def best(self) -> int:
        """The checkpoint of the largest certified lower end, the latest of equals."""
        return int(self.lower.size - 1 - self.lower[::-1].argmax())

    def training(self, game: Game, checkpoint: int) -> Training:
        """Return one checkpoint as a training."""
        return Training(
            self.models[checkpoint],
            float(self.lower[checkpoint]),
            float(self.upper[checkpoint]),
            float(self.multipliers[checkpoint]),
            game.sizes,
            f"mirror_descent ({self.steps[checkpoint]} steps)",
        )

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write everything to a NumPy archive, whole or not at all."""
        with written_whole(path, overwrite=overwrite) as file:
            np.savez(
                file,
                fingerprint=np.array(self.state.fingerprint),
                log_model=self.state.log_model,
                lower=self.lower,
                models=self.models,
                multipliers=self.multipliers,
                progress=np.array([self.state.step_size, self.state.step]),
                steps=self.steps,
                upper=self.upper,
            )

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Trajectory:
        """Read what `save` wrote; nothing in the file is executed.

        Raises
        ------
        InvalidInput
            If there is no such file, or it is not a trajectory.
        """
        parts = read(path)
        try:
            step_size, step = parts["progress"].tolist()
            state = State(parts["log_model"], int(step), step_size, str(parts["fingerprint"]))
            found = cls(
                parts["steps"],
                parts["models"],
                parts["lower"],
                parts["upper"],
                parts["multipliers"],
                state,
            )
            shape = (found.steps.size, state.log_model.size)
            whole = found.models.shape == shape and all(
                part.shape == shape[:1] for part in (found.lower, found.upper, found.multipliers)
            )
        except (TypeError, ValueError) as error:
            raise unreadable(path, str(error)) from error
        if not whole or not np.issubdtype(found.steps.dtype, np.integer):
            raise unreadable(path, "its arrays do not belong together")
        if not (found.models.min() >= 0.0 and np.abs(found.models.sum(axis=1) - 1.0).max() < 1e-9):
            raise unreadable(path, "a model is not a distribution")
        return found

    def __repr__(self) -> str:
        last = self.steps.size - 1
        return (
            f"Trajectory({self.steps.size} checkpoints, {self.state.step} steps; optimum in "
            f"[{self.lower[last]:.12g}, {self.upper[last]:.12g}], gap {self.gaps[last]:.2g})"
        )


def trajectory(
    rule: Any,
    game: Game,
    steps: int,
    *,
    step_size: float | None = None,
    every: int = 1,
    without: Any = None,
    resume: Trajectory | None = None,
    progress: Progress | None = None,
) -> Trajectory:
    """Train by mirror descent from the reference, saving checkpoints; ^C keeps what is done.

    Parameters
    ----------
    rule : SocialWelfare
    game : Game
    steps : int
        In all, those of a resumed run included.
    step_size : float, optional
        η (1 / welfare units), 0.1/λ by default; the largest one where η is searched for.
    every : int
        A checkpoint every so many steps, besides the first and the last.
    without : str or int, optional
        A group whose report is left out.
    resume : Trajectory, optional
        An earlier part of the same run.
    progress : callable, optional
        Called with the steps done and the steps in all.

    Raises
    ------
    InvalidInput
        If the rule is not social welfare, a number of steps is not a positive integer, the step
        size is out of range, or the run to be resumed is another.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0]])
    >>> found = trajectory(md.SocialWelfare("kl", 1.0), game, 20, every=10)
    >>> found.steps.tolist(), found.models[:, 0].round(3).tolist()
    ([0, 10, 20], [0.5, 0.657, 0.706])
    """
    whole_number("steps", steps)
    whole_number("every", every)
    phi, combined = value_at(rule, game, without)
    pace = PACE / rule.strength if step_size is None else step_size
    run = Run(game.log_reference, combined.high, rule.divergence, rule.strength, pace)
    saved = [] if resume is None else _saved(phi, combined, resume, every)
    last: State | None = None if resume is None else resume.state

    def told(state: State) -> None:
        nonlocal last
        last = state
        if progress is not None:
            progress(state.step, steps)

    finished = True
    try:
        for state in train(run, steps, every=every, state=last, callback=told):
            last = state
            saved.append(_judged(phi, combined, run, state))
    except KeyboardInterrupt:
        finished = False
    if last is None:
        last = run.start()
    if not saved or saved[-1].step != last.step:
        saved.append(_judged(phi, combined, run, last))
    return Trajectory(
        np.array([entry.step for entry in saved]),
        np.stack([entry.model for entry in saved]),
        np.array([entry.lower for entry in saved]),
        np.array([entry.upper for entry in saved]),
        np.array([entry.multiplier for entry in saved]),
        last,
        finished,
    )


def value_at(rule: Any, game: Game, without: Any = None) -> tuple[ValueFunction, Combined]:
    """Return Φ and the combined reward, with one group's share left out on request."""
    if not isinstance(rule, SocialWelfare):
        raise InvalidInput(
            f"mirror descent: {rule!r} is not SocialWelfare, so its training has no one combined "
            "reward to follow. Train by SocialWelfare."
        )
    if without is not None:
        game = game.reported(without, np.zeros(game.shape[1]))
    phi = rule.value_function(game)
    return phi, phi.combine(game.sizes)


def certified_upper(
    phi: ValueFunction, combined: Combined, multipliers: tuple[float, ...]
) -> tuple[float, float]:
    """Return the least upper bound of Φ that the multipliers prove, and its multiplier."""
    with np.errstate(over="ignore"):
        return min((phi.upper(multiplier, combined), multiplier) for multiplier in multipliers)


def whole_number(name: str, value: Any) -> None:
    """Refuse what is not a positive integer."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise InvalidInput(f"{name}: {value!r} is not a positive integer. Give at least 1.")


class _Checkpoint(NamedTuple):
    step: int
    model: Array
    lower: float
    upper: float
    multiplier: float


def _judged(phi: ValueFunction, combined: Combined, run: Run, state: State) -> _Checkpoint:
    model = state.model
    upper, multiplier = certified_upper(phi, combined, run.multipliers(state.log_model))
    return _Checkpoint(state.step, model, phi.lower(model, combined), upper, multiplier)


def _saved(
    phi: ValueFunction, combined: Combined, resume: Trajectory, every: int
) -> list[_Checkpoint]:
    """Return the checkpoints that the run as a whole would have saved, bracketed anew."""
    if resume.models.shape[1:] != combined.high.shape:
        raise InvalidInput(
            f"resume: its models have {resume.models.shape[1]} outcomes, the game has "
            f"{combined.high.size}. Give what was saved for this game."
        )
    columns = zip(resume.steps.tolist(), resume.models, resume.multipliers.tolist(), strict=True)
    return [
        _Checkpoint(
            step,
            model,
            phi.lower(model, combined),
            *certified_upper(phi, combined, (multiplier,)),
        )
        for step, model, multiplier in columns
        if step % every == 0
    ]
