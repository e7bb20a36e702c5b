"""Every registered divergence against its line of math.md §2, uncancelled at extremes."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import TWINS, relative

import mdsolve as md
from mdsolve.divergences import DIVERGENCES, Step, divergence
from mdsolve.errors import InvalidInput

NAMES = list(DIVERGENCES)
every = pytest.mark.parametrize("name", NAMES)

MASSES = [1e-300, 1e-150, 1e-12, 0.3, 1.0]
NEAR = [0.0, 1e-15, 1e-9, 1e-4, 0.1, 0.32, 0.34, 0.49, 0.6]
FACTORS = [*(1 + x for x in NEAR), *(1 - x for x in NEAR[1:]), 0.0, 1e-8, 5.0, 1e8, 1e150]
TINY = mp.mpf(10) ** -300
exactly = mp.workdps(700)


def number(x: float) -> mp.mpf:
    return mp.mpf(float(x))


def one(x: float) -> np.ndarray:
    return np.array([x])


def test_every_divergence_has_its_twin_and_says_what_it_is():
    assert set(TWINS) == set(DIVERGENCES)
    for name, kind in DIVERGENCES.items():
        made = kind()
        assert kind.name == name
        assert isinstance(kind.symbol, str)
        assert kind.symbol
        assert repr(made) == f"{kind.__name__}()"
        assert made == kind()
        assert hash(made) == hash(kind())
        assert made == divergence(name) == divergence(kind) == divergence(made)
        assert getattr(md, kind.__name__) is kind
    assert len({kind.symbol for kind in DIVERGENCES.values()}) == len(DIVERGENCES)


# d and d*


@every
@exactly
def test_value_is_uncancelled(name):
    kind = DIVERGENCES[name]()
    for q in MASSES:
        for p in {min(1.0, q * factor) for factor in FACTORS}:
            found = float(kind.value(one(p), one(q))[0])
            truth = TWINS[name].value(number(p), number(q))
            if mp.isinf(truth):
                assert found == np.inf
            else:
                assert relative(found, truth, TINY) <= 1e-13, (p, q)


@every
@given(data=st.data())
@exactly
def test_conjugate_is_its_line_of_the_table(name, data):
    """d*(s; q) and slope(λs, q) of math.md §2, and +∞ from the pole on."""
    kind, twin = DIVERGENCES[name](), TWINS[name]
    q = data.draw(st.sampled_from(MASSES) | st.floats(1e-9, 1.0))
    pole = float(twin.pole())
    assert kind.pole == pole
    s = data.draw(st.floats(-1e4, min(pole, 600.0)) | st.floats(-3.0, min(pole, 3.0)))
    value, slope = (float(part[0]) for part in kind.conjugate(one(s), one(q)))
    if s >= pole:
        assert value == slope == np.inf
        return
    room = twin.pole() - number(s)
    rounding = 1e-13 * (1 + float(1 / room))  # s is all that the call knows of the distance
    heights = q * (1 + abs(s)) ** 2 if kind.clips else 0.0
    assert relative(value, twin.conjugate(number(s), number(q)), TINY + 0.01 * heights) <= rounding
    assert relative(slope, twin.slope(number(s), number(q)), TINY + 0.01 * heights) <= rounding


@every
def test_beyond_the_pole_the_conjugate_is_infinite_though_its_formula_is_not(name):
    kind = DIVERGENCES[name]()
    if kind.pole == np.inf:
        return
    for s in (kind.pole, np.nextafter(kind.pole, 9.0), kind.pole + 0.1, 1.4, 30.0):
        value, slope = kind.conjugate(one(s), one(0.5))
        assert value[0] == slope[0] == np.inf


@every
@given(q=st.floats(1e-6, 1.0), a=st.floats(-50.0, 3.0), b=st.floats(-50.0, 3.0))
def test_fenchel_young_and_convexity(name, q, a, b):
    """d*(s) = sp − d(p) at the slope p, ≥ sp − d(p) at any other; convex, slope increasing."""
    kind = DIVERGENCES[name]()
    a, b = sorted(min(x, kind.pole - 1e-3) for x in (a, b))
    s = np.array([a, 0.5 * (a + b), b])
    masses = np.full(3, q)
    value, slope = kind.conjugate(s, masses)
    size = 1 + np.abs(s * slope) + np.abs(value)
    gap = value + kind.value(slope, masses) - s * slope
    assert np.abs(gap).max() <= 1e-12 * size.max()
    other = kind.value(slope[[2, 0, 1]], masses)
    assert (value + other - s * slope[[2, 0, 1]] >= -1e-12 * size.max()).all()
    assert value[1] <= 0.5 * (value[0] + value[2]) + 1e-12 * size.max()
    assert slope[0] <= slope[1] * (1 + 1e-15) <= slope[2] * (1 + 1e-14)


@every
def test_at_the_reference_nothing_is_lost_and_no_mass_moves(name):
    kind, q = DIVERGENCES[name](), np.array([1e-300, 1e-20, 0.25, 1.0])
    assert kind.value(q, q).tolist() == [0.0] * 4
    value, slope = kind.conjugate(np.zeros(4), q)
    assert value.tolist() == [0.0] * 4
    assert slope.tolist() == q.tolist()
    origin = np.full(4, kind.origin)
    np.testing.assert_allclose(kind.mass(origin, q), q, rtol=1e-15)
    for mass in q:
        position = kind.first_position(float(mass))
        np.testing.assert_allclose(kind.mass(one(position), one(mass)), 1.0, rtol=1e-12)


# Moves, from which models and payments are made


def slope_at(name: str, position: mp.mpf, q: mp.mpf) -> mp.mpf:
    pole = TWINS[name].pole()
    return TWINS[name].slope(position if mp.isinf(pole) else pole + position, q)


def positions(name: str) -> list[float]:
    if np.isfinite(DIVERGENCES[name].pole):
        return [-1e-100, -1e-9, -0.02, -0.34, -1.0, -20.0]
    return [-300.0, -1.3, -1e-9, 0.0, 2.5, 300.0] if name == "kl" else [-1.5, 0.0, 0.4, 1e5]


def moves(name: str) -> list[tuple[float, float, float]]:
    """Return (here, k, there): k exact where the move is short, there where it is long."""
    found = []
    for here in positions(name):
        for factor in (1e-12, 1e-5, 0.1, 0.24, 0.26, 0.45, 0.6, 0.99, 3.0, 1e4):
            for sign in (1.0, -1.0):
                k = sign * factor * (abs(here) or 1.0)
                pole = np.isfinite(DIVERGENCES[name].pole)
                if not (pole and here + k >= 0.0) and not (name == "kl" and k + here > 600):
                    found.append((here, k, here + k))
    return found


@every
@exactly
def test_moves_are_uncancelled_however_short_or_long(name):
    """mass, curvature, growth and bregman are d*', d*'', Δd*' and d*'s Bregman divergence."""
    kind, twin = DIVERGENCES[name](), TWINS[name]
    conjugate = twin.conjugate
    for q in (1e-300, 1e-7, 0.4):
        for here, k, there in moves(name):
            if name in ("l2", "chi2"):  # in units of the distance to the kink
                level = 2.0 * (q if name == "l2" else 1.0)
                here, k, there = here * level, k * level, there * level
            short = abs(k) <= 0.5 * abs(here)
            a, base = number(here), number(q)
            b = a + number(k) if short else number(there)
            mass, to = (kind.mass(one(x), one(q)) for x in (here, there))
            before, after = slope_at(name, a, base), slope_at(name, b, base)
            step = Step(one(here), mass, one(k), one(there), to)
            place = (name, q, here, k)
            assert relative(mass[0], before, TINY) <= 1e-13, place
            growth = float(kind.growth(step, one(q))[0])
            assert relative(growth, after - before, TINY) <= 1e-12, place
            pole = twin.pole() if not mp.isinf(twin.pole()) else mp.mpf(0)
            rise = conjugate(pole + b, base) - conjugate(pole + a, base)
            bregman = float(kind.bregman(step, one(q))[0])
            assert bregman >= 0.0
            assert relative(bregman, rise - before * (b - a), TINY) <= 1e-12, place
            h = (abs(a) or base) * mp.mpf(10) ** -40
            bend = (slope_at(name, a + h, base) - slope_at(name, a - h, base)) / (2 * h)
            curvature = float(kind.curvature(mass, one(here), one(q))[0])
            assert relative(curvature, bend, TINY) <= 1e-12, place


# CVXPY, names and refusals


@every
def test_expression_is_disciplined_and_equals_value(name):
    import cvxpy as cp

    rng, kind = np.random.default_rng(0), DIVERGENCES[name]()
    for m in (1, 2, 9):
        q, variable = rng.dirichlet(np.ones(m)), cp.Variable(m, nonneg=True)
        expression = kind.expression(variable, q)
        assert expression.is_convex()
        assert expression.is_dcp()
        assert expression.is_scalar()
        for _ in range(3):
            variable.value = rng.dirichlet(np.ones(m))
            value = kind.value(variable.value, q).sum()
            np.testing.assert_allclose(expression.value, value, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["tv", "total-variation", "Total_Variation"])
def test_total_variation_is_refused_with_the_reason(name):
    with pytest.raises(InvalidInput, match="total variation is refused.*not unique.*Choose one of"):
        divergence(name)


def test_an_unknown_divergence_lists_those_that_exist():
    with pytest.raises(InvalidInput, match="'renyi': there is none") as caught:
        divergence("renyi")
    assert all(name in str(caught.value) for name in DIVERGENCES)


def test_names_are_read_leniently():
    assert divergence("Jensen_Shannon") == md.JensenShannon()
    assert divergence("KL") == md.KL()
