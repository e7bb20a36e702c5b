"""False and malformed certificates, made from the true ones of certificate_cases.py.

Two makers: `spoiled` walks both files and puts into every place, one at a time, what may not stand
there; FALSE is a list of claims that are well written and false, each with the words of its
refusal. Certificates are bound anew to what they speak of: none is refused for its hash alone.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from certificate_cases import REFERENCE, Case, F, cases, fractions, rows

CASES = {case.name: case for case in cases()}

NUMBERS = {  # each is no number in canonical form
    "unreduced": "2/4",
    "leading zero": "01",
    "plus": "+1",
    "negative zero": "-0",
    "over zero": "1/0",
    "over a negative": "1/-2",
    "over one": "7/1",
    "zero over two": "0/2",
    "two slashes": "1/2/3",
    "no denominator": "1/",
    "no numerator": "/2",
    "scientific": "1e999",
    "hexadecimal": "0x10",
    "decimal": "0.5",
    "grouped": "1_000",
    "not a number": "NaN",
    "infinity": "Infinity",
    "full-width": "\uff11",
    "arabic-indic": "\u0663",
    "superscript": "\u00b2",
    "newline": "1\n",
    "space": " 1",
    "null byte": "1\0",
    "two signs": "--1",
    "empty": "",
    "sign alone": "-",
    "long": "9" * 20_001,
    "long below": "1/" + "9" * 20_001,
}
THINGS = {
    "integer": 1,
    "float": 1.5,
    "true": True,
    "false": False,
    "empty list": [],
    "empty object": {},
    "list in list": [[]],
    "nested": [[[[["1"]]]]],
    "object": {"1": "1"},
}
WORDS = {
    "empty": "",
    "unknown": "unknown",
    "space": "{} ",
    "capitals": "{:.0}ZZ",
    "bell": "{}\a",
    "clear screen": "\x1b[2J{}",
    "right to left": "\u202e{}",
    "lone surrogate": "\ud800",
    "long": "x" * 100_000,
}
LABELS = {"groups", "outcomes", "types", "entries", "rows", "columns"}
RENAMED = {"unknown", "space", "capitals"}
OPTIONAL = {"participation", "tree", "cycle", "alpha", "x", "y", "ray"}  # null may stand there


class Attack(NamedTuple):
    name: str
    problem: bytes
    certificate: bytes


def bound(problem: Any, certificate: Any) -> tuple[bytes, bytes]:
    """Write both files, the certificate with the problem's hash unless that is what is spoiled."""
    data = json.dumps(problem).encode("utf-8", "surrogatepass")
    if isinstance(certificate, dict) and certificate.get("problem_sha256") == "":
        certificate = {**certificate, "problem_sha256": hashlib.sha256(data).hexdigest()}
    return data, json.dumps(certificate).encode("utf-8", "surrogatepass")


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Where a value stands, and all that it holds."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def get(root: Any, path: tuple) -> Any:
    for key in path:
        root = root[key]
    return root


def put(root: Any, path: tuple, value: Any) -> Any:
    """A copy of the root with another value in a place."""
    if not path:
        return value
    root = copy.deepcopy(root)
    get(root, path[:-1])[path[-1]] = value
    return root


def replacements(value: Any, path: tuple) -> Iterator[tuple[str, Any]]:
    """What no rule of the format lets stand in place of a value."""
    things = {name: thing for name, thing in THINGS.items() if type(thing) is not type(value)}
    field = path[-1] if path else None
    if value is not None and field not in OPTIONAL:
        things["null"] = None
    if isinstance(value, dict):
        things["a field more"] = {**value, "extra": "1"}
        for key in value:
            things[f"no {key}"] = {name: value[name] for name in value if name != key}
        if len(path) > 1 and path[-2] == "A":  # a sparse row: other columns make another program
            things = {k: v for k, v in things.items() if not k.startswith("no ")}
    elif isinstance(value, list):
        things["one less"], things["one more"] = value[:-1], [*value, *value[-1:]]
        things["in a list"], things["in an object"] = [value], {"0": value}
        things["text"] = json.dumps(value)
        if field == "models":
            things["a number"] = "1"
    elif isinstance(value, str):
        is_number = value.strip("-0123456789/") == "" and value
        words = NUMBERS if is_number else WORDS
        if is_number and isinstance(field, int) and field:  # after the first entry of a row, a few
            words = {name: NUMBERS[name] for name in ("unreduced", "newline", "decimal")}
        if len(path) == 2 and path[0] in LABELS:  # renamed, the claim speaks of another problem
            words = {name: WORDS[name] for name in WORDS if name not in RENAMED}
        things |= {name: word.format(value) for name, word in words.items()}
    elif isinstance(value, int) and not isinstance(value, bool):
        things |= {"negative": -1, "far": 10**6, "huge": 10**4000, "text": str(value)}
        things["as a float"] = float(value)
    yield from things.items()


