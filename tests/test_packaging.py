"""What the package costs to import, and that it says one version everywhere."""

import ast
import re
import subprocess
import sys
import tomllib
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
