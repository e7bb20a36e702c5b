"""The named problems: every program bit for bit, every optimum by its proof and by other routes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter

import numpy as np
import pytest

import mdsolve as md
from mdsolve.benchmark import catalogue, proofs
from mdsolve.benchmark.families import FAMILIES
from mdsolve.benchmark.families.concave import RULES
from mdsolve.benchmark.families.divergence_blocks import BLOCKS
from mdsolve.benchmark.families.floors import PRIMALS
from mdsolve.benchmark.measures import residuals
from mdsolve.benchmark.places import problems_folder
from mdsolve.benchmark.problem import Problem, Statement
from mdsolve.benchmark.solvers import solver_named
from mdsolve.errors import InvalidInput

ALL = md.problems("all")
BIG = {one.name for one in md.problems("large")}
#: large proofs take minutes together: the four smallest are checked unless all are asked for
EVERY = bool(os.environ.get("MDSOLVE_EVERY_PROOF"))
PROOFS = 12 << 20
VICTIM = md.problem("kl-10x3")
#: outcomes up to which a problem is solved again here
SMALL = 100


def params(of):
    """Return the problems as parameters of a test, those that take long marked so."""
    mark = pytest.mark.slow
    return [pytest.param(one, id=one.name, marks=mark if one.name in BIG else ()) for one in of]


def fresh(one):
    return catalogue.read(one.path)


def copied(one, folder):
    """Return the file of a problem copied with its proof into a folder of its family's name."""
    place = folder / one.family
    place.mkdir(exist_ok=True)
    for path in (one.path, proofs.proof_path(one.path)):
        shutil.copy(path, place)
    return place / one.path.name


# ------------------------------------------------------------------ what there is


def test_there_are_as_many_problems_as_promised():
    families = Counter(one.family for one in ALL)
    assert len(ALL) >= 120
    assert set(families) == set(FAMILIES)
    assert min(families.values()) >= 8
    assert families["real"] >= 15
    assert sum(one.status in ("infeasible", "unbounded") for one in ALL) >= 20
    assert {one.status for one in ALL} == {"optimal", "infeasible", "unbounded"}


def test_every_rule_under_every_divergence_of_the_issue_is_there():
    welfare = Counter(one.parameters["divergence"] for one in md.problems("welfare"))
    assert set(welfare) == set(BLOCKS)
    assert min(welfare.values()) >= 8
    assert {one.parameters["welfare"] for one in md.problems("concave")} == set(RULES)
    forms = {
        (one.parameters["form"], one.parameters["divergence"]) for one in md.problems("floors")
    }
    assert forms == {("dual", name) for name in BLOCKS} | {("primal", name) for name in PRIMALS}


def test_no_two_standard_problems_differ_by_seed_alone():
    asked = [
        (one.family, json.dumps(one.parameters, sort_keys=True)) for one in md.problems("standard")
    ]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("name", [*catalogue.SETS])
def test_every_set_has_problems_of_several_families(name):
    found = md.problems(name)
    assert len(found) >= 8
    assert len({one.family for one in found}) >= 2
    assert all(name in one.sets for one in found)


def test_every_problem_has_axes_a_source_and_what_makes_it_hard():
    assert all(one.source and one.hard and one.sets and one.digest for one in ALL)
    built = [one for one in ALL if one.name not in BIG]
    assert all(one.axes and set(one.axes) <= {"outcomes", "groups", "types"} for one in built)
    for axis in ("outcomes", "groups", "types"):
        sizes = {one.axes[axis] for one in built if axis in one.axes}
        assert max(sizes) >= 8 * min(sizes)


def test_names_and_files_are_one_to_one():
    files = [path for path in problems_folder().glob("*/*.toml") if path.parent.name != "series"]
    archives = set(problems_folder().glob("*/*.proof.zip"))
    assert len(files) == len(ALL) == len({one.digest for one in ALL})
    assert archives == {proofs.proof_path(path) for path in files}
    assert all(path.parent.name == catalogue.read(path).family for path in files)


def test_proofs_are_small_enough_for_a_wheel():
    assert sum(path.stat().st_size for path in problems_folder().glob("*/*.proof.zip")) < PROOFS


@pytest.mark.parametrize("members", catalogue.series().values(), ids=catalogue.series())
def test_members_of_a_series_have_one_shape_and_differ(members):
    found = [md.problem(name) for name in members]
    assert len(found) >= 5
    assert len({(one.program.shape[1], one.program.kind) for one in found}) == 1
    assert len({one.program.digest for one in found}) == len(found)
    assert all("series" in one.sets for one in found)


# ------------------------------------------------------------------ what is proved


def proof_size(one):
    return proofs.proof_path(one.path).stat().st_size


