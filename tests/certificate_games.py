"""Random certificates on games, judged in mpmath at 150 digits (exact where d, d* are rational).

The judge knows weak duality from the definitions in `oracles.TWINS`; of what holds it asks besides
that no point of a grid on the simplex beats the model by more than the gap. Claims lie 2^-140 of
the scale or more from what the witness proves, or exactly on it where that is rational, or are
false by 2^-300 of the scale, which is past the checkers' precision but never past their rounding.
"""

from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

import mpmath as mp
import numpy as np
from certificate_tables import Draw, fraction, inner, levels, names, shares
from oracles import TWINS

RATIONAL = ("l2", "chi2")
STRENGTHS = [
    Fraction(x) for x in ["1/100", "1/7", "1", "5", "1e3", "1e-30", "1e30", "1e-300", "1e300"]
]
NEAR = [Fraction(1, 2**140), Fraction(1, 2**60), Fraction(1)]
DIGITS = 150


def lifted(number: Any) -> Any:
    return mp.mpf(number.numerator) / number.denominator if isinstance(number, Fraction) else number


def rational(number: Any) -> Fraction:
    """Return a number to within 2^-400, far below what the judge looks at."""
    return (
        number
        if isinstance(number, Fraction)
        else Fraction(int(mp.floor(mp.ldexp(number, 400))), 1 << 400)
    )


@dataclass(frozen=True)
class Rules:
    """The divergence's own numbers: Fractions where it is rational, else mpmath's."""

    divergence: str
    strength: Fraction
    reference: list[Fraction]

    def own(self, number: Fraction) -> Any:
        return number if self.divergence in RATIONAL else lifted(number)

    def objective(self, c: list[Fraction], model: list[Fraction]) -> Any:
        """<c, π> − λ D(π), −∞ where the divergence is infinite."""
        if self.divergence == "forward-kl" and min(model) <= 0:
            return -mp.inf
        value, own = TWINS[self.divergence].value, self.own
        pairs = zip(model, self.reference, strict=True)
        paid = sum(value(own(p), own(q)) for p, q in pairs)
        return own(inner(c, model)) - own(self.strength) * paid

    def bound(self, c: list[Fraction], multiplier: Fraction) -> Any:
        """ν + λ Σ d*((c − ν)/λ), +∞ at the pole and past it."""
        s = [(x - multiplier) / self.strength for x in c]
        pole = TWINS[self.divergence].pole()
        if (pole == 1 and max(s) >= 1) or lifted(max(s)) >= pole:
            return mp.inf
        own, conjugate = self.own, TWINS[self.divergence].conjugate
        pairs = zip(map(own, s), map(own, self.reference), strict=True)
        return own(multiplier) + own(self.strength) * sum(conjugate(x, q) for x, q in pairs)

    def beaten(self, c: list[Fraction], model: list[Fraction], gap: Fraction) -> bool:
        """Whether a point of a grid is better than the model by more than the gap, in floats."""
        points = grid(len(model))
        q, scale = np.array([float(x) for x in self.reference]), float(self.strength)
        away = scale * FLOATS[self.divergence](points, q)
        best = (points @ np.array([float(x) for x in c]) - away).max()
        stated = lifted(self.objective(c, model))
        error = 1e-9 * (1 + abs(best) + abs(stated) + scale)
        return best - stated > lifted(gap) + error


def grid(count: int) -> Any:
    rng = np.random.default_rng(count)
    return np.vstack([rng.dirichlet(np.full(count, a), 60) for a in (0.3, 1.0, 9.0)]) + 1e-300


FLOATS = {
    "kl": lambda p, q: (p * np.log(p / q)).sum(1),
    "l2": lambda p, q: ((p - q) ** 2).sum(1),
    "chi2": lambda p, q: ((p - q) ** 2 / q).sum(1),
    "forward-kl": lambda p, q: (q * np.log(q / p)).sum(1),
    "hellinger": lambda p, q: ((np.sqrt(p) - np.sqrt(q)) ** 2).sum(1),
    "jensen-shannon": lambda p, q: (
        (p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q))).sum(1) / 2
    ),
}


def welfare(
    rule: str, alpha: Fraction | None, sizes: Any, values: Any, weights: Any, own: Any
) -> Any:
    """G(v) and G_*(g), both −∞ where the witness proves nothing."""
    never = (-mp.inf, -mp.inf)
    if rule == "social":
        return (own(inner(sizes, values)), 0) if weights == sizes else never
    if min(weights) < 0 or (rule == "egalitarian" and sum(weights) != 1):
        return never
    if rule == "egalitarian":
        return own(min(values)), 0
    kept = [z for z in zip(sizes, values, weights, strict=True) if z[0]]
    if any(v <= 0 and (rule == "nash" or alpha > 1) for _, v, _ in kept):
        return never
    if any(g <= 0 and (rule == "nash" or alpha < 1) for _, _, g in kept):
        return never
    triples = [tuple(map(lifted, z)) for z in kept]
    if rule == "nash":
        total = sum(w * mp.log(v) for w, v, _ in triples)
        return total, sum(w * (1 + mp.log(g / w)) for w, _, g in triples)
    a = lifted(alpha)
    total = sum(w * v ** (1 - a) / (1 - a) if v else mp.mpf(0) for w, v, _ in triples)
    conjugate = [
        a / (a - 1) * w ** (1 / a) * g ** ((a - 1) / a) if g else mp.mpf(0) for w, _, g in triples
    ]
    return total, sum(conjugate)


