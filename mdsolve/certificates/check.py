"""Check a certificate against its problem in exact arithmetic, trusting nothing but these lines.

Standard library alone, no float: copy the file out and run `python -I -O check.py problem.json
certificate.json`. VERIFIED comes with the claim in the checker's own words (exit 0), REJECTED with
the first reason (exit 1); exit 2 is a path that cannot be read. Every constraint is made anew from
the problem, none is read from the certificate.
"""
# pyright: basic
# fmt: off

import hashlib
import json
import re
import sys
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import gcd, isqrt, lcm
from operator import mul, sub
from types import SimpleNamespace as Fields
from typing import Any

BYTES, DIGITS, LONG = 1 << 26, 1200, 20_000  # of a file, of a number, of a linear program's witness
LABELS, TYPES, EXPONENT, GUARD = 100_000, 10_000, 1 << 14, 32
INTEGER = re.compile(r"0|-?[1-9][0-9]*")
sys.set_int_max_str_digits(LONG + 100)

# field:kind, a kind being one of READERS or the lists whose lengths shape an array; ? allows null
GAME = """groups:labels outcomes:labels sizes:groups rewards:groups*outcomes reference:outcomes
    divergence:word strength:number rule:word alpha:number?"""
FORMS = {
    "table": "types:labels values:types*types",
    "types": """types:labels outcomes:labels domain:word sizes:types rewards:types*outcomes
        allocations:types*outcomes""",
    "game": GAME,
    "floor": GAME + " group:index domain:word size:number",
    "menu": "groups:labels entries:labels sizes:groups values:entries*groups boosts:entries",
    "lp": "minimize:truth columns:labels rows:labels c:columns A:any senses:any b:rows",
}


class Rejected(Exception):
    """The first reason why a certificate does not hold."""

def need(holds: Any, reason: str) -> None:
    if not holds:
        raise Rejected(reason)

def parse(data: bytes, name: str) -> Any:
    def unique(pairs: list) -> dict:
        need(len(dict(pairs)) == len(pairs), f"{name}: a field stands twice")
        return dict(pairs)

    need(len(data) <= BYTES, f"{name}: larger than {BYTES} bytes")
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"{name}: not JSON as it must be ({str(error)[:80]})") from None

def integer(given: Any, name: str, digits: int = DIGITS) -> int:
    sound = isinstance(given, str) and len(given) <= digits and INTEGER.fullmatch(given)
    need(sound, f"{name}: {str(given)[:40]!r} is not an integer in canonical form")
    return int(given)

def number(given: Any, name: str, exact: Any = Fraction) -> Any:
    top, slash, bottom = given.partition("/") if isinstance(given, str) else (given, "", "")
    num, den = integer(top, name), integer(bottom, name) if slash else 1
    need((den > 1 or not slash) and gcd(num, den) == 1, f"{name}: {given[:40]} is not reduced")
    return exact(num, den)

def array(given: Any, shape: list, name: str, digits: int, exact: Any) -> list:
    """A list or a list of rows, all over one denominator; a shape of 0 stands for any."""
    read = fields(given, "den:any num:any", name)
    rows, count, den = read.num, (0, *shape)[-1], integer(read.den, name, digits)
    rows = [rows] if len(shape) == 1 else rows if isinstance(rows, list) else []
    sound = rows and all(isinstance(row, list) and len(row) == count for row in rows)
    sound = sound and (len(shape) == 1 or len(rows) == (shape[0] or len(rows)))
    need(sound, f"{name}: not of shape {shape}, or not a list")
    table = [[integer(x, name, digits) for x in row] for row in rows]
    need(den > 0 and gcd(den, *(x for row in table for x in row)) == 1, f"{name}: not reduced")
    table = [[exact(x, den) for x in row] for row in table]
    return table if len(shape) == 2 else table[0]

def labels(given: Any, name: str, _: Any = None) -> list:
    need(isinstance(given, list) and 0 < len(given) <= LABELS, f"{name}: not 1 to {LABELS} labels")
    sound = all(isinstance(x, str) and 0 < len(x) <= 200 and x.isprintable() for x in given)
    need(sound and len(set(given)) == len(given), f"{name}: a label twice, or not printable")
    return given

READERS = {"labels": labels, "number": number, "word": str, "index": int, "truth": bool}

