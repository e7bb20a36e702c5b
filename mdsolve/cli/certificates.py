"""Certificates of solved games, and how a certificate is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mdsolve.certificates.issue import certify
from mdsolve.certificates.schema import Certificate, checked_folder
from mdsolve.cli import views
from mdsolve.cli.unpaid import Unpaid
from mdsolve.errors import InvalidInput
from mdsolve.mechanism import Outcome


def of_outcomes(
    outcomes: Sequence[Outcome], folder: Path | None, *, overwrite: bool
) -> dict[Path, Certificate]:
    """Return where each outcome's certificate goes: the folder, or one in it for each prompt."""
    if folder is None:
        return {}
    if len(outcomes) == 1:
        return {folder: of_outcome(outcomes[0])}
    if not folder.is_dir():
        raise InvalidInput(
            f"{folder}: with {len(outcomes)} prompts it must be a folder that exists, for a "
            "certificate of each. Create it first, or choose one prompt with --prompt."
        )
    places = [folder / str(number + 1) for number in range(len(outcomes))]
    for place in places:
        checked_folder(place, overwrite=overwrite)
    return {place: of_outcome(each) for place, each in zip(places, outcomes, strict=True)}


def of_outcome(outcome: Outcome) -> Certificate:
    """Certify truthfulness and payments, or the model alone where nothing is charged."""
    unpaid = isinstance(outcome.mechanism.payment, Unpaid)
    return certify(outcome, kind="gap" if unpaid else None)


def as_object(found: Certificate) -> dict[str, Any]:
    """Return a certificate's kind, claim and sizes."""
    return {
        "kind": found.kind,
        "claim": found.claim,
        "problem_bytes": len(found.problem),
        "certificate_bytes": len(found.witness),
        "notes": list(found.notes),
    }


def show(found: Certificate) -> None:
    """Print the claim and the notes."""
    out = views.console()
    out.print(f"{found.kind}: {found.claim}", soft_wrap=True)
    for note in found.notes:
        out.print(f"  note: {note}", soft_wrap=True)


def tell(proofs: Mapping[Path, Certificate]) -> None:
    """Say what was proved, and where it can be checked."""
    for folder, found in list(proofs.items())[:3]:
        views.note(f"{folder}: {found.claim}")
    if len(proofs) > 3:
        views.note(f"and {len(proofs) - 3} more certificates")
