"""Files that are no certificates: not JSON as it must be, bound to others, or made to cost much."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from attacks import CASES, one
from certificate_cases import F
from certificate_files import SCOPES

WRITTEN = {name: case.files() for name, case in CASES.items()}
PROBLEM, CERTIFICATE = WRITTEN["table-slack"]
DEEP = {f"{open_}{depth}": open_ * depth for open_ in ("[", '{"a":') for depth in (900, 200_000)}
CLOSED = {f"{depth} closed": "[" * depth + "]" * depth for depth in (300, 900, 980, 50_000)}


def with_text(old: str, new: str) -> bytes:
    assert CERTIFICATE.decode().count(old) >= 1
    return CERTIFICATE.decode().replace(old, new, 1).encode()


JSON = {
    "a field twice": with_text('"kind":', '"kind": "gap", "kind":'),
    "a field of the witness twice": with_text('"epsilon":', '"epsilon": "1", "epsilon":'),
    "a field of an array twice": with_text('"den":', '"den": "1", "den":'),
    "a field twice by an escape": with_text('"kind":', '"k\\u0069nd": "gap", "kind":'),
    "NaN": with_text('"epsilon": "1"', '"epsilon": NaN'),
    "Infinity": with_text('"epsilon": "1"', '"epsilon": Infinity'),
    "-Infinity": with_text('"participation": "1"', '"participation": -Infinity'),
    "a bare number": with_text('"epsilon": "1"', '"epsilon": 1'),
    "a float out of range": with_text('"epsilon": "1"', '"epsilon": 1e999'),
    "a number of 21,000 digits": with_text('"epsilon": "1"', '"epsilon": ' + "1" * 21_000),
    "a number of 5,000 digits": with_text('"epsilon": "1"', '"epsilon": ' + "1" * 5_000),
    "an index of 5,000 digits": with_text('"cycle": [0, 1]', f'"cycle": [0, {"1" * 5_000}]'),
    "byte order mark": b"\xef\xbb\xbf" + CERTIFICATE,
    "UTF-16": CERTIFICATE.decode().encode("utf-16"),
    "UTF-16 without mark": CERTIFICATE.decode().encode("utf-16-le"),
    "UTF-32": CERTIFICATE.decode().encode("utf-32"),
    "not UTF-8": with_text("the listed types", "the listed types").replace(b"listed", b"list\xe9d"),
    "overlong UTF-8": CERTIFICATE.replace(b"listed", b"\xc1\xacisted"),
    "trailing byte": CERTIFICATE + b"x",
    "trailing null": CERTIFICATE + b"\0",
    "trailing brace": CERTIFICATE + b"}",
    "two documents": CERTIFICATE * 2,
    "empty": b"",
    "space": b" \n ",
    "a comment": CERTIFICATE + b"// true",
    "single quotes": CERTIFICATE.replace(b'"', b"'"),
    "a comma at the end": CERTIFICATE[:-1] + b",}",
    "control character": with_text("the listed types", "the listed\ttypes"),
    "null": b"null",
    "text": b'"VERIFIED"',
    "a number": b"1",
    "a list": b"[" + CERTIFICATE + b"]",
    **{f"nested {name}": text.encode() for name, text in {**DEEP, **CLOSED}.items()},
    **{
        f"nested {name} within": with_text('"epsilon": "1"', f'"epsilon": {text}')
        for name, text in CLOSED.items()
    },
    **{
        f"cycle nested {name}": with_text('"cycle": [0, 1]', f'"cycle": [0, {text}]')
        for name, text in CLOSED.items()
    },
    **{
        f"payments nested {name}": with_text('"num": ["0", "0"]', f'"num": [{text}, "0"]')
        for name, text in CLOSED.items()
    },
}


def rebound(**changes: Any) -> bytes:
    return json.dumps({**json.loads(CERTIFICATE), **changes}).encode()


INDENTED = json.dumps(json.loads(PROBLEM), indent=1).encode()
DIGEST = hashlib.sha256(PROBLEM).hexdigest()
BINDING: dict[str, tuple[bytes, bytes, str]] = {
    "another's hash": (PROBLEM, rebound(problem_sha256="0" * 64), "problem_sha256"),
    "no hash": (PROBLEM, rebound(problem_sha256=""), "problem_sha256"),
    "half a hash": (PROBLEM, rebound(problem_sha256=DIGEST[:32]), "problem_sha256"),
    "a hash in capitals": (PROBLEM, rebound(problem_sha256=DIGEST.upper()), "problem_sha256"),
    "a hash with a line's end": (PROBLEM, rebound(problem_sha256=DIGEST + "\n"), "problem_sha256"),
    "a number for a hash": (PROBLEM, rebound(problem_sha256=int(DIGEST, 16)), "problem_sha256"),
    "the hash of the certificate": (
        PROBLEM, rebound(problem_sha256=hashlib.sha256(CERTIFICATE).hexdigest()), "problem_sha256",
    ),
    "the hash of other bytes": (
        PROBLEM, rebound(problem_sha256=hashlib.sha256(INDENTED).hexdigest()), "problem_sha256",
    ),
    "a line's end more": (PROBLEM + b"\n", CERTIFICATE, "problem_sha256"),
    "a space less": (PROBLEM.replace(b": ", b":"), CERTIFICATE, "problem_sha256"),
    "another problem": (WRITTEN["table-plain"][0], CERTIFICATE, "problem_sha256"),
    "the files swapped": (CERTIFICATE, PROBLEM, "certificate: the fields"),
    "the certificate twice": (CERTIFICATE, CERTIFICATE, "problem_sha256"),
    "another schema": (PROBLEM, rebound(schema="mdsolve-certificate/2"), "schema"),
    "the problem's schema": (PROBLEM, rebound(schema="mdsolve-problem/1"), "schema"),
    "an unknown kind": (PROBLEM, rebound(kind="true"), "kind: 'true'"),
    "a kind of the language": (PROBLEM, rebound(kind="__class__"), "kind: '__class__'"),
    "a narrower scope": (PROBLEM, rebound(scope="every type"), "scope"),
    **{
        f"another kind, {kind}": (PROBLEM, rebound(kind=kind, scope=SCOPES[kind]), "")
        for kind in SCOPES if kind != "implementable"
    },
}  # fmt: skip


def long_x(digits: int) -> dict[str, Any]:
    return {"den": "1", "num": ["1" + "0" * (digits - 1), "2"]}


def hostile() -> dict[str, tuple[bytes, bytes]]:
    """Files that would cost much time or memory if figures or lists were not capped."""
    big, tiny = 10**1190, F(1, 10**1190)
    long_row = [F(big - k, 3 * big) for k in range(3)]
    return {
        "1,300 digits": CASES["gap-l2-exact"].files({}, {"gap": F(10**1300)}),
        "1,199 digits": CASES["gap-kl-5"].files({}, {"multiplier": F(10**1190, 7)}),
        "a multiplier far below": CASES["gap-kl-5"].files({}, {"multiplier": F(-(10**1190), 7)}),
        "a strength of 10^1190": CASES["gap-kl-5"].files({"strength": F(big)}),
        "a strength of 10^-1190": CASES["gap-kl-5"].files({"strength": tiny}),
        "an exponent of 10^40": CASES["gap-alpha-half"].files({"alpha": F(10**40)}),
        "an exponent of 10^-40": CASES["gap-alpha-half"].files({"alpha": F(1, 10**40)}),
        "an alpha of 10^1190": CASES["gap-alpha-more"].files({"alpha": F(big)}),
        "an alpha near 1": CASES["gap-alpha-more"].files({"alpha": 1 + tiny}),
        "sizes of 10^1190": CASES["gap-nash"].files({"sizes": [F(big), tiny]}),
        "rewards of 10^1190": CASES["gap-nash"].files({"rewards": [[F(big)] * 3, [tiny] * 3]}),
        "a long model": CASES["gap-jensen-shannon-5"].files({}, {"model": long_row}),
        "100,001 labels": CASES["menu"].files({"groups": [str(k) for k in range(100_001)]}),
        "10,001 types": CASES["table-plain"].files({"types": [str(k) for k in range(10_001)]}),
        "a label of 1 MB": CASES["menu"].files({"groups": ["x" * 10**6, "y"]}),
        "a word of 10 MB": CASES["gap-kl-5"].files({"divergence": "x" * 10**7}),
        "a tree of 300,000": CASES["table-longest"].files({}, {"tree": [[0, None]] * 300_000}),
        "a cycle of 500,000": CASES["table-slack"].files({}, {"cycle": list(range(500_000))}),
        "70,000,000 bytes": (PROBLEM + b" " * 70_000_000, CERTIFICATE),
        "70,000,000 bytes of certificate": (PROBLEM, CERTIFICATE + b" " * 70_000_000),
        "300,000 fields": (
            PROBLEM, rebound(witness={str(k): "1" for k in range(300_000)}),
        ),
        "long sums": long_sums(),
        "long sums for 200 groups": long_pivots(),
        "an x of 20,001 digits": CASES["lp-least"].files({}, {"x": long_x(20_001)}),
        "an x of 19,000 digits": CASES["lp-least"].files({}, {"x": long_x(19_000)}),
    }  # fmt: skip


def long_sums() -> tuple[bytes, bytes]:
    """χ² of 40 outcomes, each over a denominator of its own: exact sums have 300,000 bits."""
    count = 37
    heads = [10**1180 + 10 ** (30 * k) + 1 for k in range(count)]
    reference = [F(x, sum(heads)) for x in heads]
    labels = [str(k) for k in range(count)]
    witness = {"model": one(0, count), "gap": F(0)}
    changes = {"reference": reference, "outcomes": labels, "rewards": [[F(1)] * count] * 2}
    return CASES["gap-chi2-exact"].files(changes, witness)


def long_pivots() -> tuple[bytes, bytes]:
    count, groups = 37, 200
    heads = [10**1180 + 10 ** (30 * k) + 1 for k in range(count)]
    reference = [F(x, sum(heads)) for x in heads]
    labels = [str(k) for k in range(count)]
    changes = {"reference": reference, "outcomes": labels, "divergence": "chi2"}
    changes |= {"groups": [f"g{k}" for k in range(groups)], "sizes": [F(1)] * groups}
    changes |= {"rewards": [[F(1)] * count] * groups}
    witness = {"model": one(0, count), "gap": F(10**9), "pivots": [one(1, count)] * groups}
    witness |= {"radius": [F(0)] * groups, "participation_loss": F(-(10**9))}
    witness |= {"payment_lower": [-F(10**9)] * groups, "payment_upper": [F(10**9)] * groups}
    return CASES["incentive"].files(changes, witness)


HOSTILE = hostile()


def bind(problem: bytes) -> tuple[bytes, bytes]:
    """A problem that may not be one, and the certificate of another bound to it."""
    return problem, rebound(problem_sha256=hashlib.sha256(problem).hexdigest())


def labelled(count: int, length: int = 1) -> tuple[bytes, bytes]:
    groups = [f"{k:0{length}}" for k in range(count)]
    return CASES["menu"].files({"groups": groups})


def filled(size: int) -> tuple[bytes, bytes]:
    return bind(PROBLEM + b" " * (size - len(PROBLEM)))


#: the last that a cap lets pass, the first that it does not
BORDERS: dict[str, tuple[Any, bool, str]] = {
    "100,000 labels": (lambda: labelled(100_000), False, "problem.sizes: not of shape"),
    "100,001 labels": (lambda: labelled(100_001), False, "not 1 to 100000 labels"),
    "labels of 200": (lambda: labelled(2, 200), True, "first of 2 entries"),
    "labels of 201": (lambda: labelled(2, 201), False, "not a word"),
    "10,000 types": (lambda: many_types(10_000), False, "sum is not 1"),
    "10,001 types": (lambda: many_types(10_001), False, "more than 10000"),
    "1,200 digits": (lambda: digits("gap-l2-exact", 1_200), True, "within 1.00000000E+1199"),
    "1,201 digits": (lambda: digits("gap-l2-exact", 1_201), False, "canonical form"),
    "20,000 digits": (lambda: CASES["lp-least"].files({}, {"x": long_x(20_000)}), False, "row 'r'"),
    "20,001 digits": (
        lambda: CASES["lp-least"].files({}, {"x": long_x(20_001)}),
        False,
        "canonical",
    ),
    "1,200 digits in A": (lambda: long_entry(1_200), False, "does not add up"),
    "1,201 digits in A": (lambda: long_entry(1_201), False, "of 1200 digits at most"),
    "67,108,864 bytes": (lambda: filled(1 << 26), True, "2 types"),
    "67,108,865 bytes": (lambda: filled((1 << 26) + 1), False, "larger than"),
    "an exponent of 2^14": (lambda: exponent(F(0)), False, "gap: the witness proves"),
    "an exponent past 2^14": (lambda: exponent(F(1, 10**9)), False, "out of range"),
    "a word of 200": (lambda: (PROBLEM, rebound(kind="x" * 200)), False, "x' is unknown"),
    "a word of 201": (lambda: (PROBLEM, rebound(kind="x" * 201)), False, "not a word"),
}


def long_entry(size: int) -> tuple[bytes, bytes]:
    """A long number, which the matrix of a linear program may not have though its witness may."""
    first, *rest = CASES["lp-least"].problem["A"]
    return CASES["lp-least"].files({"A": [first, {"x": "-" + "1" * (size - 1)}, *rest[1:]]}, {})


def many_types(count: int) -> tuple[bytes, bytes]:
    labels = [str(k) for k in range(count)]
    changes = {"types": labels, "sizes": [F(1)] * count, "outcomes": ["x"]}
    changes |= {"rewards": [[F(1)]] * count, "allocations": [[F(1, 2)]] * count}
    witness = {"payments": [F(0)] * count, "tree": None}
    return CASES["types-sum"].files(changes, witness)


def digits(name: str, count: int) -> tuple[bytes, bytes]:
    return CASES[name].files({}, {"gap": F(10 ** (count - 1))})


def exponent(beyond: F) -> tuple[bytes, bytes]:
    """The first outcome's exponent is 2^14 and that much more."""
    problem = {"sizes": [F(1), F(0)], "rewards": [one(0), one(0)], "strength": F(1)}
    witness = {"multiplier": 1 - F(2**14) - beyond, "weights": [F(1), F(0)]}
    return CASES["gap-kl-5"].files(problem, witness)
