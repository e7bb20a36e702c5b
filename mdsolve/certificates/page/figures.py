"""Exact numbers as figures: whole where they are short, else cut, with an ellipsis that says so."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Context, Decimal, Inexact
from fractions import Fraction
from typing import Any

from mdsolve.certificates.page.markup import Markup, element

_SHORT, _EXACT = 9, 120
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def rounded(x: Any, digits: int, rounding: str = ROUND_DOWN) -> tuple[Decimal, bool]:
    """Return a number to so many digits, and whether that is all of it."""
    context = Context(prec=digits, rounding=rounding)
    found = context.divide(Decimal(int(x.numerator)), Decimal(int(x.denominator)))
    return found, not context.flags[Inexact]


def figure(x: Any, digits: int = _SHORT) -> str:
    """Return a number as read: whole, a short fraction, or its first digits and an ellipsis.

    Examples
    --------
    >>> [figure(Fraction(*pair)) for pair in [(-3, 4), (2, 7), (1, 2**40), (10**20, 1)]]
    ['−0.75', '2/7', '9.09494701…×10⁻¹³', '10²⁰']
    """
    found, whole = rounded(x, digits)
    if not whole and _length(x) <= _SHORT:
        return str(x).replace("-", "−")
    return _written(found, "" if whole else "…")


def ends(low: Any, high: Any) -> tuple[str, str]:
    """Return the ends of an interval, rounded outward, with digits enough to tell them apart.

    Examples
    --------
    >>> ends(Fraction(1, 3), Fraction(1, 3) + Fraction(1, 10**12))
    ('0.33333333333333', '0.33333333333434')
    """
    largest = max(abs(low), abs(high))
    apart = int(largest / (high - low)) if high > low else 1
    digits = min(60, max(_SHORT, apart.bit_length() * 3 // 10 + 3))
    one, other = rounded(low, digits, ROUND_FLOOR)[0], rounded(high, digits, ROUND_CEILING)[0]
    return _written(one), _written(other)


def upper(x: Any, digits: int = 3) -> str:
    """Return a number rounded up to a few digits."""
    return _written(rounded(x, digits, ROUND_CEILING)[0])


def cell(x: Any) -> Markup:
    """Return a figure for a table, with the exact number at hand where it is cut but not long."""
    shown = figure(x, 7)
    exact = "…" in shown and _length(x) <= _EXACT
    return element("span", shown, title=str(x) if exact else None)


def part(x: Any, low: Any, high: Any) -> float:
    """Return where a number lies between two others, 0 at the first and 1 at the second."""
    if high == low:
        return 0.5
    return min(1.0, max(0.0, float(Fraction(x - low) / Fraction(high - low))))


def _length(x: Any) -> int:
    """Return at least how many characters the exact number takes, without writing it."""
    return (int(x.numerator).bit_length() + int(x.denominator).bit_length()) * 3 // 10 + 1


def _written(x: Decimal, cut: str = "") -> str:
    if not x:
        return "0"
    power = x.adjusted()
    if -5 <= power < 12:
        plain = f"{x:f}"
        if "." in plain and not cut:
            plain = plain.rstrip("0").rstrip(".")
        return (plain + cut).replace("-", "−")
    mantissa = f"{x.scaleb(-power, Context(prec=80)):f}"
    if "." in mantissa and not cut:
        mantissa = mantissa.rstrip("0").rstrip(".")
    raised = f"10{str(power).translate(_RAISED)}"
    if mantissa in ("1", "-1") and not cut:
        return mantissa.replace("1", raised).replace("-", "−")
    return f"{mantissa}{cut}×{raised}".replace("-", "−")
