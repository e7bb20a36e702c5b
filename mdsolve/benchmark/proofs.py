"""What was proved of a problem, as it lies beside it: two files of a certificate in an archive."""

from __future__ import annotations

import io
import json
import lzma
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdsolve.certificates import check as checker
from mdsolve.certificates.schema import CERTIFICATE, PROBLEM, Certificate
from mdsolve.errors import InvalidInput
from mdsolve.games.files import written_whole

if TYPE_CHECKING:
    from mdsolve.benchmark.problem import Problem

_HEAD = "\n[proved]"
#: the same bytes whenever they are written
_WHEN = (1980, 1, 1, 0, 0, 0)
_BROKEN = (zipfile.BadZipFile, lzma.LZMAError, NotImplementedError)


def proof_path(path: Path) -> Path:
    """Return where the proof of a problem's file lies."""
    return path.with_name(f"{path.stem}.proof.zip")


def proved(path: Path, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return status, bracket and digest as a problem takes them; nothing yet proved is unknown."""
    if given is None:
        return {}
    try:
        return {
            "status": given["status"],
            "lower": float.fromhex(given["lower"]),
            "upper": float.fromhex(given["upper"]),
            "digest": given["digest"],
        }
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidInput(
            f"{path}: [proved] cannot be read ({error}). Take it out, and prove the problem anew."
        ) from error


def read_proof(path: Path) -> Certificate:
    """Return the certificate in an archive.

    Raises
    ------
    InvalidInput
        If there is no such archive, or it does not hold a certificate.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            stated, witness = (_member(archive, name) for name in (PROBLEM, CERTIFICATE))
        return Certificate(str(json.loads(witness)["kind"]), stated, witness)
    except (OSError, KeyError, TypeError, ValueError, EOFError, *_BROKEN) as error:
        raise InvalidInput(
            f"{path}: cannot be read as a proof ({error}). Prove the problem anew with "
            "`mdsolve problems --prove`."
        ) from error


def prove(problem: Problem) -> Certificate:
    """Prove a problem's optimum, and write what is proved into its files.

    Raises
    ------
    NotCertified
        If no certificate can be issued.
    """
    statement, path = problem.statement, problem.path
    assert path is not None
    assert statement.certify is not None
    assert statement.bracket is not None
    certificate = statement.certify()
    status, lower, upper = statement.bracket(certificate)
    text, _, _ = path.read_text("utf-8").partition(_HEAD)
    lines = [
        text.rstrip("\n"),
        _HEAD,
        f'status = "{status}"',
        f'lower = "{lower.hex()}" # {lower!r}',
        f'upper = "{upper.hex()}" # {upper!r}',
        f'digest = "{problem.program.digest}"',
    ]
    with written_whole(proof_path(path), overwrite=True) as file:
        file.write(archived(certificate))
    with written_whole(path, overwrite=True) as file:
        file.write(("\n".join(lines) + "\n").encode())
    return certificate


def archived(certificate: Certificate) -> bytes:
    """Return the two files of a certificate as an archive, the same bytes each time."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_LZMA) as archive:
        for name, data in ((PROBLEM, certificate.problem), (CERTIFICATE, certificate.witness)):
            entry = zipfile.ZipInfo(name, _WHEN)
            archive.writestr(entry, data, zipfile.ZIP_LZMA)
    return whole.getvalue()


def confirm(problem: Problem) -> None:
    """Refuse a problem whose stored proof is not about its program, or proves something else.

    Raises
    ------
    InvalidInput
        Naming the file, what does not match and the remedy.
    """
    statement, path = problem.statement, problem.path
    assert path is not None
    assert statement.problem is not None
    assert statement.bracket is not None
    _ = problem.program  # refuses a digest that is not its own
    certificate, place = problem.certificate, proof_path(path)
    remedy = f"Prove it anew with `mdsolve problems {problem.name} --prove`."
    if certificate.problem != statement.problem():
        raise InvalidInput(
            f"{place}: its problem.json states another problem than {path}. {remedy}"
        )
    if not certificate.verdict.verified:
        raise InvalidInput(
            f"{place}: the checker rejects it ({certificate.verdict.reason}). {remedy}"
        )
    found = statement.bracket(certificate)
    stated = (problem.status, problem.lower, problem.upper)
    if stated != tuple(found):
        raise InvalidInput(
            f"{path}: states {stated}, but its proof proves {tuple(found)}. {remedy}"
        )


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > checker.BYTES:
        raise ValueError(f"{name} is larger than {checker.BYTES:,} bytes")
    return archive.read(name)