def spoiled(case: Case) -> Iterator[Attack]:
    """Every place of both files of a case, spoiled in every way."""
    problem, certificate = case.parsed()
    certificate["problem_sha256"] = ""
    for root, name in ((problem, "problem"), (certificate, "certificate")):
        for path in places(root):
            if path[-1:] == ("problem_sha256",):
                continue
            for how, value in replacements(get(root, path), path):
                other = put(root, path, value)
                pair = (other, certificate) if root is problem else (problem, other)
                where = ".".join(map(str, (name, *path)))
                yield Attack(f"{case.name}: {where}: {how}", *bound(*pair))


def changed(case: Case) -> Iterator[Attack]:
    """Every figure of the witness a little or much higher, lower, or turned."""
    problem, certificate = case.parsed()
    certificate["problem_sha256"] = ""
    for path in places(certificate["witness"]):
        value = get(certificate["witness"], path)
        if not isinstance(value, str) or (case.kind == "lp" and path == ("status",)):
            continue
        x, ways = F(value), {"up": 1, "down": -1}
        if not {"num", "den"} & set(path):
            ways |= {"a little up": F(1, 10**40), "a little down": -F(1, 10**40)}
        for how, y in [("turned", -x), *((how, x + step) for how, step in ways.items())]:
            if y != x:
                spoiled = put(certificate, ("witness", *path), str(y))
                where = ".".join(map(str, path))
                yield Attack(f"{case.name} {where} {how}", *bound(problem, spoiled))


EASIER = {  # which of `changed` are true all the same, and why
    "a wider claim": """gap-l2-exact gap up, gap-l2-exact gap a little up, gap-chi2-exact gap up,
        gap-chi2-exact gap a little up, incentive gap up, incentive gap a little up,
        incentive-radius gap up, incentive-radius gap a little up, incentive participation_loss up,
        incentive participation_loss turned, incentive participation_loss a little up,
        incentive-radius participation_loss up, incentive-radius participation_loss a little up,
        floor-sum upper up, floor-sum upper a little up, floor-sum lower down,
        floor-sum lower turned, floor-sum lower a little down, floor-max upper up,
        floor-max upper a little up, floor-max lower down, floor-max lower turned,
        floor-max lower a little down, table-slack participation down,
        table-slack participation turned, table-slack participation a little down,
        table-refuted gain a little down, types-refuted gain a little down""",
    "a wider interval of payments, all of which are positive": """
        incentive payment_lower.den up, incentive payment_lower.num.0 down,
        incentive payment_lower.num.0 turned, incentive payment_lower.num.1 turned,
        incentive payment_upper.den down, incentive payment_upper.num.0 up,
        incentive-radius payment_lower.den up, incentive-radius payment_lower.num.0 down,
        incentive-radius payment_lower.num.0 turned, incentive-radius payment_lower.num.1 turned,
        incentive-radius payment_upper.den down, incentive-radius payment_upper.num.0 up""",
    "a smaller ball of profiles": "incentive-radius radius.den up, "
    "incentive-radius radius.num.1 down",
    "a multiplier nearer to the best": "floor-sum multiplier a little up, "
    "floor-max multiplier a little up",
    "a shorter ray in the same direction": "lp-infeasible y.den up, lp-unbounded ray.den up",
}
STILL_TRUE = {  # which of `spoiled` are true all the same, and why
    "floor-sum: certificate.witness.models.num: one more": "every model bounds a sum, twice too",
    "types-refuted: certificate.witness.cycle: one less": "the shorter cycle is as bad on average",
}
TIGHT = [  # the cases whose figures all are as small, or as large, as they can be
    name
    for name in CASES
    if (
        not name.startswith(("gap", "types-max", "types-any", "types-absent", "table-plain"))
        and not name.endswith("-kl")
    )
    or name in ("gap-l2-exact", "gap-chi2-exact")
]
WHOLE = [  # one of every form, kind and optional field, for the attacks that try every place
    "gap-chi2-exact", "gap-alpha-half", "incentive-radius", "floor-sum", "floor-max", "menu-tie",
    "table-longest", "table-slack", "table-refuted", "types-sum", "types-refuted", "lp-least",
    "lp-infeasible", "lp-unbounded",
]  # fmt: skip


def one(x: int, n: int = 3) -> list[F]:
    """A vertex of the simplex."""
    return [F(int(k == x)) for k in range(n)]


def cheaper(case: Case) -> dict[str, Any]:
    """Charge a little less where another type has no reason to go, until now."""
    parent = next(s for _, s in case.witness["tree"] if s is not None)
    payments = list(case.witness["payments"])
    payments[parent] -= F(1, 1000)
    return {"payments": payments, "tree": None, "participation": None}


