"""The fast checker says what the slow one says, and runs as two files by themselves."""

import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from certificate_cases import cases
from certificate_files import files

from mdsolve.certificates import check as slow
from mdsolve.certificates.check_flint import Balls

CASES = cases()
EXACT = {"implementable", "not_implementable", "menu", "lp"}


def both(problem: bytes, certificate: bytes) -> list[tuple[bool, str]]:
    return [slow.check(problem, certificate, backend) for backend in (slow.Integers, Balls)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_true_certificates_of_every_kind(case):
    one, other = both(*case.files())
    assert [one[0], other[0]] == [True, True]
    if case.kind in EXACT:
        assert one == other


def changed(value, number):
    """Every copy of a written value with one of its numbers changed, and that number's text."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from ({**value, name: new} for new in changed(inner, number))
    elif isinstance(value, list):
        for k, inner in enumerate(value):
            yield from ([*value[:k], new, *value[k + 1 :]] for new in changed(inner, number))
    elif isinstance(value, str) and value.lstrip("-").replace("/", "").isdigit():
        yield str(number(Fraction(value)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("step", [1, -1, Fraction(1, 10**6)], ids=["more", "less", "little"])
def test_witnesses_with_one_number_changed(case, step):
    """Most of these are false, some are true, and some are not read at all."""
    data, certificate = case.files()[0], case.parsed()[1]
    for witness in changed(certificate["witness"], lambda number: number + step):
        text = slow.json.dumps({**certificate, "witness": witness}).encode()
        one, other = both(data, text)
        assert one[0] == other[0], (witness, one, other)
        if case.kind in EXACT:
            assert one == other


def many_types(count: int, spoiled: int | None) -> tuple[bytes, bytes]:
    """Types on a line, each offered the more of one outcome the more it likes it, at second price.

    Type t's utility from report s is 2 a_t a_s − a_s², which is best at s = t.
    """
    level = [Fraction(k, 2 * count) for k in range(count)]
    payments = [a * a for a in level]
    if spoiled is not None:
        payments[spoiled] += Fraction(1, 2**70)
    types = {
        "types": [f"t{k}" for k in range(count)],
        "outcomes": ["x", "y"],
        "domain": "any",
        "sizes": [Fraction(2)] * count,
        "rewards": [[a, Fraction(0)] for a in level],
        "allocations": [[a, 1 - a] for a in level],
    }
    gap = (level[1] - level[0]) ** 2  # what the next best report loses
    tight = {"epsilon": Fraction(0), "participation": None, "tree": None, "cycle": None}
    if spoiled is not None:
        payments[spoiled] += gap
    return files("implementable", "types", types, {"payments": payments, **tight})


@pytest.mark.parametrize("count", [2, 3, 64, 300])
def test_one_type_of_many_gains_a_little(count):
    assert [verdict for verdict, _ in both(*many_types(count, None))] == [True, True]
    for spoiled in {0, count - 1, Random(count).randrange(count)}:
        one, other = both(*many_types(count, spoiled))
        assert one == other
        assert not one[0]
        assert f"type 't{spoiled}' gains" in one[1]


def test_it_runs_as_two_files_alone(tmp_path: Path):
    room = Path(slow.__file__).parent
    for name in ("check.py", "check_flint.py"):
        shutil.copy(room / name, tmp_path)
    problem, certificate = many_types(3, None)
    (tmp_path / "problem.json").write_bytes(problem)
    (tmp_path / "certificate.json").write_bytes(certificate)
    (tmp_path / "torn.json").write_bytes(certificate[:-9])

    def run(*names: str) -> tuple[int, str]:
        command = [sys.executable, "-O", "check_flint.py", *names]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={"PYTHONPATH": ""},
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    code, text = run("problem.json", "certificate.json")
    assert (code, text[:8]) == (0, "VERIFIED"), text
    code, text = run("problem.json", "torn.json")
    assert (code, text[:8]) == (1, "REJECTED"), text
    code, text = run("problem.json", "none.json")
    assert code == 2
    assert "No such file" in text
