"""What the package costs to import, and that it says one version everywhere."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import mdsolve

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {
    "cvxpy",
    "ecos",
    "matplotlib",
    "narwhals",
    "pandas",
    "polars",
    "pyarrow",
    "rich",
    "scipy.optimize",
    "scipy.sparse",
    "typer",
}
FAST_SOLVE = """
import mdsolve as md
game = md.Game([0.5, 0.3, 0.2], [[1, 0, 0], [0, 1, 2]])
md.Mechanism(md.SocialWelfare(md.KL(), strength=1.0), md.AffineMaximizer()).run(game)
"""


def imported_by(code: str) -> set[str]:
    """Return the modules loaded after ``code`` in a fresh interpreter."""
    report = f"{code}\nimport sys; print(*sys.modules)"
    command = [sys.executable, "-c", report]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_importing_the_package_imports_nothing_heavy():
    assert imported_by("import mdsolve") & HEAVY == set()


def test_the_fast_route_imports_no_modelling_language_and_no_ecos():
    assert imported_by(FAST_SOLVE) & {"cvxpy", "ecos", "matplotlib", "pandas"} == set()


@pytest.mark.parametrize("path", sorted((ROOT / "mdsolve").rglob("*.py")), ids=lambda p: p.stem)
def test_no_module_imports_ecos_at_its_top(path):
    """ECOS is GPL-3: only the function that was told to run it may import it."""
    names = [
        name
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (getattr(node, "module", None), *(alias.name for alias in node.names))
    ]
    assert "ecos" not in names


def test_one_version_everywhere():
    cited = re.search(r"^version: (\S+)$", read("CITATION.cff"), re.MULTILINE)
    logged = re.search(r"^## (\d\S*)", read("CHANGELOG.md"), re.MULTILINE)
    assert cited is not None
    assert logged is not None
    assert cited[1] == logged[1] == mdsolve.__version__


def test_the_lock_names_every_dependency():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {re.match(r"[\w-]+", line)[0] for group in groups for line in group} - {"mdsolve"}
    locked = set(re.findall(r"^([\w.-]+)==", read("requirements.lock"), re.MULTILINE))
    assert names <= locked, "run the lock command of docs/contributing.md"


def test_the_lock_names_no_host():
    assert "://" not in read("requirements.lock")


INSTALLED = """
import mdsolve as md
from mdsolve.benchmark.places import problems_folder
assert problems_folder().parent.name == "mdsolve", problems_folder()
for name in ("kl-10x3", "soft-egg-kl", "clicks-10x3"):
    assert md.problem(name).check().verified
print(len(md.problems("all")), problems_folder())
"""


def test_a_wheel_carries_the_problems_and_their_proofs(tmp_path):
    """Built as an installer builds it, unpacked, and read without the checkout."""
    pytest.importorskip("hatchling", reason="the backend that builds wheels is not installed")
    source = tmp_path / "source"
    shutil.copytree(
        ROOT,
        source,
        ignore=shutil.ignore_patterns(".*", "docs", "tests", "benchmarks", "__pycache__"),
    )
    shutil.copy(ROOT / ".gitignore", source)
    build = "import hatchling.build, sys; print(hatchling.build.build_wheel(sys.argv[1]))"
    command = [sys.executable, "-c", build, str(tmp_path)]
    subprocess.run(command, cwd=source, capture_output=True, text=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    carried = [name for name in names if name.startswith("mdsolve/problems/")]
    assert not [name for name in carried if name.endswith((".py", "corpus.txt"))]
    assert not [name for name in names if name.startswith("problems/")]
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n{INSTALLED}"
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={})
    assert done.returncode == 0, done.stderr
    count, folder = done.stdout.split()
    assert int(count) == len(mdsolve.problems("all"))
    assert Path(folder) == tmp_path / "site" / "mdsolve" / "problems"
