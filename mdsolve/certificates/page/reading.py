"""What can be read of the two files, field by field, where the checker would stop at the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mdsolve.certificates import check
from mdsolve.certificates.page.markup import spelled

_EXCERPT = 160

Values = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """A field that cannot be read: which, why, and how it begins."""

    field: str
    reason: str
    excerpt: str


@dataclass(frozen=True)
class Reading:
    """The fields of both files that can be read, and the faults of the others."""

    kind: str | None
    form: str | None
    head: Values
    problem: Values
    witness: Values
    faults: tuple[Fault, ...]

    def known(self, names: str) -> Any:
        """Return the fields as the checker's arithmetic takes them, or None if one is missing."""
        strength = self.problem.get("strength") or 0
        bits = 192 + min(1024, strength.__ceil__().bit_length())  # as in check.check
        values = {"by": check.Integers(bits), "alpha": None, **self.problem, **self.witness}
        found = all(values.get(name) is not None for name in names.split())
        return check.Fields(**values) if found else None


def read(problem: bytes, certificate: bytes) -> Reading:
    """Return what can be read of a problem and its certificate; nothing raises."""
    faults: list[Fault] = []
    p, c = _parsed(problem, "problem", faults), _parsed(certificate, "certificate", faults)
    kind, form = _named(c, "kind", check.KINDS), _named(p, "form", check.FORMS)
    head = {name: c[name] for name in ("schema", "scope", "problem_sha256") if name in c}
    digits = check.LONG if kind == "lp" else check.DIGITS
    known: Values = {"by": check.Integers, "digits": check.DIGITS}
    found = _fields(p, "problem", check.FORMS[form], known, faults) if form else {}
    spec = check.KINDS[kind][3] if kind else ""
    given = c.get("witness")
    known = {**known, **found, "digits": digits}
    witness = _fields(given if isinstance(given, dict) else {}, "witness", spec, known, faults)
    return Reading(kind, form, head, found, witness, tuple(faults))


def _parsed(data: bytes, name: str, faults: list[Fault]) -> Values:
    try:
        found = check.parse(data, name)
        check.need(isinstance(found, dict), f"{name}: not an object")
    except check.Rejected as error:
        faults.append(Fault(name, str(error), _excerpt(data[:400].decode("utf-8", "replace"))))
        return {}
    return found


def _named(given: Values, name: str, places: Values) -> str | None:
    word = given.get(name)
    return word if isinstance(word, str) and word in places else None


def _fields(given: Values, name: str, spec: str, known: Values, faults: list[Fault]) -> Values:
    """Read each field on its own by the checker's reader; arrays need the labels before them."""
    found: Values = {}
    kinds = dict(part.split(":") for part in spec.split())
    for field, kind in kinds.items():
        try:
            check.need(field in given, f"{name}.{field}: missing")
            context = check.Fields(**{**known, **found})
            for labels in _shape(kind):
                check.need(hasattr(context, labels), f"{name}.{field}: unclear without {labels}")
            read = check.fields({field: given[field]}, name, context, f"{field}:{kind}")
            found[field] = getattr(read, field)
        except check.Rejected as error:
            faults.append(Fault(f"{name}.{field}", str(error), _excerpt(given.get(field, ""))))
    if kinds:
        extra = given.keys() - kinds.keys() - {"schema", "form"}
        faults += (
            Fault(f"{name}: {spelled(field[:40])}", "no such field", _excerpt(given[field]))
            for field in sorted(extra)[:20]
        )
    return found


def _shape(kind: str) -> list[str]:
    """Return the lists of labels by whose lengths an array of the checker's spec is shaped."""
    bare = kind.rstrip("?")
    return [] if bare in check.READERS else [part for part in bare.split("*") if part != "some"]


def _excerpt(value: Any) -> str:
    shown = value if isinstance(value, str) else _begun(value)
    return shown if len(shown) <= _EXCERPT else shown[:_EXCERPT] + "…"


def _begun(value: Any) -> str:
    """Return how a value begins, however long or deep it is."""
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{str(k)[:40]}: {_leaf(v)}" for k, v in list(value.items())[:6]) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_leaf, value[:12])) + ("…]" if len(value) > 12 else "]")
    return _leaf(value)


def _leaf(value: Any) -> str:
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 4000:
        return "a very long integer"
    return str(value)[:_EXCERPT]
