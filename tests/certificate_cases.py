"""True certificates of every kind, small and tight: the least change of a figure makes most false.

Where a claim is a bound, the bound stated is exactly what the witness proves, computed here by the
formulas of the mathematics and not by the checker. What is exact (squared L2, χ², tables, programs)
is stated with nothing to spare; what goes through exp or log states a gap of 1e-12.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from typing import Any

from certificate_files import files

F = Fraction
TINY = F(1, 10**12)


def fractions(text: str) -> list[F]:
    return [F(part) for part in text.split()]


def rows(*texts: str) -> list[list[F]]:
    return [fractions(text) for text in texts]


@dataclass(frozen=True)
class Case:
    """A true certificate before it is written."""

    name: str
    kind: str
    form: str
    problem: dict[str, Any]
    witness: dict[str, Any]

    def files(self, problem: Any = None, witness: Any = None) -> tuple[bytes, bytes]:
        """The two files, with some fields of either in place of the true ones."""
        changed = {**self.problem, **(problem or {})}, {**self.witness, **(witness or {})}
        return files(self.kind, self.form, *changed)

    def parsed(self) -> tuple[Any, Any]:
        problem, certificate = self.files()
        return json.loads(problem), json.loads(certificate)


def dot(a: list[F], b: list[F]) -> F:
    return sum((x * y for x, y in zip(a, b, strict=True)), F(0))


REFERENCE = fractions("1/2 1/3 1/6")
REWARDS = rows("3/5 1/5 1/5", "1/10 1/2 2/5")
SIZES = fractions("2 1")
STRENGTH = F(5)


def game(divergence: str, rule: str = "social", alpha: Any = None, **changes: Any) -> dict:
    return {
        "groups": ["short", "kind"],
        "outcomes": ["x", "y", "z"],
        "sizes": SIZES,
        "rewards": REWARDS,
        "reference": REFERENCE,
        "divergence": divergence,
        "strength": STRENGTH,
        "rule": rule,
        "alpha": alpha,
        **changes,
    }


def combined(sizes: list[F], rewards: list[list[F]] = REWARDS) -> list[F]:
    return [dot(sizes, list(column)) for column in zip(*rewards, strict=True)]


def optimum(c: list[F], divergence: str = "l2") -> tuple[list[F], F]:
    """The trained model and its multiplier, by squared L2 or χ², where no probability is 0."""
    weights = REFERENCE if divergence == "chi2" else [F(1)] * len(c)
    multiplier = dot(weights, c) / sum(weights)
    pairs = zip(REFERENCE, weights, c, strict=True)
    model = [q + w * (x - multiplier) / (2 * STRENGTH) for q, w, x in pairs]
    assert min(model) > 0
    return model, multiplier


def objective(c: list[F], model: list[F]) -> F:
    """<c, π> − λ Σ (π − q)²."""
    squares = ((p - q) ** 2 for p, q in zip(model, REFERENCE, strict=True))
    return dot(c, model) - STRENGTH * sum(squares)


def bound(c: list[F], multiplier: F) -> F:
    """ν + λ Σ d*((c − ν)/λ; q) for squared L2."""
    s = [(x - multiplier) / STRENGTH for x in c]
    terms = (a * q + a * a / 4 if a > -2 * q else -q * q for a, q in zip(s, REFERENCE, strict=True))
    return multiplier + STRENGTH * sum(terms)


def near(values: Any) -> list[F]:
    """Floats as a point of the simplex."""
    exact = [F(float(x)) for x in values]
    return [x / sum(exact) for x in exact]


def longest_payments(values: list[list[F]], participation: F) -> tuple[list[F], list[list[Any]]]:
    """The highest payments under which truth is best and gets its share, and what each rests on."""
    types = range(len(values))
    payments, parents = [values[t][t] - participation for t in types], [None for _ in types]
    for _ in types:
        for t in types:
            for s in types:
                owed = values[t][t] - values[t][s] + payments[s]
                if owed < payments[t]:
                    payments[t], parents[t] = owed, s
    order: list[Any] = [None]
    for node in order:
        order += [t for t in types if parents[t] == node]
    return payments, [[t, parents[t]] for t in order[1:]]


def gaps() -> Iterator[Case]:
    import mdsolve as md

    for divergence in ("l2", "chi2"):
        model, multiplier = optimum(combined(SIZES), divergence)
        witness = {"model": model, "multiplier": multiplier, "weights": SIZES, "gap": F(0)}
        yield Case(f"gap-{divergence}-exact", "gap", "game", game(divergence), witness)
    rewards = md.Game(
        [float(q) for q in REFERENCE],
        [[float(x) for x in row] for row in REWARDS],
        [float(x) for x in SIZES],
    )
    for divergence in ("kl", "l2", "chi2", "forward-kl", "hellinger", "jensen-shannon"):
        for strength in (F(1, 8), F(5)):
            trained = md.SocialWelfare(divergence, float(strength)).train(rewards)
            witness = {
                "model": near(trained.model),
                "multiplier": F(float(trained.multiplier)),
                "weights": SIZES,
                "gap": TINY,
            }
            problem = game(divergence, strength=strength)
            yield Case(f"gap-{divergence}-{strength}", "gap", "game", problem, witness)
    rules = {
        "nash": (None, md.NashWelfare("kl", 5.0)),
        "egalitarian": (None, md.Egalitarian("kl", 5.0)),
        "alpha-half": (F(1, 2), md.AlphaFair("kl", 5.0, 0.5)),
        "alpha-more": (F(5, 2), md.AlphaFair("kl", 5.0, 2.5)),
    }
    for name, (alpha, rule) in rules.items():
        trained = rule.train(rewards)
        weights = [F(float(x)) for x in trained.weights]
        if name == "egalitarian":
            weights = [x / sum(weights) for x in weights]
        witness = {
            "model": near(trained.model),
            "multiplier": F(float(trained.multiplier)),
            "weights": weights,
            "gap": TINY,
        }
        problem = game("kl", name.partition("-")[0], alpha)
        yield Case(f"gap-{name}", "gap", "game", problem, witness)
    yield from loose_gaps()


def loose_gaps() -> Iterator[Case]:
    """Witnesses far from the optimum, at the zeros and corners of the formulas."""
    corner, c = fractions("1 0 0"), combined(SIZES)
    witness = {"model": corner, "multiplier": max(c), "weights": SIZES, "gap": F(181, 3)}
    for divergence in ("kl", "l2", "chi2", "hellinger", "jensen-shannon"):
        yield Case(f"gap-corner-{divergence}", "gap", "game", game(divergence), witness)
    far = {**witness, "multiplier": F(30)}
    yield Case("gap-far-l2", "gap", "game", game("l2"), far)
    yield Case("gap-far-chi2", "gap", "game", game("chi2"), far)
    absent = fractions("2 0")
    for rule, alpha in (("nash", None), ("alpha", F(1, 2)), ("alpha", F(3))):
        problem = game("l2", rule, alpha, sizes=absent)
        changed = {**witness, "weights": fractions("3 0"), "gap": F(20)}
        yield Case(f"gap-absent-{rule}-{alpha}", "gap", "game", problem, changed)
    zero = rows("0 1 0", "1/10 1/2 2/5")
    problem = game("l2", "alpha", F(1, 2), rewards=zero)
    changed = {**witness, "weights": fractions("3 2"), "gap": F(40)}
    yield Case("gap-worthless", "gap", "game", problem, changed)
    problem = game("l2", "alpha", F(3))
    changed = {**witness, "weights": fractions("0 2"), "gap": F(300)}
    yield Case("gap-weightless", "gap", "game", problem, changed)
    problem = game("kl", "egalitarian", None, sizes=fractions("0 0"))
    changed = {**witness, "weights": fractions("0 1")}
    yield Case("gap-egalitarian-loose", "gap", "game", problem, changed)


def incentives() -> Iterator[Case]:
    c = combined(SIZES)
    model, multiplier = optimum(c)
    value = objective(c, model)
    pivots, payments, utilities = [], [], []
    for i, size in enumerate(SIZES):
        without = combined([F(0) if k == i else x for k, x in enumerate(SIZES)])
        pivots.append(optimum(without)[0])
        paid = size * dot(REWARDS[i], model)
        payments.append(objective(without, pivots[i]) - value + paid)
        utilities.append(paid - payments[i])
    for name, radius in (("", fractions("0 0")), ("-radius", fractions("1/10 1/7"))):
        moved = dot(SIZES, radius)
        lost = zip(utilities, SIZES, radius, strict=True)
        witness = {
            "model": model,
            "multiplier": multiplier,
            "gap": 2 * moved,
            "pivots": pivots,
            "radius": radius,
            "payment_lower": payments,
            "payment_upper": payments,
            "participation_loss": max(2 * moved - w * rho - u for u, w, rho in lost),
        }
        yield Case(f"incentive{name}", "incentive", "game", game("l2"), witness)


def floors() -> Iterator[Case]:
    without, size = combined([F(0), F(1)]), F(3, 2)
    problem = game("l2", group=0, size=size)
    model = fractions("2/5 1/3 4/15")
    report, multiplier = fractions("0 1/4 3/4"), F(1, 2)
    upper = bound([c + size * r for c, r in zip(without, report, strict=True)], multiplier)
    witness = {"report": report, "multiplier": multiplier, "upper": upper, "models": [model]}
    witness["lower"] = objective(without, model) + size * min(model)
    yield Case("floor-sum", "floor", "floor", {**problem, "domain": "sum"}, witness)
    report, multiplier = fractions("0 0 1"), F(2, 3)
    upper = bound([c + size * r for c, r in zip(without, report, strict=True)], multiplier)
    models = rows("2/3 1/6 1/6", "1/4 1/2 1/4", "1/4 1/4 1/2")
    lower = min(objective(without, pi) + size * pi[x] for x, pi in enumerate(models))
    witness = {"report": report, "multiplier": multiplier, "upper": upper}
    witness |= {"models": models, "lower": lower}
    yield Case("floor-max", "floor", "floor", {**problem, "domain": "max"}, witness)


def inexact() -> Iterator[Case]:
    """Incentives and floors by KL: every figure has 1e-12 to spare."""
    import mdsolve as md

    def trained(sizes: list[F]) -> Any:
        there = [(row, w) for row, w in zip(REWARDS, sizes, strict=True) if w]
        rewards = [[float(x) for x in row] for row, _ in there]
        shown = md.Game([float(q) for q in REFERENCE], rewards, [float(w) for _, w in there])
        return md.SocialWelfare("kl", float(STRENGTH)).train(shown)

    whole, without = trained(SIZES), [trained([F(0), F(1)]), trained([F(2), F(0)])]
    paid, lost = [], []
    for size, row, pivot in zip(SIZES, REWARDS, without, strict=True):
        truth = size * dot(row, near(whole.model))
        paid.append(F(pivot.lower) - F(whole.lower) + truth)
        lost.append(F(pivot.lower) - F(whole.lower))
    witness = {"model": near(whole.model), "multiplier": F(float(whole.multiplier)), "gap": TINY}
    witness |= {"pivots": [near(pivot.model) for pivot in without], "radius": fractions("0 0")}
    witness |= {"payment_lower": [x - TINY for x in paid]}
    witness |= {"payment_upper": [x + TINY for x in paid]}
    witness |= {"participation_loss": max(lost) + TINY}
    yield Case("incentive-kl", "incentive", "game", game("kl"), witness)
    best = without[0]
    witness = {"report": fractions("1/3 1/3 1/3"), "models": [near(best.model)]}
    witness |= {"multiplier": F(float(best.multiplier)) + F(1, 3)}
    witness |= {"lower": F(best.lower) + min(near(best.model)) - TINY}
    witness |= {"upper": F(best.lower) + F(1, 3) + TINY}
    problem = game("kl", group=0, size=F(1), domain="sum")
    yield Case("floor-kl", "floor", "floor", problem, witness)


def menus() -> Iterator[Case]:
    for name, values, boosts, choice, payments in (
        ("menu", rows("1 0", "2/5 9/10"), fractions("-1/5 -1/10"), 0, fractions("1 0")),
        ("menu-tie", rows("0 1", "1/2 0", "1 0"), fractions("0 0 -1"), 0, fractions("0 1")),
    ):
        entries = [f"entry {k}" for k in range(len(values))]
        problem = {"groups": ["short", "kind"], "entries": entries, "sizes": SIZES}
        problem |= {"values": values, "boosts": boosts}
        yield Case(name, "menu", "menu", problem, {"choice": choice, "payments": payments})


def absent() -> Iterator[Case]:
    """A group, and a type, of size 0."""
    sizes = fractions("0 1")
    problem = {"groups": ["none", "kind"], "entries": ["u", "v"], "sizes": sizes}
    problem |= {"values": rows("9 0", "0 1"), "boosts": fractions("1/2 0")}
    witness = {"choice": 1, "payments": fractions("0 1/2")}
    yield Case("menu-absent", "menu", "menu", problem, witness)
    problem = {"types": ["none", "some"], "outcomes": ["x"], "domain": "sum", "sizes": sizes}
    problem |= {"rewards": rows("1", "1"), "allocations": rows("1", "1")}
    witness = {"payments": fractions("0 0"), "epsilon": F(0)}
    witness |= {"participation": None, "tree": None, "cycle": None}
    yield Case("types-absent", "implementable", "types", problem, witness)


def tables() -> Iterator[Case]:
    optional = {"participation": None, "tree": None, "cycle": None}
    labels = ["low", "middle", "high"]
    values = rows("1 2 3", "2 4 6", "3 6 9")
    payments, tree = longest_payments(values, F(0))
    witness = {"payments": payments, "epsilon": F(0), "participation": F(0)}
    witness |= {"tree": tree, "cycle": None}
    problem = {"types": labels, "values": values}
    yield Case("table-longest", "implementable", "table", problem, witness)
    swapped = {"types": ["a", "b"], "values": rows("1 2", "2 1")}
    witness = {**optional, "payments": fractions("0 0"), "epsilon": F(1), "cycle": [0, 1]}
    witness["participation"] = F(1)
    yield Case("table-slack", "implementable", "table", swapped, witness)
    witness = {"cycle": [1, 0], "gain": F(1)}
    yield Case("table-refuted", "not_implementable", "table", swapped, witness)
    yield Case("table-plain", "implementable", "table", problem, {
        **optional, "payments": payments, "epsilon": F(0)})  # fmt: skip


def mean_length(values: list[list[F]], cycle: tuple[int, ...]) -> F:
    """What truth is worth over the report of the type before, on average."""
    pairs = zip(cycle, (cycle[-1], *cycle[:-1]), strict=True)
    return sum((values[t][t] - values[t][s] for t, s in pairs), F(0)) / len(cycle)


def types() -> Iterator[Case]:
    rewards, sizes = rows("1/2 1/2 0", "0 1 0", "1/6 1/3 1/2", "0 0 1"), fractions("1 2 1 3")
    allocations = rows("1/3 1/2 1/6", "0 1 0", "1/6 1/3 1/2", "0 0 1")
    problem = {"types": list("abcd"), "outcomes": list("xyz"), "domain": "sum", "sizes": sizes}
    problem |= {"rewards": rewards, "allocations": allocations}
    values = [
        [w * dot(row, pi) for pi in allocations] for w, row in zip(sizes, rewards, strict=True)
    ]
    payments, tree = longest_payments(values, F(-1, 3))
    witness = {"payments": payments, "epsilon": F(0), "participation": F(-1, 3), "tree": tree}
    yield Case("types-sum", "implementable", "types", problem, {**witness, "cycle": None})
    turned = [allocations[k] for k in (1, 3, 0, 2)]
    values = [[w * dot(row, pi) for pi in turned] for w, row in zip(sizes, rewards, strict=True)]
    mean, cycle = min((mean_length(values, cycle), cycle) for cycle in permutations(range(4)))
    assert mean < 0
    problem = {**problem, "allocations": turned}
    witness = {"cycle": list(cycle), "gain": -mean}
    yield Case("types-refuted", "not_implementable", "types", problem, witness)
    peaked = rows("1 1/2 0", "0 1 1/4", "1/5 0 1", "1 1 1")
    for domain, rewards in (("max", peaked), ("any", rows("-1 2 0", "3 1 0", "0 1 7", "0 1 8"))):
        values = [
            [w * dot(row, pi) for pi in allocations] for w, row in zip(sizes, rewards, strict=True)
        ]
        eps = max(values[t][s] - values[t][t] for t in range(4) for s in range(4))
        witness = {"payments": fractions("0 0 0 0"), "epsilon": max(eps, F(0))}
        witness |= {"participation": None, "tree": None, "cycle": None}
        problem = {**problem, "domain": domain, "rewards": rewards, "allocations": allocations}
        yield Case(f"types-{domain}", "implementable", "types", problem, witness)


def programs() -> Iterator[Case]:
    problem: dict[str, Any] = {"columns": ["x", "y"], "rows": ["r", "s", "lx", "ly"]}
    problem["senses"] = ["==", "<=", ">=", ">="]
    problem["A"] = [{"x": "1", "y": "1/2"}, {"x": "3"}, {"x": "1"}, {"y": "1"}]
    least = {**problem, "minimize": True, "c": fractions("1 1"), "b": fractions("2 3 0 0")}
    witness = {"x": fractions("1 2"), "y": fractions("2 -1/3 0 0"), "ray": None}
    yield Case("lp-least", "lp", "lp", least, {"status": "optimal", **witness})
    thirds = {**least, "b": fractions("2 1 0 0")}
    halves = {"x": fractions("1/3 10/3"), "y": fractions("2 -1/3 0 0"), "ray": None}
    yield Case("lp-thirds", "lp", "lp", thirds, {"status": "optimal", **halves})
    most = {**least, "minimize": False}
    witness = {"x": fractions("0 4"), "y": fractions("-2 0 1 0"), "ray": None}
    yield Case("lp-most", "lp", "lp", most, {"status": "optimal", **witness})
    none = {**least, "b": fractions("-1 3 0 0")}
    witness = {"x": None, "y": fractions("-2 0 2 1"), "ray": None}
    yield Case("lp-infeasible", "lp", "lp", none, {"status": "infeasible", **witness})
    free = {**least, "A": [{"x": "1", "y": "-1"}, {"x": "-1"}, {"x": "1"}, {"y": "1"}]}
    free["c"] = fractions("-1 0")
    witness = {"x": fractions("2 0"), "y": None, "ray": fractions("1 1")}
    yield Case("lp-unbounded", "lp", "lp", free, {"status": "unbounded", **witness})


def cases() -> list[Case]:
    makers = (gaps, incentives, floors, inexact, menus, absent, tables, types, programs)
    return [case for maker in makers for case in maker()]
