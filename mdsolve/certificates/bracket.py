"""The interval that a verified certificate proves of an optimum, exactly, as the checker does."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mdsolve.certificates import check
from mdsolve.certificates.page.reading import read
from mdsolve.certificates.schema import Certificate
from mdsolve.errors import InvalidInput

Ends = tuple[Fraction, Fraction]

#: by kind, the fields that bear on the interval
_FIELDS = {
    "gap": "groups sizes rewards reference divergence strength rule model multiplier weights",
    "floor": "lower upper",
}


def proved_bracket(certificate: Certificate) -> tuple[str, Fraction | None, Fraction | None]:
    """Return what a certificate proves of its problem: a status, and the ends of the optimum.

    Parameters
    ----------
    certificate : Certificate
        Of kind ``"gap"``, ``"floor"`` or ``"lp"``.

    Returns
    -------
    status, lower, upper
        ``"optimal"`` with both ends, or ``"infeasible"`` or ``"unbounded"`` without.

    Raises
    ------
    InvalidInput
        If the checker rejects it, or its kind speaks of no optimum.

    Examples
    --------
    >>> import mdsolve as md
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0]])
    >>> status, lower, upper = proved_bracket(md.certify(md.SocialWelfare("l2", 1.0).train(game)))
    >>> status, str(lower), str(upper)
    ('optimal', '5/8', '5/8')
    """
    if not certificate.verdict.verified:
        reason = certificate.verdict.reason
        raise InvalidInput(f"certificate: rejected ({reason}). It proves nothing.")
    reading = read(certificate.problem, certificate.witness)
    if certificate.kind == "lp":
        return _of_program({**reading.problem, **reading.witness})
    if certificate.kind not in _FIELDS:
        raise InvalidInput(
            f"certificate of kind {certificate.kind!r}: it speaks of no optimum. Pass one of kind "
            "gap, floor or lp."
        )
    found = reading.known(_FIELDS[certificate.kind])
    assert found is not None
    lower, upper = _ENDS[certificate.kind](found)
    return "optimal", lower, upper


def _of_gap(w: Any) -> Ends:
    nothing = [Fraction(0)] * len(w.model)
    total, conjugate = check.welfare(w, [check.dot(row, w.model) for row in w.rewards])
    lower = total + check.below(w, nothing, w.model)[0]
    return lower, check.above(w, check.combined(w, w.weights), w.multiplier) - conjugate


_ENDS: dict[str, Callable[[Any], Ends]] = {
    "gap": _of_gap,
    "floor": lambda w: (w.lower, w.upper),
}


def _of_program(fields: dict[str, Any]) -> tuple[str, Fraction | None, Fraction | None]:
    if fields["status"] != "optimal":
        return fields["status"], None, None
    optimum = Fraction(check.dot(fields["c"], fields["x"]))
    return "optimal", optimum, optimum
