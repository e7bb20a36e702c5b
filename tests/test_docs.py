"""What the README and the docs show is what happens: their blocks run, page by page.

A page is one session in an empty folder beside which ``problems`` lies. ``python`` blocks share
one namespace; ``pycon`` blocks are doctests in it; of ``console`` and ``bash`` blocks the
``mdsolve`` commands run, and output shown below a ``$ mdsolve ...`` line is compared. A ``json``
block under a path in backticks is that file.
"""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import pytest

import mdsolve

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    ROOT / "README.md",
    *(path for path in sorted((ROOT / "docs").rglob("*.md")) if "_build" not in path.parts),
]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.py"))
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"^`([\w./]+)`\s*\Z", re.MULTILINE)
COMMAND = """#!{python}
import sys
from mdsolve.cli import main
sys.exit(main())
"""
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Block(NamedTuple):
    """A fenced block: its language, text without indent, the line it starts after, its file."""

    language: str
    text: str
    line: int
    file: str | None = None


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page in order."""
    return [
        Block(found[2], re.sub(f"^{found[1]}", "", found[3], flags=re.MULTILINE), start, file)
        for found in FENCE.finditer(page)
        for start in [page.count("\n", 0, found.start()) + 1]
        for file in [(NAMED.search(page[: found.start()]) or [None, None])[1]]
    ]


def commands(block: Block) -> list[tuple[str, str]]:
    """Return the block's commands that start ``mdsolve``, each with the output shown below it."""
    text = block.text.replace("\\\n", " ")
    if block.language == "console":
        typed = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
    else:
        typed = [(line, "") for line in text.splitlines()]
    return [
        (command.strip(), shown)
        for line, shown in typed
        for command in line.split("&&")
        if command.strip().startswith("mdsolve ")
    ]


def run_python(block: Block, names: dict[str, Any], page: str) -> None:
    exec(compile("\n" * block.line + block.text, page, "exec"), names)


def run_doctest(block: Block, names: dict[str, Any], page: str) -> None:
    session = doctest.DocTestParser().get_doctest(block.text, {}, page, page, block.line)
    session.globs = names
    report: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(session, out=report.append, clear_globs=False)
    assert not report, "".join(report)


def run_commands(block: Block, names: dict[str, Any], page: str) -> None:
    for command, shown in commands(block):
        done = subprocess.run(command, shell=True, capture_output=True, text=True)
        place = f"{page}:{block.line}: {command}"
        assert done.returncode == 0, f"{place}\n{done.stderr}"
        if shown.strip():
            same = doctest.OutputChecker().check_output(shown, done.stdout, FLAGS)
            assert same, f"{place}\nshown:\n{shown}\nprinted:\n{done.stdout}"


def write_file(block: Block, names: dict[str, Any], page: str) -> None:
    if block.file:
        path = Path.cwd() / block.file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(block.text.encode())


RUN = {
    "python": run_python,
    "pycon": run_doctest,
    "console": run_commands,
    "bash": run_commands,
    "json": write_file,
}


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Return an empty folder, entered, in which ``problems`` and the command are at hand."""
    tools = tmp_path / "tools"
    desk = tmp_path / "docs" / "examples"
    tools.mkdir()
    desk.mkdir(parents=True)
    for folder in (tmp_path, desk):
        (folder / "problems").symlink_to(ROOT / "problems")
    command = tools / "mdsolve"
    command.write_text(COMMAND.format(python=sys.executable))
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(desk)
    with mpl.rc_context():
        yield desk
    from matplotlib import pyplot as plt

    plt.close("all")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_blocks_of_a_page_run(page, desk):
    names: dict[str, Any] = {"__name__": page.stem}
    for block in blocks(page.read_text("utf-8")):
        if block.language in RUN:
            RUN[block.language](block, names, page.name)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_of_the_gallery_runs(example, desk):
    exec(compile(example.read_text("utf-8"), example.name, "exec"), {"__name__": "__main__"})


def test_a_page_that_lies_is_seen(desk):
    lies = "```pycon\n>>> 1 + 1\n3\n```\n\n```python\nassert False\n```\n"
    doctest_block, python_block = blocks(lies)
    with pytest.raises(AssertionError, match="Expected"):
        run_doctest(doctest_block, {}, "page.md")
    with pytest.raises(AssertionError):
        run_python(python_block, {}, "page.md")
    with pytest.raises(AssertionError, match=r"page.md:1: mdsolve --version"):
        run_commands(Block("console", "$ mdsolve --version\nnot this\n", 1), {}, "page.md")


def test_the_reference_lists_every_public_name():
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    listed = set(re.findall(r"^ {3}(\w+)$|`(\w+)`", page, re.MULTILINE))
    assert set(mdsolve.__all__) <= {name for pair in listed for name in pair}


def test_every_test_that_a_page_links_to_exists():
    """A link to a test is written [`test_name`](../tests/test_file.py)."""
    for page in PAGES:
        for name, path in re.findall(r"\[`(test_\w+)`\]\(([\w./]+)\)", page.read_text("utf-8")):
            source = (page.parent / path).read_text("utf-8")
            assert re.search(rf"^ *def {name}\(", source, re.MULTILINE), f"{page}: {name}"
