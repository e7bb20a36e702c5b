"""The floor of [S] Cor 4.6: two witnesses in high precision enclose it, at every strength."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import DIGITS, TWINS, exact, solve

from mdsolve import ValueFunction
from mdsolve.divergences import DIVERGENCES
from mdsolve.games import Game
from mdsolve.solvers import floor
from mdsolve.solvers.water import depth

STRENGTHS = (1e-6, 1e-2, 0.1, 1.0, 1e2, 1e6)
CASES = (
    ("plain", 1e-3),
    ("plain", 1.0),
    ("uniform", 1.0),
    ("tiny", 1.0),
    ("tiny", 30.0),
    ("flat", 1.0),
    ("ties", 30.0),
    ("one", 1.0),
)


def drawn(kind: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a reference and a combined reward of one kind of difficulty."""
    generator = np.random.default_rng(seed)
    m = 1 if kind == "one" else 4
    reference = generator.dirichlet(np.ones(m))
    combined = generator.random(m)
    if kind in ("uniform", "ties"):
        reference = np.full(m, 1.0 / m)
    if kind == "tiny":
        reference *= 10.0 ** -generator.integers(0, 9, m)
    if kind == "flat":
        combined = np.full(m, 0.3)
    if kind == "ties":
        combined = generator.integers(0, 2, m) / 2.0
    return reference / reference.sum(), combined


class Base:
    """Φ at one combined reward, by the library and in high precision."""

    def __init__(self, name: str, strength: float, reference, combined) -> None:
        self.name, self.strength = name, strength
        self.game = Game(reference, [combined])
        self.phi = ValueFunction(self.game, DIVERGENCES[name](), strength)
        point = self.phi.solve(engine="multiplier").point
        self.ground = floor.Ground(
            self.phi.divergence, self.game.reference, point.position, point.mass
        )
        self.logarithms = self.game.log_reference + (combined - combined.max()) / strength
        with mp.workdps(DIGITS):
            masses = exact(self.game.reference)
            self.reference = [mass / mp.fsum(masses) for mass in masses]
            self.combined = exact(combined)
            self.value = self.solved(self.combined).value

    def solved(self, combined):
        return solve(self.name, combined, self.reference, mp.mpf(self.strength))

    def at(self, report, size):
        """Return Φ(c + w' r') − Φ(c), r' brought onto the simplex exactly."""
        rewards = exact(report)
        total = mp.fsum(rewards)
        raised = [c + mp.mpf(size) * r / total for c, r in zip(self.combined, rewards, strict=True)]
        return self.solved(raised).value - self.value

    def dual(self, model, size):
        """Return w' min π + <c, π> − λ D(π‖π0) − Φ(c), π brought onto the simplex exactly."""
        masses = exact(model)
        masses = [mass / mp.fsum(masses) for mass in masses]
        cost = mp.fsum(map(TWINS[self.name].value, masses, self.reference))
        gain = mp.fdot(self.combined, masses)
        return mp.mpf(size) * min(masses) + gain - mp.mpf(self.strength) * cost - self.value

    def allowed(self, truth, size):
        return 1e-9 * max(float(truth), 1e-6 * (max(map(float, self.combined)) + size))


def increments(base: Base, size: float):
    yield floor.pour(base.ground, base.strength, size)
    if base.name == "kl":
        yield floor.pour_logarithms(base.logarithms, base.strength, size)


@pytest.mark.parametrize("strength", STRENGTHS)
@pytest.mark.parametrize("name", DIVERGENCES)
def test_poured_reports_and_models_enclose_the_floor(name, strength):
    """Weak duality of [S] Cor 4.6: any model is below any report; these two meet."""
    for seed, (kind, size) in enumerate(CASES):
        base = Base(name, strength, *drawn(kind, seed))
        for found in increments(base, size):
            with mp.workdps(DIGITS):
                above, below = base.at(found.report, size), base.dual(found.model, size)
            room = base.allowed(above, size)
            assert found.upper - found.lower <= room, (kind, size)
            assert float(below) - 1e-40 <= found.upper, (kind, size)
            assert found.lower <= float(above) + 1e-40, (kind, size)
            assert float(above - below) <= room, (kind, size)


