"""Certify, check and solve --certificate on the command line: words, files and exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import mdsolve as md
from mdsolve.certificates import check as checker
from mdsolve.cli.app import app

GAME = "outcome,reference,a,b\nx,0.5,1,0\ny,0.25,0,1\nz,0.25,0,0\n"
PROMPTS = "prompt,outcome,reference,a\np,x,0.5,1\np,y,0.5,0\nq,x,0.5,0\nq,y,0.5,1\n"
VALUES = "name,low,high\nlow,1,0.4\nhigh,1.5,2\n"
CROSSED = "name,low,high\nlow,1,2\nhigh,1.5,1\n"
TYPES = "type,size,z,x,y\nplain,1,0,1,0\nmixed,1,0.3,0.2,0.5\nbig,2,1,0,0\n"


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    """Enter a folder with small tables in it."""
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    texts = {
        "game": GAME,
        "prompts": PROMPTS,
        "values": VALUES,
        "crossed": CROSSED,
        "types": TYPES,
        "paid": "type,payment\nhigh,1.0\nlow,0.5\n",
        "wrong": "type,payment\nhigh,1.9\nlow,0.5\n",
    }
    for name, text in texts.items():
        Path(f"{name}.csv").write_text(text)
    return tmp_path


SOCIAL = ("certify", "game.csv", "--strength", 0.1)
REVENUE = ("--payment", "revenue", "--domain", "max", "--normalize", "max")


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        (SOCIAL, "incentive", "no report in the continuum gains"),
        ((*SOCIAL, "--divergence", "l2"), "incentive", "gains a group over 0,"),
        ((*SOCIAL, "--radius", "a=0.1"), "incentive", "within the radii"),
        ((*SOCIAL, "--radius", "0.1"), "incentive", "over 0.4"),
        ((*SOCIAL, "--kind", "gap"), "gap", "the model is within"),
        ((*SOCIAL, "--rule", "nash"), "gap", "nash optimum"),
        ((*SOCIAL, "--payment", "none"), "gap", "social optimum"),
        ((*SOCIAL, *REVENUE, "--kind", "floor", "--group", "a"), "floor", "worst type of the max"),
        ((*SOCIAL, *REVENUE), "incentive", "adds a floor"),
        (("certify", "--values", "values.csv"), "implementable", "none of 2 types gains anything"),
        (("certify", "--values", "values.csv", "--outside", 0), "implementable", "charge any type"),
        (
            ("certify", "--values", "values.csv", "--payments", "paid.csv", "--outside", 0),
            "implementable",
            "truth gives each 0 or more",
        ),
        (
            (*SOCIAL, "--types", "types.csv", "--group", "a", "--outside", 0),
            "implementable",
            "none of 3 types gains anything",
        ),
    ],
    ids=str,
)
def test_what_is_certified_is_verified(arguments, kind, said):
    code, text = run(*arguments, "--out", "proof")
    assert (code, said in " ".join(text.split())) == (0, True), text
    assert json.loads(Path("proof/certificate.json").read_text())["kind"] == kind
    for backend in ("python", "flint"):
        code, text = run("check", "proof", "--backend", backend)
        assert code == 0
        assert text.startswith("VERIFIED: ")


def test_where_no_payments_exist_the_proof_of_that_is_written():
    code, text = run("certify", "--values", "crossed.csv", "--out", "proof", "--json", "-q")
    assert code == 1
    assert json.loads(text)["kind"] == "not_implementable"
    assert run("check", "proof")[0] == 0


def test_a_false_claim_is_refused_with_what_refutes_it():
    wrong = ("certify", "--values", "values.csv", "--payments", "wrong.csv", "--out", "proof")
    code, text = run(*wrong)
    assert code == 1
    assert "type 'high' gains 0.9 by reporting 'low'" in text
    assert not Path("proof").exists()


def test_solve_writes_certificates():
    code, text = run("solve", "game.csv", "--strength", 0.1, "--certificate", "proof")
    assert code == 0
    assert "proof: at this profile" in " ".join(text.split())
    assert md.check("proof").verified
    assert run("solve", "game.csv", "--strength", 0.1, "--certificate", "proof")[0] == 2
    code, text = run("solve", "prompts.csv", "--strength", 0.1, "--certificate", "many")
    assert code == 2
    assert "must be a folder that exists" in text
    Path("many").mkdir()
    assert run("solve", "prompts.csv", "--strength", 0.1, "--certificate", "many")[0] == 0
    assert md.check("many/1").verified
    assert md.check("many/2").verified
    assert run("check", "many/2", "--backend", "flint")[0] == 0


def test_a_payment_that_may_exceed_what_it_buys_is_said_to():
    Path("idle.csv").write_text("outcome,reference,a,b\nx,0.5,0,1\ny,0.5,0,0\n")
    code, text = run("solve", "idle.csv", "--strength", 0.1)
    assert code == 0
    assert "participation: truth may cost group 'a' up to" in " ".join(text.split())
    found = json.loads(run("solve", "idle.csv", "--strength", 0.1, "--json", "-q")[1])["games"][0]
    assert 0 < found["truth_may_cost"]["a"] < 1e-14
    assert "participation" not in run("solve", "game.csv", "--strength", 0.1)[1]
    Path("averse.csv").write_text("outcome,reference,a\nx,0.5,-1\ny,0.5,-1\n")
    assert "may cost group 'a' up to 1 " in run("solve", "averse.csv", "--strength", 1)[1]


def test_rejected_is_exit_1_and_a_missing_path_exit_2():
    run(*SOCIAL, "--out", "proof")
    certificate = Path("proof/certificate.json")
    whole = certificate.read_text()
    certificate.write_text(whole[: len(whole) // 2])
    code, text = run("check", "proof")
    assert code == 1
    assert text.startswith("REJECTED: certificate: not JSON")
    code, text = run("check", "proof", "--json")
    assert code == 1
    assert json.loads(text)["verdict"] == "REJECTED"
    code, text = run("check", "nowhere")
    assert code == 2
    assert "nowhere/problem.json: cannot be read" in text
    certificate.unlink()
    certificate.mkdir()
    assert run("check", "proof")[0] == 2
    assert run("check", "proof", "--backend", "gpu")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("certify",), "give either a game's TABLE or --values"),
        (("certify", "game.csv", "--values", "values.csv"), "give either"),
        (("certify", "game.csv"), "--strength: missing"),
        (("certify", "game.csv", "--payments", "paid.csv"), "--payments: has no part"),
        (("certify", "--values", "values.csv", "--group", "a"), "--group: has no part"),
        ((*SOCIAL, "--outside", 0), "--outside: participation of listed types"),
        ((*SOCIAL, "--types", "types.csv"), "--group: missing"),
        ((*SOCIAL, "--kind", "lp"), "no claim of an outcome"),
        ((*SOCIAL, "--kind", "floor"), "it has no floors"),
        ((*SOCIAL, "--rule", "nash", "--kind", "incentive"), "only the model can be certified"),
        ((*SOCIAL, "--radius", "-1"), "radius: group 'a' has -1"),
        ((*SOCIAL, "--radius", "c=1"), "group 'c' does not exist"),
        (("certify", "prompts.csv", "--strength", 1), "holds 2 prompts"),
    ],
    ids=str,
)
def test_options_that_do_not_fit_are_refused(arguments, said):
    code, text = run(*arguments, "--out", "proof")
    assert code == 2
    assert said in text
    assert not Path("proof").exists()


def test_files_that_exist_are_kept():
    run(*SOCIAL, "--out", "proof")
    before = Path("proof/problem.json").read_bytes()
    code, text = run("certify", "--values", "values.csv", "--out", "proof")
    assert code == 2
    assert "--overwrite" in text
    assert Path("proof/problem.json").read_bytes() == before
    assert run("certify", "--values", "values.csv", "--out", "proof", "--overwrite")[0] == 0
    assert run("certify", "--values", "values.csv", "--out", "game.csv")[0] == 2


def test_the_commands_as_processes_and_the_checker_by_itself(desk):
    def process(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=120)

    command = (sys.executable, "-m", "mdsolve")
    done = process(*command, "certify", "game.csv", "--strength", "0.1", "--out", "proof")
    assert done.returncode == 0, done.stderr
    done = process(*command, "check", "proof")
    assert done.returncode == 0
    assert done.stdout.startswith("VERIFIED: at this profile")
    alone = Path("checker.py")
    alone.write_bytes(Path(str(checker.__file__)).read_bytes())
    files = ("proof/problem.json", "proof/certificate.json")
    done = process(sys.executable, "-I", "-O", str(alone), *files)
    assert done.returncode == 0
    assert done.stdout.startswith("VERIFIED: at this profile")
