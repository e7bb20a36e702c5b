"""Problems and certificates as bytes, written from Fractions for tests of the checkers."""

import hashlib
import json
from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any

SCOPES = {
    "implementable": "the listed types",
    "not_implementable": "the listed types",
    "gap": "this game",
    "incentive": "every report against these",
    "floor": "every type of the domain against these reports",
    "menu": "every type",
    "lp": "this program",
}


def array(table: Sequence[Any]) -> dict[str, Any]:
    """Write a vector, or a list of rows, over its least denominator."""
    rows: Any = table if isinstance(table[0], list) else [table]
    numbers = [[Fraction(entry) for entry in row] for row in rows]
    den = lcm(*(x.denominator for row in numbers for x in row))
    whole = [[int(x * den) for x in row] for row in numbers]
    common = gcd(den, *(x for row in whole for x in row))
    num = [[str(x // common) for x in row] for row in whole]
    return {"den": str(den // common), "num": num if rows is table else num[0]}


def written(value: Any) -> Any:
    """Write what a field holds: Fractions and lists of them as text, all else as it is."""
    first = value
    while isinstance(first, list) and first:
        first = first[0]
    if not isinstance(first, Fraction):
        return value
    return array(value) if isinstance(value, list) else str(value)


def files(kind: str, form: str, problem: dict, witness: dict) -> tuple[bytes, bytes]:
    """Return the bytes of a problem and of its certificate."""
    fields = {name: written(value) for name, value in problem.items()}
    data = json.dumps({"schema": "mdsolve-problem/1", "form": form, **fields}).encode()
    certificate = {
        "schema": "mdsolve-certificate/1",
        "kind": kind,
        "problem_sha256": hashlib.sha256(data).hexdigest(),
        "scope": SCOPES[kind],
        "witness": {name: written(value) for name, value in witness.items()},
    }
    return data, json.dumps(certificate).encode()