CHECKED = sorted(ALL, key=lambda one: (one.name in BIG, proof_size(one)))
CHECKED = CHECKED if EVERY else CHECKED[: len(ALL) - len(BIG) + 4]


@pytest.mark.parametrize("one", params(CHECKED))
def test_the_seed_regenerates_the_program_and_its_proof_proves_the_bracket(one):
    """Bit for bit by the digest; the faster checker verifies, and the bracket is what follows."""
    one = fresh(one) if one.name in BIG else one
    assert one.statement.program.digest == one.digest
    proofs.confirm(one)
    if one.status == "optimal":
        assert one.lower <= one.upper
        assert one.upper - one.lower <= 1e-13 * max(one.scale, abs(one.upper))


@pytest.mark.parametrize("one", params(md.problems("smoke")))
def test_the_checker_of_the_standard_library_agrees(one):
    assert one.check().verified
    assert one.certificate.check(backend="python") == one.certificate.check(backend="flint")


def test_the_command_that_checks_takes_a_proof_out_of_its_archive(tmp_path):
    with zipfile.ZipFile(proofs.proof_path(VICTIM.path)) as archive:
        archive.extractall(tmp_path / "proof")
    command = [sys.executable, "-m", "mdsolve", "check", str(tmp_path / "proof")]
    assert "VERIFIED" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


SOLVED = [
    one
    for one in (*md.problems("smoke"), *md.problems("standard"))
    if one.family in ("welfare", "concave", "floors", "menus", "real")
    and one.parameters.get("outcomes", one.parameters.get("models", 0)) <= SMALL
]


@pytest.mark.parametrize("one", params(SOLVED))
def test_a_solver_that_knows_nothing_of_the_proof_finds_the_optimum(one):
    """Whatever it claims: what counts is its point, in the program's data."""
    solver = solver_named("highs" if one.program.kind == "linear" else "clarabel")
    x = solver.load(one, solver.at(1e-6))(None).x
    if one.status != "optimal":
        assert one.status == "infeasible"
        return
    assert residuals.primal(one.program, x) <= 1e-6
    assert one.program.value(x) == pytest.approx(one.lower, abs=1e-6 * one.scale, rel=1e-7)


LIFTED = [
    one
    for one in ALL
    if one.name not in BIG
    and (one.family in ("welfare", "concave") or one.parameters.get("data") == "answers")
]


@pytest.mark.parametrize("one", params(LIFTED))
def test_the_rules_own_model_is_a_feasible_point_and_worth_the_optimum(one):
    x = one.statement.lift(one.rule.train(one.game).model)
    assert residuals.primal(one.program, x) <= 1e-9
    assert one.program.value(x) == pytest.approx(one.upper, abs=1e-8 * one.scale, rel=1e-10)


@pytest.mark.parametrize("one", params(one for one in LIFTED if one.name.endswith("x3")))
def test_the_program_is_the_rules_objective_at_any_model(one):
    """Differences of two models, so that constants which the program leaves out cancel."""
    draw = np.random.default_rng(5)
    models = draw.dirichlet(np.ones(one.axes["outcomes"]), 4)
    stated = [one.program.value(one.statement.lift(p)) for p in models]
    q, rule = one.game.reference, one.rule
    sizes, rewards = one.game.sizes, np.asarray(one.game.rewards)
    spent = [rule.strength * float(rule.divergence.value(p, q).sum()) for p in models]
    welfare = {
        "social": lambda v: sizes @ v,
        "nash": lambda v: sizes @ np.log(v),
        "egalitarian": lambda v: v.min(),
    }[one.parameters.get("welfare", "social")]
    naive = [welfare(rewards @ p) - cost for p, cost in zip(models, spent, strict=True)]
    np.testing.assert_allclose(np.diff(stated), np.diff(naive), rtol=0, atol=1e-12 * one.scale)


@pytest.mark.parametrize("name", PRIMALS)
def test_primal_and_dual_forms_of_a_floor_meet(name):
    """[S] Cor 4.6 by minimax: the two programs of one game have one optimum."""
    asked = {
        "divergence": name, "strength": 2.0**-5, "outcomes": 40, "groups": 3, "size": 2.0,
    }  # fmt: skip
    ends = []
    for form in ("primal", "dual"):
        program = FAMILIES["floors"].state({**asked, "form": form}, 11).program
        one = Problem(form, "floors", ("test",), lambda own=program: Statement(own))
        solver = solver_named("clarabel")
        ends.append(program.value(solver.load(one, solver.at(1e-9))(None).x))
    assert ends[0] == pytest.approx(ends[1], abs=1e-7)


