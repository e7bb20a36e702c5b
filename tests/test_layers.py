"""Imports go one way, deferred ones included: a row imports itself and the rows above it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "mdsolve"
ROWS = (
    {"errors", "precision", "arrays"},
    {"games", "divergences", "welfare"},
    {"solvers"},
    {"value_function"},
    {"training_rules", "comparisons"},
    {"type_graph"},
    {"payments", "frontiers"},
    {"outcome_views"},
    {"mechanism"},
    {"incentives", "sampled"},
    {"data_driven"},
    {"certificates"},
    {"batch"},
    {"benchmark"},
    {"plots"},
    {"cli"},
)
DOORS = {"__init__", "__main__"}
SOLVERS = {
    "conic",
    "exponential",
    "floor",
    "linear_program",
    "multiplier",
    "shortest_path",
    "welfare_dual",
}
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
INSIDE = sorted(MODULES.keys() - DOORS)


def room(module: str) -> str:
    return module.partition(".")[0]


def row(module: str) -> int:
    """Return the row of a module; what is in none (the package's own front) lies below all."""
    return next((depth for depth, rooms in enumerate(ROWS) if room(module) in rooms), len(ROWS))


def imports(module: str, source: str) -> Iterator[str]:
    """Yield the full name of all that ``source`` imports, at its top or inside a function."""
    path = MODULES.get(module, Path("module.py"))
    parents = ["mdsolve", *module.split(".")]
    package = parents if path.name == "__init__.py" else parents[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            origin = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def own(names: Iterator[str]) -> Iterator[str]:
    return (name.removeprefix("mdsolve.") for name in names if room(name) == "mdsolve")


def upward(module: str, source: str) -> list[str]:
    """Return what ``module`` imports from its own row's neighbours or from below it."""
    return [
        name
        for name in own(imports(module, source))
        if room(name) not in (room(module), "__version__") and row(name) >= row(module)
    ]


@pytest.mark.parametrize("module", INSIDE)
def test_imports_go_one_way(module):
    assert upward(module, MODULES[module].read_text("utf-8")) == []


def test_every_module_has_its_row():
    placed = set.union(*ROWS)
    assert {room(module) for module in INSIDE} <= placed, "add the new room to ROWS"
    assert placed <= {room(module) for module in INSIDE}, "a row of ROWS is empty"


def solver(name: str) -> str | None:
    """Return the solver that the module or name ``solvers.<solver>...`` belongs to, if any."""
    house, _, rest = name.partition(".")
    return room(rest) if house == "solvers" and room(rest) in SOLVERS else None


@pytest.mark.parametrize("module", [module for module in INSIDE if solver(module)])
def test_no_solver_imports_another(module):
    imported = own(imports(module, MODULES[module].read_text("utf-8")))
    assert {solver(name) for name in imported} <= {solver(module), None}


def test_every_solver_is_there():
    assert {solver(module) for module in INSIDE} - {None} == SOLVERS


@pytest.mark.parametrize(
    "line",
    [
        "import mdsolve.payments",
        "from mdsolve import payments",
        "from mdsolve.payments.affine_maximizer import AffineMaximizer",
        "def later():\n    from mdsolve import payments",
        "from ..payments import AffineMaximizer",
        "from .. import payments",
        "from mdsolve.training_rules import SocialWelfare",
        "import mdsolve",
        "from mdsolve import Game",
    ],
)
def test_an_import_the_wrong_way_is_seen(line):
    assert upward("solvers.exponential", line)


def test_an_import_the_right_way_is_not():
    assert not upward(
        "solvers.exponential", "from mdsolve import games\nfrom ..errors import InvalidInput"
    )


def test_the_checker_imports_the_standard_library_alone():
    found = set(imports("certificates.check", MODULES["certificates.check"].read_text("utf-8")))
    rooms = {room(name) for name in found}
    assert rooms <= sys.stdlib_module_names
    assert rooms == {
        "decimal", "fractions", "functools", "hashlib", "json", "math", "operator", "re", "sys",
        "types", "typing",
    }  # fmt: skip


def test_the_fast_checker_imports_the_checker_and_flint_alone():
    source = MODULES["certificates.check_flint"].read_text("utf-8")
    found = {
        name.rpartition(".")[0] or name for name in imports("certificates.check_flint", source)
    }
    outside = {name for name in found if room(name) not in sys.stdlib_module_names}
    assert outside == {"flint", "mdsolve.certificates.check", "check"}
