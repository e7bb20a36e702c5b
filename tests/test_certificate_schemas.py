"""The JSON Schemas say what the checker reads: field by field, and on random certificates."""

import json
import random
import re
from importlib.resources import files
from itertools import islice
from pathlib import Path

import certificate_games
import certificate_programs
import certificate_tables
import pytest
from certificate_files import files as pair_of
from jsonschema import Draft202012Validator
from worked_examples import WORKED

from mdsolve.certificates import check

DOCS = Path(__file__).resolve().parents[1] / "docs" / "certificates"
SCHEMAS = {
    name: json.loads(
        files("mdsolve.certificates").joinpath(f"schemas/{name}.schema.json").read_text("utf-8")
    )
    for name in ("problem", "certificate")
}
PROBLEM, CERTIFICATE = (Draft202012Validator(SCHEMAS[name]) for name in SCHEMAS)
DRAWS = [
    certificate_tables.implementable,
    certificate_tables.not_implementable,
    certificate_tables.menu,
    certificate_games.gap,
    certificate_games.incentive,
    certificate_games.floor,
    certificate_programs.program,
]
READS = {"labels", "number", "word", "index", "truth", "list"}


def pair(kind):
    return tuple(json.loads(data) for data in WORKED[kind])


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_of_2020_12(name):
    assert SCHEMAS[name]["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(SCHEMAS[name])


def test_the_examples_are_one_of_each_kind():
    assert list(WORKED) == list(check.KINDS)


@pytest.mark.parametrize("kind", WORKED)
def test_a_worked_example_holds_and_validates(kind):
    problem, certificate = pair(kind)
    assert check.check(*WORKED[kind])[0]
    PROBLEM.validate(problem)
    CERTIFICATE.validate(certificate)
    assert certificate["kind"] == kind


@pytest.mark.parametrize("draw", DRAWS, ids=lambda draw: draw.__name__)
def test_what_holds_validates(draw):
    """Whatever the checker accepts the schemas accept, among random certificates."""
    rng = random.Random(2)
    held = 0
    for drawn in islice(iter(lambda: draw(rng), None), 150):
        problem, certificate = pair_of(drawn.kind, drawn.form, drawn.problem, drawn.witness)
        if check.check(problem, certificate)[0]:
            held += 1
            PROBLEM.validate(json.loads(problem))
            CERTIFICATE.validate(json.loads(certificate))
    assert held >= 20


def branches(name, key):
    return {branch["properties"][key]["const"]: branch for branch in SCHEMAS[name]["oneOf"]}


def agrees(spec, schema, defs):
    """Assert that an object's schema has the fields of the checker's spec, of the same shapes."""
    kinds = dict(part.split(":") for part in spec.split())
    own = {k: v for k, v in schema["properties"].items() if k not in ("schema", "form")}
    assert own.keys() == kinds.keys()
    assert set(kinds) <= set(schema["required"])
    assert schema["additionalProperties"] is False
    for field, kind in kinds.items():
        bare = kind.rstrip("?")
        null, word = Draft202012Validator({**own[field], "$defs": defs}), own[field]
        assert null.is_valid(None) == (bare != kind), field
        names = {
            ref.rpartition("/")[2] for ref in re.findall(r'"\$ref": "([^"]+)"', json.dumps(word))
        }
        if bare == "word":
            assert "enum" in word or names == {"word"}
        elif bare == "list":
            assert '"array"' in json.dumps(word)
        else:
            shape = "matrix" if "*" in bare else "vector"
            assert names == {bare if bare in READS else shape}, field


def test_the_schema_of_problems_lists_the_fields_that_the_checker_reads():
    found = branches("problem", "form")
    assert (
        found.keys() == check.FORMS.keys() == set(SCHEMAS["problem"]["properties"]["form"]["enum"])
    )
    for form, spec in check.FORMS.items():
        agrees(spec, found[form], SCHEMAS["problem"]["$defs"])


def test_the_schema_of_certificates_lists_the_fields_that_the_checker_reads():
    found = branches("certificate", "kind")
    assert found.keys() == check.KINDS.keys()
    for kind, (_, _, scope, spec) in check.KINDS.items():
        assert found[kind]["properties"]["scope"]["const"] == scope
        agrees(spec, found[kind]["properties"]["witness"], SCHEMAS["certificate"]["$defs"])


def test_the_schemas_have_the_checkers_caps_and_names():
    problem, certificate = SCHEMAS["problem"]["$defs"], SCHEMAS["certificate"]["$defs"]
    assert problem["integer"]["maxLength"] == check.DIGITS
    assert certificate["integer"]["maxLength"] == check.LONG
    assert problem["labels"]["maxItems"] == check.LABELS
    forms, kinds = branches("problem", "form"), branches("certificate", "kind")
    game, lp = forms["game"]["properties"], kinds["lp"]["properties"]["witness"]["properties"]
    assert set(game["divergence"]["enum"]) == check.DIVERGENCES.keys()
    assert set(lp["status"]["enum"]) == check.PROOFS.keys()
    assert forms["types"]["properties"]["types"]["maxItems"] == check.TYPES


@pytest.mark.parametrize(
    "text",
    ["2/4", "01", "+1", "-0", "1/0", "1/1", "1e9", "0x10", "NaN", "１", "1\n", " 1", "", "0/5"],
)
def test_bad_numbers_are_refused(text):
    """All that a pattern can say; that a fraction is reduced it cannot."""
    problem, _ = pair("gap")
    problem["strength"] = text
    assert PROBLEM.is_valid(problem) == (text == "2/4")
    problem, _ = pair("gap")
    problem["sizes"]["num"][0] = text
    assert not PROBLEM.is_valid(problem)


@pytest.mark.parametrize("kind", WORKED)
def test_missing_unknown_and_wrong_fields_are_refused(kind):
    for place in (0, 1):
        schema = (PROBLEM, CERTIFICATE)[place]
        for field in pair(kind)[place]:
            data = pair(kind)[place]
            del data[field]
            assert not schema.is_valid(data), field
            for bad in (True, None, -3, 1.5, "x" * 100, [], {}, {"den": "0", "num": ["1"]}):
                kept = schema.is_valid({**pair(kind)[place], field: bad})
                assert not kept or (field, bad) in (("minimize", True), ("alpha", None)), field
        assert not schema.is_valid({**pair(kind)[place], "note": "x"})
    for field in pair(kind)[1]["witness"]:
        certificate = pair(kind)[1]
        del certificate["witness"][field]
        assert not CERTIFICATE.is_valid(certificate), field
        for bad in (True, 1.5, "x", {}, {"den": "1", "num": []}, {"den": "1", "num": [1]}):
            certificate["witness"][field] = bad
            assert not CERTIFICATE.is_valid(certificate), (field, bad)


def test_every_field_kind_and_cap_stands_in_the_specification():
    page = (DOCS / "specification.md").read_text("utf-8")
    words = set(re.findall(r"`\"?([^`\"]+)\"?`", page))
    fields = {
        part.partition(":")[0]
        for spec in [*check.FORMS.values(), *(kind[3] for kind in check.KINDS.values())]
        for part in spec.split()
    }
    scopes = {kind[2] for kind in check.KINDS.values()}
    named = {*fields, *scopes, *check.KINDS, *check.FORMS, *check.DIVERGENCES, *check.PROOFS}
    assert named <= words
    for cap in (check.DIGITS, check.LONG, check.LABELS, check.TYPES, check.EXPONENT):
        assert f"{cap:,}" in page
    assert check.BYTES == 1 << 26
    assert "2²⁶ bytes" in page