def world(rng: Random, rule: str = "social") -> tuple[dict[str, Any], Rules]:
    n, m = rng.randint(1, 3), rng.randint(1, 4)
    rules = Rules(rng.choice(list(TWINS)), rng.choice(STRENGTHS), shares(rng, m, zeros=False))
    signed = rule in ("social", "egalitarian") and rng.random() < 0.3
    rewards = [[x - Fraction(1, 2) * signed for x in levels(rng, m, "any")] for _ in range(n)]
    alpha = (
        rng.choice([Fraction(1, 2), Fraction(2), Fraction(5, 2), Fraction(9, 10)])
        if rule == "alpha"
        else None
    )
    problem = {
        "groups": names("g", n),
        "outcomes": names("x", m),
        "sizes": [fraction(rng, 0, 2) for _ in range(n)],
        "rewards": rewards,
        "reference": rules.reference,
        "divergence": rules.divergence,
        "strength": rules.strength,
        "rule": rule,
        "alpha": alpha,
    }
    return problem, rules


def combined(problem: dict, weights: list[Fraction], without: int | None = None) -> list[Fraction]:
    kept = [g * (i != without) for i, g in enumerate(weights)]
    return [inner(kept, column) for column in zip(*problem["rewards"], strict=True)]


def model_for(rng: Random, rules: Rules, c: list[Fraction]) -> list[Fraction]:
    """Draw a model near KL's own, or the reference, or any, or one with a zero."""
    kind = rng.choice(["near", "near", "reference", "any", "zero"])
    if kind == "near":
        s = [float((x - max(c)) / rules.strength) for x in c]
        pairs = zip(s, rules.reference, strict=True)
        whole = [int(2**30 * np.exp(max(-700.0, x)) * float(q)) + 1 for x, q in pairs]
        return [Fraction(x, sum(whole)) for x in whole]
    return list(rules.reference) if kind == "reference" else shares(rng, len(c), kind == "zero")


def multiplier_for(rng: Random, rules: Rules, c: list[Fraction]) -> Fraction:
    """Draw a multiplier about the best outcome, at times exactly at a pole's edge."""
    edge = Fraction(-1) + Fraction(1, 2**60)
    steps = [edge, *map(Fraction, ["-3/2", "-1", "-1/3", "0", "1/5", "1", "7"])]
    return max(c) + rules.strength * rng.choice(steps)


def close(rng: Random, proved: Any, scale: Fraction, up: bool) -> tuple[Fraction, bool]:
    """A claim, which holds when it is on the ``up`` side of what is proved; and whether it is."""
    if not mp.isfinite(lifted(proved)):
        return Fraction(5), False
    away = rng.choice(NEAR) * scale * rng.choice([1, 1, -1])
    if rng.random() < 0.2:
        away = -scale / 2**300  # finer than any rounding: only one that is outward refuses it
    elif isinstance(proved, Fraction) and rng.random() < 0.4:
        away = Fraction(0)
    return rational(proved) + (away if up else -away), away >= 0


def scale_of(*numbers: Any) -> Fraction:
    return 1 + sum((abs(rational(x)) for x in numbers if mp.isfinite(lifted(x))), Fraction(0))


def gap(rng: Random) -> Draw:
    rule = rng.choice(["social", "social", "social", "egalitarian", "nash", "alpha"])
    problem, rules = world(rng, rule)
    sizes, rewards = problem["sizes"], problem["rewards"]
    weights = list(sizes) if rule == "social" else [fraction(rng, 0, 2) for _ in sizes]
    if rule == "egalitarian":
        weights = shares(rng, len(sizes))
    if rng.random() < 0.05:
        weights[0] += Fraction(1, 2**60)
    c = combined(problem, weights)
    model, multiplier = model_for(rng, rules, c), multiplier_for(rng, rules, c)
    values = [inner(row, model) for row in rewards]
    total, conjugate = welfare(rule, problem["alpha"], sizes, values, weights, rules.own)
    low = total + rules.objective([Fraction(0)] * len(c), model)
    high = rules.bound(c, multiplier) - conjugate
    stated, holds = close(rng, high - low, scale_of(high, low, rules.strength), up=True)
    if rng.random() < 0.05:
        model[-1], holds = model[-1] + Fraction(1, 2**60), False
    if holds and rule == "social":
        assert not rules.beaten(c, model, stated), "the gap's claim is false"
    witness = {"model": model, "multiplier": multiplier, "weights": weights, "gap": stated}
    return Draw("gap", "game", problem, witness, holds)