def fields(given: Any, spec: str, name: str, known: Any = None, digits: int = DIGITS) -> Fields:
    kinds = dict(part.split(":") for part in spec.split())
    sound = isinstance(given, dict) and given.keys() == kinds.keys()
    need(sound, f"{name}: the fields are not {', '.join(kinds)}")
    found = Fields(**vars(known or Fields(by=Integers)))
    for field, kind in kinds.items():
        value, where, reader = given[field], f"{name}.{field}", READERS.get(kind.rstrip("?"))
        if isinstance(reader, type):
            need(type(value) is reader, f"{where}: not of type {reader.__name__}")
        elif kind != "any" and not (value is None and kind[-1] == "?"):
            sizes = [len(getattr(found, k, ())) for k in kind.rstrip("?").split("*")]
            value = (reader(value, where, found.by.exact) if reader
                     else array(value, sizes, where, digits, found.by.exact))
        setattr(found, field, value)
    return found

def in_domain(row: list, domain: str, name: str) -> None:
    need(domain in ("any", "sum", "max"), f"domain: {domain[:40]!r} is unknown")
    if domain != "any":
        need(min(row) >= 0, f"{name}: an entry is negative")
        whole = sum(row) if domain == "sum" else max(row)
        need(whole == 1, f"{name}: the {domain} of its entries is not 1")

def dot(a: Any, b: Any) -> Any:
    return sum(map(mul, a, b))

