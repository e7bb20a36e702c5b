"""Every false, malformed or hostile certificate is refused, with a reason, at once."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from attacks import CASES, EASIER, FALSE, TIGHT, WHOLE, changed, one, spoiled
from certificate_cases import F

from mdsolve.certificates import check as checker
from mdsolve.certificates.check import KINDS, check

CHECKER = Path(checker.__file__)
WRITTEN = {name: case.files() for name, case in CASES.items()}


def judged(problem: bytes, certificate: bytes) -> tuple[bool, str]:
    """The verdict, which comes at once and in words that a terminal can show."""
    start = time.process_time()
    verified, text = check(problem, certificate)
    assert time.process_time() - start < 1
    assert text.isprintable()
    assert 10 < len(text) < 1_000
    return verified, text


def run(*arguments: Any, flags: tuple[str, ...] = ("-I", "-O"), path: Path = CHECKER) -> Any:
    command = [sys.executable, *flags, str(path), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def run_on(folder: Path, problem: bytes, certificate: bytes, **options: Any) -> Any:
    (folder / "problem.json").write_bytes(problem)
    (folder / "certificate.json").write_bytes(certificate)
    return run(folder / "problem.json", folder / "certificate.json", **options)


@pytest.mark.parametrize("name", CASES)
def test_what_is_true_is_verified(name):
    verified, text = judged(*WRITTEN[name])
    assert verified, text


def test_every_kind_and_every_form_has_a_true_certificate():
    assert {case.kind for case in CASES.values()} == set(KINDS)
    assert {case.form for case in CASES.values()} == set(checker.FORMS)


@pytest.mark.parametrize(
    ("case", "problem", "witness", "words"),
    [attack[1:] for attack in FALSE],
    ids=[f"{k} {attack[0]} {attack[1]}" for k, attack in enumerate(FALSE)],
)
def test_what_is_false_is_refused(case, problem, witness, words):
    verified, text = judged(*CASES[case].files(problem, witness))
    assert not verified
    assert words in text


@pytest.mark.parametrize("name", WHOLE)
def test_no_place_of_the_files_takes_what_may_not_stand_there(name):
    attacks = list(spoiled(CASES[name]))
    assert len(attacks) > 200
    expected = {true for true in STILL_TRUE if true.startswith(f"{name}:")}
    assert {a.name for a in attacks if judged(a.problem, a.certificate)[0]} == expected


STILL_TRUE = {
    "floor-sum: certificate.witness.models.num: one more": "every model bounds a sum, twice too",
    "types-refuted: certificate.witness.cycle: one less": "the shorter cycle is as bad on average",
}


@pytest.mark.parametrize("name", TIGHT)
def test_a_figure_changed_makes_a_claim_false(name):
    easier = {entry.strip() for entries in EASIER.values() for entry in entries.split(",")}
    expected = {entry for entry in easier if entry.startswith(f"{name} ")}
    attacks = list(changed(CASES[name]))
    assert {a.name for a in attacks if judged(a.problem, a.certificate)[0]} == expected


@pytest.mark.parametrize("name", ["table-refuted", "menu", "lp-least", "gap-kl-5"])
def test_every_truncation_is_refused(name):
    problem, certificate = WRITTEN[name]
    for length in range(len(certificate)):
        assert not judged(problem, certificate[:length])[0]
    for length in range(len(problem)):
        parsed = {**json.loads(certificate), "problem_sha256": ""}
        digest = hashlib.sha256(problem[:length]).hexdigest()
        half = json.dumps({**parsed, "problem_sha256": digest}).encode()
        assert not judged(problem[:length], half)[0]


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


@pytest.mark.parametrize("how", JSON)
def test_what_is_not_json_as_it_must_be_is_refused(how):
    assert not judged(PROBLEM, JSON[how])[0]


@pytest.mark.parametrize("how", JSON)
def test_a_problem_that_is_not_json_as_it_must_be_is_refused(how):
    certificate = {**json.loads(CERTIFICATE), "problem_sha256": ""}
    certificate["problem_sha256"] = hashlib.sha256(JSON[how]).hexdigest()
    assert not judged(JSON[how], json.dumps(certificate).encode())[0]


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
        f"another kind, {kind}": (PROBLEM, rebound(kind=kind, scope=KINDS[kind][2]), "")
        for kind in KINDS if kind != "implementable"
    },
}  # fmt: skip


@pytest.mark.parametrize("how", BINDING)
def test_a_certificate_speaks_of_one_problem_alone(how):
    problem, certificate, words = BINDING[how]
    verified, text = judged(problem, certificate)
    assert not verified
    assert words in text


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
        "an x of 20,001 digits": CASES["lp-least"].files({}, {"x": [F(10**20_000), F(2)]}),
        "an x of 19,000 digits": CASES["lp-least"].files({}, {"x": [F(10**19_000, 7), F(2)]}),
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


@pytest.mark.parametrize("how", HOSTILE)
def test_what_would_take_long_is_refused_at_once(how):
    assert not judged(*HOSTILE[how])[0]


SHARE = [*range(0, len(FALSE), 9)]


@pytest.mark.parametrize("k", SHARE, ids=[f"{FALSE[k][0]} {k}" for k in SHARE])
def test_the_command_refuses_too(k, tmp_path):
    _, case, problem, witness, words = FALSE[k]
    done = run_on(tmp_path, *CASES[case].files(problem, witness))
    assert done.returncode == 1
    assert done.stdout.startswith("REJECTED: ")
    assert words in done.stdout
    assert done.stdout.count("\n") == 1
    assert not done.stderr


@pytest.mark.parametrize("how", [how for how in JSON if "nested" in how or "UTF" in how])
def test_the_command_refuses_what_it_cannot_read_as_json(how, tmp_path):
    done = run_on(tmp_path, PROBLEM, JSON[how])
    assert done.returncode == 1
    assert done.stdout.startswith("REJECTED: ")
    assert not done.stderr


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("flags", [(), ("-I", "-O"), ("-I", "-OO", "-X", "utf8=0")], ids=" ".join)
def test_the_command_verifies(name, flags, tmp_path):
    done = run_on(tmp_path, *WRITTEN[name], flags=flags)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"VERIFIED: {check(*WRITTEN[name])[1]}\n"


def test_the_checker_runs_alone_in_an_empty_folder(tmp_path):
    alone = Path(shutil.copy(CHECKER, tmp_path / "judge.py"))
    done = run_on(tmp_path, *WRITTEN["types-sum"], path=alone)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("VERIFIED: under the payments none of 4 types gains anything")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "certificate.json", "judge.py", "problem.json",
    ]  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_wrong_number_of_paths_is_no_verdict(count, tmp_path):
    (tmp_path / "file").write_bytes(PROBLEM)
    done = run(*[tmp_path / "file"] * count)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: check.py problem.json certificate.json")


@pytest.mark.parametrize("missing", ["problem", "certificate"])
def test_a_path_that_cannot_be_read_is_no_verdict(missing, tmp_path):
    paths = {"problem": tmp_path / "problem.json", "certificate": tmp_path / "certificate.json"}
    for name, path in paths.items():
        if name != missing:
            path.write_bytes(b"")
    done = run(*paths.values())
    assert (done.returncode, done.stdout) == (2, "")
    assert str(paths[missing]) in done.stderr
    paths[missing].mkdir()
    assert run(*paths.values()).returncode == 2


def test_an_empty_file_is_a_fault_of_content(tmp_path):
    done = run_on(tmp_path, b"", b"")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("REJECTED: ")


def test_what_a_terminal_obeys_is_never_printed(tmp_path):
    for text in ("\x1b[2J", "\u202e", "\u0000", "\u2028", "\udc80"):
        for field in ("kind", "scope", "schema", "problem_sha256"):
            done = run_on(tmp_path, PROBLEM, rebound(**{field: text}))
            assert done.returncode == 1
            assert done.stdout.strip().isprintable()


def test_labels_of_any_script_are_shown(tmp_path):
    files = CASES["table-refuted"].files({"types": ["низкий", "高い"]})
    done = run_on(tmp_path, *files, flags=("-I", "-O", "-X", "utf8"))
    assert done.returncode == 0
    assert "高い" in done.stdout
