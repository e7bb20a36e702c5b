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
from attacks import CASES, EASIER, FALSE, STILL_TRUE, TIGHT, WHOLE, changed, spoiled
from hostile_files import BINDING, CERTIFICATE, HOSTILE, JSON, PROBLEM, WRITTEN, rebound

from mdsolve.certificates import check as checker
from mdsolve.certificates.check import KINDS, check

CHECKER = Path(checker.__file__)


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


@pytest.mark.parametrize("how", JSON)
def test_what_is_not_json_as_it_must_be_is_refused(how):
    assert not judged(PROBLEM, JSON[how])[0]


@pytest.mark.parametrize("how", JSON)
def test_a_problem_that_is_not_json_as_it_must_be_is_refused(how):
    certificate = {**json.loads(CERTIFICATE), "problem_sha256": ""}
    certificate["problem_sha256"] = hashlib.sha256(JSON[how]).hexdigest()
    assert not judged(JSON[how], json.dumps(certificate).encode())[0]


@pytest.mark.parametrize("how", BINDING)
def test_a_certificate_speaks_of_one_problem_alone(how):
    problem, certificate, words = BINDING[how]
    verified, text = judged(problem, certificate)
    assert not verified
    assert words in text


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
