"""Random certificates of linear programs, judged in Fractions.

A certificate proves by strong duality, by Farkas' lemma or by an improving ray; what is proved of
an optimum or of infeasibility must be what Fourier and Motzkin's elimination finds.
"""

from fractions import Fraction
from random import Random
from typing import Any

from certificate_tables import LITTLE, Draw, fraction, inner, names

SIGNS = {"<=": -1, ">=": 1, "==": 0}


def program(rng: Random) -> Draw:
    """Build a linear program around a point, prices or a ray, and perhaps spoil one number."""
    n, rows = rng.randint(1, 3), rng.randint(1, 4)
    status = rng.choice(["optimal", "infeasible", "unbounded"])
    senses = [rng.choice(list(SIGNS)) for _ in range(rows)]
    matrix = [[fraction(rng, -2, 2) * rng.choice([0, 1, 1]) for _ in range(n)] for _ in range(rows)]
    x = [fraction(rng, -2, 2) for _ in range(n)]
    signed = [SIGNS[sense] or rng.choice([1, -1]) for sense in senses]
    y = [sign * fraction(rng, 0, 2) * rng.choice([0, 1]) for sign in signed]
    ray = [fraction(rng, -2, 2) for _ in range(n)]
    slack = [SIGNS[senses[k]] * fraction(rng, 0, 2) * (y[k] == 0) for k in range(rows)]
    minimize = rng.random() < 0.5
    if status == "infeasible":  # the last row is what the prices of the others add up to
        y[-1], weight = Fraction(signed[-1]), signed[-1]
        matrix[-1] = [-weight * inner([r[j] for r in matrix[:-1]], y[:-1]) for j in range(n)]
        b = [fraction(rng, -2, 2) for _ in range(rows)]
        b[-1] = weight * (rng.choice(LITTLE) - inner(b[:-1], y[:-1]))
        cost = [fraction(rng, -2, 2) for _ in range(n)]
    elif status == "unbounded":
        for k, row in enumerate(matrix):  # bend the row until the ray keeps to its side
            side = inner(row, ray)
            if side * SIGNS[senses[k]] < 0:
                matrix[k] = [-entry for entry in row]
            elif senses[k] == "==" and side:
                matrix[k] = [Fraction(0)] * n
        b = [inner(row, x) - gap for row, gap in zip(matrix, slack, strict=True)]
        cost = [-entry for entry in ray]
    else:
        b = [inner(row, x) - gap for row, gap in zip(matrix, slack, strict=True)]
        cost = [inner([row[j] for row in matrix], y) for j in range(n)]
    c = cost if minimize else [-entry for entry in cost]
    if rng.random() < 0.5:
        spoiled = rng.choice([x, y, ray, b, c, rng.choice(matrix)])
        spoiled[rng.randrange(len(spoiled))] += rng.choice(LITTLE) * rng.choice([1, -1])
    point, prices, way = status != "infeasible", status != "unbounded", status == "unbounded"
    holds = proves(status, minimize, c, matrix, senses, b, x, y, ray)
    if holds and status != "unbounded":
        assert truth(status, minimize, c, matrix, senses, b, x), "the program's claim is false"
    problem = {
        "minimize": minimize,
        "columns": names("x", n),
        "rows": names("r", rows),
        "c": c,
        "A": [{f"x{j}": str(a) for j, a in enumerate(row) if a} for row in matrix],
        "senses": senses,
        "b": b,
    }
    witness = {
        "status": status,
        "x": x if point else None,
        "y": y if prices else None,
        "ray": ray if way else None,
    }
    return Draw("lp", "lp", problem, witness, holds)


def keeps(sense: str, left: Fraction, right: Fraction) -> bool:
    return {"<=": left <= right, ">=": left >= right, "==": left == right}[sense]


def proves(status: str, minimize: bool, c: Any, A: Any, senses: Any, b: Any, *found: Any) -> bool:
    """Strong duality, Farkas' lemma, or a feasible point and an improving ray."""
    (x, y, ray), cost = found, c if minimize else [-entry for entry in c]
    point = all(keeps(s, inner(row, x), right) for s, row, right in zip(senses, A, b, strict=True))
    sums = [inner([row[j] for row in A], y) for j in range(len(c))]
    signs = all(s == "==" or keeps(s, p, Fraction(0)) for s, p in zip(senses, y, strict=True))
    if status == "optimal":
        return point and signs and sums == cost and inner(cost, x) == inner(b, y)
    if status == "infeasible":
        return signs and not any(sums) and inner(b, y) > 0
    along = all(keeps(s, inner(row, ray), Fraction(0)) for s, row in zip(senses, A, strict=True))
    return point and along and inner(cost, ray) < 0


def truth(status: Any, minimize: Any, c: Any, A: Any, senses: Any, b: Any, x: Any) -> bool:
    """Eliminate one variable after another (Fourier, Motzkin) until the objective stands alone."""
    cost = c if minimize else [-entry for entry in c]
    system = [
        ([*cost, Fraction(-1)], Fraction(0)),
        ([-entry for entry in cost] + [Fraction(1)], Fraction(0)),
    ]
    for row, sense, right in zip(A, senses, b, strict=True):
        if sense != ">=":
            system.append(([*row, Fraction(0)], right))
        if sense != "<=":
            system.append(([-entry for entry in row] + [Fraction(0)], -right))
    for j in range(len(c)):
        above = [(r, d) for r, d in system if r[j] > 0]
        below = [(r, d) for r, d in system if r[j] < 0]
        system = [(r, d) for r, d in system if r[j] == 0]
        for p, d in above:
            for q, e in below:
                u, v = -q[j], p[j]
                system.append(([u * s + v * t for s, t in zip(p, q, strict=True)], u * d + v * e))
        system = [(list(r), d) for r, d in {(tuple(r), d) for r, d in system}]
    if any(not r[-1] and d < 0 for r, d in system):
        return status == "infeasible"
    lows = [d / r[-1] for r, d in system if r[-1] < 0]
    return status == "optimal" and max(lows, default=None) == inner(cost, x)
