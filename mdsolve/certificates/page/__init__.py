"""A certificate as one page: its claim, data, witness and verdict, for a reader in a browser.

The page asks nothing of anyone: no script, no font, no picture from elsewhere, and its own policy
forbids a browser to fetch any. All that stands in the files is shown as text.
"""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files
from os import PathLike
from typing import Any

from mdsolve.certificates import check
from mdsolve.certificates.page import game_data, games_kinds, menu_kind, programs_kind, types_kinds
from mdsolve.certificates.page.markup import (
    Column,
    Markup,
    element,
    facts,
    joined,
    label,
    section,
    spelled,
    table,
)
from mdsolve.certificates.page.reading import Reading, read
from mdsolve.certificates.page.statements import STATEMENTS
from mdsolve.certificates.schema import contents, judged
from mdsolve.games.files import checked_target, written_whole

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

WITNESSES = {
    "implementable": types_kinds.implementable,
    "not_implementable": types_kinds.not_implementable,
    "gap": games_kinds.gap,
    "incentive": games_kinds.incentive,
    "floor": games_kinds.floor,
    "menu": menu_kind.menu,
    "lp": programs_kind.lp,
}
DATA = {
    "table": types_kinds.data,
    "types": types_kinds.data,
    "game": game_data.data,
    "floor": game_data.data,
    "menu": menu_kind.data,
    "lp": programs_kind.data,
}


def page(folder: str | PathLike[str], *, backend: str = "python") -> str:
    """Return the page of the problem and the certificate in a folder, true or not.

    Parameters
    ----------
    folder : path
        Holds problem.json and certificate.json.
    backend : str
        Which checker gives the verdict: ``"python"``, the standard library alone, or ``"flint"``.

    Raises
    ------
    InvalidInput
        If a file is missing or cannot be read, or the backend is unknown.

    Examples
    --------
    >>> import mdsolve as md, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> game = md.Game([0.5, 0.5], [[1.0, 0.0]])
    >>> md.certify(md.SocialWelfare("l2", 1.0).train(game)).save(folder)
    >>> "VERIFIED" in page(folder)
    True
    """
    problem, certificate = contents(folder)
    verdict = judged(problem, certificate, backend)
    return page_of(problem, certificate, (verdict.verified, verdict.claim or verdict.reason))


def write_page(
    folder: str | PathLike[str],
    path: str | PathLike[str],
    *,
    overwrite: bool = False,
    backend: str = "python",
) -> None:
    """Write the page of the certificate in a folder, whole or not at all.

    Parameters
    ----------
    folder : path
        Holds problem.json and certificate.json.
    path : path
        Of the page.
    overwrite : bool
        Replace a file that exists.
    backend : str
        Which checker gives the verdict.

    Raises
    ------
    InvalidInput
        Where the path exists (unless `overwrite`) or cannot be written, and as `page` does.
    """
    checked_target(path, overwrite=overwrite)
    written = page(folder, backend=backend).encode()
    with written_whole(path, overwrite=overwrite) as file:
        file.write(written)


def page_of(problem: bytes, certificate: bytes, verdict: tuple[bool, str] | None = None) -> str:
    """Return the page of a problem and its certificate, true or not.

    Parameters
    ----------
    problem, certificate : bytes
        The contents of both files. Whatever stands in them, they do not raise.
    verdict : pair, optional
        Whether the certificate is verified, and the claim or the first fault; asked of the
        checker in the standard library by default.

    Examples
    --------
    >>> "not JSON as it must be" in page_of(b"{", b"{")
    True
    """
    verified, words = verdict or check.check(problem, certificate)
    reading = read(problem, certificate)
    name = "VERIFIED" if verified else "REJECTED"
    title = f"{name}: {reading.kind or 'unknown'} certificate"
    body = element(
        "main",
        _header(verified, name, words, reading),
        _statement(reading),
        *_parts(WITNESSES.get(reading.kind or ""), reading),
        section("Data: what is taken for true", *_parts(DATA.get(reading.form or ""), reading)),
        _faults(reading),
        _files(problem, certificate, reading),
    )
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="referrer" content="no-referrer">'),
        element("title", title),
        element(
            "style",
            Markup(files("mdsolve.certificates.page").joinpath("style.css").read_text("utf-8")),
        ),
    )
    return f"<!doctype html>\n{element('html', head, element('body', body), lang='en')}\n"


def _parts(build: Any, reading: Reading) -> list[Markup]:
    return build(reading) if build else []


def _header(verified: bool, name: str, words: str, reading: Reading) -> Markup:
    sign, sentence = ("✓", words) if verified else ("✗", f"Not proved: {words}")
    kind = reading.kind or "unknown"
    return element(
        "header",
        element("p", f"{sign} {name}", class_="verdict"),
        element("h1", sentence[:1].upper() + spelled(sentence[1:]) + "."),
        element("p", f"A certificate of kind {kind}, checked in exact arithmetic.", class_="kind"),
        class_="verified" if verified else "rejected",
    )


def _statement(reading: Reading) -> Markup:
    """Say what a certificate of this kind proves, and of what it speaks."""
    if reading.kind is None:
        return Markup()
    says, formula = STATEMENTS[reading.kind]
    scope = check.KINDS[reading.kind][2]
    return section(
        "What a certificate of this kind proves",
        element("p", says),
        element("p", Markup(formula), class_="math"),
        facts([("speaks of", scope)]),
    )


def _faults(reading: Reading) -> Markup:
    """List what cannot be read, with how it begins."""
    return section(
        "What cannot be read",
        table(
            "fields left out above",
            [Column("field", figures=False), Column("fault", figures=False),
             Column("begins", figures=False)],
            ([element("code", f.field), f.reason, element("code", label(f.excerpt))]
             for f in reading.faults),
            len(reading.faults),
        ),
    ) if reading.faults else Markup()  # fmt: skip


def _files(problem: bytes, certificate: bytes, reading: Reading) -> Markup:
    bound = reading.head.get("problem_sha256")
    found = sha256(problem).hexdigest()
    same = bound == found
    named = element("code", "the same" if same else label(str(bound)[:200]))
    rows = facts(
        [
            ("problem.json", f"{len(problem):,} bytes"),
            ("its SHA-256", element("code", found)),
            ("the certificate names", named if "problem_sha256" in reading.head else None),
            ("certificate.json", f"{len(certificate):,} bytes"),
            ("its SHA-256", element("code", sha256(certificate).hexdigest())),
        ]
    )
    return joined(
        [
            section(
                "Check it yourself",
                element(
                    "p",
                    "The checker is one file of Python's standard library alone, check.py of this "
                    "package; nothing on this page has to be believed.",
                ),
                element(
                    "pre", element("code", "python -I -O check.py problem.json certificate.json")
                ),
                rows,
            ),
            element(
                "footer",
                "An ellipsis after a figure says that digits follow, the ends of intervals are "
                "rounded outward; the exact numbers stand in the files. Written by mdsolve.",
            ),
        ]
    )
