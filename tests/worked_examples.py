"""The worked examples of certificates: the pairs of files that docs/certificates shows whole."""

from pathlib import Path

from test_docs import blocks

PAGE = Path(__file__).resolve().parents[1] / "docs" / "certificates" / "examples.md"


def worked() -> dict[str, tuple[bytes, bytes]]:
    """Return the problem and the certificate of each kind, as bytes."""
    shown = {
        block.file: block.text.encode() for block in blocks(PAGE.read_text("utf-8")) if block.file
    }
    kinds = dict.fromkeys(name.partition("/")[0] for name in shown)
    return {
        kind: (shown[f"{kind}/problem.json"], shown[f"{kind}/certificate.json"]) for kind in kinds
    }


WORKED = worked()
