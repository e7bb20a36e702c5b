"""What this library refuses, and why: every refusal names the place, the value and the remedy."""

from __future__ import annotations

from functools import partial
from typing import Any


class MdsolveError(Exception):
    """Any error that this library raises on purpose."""


class InvalidInput(MdsolveError, ValueError):
    """Input that cannot be what its author meant; nothing has been written."""


class ToleranceNotReached(MdsolveError):
    """A solver's answer whose bracket, computed from the problem's data, is wider than asked.

    Attributes
    ----------
    solver : str
        What was run.
    lower, upper : float
        The bracket that was reached (welfare units).
    """

    def __init__(self, message: str, *, solver: str, lower: float, upper: float) -> None:
        super().__init__(message)
        self.solver, self.lower, self.upper = solver, lower, upper

    def __reduce__(self) -> tuple[Any, ...]:
        # keyword arguments survive the way back from a worker process
        given = {"solver": self.solver, "lower": self.lower, "upper": self.upper}
        return partial(type(self), **given), self.args


class Rejected(MdsolveError):
    """A prompt of many that cannot be solved, where that stops the run; its part is not written."""


class NotCertified(MdsolveError):
    """A claim that no certificate proves: it is false, or too large to be decided exactly.

    Attributes
    ----------
    refutation : object
        What shows that it is false: a certificate of the truth, a cycle of types, a violation, or
        None where nothing does.
    """

    def __init__(self, message: str, *, refutation: Any = None) -> None:
        super().__init__(message)
        self.refutation = refutation

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), refutation=self.refutation), self.args