def test_warm_members_of_a_menu_change_the_objective_alone():
    members = [md.problem(name).program for name in catalogue.series()["menu-payments-500x5"]]
    assert all((members[0].matrix != other.matrix).nnz == 0 for other in members[1:])
    assert all((members[0].sides == other.sides).all() for other in members[1:])


def test_payments_follow_from_the_programs_of_a_series():
    """p_i = Φ(c_-i) − Φ(c) + w_i v_i(π*): the n + 1 brackets against `AffineMaximizer`."""
    whole, *others = [md.problem(name) for name in catalogue.series()["kl-payments-200x6"]]
    outcome = md.Mechanism(whole.rule, md.AffineMaximizer()).run(whole.game)
    model = whole.rule.train(whole.game).model
    own = whole.game.sizes * (np.asarray(whole.game.rewards) @ model)
    paid = [other.lower - whole.lower + gain for other, gain in zip(others, own, strict=True)]
    np.testing.assert_allclose(paid, outcome.payments, rtol=0, atol=1e-9)


# ------------------------------------------------------------------ one more problem, one file

NEW = """family = "welfare"
sets = ["hard"]
seed = 7
source = "a test"
hard = "nothing"

[parameters]
divergence = "chi2"
strength = 0.5
outcomes = 6
groups = 2
"""


def test_a_new_problem_is_one_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(NEW, "utf-8")
    assert catalogue.read(path).status == "unknown"
    proofs.prove(catalogue.read(path))
    one = catalogue.read(path)
    assert one.check().verified
    assert one.status == "optimal"
    assert path.read_text("utf-8").startswith(NEW)
    written = path.read_bytes(), proofs.proof_path(path).read_bytes()
    proofs.prove(catalogue.read(path))
    assert written == (path.read_bytes(), proofs.proof_path(path).read_bytes())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"chi2"', '"total"', "divergence = 'total'"),
        ("strength = 0.5", "strength = 0.3", "is no power of two"),
        ("outcomes = 6\n", "", "'outcomes' is missing"),
        ("groups = 2", 'groups = 2\nmasses = "heavy"', "masses = 'heavy' is unknown"),
        ("groups = 2", 'groups = 2\nrewards = "odd"', "rewards = 'odd' is unknown"),
        ("groups = 2", "groups = 2\ntypes = 9", "types is none that this problem of family"),
        ("groups = 2", "groups = 2\nmases = 9", "groups, masses, outcomes, report, rewards"),
        ('family = "welfare"', 'family = "warfare"', "family 'warfare'"),
        ('["hard"]', '["easy"]', "set 'easy'"),
        ('hard = "nothing"\n', "", "field 'hard' is missing"),
        ("seed = 7", "seed = 7\nsed = 8", "field 'sed' is unknown"),
        ("[parameters]", "[parameters", "cannot be read as TOML"),
        ("groups = 2", 'groups = 2\n[proved]\nstatus = "optimal"', "[proved] cannot be read"),
    ],
)
def test_a_file_that_is_no_problem_is_refused(tmp_path, old, new, said):
    path = tmp_path / "mine.toml"
    assert old in NEW
    path.write_text(NEW.replace(old, new), "utf-8")
    with pytest.raises(InvalidInput) as refused:
        _ = catalogue.read(path).program
    assert said in str(refused.value)
    if "'warfare'" not in said:
        assert str(refused.value).startswith(str(path))


@pytest.mark.parametrize(
    ("family", "parameters", "said"),
    [
        ("concave", {"welfare": "rich"}, "welfare = 'rich'"),
        ("floors", {"form": "middle", "size": 1.0}, "form = 'middle'"),
        ("floors", {"form": "primal", "divergence": "hellinger", "size": 1.0}, "form = 'primal'"),
        ("real", {"data": "none"}, "data = 'none'"),
        ("real", {"data": "answers", "prompt": "none"}, "'none' is missing"),
    ],
)
def test_families_refuse_what_they_do_not_know(family, parameters, said):
    asked = {"divergence": "kl", "strength": 1.0, "outcomes": 5, "groups": 2, **parameters}
    with pytest.raises(InvalidInput, match=said):
        FAMILIES[family].state(asked, 1)


# ------------------------------------------------------------------ what does not match


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("lower", "0x1.0p+0", "but its proof proves"),
        ("upper", "0x1.0p+9", "but its proof proves"),
        ("status", "infeasible", "but its proof proves"),
    ],
)
def test_a_bracket_that_the_proof_does_not_prove_is_refused(tmp_path, key, value, said):
    path = copied(VICTIM, tmp_path)
    given = tomllib.loads(path.read_text("utf-8"))["proved"][key]
    path.write_text(path.read_text("utf-8").replace(f'{key} = "{given}"', f'{key} = "{value}"'))
    with pytest.raises(InvalidInput, match=said):
        catalogue.read(path).check()