def integers(rows: list) -> tuple:
    den = lcm(*(x.denominator for row in rows for x in row))
    return den, [[x.numerator * (den // x.denominator) for x in row] for row in rows]

def shown(x: Any, up: bool = False) -> str:
    rounded = Context(prec=9, rounding=ROUND_CEILING if up else ROUND_FLOOR)
    return f"{rounded.divide(*(Decimal(int(y)) for y in (x.numerator, x.denominator)))}"

@lru_cache(maxsize=64)
def artanh(y: int, work: int) -> int:
    total, power, square, n = 0, y, y * y >> work, 1
    while power not in (0, -1):
        total, power, n = total + power // n, power * square >> work, n + 2
    return total

class Integers:
    """Bounds in multiples of 2^-bits; GUARD more bits are far more than all rounding can reach."""

    exact: Any = Fraction

    def __init__(self, bits: int) -> None:
        self.bits, self.work = bits, bits + 2 * GUARD

    def unit(self, count: int) -> Any:
        return Fraction(count, 1 << self.bits)

    def log(self, x: Fraction, weight: Any = 1) -> tuple:
        """weight log x, 0 for weight 0: k log 2 + 2 artanh((y - 1)/(y + 1)), x = 2^k y."""
        if not weight:
            return 0, 0
        k = x.numerator.bit_length() - x.denominator.bit_length()
        a, b = x.numerator << max(0, -k), x.denominator << max(0, k)
        total = artanh(((a - b) << self.work) // (a + b), self.work)
        total = total + k * artanh((1 << self.work) // 3, self.work) >> 2 * GUARD - 1
        return weight * self.unit(total - 1), weight * self.unit(total + 2)

    def exp(self, x: Fraction) -> tuple:
        """2^k exp(f) by the series of exp."""
        need(x <= EXPONENT, "an exponent is out of range")
        if x < -2 * self.work:
            return 0, self.unit(1)
        two = 2 * artanh((1 << self.work) // 3, self.work)
        k, rest = divmod((x.numerator << self.work) // x.denominator, two)
        total, term, n = 1 << self.work, 1 << self.work, 1
        while term:
            term, n = (term * rest >> self.work) // n, n + 1
            total += term
        scale = Fraction(2) ** (k - self.work)
        return (total - (1 << GUARD)) * scale, (total + (1 << GUARD)) * scale

    def root(self, x: Fraction) -> tuple:
        low = isqrt((x.numerator << 2 * self.bits) // x.denominator)
        return self.unit(low), self.unit(low + 1)

    def total(self, terms: Any, up: bool) -> Any:
        if sum(x.denominator.bit_length() for x in terms) > 300_000:  # exact sums would be long
            terms = [x * (1 << self.bits) for x in terms]
            return self.unit(sum(x.__ceil__() if up else x.__floor__() for x in terms))
        return sum(terms)

    def sums(self, divergence: str, which: int, x: list, q: list) -> tuple:
        """Bounds of the sum of d(x, q), or of d*(x; q) with which = 1."""
        low, high = zip(*(DIVERGENCES[divergence][which](self, a, b) for a, b in zip(x, q)))
        return self.total(low, False), self.total(high, True)

    def gain(self, rows: list, columns: list, limits: list) -> Any:
        """The first row with a product above its limit, and the column, if any."""
        for t, (row, limit) in enumerate(zip(rows, limits)):
            products = [sum(map(mul, row, column)) for column in columns]
            if max(products) > limit:
                return t, products.index(max(products))
        return None, None

def inside(slack: Fraction) -> Fraction:
    """A distance to a pole: past it values are infinite, though formulas may stay finite."""
    need(slack > 0, "a number lies where a logarithm, a divergence or its conjugate is infinite")
    return slack

DIVERGENCES = {  # bounds of d(p, q), and of its conjugate d*(s; q)
    "kl": (lambda by, p, q: by.log(p / q or q, p),
           lambda by, s, q: tuple(q * end - q for end in by.exp(s))),
    "l2": (lambda by, p, q: ((p - q) ** 2,) * 2,
           lambda by, s, q: (s * q + s * s / 4 if s > -2 * q else -q * q,) * 2),
    "chi2": (lambda by, p, q: ((p - q) ** 2 / q,) * 2,
             lambda by, s, q: (q * (s + s * s / 4) if s > -2 else -q,) * 2),
    "forward-kl": (lambda by, p, q: by.log(q / inside(p), q),
                   lambda by, s, q: by.log(1 / inside(1 - s), q)),
    "hellinger": (lambda by, p, q: tuple(p + q - 2 * end for end in by.root(p * q)[::-1]),
                  lambda by, s, q: (q * s / inside(1 - s),) * 2),
    "jensen-shannon": (lambda by, p, q: tuple(a + b for a, b in zip(
                           by.log(2 * p / (p + q) or q, p / 2), by.log(2 * q / (p + q), q / 2))),
                       lambda by, s, q: by.log(1 / inside(2 - by.exp(2 * min(s, 1))[1]), q / 2)),
}

def combined(game: Fields, weights: list) -> list:
    need(game.divergence in DIVERGENCES, f"divergence: {game.divergence[:40]!r} is unknown")
    need(game.strength > 0 and min(game.sizes) >= 0, "strength or sizes: not positive")
    need(min(game.reference) > 0, "reference: a probability is not positive")
    in_domain(game.reference, "sum", "reference")
    return [dot(weights, column) for column in zip(*game.rewards)]

def objective(game: Fields, c: list, model: list) -> tuple:
    """<c, model> - strength D between bounds: below the optimum Phi(c)."""
    in_domain(model, "sum", "model")
    low, high = game.by.sums(game.divergence, 0, model, game.reference)
    return tuple(dot(c, model) - game.strength * end for end in (high, low))

def above(game: Fields, c: list, multiplier: Fraction) -> Fraction:
    """A bound of Phi(c) from above, whatever the multiplier."""
    s = [(x - multiplier) / game.strength for x in c]
    return multiplier + game.strength * game.by.sums(game.divergence, 1, s, game.reference)[1]

def power(x: Fraction, exponent: Fraction, by: Integers) -> tuple:
    if x == 0 < exponent:
        return 0, 0
    low, high = sorted(exponent * end for end in by.log(inside(x)))
    return by.exp(low)[0], by.exp(high)[1]

def welfare(w: Fields, values: list) -> tuple:
    """G(v) and G_*(g) from below: the optimum of G(v) - strength D is at most Phi(g r) - G_*(g)."""
    alpha, by, total, conjugate = w.alpha, w.by, 0, 0
    need((w.rule == "alpha") == (alpha is not None), "alpha: the rule alpha has one, others none")
    if w.rule == "social":
        need(w.weights == w.sizes, "weights: those of social welfare are the sizes")
        return dot(w.sizes, values), 0
    need(min(w.weights) >= 0, "weights: one is negative")
    if w.rule == "egalitarian":
        need(sum(w.weights) == 1, "weights: they do not sum to 1")
        return min(values), 0
    need(w.rule in ("nash", "alpha"), f"rule: {w.rule[:40]!r} is unknown")
    need(min(map(min, w.rewards)) >= 0, "rewards: one is negative, where the rule has no welfare")
    need(w.rule == "nash" or 0 < alpha != 1, "alpha: not above 0, or 1, which is the rule nash")
    for size, v, g in zip(w.sizes, values, w.weights):
        if size and w.rule == "nash":
            total += by.log(inside(v), size)[0]
            conjugate += size - by.log(size / inside(g), size)[1]
        elif size:
            total += min(size * end / (1 - alpha) for end in power(v, 1 - alpha, by))
            ends = zip(power(size, 1 / alpha, by), power(g, (alpha - 1) / alpha, by))
            conjugate += min(alpha / (alpha - 1) * a * b for a, b in ends)
    return total, conjugate

def gap(w: Fields) -> str:
    c, zero = combined(w, w.weights), [0] * len(w.model)
    total, conjugate = welfare(w, [dot(row, w.model) for row in w.rewards])
    low, high = total + objective(w, zero, w.model)[0], above(w, c, w.multiplier) - conjugate
    need(high - low <= w.gap, f"gap: the witness proves {shown(high - low, True)}")
    return (f"the model is within {shown(w.gap, True)} of the optimum, which lies in "
            f"[{shown(low)}, {shown(high, True)}]")

def incentive(w: Fields) -> str:
    c, moved = combined(w, w.sizes), dot(w.sizes, w.radius)
    need(w.rule == "social" and w.alpha is None, "rule: the payments are social welfare's")
    need(min(w.radius) >= 0, "radius: one is negative")
    low, high = objective(w, c, w.model)
    proved = above(w, c, w.multiplier) - low + 2 * moved
    need(proved <= w.gap, f"gap: the witness proves {shown(proved, True)}")
    for i, size in enumerate(w.sizes):
        name, share = f"group {w.groups[i]!r}", [size * x for x in w.rewards[i]]
        least, most = objective(w, list(map(sub, c, share)), w.pivots[i])
        paid, lost = dot(share, w.model), most - low + 2 * moved - size * w.radius[i]
        need(w.payment_lower[i] <= least - high + paid, f"{name}: the payment may lie below")
        need(w.payment_upper[i] >= most - low + paid, f"{name}: the payment may lie above")
        need(lost <= w.participation_loss, f"{name}: may lose {shown(lost, True)} by truth")
    at = "every profile within the radii where it offers this model" if moved else "this profile"
    return (f"at {at} no report in the continuum gains a group over {shown(w.gap, True)}, truth "
            f"costs none over {shown(max(0, w.participation_loss), True)}, and at the stated "
            "profile payments lie in their intervals")

def floor(w: Fields) -> str:
    i, size, count = w.group, w.size, len(w.outcomes)
    need(0 <= i < len(w.groups) and size > 0, "group or size: no such group, or a size not above 0")
    c = combined(w, [0 if k == i else x for k, x in enumerate(w.sizes)])
    bounds = [objective(w, c, model)[0] for model in w.models]
    in_domain(w.report, w.domain, "report")
    if w.domain == "sum":
        proved = max(bound + size * min(model) for bound, model in zip(bounds, w.models))
    else:  # no one model bounds every vertex: the one in place x bounds that of outcome x
        need(w.domain == "max" and len(bounds) == count, f"models: not one for each of {count}")
        proved = min(bounds[x] + size * w.models[x][x] for x in range(count))
    need(w.lower <= proved, f"lower: the models prove {shown(proved)}")
    high = above(w, [x + size * r for x, r in zip(c, w.report)], w.multiplier)
    need(high <= w.upper, f"upper: the report proves {shown(high, True)}")
    return (f"welfare with group {w.groups[i]!r} at its worst type of the {w.domain} domain, of "
            f"size {shown(size)} or more, lies in [{shown(w.lower)}, {shown(w.upper, True)}]")

def menu(w: Fields) -> str:
    need(min(w.sizes) >= 0, "sizes: one is negative")
    totals = [dot(w.sizes, row) + boost for row, boost in zip(w.values, w.boosts)]
    best = totals.index(max(totals))
    need(w.choice == best, f"choice: entry {w.entries[best]!r} is the first of most welfare")
    for i, size in enumerate(w.sizes):
        others = [total - size * row[i] for total, row in zip(totals, w.values)]
        owed = max(others) - others[best]
        need(w.payments[i] == owed, f"group {w.groups[i]!r}: the payment is not {shown(owed)}")
    return (f"the first of {len(totals)} entries with the most welfare, at its pivots, is truthful "
            f"for every type of the continuum; here it is {w.entries[best]!r}")

def valued(w: Fields, t: int, s: int) -> Fraction:
    """What type t's valuation is at report s, sizes counted."""
    return w.values[t][s] if w.allocations is None else dot(w.rows[t], w.allocations[s])

def read_types(w: Fields) -> None:
    need(len(w.types) <= TYPES, f"types: more than {TYPES}")
    w.allocations = getattr(w, "allocations", None)
    if w.allocations is not None:
        for row, offered in zip(w.rewards, w.allocations):
            in_domain(row, w.domain, "a type's rewards")
            in_domain(offered, "sum", "allocations")
        w.rows = [[size * x for x in row] for size, row in zip(w.sizes, w.rewards)]
        need(len(set(map(tuple, w.rows))) == len(w.types), "types: one is listed twice")

def mean(w: Fields) -> Any:
    """The mean length of the cycle, in which each type may report the one before it."""
    whole = isinstance(w.cycle, list) and all(type(t) is int for t in w.cycle)
    sound = whole and all(0 <= t < len(w.types) for t in w.cycle)
    need(sound and len(set(w.cycle)) == len(w.cycle) > 1, "cycle: not two or more distinct types")
    pairs = zip(w.cycle, w.cycle[-1:] + w.cycle)
    return sum(valued(w, t, t) - valued(w, t, s) for t, s in pairs) / len(w.cycle)

def not_implementable(w: Fields) -> str:
    read_types(w)
    need(mean(w) <= -w.gain < 0, "gain: not positive, or more than the cycle proves")
    return (f"under any payments some type of the cycle of {len(w.cycle)} through "
            f"{w.types[w.cycle[0]]!r} gains {shown(w.gain)} or more by reporting the one before it")

def gaining(w: Fields, utilities: list) -> tuple:
    """A type and a report by which it gains over epsilon, or twice None."""
    limits = [utility + w.epsilon for utility in utilities]
    if w.allocations is None:
        rows = (list(map(sub, row, w.payments)) for row in w.values)
        found = ((t, row.index(max(row))) for t, row in enumerate(rows) if max(row) > limits[t])
        return next(found, (None, None))
    a, rows = integers([[*row, -1] for row in w.rows])
    b, columns = integers([[*row, price] for row, price in zip(w.allocations, w.payments)])
    return w.by.gain(rows, columns, [(limit * a * b).__floor__() for limit in limits])

def implementable(w: Fields) -> str:
    read_types(w)
    need(w.epsilon >= 0, "epsilon: negative")
    utilities = [valued(w, t, t) - price for t, price in enumerate(w.payments)]
    t, s = gaining(w, utilities)
    need(t is None, f"type {w.types[t or 0]!r} gains over epsilon by reporting {w.types[s or 0]!r}")
    gain = f"over {shown(w.epsilon, True)}" if w.epsilon else "anything"
    claim = f"under the payments none of {len(utilities)} types gains {gain} by another's report"
    if w.participation is not None:
        need(min(utilities) >= w.participation, "participation: some type gets less by truth")
        claim += f"; truth gives each {shown(w.participation)} or more"
    if w.tree is not None:
        need(w.epsilon == 0 and w.participation is not None, "tree: not with these claims")
        longest_payments(w, utilities)
        claim += "; no such payments charge any type more"
    if w.cycle is not None:
        need(mean(w) <= -w.epsilon, "cycle: other payments may leave less to gain")
        claim += "; no payments leave less to gain"
    return claim

def longest_payments(w: Fields, utilities: list) -> None:
    """Each payment is tight against one placed before it in the tree, or against staying out."""
    placed: set = {None}
    for edge in w.tree if isinstance(w.tree, list) else ():
        need(isinstance(edge, list) and len(edge) == 2, "tree: not of pairs")
        t, s = edge
        sound = type(t) is int and 0 <= t < len(utilities) and type(s) in (int, type(None))
        need(sound and t not in placed and s in placed, "tree: out of order, or not of types")
        other = w.participation if s is None else valued(w, t, s) - w.payments[s]
        need(utilities[t] == other, f"tree: the edge to type {w.types[t]!r} is not tight")
        placed.add(t)
    need(len(placed) == len(utilities) + 1, "tree: it does not reach every type")

def lp(w: Fields) -> str:
    vectors = {"optimal": (1, 1, 0), "infeasible": (0, 1, 0), "unbounded": (1, 0, 1)}
    given = tuple(int(vector is not None) for vector in (w.x, w.y, w.ray))
    need(vectors.get(w.status) == given, f"status: not {w.status[:40]!r}, by the vectors given")
    sound = isinstance(w.senses, list) and all(sense in SIGNED for sense in w.senses)
    need(sound and len(w.senses) == len(w.rows), "senses: not one a row")
    place = {name: j for j, name in enumerate(w.columns)}
    sound = isinstance(w.A, list) and all(isinstance(row, dict) for row in w.A)
    need(sound and len(w.A) == len(w.rows), "A: not one object a row")
    need(all(row.keys() <= place.keys() for row in w.A), "A: a column that does not exist")
    table = [[(place[j], number(x, "A", w.by.exact)) for j, x in row.items()] for row in w.A]
    cost = w.c if w.minimize else [-x for x in w.c]
    for point, sides in ((w.x, w.b), (w.ray, [0] * len(w.b))):
        scale, (whole,) = integers([point or []])
        for k, row in enumerate(table if point else ()):
            over = sum(a * whole[j] for j, a in row) - sides[k] * scale
            need(SIGNED[w.senses[k]](over), f"row {w.rows[k]!r}: the point or ray misses it")
    if w.y is None:
        need(dot(cost, w.ray) < 0, "ray: it does not improve the objective")
        return "the linear program is unbounded"
    need(all(SIGNED[sense](y) for sense, y in zip(w.senses, w.y)), "y: a sign is wrong")
    scale, (prices,) = integers([w.y])
    rest = [x * scale if w.x else 0 for x in cost]
    for price, row in zip(prices, table):
        for j, a in row if price else ():
            rest[j] -= price * a
    need(not any(rest), "y: it does not add up to the objective")
    if w.x is None:
        need(dot(w.b, w.y) > 0, "y: it does not prove that there is no point")
        return "the linear program has no feasible point"
    need(dot(cost, w.x) == dot(w.b, w.y), "y: it does not prove that x is optimal")
    return f"the linear program's optimum is {shown(dot(w.c, w.x))}, attained at x"

SIGNED = {"<=": lambda x: x <= 0, ">=": lambda x: x >= 0, "==": lambda x: x == 0}

TABLES, GAMES = ("table", "types"), ("game",)
KINDS = {  # what judges it, the forms of its problem, what it speaks of, its witness
    "implementable": (implementable, TABLES, "the listed types",
        "payments:types epsilon:number participation:number? tree:any cycle:any"),
    "not_implementable": (not_implementable, TABLES, "the listed types", "cycle:any gain:number"),
    "gap": (gap, GAMES, "this game",
        "model:outcomes multiplier:number weights:groups gap:number"),
    "incentive": (incentive, GAMES, "every report against these",
        """model:outcomes multiplier:number gap:number pivots:groups*outcomes radius:groups
        payment_lower:groups payment_upper:groups participation_loss:number"""),
    "floor": (floor, ("floor",), "every type of the domain against these reports",
        "lower:number upper:number models:some*outcomes report:outcomes multiplier:number"),
    "menu": (menu, ("menu",), "every type", "choice:index payments:groups"),
    "lp": (lp, ("lp",), "this program", "status:word x:columns? y:rows? ray:columns?"),
}

def check(problem: bytes, certificate: bytes, backend: type = Integers) -> tuple:
    """Whether a certificate of a problem holds, and the claim in words, or the first fault."""
    try:
        data, stated = parse(problem, "problem"), parse(certificate, "certificate")
        c = fields(stated, "schema:word kind:word problem_sha256:word scope:word witness:any",
            "certificate")
        need(c.schema == "mdsolve-certificate/1", "certificate: another schema")
        need(c.problem_sha256 == hashlib.sha256(problem).hexdigest(), "problem_sha256: another's")
        need(c.kind in KINDS, f"kind: {c.kind[:40]!r} is unknown")
        judge, forms, scope, spec = KINDS[c.kind]
        need(c.scope == scope, f"scope: a certificate of this kind speaks of {scope}")
        form: Any = data.get("form") if isinstance(data, dict) else None
        need(form in forms, "problem: not of the form that the kind speaks of")
        p = fields(data, "schema:word form:word " + FORMS[form], "problem", Fields(by=backend))
        need(p.schema == "mdsolve-problem/1", "problem: another schema")
        p.by = backend(192 + min(4000, getattr(p, "strength", 0).__ceil__().bit_length()))
        digits = LONG if c.kind == "lp" else DIGITS
        return True, judge(fields(c.witness, spec, "witness", p, digits))
    except Rejected as error:
        return False, str(error)

def main(arguments: list, backend: type = Integers) -> int:
    try:
        problem, certificate = arguments
        with open(problem, "rb") as one, open(certificate, "rb") as other:
            contents = one.read(BYTES + 1), other.read(BYTES + 1)
    except (ValueError, OSError) as error:
        print(f"usage: check.py problem.json certificate.json ({error})", file=sys.stderr)
        return 2
    verified, text = check(*contents, backend)
    text = f"{'VERIFIED' if verified else 'REJECTED'}: {text}\n"
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    return 0 if verified else 1

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