@pytest.mark.parametrize("strength", [1e-6, 0.1, 1e6])
@pytest.mark.parametrize("name", DIVERGENCES)
def test_the_lowest_vertex_is_the_lowest_of_all(name, strength):
    for seed, (kind, size) in enumerate(CASES[1:5]):
        base = Base(name, strength, *drawn(kind, seed))
        unit = np.eye(base.game.shape[1])
        with mp.workdps(DIGITS):
            truth = min(base.at(row, size) for row in unit)

        def solved(outcome, base=base, size=size, unit=unit):
            moved = base.solved(
                [c + mp.mpf(size * r) for c, r in zip(base.combined, unit[outcome], strict=True)]
            )
            gained = mp.mpf(size) * mp.mpf(float(base.ground.mass[outcome]))
            return float(moved.value - base.value - gained), np.array(moved.model, dtype=float)

        with mp.workdps(DIGITS):
            found = [floor.lowest_vertex(base.ground, strength, size, solved)]
        if name == "kl":
            found.append(floor.lowest_vertex_of_logarithms(base.logarithms, strength, size))
        for one in found:
            assert one.upper - one.lower <= base.allowed(truth, size), (kind, size)
            assert one.lower - 1e-40 <= float(truth) <= one.upper + 1e-40, (kind, size)


def test_the_least_likely_outcome_is_the_wrong_vertex_but_for_kl():
    """math.md §8: all vertices must be tried; it errs in some draws of every other divergence."""
    generator, wrong = np.random.default_rng(0), 0
    for _ in range(60):
        reference, combined = generator.dirichlet(np.ones(5)), generator.random(5)
        base = Base("chi2", 0.3, reference, combined)
        values = [
            base.solved([c + (x == k) for k, c in enumerate(base.combined)]).value for x in range(5)
        ]
        wrong += int(np.argmin(values)) != int(base.ground.mass.argmin())
    assert 0 < wrong < 30


def test_logarithms_reach_where_masses_underflow():
    """Under one reward in an outcome of mass e^-5000 the floor is w' e^-5000 small: nothing."""
    logarithms = np.array([0.0, -5000.0, -5001.0])
    assert floor.pour_logarithms(logarithms, 1.0, 1.0).upper == 0.0
    assert floor.lowest_vertex_of_logarithms(logarithms, 1.0, 10.0).upper == 0.0
    drowned = floor.pour_logarithms(logarithms, 1.0, 1e5)
    level = (1e5 + logarithms.sum()) / 3
    assert drowned.value == pytest.approx(level + np.log(3.0), rel=1e-14)
    vertex = floor.lowest_vertex_of_logarithms(logarithms, 1.0, 1e4)
    assert vertex.value == pytest.approx(1e4 - 5001.0, rel=1e-13)
    assert vertex.report.argmax() == 2


def test_ties_of_many_vertices_are_solved_once():
    """2,000 outcomes alike: one solve, not 2,000."""
    reference = np.full(2000, 5e-4)
    ground = floor.Ground(DIVERGENCES["chi2"](), reference, np.zeros(2000), reference)
    calls: list[int] = []

    def solved(outcome):
        calls.append(outcome)
        return 0.25, ground.mass

    found = floor.lowest_vertex(ground, 0.5, 1.0, solved)
    assert len(calls) == 1
    assert found.upper == pytest.approx(0.25 + 5e-4)


@st.composite
def floors_of_water(draw):
    heights = draw(
        st.lists(
            st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, 1e-12, 1e6])),
            min_size=1,
            max_size=40,
        )
    )
    copies = draw(st.sampled_from([1, 1, 120]))
    above = np.tile(heights, copies) - min(heights)
    return above, draw(st.floats(1e-12, 1e8))


@given(floors_of_water())
def test_water_finds_its_level(drawn):
    """Σ (τ − height)_+ = volume, and a full sort agrees."""
    above, volume = drawn
    found = depth(above, volume)
    rising = np.sort(above).astype(np.longdouble)
    levels = (volume + np.cumsum(rising)) / np.arange(1, rising.size + 1)
    assert found == pytest.approx(float(levels[np.flatnonzero(rising <= levels)[-1]]), rel=1e-13)


@pytest.mark.parametrize("name", DIVERGENCES)
@given(ratio=st.floats(1e-9, 1e9), q=st.floats(1e-9, 1.0))
def test_positions_invert_masses(name, ratio, q):
    """d'(p, q) less the pole is where the conjugate's slope is p; first_position is that of 1."""
    kind = DIVERGENCES[name]()
    mass, reference = np.array([min(1.0, ratio * q)]), np.array([q])
    position = kind.position_of(mass, reference)
    with mp.workdps(40):
        p, base = mp.mpf(float(mass[0])), mp.mpf(q)
        slope = mp.diff(lambda x: TWINS[name].value(x, base), p, h=p * mp.mpf(10) ** -12)
        truth = slope - (mp.mpf(0) if np.isinf(kind.pole) else TWINS[name].pole())
        near = max(abs(float(truth)), 1e-9 * float(abs(slope)))
    assert abs(float(position[0] - float(truth))) <= 1e-11 * near + 1e-20
    assert kind.mass(position, reference) == pytest.approx(mass, rel=1e-12)
    assert kind.position_of(np.ones(1), reference)[0] == pytest.approx(
        kind.first_position(q), rel=1e-13, abs=1e-15
    )