def test_a_digest_of_another_program_is_refused(tmp_path):
    path = copied(VICTIM, tmp_path)
    path.write_text(path.read_text("utf-8").replace(VICTIM.digest, "0" * 64))
    with pytest.raises(InvalidInput, match="its program has the digest"):
        _ = catalogue.read(path).program
    with pytest.raises(InvalidInput, match="its program has the digest"):
        catalogue.read(path).check()


@pytest.mark.parametrize("change", ["seed", "strength"])
def test_a_program_that_was_changed_is_refused(tmp_path, change):
    path = copied(VICTIM, tmp_path)
    text = path.read_text("utf-8")
    old = f"{change} = {VICTIM.seed if change == 'seed' else VICTIM.parameters['strength']}"
    path.write_text(text.replace(old, f"{change} = 2"))
    with pytest.raises(InvalidInput, match="its program has the digest"):
        _ = catalogue.read(path).program
    with pytest.raises(InvalidInput, match=r"states another problem|has the digest"):
        catalogue.read(path).check()


def test_the_proof_of_another_problem_is_refused(tmp_path):
    path = copied(VICTIM, tmp_path)
    other = md.problem("l2-10x3")
    shutil.copy(proofs.proof_path(other.path), proofs.proof_path(path))
    with pytest.raises(InvalidInput, match="states another problem"):
        catalogue.read(path).check()


def test_a_witness_that_proves_nothing_is_refused(tmp_path):
    path = copied(VICTIM, tmp_path)
    own = VICTIM.certificate
    fields = json.loads(own.witness)
    fields["witness"]["multiplier"] = "-1000000"
    bad = md.Certificate(own.kind, own.problem, json.dumps(fields).encode())
    proofs.proof_path(path).write_bytes(proofs.archived(bad))
    found = catalogue.read(path)
    if found.certificate.verdict.verified:
        with pytest.raises(InvalidInput, match="but its proof proves"):
            found.check()
    fields["witness"]["model"]["num"][0] = "-1"
    bad = md.Certificate(own.kind, own.problem, json.dumps(fields).encode())
    proofs.proof_path(path).write_bytes(proofs.archived(bad))
    with pytest.raises(InvalidInput, match="the checker rejects it"):
        catalogue.read(path).check()


@pytest.mark.parametrize("cut", [0, 10, 400, -20])
def test_a_broken_archive_is_refused(tmp_path, cut):
    path = copied(VICTIM, tmp_path)
    archive = proofs.proof_path(path)
    archive.write_bytes(archive.read_bytes()[:cut])
    with pytest.raises(InvalidInput, match="cannot be read as a proof"):
        catalogue.read(path).check()


def test_an_archive_without_the_two_files_and_none_at_all_are_refused(tmp_path):
    path = copied(VICTIM, tmp_path)
    with zipfile.ZipFile(proofs.proof_path(path), "w") as archive:
        archive.writestr("problem.json", "{}")
    with pytest.raises(InvalidInput, match="cannot be read as a proof"):
        catalogue.read(path).check()
    proofs.proof_path(path).unlink()
    with pytest.raises(InvalidInput, match="cannot be read as a proof"):
        catalogue.read(path).check()


def test_unknown_names_and_sets_are_refused_with_what_there_is():
    with pytest.raises(InvalidInput, match="Did you mean .*kl-10x3"):
        md.problem("kl-10x4")
    with pytest.raises(InvalidInput, match="smoke, standard, hard, large, series, all"):
        md.problems("easy")


def test_a_problem_tells_what_it_is():
    said = repr(VICTIM)
    assert "kl-10x3 of welfare: 20 variables, 31 rows: exponential; optimal in [" in said
    assert repr(md.problem("menu-conflict-20x4")).endswith("; infeasible)")


# ------------------------------------------------------------------ the command


def run(*arguments):
    command = [sys.executable, "-m", "mdsolve", "problems", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_lists_and_checks():
    found = run("--set", "smoke", "--check", "--json", "--quiet")
    assert found.returncode == 0, found.stderr
    listed = {one["name"]: one for one in json.loads(found.stdout)["problems"]}
    assert set(listed) == {one.name for one in md.problems("smoke")}
    assert listed["kl-10x3"]["lower"] == VICTIM.lower
    shown = run("kl-10x3")
    assert shown.returncode == 0
    assert "kl-10x3" in shown.stdout


def test_the_command_refuses():
    found = run("kl-10x4")
    assert found.returncode == 2
    assert "kl-10x3" in found.stderr
    assert run("--set", "easy").returncode == 2
    assert "to be proved" in run("--prove").stderr
