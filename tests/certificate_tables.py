"""Random certificates on tables and menus, judged by brute force in Fractions.

Every draw returns a `Draw` whose `holds` was found from definitions alone: all rows, all simple
cycles, all simple paths, all entries. Nothing here knows the checkers.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, permutations
from random import Random
from typing import Any

LITTLE = [Fraction(1, 2**60), Fraction(1, 10**9), Fraction(1, 10**30), Fraction(1)]


@dataclass(frozen=True)
class Draw:
    """A certificate, and whether it proves what it states."""

    kind: str
    form: str
    problem: dict[str, Any]
    witness: dict[str, Any]
    holds: bool


def names(letter: str, count: int) -> list[str]:
    return [f"{letter}{k}" for k in range(count)]


def inner(a: Any, b: Any) -> Any:
    return sum(x * y for x, y in zip(a, b, strict=True))


def fraction(rng: Random, low: int = 0, high: int = 4) -> Fraction:
    return Fraction(rng.randint(low * 4, high * 4), rng.choice([1, 2, 3, 4, 8, 10**6]))


def shares(rng: Random, count: int, zeros: bool = True) -> list[Fraction]:
    parts = [rng.randint(0 if zeros else 1, 6) for _ in range(count)]
    parts[rng.randrange(count)] += 1
    return [Fraction(part, sum(parts)) for part in parts]


def off_by(rng: Random, number: Fraction, up: bool) -> Fraction:
    """Push a number by a little or nothing one way, or by a little the other way."""
    away = rng.choice([Fraction(0), *LITTLE])
    return number + (away if up else -away) * rng.choice([1, 1, -1])


def cycles(count: int) -> list[tuple[int, ...]]:
    found = [c for k in range(2, count + 1) for c in permutations(range(count), k)]
    return [cycle for cycle in found if cycle[0] == min(cycle)]


def mean(values: list[list[Fraction]], cycle: Any) -> Fraction:
    lost = sum(values[t][t] - values[t][cycle[k - 1]] for k, t in enumerate(cycle))
    return Fraction(lost, len(cycle))


def least_mean(values: list[list[Fraction]]) -> Fraction | None:
    return min((mean(values, cycle) for cycle in cycles(len(values))), default=None)


def most_charged(values: list[list[Fraction]], stay_out: Fraction) -> list[Fraction]:
    """Charge each type its shortest simple path to staying out: no payments charge more."""
    paid: list[Fraction] = []
    for t in range(len(values)):
        others = [s for s in range(len(values)) if s != t]
        ends = []
        for length in range(len(values)):
            for path in permutations(others, length):
                stops = (t, *path)
                edges = pairwise(stops)
                last = values[stops[-1]][stops[-1]] - stay_out
                ends.append(last + sum(values[a][a] - values[a][b] for a, b in edges))
        paid.append(min(ends))
    return paid


def world(rng: Random) -> tuple[str, dict[str, Any], list[list[Fraction]], bool]:
    """Draw a table or types with allocations: form, problem, valuations, whether it is sound."""
    count = rng.randint(1, 4)
    types = names("t", count)
    if rng.random() < 0.5:
        values = [[fraction(rng, -2, 2) for _ in types] for _ in types]
        if rng.random() < 0.4:  # a type likes its own report most: implementable at no payment
            for t in range(count):
                values[t][t] = max(values[t])
        return "table", {"types": types, "values": values}, values, True
    m, domain = rng.randint(1, 3), rng.choice(["any", "any", "sum", "max"])
    rewards = [shares(rng, m) if domain == "sum" else levels(rng, m, domain) for _ in types]
    allocations = [shares(rng, m) for _ in types]
    if rng.random() < 0.4:  # the better the outcome for the type the more of it, as a rule does
        tilted = [[x**2 + Fraction(1, 9) for x in row] for row in rewards]
        allocations = [[x / sum(row) for x in row] for row in tilted]
    sizes = [fraction(rng, 0, 2) + (rng.random() < 0.9) for _ in types]
    sound = True
    if rng.random() < 0.1:
        fault = rng.choice([Fraction(1, 2**60), Fraction(-2)])
        allocations[rng.randrange(count)][0] += fault
        sound = False
    rows = [[size * x for x in row] for size, row in zip(sizes, rewards, strict=True)]
    sound = sound and all(a != b for k, a in enumerate(rows) for b in rows[:k])
    values = [[inner(row, allocation) for allocation in allocations] for row in rows]
    problem = {
        "types": types,
        "outcomes": names("x", m),
        "domain": domain,
        "sizes": sizes,
        "rewards": rewards,
        "allocations": allocations,
    }
    return "types", problem, values, sound


def levels(rng: Random, count: int, domain: str) -> list[Fraction]:
    row = [Fraction(rng.randint(0, 8), 8) for _ in range(count)]
    if domain == "max":
        row[rng.randrange(count)] = Fraction(1)
    return row


def implementable(rng: Random) -> Draw:
    form, problem, values, holds = world(rng)
    count = len(values)
    stay_out = rng.choice([None, Fraction(0), fraction(rng, -2, 1)])
    least = least_mean(values)
    payments = most_charged(values, stay_out or Fraction(0))
    if rng.random() < 0.25:
        payments[rng.randrange(count)] += rng.choice(LITTLE) * rng.choice([1, -1])
    utilities = [values[t][t] - payments[t] for t in range(count)]
    gain = max(
        values[t][s] - payments[s] - utilities[t] for t in range(count) for s in range(count)
    )
    epsilon = gain if rng.random() < 0.6 else off_by(rng, gain, up=True)
    holds = holds and gain <= epsilon and epsilon >= 0
    if stay_out is not None and rng.random() < 0.5:
        stay_out = off_by(rng, min(utilities), up=False)
    holds = holds and (stay_out is None or min(utilities) >= stay_out)
    tree = cycle = None
    if stay_out is not None and rng.random() < 0.5:
        tree, sound = drawn_tree(rng, values, payments, stay_out)
        holds = holds and epsilon == 0 and sound
        if holds:
            assert payments == most_charged(values, stay_out), "the tree's claim is false"
    if count > 1 and rng.random() < 0.4:
        cycle = list(min(cycles(count), key=lambda found: mean(values, found)))
        if rng.random() < 0.3:
            cycle = list(rng.choice(cycles(count)))
        holds = holds and mean(values, cycle) <= -epsilon
        if holds:
            assert epsilon == max(Fraction(0), -least), "the cycle's claim is false"
    witness = {
        "payments": payments,
        "epsilon": epsilon,
        "participation": stay_out,
        "tree": tree,
        "cycle": cycle,
    }
    return Draw("implementable", form, problem, witness, holds)


def drawn_tree(rng: Random, values: Any, payments: Any, stay_out: Fraction) -> tuple[list, bool]:
    """Draw edges that are tight, or any; and whether they lead each type to staying out."""
    count = len(values)
    surplus = [values[t][t] - payments[t] for t in range(count)]
    tight = {(t, None) for t in range(count) if surplus[t] == stay_out} | {
        (t, s)
        for t in range(count)
        for s in range(count)
        if s != t and surplus[t] == values[t][s] - payments[s]
    }
    edges: list[tuple[int, int | None]] = []
    reached: set[int | None] = {None}
    while grown := [e for e in sorted(tight, key=str) if e[0] not in reached and e[1] in reached]:
        edges.append(rng.choice(grown))
        reached.add(edges[-1][0])
    spoiled = rng.random()
    if edges and spoiled < 0.1:
        rng.shuffle(edges)
    elif edges and spoiled < 0.2:
        edges.pop(rng.randrange(len(edges)))
    elif edges and spoiled < 0.3:
        edges[rng.randrange(len(edges))] = (rng.randrange(count), rng.choice([None, 0, count - 1]))
    seen: list[int | None] = [None]
    sound = True
    for edge in edges:
        sound = sound and edge in tight and edge[1] in seen and edge[0] not in seen
        seen.append(edge[0])
    return [list(edge) for edge in edges], sound and len(edges) == count


def not_implementable(rng: Random) -> Draw:
    form, problem, values, holds = world(rng)
    if len(values) == 1:
        cycle, proved = [0], Fraction(1)
        holds = False
    else:
        choice = rng.choice(cycles(len(values)))
        best = min(cycles(len(values)), key=lambda found: mean(values, found))
        cycle = list(best if rng.random() < 0.8 else choice)
        proved = -mean(values, cycle)
    gain = proved if rng.random() < 0.4 else off_by(rng, proved, up=False)
    holds = holds and 0 < gain <= proved
    if len(cycle) > 1 and rng.random() < 0.05:
        cycle, holds = cycle + cycle[:1], False
    if holds:
        assert -least_mean(values) >= gain, "the cycle's claim is false"
    return Draw("not_implementable", form, problem, {"cycle": cycle, "gain": gain}, holds)


def menu(rng: Random) -> Draw:
    n, count = rng.randint(1, 3), rng.randint(1, 4)
    sizes = [fraction(rng, 0, 2) for _ in range(n)]
    values = [[fraction(rng, -1, 1) for _ in range(n)] for _ in range(count)]
    boosts = [fraction(rng, -1, 1) for _ in range(count)]
    if count > 1 and rng.random() < 0.3:  # a tie
        values[-1], boosts[-1] = list(values[0]), boosts[0]

    def welfare(entry: int, without: int | None = None) -> Fraction:
        kept = [i for i in range(n) if i != without]
        return sum((sizes[i] * values[entry][i] for i in kept), boosts[entry])

    best = min(range(count), key=lambda entry: (-welfare(entry), entry))
    owed = [max(welfare(entry, i) for entry in range(count)) - welfare(best, i) for i in range(n)]
    choice = best if rng.random() < 0.8 else rng.randrange(-1, count + 1)
    stated = list(owed)
    if rng.random() < 0.4:
        stated[rng.randrange(n)] += rng.choice(LITTLE) * rng.choice([1, -1])
    holds = choice == best and stated == owed
    if rng.random() < 0.1:
        sizes[rng.randrange(n)] = Fraction(-1, 2**40)
        holds = False
    problem = {
        "groups": names("g", n),
        "entries": names("e", count),
        "sizes": sizes,
        "values": values,
        "boosts": boosts,
    }
    return Draw("menu", "menu", problem, {"choice": choice, "payments": stated}, holds)