SLIGHTLY_CHEAPER = cheaper(CASES["types-sum"])
FALSE: list[tuple[str, str, dict, dict, str]] = [  # family, case, problem, witness, words
    # gaps: multipliers outside the conjugate's domain, though the formula is finite there
    ("gaps", "gap-hellinger-1/8", {}, {"multiplier": F(1)}, "infinite"),
    ("gaps", "gap-hellinger-1/8", {}, {"multiplier": F(1), "gap": F(10**9)}, "infinite"),
    ("gaps", "gap-hellinger-5", {}, {"multiplier": F(-37, 10)}, "infinite"),
    ("gaps", "gap-hellinger-5", {}, {"multiplier": F(-100), "gap": F(10**9)}, "infinite"),
    ("gaps", "gap-forward-kl-5", {}, {"multiplier": F(-37, 10)}, "infinite"),
    ("gaps", "gap-forward-kl-1/8", {}, {"multiplier": F(0), "gap": F(10**9)}, "infinite"),
    ("gaps", "gap-jensen-shannon-5", {}, {"multiplier": F(-1, 2), "gap": F(99)}, "infinite"),
    ("gaps", "gap-jensen-shannon-1/8", {}, {"multiplier": F(0), "gap": F(10**9)}, "infinite"),
    ("gaps", "gap-jensen-shannon-5", {}, {"multiplier": -F(10**40), "gap": F(99)}, "out of range"),
    # multipliers that prove too little
    ("gaps", "gap-kl-5", {}, {"multiplier": F(1)}, "gap: the witness proves"),
    ("gaps", "gap-kl-1/8", {}, {"multiplier": F(2)}, "gap: the witness proves"),
    ("gaps", "gap-l2-5", {}, {"multiplier": F(2)}, "gap: the witness proves"),
    ("gaps", "gap-hellinger-5", {}, {"multiplier": F(10**40)}, "gap: the witness proves"),
    ("gaps", "gap-chi2-exact", {}, {"multiplier": F(-(10**40))}, "gap: the witness proves"),
    ("gaps", "gap-kl-5", {}, {"multiplier": -F(10**40)}, "exponent is out of range"),
    ("gaps", "gap-kl-5", {}, {"multiplier": -F(10**1000), "gap": F(10**1100)}, "out of range"),
    ("gaps", "gap-kl-5", {"strength": F(1, 10**40)}, {"multiplier": F(1)}, "out of range"),
    ("gaps", "gap-kl-5", {"strength": F(10**40)}, {}, "gap: the witness proves"),
    ("gaps", "gap-kl-5", {"strength": F(10**1000)}, {}, "gap: the witness proves"),
    ("gaps", "gap-l2-exact", {}, {"gap": F(-1)}, "gap: the witness proves 0"),
    # models off the simplex, or of infinite divergence
    ("gaps", "gap-l2-exact", {}, {"model": fractions("1/2 1/3 1/3")}, "sum is not 1"),
    ("gaps", "gap-l2-exact", {}, {"model": fractions("1/2 1/3 0")}, "sum is not 1"),
    ("gaps", "gap-l2-exact", {}, {"model": fractions("0 0 0")}, "sum is not 1"),
    ("gaps", "gap-l2-exact", {}, {"model": fractions("3/2 0 -1/2")}, "negative"),
    ("gaps", "gap-kl-5", {}, {"model": fractions("3/2 0 -1/2"), "gap": F(9)}, "negative"),
    ("gaps", "gap-hellinger-5", {}, {"model": fractions("3/2 0 -1/2"), "gap": F(9)}, "negative"),
    ("gaps", "gap-forward-kl-5", {}, {"model": one(0), "gap": F(10**9)}, "infinite"),
    ("gaps", "gap-l2-exact", {}, {"model": fractions("1/2 1/2")}, "not of shape"),
    ("gaps", "gap-l2-exact", {}, {"model": fractions("1/2 1/4 1/4 0")}, "not of shape"),
    ("gaps", "gap-l2-exact", {}, {"weights": fractions("2 1 0")}, "not of shape"),
    # the problem
    ("gaps", "gap-l2-exact", {"strength": F(0)}, {}, "not positive"),
    ("gaps", "gap-l2-exact", {"strength": F(-5)}, {}, "not positive"),
    ("gaps", "gap-l2-exact", {"strength": -F(10**1000)}, {}, "not positive"),
    ("gaps", "gap-l2-exact", {"sizes": fractions("-2 1")}, {}, "not positive"),
    ("gaps", "gap-l2-exact", {"sizes": fractions("2 -1")}, {}, "not positive"),
    ("gaps", "gap-l2-exact", {"reference": fractions("1/2 1/2 0")}, {}, "not positive"),
    ("gaps", "gap-kl-5", {"reference": fractions("0 1/2 1/2")}, {"gap": F(99)}, "not positive"),
    ("gaps", "gap-l2-exact", {"reference": fractions("1/2 2/3 -1/6")}, {}, "not positive"),
    ("gaps", "gap-l2-exact", {"reference": fractions("1/2 1/3 1/3")}, {"gap": F(9)}, "is not 1"),
    ("gaps", "gap-l2-exact", {"reference": fractions("1/2 1/3 1/7")}, {"gap": F(9)}, "is not 1"),
    ("gaps", "gap-l2-exact", {"divergence": "total-variation"}, {},
     "divergence: 'total-variation'"),
    ("gaps", "gap-l2-exact", {"divergence": "chi2"}, {}, "gap: the witness proves"),
    ("gaps", "gap-chi2-exact", {"divergence": "l2"}, {}, "gap: the witness proves"),
    ("gaps", "gap-kl-5", {"divergence": "forward-kl"}, {}, "gap: the witness proves"),
    ("gaps", "gap-forward-kl-5", {"divergence": "hellinger"}, {}, "gap: the witness proves"),
    ("gaps", "gap-hellinger-5", {"divergence": "jensen-shannon"}, {}, "gap: the witness proves"),
    # training rules
    ("rules", "gap-l2-exact", {"rule": "utilitarian"}, {}, "rule or alpha"),
    ("rules", "gap-l2-exact", {"alpha": F(1, 2)}, {}, "alpha: the rule alpha has one"),
    ("rules", "gap-nash", {"alpha": F(1)}, {}, "alpha: the rule alpha has one"),
    ("rules", "gap-egalitarian", {"alpha": F(0)}, {}, "alpha: the rule alpha has one"),
    ("rules", "gap-alpha-half", {"alpha": None}, {}, "alpha: the rule alpha has one"),
    ("rules", "gap-alpha-half", {"alpha": F(1)}, {}, "rule or alpha"),
    ("rules", "gap-alpha-half", {"alpha": F(0)}, {}, "rule or alpha"),
    ("rules", "gap-alpha-half", {"alpha": F(-1, 2)}, {"gap": F(99)}, "rule or alpha"),
    ("rules", "gap-alpha-half", {"alpha": F(2, 3)}, {}, "gap: the witness proves"),
    ("rules", "gap-alpha-more", {"alpha": F(2)}, {}, "gap: the witness proves"),
    ("rules", "gap-alpha-half", {"rule": "nash", "alpha": None}, {}, "gap: the witness proves"),
    ("rules", "gap-nash", {"rule": "egalitarian"}, {"gap": F(99)}, "do not sum to 1"),
    ("rules", "gap-nash", {"rule": "social"}, {"gap": F(99)}, "those of social welfare"),
    ("rules", "gap-l2-exact", {}, {"weights": fractions("1 2"), "gap": F(99)}, "social welfare"),
    ("rules", "gap-l2-exact", {}, {"weights": fractions("-2 1"), "gap": F(99)}, "negative"),
    ("rules", "gap-egalitarian", {}, {"weights": fractions("1/2 1/3"), "gap": F(9)}, "sum to 1"),
    ("rules", "gap-egalitarian", {}, {"weights": fractions("3/2 -1/2"), "gap": F(9)}, "negative"),
    ("rules", "gap-nash", {}, {"weights": fractions("0 3"), "gap": F(99)}, "infinite"),
    ("rules", "gap-nash", {}, {"weights": fractions("-1 3"), "gap": F(99)}, "negative"),
    ("rules", "gap-alpha-half", {}, {"weights": fractions("0 3"), "gap": F(99)}, "infinite"),
    ("rules", "gap-alpha-more", {}, {"weights": fractions("-1 3"), "gap": F(99)}, "negative"),
    ("rules", "gap-nash", {"rewards": rows("1 0 0", "0 0 -1")}, {"gap": F(99)}, "rewards: one"),
    ("rules", "gap-alpha-half", {"rewards": rows("-1 2 3", "1 1 1")}, {"gap": F(99)},
     "rewards: one"),
    ("rules", "gap-nash", {"rewards": rows("0 1 1", "1 1 1")}, {"model": one(0)}, "infinite"),
    ("rules", "gap-alpha-more", {"rewards": rows("0 1 1", "1 1 1")}, {"model": one(0)}, "infinite"),
    # incentives
    ("incentive", "incentive", {"rule": "nash"}, {}, "social welfare's"),
    ("incentive", "incentive", {"alpha": F(0)}, {}, "social welfare's"),
    ("incentive", "incentive", {}, {"gap": F(-1, 10**300)}, "gap: the witness proves 0"),
    ("incentive", "incentive", {}, {"multiplier": F(0)}, "gap: the witness proves"),
    ("incentive", "incentive", {}, {"model": REFERENCE}, "gap: the witness proves"),
    ("incentive", "incentive", {}, {"radius": fractions("0 1/100")}, "gap: the witness proves"),
    ("incentive", "incentive", {}, {"radius": fractions("-1 1/100"), "gap": F(9)}, "radius"),
    ("incentive", "incentive", {}, {"radius": fractions("0 -1/100")}, "radius: one is negative"),
    ("incentive", "incentive-radius", {}, {"radius": fractions("1/10 1/6")}, "gap: the witness"),
    ("incentive", "incentive", {}, {"pivots": rows("1/2 1/3 1/3", "1/2 1/3 1/6")}, "is not 1"),
    ("incentive", "incentive", {}, {"pivots": rows("3/2 0 -1/2", "1/2 1/2 0")}, "negative"),
    ("incentive", "incentive", {}, {"pivots": [REFERENCE] * 2},
     "'short': the payment may lie below"),
    ("incentive", "incentive", {}, {"pivots": [REFERENCE]}, "not of shape"),
    ("incentive", "incentive", {}, {"payment_lower": fractions("9 0")}, "'short': the payment may"),
    ("incentive", "incentive", {}, {"payment_lower": fractions("0 9")}, "'kind': the payment may"),
    ("incentive", "incentive", {}, {"payment_upper": fractions("0 9")}, "'short': the payment may"),
    ("incentive", "incentive", {}, {"payment_upper": fractions("9 0")}, "'kind': the payment may"),
    ("incentive", "incentive", {}, {"participation_loss": F(-1)}, "may lose"),
    ("incentive", "incentive-radius", {}, {"participation_loss": F(0)}, "may lose"),
    ("incentive", "incentive", {"sizes": fractions("2 -1")}, {}, "not positive"),
    ("incentive", "incentive", {"strength": F(0)}, {}, "not positive"),
    # floors
    ("floor", "floor-sum", {"rule": "nash"}, {}, "social welfare's"),
    ("floor", "floor-sum", {"alpha": F(1)}, {}, "social welfare's"),
    ("floor", "floor-sum", {"group": 2}, {}, "no such group"),
    ("floor", "floor-sum", {"group": -1}, {}, "no such group"),
    ("floor", "floor-sum", {"group": 1}, {}, "upper: the report proves"),
    ("floor", "floor-sum", {"size": F(0)}, {"lower": F(-9)}, "not above 0"),
    ("floor", "floor-sum", {"size": F(-1)}, {"lower": F(-9)}, "not above 0"),
    ("floor", "floor-sum", {"size": F(1)}, {}, "lower: the models prove"),
    ("floor", "floor-sum", {"size": F(2)}, {}, "upper: the report proves"),
    ("floor", "floor-sum", {"domain": "max"}, {}, "report"),
    ("floor", "floor-sum", {"domain": "any"}, {}, "domain: 'any' is unknown"),
    ("floor", "floor-sum", {"domain": "none"}, {}, "domain: 'none' is unknown"),
    ("floor", "floor-sum", {}, {"report": fractions("1 1/4 -1/4")}, "negative"),
    ("floor", "floor-sum", {}, {"report": fractions("0 0 0")}, "is not 1"),
    ("floor", "floor-sum", {}, {"models": rows("2/5 1/3 1/3")}, "is not 1"),
    ("floor", "floor-sum", {}, {"models": rows("1/3 1/3 1/3", "9/10 1/20 1/20")}, "lower: the"),
    ("floor", "floor-max", {}, {"models": rows("2/3 1/6 1/6")}, "not one for each"),
    ("floor", "floor-max", {}, {"models": rows("2/3 1/6 1/6", "1/4 1/2 1/4")}, "not one for each"),
    ("floor", "floor-max", {}, {"models": [REFERENCE] * 4, "lower": F(-9)}, "not one for each"),
    ("floor", "floor-max", {}, {"models": rows("2/3 1/6 1/6") * 3}, "lower: the models prove"),
    ("floor", "floor-max", {}, {"report": fractions("1/2 1/2 1/2")}, "the max is not 1"),
    ("floor", "floor-max", {}, {"report": fractions("2 0 1")}, "the max is not 1"),
    ("floor", "floor-max", {}, {"report": fractions("1 -1 0"), "upper": F(99)}, "negative"),
    ("floor", "floor-max", {"domain": "sum"}, {"lower": F(1)}, "lower: the models prove"),
    ("floor", "floor-sum", {}, {"models": {"den": "1", "num": []}}, "not of shape"),
    # refusals state what is proved, rounded so that stating it would do
    ("incentive", "incentive-radius", {}, {"gap": F(0)}, "gap: the witness proves 0.685714286"),
    ("incentive", "incentive-radius", {}, {"participation_loss": F(0)}, "may lose 0.273857143"),
    ("floor", "floor-sum", {}, {"lower": F(1)}, "lower: the models prove 0.613333333"),
    ("floor", "floor-sum", {}, {"upper": F(0)}, "upper: the report proves 0.663395834"),
    ("gaps", "gap-corner-l2", {}, {"gap": F(1)}, "gap: the witness proves 1.74827778"),
    ("types", "types-sum", {}, SLIGHTLY_CHEAPER, "gains over epsilon"),
    # menus
    ("menu", "menu", {"sizes": fractions("-1/2 1")}, {}, "sizes: one is negative"),
    ("menu", "menu", {"sizes": fractions("2 -1/10")}, {}, "sizes: one is negative"),
    ("types", "types-any", {"sizes": fractions("1 2 1 -1/2")}, {}, "sizes: one is negative"),
    ("gaps", "gap-corner-l2", {"sizes": fractions("2 -1/2")}, {}, "not positive"),
    ("gaps", "gap-corner-l2", {"strength": F(-1, 2)}, {}, "not positive"),
    ("incentive", "incentive", {}, {"gap": F(-1, 2)}, "gap: the witness proves 0"),
    ("rules", "gap-alpha-half", {"rewards": rows("-1/2 2 3", "1 1 1")}, {"gap": F(99)},
     "rewards: one"),
    ("types", "table-plain", {}, {"epsilon": F(-1, 2)}, "epsilon: negative"),
    ("cycles", "table-refuted", {"values": rows("3/2 1", "1 1")}, {"gain": F(-1, 4)}, "gain: not"),
    ("menu", "menu", {"groups": []}, {}, "not 1 to 100000 labels"),
    ("menu", "menu", {}, {"choice": 1}, "choice: entry 'entry 0'"),
    ("menu", "menu", {}, {"choice": -2}, "choice: entry 'entry 0'"),
    ("menu", "menu", {}, {"payments": fractions("0 1")}, "'short': the payment is not 1"),
    ("menu", "menu", {}, {"payments": fractions("1 1")}, "'kind': the payment is not 0"),
    ("menu", "menu", {"boosts": fractions("0 9")}, {}, "choice: entry 'entry 1'"),
    ("menu", "menu", {"sizes": fractions("-2 1")}, {}, "sizes: one is negative"),
    ("menu", "menu-tie", {}, {"choice": 1}, "choice: entry 'entry 0'"),
    ("menu", "menu-tie", {}, {"choice": 2}, "choice: entry 'entry 0'"),
    ("menu", "menu-tie", {}, {"payments": fractions("0 0")}, "'kind': the payment is not 1"),
    # types: a violation at the first or the last type alone, and what is no type
    ("types", "table-plain", {}, {"payments": fractions("3 3 6")}, "'low' gains over epsilon"),
    ("types", "table-plain", {}, {"payments": fractions("1 3 7")}, "'high' gains over epsilon"),
    ("types", "table-plain", {}, {"payments": fractions("1 9 6")}, "'middle' gains over epsilon"),
    ("types", "table-plain", {"values": rows("1 2 9", "2 4 6", "3 6 9")}, {}, "reporting 'high'"),
    ("types", "table-plain", {"values": rows("1 2 3", "2 4 6", "9 6 9")}, {}, "reporting 'low'"),
    ("types", "table-plain", {}, {"epsilon": F(-1)}, "epsilon: negative"),
    ("types", "table-plain", {}, {"participation": F(1)}, "participation: some type gets less"),
    ("types", "table-plain", {}, {"payments": fractions("1 3")}, "not of shape"),
    ("types", "table-plain", {"values": rows("1 2", "2 4")}, {}, "not of shape"),
    ("types", "table-plain", {"types": ["low", "low", "high"]}, {}, "a label twice"),
    ("types", "table-slack", {}, {"epsilon": F(999999, 1000000)}, "gains over epsilon"),
    ("types", "table-slack", {}, {"epsilon": F(2)}, "cycle: other payments may leave less"),
    ("types", "types-sum", {},
     {"epsilon": F(1, 10**9), "tree": None, "payments": fractions("0 1 0 0")},
     "gains over epsilon"),
    ("types", "types-any", {}, {"epsilon": F(0)}, "gains over epsilon"),
    ("types", "types-max", {}, {"epsilon": F(46, 100)}, "'c' gains over epsilon"),
    ("types", "types-max", {"domain": "sum"}, {}, "sum is not 1"),
    ("types", "types-any", {"domain": "max"}, {}, "negative"),
    ("types", "types-sum", {"domain": "half"}, {}, "domain: 'half' is unknown"),
    ("types", "types-sum", {"sizes": fractions("1 2 1 -3")}, {}, "sizes: one is negative"),
    ("types", "types-sum", {"sizes": fractions("-1 2 1 3")}, {}, "sizes: one is negative"),
    ("types", "types-sum", {"rewards": rows("1 0 0", "0 1 0", "0 1/2 1/2", "2 -1 0")}, {},
     "negative"),
    ("types", "types-sum", {"rewards": rows("1 1 0", "0 1 0", "0 1/2 1/2", "0 0 1")}, {},
     "is not 1"),
    ("types", "types-sum", {"sizes": fractions("1 1 1 1"),
     "rewards": rows("1 0 0", "0 1 0", "0 0 1", "1 0 0")}, {}, "listed twice"),
    ("types", "types-sum", {"allocations": rows("1 0 0", "0 1 0", "0 0 1", "1 1 -1")}, {},
     "negative"),
    ("types", "types-sum", {"allocations": rows("1 0 0", "0 1 0", "0 0 1", "1 1 0")}, {},
     "is not 1"),
    ("types", "types-sum", {"allocations": rows("0 0 0", "0 1 0", "0 0 1", "1 0 0")}, {},
     "is not 1"),
    # trees
    ("trees", "table-longest", {}, {"tree": []}, "does not reach every type"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [1, 0]]}, "does not reach every type"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [1, 1], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [2, 1], [1, 0]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [1, 2], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [1, 0], [2, 1], [1, 0]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [1, 0], [2, 0]]}, "'high' is not tight"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [1, None], [2, 1]]},
     "'middle' is not tight"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [1, -3], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [-2, 0], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [1, 0], [3, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [True, 0], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [1, False], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [1, 0.0], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [1, [0]], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], ["1", 0], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [1, 0, 0], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], [1], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[0, None], "10", [2, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"tree": [[None, 0], [1, 0], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {}, {"participation": None}, "tree: not with these claims"),
    ("trees", "table-longest", {}, {"epsilon": F(1)}, "tree: not with these claims"),
    ("trees", "table-longest", {}, {"payments": fractions("0 2 5")}, "'low' is not tight"),
    # a cycle of edges that all are tight, and rests on no payment: charged less, truth stays best
    ("trees", "table-longest", {"values": rows("1 1 1", "2 2 2", "3 3 3")},
     {"payments": fractions("0 0 0"), "tree": [[0, 1], [1, 0], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {"values": rows("1 1 1", "2 2 2", "3 3 3")},
     {"payments": fractions("0 0 0"), "tree": [[0, 2], [1, 0], [2, 1]]}, "out of order"),
    ("trees", "table-longest", {"values": rows("1 1 1", "2 2 2", "3 3 3")},
     {"payments": fractions("0 0 0"), "tree": [[0, 0], [1, 1], [2, 2]]}, "out of order"),
    # cycles
    ("cycles", "table-refuted", {}, {"cycle": []}, "not two or more distinct types"),
    ("cycles", "table-refuted", {}, {"cycle": [0]}, "not two or more distinct types"),
    ("cycles", "table-refuted", {}, {"cycle": [0, 0]}, "not two or more distinct types"),
    ("cycles", "table-refuted", {}, {"cycle": [0, 1, 0]}, "not two or more distinct types"),
    ("cycles", "table-refuted", {}, {"cycle": [0, 1, 0, 1]}, "not two or more distinct types"),
    ("cycles", "table-refuted", {}, {"cycle": [0, 2]}, "not two or more distinct types"),
    ("cycles", "table-refuted", {}, {"cycle": [0, -1]}, "not two or more distinct types"),
    ("cycles", "table-refuted", {}, {"cycle": [0, True]}, "not two or more distinct types"),
    ("cycles", "table-refuted", {}, {"cycle": ["0", "1"]}, "not two or more distinct types"),
    ("cycles", "table-refuted", {}, {"cycle": [0, 1.0]}, "not two or more distinct types"),
    ("cycles", "table-refuted", {}, {"cycle": [[0], [1]]}, "not two or more distinct types"),
    ("cycles", "table-refuted", {}, {"cycle": [0, 10**4000]}, "not two or more distinct types"),
    ("cycles", "table-refuted", {}, {"cycle": [k * (2**61 - 1) for k in range(9_999)]}, "distinct"),
    ("cycles", "table-refuted", {}, {"gain": F(1000001, 1000000)}, "gain: not positive, or more"),
    ("cycles", "table-refuted", {}, {"gain": F(2)}, "gain: not positive, or more"),
    ("cycles", "table-refuted", {}, {"gain": F(0)}, "gain: not positive, or more"),
    ("cycles", "table-refuted", {}, {"gain": F(-1)}, "gain: not positive, or more"),
    ("cycles", "table-refuted", {"values": rows("1 1", "1 1")}, {"gain": F(0)}, "gain: not"),
    ("cycles", "table-refuted", {"values": rows("1 1", "1 1")}, {"gain": F(1, 10**300)},
     "gain: not"),
    ("cycles", "table-refuted", {"values": rows("2 1", "1 2")}, {}, "gain: not positive, or more"),
    ("cycles", "types-refuted", {}, {"cycle": [3, 2, 1, 0]}, "gain: not positive, or more"),
    ("cycles", "types-refuted", {}, {"cycle": [0, 1, 2, 4]}, "not two or more distinct types"),
    ("cycles", "table-slack", {}, {"cycle": [0]}, "not two or more distinct types"),
    ("cycles", "table-slack", {}, {"cycle": [0, 0]}, "not two or more distinct types"),
    # programs
    ("lp", "lp-least", {}, {"status": "infeasible"}, "status: not 'infeasible'"),
    ("lp", "lp-least", {}, {"status": "unbounded"}, "status: not 'unbounded'"),
    ("lp", "lp-least", {}, {"status": "Optimal"}, "status: not 'Optimal'"),
    ("lp", "lp-least", {}, {"y": None}, "status: not 'optimal'"),
    ("lp", "lp-least", {}, {"x": None}, "status: not 'optimal'"),
    ("lp", "lp-least", {}, {"ray": fractions("1 1")}, "status: not 'optimal'"),
    ("lp", "lp-unbounded", {}, {"x": None}, "status: not 'unbounded'"),
    ("lp", "lp-infeasible", {}, {"y": None}, "status: not 'infeasible'"),
    ("lp", "lp-least", {"minimize": False}, {}, "does not add up"),
    ("lp", "lp-most", {"minimize": True}, {}, "does not add up"),
    ("lp", "lp-least", {}, {"y": fractions("2 1/3 0 0")}, "y: a sign is wrong"),
    ("lp", "lp-least", {}, {"y": fractions("1 0 0 1/2")}, "x is optimal"),
    ("lp", "lp-least", {}, {"y": fractions("4 0 -3 -1")}, "y: a sign is wrong"),
    ("lp", "lp-least", {}, {"y": fractions("0 0 0 0")}, "does not add up"),
    ("lp", "lp-least", {}, {"x": fractions("0 4")}, "x is optimal"),
    ("lp", "lp-least", {}, {"x": fractions("1 1")}, "row 'r'"),
    ("lp", "lp-least", {}, {"x": fractions("3 -2")}, "row 's'"),
    ("lp", "lp-least", {}, {"x": fractions("-1 6")}, "row 'lx'"),
    ("lp", "lp-most", {"b": fractions("2 9 0 0")}, {"x": fractions("3 -2")}, "row 'ly'"),
    ("lp", "lp-least", {"senses": ["<=", "<=", ">=", ">="]}, {}, "y: a sign is wrong"),
    ("lp", "lp-least", {"senses": ["==", ">=", ">=", ">="]}, {}, "y: a sign is wrong"),
    ("lp", "lp-least", {"senses": ["==", "<=", "<=", ">="]}, {}, "row 'lx'"),
    ("lp", "lp-least", {"senses": ["==", "<=", ">="]}, {}, "senses: not"),
    ("lp", "lp-least", {"senses": ["=", "<=", ">=", ">="]}, {}, "senses: not"),
    ("lp", "lp-least", {"senses": [["=="], "<=", ">=", ">="]}, {}, "senses: not"),
    ("lp", "lp-least", {"senses": [None, "<=", ">=", ">="]}, {}, "senses: not"),
    ("lp", "lp-least", {"columns": ["x", "x"]}, {}, "a label twice"),
    ("lp", "lp-least", {"columns": ["x", "z"]}, {}, "A: not one object of columns"),
    ("lp", "lp-least", {"A": [{"x": "1"}, {"x": "3"}, {"x": "1"}]}, {}, "A: not one object"),
    ("lp", "lp-least", {"A": [["1", "1/2"], {"x": "3"}, {"x": "1"}, {"y": "1"}]}, {}, "A: not one"),
    ("lp", "lp-least", {"A": [{"x": "1", "0": "1"}, {"x": "3"}, {"x": "1"}, {"y": "1"}]}, {},
     "A: not"),
    ("lp", "lp-least", {"A": [{"x": "2/2", "y": "1/2"}, {}, {}, {}]}, {}, "is not reduced"),
    ("lp", "lp-infeasible", {}, {"y": fractions("0 0 0 0")}, "no point"),
    ("lp", "lp-infeasible", {}, {"y": fractions("2 0 -2 -1")}, "y: a sign is wrong"),
    ("lp", "lp-infeasible", {}, {"y": fractions("-2 0 2 0")}, "does not add up"),
    ("lp", "lp-infeasible", {"b": fractions("0 3 0 0")}, {}, "no point"),
    ("lp", "lp-infeasible", {"b": fractions("1 3 0 0")}, {}, "no point"),
    ("lp", "lp-infeasible", {"b": fractions("-1 3 -2 0")}, {}, "no point"),
    ("lp", "lp-unbounded", {}, {"x": fractions("0 0")}, "row 'r'"),
    ("lp", "lp-unbounded", {}, {"ray": fractions("0 0")}, "ray: it does not improve"),
    ("lp", "lp-unbounded", {}, {"ray": fractions("-1 -1")}, "row 's'"),
    ("lp", "lp-unbounded", {}, {"ray": fractions("1 0")}, "row 'r'"),
    ("lp", "lp-unbounded", {"minimize": False}, {}, "ray: it does not improve"),
    ("lp", "lp-unbounded", {"c": fractions("-1 1")}, {}, "ray: it does not improve"),
]  # fmt: skip