def incentive(rng: Random) -> Draw:
    problem, rules = world(rng)
    sizes, rewards = problem["sizes"], problem["rewards"]
    c = combined(problem, sizes)
    model, multiplier = model_for(rng, rules, c), multiplier_for(rng, rules, c)
    without = [combined(problem, sizes, i) for i in range(len(sizes))]
    pivots = [model_for(rng, rules, other) for other in without]
    radius = [rng.choice([Fraction(0), Fraction(0), Fraction(1, 100)]) for _ in sizes]
    moved, low = inner(sizes, radius), rules.objective(c, model)
    proved = rules.bound(c, multiplier) - low + rules.own(2 * moved)
    reached = [rules.objective(other, pivot) for other, pivot in zip(without, pivots, strict=True)]
    rows = list(zip(reached, sizes, rewards, radius, strict=True))
    owed = [h - low + rules.own(w * inner(row, model)) for h, w, row, _ in rows]
    losses = [h - low + rules.own(2 * moved - w * near) for h, w, _, near in rows]
    finite = all(mp.isfinite(lifted(x)) for x in (low, *reached, proved))
    scale = scale_of(proved, low, rules.strength)
    claims = {
        "gap": [(proved, True)],
        "payment_lower": [(x, False) for x in owed],
        "payment_upper": [(x, True) for x in owed],
        "participation_loss": [(max(losses) if finite else mp.inf, True)],
    }
    stated = {name: [Fraction(5) for _ in claim] for name, claim in claims.items()}
    if finite:  # all are safe, but one that lies on either side
        for name, claim in claims.items():
            stated[name] = [rational(x) + (scale if up else -scale) / 10**6 for x, up in claim]
        name = rng.choice(list(claims))
        k = rng.randrange(len(claims[name]))
        stated[name][k], finite = close(rng, claims[name][k][0], scale, claims[name][k][1])
    if finite:
        assert not rules.beaten(c, model, stated["gap"][0]), "a report gains more than the gap"
    witness = {
        "model": model,
        "multiplier": multiplier,
        "gap": stated["gap"][0],
        "pivots": pivots,
        "radius": radius,
        "payment_lower": stated["payment_lower"],
        "payment_upper": stated["payment_upper"],
        "participation_loss": stated["participation_loss"][0],
    }
    return Draw("incentive", "game", problem, witness, finite)


def floor(rng: Random) -> Draw:
    problem, rules = world(rng)
    n, m = len(problem["sizes"]), len(problem["outcomes"])
    group, size, domain = rng.randrange(n), fraction(rng, 0, 2), rng.choice(["sum", "max"])
    c = combined(problem, problem["sizes"], group)
    models = [model_for(rng, rules, c) for _ in range(m if domain == "max" else rng.randint(1, 3))]
    report = shares(rng, m) if domain == "sum" else levels(rng, m, "max")
    own, best = rules.own, [x + size * r for x, r in zip(c, report, strict=True)]
    multiplier = multiplier_for(rng, rules, best)
    bounds = [rules.objective(c, model) for model in models]
    if domain == "sum":
        proved = min(h + own(size * min(p)) for h, p in zip(bounds, models, strict=True))
    else:
        proved = min(bounds[x] + own(size * models[x][x]) for x in range(m))
    over = rules.bound(best, multiplier)
    scale = scale_of(proved, over, rules.strength)
    lower, one = close(rng, proved, scale, up=False)
    upper, other = close(rng, over, scale, up=True)
    infinite = rules.divergence == "forward-kl" and min(map(min, models)) <= 0
    holds = one and other and size > 0 and not infinite
    if rng.random() < 0.05:
        report[report.index(max(report))] += Fraction(1, 2**60)
        holds = False
    if domain == "max" and rng.random() < 0.05:
        models.append(models[0])
        holds = False
    if holds:
        assert not false_floor(rng, rules, c, size, domain, report, lower, upper)
    problem |= {"group": group, "domain": domain, "size": size}
    witness = {
        "lower": lower,
        "upper": upper,
        "models": models,
        "report": report,
        "multiplier": multiplier,
    }
    return Draw("floor", "floor", problem, witness, holds)


def false_floor(rng: Random, rules: Rules, c: Any, size: Any, domain: Any, *stated: Any) -> bool:
    """Whether the value at a type of the domain (KL, in closed form) contradicts the bracket."""
    if rules.divergence != "kl" or not Fraction(1, 200) < rules.strength < 10**4:
        return False
    (report, lower, upper), m, scale = stated, len(c), float(rules.strength)
    q = np.array([float(x) for x in rules.reference])

    def value(r: Any) -> float:
        s = np.array([float(x + size * y) for x, y in zip(c, r, strict=True)]) / scale
        return scale * float(np.log(np.exp(s - s.max()) @ q) + s.max())

    draws = [shares(rng, m) if domain == "sum" else levels(rng, m, "max") for _ in range(8)]
    draws += [[Fraction(k == x) for k in range(m)] for x in range(m)]
    little = 1e-9 * (1 + scale)
    return min(map(value, draws)) < float(lower) - little or value(report) > float(upper) + little
