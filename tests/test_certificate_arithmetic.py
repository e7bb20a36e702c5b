"""Bounds of log, exp and root hold the truth and are narrow, in both backends."""

from fractions import Fraction

import mpmath as mp
import pytest
from flint import fmpq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mdsolve.certificates.check import EXPONENT, GUARD, Integers, Rejected
from mdsolve.certificates.check_flint import Balls

BACKENDS = pytest.mark.parametrize("backend", [Integers, Balls])
LONG = 10**1000
BITS = st.sampled_from([192, 193, 300, 1300])
#: an outermost exponent, one past which exp is 0 to a unit, and both neighbours
EDGES = [Fraction(EXPONENT), Fraction(-2 * (192 + 2 * GUARD)), Fraction(0), Fraction(1, LONG)]
WIDE = st.fractions(-EXPONENT, EXPONENT)
SMALL = st.fractions(-1, 1).map(lambda x: x / 2**200)


@st.composite
def positive(draw):
    """Draw positive numbers: of 1,000 digits above or below, near 1, near powers of two, plain."""
    kind = draw(st.sampled_from(["long", "one", "two", "plain"]))
    if kind == "long":
        return Fraction(draw(st.integers(1, LONG)), draw(st.integers(1, LONG)))
    if kind == "plain":
        return draw(st.fractions(Fraction(1, 1000), 1000))
    little = Fraction(draw(st.sampled_from([-1, 0, 1])), draw(st.integers(2, LONG)))
    return (1 + little) * (Fraction(2) ** draw(st.integers(-3300, 3300)) if kind == "two" else 1)


def bounds(backend, bits, name, x, *weight):
    """Return the two bounds as Fractions, from Fractions, whatever the backend's numbers are."""
    exact = backend.exact
    numbers = [exact(number.numerator, number.denominator) for number in (x, *weight)]
    return [
        Fraction(int(end.numerator), int(end.denominator))
        for end in getattr(backend(bits), name)(*numbers)
    ]


def contains(low, high, truth):
    """Compare exactly: mpmath's number is a dyadic, of an error far below the bounds' width."""
    sign, mantissa, exponent, _ = truth._mpf_
    dyadic = Fraction((-1) ** sign * int(mantissa)) * Fraction(2) ** int(exponent)
    return low <= dyadic <= high


def mpf(x):
    return mp.mpf(x.numerator) / x.denominator


@BACKENDS
@settings(max_examples=150, deadline=None)
@given(x=positive(), bits=BITS, weight=st.sampled_from([Fraction(1), Fraction(1, 3), Fraction(7)]))
@example(x=Fraction(1), bits=192, weight=Fraction(1))
@example(x=Fraction(LONG - 1, LONG), bits=192, weight=Fraction(1))
def test_log(backend, x, bits, weight):
    low, high = bounds(backend, bits, "log", x, weight)
    assert high - low <= 4 * weight / 2**bits
    with mp.workdps(1600):  # the bounds' 400 digits, and 1,000 that cancel near 1
        assert contains(low, high, mp.log(mpf(x)) * mpf(weight))


@BACKENDS
@settings(max_examples=150, deadline=None)
@given(x=WIDE | SMALL | st.sampled_from(EDGES), bits=BITS)
@example(x=EDGES[1], bits=192)
@example(x=EDGES[1] - Fraction(1, LONG), bits=192)
@example(x=EDGES[1] + Fraction(1, LONG), bits=192)
@example(x=EDGES[0] - Fraction(1, LONG), bits=192)
@example(x=Fraction(-(10**1100)), bits=192)
def test_exp(backend, x, bits):
    low, high = bounds(backend, bits, "exp", x)
    if x < -(10**9):
        assert (low, high) == (0, Fraction(1, 2**bits))
        return
    with mp.workdps(1600):
        truth = mp.exp(mpf(x))
        assert contains(low, high, truth)
        assert mpf(high - low) <= mp.ldexp(max(1, truth), -bits)
    assert low >= 0


@BACKENDS
@settings(max_examples=150, deadline=None)
@given(x=positive(), bits=BITS)
@example(x=Fraction(LONG**2), bits=192)
@example(x=Fraction(LONG**2 - 1, LONG**2), bits=192)
def test_root(backend, x, bits):
    low, high = bounds(backend, bits, "root", x)
    assert low >= 0
    assert low**2 <= x <= high**2  # no reference needed
    assert (high - low) * 2**bits <= 2 * max(1, high)


@BACKENDS
def test_the_root_of_zero_is_near_zero(backend):
    low, high = bounds(backend, 192, "root", Fraction(0))
    assert low <= 0 <= high <= Fraction(1, 2**192)


@BACKENDS
def test_weight_zero_asks_for_no_logarithm(backend):
    assert bounds(backend, 192, "log", Fraction(1, 3), Fraction(0)) == [0, 0]


@BACKENDS
@given(past=st.fractions(0, 10**9).filter(bool) | st.just(Fraction(1, LONG)))
def test_exponents_past_the_limit_are_refused(backend, past):
    with pytest.raises(Rejected, match="an exponent is out of range"):
        bounds(backend, 192, "exp", EXPONENT + past)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_packed_products_find_the_row_that_plain_ones_find(data):
    """Rows that break their limit by 1, touch it, or stay below; entries of any sign and length."""
    size = data.draw(st.integers(1, 5))
    entries = st.integers(-3, 3) | st.integers(-(2**70), 2**70) | st.sampled_from([-LONG, LONG])
    vectors = st.lists(st.lists(entries, min_size=size, max_size=size), min_size=1, max_size=6)
    rows, columns = data.draw(vectors), data.draw(vectors)
    most = [max(sum(map(int.__mul__, row, c)) for c in columns) for row in rows]
    limits = [top + data.draw(st.sampled_from([0, 0, 0, 1, 2**80, -1])) for top in most]
    assert Balls(192).gain(rows, columns, limits) == Integers(192).gain(rows, columns, limits)


def test_a_ball_leaves_arb_without_a_float():
    low, high = Balls(192).exp(fmpq(1))
    assert (type(low), type(high)) == (fmpq, fmpq)
    assert 0 < high - low < fmpq(1, 2**250)
