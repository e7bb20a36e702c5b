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
from operator import mul
from types import SimpleNamespace as Fields
from typing import Any

BYTES, DIGITS, LONG = 1 << 26, 1200, 20_000  # of a file, of a number, of a linear program's witness
WORD, LABELS, TYPES, EXPONENT, GUARD, SUM = 200, 100_000, 10_000, 1 << 14, 32, 10_000
INTEGER = re.compile(r"0|-?[1-9][0-9]*")
sys.set_int_max_str_digits(max(LONG, sys.get_int_max_str_digits()))

# field:kind, a kind being one of READERS or the lists whose lengths shape an array; ? allows null
GAME = """groups:labels outcomes:labels sizes:groups rewards:groups*outcomes reference:outcomes
    divergence:word strength:number rule:word alpha:number?"""
FORMS = {
    "table": "types:labels values:types*types",
    "types": "types:labels outcomes:labels domain:word sizes:types "
             "rewards:types*outcomes allocations:types*outcomes",
    "game": GAME,
    "floor": GAME + " group:index domain:word size:number",
    "menu": "groups:labels entries:labels sizes:groups values:entries*groups boosts:entries",
    "lp": "minimize:truth columns:labels rows:labels c:columns A:list senses:list b:rows",
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
        raise Rejected(f"{name}: not JSON as it must be ({error})") from None

def integer(given: Any, name: str, known: Fields, *_: Any) -> int:
    sound = isinstance(given, str) and len(given) <= known.digits and INTEGER.fullmatch(given)
    need(sound, f"{name}: not an integer in canonical form, of {known.digits} digits at most")
    return int(given)

def number(given: Any, name: str, known: Fields, *_: Any) -> Any:
    top, slash, bottom = given.partition("/") if isinstance(given, str) else (given, "", "")
    num, den = integer(top, name, known), integer(bottom, name, known) if slash else 1
    need((den > 1 or not slash) and gcd(num, den) == 1, f"{name}: a fraction that is not reduced")
    return known.by.exact(num, den)

def array(given: Any, name: str, known: Fields, *shape: int) -> list:
    """A list or a list of rows, all over one denominator; a shape of 0 stands for any."""
    read = fields(given, name, known, "den:integer num:list")
    flat, den = len(shape) == 1, read.den
    rows = [read.num] if flat else read.num
    sound = rows and all(isinstance(row, list) and len(row) == shape[-1] for row in rows)
    need(sound and len(rows) == (flat or shape[0] or len(rows)), f"{name}: not of shape {shape}")
    table = [[integer(x, name, known) for x in row] for row in rows]
    need(den > 0 and gcd(den, *(x for row in table for x in row)) == 1, f"{name}: not reduced")
    table = [[known.by.exact(x, den) for x in row] for row in table]
    return table.pop() if flat else table

def word(given: Any, name: str, *_: Any) -> str:
    sound = isinstance(given, str) and 0 < len(given) <= WORD and given.isprintable()
    need(sound, f"{name}: not a word of 1 to {WORD} printable characters")
    return given

def labels(given: Any, name: str, *_: Any) -> list:
    need(isinstance(given, list) and 0 < len(given) <= LABELS, f"{name}: not 1 to {LABELS} labels")
    need(len({word(x, name) for x in given}) == len(given), f"{name}: a label twice")
    return given

def plain(kind: type) -> Any:
    def read(given: Any, name: str, *_: Any) -> Any:
        need(type(given) is kind, f"{name}: not of type {kind.__name__}")
        return given
    return read

READERS = {"integer": integer, "number": number, "word": word, "labels": labels,
           "index": plain(int), "truth": plain(bool), "list": plain(list), "object": plain(dict)}

def fields(given: Any, name: str, known: Fields, spec: str) -> Fields:
    kinds = dict(part.split(":") for part in spec.split())
    sound = isinstance(given, dict) and given.keys() == kinds.keys()
    need(sound, f"{name}: the fields are not {', '.join(kinds)}")
    found = Fields(**vars(known))
    for field, kind in kinds.items():
        value, bare = given[field], kind.rstrip("?")
        if value is not None or bare == kind:
            shape = [len(getattr(found, k, ())) for k in bare.split("*")]
            value = READERS.get(bare, array)(value, f"{name}.{field}", found, *shape)
        setattr(found, field, value)
    return found

def in_domain(row: list, domain: str, name: str) -> None:
    need(domain in ("sum", "max"), f"domain: {domain!r} is unknown")
    whole = sum(row) if domain == "sum" else max(row)
    need(min(row) >= 0 and whole == 1, f"{name}: an entry is negative, or the {domain} is not 1")

def dot(a: Any, b: Any) -> Any:
    return sum(map(mul, a, b))

def integers(rows: list) -> tuple:
    den = lcm(*(x.denominator for row in rows for x in row))
    return den, [[x.numerator * (den // x.denominator) for x in row] for row in rows]

def shown(x: Any, up: bool = False) -> str:
    rounded = Context(prec=9, rounding=ROUND_CEILING if up else ROUND_FLOOR)
    return f"{rounded.divide(*(Decimal(int(part)) for part in (x.numerator, x.denominator)))}"

@lru_cache
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
        """weight log x: k log 2 + 2 artanh((y - 1)/(y + 1)), x = 2^k y."""
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

    def sums(self, divergence: str, which: int, x: list, q: list) -> tuple:
        """Bounds of the sum of d(x, q), or of d*(x; q) with which = 1."""
        pairs = [DIVERGENCES[divergence][which](self, a, b) for a, b in zip(x, q)]
        (low, high), whole = zip(*pairs), 1
        for ends in pairs:
            whole = whole if whole >> SUM else lcm(whole, *(end.denominator for end in ends))
        if whole >> SUM:  # an exact sum would be long
            low = [self.unit((end * (1 << self.bits)).__floor__()) for end in low]
            high = [self.unit((end * (1 << self.bits)).__ceil__()) for end in high]
        return sum(low), sum(high)

    def gain(self, rows: list, columns: list, limits: list) -> Any:
        """The first row with a product above its limit, and the column, if any."""
        for t, (row, limit) in enumerate(zip(rows, limits)):
            products = [sum(map(mul, row, column)) for column in columns]
            if max(products) > limit:
                return t, products.index(max(products))
        return None, None

def inside(slack: Any) -> Any:
    """A distance to a pole: past it values are infinite, though formulas may stay finite."""
    need(slack > 0, "a number lies where a logarithm, a divergence or its conjugate is infinite")
    return slack

DIVERGENCES = {  # bounds of d(p, q), and of its conjugate d*(s; q)
    "kl": (lambda by, p, q: by.log(p / q or q, p),
           lambda by, s, q: tuple(q * end - q for end in by.exp(s))),
    "l2": (lambda by, p, q: ((p - q) ** 2,) * 2,
           lambda by, s, q: (max(0, q + s / 2) ** 2 - q * q,) * 2),
    "chi2": (lambda by, p, q: ((p - q) ** 2 / q,) * 2,
             lambda by, s, q: (q * max(0, 1 + s / 2) ** 2 - q,) * 2),
    "forward-kl": (lambda by, p, q: by.log(q / inside(p), q),
                   lambda by, s, q: by.log(1 / inside(1 - s), q)),
    "hellinger": (lambda by, p, q: tuple(p + q - 2 * end for end in by.root(p * q)[::-1]),
                  lambda by, s, q: (q * s / inside(1 - s),) * 2),
    "jensen-shannon": (lambda by, p, q: tuple(a + b for a, b in zip(
                           by.log(2 * p / (p + q) or q, p / 2), by.log(2 * q / (p + q), q / 2))),
                       lambda by, s, q: by.log(1 / inside(2 - by.exp(2 * s)[1]), q / 2)),
}

def combined(w: Fields, weights: list) -> list:
    need(w.divergence in DIVERGENCES, f"divergence: {w.divergence!r} is unknown")
    sound = w.strength > 0 and min(w.sizes) >= 0 and min(w.reference) > 0
    need(sound, "strength, sizes or reference: not positive")
    in_domain(w.reference, "sum", "reference")
    return [dot(weights, column) for column in zip(*w.rewards)]

def social(w: Fields, sizes: list) -> list:
    need(w.rule == "social" and w.alpha is None, "rule: the payments are social welfare's")
    return combined(w, sizes)

def below(w: Fields, c: list, model: list) -> tuple:
    """Bounds of <c, model> - strength D, which is at most Phi(c)."""
    in_domain(model, "sum", "model")
    low, high = w.by.sums(w.divergence, 0, model, w.reference)
    return dot(c, model) - w.strength * high, dot(c, model) - w.strength * low

def above(w: Fields, c: list, multiplier: Any) -> Any:
    """A bound of Phi(c) from above, whatever the multiplier."""
    s = [(x - multiplier) / w.strength for x in c]
    return multiplier + w.strength * w.by.sums(w.divergence, 1, s, w.reference)[1]

def power(x: Any, exponent: Any, by: Integers) -> tuple:
    if not x:
        inside(exponent)
        return 0, 0
    low, high = sorted(exponent * end for end in by.log(inside(x)))
    return by.exp(low)[0], by.exp(high)[1]

def welfare(w: Fields, values: list) -> tuple:
    """G(v) and G_*(g) from below: the optimum of G(v) - strength D is at most Phi(g r) - G_*(g)."""
    alpha: Any = w.alpha
    total = conjugate = 0
    need((w.rule == "alpha") == (alpha is not None), "alpha: the rule alpha has one, others none")
    need(min(w.weights) >= 0, "weights: one is negative")
    if w.rule == "social":
        need(w.weights == w.sizes, "weights: those of social welfare are the sizes")
        return dot(w.sizes, values), 0
    if w.rule == "egalitarian":
        need(sum(w.weights) == 1, "weights: they do not sum to 1")
        return min(values), 0
    need(w.rule == "nash" or (w.rule == "alpha" and 0 < alpha != 1), "rule or alpha: unknown")
    need(min(map(min, w.rewards)) >= 0, "rewards: one is negative, where the rule has no welfare")
    for size, v, g in zip(w.sizes, values, w.weights):
        if size and w.rule == "nash":
            total += w.by.log(inside(v), size)[0]
            conjugate += size + w.by.log(inside(g / size), size)[0]
        elif size:
            ends = power(v, 1 - alpha, w.by), power(g / size, 1 - 1 / alpha, w.by)
            total += size * min(end / (1 - alpha) for end in ends[0])
            conjugate += size * min(end * alpha / (alpha - 1) for end in ends[1])
    return total, conjugate

def gap(w: Fields) -> str:
    c, zero = combined(w, w.weights), [0] * len(w.model)
    total, conjugate = welfare(w, [dot(row, w.model) for row in w.rewards])
    low, high = total + below(w, zero, w.model)[0], above(w, c, w.multiplier) - conjugate
    need(high - low <= w.gap, f"gap: the witness proves {shown(high - low, True)}")
    return (f"the model is within {shown(w.gap, True)} of the {w.rule} optimum, which lies in "
            f"[{shown(low)}, {shown(high, True)}]")

def incentive(w: Fields) -> str:
    c, moved = social(w, w.sizes), dot(w.sizes, w.radius)
    need(min(w.radius) >= 0, "radius: one is negative")
    low, high = below(w, c, w.model)
    proved = above(w, c, w.multiplier) - low + 2 * moved
    need(proved <= w.gap, f"gap: the witness proves {shown(proved, True)}")
    for i, size in enumerate(w.sizes):
        name, share = f"group {w.groups[i]!r}", [size * x for x in w.rewards[i]]
        least, most = below(w, [x - y for x, y in zip(c, share)], w.pivots[i])
        paid, lost = dot(share, w.model), most - low + 2 * moved - size * w.radius[i]
        need(w.payment_lower[i] <= least - high + paid, f"{name}: the payment may lie below")
        need(w.payment_upper[i] >= most - low + paid, f"{name}: the payment may lie above")
        need(lost <= w.participation_loss, f"{name}: may lose {shown(lost, True)} by truth")
    where = "every profile within the radii where these models stay" if moved else "this profile"
    return (f"at {where} no report in the continuum gains a group over {shown(w.gap, True)}, truth "
            f"costs none over {shown(max(0, w.participation_loss), True)}, and at the stated "
            "profile payments lie in their intervals")

def floor(w: Fields) -> str:
    i, size, summed = w.group, w.size, w.domain == "sum"
    need(0 <= i < len(w.groups) and size > 0, "group or size: no such group, or a size not above 0")
    c = social(w, [0 if k == i else x for k, x in enumerate(w.sizes)])
    in_domain(w.report, w.domain, "report")
    need(summed or len(w.models) == len(w.outcomes), "models: not one for each outcome's vertex")
    proved = min(below(w, c, model)[0] + size * (min(model) if summed else model[x])
                 for x, model in enumerate(w.models))  # a report's least value under its model
    need(w.lower <= proved, f"lower: the models prove {shown(proved)}")
    high = above(w, [x + size * r for x, r in zip(c, w.report)], w.multiplier)
    need(high <= w.upper, f"upper: the report proves {shown(high, True)}")
    return (f"welfare with group {w.groups[i]!r} at its worst type of the {w.domain} domain, of "
            f"the stated size or more, lies in [{shown(w.lower)}, {shown(w.upper, True)}]")

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

def valued(w: Fields, t: int, s: int) -> Any:
    """What type t's valuation is at report s, sizes counted."""
    return w.values[t][s] if w.form == "table" else dot(w.rows[t], w.allocations[s])

def read_types(w: Fields) -> None:
    need(len(w.types) <= TYPES, f"types: more than {TYPES}")
    if w.form == "types":
        need(min(w.sizes) >= 0, "sizes: one is negative")
        for row, offered in zip(w.rewards, w.allocations):
            in_domain(offered, "sum", "allocations")
            if w.domain != "any":
                in_domain(row, w.domain, "a type's rewards")
        w.rows = [[size * x for x in row] for size, row in zip(w.sizes, w.rewards)]
        need(len(set(map(tuple, w.rows))) == len(w.types), "types: one is listed twice")

def mean(w: Fields) -> Any:
    """The mean length of the cycle, in which each type may report the one before it."""
    sound = all(type(t) is int and 0 <= t < len(w.types) for t in w.cycle)
    need(sound and len(set(w.cycle)) == len(w.cycle) > 1, "cycle: not two or more distinct types")
    pairs = zip(w.cycle, w.cycle[-1:] + w.cycle)
    return sum(valued(w, t, t) - valued(w, t, s) for t, s in pairs) / len(w.cycle)

def not_implementable(w: Fields) -> str:
    read_types(w)
    need(mean(w) <= -w.gain < 0, "gain: not positive, or more than the cycle proves")
    return (f"under any payments some type of the cycle of {len(w.cycle)} through "
            f"{w.types[w.cycle[0]]!r} gains {shown(w.gain)} or more by reporting the one before it")

def gaining(w: Fields, limits: list) -> tuple:
    """A type and a report by which it gets more than its limit, or twice None."""
    if w.form == "table":
        nets = ([x - price for x, price in zip(row, w.payments)] for row in w.values)
        found = ((t, net.index(max(net))) for t, net in enumerate(nets) if max(net) > limits[t])
        return next(found, (None, None))
    a, rows = integers([[*row, -1] for row in w.rows])
    b, columns = integers([[*row, price] for row, price in zip(w.allocations, w.payments)])
    return w.by.gain(rows, columns, [(limit * a * b).__floor__() for limit in limits])

def implementable(w: Fields) -> str:
    read_types(w)
    utilities = [valued(w, t, t) - price for t, price in enumerate(w.payments)]
    need(w.epsilon >= 0, "epsilon: negative")
    t, s = gaining(w, [utility + w.epsilon for utility in utilities])
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
    placed: set[Any] = {None}
    for edge in w.tree:
        t, s = edge if isinstance(edge, list) and len(edge) == 2 else (-1, None)
        sound = type(t) is int and 0 <= t < len(utilities) and type(s) in (int, type(None))
        need(sound and t not in placed and s in placed, "tree: out of order, or not of types")
        other = w.participation if s is None else valued(w, t, s) - w.payments[s]
        need(utilities[t] == other, f"tree: the edge to type {w.types[t]!r} is not tight")
        placed.add(t)
    need(len(placed) == len(utilities) + 1, "tree: it does not reach every type")

SIGNED = {"<=": lambda x: x <= 0, ">=": lambda x: x >= 0, "==": lambda x: x == 0}
PROOFS = {"optimal": ["x", "y"], "infeasible": ["y"], "unbounded": ["x", "ray"]}

def lp(w: Fields) -> str:
    given = [name for name in ("x", "y", "ray") if getattr(w, name) is not None]
    need(PROOFS.get(w.status) == given, f"status: not {w.status!r}, by the vectors given")
    place = {name: j for j, name in enumerate(w.columns)}
    sound = all(isinstance(row, dict) and row.keys() <= place.keys() for row in w.A)
    need(sound and len(w.A) == len(w.rows), "A: not one object of columns for each row")
    sound = all(isinstance(sense, str) and sense in SIGNED for sense in w.senses)
    need(sound and len(w.senses) == len(w.rows), "senses: not <=, >= or == for each row")
    known = Fields(by=w.by, digits=DIGITS)  # longer numbers are for witnesses
    table = [[(place[j], number(x, "A", known)) for j, x in row.items()] for row in w.A]
    cost = w.c if w.minimize else [-x for x in w.c]
    for point, sides in ((w.x, w.b), (w.ray, [0] * len(w.b))):
        scale, (whole,) = integers([point or []])
        for k, row in enumerate(table if point else ()):
            over = sum(a * whole[j] for j, a in row) - sides[k] * scale
            need(SIGNED[w.senses[k]](over), f"row {w.rows[k]!r}: the point or ray misses it")
    if w.ray:
        need(dot(cost, w.ray) < 0, "ray: it does not improve the objective")
        return "the linear program is unbounded"
    signed = (sense == "==" or SIGNED[sense](y) for sense, y in zip(w.senses, w.y))
    need(all(signed), "y: a sign is wrong")
    scale, (prices,) = integers([w.y])
    rest = [x * scale if w.x else 0 for x in cost]
    for price, row in zip(prices, table):
        for j, a in row:
            rest[j] -= price * a
    need(not any(rest), "y: it does not add up to the objective")
    if w.x:
        need(dot(cost, w.x) == dot(w.b, w.y), "y: it does not prove that x is optimal")
        return f"the linear program's optimum is {shown(dot(w.c, w.x))}, attained at x"
    need(dot(w.b, w.y) > 0, "y: it does not prove that there is no point")
    return "the linear program has no feasible point"

TABLES, GAMES = ("table", "types"), ("game",)
KINDS = {  # what judges it, the forms of its problem, what it speaks of, its witness
    "implementable": (implementable, TABLES, "the listed types",
        "payments:types epsilon:number participation:number? tree:list? cycle:list?"),
    "not_implementable": (not_implementable, TABLES, "the listed types", "cycle:list gain:number"),
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

def check(problem: bytes, certificate: bytes, backend: Any = Integers) -> tuple:
    """Whether a certificate of a problem holds, and the claim in words, or the first fault."""
    try:
        p, c = parse(problem, "problem"), parse(certificate, "certificate")
        known = Fields(by=backend, digits=DIGITS)
        c = fields(c, "certificate", known,
                   "schema:word kind:word problem_sha256:word scope:word witness:object")
        need(c.schema == "mdsolve-certificate/1", "certificate: another schema")
        need(c.problem_sha256 == hashlib.sha256(problem).hexdigest(), "problem_sha256: another's")
        need(c.kind in KINDS, f"kind: {c.kind!r} is unknown")
        judge, forms, scope, spec = KINDS[c.kind]
        need(c.scope == scope, f"scope: a certificate of this kind speaks of {scope}")
        form: Any = p.get("form") if isinstance(p, dict) else None
        need(form in forms, "problem: not of the form that the kind speaks of")
        p = fields(p, "problem", known, "schema:word form:word " + FORMS[form])
        need(p.schema == "mdsolve-problem/1", "problem: another schema")
        p.by = backend(192 + min(1024, getattr(p, "strength", 0).__ceil__().bit_length()))
        p.digits = LONG if c.kind == "lp" else DIGITS
        return True, judge(fields(c.witness, "witness", p, spec))
    except Rejected as error:
        return False, str(error)

def main(arguments: list, backend: Any = Integers) -> int:
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
